"""What a memory promises: nothing lost, equal units folded, filters, edits, and several programs at once."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.errors import StoreError, UsageError
from tm.search.memory import Memory
from tm.store import index
from tm.store.database import connect, write_transaction
from tm.store.filters import Filters
from tm.store.memory_store import default_path, memory_paths
from tm.store.schema import VERSION
from tm.unit import Origin, Unit, cleaned

FULL = Unit(
    source="本协议自⟦1|<b>⟧签字⟦/1⟧之日起生效。",
    target="This agreement enters into force on the day of its ⟦1|<b>⟧signature⟦/1⟧.",
    source_lang="zh-CN",
    target_lang="en-GB",
    previous="第一条",
    next="第二条",
    origin=Origin("a.docx", "b.docx", (3, 4), (5,), 7, "第三章 生效"),
    quality=0.875,
    status="reviewed",
    kind="paragraph",
    sentences=2,
    signature="duiyi 0.1.0|unit:sentence",
    created=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    changed=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
    author="李明",
    notes=("note 1", "注二"),
    properties={"x-client": "ACME", "how": "moved"},
)


def unit(source: str = "合同", target: str = "contract", **more: object) -> Unit:
    return Unit(source, target, "zh-CN", "en-US", **more)  # type: ignore[arg-type]


@pytest.fixture
def memory(stored: Memory) -> Memory:
    return stored


@pytest.fixture
def file(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "new" / "m.duiyi")


def test_a_unit_comes_back_as_it_went_in(memory: Memory) -> None:
    memory.add([FULL])
    assert list(memory.units()) == [FULL]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=8))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str, str]]) -> None:
    path = tmp_path_factory.mktemp("any") / "m.duiyi"
    units = [cleaned(unit(source, target, previous=previous)) for source, target, previous in texts]
    units = [one for one in units if one.source.strip() and one.target.strip()]
    with Memory(path) as memory:
        memory.add(units)
        stored = {(one.source, one.target) for one in memory.units()}
        assert stored == {(one.source, one.target) for one in units}


def test_duplicates_fold_and_keep_their_places(memory: Memory) -> None:
    first = unit(origin=Origin("a.txt", "b.txt", (1,), (1,)), created=datetime(2024, 1, 1, tzinfo=UTC))
    second = unit(origin=Origin("c.txt", "d.txt", (9,), (9,)), created=datetime(2023, 1, 1, tzinfo=UTC), author="old")
    report = memory.add([first, second, first])
    assert (report.read, report.new, report.folded) == (3, 1, 2)
    (entry,) = memory.entries()
    assert entry.count == 2, "the same place twice is the same file read twice"
    assert entry.unit.created == second.created
    assert entry.unit.author == "", "the newer of two says what it is"
    assert {one.origin.source_file for one in memory.units(every_place=True)} == {"a.txt", "c.txt"}


@pytest.mark.parametrize(
    ("filters", "every", "expected"),
    [
        (Filters(), False, {("a.txt", "甲")}),
        (Filters(origin="c.txt"), False, {("c.txt", "丙")}),
        (Filters(origin="第二章"), False, {("c.txt", "丙")}),
        (Filters(origin=".txt"), True, {("a.txt", "甲"), ("b.txt", "乙"), ("c.txt", "丙")}),
        (Filters(exclude_origin=("a.txt",)), False, {("b.txt", "乙")}),
        (Filters(exclude_origin=("a.txt",)), True, {("b.txt", "乙"), ("c.txt", "丙")}),
        (Filters(origin="x.txt"), True, set()),
    ],
)
def test_a_unit_comes_with_the_places_that_are_asked_for(
    stored: Memory, filters: Filters, every: bool, expected: set[tuple[str, str]]
) -> None:
    places = [("a.txt", "甲", ""), ("b.txt", "乙", ""), ("c.txt", "丙", "第二章")]
    stored.add([unit(origin=Origin(file, section=part), previous=before) for file, before, part in places])
    found = stored.units(filters, every_place=every)
    assert {(one.origin.source_file, one.previous) for one in found} == expected


def test_units_without_ids_count_each_time(memory: Memory) -> None:
    memory.add([unit(), unit()])
    memory.add([unit()])
    assert [entry.count for entry in memory.entries()] == [3]


def test_a_review_outlives_a_machine(memory: Memory) -> None:
    memory.add([unit(status="reviewed")])
    memory.add([unit(changed=datetime(2030, 1, 1, tzinfo=UTC))])
    assert next(memory.units()).status == "reviewed"


@pytest.mark.parametrize(("keep", "left"), [("all", {"a", "b", "c"}), ("newest", {"c"}), ("best", {"b"})])
def test_rules_for_variants(memory: Memory, keep: str, left: set[str]) -> None:
    units = [
        unit(target="a", quality=0.9, changed=datetime(2021, 1, 1, tzinfo=UTC)),
        unit(target="b", quality=0.1, status="reviewed", changed=datetime(2020, 1, 1, tzinfo=UTC)),
        unit(target="c", quality=0.2, changed=datetime(2022, 1, 1, tzinfo=UTC)),
    ]
    other = Unit("合同", "Vertrag", "zh-CN", "de-DE")
    report = memory.add([*units, other], keep=keep)  # type: ignore[arg-type]
    assert {one.target for one in memory.units()} == left | {"Vertrag"}
    assert report.removed == 3 - len(left)


def test_dedupe_of_folded_texts(memory: Memory) -> None:
    memory.add([unit("合同 ABC", "one", quality=0.5), unit("合同 ＡＢＣ", "two", quality=0.6), unit("合约", "three")])
    assert memory.dedupe("best", folded=True) == 1
    assert {one.target for one in memory.units()} == {"two", "three"}


def test_what_cannot_be_kept_is_counted(memory: Memory) -> None:
    report = memory.add([unit(target=" "), unit(source=""), unit("长" * 100_001), unit("\ud800"), unit()])
    assert report.new == 1
    assert dict(report.left_out) == {
        "no target text": 1,
        "no source text": 1,
        "longer than 100,000 characters": 1,
        "an unpaired surrogate": 1,
    }


FILTERS = [
    (Filters(source_lang="zh"), {1, 2, 3}),
    (Filters(source_lang="en"), {4}),
    (Filters(target_lang="en-GB"), {3}),
    (Filters(origin="treaty"), {2}),
    (Filters(since=datetime(2024, 6, 1, tzinfo=UTC)), {2}),
    (Filters(until=datetime(2024, 6, 1, tzinfo=UTC)), {3}),
    (Filters(status=("reviewed", "rejected")), {2, 3}),
    (Filters(min_quality=0.5), {1, 2, 4}),
    (Filters(with_text="第'二\"%"), {2}),
    (Filters(author="李明"), {3}),
    (Filters(author="' OR 1 --"), set()),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters(memory: Memory, filters: Filters, expected: set[int]) -> None:
    memory.add(
        [
            unit("第一", "first"),
            unit(
                "第'二\"%",
                "second",
                origin=Origin("treaty.pdf"),
                created=datetime(2024, 12, 1, tzinfo=UTC),
                status="reviewed",
                quality=0.75,
            ),
            Unit(
                "第三",
                "third",
                "zh-TW",
                "en-GB",
                created=datetime(2023, 12, 1, tzinfo=UTC),
                status="rejected",
                quality=0.25,
                author="李明",
            ),
            Unit("one", "一", "en-US", "zh-CN"),
        ]
    )
    assert {entry.id for entry in memory.entries(filters)} == expected
    assert memory.delete(filters) == len(expected)
    assert {entry.id for entry in memory.entries()} == {1, 2, 3, 4} - expected


def test_filters_refuse_what_means_nothing() -> None:
    with pytest.raises(UsageError, match="status"):
        Filters(status=("good",))
    with pytest.raises(UsageError, match="language"):
        Filters(source_lang="not a language")


def test_edit(memory: Memory) -> None:
    memory.add([FULL, unit()])
    entry = memory.edit(1, target="changed", status="rejected")
    assert entry.id == 1
    assert entry.unit.target == "changed"
    assert entry.unit.origin == FULL.origin
    assert entry.unit.changed is not None
    assert entry.unit.changed > datetime(2025, 6, 1, tzinfo=UTC)
    memory.edit(2, notes=("checked",))
    assert memory.get(2).unit.notes == ("checked",)
    assert memory.edit(1, source="合同", target="contract", target_lang="en-US").id == 2, "it folds into the other"
    assert len(memory) == 1
    with pytest.raises(UsageError, match="no unit 1"):
        memory.edit(1, target="x")
    with pytest.raises(UsageError, match="no target text"):
        memory.edit(2, target="")
    with pytest.raises(UsageError, match="field colour"):
        memory.edit(2, colour="red")


def test_backup_is_a_memory(file: Memory, tmp_path: Path) -> None:
    file.add([FULL])
    with Memory(file.backup(tmp_path / "copy.duiyi"), create=False) as copy:
        assert list(copy.units()) == [FULL]
        assert copy.check() == []
    with pytest.raises(UsageError, match="itself"):
        file.backup(file.path)


def test_stats(memory: Memory) -> None:
    memory.add([FULL, unit(), Unit("Note", "Hinweis", "en", "de")])
    stats = memory.stats()
    assert stats.units == 3
    assert stats.pairs == {("zh-CN", "en-GB"): 1, ("zh-CN", "en-US"): 1, ("en", "de"): 1}
    assert stats.statuses == {"reviewed": 1, "unreviewed": 2}
    assert stats.origins == {"a.docx": 1}


def test_segments_grow_and_numbers_are_not_given_again(memory: Memory) -> None:
    for start in range(0, 100, 10):
        memory.add([unit(f"文本{number}号", f"text number {number}") for number in range(start, start + 10)])
        with memory.writing() as connection:
            index.update(connection, 10)
    assert memory.stats().indexed >= 190
    assert memory.stats().segments < 10
    memory.delete(numbers=[100])
    memory.add([unit("新的", "new")])
    assert memory.get(101).unit.target == "new"
    memory.compact()
    assert memory.stats().indexed == 200
    assert memory.check() == []


@pytest.mark.parametrize("how", ["another process", "one core", "no process", "somebody else indexes"])
def test_a_large_import_is_indexed_ahead(file: Memory, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(index, "CAPACITY", 10)
    monkeypatch.setattr(index, "FULL", 20)
    monkeypatch.setattr("tm.store.prepared.BATCH", 7)
    monkeypatch.setattr("tm.store.database.FileMemory.TRANSACTION", 14)
    if how == "one core":
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
    if how == "no process":
        monkeypatch.setattr(sys, "executable", "/bin/false")
    if how == "somebody else indexes":
        finish = index.BackgroundIndexer.finish

        def late(self: index.BackgroundIndexer, connection: sqlite3.Connection) -> None:
            index.update(connection, 0)
            finish(self, connection)

        monkeypatch.setattr(index.BackgroundIndexer, "finish", late)
    file.add([unit(f"文本第{number}号", f"text number {number}") for number in range(100)])
    assert file.stats().indexed >= 20
    with file.writing() as connection:
        index.update(connection, 0)
    ids = [
        number
        for (blob,) in file.connection.execute("SELECT ids FROM segments")
        for number in np.frombuffer(blob, np.int64).tolist()
    ]
    assert sorted(ids) == list(range(1, 201)), "each text once"


# --- several programs at once, and crashes


def test_readers_while_one_writes(memory: Memory) -> None:
    memory.add([unit(f"源{n}", f"target {n}") for n in range(100)])
    with (
        Memory(memory.path, create=False) as one,
        Memory(memory.path, create=False) as two,
        memory.writing() as connection,
    ):
        connection.execute("DELETE FROM units WHERE id > 50")
        assert len(one) == len(two) == 100


def test_a_second_writer_is_refused(file: Memory) -> None:
    other = connect(file.path, wait=0.05)
    with (
        file.writing(),
        pytest.raises(StoreError, match="being written by another program"),
        write_transaction(other, file.path),
    ):
        pass
    other.close()


def test_threads_share_a_memory(memory: Memory) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for n in range(5):
                memory.add([unit(f"源{number}-{n}", "target")])
                assert len(memory)
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(memory) == 20


WRITER = """
import itertools, sys
from tm.search.memory import Memory
from tm.store.prepared import BATCH
from tm.store.database import FileMemory
from tm.unit import Unit, cleaned

FileMemory.TRANSACTION = BATCH

def report(count):
    print(count, flush=True)

with Memory(sys.argv[1]) as store:
    store.add((Unit(f"文本{n}", f"text {n}", "zh", "en") for n in itertools.count()), progress=report)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a thing of POSIX")
def test_a_crash_loses_no_committed_unit(tmp_path: Path) -> None:
    path = tmp_path / "m.duiyi"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    committed = [int(writer.stdout.readline()) for _ in range(3)][-1]
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with Memory(path, create=False) as memory:
        numbers = sorted(int(one.target.split()[1]) for one in memory.units())
        assert memory.check() == []
        assert len(numbers) >= committed
        assert numbers == list(range(len(numbers))), "whole batches in order, nothing between them lost"
        memory.add([unit()])


def test_a_source_that_breaks_keeps_what_was_committed(memory: Memory) -> None:
    def units() -> "object":
        for number in range(7_000):
            yield unit(f"文本{number}", "text")
        raise ValueError("broken file")

    with pytest.raises(ValueError, match="broken file"):
        memory.add(units())  # type: ignore[arg-type]
    assert len(memory) == 5_000
    with pytest.raises(ValueError, match="broken file"):
        memory.add(units(), whole=True)  # type: ignore[arg-type]
    assert len(memory) == 5_000


# --- files that are no memory


def test_unknown_memory(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        Memory(tmp_path / "none.duiyi", create=False)
    assert not (tmp_path / "none.duiyi").exists()
    with pytest.raises(StoreError, match="folder"):
        Memory(tmp_path)


def test_not_a_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.duiyi"
    path.write_text("this is no database at all, however long it may be" * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="not a translation memory"):
        Memory(path, create=False)
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(StoreError, match="not a translation memory"):
        Memory(other)


def test_newer_version(file: Memory) -> None:
    file.connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    file.close()
    with pytest.raises(StoreError, match="newer version"):
        Memory(file.path, create=False)


def test_damaged_memory(file: Memory) -> None:
    file.add([unit(f"文本{n}" * 20, f"text {n} " * 20) for n in range(3_000)])
    file.close()
    data = bytearray(file.path.read_bytes())
    data[4096 * 3 : -4096] = os.urandom(len(data) - 4096 * 4)
    file.path.write_bytes(data)
    broken = Memory(file.path, create=False)
    with pytest.raises(StoreError, match=r"damaged|cannot be used"):
        list(broken.units())
    broken.close()


def test_full_disk(file: Memory) -> None:
    file.add([unit()])
    (pages,) = file.connection.execute("PRAGMA page_count").fetchone()
    file.connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreError, match="disk is full"):
        file.add([unit(f"文本{n}" * 50, "text") for n in range(2_000)])
    file.connection.execute("PRAGMA max_page_count = 1000000")
    assert len(file) == 1
    file.add([unit("还行", "it goes on")])
    assert len(file) == 2


def test_which_memories_are_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert memory_paths(["a.duiyi", "b=c.duiyi=15"]) == [(Path("a.duiyi"), 0), (Path("b=c.duiyi"), 15)]
    names = ["a=²", "a=", "a=x", "a=-1", "=5", ""]
    assert memory_paths(names) == [(Path("a=²"), 0), (Path("a="), 0), (Path("a=x"), 0), (Path("a=-1"), 0), (Path(), 5)]
    assert default_path().name == "memory.duiyi"
    assert default_path().parent.name == "duiyi"
    monkeypatch.setenv("DUIYI_MEMORY", f"x.duiyi{os.pathsep}y.duiyi=3")
    assert memory_paths() == [(Path("x.duiyi"), 0), (Path("y.duiyi"), 3)]
    monkeypatch.delenv("DUIYI_MEMORY")
    assert memory_paths() == [(default_path(), 0)]
