"""Group the lines of the text into paragraphs, headings, list items and blocks of code.

Three kinds of evidence say that a line goes on the one above: the one above runs to the margin (the next
word would not have fitted), nothing ends it (no stop, no blank at its end where that is a sign), and the
line does not stand like a first line (no marker, no indent, no gap). Which of them counts most depends on
the layout that `cleaning_layout.measure` found; across a page break, where indents and gaps tell nothing,
the text itself decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpora.cleaning_layout import CLOSERS, Layout, Row, fits
from corpora.markers import Marker, parse_bullet, parse_marker

__all__ = ["Piece", "group"]

_COMMAS = ",，、"
_FENCE = re.compile(r"^(```+|~~~+)")
_SETEXT = re.compile(r"^(=+|-+)$")
_TABLE = re.compile(r"^\|.*\|$|^\+[-=+]+\+$")
_NOTE_MARK = re.compile(r"^\^?\[\d{1,3}\]")
_LOOSE = 0.34  # the share of lines that break off early, from which on a run of lines is no running text


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that belong together. ``form`` is "text", "code", "table" or "setext1"/"setext2" (underlined headings)."""

    rows: tuple[Row, ...]
    form: str = "text"

    @property
    def first(self) -> Row:
        """The row that opens the piece."""
        return self.rows[0]


def group(rows: Sequence[Row], layout: Layout) -> list[Piece]:
    """Group the rows of the body, in order; every row is in exactly one piece."""
    pieces: list[Piece] = []
    current: list[Row] = []
    index = 0

    def close() -> None:
        if current:
            pieces.extend(_settle(tuple(current), layout))
            current.clear()

    while index < len(rows):
        row = rows[index]
        fence = _FENCE.match(row.text)
        if fence:
            end = next((i for i in range(index + 1, len(rows)) if rows[i].text.startswith(fence[1])), None)
            if end is not None:
                close()
                if end > index + 1:
                    pieces.append(Piece(tuple(rows[index + 1 : end]), "code"))
                index = end + 1
                continue
        if len(current) == 1 and _underlines(current[0], row):
            pieces.append(Piece((current[0],), "setext1" if row.text[0] == "=" else "setext2"))
            current.clear()
        elif _TABLE.match(row.text) and row.gap <= layout.gap and current and _TABLE.match(current[-1].text):
            current.append(row)
        else:
            if not current or not _goes_on(current, row, layout):
                close()
            current.append(row)
        index += 1
    close()
    return pieces


def _underlines(above: Row, row: Row) -> bool:
    return bool(_SETEXT.match(row.text)) and row.gap == 0 and abs(row.right - above.right) <= 3


def _goes_on(piece: Sequence[Row], row: Row, layout: Layout) -> bool:
    above = piece[-1]
    if _TABLE.match(above.text) or _TABLE.match(row.text):
        return False
    if _sizes_differ(above, row):
        return False
    if row.cut:
        return _over_cut(piece, row, layout)
    if not layout.wrapped:
        return False
    if round(row.gap) > layout.gap:
        return False
    opens = _opens_item(row, piece, layout)
    if layout.trailing:
        # The sign is sure where the rest agrees; a marker after a stop outweighs it.
        return not above.trailing and not (opens and above.stopped)
    if layout.spaced:
        return not opens and not _dedented(piece, row, layout)
    if fits(above, row, layout) or (opens and (above.stopped or row.indent > layout.margin + 0.8)):
        return False
    return _stands_within(piece, row, layout)


def _stands_within(piece: Sequence[Row], row: Row, layout: Layout) -> bool:
    """Whether the indent of a row suits a line that goes on, where indents part paragraphs."""
    above = piece[-1]
    step = row.indent - above.indent
    if len(piece) > 1:
        return step <= 0.8 or (layout.indented and _unfinished(above, row))
    if step > 0.8:
        # A hanging list item goes on under its text.
        marked = parse_marker(above.text) or parse_bullet(above.text)
        return bool(marked) and step <= 12
    if step >= -0.8 and layout.indented and above.indent > layout.margin + 0.8:
        return _unfinished(above, row)
    return True


def _unfinished(above: Row, row: Row) -> bool:
    """Whether the row above cannot be the end of a paragraph, as far as the text tells."""
    text = above.text.rstrip(CLOSERS)
    if not text or above.stopped or text[-1] in _COMMAS:
        return row.text[0].islower()
    return row.text[0].islower() or not row.text[0].isascii()


def _over_cut(piece: Sequence[Row], row: Row, layout: Layout) -> bool:
    """Whether a paragraph goes on behind a page break, a footnote or a page mark."""
    above = piece[-1]
    if layout.trailing:
        return not above.trailing and not (above.stopped and parse_marker(row.text) is not None)
    if parse_marker(row.text) is not None or parse_bullet(row.text) is not None:
        return False
    lower = row.text[0].islower()
    if above.stopped:
        return lower and above.text.rstrip(CLOSERS)[-1] not in "。！？!?"
    if not layout.wrapped:
        return lower or (not row.text[0].isascii() and above.right > 60)
    if lower:
        return True
    deeper = row.indent > layout.margin + 0.8 and layout.indented
    if above.text[-1] in _COMMAS:
        return not fits(above, row, layout) and not deeper
    return not fits(above, row, layout)


def _opens_item(row: Row, piece: Sequence[Row], layout: Layout) -> bool:
    """Whether the row opens with a list marker or bullet that is one, not a number that a line happens to open with."""
    if parse_bullet(row.text) is not None:
        return row.indent > layout.margin + 0.8 or piece[-1].stopped or _is_item(piece[0])
    marker = parse_marker(row.text)
    if marker is None:
        return False
    return _is_item(piece[0]) or piece[-1].stopped or row.indent != piece[-1].indent or _starts(marker)


def _starts(marker: Marker) -> bool:
    return marker.value == (1,) and marker.scheme not in ("decimal", "number-dot")


def _is_item(row: Row) -> bool:
    return parse_bullet(row.text) is not None or parse_marker(row.text) is not None


def _dedented(piece: Sequence[Row], row: Row, layout: Layout) -> bool:
    """Whether, in a layout of blocks, the row stands further out than the block it would go on."""
    return row.indent < min(member.indent for member in piece[-2:]) - 0.8 and not (layout.indented and len(piece) == 1)


def _sizes_differ(above: Row, row: Row) -> bool:
    return above.size is not None and row.size is not None and abs(above.size - row.size) > 0.12 * above.size


def _settle(rows: tuple[Row, ...], layout: Layout) -> list[Piece]:
    """Tell running text from lines that stand for themselves (commands, listings, verse) and from tables."""
    if _TABLE.match(rows[0].text) and len(rows) > 1:
        return [Piece(rows, "table")]
    if not layout.spaced or len(rows) < 2:
        return [Piece(rows)]
    loose = sum(
        fits(above, below, layout) and not _NOTE_MARK.match(below.text)
        for above, below in pairwise(rows)
        if not below.cut
    )
    uneven = len({row.indent for row in rows[1:]}) > 2 or any(
        below.indent > above.indent + 0.8 for above, below in pairwise(rows[1:])
    )
    if loose >= max(1, _LOOSE * (len(rows) - 1)) or (uneven and loose):
        return [Piece(rows, "code")]
    return [Piece(rows)]
