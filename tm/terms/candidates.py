"""Term candidates of one language: frequent, cohesive word sequences (n-grams) with the boundaries of a term.

All sequences of up to ``longest`` words are counted level by level over the whole corpus as arrays: a sequence is
frequent only if the sequences inside it are (the Apriori principle), so that each level processes what the previous
level kept, and 100,000 units fit into memory. Cohesion is measured by association (the smaller pointwise mutual
information of the two ways to remove a word at an edge), and by what surrounds the sequence: one that is nearly always
part of the same longer sequence is a part of a longer term (the idea of the C-value, Frantzi, Ananiadou and Mima 2000).
So 资产追回问题不限成员名额政府间工作组 is found as one term.
"""

import math
import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora.arguments import checked_class
from corpora.text.languages import base, is_spaced
from corpora.text.scripts import HAN
from tm.terms.tokens import WordRole, singular, without_markup, words

__all__ = ["CandidateOptions", "TermCandidate", "TermCandidates", "find"]

Ints = NDArray[np.int64]
_HAN = re.compile(f"[{HAN}]")
_ACRONYM = re.compile(r"[A-Z][A-Z0-9/-]{2,}")


@checked_class
@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """What counts as a candidate.

    ``least``: fewest occurrences. ``longest``: most words. ``nested``: a sequence is dropped where one longer sequence
    covers this share of its occurrences. ``most``: the number of candidates kept, most frequent and term-like first.
    """

    least: int = 3
    longest: int = 14
    nested: float = 0.8
    most: int = 40_000


@dataclass(frozen=True, slots=True)
class TermCandidate:
    """A candidate: its printed form, other forms, occurrences, number of words, and the parts of its termhood.

    ``noun`` (0 to 1) is how noun-like its last word is, ``cohesion`` the weakest association of its parts in nats
    (0 for single words), ``independence`` (0 to 1) the share of its occurrences outside one longer candidate.
    """

    text: str
    forms: tuple[str, ...]
    count: int
    length: int
    noun: float
    cohesion: float
    independence: float


@dataclass(frozen=True, slots=True)
class TermCandidates:
    """The candidates of one side and their occurrences: two arrays of one length, sorted by unit."""

    items: tuple[TermCandidate, ...]
    units: Ints
    ids: Ints


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The words of all units as arrays: ids, unit numbers, roles, noun-likeness, and positions."""

    ids: Ints
    unit: Ints
    role: NDArray[np.uint8]
    noun: NDArray[np.float32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    size: int


def find(texts: Sequence[str], language: str, options: CandidateOptions | None = None) -> TermCandidates:
    """Return the term candidates of ``texts`` (one per unit) and the units in which each occurs."""
    options = options or CandidateOptions()
    corpus = _read(texts, language)
    levels = _grow(corpus, options)
    return _choose(texts, base(language), corpus, levels, options)


def _read(texts: Sequence[str], language: str) -> _Corpus:
    vocabulary: dict[str, int] = {}
    # Arrays of machine numbers: Python lists for 100,000 units would take gigabytes.
    ids, unit, start, end = (array("q") for _ in range(4))
    role, noun = array("B"), array("f")
    for number, text in enumerate(texts):
        for word in words(text, language):
            ids.append(vocabulary.setdefault(word.normalized, len(vocabulary)) if word.role else -1)
            unit.append(number)
            role.append(int(word.role))
            noun.append(word.noun)
            start.append(word.start)
            end.append(word.end)
    numbers, roles = np.asarray(ids), np.asarray(role)
    nouns = _heads(numbers, roles, len(vocabulary)) if is_spaced(language) else np.asarray(noun)
    return _Corpus(
        numbers,
        np.asarray(unit),
        roles,
        nouns,
        np.asarray(start).astype(np.int32),
        np.asarray(end).astype(np.int32),
        len(vocabulary),
    )


def _heads(ids: Ints, role: NDArray[np.uint8], size: int) -> NDArray[np.float32]:
    """How noun-like each word is in this corpus: nouns end phrases, adjectives are followed by another word.

    This replaces a tagger for every language: the share of a word's occurrences that no content word follows is near 0
    for "international" and above one half for "convention".
    """
    if not size:  # no word may be part of a term
        return np.zeros(len(ids), np.float32)
    followed = np.append(role[1:] == int(WordRole.ALL), False)
    known = ids >= 0
    share = np.bincount(ids[known], weights=~followed[known], minlength=size) / np.maximum(
        np.bincount(ids[known], minlength=size), 1
    )
    return np.where(known, 0.2 + 0.8 * np.minimum(1, 2 * share[ids]), 0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Sequences:
    """All frequent sequences of one length: where they begin, which one begins there, counts, inner sequences."""

    where: NDArray[np.int32]
    runs: NDArray[np.int32]
    counts: Ints
    prefix: Ints
    suffix: Ints


def _grow(corpus: _Corpus, options: CandidateOptions) -> list[_Sequences]:
    """Levels of length 1, 2, …: the sequences of n words whose inner sequences of n - 1 words are frequent too."""
    levels: list[_Sequences] = []
    counts = np.bincount(corpus.ids[corpus.ids >= 0], minlength=max(corpus.size, 1))
    frequent = counts >= options.least
    number = np.where(frequent, np.cumsum(frequent) - 1, -1)
    at = np.where(corpus.ids >= 0, number[corpus.ids], -1)
    nothing = np.full(int(frequent.sum()), -1, np.int64)
    levels.append(_level(at, counts[frequent], nothing, nothing))
    for _ in range(1, options.longest):
        left, right = at[:-1], at[1:]
        size = len(levels[-1].counts)
        possible = np.flatnonzero((left >= 0) & (right >= 0) & (corpus.unit[: len(left)] == corpus.unit[1:]))
        if not len(possible) or not size:
            break
        keys, inverse, counts = np.unique(
            left[possible] * size + right[possible], return_inverse=True, return_counts=True
        )
        frequent = counts >= options.least
        number = np.where(frequent, np.cumsum(frequent) - 1, -1)
        at = np.full(len(corpus.ids), -1, np.int64)
        at[possible] = number[inverse]
        keys = keys[frequent]
        levels.append(_level(at, counts[frequent], keys // size, keys % size))
    return levels


def _level(at: Ints, counts: Ints, prefix: Ints, suffix: Ints) -> _Sequences:
    where = np.flatnonzero(at >= 0).astype(np.int32)
    return _Sequences(where, at[where].astype(np.int32), counts, prefix, suffix)


def _choose(
    texts: Sequence[str], language: str, corpus: _Corpus, levels: list[_Sequences], options: CandidateOptions
) -> TermCandidates:
    """The sequences that may be terms, each with its form, and their occurrences."""
    total = max(len(corpus.ids), 1)
    found: list[tuple[float, int, int, float, float, float]] = []  # (weight, level, index, noun, …)
    bounded = [_with_term_boundaries(corpus, level, depth) for depth, level in enumerate(levels)]
    for depth, level in enumerate(levels):
        if not len(level.where):
            continue
        last = level.where + depth
        noun = np.bincount(level.runs, weights=corpus.noun[last], minlength=len(level.counts)) / level.counts
        independence = 1 - _covered_share(levels, bounded, depth)
        cohesion = _cohesion(levels, depth, total)
        for run in np.flatnonzero(bounded[depth] & (independence > 1 - options.nested)):
            weight = math.log1p(level.counts[run]) * independence[run] * noun[run] * (1 + min(depth, 3) / 3)
            found.append((weight, depth, int(run), float(noun[run]), float(cohesion[run]), float(independence[run])))
    found.sort(key=lambda entry: (-entry[0], entry[1:3]))
    return _collect(texts, language, corpus, levels, found[: options.most])


def _with_term_boundaries(corpus: _Corpus, level: _Sequences, depth: int) -> NDArray[np.bool_]:
    """The sequences whose first and last words are allowed there, in at least half of their occurrences."""
    good = (corpus.role[level.where] & int(WordRole.FIRST) > 0) & (
        corpus.role[level.where + depth] & int(WordRole.LAST) > 0
    )
    return np.bincount(level.runs, weights=good, minlength=len(level.counts)) >= 0.5 * level.counts


def _covered_share(levels: list[_Sequences], bounded: list[NDArray[np.bool_]], depth: int) -> NDArray[np.float64]:
    """The largest share of each sequence's occurrences in which one longer candidate begins or ends with it.

    Only possible terms count: "the Secretariat" does not, "proceeds of crime" does.
    """
    most = np.zeros(len(levels[depth].counts))
    for longer in range(depth + 1, len(levels)):
        runs = np.flatnonzero(bounded[longer])
        head, tail = runs, runs
        for level in range(longer, depth, -1):
            head, tail = levels[level].prefix[head], levels[level].suffix[tail]
        counts = levels[longer].counts[runs]
        np.maximum.at(most, head, counts)
        np.maximum.at(most, tail, counts)
    return most / levels[depth].counts


def _cohesion(levels: list[_Sequences], depth: int, total: int) -> NDArray[np.float64]:
    """The weaker association of a sequence's first word with the rest, and of its last word with the others."""
    level = levels[depth]
    if depth == 0:
        return np.zeros(len(level.counts))
    single = levels[0].counts
    inner = levels[depth - 1]
    first, last = _edge(levels, depth, first=True), _edge(levels, depth, first=False)
    with_first = level.counts * total / (single[first] * inner.counts[level.suffix])
    with_last = level.counts * total / (single[last] * inner.counts[level.prefix])
    return np.log(np.minimum(with_first, with_last))


def _edge(levels: list[_Sequences], depth: int, *, first: bool) -> Ints:
    """The first (or last) word of every sequence of a level, as sequences of length 1."""
    runs = np.arange(len(levels[depth].counts))
    for level in range(depth, 0, -1):
        runs = (levels[level].prefix if first else levels[level].suffix)[runs]
    return runs


def _collect(
    texts: Sequence[str],
    language: str,
    corpus: _Corpus,
    levels: list[_Sequences],
    found: list[tuple[float, int, int, float, float, float]],
) -> TermCandidates:
    by_level: dict[int, list[int]] = {}
    for index, entry in enumerate(found):
        by_level.setdefault(entry[1], []).append(index)
    items: list[TermCandidate | None] = [None] * len(found)
    units, ids = [], []
    for depth, indices in by_level.items():
        level = levels[depth]
        chosen = np.full(len(level.counts), -1, np.int64)
        chosen[[found[index][2] for index in indices]] = indices
        candidate = chosen[level.runs]
        where, candidate = level.where[candidate >= 0], candidate[candidate >= 0]
        units.append(corpus.unit[where])
        ids.append(candidate)
        forms: dict[int, Counter[str]] = {}
        for place, index in zip(where.tolist(), candidate.tolist(), strict=True):
            text = texts[corpus.unit[place]][corpus.start[place] : corpus.end[place + depth]]
            forms.setdefault(index, Counter())[without_markup(text)] += 1
        for index, counter in forms.items():
            _, _, run, noun, cohesion, independence = found[index]
            printed = _forms(counter, language)
            if not _is_term(printed[0], language):
                continue
            items[index] = TermCandidate(
                printed[0], printed, int(level.counts[run]), depth + 1, noun, cohesion, independence
            )
    if not units:
        return TermCandidates((), np.zeros(0, np.int64), np.zeros(0, np.int64))
    kept = np.array([item is not None for item in items])
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    numbered = number[np.concatenate(ids)]
    # One key a (unit, candidate), so that each counts once a unit and the arrays come out sorted by unit.
    keys = np.unique(np.concatenate(units)[numbered >= 0] * len(items) + numbered[numbered >= 0])
    return TermCandidates(tuple(item for item in items if item is not None), keys // len(items), keys % len(items))


def _is_term(text: str, language: str) -> bool:
    """False for code and names in Latin letters in a Chinese text, but not for abbreviations such as UNODC."""
    return language != "zh" or bool(_HAN.match(text[-1])) or bool(_ACRONYM.fullmatch(text))


def _forms(counter: Counter[str], language: str) -> tuple[str, ...]:
    """The printed forms, the one for a glossary first; forms that differ only in capitals count as one.

    A glossary has the singular, so in English a form that ends in a singular comes before the others.
    """
    folded: dict[str, Counter[str]] = {}
    for form, count in counter.items():
        form = " ".join(form.split())
        folded.setdefault(form.lower(), Counter())[form] += count
    groups = sorted(folded.values(), key=lambda group: (-group.total(), min(group)))
    # A capital at the beginning of a sentence is not part of the term: the lower-case form is preferred.
    forms = [min(group, key=lambda form: (form != form.lower(), -group[form], form)) for group in groups]
    if language == "en":
        forms.sort(key=lambda form: singular(form.lower().split(" ")[-1]) != form.lower().split(" ")[-1])
    return tuple(forms)
