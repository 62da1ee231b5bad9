"""Which keys the texts of a memory may have, so that an import does not ask the server for texts that are new.

To look for a text costs the server as much as to store one, and most texts of a large import are new. A client keeps
two bits for each key of the texts that it knows of, in a table of fixed size (Bloom 1970, CACM 13): a text without both
bits is new, for the others it asks. Numbers of texts grow in the order of commits, so what others have added since the
last look is a range. This belongs to one connection: if the server is restarted, numbers may be used again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["KnownKeys"]

_SIZE = 28  # bits of a number of a bit; at 20 million texts one in 50 new ones is asked for
#: Keys of this many texts are read for any import, and of more once it has asked for as many.
_AT_ONCE = 50_000


class KnownKeys:
    """The keys of texts up to a number; used by a writer that has its turn."""

    def __init__(self) -> None:
        self._bits: NDArray[np.uint8] = np.zeros(1 << (_SIZE - 3), np.uint8)
        self._last = 0
        self._read = 0
        self._asked = 0

    def begin(self) -> None:
        """A transaction begins: what an earlier one read counts only if it was committed."""
        self._read = self._last

    def commit(self) -> None:
        """The transaction was committed."""
        self._last = self._read

    def possible(self, execute: Callable[..., Any], keys: Sequence[int]) -> Sequence[int]:
        """Those of ``keys`` that a text in the memory may have; ``execute`` runs a statement."""
        self._asked += len(keys)
        (last,) = execute("SELECT last FROM numbers WHERE name = 'texts'").fetchone()
        if last - self._read > max(_AT_ONCE, self._asked):
            return keys
        if last > self._read:
            (data,) = execute(
                "SELECT string_agg(int8send(key), ''::bytea) FROM texts WHERE id > ? AND id <= ?", (self._read, last)
            ).fetchone()
            for at in _places(np.frombuffer(data or b"", ">i8").astype(np.int64)):
                np.bitwise_or.at(self._bits, at >> 3, _bit(at))
            self._read = last
        given = np.array(keys, np.int64)
        known = np.ones(len(given), bool)
        for at in _places(given):
            known &= self._bits[at >> 3] & _bit(at) != 0
        found: list[int] = given[known].tolist()
        return found


def _places(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The two bits of each key, which is a hash: its lowest and its highest bits as numbers."""
    low = (1 << _SIZE) - 1
    return keys & low, (keys >> (64 - _SIZE)) & low


def _bit(places: NDArray[np.int64]) -> NDArray[np.uint8]:
    bits: NDArray[np.uint8] = np.left_shift(1, places & 7).astype(np.uint8)
    return bits
