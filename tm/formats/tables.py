"""Tab- and comma-separated tables: a header row, a unit a row, source and target first.

Quoting is RFC 4180's and no more than needed: a field is quoted only where it opens with a quotation mark or
holds a separator or a line end, so that nearly every line can also be cut at its tabs. CSV begins with a byte
order mark, without which Excel reads Chinese as gibberish.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from corpora.encodings import decode
from corpora.errors import DamagedInput, EmptyInput
from tm.formats.base import Problems, ReadOptions, WriteOptions, Written
from tm.formats.columns import header_of, row_of, units_of_rows
from tm.unit import Unit

__all__ = ["read_units", "write_units"]

_LONGEST = 10_000_000  # characters in one field
_HEAD = 60_000  # bytes looked at to tell the encoding


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: Written) -> None:
    """Write a header and a row a unit."""
    comma = written.path.suffix.lower() == ".csv"
    with path.open("w", encoding="utf-8-sig" if comma else "utf-8", newline="", errors="replace") as file:
        file.write(_line(header_of(options), comma))
        for unit in units:
            file.write(_line([written.legal(cell) for cell in row_of(unit, options, written)], comma))
            written.units += 1


def _line(cells: Sequence[str], comma: bool) -> str:
    separator = "," if comma else "\t"
    return separator.join(_quoted(cell, separator) for cell in cells) + ("\r\n" if comma else "\n")


def _quoted(cell: str, separator: str) -> str:
    if cell.startswith('"') or separator in cell or "\n" in cell or "\r" in cell or (separator == "," and '"' in cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def read_units(path: Path, options: ReadOptions, problems: Problems) -> Iterator[Unit]:
    """Yield the unit of each row; rows without the columns of both texts are named."""
    encoding = _encoding(path)
    csv.field_size_limit(_LONGEST)
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from units_of_rows(_rows(file, path, problems), options, problems)
    except UnicodeDecodeError as error:
        raise DamagedInput(f"{path} holds bytes that are not {encoding}") from error


def _encoding(path: Path) -> str:
    """The encoding of the file by its first lines; the rest is decoded as it is read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if len(head) == _HEAD and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: head.rfind(b"\n") + 1] or head
    if not head.strip():
        raise EmptyInput(f"{path} is empty")
    found = decode(head, str(path)).encoding
    marked = head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(found, found) if marked else found


def _rows(file: IO[str], path: Path, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    rows = csv.reader(file, delimiter=_separator(file, path))
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            problems.add(rows.line_num, str(error), error)
            continue
        if row is None:
            return
        yield rows.line_num - sum(cell.count("\n") for cell in row), row


def _separator(file: IO[str], path: Path) -> str:
    """A tab in .tsv; in .csv the most frequent of comma, semicolon (Excel in much of Europe), tab in the first line."""
    if path.suffix.lower() != ".csv":
        return "\t"
    line = file.readline()
    file.seek(0)
    return max(",;\t", key=line.count)
