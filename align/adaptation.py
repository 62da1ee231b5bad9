"""What differs between documents, estimated from each pair: how much is omitted, and whether paragraphs agree.

A translation leaves out a fiftieth of the text or a fifth; its paragraphs are those of the original, or others, or one.
Both are properties of the pair of documents, so a fixed weight is wrong for most. They are estimated by expectation
maximisation (Dempster et al. 1977) over the lattice, from the values of a typical document on, and added to its scores:

- *omissions*: the share of the units of each side that are omitted, as log-odds times a learned weight;
- *joining*: the share of the beads that hold several units of a side, in the same way: a novelist's long sentence is
  often translated by several, a list never is;
- *breaks*: how much likelier a paragraph begins on one side where a bead ends and a paragraph begins on the other, and
  how much likelier one begins inside a bead, compared with anywhere (pointwise mutual information).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.lattice import Lattice, posterior_rows

__all__ = ["Breaks", "Estimates", "adapt", "joining_odds", "omission_odds"]

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]

_ROUNDS = 3  # of expectation maximisation; the estimates barely change after these
_PRIOR_OMISSIONS, _PRIOR_UNITS = 1, 50  # a typical document leaves out one unit in fifty
_PRIOR_JOINED, _PRIOR_PAIRS = 3, 20  # and joins several units of a side in three beads of twenty
#: In a typical document half of the paragraphs of the side with fewer begin where one of the other side begins, and a
#: fiftieth of the usual share of paragraphs begins inside a bead; each counts as much as that many beads or units.
_AGREEMENT, _PRIOR_BEADS = 0.5, 10
_INSIDE, _PRIOR_INSIDE = 0.02, 30
_SMALLEST = 1e-3
_FOUND = 2 / 3  # the share of the omitted units of a novel that a first look leaves alone


@dataclass(frozen=True, slots=True)
class Breaks:
    """Which units begin a paragraph: bool ``[n]`` and ``[m]``."""

    source: Flags
    target: Flags


def omission_odds(omitted: float, units: int) -> float:
    """Return the log-odds that a unit is omitted where ``omitted`` of ``units`` are, compared with a typical document.

    >>> round(omission_odds(0, 1000), 2), round(omission_odds(80, 1000), 2)
    (-3.06, 1.41)
    """
    return _odds(omitted, units, _PRIOR_OMISSIONS, _PRIOR_UNITS)


def _in_full(found: float, units: int) -> float:
    """Return the log-odds of all omissions where a first look finds ``found``."""
    return omission_odds(found / _FOUND, units)


def joining_odds(joined: float, beads: float) -> float:
    """Return the log-odds that a bead holds several units of a side, compared with a typical document."""
    return _odds(joined, beads, _PRIOR_JOINED, _PRIOR_PAIRS)


def _odds(count: float, total: float, prior: float, prior_total: float) -> float:
    rate = (min(count, total) + prior) / (total + prior_total)
    return math.log(rate / (1 - rate)) - math.log(prior / (prior_total - prior))


@dataclass(frozen=True, slots=True)
class Estimates:
    """What is estimated of a pair: log-odds of omissions and of joining by side, and what breaks say of beads.

    The omissions include those that the first look does not find (`_FOUND`).
    """

    omissions: Sequence[float] = (0.0, 0.0)
    joining: Sequence[float] = (0.0, 0.0)
    breaks: "tuple[Doubles, list[Doubles]] | None" = None


def adapt(
    lattice: Lattice, weights: Mapping[str, float], breaks: Breaks | None, known: Estimates | None = None
) -> Estimates:
    """Estimate the properties of the document from ``lattice`` and add them to its scores, in place.

    ``weights`` are those of the features of `align.scoring`; ``known``: what was estimated from the whole of which this
    is a part, and is not estimated again.
    """
    beads = lattice.types[:-2]
    units = len(lattice.left) - 1, int(lattice.right[-1]) - 1
    omissions = _Rates(
        lattice,
        weights.get("omission rate", 0.0),
        [[len(beads)], [len(beads) + 1]],
        lambda counts, side: omission_odds(float(counts[side - 2]), units[side]),
    )
    joined = [[number for number, shape in enumerate(beads) if shape[side] > 1] for side in (0, 1)]
    joining = _Rates(
        lattice,
        weights.get("joining rate", 0.0),
        joined,
        lambda counts, side: joining_odds(float(counts[joined[side]].sum()), float(counts[:-2].sum())),
    )
    agreement = None
    if breaks is not None and breaks.source[1:].any() | breaks.target[1:].any():
        agreement = _BreakScores(lattice, breaks)
    if known is not None:
        omissions.set(known.omissions)
        joining.set(known.joining)
        if agreement is not None and known.breaks is not None:
            agreement.set(known.breaks)
        return known
    steps = [step for step in (omissions, joining, agreement) if step]
    for _ in range(_ROUNDS if steps else 0):
        for row, probabilities in posterior_rows(lattice):
            for step in steps:
                step.count(row, probabilities)
        for step in steps:
            step.update()
    more = [_in_full(float(omissions.last[side - 2]), units[side]) for side in (0, 1)] if omissions else (0.0, 0.0)
    return Estimates(more, joining.odds, agreement.tables if agreement else None)


class _Rates:
    """The log-odds that an arc is of one kind, by side, added to these arcs; 0 is those of a typical document."""

    def __init__(
        self,
        lattice: Lattice,
        weight: float,
        arcs: Sequence[Sequence[int]],
        odds_of: Callable[[Doubles, int], float],
    ) -> None:
        self._lattice, self._weight, self._arcs, self._odds_of = lattice, weight, arcs, odds_of
        self.odds: Sequence[float] = (0.0, 0.0)
        self._counts = np.zeros(len(lattice.types))
        self.last = self._counts
        """The expected number of each type of arc, of the last round."""

    def __bool__(self) -> bool:
        return bool(self._weight)

    def count(self, row: int, probabilities: Doubles) -> None:
        self._counts += probabilities.sum(axis=1)

    def update(self) -> None:
        self.set([self._odds_of(self._counts, side) for side in (0, 1)])
        self.last, self._counts = self._counts, np.zeros_like(self._counts)

    def set(self, odds: Sequence[float]) -> None:
        for arcs, new, old in zip(self._arcs, odds, self.odds, strict=True):
            for number in arcs:
                self._lattice.scores[number] += np.float32(self._weight * (new - old))
        self.odds = odds


class _BreakScores:
    """How paragraph breaks of both sides go together with the ends of beads."""

    def __init__(self, lattice: Lattice, breaks: Breaks) -> None:
        self._lattice = lattice
        # The end of the document is no evidence; a sentinel keeps arcs that reach it inside the arrays.
        self._flags = tuple(
            np.concatenate([flags, [False]]).astype(np.int64) for flags in (breaks.source, breaks.target)
        )
        self._shares = [
            min(max(float(flags[1:-1].sum()) / max(len(flags) - 2, 1), _SMALLEST), 1 - _SMALLEST)
            for flags in self._flags
        ]
        self.tables: tuple[Doubles, list[Doubles]] = np.zeros((2, 2)), [np.zeros(2), np.zeros(2)]
        self._nodes, self._inside = self._prior()
        self.update()

    def _prior(self) -> tuple[Doubles, list[Doubles]]:
        """Return the counts of a typical document: breaks ``[source, target]`` at ends of beads, and inside of them."""
        one, other = self._shares
        both = _AGREEMENT * min(one, other) + (1 - _AGREEMENT) * one * other
        nodes = _PRIOR_BEADS * np.array([[1 - one - other + both, other - both], [one - both, both]])
        inside = [_PRIOR_INSIDE * np.array([1 - _INSIDE * share, _INSIDE * share]) for share in self._shares]
        return np.maximum(nodes, _SMALLEST), inside

    def count(self, row: int, probabilities: Doubles) -> None:
        source, target = self._flags
        left = int(self._lattice.left[row])
        columns = left + np.arange(probabilities.shape[1])
        last = len(target) - 1
        for number, (a, b) in enumerate(self._lattice.types[:-2]):
            chances = probabilities[number]
            if row + a >= len(source):
                continue
            total = float(chances.sum())
            if total < 1e-6:
                continue
            ends = np.minimum(columns + b, last)
            # Arcs to the end of either document say nothing of breaks there.
            if row + a < len(source) - 1:
                flags = target[ends]
                with_break = float(chances @ (flags * (ends < last)))
                self._nodes[source[row + a]] += (float(chances @ (ends < last)) - with_break, with_break)
            for k in range(1, a):
                self._inside[0][source[row + k]] += total
            for k in range(1, b):
                share = float(chances @ target[np.minimum(columns + k, last)])
                self._inside[1] += (total - share, share)

    def update(self) -> None:
        joint = self._nodes / self._nodes.sum()
        apart = joint.sum(axis=1)[:, None] * joint.sum(axis=0)[None, :]
        tables = (
            np.log(joint / apart),
            [
                np.log(counts / counts.sum() / np.array([1 - share, share]))
                for counts, share in zip(self._inside, self._shares, strict=True)
            ],
        )
        self.set(tables)
        self._nodes, self._inside = self._prior()

    def set(self, tables: tuple[Doubles, list[Doubles]]) -> None:
        self._add(tables[0] - self.tables[0], [new - old for new, old in zip(tables[1], self.tables[1], strict=True)])
        self.tables = tables

    def _add(self, nodes: Doubles, inside: Sequence[Doubles]) -> None:
        source, target = self._flags
        lattice = self._lattice
        sums = [
            np.concatenate([[0.0], np.cumsum(table[flags])]) for table, flags in zip(inside, self._flags, strict=True)
        ]
        for window, part in lattice.parts():
            rows, columns = np.arange(window.first, window.last), np.arange(window.left, window.right)
            for number, (a, b) in enumerate(lattice.types[:-2]):
                down, right = np.minimum(rows + a, len(source) - 1), np.minimum(columns + b, len(target) - 1)
                known = (down < len(source) - 1)[:, None] & (right < len(target) - 1)[None, :]
                added = np.where(known, nodes[source[down][:, None], target[right][None, :]], 0.0)
                added += (sums[0][down] - sums[0][np.minimum(rows + 1, len(source) - 1)])[:, None]
                added += (sums[1][right] - sums[1][np.minimum(columns + 1, len(target) - 1)])[None, :]
                lattice.scores[number, part] += added.astype(np.float32).ravel()
