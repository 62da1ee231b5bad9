"""The lattice of all segmentations of two sides into beads: best paths and probabilities, row by row.

A node ``(i, j)`` stands before source unit i and target unit j; an arc of type ``(a, b)`` takes a units of the
source and b of the target at once. Rows are processed as whole numpy vectors: all types but ``(0, 1)`` lead to a
later row, and a run of ``(0, 1)`` inside a row is one running maximum (or running log-sum) of what is left when
its own cost is taken away first. Probabilities of arcs come from the forward-backward algorithm, and the path that is
returned holds the most beads expected to be right (`expected`), not the one most probable path: precision and recall
count beads.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.band import Window

__all__ = ["Arc", "Lattice", "best_path", "posteriors"]

Floats = NDArray[np.float32]
Rows = list[NDArray[np.float64]]

_LOWEST = -1e30

#: (i, j, a, b): the bead of source units i … i + a - 1 and target units j … j + b - 1.
Arc = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Lattice:
    """Scores of all arcs that leave the nodes of the windows.

    ``scores[w][t, i - first, j - left]`` is the score of an arc of type ``types[t]`` that leaves node (i, j) of
    window w, about -1e30 where there is none. The last type must be ``(0, 1)``; windows cover the rows 0 … n in order.
    """

    types: tuple[tuple[int, int], ...]
    windows: Sequence[Window]
    scores: Sequence[Floats]

    def rows(self) -> "Iterator[tuple[int, Window, Floats]]":
        """Yield every row of nodes: its number, its window, and the scores ``[types, columns]`` that leave it."""
        for window, scores in zip(self.windows, self.scores, strict=True):
            for i in range(window.first, window.last):
                yield i, window, scores[:, i - window.first]

    def spread(self) -> list[Window]:
        """The window of every row."""
        return [window for window in self.windows for _ in range(window.first, window.last)]


def best_path(lattice: Lattice) -> list[Arc]:
    """Return the arcs of the path of the highest sum of scores (Viterbi), in order."""
    best = _forward(lattice, np.maximum, np.maximum.accumulate)
    where = lattice.spread()
    scores = [row for _, _, row in lattice.rows()]
    i, j = len(where) - 1, where[-1].right - 1
    path: list[Arc] = []
    while i or j:
        highest, arc = -np.inf, (0, 0, 0, 0)
        for number, (a, b) in enumerate(lattice.types):
            if i < a or j < b or not where[i - a].left <= j - b < where[i - a].right:
                continue
            column = j - b - where[i - a].left
            value = best[i - a][column] + scores[i - a][number, column]
            if value > highest:
                highest, arc = value, (i - a, j - b, a, b)
        path.append(arc)
        i, j = arc[0], arc[1]
    return path[::-1]


def posteriors(lattice: Lattice) -> list[Floats]:
    """Return the probability of every arc, shaped as `Lattice.scores` (forward-backward; scores are log-potentials)."""
    forward = _forward(lattice, np.logaddexp, np.logaddexp.accumulate)
    backward = _backward(lattice)
    where = lattice.spread()
    total = forward[-1][-1]
    found = []
    for window, scores in zip(lattice.windows, lattice.scores, strict=True):
        sums = scores.astype(np.float64)
        for i in range(window.first, window.last):
            sums[:, i - window.first] += forward[i] - total
            for number, (a, b) in enumerate(lattice.types):
                after = sums[number, i - window.first]
                if i + a < len(where):
                    shift = where[i + a].left - window.left - b
                    after += _shifted(backward[i + a], shift, len(after))
                else:
                    after[:] = _LOWEST
        found.append(np.exp(np.minimum(sums, 0), dtype=np.float64).astype(np.float32))
    return found


def _forward(lattice: Lattice, join: Callable[..., object], run: Callable[..., NDArray[np.float64]]) -> Rows:
    where = lattice.spread()
    rows: Rows = [np.full(window.right - window.left, _LOWEST) for window in where]
    rows[0][0] = 0.0
    for i, window, scores in lattice.rows():
        row = rows[i]
        row[1:] -= (spent := np.cumsum(scores[-1][:-1], dtype=np.float64))
        row[:] = run(row)
        row[1:] += spent
        onward = row + scores
        for number, (a, b) in enumerate(lattice.types[:-1]):
            if i + a < len(where):
                _merge(rows[i + a], onward[number], window.left + b - where[i + a].left, join)
    return rows


def _backward(lattice: Lattice) -> Rows:
    where = lattice.spread()
    rows: Rows = [np.full(window.right - window.left, _LOWEST) for window in where]
    rows[-1][-1] = 0.0
    for i, window, scores in reversed(list(lattice.rows())):
        row = rows[i]
        for number, (a, b) in enumerate(lattice.types[:-1]):
            if i + a < len(where):
                after = _shifted(rows[i + a], where[i + a].left - window.left - b, len(row))
                np.logaddexp(row, after + scores[number], out=row)
        spent = np.zeros(len(row))
        np.cumsum(scores[-1][:-1][::-1], dtype=np.float64, out=spent[1:])
        turned = row[::-1] - spent
        row[::-1] = np.logaddexp.accumulate(turned) + spent
    return rows


def _merge(row: NDArray[np.float64], values: NDArray[np.float64], shift: int, join: Callable[..., object]) -> None:
    """Join ``values`` into ``row[shift:]`` as far as the two overlap."""
    first, last = max(0, shift), min(len(row), shift + len(values))
    if first < last:
        join(row[first:last], values[first - shift : last - shift], out=row[first:last])


def _shifted(row: NDArray[np.float64], shift: int, length: int) -> NDArray[np.float64]:
    """Return ``length`` values whose element ``k`` is ``row[k - shift]``, lowest outside."""
    out = np.full(length, _LOWEST)
    first, last = max(0, shift), min(length, shift + len(row))
    if first < last:
        out[first:last] = row[first - shift : last - shift]
    return out
