"""Align the margins of pages where a tool that keeps the layout of a PDF printed them at different columns.

Such a tool prints blanks for the distance from the left edge of the leftmost text on a page, which may be a running
head or the page number. The text of the next page then begins at another column, and indents cannot be compared
until each page is moved back to its own margin.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from corpora.cleaning.layout import LayoutLine

__all__ = ["align_margins"]

_SHARE = 0.15  # of a page's rows that begin at its margin, at least
_LEAST = 3  # rows, at least
_APART = 2  # columns by which margins differ before pages are moved


def align_margins(rows: Sequence[LayoutLine]) -> list[LayoutLine]:
    """The rows with every page moved to the left by its own margin, where margins differ between pages.

    The margin of a page is the leftmost column at which enough of its rows begin; what is to the left of it
    (page numbers, heads) is moved to column 0. Text without page breaks and lines with geometry stay as they are.
    """
    pages: dict[int | None, list[LayoutLine]] = {}
    for row in rows:
        pages.setdefault(row.line.page, []).append(row)
    margins = {page: _margin(members) for page, members in pages.items()}
    known = [margin for margin in margins.values() if margin is not None]
    if not known or max(known) - min(known) <= _APART or any(row.size is not None for row in rows):
        return list(rows)
    moved = []
    for row in rows:
        step = min(row.indent, margins[row.line.page] or 0.0)
        moved.append(replace(row, indent=row.indent - step, right=row.right - step))
    return moved


def _margin(rows: Sequence[LayoutLine]) -> float | None:
    """The leftmost column at which enough rows of a page begin, None for a page that is nearly empty."""
    starts = Counter(row.indent for row in rows)
    enough = max(_LEAST, _SHARE * len(rows))
    return min((indent for indent, count in starts.items() if count >= enough), default=None)
