"""What the recognizers of all languages share: the `Mention`, and the patterns of addresses, symbols and figures.

A recognizer is one alternation of named groups and one reading function a name. A pattern that only asks whether
anything is there runs first, since most sentences contain neither a figure nor an address.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from fractions import Fraction

from corpora.text.mentions.addresses import ADDRESS

__all__ = [
    "ARABIC", "LIST", "SHARED", "TAIL", "WORD", "Certainty", "Mention", "MentionKind", "MentionReader", "Recognizer",
    "canonical", "compiled", "date_value", "number", "shared_readers",
]  # fmt: skip


class MentionKind(StrEnum):
    """What a mention is; the string is what reports print."""

    NUMBER = "number"
    PERCENT = "percent"
    FRACTION = "fraction"
    ORDINAL = "ordinal"
    DATE = "date"
    TIME = "time"
    REFERENCE = "reference"
    SYMBOL = "symbol"
    URL = "url"
    EMAIL = "e-mail"
    FOOTNOTE = "footnote mark"
    CODE = "code"


class Certainty(IntEnum):
    """How certain it is that a mention means its value and nothing else.

    VAGUE: also an ordinary word ("one", 一), never reported as missing. LIKELY: a number in words; SURE: figures.
    """

    VAGUE = 0
    LIKELY = 1
    SURE = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A value in a text at ``[start, end)``.

    ``value`` is the same string in all languages: a plain decimal ("12000000", "0.5"), "5%", "1/3", an ISO date or
    the part of one that is known ("2017-11-06", "2017-11", "--11-06", "--11"), "10:30", "article:30" (see
    `corpora.text.mentions.english` for the names), or the symbol, address or code in its usual case.
    """

    kind: MentionKind
    value: str
    start: int
    end: int
    certainty: Certainty = Certainty.SURE

    @property
    def figures(self) -> list[str]:
        """The runs of ASCII digits in the value."""
        return _FIGURES.findall(self.value)


MentionReader = Callable[[re.Match[str]], Iterable[Mention]]

_FIGURES = re.compile(r"[0-9]+")
_D = "[0-9０-９]"
#: Bounds of what a pattern tries at one place, so that the time stays linear in the text: characters of a word or
#: symbol up to its first figure, items of a list. Longer ones are found in part.
WORD, LIST = 64, 50
#: Figures with or without marks between thousands; spaces only where UN documents set them: before three digits.
ARABIC = (
    rf"(?:{_D}{{1,3}}(?:,{_D}{{3}}){{1,13}}(?!{_D})(?:\.{_D}{{1,40}}+)?"
    rf"|{_D}{{1,3}}(?:[ \u00a0\u2009\u202f]{_D}{{3}}){{1,13}}(?![0-9０-９.])"
    rf"|{_D}{{1,40}}+(?:[.．]{_D}{{1,40}}+)*)"
)
_EDGE = r"(?<![A-Za-z0-9_])"
#: Alternatives before those of a language, in order: the first that matches at a place wins.
SHARED = (
    ("url", ADDRESS + r"|(?<![A-Za-z0-9@])www\.[!-~]+\.[!-~]+"),
    ("email", _EDGE + r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("symbol", _EDGE + r"[A-Z]{1,12}(?=[A-Za-z0-9./()-]{0,64}[0-9])(?:\.[A-Z0-9]+)?(?:/[A-Za-z0-9][A-Za-z0-9().-]*)+"),
    (
        "iso",
        r"(?<![0-9０-９/-])[12][0-9]{3}(?P<mark>[-/])(?:1[0-2]|0[1-9])(?P=mark)(?:3[01]|[12][0-9]|0[1-9])(?![0-9/-])",
    ),
)
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Recognizer:
    """A compiled grammar: ``possible`` is a quick test, ``pattern`` finds, ``readers`` read."""

    possible: Callable[[str], bool]
    pattern: re.Pattern[str]
    readers: Mapping[str, MentionReader]

    def find(self, text: str) -> tuple[Mention, ...]:
        """Return the mentions in ``text`` in reading order, without overlap."""
        if not self.possible(text):
            return ()
        found: list[Mention] = []
        for match in self.pattern.finditer(text):
            found.extend(self.readers[match.lastgroup or ""](match))
        return tuple(found)


def canonical(figures: str) -> str:
    """Return figures in any width as a plain decimal: no marks between thousands, no leading or trailing zeros.

    Figures with two points or more ("3.9.1") are version numbers and stay as they are.
    """
    if figures.isascii() and figures.isdecimal():
        return figures.lstrip("0") or "0"
    text = unicodedata.normalize("NFKC", figures)
    text = text.replace(",", "").replace(" ", "").replace("\u2009", "").replace("\u202f", "")
    if text.count(".") > 1:
        return text
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole


def number(value: float | Fraction) -> str:
    """Return a number as a plain decimal string, at most six places."""
    return str(int(value)) if value == int(value) else f"{float(value):.6f}".rstrip("0")


def date_value(year: int | None, month: int, day: int | None) -> str:
    """Return an ISO 8601 date with the unknown parts left out: "2017-11-06", "2017-11", "--11-06", "--11"."""
    head = f"{year:04d}-{month:02d}" if year else f"--{month:02d}"
    return f"{head}-{day:02d}" if day else head


def _trimmed(text: str) -> str:
    """Drop what ends a sentence or closes a bracket that was opened before the address."""
    surplus = {closing: text.count(closing) - text.count(opening) for closing, opening in _PAIRS.items()}
    end = len(text)
    while end:
        last = text[end - 1]
        if last in _PAIRS and surplus[last] > 0:
            surplus[last] -= 1
        elif last not in ".,;:!?'\"`*>|\\":
            break
        end -= 1
    return text[:end]


def _url(match: re.Match[str]) -> Iterable[Mention]:
    # An address ends where markup or a quotation around it begins.
    address = _trimmed(re.split(r"[<>\"`]|\]\(|\)\[", match[0])[0])
    yield Mention(MentionKind.URL, address.rstrip("/"), match.start(), match.start() + len(address))


def _email(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.EMAIL, match[0].lower(), match.start(), match.end())


def _symbol(match: re.Match[str]) -> Iterable[Mention]:
    symbol = _trimmed(match[0])
    if any(sign.isdecimal() for sign in symbol):
        yield Mention(MentionKind.SYMBOL, symbol, match.start(), match.start() + len(symbol))


def _iso(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.DATE, match[0].replace("/", "-"), match.start(), match.end())


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _footnote(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.FOOTNOTE, match[0].translate(_SUPERSCRIPTS), match.start(), match.end(), Certainty.LIKELY)


def _time(match: re.Match[str]) -> Iterable[Mention]:
    hours, minutes = match[0].split(":")[:2]
    yield Mention(MentionKind.TIME, f"{int(hours)}:{minutes}", match.start(), match.end())


_UNITS = re.compile(r"[0-9.]+[a-zA-Z]{1,3}\Z")


def _code(match: re.Match[str]) -> Iterable[Mention]:
    code = match[0].rstrip(".-+/")
    if not any(sign.isdecimal() for sign in code):
        return
    # "10km" is a number with its unit, "20th" would have been read before: the figures alone must be there.
    certainty = Certainty.LIKELY if _UNITS.match(code) else Certainty.SURE
    yield Mention(MentionKind.CODE, code.casefold(), match.start(), match.start() + len(code), certainty)


def _arabic(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.NUMBER, canonical(match[0]), match.start(), match.end())


def _percent(match: re.Match[str]) -> Iterable[Mention]:
    value = canonical(re.match(ARABIC, match[0])[0])  # type: ignore[index]
    yield Mention(MentionKind.PERCENT, f"{value}%", match.start(), match.end())


#: Alternatives after those of a language.
TAIL = (
    ("footnote", r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+"),
    ("clock", r"(?<![0-9.:])(?:2[0-3]|[01]?[0-9]):[0-5][0-9](?::[0-5][0-9])?(?![0-9:])"),
    (
        "code",
        _EDGE + r"(?:[A-Za-z][A-Za-z_]*(?:[-+.]{1,2})?[0-9][A-Za-z0-9_.+-]*"
        r"|[0-9]+(?:\.[0-9]+)*(?:\.x\b|[A-Za-z][A-Za-z0-9_]*))",
    ),
    ("percent", ARABIC + r"\s?[%％]"),
    ("arabic", ARABIC),
)


def shared_readers() -> dict[str, MentionReader]:
    """The readers of `SHARED` and `TAIL`, to be joined with those of a language."""
    return {
        "url": _url,
        "email": _email,
        "symbol": _symbol,
        "iso": _iso,
        "footnote": _footnote,
        "clock": _time,
        "code": _code,
        "percent": _percent,
        "arabic": _arabic,
    }


def compiled(
    alternatives: Iterable[tuple[str, str]],
    possible: Callable[[str], bool],
    gate: str,
    readers: Mapping[str, MentionReader],
) -> Recognizer:
    """Build a `Recognizer` of named alternatives, placed between those that all languages share.

    ``gate`` is tried first at every place in the text, so that most places cost a single step.
    """
    parts = (f"(?P<{name}>{pattern})" for name, pattern in [*SHARED, *alternatives, *TAIL])
    pattern = re.compile(f"{gate}(?:{'|'.join(parts)})")
    return Recognizer(possible, pattern, {**shared_readers(), **readers})
