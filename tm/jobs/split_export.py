"""Write many units to several files of a limited size, since many CAT tools refuse larger ones: all-001.tmx, …"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpora.errors import EmptyInput, UsageError
from tm.formats import WriteOptions, WriteReport, write
from tm.unit import Unit

__all__ = ["bytes_of", "write_split"]

_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([kmg]?)b?", re.IGNORECASE)
_POWERS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_SMALLEST = 10_000  # bytes, room for the header of any format and a few units
_FULL = 0.95  # of a file, since sizes are estimated from the part before


def bytes_of(text: str) -> int:
    """The number of bytes that ``50MB``, ``1.5 GB`` or ``200000`` stands for. Raises `UsageError`."""
    match = _SIZE.fullmatch(text.strip())
    size = int(float(match[1]) * _POWERS[match[2].lower()]) if match else 0
    if size < _SMALLEST:
        raise UsageError(f"a size of a file is such as 50MB and at least {_SMALLEST // 1000} kB, not {text}")
    return size


def write_split(path: Path, units: Iterable[Unit], options: WriteOptions, size: int) -> list[WriteReport]:
    """Write ``units`` to numbered files of at most ``size`` bytes (a single unit may be larger); a report for each.

    Raises `EmptyInput` where no unit is left to write.
    """
    reports: list[WriteReport] = []
    rest = iter(units)
    held: list[Unit] = []
    factor = 1.5  # bytes of the file for each byte of text
    while batch := [*held, *_filled(rest, size * _FULL / factor - sum(map(_weight, held)))]:
        name = path.with_name(f"{path.stem}-{len(reports) + 1:03}{path.suffix}")
        held = []
        while True:
            try:
                report = write(name, batch, options)
            except EmptyInput:
                break
            written = name.stat().st_size
            factor = written / sum(map(_weight, batch))
            if written <= size or len(batch) == 1:
                reports.append(report)
                break
            keep = max(1, min(len(batch) - 1, int(len(batch) * _FULL * size / written)))
            batch, held = batch[:keep], [*batch[keep:], *held]
    if not reports:
        raise EmptyInput(f"{path} was not written: no unit is left to write")
    return reports


def _filled(units: Iterator[Unit], room: float) -> Iterator[Unit]:
    """Units of about ``room`` bytes of text; at least one, if there is room."""
    while room > 0 and (unit := next(units, None)) is not None:
        room -= _weight(unit)
        yield unit


def _weight(unit: Unit) -> int:
    return len(unit.source.encode("utf-8", "replace")) + len(unit.target.encode("utf-8", "replace")) + 300
