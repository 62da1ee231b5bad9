"""Put the lines of one paragraph together again, as the paragraph had them before it was wrapped.

Between two Chinese characters nothing is put in; between two words a space. Where a Chinese character meets
a Latin letter or digit, the rest of the document shows whether its typesetter put a space there. A hyphen
at the end of a line is kept or taken out by what the document writes elsewhere ("money-laundering" stays,
"interna-tional" is mended), and paths and web addresses are not torn.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpora.cleaning_layout import Row, is_wide
from corpora.document import Mark

__all__ = ["Joiner", "Text", "joiner_of"]

_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3040-\u30ff"
_SPACED = re.compile(f"[{_HAN}] [A-Za-z0-9]|[A-Za-z0-9] [{_HAN}]")
_TIGHT = re.compile(f"[{_HAN}][A-Za-z0-9]|[A-Za-z0-9][{_HAN}]")
_BLANKS = re.compile(r"[ \t\xa0]+")
_IS_HAN = re.compile(f"[{_HAN}]")
_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:-[A-Za-z\u00c0-\u024f]+)*")
_TORN_WORD = re.compile(r"(?:^|[^\w-])((?:[A-Za-z\u00c0-\u024f]+-)*[A-Za-z\u00c0-\u024f]+)-$")
_NEXT_WORD = re.compile(r"^[A-Za-z\u00c0-\u024f]+")
_PATH_END = re.compile(
    r"(?:^|[\s(（“\"'<\u3400-\u9fff\uff00-\uffef])(?:(?:https?|ftp)://|www\.|[~.]?/|[\w.-]+/)[^\s\u3400-\u9fff]*$|/$"
)
_PATH_TAIL = re.compile(r"^[\w{%~$*#]")
_MANUAL_PAGE = re.compile(r"^\(\d[a-z]?\)")
#: Parts that hyphenated compounds are made with, so that an unseen compound is not run together.
_PREFIXES = frozenset("all anti co counter cross decision ex follow full half high inter intra long low micro mid multi"
                      " non off on one over post pre public quasi re self semi short sub third two un up well whole"
                      " wide".split())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A joined paragraph: its text, the footnote marks that its lines brought along, and where each line went.

    ``places`` are ``(offset in text, offset in the original)`` for the start of every line.
    """

    text: str
    marks: tuple[Mark, ...]
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
    soft: bool = True

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
        if (last in "/-_=&?%" and _PATH_TAIL.match(below) and _PATH_END.search(tail)) or (
            first == "/" and len(below) > 1 and below[1].isalnum() and _PATH_END.search(tail)
        ):
            return 0, ""
        return 0, " "

    def _hyphen(self, above: str, below: str) -> int:
        torn, rest = _TORN_WORD.search(above[-80:]), _NEXT_WORD.match(below)
        if torn is None or rest is None or not rest[0][0].islower():
            return 0
        head, tail = torn[1].lower(), rest[0].lower()
        if f"{head}-{tail}" in self.words:
            return 0
        if head + tail in self.words:
            return 1
        last = head.rpartition("-")[2]
        whole = (last in self.words or last in _PREFIXES) and (tail in self.words or len(tail) > 5)
        return 0 if "-" in head or whole or last in _PREFIXES else 1

    def join(self, rows: Sequence[Row]) -> Text:
        """The rows as one text, blanks within them made single; a row's own footnote marks move along with it."""
        marks: list[Mark] = []
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
        return Text("".join(pieces), tuple(marks), tuple(places))


def _single_spaced(row: Row) -> tuple[str, list[tuple[int, int]]]:
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


def joiner_of(rows: Iterable[Row]) -> Joiner:
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
    if torn:
        for text in texts:
            # The torn pieces themselves are no evidence of words.
            words.update(
                word.lower() for word in _WORDS.findall(text[: -1 - len(_tail(text))] if text[-1] == "-" else text)
            )
    return Joiner(frozenset(words), spaced > tight)


def _tail(text: str) -> str:
    match = _TORN_WORD.search(text)
    return match[1] if match else ""


def _start(row: Row) -> int:
    return row.line.start + len(row.line.text) - len(row.line.text.lstrip())


def _marks(row: Row, offset: int) -> list[Mark]:
    lead = len(row.line.text) - len(row.line.text.lstrip())
    return [Mark(mark.number, max(0, mark.offset - lead) + offset) for mark in row.line.marks]
