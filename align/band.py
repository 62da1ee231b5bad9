"""The part of the plane of source and target that is searched: a band around a coarse path, divided into windows.

The whole plane grows with the product of the lengths; a band grows with their sum. The path comes from single units
only: neighbouring units are averaged until both sides are short, the monotone path of greatest similarity is found
there in the full plane, and it is refined level by level inside a band (coarse to fine, as in Thompson and Koehn 2019,
"Vecalign", section 3.3). At an omission of hundreds of units the windows are as wide as the omission.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.encoder import Vectors

__all__ = ["Band", "Window", "cover"]

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FULL = 1200  # the most units of a side for which the full plane is compared
_ROWS = 40  # rows of one window
_REFINING = 16  # half width of the band in which the path is refined, in units of the level
_GAP = 16  # consecutive units that the path skips on one side from which they count as omitted
_FLOOR = 0.15  # similarity (of centred vectors) below which a pair of units does not count for the path


@dataclass(frozen=True, slots=True)
class Window:
    """The nodes ``(i, j)`` with ``first <= i < last`` and ``left <= j < right``; node (i, j) is before these units."""

    first: int
    last: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Band:
    """The windows, and which units of each side are not in a long omission of the coarse path."""

    windows: list[Window]
    source_kept: Flags
    target_kept: Flags


def cover(source: Vectors, target: Vectors, anchors: Sequence[tuple[int, int]], half_width: int) -> Band:
    """Cover a monotone path through the vectors of single units, ``[n, dim]`` and ``[m, dim]``, with windows.

    The path goes through all ``anchors``: nodes in order, the first and the last node included. Time and memory are
    linear in n + m.
    """
    rows = len(source) + 1
    low = np.full(rows, len(target), np.int64)
    high = np.zeros(rows, np.int64)
    source_kept, target_kept = np.ones(len(source), np.bool_), np.ones(len(target), np.bool_)
    source, target = _centred(source), _centred(target)
    for (top, left), (bottom, right) in pairwise(anchors):
        start, stop = _route(source[top:bottom], target[left:right], half_width)
        piece_low, piece_high = _widened(start, stop, half_width, right - left)
        part = slice(top, bottom + 1)
        low[part] = np.minimum(low[part], piece_low + left)
        high[part] = np.maximum(high[part], piece_high + left)
        source_kept[top:bottom], target_kept[left:right] = _kept(start, stop, right - left)
    return Band(list(_cut(low, high)), source_kept, target_kept)


def _kept(start: Integers, stop: Integers, m: int) -> tuple[Flags, Flags]:
    """Find the units that are not in a long straight part of the path, where it skips one side."""
    n = len(start) - 1
    source, target = np.ones(n, np.bool_), np.ones(m, np.bool_)
    if not n or not m:
        return ~source, ~target
    if not start.any() and (stop == m).all():
        return source, target  # a piece that is searched in full has no path
    for first in range(0, n - _GAP + 1):
        # Fewer than one step in four to the right is noise.
        if stop[first + _GAP] - start[first] < _GAP // 4 and n > 2 * _GAP:
            source[first : first + _GAP] = False
    for row in np.flatnonzero(stop - start >= _GAP):
        target[start[row] : stop[row]] = False
    return source, target


def _centred(vectors: Vectors) -> Vectors:
    """Subtract the mean of all units, so that averages of many units stay different from each other."""
    if not len(vectors):
        return vectors
    return _unit(vectors - vectors.mean(axis=0))


def _unit(vectors: Vectors) -> Vectors:
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    return np.asarray(vectors / np.maximum(norms, 1e-6), np.float32)


def _route(source: Vectors, target: Vectors, half_width: int) -> tuple[Integers, Integers]:
    """Return the first and last column of the coarse path in each of the ``len(source) + 1`` rows of nodes."""
    n, m = len(source), len(target)
    if not n or not m or (n <= half_width and m <= half_width):
        # Small enough to be searched in full: the path covers every row.
        return np.zeros(n + 1, np.int64), np.full(n + 1, m, np.int64)
    if max(n, m) <= _FULL:
        low, high = np.zeros(n + 1, np.int64), np.full(n + 1, m, np.int64)
    else:
        coarse_source, coarse_target = _halved(source), _halved(target)
        low, high = _widened(*_route(coarse_source, coarse_target, _REFINING), _REFINING, len(coarse_target))
        low = np.minimum(2 * np.repeat(low, 2)[: n + 1], m)
        high = np.minimum(2 * np.repeat(high, 2)[: n + 1] + 1, m)
        low[0], high[-1] = 0, m
    return _path(source, target, low, high)


def _halved(vectors: Vectors) -> Vectors:
    if len(vectors) % 2:
        vectors = np.concatenate([vectors, vectors[-1:]])
    return _unit(vectors[0::2] + vectors[1::2])


def _path(source: Vectors, target: Vectors, low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """Return the first and last column, in every row, of the monotone path with the largest sum of similarity."""
    n = len(source)
    best: list[NDArray[np.float32]] = []
    gains: list[NDArray[np.float32]] = []
    row = np.zeros(high[0] - low[0] + 1, np.float32)
    for i in range(n + 1):
        if i:
            row = np.full(high[i] - low[i] + 1, -np.inf, np.float32)
            # Straight down from (i - 1, j), and diagonally from (i - 1, j - 1) past the pair (i - 1, j - 1).
            previous, gain = best[-1], gains[-1]
            shift = low[i - 1] - low[i]
            _raise(row, previous, shift)
            _raise(row, previous[: len(gain)] + gain, shift + 1)
        row = np.maximum.accumulate(row)
        best.append(row)
        if i < n:
            gains.append(np.maximum(target[low[i] : high[i] + 1] @ source[i] - _FLOOR, 0))
    start, stop = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    j = int(high[n])
    stop[n] = j
    for i in range(n, 0, -1):
        previous, gain, row = best[i - 1], gains[i - 1], best[i]
        while True:
            here, above = row[j - low[i]], j - low[i - 1]
            if 0 < above <= len(gain) and previous[above - 1] + gain[above - 1] >= here and gain[above - 1] > 0:
                start[i], j = j, j - 1
                break
            if 0 <= above < len(previous) and previous[above] >= here:
                start[i] = j
                break
            j -= 1
        stop[i - 1] = j
    return start, stop


def _raise(row: NDArray[np.float32], values: NDArray[np.float32], shift: int) -> None:
    """Raise ``row[shift:]`` to ``values`` where they are higher, as far as the two overlap."""
    first, last = max(0, shift), min(len(row), shift + len(values))
    if first < last:
        np.maximum(row[first:last], values[first - shift : last - shift], out=row[first:last])


def _widened(start: Integers, stop: Integers, half_width: int, m: int) -> tuple[Integers, Integers]:
    """Widen every row to what the path covers within ``half_width`` rows, and by ``half_width`` columns."""
    n = len(start)
    rows = np.arange(n)
    low = start[np.maximum(rows - half_width, 0)] - half_width
    high = stop[np.minimum(rows + half_width, n - 1)] + half_width
    return np.maximum(low, 0), np.minimum(high, m)


def _cut(low: Integers, high: Integers) -> "list[Window]":
    """Group rows with similar columns into windows."""
    found: list[Window] = []
    first = 0
    left, right = int(low[0]), int(high[0])
    for i in range(1, len(low) + 1):
        if i < len(low):
            l_, r_ = min(left, int(low[i])), max(right, int(high[i]))
            widest = max(int(high[i]) - int(low[i]), int(high[i - 1]) - int(low[i - 1])) + 1
            if i - first < _ROWS and r_ - l_ + 1 <= 2 * widest + _ROWS:
                left, right = l_, r_
                continue
        found.append(Window(first, i, left, right + 1))
        if i < len(low):
            first, left, right = i, int(low[i]), int(high[i])
    return found
