"""Put the lines of one paragraph together again, as the paragraph had them before it was wrapped.

Between two Chinese characters nothing is put in; between two words a space. Where a Chinese character meets
a Latin letter or digit, the rest of the document shows whether its typesetter put a space there. A hyphen
at the end of a line is kept or taken out by what the document writes elsewhere ("money-laundering" stays,
"interna-tional" is mended), and paths and web addresses are not torn.
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
_BLANKS = re.compile(r"[ \t\xa0]+")
_IS_HAN = re.compile(f"[{HAN}{KANA}]")
_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:-[A-Za-z\u00c0-\u024f]+)*")
_TORN_WORD = re.compile(r"(?:^|[^\w-])((?:[A-Za-z\u00c0-\u024f]+-)*[A-Za-z\u00c0-\u024f]+)-$")
_NEXT_WORD = re.compile(r"^([A-Za-z\u00c0-\u024f]+)(-(?=[A-Za-z\u00c0-\u024f]))?")
_PATH_END = re.compile(rf"(?:^|[\s(“\"'<{CJK}])(?:(?:https?|ftp)://|www\.|[~.]?/|[\w.-]+/)[^\s{HAN}]*$|/$")
_ADDRESS_END = re.compile(rf"(?:(?:https?|ftp)://|www\.)[^\s{HAN}]*$")
_PATH_TAIL = re.compile(r"^[\w{%~$*#]")
_MANUAL_PAGE = re.compile(r"^\(\d[a-z]?\)")
#: Parts that hyphenated compounds are made with, so that an unseen compound is not run together: some that hardly any
#: other word begins with where it is torn, and some that are syllables too ("inter-est", "pre-sent").
_FIRSTS = frozenset("all cross ex full half high long low non one quasi self semi short third two well whole wide"
                    " twenty thirty forty fifty sixty seventy eighty ninety".split())  # fmt: skip
_PREFIXES = frozenset("anti co counter decision follow inter intra micro mid multi off on over post pre public re sub"
                      " un up".split())  # fmt: skip
#: Words that close compounds and no other word ends in when it is torn.
_CLOSING = frozenset("based building driven effective free friendly holder holders keeping laundering led level making"
                     " operation oriented owned related sharing specific term up wide year years".split())  # fmt: skip
_TEARING = 0.03  # share of the lines that end in a hyphen, at least, where words are torn
_LINES = 40  # lines that are enough to show it


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A joined paragraph: its text, the footnote marks that its lines brought along, and where each line went.

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
    """What a document's own text says about joining: its words, and whether Chinese and Latin are spaced."""

    words: frozenset[str]
    spaced: bool
    #: Whether words are torn by hyphens that they do not have: True or False where torn words show it, else None.
    tears: bool | None = None

    def between(self, above: str, below: str) -> tuple[int, str]:
        """How ``above`` goes on in ``below``: characters to take off the end of ``above``, and what to put between."""
        last, first = above[-1], below[0]
        if last == "\u00ad":
            return 1, ""
        if is_wide(last) or is_wide(first) or _IS_HAN.match(last) or _IS_HAN.match(first):
            meets = (_IS_HAN.match(last) and first.isascii() and first.isalnum()) or (
                _IS_HAN.match(first) and last.isascii() and last.isalnum()
            )
            return 0, " " if meets and self.spaced else ""
        if last == "^":
            return 0, ""
        if last == "-" and above[-2:-1].strip():
            return self._hyphen(above, below), ""
        if _MANUAL_PAGE.match(below) and above[-1].isalnum():
            return 0, ""
        tail = above[-200:]
        if last == "." and _ADDRESS_END.search(tail) and (below[0].islower() or below[0].isdecimal()):
            return 0, ""
        if (last in "/-_=&?%" and _PATH_TAIL.match(below) and _PATH_END.search(tail)) or (
            first == "/" and len(below) > 1 and below[1].isalnum() and _PATH_END.search(tail)
        ):
            return 0, ""
        return 0, " "

    def _hyphen(self, above: str, below: str) -> int:
        parts = _torn(above, below)
        if parts is None:
            return 0
        head, tail, more = parts
        if f"{head}-{tail}" in self.words:
            return 0
        if head + tail in self.words:
            return 1
        last = head.rpartition("-")[2]
        # "search-" before "and-rescue": what goes on as a compound was one.
        if more or "-" in head or last in _FIRSTS or tail in _CLOSING or self.tears is False:
            return 0
        if self.tears:
            return 0 if (last in self.words or last in _PREFIXES) and tail in self.words else 1
        return 0 if last in _PREFIXES or (last in self.words and (tail in self.words or len(tail) > 5)) else 1

    def join(self, rows: Sequence[LayoutLine]) -> JoinedText:
        """The rows as one text, blanks within them made single; a row's own footnote marks move along with it."""
        marks: list[FootnoteMark] = []
        places: list[tuple[int, int]] = []
        pieces: list[str] = []
        length = 0
        for row in rows:
            glue = ""
            if pieces:
                cut, glue = self.between(pieces[-1] if len(pieces[-1]) > 1 else "".join(pieces[-4:]), row.text)
                if cut:
                    pieces[-1] = pieces[-1][:-cut]
                    length -= cut
            offset = length + len(glue)
            text, inner = _single_spaced(row)
            places += [(offset + at, origin) for at, origin in inner]
            marks += _marks(row, offset)
            pieces.append(glue + text)
            length = offset + len(text)
        return JoinedText("".join(pieces), tuple(marks), tuple(places))


def _single_spaced(row: LayoutLine) -> tuple[str, list[tuple[int, int]]]:
    """The text of a row with each run of blanks made one space, and the places where its parts come from."""
    text = row.text
    origin = _start(row)
    if "  " not in text and "\t" not in text and "\xa0" not in text:
        return text, [(0, origin)]
    places = [(0, origin)]
    pieces: list[str] = []
    length = at = 0
    for match in _BLANKS.finditer(text):
        pieces.append(text[at : match.start()] + " ")
        length += len(pieces[-1])
        at = match.end()
        places.append((length, origin + at))
    pieces.append(text[at:])
    return "".join(pieces), places


def joiner_of(rows: Iterable[LayoutLine]) -> Joiner:
    """Learn how to join from the text of a document: its words, and its habit beside Latin letters and digits."""
    spaced = tight = 0
    words: set[str] = set()
    torn = False
    texts = [row.text for row in rows]
    for text in texts:
        if not text.isascii():
            spaced += len(_SPACED.findall(text))
            tight += len(_TIGHT.findall(text))
        torn = torn or text.endswith("-")
    if not torn:
        return Joiner(frozenset(words), spaced > tight)
    pairs = [_torn(above, below) for above, below in pairwise(texts)]
    for text, before, behind in zip(texts, [None, *pairs], [*pairs, None], strict=True):
        # The torn pieces themselves are no evidence of words.
        found = [word.lower() for word in _WORDS.findall(text[: len(text) - 1 - len(behind[0])] if behind else text)]
        words.update(found[1:] if before else found)
    whole = sum(pair is not None and f"{pair[0]}-{pair[1]}" in words for pair in pairs)
    soft = sum(pair is not None and pair[0] + pair[1] in words for pair in pairs)
    count = sum(pair is not None for pair in pairs)
    few = len(texts) >= _LINES and count < _TEARING * len(texts)
    return Joiner(frozenset(words), spaced > tight, True if soft else False if whole or few else None)


def _torn(above: str, below: str) -> tuple[str, str, bool] | None:
    """The two parts of the word that a hyphen tears at the end of ``above``, and whether another hyphen follows."""
    torn, rest = _TORN_WORD.search(above[-80:]) if above[-1] == "-" else None, _NEXT_WORD.match(below)
    if torn is None or rest is None or not rest[0][0].islower():
        return None
    return torn[1].lower(), rest[1].lower(), rest[2] is not None


def _start(row: LayoutLine) -> int:
    return row.line.start + len(row.line.text) - len(row.line.text.lstrip())


def _marks(row: LayoutLine, offset: int) -> list[FootnoteMark]:
    lead = len(row.line.text) - len(row.line.text.lstrip())
    return [FootnoteMark(mark.number, max(0, mark.offset - lead) + offset) for mark in row.line.marks]
