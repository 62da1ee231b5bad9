"""Parts of a PDF that are not running text: listings in a typewriter face, and tables.

Joining their lines like those of paragraphs would destroy them, so they are detected by typeface and position and
read separately: a listing line by line with its indents, a table cell by cell.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from corpora.document import BlockKind
from corpora.readers.pdf.glyphs import Glyph
from corpora.readers.pdf.lines import PageLine, line

__all__ = ["PageRegion", "find_regions", "merge_rows", "sets_listings_apart"]

_ALL_MONO = 0.5  # share of lines in a typewriter face from which the face does not mark listings
_FULL = 0.9  # of the text width: a line that reaches this far may continue in the next
_TIGHT = 1.35  # ems between baselines within a paragraph
_MARKER = re.compile(
    r"[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxlc]{1,6}|[一二三四五六七八九十]{1,4})[)）.．、:]?|[•·*▪●○◦■□➢–—-]|"
    r"第.{1,6}[条條章节節款部编編]|(?:Article|Section|Chapter|Rule|Annex|Part) [\dIVXLC]+\.?"
)
_MARKER_GAP = 8  # ems: no marker is farther from its text
_COLUMN_GAP = 0.8  # ems of blank space between two columns of a table
_TABLE_ROWS = 2


@dataclass(frozen=True, slots=True)
class PageRegion:
    """Lines ``first <= n < last`` of a page that are one listing or one table; ``texts`` are the listing or the cells.

    ``members`` are the lines of each text, as positions on the page.
    """

    first: int
    last: int
    kind: BlockKind
    texts: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]


def merge_rows(lines: Sequence[PageLine]) -> list[PageLine]:
    """Join a list marker with the text that is set at a distance from it."""
    merged: list[PageLine] = []
    for row in _rows(lines):
        pieces = [lines[at] for at in row]
        if len(pieces) == 2 and _is_marked(*pieces):
            space = replace(pieces[0].glyphs[-1], char=" ")
            whole = line((*pieces[0].glyphs, space, *pieces[1].glyphs))
            pieces = [replace(whole, shift=pieces[0].shift)]
        merged += pieces
    return merged


def sets_listings_apart(lines: Sequence[PageLine]) -> bool:
    """Whether a typewriter face distinguishes listings: not in a document that is set in one throughout."""
    return sum(one.mono for one in lines) <= _ALL_MONO * len(lines)


def find_regions(lines: Sequence[PageLine], *, mono: bool) -> list[PageRegion]:
    """The listings and tables of a page, in order; ``mono`` is true if a typewriter face marks listings."""
    regions: list[PageRegion] = []
    rows = _rows(lines)
    at = 0
    while at < len(rows):
        found = (_listing(lines, rows, at) if mono else None) or _table(lines, rows, at)
        if found is not None:
            regions.append(found[0])
        at += found[1] if found is not None else 1
    return regions


def _rows(lines: Sequence[PageLine]) -> list[list[int]]:
    """Positions of neighbouring lines that are on one baseline."""
    rows: list[list[int]] = []
    for at, one in enumerate(lines):
        if rows:
            last = lines[rows[-1][-1]]
            if abs(one.base - last.base) <= 0.25 * max(one.size, last.size) and one.left >= last.right:
                rows[-1].append(at)
                continue
        rows.append([at])
    return rows


def _is_marked(marker: PageLine, text: PageLine) -> bool:
    return bool(_MARKER.fullmatch(marker.text)) and text.left - marker.right <= _MARKER_GAP * text.size


def _listing(lines: Sequence[PageLine], rows: Sequence[Sequence[int]], start: int) -> tuple[PageRegion, int] | None:
    """The listing that begins with row ``start``, and how many rows it takes."""
    if not all(lines[at].mono for at in rows[start]) or _goes_on(lines, rows, start):
        return None
    end = start + 1
    while end < len(rows) and all(lines[at].mono for at in rows[end]):
        above, below = lines[rows[end - 1][0]], lines[rows[end][0]]
        if not above.base < below.base < above.base + 3 * _TIGHT * above.size or below.shift != above.shift:
            break
        end += 1
    return _code(lines, rows[start:end]), end - start


def _goes_on(lines: Sequence[PageLine], rows: Sequence[Sequence[int]], start: int) -> bool:
    """Whether the row is the rest of a paragraph that happens to end in words of a typewriter face."""
    if not start:
        return False
    above, below = lines[rows[start - 1][-1]], lines[rows[start][0]]
    edge = max(one.right for one in lines if one.shift == below.shift)
    return (
        not above.mono
        and above.right >= _FULL * edge
        and abs(above.size - below.size) <= 0.05 * above.size
        and above.base < below.base <= above.base + _TIGHT * above.size
    )


def _code(lines: Sequence[PageLine], rows: Sequence[Sequence[int]]) -> PageRegion:
    members = tuple(at for row in rows for at in row)
    edge = min(lines[at].left for at in members)
    widths = [g.right - g.left for at in members for g in lines[at].glyphs if not g.blank and g.mono]
    advance = max(median(widths), 1.0)  # a font may state no widths
    step = min((b - a for a, b in itertools.pairwise(lines[row[0]].base for row in rows)), default=0.0)
    texts: list[str] = []
    base = 0.0
    for row in rows:
        if texts and step and lines[row[0]].base - base > 1.7 * step:
            texts.append("")
        base = lines[row[0]].base
        texts.append(_spaced([g for at in row for g in lines[at].glyphs if not g.blank], edge, advance))
    return PageRegion(members[0], members[-1] + 1, BlockKind.CODE, ("\n".join(texts),), (members,))


def _spaced(glyphs: Sequence[Glyph], edge: float, advance: float) -> str:
    """A line of a listing with as many blanks as its gaps are wide."""
    text: list[str] = []
    right = edge
    for glyph in glyphs:
        text.append(" " * round((glyph.left - right) / advance) + glyph.char)
        right = glyph.right
    return "".join(text)


def _table(lines: Sequence[PageLine], rows: Sequence[Sequence[int]], start: int) -> tuple[PageRegion, int] | None:
    """The table that begins with row ``start``, and how many rows it takes."""
    if len(rows[start]) < 2:
        return None
    end = start + 1
    last_split = start
    while end < len(rows):
        above, below = lines[rows[end - 1][0]], lines[rows[end][0]]
        if not above.base < below.base < above.base + 2.6 * above.size or below.shift != above.shift:
            break
        if len(rows[end]) > 1:
            last_split = end
        elif end - last_split > 2:
            break
        end += 1
    body = list(rows[start : last_split + 1])
    columns = _columns([lines[at] for row in body if len(row) > 1 for at in row])
    # The wrapped rest of the last row's cells is below it, in any column but the first.
    for row in rows[last_split + 1 : end]:
        if len(columns) < 2 or len(row) > 1 or lines[row[0]].left < columns[1][0] - 1:
            break
        body.append(row)
    split = [row for row in body if len(row) > 1]
    if len(columns) < 2 or len(split) < _TABLE_ROWS:
        return None
    placed = [[(at, _column(lines[at], columns)) for at in row] for row in body]
    if any(column is None for row in placed for _, column in row):
        return None
    cells = _cells(lines, placed)  # type: ignore[arg-type]
    members = tuple(tuple(cell) for cell in cells)
    texts = tuple(_cell_text([lines[at] for at in cell]) for cell in cells)
    return PageRegion(body[0][0], body[-1][-1] + 1, BlockKind.CELL, texts, members), len(body)


def _columns(pieces: Sequence[PageLine]) -> list[tuple[float, float]]:
    """Left and right edge of each column: the pieces of all rows, overlaid, leave blank space between them."""
    columns: list[tuple[float, float]] = []
    for one in sorted(pieces, key=lambda piece: piece.left):
        if columns and one.left - columns[-1][1] < _COLUMN_GAP * one.size:
            columns[-1] = (columns[-1][0], max(columns[-1][1], one.right))
        else:
            columns.append((one.left, one.right))
    return columns


def _column(piece: PageLine, columns: Sequence[tuple[float, float]]) -> int | None:
    on = [n for n, (left, right) in enumerate(columns) if piece.left < right and piece.right > left]
    return on[0] if len(on) == 1 else None


def _cells(lines: Sequence[PageLine], rows: Sequence[Sequence[tuple[int, int]]]) -> list[list[int]]:
    """The cells row by row; a row that lacks columns and is close below another continues its cells."""
    steps = [lines[b[0][0]].base - lines[a[0][0]].base for a, b in itertools.pairwise(rows)]
    close = min(steps, default=0.0) * 1.08
    airy = bool(steps) and max(steps) > close * 1.08
    width = max(len(row) for row in rows)
    table: list[dict[int, list[int]]] = []
    for number, row in enumerate(rows):
        short = len(row) < width
        wrapped = number and short and (row[0][1] > 0 or (airy and steps[number - 1] <= close))
        if not wrapped:
            table.append({})
        for at, column in row:
            table[-1].setdefault(column, []).append(at)
    return [cells[column] for cells in table for column in sorted(cells)]


def _cell_text(pieces: Sequence[PageLine]) -> str:
    text = ""
    for piece in pieces:
        glue = "" if not text or (ord(text[-1]) > 0x2E7F and ord(piece.text[0]) > 0x2E7F) else " "
        text += glue + piece.text
    return text
