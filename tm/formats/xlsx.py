"""Excel workbooks: the first sheet, a header row, a unit a row; needs the extra `duiyi[tables]`.

A workbook is a zip of XML. Before openpyxl sees it, the zip is measured, so that a few kilobytes cannot
unpack to gigabytes, and every part is looked at for a document type, which no honest workbook has.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from corpora.errors import DamagedInput, EmptyInput, InputError, ProtectedInput, WrongFormat
from corpora.extras import need
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions
from tm.formats.columns import header_of, row_of, units_of_rows
from tm.unit import Unit

__all__ = ["read_units", "write_units"]

_LARGEST = 1_000_000_000  # bytes of one part, unpacked
_RATIO = 200  # unpacked to packed; text packs some 20 to 1
_CELL = 32_767  # characters that Excel holds in a cell
_ROWS = 1_048_576
_OLE = b"\xd0\xcf\x11\xe0"  # an old .xls, and every encrypted .xlsx
#: What `zipfile` raises on archives that are none, cut off, encrypted or made of nonsense.
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
           ValueError, struct.error)  # fmt: skip
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how workbooks write what XML would change (ECMA-376, 22.4.2.4)
_WIDTHS = {"A": 60, "B": 60}


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write a sheet; what Excel cannot hold (long texts, too many rows) is left out and counted."""
    openpyxl = need("openpyxl", "tables", "write Excel workbooks")
    cells = need("openpyxl.cell", "tables", "write Excel workbooks")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("units")
    sheet.freeze_panes = "A2"
    for column, width in _WIDTHS.items():
        sheet.column_dimensions[column].width = width

    def text_cell(text: str) -> Any:
        # As text whatever it looks like: a cell that opens with "=" would be run as a formula.
        cell = cells.WriteOnlyCell(sheet, value=_escaped(written.legal(text)))
        cell.data_type = "s" if text else "n"
        return cell if text else None

    try:
        sheet.append([text_cell(name) for name in header_of(options)])
        for unit in units:
            row = row_of(unit, options, written)
            if any(len(cell) > _CELL for cell in row):
                written.left_out[f"longer than the {_CELL:,} characters of a cell"] += 1
            elif written.units + 2 > _ROWS:
                written.left_out[f"beyond the {_ROWS:,} rows of a sheet"] += 1
            else:
                sheet.append([text_cell(cell) for cell in row])
                written.units += 1
    except BaseException:
        # The sheet is streamed to a temporary file, which openpyxl only gives up when it is closed.
        sheet.close()
        raise
    book.save(str(path))


def _escaped(text: str) -> str:
    """``text`` as Excel writes it: ``_x000D_`` for what XML would change, and for text that looks like that."""
    return _ESCAPED.sub(r"_x005F\g<0>", text).replace("\r", "_x000D_")


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row of the first sheet."""
    openpyxl = need("openpyxl", "tables", "read Excel workbooks")
    _check(path)
    try:
        book = openpyxl.load_workbook(str(path), read_only=True, data_only=True)
    # openpyxl raises whatever its parsers raise on a damaged part.
    except Exception as error:
        raise DamagedInput(f"{path} is a damaged workbook") from error
    try:
        if not book.worksheets:
            raise EmptyInput(f"{path} has no sheet of cells")
        yield from units_of_rows(_rows(book.worksheets[0], path), options, problems)
    finally:
        book.close()


def _rows(sheet: Any, path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        try:
            row = next(rows, None)
        except Exception as error:
            raise DamagedInput(f"{path} is a damaged workbook") from error
        if row is None:
            return
        number += 1
        yield number, [_text(value) for value in row]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(value))


def _check(path: Path) -> None:
    """Refuse what is no workbook, is encrypted, would unpack without end or carries a document type."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise EmptyInput(f"{path} is empty")
    if head.startswith(_OLE):
        raise ProtectedInput(f"{path} is encrypted or in the old .xls form; save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(path) as package:
            for part in package.infolist():
                if part.file_size > _LARGEST or part.file_size > 1_000_000 + _RATIO * part.compress_size:
                    raise InputError(
                        f"{path} would unpack to {part.file_size / 1e6:,.0f} MB, as no honest workbook does"
                    )
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.open(part).read(4096):
                    raise InputError(f"{path} declares a document type in {part.filename}; it is not read")
            if "[Content_Types].xml" not in package.namelist():
                raise WrongFormat(f"{path} is a zip file, but no workbook")
    except _BROKEN as error:
        if not head.startswith(b"PK"):
            raise WrongFormat(f"{path} is no Excel workbook") from error
        raise DamagedInput(f"{path} is a damaged workbook") from error
