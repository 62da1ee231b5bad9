"""Classify each paragraph (title, heading, list item, paragraph, code) and find its level.

Headings are recognized by their markers (chapters, articles on a line of their own, resolutions, "A.", "1.2."), by
their formatting (underlined, larger, bold) and by the missing full stop at their end. Levels follow the order in which
kinds of heading nest in the document itself, so that a document and its translation get the same levels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpora.cleaning.contents import CONTENTS, entry_key
from corpora.cleaning.layout import CLOSERS, Layout, columns
from corpora.cleaning.paragraphs import LineGroup
from corpora.document import BlockKind
from corpora.text.markers import FAMILIES, Marker, follows, parse_bullet, parse_marker

__all__ = ["Classification", "classify", "glue_between"]

_FORMS = {"code": BlockKind.CODE, "cell": BlockKind.CELL}
_HASHES = re.compile(r"^(#{1,6})\s+(?=\S)")
_ENDS_OPEN = ",，、;；:：。.!！?？"
_HEADING_COLUMNS = 160  # the longest heading
_TITLE_COLUMNS = 320  # the longest title below the number of a resolution
_BARE_COLUMNS = 72  # the longest heading without a number or formatting
_SECTION_COLUMNS = 110  # the longest heading with a decimal number
_NUMBERED_CHARS, _NUMBERED_COLUMNS = 60, 90  # the longest heading of a chapter or article
_TEXT_COLUMNS = 60  # a paragraph without a full stop at its end is running text where it is longer
_LARGER = 1.12  # least size of a heading, relative to the running text
_BARE_SHARE = 0.4  # largest share of short lines with which a short line may be a heading
_OUTLINE = ("upper-letter-dot", "upper-roman-dot", "han-comma")  # schemes that number sections
_STEP = 0.8  # columns; lines whose indents differ by less are aligned
_DEEP = 4  # columns; a line with a larger indent is centred
#: Each of these families contains the ones after it; other kinds of heading nest in the order in which they occur.
_ORDER = {family: place for place, family in enumerate(("annex", "appendix", "part", "chapter", "section", "article"))}
_LISTS = frozenset(("number-dot", "number-paren", "letter-paren", "roman-paren", "circled", "letter-dot", "roman-dot",
                    "han-paren", "upper-letter-paren", "upper-roman-paren"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Classification:
    """What a paragraph is: ``skip`` characters of its text are its marker and blanks."""

    kind: BlockKind
    level: int = 0
    marker: str = ""
    skip: int = 0


@dataclass(frozen=True, slots=True)
class _GroupFacts:
    """A group with what the rules need to know about it."""

    group: LineGroup
    text: str
    marker: Marker | None
    bullet: int  # length of the bullet and the blanks after it, 0 for none
    stopped: bool
    wide: int

    @property
    def rest(self) -> str:
        return self.text[self.marker.end :] if self.marker else self.text[self.bullet :]


def classify(groups: Sequence[LineGroup], texts: Sequence[str], layout: Layout, profile: str) -> list[Classification]:
    """Classify every group; ``texts`` are the joined texts without footnote marks."""
    paragraphs = [_paragraph(group, text) for group, text in zip(groups, texts, strict=True)]
    bare = _may_be_bare(paragraphs)
    listed = _contents(paragraphs)
    headings = _Headings()
    lists = _Lists()
    found: list[Classification] = []
    for index, one in enumerate(paragraphs):
        if one.group.form in _FORMS:
            found.append(Classification(_FORMS[one.group.form]))
            continue
        if index in listed:
            found.append(_item(one, lists, profile))
            continue
        key = _heading_key(paragraphs, index, found, layout, profile, bare)
        if not key:
            found.append(_item(one, lists, profile))
        elif index == 0 and one.marker is None and not key.startswith("hash"):
            found.append(Classification(BlockKind.TITLE))
        else:
            lists.reset()
            found.append(_heading(one, headings.level(key, one.marker)))
    return found


def glue_between(text: str, skip: int) -> str:
    """What is between a marker and the text that begins at ``skip``: a blank where ``text`` has one there.

    Full-width blanks stay, as in "第九条　本办法…": CAT tools keep them, so that units without them would not match.
    """
    blank = text[len(text[:skip].rstrip()) : skip]
    return blank if blank.strip("\u3000") == "" and (blank or skip) else " "


def _paragraph(group: LineGroup, text: str) -> _GroupFacts:
    marker = parse_marker(text)
    bullet = parse_bullet(text) if marker is None else None
    body = text.rstrip(CLOSERS + " ")
    return _GroupFacts(group, text, marker, bullet[1] if bullet else 0, body[-1:] in _ENDS_OPEN, columns(text))


def _heading(one: _GroupFacts, level: int) -> Classification:
    hashes = _HASHES.match(one.text)
    if hashes:
        return Classification(BlockKind.HEADING, level, "", hashes.end())
    if one.marker is None or not one.rest.strip():
        # A heading that is only a marker ("第 7/1 号决议") keeps it as its text.
        return Classification(BlockKind.HEADING, level)
    return Classification(BlockKind.HEADING, level, one.marker.printed, one.marker.end)


def _item(one: _GroupFacts, lists: "_Lists", profile: str) -> Classification:
    if one.bullet:
        return Classification(BlockKind.ITEM, lists.bullet(one.group.first.indent), "", one.bullet)
    if one.marker is None or not one.rest.strip():
        return Classification(BlockKind.PARAGRAPH)
    if one.marker.family in FAMILIES or one.marker.family == "appendix":
        # "第三十条 为了…": an article's number before its text. "附件 …" has no number.
        return (
            Classification(BlockKind.PARAGRAPH, 0, one.marker.printed, one.marker.end)
            if one.marker.value
            else Classification(BlockKind.PARAGRAPH)
        )
    if one.marker.scheme == "decimal" and (profile == "plain" and one.marker.printed[-1] not in ".．、"):
        return Classification(BlockKind.PARAGRAPH)
    marker, level = lists.item(parse_marker(one.text, lists.last(one.marker)) or one.marker)
    return Classification(BlockKind.ITEM, level, marker.printed, marker.end)


def _heading_key(
    paragraphs: Sequence[_GroupFacts],
    index: int,
    found: Sequence[Classification],
    layout: Layout,
    profile: str,
    bare: bool,
) -> str:
    """The kind of heading ("" for none)."""
    one = paragraphs[index]
    hashes = _HASHES.match(one.text)
    if hashes:
        return f"hash{len(hashes[1])}"
    if one.group.form.startswith("setext"):
        return f"hash{one.group.form[-1]}"
    if one.wide > _TITLE_COLUMNS or not any(char.isalpha() for char in one.text) or one.bullet:
        return ""
    if one.marker is not None:
        return _numbered_key(paragraphs, index, layout, profile)
    if one.stopped:
        return ""
    above = paragraphs[index - 1].marker if index else None
    if found and found[-1].kind is BlockKind.HEADING and above is not None and _is_only_marker(paragraphs[index - 1]):
        # The title below "Resolution 7/1", "第一章", "Annex I" on a line of its own.
        return f"title of {above.scheme}"
    if one.wide > _HEADING_COLUMNS:
        return ""
    if _is_emphasized(one, layout):
        return f"size {round(one.group.first.size or 0)}"
    return "bare" if (bare or index == 0) and _is_bare(paragraphs, index, layout) else ""


def _is_only_marker(one: _GroupFacts) -> bool:
    return one.marker is not None and one.marker.family != "item" and not one.rest.strip()


def _is_emphasized(one: _GroupFacts, layout: Layout) -> bool:
    """Whether the group is larger than the running text, or bold throughout."""
    if layout.size is None or one.group.first.size is None:
        return False
    return one.group.first.size >= layout.size * _LARGER or all(row.line.bold for row in one.group.rows)


def _numbered_key(paragraphs: Sequence[_GroupFacts], index: int, layout: Layout, profile: str) -> str:
    one = paragraphs[index]
    marker = one.marker
    assert marker is not None
    ended = one.stopped and bool(one.rest.strip())
    if marker.family in FAMILIES or marker.family == "appendix":
        short = len(one.rest) <= _NUMBERED_CHARS and columns(one.rest) <= _NUMBERED_COLUMNS
        return marker.scheme if short and not ended else ""
    if ended or not one.rest.strip():
        return ""
    if marker.scheme == "decimal":
        return (
            "decimal"
            if one.wide <= _SECTION_COLUMNS and 0 not in marker.value and _is_section_number(one, layout)
            else ""
        )
    if _in_sequence(paragraphs, index):
        return ""
    outdented = layout.wrapped and layout.spaced and one.group.first.indent < layout.margin - _STEP
    if outdented or _is_emphasized(one, layout) or marker.scheme in _OUTLINE:
        return marker.scheme
    numbered = marker.scheme == "han-paren" or (marker.scheme == "number-dot" and profile != "un")
    return marker.scheme if numbered and _introduces_text(paragraphs, index) else ""


def _is_section_number(one: _GroupFacts, layout: Layout) -> bool:
    """Whether "2.1" is the number of a section and not a quantity."""
    marker = one.marker
    assert marker is not None
    if marker.printed[-1] in ".．、" or one.rest[:1].isupper():
        return True
    return not one.rest[:1].isascii() and (not layout.wrapped or len(one.group.rows) == 1)


def _in_sequence(paragraphs: Sequence[_GroupFacts], index: int) -> bool:
    """Whether the numbering continues in the group above or below: a list or a table of contents."""
    marker = paragraphs[index].marker
    above = paragraphs[index - 1].marker if index else None
    below = paragraphs[index + 1].marker if index + 1 < len(paragraphs) else None
    return marker is not None and (
        (above is not None and follows(marker, above)) or (below is not None and follows(below, marker))
    )


def _introduces_text(paragraphs: Sequence[_GroupFacts], index: int) -> bool:
    """Whether running text follows, as it does below a heading."""
    if index + 1 >= len(paragraphs):
        return False
    below = paragraphs[index + 1]
    return below.stopped or below.wide > max(_TEXT_COLUMNS, paragraphs[index].wide) or _is_only_marker(below)


def _contents(paragraphs: Sequence[_GroupFacts]) -> frozenset[int]:
    """The entries of a table of contents, which look like headings: up to where the first of them recurs."""
    start = next((at for at, one in enumerate(paragraphs, 1) if CONTENTS.match(one.text.strip())), len(paragraphs))
    first = ""
    for at, one in enumerate(paragraphs[start:], start):
        entry = entry_key(one.rest)
        if one.stopped and one.wide > _BARE_COLUMNS:
            break
        if at == start:
            first = entry
        elif entry == first:
            return frozenset(range(start, at))
    return frozenset()


def _may_be_bare(paragraphs: Sequence[_GroupFacts]) -> bool:
    """Whether short lines can be headings: not in verse and word lists, where many lines are short."""
    short = sum(not one.stopped and one.wide <= _BARE_COLUMNS and one.marker is None for one in paragraphs)
    return short <= _BARE_SHARE * len(paragraphs)


def _is_bare(paragraphs: Sequence[_GroupFacts], index: int, layout: Layout) -> bool:
    """Whether a line without number and formatting is a heading: short, no full stop, running text below."""
    one = paragraphs[index]
    first = one.group.first
    if index == 0:
        return one.wide <= _HEADING_COLUMNS and len(paragraphs) > 1
    if one.wide > _BARE_COLUMNS or len(one.group.rows) > 1 or first.cut:
        return False
    if one.text[0].islower() or not _introduces_text(paragraphs, index):
        return False
    if layout.spaced and layout.wrapped:
        above = paragraphs[index - 1]
        in_row = not above.stopped and above.wide <= _BARE_COLUMNS and above.group.first.indent == first.indent
        return first.indent < layout.margin - _STEP and not in_row
    if layout.wrapped:
        return first.gap > layout.gap + 0.9 or first.indent > layout.margin + _DEEP
    return True


class _Headings:
    """Assigns levels to headings in order: a new kind is nested, a known kind returns to its level."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def level(self, key: str, marker: Marker | None) -> int:
        if key.startswith("hash"):
            return int(key[4:])
        if key == "decimal" and marker is not None:
            # 2.1 is nested in chapter 2 or in heading "2."; 2.1.3 in 2.1.
            above = [one for one in self._open if not one.startswith("decimal")]
            base = next(
                (place + 1 for place, one in enumerate(above) if one in ("chapter", "annex", "appendix", "number-dot")),
                0,
            )
            self._open = above[:base] + [f"decimal{step}" for step in range(1, len(marker.value))]
            return len(self._open)
        if key in self._open:
            del self._open[self._open.index(key) + 1 :]
            return len(self._open)
        while self._open and self._closes(self._open[-1], key):
            self._open.pop()
        self._open.append(key)
        return len(self._open)

    @staticmethod
    def _closes(one: str, key: str) -> bool:
        """Whether a heading of kind ``key`` closes an open one of kind ``one``."""
        if key in ("annex", "appendix"):
            return one not in ("resolution", "decision") and not (key == "appendix" and one == "annex")
        if key in _ORDER and one in _ORDER:
            return _ORDER[one] > _ORDER[key]
        if key == "decision":
            return one in ("resolution", "title of resolution")
        if key in _ORDER or key == "resolution":
            return one.startswith(("title of", "decimal", "bare")) or one in _LISTS
        return one.startswith("decimal")


class _Lists:
    """Assigns levels to list items: a new scheme is nested in the items above."""

    def __init__(self) -> None:
        self._open: list[Marker | float] = []

    def reset(self) -> None:
        self._open.clear()

    def last(self, marker: Marker) -> Marker | None:
        """The innermost open item whose numbering ``marker`` continues."""
        for one in reversed(self._open):
            if isinstance(one, Marker):
                settled = parse_marker(marker.printed + " x", one)
                if settled is not None and follows(settled, one):
                    return one
        return None

    def item(self, marker: Marker) -> tuple[Marker, int]:
        """The marker and its level."""
        for place in range(len(self._open) - 1, -1, -1):
            one = self._open[place]
            if isinstance(one, Marker) and one.scheme == marker.scheme:
                if marker.value != (1,) or place == len(self._open) - 1 or one.value == marker.value:
                    del self._open[place + 1 :]
                    self._open[place] = marker
                    return marker, place + 1
                break
        while self._open and isinstance(self._open[-1], Marker) and self._open[-1].rank > marker.rank:
            self._open.pop()
        self._open.append(marker)
        return marker, len(self._open)

    def bullet(self, indent: float) -> int:
        while self._open and not isinstance(self._open[-1], Marker) and self._open[-1] > indent + _STEP:
            self._open.pop()
        if not self._open or isinstance(self._open[-1], Marker) or self._open[-1] < indent - _STEP:
            self._open.append(indent)
        return len(self._open)
