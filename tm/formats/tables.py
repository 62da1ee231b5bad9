"""Tab- and comma-separated tables: a header row, a unit a row, source and target first.

Quoting is RFC 4180's and no more than needed: a field is quoted only where it opens with a quotation mark or
holds a separator or a line end, so that nearly every line can also be cut at its tabs. CSV begins with a byte
order mark, without which Excel reads Chinese as gibberish.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from corpora.errors import DamagedInput, EmptyInput
from corpora.readers.encodings import decode
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions
from tm.formats.columns import header_of, row_of, units_of_rows
from tm.unit import Unit

__all__ = ["read_units", "write_units"]

_LONGEST = 10_000_000  # characters in one field
_REACH = 2_000  # lines that one row may go over
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_HEAD = 60_000  # bytes looked at to tell the encoding


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
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


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row; rows without the columns of both texts are named."""
    encoding = _encoding(path)
    csv.field_size_limit(_LONGEST)
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from units_of_rows(_rows(file, path, encoding, problems), options, problems)
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


def _rows(file: IO[str], path: Path, encoding: str, problems: UnitProblems) -> Iterator[tuple[int, list[str]]]:
    lines = _lines(file, problems)
    if path.suffix.lower() != ".csv":
        yield from _tab_rows(lines)
        return
    numbers: list[int] = [0]

    def counted() -> Iterator[str]:
        for number, line in lines:
            numbers[0] = number
            yield line

    rows = csv.reader(counted(), delimiter=_separator(path, encoding), strict=True)
    while True:
        begin = numbers[0] + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            # The rest of a row whose quotation marks are wrong cannot be told from the next one.
            problems.add(begin, f"quotation marks that do not match ({error})", error)
            continue
        if row is None:
            return
        yield begin, row


def _lines(file: IO[str], problems: UnitProblems) -> Iterator[tuple[int, str]]:
    """(number, line) with its end; one that is too long to be a row is named and passed over."""
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        if len(line) == _LONGEST and not line.endswith(("\n", "\r")):
            problems.add(number, f"the line is longer than {_LONGEST:,} characters")
            while line and not line.endswith(("\n", "\r")):
                line = file.readline(_LONGEST)
            continue
        yield number, line


def _tab_rows(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a TSV, whether its maker quoted fields or not.

    A field that opens with a quotation mark is quoted where one closes it at the end of a field, over several
    lines if need be. The first that nothing closes tells that this maker does not quote: from there on
    quotation marks are text.
    """
    waiting: deque[tuple[int, str]] = deque()
    quotes = True
    while True:
        first = waiting.popleft() if waiting else next(lines, None)
        if first is None:
            return
        number, text = first
        taken = 0
        cells = _cells(text) if quotes else None
        while quotes and cells is None:
            if taken == len(waiting):
                more = next(lines, None) if taken < _REACH else None
                if more is None:
                    quotes = False
                    break
                waiting.append(more)
            text += waiting[taken][1]
            taken += 1
            # Only a line with a quotation mark can close the field.
            cells = _cells(text) if '"' in waiting[taken - 1][1] else None
        if cells is None:
            yield number, first[1].rstrip("\r\n").split("\t")
        else:
            for _ in range(taken):
                waiting.popleft()
            yield number, cells


def _cells(text: str) -> list[str] | None:
    """The fields of a row; None where a quoted one is not closed."""
    parts = text.rstrip("\r\n").split("\t")
    cells: list[str] = []
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        if part.startswith('"') and part.count('"') % 2:
            while at < len(parts) and not _QUOTED.fullmatch(part):
                part += "\t" + parts[at]
                at += 1
            if not _QUOTED.fullmatch(part):
                return None
        cells.append(part[1:-1].replace('""', '"') if _QUOTED.fullmatch(part) else part)
    return cells


def _separator(path: Path, encoding: str) -> str:
    """The most frequent of comma, semicolon (Excel in much of Europe) and tab in the first line."""
    with path.open(encoding=encoding, newline="") as file:
        line = file.readline(_HEAD)
    return max(",;\t", key=line.count)
