"""Detect the running heads and page numbers of a PDF: they are at the same place on many pages.

From either edge of a page inwards, a row is a head if the same words, numbers aside, are at the same height on other
pages, or if it is at a height where most pages have a head (a head that changes with the chapter).
The number of a page on which nothing comes back is found by its value and its place.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpora.readers.pdf.lines import PageLine

__all__ = ["find_heads"]

_NUMBER = re.compile(r"\d{1,18}|\b[ivxlcdm]+\b", re.IGNORECASE)
_LONE = re.compile(
    r"[\W_]*#[\W_]*(?:(?:of|/|共)?[\W_]*#)?[\W_]*|第\s*#\s*[页頁].*|page\s*#(?:\s*of\s*#)?", re.IGNORECASE
)
_ZONE = 0.15  # of the page height, at either edge
_DEPTH = 4  # rows at either edge that may be heads
_PLACE = 3.0  # points by which the same place may differ
_PAGES = 3  # pages on which a row comes back (two where there are only two or three)
_APART = 2.5  # ems between the number of a single page and the text
_SLOT_SHARE = 0.4  # share of pages from which a spot is the place of heads


@dataclass(frozen=True, slots=True)
class _EdgeRow:
    """Lines on one baseline near an edge; ``key`` is their text with numbers masked, ``numbers`` those numbers."""

    page: int
    top: bool
    base: float
    size: float
    key: str
    numbers: tuple[str, ...]
    lines: tuple[int, ...]
    width: float


def find_heads(
    pages: Sequence[Sequence[PageLine]], heights: Sequence[float], widths: Sequence[float] | None = None
) -> list[set[int]]:
    """For each page, the positions of those lines in it that are running heads or page numbers."""
    widths = widths or [max((one.right for one in page), default=0.0) for page in pages]
    edges = [
        (rows, side)
        for page, (lines, height) in enumerate(zip(pages, heights, strict=True))
        for side in (True, False)
        for rows in [list(_edge(lines, page, height, widths[page], top=side))]
    ]
    places: dict[tuple[bool, str], list[_EdgeRow]] = defaultdict(list)
    for rows, side in edges:
        for row in rows:
            places[side, row.key].append(row)
    needed = 2 if len(pages) <= _PAGES else _PAGES
    repeated = {(row.page, row.lines) for rows in places.values() for row in rows if _comes_back(row, rows, needed)}
    slots = _slots([row for rows, _ in edges for row in rows if (row.page, row.lines) in repeated], len(pages))
    found: list[set[int]] = [set() for _ in pages]
    for rows, side in edges:
        for row in rows:
            if (row.page, row.lines) not in repeated and not any(_same(row, side, slot) for slot in slots):
                break
            found[row.page].update(row.lines)
    for rows, _ in edges:
        if rows and not found[rows[0].page].intersection(rows[0].lines) and _is_page_number(rows[0], pages):
            found[rows[0].page].update(rows[0].lines)
    return found


def _edge(lines: Sequence[PageLine], page: int, height: float, width: float, *, top: bool) -> Iterator[_EdgeRow]:
    """The rows in the zone at one edge, from the edge inwards."""
    limit = height * _ZONE
    order = sorted(range(len(lines)), key=lambda at: lines[at].base if top else -lines[at].base)
    rows: list[list[int]] = []
    for at in order:
        base = lines[at].base
        if not (base < limit if top else base > height - limit):
            break
        if rows and abs(lines[rows[-1][0]].base - base) <= _PLACE:
            rows[-1].append(at)
        elif len(rows) == _DEPTH:
            break
        else:
            rows.append([at])
    for row in rows:
        row.sort(key=lambda at: lines[at].left)
        if lines[row[0]].glyphs[0].raised:
            return  # a footnote; the rows further in belong to the text
        # Left and right pages have the same pieces in mirrored order.
        pieces = sorted(("".join(_NUMBER.sub("#", lines[at].text).split()), lines[at].text) for at in row)
        key = "".join(masked for masked, _ in pieces)
        numbers = tuple(number for _, text in pieces for number in _NUMBER.findall(text))
        size = max(lines[at].size for at in row)
        yield _EdgeRow(page, top, lines[row[0]].base, size, key, numbers, tuple(row), width)


def _is_page_number(row: _EdgeRow, pages: Sequence[Sequence[PageLine]]) -> bool:
    """Whether the outermost row of a page is its number although no other page has one at that place.

    It is nothing but a number, which is that of the page or set between dashes, at a distance from the text and in the
    middle or at the right edge.
    """
    if not _LONE.fullmatch(row.key) or not row.numbers or not row.numbers[0].isdecimal():
        return False
    page, own = pages[row.page], [pages[row.page][at] for at in row.lines]
    others = [one for at, one in enumerate(page) if at not in row.lines]
    if not others or (int(row.numbers[0]) != row.page + 1 and row.key == "#"):
        return False
    size = max(one.size for one in others)
    apart = min(abs(one.base - row.base) for one in others) >= _APART * row.size
    left, right = min(one.left for one in others), max(one.right for one in others)
    middle = (min(one.left for one in own) + max(one.right for one in own)) / 2
    centred = abs(middle - row.width / 2) <= 0.05 * row.width or abs(middle - (left + right) / 2) <= row.size
    at_edge = max(one.right for one in own) >= right - row.size
    return apart and row.size <= size and (centred or at_edge)


def _comes_back(row: _EdgeRow, rows: Sequence[_EdgeRow], needed: int) -> bool:
    alike = [
        other
        for other in rows
        if abs(other.base - row.base) <= _PLACE and abs(other.size - row.size) <= 0.5 and _agree(row, other)
    ]
    if len({other.page for other in alike}) >= needed:
        return True
    # Two pages are enough for a lone number that counts with the pages.
    return bool(_LONE.fullmatch(row.key)) and any(
        other.page != row.page and row.numbers != other.numbers for other in alike
    )


def _agree(row: _EdgeRow, other: _EdgeRow) -> bool:
    """Whether each number is the same on both pages or counts with them; a footnote number does neither."""
    return all(
        a == b or not (a.isdecimal() and b.isdecimal()) or int(b) - int(a) == other.page - row.page
        for a, b in zip(row.numbers, other.numbers, strict=True)
    )


def _slots(rows: Sequence[_EdgeRow], pages: int) -> list[_EdgeRow]:
    """One row for each position with heads on many pages."""
    slots: list[_EdgeRow] = []
    for row in rows:
        if not any(_same(row, slot.top, slot) for slot in slots):
            on = {other.page for other in rows if _same(other, row.top, row)}
            if pages > _PAGES and len(on) >= _SLOT_SHARE * pages:
                slots.append(row)
    return slots


def _same(row: _EdgeRow, top: bool, slot: _EdgeRow) -> bool:
    return (
        top == slot.top
        and row.top == slot.top
        and abs(row.base - slot.base) <= _PLACE
        and abs(row.size - slot.size) <= 0.5
    )
