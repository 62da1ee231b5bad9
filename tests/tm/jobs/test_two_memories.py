"""Copy and synchronise memories, in files and on servers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpora.errors import StoreError, UsageError
from tm.jobs.copy_memory import copy_memory
from tm.jobs.synchronise import synchronise
from tm.search.memory import Memory
from tm.store.database import FileMemory
from tm.store.filters import Filters
from tm.unit import Origin, Unit

DAY = datetime(2026, 1, 2, tzinfo=UTC)


def unit(number: int, target: str = "", **more: object) -> Unit:
    return Unit(f"第{number}条款", target or f"clause {number}", "zh-CN", "en-US", **more)  # type: ignore[arg-type]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "here.duiyi") as memory:
        yield memory


def _rows(memory: Memory) -> list[tuple[Unit, datetime | None, int]]:
    return sorted(
        ((one.unit, one.unit.created, one.count) for one in memory.entries(every_place=True)),
        key=lambda row: (row[0].source, row[0].target, row[0].origin.source_ids, row[0].previous),
    )


def _fill(memory: Memory) -> None:
    full = unit(
        1, previous="前", next="后", origin=Origin("a.docx", "b.docx", (1,), (2,), 3, "章"), status="reviewed",
        quality=0.5, created=DAY, changed=DAY, author="李明", notes=("n",), properties={"x": "y"},
    )  # fmt: skip
    memory.add([full, unit(2), unit(2), unit(2, previous="别处"), *(unit(n) for n in range(3, 60))])
    memory.edit(5, status="rejected")


def test_a_copy_has_every_unit_place_count_and_verdict(here: Memory, place: str, tmp_path: Path) -> None:
    _fill(here)
    with Memory(place) as other:
        copy_memory(here, other)
        assert _rows(other) == _rows(here)
        assert other.lookup("第7条款")[0].target == "clause 7"
        with Memory(tmp_path / "back.duiyi") as back:
            copy_memory(other, back)
            assert _rows(back) == _rows(here)
        with pytest.raises(UsageError, match="contains units already; duiyi memory sync"):
            copy_memory(here, other)
        with pytest.raises(UsageError, match="are the same memory"):
            copy_memory(other, other)


def test_an_interrupted_copy_goes_on(here: Memory, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.store.prepared.BATCH", 10)
    monkeypatch.setattr(FileMemory, "TRANSACTION", 10)
    _fill(here)

    def stop(count: int) -> None:
        if count >= 30:
            raise KeyboardInterrupt

    with Memory(place) as other:
        with pytest.raises(KeyboardInterrupt):
            copy_memory(here, other, stop)
        assert 20 <= len(other) < 50
        report = copy_memory(here, other)
        assert report.read < 50
        assert _rows(other) == _rows(here)


def test_what_was_deleted_after_a_copy_is_deleted_on_the_other_side(here: Memory, place: str) -> None:
    _fill(here)
    with Memory(place) as there:
        copy_memory(here, there)
        here.delete(numbers=[7])
        there.delete(numbers=[9])
        report = synchronise(here, there)
        assert (report.deleted, report.added) == ([1, 1], [0, 0])
        assert _rows(here) == _rows(there)


def test_what_is_new_changed_and_deleted_reaches_the_other_side(here: Memory, place: str) -> None:
    with Memory(place) as there:
        here.add([unit(1), unit(2), unit(3)])
        there.add([unit(3), unit(4, previous="前")])
        report = synchronise(here, there)
        assert (report.added, report.changed, report.deleted, report.conflicts) == ([1, 2], [0, 0], [0, 0], [])
        assert _rows(here) == _rows(there)
        here.edit(1, target="first clause", author="ada")
        here.delete(numbers=[2])
        there.edit(2, status="reviewed", author="bo")
        there.add([unit(5)])
        report = synchronise(here, there)
        assert (report.added, report.changed, report.deleted, report.conflicts) == ([1, 1], [1, 0], [0, 2], [])
        assert _rows(here) == _rows(there)
        assert {one.target for one in here} == {"first clause", "clause 3", "clause 4", "clause 5"}
        assert synchronise(there, here).to_dict() == {
            side: {"added": 0, "changed": 0, "deleted": 0} for side in ("first", "second")
        } | {"conflicts": []}
        there.undo()
        assert any(one.target == "clause 2" for one in there), "a deletion can be taken back"


def test_a_verdict_takes_precedence_and_two_are_shown(here: Memory, place: str) -> None:
    with Memory(place) as there:
        for memory in (here, there):
            memory.add([unit(1), unit(2), unit(3)])
        synchronise(here, there)
        here.edit(1, status="reviewed", author="ada", notes=("a",))
        there.edit(1, notes=("b",))
        here.edit(2, status="reviewed", author="ada")
        there.edit(2, status="rejected", author="bo")
        here.edit(3, target="third clause")
        there.edit(3, target="clause three")
        report = synchronise(here, there)
        for memory in (here, there):
            first = next(one for one in memory if one.source == "第1条款")
            assert (first.status, first.author, first.notes) == ("reviewed", "ada", ("a", "b"))
            assert {one.target for one in memory if one.source == "第3条款"} == {"third clause", "clause three"}
        shown = {(one.first.target, one.first.status, one.second.target, one.second.status) for one in report.conflicts}
        assert shown == {
            ("clause 2", "reviewed", "clause 2", "rejected"),
            ("third clause", "unreviewed", "clause three", "unreviewed"),
        }
        assert (here.get(2).unit.status, there.get(2).unit.status) == ("reviewed", "rejected")
        assert [one.first.target for one in synchronise(here, there).conflicts] == ["clause 2"]
        there.edit(2, status="reviewed", author="bo")
        assert not synchronise(here, there).conflicts
        assert _rows(here) == _rows(there)


def test_a_unit_that_one_side_deleted_and_the_other_changed_stays(here: Memory, place: str) -> None:
    with Memory(place) as there:
        here.add([unit(1), unit(2)])
        synchronise(here, there)
        here.delete(Filters(status=("unreviewed",)))
        there.edit(1, status="reviewed")
        report = synchronise(here, there)
        assert (report.added, report.deleted) == ([1, 0], [0, 1])
        assert [one.status for one in here] == [one.status for one in there] == ["reviewed"]


def test_a_sync_that_was_interrupted_is_finished_by_the_next(
    here: Memory, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Memory(place) as there:
        here.add([unit(1), unit(2)])
        synchronise(here, there)
        here.edit(1, target="one")
        with monkeypatch.context() as broken:
            broken.setattr("tm.jobs.synchronise._remember", lambda *_: (_ for _ in ()).throw(StoreError("lost")))
            with pytest.raises(StoreError, match="lost"):
                synchronise(here, there)
        report = synchronise(here, there)
        assert report.added == report.changed == report.deleted == [0, 0]
        assert {one.target for one in there} == {"one", "clause 2"}


def test_a_copy_of_the_file_is_another_memory(here: Memory, tmp_path: Path) -> None:
    here.add([unit(1)])
    here.backup(tmp_path / "copy.duiyi")
    with Memory(tmp_path / "copy.duiyi") as copied:
        copied.add([unit(2)])
        assert synchronise(here, copied).added == [1, 0]
        copied.delete(numbers=[1])
        assert synchronise(here, copied).deleted == [1, 0]
    with Memory(here.path) as again, pytest.raises(UsageError, match="are the same memory"):
        synchronise(here, again)
