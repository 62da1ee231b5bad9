"""Runs of glyphs to lines in reading order: glyphs on one baseline are one line, columns are read one by one.

A column gutter is a strip that few lines cross, with well filled lines on both sides. This distinguishes columns of
text from the cells of a table, whose lines have common baselines too but are short. Lines that cross the gutter
(titles, figures) divide the page into bands, and within a band the left column is read before the right one
(after Breuel, "Two Geometric Algorithms for Layout Analysis", DAS 2002).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from corpora.readers.pdf.glyphs import Glyph

__all__ = ["PageLine", "line", "lines_of_pages", "lines_of_slide", "pieces_of"]

_SAME_BASE = 0.25  # ems by which baselines of one line may differ
_RAISE = 0.75  # ems by which a smaller glyph may be above or below the line it belongs to
_CELL_GAP = 1.6  # ems between two pieces of one row from which they are cells, not words
_WORD_GAP = 0.7  # ems between two pieces of one row of a slide, at most
_MARKER = 3  # characters of a marker or bullet before its item
_GUTTER = 1.0  # ems: the least width of a gutter
_CROSSING = 0.12  # share of lines that may cross a gutter's band
_SIDE = 5  # lines that each column has at least
_FILL = 0.6  # share of its column that the median line fills
_SHARED = 0.15  # share of a column's lines that begin at its edge
_NEAR = 12.0  # points by which the gutters of two pages may differ
_NARROW = 0.22  # share of the text width that a column has at least
_CELL = 64.0  # points: the least width of a cell of the net in which lines are looked up
_WIDEST = 1000  # cells: no page is wider
_SMALLER = 3  # halvings by which a line may be smaller than what belongs to it


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line on a page: its glyphs, blanks included, its box in points, and its column."""

    glyphs: tuple[Glyph, ...]
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    shift: float = 0.0  # from the left edge of its column to that of the leftmost one

    @property
    def text(self) -> str:
        return "".join(glyph.char for glyph in self.glyphs)

    @property
    def mono(self) -> bool:
        """Whether a typewriter face sets all of it (a character borrowed from another font aside)."""
        inked = [glyph for glyph in self.glyphs if not glyph.blank]
        return inked[0].mono and sum(glyph.mono for glyph in inked) >= 0.9 * len(inked)

    @property
    def bold(self) -> bool:
        inked = [glyph for glyph in self.glyphs if not glyph.blank]
        return sum(glyph.bold for glyph in inked) > 0.8 * len(inked)


def pieces_of(runs: Sequence[Sequence[Glyph]]) -> list[list[Glyph]]:
    """The runs of a page that `glyphs_of` found, cut where the baseline changes and where a cell ends."""
    return [part for run in runs for part in _straight(run)]


def lines_of_pages(pages: Sequence[Sequence[Sequence[Glyph]]]) -> list[list[PageLine]]:
    """The lines of each page in reading order, from the runs that `glyphs_of` found.

    The last page of a text in columns may have only a few lines of each, so the gutter of the other pages counts there.
    """
    lines = [_with_raised([line(piece) for piece in pieces_of(runs)]) for runs in pages]
    gutters = [_gutter(page) for page in lines]
    usual = _usual(gutters, lines)
    return [_ordered(page, usual if gutter is None else gutter) for page, gutter in zip(lines, gutters, strict=True)]


def lines_of_slide(runs: Sequence[Sequence[Glyph]]) -> list[PageLine]:
    """The lines of a slide from top to bottom: neighbours in a row are boxes of their own, unless near and alike."""
    pieces = [line(part) for run in runs for part in _straight(run, _breaks_on_slide)]
    return sorted(_with_raised(pieces, _belongs_on_slide), key=lambda one: one.base)


def _breaks_on_slide(last: Glyph, glyph: Glyph) -> bool:
    smaller = min(last.size, glyph.size)
    alone = smaller < 0.75 * max(last.size, glyph.size) and abs(last.base - glyph.base) < 0.1 * smaller
    return _breaks(last, glyph) or glyph.left - last.right > _WORD_GAP * smaller or alone


def _belongs_on_slide(piece: PageLine, host: PageLine) -> bool:
    smaller, larger = sorted((piece.size, host.size))
    if abs(piece.base - host.base) > _SAME_BASE * larger:
        return _belongs(piece, host)
    left, right = sorted((piece, host), key=lambda one: one.left)
    reach = _CELL_GAP if len(left.text.strip()) <= _MARKER else _WORD_GAP
    return smaller >= 0.75 * larger and right.left - left.right <= reach * smaller


def _usual(gutters: Sequence[float | None], pages: Sequence[Sequence[PageLine]]) -> float | None:
    """The gutter of most pages that contain more than a few lines, None where most of them have no columns."""
    full = [gutter for gutter, page in zip(gutters, pages, strict=True) if len(page) >= 2 * _SIDE]
    known = sorted(gutter for gutter in full if gutter is not None)
    if not known or 2 * len(known) <= len(full):
        return None
    middle = known[len(known) // 2]
    near = sum(abs(gutter - middle) <= _NEAR for gutter in known)
    return middle if near >= 0.8 * len(known) else None


def line(glyphs: Sequence[Glyph]) -> PageLine:
    """The line that ``glyphs`` make, blanks at its ends taken off."""
    inked = [at for at, glyph in enumerate(glyphs) if not glyph.blank]
    kept = tuple(glyphs[inked[0] : inked[-1] + 1])
    solid = [glyph for glyph in kept if not glyph.blank]
    size = _main([glyph.size for glyph in solid])
    base = _main([glyph.base for glyph in solid if glyph.size > 0.8 * size] or [glyph.base for glyph in solid])
    left, right = min(glyph.left for glyph in solid), max(glyph.right for glyph in solid)
    return PageLine(kept, left, base - 0.8 * size, right, base + 0.2 * size, base, size)


def _main(values: list[float]) -> float:
    """The commonest value, to a tenth of a point."""
    counts = Counter(round(value, 1) for value in values)
    return max(counts, key=lambda value: (counts[value], value))


def _straight(run: Sequence[Glyph], breaks: Callable[[Glyph, Glyph], bool] | None = None) -> Iterator[list[Glyph]]:
    """Cut a run where its baseline changes, where it steps back and where it leaps as from cell to cell."""
    part: list[Glyph] = []
    last: Glyph | None = None
    for glyph in run:
        if not glyph.blank:
            if last is not None and (breaks or _breaks)(last, glyph):
                yield part
                part = []
            last = glyph
        if last is not None:
            part.append(glyph)
    if part and last is not None:
        yield part


def _breaks(last: Glyph, glyph: Glyph) -> bool:
    size = max(last.size, glyph.size)
    return (
        abs(glyph.base - last.base) > _SAME_BASE * size
        or glyph.left < last.left - size
        or glyph.left - last.right > _CELL_GAP * size
    )


def _with_raised(pieces: list[PageLine], belongs: Callable[[PageLine, PageLine], bool] | None = None) -> list[PageLine]:
    """Put pieces of one line together, and what is raised or lowered (a footnote mark, an index) into its line."""
    while True:
        hosts = _Hosts()
        for piece in sorted(pieces, key=lambda piece: -piece.size):
            at = next((n for n in hosts.near(piece) if (belongs or _belongs)(piece, hosts.lines[n])), None)
            hosts.put(piece if at is None else _merged(hosts.lines[at], piece), at)
        # Two pieces of a row may touch only through a third one, so once more over what came of it.
        if len(hosts.lines) == len(pieces):
            return hosts.lines
        pieces = hosts.lines


@dataclass(slots=True)
class _Hosts:
    """Lines, found by their place: a page may hold thousands, and only neighbours can belong together.

    Lines of about one size are in one net, and what may belong to one of them touches a cell that it touches too.
    """

    lines: list[PageLine] = field(default_factory=list)
    _nets: dict[int, dict[tuple[int, int], set[int]]] = field(default_factory=dict)

    def put(self, one: PageLine, at: int | None) -> None:
        """Add a line, or put it in the place of line ``at``."""
        if at is None:
            at = len(self.lines)
            self.lines.append(one)
        self.lines[at] = one
        net = self._nets.setdefault(_class(one.size), {})
        for cell in _cells(one, _class(one.size), 0.0):
            net.setdefault(cell, set()).add(at)

    def near(self, piece: PageLine) -> list[int]:
        """The lines that ``piece`` may belong to, in order."""
        found: set[int] = set()
        for size, net in self._nets.items():
            if size >= _class(piece.size) - _SMALLER:
                for cell in _cells(piece, size, max(piece.size, 2.0**size)):
                    found |= net.get(cell, set())
        return sorted(found)


def _class(size: float) -> int:
    """The exponent of the least power of 2 that is at least ``size``, from a quarter of a point upwards."""
    return max(math.ceil(math.log2(size)), -2) if size > 0 else -2


def _cells(one: PageLine, size: int, reach: float) -> Iterator[tuple[int, int]]:
    """The cells of the net for lines up to 2 to the power of ``size`` that a line touches, with ``reach`` around it."""
    high, wide = 2.0 * 2.0**size, max(8.0 * 2.0**size, _CELL)
    rows = range(int((one.base - reach) // high), int((one.base + reach) // high) + 1)
    first, last = int((one.left - 2 * reach) // wide), int((one.right + 2 * reach) // wide)
    columns = range(first, min(last, first + _WIDEST) + 1)
    return ((row, column) for row in rows for column in columns)


def _belongs(piece: PageLine, host: PageLine) -> bool:
    size = max(piece.size, host.size)
    gap = max(piece.left - host.right, host.left - piece.right)
    step = abs(piece.base - host.base)
    if step <= _SAME_BASE * size:
        return gap <= _CELL_GAP * size
    # A raised piece is smaller, short, and lies at a glyph of its line or in a gap that was left for it.
    raised = piece.size <= 0.85 * host.size and step <= _RAISE * host.size and len(piece.glyphs) <= 12
    return raised and (gap <= 0.6 * host.size if gap > 0 else _free(piece, host))


def _free(piece: PageLine, host: PageLine) -> bool:
    """Whether no glyph of ``host`` is at the position of ``piece``."""
    middle = (piece.left + piece.right) / 2
    return not any(glyph.left < middle < glyph.right for glyph in host.glyphs if not glyph.blank)


def _merged(host: PageLine, piece: PageLine) -> PageLine:
    """One line of both, glyphs from left to right; a blank where the gap is one."""
    raised = abs(piece.base - host.base) > _SAME_BASE * host.size
    inked = [
        *(_without_gap_of(piece, host) if raised else host.glyphs),
        *(replace(glyph, raised=piece.base < host.base) if raised else glyph for glyph in piece.glyphs),
    ]
    inked.sort(key=lambda glyph: (glyph.left + glyph.right) / 2)
    joined: list[Glyph] = []
    for glyph in inked:
        if joined and not glyph.blank and not joined[-1].blank:
            gap = glyph.left - joined[-1].right
            if gap > 0.2 * host.size and not raised:
                joined.append(Glyph(" ", joined[-1].right, glyph.left, glyph.base, glyph.size))
        joined.append(glyph)
    return line(joined)


def _without_gap_of(piece: PageLine, host: PageLine) -> Iterator[Glyph]:
    """The glyphs of ``host``, its blank in the gap that was left for ``piece`` cut down to what remains behind it."""
    for glyph in host.glyphs:
        if not glyph.blank or glyph.right <= piece.left or glyph.left >= piece.right:
            yield glyph
        elif glyph.right - piece.right > 0.2 * host.size:
            yield replace(glyph, left=piece.right)


def _ordered(lines: list[PageLine], gutter: float | None) -> list[PageLine]:
    """Reading order: column by column where there are columns, else from top to bottom and from left to right."""
    if gutter is None:
        return _rows(lines)
    left_edge = _left_edge([one for one in lines if one.right <= gutter])
    right_edge = _left_edge([one for one in lines if one.left >= gutter])
    ordered: list[PageLine] = []
    band: list[PageLine] = []
    for one in [*sorted(lines, key=lambda one: one.base), None]:
        if one is not None and not one.left < gutter < one.right:
            band.append(one)
            continue
        left = [other for other in band if other.right <= gutter]
        right = [other for other in band if other.left >= gutter]
        ordered += _ordered(left, _gutter(left))
        behind = _ordered(right, _gutter(right))
        ordered += [replace(other, shift=other.shift + right_edge - left_edge) for other in behind]
        ordered += [one] if one is not None else []
        band = []
    return ordered


def _left_edge(column: Sequence[PageLine]) -> float:
    """Where the lines of a column begin: the leftmost place that many share; a page number may lie further out."""
    if not column:
        return 0.0
    lefts = Counter(round(one.left) for one in column)
    shared = [left for left, count in lefts.items() if count >= _SHARED * len(column)]
    return float(min(shared)) if shared else min(one.left for one in column)


def _rows(lines: Iterable[PageLine]) -> list[PageLine]:
    ordered: list[PageLine] = []
    row: list[PageLine] = []
    for one in sorted(lines, key=lambda one: one.base):
        if row and one.base - row[0].base > _SAME_BASE * max(one.size, row[0].size):
            ordered += sorted(row, key=lambda piece: piece.left)
            row = []
        row.append(one)
    return ordered + sorted(row, key=lambda piece: piece.left)


def _gutter(lines: Sequence[PageLine]) -> float | None:
    """The middle of the strip between two columns, None where there is none."""
    import numpy as np

    if len(lines) < 2 * _SIDE:
        return None
    lefts, rights, sizes = edges = np.array([(one.left, one.right, one.size) for one in lines]).T
    left, right, size = lefts.min(), rights.max(), np.median(sizes)
    places = np.unique(lefts.round(1)) - _GUTTER * size / 2
    margin = _NARROW * (right - left)
    places = places[(left + margin < places) & (places < right - margin)]
    crossing, near = (
        np.searchsorted(np.sort(lefts), x) - np.searchsorted(np.sort(rights), x, "right")
        for x in (places, places - _GUTTER * size / 2 + 0.5)
    )
    few = np.maximum(crossing, near) <= _CROSSING * len(lines)
    for x in places[few][np.argsort(crossing[few], kind="stable")]:
        if _filled(edges[:, rights <= x]) and _filled(edges[:, lefts >= x]):
            return float(x)
    return None


def _filled(column: Any) -> bool:
    """Whether the lines of a column, given by their edges and sizes, are enough and long enough to be running text."""
    import numpy as np

    lefts, rights, sizes = column
    if len(lefts) < _SIDE:
        return False
    width = rights.max() - lefts.min()
    return bool(np.median(rights - lefts) >= _FILL * width and width > 8 * sizes[0])
