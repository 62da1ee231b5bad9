"""Seams: how surely an alignment of clauses with clauses passes through each pair of sentence ends.

A bead ends where both sides have said the same by the end of a sentence. Clauses mostly have one answer each, so
they are aligned first, as if each were a unit, with the search's own features and weights for them; the probability
that this finer alignment passes the ends of source unit i and target unit j together is evidence that a bead may end
there. It looks further than the clauses of one bead do: a whole paragraph of clauses has to fit.

It takes as long as the search itself, so only encoders that are slow anyway have weights for it (`align.weights`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.band import Window
from align.clauses import Clauses, split
from align.lattice import Lattice, posteriors
from align.spans import PreparedSide
from align.surface import traits
from models.encoder import unit_rows

__all__ = ["HALF_WIDTH", "SHAPES", "BoundaryProbabilities", "as_units", "seams"]

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

#: The most clauses of the source, of the target, and of both together in one of the finer beads.
SHAPES = (4, 4, 5)
#: How far to either side of their coarse path clauses are compared.
HALF_WIDTH = 24
_FLOOR = 1e-3  # a seam that the finer alignment rules out is unlikely, not impossible
# Scores of clauses count more than those of sentences: there is more of the same text on either side of them. Chosen
# by the likelihood of chapters left out, from 1, 2, 3, 4 and 6.
_SURE = 3.0


def as_units(side: PreparedSide, heard: Clauses) -> PreparedSide:
    """The clauses of ``side`` as units of their own; a run has the mean of their vectors, weighted by their lengths."""
    texts = [part for text in side.texts for part in split(text)]
    weights = np.array([max(len(text), 1) for text in texts], np.float32)[:, None]
    single = heard.vectors.astype(np.float32) * weights
    vectors = np.zeros((SHAPES[0], *single.shape), np.float16)
    run = np.zeros_like(single)
    for size in range(min(SHAPES[0], len(texts))):
        run = run[: len(texts) - size] + single[size:]
        vectors[size, : len(run)] = unit_rows(run)
    return PreparedSide(texts, side.language, vectors, traits(texts), side.encoder)


@dataclass(frozen=True, slots=True)
class BoundaryProbabilities:
    """Probabilities of the nodes of a lattice of clauses; ``starts`` are the clauses before each unit, by side."""

    lattice: Lattice
    passing: Floats
    starts: tuple[Integers, Integers]

    def around(self, window: Window, wide: int, high: int) -> Floats:
        """Logarithms for the ends of beads that open in ``window``, up to ``wide`` by ``high`` units further on."""
        source, target = self.starts
        rows = source[np.minimum(np.arange(window.first, window.last + wide), len(source) - 1)][:, None]
        columns = target[np.minimum(np.arange(window.left, window.right + high), len(target) - 1)][None, :]
        left, right, start = self.lattice.left[rows], self.lattice.right[rows], self.lattice.start[rows]
        inside = (left <= columns) & (columns < right)
        chances = np.where(inside, self.passing[np.where(inside, start + columns - left, 0)], 0)
        return np.log(chances + np.float32(_FLOOR))


def seams(lattice: Lattice, starts: Sequence[Integers]) -> BoundaryProbabilities:
    """Go through ``lattice``, whose scores are of clauses and are lost."""
    np.multiply(lattice.scores, np.float32(_SURE), out=lattice.scores)
    passing = posteriors(lattice, out=lattice.scores).sum(axis=0)
    passing[-1] = 1  # nothing leaves the last node
    return BoundaryProbabilities(lattice, passing, (starts[0], starts[1]))
