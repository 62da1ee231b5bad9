"""Tell the page from the text: page marks, document symbols, running heads, bare links and rules.

What a printer put on every page is no part of the text, and each kind is known by its own evidence: a page
mark by the tokens it is made of, a running head by coming back at the edge of page after page, a bare link by
standing alone where nothing leads up to it. A line that only looks like one of these but goes on a paragraph
(a reference that happens to fill a line) is kept.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpora.cleaning.layout import Layout, LayoutLine, fits
from corpora.text.markers import parse_marker

__all__ = ["Furniture", "find_furniture", "is_link", "is_rule"]

#: A document symbol of the United Nations family: letters, then parts parted by strokes, a digit among them.
SYMBOL = r"[A-Z]{1,8}(?:\.\d+)?(?:/[A-Z0-9][A-Za-z0-9.\-]*(?:\[[^\]]*\]|\([^)]*\))?)+"
_SYMBOL = re.compile(rf"^(?=.*\d){SYMBOL}[*]*$")
_JOB = re.compile(r"^(?:[A-Z]{1,3}\.?)?\d{2}-\d{4,6}[*]*$")
_COUNTER = re.compile(r"^(\d{1,4})/(\d{1,4})$")
_EXTRA = re.compile(r"^(?:\([A-Z]\)|\d{6}|\*\d{5,}\*|[♲♻]|Page|page|页|頁|请回收|請回收|Please|recycle)$")
_BARCODE = re.compile(r"^\*\d{5,}\*$")
_PAGE = re.compile(
    r"^(?:第\s*(\d{1,4})\s*[页頁](?:\s*[,，/]?\s*共\s*\d{1,4}\s*[页頁])?|[Pp]age\s+(\d{1,4})(?:\s+of\s+\d{1,4})?"
    r"|[-–—－―─~～]\s*(\d{1,4})\s*[-–—－―─~～]|[·•]\s*(\d{1,4})\s*[·•]|\|\s*(\d{1,4})\s*\|?)$"
)
#: A page mark that says by itself what it is, at either end of a line with something else.
_SAID = re.compile(
    r"第\s*(\d{1,4})\s*[页頁](?:\s*[,，/]?\s*共\s*\d{1,4}\s*[页頁])|[Pp]age\s+(\d{1,4})(?:\s+of\s+\d{1,4})?(?!\S)"
)
_APART = re.compile(r"\s{3,}|\t")  # between the pieces of one line that stand at its two ends
_NUMBER = re.compile(r"^\d{1,4}$|^[ivxl]{1,7}$")
_LINK = re.compile(r"^(?:(?:https?|ftp)://|www\.)\S+$")
_MASTHEAD = re.compile(r"^(?:联\s*合\s*国|聯\s*合\s*國|United Nations|Nations Unies|Naciones Unidas)\s+")
_RULE = re.compile(r"^(?:[_\-=—–─━⎯*~.·]\s?){5,}$")
_DIGITS = re.compile(r"\d+")
_EDGE = 3  # rows at either edge of a page that may hold running heads
_OFTEN = 3  # times a line must come back to be one
_PAGE_ROWS = 8  # rows, at least, from one mark that is a bare number to the next
_DENSE = 0.4  # of the pages between its first and last that bear a running head, at least: left or right ones


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a row is if not text: ``step`` names the rule that found it, ``page`` the page number it prints."""

    step: str
    page: int | None = None
    ends_page: bool = True


def is_link(text: str) -> bool:
    """Whether a line is one web address, or several, and nothing else."""
    return bool(text) and all(_LINK.match(word) for word in text.split())


def is_rule(text: str) -> bool:
    """Whether a line is drawn, not written."""
    return bool(_RULE.match(text)) and text.strip(". ") != ""


def find_furniture(rows: Sequence[LayoutLine], layout: Layout, profile: str) -> list[Furniture | None]:
    """For every row, what furniture it is, or None for text. Rules are found too, as they part footnotes."""
    found: list[Furniture | None] = [None] * len(rows)
    counts = Counter(row.text for row in rows)
    totals = Counter(match[2] for row in rows if (match := _COUNTER.match(row.text)))
    for index, _row in enumerate(rows):
        found[index] = _single(rows, index, found, layout, profile, counts, totals)
    _parted(rows, found)
    _heads(rows, found, layout)
    _numbers(rows, found, layout)
    return found


def _single(
    rows: Sequence[LayoutLine],
    index: int,
    found: Sequence[Furniture | None],
    layout: Layout,
    profile: str,
    counts: Counter[str],
    totals: Counter[str],
) -> Furniture | None:
    text = rows[index].text
    if len(text) > 400:
        return None
    if is_rule(text):
        return Furniture("rules", ends_page=False)
    match = _PAGE.match(text)
    if match:
        return Furniture("page marks", int(next(group for group in match.groups() if group)))
    if is_link(text):
        # Away from the running text a link is what a PDF reader made of a clickable area.
        loose = profile == "un" or (index > 0 and found[index - 1] is not None)
        return Furniture("bare links") if loose and not _goes_on(rows, index, found, layout) else None
    words = _MASTHEAD.sub("", text).split()
    if not words or len(words) > 8:
        return None
    counter = next((_COUNTER.match(word) for word in words if _COUNTER.match(word)), None)
    jobs = sum(bool(_JOB.match(word) or _BARCODE.match(word)) for word in words)
    symbols = sum(bool(_SYMBOL.match(word)) for word in words if not _COUNTER.match(word) and not _JOB.match(word))
    others = sum(bool(_EXTRA.match(word)) for word in words)
    numbers = [word for word in words if _NUMBER.match(word) and word.isdecimal()]
    if jobs == len(numbers) == 1 and jobs + others + 1 == len(words):
        return Furniture("page marks", int(numbers[0]))
    if jobs + symbols + others + (counter is not None) < len(words):
        return None
    if counter is not None and int(counter[1]) <= int(counter[2]):
        if len(words) > 1 or totals[counter[2]] > 1 or rows[index].cut:
            return Furniture("page marks", int(counter[1]))
        return None
    if jobs:
        return Furniture("page marks")
    if symbols and (counts[text] > 1 or not _goes_on(rows, index, found, layout)):
        return Furniture("document symbols", ends_page=False)
    if others == len(words) and "回收" in text + "回收" * ("recycle" in text):
        return Furniture("page marks")
    return None


def _parted(rows: Sequence[LayoutLine], found: list[Furniture | None]) -> None:
    """Mark lines of two pieces, a page mark and a running head at the two ends, that count up through the text."""
    alike: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        if found[index] is not None or len(row.text) > 200:
            continue
        for number, rest in _pieces(row.text):
            alike.setdefault(rest, []).append((index, number))
    for rest, marks in alike.items():
        needed, apart = (2, 1) if rest[0] else (_OFTEN, _PAGE_ROWS)
        if len(marks) >= needed and all(b[1] > a[1] and b[0] - a[0] >= apart for a, b in pairwise(marks)):
            for index, number in marks:
                found[index] = Furniture("page marks", number)


def _pieces(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """The page number of a line that has one at either end, and what else it holds; said outright, or a bare number."""
    for said in _SAID.finditer(text):
        beside = (text[: said.start()] + text[said.end() :]).strip()
        if beside and (said.start() == 0 or said.end() == len(text)):
            return [(int(said[1] or said[2]), ("said", _key(beside)))]
    parts = _APART.split(text)
    if len(parts) not in (2, 3):
        return []
    ends = [at for at in (0, len(parts) - 1) if _NUMBER.match(parts[at]) or _PAGE.match(parts[at])]
    if len(ends) != 1:
        return []
    match = _DIGITS.search(parts[ends[0]])
    rest = [_key(part) for at, part in enumerate(parts) if at != ends[0]]
    return [(int(match[0]), ("", *rest))] if match else []


def _goes_on(rows: Sequence[LayoutLine], index: int, found: Sequence[Furniture | None], layout: Layout) -> bool:
    """Whether the row goes on the paragraph above: that one runs to the margin and has not come to a stop."""
    if index == 0 or found[index - 1] is not None:
        return False
    above, row = rows[index - 1], rows[index]
    if not layout.wrapped or row.gap > layout.gap + 0.5 or above.stopped or (layout.trailing and above.trailing):
        return False
    return not fits(above, row, layout)


def _pages(rows: Sequence[LayoutLine], found: Sequence[Furniture | None]) -> list[list[int]]:
    """Row numbers page by page; a page ends at a cut, or at furniture that stands at the end of one.

    Where every page mark has a cut of its own, it may stand at the head of its page as well, and says nothing.
    """
    pages: list[list[int]] = [[]]
    cuts = sum(row.cut for row in rows)
    cut = 0 < cuts >= sum(_ends(furniture) for furniture in found) - 1
    ended = False
    for index, row in enumerate(rows):
        furniture = found[index]
        ended = row.cut or ended or (not cut and _ends(furniture))
        if furniture is None:
            if ended:
                pages.append([])
            ended = False
            pages[-1].append(index)
    return [page for page in pages if page]


def _ends(furniture: Furniture | None) -> bool:
    return furniture is not None and furniture.ends_page


def _heads(rows: Sequence[LayoutLine], found: list[Furniture | None], layout: Layout) -> None:
    """Mark lines that come back, numbers aside, at one and the same edge of page after page."""
    pages = _pages(rows, found)
    # Behind a rule stand footnotes, many of which differ in their numbers only.
    ruled = [_above_rule(page, found) for page in pages]
    edges: dict[tuple[str, bool], dict[int, int]] = {}  # by key and whether at the head: page and row
    for number, page in enumerate(ruled):
        for top, side in ((True, page[:_EDGE]), (False, page[-_EDGE:])):
            for index in side:
                text = rows[index].text
                sentence = len(text) > 120 or (rows[index].stopped and len(text) > 40)
                if not sentence and not _is_rest(rows, index, found, layout):
                    edges.setdefault((_key(text), top), {}).setdefault(number, index)
    repeated = {edge for edge, on in edges.items() if _comes_back(edge, on, len(pages), rows, layout)}
    # What also comes back inside pages is text: "The General Assembly," opens many a resolution.
    inside: Counter[str] = Counter()
    for page in ruled:
        inside.update(_key(rows[index].text) for index in page[_EDGE:-_EDGE])
    for page in pages:
        for top, side in ((True, page[:_EDGE]), (False, page[::-1][:_EDGE])):
            seen: set[str] = set()  # below its own words once more stands the title
            for index in side:
                key = _key(rows[index].text)
                head = (key, top) in repeated and inside[key] == 0 and key not in seen
                if not head or _is_rest(rows, index, found, layout):
                    break
                found[index] = Furniture("running heads")
                seen.add(key)
    # A page may bear nothing but its head; where most would, the pages are copies of each other, and text.
    if 2 * sum(all(found[index] for index in page) for page in pages) > len(pages):
        for page in pages:
            for index in page:
                found[index] = None


def _comes_back(
    edge: tuple[str, bool], on: Mapping[int, int], pages: int, rows: Sequence[LayoutLine], layout: Layout
) -> bool:
    """Whether a line, its numbers aside, is at the edge of so many pages, or counts them, that it is no text.

    ``edge``: its key, and whether it stands at the head; ``on``: the pages, and the row on each.
    """
    key, top = edge
    if len(on) >= max(_OFTEN, pages * 0.2) and len(on) >= _DENSE * (max(on) - min(on) + 1):
        return not _opens_with_number(key) or _counts(on, rows)
    # In a text of three pages it comes back once: there its number must count, or it stands visibly apart.
    if not 1 < len(on) >= pages - 1 or pages > _OFTEN:
        return False
    return _counts(on, rows, anywhere=True) or _stands_apart(on, rows, layout, top=top)


def _is_rest(rows: Sequence[LayoutLine], index: int, found: Sequence[Furniture | None], layout: Layout) -> bool:
    """Whether the row is the rest of a sentence: lower case, below a full line that has not come to a stop."""
    return rows[index].text[0].islower() and _goes_on(rows, index, found, layout)


def _stands_apart(on: Mapping[int, int], rows: Sequence[LayoutLine], layout: Layout, *, top: bool) -> bool:
    """Whether the lines are the same on all pages, and each is set in pieces or parted from the text by a gap."""
    lines = [rows[at] for at in on.values()]
    if len({" ".join(row.text.split()) for row in lines}) > 1 or any(parse_marker(row.text) for row in lines):
        return False
    # The gap between a head and the text is below it, that of a foot above.
    below = [rows[at + 1] for at in on.values() if at + 1 < len(rows)] if top else lines
    return all(_APART.search(row.text) for row in lines) or (
        not layout.spaced and all(row.gap > layout.gap for row in below) and len(below) == len(lines)
    )


def _key(text: str) -> str:
    """What comes back of a running head: its words, whatever the numbers and however far apart it is set."""
    return " ".join(_DIGITS.sub("#", text).split())


def _opens_with_number(key: str) -> bool:
    return key.lstrip("[(（〔")[:1] == "#"


def _counts(on: Mapping[int, int], rows: Sequence[LayoutLine], *, anywhere: bool = False) -> bool:
    """Whether lines that open with a number count the pages by it, as footnotes with the same wording do not;
    with ``anywhere``, whether any one of their numbers steps by one from page to page, but for that of a section."""
    found = [(number, [int(digits) for digits in _DIGITS.findall(rows[at].text)]) for number, at in on.items()]
    # A sign "#" that was printed stands for no number.
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
        if any(sort is not None and sort.step == "rules" for sort in found[above + 1 : below]):
            return list(page[:place])
    return list(page)


def _beside(rows: Sequence[LayoutLine], found: list[Furniture | None]) -> None:
    """Mark lone numbers that stand beside what else a page has at its edge, and count up through the text."""
    beside = [
        index
        for index, row in enumerate(rows)
        if found[index] is None
        and row.text.isdecimal()
        and _NUMBER.match(row.text)
        and any(
            0 <= other < len(rows) and (sort := found[other]) is not None and sort.step != "rules"
            for other in (index - 1, index + 1)
        )
    ]
    values = [int(rows[index].text) for index in beside]
    if len(values) > 1 and all(above < below for above, below in pairwise(values)):
        for index, value in zip(beside, values, strict=True):
            found[index] = Furniture("page marks", value)


def _numbers(rows: Sequence[LayoutLine], found: list[Furniture | None], layout: Layout) -> None:
    """Mark bare page numbers: lone numbers at page edges, or lone numbers that count up through the text."""
    pages = _pages(rows, found)
    hits: dict[int, list[int]] = {}
    for number, page in enumerate(pages):
        for index in {page[0], page[-1]}:
            if _NUMBER.match(rows[index].text) and rows[index].text.isdecimal():
                hits.setdefault(int(rows[index].text) - number, []).append(index)
    # One tool prints the number at the foot behind the first column of the page.
    apart: dict[int, list[int]] = {}
    for number, page in enumerate(pages):
        for index in page:
            if _NUMBER.match(rows[index].text) and rows[index].text.isdecimal() and rows[index].gap > layout.gap:
                apart.setdefault(int(rows[index].text) - number, []).append(index)
    for indexes in [
        *(ones for ones in hits.values() if len(ones) > 1),
        *(s for s in apart.values() if len(s) >= _OFTEN),
    ]:
        for index in indexes:
            found[index] = Furniture("page marks", int(rows[index].text))
    _beside(rows, found)
    if any(row.cut for row in rows):
        return
    lone = [(index, int(row.text)) for index, row in enumerate(rows) if found[index] is None and row.text.isdecimal()]
    run: list[tuple[int, int]] = []
    for index, value in lone:
        if run and value == run[-1][1] + 1 and index - run[-1][0] >= 8:
            run.append((index, value))
        elif len(run) < _OFTEN:
            run = [(index, value)]
    if len(run) >= _OFTEN:
        for index, value in run:
            found[index] = Furniture("page marks", value)
