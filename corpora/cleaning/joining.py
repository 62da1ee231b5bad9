"""Join the lines of one paragraph into the text that was wrapped.

Two words are joined with a space, two Chinese characters without one. Between a Chinese character and a Latin letter
or digit, the rest of the document shows whether a space belongs there. A hyphen at the end of a line is kept or
removed depending on how the document writes the word elsewhere ("money-laundering" stays, "interna-tional" becomes
"international"), and paths and web addresses are joined without a space.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpora.cleaning.layout import LayoutLine
from corpora.cleaning.widths import is_wide
from corpora.document import FootnoteMark
from corpora.text.scripts import CJK, HAN, KANA

__all__ = ["JoinedText", "Joiner", "joiner_of"]

_SPACED = re.compile(f"[{HAN}{KANA}] [A-Za-z0-9]|[A-Za-z0-9] [{HAN}{KANA}]")
_TIGHT = re.compile(f"[{HAN}{KANA}][A-Za-z0-9]|[A-Za-z0-9][{HAN}{KANA}]")
_BLANKS = re.compile(r"[ \t\xa0]{2,}|[\t\xa0]|\xad(?!$)")
_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:-[A-Za-z\u00c0-\u024f]+)*")
_BROKEN_WORD = re.compile(r"(?:^|[^\w-])((?:[A-Za-z\u00c0-\u024f]+-)*[A-Za-z\u00c0-\u024f]+)-$")
_NEXT_WORD = re.compile(r"^([A-Za-z\u00c0-\u024f]+)(-(?=[A-Za-z\u00c0-\u024f]))?")
_PATH_END = re.compile(rf"(?:^|[(“\"'<{CJK}])(?:(?:https?|ftp)://|www\.|[~.]?/.|[\w.-]+/)[^{HAN}]*$|./$")
_ADDRESS_END = re.compile(rf"(?:(?:https?|ftp)://|www\.)[^{HAN}]*$")
_TAIL = 500  # characters at the end of a line, in which an address or a path begins
_PATH_TAIL = re.compile(r"^[\w{%~$*#]")
_MANUAL_PAGE = re.compile(r"^\(\d[a-z]?\)")
#: First parts of compounds, so that a compound that occurs nowhere else keeps its hyphen: those that are rarely the
#: first syllable of another word, and those that often are ("inter-est", "pre-sent").
_FIRSTS = frozenset("all cross ex full half high long low non one quasi self semi short third two well whole wide"
                    " twenty thirty forty fifty sixty seventy eighty ninety".split())  # fmt: skip
_PREFIXES = frozenset("anti co counter decision follow inter intra micro mid multi off on over post pre public re sub"
                      " un up".split())  # fmt: skip
#: Last parts of compounds that are never the last syllables of another word.
_CLOSING = frozenset("based building driven effective free friendly holder holders keeping laundering led level making"
                     " operation oriented owned related sharing specific term up wide year years".split())  # fmt: skip
_HYPHENATING = 0.03  # least share of lines that end in a hyphen in a document that hyphenates words
_LINES = 40  # least number of lines that show whether a document hyphenates words
_LONG = 5  # letters; the rest of a hyphenated word is rarely longer


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A joined paragraph: its text, the footnote marks of its lines, and the position of each line.

    ``places`` are ``(offset in text, offset in the original)`` for the start of every line.
    """

    text: str
    marks: tuple[FootnoteMark, ...]
    places: tuple[tuple[int, int], ...]

    def origin(self, offset: int) -> int:
        """The offset in the original of an offset in the text."""
        place = max((place for place in self.places if place[0] <= offset), default=(0, 0))
        return place[1] + offset - place[0]


@dataclass(frozen=True, slots=True)
class Joiner:
    """What the document shows about joining: its words, and whether a space separates Chinese and Latin characters."""

    words: frozenset[str]
    spaced: bool
    #: Whether lines end in hyphens that were added where a word was broken: None where the document does not show it.
    hyphenates: bool | None = None

    def between(self, above: str, below: str) -> tuple[int, str]:
        """How to join two lines: how many characters to remove from the end of ``above``, and what to insert."""
        last, first = above[-1], below[0]
        if last == "\u00ad":
            return 1, ""
        if is_wide(last) or is_wide(first):
            return 0, " " if self.spaced and _SPACED.match(f"{last} {first}") else ""
        tail = above[-_TAIL:].rpartition(" ")[2]
        in_address = _ADDRESS_END.search(tail) is not None
        if last == "-" and in_address and (first.isalnum() or first == "/"):
            return int(above.endswith("/-") and first != "/"), ""  # no address has "/-" before a word
        if last == "-" and above[-2:-1].strip():
            return self._hyphen(above, below), ""
        if (
            last == "^"  # the mark of a footnote, "^[12]"
            or (_MANUAL_PAGE.match(below) and last.isalnum())
            or (last == "." and in_address and (first.islower() or first.isdecimal()))
            or (first in "-_.?=&#%~" and in_address and below[1:2].isalnum())
            or (last in "/_=&?%" and _PATH_TAIL.match(below) and _PATH_END.search(tail))
            or (first == "/" and below[1:2].isalnum() and _PATH_END.search(tail))
        ):
            return 0, ""
        return 0, " "

    def _hyphen(self, above: str, below: str) -> int:
        """1 where the hyphen at the end of ``above`` was added when the word was broken, else 0."""
        parts = _broken(above, below)
        if parts is None:
            return 0
        head, tail, more = parts
        if f"{head}-{tail}" in self.words:
            return 0
        if head + tail in self.words:
            return 1
        last = head.rpartition("-")[2]
        # "search-" before "and-rescue": the rest has a hyphen of its own.
        if more or "-" in head or last in _FIRSTS or tail in _CLOSING or self.hyphenates is False:
            return 0
        if self.hyphenates:
            return 0 if (last in self.words or last in _PREFIXES) and tail in self.words else 1
        return 0 if last in _PREFIXES or (last in self.words and (tail in self.words or len(tail) > _LONG)) else 1

    def join(self, rows: Sequence[LayoutLine]) -> JoinedText:
        """The rows as one text with single spaces; the offsets of the rows' own footnote marks are adjusted."""
        marks: list[FootnoteMark] = []
        places: list[tuple[int, int]] = []
        pieces: list[str] = []
        length = 0
        for row in rows:
            glue = ""
            if pieces:
                cut, glue = self.between(pieces[-1], row.text)
                length -= cut
                pieces[-1] = pieces[-1][: len(pieces[-1]) - cut]
            offset = length + len(glue)
            text, inner = _single_spaced(row)
            places += [(offset + at, origin) for at, origin in inner]
            marks += _marks(row, offset)
            pieces.append(glue + text)
            length = offset + len(text)
        return JoinedText("".join(pieces), tuple(marks), tuple(places))


def _single_spaced(row: LayoutLine) -> tuple[str, list[tuple[int, int]]]:
    """The text of a row with single spaces, and the offset in the original for the start of each part."""
    text = row.text
    origin = _start(row)
    places = [(0, origin)]
    pieces: list[str] = []
    length = at = 0
    for match in _BLANKS.finditer(text):
        pieces.append(text[at : match.start()] + ("" if match[0] == "\xad" else " "))
        length += len(pieces[-1])
        at = match.end()
        places.append((length, origin + at))
    pieces.append(text[at:])
    return "".join(pieces), places


def joiner_of(rows: Iterable[LayoutLine]) -> Joiner:
    """A `Joiner` for a document, from the words and the spaces in its text."""
    words: set[str] = set()
    texts = [row.text for row in rows]
    spaced = sum(len(_SPACED.findall(text)) - len(_TIGHT.findall(text)) for text in texts) > 0
    pairs = [_broken(above, below) for above, below in pairwise(texts)]
    for text, before, behind in zip(texts, [None, *pairs], [*pairs, None], strict=False):
        # The two parts of a broken word are not words of the document.
        found = [word.lower() for word in _WORDS.findall(text)]
        words.update(found[bool(before) : -1 if behind else None])
    whole = sum(pair is not None and f"{pair[0]}-{pair[1]}" in words for pair in pairs)
    soft = sum(pair is not None and pair[0] + pair[1] in words for pair in pairs)
    count = sum(pair is not None for pair in pairs)
    few = len(texts) >= _LINES and count < _HYPHENATING * len(texts)
    return Joiner(frozenset(words), spaced, True if soft else False if whole or few else None)


def _broken(above: str, below: str) -> tuple[str, str, bool] | None:
    """The two parts of a word that is broken at a hyphen, and whether the second part ends in a hyphen too."""
    head, rest = _BROKEN_WORD.search(above), _NEXT_WORD.match(below)
    if head is None or rest is None or not below[0].islower():
        return None
    return head[1].lower(), rest[1].lower(), rest[2] is not None


def _start(row: LayoutLine) -> int:
    return row.line.start + len(row.line.text) - len(row.line.text.lstrip())


def _marks(row: LayoutLine, offset: int) -> list[FootnoteMark]:
    lead = len(row.line.text) - len(row.line.text.lstrip())
    return [FootnoteMark(mark.number, max(0, mark.offset - lead) + offset) for mark in row.line.marks]
