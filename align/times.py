"""When two tracks of subtitles show their sentences: one clock for both, as evidence for the alignment.

Tracks of one film are often shifted, and stretched where they were made for another frame rate. The shift and the
ratio at which most sentences begin together are found without looking at the texts. Where no shift brings enough of
them together, times say nothing.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from corpora.document import Block

__all__ = ["overlaps", "times_of", "with_one_clock"]

Times: TypeAlias = NDArray[np.float32]

#: Frame rates that films are converted between.
_RATIOS = (1.0, 25 / 23.976, 23.976 / 25, 24 / 23.976, 23.976 / 24, 25 / 24, 24 / 25)
_REACH = 300.0  # seconds by which a track may be shifted
_BIN = 0.25  # seconds
_NEAR = 0.5  # seconds by which sentences that begin together may differ
_SHARE = 0.35  # of the sentences of the shorter track that must begin together
_LEAST = 8  # sentences from which a shift can be found
_MOST = 3000  # sentences that are compared


def times_of(blocks: Sequence[Block]) -> Times:
    """When each block begins and ends, float32 ``[n, 2]``, NaN for blocks without a time."""
    return np.array([block.time or (np.nan, np.nan) for block in blocks], np.float32).reshape(-1, 2)


def with_one_clock(source: Times, target: Times) -> Times | None:
    """The times of ``target`` on the clock of ``source``, None where they cannot be compared."""
    left, right = (side[:, 0][~np.isnan(side[:, 0])][:_MOST].astype(float) for side in (source, target))
    fewest = min(len(left), len(right))
    if not fewest:
        return None
    if _together(left, right) >= _SHARE * fewest:
        return target
    if fewest < _LEAST:
        return None
    best, count = (1.0, 0.0), 0
    for ratio in _RATIOS:
        shift, found = _shift(left, ratio * right)
        if found > count:
            best, count = (ratio, shift), found
    if count < _SHARE * fewest:
        return None
    return (target * best[0] + best[1]).astype(np.float32)


def _together(left: NDArray[np.float64], right: NDArray[np.float64]) -> int:
    """How many of ``left`` have one of ``right`` nearby."""
    ordered = np.sort(right)
    place = np.searchsorted(ordered, left)
    before, after = ordered[np.maximum(place - 1, 0)], ordered[np.minimum(place, len(ordered) - 1)]
    return int((np.minimum(abs(left - before), abs(left - after)) <= _NEAR).sum())


def _shift(left: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, int]:
    """The shift at which most begin together, and how many do."""
    edges = np.arange(-_REACH, _REACH + _BIN, _BIN)
    counts = np.zeros(len(edges) - 1)
    for one in left:
        counts += np.histogram(one - right, edges)[0]
    peak = int(np.argmax(counts[:-1] + counts[1:]))
    shift = float(edges[peak + 1])
    near = (left[:, None] - right[None, :] - shift).ravel()
    near = near[abs(near) <= _BIN]
    shift += float(np.median(near)) if len(near) else 0.0
    return shift, _together(left, right + shift)


def overlaps(source: Times, target: Times) -> NDArray[np.float32]:
    """From -1 (never shown together) to 1 (the shorter is shown while the longer is), ``[n, m]``; 0 without times."""
    start = np.maximum(source[:, None, 0], target[None, :, 0])
    end = np.minimum(source[:, None, 1], target[None, :, 1])
    shorter = np.minimum(source[:, None, 1] - source[:, None, 0], target[None, :, 1] - target[None, :, 0])
    share = np.clip((end - start) / np.maximum(shorter, 0.1), 0.0, 1.0)
    return np.asarray(np.nan_to_num(2 * share - 1, nan=0.0), np.float32)
