"""Find titles and headings of several lines in larger print, which the page of a PDF shows.

Such lines are broken where the sense breaks: that they are not full, as lines of a paragraph are, says nothing.
"""

from collections.abc import Sequence

from corpora.cleaning.layout import Layout, LayoutLine, columns
from corpora.text.markers import parse_bullet, parse_marker

__all__ = ["heading_end", "sizes_differ"]

_DIFFERENT = 0.12  # difference between two type sizes, as a share
_LARGER = 1.12  # least size of a heading, relative to the running text
_ROWS, _COLUMNS = 5, 240  # the longest heading
_CLOSE = 2.1  # ems from one line of a heading to the next, at most: `PageGrid` makes gaps wider
_ALIGNED = 1.5  # columns by which edges of aligned lines differ, at most
_HANGING = 12  # columns, at most, by which a heading hangs from its number


def heading_end(rows: Sequence[LayoutLine], start: int, layout: Layout) -> int:
    """The end of the title or heading in larger print that begins at row ``start`` and has several lines, 0 for none.

    Its lines are as close as lines of their size are, and aligned. What goes on for longer in large print is text.
    """
    if layout.size is None or (rows[start].size or 0) < layout.size * _LARGER:
        return 0
    if _is_only_number(rows[start]):
        return start + 1
    end = start + 1
    while end < len(rows) and _goes_on(rows[end - 1], rows[end]):
        end += 1
    texts = [row.text for row in rows[start:end]]
    return end if 1 < len(texts) <= _ROWS and columns(" ".join(texts)) <= _COLUMNS else 0


def _is_only_number(row: LayoutLine) -> bool:
    """Whether a row is "Chapter I" alone, above the title of the chapter."""
    marker = parse_marker(row.text)
    return marker is not None and marker.family != "item" and marker.end >= len(row.text)


def _goes_on(above: LayoutLine, row: LayoutLine) -> bool:
    if row.cut or above.stopped or sizes_differ(above, row) or above.line.bold != row.line.bold:
        return False
    if parse_marker(row.text) is not None or parse_bullet(row.text) is not None:
        return False
    own, step = above.size or 0, (row.line.bottom or 0) - (above.line.bottom or 0)
    return 0 < step <= _CLOSE * own and (above.line.full is True or _is_in_line(above, row))


def _is_in_line(above: LayoutLine, row: LayoutLine) -> bool:
    """Whether two rows have a common left edge, right edge or middle, or the second one hangs from a number."""
    hang = row.indent - above.indent
    if parse_marker(above.text) is not None and -_ALIGNED <= hang <= _HANGING:
        return True
    ends = above.indent - row.indent, above.right - row.right, (above.indent + above.right - row.indent - row.right) / 2
    return any(abs(difference) <= _ALIGNED for difference in ends)


def sizes_differ(above: LayoutLine, row: LayoutLine) -> bool:
    """Whether two rows are set in sizes that the eye tells apart."""
    return above.size is not None and row.size is not None and abs(above.size - row.size) > _DIFFERENT * above.size
