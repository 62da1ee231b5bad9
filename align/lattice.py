"""The lattice of all segmentations of two sides into beads: best paths and probabilities, row by row.

Node ``(i, j)`` is before source unit i and target unit j; an arc of type ``(a, b)`` takes a units of the source and b
of the target. A row of nodes is one numpy vector: arcs of all types but ``(0, 1)`` come from earlier rows and are
gathered together, and a run of ``(0, 1)`` inside a row is one running maximum (or running log-sum) after the cumulative
score of these arcs is subtracted. So a row takes some ten vector operations, and no compiler is needed. Probabilities
of arcs come from the forward-backward algorithm (Rabiner 1989, section III).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from align.band import Window

__all__ = ["LOWEST", "Arc", "Lattice", "best_path", "posterior_rows", "posteriors"]

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

#: The potential of a node that cannot be reached.
LOWEST = -1e30

#: (i, j, a, b): the bead of source units i to i + a - 1 and target units j to j + b - 1.
Arc = tuple[int, int, int, int]


@dataclass(frozen=True)
class Lattice:
    """Scores of all arcs that leave the nodes of the windows, which cover the rows 0 … n in order.

    ``scores`` is float32 ``[types, nodes]``, nodes row by row; the last type must be ``(0, 1)``. Where there is no
    arc the score is very low (`align.scoring.IMPOSSIBLE`).
    """

    types: tuple[tuple[int, int], ...]
    windows: Sequence[Window]
    scores: NDArray[np.float32]

    @cached_property
    def left(self) -> Integers:
        """The first column of every row."""
        return self._each_row([window.left for window in self.windows])

    @cached_property
    def right(self) -> Integers:
        """The column after the last of every row."""
        return self._each_row([window.right for window in self.windows])

    @cached_property
    def start(self) -> Integers:
        """The number of the first node of every row, and at the end the number of all nodes."""
        return np.concatenate([[0], np.cumsum(self.right - self.left)])

    def parts(self) -> Iterator[tuple[Window, slice]]:
        """Yield every window with its nodes, which are ``[rows, columns]`` when reshaped."""
        for window in self.windows:
            yield window, slice(int(self.start[window.first]), int(self.start[window.last]))

    def at(self, arc: Arc) -> tuple[int, int]:
        """Return the index of ``arc`` in ``scores``."""
        i, j, a, b = arc
        return self.types.index((a, b)), int(self.start[i] + j - self.left[i])

    def _each_row(self, values: list[int]) -> Integers:
        return np.repeat(values, [window.last - window.first for window in self.windows]).astype(np.int64)


def best_path(lattice: Lattice) -> list[Arc]:
    """Return the arcs of the path of the highest sum of scores (Viterbi), in order."""
    best = _forward(lattice, _highest, np.maximum.accumulate)
    left, right, start = lattice.left, lattice.right, lattice.start
    i, j = len(left) - 1, int(right[-1]) - 1
    path: list[Arc] = []
    while i or j:
        values: list[float] = []
        arcs: list[Arc] = []
        for number, (a, b) in enumerate(lattice.types):
            if i >= a and left[i - a] <= j - b < right[i - a]:
                node = start[i - a] + j - b - left[i - a]
                values.append(best[node] + lattice.scores[number, node])
                arcs.append((i - a, j - b, a, b))
        arc = arcs[values.index(max(values))]
        path.append(arc)
        i, j = arc[0], arc[1]
    return path[::-1]


def posteriors(lattice: Lattice, *, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Return the probability of every arc, shaped as `Lattice.scores`, which are read as log-potentials.

    ``out`` receives the result; it may be ``lattice.scores``, which are then overwritten.
    """
    found = np.empty_like(lattice.scores) if out is None else out
    for row, probabilities in posterior_rows(lattice):
        found[:, lattice.start[row] : lattice.start[row + 1]] = probabilities
    return found


def posterior_rows(lattice: Lattice) -> Iterator[tuple[int, Doubles]]:
    """Yield every row, the last first, and the probabilities ``[types, columns]`` of the arcs that leave its nodes.

    The scores of a row may be overwritten once it has been yielded.
    """
    forward = _forward(lattice, _log_sum, np.logaddexp.accumulate)
    total = forward[-1]
    backward = np.full(len(forward), LOWEST)
    backward[-1] = 0.0
    left, start = lattice.left, lattice.start
    rows = len(left)
    reach = _Neighbours(lattice, 1)
    for i in range(rows - 1, -1, -1):
        here = slice(start[i], start[i + 1])
        scores = lattice.scores[:, here].astype(np.float64)
        across = scores[:-1]
        across += reach.gather(i, backward)
        row = _log_sum(across)
        if i == rows - 1:
            row[-1] = 0.0
        cumulative = np.zeros(len(row))
        np.cumsum(scores[-1, :-1][::-1], out=cumulative[1:])
        row[::-1] = np.logaddexp.accumulate(row[::-1] - cumulative) + cumulative
        backward[here] = row
        scores[-1, :-1] += row[1:]
        scores[-1, -1] = LOWEST
        scores += forward[here] - total
        yield i, np.exp(np.minimum(scores, 0.0, out=scores), out=scores)


def _forward(lattice: Lattice, join: Callable[[Doubles], Doubles], run: Callable[[Doubles], Doubles]) -> Doubles:
    """Return the potential of every node: the scores of the paths from the first node, combined by ``join``."""
    start = lattice.start
    nodes = np.full(start[-1], LOWEST)
    reach = _Neighbours(lattice, -1)
    for i in range(len(start) - 1):
        here = slice(start[i], start[i + 1])
        if i:
            row = join(reach.gather(i, nodes, lattice.scores))
        else:
            row = np.full(start[1], LOWEST)
            row[0] = 0.0
        cumulative = np.zeros(len(row))
        np.cumsum(lattice.scores[-1, here][:-1], dtype=np.float64, out=cumulative[1:])
        nodes[here] = run(row - cumulative) + cumulative
    return nodes


class _Neighbours:
    """The nodes that arcs of every type but ``(0, 1)`` lead to (``sign`` 1) or come from (-1), by row."""

    def __init__(self, lattice: Lattice, sign: int) -> None:
        shapes = np.array(lattice.types[:-1])
        self._down, self._across = sign * shapes[:, 0], sign * shapes[:, 1]
        self._left, self._right, self._start = lattice.left, lattice.right, lattice.start
        self._types = np.arange(len(shapes))[:, None] * int(self._start[-1])

    def gather(self, i: int, values: Doubles, scores: NDArray[np.float32] | None = None) -> Doubles:
        """Return ``values`` of the neighbours of row i, ``[types, columns]``, plus the ``scores`` of arcs from them."""
        rows = i + self._down
        inside = (rows >= 0) & (rows < len(self._left))
        rows = np.where(inside, rows, i)
        left, right = self._left[rows], self._right[rows]
        columns = np.arange(self._left[i], self._right[i]) + self._across[:, None]
        outside = (columns < left[:, None]) | (columns >= right[:, None]) | ~inside[:, None]
        nodes = columns + (self._start[rows] - left)[:, None]
        found: Doubles = values.take(nodes, mode="clip")
        if scores is not None:
            found += scores.take(nodes + self._types, mode="clip")
        found[outside] = LOWEST
        return found


def _highest(values: Doubles) -> Doubles:
    return np.asarray(values.max(axis=0))


def _log_sum(values: Doubles) -> Doubles:
    highest = values.max(axis=0)
    return np.asarray(highest + np.log(np.exp(values - highest).sum(axis=0)))
