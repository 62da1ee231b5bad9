"""Bilingual tables in Word files, as Trados Studio and memoQ write them for review: read only.

Every table with a header that names source and target, or two languages, is read; other tables are about the file.
Runs in the styles of tags become inline tags. Deleted text of tracked changes is left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from corpora.container import opened_container
from corpora.errors import WrongFormat
from corpora.xml import Element, local
from tm.formats.base import ReadOptions, UnitProblems
from tm.formats.columns import is_header, units_of_rows
from tm.tags import Tag, TagKind, escape
from tm.unit import Unit

__all__ = ["read_units"]

_STYLES = frozenset({"tag", "mqinternal", "lockedcontent"})
_PAIRED = re.compile(r"^<(/?)(\w+)(/?)>$")
_HEADER_WITHIN = 5  # rows


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row of the bilingual tables."""
    with opened_container(path.read_bytes(), str(path), "Word document") as package:
        if "word/document.xml" not in package:
            raise WrongFormat(f"{path} is not a Word document")
        root = package.xml("word/document.xml")
    found = False
    for table in root.iter("{*}tbl"):
        rows = [(number, [_text(cell) for cell in row.iterchildren("{*}tc")]) for number, row in _rows(table)]
        header = next((at for at, (_, cells) in enumerate(rows[:_HEADER_WITHIN]) if is_header(cells)), None)
        if header is not None:
            found = True
            yield from units_of_rows(rows[header:], options, problems)
    if not found:
        raise WrongFormat(f"{path} has no table with a source and a target column, as Trados and memoQ write them")


def _rows(table: Element) -> Iterator[tuple[int, Element]]:
    yield from enumerate(table.iterchildren("{*}tr"), 1)


def _text(cell: Element) -> str:
    return "\n".join(_paragraph(one) for one in cell.iter("{*}p")).strip()


def _paragraph(paragraph: Element) -> str:
    pieces: list[str] = []
    for run in paragraph.iter("{*}r"):
        if any(local(one) in ("del", "moveFrom") for one in run.iterancestors()):
            continue
        text = "".join(_character(one) for one in run)
        style = run.find("{*}rPr/{*}rStyle")
        name = "" if style is None else next((value for key, value in style.items() if key.endswith("}val")), "")
        pieces.append(_tag(text) if text.strip() and name.lower() in _STYLES else escape(text))
    return "".join(pieces)


def _character(element: Element) -> str:
    match local(element):
        case "t":
            return element.text or ""
        case "tab":
            return "\t"
        case "br" | "cr":
            return "\n"
        case "noBreakHyphen":
            return "\u2011"
    return ""


def _tag(text: str) -> str:
    match = _PAIRED.match(text.strip())
    if match is None:
        return str(Tag(TagKind.SINGLE, re.sub(r"\W", "", text) or "0", text))
    shape = TagKind.CLOSE if match[1] else TagKind.SINGLE if match[3] else TagKind.OPEN
    return str(Tag(shape, match[2], text))
