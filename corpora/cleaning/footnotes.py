"""Take the footnotes out from between the lines of a page, so that the text above and below them can be joined.

A footnote area opens behind a rule, or near the end of a page in smaller print, with a number that goes on
counting; it ends with the page, or with the first line that neither opens nor goes on a note. Forms known:
"1 Text", "1Text" and "1. Text" behind a rule, "^[1] Text" and "[1] Text" as dumps of web pages have it,
"[^1]: Text" of Markdown, "* Text" of title notes, "① Text".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpora.cleaning.furniture import Furniture
from corpora.cleaning.layout import Layout, LayoutLine, fits
from corpora.text.numerals import from_symbol
from corpora.text.scripts import HAN

__all__ = ["UNITS", "Footnote", "take_footnotes"]

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("markdown", re.compile(r"\[\^([^\]\s]{1,20})\]:\s*(?=\S)")),
    ("caret", re.compile(r"\^\[(\d{1,3})\]\s*")),
    ("bracket", re.compile(r"[\[〔](\d{1,3})[\]〕]\s*(?=\S)")),
    ("dot", re.compile(r"(\d{1,3})[.．、](?!\d)\s*(?=\S)")),
    ("number", re.compile(r"(\d{1,3})[\s\u3000]+(?=[^\s\d])")),
    ("number", re.compile(rf"(\d{{1,3}})(?=[{HAN}A-Z《“「])")),
    ("number", re.compile(r"([¹²³⁰⁴-⁹]{1,3})\s*(?=\S)")),
    ("star", re.compile(r"(\*{1,4}|†{1,2}|‡)\s*(?=[^\s*])")),
    ("circled", re.compile(r"([①-⓿])\s*(?=\S)")),
)
_DATE = re.compile(
    r"\d{1,2}\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|\d+\s?[年月日]"
)
#: What stands behind a number that counts something.
UNITS = re.compile(
    r"\s?(?:[年月日号號届屆次个個名条條款項项段章节節页頁卷期级級类類编編点點分时時周岁%％‰°℃亿万千百十元人国國种種]"
    r"|/\d|-\d|\.\d|,\d{3})"
)
#: Forms that say by themselves that they are notes; the others need a rule, small print or the foot of a page.
_PLAIN = ("markdown", "caret")
_PAGE_ROWS = 70  # more rows than a page has
_LAST_ROWS = 12  # rows of notes below the first one that may not look like notes
_SMALL = 0.93  # of the running text's size


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote: its number or sign, its form, its rows, and where its text begins in the first of them.

    ``place`` is the number of body rows above it, ``area`` counts the footnote areas of the document.
    """

    number: str
    form: str
    rows: tuple[LayoutLine, ...]
    skip: int
    place: int
    area: int


def take_footnotes(
    rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], layout: Layout
) -> tuple[list[LayoutLine], list[Footnote]]:
    """Part the rows into body and footnotes; furniture is left out of both.

    A body row that follows furniture or footnotes comes back with ``cut`` set, since its paragraph may have
    begun above them.
    """
    body: list[LayoutLine] = []
    notes: list[Footnote] = []
    open_note: list[LayoutLine] = []  # rows of the note being read
    head: tuple[str, str, int] | None = None
    resumed: Footnote | None = None  # the note being read, begun on a page before
    area = 0
    behind_rule = cut = False
    last = 0  # the number that the last note had

    def close() -> None:
        nonlocal head, resumed
        if head is not None:
            note = Footnote(head[0], head[1], tuple(open_note), head[2], len(body), area)
            notes.append(replace(resumed, rows=note.rows) if resumed else note)
            open_note.clear()
            head = resumed = None

    for index, row in enumerate(rows):
        sort = furniture[index]
        if sort is not None:
            cut = cut or sort.step != "rules" or head is not None
            if sort.step == "rules":
                close()
                behind_rule = _opens_area(rows, furniture, index, last)
                area += behind_rule
                if notes and not behind_rule and _resumes(notes[-1], rows, furniture, index, layout):
                    resumed = notes.pop()
                    head = resumed.number, resumed.form, resumed.skip
                    open_note.extend(resumed.rows)
                    cut = True
            elif sort.ends_page:
                close()
                behind_rule = False
            cut = cut or behind_rule
            continue
        if row.cut and head is not None and not _small(row, layout):
            close()
            behind_rule = False
        opened = _opening(row, rows, furniture, index, layout, last, behind_rule, head)
        if opened is not None:
            if head is None and not behind_rule:
                area += 1
            close()
            head = opened
            last = int(head[0]) if head[0].isdecimal() else last
            open_note.append(row)
            behind_rule = True
        elif head is not None and (
            _goes_on(open_note[-1], row, layout) or _is_page_end(rows, furniture, index, layout)
        ):
            open_note.append(row)
        else:
            if head is not None:
                close()
                cut = True
            behind_rule = False
            body.append(replace(row, cut=True) if cut and not row.cut else row)
            cut = False
    close()
    return body, notes


def _opens_area(rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], index: int, last: int) -> bool:
    """Whether a rule is the one above footnotes: a note follows; behind any rule but "____" its number counts on."""
    following = next((i for i in range(index + 1, len(rows)) if furniture[i] is None), None)
    found = _form(rows[following].text) if following is not None else None
    if following is not None and found is None and rows[following].text in ("1", str(last + 1)):
        found = _alone(rows[following], rows, furniture, following)
    if found is None or following is None:
        return False
    if found[1] == "dot":
        # Many a list stands below a rule: this one is of notes if the number of its first stands in the text above.
        return rows[index].text[0] in "_⎯" and _marked_above(found[0], found[1], rows, furniture, following)
    if rows[index].text[0] in "_⎯" or found[1] in (*_PLAIN, "bracket"):
        return True
    return found[0].isdecimal() and int(found[0]) in (last + 1, 1) and found[1] != "star"


def _resumes(
    note: Footnote, rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], index: int, layout: Layout
) -> bool:
    """Whether a note that the end of its page cut off goes on behind a rule at the end of the next one."""
    if note.rows[-1].stopped and note.rows[-1].ending not in ",;:，；：":
        return False
    below = index + 1
    return below < len(rows) and furniture[below] is None and _is_page_end(rows, furniture, below, layout)


def _form(text: str) -> tuple[str, str, int] | None:
    for form, pattern in _FORMS:
        match = pattern.match(text)
        if match:
            sign = match[1]
            value = from_symbol(sign) if not sign.isdecimal() and form in ("number", "circled") else None
            return (str(value) if value is not None else sign), form, match.end()
    return None


def _alone(
    row: LayoutLine, rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], index: int
) -> tuple[str, str, int] | None:
    """The number of a note that stands on a line of its own, as tools leave it that part lines where letters rise."""
    below = index + 1
    if len(row.text) > 3 or below >= len(rows) or furniture[below] is not None or rows[below].cut:
        return None
    return row.text, "number", len(row.text)


def _opening(
    row: LayoutLine,
    rows: Sequence[LayoutLine],
    furniture: Sequence[Furniture | None],
    index: int,
    layout: Layout,
    last: int,
    behind_rule: bool,
    head: tuple[str, str, int] | None,
) -> tuple[str, str, int] | None:
    """The number, form and text offset of the note that the row opens, or None."""
    found = _form(row.text)
    if found is None and (behind_rule or head is not None) and row.text.isdecimal():
        found = _alone(row, rows, furniture, index)
    if found is None:
        return None
    number, form, _ = found
    parted = row.gap > layout.gap or index == 0 or furniture[index - 1] is not None
    if form in _PLAIN:
        # In mid-paragraph a line may well begin with the mark of a note.
        return found if parted or behind_rule else None
    if head is not None:
        if form == head[1] and number.isdecimal():
            return found if int(number) == int(head[0]) + 1 else None
        return found if (head[1], form) in (("star", "number"), ("star", "star")) else None
    if behind_rule:
        return found
    if form == "star":
        small = _small(row, layout) if layout.size is not None else layout.wrapped
        known = small and any(_ends_starred(rows[i], number) for i in range(max(0, index - _PAGE_ROWS), index))
        return found if known and (layout.size or _is_near_end(rows, furniture, index, layout)) else None
    if form == "dot" or not number.isdecimal():
        # "1. " opens a paragraph more often than a note.
        return None
    counts_on = int(number) in (last + 1, 1)
    if layout.size is not None:
        # An excerpt of a book may begin with any number, if it stands in the text above.
        known = counts_on or _marked_above(number, form, rows, furniture, index)
        return found if form == "number" and _small(row, layout) and known else None
    if not index or not (counts_on or int(number) > last):
        return None
    if form == "number" and rows[index - 1].text.endswith("-"):
        return None
    # Plain text without a rule: only where its mark is glued to a word above, or the page visibly ends below.
    marked, ends = _marked_above(number, form, rows, furniture, index), _page_ends(rows, furniture, index, layout)
    ends = ends or (marked and _is_near_end(rows, furniture, index, layout))
    if not counts_on and not (marked and ends):
        return None
    if form != "number" or not row.text[len(number) :][:1].isspace():
        return found if marked and ends else None
    if _DATE.match(row.text) or not ends:
        return None
    if layout.spaced:
        return found if marked and (parted or not row.text[found[2] :][:1].islower()) else None
    return found if marked or parted else None


def _marked_above(
    number: str, form: str, rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], index: int
) -> bool:
    """Whether the number is glued to a word on the page above, stands raised there, or in brackets like its note's."""
    if rows[index - 1].text.endswith("/") and rows[index].text[0].isdecimal():
        return False  # an address goes on
    # "第2段" and "1.3" hold no marks.
    stop = r"(?:[，。；：》」”）;:)]|(?<!\d)[.,]|(?<=\d{4})[.,])"
    glued = rf"(?!第)[^\W\d_]{number}(?![\dA-Za-z/.-]|{UNITS.pattern})|{stop}{number}(?!\d|[.,/-]\d|{UNITS.pattern})"
    mark = re.compile(rf"{glued}|\S ?[\[〔]{number}[\]〕]" if form == "bracket" else glued)
    return any(
        mark.search(rows[i].text) or any(one.number == number for one in rows[i].line.marks)
        for i in range(max(0, index - _PAGE_ROWS), index)
        if furniture[i] is None
    )


def _ends_starred(row: LayoutLine, sign: str) -> bool:
    """Whether a title or heading ends with the sign of a note, or had it raised."""
    glued = row.text.endswith(sign) and row.text.removesuffix(sign)[-1:].strip("*†‡ ") != ""
    return glued or any(mark.number == sign for mark in row.line.marks)


def _page_ends(rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], index: int, layout: Layout) -> bool:
    """Whether nothing but footnotes stands between the row and the end of the page."""
    for below in range(index + 1, min(len(rows), index + _LAST_ROWS)):
        sort = furniture[below]
        if sort is not None or rows[below].cut:
            return sort is None or sort.ends_page
        if _form(rows[below].text) is None and not _goes_on(rows[below - 1], rows[below], layout):
            return False
    return len(rows) < index + _LAST_ROWS


def _is_page_end(rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], index: int, layout: Layout) -> bool:
    """Whether the row stands close below the one above, and no more than a few follow before the page visibly ends:
    no text stands below notes.
    """
    if layout.size is not None or not layout.wrapped or rows[index].gap > layout.gap + 1:
        return False
    if layout.spaced and rows[index].gap > layout.gap and rows[index - 1].stopped:
        return False  # a blank line behind the end of a note
    return _is_near_end(rows, furniture, index, layout)


def _is_near_end(rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], index: int, layout: Layout) -> bool:
    """Whether a few rows at most follow before the page ends, with hardly a gap between: some tools part even the
    lines of one note where its size differs."""
    for below in range(index + 1, index + _LAST_ROWS):
        sort = furniture[below] if below < len(rows) else None
        if below >= len(rows) or rows[below].cut:
            return True
        if sort is not None:
            return sort.ends_page
        if rows[below].gap > layout.gap + 1:
            return False
    return False


def _small(row: LayoutLine, layout: Layout) -> bool:
    return layout.size is not None and row.size is not None and row.size < layout.size * _SMALL


def _goes_on(above: LayoutLine, row: LayoutLine, layout: Layout) -> bool:
    """Whether a row goes on the note above it."""
    if above.text.isdecimal() and row.gap <= layout.gap + 1:
        return True
    if layout.size is not None:
        return _small(row, layout) and row.gap < layout.gap + 1
    if row.gap > layout.gap or not layout.wrapped:
        return False
    if layout.trailing:
        return not above.trailing
    if layout.spaced:
        return True
    return not above.stopped and not fits(above, row, layout)
