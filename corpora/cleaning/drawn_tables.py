"""Split a table drawn with "|" and "+---+" into its cells, row by row; a cell may run over several lines.

Web pages saved as text and plain-text manuals draw tables this way; Markdown does so with one line per row. Where
rules separate the rows, the lines between two rules are one row of cells.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from corpora.cleaning.layout import LayoutLine

__all__ = ["cells_of", "is_table_line"]

_BORDER = re.compile(r"^[|+][-=+|: ]*[-=][-=+|: ]*[|+]$")
_BORDERS = 2  # a table with more borders has one between any two rows
_LINE = re.compile(r"^\|.+\|$|^\+[-=+]+\+$")


def is_table_line(text: str) -> bool:
    """Whether a line looks like a row or a border of a drawn table."""
    return bool(_LINE.match(text))


def cells_of(rows: Sequence[LayoutLine]) -> list[tuple[LayoutLine, ...]]:
    """The cells of a table in reading order, each a tuple of parts of rows; empty cells are left out."""
    borders = sum(bool(_BORDER.match(row.text)) for row in rows)
    ruled = borders > _BORDERS
    bands: list[list[LayoutLine]] = [[]]
    for row in rows:
        if _BORDER.match(row.text):
            bands.append([])
        elif ruled:
            bands[-1].append(row)
        else:
            bands.append([row])
    return [cell for band in bands for cell in _cells(band)]


def _cells(rows: Sequence[LayoutLine]) -> list[tuple[LayoutLine, ...]]:
    """The cells of one row of the table: the number of strokes before a cell gives its column."""
    grid: list[list[LayoutLine]] = []
    for row in rows:
        lead = len(row.line.text) - len(row.line.text.lstrip())
        at = 0
        for column, text in enumerate(row.text[1:-1].split("|")):
            body = text.strip()
            start = row.line.start + lead + 1 + at + len(text) - len(text.lstrip())
            at += len(text) + 1
            while len(grid) <= column:
                grid.append([])
            if body:
                line = replace(row.line, text=body, start=start, end=start + len(body), marks=())
                grid[column].append(replace(row, line=line, text=body, right=row.indent + row.room(body)))
    return [tuple(cell) for cell in grid if cell]
