"""Group the lines of the text into paragraphs, headings, list items and blocks of code.

Three kinds of evidence say that a line goes on the one above: the one above runs to the margin (the next
word would not have fitted), nothing ends it (no stop, no blank at its end where that is a sign), and the
line does not stand like a first line (no marker, no indent, no gap). Which of them counts most depends on
the layout that `cleaning_layout.fitted` found; across a page break, where indents and gaps tell nothing,
the text itself decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpora.cleaning.aligned_tables import find_grid
from corpora.cleaning.drawn_tables import is_table_line
from corpora.cleaning.layout import Layout, LayoutLine, first_word, fits, room_for_more
from corpora.cleaning.widths import is_wide
from corpora.text.markers import FAMILIES, follows, parse_bullet, parse_marker

__all__ = ["LineGroup", "group"]

_COMMAS = ",，、"
_FENCE = re.compile(r"^(```+|~~~+)")
_SETEXT = re.compile(r"^(=+|-+|\*+|~+|\^+|#+)$")
_NOTE_MARK = re.compile(r"^\^?\[\d{1,3}\]")
#: What a clause of a resolution opens with, in the house style of the United Nations (Editorial Manual, "Resolutions").
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
_MARKED_COMMA = re.compile(r"[,;，；]\d{1,3}$")  # a comma and the mark of a note: "September 2023,2"
_CLAUSES = ("number-dot", "letter-paren", "roman-paren", "han-comma", "han-paren", "upper-roman-dot", "circled")
_LOST = 4  # blank lines that a page break adds between the lines of a paragraph
_ROOM = 8  # columns that a line leaves unused before it counts as broken off
_NEARLY = 0.9  # of the line, that the text of a full line of a title fills with the next word
_LOWER, _WIDE = 0.6, 0.85  # of the width: lines that a sentence may run over, in lower case and in Chinese
_LOOSE = 0.34  # the share of lines that break off early, from which on a run of lines is no running text


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Rows that belong together. ``form`` is "text", "code", "table", "cell" or "setext1"/"setext2" (underlined)."""

    rows: tuple[LayoutLine, ...]
    form: str = "text"

    @property
    def first(self) -> LayoutLine:
        """The row that opens the piece."""
        return self.rows[0]


def group(rows: Sequence[LayoutLine], layout: Layout) -> list[LineGroup]:
    """Group the rows of the body, in order; every row is in exactly one piece, but for fences and underlines."""
    pieces: list[LineGroup] = []
    chunk: list[LayoutLine] = []
    index = 0

    def close() -> None:
        if chunk:
            pieces.extend(_cut_up(chunk, layout))
            chunk.clear()

    while index < len(rows):
        row = rows[index]
        fence = _FENCE.match(row.text)
        end = next((i for i in range(index + 1, len(rows)) if rows[i].text.startswith(fence[1])), 0) if fence else 0
        if end:
            close()
            if end > index + 1:
                pieces.append(LineGroup(tuple(rows[index + 1 : end]), "code"))
            index = end + 1
            continue
        grid = find_grid(rows, index, layout) if fence is None else None
        if grid is not None:
            close()
            index, cells = grid
            pieces += [LineGroup(cell, "cell") for cell in cells]
            continue
        if len(chunk) == 1 and _underlines(chunk[0], row):
            pieces.append(LineGroup((chunk[0],), "setext1" if row.text[0] in "=*#" else "setext2"))
            chunk.clear()
        else:
            if chunk and not _same_chunk(chunk, row, layout):
                close()
            chunk.append(row)
        index += 1
    close()
    return pieces


def _underlines(above: LayoutLine, row: LayoutLine) -> bool:
    return bool(_SETEXT.match(row.text)) and row.gap == 0 and abs(row.right - above.right) <= 3


def _same_chunk(chunk: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether nothing parts the row from those above for sure: blanks between paragraphs, a table, a size."""
    above = chunk[-1]
    if is_table_line(above.text) or is_table_line(row.text):
        return is_table_line(above.text) and is_table_line(row.text) and row.gap <= layout.gap
    if _sizes_differ(above, row) or (_faces_differ(above, row) and not row.text[0].islower()):
        return False
    if row.cut:
        return _over_cut(above, row, layout)
    if not layout.wrapped:
        return False
    return round(row.gap) <= layout.gap or (row.gap <= layout.gap + _LOST and _clearly_unfinished(above, row, layout))


def _clearly_unfinished(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a paragraph goes on over a gap that a page break without a mark may have left."""
    if fits(above, row, layout) or above.stopped or parse_marker(row.text) is not None:
        return False
    if layout.spaced:
        # A line with a raised mark stands further off in what some tools draw out of a PDF.
        return row.gap <= layout.gap + 1 and row.text[0].islower() and above.text[-1].isalnum()
    if layout.trailing:
        return not above.trailing
    return above.ending not in _COMMAS and row.text[0].islower()


def _cut_up(chunk: Sequence[LayoutLine], layout: Layout) -> list[LineGroup]:
    """The pieces of a chunk: one table, one listing, or paragraphs and list items."""
    rows = tuple(chunk)
    if is_table_line(rows[0].text):
        return [LineGroup(rows, "table" if len(rows) > 1 else "text")]
    listings = layout.spaced and layout.wrapped
    # Bullets and ended sentences show that a chunk holds several paragraphs; else it is a listing whole or not at all.
    mixed = any(parse_bullet(row.text) for row in rows) or any(_ended(*pair, layout) for pair in pairwise(rows))
    if listings and not mixed and _is_listing(rows, layout):
        return [LineGroup(rows, "code")]
    pieces: list[LineGroup] = []
    current = [rows[0]]
    # Blank lines part the articles, indents the paragraphs within: seen where a line goes back to the margin.
    inset = layout.spaced and any(_goes_back(*pair, layout) for pair in pairwise(rows))
    for row in rows[1:]:
        opens = inset and current[-1].stopped and row.indent > layout.margin + 0.8
        if not opens and _goes_on(current, row, layout):
            current.append(row)
        else:
            pieces.append(_settled(current, layout, listings and mixed))
            current = [row]
    return [*pieces, _settled(current, layout, listings and mixed)]


def _goes_back(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    """Whether a first line stands in, and the line that goes on with it at the margin."""
    return above.indent > layout.margin + 0.8 >= below.indent + 0.8 and not fits(above, below, layout)


def _settled(rows: Sequence[LayoutLine], layout: Layout, listings: bool) -> LineGroup:
    return LineGroup(tuple(rows), "code" if listings and _is_listing(rows, layout) else "text")


def _goes_on(piece: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether, within a chunk, the row goes on the paragraph above."""
    above = piece[-1]
    if row.cut:
        return True
    if _opens_clause(above, row, layout):
        return False
    opens = _opens_item(row, piece, layout)
    if layout.trailing:
        # The sign is sure where the rest agrees; a marker after a stop outweighs it.
        return not above.trailing and not (opens and above.stopped)
    if layout.spaced:
        return not opens and not _dedented(piece, row, layout) and not _ended(above, row, layout)
    if not above.stopped and not opens:
        centred = _is_centred(above, layout)
        if centred and (row.text[0].islower() or above.text.endswith("-")):
            return True
        if _is_centred(row, layout) and (centred or _is_even(above, layout)):
            return _fills(above, row, layout)
        if centred and (len(piece) > 1 or not _fills(above, row, layout)):
            return False
    if not opens and _runs_on(above, row, layout):
        return True
    if fits(above, row, layout) or (opens and (above.stopped or row.indent > layout.margin + 0.8)):
        return False
    return _stands_within(piece, row, layout)


def _runs_on(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a sentence plainly goes on, though the line above is not quite full: a first line, for one, of which the
    indent was lost.
    """
    last, first = above.text[-1], row.text[0]
    if above.stopped or row.indent > layout.margin + 0.8:
        return False
    if first.islower():
        return (last.isalnum() or last in ",-") and above.right >= _LOWER * layout.width
    chinese = is_wide(last) and last.isalnum() and (is_wide(first) or first.isdecimal())
    return (chinese or (last.isdecimal() and is_wide(first))) and above.right >= _WIDE * layout.width


def _is_centred(row: LayoutLine, layout: Layout) -> bool:
    """Whether a row is set in the middle, and is no first line that ends as far from the margin by chance."""
    return _is_even(row, layout) and abs(row.indent - layout.first) > 0.8


def _is_even(row: LayoutLine, layout: Layout) -> bool:
    """Whether as much white stands before the row as behind it."""
    left = row.indent - layout.margin
    return left > 1 and abs(left - (layout.width - row.right)) <= 1


def _fills(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a row set in the middle is full: its text and the next word would fill the line from margin to margin."""
    text = above.room(above.text) + room_for_more(above, first_word(row.text))
    return text > _NEARLY * (layout.width - layout.margin)


def _opens_clause(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether, where nothing else parts them, the row opens the next clause of a resolution."""
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


def _stands_within(piece: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether the indent of a row suits a line that goes on, where indents part paragraphs."""
    above = piece[-1]
    step = row.indent - above.indent
    if len(piece) > 1:
        # The first line of a page may stand off by a blank of its own.
        step = row.indent - (min(above.indent, layout.margin) if above.cut else above.indent)
        return step <= 0.8 or (layout.indented and _unfinished(above, row))
    if step > 0.8:
        # A hanging list item goes on under its text, a title in the middle of the next line.
        marked = parse_marker(above.text) or parse_bullet(above.text)
        return (bool(marked) and step <= 12) or (row.text[0].islower() and not above.stopped)
    if step >= -0.8 and layout.indented and above.indent > layout.margin + 0.8:
        return _unfinished(above, row)
    return True


def _unfinished(above: LayoutLine, row: LayoutLine) -> bool:
    """Whether the row above cannot be the end of a paragraph, as far as the text tells."""
    if not above.ending or above.stopped or above.ending in _COMMAS:
        return row.text[0].islower()
    return row.text[0].islower() or not row.text[0].isascii()


def _over_cut(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a paragraph goes on behind a page break, a footnote or a page mark."""
    if layout.trailing:
        return not above.trailing and not (above.stopped and parse_marker(row.text) is not None)
    if parse_marker(row.text) is not None or parse_bullet(row.text) is not None or _opens_clause(above, row, layout):
        return False
    lower = row.text[0].islower()
    if above.stopped:
        inside = lower and above.ending not in "。！？!?"
        return inside or (_is_no_first_line(row, layout) and not fits(above, row, layout))
    if not layout.wrapped:
        return lower or (not row.text[0].isascii() and above.right > 60)
    if lower:
        return True
    deeper = row.indent > layout.margin + 0.8 and layout.indented
    if above.ending in _COMMAS:
        return not fits(above, row, layout) and not deeper
    return not fits(above, row, layout)


def _is_no_first_line(row: LayoutLine, layout: Layout) -> bool:
    """Whether a full line at the top of a page lacks what first lines have here: an indent, or a number throughout."""
    if not layout.wrapped or (row.right < layout.width - max(layout.slack, _ROOM) and not row.stopped):
        return False
    return layout.numbered or (layout.indented and not layout.spaced and row.indent <= layout.margin + 0.4)


def _opens_item(row: LayoutLine, piece: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether the row opens with a list marker or bullet that is one, not a number that a line happens to open with."""
    above = piece[-1]
    runs_on = not above.stopped and not fits(above, row, layout)
    bullet = parse_bullet(row.text)
    if bullet is not None:
        other = parse_bullet(piece[0].text)
        if other is not None and abs(row.indent - piece[0].indent) < 0.8:
            return bullet[0] == other[0]
        return not runs_on or row.indent > above.indent + 0.8 or (other is not None and row.indent < above.indent - 0.8)
    marker = parse_marker(row.text)
    if marker is None:
        return False
    first = parse_marker(piece[0].text)
    if first is not None and follows(parse_marker(row.text, first) or marker, first):
        return True
    if first is not None and first.family in FAMILIES and marker.value[-1:] == (1,):
        # The first item of an article stands below its heading, however long that is.
        return not row.text[marker.end : marker.end + 1].islower()
    return not runs_on or (abs(row.indent - above.indent) > 1.5 and not _hangs(piece))


def _hangs(piece: Sequence[LayoutLine]) -> bool:
    """Whether the piece is an item of one row so far, so that a deeper second row is its own."""
    return len(piece) == 1 and _is_item(piece[0])


def _is_item(row: LayoutLine) -> bool:
    return parse_bullet(row.text) is not None or parse_marker(row.text) is not None


def _dedented(piece: Sequence[LayoutLine], row: LayoutLine, layout: Layout) -> bool:
    """Whether, in a layout of blocks, the row stands further out than the block it would go on.

    The second row may do so below a first one that is full: blocks are parted by gaps there, whatever their first
    lines are indented by.
    """
    if len(piece) == 1 and (layout.indented or not fits(piece[0], row, layout)):
        return False
    return row.indent < min(member.indent for member in piece[-2:]) - 0.8


def _sizes_differ(above: LayoutLine, row: LayoutLine) -> bool:
    return above.size is not None and row.size is not None and abs(above.size - row.size) > 0.12 * above.size


def _faces_differ(above: LayoutLine, row: LayoutLine) -> bool:
    """Whether one of the rows is set bold throughout, as headings are."""
    return above.size is not None and above.line.bold != row.line.bold


def _is_listing(rows: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether the lines of a chunk stand for themselves (commands, listings, verse): too many break off early."""
    joints = [
        (above, below)
        for above, below in pairwise(rows)
        if not below.cut
        and not _NOTE_MARK.match(below.text)
        and not _is_item(below)
        and not _ended(above, below, layout)
    ]
    if len(rows) < 2 or not joints:
        return False
    loose = sum(_breaks_off(above, below, layout) for above, below in joints)
    return loose >= max(1, _LOOSE * len(joints))


def _ended(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    """Whether, without a blank line, a paragraph ends: a short line ends a sentence, a new one begins."""
    if not above.ending or above.ending not in "。！？." or _NOTE_MARK.match(below.text):
        return False
    first = below.text[0]
    return (first.isupper() or is_wide(first)) and _breaks_off(above, below, layout)


def _breaks_off(above: LayoutLine, below: LayoutLine, layout: Layout) -> bool:
    return above.right + room_for_more(above, first_word(below.text)) <= layout.width - max(layout.slack, _ROOM)
