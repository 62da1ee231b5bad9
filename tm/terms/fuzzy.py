"""Find the keys of a term base that are similar to a given one, among all of them and in a millisecond.

One edit removes at most two pairs of neighbouring characters, and one character: keys at distance d lack at most 2d of
each other's pairs. The keys that pass the sketches (`tm.terms.vocabulary`) are compared by edit distance.
"""

import numpy as np
from numpy.typing import NDArray

from tm.terms.vocabulary import CHARACTER_BITS, CHARACTERS, PAIRS, Vocabulary, sketches

__all__ = ["similar"]


def similar(vocabulary: Vocabulary, key: str, least: float, limit: int) -> list[tuple[int, float]]:
    """Ids and similarity (percent, at least ``least``: normalized edit distance of characters), most similar first."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    if not key or not vocabulary.keys:
        return []
    rows = _candidates(vocabulary, key, least)
    found = process.extract(
        key,
        [vocabulary.keys[row] for row in rows],
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=least / 100,
        limit=limit,
    )
    return [(int(vocabulary.ids[rows[at]]), round(100 * score, 1)) for _, score, at in found]


def _candidates(vocabulary: Vocabulary, key: str, least: float) -> list[int]:
    """The rows, shortest keys first, that can be similar enough by their length and their sketch."""
    by_length = vocabulary.by_length
    sketch = sketches(key, np.array([len(key)]))[:, 0]
    shortest = int(len(key) * least / 100)
    longest = min(int(len(key) * 100 / least) + 1, len(by_length.starts) - 2)
    rows: list[int] = []
    for length in range(shortest, longest + 1):
        first, last = by_length.starts[length : length + 2]
        if first == last:
            continue
        most = int((100 - least) * max(length, len(key)) / 100)
        theirs = by_length.sketches[:, first:last]
        left = np.flatnonzero(_missing(sketch, theirs, PAIRS) <= 2 * most)
        left = left[_missing(theirs[:, left], sketch, PAIRS) <= 2 * most]
        left = left[_missing(sketch, theirs[:, left], CHARACTERS) <= CHARACTER_BITS * most]
        rows += by_length.rows[first + left].tolist()
    return rows


def _missing(one: NDArray[np.uint64], other: NDArray[np.uint64], words: tuple[int, int]) -> NDArray[np.uint8]:
    """The number of bits of ``one`` that ``other`` lacks in these two words: at most 128."""
    low, high = words
    count: NDArray[np.uint8] = np.bitwise_count(one[low] & ~other[low]) + np.bitwise_count(one[high] & ~other[high])
    return count
