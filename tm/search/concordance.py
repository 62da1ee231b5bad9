"""Find a phrase in the memories, on either side, and what probably corresponds to it on the other.

Candidates come from lists of words, characters and pairs of Chinese characters (`tm.store.index_segments`) and are then
searched as texts, so that only texts that contain the phrase are shown. The shortest are searched first: the more of a
text the phrase makes up, the more the text says about it. Phrases in one piece come before scattered words, and texts
that contain most of a pasted phrase come last (`tm.search.nearest`).

The counterpart is the run of words that the other sides of the hits share and the rest of the memory does not, by the
Dice coefficient (Smadja, McKeown and Hatzivassiloglou 1996, "Translating collocations for bilingual lexicons",
Computational Linguistics 22). With a single hit there is nothing to count, and none is marked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpora.arguments import checked_class
from corpora.errors import UsageError
from corpora.text.languages import base
from tm.folding import TOKEN, fold, is_character
from tm.search.matches import Results, origin_json
from tm.search.nearest import NearPhrase, is_long
from tm.search.places import with_place
from tm.search.queries import Phrase, QueryPart, folded_with_places, parse
from tm.store.filters import Filters
from tm.store.index import IndexPart
from tm.store.index_segments import SINGLES, pair_code, sketch, word_code
from tm.store.memory_store import MemoryStore
from tm.store.reading import StoredUnit, UnitReader
from tm.store.sql import Sql
from tm.unit import Unit, shortened

__all__ = ["ConcordanceHit", "ConcordanceOptions", "concordance"]

SearchSide = Literal["both", "source", "target"]
_AT_ONCE = 100
_APOSTROPHES = ("'", "’")
_ELIDED = ("l", "d", "qu", "n", "s", "c", "j", "m", "t", "all", "dell", "un")
_EXPANDED = 300  # words that a wildcard may stand for
_SAMPLE = 100  # hits of which the counterpart is counted
_LEAST = 0.2  # Dice coefficient of a counterpart that is shown
_RUN = {True: 8, False: 4}  # characters or words of a counterpart, at most


@checked_class
@dataclass(frozen=True, slots=True)
class ConcordanceOptions:
    """What a concordance search should find.

    side: search "source", "target" or "both".
    exact: as typed: case, width, script and punctuation count.
    limit: how many hits at most.
    filters: conditions on the units.
    counterpart: mark what probably corresponds to the phrase on the other side.
    fuzzy: also find texts that contain most of the phrase; for a long phrase they are found in any case.
    """

    side: SearchSide = "both"
    exact: bool = False
    limit: int = 50
    filters: Filters = field(default_factory=Filters)
    counterpart: bool = True
    fuzzy: bool = False

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise UsageError("the limit must be at least 1 hit")


@dataclass(frozen=True, slots=True)
class ConcordanceHit:
    """A unit that contains the phrase on ``side``; spans are ``[start, end)`` in the text of that side.

    ``counterpart`` has spans of the other side; it is empty if none is known. ``score`` is below 100 for a text that
    contains the phrase only approximately.
    """

    unit: Unit
    side: Literal["source", "target"]
    spans: tuple[tuple[int, int], ...]
    whole: bool
    counterpart: tuple[tuple[int, int], ...] = ()
    number: int = 0
    count: int = 1
    memory: str = ""
    score: int = 100

    @property
    def text(self) -> str:
        """The side that contains the phrase."""
        return self.unit.source if self.side == "source" else self.unit.target

    @property
    def other(self) -> str:
        """The other side."""
        return self.unit.target if self.side == "source" else self.unit.source

    def __repr__(self) -> str:
        return f"ConcordanceHit({self.side}: {shortened(self.text)!r}, {shortened(self.other)!r})"

    def to_dict(self) -> dict[str, Any]:
        """The hit as `duiyi concordance --json` prints it."""
        return {
            "source": self.unit.source,
            "target": self.unit.target,
            "side": self.side,
            "spans": [list(span) for span in self.spans],
            "origin": origin_json(self.unit),
            "score": self.score,
            "counterpart": [list(span) for span in self.counterpart],
            "source_lang": self.unit.source_lang,
            "target_lang": self.unit.target_lang,
            "status": self.unit.status,
            "count": self.count,
            "memory": self.memory,
            "unit": self.number,
            "anchor": f"u{self.number}",
        }


_DEFAULT = ConcordanceOptions()


def concordance(
    memories: MemoryStore | Sequence[MemoryStore], text: str, options: ConcordanceOptions = _DEFAULT
) -> Results[ConcordanceHit]:
    """Return units that contain ``text`` (see `tm.search.queries`), the most relevant first.

    Raises `UsageError` for a query without words, `StoreError` as `Memory`.
    """
    phrase = parse(text, exact=options.exact)
    options = replace(options, filters=options.filters.for_search())
    hits: dict[tuple[str, str, str], ConcordanceHit] = {}
    for memory in [memories] if isinstance(memories, MemoryStore) else memories:
        with memory.reading() as connection:
            for hit in _Search(memory, connection, phrase, options).hits():
                hits.setdefault((hit.side, hit.unit.source, hit.unit.target), hit)
    example = ConcordanceHit(Unit("", "", "", ""), "source", (), whole=True)
    return Results(sorted(hits.values(), key=_rank)[: options.limit], example)


def _rank(hit: ConcordanceHit) -> tuple[object, ...]:
    covered = sum(end - start for start, end in hit.spans) / max(1, len(hit.text))
    return (
        hit.score < 100,
        -hit.score,
        not hit.whole,
        hit.unit.status != "reviewed",
        -round(covered, 2),
        -hit.count,
        -hit.number,
    )


class _Search:
    """A search in one memory, inside a transaction."""

    def __init__(self, memory: MemoryStore, connection: Sql, phrase: Phrase, options: ConcordanceOptions) -> None:
        self._memory = memory
        self._connection = connection
        self._phrase = phrase
        self._options = options
        self._reader = UnitReader(connection)
        self._parts = memory.index.parts(connection)
        self._cut = False  # whether a list has only the shortest of the texts with a character

    def hits(self) -> list[ConcordanceHit]:
        found: list[ConcordanceHit] = []
        limit = self._options.limit
        wanted = max(limit, _SAMPLE) if self._options.counterpart else limit
        ids = self._candidates()
        self._search(ids, wanted, found)
        if self._cut and len(found) < wanted:
            every = self._candidates(cut=False)
            self._search(every[~np.isin(every, ids)], wanted, found)
        near = self._options.fuzzy or is_long(self._phrase.text)
        if near and len(found) < limit and not self._phrase.exact:
            self._search_near(found)
        found.sort(key=_rank)
        return self._with_counterparts(found, len(ids)) if self._options.counterpart else found

    def _search(self, ids: NDArray[np.int64], wanted: int, found: list[ConcordanceHit]) -> None:
        """Add the hits among these texts, until there are as many as wanted."""
        for start in range(0, len(ids), _AT_ONCE):
            chunk: list[int] = ids[start : start + _AT_ONCE].tolist()
            marks = ", ".join("?" * len(chunk))
            texts = dict(self._connection.execute(f"SELECT id, text FROM texts WHERE id IN ({marks})", chunk))
            there = [number for number in chunk if number in texts]
            for number, may in zip(there, self._phrase.may_occur([texts[one] for one in there]), strict=True):
                where = self._phrase.spans(texts[number]) if may else None
                if where is not None:
                    found += self._of_text(number, *where)
            if len(found) >= wanted:
                break

    def _search_near(self, found: list[ConcordanceHit]) -> None:
        """Add texts that contain most of the phrase."""
        known = {(hit.side, hit.number) for hit in found}
        for number, score, span in NearPhrase(self._phrase.text).find(self._connection, self._parts):
            for hit in self._of_text(number, False, [span], min(99, score)):
                if (hit.side, hit.number) not in known:
                    found.append(hit)

    def _of_text(
        self, text: int, whole: bool, spans: list[tuple[int, int]], score: int = 100
    ) -> Iterable[ConcordanceHit]:
        sides: tuple[Literal["source", "target"], ...] = ("source", "target")
        for side in sides:
            if self._options.side in ("both", side):
                for entry in self._reader.of_text(side, text, self._options.filters, self._options.limit):
                    yield self._hit(entry, side, whole, spans, score)

    def _hit(
        self,
        entry: StoredUnit,
        side: Literal["source", "target"],
        whole: bool,
        spans: list[tuple[int, int]],
        score: int,
    ) -> ConcordanceHit:
        memory = str(self._memory.path)
        entry = with_place(self._connection, entry, self._options.filters)
        return ConcordanceHit(entry.unit, side, tuple(spans), whole, (), entry.id, entry.count, memory, score)

    def _candidates(self, *, cut: bool = True) -> NDArray[np.int64]:
        """Ids of the texts that may contain the phrase, shortest first; without ``cut`` also those that lists lack."""
        ids, lengths = [], []
        wanted = [self._with_forms(one) for part in self._phrase.parts for one in _codes(part)]
        singles = sorted({sign for part in self._phrase.parts for sign in _single_characters(part)})
        words = [self._expanded(part) for part in self._phrase.parts]
        for part in self._parts:
            positions = self._positions(part, wanted, words)
            positions = self._narrowed(part, positions, singles, cut=cut)
            ids.append(part.segment.ids[positions])
            lengths.append(part.segment.lengths[positions])
        if not ids:
            return np.empty(0, np.int64)
        order = np.argsort(np.concatenate(lengths), kind="stable")
        found: NDArray[np.int64] = np.concatenate(ids)[order]
        return found

    def _positions(
        self, part: IndexPart, wanted: Sequence[Mapping[int, bool]], words: Sequence[Sequence[str] | None]
    ) -> NDArray[Any]:
        """Positions in one segment; all of them if the lists do not narrow the search."""
        # The words of the tail, which has no number, are not known.
        lists = [self._with_any(part, [code for code, known in one.items() if known or not part.id]) for one in wanted]
        lists += [self._with_any(part, list(map(word_code, known))) for known in words if known is not None and part.id]
        if not lists:
            return np.arange(len(part.segment.ids))
        lists.sort(key=len)
        found = lists[0]
        for other in lists[1:]:
            found = np.intersect1d(found, other, assume_unique=True)
        return found

    def _with_any(self, part: IndexPart, codes: Sequence[int]) -> NDArray[Any]:
        """Positions of the texts in one of these lists."""
        found = [part.positions(self._connection, code) for code in codes]
        if len(found) == 1:
            return found[0]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint16)

    def _with_forms(self, word: str | int) -> dict[int, bool]:
        """The codes of a word and of what counts as one word with it ("owner's", "l'homme"), and whether it occurs.

        A number is the code of a pair of characters, which has no other forms.
        """
        if isinstance(word, int):
            return {word: True}
        forms = [f"{word}{mark}s" for mark in _APOSTROPHES]
        forms += [f"{elided}{mark}{word}" for elided in _ELIDED for mark in _APOSTROPHES]
        marks = ", ".join("?" * len(forms))
        known = {one for (one,) in self._connection.execute(f"SELECT word FROM words WHERE word IN ({marks})", forms)}
        return {word_code(word): True} | {word_code(form): form in known for form in forms}

    def _narrowed(self, part: IndexPart, positions: NDArray[Any], singles: list[str], *, cut: bool) -> NDArray[Any]:
        """The positions of texts that have these single characters, as far as lists and sketches know."""
        unlisted = []
        for sign in singles:
            every = len(positions) == len(part.segment.ids)
            listed = part.positions(self._connection, word_code(sign)) if part.singles else None
            if listed is not None and len(listed) >= SINGLES:
                self._cut = True
                listed = listed if cut and every else None
            if listed is None:
                unlisted.append(sign)
            else:
                positions = listed if every else np.intersect1d(positions, listed, assume_unique=True)
        if unlisted and len(positions):
            query = sketch(unlisted)
            positions = positions[((part.segment.bits[positions] & query) == query).all(axis=1)]
        return positions

    def _expanded(self, part: QueryPart) -> list[str] | None:
        """The words that match a word with wildcards; None if it has none, or is Chinese."""
        if not part.wild or any(is_character(sign) for sign in part.folded) or " " in part.folded:
            return None
        start = re.split(r"[*?]", part.folded, maxsplit=1)[0]
        pattern = re.compile(part.pattern(exact=False))
        rows = self._connection.execute(
            "SELECT word FROM words WHERE word >= ? AND word < ?", (start, start + "\U0010ffff")
        )
        found = []
        for (word,) in rows:
            if pattern.fullmatch(word):
                found.append(word)
                if len(found) == _EXPANDED:
                    break
        return found

    def _with_counterparts(self, hits: list[ConcordanceHit], total: int) -> list[ConcordanceHit]:
        """Mark on the other side of each hit what the other hits share with it and the memory does not."""
        groups: dict[str, list[int]] = {}
        for place, hit in enumerate(hits):
            language = hit.unit.target_lang if hit.side == "source" else hit.unit.source_lang
            groups.setdefault(base(language), []).append(place)
        found = list(hits)
        for places in groups.values():
            others = list(dict.fromkeys(hits[place].other for place in places))
            if len(others) < 2:
                continue
            scores = self._scores(others[:_SAMPLE], max(total, len(others)))
            for place in places:
                if place >= self._options.limit:
                    break  # not shown
                spans = _best_run(hits[place].other, scores)
                found[place] = replace(hits[place], counterpart=spans)
        return found

    def _scores(self, texts: Sequence[str], total: int) -> dict[tuple[str, ...], float]:
        """Dice coefficient of each run of words that at least two of the texts share."""
        least = max(2, len(texts) // 10)
        folded = list(map(fold, texts))
        # What enough texts share consists of words that enough texts have; most words are in one text.
        words = Counter(word for text in folded for word in set(TOKEN.findall(text)))
        shared = {word for word, count in words.items() if count >= least}
        counts: Counter[tuple[str, ...]] = Counter()
        for text in folded:
            counts.update({run for run, _, _ in _runs(text, shared)})
        known: dict[int, int] = {}
        scores = {}
        for run, count in counts.items():
            if count < least:
                continue
            everywhere = min(self._frequency(code, known) for code in _run_codes(run))
            expected = count * total / len(texts)
            scores[run] = round(2 * expected / (total + max(everywhere, expected)), 2)
        return scores

    def _frequency(self, code: int, known: dict[int, int]) -> int:
        if code not in known:
            known[code] = sum(self._memory.index.frequency(self._connection, part, code) for part in self._parts)
        return known[code]


def _codes(part: QueryPart) -> list[str | int]:
    """The words, and the codes of the pairs, whose lists contain every text with this part of the query."""
    found: dict[str | int, None] = {}
    for piece in part.pieces():
        tokens = list(TOKEN.finditer(piece))
        for token in tokens:
            if is_character(token[0]):
                continue
            # Next to a wildcard the word may be longer.
            place = part.folded.find(token[0])
            around = part.folded[place - 1 : place] + part.folded[place + len(token[0]) :][:1]
            if not re.search(r"[*?]", around):
                found[token[0]] = None
        for one, two in pairwise(tokens):
            if is_character(one[0]) and is_character(two[0]):
                found[pair_code(one[0], two[0])] = None
    return list(found)


def _single_characters(part: QueryPart) -> set[str]:
    """The characters of a query that are beside no other one, so that no list of pairs has them."""
    found = set()
    for piece in part.pieces():
        tokens = [match[0] for match in TOKEN.finditer(piece)]
        if len(tokens) == 1 and is_character(tokens[0]):
            found.add(tokens[0])
    return found


def _runs(folded: str, shared: Set[str]) -> Iterable[tuple[tuple[str, ...], int, int]]:
    """Runs of ``shared`` words or characters of a folded text that may be a counterpart, with their places in it."""
    tokens = [(match[0], match.start(), match.end(), is_character(match[0])) for match in TOKEN.finditer(folded)]
    for first, (token, start, end, chinese) in enumerate(tokens):
        if token not in shared:
            continue
        run: tuple[str, ...] = (token,)
        if not chinese:
            yield run, start, end
        for following, begin, until, alike in tokens[first + 1 : first + _RUN[chinese]]:
            if following not in shared or alike is not chinese or folded[end:begin].strip():
                break  # another script, or punctuation between
            run, end = (*run, following), until
            yield run, start, end


def _run_codes(run: tuple[str, ...]) -> list[int]:
    if is_character(run[0]):
        return [pair_code(one, two) for one, two in pairwise(run)]
    return [word_code(word) for word in run]


def _best_run(text: str, scores: dict[tuple[str, ...], float]) -> tuple[tuple[int, int], ...]:
    folded, places = folded_with_places(text)
    best, longest = 0.0, 0
    spans: list[tuple[int, int]] = []
    for run, start, end in _runs(folded, {word for one in scores for word in one}):
        score = scores.get(run, 0.0)
        if score > best or (score == best and score and len(run) > longest):
            best, longest, spans = score, len(run), [(start, end)]
        elif score == best and score and len(run) == longest:
            spans.append((start, end))
    return tuple((places[start], places[end - 1] + 1) for start, end in spans) if best >= _LEAST else ()
