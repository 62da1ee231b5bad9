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
from dataclasses import dataclass, replace

from corpora.document import Line
from corpora.readers.pdf.glyphs import Glyph
from corpora.readers.pdf.lines import PageLine

__all__ = ["PageGrid"]

_MOST = 0.98  # share of lines that end within the right edge of the text
_WIDE = 0x2E7F  # the last character before the scripts that are set without spaces
_BLANK = 3  # rows that a gap is made: no step within a paragraph is as wide
_STEP = 1.18  # times the usual step from which a gap separates lines
_INDENT = 4  # ems: no first line is indented further
_COMMON = 0.25  # of the commonest step's count: what a step must reach to be one of the usual ones


@dataclass(slots=True)
class PageGrid:
    """Places lines one after the other; ``pitches`` are the usual steps by size of type, lines turn at ``edge``."""

    pitches: dict[int, float]
    edge: float
    _above: PageLine | None = None
    _page: int | None = None
    _row: float = 0.0  # the baseline of the last line on the grid

    @classmethod
    def of(cls, pages: Sequence[Sequence[PageLine]], body: Sequence[PageLine]) -> "PageGrid":
        """The grid for ``pages``, measured over ``body``, their lines without running heads."""
        rights = sorted(one.right - one.shift for one in body)
        return cls(_pitches(pages), rights[int(len(rights) * _MOST)] if rights else 0.0)

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
        full = below is not None and _is_full(one, below, self.edge)
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
        )

    def _is_indented(self, one: PageLine, below: PageLine) -> bool:
        pitch = self.pitches.get(round(one.size), 1.2 * one.size)
        close = below.shift == one.shift and 0 < below.base - one.base <= _STEP * pitch
        return close and 0 < one.left - below.left <= _INDENT * one.size


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
