"""Look up a sentence in memories: context matches, exact, fuzzy and semantic ones.

Exact matches are found by an index on text, fuzzy ones with the sketches of `tm.store.index_segments`: the texts that
may reach the threshold are compared in the order of the highest score they can have, until no other can be among the
best. Since that bound is never too low, everything is found that comparing with all texts would find.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from heapq import heappop, heappush

import numpy as np

from corpora.arguments import checked_class
from corpora.errors import UsageError
from corpora.text.languages import base, checked_code
from corpora.text.plurals import counted
from models.encoder import Encoder
from tm.folding import NUMBER, fold_many, key
from tm.search.diff import differences
from tm.search.fuzzy import PreparedQuery, PreparedText, Similarity
from tm.search.marks import MOST_TOKENS
from tm.search.matches import Match, MatchKind, Results
from tm.search.places import points_of, with_place
from tm.store.filters import Filters, comes_from
from tm.store.index import IndexPart
from tm.store.memory_store import MemoryStore
from tm.store.reading import StoredUnit, UnitReader
from tm.store.sql import Sql
from tm.unit import Unit, is_doubtful, reversed_unit

__all__ = ["LONGEST_QUERY", "LookupOptions", "check_languages", "lookup"]

LONGEST_QUERY = 10_000  # characters
_AT_ONCE = 16  # texts compared in one go
_FETCHED = 3 * _AT_ONCE  # texts fetched from a server in one go, at first
_MOST_FETCHED = 16 * _FETCHED
_MOST_SAME = 1_000  # units of one text among which the best are chosen: a text rarely has more translations
_MOST_MARKED = 5_000  # texts that are compared without their markers
_CHECKED = 4  # words of the query that are looked for before a text is cut into tokens
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = list(MatchKind)


@checked_class
@dataclass(frozen=True, slots=True)
class LookupOptions:
    """What a look-up should find.

    minimum: least score of fuzzy matches, in percent, 30 to 100.
    limit: how many matches at most.
    previous, next: the neighbours of the text in its document, for context matches; "" where unknown.
    filters: conditions on the units; languages are those of the query and of the translation, in any region.
        Without a status, all but rejected units are found.
    substitute: numbers and dates that differ are put into the target, see `tm.search.substitution`.
    encoder: search by meaning too, in the memories that have vectors of this encoder; one of them must.
    semantic_minimum: least similarity of semantic matches, in percent.
    prefer: of equal matches those come first whose files have names that contain one of these.
    penalties: points to deduct from matches whose files have names that contain a text: ``(text, points)``.
    """

    minimum: int = 70
    limit: int = 10
    previous: str = ""
    next: str = ""
    filters: Filters = field(default_factory=Filters)
    substitute: bool = False
    encoder: Encoder | None = None
    semantic_minimum: int = 50
    prefer: tuple[str, ...] = ()
    penalties: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        if not 30 <= self.minimum <= 100:
            raise UsageError("the minimum score of a match is a number from 30 to 100")
        if self.limit < 1:
            raise UsageError("the limit must be at least 1 match")


_DEFAULT = LookupOptions()


def lookup(
    memories: MemoryStore | Sequence[MemoryStore | tuple[MemoryStore, int]],
    text: str,
    options: LookupOptions = _DEFAULT,
) -> Results[Match]:
    """Return the matches of ``text`` in the memories, best first.

    A memory may come with a penalty, which is subtracted from the score of all its matches. The same pair of texts
    from two memories comes once. Raises `UsageError` for a text that is empty or too long, `StoreError` as `Memory`.
    """
    if not text.strip():
        raise UsageError("there is nothing to look up: the text is empty")
    if len(text) > LONGEST_QUERY:
        raise UsageError(f"the text to look up has {counted(len(text), 'character')}; {LONGEST_QUERY:,} are the most")
    if not text.isascii() and _SURROGATE.search(text):
        raise UsageError("the text to look up contains an unpaired surrogate")
    query = PreparedQuery(text)
    several = [memories] if isinstance(memories, MemoryStore) else memories
    stores = [one if isinstance(one, tuple) else (one, 0) for one in several]
    found: dict[tuple[str, str], Match] = {}
    indexed: list[MemoryStore] = []
    if options.encoder is not None:
        from tm.search.semantic import with_vectors

        indexed = with_vectors([memory for memory, _ in stores], options.encoder)
    for memory, penalty in stores:
        encoder = options.encoder if memory in indexed else None
        with memory.reading() as connection:
            for match in _Search(memory, connection, query, options, penalty).matches(encoder):
                if match.score < options.minimum and match.kind is MatchKind.FUZZY:
                    continue  # because of its origin
                pair = (match.unit.source, match.unit.target)
                if pair not in found or _rank(found[pair], options) > _rank(match, options):
                    found[pair] = match
    matches = sorted(found.values(), key=lambda match: _rank(match, options))[: options.limit]
    example = Match(MatchKind.EXACT, 0, Unit("", "", "", ""), 0, 0, "")
    return Results((_finished(match, text, options) for match in matches), example)


def check_languages(memories: Sequence[MemoryStore], source_lang: str, target_lang: str) -> None:
    """Raise `UsageError` for an unknown language, and for one that no unit has if there are units."""
    if not (source_lang or target_lang):
        return
    held = sorted({code for memory in memories for code in memory.codes()})
    for code in filter(None, (source_lang, target_lang)):
        if base(checked_code(code, lambda: held)) not in {base(one) for one in held} and held:
            where = memories[0].path if len(memories) == 1 else "the memories"
            raise UsageError(f"{where}: no unit has the language {code}; there are {', '.join(held)}")


def _rank(match: Match, options: LookupOptions) -> tuple[object, ...]:
    """The order of matches: score, kind, preferred origin, fewer minor differences, region, reviewed, no draft and
    not machine-made, frequent, new."""
    unit, filters = match.unit, options.filters
    regions = sum(
        bool(code) and code != have
        for code, have in ((filters.source_lang, unit.source_lang), (filters.target_lang, unit.target_lang))
    )
    semantic = match.kind is MatchKind.SEMANTIC
    return (
        semantic,
        -match.score,
        _KINDS.index(match.kind),
        not any(comes_from(unit.origin, name) for name in options.prefer),
        len(match.minor_differences),
        regions,
        unit.status != "reviewed",
        is_doubtful(unit),
        -match.count,
        -match.number,
    )


def _finished(match: Match, text: str, options: LookupOptions) -> Match:
    """The match with its differences and adapted numbers, which only matches that are shown need."""
    if match.kind is not MatchKind.FUZZY:
        return match
    match = replace(match, differences=differences(match.unit.source, text))
    if options.substitute:
        from tm.search.substitution import adapted

        found = adapted(text, match.unit)
        if found is not None:
            target, changes = found
            unit = replace(match.unit, target=target)
            return replace(match, unit=unit, stored_target=match.unit.target, adapted=changes)
    return match


def _raised(least: int, best: list[int], wanted: int) -> int:
    """Cut the heap ``best`` to the ``wanted`` highest scores; return the least score that a further match needs."""
    while len(best) > wanted:
        heappop(best)
    return max(least, best[0] + 1) if len(best) == wanted else least


class _Texts:
    """The texts with these numbers, a few after the other; from a server in blocks that become larger."""

    def __init__(self, connection: Sql, numbers: list[int]) -> None:
        self._connection = connection
        self._numbers = numbers
        self._size = _FETCHED
        self._known: dict[int, str] = {}
        self._fetched = 0

    def some(self, start: int) -> list[tuple[int, str]]:
        """The next `_AT_ONCE` from ``start`` on that are still in the memory."""
        wanted = self._numbers[start : start + _AT_ONCE]
        if not self._connection.REMOTE:
            return self._connection.texts(wanted)
        if start + len(wanted) > self._fetched:
            self._known = dict(self._connection.texts(self._numbers[start : start + self._size]))
            self._fetched = start + self._size
            self._size = min(2 * self._size, _MOST_FETCHED)
        return [(number, self._known[number]) for number in wanted if number in self._known]


@lru_cache(maxsize=64)
def _both_directions(filters: Filters) -> tuple[Filters, Filters]:
    """The conditions of a search on units in the direction of the query, and on those in the other one."""
    own = filters.for_search()
    return own, replace(own, source_lang=own.target_lang, target_lang=own.source_lang)


class _Search:
    """A look-up in one memory, inside a transaction."""

    def __init__(
        self, memory: MemoryStore, connection: Sql, query: PreparedQuery, options: LookupOptions, penalty: int
    ) -> None:
        self._memory = memory
        self._connection = connection
        self._reader = UnitReader(connection, memory.index.languages)
        self._query = query
        self._options = options
        self._penalty = penalty
        # More units of one text than are wanted: context, preferred origins, penalties and regions decide between them.
        self._same = max(options.limit, _MOST_SAME)
        self._entries: dict[int, list[tuple[StoredUnit, bool]]] = {}  # by text, where they come from a server
        self._filters, self._reversed_filters = _both_directions(options.filters)

    def matches(self, encoder: Encoder | None) -> Iterator[Match]:
        """Matches of this memory, in no order; the best are among them."""
        found = list(self._exact())
        # A fuzzy match may be better than an exact one that its origin costs points.
        wanted = self._options.limit - sum(match.score + self._penalty >= 100 for match in found)
        if wanted > 0 and self._options.minimum + self._penalty < 100:
            found += self._fuzzy(wanted)
        yield from found
        if encoder is not None and len(found) < self._options.limit:
            yield from self._semantic(encoder, {match.number for match in found})

    def _of_text(self, text: int) -> Iterator[tuple[StoredUnit, bool]]:
        """The units with this text, and whether it is their target."""
        if self._connection.REMOTE:
            if text not in self._entries:
                self._expect([text])
            yield from self._entries[text]
            return
        for entry in self._reader.of_text("source", text, self._filters, self._same):
            yield entry, False
        for entry in self._reader.of_text("target", text, self._reversed_filters, self._same):
            yield entry, True

    def _expect(self, texts: list[int]) -> None:
        """Fetch the units of these texts from a server at once."""
        if self._connection.REMOTE and texts:
            own, turned = self._filters, self._reversed_filters
            self._entries |= self._reader.of_texts(texts, own, turned, self._same)

    def _match(
        self, kind: MatchKind, score: int, entry: StoredUnit, reverse: bool, minor_differences: tuple[str, ...] = ()
    ) -> Match:
        entry = with_place(
            self._connection, entry, self._options.filters, self._options.prefer, self._options.penalties
        )
        unit = reversed_unit(entry.unit) if reverse else entry.unit
        score = max(0, score - self._penalty - points_of(unit, self._options.penalties))
        return Match(kind, score, unit, entry.id, entry.count, str(self._memory.path), reverse, minor_differences)

    def _exact(self) -> Iterator[Match]:
        text = self._query.text
        for (number,) in self._connection.execute(
            "SELECT id FROM texts WHERE key = ? AND text = ?", (key(text), text)
        ).fetchall():
            for entry, reverse in self._of_text(number):
                same = 0 if reverse else self._neighbours(entry.id)
                yield self._match(MatchKind.CONTEXT if same else MatchKind.EXACT, 100 + same, entry, reverse)

    def _neighbours(self, unit: int) -> int:
        """How many neighbours of the query are next to the unit at one place: 0, 1 or 2."""
        ids = []
        for text in (self._options.previous, self._options.next):
            rows = (
                self._connection.execute("SELECT id FROM texts WHERE key = ? AND text = ?", (key(text), text))
                if text
                else ()
            )
            ids.append({number for (number,) in rows})
        before, after = ids
        best = 0
        for previous in before:
            for (following,) in self._connection.execute(
                "SELECT next FROM places WHERE unit = ? AND previous = ?", (unit, previous)
            ):
                if following in after:
                    return 2
                best = 1
        for following in after if not best else ():
            if self._connection.execute(
                "SELECT 1 FROM places WHERE unit = ? AND next = ?", (unit, following)
            ).fetchone():
                return 1
        return best

    def _fuzzy(self, wanted: int) -> Iterator[Match]:
        """The best ``wanted`` matches, and perhaps more, in no order."""
        least = self._options.minimum + self._penalty
        best: list[int] = []  # a heap of the highest scores so far
        seen = set()
        for number, similarity in self._without_marks():
            if similarity.score >= least:
                seen.add(number)
                yield from self._matches_of_text(number, similarity, best)
                least = _raised(least, best, wanted)
        if least > 99:
            return
        ids, bounds = self._candidates(least)
        texts = _Texts(self._connection, ids)
        for start in range(0, len(ids), _AT_ONCE):
            if bounds[start] < least:
                return
            near = self._compared(texts.some(start), least)
            self._expect([number for number, _ in near[: self._options.limit] if number not in seen])
            for number, similarity in near:
                if similarity.score < least:
                    break
                if number in seen:
                    continue
                yield from self._matches_of_text(number, similarity, best)
                least = _raised(least, best, wanted)

    def _matches_of_text(self, number: int, similarity: Similarity, best: list[int]) -> Iterator[Match]:
        """The units with the text ``number`` as fuzzy matches; their scores, less penalties, go to the heap."""
        for entry, reverse in self._of_text(number):
            match = self._match(MatchKind.FUZZY, similarity.score, entry, reverse, similarity.minor_differences)
            heappush(best, similarity.score - points_of(match.unit, self._options.penalties))
            yield match

    @cached_property
    def _parts(self) -> list[IndexPart]:
        return self._memory.index.parts(self._connection, self._filters.source_lang)

    def _candidates(self, minimum: int) -> tuple[list[int], list[int]]:
        """Texts that may reach ``minimum``, and the most each can score, highest first."""
        ids, bounds = self._memory.index.near(self._connection, self._parts, self._query.tokens, minimum)
        order = np.argsort(-bounds, kind="stable")
        return ids[order].tolist(), bounds[order].tolist()

    def _without_marks(self) -> Iterator[tuple[int, Similarity]]:
        """Texts that are equal to the query without markers and footnote marks, but not with them."""
        core = self._query.core
        length = len(core.tokens)
        if not core.text:
            return
        words = [token for token in core.tokens if token != NUMBER][:_CHECKED]
        # Without marks in the query those of a text are more tokens; a bullet is none, and no obstacle to the others.
        marked = len(self._query.tokens) > length
        least, more = length + (not marked), MOST_TOKENS - (not marked)
        ids = self._memory.index.containing(self._connection, self._parts, core.tokens, least, more)
        ids = ids[:_MOST_MARKED].tolist()
        texts = _Texts(self._connection, ids)
        for start in range(0, len(ids), _AT_ONCE):
            if not (rows := texts.some(start)):
                continue  # all were deleted since the index was made
            folded = fold_many(text for _, text in rows).split("\n")
            for (number, text), quick in zip(rows, folded, strict=True):
                if not all(token in quick for token in words):
                    continue  # quicker than to find all its tokens
                other = PreparedText(text)
                similarity = self._query.without_marks(other)
                if similarity is not None and self._query.folded != other.folded:
                    whole = self._query.reaching(other, similarity.score + 1)
                    yield number, similarity if whole is None or whole.score <= similarity.score else whole

    def _compared(self, texts: list[tuple[int, str]], minimum: int) -> list[tuple[int, Similarity]]:
        """The texts that score at least ``minimum``, best first; not the query itself."""
        found = []
        for number, text in texts:
            similarity = self._query.reaching(PreparedText(text), minimum)
            if similarity is not None and minimum <= similarity.score < 100:
                found.append((number, similarity))
        found.sort(key=lambda pair: -pair[1].score)
        return found

    def _semantic(self, encoder: Encoder, seen: set[int]) -> Iterator[Match]:
        from tm.search.semantic import nearest

        for number, cosine in nearest(self._memory, encoder, self._query.text, 4 * self._options.limit):
            score = round(100 * cosine)
            if score < self._options.semantic_minimum:
                return
            for entry, reverse in self._of_meaning(number):
                if entry.id in seen:
                    continue  # found before, or the other side of a unit that was nearer
                seen.add(entry.id)
                yield self._match(MatchKind.SEMANTIC, min(99, score), entry, reverse)

    def _of_meaning(self, text: int) -> Iterator[tuple[StoredUnit, bool]]:
        """As `_of_text`, in any language: an English query finds Chinese sources."""
        neither = replace(self._filters, source_lang="", target_lang="")
        for side in ("source", "target"):
            for entry in self._reader.of_text(side, text, neither, self._options.limit):
                yield entry, side == "target"
