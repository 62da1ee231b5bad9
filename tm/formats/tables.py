"""Tab- and comma-separated tables: a header row, one unit per row, source and target first.

A field is quoted (RFC 4180) only where it opens with a quotation mark or holds a separator or a line end, so that
nearly every line can also be split at its tabs. CSV begins with a byte order mark, without which Excel shows Chinese
as garbage.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from corpora.readers.delimited import delimited_rows
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions
from tm.formats.columns import header_of, row_of, units_of_rows
from tm.unit import Unit

__all__ = ["as_text", "read_units", "write_units"]


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write a header and one row per unit."""
    comma = written.path.suffix.lower() == ".csv"
    with path.open("w", encoding="utf-8-sig" if comma else "utf-8", newline="", errors="replace") as file:
        file.write(_line(header_of(options), comma))
        for unit in units:
            cells = [written.legal(cell) for cell in row_of(unit, options, written)]
            file.write(_line(list(map(as_text, cells)) if options.spreadsheet_safe else cells, comma))
            written.units += 1


def as_text(cell: str) -> str:
    """``cell`` as a spreadsheet program takes it for text: with an apostrophe where it begins like a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _line(cells: Sequence[str], comma: bool) -> str:
    separator = "," if comma else "\t"
    return separator.join(_quoted(cell, separator) for cell in cells) + ("\r\n" if comma else "\n")


def _quoted(cell: str, separator: str) -> str:
    if cell.startswith('"') or separator in cell or "\n" in cell or "\r" in cell or (separator == "," and '"' in cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row; rows without the columns of both texts are reported."""
    yield from units_of_rows(delimited_rows(path, problems.add), options, problems)
