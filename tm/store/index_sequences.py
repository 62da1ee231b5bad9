"""Compare a query with the sequences of many texts: their tokens as codes of two bytes, one after the other.

A sequence is text, which rapidfuzz compares. Where sketches leave many texts, as they do of long ones at a low
threshold, most are excluded by how many of their tokens the query has at all, which numpy counts for all at once.
Different tokens may have one code, so a distance of sequences is never above that of the texts, and no match is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq, Levenshtein
from rapidfuzz.process import cdist

from tm.store.index_segments import Places

__all__ = ["SegmentSequences", "nearer", "with_all_tokens"]

_MANY = 500  # texts; fewer are compared at once
_SURROGATES = 0xD800  # the first code that is no text
_SLACK = 1e-6  # of similarities, which are fractions
Codes = NDArray[np.uint16]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SegmentSequences:
    """The sequences of a segment, one after the other, and where each begins; the end of the last one."""

    codes: Codes
    starts: Places

    @classmethod
    def of(cls, blob: bytes, lengths: NDArray[np.int32]) -> "SegmentSequences":
        """The sequences of texts of these lengths. Raises `ValueError` if they are not."""
        codes, starts = np.frombuffer(blob, "<u2"), np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        if len(codes) != starts[-1]:
            raise ValueError("sequences of another length")
        if len(codes) and codes.max() >= _SURROGATES:
            raise ValueError("surrogates")
        return cls(codes, starts)

    def lengths(self, positions: Places) -> Places:
        """How many tokens these texts have."""
        return self.starts[positions + 1] - self.starts[positions]

    def cut(self, positions: Places) -> Codes:
        """The sequences of these texts, one after the other."""
        lengths = self.lengths(positions)
        moved = self.starts[positions] - (np.cumsum(lengths) - lengths)
        found: Codes = self.codes[np.arange(int(lengths.sum())) + np.repeat(moved, lengths)]
        return found

    def shared(self, positions: Places, tokens: Flags) -> Places:
        """How many tokens of each of these texts are among ``tokens``, which has a flag for each code."""
        sums = np.concatenate([[0], np.cumsum(tokens[self.cut(positions)], dtype=np.int32)])
        ends = np.cumsum(self.lengths(positions))
        return np.diff(sums[ends], prepend=0)


Held = Sequence[tuple[SegmentSequences, Places]]


def nearer(held: Held, query: str, minimum: int) -> tuple[Places, Places]:
    """Which of these texts may score ``minimum`` by their distance to a query, and the most that each can score.

    ``query`` is its `sequence`; the texts are counted through all segments.
    """
    lengths = _lengths(held)
    longest = np.maximum(lengths, max(1, len(query)))
    least = longest - (100 - minimum) * longest // 100
    left = _sharing(held, query, least)
    texts = _texts(held, left)
    least, longest = least[left], longest[left]
    lowest = minimum / 100 - _SLACK
    (alike,) = cdist([query], texts, scorer=Levenshtein.normalized_similarity, score_cutoff=lowest, dtype=np.float64)
    common = np.rint(alike * longest).astype(np.int64)
    kept = common >= least
    return left[kept], (100 * common // longest)[kept]


def with_all_tokens(held: Held, query: str) -> Places:
    """Which of these texts may have all tokens of a query in their order; they are counted through all segments."""
    left = _sharing(held, query, np.full_like(_lengths(held), len(query)))
    (common,) = cdist([query], _texts(held, left), scorer=LCSseq.similarity, score_cutoff=len(query), dtype=np.int64)
    kept: Places = left[common >= len(query)]
    return kept


def _lengths(held: Held) -> Places:
    return np.concatenate([np.empty(0, np.int64), *(known.lengths(positions) for known, positions in held)])


def _sharing(held: Held, query: str, least: Places) -> Places:
    """The texts that have at least ``least`` tokens of the query; all of them where there are few."""
    if not held or len(least) < _MANY:
        return np.arange(len(least))
    tokens = np.zeros(0x1_0000, bool)
    tokens[np.frombuffer(query.encode("utf-16-le"), "<u2")] = True
    shared = np.concatenate([known.shared(positions, tokens) for known, positions in held])
    left: Places = (shared >= least).nonzero()[0]
    return left


def _texts(held: Held, left: Places) -> list[str]:
    """The sequences of the texts ``left``, which are counted through all segments."""
    borders = np.cumsum([0, *(len(positions) for _, positions in held)])
    cuts = left.searchsorted(borders)
    codes = [np.empty(0, "<u2")]
    lengths = [np.empty(0, np.int64)]
    for (known, positions), before, begin, end in zip(held, borders, cuts, cuts[1:], strict=False):
        if begin < end:
            some = positions[left[begin:end] - before]
            codes.append(known.cut(some))
            lengths.append(known.lengths(some))
    joined = np.concatenate(codes).tobytes().decode("utf-16-le")
    ends = np.cumsum(np.concatenate(lengths)).tolist()
    return [joined[start:end] for start, end in zip([0, *ends], ends, strict=False)]
