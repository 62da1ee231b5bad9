"""A set of 64-bit numbers that takes eight bytes for each; a Python set takes ten times as much.

The numbers are kept in a few sorted arrays, the larger ones made by merging smaller ones (a log-structured merge tree
in memory), and many are searched at a time.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["HashSet"]

_FACTOR = 4  # an array is merged into the next larger one unless that is so much larger


class HashSet:
    """A set of signed 64-bit numbers."""

    def __init__(self) -> None:
        self._levels: list[NDArray[np.int64]] = []  # largest first

    def known(self, numbers: Sequence[int]) -> list[bool]:
        """Which of the numbers were added before."""
        searched = np.array(numbers, np.int64)
        found = np.zeros(len(searched), bool)
        for level in self._levels:
            places = np.searchsorted(level, searched)
            found |= level[np.minimum(places, len(level) - 1)] == searched
        return found.tolist()

    def add(self, numbers: Sequence[int]) -> None:
        """Add the numbers."""
        new = np.unique(np.array(numbers, np.int64))
        while self._levels and len(self._levels[-1]) < _FACTOR * len(new):
            new = np.concatenate([self._levels.pop(), new])
            new.sort(kind="stable")
        if len(new):
            self._levels.append(new)
