"""Keep the index up to date: segments are built in bulk, and the newest texts wait in a short tail.

Adding a unit must not rewrite lists, so new texts are at first not indexed. When enough of them wait they become a
segment, and small segments are merged into larger ones, each text a few times in all (the log-structured merge tree:
O'Neil et al. 1996, Acta Informatica 33). Each process indexes the tail in memory when it searches. Segments never
change, so readers can keep them; texts that were deleted since then are left out when they are fetched. The table of
lists holds the sequences of a segment, too, under the number of the segment with a minus sign.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from corpora.errors import StoreUnavailable
from corpora.text.languages import base
from tm.store.index_codes import OccurringCodes
from tm.store.index_planes import PlanesCache
from tm.store.index_segments import BUCKETS, CAPACITY, IndexSegment, Near, Places, build, postings, sequence, sketch
from tm.store.index_sequences import SegmentSequences, nearer, with_all_tokens
from tm.store.index_worker import BuiltSegment, IndexWorker
from tm.store.sql import Sql, Store

__all__ = ["FULL", "TAIL", "BackgroundIndexer", "Index", "IndexPart", "rebuild", "update"]

#: This many texts may wait; a look-up indexes them in memory, in a few milliseconds per thousand.
TAIL = 2_000
#: In bulk imports this many wait before they become full segments, so that nothing is merged twice.
FULL = 2 * CAPACITY
_FEW = 16  # texts that are found; for so few no sequences are read
_FREQUENCIES = 100_000  # counts of words that a process keeps
_LONGEST_ROUND = 60  # seconds
_SMALL = 10_000  # texts that are not worth sending to another process
_LONGEST_WORD = 600  # characters; longer ones are found, but not by a wildcard


@dataclass(frozen=True, slots=True)
class IndexPart:
    """A segment with its language; ``id`` is 0 for the tail, ``tail`` holds its lists by bucket.

    ``singles`` is false for segments of older versions, which have no lists of single characters.
    """

    id: int
    language: str
    segment: IndexSegment
    tail: dict[int, bytes] = field(default_factory=dict)
    singles: bool = True

    def positions(self, connection: Sql, code: int) -> NDArray[np.uint16]:
        """Positions of the texts that hold the word or pair ``code``; ascending, so shorter texts first."""
        bucket = code >> 24
        if not self.id:
            return postings(self.tail.get(bucket), code)
        row = connection.execute("SELECT data FROM postings WHERE id = ?", (self.id * BUCKETS + bucket,)).fetchone()
        return postings(row[0] if row else None, code)


class Index:
    """The part of the index that a process keeps between look-ups. Used inside a transaction of any connection."""

    def __init__(self) -> None:
        self._segments: dict[int, IndexPart] = {}
        self._tail: tuple[int, int, list[IndexPart]] = (0, 0, [])
        self.languages: dict[int, str] = {}
        """By number; a language that was committed is never deleted."""
        self._frequencies: dict[tuple[int, int], int] = {}
        self._sequences: dict[int, SegmentSequences | None] = {}
        self._planes = PlanesCache()
        self._codes = OccurringCodes()

    def parts(self, connection: Sql, language: str = "") -> list[IndexPart]:
        """The segments of a language (of all with ""), and the tail."""
        # One statement, since each costs a round trip to a server.
        state = connection.execute(
            "SELECT s.id, s.language, x.value, (SELECT coalesce(max(id), 0) FROM texts) FROM state x"
            " LEFT JOIN segments s ON TRUE WHERE x.name = 'indexed' ORDER BY s.id"
        ).fetchall()
        rows = [(number, name) for number, name, *_ in state if number is not None]
        numbers = {number for number, _ in rows}
        for gone in self._segments.keys() - numbers:
            self._segments.pop(gone, None)
            self._frequencies.clear()
        # Not with their segments: a look-up in another thread may store them after these were dropped.
        for gone in self._sequences.keys() - numbers:
            self._sequences.pop(gone, None)
        self._planes.keep_only(rows)
        found = []
        for number, name in rows:
            if language in ("", name):
                found.append(self._segments.get(number) or self._load(connection, number))
        return found + [part for part in self._tail_parts(connection, *state[0][2:]) if language in ("", part.language)]

    def near(self, connection: Sql, parts: Sequence[IndexPart], query: Sequence[str], minimum: int) -> Near:
        """Ids of the texts that may score ``minimum`` against the tokens of a query, and the most that each can."""
        parts = self._possible(connection, parts, query, (100 - minimum) * len(query) // 100)
        found = self._planes.near(_known(parts), sketch(query), len(query), minimum)
        held, ids, others = self._held(connection, parts, found)
        kept, bounds = nearer(held, sequence(query), minimum)
        return np.concatenate([ids[kept], others[0]]), np.concatenate([bounds, others[1]])

    def containing(
        self, connection: Sql, parts: Sequence[IndexPart], query: Sequence[str], length: int, more: int
    ) -> Places:
        """Ids of the texts of ``length`` to ``length + more`` tokens that may have those of a query in their order."""
        parts = self._possible(connection, parts, query, 0)
        found = self._planes.containing(_known(parts), sketch(query), length, more)
        held, ids, others = self._held(connection, parts, [(positions, positions) for positions in found])
        return np.concatenate([ids[with_all_tokens(held, sequence(query))], others[0]])

    def _possible(
        self, connection: Sql, parts: Sequence[IndexPart], query: Sequence[str], apart: int
    ) -> Sequence[IndexPart]:
        """The parts without those of languages in which more than ``apart`` tokens of a query do not occur."""
        segments: dict[str, list[int]] = {}
        unknown = {part.language for part in parts if not part.singles}
        for part in parts:
            if part.id and part.language not in unknown:
                segments.setdefault(part.language, []).append(part.id)
        without = {
            language
            for language, numbers in segments.items()
            if self._codes.missing(connection, language, tuple(numbers), query) > apart
        }
        return [part for part in parts if not part.id or part.language not in without]

    def _held(
        self, connection: Sql, parts: Sequence[IndexPart], found: Sequence[Near]
    ) -> tuple[list[tuple[SegmentSequences, Places]], Places, Near]:
        """The texts found whose sequences are known, their ids, and the ids of the others with what was found."""
        nothing = np.empty(0, np.int64)
        few = sum(len(positions) for positions, _ in found) <= _FEW
        held, ids, others, bounds = [], [nothing], [nothing], [nothing]
        for part, (positions, most) in zip(parts, found, strict=True):
            if len(positions):
                known = None if few else self.sequences(connection, part)
                (ids if known else others).append(part.segment.ids[positions])
                if known:
                    held.append((known, positions))
                else:
                    bounds.append(most)
        return held, np.concatenate(ids), (np.concatenate(others), np.concatenate(bounds))

    def sequences(self, connection: Sql, part: IndexPart) -> SegmentSequences | None:
        """The sequences of a segment; None for segments of older versions, which have none."""
        if not part.id:
            return SegmentSequences.of(part.segment.sequences, part.segment.lengths)
        try:
            return self._sequences[part.id]
        except KeyError:
            row = connection.execute("SELECT data FROM postings WHERE id = ?", (-part.id,)).fetchone()
            read = SegmentSequences.of(row[0], part.segment.lengths) if row else None
            return self._sequences.setdefault(part.id, read)

    def frequency(self, connection: Sql, part: IndexPart, code: int) -> int:
        """How many texts of a segment hold the word or pair ``code``; what was counted is kept: words repeat."""
        if not part.id:
            return len(part.positions(connection, code))
        found = self._frequencies.get((part.id, code))
        if found is None:
            if len(self._frequencies) >= _FREQUENCIES:
                self._frequencies.clear()
            found = self._frequencies[part.id, code] = len(part.positions(connection, code))
        return found

    def _load(self, connection: Sql, number: int) -> IndexPart:
        language, singles, *arrays = connection.execute(
            "SELECT language, singles, ids, lengths, bits FROM segments WHERE id = ?", (number,)
        ).fetchone()
        part = IndexPart(number, language, IndexSegment.load(*arrays), singles=bool(singles))
        return self._segments.setdefault(number, part)

    def _tail_parts(self, connection: Sql, indexed: int, last: int) -> list[IndexPart]:
        known_indexed, known_last, parts = self._tail
        if known_indexed != indexed or known_last > last:
            known_last, parts = indexed, []
        if known_last < last:
            added = [
                IndexPart(0, language, *build(ids, texts)[:2])
                for ids, texts, language in _batches(connection, known_last, last)
            ]
            parts = parts + added
            if len(parts) > 8:
                parts = [
                    IndexPart(0, language, *build(ids, texts)[:2])
                    for ids, texts, language in _batches(connection, indexed, last)
                ]
        self._tail = (indexed, last, parts)
        return parts


def update(connection: Sql, waiting: int = TAIL, worker: IndexWorker | None = None) -> None:
    """Index the waiting texts if there are more than ``waiting``. Called inside a write transaction.

    With a ``worker``, every second large batch is built by it at the same time.
    """
    indexed = _indexed(connection)
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM texts").fetchone()
    if last - indexed <= waiting or (waiting and last - indexed <= 4 * FULL and _claim_of_others(connection, 0)):
        return
    elsewhere: tuple[str, Future[BuiltSegment]] | None = None
    for ids, texts, language in _batches(connection, indexed, last):
        _merge_small(connection, language, ids, texts)
        if worker is not None and elsewhere is None and len(ids) > _SMALL:
            elsewhere = language, worker.order(ids, texts)
            continue
        _keep(connection, language, build(ids, texts))
        if elsewhere is not None:
            _keep(connection, elsewhere[0], elsewhere[1].result())
            elsewhere = None
    if elsewhere is not None:
        _keep(connection, elsewhere[0], elsewhere[1].result())
    connection.execute("UPDATE state SET value = ? WHERE name = 'indexed'", (last,))


@dataclass(frozen=True, slots=True)
class _Round:
    """What was made of the texts of a round: segments, and texts of small ones, which will be merged with others."""

    built: list[tuple[str, BuiltSegment]] = field(default_factory=list)
    small: list[tuple[str, list[int], list[str]]] = field(default_factory=list)


class BackgroundIndexer:
    """Indexes the texts of a large import in a second process while further units are read.

    A round takes all waiting texts when there are more than `FULL`. Its segments are stored together, with the number
    of the last text that is indexed, in a transaction of the caller: whatever is rolled back, each text is indexed
    once. While one program has a round, others that add to the memory at the same time begin none, which would be the
    same work twice.
    """

    def __init__(self, worker: IndexWorker) -> None:
        self._worker = worker
        self._first = self._last = 0  # the last text indexed before the round, and after it
        self._claim = 0
        self._decided = False  # on a round whose texts must still be read
        self._round: Future[_Round] | None = None

    def advance(self, connection: Sql) -> None:
        """Store the round if it is done, and begin the next one if enough texts wait; never waits for the worker.

        On a server, `read` reads the texts of the new round, after the commit and while others have their turn.
        """
        self._decided = False
        if self._round is not None:
            if not self._round.done():
                return
            self._store(connection)
        indexed = _indexed(connection)
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM texts").fetchone()
        if last - indexed <= FULL or _claim_of_others(connection, self._claim):
            return
        self._claim = _claim(connection, _LONGEST_ROUND)
        self._first, self._last = indexed, last
        self._decided = connection.REMOTE
        if not self._decided:
            texts = list(_batches(connection, indexed, last))
            self._round = self._worker.run(lambda: self._built(texts))
            if all(len(ids) < CAPACITY for ids, *_ in texts):
                self._store(connection)

    def read(self, store: Store) -> None:
        """Begin the round that `advance` decided on, with the texts as they were committed."""
        if self._decided:
            self._decided = False
            first, last = self._first, self._last

            def built() -> _Round:
                with store.snapshot() as connection:
                    return self._built(_batches(connection, first, last))

            self._round = self._worker.run(built)

    def _built(self, batches: Iterable[tuple[list[int], list[str], str]]) -> _Round:
        done = _Round()
        for ids, texts, language in batches:
            if len(ids) == CAPACITY or len(ids) > _SMALL:
                done.built.append((language, self._worker.built(ids, texts)))
            else:
                done.small.append((language, ids, texts))
        return done

    def forget(self) -> None:
        """Drop the round that is being built."""
        self._round, self._decided = None, False

    def finish(self, connection: Sql) -> None:
        """Wait for the round that is being built, and store it; let others have one."""
        if self._round is not None:
            self._store(connection)
        elif self._claim:
            self._claim = _claim(connection, 0)

    def index_rest(self, connection: Sql) -> None:
        """Index all that wait, half of it in the second process if it is much."""
        update(connection, worker=self._worker)

    def _store(self, connection: Sql) -> None:
        self._claim = _claim(connection, 0)
        waiting, self._round = self._round, None
        if waiting is None or _indexed(connection) != self._first:
            return  # another program has indexed them meanwhile
        try:
            done = waiting.result()
        except StoreUnavailable:
            return  # they wait for the next round
        for language, built in done.built:
            _keep(connection, language, built)
        for language, ids, texts in done.small:
            _merge_small(connection, language, ids, texts)
            _keep(connection, language, build(ids, texts))
        connection.execute("UPDATE state SET value = ? WHERE name = 'indexed'", (self._last,))


def _known(parts: Sequence[IndexPart]) -> list[tuple[int, str, IndexSegment]]:
    return [(one.id, one.language, one.segment) for one in parts]


def _claim(connection: Sql, seconds: int) -> int:
    """Keep other programs from a round for some time, in case that this one is killed; the moment of its end."""
    until = int(1_000 * (time.time() + seconds)) if seconds else 0
    connection.execute(
        "INSERT INTO state VALUES ('indexing', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (until,)
    )
    return until


def _claim_of_others(connection: Sql, own: int) -> bool:
    row = connection.execute("SELECT value FROM state WHERE name = 'indexing'").fetchone()
    return row is not None and row[0] != own and row[0] > 1_000 * time.time()


def rebuild(connection: Sql) -> None:
    """Rebuild the whole index, without texts that were deleted. Called inside a write transaction."""
    for table in ("segments", "postings", "words"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("UPDATE state SET value = 0 WHERE name = 'indexed'")
    update(connection, 0)


def _indexed(connection: Sql) -> int:
    (value,) = connection.execute("SELECT value FROM state WHERE name = 'indexed'").fetchone()
    return int(value)


def _batches(connection: Sql, after: int, last: int) -> Iterator[tuple[list[int], list[str], str]]:
    """The texts ``after < id <= last``, one language at a time, at most `CAPACITY` in each batch."""
    regions: dict[str, list[int]] = {}
    for number, code in connection.execute("SELECT id, code FROM languages"):
        regions.setdefault(base(code), []).append(number)
    for language, numbers in regions.items():
        marks = ", ".join(map(str, numbers))
        rows = iter(
            connection.stream(
                f"SELECT id, text FROM texts WHERE id > ? AND id <= ? AND language IN ({marks}) ORDER BY id",
                (after, last),
            )
        )
        while batch := list(islice(rows, CAPACITY)):
            ids, texts = zip(*batch, strict=True)
            yield list(ids), list(texts), language


def _merge_small(connection: Sql, language: str, ids: list[int], texts: list[str]) -> None:
    """Take the texts of smaller segments that fit in, and delete these."""
    rows = connection.execute(
        "SELECT id, size, ids FROM segments WHERE language = ? ORDER BY id DESC", (language,)
    ).fetchall()
    for number, size, old in rows:
        if size > 2 * len(ids) or size + len(ids) > CAPACITY:
            break
        given = json.dumps(np.frombuffer(old, np.int64).tolist())
        statement = f"SELECT id, text FROM texts WHERE id IN ({connection.LISTED}) ORDER BY id"
        for text_id, text in connection.execute(statement, (given,)):
            ids.append(text_id)
            texts.append(text)
        connection.execute("DELETE FROM segments WHERE id = ?", (number,))
        first = number * BUCKETS
        connection.execute("DELETE FROM postings WHERE id >= ? AND id < ? OR id = ?", (first, first + BUCKETS, -number))


def _keep(connection: Sql, language: str, built: BuiltSegment) -> None:
    segment, grams, words = built
    number = connection.take("segments")
    connection.execute(
        "INSERT INTO segments (id, language, size, ids, lengths, bits, singles) VALUES (?, ?, ?, ?, ?, ?, 1)",
        (number, language, len(segment.ids), *segment.dump()),
    )
    lists = ((number * BUCKETS + bucket, data) for bucket, data in grams.items())
    # A number below zero is that of the segment whose sequences these are.
    connection.append("postings", chain([(-number, segment.sequences)], lists))
    known = json.dumps([word for word in sorted(words) if len(word) <= _LONGEST_WORD])
    connection.execute(
        f"INSERT INTO words SELECT value FROM ({connection.NAMED}) j WHERE TRUE ON CONFLICT DO NOTHING", (known,)
    )
