"""Read columns of text one after the other where a tool that keeps the layout printed them side by side.

Of a page in two columns such a tool makes lines that hold the left column, a strip of blanks, and the right one. The
strip is found as in a PDF (`corpora.readers.pdf.lines`): hardly any line crosses it, and on both sides stand lines that
fill their column and go on from one to the next, as the cells of a table do not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from corpora.cleaning.layout import LayoutLine, columns
from corpora.cleaning.widths import is_wide

__all__ = ["in_reading_order"]

_WHITE = 2  # columns that the strip is wide, at least
_LINES = 8  # lines on each side, at least
_CROSSING = 0.12  # share of the lines that may cross the strip
_FILL = 0.6  # share of its column that the median line fills
_HEADS = 3  # rows at either edge of a page that may be heads
_SPLIT = 0.3  # share of the lines that hold something of both columns, at least
_SAMPLE = 400  # lines of a page that are looked at
_NEAR = 4  # columns by which the strip of a page with few lines may differ from that of others
_NARROW = 0.22  # share of the page's width that a column has, at least
_GOING_ON = 0.3  # share of the lines on each side that the next one plainly goes on, at least


@dataclass(frozen=True, slots=True)
class _Word:
    """A piece of a row between blanks: its place in the row's text, and the columns that it takes."""

    start: int
    end: int
    left: float
    right: float


def in_reading_order(rows: Sequence[LayoutLine]) -> list[LayoutLine]:
    """The rows, those of pages in two columns cut at the strip: left column first, then the right one."""
    if any(row.size is not None for row in rows):
        return list(rows)
    pages = list(_pages(rows))
    tried = (_Pages.of(pages, width) for width in (columns, len))
    best = min((one for one in tried if one is not None), key=lambda one: one.crossing, default=None)
    return best.ordered() if best is not None else list(rows)


def _pages(rows: Sequence[LayoutLine]) -> Iterator[list[LayoutLine]]:
    page: list[LayoutLine] = []
    for row in rows:
        if page and row.line.page != page[-1].line.page:
            yield page
            page = []
        page.append(row)
    if page:
        yield page


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages with the strips that were found on them, and how many lines cross these."""

    pages: Sequence["_Page"]
    strips: Sequence[float | None]
    crossing: int

    @classmethod
    def of(cls, pages: Sequence[Sequence[LayoutLine]], width: Callable[[str], float]) -> "_Pages | None":
        """None where less than half of the pages have columns."""
        cut = [_Page.of(page, width) for page in pages]
        strips = [_strip(page.body) for page in cut]
        known = [strip for strip in strips if strip is not None]
        if not known or 2 * len(known) < sum(len(page) >= 2 * _LINES for page in pages):
            return None
        crossing = sum(
            _crossing(page.body, strip) for page, strip in zip(cut, strips, strict=True) if strip is not None
        )
        return cls(cut, strips, crossing)

    def ordered(self) -> list[LayoutLine]:
        """The rows of all pages; the last page may hold but a few lines of each column, near where others part them."""
        known = sorted(strip for strip in self.strips if strip is not None)
        usual = known[len(known) // 2]
        rows: list[LayoutLine] = []
        for page, strip in zip(self.pages, self.strips, strict=True):
            near = [usual + step for step in range(-_NEAR, _NEAR + 1)]
            own = strip if strip is not None else min(near, key=lambda x: (_crossing(page.body, x), abs(x - usual)))
            rows += page.ordered(own, sure=strip is not None)
        return rows


@dataclass(frozen=True, slots=True)
class _Page:
    """The rows of a page and their words; those before ``first`` and from ``last`` on stand off, as heads and feet."""

    rows: Sequence[LayoutLine]
    words: Sequence[Sequence[_Word]]
    first: int
    last: int

    @classmethod
    def of(cls, rows: Sequence[LayoutLine], width: Callable[[str], float]) -> "_Page":
        usual = median(row.gap for row in rows)
        first = max(
            (at for at in range(1, min(_HEADS, len(rows)) + 1) if at < len(rows) and rows[at].gap > usual), default=0
        )
        last = min(
            (at for at in range(max(first + 1, len(rows) - _HEADS), len(rows)) if rows[at].gap > usual),
            default=len(rows),
        )
        return cls(rows, [_words(row, width) for row in rows], first, last)

    @property
    def body(self) -> Sequence[Sequence[_Word]]:
        """The words of the rows between heads and feet."""
        return self.words[self.first : self.last]

    def ordered(self, strip: float, *, sure: bool) -> list[LayoutLine]:
        """The rows in the order of reading, cut at ``strip``; as they were where the sides are no running text."""
        ordered = list(self.rows[: self.first])
        sides: list[list[tuple[LayoutLine, float]]] = [[], []]
        running: list[list[LayoutLine]] = [[], []]
        body = range(self.first, self.last)
        starts = [word.left for at in body for word in self.words[at] if word.left >= strip - _WHITE]
        edge = min((left for left in starts if left >= strip - 1), default=strip)

        def close() -> None:
            for number, side in enumerate(sides):
                above: float | None = None
                for row, height in side:
                    gap = max(0.0, height - above - 1) if above is not None else row.gap
                    # The right column begins where the left one broke off.
                    ordered.append(replace(row, gap=gap, cut=row.cut or (number == 1 and above is None)))
                    above = height
                side.clear()

        height = 0.0
        for at in body:
            row, line = self.rows[at], self.words[at]
            height += row.gap + 1
            left = [word for word in line if word.right <= strip]
            right = [word for word in line if word.left >= strip - 1]
            if len(left) + len(right) < len(line):
                close()
                ordered.append(row)
                continue
            for number, part in enumerate((left, right)):
                if part:
                    running[number].append(_part(row, part, edge if number else 0.0))
                    sides[number].append((running[number][-1], height))
        close()
        if not all(map(_is_running, running)) if sure else not any(map(_is_running, running)):
            return list(self.rows)
        return [*ordered, *self.rows[self.last :]]


def _words(row: LayoutLine, width: Callable[[str], float]) -> list[_Word]:
    """The pieces of a row that two blanks or more part."""
    expanded = row.line.text.expandtabs(8)
    indent = len(expanded) - len(expanded.lstrip(" \t"))
    text = row.text
    found: list[_Word] = []
    start = 0
    while start < len(text):
        gap = text.find(" " * _WHITE, start)
        end = gap if gap >= 0 else len(text)
        left = indent + width(text[:start])
        found.append(_Word(start, end, left, left + width(text[start:end])))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    return found


def _strip(lines: Sequence[Sequence[_Word]]) -> float | None:
    """The column at which the right side begins, None where there are not two columns of text."""
    lines = lines[:_SAMPLE]
    if len(lines) < _LINES or sum(len(line) > 1 for line in lines) < _SPLIT * len(lines):
        return None
    first = min(line[0].left for line in lines)
    last = max(line[-1].right for line in lines)
    starts = sorted({word.left for line in lines for word in line[1:]})
    best: tuple[int, float] | None = None
    for x in starts:
        if not first + _NARROW * (last - first) < x < last - _NARROW * (last - first):
            continue
        crossing = _crossing(lines, x)
        if crossing > _CROSSING * len(lines) or (best is not None and crossing >= best[0]):
            continue
        left = [[word for word in line if word.right <= x] for line in lines]
        right = [[word for word in line if word.left >= x] for line in lines]
        if _filled(left) and _filled(right):
            best = crossing, x
    return best[1] if best else None


def _crossing(lines: Sequence[Sequence[_Word]], x: float) -> int:
    """How many lines have something in the strip before column ``x``."""
    return sum(any(word.left < x and word.right > x - _WHITE for word in line) for line in lines)


def _filled(side: Sequence[Sequence[_Word]]) -> bool:
    held = [(line[0].left, line[-1].right) for line in side if line]
    if len(held) < _LINES:
        return False
    width = max(right for _, right in held) - min(left for left, _ in held)
    return median(right - left for left, right in held) >= _FILL * width


def _part(row: LayoutLine, words: Sequence[_Word], edge: float) -> LayoutLine:
    """What one column has of a row, its indent counted from ``edge``."""
    lead = len(row.line.text) - len(row.line.text.lstrip())
    text = row.text[words[0].start : words[-1].end]
    start = row.line.start + lead + words[0].start
    line = replace(row.line, text=text, start=start, end=start + len(text))
    indent = max(0.0, words[0].left - edge)
    return replace(row, line=line, text=text, indent=indent, right=indent + words[-1].right - words[0].left, cut=False)


def _is_running(rows: Sequence[LayoutLine]) -> bool:
    """Whether the lines of a column are running text: many plainly go on from one to the next."""
    on = sum(
        above.text[-1].isalnum() and (below.text[0].islower() or (is_wide(above.text[-1]) and is_wide(below.text[0])))
        for above, below in pairwise(rows)
    )
    return on >= _GOING_ON * len(rows)
