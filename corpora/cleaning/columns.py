"""Read columns of text one after the other where a tool that keeps the layout printed them side by side.

Of a page in two columns such a tool makes lines with the left column, blanks (the gutter), and the right column.
The gutter is found as in a PDF (`corpora.readers.pdf.lines`): very few lines cross it, and on both sides are lines that
fill their column and continue from one to the next, as the cells of a table do not.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from statistics import median, median_low

from corpora.cleaning.layout import LayoutLine, columns
from corpora.cleaning.widths import is_wide

__all__ = ["in_reading_order"]

_PIECE = re.compile(r"[^ ]+(?: [^ ]+)*")  # what two blanks or more separate
_WHITE = 2  # columns of the gutter, at least
_LINES = 8  # lines on each side, at least
_CROSSING = 0.12  # share of the lines that may cross the gutter
_FILL = 0.6  # share of its column that the median line fills
_HEADS = 3  # rows at either edge of a page that may be heads
_SPLIT = 0.3  # share of the lines with text in both columns, at least
_SAMPLE = 400  # lines of a page that are looked at
_NEAR = 4  # columns by which the gutter of a page with few lines may differ from that of others
_NARROW = 0.22  # share of the page's width that a column has, at least
_CONTINUED = 0.3  # share of the lines on each side that the next one clearly continues, at least


@dataclass(frozen=True, slots=True)
class _RowPart:
    """A piece of a row between blanks: its place in the text of the row, and the columns that it takes."""

    start: int
    end: int
    left: float
    right: float


def in_reading_order(rows: Sequence[LayoutLine]) -> list[LayoutLine]:
    """The rows, those of pages in two columns split at the gutter: left column first, then the right one."""
    if any(row.size is not None for row in rows):
        return list(rows)
    split = [list(page) for _, page in groupby(rows, key=lambda row: row.line.page)]
    tried = (_Gutters.of(split, width) for width in (columns, len))
    best = min((pages for pages in tried if pages is not None), key=lambda pages: pages.crossing, default=None)
    return best.ordered() if best is not None else list(rows)


@dataclass(frozen=True, slots=True)
class _Gutters:
    """The pages with the gutters that were found on them, and how many lines cross these."""

    pages: Sequence[tuple["_PageColumns", float | None]]
    crossing: int

    @classmethod
    def of(cls, split: Sequence[Sequence[LayoutLine]], width: Callable[[str], float]) -> "_Gutters | None":
        """None where less than half of the pages have columns."""
        pages = [(page, _gutter(page.body)) for page in (_PageColumns.of(rows, width) for rows in split)]
        crossings = [_crossing(page.body, gutter) for page, gutter in pages if gutter is not None]
        if not crossings or 2 * len(crossings) < sum(len(rows) >= 2 * _LINES for rows in split):
            return None
        return cls(pages, sum(crossings))

    def ordered(self) -> list[LayoutLine]:
        """The rows of all pages; a page with a few lines of each column is split near the gutter of the others."""
        usual = median_low(gutter for _, gutter in self.pages if gutter is not None)
        near = [usual + step for step in range(-_NEAR, _NEAR + 1)]
        rows: list[LayoutLine] = []
        for page, gutter in self.pages:
            if gutter is None:
                own = min(near, key=lambda x: (_crossing(page.body, x), abs(x - usual)))
                rows += page.ordered(own, sure=False)
            else:
                rows += page.ordered(gutter, sure=True)
        return rows


@dataclass(frozen=True, slots=True)
class _PageColumns:
    """The rows of a page and their pieces; heads are before ``first``, feet from ``last`` on."""

    rows: Sequence[LayoutLine]
    pieces: Sequence[Sequence[_RowPart]]
    first: int
    last: int

    @classmethod
    def of(cls, rows: Sequence[LayoutLine], width: Callable[[str], float]) -> "_PageColumns":
        usual = median(row.gap for row in rows)
        first = max((at for at in range(1, min(_HEADS + 1, len(rows))) if rows[at].gap > usual), default=0)
        last = min(
            (at for at in range(max(first + 1, len(rows) - _HEADS), len(rows)) if rows[at].gap > usual),
            default=len(rows),
        )
        return cls(rows, [_pieces(row, width) for row in rows], first, last)

    @property
    def body(self) -> Sequence[Sequence[_RowPart]]:
        """The pieces of the rows between heads and feet."""
        return self.pieces[self.first : self.last]

    def ordered(self, gutter: float, *, sure: bool) -> list[LayoutLine]:
        """The rows in reading order, split at the gutter; unchanged where the sides are not running text."""
        ordered = list(self.rows[: self.first])
        sides: list[list[tuple[LayoutLine, float]]] = [[], []]
        running: list[list[LayoutLine]] = [[], []]
        body = range(self.first, self.last)
        lefts = [piece.left for at in body for piece in self.pieces[at]]
        edge = min((left for left in lefts if left >= gutter), default=gutter)

        def close() -> None:
            for number, side in enumerate(sides):
                above: float | None = None
                for row, height in side:
                    gap = max(0.0, height - above - 1) if above is not None else row.gap
                    # The right column continues the left one.
                    ordered.append(replace(row, gap=gap, cut=row.cut or (number == 1 and above is None)))
                    above = height
                side.clear()

        heights = list(accumulate(row.gap + 1 for row in self.rows))
        for at in body:
            row, line = self.rows[at], self.pieces[at]
            left = [piece for piece in line if piece.right <= gutter]
            right = [piece for piece in line if piece.left >= gutter]
            if len(left) + len(right) < len(line):
                close()
                ordered.append(row)
                continue
            for number, part in enumerate((left, right)):
                if part:
                    running[number].append(_part(row, part, edge if number else 0.0))
                    sides[number].append((running[number][-1], heights[at]))
        close()
        if not (all if sure else any)(map(_is_running, running)):
            return list(self.rows)
        return [*ordered, *self.rows[self.last :]]


def _pieces(row: LayoutLine, width: Callable[[str], float]) -> list[_RowPart]:
    expanded = row.line.text.expandtabs(8)
    indent = width(expanded[: len(expanded) - len(expanded.lstrip())])
    found: list[_RowPart] = []
    for match in _PIECE.finditer(row.text):
        left = indent + width(row.text[: match.start()])
        found.append(_RowPart(match.start(), match.end(), left, left + width(match[0])))
    return found


def _gutter(lines: Sequence[Sequence[_RowPart]]) -> float | None:
    """The column at which the right column of text begins, None where there are not two."""
    lines = lines[:_SAMPLE]
    if len(lines) < _LINES or sum(len(line) > 1 for line in lines) < _SPLIT * len(lines):
        return None
    first = min(line[0].left for line in lines)
    last = max(line[-1].right for line in lines)
    starts = sorted({piece.left for line in lines for piece in line})
    best: tuple[int, float] | None = None
    for x in starts:
        if not first + _NARROW * (last - first) < x < last - _NARROW * (last - first):
            continue
        crossing = _crossing(lines, x)
        if crossing > _CROSSING * len(lines) or (best is not None and crossing >= best[0]):
            continue
        left = [[piece for piece in line if piece.right <= x] for line in lines]
        right = [[piece for piece in line if piece.left >= x] for line in lines]
        if _filled(left) and _filled(right):
            best = crossing, x
    return best[1] if best else None


def _crossing(lines: Sequence[Sequence[_RowPart]], x: float) -> int:
    """How many lines have text in the gutter in front of column ``x``."""
    return sum(any(piece.left < x and piece.right > x - _WHITE for piece in line) for line in lines)


def _filled(side: Sequence[Sequence[_RowPart]]) -> bool:
    held = [(line[0].left, line[-1].right) for line in side if line]
    if len(held) < _LINES:
        return False
    width = max(right for _, right in held) - min(left for left, _ in held)
    return median(right - left for left, right in held) >= _FILL * width


def _part(row: LayoutLine, pieces: Sequence[_RowPart], edge: float) -> LayoutLine:
    """The part of a row in one column, its indent counted from ``edge``."""
    lead = len(row.line.text) - len(row.line.text.lstrip())
    text = row.text[pieces[0].start : pieces[-1].end]
    start = row.line.start + lead + pieces[0].start
    line = replace(row.line, text=text, start=start, end=start + len(text))
    indent = max(0.0, pieces[0].left - edge)
    return replace(row, line=line, text=text, indent=indent, right=indent + pieces[-1].right - pieces[0].left)


def _is_running(rows: Sequence[LayoutLine]) -> bool:
    """Whether the lines of a column are running text: many clearly continue in the next one."""
    continued = sum(
        above.text[-1].isalnum() and (below.text[0].islower() or (is_wide(above.text[-1]) and is_wide(below.text[0])))
        for above, below in pairwise(rows)
    )
    return continued >= _CONTINUED * len(rows)
