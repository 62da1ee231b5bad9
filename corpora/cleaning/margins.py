"""Undo what drawing text out of a PDF page by page does to the pages: margins that wander from page to page.

A tool that keeps the layout prints blanks for the distance from the left edge of whatever stands furthest left on a
page, be it a running head or the number of the page. The text of the next page then begins elsewhere, and indents
mean nothing until each page is moved back to its own margin.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from corpora.cleaning.layout import LayoutLine

__all__ = ["squared"]

_SHARE = 0.15  # of a page's rows that begin at its margin, at least
_LEAST = 3  # rows, at least
_APART = 2  # columns by which margins differ before pages are moved


def squared(rows: Sequence[LayoutLine]) -> list[LayoutLine]:
    """The rows with every page moved to the left by its own margin, where margins differ between pages.

    The margin of a page is the leftmost column at which enough of its rows begin; what hangs out to the left of it
    (page numbers, heads) comes to stand at column 0. Text without page breaks and lines with geometry stay as they are.
    """
    pages: dict[int, list[LayoutLine]] = {}
    for row in rows:
        if row.line.page is None or row.size is not None:
            return list(rows)
        pages.setdefault(row.line.page, []).append(row)
    margins = {page: _margin(members) for page, members in pages.items()}
    known = [margin for margin in margins.values() if margin is not None]
    if len(pages) < 2 or not known or max(known) - min(known) <= _APART:
        return list(rows)
    moved = []
    for row in rows:
        margin = margins[row.line.page or 0] or 0.0
        step = min(row.indent, margin)
        moved.append(replace(row, indent=row.indent - step, right=row.right - step))
    return moved


def _margin(rows: Sequence[LayoutLine]) -> float | None:
    """The leftmost column at which enough rows of a page begin, None for a page that is all but empty."""
    starts = Counter(row.indent for row in rows)
    enough = max(_LEAST, _SHARE * len(rows))
    return min((indent for indent, count in starts.items() if count >= enough), default=None)
