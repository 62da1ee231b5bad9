"""Remember which numbers were met, millions of them in eight bytes each: a set of Python's takes ten times as much.

The numbers stand in a few sorted arrays, the larger ones made by merging smaller ones (the log-structured merge tree
in memory), and are asked for many at a time.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["HashSet"]

_FACTOR = 4  # an array is merged into the next larger one unless that is so much larger


class HashSet:
    """Signed 64-bit numbers that were met."""

    def __init__(self) -> None:
        self._levels: list[NDArray[np.int64]] = []  # largest first

    def known(self, numbers: Sequence[int]) -> list[bool]:
        """Which of the numbers were added before."""
        asked = np.array(numbers, np.int64)
        found = np.zeros(len(asked), bool)
        for level in self._levels:
            places = np.searchsorted(level, asked)
            found |= level[np.minimum(places, len(level) - 1)] == asked
        return found.tolist()

    def add(self, numbers: Sequence[int]) -> None:
        """Remember the numbers."""
        new = np.unique(np.array(numbers, np.int64))
        while self._levels and len(self._levels[-1]) < _FACTOR * len(new):
            new = np.concatenate([self._levels.pop(), new])
            new.sort(kind="stable")
        if len(new):
            self._levels.append(new)
