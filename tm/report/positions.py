"""The position of each unit in its two documents: the data of the picture, and its description in words.

Positions are the unit ids of the aligner; where a file has none (a TMX of another tool), units are counted in the order
of the file. Several pairs of documents in one file follow each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tm.unit import Unit

__all__ = ["PositionRun", "Positions", "UnitPosition", "positions"]

_RUN = 3  # units; fewer are not reported as a run
_LOW = 0.5


@dataclass(frozen=True, slots=True)
class UnitPosition:
    """Half-open ranges of positions on both sides; an empty range is where the missing side would be."""

    source: tuple[int, int]
    target: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PositionRun:
    """Units ``first`` to ``last`` (inclusive, in the order of the file) that have ``kind`` in common.

    "moved": their targets are in another order; "omission" and "addition": one side is empty; "low": scores
    below one half.
    """

    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Positions:
    """The position of every unit, the lengths of both documents, whether ids were known, and the longer runs."""

    of_units: tuple[UnitPosition, ...]
    source_length: int
    target_length: int
    known: bool
    runs: tuple[PositionRun, ...]


def positions(units: Sequence[Unit]) -> Positions:
    """Find the position of each of ``units``."""
    known = _known(units)
    found = _from_ids(units) if known else _from_order(units)
    lengths = (
        max((place.source[1] for place in found), default=0),
        max((place.target[1] for place in found), default=0),
    )
    return Positions(tuple(found), *lengths, known, tuple(_runs(units, found)))


def _known(units: Sequence[Unit]) -> bool:
    """True where every unit has its ids; with some of them, the picture would be wrong."""
    return bool(units) and all(
        bool(unit.origin.source_ids) == bool(unit.source.strip())
        and bool(unit.origin.target_ids) == bool(unit.target.strip())
        for unit in units
    )


def _from_ids(units: Sequence[Unit]) -> list[UnitPosition]:
    found: list[UnitPosition] = []
    pair: tuple[str, str] | None = None
    base, ends, last = (0, 0), [0, 0], [0, 0]
    for unit in units:
        files = unit.origin.source_file, unit.origin.target_file
        if files != pair:
            pair, base = files, (ends[0], ends[1])
            last = [*base]
        ranges = []
        for side, ids in enumerate((unit.origin.source_ids, unit.origin.target_ids)):
            if ids:
                first, end = base[side] + min(ids), base[side] + max(ids) + 1
                last[side] = end
                ends[side] = max(ends[side], end)
                ranges.append((first, end))
            else:
                ranges.append((last[side], last[side]))
        found.append(UnitPosition(ranges[0], ranges[1]))
    return found


def _from_order(units: Sequence[Unit]) -> list[UnitPosition]:
    found = []
    left = right = 0
    for unit in units:
        ends = left + bool(unit.source.strip()), right + bool(unit.target.strip())
        found.append(UnitPosition((left, ends[0]), (right, ends[1])))
        left, right = ends
    return found


def _runs(units: Sequence[Unit], found: Sequence[UnitPosition]) -> list[PositionRun]:
    moved = _moved(units, found)
    kinds = [
        ("omission", [bool(unit.source.strip()) and not unit.target.strip() for unit in units]),
        ("addition", [bool(unit.target.strip()) and not unit.source.strip() for unit in units]),
        ("moved", [number in moved for number in range(len(units))]),
        ("low", [unit.quality is not None and unit.quality < _LOW and _whole(unit) for unit in units]),
    ]
    runs = [PositionRun(kind, first, last) for kind, marks in kinds for first, last in _ranges(marks)]
    return sorted(runs, key=lambda run: (run.first - run.last, run.first))


def _whole(unit: Unit) -> bool:
    return bool(unit.source.strip() and unit.target.strip())


def _ranges(marks: Sequence[bool]) -> list[tuple[int, int]]:
    ranges, start = [], None
    for number, mark in enumerate([*marks, False]):
        if mark and start is None:
            start = number
        elif not mark and start is not None:
            if number - start >= _RUN:
                ranges.append((start, number - 1))
            start = None
    return ranges


def _moved(units: Sequence[Unit], found: Sequence[UnitPosition]) -> set[int]:
    """Units whose targets are not in the longest rising sequence of targets (patience sorting, Fredman 1975)."""
    from bisect import bisect_left

    whole = [number for number, unit in enumerate(units) if _whole(unit)]
    tails: list[int] = []
    tail_units: list[int] = []
    before: dict[int, int | None] = {}
    for number in whole:
        # The id breaks ties, so that two units on one target count as rising.
        value = found[number].target[0] * len(units) + number
        place = bisect_left(tails, value)
        before[number] = tail_units[place - 1] if place else None
        tails[place : place + 1] = [value]
        tail_units[place : place + 1] = [number]
    rising = set()
    current = tail_units[-1] if tail_units else None
    while current is not None:
        rising.add(current)
        current = before[current]
    return set(whole) - rising
