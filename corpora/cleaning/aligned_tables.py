"""Find tables whose columns are separated only by blanks, and split them into cells.

Such tables occur in text that was extracted from a PDF with its layout, and in typed text. A table is recognized by
blank space that runs down through all of its rows: the parts of every row, separated by at least three blanks, fall
into the same columns. Tools differ in whether a Chinese character takes one column or two, so both are tried.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpora.cleaning.layout import Layout, LayoutLine, columns
from corpora.text.markers import parse_bullet, parse_marker

__all__ = ["find_grid"]

_DRAWN = re.compile(r"[|]|[-+=<>]{2,}")  # strokes and arrows: a drawing, or a table with lines
_APART = re.compile(r"[ \t]{3,}|\t")
_ROWS = 3  # least number of rows with several parts in a table of two columns
_ROWS_WIDE = 2  # the same in a table of more columns
_BLANK = 2  # least number of blank columns between two columns
_REST = 2  # largest number of rows with one part that continue the cells of a row
_LONG = 60  # columns of the widest cell
_MOST = 300  # rows of the longest table


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a row: its text is that of the row from ``start`` to ``end``, and it fills columns."""

    start: int
    end: int
    left: float
    right: float


def find_grid(
    rows: Sequence[LayoutLine], start: int, layout: Layout
) -> tuple[int, list[tuple[LayoutLine, ...]]] | None:
    """The table that begins at row ``start``: the index of the row after it, and its cells in order.

    A cell is a tuple of parts of rows. The result is None where no table begins.
    """
    if rows[start].size is not None or _DRAWN.search(rows[start].text) or len(_parts(rows[start], columns)) < 2:
        return None
    for width in (columns, len):
        parts = _parts_of_table(rows, start, layout, width)
        edges = _columns(parts)
        split = sum(len(row) > 1 for row in parts)
        # Where more than half of the rows have one part only, they are not the rows of a table.
        if split >= (_ROWS if len(edges) < 3 else _ROWS_WIDE) and 2 * split >= len(parts):
            return _cut(rows[start : start + len(parts)], parts, edges, start)
    return None


def _parts_of_table(
    rows: Sequence[LayoutLine], start: int, layout: Layout, width: Callable[[str], float]
) -> list[list[_Part]]:
    """The parts of the rows from ``start`` on, as long as they fall into columns."""
    parts = [_parts(rows[start], width)]
    rest = 0
    for row in rows[start + 1 : start + _MOST]:
        row_parts = _parts(row, width)
        rest = 0 if len(row_parts) > 1 else rest + 1
        if row.cut or row.gap > layout.gap + 1 or rest > _REST or _DRAWN.search(row.text):
            break
        if not _fall_into_columns([*parts, row_parts]):
            break
        parts.append(row_parts)
    # A line below the table that fills only the first column is text.
    while len(parts[-1]) == 1 and _column(parts[-1][0], _columns(parts)) == 0:
        parts.pop()
    return parts


def _parts(row: LayoutLine, width: Callable[[str], float]) -> list[_Part]:
    """The parts of a row; a marker and the text after it are one part."""
    text = row.text
    marker = parse_marker(text)
    bullet = parse_bullet(text)
    lead = marker.end if marker is not None else bullet[1] if bullet is not None else 0
    # The indent as printed: `LayoutLine.indent` is relative to the margin of the page.
    expanded = row.line.text.expandtabs(8)
    indent = len(expanded) - len(expanded.lstrip())
    found: list[_Part] = []
    at = 0
    for match in [*_APART.finditer(text, lead), None]:
        stop = match.start() if match else len(text)
        if stop > at:
            left = indent + width(text[:at].expandtabs(8))
            found.append(_Part(at, stop, left, left + width(text[at:stop])))
        at = match.end() if match else stop
    return found


def _columns(parts: Sequence[Sequence[_Part]]) -> list[tuple[float, float]]:
    """Left and right edge of each column: the parts of all rows leave blank space between two columns."""
    edges: list[tuple[float, float]] = []
    for part in sorted((part for row in parts if len(row) > 1 for part in row), key=lambda part: part.left):
        if edges and part.left - edges[-1][1] < _BLANK:
            edges[-1] = (edges[-1][0], max(edges[-1][1], part.right))
        else:
            edges.append((part.left, part.right))
    return edges


def _fall_into_columns(parts: Sequence[Sequence[_Part]]) -> bool:
    """Whether there are columns, none as wide as running text, and each part of a row is in a column of its own."""
    edges = _columns(parts)
    if len(edges) < 2 or any(right - left > _LONG for left, right in edges):
        return False
    for row in parts:
        places = [_column(part, edges) for part in row]
        if None in places or len(set(places)) < len(places):
            return False
    return True


def _column(part: _Part, edges: Sequence[tuple[float, float]]) -> int | None:
    on = [at for at, (left, right) in enumerate(edges) if part.left < right and part.right > left]
    return on[0] if len(on) == 1 else None


def _cut(
    rows: Sequence[LayoutLine], parts: Sequence[Sequence[_Part]], edges: Sequence[tuple[float, float]], start: int
) -> tuple[int, list[tuple[LayoutLine, ...]]]:
    table: list[list[list[LayoutLine]]] = []
    for row, row_parts in zip(rows, parts, strict=True):
        places = [_column(part, edges) or 0 for part in row_parts]
        if not table or 0 in places:
            table.append([[] for _ in edges])
        for part, place in zip(row_parts, places, strict=True):
            table[-1][place].append(_piece(row, part))
    return start + len(rows), [tuple(cell) for cells in table for cell in cells if cell]


def _piece(row: LayoutLine, part: _Part) -> LayoutLine:
    lead = len(row.line.text) - len(row.line.text.lstrip())
    text = row.text[part.start : part.end]
    start = row.line.start + lead + part.start
    line = replace(row.line, text=text, start=start, end=start + len(text), marks=())
    return replace(row, line=line, text=text, indent=part.left, right=part.right)
