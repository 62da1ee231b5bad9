"""The sentence vectors of a file, computed once for all checks of meaning."""

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from models.encoder import Vectors
from tm.checks.checked_unit import CheckedFile, CheckedUnit, size
from tm.checks.options import CheckOptions
from tm.checks.typical import around

__all__ = ["SideVectors", "meanings", "says_something"]

_ALIKE = 0.75  # the median cosine of a typical translation with the built-in encoder
_ALIKE_STEP = 0.15
_AROUND = 101  # units
_LEAST_SPREAD = 0.04


@dataclass(frozen=True)
class SideVectors:
    """The vectors of both sides of a file, and their similarities."""

    source: Vectors
    target: Vectors

    @cached_property
    def own(self) -> NDArray[np.float32]:
        """The similarity of each unit's two sides, ``[n]``."""
        own: NDArray[np.float32] = np.einsum("nd,nd->n", self.source, self.target)
        return own

    @cached_property
    def usual(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Median and robust standard deviation of `own` around each unit, ``[n]`` each."""
        middles, spreads = around(self.own, _AROUND)
        return middles, np.maximum(spreads, _LEAST_SPREAD)

    @cached_property
    def strictness(self) -> NDArray[np.float32]:
        """The factor of the margins, ``[n]``: 1 where correct pairs are similar, more where they are less so."""
        grown: NDArray[np.float32] = np.maximum(1.0, 1.0 + (_ALIKE - self.usual[0]) / _ALIKE_STEP)
        return grown


_known: WeakKeyDictionary[CheckedFile, SideVectors] = WeakKeyDictionary()


def meanings(batch: CheckedFile) -> SideVectors:
    """The vectors of a file, computed once."""
    if batch not in _known:
        assert batch.encoder is not None
        texts = [pair.source.text for pair in batch.pairs] + [pair.target.text for pair in batch.pairs]
        distinct = list(dict.fromkeys(texts))
        rows = {text: row for row, text in enumerate(distinct)}
        vectors = batch.encoder.encode(distinct)
        all_vectors = vectors[[rows[text] for text in texts]]
        count = len(batch.pairs)
        _known[batch] = SideVectors(all_vectors[:count], all_vectors[count:])
    return _known[batch]


def says_something(pair: CheckedUnit, options: CheckOptions) -> bool:
    """True where both sides have enough text besides code and addresses to compare their vectors."""
    return not pair.is_half and min(size(pair.source.content), size(pair.target.content)) >= options.minimum
