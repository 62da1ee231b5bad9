"""Excel workbooks: the first sheet, a header row, one unit per row; writing needs the extra `duiyi[tables]`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from corpora.readers.workbook import sheet_rows
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions
from tm.formats.columns import header_of, row_of, units_of_rows
from tm.spreadsheet import write_sheet
from tm.unit import Unit

__all__ = ["read_units", "write_units"]

_CELL = 32_767  # characters that Excel holds in a cell
_ROWS = 1_048_576
_WIDTHS = (60, 60)


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write a sheet; what Excel cannot hold (long texts, too many rows) is left out and counted."""
    write_sheet(path, "units", _rows(units, options, written), _WIDTHS)


def _rows(units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> Iterator[Sequence[str]]:
    yield header_of(options)
    for unit in units:
        row = [written.legal(cell) for cell in row_of(unit, options, written)]
        if any(len(cell) > _CELL for cell in row):
            written.left_out[f"longer than the {_CELL:,} characters of a cell"] += 1
        elif written.units + 2 > _ROWS:
            written.left_out[f"beyond the {_ROWS:,} rows of a sheet"] += 1
        else:
            written.units += 1
            yield row


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row of the first visible sheet."""
    yield from units_of_rows(sheet_rows(path), options, problems)
