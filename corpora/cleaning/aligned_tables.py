"""Find tables whose columns are parted by nothing but blanks, and cut them into cells.

So they stand in text drawn out of a PDF with its layout kept, and in what clerks typed. What shows a table is white
that runs down through all of its rows: the pieces of every row, parted by three blanks or more, fall into the same
columns. A Chinese character counts for two columns or for one, whichever makes the columns straight: tools differ.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpora.cleaning.layout import Layout, LayoutLine, columns
from corpora.text.markers import parse_bullet, parse_marker

__all__ = ["find_grid"]

_DRAWN = re.compile(r"[|]|[-+=<>]{2,}")  # strokes and arrows: a drawing, or a table of another make
_APART = re.compile(r"[ \t]{3,}|\t")
_ROWS = 3  # rows in pieces, at least; two where there are three columns
_WHITE = 2  # columns of white, at least, between two columns
_REST = 2  # rows in one piece, at most, that go on the cells of a row
_LONG = 60  # columns, more than a cell is wide
_MOST = 300  # rows of a table that are looked at together


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a row: its text from ``start`` to ``end`` in the row's own, and the columns that it takes."""

    start: int
    end: int
    left: float
    right: float


def find_grid(
    rows: Sequence[LayoutLine], start: int, layout: Layout
) -> tuple[int, list[tuple[LayoutLine, ...]]] | None:
    """The table that begins with row ``start``: the row behind it and its cells in order, each as its pieces of lines.

    None where there is none.
    """
    if rows[start].size is not None or _DRAWN.search(rows[start].text) or len(_parts(rows[start], columns)) < 2:
        return None
    for width in (columns, len):
        parts = _grown(rows, start, layout, width)
        edges = _columns(parts)
        split = sum(len(row) > 1 for row in parts)
        # More than a few rows that fill one column alone are lines of something else.
        if split >= (_ROWS if len(edges) < 3 else _ROWS - 1) and 2 * split >= len(parts):
            return _cut(rows[start : start + len(parts)], parts, edges, start)
    return None


def _grown(rows: Sequence[LayoutLine], start: int, layout: Layout, width: Callable[[str], float]) -> list[list[_Part]]:
    """The pieces of the rows from ``start`` on, as many as keep the columns straight."""
    parts = [_parts(rows[start], width)]
    rest = 0
    for row in rows[start + 1 : start + _MOST]:
        pieces = _parts(row, width)
        rest = 0 if len(pieces) > 1 else rest + 1
        if row.cut or row.gap > layout.gap + 1 or rest > _REST or _DRAWN.search(row.text):
            break
        if not _straight([*parts, pieces]):
            break
        parts.append(pieces)
    # What stands alone in the first column below the table is text again.
    while len(parts) > 1 and len(parts[-1]) == 1 and _place(parts[-1][0], _columns(parts)) == 0:
        parts.pop()
    return parts


def _parts(row: LayoutLine, width: Callable[[str], float]) -> list[_Part]:
    """The pieces of a row; a marker and the text that stands off from it are one."""
    text = row.text
    marker = parse_marker(text)
    bullet = parse_bullet(text)
    lead = marker.end if marker is not None else bullet[1] if bullet is not None else 0
    expanded = row.line.text.expandtabs(8)
    indent = len(expanded) - len(expanded.lstrip(" \t"))
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
    """Left and right edge of each column: where the pieces of all rows, laid upon each other, leave white between."""
    edges: list[tuple[float, float]] = []
    for part in sorted((part for row in parts if len(row) > 1 for part in row), key=lambda part: part.left):
        if edges and part.left - edges[-1][1] < _WHITE:
            edges[-1] = (edges[-1][0], max(edges[-1][1], part.right))
        else:
            edges.append((part.left, part.right))
    return edges


def _straight(parts: Sequence[Sequence[_Part]]) -> bool:
    """Whether there are columns, none as wide as running text, and each piece of a row stands in one of its own."""
    edges = _columns(parts)
    if len(edges) < 2 or any(right - left > _LONG for left, right in edges):
        return False
    for row in parts:
        places = [_place(part, edges) for part in row]
        if None in places or len(set(places)) < len(places):
            return False
    return True


def _place(part: _Part, edges: Sequence[tuple[float, float]]) -> int | None:
    on = [at for at, (left, right) in enumerate(edges) if part.left < right and part.right > left]
    return on[0] if len(on) == 1 else None


def _cut(
    rows: Sequence[LayoutLine], parts: Sequence[Sequence[_Part]], edges: Sequence[tuple[float, float]], start: int
) -> tuple[int, list[tuple[LayoutLine, ...]]]:
    table: list[list[list[LayoutLine]]] = []
    for row, pieces in zip(rows, parts, strict=True):
        places = [_place(part, edges) or 0 for part in pieces]
        if not table or 0 in places:
            table.append([[] for _ in edges])
        for part, place in zip(pieces, places, strict=True):
            table[-1][place].append(_piece(row, part))
    return start + len(rows), [tuple(cell) for cells in table for cell in cells if cell]


def _piece(row: LayoutLine, part: _Part) -> LayoutLine:
    lead = len(row.line.text) - len(row.line.text.lstrip())
    text = row.text[part.start : part.end]
    start = row.line.start + lead + part.start
    line = replace(row.line, text=text, start=start, end=start + len(text), marks=())
    return replace(row, line=line, text=text, indent=part.left, right=part.right)
