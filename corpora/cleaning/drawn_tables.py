"""Cut a table drawn with strokes into its cells, row by row, a cell that runs over several lines joined again.

Dumps of web pages and plain-text manuals draw tables with "|" and "+---+"; Markdown uses the same strokes
with one line a row. Where rules part the rows, the lines between two rules are one row of cells.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from corpora.cleaning.layout import LayoutLine

__all__ = ["cells_of", "is_table_line"]

_BORDER = re.compile(r"^[|+][-=+|: ]*[-=][-=+|: ]*[|+]$")
_LINE = re.compile(r"^\|.*\|$|^\+[-=+]+\+$")


def is_table_line(text: str) -> bool:
    """Whether a line is drawn like the row or the border of a table."""
    return len(text) > 2 and bool(_LINE.match(text))


def cells_of(rows: Sequence[LayoutLine]) -> list[tuple[LayoutLine, ...]]:
    """The cells of a table in reading order, each as its pieces of lines; empty cells are left out."""
    borders = sum(bool(_BORDER.match(row.text)) for row in rows)
    ruled = borders > 2  # else the one border below the head tells nothing of the other rows
    bands: list[list[LayoutLine]] = [[]]
    for row in rows:
        if _BORDER.match(row.text):
            bands.append([])
        elif ruled:
            bands[-1].append(row)
        else:
            bands += [[row], []]
    found: list[tuple[LayoutLine, ...]] = []
    for band in bands:
        found += _band(band)
    return found


def _band(rows: Sequence[LayoutLine]) -> list[tuple[LayoutLine, ...]]:
    """The cells of one row of the table. Strokes count by their order: the widths of characters differ by font."""
    grid: list[list[LayoutLine]] = []
    for row in rows:
        lead = len(row.line.text) - len(row.line.text.lstrip())
        at = 0
        for column, text in enumerate(row.text.strip("|").split("|")):
            body = text.strip()
            start = row.line.start + lead + 1 + at + len(text) - len(text.lstrip())
            at += len(text) + 1
            while len(grid) <= column:
                grid.append([])
            if body:
                line = replace(row.line, text=body, start=start, end=start + len(body), marks=())
                grid[column].append(replace(row, line=line, text=body, right=row.indent + row.room(body)))
    return [tuple(cell) for cell in grid if cell]
