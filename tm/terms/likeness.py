"""Find the keys of a term base that are nearly a given one, comparing with all of them and yet in a millisecond.

A key is sketched as the set of its pairs of neighbouring characters, hashed to 128 bits. An edit takes away two pairs
at most, so keys at distance d miss at most 2d of each other's bits: comparing sketches leaves out nearly all keys and
never one that is near enough (bitmap filtering: Sandes, Teodoro and Melo 2020, Information Systems 88). The sketches of
200,000 keys are made in a fraction of a second when they are asked for first, hence none are stored.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Likeness"]

_WORDS = 2  # 64-bit words of a sketch
_EDGE = " "


class Likeness:
    """The keys of one language with their term ids, ready to be asked."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        pairs = sorted(rows, key=lambda row: len(row[1]))
        self._ids = [number for number, _ in pairs]
        self._keys = [key for _, key in pairs]
        self._lengths = np.array([len(key) for key in self._keys], np.int32)
        self._bits = _sketches(self._keys)

    def near(self, key: str, least: float, limit: int) -> list[tuple[int, float]]:
        """Ids and likeness (percent, from ``least`` up: normalised edit distance of characters), most alike first."""
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        if not key or not self._keys:
            return []
        # Sorted by length, those that can be near enough stand together.
        first = int(np.searchsorted(self._lengths, int(len(key) * least / 100)))
        last = int(np.searchsorted(self._lengths, int(len(key) * 100 / least) + 1, "right"))
        most = ((100 - least) * np.maximum(self._lengths[first:last], len(key)) / 100).astype(np.int32)
        missing = np.bitwise_count(_sketches([key])[0] & ~self._bits[first:last]).sum(axis=1, dtype=np.uint8)
        rows = first + np.flatnonzero(missing <= 2 * most)
        found = process.extract(
            key,
            {row: self._keys[row] for row in rows.tolist()},
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=least / 100,
            limit=limit,
        )
        return [(self._ids[row], round(100 * score, 1)) for _, score, row in found]


def _sketches(keys: list[str]) -> NDArray[np.uint64]:
    """The sketches of keys, uint64 ``[n, _WORDS]``."""
    bits = np.zeros((len(keys), _WORDS), np.uint64)
    if not keys:
        return bits
    # Every key between edges, in one row: the pairs of each stand together, and each has at least one.
    codes = np.frombuffer(
        "".join(f"{_EDGE}{key}{_EDGE}" for key in keys).encode("utf-32-le", "surrogatepass"), np.uint32
    )
    lengths = np.array([len(key) + 2 for key in keys])
    starts = np.cumsum(lengths) - lengths
    pairs = codes[:-1].astype(np.uint64) * np.uint64(0x9E37_79B1) + codes[1:].astype(np.uint64) * np.uint64(0x85EB_CA77)
    places = (pairs ^ (pairs >> np.uint64(15))) % np.uint64(64 * _WORDS)
    # The pair of two edges, from one key to the next, is nobody's.
    inside = np.ones(len(places), bool)
    inside[(starts + lengths - 1)[:-1]] = False
    for word in range(_WORDS):
        here = inside & (places >> np.uint64(6) == word)
        values = np.where(here, np.uint64(1) << (places & np.uint64(63)), np.uint64(0))
        bits[:, word] = np.bitwise_or.reduceat(values, starts)
    return bits
