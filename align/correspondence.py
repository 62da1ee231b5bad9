"""Whether two texts correspond at all: the probability by which the scores of their beads are multiplied.

The search finds the best beads of any two texts, so the probability of a bead, given that the texts correspond, says
nothing about this. The mean similarity of the beads does: in real documents of several kinds it is 0.38 or more from
three beads on, in texts that have nothing to do with each other 0.36 at most in 98 of 100 cases.

Two laws or two resolutions resemble each other more than that, but every sentence of one resembles every sentence of
the other. So few of their beads stand out: are more similar than either side is to the counterparts of the rest. Of 205
unrelated passages of two beads or more, most from the same book or kind of text, this finds 92 %, similarity alone
81 %; of 185 that correspond, both doubt one.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from align.alignment import Bead
from align.spans import PreparedSide
from align.weights import BUILTIN

__all__ = ["correspondence", "with_correspondence"]

Floats = NDArray[np.floating]

_MIDDLE = 0.35  # mean similarity of texts of which half correspond, by the built-in encoder
_SLOPE = 20.0  # log-odds of one bead by which a similarity of 1 differs from one of 0; more beads say more, up to three
_MOST = 3
#: The share of beads that stand out which is enough, among few, and among many; what is missing costs this much.
_APART_FEW, _APART_MANY, _ALIKE = 0.8, 0.65, 0.6
_EQUAL = 1e-3  # similarities of repeated lines differ by rounding
_COMPARED = 24  # beads that are compared with each other: among hundreds, a chance resemblance is likely
_LONG = 2.0  # times the median length from which a longer bead counts no more


def correspondence(source: PreparedSide, target: PreparedSide, beads: Sequence[Bead]) -> float:
    """Return the probability that two texts correspond, by the beads found in them; 1 where it is not known.

    It is known for the built-in encoder only: the similarities of others are on another scale.
    """
    paired = [bead for bead in beads if bead.source and bead.target]
    if source.encoder != BUILTIN or not paired:
        return 1.0
    lengths = np.array([sum(len(source.texts[i]) for i in bead.source) for bead in paired], float)
    # A damaged line of a thousand words must not speak for all others.
    weights = np.minimum(lengths, _LONG * np.median(lengths)) + 1
    left = np.stack([source.vectors[len(bead.source) - 1, bead.source[0]] for bead in paired]).astype(np.float32)
    right = np.stack([target.vectors[len(bead.target) - 1, bead.target[0]] for bead in paired]).astype(np.float32)
    mean = float(np.average(np.einsum("ij,ij->i", left, right), weights=weights))
    sample = np.unique(np.linspace(0, len(paired) - 1, _COMPARED).astype(int))
    enough = min(_APART_FEW, _APART_MANY + 1 / len(sample))
    lacking = max(0.0, enough - _standing_out(left[sample] @ right[sample].T, weights[sample]))
    return 1 / (1 + math.exp(-_SLOPE * math.sqrt(min(len(paired), _MOST)) * (mean - _MIDDLE - _ALIKE * lacking)))


def _standing_out(similarities: Floats, weights: Floats) -> float:
    """Return the share of source runs, and of target runs, that are most similar to their counterpart, the diagonal."""
    partners = similarities.diagonal() + _EQUAL
    best = [partners >= similarities.max(axis=axis) for axis in (0, 1)]
    return float(np.average(np.mean(best, axis=0), weights=weights))


def with_correspondence(beads: Sequence[Bead], probability: float) -> list[Bead]:
    """Return ``beads`` with their scores for texts that correspond with ``probability``.

    In texts that do not, no bead of two sides is right, and every unit alone is.
    """
    return [
        replace(
            bead,
            score=bead.score * probability if bead.source and bead.target else 1 - probability * (1 - bead.score),
        )
        for bead in beads
    ]
