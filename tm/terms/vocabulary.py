"""The keys of one language of a term base in memory, in order, each with a bit sketch of what it contains.

A sketch has 256 bits: half of them for the pairs of neighbouring characters, with the edges of the key counted as
characters, half for the single characters. Everything in a key sets its bits, so a few passes over the sketches exclude
nearly all keys and never a matching one (bitmap filtering: Sandes, Teodoro and Melo 2020, Information Systems 88).
200,000 keys are read and sketched in a tenth of a second on demand, so nothing of this is stored in the file.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CHARACTERS", "CHARACTER_BITS", "PAIRS", "SEPARATOR", "LengthIndex", "Vocabulary", "sketch_of_pattern", "sketches",
]  # fmt: skip

#: Separates keys and occurs in none: normalizing removes blanks, or makes them spaces between words.
SEPARATOR = "\n"
#: The words of a sketch, of 64 bits each: for pairs, and for characters.
PAIRS, CHARACTERS = (0, 1), (2, 3)
CHARACTER_BITS = 2  # set by each character; one would match by chance too often
_PORTION = 4096  # keys sketched at once, so that intermediate arrays fit into the processor's cache
_PLACES = np.arange(128, dtype=np.uint64)
_BIT = np.uint64(1) << (_PLACES & np.uint64(63))
_LOW = np.where(_PLACES < 64, _BIT, np.uint64(0))
_HIGH = np.where(_PLACES < 64, np.uint64(0), _BIT)


@dataclass(frozen=True)
class LengthIndex:
    """The rows of a vocabulary sorted by length of key, those of ``length`` at ``starts[length]:starts[length + 1]``.

    ``rows`` and ``sketches`` are in that order.
    """

    rows: NDArray[np.int64]
    starts: list[int]
    sketches: NDArray[np.uint64]


class Vocabulary:
    """Keys in the order of their characters, the ids of their terms, lengths, and sketches (uint64 ``[4, n]``)."""

    def __init__(self, joined: str, ids: str) -> None:
        """Takes the keys in order, joined with `SEPARATOR`, and their ids, joined with commas."""
        self.ids = np.fromstring(ids, np.int64, sep=",")
        self.keys = joined.split(SEPARATOR) if len(self.ids) else []
        self.lengths = np.fromiter(map(len, self.keys), np.int64, len(self.keys))
        self.sketches = sketches(joined, self.lengths)
        #: Whether a key contains a null character, where GLOB of SQLite stops.
        self.has_nulls = "\0" in joined

    @cached_property
    def by_length(self) -> LengthIndex:
        """The same, sorted by length."""
        rows = np.argsort(self.lengths, kind="stable")
        lengths = self.lengths[rows]
        longest = int(lengths[-1]) if len(lengths) else 0
        starts = np.searchsorted(lengths, np.arange(longest + 2)).tolist()
        return LengthIndex(rows, starts, self.sketches[:, rows])


def sketches(joined: str, lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The sketches, uint64 ``[4, n]``, of keys of these lengths with `SEPARATOR` between them."""
    codes = _codes(joined)
    # Each key with the separator before it: as many pairs as it has characters, and one.
    ends = np.cumsum(lengths + 1)
    bits = np.empty((4, len(lengths)), np.uint64)
    for first in range(0, len(lengths), _PORTION):
        last = min(first + _PORTION, len(lengths))
        begin = int(ends[first - 1]) if first else 0
        part = codes[begin : int(ends[last - 1]) + 1]
        starts = ends[first:last] - (lengths[first:last] + 1) - begin
        pairs, characters = _pair_places(part), _character_places(part[1:])
        for word, table in enumerate((_LOW, _HIGH)):
            bits[word, first:last] = np.bitwise_or.reduceat(table[pairs], starts)
            bits[2 + word, first:last] = np.bitwise_or.reduceat(table[characters[0]] | table[characters[1]], starts)
    return bits


def sketch_of_pattern(pattern: str) -> NDArray[np.uint64]:
    """The bits, uint64 ``[4]``, that every key has that matches ``pattern``, with the wildcards ``*`` and ``?``."""
    codes = _codes(pattern)
    plain = (codes != ord("*")) & (codes != ord("?"))
    pairs = _pair_places(codes)[plain[:-1] & plain[1:]]
    characters = _character_places(codes[plain])
    return np.array(
        [
            np.bitwise_or.reduce(table[places])
            for places in (pairs, np.concatenate(characters))
            for table in (_LOW, _HIGH)
        ],
        np.uint64,
    )


def _codes(joined: str) -> NDArray[np.uint32]:
    """The characters with the edges, as numbers."""
    return np.frombuffer(f"{SEPARATOR}{joined}{SEPARATOR}".encode("utf-32-le", "surrogatepass"), np.uint32)


def _pair_places(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Which of 128 bits each pair of neighbours sets."""
    mixed: NDArray[np.uint32] = codes[:-1] * np.uint32(0x9E37_79B1) + codes[1:] * np.uint32(0x85EB_CA77)
    return (mixed ^ (mixed >> np.uint32(15))) & np.uint32(127)


def _character_places(codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Which two of 128 bits each character sets."""
    mixed = codes * np.uint32(0xC2B2_AE3D)
    return mixed >> np.uint32(25), (mixed >> np.uint32(18)) & np.uint32(127)
