"""Measure how a text is laid out, before anything in it is joined or dropped.

Whether a new line means a new paragraph depends on who wrote the file: one tool wraps at 72 columns and
parts paragraphs by blank lines, another puts a blank line after every line and indents the first line of a
paragraph, a third writes one paragraph a line. None of this is asked of the user; it is read off the widths,
indents and gaps of all lines together. Lines of a PDF carry points; they are turned into columns of half an
em, so that one set of rules serves both.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpora.cleaning.widths import half_ems, is_wide
from corpora.document import Line
from corpora.text.markers import parse_marker
from corpora.text.scripts import CJK

__all__ = ["Layout", "LayoutLine", "columns", "first_word", "fits", "fitted", "is_numbered", "room_for_more",
           "rows_of"]  # fmt: skip

#: A stop at the end of a line: the sentence, or the clause of a resolution, ends here.
STOPS = "。！？；：.!?;:…"
CLOSERS = "”’」』）)】》〉\"'］]"
_WORD = re.compile(rf"[^\s{CJK}]+")
_DOUBLE = re.compile(r"(?<=\S)  (?=\S)")
_MARK_BEHIND = re.compile(r"(?<=[，。；：、！？）》」』”’])\d{1,3}(?!\d)")
_MARK_AT_END = re.compile(r"(?<=[，。；：、！？,.;:!?）)》」”’])(?<!\d[.,])\s?(?:\d{1,3}|\^?\[\d{1,3}\]|\*{1,3})$")
_SURE = 0.06  # the share of lines that must surely go on in the next for a text to count as wrapped
_SLACK = 0.3  # the most that a full line may fall short of the margin, as a share of it
_OUTLIERS = 0.02, 0.1  # shares of the sure pairs that are none for certain, and that may be none
_LONGEST = 0.97, 0.9, 0.75  # of the full lines, some may stand out: two that a tool made one where a word was torn
_APART = 0.05  # of the margin: no two of the full lines in order of length lie further apart
_EVEN = 3  # columns by which full lines differ in a typewriter face
_SHORT = 0.8  # of the reach of the lines: a shorter line that ends a sentence ends a paragraph
_FEW_ENDS = 4  # so few ends of paragraphs do not show what parts them
_PARTED = 0.4  # share of them that a gap follows, at least, where gaps part paragraphs
_NUMBERED = 0.95  # share of the paragraphs that open with a number where all are to
_EVENER = 0.75  # of the unevenness that full lines have in columns, at most, where they were set in a face
_MOST = 0.2  # share of the full lines that fall shorter than most
_HALF = 0.5  # columns: the shortest of the full lines is one of them
_FEW = 20  # so few sure pairs do not show how far a full line of Chinese may fall short
_WIDEST = 240  # columns; nothing is wrapped later
_OPENERS = "（《〈「『【“‘([{"
_KEEPS = "，。、；：！？）】》」』”’％,.;:!?)]%"


@dataclass(frozen=True, slots=True)
class LayoutLine:
    """A line with ink on it, and where it stands: in columns, a Chinese character being two wide."""

    line: Line
    text: str
    indent: float
    right: float
    gap: float  # blank lines above it
    trailing: bool = False  # a blank stands behind the last character
    cut: bool = False  # a page break, a footnote or a page mark stands between this row and the one above
    size: float | None = None
    faced: bool = False  # set in a proportional face, as far as one knows: columns are half ems

    def room(self, text: str) -> float:
        """The columns that ``text`` would take on this row."""
        return half_ems(text) if self.faced else columns(text)

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
    the lines of paragraphs go on; ``formulas``: the words with which clauses of resolutions open tell where they do;
    ``numbered``: nearly every paragraph opens with a number; ``first``: the column at which most first lines stand in.
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
    formulas: bool = False
    numbered: bool = False
    first: float = 0.0
    tight: float = 1.0


def columns(text: str) -> int:
    """The columns that ``text`` takes in a typewriter face."""
    if text.isascii():
        return len(text)
    return sum(2 if is_wide(char) else 1 for char in text)


def first_word(text: str) -> str:
    """What cannot be torn off the start of ``text``: a word, or a Chinese character and the stop behind it."""
    if text[0] in _OPENERS and len(text) > 1:
        return text[0] + first_word(text[1:])
    match = _WORD.match(text)
    end = match.end() if match else 1
    while text[end : end + 1] and text[end] in _KEEPS:
        end += 1
    mark = _MARK_BEHIND.match(text, end) if end > 1 else None
    return text[: mark.end() if mark else end]


def rows_of(lines: Sequence[Line]) -> list[LayoutLine]:
    """The lines that hold something, with indents and gaps.

    Raw text lines give indents by their leading blanks and gaps by the empty lines between; lines with
    geometry give both by their place on the page, the left edge of the page's text being column 0.
    """
    if any(line.left is not None for line in lines):
        return _placed(lines)
    rows: list[LayoutLine] = []
    gap = 0
    page: int | None = None
    for line in lines:
        text = line.text.strip()
        if not text:
            gap += 1
            continue
        expanded = line.text.expandtabs(8)
        indent = columns(expanded[: len(expanded) - len(expanded.lstrip())])
        width = columns(_closed(text))
        cut = page is not None and line.page != page
        rows.append(LayoutLine(line, text, indent, indent + width, gap, line.text.rstrip("\r\n")[-1:].isspace(), cut))
        gap, page = 0, line.page
    return rows


def _closed(text: str) -> str:
    """The text without the second of two blanks, by which some tools fill lines up to the margin."""
    return _DOUBLE.sub(" ", text) if "  " in text else text


def _placed(lines: Sequence[Line]) -> list[LayoutLine]:
    inked = [line for line in lines if line.text.strip()]
    sizes = Counter(round(line.size * 2) / 2 for line in inked if line.size for _ in line.text)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    lefts = sorted(line.left for line in inked if line.left is not None)
    # The margin is where text commonly starts, not the one label that hangs out of it.
    margin = lefts[len(lefts) // 50] if lefts else 0.0
    pitch = _pitch(inked, size)
    rows: list[LayoutLine] = []
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
        rows.append(
            LayoutLine(line, text, (left - margin) / (size / 2), (right - margin) / (size / 2), gap, False, cut, own)
        )
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


def room_for_more(above: LayoutLine, word: str) -> float:
    """The columns that ``word`` would take behind the text of ``above``, the space between them included."""
    return above.room(word if is_wide(word[0]) or is_wide(above.text[-1]) else f" {word}")


def fits(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    """Whether the first word of ``below`` would still have stood on ``above``, had the text gone on there.

    Where full lines are uneven, a line that ends a sentence is asked to be as full as most are.
    """
    slack = min(layout.slack, layout.tight) if above.stopped else layout.slack
    return _needed(above, below) <= layout.width - slack


def fitted(rows: Sequence[LayoutLine]) -> tuple[Sequence[LayoutLine], Layout]:
    """The rows with their widths as they were set, and the layout: of a typewriter's columns and the widths of a
    proportional face, those by which the full lines come out even.
    """
    layout = _measure(rows)
    if not rows or rows[0].size is not None or (layout.wrapped and layout.slack <= _EVEN):
        return rows, layout
    faced = [replace(row, right=row.indent + half_ems(_closed(row.text)), faced=True) for row in rows]
    other = _measure(faced)
    better = other.wrapped and (not layout.wrapped or other.slack / other.width < _EVENER * layout.slack / layout.width)
    return (faced, other) if better else (rows, layout)


def _measure(rows: Sequence[LayoutLine]) -> Layout:
    """Read the layout off the rows of a document.

    All of it rests on the pairs of lines that surely belong together, a word of running text being followed by
    a word in lower case or by a Chinese character: they show where full lines end and how far they stand apart.
    """
    size = _common(row.size for row in rows if row.size is not None)
    pairs = list(itertools.pairwise(rows))
    reach = _quantile(sorted(row.right for row in rows), 0.9)
    sure = [(above, below) for above, below in pairs if _sure(above, below, reach)]
    gap = _common(round(below.gap) for _, below in sure) or 0.0
    sure = [pair for pair in sure if round(pair[1].gap) <= gap]
    spaced = _is_spaced(pairs, gap, reach)
    plain = Layout(False, reach, 0, gap, spaced, False, False, size, _common(row.indent for row in rows) or 0.0)
    few = len(sure) < max(1 if spaced else 2, _SURE * len(rows))
    if few and (len(sure) < 2 or max(row.right for row in rows) > max(above.right for above, _ in sure) + _EVEN):
        # Two or three lines that go on are no rule where most paragraphs stand on one line, some on a longer one.
        return plain
    rights = sorted(above.right for above, _ in sure)
    needed = sorted(_needed(above, below) for above, below in sure)
    widths = [_quantile(rights, share) for share in _LONGEST]
    for width, shorter in itertools.zip_longest(widths, widths[1:]):
        if shorter is not None and shorter < (1 - _APART) * width:
            continue  # what is longer stands apart: notes in small print, two lines in one
        slack = width - _shortest_full(needed, width)
        if slack > _SLACK * width:
            slack = width - _quantile(needed, _OUTLIERS[1])
        if slack <= _SLACK * width:
            break
    if few and slack > _APART * width:
        return plain
    # Nothing tells yet whether a space stands where a Chinese character meets a Latin letter at the end of a line.
    wide = any(is_wide(above.text[-1]) for above, _ in sure)
    slack = max(2.0 if wide else 1.0, slack + _HALF)
    if slack > _EVEN:
        # In a proportional face the rarest line ends fall shorter than any of the sure ones.
        slack *= 1.4
    if len(sure) < _FEW and wide:
        slack = max(slack, 0.08 * width)
    wrapped = width <= _WIDEST and (slack <= _SLACK * width or (spaced and gap == 0))
    if not wrapped:
        return plain
    tight = max(1.0 if rows[0].faced else _EVEN, width - _quantile(needed, _MOST))
    draft = Layout(True, width, min(slack, _SLACK * width), gap, spaced, False, False, size, tight=tight)
    full = [not fits(above, below, draft) for above, below in pairs]
    inner = [
        below.indent - above.indent
        for (above, below), f in zip(pairs, full, strict=True)
        if f and round(below.gap) <= gap and not below.cut
    ]
    indented = sum(-8 <= step <= -0.8 for step in inner) > 0.12 * len(inner)
    margin = _common(round(below.indent * 2) / 2 for _, below in sure) or 0.0
    return replace(
        draft,
        indented=indented,
        trailing=_trailing(rows, full),
        margin=margin,
        first=_common(row.indent for row in rows if row.indent > margin + 0.8) or margin,
    )


def is_numbered(rows: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether nearly all rows of the body that surely open a paragraph open with a number, as in reports."""
    opening = [
        parse_marker(below.text) is not None
        for above, below in itertools.pairwise(rows)
        if layout.spaced
        and round(below.gap) > layout.gap
        and not below.cut
        and above.stopped
        and below.right > _SHORT * layout.width
    ]
    return len(opening) >= _FEW and sum(opening) >= _NUMBERED * len(opening)


def _is_spaced(pairs: Sequence[tuple[LayoutLine, LayoutLine]], gap: float, reach: float) -> bool:
    """Whether a gap parts paragraphs: where one surely ends, in a line that breaks off early, a larger gap follows.

    Heads, notes and page marks stand off from the text in any layout, so the gaps of all rows would not tell.
    """
    ends = [below for above, below in pairs if above.stopped and above.right < _SHORT * reach and not below.cut]
    if len(ends) < _FEW_ENDS:
        return sum(round(below.gap) > gap for _, below in pairs) > 0.12 * len(pairs)
    return sum(round(below.gap) > gap for below in ends) >= _PARTED * len(ends)


def _sure(above: LayoutLine, below: LayoutLine, reach: float) -> bool:
    """Whether the lines surely belong to one paragraph; no full line is a heading in the middle, or set in pieces."""
    if below.cut or above.stopped or above.right < 0.4 * reach or abs(below.gap - round(below.gap)) > 0.4:
        return False
    if above.right - above.indent < 0.4 * reach or "   " in above.text or "\t" in above.text:
        return False
    last, first = above.text[-1], below.text[0]
    if first.islower():
        return last.isalnum() or last in ",-"
    return is_wide(last) and is_wide(first) and last.isalnum() and first.isalnum()


def _needed(above: LayoutLine, below: LayoutLine) -> float:
    """The column at which ``above`` would have ended, had the first word of ``below`` still stood on it."""
    return above.right + room_for_more(above, first_word(below.text))


def _shortest_full(needed: Sequence[float], width: float) -> float:
    """The column that the shortest of the full lines needs, of the sorted columns that all sure pairs need.

    Headings one above the other look like lines that go on, and in a short document they are no small share. They fall
    short of the margin by any amount, full lines by nearly the same, so the full lines are those without a leap.
    """
    at = min(len(needed) - 1, int(len(needed) * _OUTLIERS[1]))
    while at > int(len(needed) * _OUTLIERS[0]) and needed[at] - needed[at - 1] <= max(_EVEN, _APART * width):
        at -= 1
    return needed[at]


def _quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the sorted values lie, 0 for none."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def _common(values: Iterable[float]) -> float | None:
    counted = Counter(values)
    return counted.most_common(1)[0][0] if counted else None


def _trailing(rows: Sequence[LayoutLine], full: Sequence[bool]) -> bool:
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
