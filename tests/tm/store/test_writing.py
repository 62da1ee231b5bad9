"""Adding units: what folds into what, what is left out, and which values stay."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import UsageError
from tm.postgresql.address import Address
from tm.search.memory import Memory
from tm.store import adding as module
from tm.store import reading, writing
from tm.store.database import FileMemory
from tm.store.filters import STATUSES, Filters
from tm.store.prepared import detail_json, rejection_reason
from tm.unit import Origin, Unit

DAY = datetime(2024, 1, 1, tzinfo=UTC)


def unit(source: str = "合同", target: str = "contract", **more: Any) -> Unit:
    return Unit(source, target, "zh-CN", "en-US", **more)


@pytest.fixture
def memory(stored: Memory) -> Memory:
    return stored


def test_what_is_refused() -> None:
    assert rejection_reason(unit("长" * 100_000, "x" * 100_000)) == ""
    assert rejection_reason(unit("长", "x" * 100_001)) == "longer than 100,000 characters"
    assert rejection_reason(unit("a", "\udc00"))
    assert rejection_reason(unit("\ud800", "a"))
    assert rejection_reason(unit("\n", "a")) == "no source text"
    assert rejection_reason(unit("a", "\t")) == "no target text"
    assert all(not rejection_reason(unit(status=status)) for status in STATUSES)


def test_details_leave_out_defaults() -> None:
    assert detail_json(unit()) == "{}"
    full = unit(kind="heading", sentences=2, signature="s", author="李", notes=("n",), properties={"b": "2", "a": "1"})
    assert detail_json(full) == (
        '{"kind": "heading", "sentences": 2, "signature": "s", "author": "李", "notes": ["n"],'
        ' "properties": {"a": "1", "b": "2"}}'
    )


def folded(memory: Memory, *units: Unit, together: bool) -> Unit:
    for batch in [units] if together else [[one] for one in units]:
        memory.add(batch)
    (found,) = memory
    return found


@pytest.mark.parametrize("together", [True, False])
class TestFolding:
    """Equal units, in one batch or in several."""

    def test_the_newer_unit_wins(self, memory: Memory, together: bool) -> None:
        old = unit(created=DAY, changed=DAY, quality=0.2, author="old", kind="heading")
        new = unit(created=DAY + timedelta(1), changed=DAY + timedelta(2), quality=0.4, author="new")
        found = folded(memory, old, new, together=together)
        assert (found.created, found.changed) == (DAY, DAY + timedelta(2)), "created when it was first"
        assert (found.quality, found.author, found.kind) == (0.4, "new", "")

    def test_the_older_unit_changes_nothing_but_the_date_of_creation(self, memory: Memory, together: bool) -> None:
        new = unit(created=DAY, changed=DAY + timedelta(2), quality=0.4, author="new", status="reviewed")
        old = unit(created=DAY - timedelta(1), quality=0.2, author="old", status="rejected")
        found = folded(memory, new, old, together=together)
        assert (found.created, found.changed) == (DAY - timedelta(1), DAY + timedelta(2))
        assert (found.quality, found.author, found.status) == (0.4, "new", "reviewed")

    def test_of_the_same_date_the_last_wins(self, memory: Memory, together: bool) -> None:
        found = folded(memory, unit(author="a", created=DAY), unit(author="b", created=DAY), together=together)
        assert (found.author, found.created, found.changed) == ("b", DAY, None)

    def test_without_dates_the_last_wins(self, memory: Memory, together: bool) -> None:
        found = folded(memory, unit(author="a", quality=0.5), unit(author="b"), together=together)
        assert (found.author, found.quality, found.created) == ("b", 0.5, None), "a missing quality does not overrule"

    def test_a_date_beats_none(self, memory: Memory, together: bool) -> None:
        found = folded(memory, unit(author="a", created=DAY), unit(author="b"), together=together)
        assert (found.author, found.created) == ("a", DAY)
        found = folded(memory, unit(author="c", changed=DAY + timedelta(1)), together=together)
        assert (found.author, found.created, found.changed) == ("c", DAY, DAY + timedelta(1))

    def test_a_verdict_overrules_a_verdict_only(self, memory: Memory, together: bool) -> None:
        found = folded(memory, unit(status="reviewed"), unit(status="unreviewed"), together=together)
        assert found.status == "reviewed"
        assert folded(memory, unit(status="rejected"), unit(), together=together).status == "rejected"

    def test_places_are_counted_once(self, memory: Memory, together: bool) -> None:
        here = Origin("a.txt", "b.txt", (1, 2), (3,), 4, "section")
        elsewhere = [
            Origin("c.txt", "b.txt", (1, 2), (3,), 4, "section"),
            Origin("a.txt", "c.txt", (1, 2), (3,), 4, "section"),
            Origin("a.txt", "b.txt", (1,), (3,), 4, "section"),
            Origin("a.txt", "b.txt", (1, 2), (), 4, "section"),
            Origin("a.txt", "b.txt", (1, 2), (3,), 5, "section"),
            Origin("a.txt", "b.txt", (1, 2), (3,), 4, "other"),
        ]
        folded(memory, *(unit(origin=one) for one in [here, *elsewhere, here, *elsewhere]), together=together)
        assert next(memory.entries()).count == 7
        assert {one.origin for one in memory.units(every_place=True)} == {here, *elsewhere}

    def test_neighbours_make_places(self, memory: Memory, together: bool) -> None:
        origin = Origin("a.txt", source_ids=(1,))
        around = [("前", "后"), ("前", ""), ("", "后"), ("", ""), ("后", "前")]
        units = [unit(previous=before, next=after, origin=origin) for before, after in around]
        folded(memory, *units, together=together)
        assert next(memory.entries()).count == 5
        assert {(one.previous, one.next) for one in memory.units(every_place=True)} == set(around)


def test_a_place_is_known_by_its_ids_only(memory: Memory) -> None:
    for origin, count in ((Origin("a", "b", page=4), 3), (Origin("a", source_ids=(1,)), 1)):
        memory.add([unit(origin=origin), unit(origin=origin)])
        memory.add([unit(origin=origin)])
        assert next(memory.entries()).count == count
        memory.delete(Filters())


def test_reports(memory: Memory) -> None:
    report = memory.add([unit(), unit("甲"), unit(), unit(""), unit("\x01"), unit("丙", "")])
    assert (report.read, report.new, report.folded, report.removed) == (6, 2, 1, 0)
    assert sum(report.left_out.values()) == 3
    assert [entry.id for entry in memory.entries()] == [1, 2]
    assert memory.add([unit("丁")]).new == 1
    assert [entry.id for entry in memory.entries()] == [1, 2, 3]


def test_neighbours_that_are_no_text_are_dropped(memory: Memory) -> None:
    memory.add([unit(previous="\ud800", next="长" * 100_001), unit("乙", previous="长" * 100_000, next="a\udc00")])
    first, second = memory
    assert (first.previous, first.next) == ("", "")
    assert (second.previous, second.next) == ("长" * 100_000, "")


def test_the_same_text_in_two_languages(memory: Memory) -> None:
    memory.add([Unit("OK", "OK", "en-US", "de-DE"), Unit("OK", "OK", "de-DE", "en-US"), Unit("OK", "OK", "en", "de")])
    assert {(one.source_lang, one.target_lang) for one in memory} == {
        ("en-US", "de-DE"),
        ("de-DE", "en-US"),
        ("en", "de"),
    }
    assert memory.stats().texts == 4
    assert memory.codes() == ["de", "de-DE", "en", "en-US"]


def test_details_and_origins_are_stored_once(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        memory.add(unit(f"文本{number}", author="李", origin=Origin("a.txt", page=number)) for number in range(5))
    with memory.reading() as connection:
        (details,) = connection.execute("SELECT count(*) FROM details").fetchone()
        (origins,) = connection.execute("SELECT count(*) FROM origins").fetchone()
    assert (details, origins) == (1, 1)


def test_a_writer_forgets_what_is_too_much(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_REMEMBERED", 3)
    units = [unit(f"文本{n}", author=f"author {n % 5}", origin=Origin(f"{n % 5}.txt")) for n in range(20)]
    for one in units:
        memory.add([one])
    memory.add(units)
    assert list(memory) == units
    assert memory.stats().origins == {f"{n}.txt": 4 for n in range(5)}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_reader_forgets_what_is_too_much(memory: Memory, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(reading, "_CACHE", size)
    units = [unit(f"文本{n}", author=f"author {n % 5}", origin=Origin(f"{n % 5}.txt")) for n in range(20)]
    memory.add(units)
    assert list(memory) == units


@pytest.mark.parametrize(
    ("keep", "order"),
    [
        ("newest", ["changed", "reviewed", "last"]),
        ("best", ["reviewed", "quality", "often", "changed", "last"]),
    ],
)
def test_the_order_of_variants(memory: Memory, keep: Any, order: list[str]) -> None:
    variants = {
        "changed": unit(target="changed", created=DAY, changed=DAY + timedelta(9)),
        "quality": unit(target="quality", created=DAY, quality=0.9),
        "often": unit(target="often", created=DAY),
        "reviewed": unit(target="reviewed", created=DAY, status="reviewed"),
        "first": unit(target="first", created=DAY),
        "last": unit(target="last", created=DAY),
    }
    memory.add([*variants.values(), variants["often"]])
    if keep == "newest":
        memory.delete(numbers=[2, 3])
    for best in order:
        count = len(memory)
        others = [entry.id for entry in memory.entries() if entry.unit.target != best]
        assert memory.dedupe(keep) == count - 1
        assert [one.target for one in memory] == [best]
        memory.delete(Filters())
        del variants[best]
        memory.add([*variants.values(), *([variants["often"]] if "often" in variants else [])])
        if keep == "newest":
            memory.delete(numbers=[entry.id for entry in memory.entries() if entry.unit.target in ("quality", "often")])
        assert others or count == 1


def test_variants_of_the_sources_that_were_added_only(memory: Memory) -> None:
    memory.add([unit(target="a"), unit(target="b"), unit("甲", "c"), unit("甲", "d")])
    assert memory.add([unit("甲", "e")], keep="newest").removed == 2
    assert [one.target for one in memory] == ["a", "b", "e"]
    assert memory.add([unit("甲", "f")], keep="best", whole=True).removed == 1
    assert [one.target for one in memory] == ["a", "b", "f"]
    assert memory.dedupe("all") == 0
    with pytest.raises(UsageError, match="`keep` is one of all, newest, best, not 'oldest'"):
        memory.dedupe("oldest")  # type: ignore[arg-type]


def test_texts_that_nobody_uses_go(memory: Memory) -> None:
    memory.add([unit("甲", "A", previous="前", author="x", origin=Origin("a.txt")), unit("乙", "B", next="后")])
    assert memory.stats().texts == 6
    assert memory.delete(numbers=[1, 7]) == 1
    memory.compact()
    assert memory.stats().texts == 3
    assert memory.delete(numbers=[]) == 0
    with memory.reading() as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("details", "origins")]
    assert counts == [1, 0]
    assert memory.delete(Filters(source_lang="en"), numbers=[2]) == 0, "all that is given must be met"
    with pytest.raises(UsageError, match="specify what to delete"):
        memory.delete()
    assert memory.delete(Filters()) == 1
    memory.compact()
    assert memory.stats().texts == 0


def test_texts_that_nobody_uses_go_from_a_large_file_after_many_changes(tmp_path: Path) -> None:
    """To look for them reads all tables, which no single edit of a large memory should wait for."""
    with Memory(tmp_path / "large.duiyi") as memory:
        memory.add(unit(f"合同 {number}", f"contract {number}") for number in range(300))
        for number in range(1, 6):
            memory.edit(number, target=f"agreement {number}", notes=("seen",))
        assert memory.stats().texts == 605
        assert [match.unit.target for match in memory.lookup("合同 1")][:1] == ["agreement 2"]
        memory.edit(6, target="agreement 6")
        assert memory.delete(numbers=[7]) == 1
        assert memory.stats().texts == 598, "the units left have so many"
        with memory.reading() as connection:
            assert not connection.execute("SELECT 1 FROM state WHERE name = 'unused'").fetchone()
        memory.undo()
        assert len(memory) == 300
        memory.compact()
        assert memory.stats().texts == 600


def batches(count: int, broken: int | None = None) -> Iterator[Unit]:
    for number in range(count):
        if number == broken:
            raise ValueError("broken file")
        yield unit(f"文本{number}", f"text {number}")


def test_progress_after_each_transaction(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.store.prepared.BATCH", 5)
    monkeypatch.setattr(FileMemory, "TRANSACTION", 10)
    step = 5 if isinstance(memory.path, Address) else 10
    counts: list[int] = []
    memory.add(batches(23), progress=counts.append)
    assert counts == [*range(step, 23, step), 23]
    counts.clear()
    memory.add(batches(12), progress=counts.append, whole=True)
    assert counts == [5, 10, 12]
    counts.clear()
    memory.add([], progress=counts.append)
    assert counts == []
    with pytest.raises(ValueError, match="broken"):
        memory.add(batches(100, broken=37), progress=counts.append)
    assert counts == sorted({*range(step, 35, step), 35})
    assert len(memory) == 35
    monkeypatch.setattr(module, "_LONGEST_TRANSACTION", -1.0)
    counts.clear()
    memory.add(batches(12), progress=counts.append)
    assert counts[:3] == [5, 10, 12], "a transaction ends when its time is over"


def test_a_failed_import_is_indexed(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.store.prepared.BATCH", 500)
    with pytest.raises(ValueError, match="broken"):
        memory.add(batches(5_000, broken=1_600))
    assert (len(memory), memory.stats().indexed) == (1_500, 3_000), "more than 2,000 texts do not wait"
    assert memory.lookup("文本11")[0].target == "text 11"
    memory.add(unit(f"更多{number}", f"more {number}") for number in range(1_000))
    assert memory.stats().indexed == 3_000, "2,000 texts may wait"
    memory.add([unit("再一个", "one more")])
    assert memory.stats().indexed == 5_002
