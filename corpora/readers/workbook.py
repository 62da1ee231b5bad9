"""Rows of an Excel workbook (.xlsx), streamed, in time and memory that grow with the file alone.

Only the parts of the zip that contain texts are read, so damage to the title or the cell styles has no effect.
openpyxl is used for writing only: it fills the gaps between cells (one cell in row 99,999,999 takes minutes) and has no
limits.

Source: ECMA-376-1:2016, part 1, sections 18.3 (sheets), 18.4 (shared strings) and 18.8 (number formats).
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from corpora.errors import DamagedInput, EmptyInput, InputError, ProtectedInput, WrongFormat
from corpora.xml import Element, local, stream

__all__ = ["Row", "sheet_rows", "texts_beside_cells", "workbook_rows"]

_LARGEST = 500_000_000  # bytes of all parts, unpacked
_RATIO = 200  # unpacked to packed bytes of one part; texts pack some 20 to 1
_SMALL = 1_000_000  # bytes up to which the ratio does not matter
_COLUMNS = 1_000  # cells further to the right are ignored
_OLE = b"\xd0\xcf\x11\xe0"  # an old .xls, and every encrypted .xlsx
#: What `zipfile` raises for a file that is not an archive, or is truncated, encrypted or random bytes.
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
           ValueError, struct.error)  # fmt: skip
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how workbooks write what XML would change (section 22.4.2.4)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,12})")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_A_CODE = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*\]|General', re.IGNORECASE)
_COMMENTS = re.compile(r"\Axl/(?:comments/?\w*|threadedComments/\w+)\.xml\Z")
_DRAWINGS = re.compile(r"\Axl/(?:drawings|charts|diagrams)/[^/]+\.xml\Z")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet, its number and its cells as text; ``far`` are the texts that are too far to the right."""

    sheet: str
    visible: bool
    number: int
    cells: list[str]
    far: list[str]


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells as text) of each row with a text in the first visible sheet.

    Raises the errors of `corpora.errors` for a file that is not a workbook, is encrypted, damaged or unpacks too far.
    """
    for row in _rows(path, None, first=True):
        if row.cells:
            yield row.number, row.cells


def workbook_rows(data: bytes, name: str) -> Iterator[Row]:
    """Yield each row with a text in the sheets of the workbook ``data``, the visible ones first.

    ``name`` is the file as messages call it. Raises what `sheet_rows` raises.
    """
    yield from _rows(Path(name), data, first=False)


def texts_beside_cells(data: bytes, name: str) -> Iterator[tuple[str, str]]:
    """Yield (what it is, text) of the comments and the letters of drawings and charts in the workbook ``data``."""
    path = Path(name)
    with _archive(path, data) as package:
        for part in sorted(package.namelist()):
            if _COMMENTS.search(part):
                for element in _elements(package, path, part, ("comment", "threadedComment")):
                    yield "comments", "".join(one.text or "" for one in element.iter("{*}t", "{*}text"))
            elif _DRAWINGS.search(part):
                for element in _elements(package, path, part, ("p",)):
                    yield "drawings", "".join(one.text or "" for one in element.iter("{*}t"))


def _rows(path: Path, data: bytes | None, *, first: bool) -> Iterator[Row]:
    with _archive(path, data) as package:
        parts = package.namelist()
        if "[Content_Types].xml" not in parts:
            raise WrongFormat(f"{path} is a zip file, but not a workbook")
        base = next((name for name in parts if name.endswith("workbook.xml")), "")
        sheets = [one for one in _listed(package, path, base) if one[1] in parts] if base else []
        if not sheets:
            raise DamagedInput(f"{path} is damaged: it has no sheet of cells")
        strings = list(_strings(package, path, _beside(base, "sharedStrings.xml")))
        styles = _dates(package, path, base)
        for sheet, part, visible in sheets[:1] if first else sheets:
            for found in _Sheet(strings, *styles).rows(_elements(package, path, part, ("c", "row"))):
                yield Row(sheet, visible, *found)


@contextmanager
def _archive(path: Path, data: bytes | None = None) -> Iterator[zipfile.ZipFile]:
    """Open the zip and measure it: a few kilobytes could unpack to gigabytes."""
    if data is None:
        with path.open("rb") as file:
            head = file.read(4)
    else:
        head = data[:4]
    if not head:
        raise EmptyInput(f"{path} is empty")
    if head == _OLE:
        raise ProtectedInput(f"{path} is encrypted or in the old .xls form; save it as .xlsx without a password")
    if not head.startswith(b"PK"):
        raise WrongFormat(f"{path} is not an Excel workbook")
    try:
        with zipfile.ZipFile(path if data is None else BytesIO(data)) as package:
            parts = package.infolist()
            dense = any(part.file_size > _SMALL + _RATIO * part.compress_size for part in parts)
            size = sum(part.file_size for part in parts)
            if dense or size > _LARGEST:
                raise InputError(f"{path} unpacks to {size / 1e6:,.0f} MB, too much for a workbook of this size")
            yield package
    except _BROKEN as error:
        raise DamagedInput(f"{path} is a damaged workbook") from error


def _elements(package: zipfile.ZipFile, path: Path, part: str, tags: Collection[str]) -> Iterator[Element]:
    with package.open(part) as file:
        yield from stream(file, tags, name=f"{path} ({part})")  # type: ignore[arg-type]


def _beside(base: str, name: str) -> str:
    return posixpath.join(posixpath.dirname(base), name)


def _listed(package: zipfile.ZipFile, path: Path, base: str) -> list[tuple[str, str, bool]]:
    """The sheets: name, part and whether it is visible; the visible ones first."""
    sheets = [dict(one.attrib) for one in _elements(package, path, base, ("sheet",))]
    relations = _beside(base, f"_rels/{posixpath.basename(base)}.rels")
    if relations not in package.namelist():
        return []
    targets = {
        one.get("Id"): posixpath.normpath(_beside(base, one.get("Target", ""))).lstrip("/")
        for one in _elements(package, path, relations, ("Relationship",))
        if one.get("Type", "").endswith("/worksheet")
    }
    sheets.sort(key=lambda one: one.get("state", "visible") != "visible")
    found: dict[str, tuple[str, str, bool]] = {}  # each part once, however many sheets name it
    for one in sheets:
        if part := targets.get(_relation(one)):
            found.setdefault(part, (one.get("name", ""), part, one.get("state", "visible") == "visible"))
    return list(found.values())


def _relation(sheet: dict[str, str]) -> str | None:
    """The relation that a sheet names; strict workbooks use another namespace."""
    return sheet.get(_RELATION) or next((value for name, value in sheet.items() if name.endswith("}id")), None)


def _strings(package: zipfile.ZipFile, path: Path, part: str) -> Iterator[str]:
    if part in package.namelist():
        for element in _elements(package, path, part, ("si",)):
            yield _text(element)


def _text(element: Element) -> str:
    """The text of a string without its phonetic guide (``rPh``), escapes resolved."""
    found = "".join(t.text or "" for t in element.iter("{*}t") if local(t.getparent()) != "rPh")
    return _plain(found)


def _plain(text: str) -> str:
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)


def _dates(package: zipfile.ZipFile, path: Path, base: str) -> tuple[frozenset[int], datetime]:
    """Which cell styles mean a date, and day 0; no style where the part is missing or damaged."""
    styles: list[int] = []
    part = _beside(base, "styles.xml")
    try:
        own = set()
        for element in _elements(package, path, part, ("numFmt", "cellXfs")):
            if local(element) == "numFmt" and re.search("[dyhs]", _NOT_A_CODE.sub("", element.get("formatCode", ""))):
                own.add(int(element.get("numFmtId", "0")))
            elif local(element) == "cellXfs":
                styles = [int(one.get("numFmtId", "0")) for one in element]
        codes = _DATE_FORMATS | own
    except (InputError, KeyError, *_BROKEN):
        return frozenset(), datetime.min
    since_1904 = any(one.get("date1904") in ("1", "true") for one in _elements(package, path, base, ("workbookPr",)))
    zero = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    return frozenset(at for at, code in enumerate(styles) if code in codes), zero


class _Sheet:
    """Turns the cells of a sheet into rows of text."""

    def __init__(self, strings: list[str], dates: frozenset[int], zero: datetime) -> None:
        self._strings, self._dates, self._zero = strings, dates, zero

    def rows(self, elements: Iterator[Element]) -> Iterator[tuple[int, list[str], list[str]]]:
        """Number, cells and far cells. Rows without a text are left out, gaps are filled up to the last text."""
        number, column, cells, far = 0, 0, [""] * 0, [""] * 0
        for element in elements:
            if local(element) == "c":
                match = _REFERENCE.fullmatch(element.get("r", ""))
                column = _column(match[1]) if match else column + 1
                if not (text := self._cell(element)):
                    continue
                if column > _COLUMNS:
                    far.append(text)
                else:
                    cells += [""] * (column - len(cells))
                    cells[column - 1] = text
                continue
            written = element.get("r", "")
            number = int(written) if written.isdecimal() and len(written) < 12 else number + 1
            if cells or far:
                yield number, cells, far
            column, cells, far = 0, [], []

    def _cell(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        value: str = cell.findtext("{*}v") or ""
        if kind == "s":
            at = int(value) if value.isdecimal() and len(value) < 12 else len(self._strings)
            return self._strings[at] if at < len(self._strings) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind != "n" or not value:
            return _plain(value)
        style = cell.get("s", "")
        return self._number(value, style.isdecimal() and len(style) < 12 and int(style) in self._dates)

    def _number(self, value: str, is_date: bool) -> str:
        """A number as people write it (``3``, not ``3.0``), a date as ISO 8601."""
        try:
            number = float(value)
            if is_date:
                return (self._zero + timedelta(seconds=round(86_400 * number, 3))).isoformat()
        except (ValueError, OverflowError):
            return value
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else value


def _column(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
