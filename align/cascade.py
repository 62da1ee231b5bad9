"""Further looks at an alignment, only where the one before left it undecided: by more evidence, which takes longer.

Most beads are certain after one look. The others, with a bead to either side, are searched again as one text, with the
ends of the stretches as anchors. What is certain is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from align.adaptation import Breaks
from align.alignment import Bead

__all__ = ["CERTAIN", "CERTAIN_AGAIN", "Stretches", "undecided"]

CERTAIN = 0.95  # probability from which a bead is not searched a second time
CERTAIN_AGAIN = 0.8  # the same for a third time, by a second encoder: to read a text with it takes long
_AROUND = 1  # beads to either side that are


@dataclass(frozen=True, slots=True)
class Stretches:
    """The undecided parts of ``path``: ranges of its beads, the units of both sides in them, and their anchors."""

    path: Sequence[Bead]
    beads: Sequence[range]
    units: tuple[Sequence[int], Sequence[int]]
    anchors: Sequence[tuple[int, int]]

    def bonus(self, bonus: Mapping[tuple[int, int], float] | None) -> dict[tuple[int, int], float]:
        """Return ``bonus`` of the whole for the units of the stretches."""
        places = [{unit: place for place, unit in enumerate(some)} for some in self.units]
        return {
            (places[0][i], places[1][j]): value
            for (i, j), value in (bonus or {}).items()
            if i in places[0] and j in places[1]
        }

    def breaks(self, breaks: Breaks | None) -> Breaks | None:
        """Return ``breaks`` of the whole for the units of the stretches."""
        return breaks and Breaks(breaks.source[list(self.units[0])], breaks.target[list(self.units[1])])

    def whole(self, found: Sequence[Bead]) -> list[Bead]:
        """Return the path with its undecided parts replaced by ``found``, the beads of the units of the stretches."""
        source, target = self.units
        waiting = iter(found)
        beads: list[Bead] = []
        done = 0
        for some in self.beads:
            beads += self.path[done : some.start]
            left = sum(len(self.path[at].source) + len(self.path[at].target) for at in some)
            while left:
                bead = next(waiting)
                left -= len(bead.source) + len(bead.target)
                names = tuple(source[i] for i in bead.source), tuple(target[j] for j in bead.target)
                beads.append(replace(bead, source=names[0], target=names[1]))
            done = some.stop
        return [*beads, *self.path[done:]]


def undecided(path: Sequence[Bead], anchors: Sequence[tuple[int, int]], certain: float = CERTAIN) -> Stretches:
    """Return the parts of ``path`` less probable than ``certain``; no bead may cross ``anchors``."""
    doubtful = np.array([bead.score < certain for bead in path], np.bool_)
    near = np.convolve(doubtful, np.ones(2 * _AROUND + 1))[_AROUND:][: len(path)] > 0 if len(path) else doubtful
    edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]]).astype(np.int8)))
    ranges = [range(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    units = (
        [i for some in ranges for at in some for i in path[at].source],
        [j for some in ranges for at in some for j in path[at].target],
    )
    # Node k is before bead k.
    nodes = np.cumsum([(0, 0), *((len(bead.source), len(bead.target)) for bead in path)], axis=0).tolist()
    fixed = set(anchors)
    kept, i, j = [], 0, 0
    for some in ranges:
        for at in some:
            i, j = i + len(path[at].source), j + len(path[at].target)
            if at + 1 == some.stop or tuple(nodes[at + 1]) in fixed:
                kept.append((i, j))
    return Stretches(path, ranges, units, kept)
