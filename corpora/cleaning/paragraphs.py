"""Group the lines of the text into paragraphs, headings, list items and blocks of code.

Three kinds of evidence show that a line continues the one above: the one above reaches the margin (the next word
would not have fitted), nothing ends it (no full stop, no trailing blank where that marks an end), and the line does
not look like a first line (no marker, no indent, no gap). Which evidence counts most depends on the layout that
`corpora.cleaning.layout.fitted` found; across a page break, where indents and gaps mean nothing, the text decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpora.cleaning.aligned_tables import find_grid
from corpora.cleaning.drawn_tables import is_table_line
from corpora.cleaning.large_print import heading_end, sizes_differ
from corpora.cleaning.layout import Layout, LayoutLine, first_word, fits, room_for_more
from corpora.cleaning.listings import is_code, is_prose, reads_on
from corpora.cleaning.widths import is_wide
from corpora.text.markers import FAMILIES, follows, parse_bullet, parse_marker

__all__ = ["LineGroup", "group"]

_COMMAS = ",，、"
_FENCE = re.compile(r"^(?:```+|~~~+)")
_SETEXT = re.compile(r"^(=+|-+|\*+|~+|\^+|#+)$")
_NOTE_MARK = re.compile(r"^\^?\[\d{1,3}\]")
#: Words that open a clause of a resolution in the style of the United Nations (Editorial Manual, "Resolutions").
_CLAUSE = re.compile(
    r"(?:Acknowledging|Affirming|Alarmed|Appreciating|Aware|Bearing in mind|Cognizant|Commending|Concerned|Conscious"
    r"|Considering|Convinced|Deeply|Deploring|Desiring|Desirous|Determined|Emphasizing|Encouraged|Expressing|Gravely"
    r"|Guided|Having|Highlighting|Mindful|Noting|Reaffirming|Realizing|Recalling|Recognizing|Reiterating|Stressing"
    r"|Taking (?:note|into)|Underlining|Underscoring|Welcoming)\b"
    r"|[又还還也并並]?(?:深切|严重|嚴重|赞赏地|讚賞地|满意地|滿意地|关切地|關切地|欣慰地|遗憾地)?"
    r"(?:回顾|回顧|重申|认识到|認識到|注意到|欣见|欣見|铭记|銘記|强调|強調|考虑到|考慮到|关切|關切|深信|意识到|意識到"
    r"|确认|確認|承认|承認|申明|念及|决心|決心|表示|肯定|审议了|審議了)"
)
_SECTIONS = ("upper-letter-dot", "upper-roman-dot")
_MARKED_COMMA = re.compile(r"[,;，；]\d{1,3}$")  # a comma and a footnote mark: "September 2023,2"
_CLAUSES = ("number-dot", "letter-paren", "roman-paren", "han-comma", "han-paren", "upper-roman-dot", "circled")
_STEP = 0.8  # columns; rows whose indents differ by less are aligned
_MARKER_STEP = 1.5  # columns; a number that is indented by more opens a list item
_BREAK_GAP = 4  # blank lines, at most, that a page break without a mark adds between two lines of a paragraph
_UNUSED = 8  # columns, at least, that a line ending early leaves unused
_NEARLY_FULL = 0.9  # share of the line that a full centred line fills, the next word included
_FULL_ENGLISH, _FULL_CHINESE = 0.6, 0.85  # share of the width that a line reaches whose sentence continues below
_EARLY = 0.34  # least share of lines ending early in a listing
_UNDERLINE = 3  # columns by which a heading and its underline may differ in length
_DEEPEST = 8  # columns; a line that is indented by more is in a box, or centred
_HANGING = 12  # columns, at most, by which the text of a list item is indented below its marker
_LONG = 60  # columns; in text that is not wrapped, a shorter Chinese line is a line of its own


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Rows that form one block: ``form`` is "text", "code", "table", "cell", "setext1" or "setext2" (underlined)."""

    rows: tuple[LayoutLine, ...]
    form: str = "text"

    @property
    def first(self) -> LayoutLine:
        """The first row."""
        return self.rows[0]


def group(rows: Sequence[LayoutLine], layout: Layout) -> list[LineGroup]:
    """Group the rows of the body, in order; every row is in exactly one group, except for fences and underlines."""
    groups: list[LineGroup] = []
    chunk: list[LayoutLine] = []
    index = 0
    # In a PDF one such paragraph shows it for all, also for those of a single line.
    layout = replace(layout, inset=_is_inset(rows, layout))

    def close() -> None:
        if chunk:
            groups.extend(_split(chunk, layout))
            chunk.clear()

    while index < len(rows):
        row = rows[index]
        fence = _FENCE.match(row.text)
        end = next((i for i in range(index + 1, len(rows)) if rows[i].text.startswith(fence[0])), 0) if fence else 0
        if end:
            close()
            if end > index + 1:
                groups.append(LineGroup(tuple(rows[index + 1 : end]), "code"))
            index = end + 1
            continue
        heading = heading_end(rows, index, layout)
        if heading:
            close()
            groups.append(LineGroup(tuple(rows[index:heading])))
            index = heading
            continue
        grid = find_grid(rows, index, layout)
        if grid is not None:
            close()
            index, cells = grid
            groups += [LineGroup(cell, "cell") for cell in cells]
            continue
        if len(chunk) == 1 and _underlines(chunk[0], row):
            groups.append(LineGroup(tuple(chunk), "setext2" if row.text.strip("=*#") else "setext1"))
            chunk.clear()
        else:
            if chunk and not _same_chunk(chunk, row, layout):
                close()
            chunk.append(row)
        index += 1
    close()
    return groups


def _is_inset(rows: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether, where positions are known, indented first lines return to the margin, and few items hang from it."""
    pairs = [pair for pair in pairwise(rows) if pair[0].line.full is not None]
    returns = sum(_returns_to_margin(*pair, layout) for pair in pairs)
    hangs = sum(_hangs(*pair, layout) for pair in pairs)
    return returns > 2 * hangs


def _hangs(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    """Whether a full line at the margin continues in an indented one, as the items of some lists do."""
    close = not below.cut and round(below.gap) <= layout.gap
    return (
        close
        and above.indent <= layout.margin
        and _is_indented(below, layout)
        and not above.stopped
        and bool(above.line.full)
    )


def _underlines(above: LayoutLine, row: LayoutLine) -> bool:
    return bool(_SETEXT.match(row.text)) and row.gap == 0 and abs(row.right - above.right) <= _UNDERLINE


def _same_chunk(chunk: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether nothing clearly separates the row from those above: a blank line, a table, another type size."""
    above = chunk[-1]
    if is_table_line(above.text) or is_table_line(row.text):
        return is_table_line(above.text) and is_table_line(row.text) and row.gap <= layout.gap
    if sizes_differ(above, row) or (_weights_differ(above, row) and not row.text[0].islower()):
        return False
    if row.cut:
        return _continues_over_break(above, row, layout)
    if not layout.wrapped:
        return round(row.gap) <= layout.gap and (reads_on(above, row) or is_code((*chunk, row)))
    return round(row.gap) <= layout.gap or (
        row.gap <= layout.gap + _BREAK_GAP and _continues_over_gap(above, row, layout)
    )


def _continues_over_gap(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a paragraph continues over a gap that a page break without a mark may have left."""
    if fits(above, row, layout) or above.stopped or parse_marker(row.text) is not None:
        return False
    if layout.spaced:
        # Some tools put a blank line above a line with a raised footnote mark.
        return row.gap <= layout.gap + 1 and row.text[0].islower() and above.text[-1].isalnum()
    if layout.trailing:
        return not above.trailing
    return above.ending not in _COMMAS and row.text[0].islower()


def _split(chunk: Sequence[LayoutLine], layout: Layout) -> list[LineGroup]:
    """The groups of a chunk: one table, one listing, or paragraphs and list items."""
    rows = tuple(chunk)
    if is_table_line(rows[0].text):
        return [LineGroup(rows, "table" if len(rows) > 1 else "text")]
    if is_code(rows) and not any(row.cut for row in rows[1:]):
        return [LineGroup(rows, "code")]
    if not layout.wrapped and not any(row.cut for row in rows):
        return [LineGroup(rows)] if is_prose(rows) else [LineGroup((row,)) for row in rows]
    listings = layout.spaced and layout.wrapped and not is_prose(rows)
    # A chunk without bullets and ended sentences is either one listing or none of it is.
    mixed = any(parse_bullet(row.text) for row in rows) or any(_ended(*pair, layout) for pair in pairwise(rows))
    if listings and not mixed and _is_listing(rows, layout):
        return [LineGroup(rows, "code")]
    groups: list[LineGroup] = []
    current = [rows[0]]
    # Blank lines separate the articles, indents the paragraphs within them.
    inset = layout.spaced and any(_returns_to_margin(*pair, layout) for pair in pairwise(rows))
    for row in rows[1:]:
        first = inset or (layout.inset and layout.spaced and row.indent <= layout.margin + _DEEPEST)
        opens = first and current[-1].stopped and _is_indented(row, layout) and not _is_aligned(current, row)
        if not opens and _continues(current, row, layout):
            current.append(row)
        else:
            groups.append(_group_of(current, layout, listings and mixed))
            current = [row]
    return [*groups, _group_of(current, layout, listings and mixed)]


def _is_first_line(paragraph: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether a row has the indent of a first line, where first lines are indented.

    It is below a line at the margin, or below another first line that had room left or ends a sentence. The rest of an
    item may be indented too.
    """
    above = paragraph[-1]
    if not layout.margin + _STEP < row.indent <= layout.margin + _DEEPEST or _is_item(paragraph[0]):
        return False
    if above.indent <= layout.margin + _STEP:
        return True
    aligned = len(paragraph) == 1 and abs(above.indent - row.indent) <= _STEP
    return aligned and (above.line.full is False or above.stopped)


def _is_aligned(paragraph: Sequence[LayoutLine], row: LayoutLine) -> bool:
    """Whether a row is in line with the last two above it, which are one paragraph: all are in a box."""
    return len(paragraph) > 1 and all(abs(one.indent - row.indent) <= _STEP for one in paragraph[-2:])


def _returns_to_margin(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    """Whether a first line is indented and the line that continues it is at the margin."""
    close = not below.cut and round(below.gap) <= layout.gap
    return close and below.indent <= layout.margin and _is_indented(above, layout) and not fits(above, below, layout)


def _group_of(rows: Sequence[LayoutLine], layout: Layout, listings: bool) -> LineGroup:
    return LineGroup(tuple(rows), "code" if listings and _is_listing(rows, layout) else "text")


def _continues(paragraph: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether, within a chunk, the row continues the paragraph above."""
    above = paragraph[-1]
    if row.cut:
        return True
    if _opens_clause(above, row, layout) or (layout.inset and _is_first_line(paragraph, row, layout)):
        return False
    opens = _opens_item(row, paragraph, layout)
    if layout.trailing:
        # A marker after a full stop is stronger evidence than the missing blank.
        return not above.trailing and not (opens and above.stopped)
    if layout.spaced:
        ended = _is_outdented(paragraph, row, layout) or _ended(above, row, layout) or _steps_in(above, row)
        return not opens and not ended
    if not above.stopped and not opens:
        centred = _is_centred(above, layout)
        if centred and (row.text[0].islower() or above.text.endswith("-")):
            return True
        if _is_centred(row, layout) and (centred or _is_even(above, layout)):
            return _fills(above, row, layout)
        if centred and (len(paragraph) > 1 or not _fills(above, row, layout)):
            return False
    if not opens and _sentence_continues(above, row, layout):
        return True
    if opens or fits(above, row, layout):
        return False
    return _indent_continues(paragraph, row, layout)


def _sentence_continues(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a sentence continues although the line above is not quite full, as a first line that lost its indent."""
    last, first = above.text[-1], row.text[0]
    if above.stopped or _is_indented(row, layout):
        return False
    if first.islower():
        return (last.isalnum() or last in ",-") and above.right >= _FULL_ENGLISH * layout.width
    chinese = is_wide(last) and last.isalnum() and (is_wide(first) or first.isdecimal())
    return (chinese or (last.isdecimal() and is_wide(first))) and above.right >= _FULL_CHINESE * layout.width


def _is_centred(row: LayoutLine, layout: Layout) -> bool:
    """Whether a row is centred, not a first line with as much space behind it by chance."""
    return _is_even(row, layout) and abs(row.indent - layout.first) > _STEP


def _is_even(row: LayoutLine, layout: Layout) -> bool:
    """Whether the row has as much space before it as behind it."""
    left = row.indent - layout.margin
    return left > 1 and abs(left - (layout.width - row.right)) <= 1


def _fills(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a centred row is full: its text and the next word would fill the line from margin to margin."""
    text = above.room(above.text) + room_for_more(above, first_word(row.text))
    return text > _NEARLY_FULL * (layout.width - layout.margin)


def _opens_clause(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether the row opens the next clause of a resolution, where no indent or gap separates them."""
    if not layout.formulas or layout.indented or layout.spaced or layout.trailing:
        return False
    marker = parse_marker(row.text)
    if marker is not None and marker.scheme in _SECTIONS and not row.stopped and row.right < layout.width / 2:
        return True
    if above.ending not in _COMMAS and not above.stopped and not _MARKED_COMMA.search(above.text):
        return False
    if marker is not None and marker.scheme in _CLAUSES:
        return not row.text[marker.end : marker.end + 1].islower()
    return bool(_CLAUSE.match(row.text))


def _indent_continues(paragraph: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether the indent of a row is that of a continued line, where indents separate paragraphs."""
    above = paragraph[-1]
    step = row.indent - above.indent
    if len(paragraph) > 1:
        # The first line of a page may have a blank of its own.
        step = row.indent - (min(above.indent, layout.margin) if above.cut else above.indent)
        return step <= _STEP or (layout.indented and _is_unfinished(above, row))
    if step > _STEP:
        # A list item continues below its text, a centred title below its middle.
        marked = parse_marker(above.text) or parse_bullet(above.text)
        return (bool(marked) and step <= _HANGING) or (row.text[0].islower() and not above.stopped)
    if step >= -_STEP and layout.indented and _is_indented(above, layout):
        return _is_unfinished(above, row)
    return True


def _is_unfinished(above: LayoutLine, row: LayoutLine) -> bool:
    """Whether, judging by the text, the row above cannot be the end of a paragraph."""
    if not above.ending or above.stopped or above.ending in _COMMAS:
        return row.text[0].islower()
    return row.text[0].islower() or not row.text[0].isascii()


def _continues_over_break(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a paragraph continues after a page break, a footnote or a page mark."""
    if layout.trailing:
        return not above.trailing and not (above.stopped and parse_marker(row.text) is not None)
    if parse_marker(row.text) is not None or parse_bullet(row.text) is not None or _opens_clause(above, row, layout):
        return False
    if layout.inset and row.line.full is not None and row.indent <= layout.margin + _DEEPEST:
        at_margin = not _is_indented(row, layout)
        if not at_margin or above.line.full:
            return at_margin
    lower = row.text[0].islower()
    if above.stopped:
        inside = lower and above.ending not in "。！？!?"
        return inside or (_is_not_a_first_line(row, layout) and not fits(above, row, layout))
    if not layout.wrapped:
        return lower or (not row.text[0].isascii() and above.right > _LONG)
    if lower:
        return True
    deeper = _is_indented(row, layout) and layout.indented
    if above.ending in _COMMAS:
        return not fits(above, row, layout) and not deeper
    return not fits(above, row, layout)


def _is_not_a_first_line(row: LayoutLine, layout: Layout) -> bool:
    """Whether a full line at the top of a page lacks what all first lines have here: an indent, or a number."""
    if not layout.wrapped or (row.right < layout.width - max(layout.slack, _UNUSED) and not row.stopped):
        return False
    return layout.numbered or (layout.indented and not layout.spaced and row.indent <= layout.margin + 0.4)


def _opens_item(row: LayoutLine, paragraph: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether the row opens a list item, and not a wrapped line that happens to start with a number or dash."""
    above = paragraph[-1]
    runs_on = not above.stopped and not fits(above, row, layout)
    bullet = parse_bullet(row.text)
    if bullet is not None:
        other = parse_bullet(paragraph[0].text)
        if other is not None and abs(row.indent - paragraph[0].indent) < _STEP:
            return bullet[0] == other[0]
        return (
            not runs_on
            or row.indent > above.indent + _STEP
            or (other is not None and row.indent < above.indent - _STEP)
        )
    marker = parse_marker(row.text)
    if marker is None:
        return False
    first = parse_marker(paragraph[0].text)
    if first is not None and follows(parse_marker(row.text, first) or marker, first):
        return True
    if first is not None and first.family in FAMILIES and marker.value[-1:] == (1,):
        # The first item of an article follows its heading, even one that fills its line.
        return not row.text[marker.end : marker.end + 1].islower()
    # An indented second row continues the item above it.
    return not runs_on or (
        abs(row.indent - above.indent) > _MARKER_STEP and (bool(paragraph[1:]) or not _is_item(above))
    )


def _is_item(row: LayoutLine) -> bool:
    return parse_bullet(row.text) is not None or parse_marker(row.text) is not None


def _is_outdented(paragraph: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether the row is further left than the block that it would continue, where gaps separate blocks.

    The second row may do so below a full first one, whose indent means nothing there.
    """
    first = paragraph[0]
    if len(paragraph) == 1 and (layout.indented or not fits(first, row, layout)):
        return False
    return row.indent < min(member.indent for member in paragraph[-2:]) - _STEP


def _is_indented(row: LayoutLine, layout: Layout) -> bool:
    return row.indent > layout.margin + _STEP


def _weights_differ(above: LayoutLine, row: LayoutLine) -> bool:
    """Whether one of the rows is bold throughout, as headings are."""
    return above.size is not None and above.line.bold != row.line.bold


def _is_listing(rows: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether the lines of a chunk are not running text (commands, listings, verse): too many end early."""
    joints = [
        (above, below)
        for above, below in pairwise(rows)
        if not below.cut
        and not _NOTE_MARK.match(below.text)
        and not _is_item(below)
        and not _ended(above, below, layout)
    ]
    early = sum(_ends_early(above, below, layout) for above, below in joints)
    return bool(joints) and early >= _EARLY * len(joints)


def _ended(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    """Whether a paragraph ends without a blank line: a short line ends a sentence, the next line begins one."""
    if not above.ending or above.ending not in "。！？." or _NOTE_MARK.match(below.text):
        return False
    first = below.text[0]
    begins = first.isupper() or is_wide(first)
    if above.line.full is False:
        # Room for one more word means nothing where the positions are known.
        return begins or _is_indented(below, layout)
    return begins and _ends_early(above, below, layout)


def _steps_in(above: LayoutLine, row: LayoutLine) -> bool:
    """Whether a row is in a box below a line that had room left, such as "NOTE"."""
    return above.line.full is False and not above.stopped and row.indent > above.indent + _HANGING


def _ends_early(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    return above.right + room_for_more(above, first_word(below.text)) <= layout.width - max(layout.slack, _UNUSED)
