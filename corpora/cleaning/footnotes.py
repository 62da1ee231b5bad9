"""Take the footnotes out of the lines of a page, so that the text above and below them can be joined.

A footnote area opens below a rule, or near the end of a page in smaller print, with the next number; it ends
with the page, or with the first line that neither opens nor continues a footnote. Known forms:
"1 Text", "1Text" and "1. Text" below a rule, "^[1] Text" and "[1] Text" as in text dumps of web pages,
"[^1]: Text" of Markdown, "* Text" of title notes, "① Text".
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpora.cleaning.furniture import Furniture
from corpora.cleaning.layout import Layout, LayoutLine, fits
from corpora.text.numerals import from_symbol
from corpora.text.scripts import HAN

__all__ = ["UNITS", "Footnote", "number_of", "take_footnotes"]

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("markdown", re.compile(r"\[\^([^\]\s]{1,20})\]:\s*(?=\S)")),
    ("caret", re.compile(r"\^\[(\d{1,3})\]\s*")),
    ("bracket", re.compile(r"[\[〔](\d{1,3})[\]〕]\s*(?=\S)")),
    ("dot", re.compile(r"(\d{1,3})[.．、](?!\d)\s*(?=\S)")),
    ("number", re.compile(r"(\d{1,3})\s+(?=[^\s\d])")),
    ("number", re.compile(rf"(\d{{1,3}})(?=[{HAN}A-Z《“「])")),
    ("number", re.compile(r"([¹²³⁰⁴-⁹]{1,3})\s*(?=\S)")),
    ("star", re.compile(r"(\*{1,4}|†{1,2}|‡)\s*(?=[^\s*])")),
    ("circled", re.compile(r"([①-⒛⓪-⓿])\s*(?=\S)")),
)
_DATE = re.compile(
    r"\d{1,2}\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|\d{1,6}\s?[年月日]"
)
#: What follows a number that counts something.
UNITS = re.compile(
    r"\s?(?:[年月日号號届屆次个個名条條款項项段章节節页頁卷期级級类類编編点點分时時周岁%％‰°℃亿万千百十元人国國种種]"
    r"|/\d|-\d|\.\d|,\d{3})"
)
#: Forms that no other text has; the others need a rule, small print or the end of a page.
_CERTAIN = ("markdown", "caret")
_SIGNS = "*†‡"
_PAGE_ROWS = 70  # rows above a footnote that are searched for its mark: more than a page has
_LAST_ROWS = 12  # rows, at most, from the first row of the footnotes to the end of the page
_SMALL = 0.93  # of the size of the running text: smaller is small print


@dataclass(frozen=True, slots=True)
class _Head:
    """The number or sign that opens a footnote, its form, and the offset of the text behind it."""

    number: str
    form: str
    skip: int


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote: its number or sign, its form, its rows, and where its text begins in the first of them.

    ``area`` counts the footnote areas of the document.
    """

    number: str
    form: str
    rows: tuple[LayoutLine, ...]
    skip: int
    area: int


def take_footnotes(
    rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None], layout: Layout
) -> tuple[list[LayoutLine], list[Footnote]]:
    """Separate the rows into body and footnotes; furniture is left out of both.

    A body row that follows furniture or footnotes has ``cut`` set, since its paragraph may have begun above them.
    """
    reading = _FootnoteReader(_PageRows(rows, furniture, layout))
    for index, item in enumerate(furniture):
        if item is None:
            reading.text(index)
        elif item.step == "rules":
            reading.rule(index)
        else:
            reading.furniture(ends_page=item.ends_page)
    reading.close()
    return reading.body, reading.notes


def number_of(sign: str) -> str:
    """The number of a footnote that is printed as ``sign``, in digits: "²" and "②" are 2, "*" stays as it is."""
    value = from_symbol(sign)
    return sign if value is None else str(value)


class _FootnoteReader:
    """Body and footnotes as far as they are read, and the footnote that is being read."""

    def __init__(self, page: "_PageRows") -> None:
        self.body: list[LayoutLine] = []
        self.notes: list[Footnote] = []
        self._page = page
        self._open: Footnote | None = None
        self._below_rule = False
        self._cut = False
        self._last = 0  # the number of the last footnote
        self._area = 0

    def close(self) -> None:
        """End the footnote that is being read."""
        if self._open is not None:
            self.notes.append(self._open)
            self._open = None

    def furniture(self, *, ends_page: bool) -> None:
        """Pass over a row of furniture."""
        self._cut = True
        if ends_page:
            self.close()
            self._below_rule = False

    def rule(self, index: int) -> None:
        """Read a rule: it opens a footnote area, continues one of the page before, or has no meaning."""
        self._cut = self._cut or self._open is not None
        self.close()
        self._below_rule = self._page.opens_area(index, self._last)
        if self._below_rule:
            self._area += 1
        elif self.notes and self._page.resumes(self.notes[-1], index):
            self._open = self.notes.pop()
            self._below_rule = True

    def text(self, index: int) -> None:
        """Read a row that is not furniture."""
        row = self._page.rows[index]
        if row.cut and not self._page.is_small(row):
            self.close()
            self._below_rule = False
        head = self._page.opening(index, self._last, self._open, below_rule=self._below_rule)
        if head is not None:
            self._area += not self._below_rule
            self.close()
            self._open = Footnote(head.number, head.form, (row,), head.skip, self._area)
            self._last = int(head.number) if head.number.isdecimal() else self._last
            self._below_rule = True
        elif self._open is not None and self._page.continues(self._open, index):
            self._open = replace(self._open, rows=(*self._open.rows, row))
        else:
            self._cut = self._cut or self._open is not None
            self.close()
            self.body.append(replace(row, cut=row.cut or self._cut))
            self._below_rule = self._cut = False


def _head(row: LayoutLine) -> _Head | None:
    text = row.text
    if row.line.opens:
        shown = unicodedata.normalize("NFKC", text[: row.line.opens])  # "1⁸" for 18
        sign = "".join(char for char in shown if char in _SIGNS or char.isdigit())
        return _Head(number_of(sign), "star" if sign[0] in _SIGNS else "number", row.line.opens)
    for form, pattern in _FORMS:
        match = pattern.match(text)
        if match:
            return _Head(number_of(match[1]), form, match.end())
    return None


@dataclass(frozen=True, slots=True)
class _PageRows:
    """The rows of the document, what furniture each is, and the layout: what the rules for footnotes look at."""

    rows: Sequence[LayoutLine]
    furniture: Sequence[Furniture | None]
    layout: Layout

    def opens_area(self, index: int, last: int) -> bool:
        """Whether a rule is the one above footnotes: a footnote follows, with the next number unless it is "____"."""
        below = index + 1
        if below == len(self.rows) or self.furniture[below] is not None:
            return False
        text = self.rows[below].text
        head = _head(self.rows[below]) or (self._alone(below) if text in ("1", str(last + 1)) else None)
        if head is None:
            return False
        drawn = self.rows[index].text.startswith(("_", "⎯"))
        if head.form == "dot":
            # Many lists follow a rule: footnotes are those of which the first has its mark in the text above.
            return drawn and self._is_marked_above(head, below)
        if drawn or head.form in (*_CERTAIN, "bracket"):
            return True
        return head.number in ("1", str(last + 1))

    def resumes(self, note: Footnote, index: int) -> bool:
        """Whether a footnote that the end of its page cut off continues below a rule at the end of the next page."""
        last, below = note.rows[-1], index + 1
        if last.stopped and last.ending not in ";:；：":
            return False
        return below < len(self.rows) and self.furniture[below] is None and self._is_page_end(below)

    def opening(self, index: int, last: int, note: Footnote | None, *, below_rule: bool) -> _Head | None:
        """The head of the footnote that the row opens, or None; ``note`` is the one that is open above it."""
        row = self.rows[index]
        head = _head(row)
        if head is None and below_rule and row.text.isdecimal():
            head = self._alone(index)
        if head is None:
            return None
        apart = row.gap > self.layout.gap or index == 0 or self.furniture[index - 1] is not None
        if head.form in _CERTAIN:
            # A line within a paragraph may well begin with a footnote mark.
            opens = apart or below_rule
        elif note is not None:
            if head.form == note.form and head.form != "star":
                opens = int(head.number) == int(note.number) + 1 and not self._is_date(head, index)
            else:
                opens = note.form == "star" and head.form in ("star", "number")
        elif below_rule:
            opens = True
        elif head.form == "star":
            opens = self._opens_title_note(head, index)
        elif head.form == "dot":
            opens = False  # "1. " opens a paragraph more often than a footnote
        elif self.layout.size is not None:
            # An excerpt of a book may begin with any number that has its mark in the text above.
            known = head.number in ("1", str(last + 1)) or self._is_marked_above(head, index)
            opens = head.form == "number" and self.is_small(row) and known and not self._is_date(head, index)
        else:
            opens = index > 0 and self._opens_without_rule(head, index, last, apart=apart)
        return head if opens else None

    def _is_date(self, head: _Head, index: int) -> bool:
        """Whether the row opens with a date ("3月15日公布", "1 June 2024") and not with a number that has its mark."""
        return bool(_DATE.match(self.rows[index].text)) and not self._is_marked_above(head, index)

    def _alone(self, index: int) -> _Head | None:
        """The head of a footnote whose number is on a line of its own, as tools leave it that split raised letters."""
        text, below = self.rows[index].text, index + 1
        if len(text) > 3 or below == len(self.rows) or self.furniture[below] is not None or self.rows[below].cut:
            return None
        return _Head(text, "number", len(text))

    def _opens_title_note(self, head: _Head, index: int) -> bool:
        """Whether a row with a star or dagger opens a footnote: a title above ends with the same sign."""
        if self.layout.size is not None:
            suits = self.is_small(self.rows[index])
        else:
            suits = self.layout.wrapped and self._is_near_end(index)
        return suits and any(_ends_starred(row, head.number) for row in self.rows[max(0, index - _PAGE_ROWS) : index])

    def _opens_without_rule(self, head: _Head, index: int, last: int, *, apart: bool) -> bool:
        """Whether a row of plain text opens a footnote where no rule is above: its mark is in the text above, or it
        has the next number and is set apart, and the page visibly ends below.
        """
        text = self.rows[index].text
        number = int(head.number)
        if (number <= last and number != 1) or self.rows[index - 1].text.endswith("-"):
            return False
        marked = self._is_marked_above(head, index)
        if not self._page_ends(index) and not (marked and self._is_near_end(index)):
            return False
        if head.form != "number" or not text[len(head.number)].isspace():
            return marked
        if _DATE.match(text):
            return False
        if marked:
            return apart or not self.layout.spaced or not text[head.skip].islower()
        return apart and not self.layout.spaced and number in (last + 1, 1)

    def _is_marked_above(self, head: _Head, index: int) -> bool:
        """Whether the page above has the mark: glued to a word, raised, or in brackets as in front of the footnote."""
        if self.rows[index - 1].text.endswith("/") and self.rows[index].text[0].isdecimal():
            return False  # an address continues
        # "第2段" and "1.3" hold no marks.
        number = head.number
        stop = r"(?:[，。；：》」”）;:)]|(?<!\d)[.,]|(?<=\d{4})[.,])"
        glued = (
            rf"(?!第)[^\W\d_]{number}(?![\dA-Za-z/.-]|{UNITS.pattern})|{stop}{number}(?!\d|[.,/-]\d|{UNITS.pattern})"
        )
        mark = re.compile(rf"{glued}|\S ?[\[〔]{number}[\]〕]" if head.form == "bracket" else glued)
        return any(
            mark.search(self.rows[at].text) or any(one.number == number for one in self.rows[at].line.marks)
            for at in range(max(0, index - _PAGE_ROWS), index)
            if self.furniture[at] is None
        )

    def _page_ends(self, index: int) -> bool:
        """Whether only footnotes are between the row and the end of the page."""
        return self._ends(
            index, lambda at: _head(self.rows[at]) is not None or self._goes_on(self.rows[at - 1], self.rows[at])
        )

    def _is_near_end(self, index: int) -> bool:
        """Whether the page ends a few rows below, without larger gaps between them: some tools leave gaps even between
        the lines of one footnote where the size differs.
        """
        return self._ends(index, lambda at: self.rows[at].gap <= self.layout.gap + 1)

    def _ends(self, index: int, passes: Callable[[int], bool]) -> bool:
        for below in range(index + 1, index + _LAST_ROWS):
            if below == len(self.rows) or self.rows[below].cut:
                return True
            item = self.furniture[below]
            if item is not None:
                return item.ends_page
            if not passes(below):
                return False
        return False

    def continues(self, note: Footnote, index: int) -> bool:
        """Whether a row continues the footnote above it."""
        return self._goes_on(note.rows[-1], self.rows[index]) or self._is_page_end(index)

    def _is_page_end(self, index: int) -> bool:
        """Whether the row is close below the one above, and the page visibly ends a few rows below: no text is below
        footnotes.
        """
        row, layout = self.rows[index], self.layout
        if layout.size is not None or not layout.wrapped or row.gap > layout.gap + 1:
            return False
        if layout.spaced and row.gap > layout.gap and self.rows[index - 1].stopped:
            return False  # a blank line below the end of a footnote
        return self._is_near_end(index)

    def _goes_on(self, above: LayoutLine, row: LayoutLine) -> bool:
        """Whether a row continues the sentence or the block of the row above, which belongs to a footnote."""
        layout = self.layout
        if above.text.isdecimal() and row.gap <= layout.gap + 1:
            return True
        if layout.size is not None:
            return self.is_small(row) and row.gap < layout.gap + 1
        if row.gap > layout.gap or not layout.wrapped:
            return False
        if layout.trailing:
            return not above.trailing
        return layout.spaced or (not above.stopped and not fits(above, row, layout))

    def is_small(self, row: LayoutLine) -> bool:
        """Whether the row is in smaller print than the running text."""
        return self.layout.size is not None and row.size is not None and row.size < self.layout.size * _SMALL


def _ends_starred(row: LayoutLine, sign: str) -> bool:
    """Whether a title or heading ends with the sign of a footnote, or has it raised."""
    glued = row.text.endswith(sign) and row.text.removesuffix(sign)[-1:].strip("*†‡ ") != ""
    return glued or any(mark.number == sign for mark in row.line.marks)
