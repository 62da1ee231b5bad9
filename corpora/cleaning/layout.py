"""Measure how a text is laid out, before anything in it is joined or dropped.

Whether a new line means a new paragraph depends on the tool that wrote the file: one wraps at 72 columns and separates
paragraphs by blank lines, another puts a blank line after every line and indents the first line of a paragraph, a
third writes one paragraph per line. The layout is measured from the widths, indents and gaps of all lines together.
Lines of a PDF are measured in points; these are converted to columns of half an em, so that the same rules apply.
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

#: Characters that end a sentence, or a clause of a resolution.
STOPS = "。！？；：.!?;:…"
CLOSERS = "”’」』）)】》〉\"'］]"
_WORD = re.compile(rf"[^\s{CJK}]+")
_DOUBLE = re.compile(r"(?<=\S)  (?=\S)")
_MARK_BEHIND = re.compile(r"(?<=[，。；：、！？）》」』”’])\d{1,3}(?!\d)")
_MARK_AT_END = re.compile(r"(?<=[，。；：、！？,.;:!?）)》」”’])(?<!\d[.,])\s?(?:\d{1,3}|\^?\[\d{1,3}\]|\*{1,3})$")
_SURE = 0.06  # least share of lines that surely continue in the next one, in text that is wrapped
_SLACK = 0.3  # share of the width by which a full line may fall short of it, at most
_OUTLIERS = 0.02, 0.1  # shares of the sure pairs that are certainly wrong, and that may be wrong
_LONGEST = 0.97, 0.9, 0.75  # shares of the full lines of which the longest gives the width: some lines are too long
_APART = 0.05  # share of the width; the largest difference between two full lines in order of length
_EVEN = 3  # columns by which full lines differ in length, at most, in a monospaced font
_SHORT = 0.8  # share of the width; a shorter line that ends a sentence ends a paragraph
_FEW_ENDS = 4  # least number of ends of paragraphs that show what separates them
_SPACED = 0.4  # least share of them with a gap below, where gaps separate paragraphs
_SPACED_FEW = 0.12  # the same as a share of all lines, where few ends of paragraphs are known
_NUMBERED = 0.95  # least share of the paragraphs with a number, where all have one
_BETTER = 0.75  # largest ratio of the slack in a proportional font to that in a monospaced one, where it is chosen
_MOST = 0.2  # share of the full lines that are shorter than most
_HALF = 0.5  # columns; a line may fall short of the shortest full line by less
_RARE = 1.4  # factor by which the rarest line ends fall shorter than the sure ones in a proportional font
_FEW = 20  # fewer sure pairs do not show by how much a full line of Chinese may fall short
_FEW_SLACK = 0.08  # share of the width that is assumed instead
_WIDEST = 240  # columns; no text is wrapped at a larger width
_NARROWEST = 20  # columns; no plain text is wrapped at a smaller one
_LONGER = 0.15  # share of the width by which few lines of wrapped text are too long
_INDENTED = 0.12  # least share of full lines with a line further left below, where first lines are indented
_INDENT = 0.8, 8  # columns of the indent of a first line, at least and at most
_LEAST = 0.4  # share of the width; a shorter line is a heading or a part of a table
_RAISED = 0.4  # lines; a row that is off the line grid by more is not text
_TRAILING, _TRAILING_LEAST = 0.8, 0.05  # shares of the lines that agree, and that are evidence, for trailing blanks
_COMMAS = ",，、"
_SIZE = 10.0  # points, where no size is known
_PITCH = 0.8, 1.25, 2.5  # distance of two lines, relative to their size: least, usual, largest
_HANGING = 50  # one line in 50 may begin left of the margin
_OPENERS = "（《〈「『【“‘([{"
_KEEPS = "，。、；：！？）】》」』”’％,.;:!?)]%"


@dataclass(frozen=True, slots=True)
class LayoutLine:
    """A line with text and its position in columns; a Chinese character takes two."""

    line: Line
    text: str
    indent: float = 0.0
    right: float = 0.0
    gap: float = 0.0  # blank lines above it
    trailing: bool = False  # a blank follows the last character
    cut: bool = False  # a page break, a footnote or a page mark separates this row from the one above
    size: float | None = None
    proportional: bool = False  # in a proportional font, as measured: columns are half ems

    def room(self, text: str) -> float:
        """The columns that ``text`` would take on this row."""
        return half_ems(text) if self.proportional else columns(text)

    @property
    def ending(self) -> str:
        """The last character, not counting closing brackets and a footnote mark after punctuation."""
        text = _MARK_AT_END.sub("", self.text).rstrip(CLOSERS)
        return text[-1:]

    @property
    def stopped(self) -> bool:
        """Whether the row ends as a sentence or clause ends."""
        return self.ending != "" and self.ending in STOPS


@dataclass(frozen=True, slots=True)
class Layout:
    """How the document is laid out.

    ``wrapped``: paragraphs run over several lines; ``width``: the column at which lines are wrapped; ``slack``: how
    far short of it a full line may end; ``tight``: the same for most full lines; ``gap``: blank lines between two lines
    of one paragraph; ``spaced``: a larger gap separates paragraphs; ``indented``: the first line of a paragraph is
    indented; ``trailing``: a blank at the end of a line marks the last line of a paragraph, as some PDF readers write
    it; ``size``: the size of the running text in points, None for plain text; ``margin``: the column at which continued
    lines begin; ``formulas``: the opening words of clauses of resolutions mark new paragraphs; ``numbered``: nearly
    every paragraph opens with a number; ``first``: the column at which most first lines begin; ``inset``: the
    positions of the lines of a PDF show that first lines are indented.
    """

    wrapped: bool = False
    width: float = 0.0
    slack: float = 0.0
    gap: float = 0.0
    spaced: bool = False
    indented: bool = False
    trailing: bool = False
    size: float | None = None
    margin: float = 0.0
    formulas: bool = False
    numbered: bool = False
    first: float = 0.0
    tight: float = 1.0
    inset: bool = False


def columns(text: str) -> int:
    """The columns that ``text`` takes in a monospaced font."""
    return len(text) if text.isascii() else sum(2 if is_wide(char) else 1 for char in text)


def first_word(text: str) -> str:
    """The start of ``text`` that is never broken: a word, or a Chinese character, and the punctuation after it."""
    if text[0] in _OPENERS and len(text) > 1:
        return text[0] + first_word(text[1:])
    match = _WORD.match(text)
    end = match.end() if match else 1
    while text[end : end + 1] and text[end] in _KEEPS:
        end += 1
    mark = _MARK_BEHIND.match(text, end) if end > 1 else None
    return text[: mark.end() if mark else end]


def rows_of(lines: Sequence[Line]) -> list[LayoutLine]:
    """The lines that are not blank, with indents and gaps.

    In plain text these are leading blanks and blank lines; lines with geometry have them from their position on the
    page, where the left edge of the text is column 0.
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
    """The text without double blanks, with which some tools justify lines."""
    return _DOUBLE.sub(" ", text)


def _placed(lines: Sequence[Line]) -> list[LayoutLine]:
    inked = [line for line in lines if line.text.strip()]
    size = _common(round(line.size * 2) / 2 for line in inked if line.size for _ in line.text) or _SIZE
    lefts = sorted(line.left for line in inked if line.left is not None)
    # The margin is where text usually begins; a few labels may be further left.
    margin = lefts[len(lefts) // _HANGING] if lefts else 0.0
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
            # A line above the previous one opens a new column.
            cut = step < -own
            gap = max(0.0, step / pitch - 1) if not cut else 0.0
        text = line.text.strip()
        rows.append(
            LayoutLine(line, text, (left - margin) / (size / 2), (right - margin) / (size / 2), gap, False, cut, own)
        )
        above = line
    return rows


def _pitch(lines: Sequence[Line], size: float) -> float:
    step = _common(
        round(below.bottom - above.bottom, 0)
        for above, below in itertools.pairwise(lines)
        if above.bottom is not None and below.bottom is not None and above.page == below.page
        if _PITCH[0] * size < below.bottom - above.bottom < _PITCH[2] * size
    )
    return max(size, step or size * _PITCH[1])


def room_for_more(above: LayoutLine, word: str) -> float:
    """The columns that ``word`` would take after the text of ``above``, including the space between them."""
    return above.room(word if is_wide(word[0]) or is_wide(above.text[-1]) else f" {word}")


def fits(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    """Whether there was room for the first word of ``below`` on ``above``.

    Where full lines are uneven, a line that ends a sentence must be as full as most lines are.
    """
    if above.line.full is not None:
        return not above.line.full
    slack = min(layout.slack, layout.tight) if above.stopped else layout.slack
    return _needed(above, below) <= layout.width - slack


def fitted(rows: Sequence[LayoutLine]) -> tuple[Sequence[LayoutLine], Layout]:
    """The rows with their widths in the right kind of font, and the layout.

    Both a monospaced and a proportional font are tried: the one in which full lines are more even is chosen.
    """
    layout = _measure(rows)
    if not rows or rows[0].size is not None or (layout.wrapped and layout.slack <= _EVEN):
        return rows, layout
    proportional = [replace(row, right=row.indent + half_ems(_closed(row.text)), proportional=True) for row in rows]
    other = _measure(proportional)
    better = other.wrapped and (not layout.wrapped or other.slack / other.width < _BETTER * layout.slack / layout.width)
    return (proportional, other) if better else (rows, layout)


def _measure(rows: Sequence[LayoutLine]) -> Layout:
    """Measure the layout of a document.

    The evidence is the pairs of lines that surely belong together, where a word is followed by a word in lower case or
    a Chinese character by another: they show where full lines end and how large the gap between them is.
    """
    size = _common(row.size for row in rows if row.size is not None)
    pairs = list(itertools.pairwise(rows))
    reach = _quantile(sorted(row.right for row in rows), 0.9)
    sure = [(above, below) for above, below in pairs if _sure(above, below, reach)]
    gap = _common(round(below.gap) for _, below in sure) or 0.0
    sure = [pair for pair in sure if round(pair[1].gap) <= gap]
    spaced = _is_spaced(pairs, gap, reach)
    margin = _common(row.indent for row in rows) or 0.0
    plain = Layout(width=reach, gap=gap, spaced=spaced, size=size, margin=margin)
    few = len(sure) < max(1 if spaced else 2, _SURE * len(rows))
    if few and (len(sure) < 2 or max(row.right for row in rows) > max(above.right for above, _ in sure) + _EVEN):
        # Two or three continued lines prove nothing where most paragraphs have one line, and some a longer one.
        return plain
    rights = sorted(above.right for above, _ in sure)
    needed = sorted(_needed(above, below) for above, below in sure)
    width, slack = _width_and_slack(rights, needed)
    if few and slack > _APART * width:
        return plain
    # The space between a Chinese character and a Latin letter at the end of a line is not visible.
    wide = any(is_wide(above.text[-1]) for above, _ in sure)
    slack = max(2.0 if wide else 1.0, slack + _HALF)
    if slack > _EVEN:
        # In a proportional font the rarest line ends fall shorter than any of the sure ones.
        slack *= _RARE
    if len(sure) < _FEW and wide:
        slack = max(slack, _FEW_SLACK * width)
    if slack > _SLACK * width and (not spaced or gap > 0):
        return plain
    if not _is_line_width(width, rows):
        return plain
    tight = max(1.0 if rows[0].proportional else _EVEN, width - _quantile(needed, _MOST))
    slack = min(slack, _SLACK * width)
    draft = Layout(True, width, slack, gap, spaced, size=size, tight=tight)
    full = [not fits(above, below, draft) for above, below in pairs]
    inner = [
        above.indent - below.indent
        for (above, below), f in zip(pairs, full, strict=True)
        if f and round(below.gap) <= gap and not below.cut
    ]
    indented = sum(_INDENT[0] <= step <= _INDENT[1] for step in inner) > _INDENTED * len(inner)
    margin = _common(round(below.indent * 2) / 2 for _, below in sure) or 0.0
    return replace(
        draft,
        indented=indented,
        trailing=_trailing(rows, full),
        margin=margin,
        first=_common(row.indent for row in rows if row.indent > margin + _INDENT[0]) or margin,
    )


def _is_line_width(width: float, rows: Sequence[LayoutLine]) -> bool:
    """Whether lines may be wrapped at ``width``: it is a usual one, and few rows are much longer."""
    least = _NARROWEST if rows[0].size is None else 0.0
    longer = sum(row.right > width + max(_EVEN, _LONGER * width) for row in rows)
    return least <= width <= _WIDEST and longer <= _MOST * len(rows)


def _width_and_slack(rights: Sequence[float], needed: Sequence[float]) -> tuple[float, float]:
    """The column at which lines are wrapped, and how far short of it a full line ends, from the sure pairs."""
    widths = [_quantile(rights, share) for share in _LONGEST]
    for width, shorter in itertools.zip_longest(widths, widths[1:]):
        if shorter is not None and shorter < (1 - _APART) * width:
            continue  # a few lines are much longer: notes in small print, two lines in one
        slack = width - _shortest_full(needed, width)
        if slack > _SLACK * width:
            slack = width - _quantile(needed, _OUTLIERS[1])
        if slack <= _SLACK * width:
            break
    return width, slack


def is_numbered(rows: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether nearly all rows that surely begin a paragraph begin with a number, as in reports."""
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
    """Whether gaps separate paragraphs: after a short line that ends a sentence, a larger gap follows.

    Headings, notes and page marks have gaps in any layout, so the gaps of other rows prove nothing.
    """
    ends = [below for above, below in pairs if above.stopped and above.right < _SHORT * reach and not below.cut]
    if len(ends) < _FEW_ENDS:
        return sum(round(below.gap) > gap for _, below in pairs) > _SPACED_FEW * len(pairs)
    return sum(round(below.gap) > gap for below in ends) >= _SPACED * len(ends)


def _sure(above: LayoutLine, below: LayoutLine, reach: float) -> bool:
    """Whether the lines surely belong to one paragraph; a centred heading or a row of a table does not count."""
    if below.cut or above.stopped or abs(below.gap - round(below.gap)) > _RAISED:
        return False
    if above.right - above.indent < _LEAST * reach or "   " in above.text or "\t" in above.text:
        return False
    last, first = above.text[-1], below.text[0]
    if first.islower():
        return last.isalnum() or last in ",-"
    return is_wide(last) and is_wide(first) and last.isalnum() and first.isalnum()


def _needed(above: LayoutLine, below: LayoutLine) -> float:
    """The column at which ``above`` would have ended with the first word of ``below``."""
    return above.right + room_for_more(above, first_word(below.text))


def _shortest_full(needed: Sequence[float], width: float) -> float:
    """The column that the shortest full line needs, from the sorted columns that all sure pairs need.

    Headings of two lines look like continued lines, and in a short document there may be many of them. They fall short
    of the margin by any amount, full lines by similar amounts: full lines end at the first large difference.
    """
    at = int(len(needed) * _OUTLIERS[1])
    while at > int(len(needed) * _OUTLIERS[0]) and needed[at] - needed[at - 1] <= max(_EVEN, _APART * width):
        at -= 1
    return needed[at]


def _quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the sorted values lie, 0 for none."""
    return values[int(len(values) * share)] if values else 0.0


def _common(values: Iterable[float]) -> float | None:
    return max(counted, key=counted.__getitem__) if (counted := Counter(values)) else None


def _trailing(rows: Sequence[LayoutLine], full: Sequence[bool]) -> bool:
    """Whether a blank at the end of a line marks the end of a paragraph.

    It does where lines without one reach the margin and rarely end a sentence, and where lines with one mostly fall
    short of the margin or end in a full stop or comma.
    """
    ends = [
        above.stopped or above.ending in _COMMAS or not f
        for above, f in zip(rows, full, strict=False)
        if above.trailing
    ]
    inside = [f and not above.stopped for above, f in zip(rows, full, strict=False) if not above.trailing]
    if min(len(ends), len(inside)) < _TRAILING_LEAST * len(rows):
        return False
    return sum(ends) >= _TRAILING * len(ends) and sum(inside) >= _TRAILING * len(inside)
