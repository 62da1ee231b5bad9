"""Lay the lines of a PDF on the grid of a typewriter page, which the cleaning of plain text can read.

In print, paragraphs are separated by half a line or less, columns are side by side and lines are ragged. On the grid,
columns are one above the other, a gap larger than the usual step becomes blank rows, and a line that had no room left
for the next word (the widths of the letters show this exactly) reaches the right edge. So gaps, indents and full lines
mean the same as in plain text.
"""

import itertools
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from corpora.document import Line
from corpora.readers.pdf.glyphs import Glyph
from corpora.readers.pdf.lines import PageLine

__all__ = ["PageGrid"]

_MOST = 0.98  # share of lines that end within the right edge of the text
_WIDE = 0x2E7F  # the last character before the scripts that are set without spaces
_BLANK = 3  # rows that a gap is made: no step within a paragraph is as wide
_STEP = 1.18  # times the usual step from which a gap separates lines
_INDENT = 4  # ems: no first line is indented further
_STOPS = "。！？；：.!?;:…”’」』）)\"'"
_FEW, _JUSTIFIED = 3, 0.2  # lines that end at one place in justified text: their number and share, at least
_BOX = 1.5  # ems by which a box is narrower than the text on either side
_COMMON = 0.25  # of the commonest step's count: what a step must reach to be one of the usual ones


@dataclass(slots=True)
class PageGrid:
    """Places lines one after the other; ``pitches`` are the usual steps by size of type, lines turn at ``edge``."""

    pitches: dict[int, float]
    edge: float
    boxes: dict[int, float] = field(default_factory=dict)  # the edge of a narrower box, by the identity of its lines
    _above: PageLine | None = None
    _page: int | None = None
    _row: float = 0.0  # the baseline of the last line on the grid

    @classmethod
    def of(cls, pages: Sequence[Sequence[PageLine]], body: Sequence[PageLine]) -> "PageGrid":
        """The grid for ``pages``, measured over ``body``, their lines without running heads."""
        edge = _edge([_solid_right(one) - one.shift for one in body])
        return cls(_pitches(pages), edge, _box_edges(pages, edge))

    def place(self, one: PageLine, line: Line, below: PageLine | None = None) -> Line:
        """``line``, the text of ``one``, with its place on the grid, before ``below`` in the order of reading."""
        pitch = self.pitches.get(round(one.size), 1.2 * one.size)
        above, has_space = self._above, False
        if above is None or line.page != self._page or one.base < above.base - one.size or above.shift != one.shift:
            self._row = pitch
        elif one.base - above.base > 0.25 * one.size:
            has_space = (one.base - above.base) / pitch > _STEP
            self._row += pitch * (_BLANK if has_space else 1)
        self._above, self._page = one, line.page
        full = below is not None and _is_full(one, below, self.boxes.get(id(one), self.edge))
        # Where a gap separates paragraphs, the indent of the first line adds nothing.
        left = below.left if below is not None and has_space and full and self._is_indented(one, below) else one.left
        bottom = self._row + 0.2 * one.size
        return replace(
            line,
            left=left - one.shift,
            top=bottom - one.size,
            right=self.edge if full else one.right - one.shift,
            bottom=bottom,
            size=one.size,
            bold=one.bold,
            full=full if below is not None else None,
        )

    def _is_indented(self, one: PageLine, below: PageLine) -> bool:
        pitch = self.pitches.get(round(one.size), 1.2 * one.size)
        close = below.shift == one.shift and 0 < below.base - one.base <= _STEP * pitch
        return close and 0 < one.left - below.left <= _INDENT * one.size


def _edge(rights: Sequence[float]) -> float:
    """The right edge of the text: where most lines end, in justified text, else where nearly all have ended."""
    if not rights:
        return 0.0
    ordered = sorted(rights)
    right, count = max(Counter(map(round, rights)).items(), key=lambda item: (item[1], item[0]))
    if count >= max(_FEW, _JUSTIFIED * len(rights)):
        return max(one for one in rights if round(one) == right)
    return ordered[int(len(ordered) * _MOST)]


def _solid_right(one: PageLine) -> float:
    """The right edge of a line without a full-width stop, which may hang over the edge of the text."""
    last = one.glyphs[-1]
    hangs = ord(last.char) > _WIDE and unicodedata.category(last.char) in ("Pe", "Pf", "Po") and len(one.glyphs) > 1
    return last.left if hangs else one.right


def _box_edges(pages: Sequence[Sequence[PageLine]], edge: float) -> dict[int, float]:
    """The right edges of boxes, by line: lines with one left edge, further in than most on both sides, that run on."""
    edges: dict[int, float] = {}
    for page in pages:
        margin = min((one.left - one.shift for one in page), default=0.0)
        run: list[PageLine] = []
        for one in [*page, None]:
            if run and (one is None or not _is_below(run[-1], one)):
                right = max(_solid_right(line) - line.shift for line in run)
                inside = run[0].left - run[0].shift > margin + _BOX * run[0].size
                # First lines of one line each are in line with each other too, but end their sentences.
                runs_on = any(
                    line.right - line.shift > right - 1.2 * line.size and line.glyphs[-1].char not in _STOPS
                    for line in run[:-1]
                )
                if runs_on and inside and right < edge - _BOX * run[0].size:
                    edges |= {id(line): right for line in run}
                run = []
            if one is not None:
                run.append(one)
    return edges


def _is_below(above: PageLine, one: PageLine) -> bool:
    close = 0 < one.base - above.base <= 2 * above.size and abs(one.size - above.size) < 0.5
    return close and abs(one.left - above.left) <= 1 and one.shift == above.shift


def _is_full(one: PageLine, below: PageLine, edge: float) -> bool:
    """Whether the first word of the line ``below`` had no room left on ``one``."""
    word = _first_word(below.glyphs)
    spaced = ord(word[0].char) <= _WIDE and ord(one.glyphs[-1].char) <= _WIDE
    width = word[-1].right - word[0].left + (0.25 * one.size if spaced else 0.0)
    return one.right - one.shift + width > edge - 0.05 * one.size


def _first_word(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """What cannot be separated from the start of a line: a word, or a Chinese character and the stop behind it."""
    word = [glyphs[0]]
    wide = ord(glyphs[0].char) > _WIDE
    for glyph in glyphs[1:]:
        if glyph.blank or (
            (wide or ord(glyph.char) > _WIDE) and unicodedata.category(glyph.char) not in ("Pe", "Pf", "Po")
        ):
            break
        word.append(glyph)
    return word


def _pitches(pages: Sequence[Sequence[PageLine]]) -> dict[int, float]:
    """For each size of type, the step from one baseline to the next within paragraphs: the least of the common ones."""
    steps: dict[int, Counter[float]] = {}
    for page in pages:
        for above, below in itertools.pairwise(page):
            step = below.base - above.base
            if round(above.size) == round(below.size) and 0.9 * below.size <= step <= 2.5 * below.size:
                steps.setdefault(round(below.size), Counter())[round(step * 2) / 2] += 1
    return {
        size: min(step for step, count in counted.items() if count >= _COMMON * max(counted.values()))
        for size, counted in steps.items()
    }
