"""Measure how a text is laid out, before anything in it is joined or dropped.

Whether a new line means a new paragraph depends on who wrote the file: one tool wraps at 72 columns and
parts paragraphs by blank lines, another puts a blank line after every line and indents the first line of a
paragraph, a third writes one paragraph a line. None of this is asked of the user; it is read off the widths,
indents and gaps of all lines together. Lines of a PDF carry points; they are turned into columns of half an
em, so that one set of rules serves both.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpora.document import Line

__all__ = ["Layout", "Row", "columns", "first_word", "fits", "is_wide", "measure", "rows_of"]

_WIDE = "WF"
#: A stop at the end of a line: the sentence, or the clause of a resolution, ends here.
STOPS = "。！？；：.!?;:…"
CLOSERS = "”’」』）)】》〉\"'］]"
_WORD = re.compile(r"[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
_MARK_AT_END = re.compile(r"(?<=[，。；：、！？,.;:!?）)》」”’])(?<!\d[.,])\s?(?:\d{1,3}|\^?\[\d{1,3}\]|\*{1,3})$")
_OPENERS = "（《〈「『【“‘([{"
_KEEPS = "，。、；：！？）】》」』”’％,.;:!?)]%"


@dataclass(frozen=True, slots=True)
class Row:
    """A line with ink on it, and where it stands: in columns, a Chinese character being two wide."""

    line: Line
    text: str
    indent: float
    right: float
    gap: float  # blank lines above it
    trailing: bool = False  # a blank stands behind the last character
    cut: bool = False  # a page break, a footnote or a page mark stands between this row and the one above
    size: float | None = None

    @property
    def ending(self) -> str:
        """The character that the text ends with, closing brackets and a footnote mark behind a stop aside."""
        text = _MARK_AT_END.sub("", self.text).rstrip(CLOSERS)
        return text[-1:]

    @property
    def stopped(self) -> bool:
        """Whether the row ends as a sentence or clause ends."""
        return self.ending != "" and self.ending in STOPS


@dataclass(frozen=True, slots=True)
class Layout:
    """How the document is laid out.

    ``wrapped``: paragraphs run over several lines; ``width``: the column at which lines turn; ``slack``: how
    far short of it a full line may end; ``gap``: blank lines between two lines of one paragraph; ``spaced``:
    a larger gap parts paragraphs; ``indented``: the first line of a paragraph stands further in than the rest;
    ``trailing``: a blank at the end of a line marks the last line of a paragraph, as some PDF readers leave
    it; ``size``: the size of the running text in points, None for plain text; ``margin``: the column at which
    the lines of paragraphs go on.
    """

    wrapped: bool
    width: float
    slack: float
    gap: float
    spaced: bool
    indented: bool
    trailing: bool
    size: float | None = None
    margin: float = 0.0


def is_wide(char: str) -> bool:
    """Whether a character takes two columns."""
    return unicodedata.east_asian_width(char) in _WIDE


def columns(text: str) -> int:
    """The columns that ``text`` takes in a typewriter face."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text)


def first_word(text: str) -> str:
    """What cannot be torn off the start of ``text``: a word, or a Chinese character and the stop behind it."""
    if text[0] in _OPENERS and len(text) > 1:
        return text[0] + first_word(text[1:])
    match = _WORD.match(text)
    if match:
        return match[0]
    return text[:2] if text[1:2] and text[1] in _KEEPS else text[:1]


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """The lines that hold something, with indents and gaps.

    Raw text lines give indents by their leading blanks and gaps by the empty lines between; lines with
    geometry give both by their place on the page, the left edge of the page's text being column 0.
    """
    if any(line.left is not None for line in lines):
        return _placed(lines)
    rows: list[Row] = []
    gap = 0
    page: int | None = None
    for line in lines:
        text = line.text.strip()
        if not text:
            gap += 1
            continue
        expanded = line.text.expandtabs(8)
        indent = columns(expanded[: len(expanded) - len(expanded.lstrip())])
        width = columns(text)
        cut = page is not None and line.page != page
        rows.append(Row(line, text, indent, indent + width, gap, line.text[-1:].isspace(), cut))
        gap, page = 0, line.page
    return rows


def _placed(lines: Sequence[Line]) -> list[Row]:
    inked = [line for line in lines if line.text.strip()]
    sizes = Counter(round(line.size * 2) / 2 for line in inked if line.size for _ in line.text)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    lefts = sorted(line.left for line in inked if line.left is not None)
    # The margin is where text commonly starts, not the one label that hangs out of it.
    margin = lefts[len(lefts) // 50] if lefts else 0.0
    pitch = _pitch(inked, size)
    rows: list[Row] = []
    above: Line | None = None
    for line in inked:
        own = line.size or size
        left = line.left if line.left is not None else margin
        right = line.right if line.right is not None else left + columns(line.text.strip()) * own / 2
        cut = above is not None and above.page != line.page
        gap = 0.0
        if above is not None and not cut and line.bottom is not None and above.bottom is not None:
            step = line.bottom - above.bottom
            # A line that stands above the one before it opens a new column.
            cut = step < -own
            gap = max(0.0, step / pitch - 1) if not cut else 0.0
        text = line.text.strip()
        rows.append(Row(line, text, (left - margin) / (size / 2), (right - margin) / (size / 2), gap, False, cut, own))
        above = line
    return rows


def _pitch(lines: Sequence[Line], size: float) -> float:
    steps = Counter(
        round(below.bottom - above.bottom, 0)
        for above, below in itertools.pairwise(lines)
        if above.bottom is not None and below.bottom is not None and above.page == below.page
        if 0.8 * size < below.bottom - above.bottom < 2.5 * size
    )
    return max(size, steps.most_common(1)[0][0]) if steps else size * 1.25


def fits(above: Row, below: Row, layout: Layout) -> bool:
    """Whether the first word of ``below`` would still have stood on ``above``, had the text gone on there."""
    word = first_word(below.text)
    joint = 0 if is_wide(word[0]) or is_wide(above.text[-1]) else 1
    return above.right + joint + columns(word) <= layout.width - layout.slack


def measure(rows: Sequence[Row]) -> Layout:
    """Read the layout off the rows of a document."""
    placed = any(row.size is not None for row in rows)
    size = _common(row.size for row in rows if row.size is not None)
    if len(rows) < 2:
        return Layout(False, rows[0].right if rows else 0, 0, 0, False, False, False, size)
    width = _width(rows)
    wide = sum(is_wide(char) for row in rows[:400] for char in row.text) > 0.25 * sum(
        len(row.text) for row in rows[:400]
    )
    slack = max(6.0, width * 0.09) if wide and _ragged(rows, width) else (2.0 if not placed else max(2.0, width * 0.04))
    draft = Layout(True, width, slack, 0, False, False, False, size)
    full = [not fits(above, below, draft) for above, below in itertools.pairwise(rows)]
    wrapped = _is_wrapped(rows, full, width)
    gaps = Counter(round(below.gap) for below, f in zip(rows[1:], full, strict=True) if f and not below.cut)
    gap = gaps.most_common(1)[0][0] if wrapped and gaps else 0
    larger = sum(round(row.gap) > gap for row in rows[1:])
    spaced = larger > 0.12 * len(rows)
    inner = [
        below.indent - above.indent
        for above, below, f in zip(rows, rows[1:], full, strict=False)
        if f and round(below.gap) <= gap and not below.cut
    ]
    opening = sum(-8 <= step <= -0.8 for step in inner)
    indented = wrapped and bool(inner) and opening > 0.12 * len(inner)
    inside = [below.indent for below, f in zip(rows[1:], full, strict=True) if f] if wrapped else []
    margin = _common(inside or (row.indent for row in rows)) or 0.0
    return Layout(wrapped, width, slack, gap, spaced, indented, wrapped and _trailing(rows, full), size, margin)


def _common(values: Iterable[float]) -> float | None:
    counted = Counter(values)
    return counted.most_common(1)[0][0] if counted else None


def _width(rows: Sequence[Row]) -> float:
    """The column where lines turn: the far edge of the widest range that many lines share."""
    rights = sorted(row.right for row in rows)
    return rights[min(len(rights) - 1, int(len(rights) * 0.97))]


def _ragged(rows: Sequence[Row], width: float) -> bool:
    """Whether full lines end at different columns, as lines set in a proportional face do."""
    near = [row.right for row in rows if width * 0.85 <= row.right <= width + 2]
    return bool(near) and sum(right >= width - 2 for right in near) < 0.75 * len(near)


def _is_wrapped(rows: Sequence[Row], full: Sequence[bool], width: float) -> bool:
    """Whether lines turn at a margin: no line is far longer, many reach it, and most of these end in mid-sentence."""
    if width > 220:
        return False
    reaching = [above for above, f in zip(rows, full, strict=False) if f]
    open_ended = sum(not row.stopped for row in reaching)
    return len(reaching) >= 0.2 * len(rows) and open_ended >= 0.6 * len(reaching) and _crowded(rows, width)


def _crowded(rows: Sequence[Row], width: float) -> bool:
    """Whether line ends crowd at the margin; the lengths of whole paragraphs thin out towards the longest."""
    upper = sum(row.right >= width * 0.8 for row in rows)
    middle = sum(width * 0.4 <= row.right < width * 0.8 for row in rows)
    return upper >= middle * 0.8


def _trailing(rows: Sequence[Row], full: Sequence[bool]) -> bool:
    """Whether a blank at the end of a line tells that the paragraph ends there.

    It does where lines without one run to the margin and hardly ever end in a stop, and lines with one
    mostly fall short of the margin or end in a stop or comma.
    """
    ends = [
        above.stopped or above.ending in ",，、" or not f
        for above, f in zip(rows, full, strict=False)
        if above.trailing
    ]
    inside = [f and not above.stopped for above, f in zip(rows, full, strict=False) if not above.trailing]
    if len(ends) < 0.05 * len(rows) or len(inside) < 0.05 * len(rows):
        return False
    return sum(ends) >= 0.8 * len(ends) and sum(inside) >= 0.8 * len(inside)
