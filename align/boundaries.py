"""Boundary probabilities: how likely an alignment of clauses has a boundary at a pair of sentence ends.

Clauses mostly correspond one to one. They are aligned first, as units, with the features of the search and weights of
their own. The probability that this alignment has a boundary at the ends of source unit i and target unit j is evidence
that a bead ends there, and it depends on the clauses of the whole paragraph, not only on those of one bead.

This takes as long as the search itself, so it is done at the second look only (`align.cascade`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.band import Window
from align.clauses import Clauses, split
from align.lattice import Lattice, posteriors
from align.spans import LONGEST, PreparedSide
from align.surface import surface_features
from models.encoder import unit_rows

__all__ = ["HALF_WIDTH", "SHAPES", "BoundaryProbabilities", "as_units", "boundary_probabilities"]

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

#: The most clauses of the source, of the target, and of both together in one bead.
SHAPES = (4, 4, 5)
#: How many clauses to either side of the coarse path are compared.
HALF_WIDTH = 24
_FLOOR = 1e-3  # a boundary that the alignment of clauses excludes is unlikely, not impossible
# Scores of clauses count more than those of sentences. Chosen by the likelihood of chapters left out, from 1, 2, 3, 4
# and 6.
_SCALE = 3.0


def as_units(side: PreparedSide, clauses: Clauses) -> PreparedSide:
    """Return the clauses of ``side`` as units; the vector of a run is the mean of theirs, weighted by length."""
    texts = [part for text in side.texts for part in split(text[:LONGEST])]
    weights = np.array([max(len(text), 1) for text in texts], np.float32)[:, None]
    single = clauses.vectors.astype(np.float32) * weights
    vectors = np.zeros((SHAPES[0], *single.shape), np.float16)
    run = np.zeros_like(single)
    for size in range(min(SHAPES[0], len(texts))):
        run = run[: len(texts) - size] + single[size:]
        vectors[size, : len(run)] = unit_rows(run)
    return PreparedSide(texts, side.language, vectors, surface_features(texts), side.encoder)


@dataclass(frozen=True, slots=True)
class BoundaryProbabilities:
    """Probabilities of the nodes of a lattice of clauses; ``starts`` are the first clauses of all units, by side."""

    lattice: Lattice
    probabilities: Floats
    starts: tuple[Integers, Integers]

    def around(self, window: Window, wide: int, high: int) -> Floats:
        """Return log-probabilities of the ends of beads in ``window``, ``wide`` by ``high`` units long at most."""
        source, target = self.starts
        rows = source[np.minimum(np.arange(window.first, window.last + wide), len(source) - 1)][:, None]
        columns = target[np.minimum(np.arange(window.left, window.right + high), len(target) - 1)][None, :]
        left, right, start = self.lattice.left[rows], self.lattice.right[rows], self.lattice.start[rows]
        inside = (left <= columns) & (columns < right)
        found = np.where(inside, self.probabilities[np.where(inside, start + columns - left, 0)], 0)
        return np.log(found + np.float32(_FLOOR))


def boundary_probabilities(lattice: Lattice, starts: Sequence[Integers]) -> BoundaryProbabilities:
    """Return the probabilities of the nodes of a lattice of clauses, whose scores are overwritten."""
    np.multiply(lattice.scores, np.float32(_SCALE), out=lattice.scores)
    probabilities = posteriors(lattice, out=lattice.scores).sum(axis=0)
    probabilities[-1] = 1  # nothing leaves the last node
    return BoundaryProbabilities(lattice, probabilities, (starts[0], starts[1]))
