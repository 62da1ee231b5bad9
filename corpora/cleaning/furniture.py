"""Distinguish page furniture from text: page marks, document symbols, running heads, bare links and rules.

What is printed on every page is not part of the text, and each kind is found by its own evidence: a page mark by
its words and numbers, a running head because it is repeated at the edge of page after page, a bare link because no
text leads up to it. A line that resembles one of these but continues a paragraph (a reference that happens to fill
a line) is kept.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpora.cleaning.contents import contents_pages
from corpora.cleaning.layout import Layout, LayoutLine, fits
from corpora.cleaning.listings import reads_on
from corpora.text.markers import parse_marker

__all__ = ["Furniture", "find_furniture"]

#: A document symbol of the United Nations family: letters, then parts separated by slashes, with a digit.
_SYMBOL = re.compile(r"^(?=.*\d)[A-Z]{1,8}(?:\.\d+)?(?:/[A-Z0-9][A-Za-z0-9.\-]*(?:\[[^\]]*\]|\([^)]*\))?)+[*]*$")
_JOB = re.compile(r"^(?:(?:[A-Z]{1,3}\.?)?\d{2}-\d{4,6}[*]*|\*\d{5,}\*)$")  # a job number, or one as a bar code
_COUNTER = re.compile(r"^(\d{1,4})/(\d{1,4})$")
_EXTRA = re.compile(r"^(?:\([A-Z]\)|\d{6}|[♲♻]|Page|page|页|頁|请回收|請回收|Please|recycle)$")
_PAGE = re.compile(
    r"^(?:第\s*(\d{1,4})\s*[页頁](?:\s*[,，/]?\s*共\s*\d{1,4}\s*[页頁])?|[Pp]age\s+(\d{1,4})(?:\s+of\s+\d{1,4})?"
    r"|[-–—－―─~～]\s*(\d{1,4})\s*[-–—－―─~～]|[·•]\s*(\d{1,4})\s*[·•]|\|\s*(\d{1,4})\s*\|?)$"
)
#: A page mark in words, at either end of a line with something else.
_NAMED = re.compile(
    r"第\s*(\d{1,4})\s*[页頁](?:\s*[,，/]?\s*共\s*\d{1,4}\s*[页頁])|[Pp]age\s+(\d{1,4})(?:\s+of\s+\d{1,4})?(?!\S)"
)
_APART = re.compile(r"\s{3,}|\t")  # between the pieces at the two ends of a line
_NUMBER = re.compile(r"^\d{1,4}$")
_LINK = re.compile(r"^(?:(?:https?|ftp)://|www\.)\S+$")
_MASTHEAD = re.compile(r"^(?:联\s*合\s*国|聯\s*合\s*國|United Nations|Nations Unies|Naciones Unidas)\s+")
_RULE = re.compile(r"^(?:[_\-=—–─━⎯*~.·]\s?){5,}$")
_DIGITS = re.compile(r"\d+")
_OTHERS = re.compile(r"\D+")
_EDGE = 3  # rows at either edge of a page that may contain running heads
_OFTEN = 3  # times that a running head is repeated, at least
_PAGE_ROWS = 8  # rows, at least, from one mark that is a bare number to the next
_DENSE = 0.4  # share of the pages from its first to its last that have a running head, at least: left or right ones
_SHARE = 0.2  # share of all pages that have it, at least
_SENTENCE = 40  # characters: a longer line that ends a sentence is not a running head
_LONGEST = 120  # characters of a running head, at most


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a row is if it is not text: ``step`` is the rule that found it, ``page`` the printed page number."""

    step: str
    page: int | None = None
    ends_page: bool = True


def find_furniture(rows: Sequence[LayoutLine], layout: Layout, profile: str) -> list[Furniture | None]:
    """For every row, which furniture it is, or None for text. Rules are found too, as they separate footnotes."""
    found: list[Furniture | None] = [None] * len(rows)
    counts = Counter(row.text for row in rows)
    totals = Counter(int(match[2]) for row in rows if (match := _COUNTER.match(row.text)))
    for index, row in enumerate(rows):
        above = found[index - 1] if index else None
        if _RULE.match(row.text) and row.text.strip(". "):
            found[index] = Furniture("rules", ends_page=False)
        elif match := _PAGE.match(row.text):
            found[index] = Furniture("page marks", int(next(group for group in match.groups() if group)))
        elif all(_LINK.match(word) for word in row.text.split()):
            # Outside the running text a link is what a PDF reader made of a clickable area.
            inside = above is None and _is_inside(rows[max(0, index - 1) : index + 2], layout)
            if (profile == "un" or above is not None) and not inside and not _goes_on(rows, index, found, layout):
                found[index] = Furniture("bare links")
        else:
            item = _by_words(row, totals)
            symbols = item is not None and item.step == "document symbols"
            cited = symbols and counts[row.text] == 1 and _goes_on(rows, index, found, layout)
            found[index] = None if cited else item
    for index in contents_pages([row.text for row in rows]):
        found[index] = found[index] or Furniture("contents pages", ends_page=False)
    _marks_beside_text(rows, found)
    _heads(rows, found, layout)
    _numbers(rows, found, layout)
    return found


def _by_words(row: LayoutLine, totals: Counter[int]) -> Furniture | None:
    """What a row is of which every word is a page counter, a job number, a document symbol, or what is next to them.

    ``totals`` counts the rows that are a page counter by the number of pages.
    """
    words = _MASTHEAD.sub("", row.text).split()
    counters = [match for word in words if (match := _COUNTER.match(word))]
    numbers = [word for word in words if _NUMBER.match(word)]
    jobs = sum(bool(_JOB.match(word)) for word in words)
    symbols = sum(bool(_SYMBOL.match(word)) for word in words)
    others = sum(bool(_EXTRA.match(word)) for word in words)
    if jobs == len(numbers) == 1 and others + 2 == len(words):
        return Furniture("page marks", int(numbers[0]))
    if jobs + symbols + others + len(counters) < len(words):
        return None
    if counters:
        page, pages = map(int, counters[0].groups())
        sure = len(words) > 1 or totals[pages] > 1 or row.cut
        return Furniture("page marks", page) if page <= pages and sure else None
    if jobs or "回收" in row.text or "recycle" in row.text:
        return Furniture("page marks")
    return Furniture("document symbols", ends_page=False) if symbols else None


def _marks_beside_text(rows: Sequence[LayoutLine], found: list[Furniture | None]) -> None:
    """Mark lines of two pieces, a page mark and a running head at the two ends, with increasing page numbers."""
    alike: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        pieces = _pieces(row.text) if found[index] is None else None
        if pieces is not None:
            number, rest = pieces
            alike.setdefault(rest, []).append((index, number))
    for rest, marks in alike.items():
        rising = all(b[1] > a[1] and (rest[0] or b[0] - a[0] >= _PAGE_ROWS) for a, b in pairwise(marks))
        if rising and len(marks) >= (2 if rest[0] else _OFTEN):
            for index, number in marks:
                found[index] = Furniture("page marks", number)


def _pieces(text: str) -> tuple[int, tuple[str, ...]] | None:
    """The page number of a line that has one at either end, and what else is on the line: whether the page mark is in
    words, and the words beside it.
    """
    for named in _NAMED.finditer(text):
        beside = (text[: named.start()] + text[named.end() :]).strip()
        if beside and 0 in (named.start(), len(text) - named.end()):
            return int(named[1] or named[2]), ("named", _key(beside))
    parts = _APART.split(text)
    marks = [part for part in (parts[0], parts[-1]) if _NUMBER.match(part) or _PAGE.match(part)]
    if len(marks) != 1 or len(parts) not in (2, 3):
        return None
    (mark,) = marks
    return int(_OTHERS.sub("", mark)), ("", *(_key(part) for part in parts if part is not mark))


def _goes_on(rows: Sequence[LayoutLine], index: int, found: Sequence[Furniture | None], layout: Layout) -> bool:
    """Whether the row continues the paragraph above, which fills its line and does not end in a stop."""
    if index == 0 or found[index - 1] is not None:
        return False
    above, row = rows[index - 1], rows[index]
    if not layout.wrapped or row.gap > layout.gap + 0.5 or above.stopped or (layout.trailing and above.trailing):
        return False
    return not fits(above, row, layout)


def _is_inside(rows: Sequence[LayoutLine], layout: Layout) -> bool:
    """Whether, of three rows without a gap, a sentence goes on from the first to the second and the third."""
    close = len(rows) == 3 and max(row.gap for row in rows[1:]) <= layout.gap
    return close and all(reads_on(*pair) for pair in pairwise(rows))


def _pages(rows: Sequence[LayoutLine], found: Sequence[Furniture | None]) -> list[list[int]]:
    """Row numbers page by page; a page ends at a cut, or at furniture that ends pages.

    Where each page mark has its own cut, marks may also be at the top of their pages, so only cuts end pages.
    """
    pages: list[list[int]] = []
    cuts = sum(row.cut for row in rows)
    cut = 0 < cuts >= sum(_ends(furniture) for furniture in found) - 1
    ended = True
    for index, row in enumerate(rows):
        furniture = found[index]
        ended = row.cut or ended or (not cut and _ends(furniture))
        if furniture is None:
            if ended:
                pages.append([])
            ended = False
            pages[-1].append(index)
    return pages


def _ends(furniture: Furniture | None) -> bool:
    return furniture is not None and furniture.ends_page


def _heads(rows: Sequence[LayoutLine], found: list[Furniture | None], layout: Layout) -> None:
    """Mark lines that are repeated, apart from their numbers, at the same edge of page after page."""
    pages = _pages(rows, found)
    # Below a rule are footnotes, many of which differ in their numbers only.
    ruled = [_above_rule(page, found) for page in pages]
    edges: dict[tuple[str, bool], dict[int, int]] = {}  # by key and whether at the head: page and row
    for number, page in enumerate(ruled):
        for top, side in _edges(page):
            for index in side:
                text = rows[index].text
                sentence = len(text) > _LONGEST or (rows[index].stopped and len(text) > _SENTENCE)
                if not sentence and not _is_rest(rows, index, found, layout):
                    edges.setdefault((_key(text), top), {}).setdefault(number, index)
    repeated = {edge for edge, on in edges.items() if _is_repeated(edge, on, len(pages), rows, layout)}
    # What is also repeated inside pages is text: "The General Assembly," opens many resolutions.
    inside: Counter[str] = Counter()
    for page in ruled:
        inside.update(_key(rows[index].text) for index in page[_EDGE:-_EDGE])
    for page in pages:
        for top, side in _edges(page):
            seen: set[str] = set()  # the title may be below a head with the same words
            for index in side:
                key = _key(rows[index].text)
                head = (key, top) in repeated and inside[key] == 0 and key not in seen
                if not head or _is_rest(rows, index, found, layout):
                    break
                alone = _NUMBER.match(rows[index].text)
                found[index] = Furniture("page marks", int(alone[0])) if alone else Furniture("running heads")
                seen.add(key)
    # A page may have nothing but its head; where most would, the pages are copies of each other, and text.
    if 2 * sum(all(found[index] for index in page) for page in pages) > len(pages):
        for page in pages:
            for index in page:
                found[index] = None


def _edges(page: Sequence[int]) -> tuple[tuple[bool, Sequence[int]], ...]:
    """The rows from the top of a page, and those from its bottom up."""
    return (True, page[:_EDGE]), (False, page[::-1][:_EDGE])


def _is_repeated(
    edge: tuple[str, bool], on: Mapping[int, int], pages: int, rows: Sequence[LayoutLine], layout: Layout
) -> bool:
    """Whether a line is a running head: at the edge of enough pages, or with a number that counts them.

    ``edge``: its words, and whether it is at the top; ``on``: the pages, and the row on each.
    """
    key, top = edge
    if len(on) >= max(_OFTEN, _SHARE * pages) and len(on) >= _DENSE * (max(on) - min(on) + 1):
        return not _opens_with_number(key) or _counts(on, rows)
    # In a text of three pages it is repeated only once: there its number must count, or it must be set apart.
    if len(on) == 1 or pages > _OFTEN:
        return False
    return _counts(on, rows, anywhere=True) or _is_set_apart(on, rows, layout, top=top)


def _is_rest(rows: Sequence[LayoutLine], index: int, found: Sequence[Furniture | None], layout: Layout) -> bool:
    """Whether the row is the rest of a sentence: lower case, below a full line that has not come to a stop."""
    return rows[index].text[0].islower() and _goes_on(rows, index, found, layout)


def _is_set_apart(on: Mapping[int, int], rows: Sequence[LayoutLine], layout: Layout, *, top: bool) -> bool:
    """Whether the lines are the same on all pages, and each is set in pieces or separated from the text by a gap."""
    lines = [rows[at] for at in on.values()]
    if len({" ".join(row.text.split()) for row in lines}) > 1 or any(parse_marker(row.text) for row in lines):
        return False
    # The gap between a head and the text is below the head, that of a foot above it.
    below = [rows[at + 1] for at in on.values() if at + 1 < len(rows)] if top else lines
    return all(_APART.search(row.text) for row in lines) or (
        not layout.spaced and all(row.gap > layout.gap for row in below) and len(below) == len(lines)
    )


def _key(text: str) -> str:
    """The words of a running head, without its numbers and without the blanks between its pieces."""
    return " ".join(_DIGITS.sub("#", text).split())


def _opens_with_number(key: str) -> bool:
    return key.lstrip("[(（〔")[:1] == "#"


def _counts(on: Mapping[int, int], rows: Sequence[LayoutLine], *, anywhere: bool = False) -> bool:
    """Whether lines that open with a number count the pages by it, as footnotes with the same wording do not;
    with ``anywhere``, whether any of their numbers, except that of a section, increases by one from page to page."""
    found = [(number, [int(digits) for digits in _DIGITS.findall(rows[at].text)]) for number, at in on.items()]
    # A "#" of the key may be a printed one.
    columns = min(len(values) for _, values in found)
    steps = [len({values[at] - number for number, values in found}) for at in range(columns)]
    if anywhere:
        marked = any(parse_marker(rows[at].text) is not None for at in on.values())
        return 1 in steps[1 if marked else 0 :]
    # A date or a volume is the same on every page; no two footnotes have one number.
    same = len({tuple(values) for _, values in found}) == 1
    return bool(steps) and (steps[0] <= 2 or same)


def _above_rule(page: Sequence[int], found: Sequence[Furniture | None]) -> list[int]:
    for place, (above, below) in enumerate(pairwise(page), 1):
        if any(item is not None and item.step == "rules" for item in found[above:below]):
            return list(page[:place])
    return list(page)


def _numbers_beside_furniture(rows: Sequence[LayoutLine], found: list[Furniture | None]) -> None:
    """Mark lines of one number that are next to other furniture, if the numbers increase through the text."""
    beside = [
        index
        for index, row in enumerate(rows)
        if found[index] is None
        and _NUMBER.match(row.text)
        and any(
            0 <= other < len(rows) and (item := found[other]) is not None and item.step != "rules"
            for other in (index - 1, index + 1)
        )
    ]
    values = [int(rows[index].text) for index in beside]
    if len(values) > 1 and all(above < below for above, below in pairwise(values)):
        for index in beside:
            found[index] = Furniture("page marks", int(rows[index].text))


def _numbers(rows: Sequence[LayoutLine], found: list[Furniture | None], layout: Layout) -> None:
    """Mark page numbers on lines of their own: at page edges, or increasing through the text."""
    pages = _pages(rows, found)
    at_edge: dict[int, list[int]] = {}  # the rows by the difference between the number and that of the page
    apart: dict[int, list[int]] = {}  # one tool prints the number at the foot behind the first column of the page
    for number, page in enumerate(pages):
        for index in page:
            row = rows[index]
            if _NUMBER.match(row.text) and index in (page[0], page[-1]):
                at_edge.setdefault(int(row.text) - number, []).append(index)
            if _NUMBER.match(row.text) and row.gap > layout.gap:
                apart.setdefault(int(row.text) - number, []).append(index)
    runs = [ones for ones in at_edge.values() if len(ones) > 1]
    runs += [ones for ones in apart.values() if len(ones) >= _OFTEN]
    for index in (index for run in runs for index in run):
        found[index] = Furniture("page marks", int(rows[index].text))
    _numbers_beside_furniture(rows, found)
    if any(row.cut for row in rows):
        return
    run: list[int] = []
    for index, row in enumerate(rows):
        if found[index] is not None or not _NUMBER.match(row.text):
            continue
        if run and int(row.text) == int(rows[run[-1]].text) + 1 and index - run[-1] >= _PAGE_ROWS:
            run.append(index)
        elif len(run) < _OFTEN:
            run = [index]
    if len(run) >= _OFTEN:
        for index in run:
            found[index] = Furniture("page marks", int(rows[index].text))
