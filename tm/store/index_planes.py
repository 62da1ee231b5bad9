"""Search the sketches of many segments at once, by bit, in processes that look up more than a little.

A plane has one bit of all sketches, the texts sorted by length. How many bits of a query each text has is the sum of
the planes of these bits, and 64 texts are added at a time: the planes are added like the digits of numbers, three by a
full adder (Harley and Seal's population count: Warren 2013, "Hacker's Delight", chapter 5). That is several times as
fast as to compare sketches one by one, and takes as long to prepare as some hundred look-ups; so the first look-ups in
a process, and the first after new segments, use the sketches as they are.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tm.store.index_segments import CAPACITY, WORDS, Bits, IndexSegment, Near, Needs, Places, near

__all__ = ["PlanesCache", "SegmentPlanes"]

_SEGMENTS = 16  # segments searched together; more would have to be prepared again for each new segment
_PREPARED_AFTER = 6  # searches, of which a look-up has two
_BANDS = 3  # groups of lengths above that of the query
_MANY = 4_096  # texts of a group; fewer are compared one by one at once
_ALL = ~np.uint64(0)
#: A segment with its number, 0 for the tail, and its language.
Known = tuple[int, str, IndexSegment]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class SegmentPlanes:
    """The sketches of segments by bit: uint64 ``[bit, texts / 64]``.

    ``places`` is segment times `CAPACITY` plus position of each text, ``set_bits`` and ``lengths`` as in a segment,
    ``starts`` the place of the first text of each length up to one more than the longest. ``repeats`` is how many
    tokens of a text set no bit of their own, as planes of digits, the ones first.
    """

    planes: Bits
    places: NDArray[np.int32]
    set_bits: NDArray[np.int16]
    lengths: NDArray[np.int32]
    starts: NDArray[np.int64]
    repeats: Bits
    segments: int

    @classmethod
    def of(cls, segments: Sequence[IndexSegment]) -> "SegmentPlanes":
        """Sort the texts of the segments by length, and turn their sketches round."""
        lengths = np.concatenate([one.lengths for one in segments])
        order = np.argsort(lengths, kind="stable")
        places = np.concatenate(
            [np.arange(len(one.ids), dtype=np.int32) + k * CAPACITY for k, one in enumerate(segments)]
        )
        rows = np.concatenate([one.bits for one in segments])
        planes = np.zeros((64 * WORDS, -(-len(order) // 64)), np.uint64)
        for first in range(0, len(order), CAPACITY):  # a portion stays in the cache of the processor
            turned = _turned(rows[order[first : first + CAPACITY]])
            planes[:, first // 64 : first // 64 + turned.shape[1]] = turned
        lengths = lengths[order]
        starts = np.searchsorted(lengths, np.arange(int(lengths[-1]) + 2))
        set_bits = np.concatenate([one.set_bits for one in segments])[order]
        return cls(planes, places[order], set_bits, lengths, starts, _digits(lengths - set_bits), len(segments))

    def near(self, query: Bits, length: int, minimum: int) -> list[Near]:
        """As `tm.store.index_segments.near`, for the segments of these planes."""
        needs = Needs.of(query, length, minimum)
        first, last = self._between(needs.least, needs.most)
        words = slice(first // 64, -(-last // 64))
        sums = _sums(
            [self.planes[bit, words] for bit in _set(query)] or [self.planes[0, words] ^ self.planes[0, words]]
        )
        several: list[list[Bits]] = []  # what `_twice` gives, where it is needed
        found = []
        step = max(1, -(-(needs.most - length) // _BANDS))
        for shortest in [needs.least, *range(length + 1, needs.most + 1, step)]:
            longest = length if shortest <= length else min(needs.most, shortest + step - 1)
            begin, end = self._between(shortest, longest)
            if begin < end:
                here = slice(begin // 64 - first // 64, -(-end // 64) - first // 64)
                many = _at_least([one[here] for one in sums], needs.set_bits - needs.allowed(longest))
                if np.bitwise_count(many).sum() > _MANY:
                    several = several or [_twice(sums, self.repeats[:, words])]
                    many &= _at_least([one[here] for one in several[0]], needs.twice_common(shortest))
                at = _positions(many, begin // 64)
                found.append(at[(at >= begin) & (at < end)])
        at = np.concatenate(found) if found else np.empty(0, np.int64)
        word, shift = (at >> 6) - first // 64, (at & 63).astype(np.uint64)
        common = np.zeros(len(at), np.int16)
        for weight, one in enumerate(sums):
            common += (one[word] >> shift & np.uint64(1)).astype(np.int16) << weight
        kept, bounds = needs.bounds(self.lengths[at], self.set_bits[at], common)
        return self._by_segment(at[kept], bounds)

    def containing(self, query: Bits, length: int, more: int) -> list[Places]:
        """As `IndexSegment.containing`, for the segments of these planes."""
        first, last = self._between(length, length + more)
        left = np.full(-(-last // 64) - first // 64, _ALL)
        for bit in _set(query):
            left &= self.planes[bit, first // 64 : -(-last // 64)]
        at = _positions(left, first // 64)
        at = at[(at >= first) & (at < last)]
        return [positions for positions, _ in self._by_segment(at, at)]

    def _between(self, shortest: int, longest: int) -> tuple[int, int]:
        """Where the texts of these lengths begin and end."""
        most = len(self.starts) - 1
        first, last = int(self.starts[min(shortest, most)]), int(self.starts[min(longest + 1, most)])
        return first, max(first, last)

    def _by_segment(self, at: Places, bounds: Places) -> list[Near]:
        places = self.places[at].astype(np.int64)
        order = places.argsort()
        places, bounds = places[order], bounds[order]
        borders = places.searchsorted(np.arange(self.segments + 1) * CAPACITY).tolist()
        positions = places % CAPACITY
        return [(positions[begin:end], bounds[begin:end]) for begin, end in pairwise(borders)]


class PlanesCache:
    """The planes that a process keeps, by the numbers of their segments."""

    def __init__(self) -> None:
        self._planes: dict[tuple[int, ...], SegmentPlanes] = {}
        self._asked: dict[tuple[int, ...], int] = {}
        self._there: tuple[Sequence[tuple[int, str]], set[tuple[int, ...]]] = ([], set())

    def keep_only(self, segments: Sequence[tuple[int, str]]) -> None:
        """Drop planes of other groups than those of these segments, which are all that there are in a memory."""
        known, keys = self._there
        if known != segments:  # it is asked before each search, and they seldom change
            keys = {tuple(segments[place][0] for place in group) for group in _groups(segments)}
            self._there = segments, keys
        for gone in self._planes.keys() - keys:
            self._planes.pop(gone, None)
        for gone in self._asked.keys() - keys:
            self._asked.pop(gone, None)

    def near(self, segments: Sequence[Known], query: Bits, length: int, minimum: int) -> list[Near]:
        """As `tm.store.index_segments.near`."""
        return self._searched(
            segments,
            lambda planes: planes.near(query, length, minimum),
            lambda group: near(group, query, length, minimum),
        )

    def containing(self, segments: Sequence[Known], query: Bits, length: int, more: int) -> list[Places]:
        """As `IndexSegment.containing`, for each segment."""
        return self._searched(
            segments,
            lambda planes: planes.containing(query, length, more),
            lambda group: [one.containing(query, length, more) for one in group],
        )

    def _searched(
        self,
        segments: Sequence[Known],
        together: Callable[[SegmentPlanes], list[Found]],
        alone: Callable[[list[IndexSegment]], list[Found]],
    ) -> list[Found]:
        """What a search finds in each segment: by planes where segments were searched often."""
        found: dict[int, Found] = {}
        for places in _groups([(number, language) for number, language, _ in segments]):
            members = [segments[place][2] for place in places]
            key = tuple(segments[place][0] for place in places)
            planes = self._prepared(key, members) if key[0] else None
            found |= zip(places, together(planes) if planes else alone(members), strict=True)
        return [found[place] for place in range(len(segments))]

    def _prepared(self, key: tuple[int, ...], segments: Sequence[IndexSegment]) -> SegmentPlanes | None:
        planes = self._planes.get(key)
        if planes is None:
            asked = self._asked[key] = self._asked.get(key, 0) + 1
            if asked > _PREPARED_AFTER:
                planes = self._planes[key] = SegmentPlanes.of(segments)
        return planes


def _groups(segments: Sequence[tuple[int, str]]) -> list[list[int]]:
    """The places of the segments that are searched together; each is given with its number and language."""
    groups: dict[tuple[bool, str, int], list[int]] = {}
    counts: Counter[tuple[bool, str]] = Counter()
    for place, (number, language) in enumerate(segments):
        stored = number > 0
        groups.setdefault((stored, language, counts[stored, language] // _SEGMENTS), []).append(place)
        counts[stored, language] += 1
    return list(groups.values())


def _turned(rows: Bits) -> Bits:
    """Sketches in rows as planes: bits of 8 by 8 are turned in one 64-bit number (Warren 2013, chapter 7)."""
    size = -(-len(rows) // 64) * 64
    padded = np.zeros((size, 8 * WORDS), np.uint8)
    padded[: len(rows)] = np.ascontiguousarray(rows).view(np.uint8)
    x = np.ascontiguousarray(padded.reshape(-1, 8, 8 * WORDS).transpose(2, 0, 1)).view(np.uint64)
    for shift, mask in ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0)):
        moved = (x ^ (x >> np.uint64(shift))) & np.uint64(mask)
        x ^= moved ^ (moved << np.uint64(shift))
    eighths = x.view(np.uint8).reshape(8 * WORDS, -1, 8)
    return np.ascontiguousarray(eighths.transpose(0, 2, 1)).reshape(64 * WORDS, -1).view(np.uint64)


def _set(query: Bits) -> list[int]:
    """The bits of a sketch that are set."""
    return [64 * word + bit for word, value in enumerate(query.tolist()) for bit in range(64) if value >> bit & 1]


def _sums(planes: list[Bits]) -> list[Bits]:
    """How many of these planes have each text: the digits of the sum as planes, the ones first."""
    sums = []
    while planes:
        carried = []
        while len(planes) > 2:
            one, two, three = planes.pop(), planes.pop(), planes.pop()
            either = one ^ two
            carry = one & two
            carry |= either & three
            either ^= three
            planes.append(either)
            carried.append(carry)
        if len(planes) == 2:
            carried.append(planes[0] & planes[1])
        sums.append(planes[0] ^ planes[1] if len(planes) == 2 else planes[0])
        planes = carried
    return sums


def _twice(sums: list[Bits], repeats: Bits) -> list[Bits]:
    """Twice the sum and the repeats of each text: digits as planes."""
    found, carry = [repeats[0]], np.zeros_like(repeats[0])
    rest = repeats[1:]
    for place in range(max(len(sums), len(rest))):
        one, two = (given[place] if place < len(given) else np.zeros_like(carry) for given in (sums, rest))
        either = one ^ two
        found.append(either ^ carry)
        carry = one & two | either & carry
    return [*found, carry]


def _digits(numbers: NDArray[np.int32]) -> Bits:
    """The digits of numbers as planes, the ones first."""
    size = -(-len(numbers) // 64) * 8
    planes = []
    for place in range(max(1, int(numbers.max()).bit_length())):
        packed = np.packbits((numbers >> place & 1).astype(bool), bitorder="little")
        planes.append(np.pad(packed, (0, size - len(packed))).view(np.uint64))
    return np.array(planes)


def _at_least(sums: list[Bits], least: int) -> Bits:
    """The texts whose sum is ``least`` or more."""
    size = len(sums[0]) if sums else 0
    if least <= 0:
        return np.full(size, _ALL)
    more, same = np.zeros(size, np.uint64), np.full(size, _ALL)
    if least - 1 >> len(sums):
        return more
    for place in reversed(range(len(sums))):  # a sum of at least n is more than n - 1
        if least - 1 >> place & 1:
            same &= sums[place]
        else:
            more |= same & sums[place]
            same &= ~sums[place]
    return more


def _positions(plane: Bits, first: int) -> Places:
    """The places of the bits that are set, in a plane that begins with the word ``first``."""
    words = plane.nonzero()[0]
    row, bit = np.unpackbits(plane[words].view(np.uint8).reshape(-1, 8), axis=1, bitorder="little").nonzero()
    at: Places = (words[row] + first) * 64 + bit
    return at
