"""Keeping the index up to date: what waits, what becomes a segment, what is merged, and what a process keeps."""

from pathlib import Path

import numpy as np
import pytest

from tm.folding import NUMBER
from tm.search.memory import Memory
from tm.store import index, index_codes, index_planes
from tm.store.index import BackgroundIndexer, Index, rebuild, update
from tm.store.index_sequences import SegmentSequences
from tm.store.index_worker import IndexWorker
from tm.unit import Unit


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "m.duiyi")


def add(memory: Memory, first: int, last: int) -> None:
    memory.add(Unit(f"文本{number}", f"text {number}", "zh-CN", "en-US") for number in range(first, last))


def segments(memory: Memory) -> dict[str, list[list[int]]]:
    """The text ids of each segment, by language."""
    found: dict[str, list[list[int]]] = {"zh": [], "en": []}
    for language, size, ids in memory.connection.execute("SELECT language, size, ids FROM segments ORDER BY id"):
        found[language].append(sorted(np.frombuffer(ids, np.int64).tolist()))
        assert size == len(found[language][-1])
    return found


def test_more_texts_than_may_wait_are_indexed(memory: Memory) -> None:
    add(memory, 0, 5)
    with memory.writing() as connection:
        update(connection, 10)
    assert segments(memory) == {"zh": [], "en": []}
    with memory.writing() as connection:
        update(connection, 9)
    assert segments(memory) == {"zh": [[1, 3, 5, 7, 9]], "en": [[2, 4, 6, 8, 10]]}
    with memory.writing() as connection:
        update(connection, 0)
    assert memory.stats().segments == 2, "nothing waits any more"


def test_small_segments_are_merged(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    for first, last in ((0, 4), (4, 6), (6, 7), (7, 9), (9, 29)):
        add(memory, first, last)
        with memory.writing() as connection:
            update(connection, 0)
        sizes.append([len(one) for one in segments(memory)["zh"]])
    assert sizes == [[4], [6], [6, 1], [9], [29]], "segments of at most twice the size are merged, the newest first"
    assert memory.lookup("文本5")[0].target == "text 5"
    assert [hit.unit.source for hit in memory.concordance("text 28")] == ["文本28"]
    monkeypatch.setattr(index, "CAPACITY", 30)
    add(memory, 29, 30)
    with memory.writing() as connection:
        update(connection, 0)
    add(memory, 30, 31)
    with memory.writing() as connection:
        update(connection, 0)
    assert [len(one) for one in segments(memory)["zh"]] == [29, 2]
    add(memory, 31, 51)
    with memory.writing() as connection:
        update(connection, 0)
    assert [len(one) for one in segments(memory)["zh"]] == [29, 22], "no segment is larger than the capacity"
    memory.delete(numbers=range(30, 40))
    add(memory, 60, 90)
    with memory.writing() as connection:
        update(connection, 0)
    postings = memory.connection.execute("SELECT DISTINCT id / 256 FROM postings WHERE id > 0 ORDER BY 1").fetchall()
    sequences = memory.connection.execute("SELECT -id FROM postings WHERE id < 0 ORDER BY 1").fetchall()
    numbers = memory.connection.execute("SELECT id FROM segments ORDER BY id").fetchall()
    assert postings == sequences == numbers, "lists of merged segments are deleted"
    with memory.writing() as connection:
        rebuild(connection)
    assert [len(one) for one in segments(memory)["zh"]] == [30, 30, 11]
    assert [number for one in segments(memory)["zh"] for number in one] == [
        number for (number,) in memory.connection.execute("SELECT id FROM texts WHERE language = 1 ORDER BY id")
    ]


def test_merging_fills_a_segment_to_its_capacity(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "CAPACITY", 6)
    for first, last, expected in ((0, 4, [4]), (4, 6, [6]), (6, 10, [6, 4]), (10, 13, [6, 4, 3])):
        add(memory, first, last)
        with memory.writing() as connection:
            update(connection, 0)
        assert [len(one) for one in segments(memory)["zh"]] == expected


def parts(memory: Memory, known: Index, language: str = "") -> list[tuple[int, str, int]]:
    with memory.reading() as connection:
        return [(part.id, part.language, len(part.segment.ids)) for part in known.parts(connection, language)]


def test_what_a_process_keeps(memory: Memory) -> None:
    known = Index()
    assert parts(memory, known) == []
    add(memory, 0, 3)
    assert parts(memory, known) == [(0, "zh", 3), (0, "en", 3)]
    assert parts(memory, known, "en") == [(0, "en", 3)]
    first = known._tail[2]
    assert parts(memory, known, "de") == []
    assert known._tail[2] is first, "the tail is not built again"
    add(memory, 3, 4)
    assert parts(memory, known) == [(0, "zh", 3), (0, "en", 3), (0, "zh", 1), (0, "en", 1)]
    assert known._tail[2][:2] == first
    for number in range(4, 6):
        add(memory, number, number + 1)
        found = parts(memory, known)
    assert found == [(0, "zh", 3), (0, "en", 3), *[(0, "zh", 1), (0, "en", 1)] * 3], "eight parts"
    add(memory, 6, 7)
    assert parts(memory, known) == [(0, "zh", 7), (0, "en", 7)], "more than eight parts become one a language"
    with memory.writing() as connection:
        update(connection, 0)
    assert parts(memory, known) == [(1, "zh", 7), (2, "en", 7)]
    assert parts(memory, known, "zh") == [(1, "zh", 7)]
    with memory.reading() as connection:
        (one,) = known.parts(connection, "zh")
        assert known.parts(connection, "zh")[0] is one, "a segment is read once"
    add(memory, 7, 30)
    with memory.writing() as connection:
        update(connection, 0)
    assert parts(memory, known) == [(3, "zh", 30), (4, "en", 30)]
    assert set(known._segments) == {3, 4}, "segments that are gone are dropped"
    add(memory, 30, 31)
    assert parts(memory, known, "zh") == [(3, "zh", 30), (0, "zh", 1)]
    memory.delete(numbers=[31])
    assert parts(memory, known, "zh") == [(3, "zh", 30)], "deleted texts are not in the tail"


def test_planes_are_kept_of_the_segments_that_there_are(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_planes, "_PREPARED_AFTER", 0)
    known = Index()
    query = ["text", NUMBER]
    kept = []
    for first, last in ((0, 12), (12, 17), (17, 19), (19, 26)):
        add(memory, first, last)
        with memory.writing() as connection:
            update(connection, 0)
        with memory.reading() as connection:
            found = known.near(connection, known.parts(connection, "en"), query, 100)
        assert found[1].tolist() == [100] * last
        kept.append(list(known._planes._planes))
    assert kept == [[(2,)], [(2, 4)], [(2, 4, 6)], [(8,)]], "the last update has merged all segments"


def test_a_language_that_a_query_is_not_in_is_not_searched(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_codes, "_PREPARED_AFTER", 0)
    monkeypatch.setattr(index_codes, "_HEAD", 4)  # so that the rest of a bucket is read, too
    memory.add([Unit("船 主 检 查 A1", "the owner checks 12 cables", "zh", "en")])
    with memory.writing() as connection:
        update(connection, 0)
    known = Index()

    def left(query: list[str], apart: int) -> set[str]:
        with memory.reading() as connection:
            return {part.language for part in known._possible(connection, known.parts(connection), query, apart)}

    assert left(["船", "主"], 1) == {"zh"}
    assert left(["船", "主"], 2) == {"zh", "en"}, "two differences are allowed"
    assert left(["the", "owner", "a1"], 1) == {"en"}
    assert left(["12", "cables", NUMBER, NUMBER], 1) == {"en"}
    assert left([NUMBER], 0) == {"zh", "en"}, "numbers differ and are one token"
    assert left(["…", "。"], 0) == {"zh", "en"}, "signs are in no list"
    memory.add([Unit("the owner", "船主", "en", "zh")])
    assert left(["船", "主"], 0) == {"zh", "en"}, "what is not indexed yet is always searched"
    with memory.writing() as connection:
        update(connection, 0)
    assert left(["船", "主"], 0) == {"zh"}, "new segments have other words"


def test_sequences_that_other_look_ups_drop(memory: Memory) -> None:
    class Dropping(dict[int, SegmentSequences | None]):
        """As if another look-up dropped each entry as soon as it is stored, or was seen."""

        def __setitem__(self, number: int, value: SegmentSequences | None) -> None:
            pass

        def __contains__(self, number: object) -> bool:
            return self.pop(number, self) is not self  # type: ignore[call-overload, no-any-return]

    known = Index()
    add(memory, 0, 3)
    with memory.writing() as connection:
        update(connection, 0)
    known._sequences = Dropping()
    with memory.reading() as connection:
        (part,) = known.parts(connection, "en")
        for _ in range(2):
            read = known.sequences(connection, part)
            assert read is not None
            assert read.starts.tolist() == [0, 2, 4, 6], '"text" and a number in each'
    known._sequences = {}
    add(memory, 3, 9)
    with memory.writing() as connection:
        update(connection, 0)
    with memory.reading() as connection:
        (merged,) = known.parts(connection, "en")
        known.sequences(connection, part)  # of a look-up that began before
        known.sequences(connection, merged)
        known.parts(connection)
    assert set(known._sequences) == {merged.id}, "what is stored of a segment that is gone is dropped"


@pytest.mark.parametrize("waits", [True, False])
def test_rounds_of_a_large_import(memory: Memory, monkeypatch: pytest.MonkeyPatch, waits: bool) -> None:
    def added(first: int, last: int) -> None:
        monkeypatch.setattr(index, "FULL", 1_000)  # or `add` would index them
        add(memory, first, last)
        monkeypatch.setattr(index, "FULL", 10)

    monkeypatch.setattr(index, "CAPACITY", 4)
    with IndexWorker() as worker:
        indexer = BackgroundIndexer(worker)
        added(0, 5)
        with memory.writing() as connection:
            indexer.advance(connection)
            assert indexer._round is None, "ten texts may wait"
        added(5, 6)
        with memory.writing() as connection:
            indexer.advance(connection)
            assert indexer._round is not None
            assert connection.execute("SELECT count(*) FROM segments").fetchone() == (0,)
        if waits:
            done = indexer._round.result()
            assert len(done.built) == 2
            assert [len(ids) for _, ids, _ in done.small] == [2, 2]
        with memory.writing() as connection:
            (indexer.advance if waits else indexer.finish)(connection)
            assert indexer._round is None
        assert segments(memory) == {"zh": [[1, 3, 5, 7], [9, 11]], "en": [[2, 4, 6, 8], [10, 12]]}
        added(6, 12)
        with memory.writing() as connection:
            indexer.advance(connection)
            assert indexer._round is not None
            update(connection, 0)
        before = segments(memory)
        with memory.writing() as connection:
            indexer.finish(connection)
            assert indexer._round is None
        assert segments(memory) == before, "another program has indexed the round"
        with memory.writing() as connection:
            indexer.finish(connection)
        assert memory.stats().indexed == 24


def test_a_round_without_a_full_segment_is_stored_at_once(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    add(memory, 0, 3)
    monkeypatch.setattr(index, "FULL", 2)
    with IndexWorker() as worker:
        indexer = BackgroundIndexer(worker)
        with memory.writing() as connection:
            indexer.advance(connection)
            assert indexer._round is None
        assert memory.stats().indexed == 6
        assert worker._process is None


def test_one_program_at_a_time_has_a_round(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    add(memory, 0, 6)
    monkeypatch.setattr(index, "FULL", 10)
    monkeypatch.setattr(index, "CAPACITY", 4)
    with IndexWorker() as worker:
        one, other = BackgroundIndexer(worker), BackgroundIndexer(worker)
        with memory.writing() as connection:
            one.advance(connection)
            other.advance(connection)
            update(connection, 5)
        assert one._round is not None
        assert other._round is None
        assert memory.stats().indexed == 0, "the program that has the round stores it"
        with memory.writing() as connection:
            one.finish(connection)
        assert memory.stats().indexed == 12
        monkeypatch.setattr(index, "_LONGEST_ROUND", -1)
        monkeypatch.setattr(index, "FULL", 1_000)  # or `add` would index them
        add(memory, 6, 12)
        monkeypatch.setattr(index, "FULL", 10)
        with memory.writing() as connection:
            one.advance(connection)
            other.advance(connection)
        assert other._round is not None, "a program that was killed keeps nobody from it for long"
