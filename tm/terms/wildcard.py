"""Find the keys of a term base that match a pattern, with wildcards at any position, in a millisecond or two.

GLOB of SQLite reads all keys of a language unless the pattern begins with a character. Here the characters at the
beginning of the pattern select a range of keys, the sketches (`tm.terms.vocabulary`) exclude those that lack one of its
characters or pairs, and the others are compared in order until enough match. Where many are left, as for a pattern of
frequent letters, many match, so that few are compared.
"""

import re
from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

from tm.terms.patterns import matcher
from tm.terms.vocabulary import Vocabulary, sketch_of_pattern

__all__ = ["matching"]

_PORTION = 256  # keys compared before the number of matches is checked


def matching(vocabulary: Vocabulary, pattern: str, limit: int) -> list[int]:
    """The ids of the first ``limit`` keys that match, in the order of the keys."""
    matches, keys = matcher(pattern), vocabulary.keys
    candidates = _candidates(vocabulary, pattern)
    found: list[int] = []
    for begin in range(0, len(candidates), _PORTION):
        if len(found) >= limit:
            break
        found += [row for row in candidates[begin : begin + _PORTION].tolist() if matches(keys[row])]
    return [int(vocabulary.ids[row]) for row in found[:limit]]


def _candidates(vocabulary: Vocabulary, pattern: str) -> NDArray[np.int64]:
    """The rows, in order, whose keys can match by their beginning, length and sketch."""
    start = re.split(r"[*?]", pattern, maxsplit=1)[0]
    first = bisect_left(vocabulary.keys, start)
    last = bisect_right(vocabulary.keys, start, first, key=lambda key: key[: len(start)])
    least, lengths = len(pattern) - pattern.count("*"), vocabulary.lengths[first:last]
    possible = lengths >= least if "*" in pattern else lengths == least
    for word, bits in zip(vocabulary.sketches[:, first:last], sketch_of_pattern(pattern), strict=True):
        if bits:
            possible &= word & bits == bits
    return first + np.flatnonzero(possible)
