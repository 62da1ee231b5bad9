"""Evaluation: precision, recall and F1 of alignments, and whether the difference between two is significant.

Precision counts every bead of the system, omissions too; recall counts the beads of the gold standard that have both
sides; documents are pooled (micro-average). *Strict* requires the same bead, *lax* one that overlaps with a gold bead
on both sides. This is the definition of Vecalign's scorer (Thompson and Koehn 2019, section 4), which Bertalign's
published figures use as well.

Intervals and tests resample stretches of neighbouring beads, since errors come in runs: a wrong boundary makes the
beads on both sides of it wrong.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.alignment import Bead
from corpora.errors import UsageError
from corpora.text.plurals import counted

__all__ = [
    "BeadScores", "Comparison", "Evaluation", "Interval", "Score", "bead_type", "bootstrap", "calibration", "compare",
    "evaluate",
]  # fmt: skip

Pair = tuple[tuple[int, ...], tuple[int, ...]]
Counts = NDArray[np.int64]

_STRETCH = 10  # source units of one resampled stretch
# Columns of the counts: beads of the system, of these right strictly and laxly; gold beads, found strictly and laxly.
_SYSTEM, _STRICT, _LAX, _GOLD, _FOUND, _FOUND_LAX = range(6)


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean, each 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class BeadScores:
    """Strict and lax scores, and the number of beads of the system and of two-sided beads of the gold standard."""

    strict: Score
    lax: Score
    system: int
    gold: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of all documents, of each document, and of each type of bead such as ``1-2`` (source - target units)."""

    overall: BeadScores
    documents: Mapping[str, BeadScores]
    types: Mapping[str, BeadScores]

    def __repr__(self) -> str:
        one = self.overall
        f1 = f"strict F1 {one.strict.f1:.3f}, lax F1 {one.lax.f1:.3f}"
        return f"Evaluation({counted(len(self.documents), 'document')}: {f1})"


@dataclass(frozen=True, slots=True)
class Interval:
    """A bootstrap interval: the value is between ``low`` and ``high`` with probability ``level``."""

    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The strict F1 of a second system minus that of the first: the difference, its interval and its p-value."""

    difference: float
    interval: Interval
    p_value: float


def evaluate(gold: Mapping[str, Sequence[Bead]], system: Mapping[str, Sequence[Bead]]) -> Evaluation:
    """Compare the beads of ``system`` and ``gold``, both by name of document, for the documents of ``gold``."""
    _check_documents(gold, system)
    documents: dict[str, Counts] = {}
    types: dict[str, Counts] = defaultdict(lambda: np.zeros(6, np.int64))
    for name, beads in gold.items():
        rows = _counted(beads, system[name])
        documents[name] = sum((row for _, _, row in rows), np.zeros(6, np.int64))
        for pair, _, row in rows:
            types[bead_type(pair)] += row
    overall = sum(documents.values(), np.zeros(6, np.int64))
    return Evaluation(
        _quality(overall),
        {name: _quality(counts) for name, counts in documents.items()},
        {name: _quality(types[name]) for name in sorted(types, key=lambda one: (-types[one][_GOLD], one))},
    )


def _check_documents(gold: Mapping[str, Sequence[Bead]], *systems: Mapping[str, Sequence[Bead]]) -> None:
    if not gold:
        raise UsageError("the gold standard has no documents")
    for name in gold:
        if not all(name in system for system in systems):
            raise UsageError(f"the document {name!r} of the gold standard is missing in the alignments to evaluate")


def bead_type(bead: Bead | Pair) -> str:
    """Return the number of units on each side, as ``1-2``."""
    source, target = (bead.source, bead.target) if isinstance(bead, Bead) else bead
    return f"{len(source)}-{len(target)}"


def bootstrap(
    gold: Mapping[str, Sequence[Bead]], system: Mapping[str, Sequence[Bead]], *, samples: int = 2000, seed: int = 0
) -> Interval:
    """Return the 95 % interval of strict F1 over resampled stretches of the documents (percentile bootstrap)."""
    counts = _stretches(gold, system)
    draws = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), samples)
    return _interval(_f1(draws @ counts))


def compare(
    gold: Mapping[str, Sequence[Bead]],
    first: Mapping[str, Sequence[Bead]],
    second: Mapping[str, Sequence[Bead]],
    *,
    samples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Test whether ``second`` differs from ``first`` in strict F1, pairwise over stretches of the documents.

    The interval is a paired bootstrap (Koehn 2004); the p-value comes from approximate randomisation (Noreen
    1989): how often a difference as large occurs when the stretches of both systems are swapped at random.
    """
    _check_documents(gold, first, second)
    one, two = _stretches(gold, first), _stretches(gold, second)
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(one), np.full(len(one), 1 / len(one)), samples)
    differences = _f1(draws @ two) - _f1(draws @ one)
    observed = float(_f1(two.sum(axis=0)) - _f1(one.sum(axis=0)))
    swaps = random.integers(0, 2, (samples, len(one)))
    by_chance = _f1(swaps @ one + (1 - swaps) @ two) - _f1(swaps @ two + (1 - swaps) @ one)
    as_large = int((np.abs(by_chance) >= abs(observed) - 1e-12).sum())
    return Comparison(observed, _interval(differences), (as_large + 1) / (samples + 1))


def calibration(
    gold: Mapping[str, Sequence[Bead]], system: Mapping[str, Sequence[Bead]], *, bins: int = 10
) -> tuple[float, list[tuple[float, float, int]]]:
    """Return the expected calibration error of the scores, and the reliability table.

    A row of the table is the mean score of the beads of one bin (of equal width), the share of them that are strictly
    right, and their number (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2).
    """
    scores, right = [], []
    for name, beads in gold.items():
        gold_pairs = {(bead.source, bead.target) for bead in beads}
        for bead in system[name]:
            scores.append(bead.score)
            right.append((bead.source, bead.target) in gold_pairs)
    if not scores:
        return 0.0, []
    values, truths = np.array(scores), np.array(right, float)
    where = np.minimum((values * bins).astype(int), bins - 1)
    table = [
        (float(values[where == one].mean()), float(truths[where == one].mean()), int((where == one).sum()))
        for one in range(bins)
        if (where == one).any()
    ]
    return sum(count * abs(mean - true) for mean, true, count in table) / len(values), table


def _counted(gold: Sequence[Bead], system: Sequence[Bead]) -> list[tuple[Pair, int, Counts]]:
    """Return for each bead of both sides its units, the source unit at its place, and its counts."""
    gold_pairs = list(dict.fromkeys((bead.source, bead.target) for bead in gold if bead.source or bead.target))
    system_pairs = list(dict.fromkeys((bead.source, bead.target) for bead in system if bead.source or bead.target))
    gold_set, system_set = set(gold_pairs), set(system_pairs)
    gold_links, system_links = _links(gold_pairs), _links(system_pairs)
    rows = []
    for pairs, is_system in ((system_pairs, True), (gold_pairs, False)):
        place = 0
        for pair in pairs:
            place = pair[0][0] if pair[0] else place
            counts = np.zeros(6, np.int64)
            if is_system:
                strict = pair in gold_set
                counts[[_SYSTEM, _STRICT, _LAX]] = 1, strict, strict or _overlaps(pair, gold_links)
            elif pair[0] and pair[1]:
                strict = pair in system_set
                counts[[_GOLD, _FOUND, _FOUND_LAX]] = 1, strict, strict or _overlaps(pair, system_links)
            rows.append((pair, place, counts))
    return rows


def _links(pairs: Sequence[Pair]) -> Mapping[int, Set[int]]:
    links: dict[int, set[int]] = defaultdict(set)
    for source, target in pairs:
        for unit in source:
            links[unit].update(target)
    return links


def _overlaps(pair: Pair, links: Mapping[int, Set[int]]) -> bool:
    return any(not links.get(unit, frozenset()).isdisjoint(pair[1]) for unit in pair[0])


def _stretches(gold: Mapping[str, Sequence[Bead]], system: Mapping[str, Sequence[Bead]]) -> Counts:
    """Return the counts ``[stretches, 6]`` of runs of neighbouring source units."""
    found: dict[tuple[str, int], Counts] = {}
    for name, beads in gold.items():
        for _, place, counts in _counted(beads, system[name]):
            key = (name, place // _STRETCH)
            found[key] = found.get(key, np.zeros(6, np.int64)) + counts
    # Every system must have the same stretches in the same order, so those of the gold standard come first.
    keys = [(name, at) for name, beads in gold.items() for at in range(1 + _last(beads) // _STRETCH)]
    extra = {key: counts for key, counts in found.items() if key not in set(keys)}
    rows = [found.get(key, np.zeros(6, np.int64)) for key in keys]
    if extra:
        rows[-1] = sum(extra.values(), rows[-1])
    return np.array(rows, np.int64).reshape(-1, 6)


def _last(beads: Sequence[Bead]) -> int:
    return max((unit for bead in beads for unit in bead.source), default=0)


def _f1(counts: Counts) -> NDArray[np.float64]:
    """Return strict F1 along the last axis."""
    precision = counts[..., _STRICT] / np.maximum(counts[..., _SYSTEM], 1)
    recall = counts[..., _FOUND] / np.maximum(counts[..., _GOLD], 1)
    f1: NDArray[np.float64] = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return f1


def _interval(values: NDArray[np.float64], level: float = 0.95) -> Interval:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def _quality(counts: Counts) -> BeadScores:
    system, gold = int(counts[_SYSTEM]), int(counts[_GOLD])
    return BeadScores(
        _score(int(counts[_STRICT]), system, int(counts[_FOUND]), gold),
        _score(int(counts[_LAX]), system, int(counts[_FOUND_LAX]), gold),
        system,
        gold,
    )


def _score(right: int, system: int, found: int, gold: int) -> Score:
    precision, recall = right / system if system else 0.0, found / gold if gold else 0.0
    total = precision + recall
    return Score(precision, recall, 2 * precision * recall / total if total else 0.0)
