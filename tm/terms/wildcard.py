"""Find the keys of a term base that fit a pattern, wherever in it the wildcards stand, in a millisecond or two.

SQLite's GLOB reads all keys of a language unless the pattern begins with a character. Here the characters that it
begins with narrow the keys down to a range, the sketches (`tm.terms.vocabulary`) leave out those that lack one of its
characters or pairs, and what is left is compared in order until enough fit. Where much is left, as by a pattern of
frequent letters, much fits, so that few are compared.
"""

import re
from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

from tm.terms.patterns import fits
from tm.terms.vocabulary import Vocabulary, sketch_of_pattern

__all__ = ["fitting"]

_PORTION = 256  # keys compared between two looks at how many were found


def fitting(vocabulary: Vocabulary, pattern: str, limit: int) -> list[int]:
    """The ids of the first ``limit`` keys that fit, in the order of the keys."""
    fit, keys = fits(pattern), vocabulary.keys
    candidates = _candidates(vocabulary, pattern)
    found: list[int] = []
    for begin in range(0, len(candidates), _PORTION):
        if len(found) >= limit:
            break
        found += [row for row in candidates[begin : begin + _PORTION].tolist() if fit(keys[row])]
    return [int(vocabulary.ids[row]) for row in found[:limit]]


def _candidates(vocabulary: Vocabulary, pattern: str) -> NDArray[np.int64]:
    """The rows, in order, whose keys can fit by how they begin, their length and their sketch."""
    start = re.split(r"[*?]", pattern, maxsplit=1)[0]
    first = bisect_left(vocabulary.keys, start)
    last = bisect_right(vocabulary.keys, start, first, key=lambda key: key[: len(start)])
    least, lengths = len(pattern) - pattern.count("*"), vocabulary.lengths[first:last]
    possible = lengths >= least if "*" in pattern else lengths == least
    for word, bits in zip(vocabulary.sketches[:, first:last], sketch_of_pattern(pattern), strict=True):
        if bits:
            possible &= word & bits == bits
    return first + np.flatnonzero(possible)
