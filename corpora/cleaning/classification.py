"""Say what each paragraph is (title, heading, list item, paragraph, code) and how deep it lies.

Headings are known by their markers (chapters, articles that stand alone, resolutions, "A.", "1.2."), by the
way they are set (underlined, larger, bold) and by what they lack: a stop at the end. Levels are given in the
order in which kinds of heading nest in the document itself, so that a document and its translation, which
number their sections alike, come out with the same levels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpora.cleaning.layout import CLOSERS, Layout, columns
from corpora.cleaning.paragraphs import LineGroup
from corpora.document import BlockKind
from corpora.text.markers import FAMILIES, Marker, follows, parse_bullet, parse_marker

__all__ = ["Classification", "shapes"]

_FORMS = {"code": BlockKind.CODE, "cell": BlockKind.CELL}
_CONTENTS = re.compile(r"^(?:目\s*[录錄次]|内容|(?:table of )?contents|index of contents)$", re.IGNORECASE)
_HASHES = re.compile(r"^(#{1,6})\s+(?=\S)")
_ENDS_OPEN = ",，、;；:：。.!！?？"
_HEADING_COLUMNS = 160  # longer than any heading that was met in resolutions; a paragraph without a stop is longer
_TITLE_COLUMNS = 320  # the titles of resolutions run on longer, but stand below their number
_BARE_COLUMNS = 72  # headings without a number are believed only where they are short
_LARGER = 1.12  # of the running text's size
#: Of these families each outranks the ones behind it; other kinds of heading nest as they come.
_ORDER = {family: place for place, family in enumerate(("annex", "appendix", "part", "chapter", "section", "article"))}
_LISTS = frozenset(("number-dot", "number-paren", "letter-paren", "roman-paren", "circled", "letter-dot", "roman-dot",
                    "han-paren", "upper-letter-paren", "upper-roman-paren"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Classification:
    """What a piece is: ``skip`` characters of its text are marker and blanks, ``marker`` is printed before it."""

    kind: BlockKind
    level: int = 0
    marker: str = ""
    skip: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A piece with all that the rules ask about it."""

    piece: LineGroup
    text: str
    marker: Marker | None
    bullet: int  # characters that bullet and blanks take, 0 for none
    stopped: bool
    wide: int

    @property
    def rest(self) -> str:
        return self.text[self.marker.end :] if self.marker else self.text[self.bullet :]


def shapes(pieces: Sequence[LineGroup], texts: Sequence[str], layout: Layout, profile: str) -> list[Classification]:
    """The shape of every piece; ``texts`` are the joined texts with footnote marks taken out."""
    seen = [_look(piece, text) for piece, text in zip(pieces, texts, strict=True)]
    bare = _bare_allowed(seen, layout)
    listed = _contents(seen)
    headings = _Headings()
    lists = _Lists()
    found: list[Classification] = []
    for index, one in enumerate(seen):
        if one.piece.form in _FORMS:
            found.append(Classification(_FORMS[one.piece.form]))
            continue
        if index in listed:
            found.append(_item(one, lists, profile))
            continue
        key, skip = _heading_key(seen, index, found, layout, profile, bare)
        if key and index == 0 and one.marker is None and not key.startswith("hash"):
            found.append(Classification(BlockKind.TITLE, 0, "", skip))
            continue
        if key:
            lists.reset()
            level = headings.level(key, one.marker)
            found.append(_heading(one, level, skip))
            continue
        found.append(_item(one, lists, profile))
    return found


def _look(piece: LineGroup, text: str) -> _Seen:
    marker = parse_marker(text)
    bullet = parse_bullet(text) if marker is None else None
    body = text.rstrip(CLOSERS + " ")
    return _Seen(piece, text, marker, bullet[1] if bullet else 0, body[-1:] in _ENDS_OPEN, columns(text[:400]))


def _heading(one: _Seen, level: int, skip: int) -> Classification:
    if one.marker is None or skip:
        return Classification(BlockKind.HEADING, level, "", skip)
    if not one.rest.strip():
        # "第 7/1 号决议" is all there is: it is the text, or the block would be empty.
        return Classification(BlockKind.HEADING, level, "", 0)
    return Classification(BlockKind.HEADING, level, one.marker.printed, one.marker.end)


def _item(one: _Seen, lists: "_Lists", profile: str) -> Classification:
    if one.bullet:
        return Classification(BlockKind.ITEM, lists.bullet(one.piece.first.indent), "", one.bullet)
    if one.marker is None or not one.rest.strip():
        return Classification(BlockKind.PARAGRAPH)
    if one.marker.family in FAMILIES or one.marker.family == "appendix":
        # "第三十条 为了…": the article's number beside its text. "附件 …" opens no numbered unit.
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
    seen: Sequence[_Seen], index: int, found: Sequence[Classification], layout: Layout, profile: str, bare: bool
) -> tuple[str, int]:
    """The kind of heading that a piece is ("" for none), and the characters to skip at its start."""
    one = seen[index]
    hashes = _HASHES.match(one.text)
    if hashes:
        return f"hash{len(hashes[1])}", hashes.end()
    if one.piece.form.startswith("setext"):
        return f"hash{one.piece.form[-1]}", 0
    if one.wide > _TITLE_COLUMNS or not any(char.isalpha() for char in one.text) or one.bullet:
        return "", 0
    if one.marker is not None:
        return (_marked_key(seen, index, layout, profile), 0)
    if one.stopped:
        return "", 0
    above = seen[index - 1].marker if index else None
    if found and found[-1].kind is BlockKind.HEADING and above is not None and _stands_alone(seen[index - 1]):
        # The title below "Resolution 7/1", "第一章", "Annex I".
        return f"title of {above.scheme}", 0
    if one.wide > _HEADING_COLUMNS:
        return "", 0
    if _set_off(one, layout):
        return f"size {round(one.piece.first.size or 0)}", 0
    if (bare or index == 0) and _bare(seen, index, layout):
        return "bare", 0
    return "", 0


def _stands_alone(one: _Seen) -> bool:
    return one.marker is not None and one.marker.family != "item" and not one.rest.strip()


def _set_off(one: _Seen, layout: Layout) -> bool:
    """Whether the piece is set larger than the running text, or bold throughout."""
    if layout.size is None or one.piece.first.size is None:
        return False
    return one.piece.first.size >= layout.size * _LARGER or all(row.line.bold for row in one.piece.rows)


def _marked_key(seen: Sequence[_Seen], index: int, layout: Layout, profile: str) -> str:
    one = seen[index]
    marker = one.marker
    assert marker is not None
    ended = one.stopped and bool(one.rest.strip())
    if marker.family in FAMILIES or marker.family == "appendix":
        short = len(one.rest) <= 60 and columns(one.rest) <= 90
        return marker.scheme if short and not ended else ""
    if ended or not one.rest.strip():
        return ""
    if marker.scheme == "decimal":
        return "decimal" if one.wide <= 110 and 0 not in marker.value and _section_like(one, layout) else ""
    if _set_off(one, layout) or (layout.wrapped and layout.spaced and one.piece.first.indent < layout.margin - 0.8):
        return marker.scheme if not _in_run(seen, index) else ""
    if marker.scheme in ("upper-letter-dot", "upper-roman-dot", "han-comma"):
        return marker.scheme if not _in_run(seen, index) else ""
    if marker.scheme in ("han-paren", "number-dot") and not _in_run(seen, index) and profile != "un":
        return marker.scheme if _leads(seen, index) else ""
    if marker.scheme == "han-paren" and profile == "un":
        return marker.scheme if not _in_run(seen, index) and _leads(seen, index) else ""
    return ""


def _section_like(one: _Seen, layout: Layout) -> bool:
    """Whether "2.1" opens a section and is not a quantity: a stop behind it, or a line of its own kind."""
    marker = one.marker
    assert marker is not None
    if marker.printed[-1] in ".．、" or one.rest[:1].isupper():
        return True
    return not one.rest[:1].isascii() and (not layout.wrapped or len(one.piece.rows) == 1)


def _in_run(seen: Sequence[_Seen], index: int) -> bool:
    """Whether the pieces above or below continue the numbering: entries of a list or of a table of contents."""
    marker = seen[index].marker
    assert marker is not None
    if index + 1 < len(seen):
        below = seen[index + 1].marker
        if below is not None and follows(below, marker):
            return True
    if index > 0:
        above = seen[index - 1].marker
        if above is not None and follows(marker, above):
            return True
    return False


def _leads(seen: Sequence[_Seen], index: int) -> bool:
    """Whether running text follows: a heading is followed by more than it says itself."""
    if index + 1 >= len(seen):
        return False
    below = seen[index + 1]
    return below.stopped or below.wide > max(60, seen[index].wide) or _stands_alone(below)


def _contents(seen: Sequence[_Seen]) -> frozenset[int]:
    """The entries of a table of contents, which read like headings: from its title to where the first one recurs."""
    start = next((at for at, one in enumerate(seen[:400]) if _CONTENTS.match(one.text.strip())), None)
    if start is None or start + 2 >= len(seen):
        return frozenset()
    first = _bone(seen[start + 1].rest)
    end = start + 1
    while end < len(seen) and not (seen[end].stopped and seen[end].wide > _BARE_COLUMNS):
        if end > start + 1 and _bone(seen[end].rest) == first:
            return frozenset(range(start + 1, end))
        end += 1
    return frozenset()


def _bone(text: str) -> str:
    """A heading without what a table of contents adds to it: leaders, the page number, blanks."""
    return re.sub(r"[\s.…·]+|\d+\s*$", "", text).casefold()


def _bare_allowed(seen: Sequence[_Seen], layout: Layout) -> bool:
    """Whether short lines without a stop can mean headings here: not where most lines are such (verse, word lists)."""
    short = sum(not one.stopped and one.wide <= _BARE_COLUMNS and one.marker is None for one in seen)
    return short <= 0.4 * len(seen)


def _bare(seen: Sequence[_Seen], index: int, layout: Layout) -> bool:
    """Whether an unnumbered line is a heading: short, without a stop, and leading to running text."""
    one = seen[index]
    first = one.piece.first
    if index == 0:
        return one.wide <= _HEADING_COLUMNS and len(seen) > 1
    if one.wide > _BARE_COLUMNS or len(one.piece.rows) > 1 or first.cut:
        return False
    if one.text[0].islower() or not _leads(seen, index):
        return False
    if layout.spaced and layout.wrapped:
        above = seen[index - 1]
        in_row = not above.stopped and above.wide <= _BARE_COLUMNS and above.piece.first.indent == first.indent
        return first.indent < layout.margin - 0.8 and not in_row
    if layout.wrapped and not layout.spaced:
        return first.gap > layout.gap + 0.9 or first.indent > layout.margin + 4
    return True


class _Headings:
    """Gives levels to kinds of headings as they turn up: a new kind nests, a known one goes back to its level."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def level(self, key: str, marker: Marker | None) -> int:
        if key.startswith("hash"):
            return int(key[4:])
        if key == "decimal" and marker is not None:
            # 2.1 lies under chapter 2 or under heading "2."; 2.1.3 one deeper.
            above = [one for one in self._open if not one.startswith("decimal")]
            base = next(
                (place + 1 for place, one in enumerate(above) if one in ("chapter", "annex", "appendix", "number-dot")),
                0,
            )
            depth = max(1, len(marker.value) - 1) if base else len(marker.value) - (1 if len(marker.value) > 1 else 0)
            self._open = above[:base] + [f"decimal{step}" for step in range(1, depth + 1)]
            return len(self._open)
        if key in self._open:
            del self._open[self._open.index(key) + 1 :]
            return len(self._open)
        while self._open and self._below(self._open[-1], key):
            self._open.pop()
        self._open.append(key)
        return len(self._open)

    @staticmethod
    def _below(one: str, key: str) -> bool:
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
    """Gives levels to list items: a scheme that turns up inside another's items lies one deeper."""

    def __init__(self) -> None:
        self._open: list[Marker | float] = []

    def reset(self) -> None:
        self._open.clear()

    def last(self, marker: Marker) -> Marker | None:
        """The open item that ``marker`` may count on from, the innermost first."""
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
        while self._open and not isinstance(self._open[-1], Marker) and self._open[-1] > indent + 0.8:
            self._open.pop()
        if not self._open or isinstance(self._open[-1], Marker) or self._open[-1] < indent - 0.8:
            self._open.append(indent)
        return len(self._open)
