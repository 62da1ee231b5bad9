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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.lattice import Lattice, posterior_rows

__all__ = ["Breaks", "adapt", "joining_odds", "omission_odds"]

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


def joining_odds(joined: float, beads: float) -> float:
    """Return the log-odds that a bead holds several units of a side, compared with a typical document."""
    return _odds(joined, beads, _PRIOR_JOINED, _PRIOR_PAIRS)


def _odds(count: float, total: float, prior: float, prior_total: float) -> float:
    rate = (min(count, total) + prior) / (total + prior_total)
    return math.log(rate / (1 - rate)) - math.log(prior / (prior_total - prior))


def adapt(lattice: Lattice, weights: Mapping[str, float], breaks: Breaks | None) -> None:
    """Estimate the properties of the document from ``lattice`` and add them to its scores, in place.

    ``weights`` are those of the features of `align.scoring`.
    """
    steps: list[_Omissions | _Joining | _Breaks] = []
    if weights.get("omission rate"):
        steps.append(_Omissions(lattice, weights["omission rate"]))
    if weights.get("joining rate"):
        steps.append(_Joining(lattice, weights["joining rate"]))
    if breaks is not None and breaks.source[1:].any() | breaks.target[1:].any():
        steps.append(_Breaks(lattice, breaks))
    for _ in range(_ROUNDS if steps else 0):
        for row, probabilities in posterior_rows(lattice):
            for step in steps:
                step.count(row, probabilities)
        for step in steps:
            step.update()


class _Omissions:
    """The log-odds of omissions of both sides; they start as those of a typical document, which are 0."""

    def __init__(self, lattice: Lattice, weight: float) -> None:
        self._lattice, self._weight = lattice, weight
        self._units = len(lattice.left) - 1, int(lattice.right[-1]) - 1
        self._odds = [0.0, 0.0]
        self._counts = np.zeros(2)

    def count(self, row: int, probabilities: Doubles) -> None:
        self._counts += probabilities[-2:].sum(axis=1)

    def update(self) -> None:
        for side in (0, 1):
            odds = omission_odds(float(self._counts[side]), self._units[side])
            self._lattice.scores[side - 2] += np.float32(self._weight * (odds - self._odds[side]))
            self._odds[side] = odds
        self._counts[:] = 0


class _Joining:
    """The log-odds of beads that hold several units of the source, and of the target."""

    def __init__(self, lattice: Lattice, weight: float) -> None:
        self._lattice, self._weight = lattice, weight
        beads = lattice.types[:-2]
        self._joined = [np.flatnonzero([shape[side] > 1 for shape in beads]) for side in (0, 1)]
        self._odds = [0.0, 0.0]
        self._counts = np.zeros(len(beads))

    def count(self, row: int, probabilities: Doubles) -> None:
        self._counts += probabilities[:-2].sum(axis=1)

    def update(self) -> None:
        for side, joined in enumerate(self._joined):
            odds = joining_odds(float(self._counts[joined].sum()), float(self._counts.sum()))
            self._lattice.scores[joined] += np.float32(self._weight * (odds - self._odds[side]))
            self._odds[side] = odds
        self._counts[:] = 0


class _Breaks:
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
        self._added: tuple[Doubles, list[Doubles]] = np.zeros((2, 2)), [np.zeros(2), np.zeros(2)]
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
        self._add(tables[0] - self._added[0], [new - old for new, old in zip(tables[1], self._added[1], strict=True)])
        self._added = tables
        self._nodes, self._inside = self._prior()

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
