"""A unit as the checks look at it: tags taken out, languages known, measures taken once and shared.

Offsets count in the text without inline tags (`tm.tags.plain`), the text that a reader sees.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from corpora.text.languages import base as base_of
from corpora.text.languages import is_spaced
from corpora.text.mentions.matching import Mention, mentions
from corpora.text.scripts import HAN, HANGUL, KANA
from models.encoder import Encoder
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions
from tm.tags import plain
from tm.unit import Unit

__all__ = ["Check", "CheckedFile", "CheckedUnit", "Side", "content", "han_count", "size"]

_HAN = re.compile(f"[{HAN}{KANA}{HANGUL}]")
_BLANK = re.compile(r"\s+")
#: Roles, addresses and literals of reStructuredText, HTML tags and format fields: the same in every language.
_MARKUP = re.compile(
    r":[a-z][a-z:+-]*:`[^`]*`|``[^`]*``|`[^`<]*<[^>`]*>`_*|</?[A-Za-z][^<>]*>|https?://[!-~]+|%\(\w+\)[a-z]|\{\w*\}|\|\w+\|"
)
#: A Chinese character says what 2.75 Latin letters say (median of 5,000 pairs of documentation).
_HAN_SIZE = 2.75


def han_count(text: str) -> int:
    """The number of Chinese characters, kana and hangul in ``text``."""
    return 0 if text.isascii() else len(_HAN.findall(text))


def size(text: str) -> float:
    """How much ``text`` says, in Latin letters: the measure by which lengths compare across scripts."""
    return _size(text, han_count(text))


def _size(text: str, han: int) -> float:
    return han * (_HAN_SIZE - 1) + len("".join(text.split()))


def content(text: str) -> str:
    """``text`` with code, roles, addresses and tags blanked out, every offset as it was."""
    if "`" in text or "<" in text or "://" in text or "%(" in text or "{" in text or "|" in text:
        return _MARKUP.sub(lambda match: " " * len(match[0]), text)
    return text


_base = cache(base_of)


class Side:
    """One side of a unit: its text as stored (``raw``), without tags (``text``), and what was measured on it."""

    def __init__(self, raw: str, language: str) -> None:
        self.raw = raw
        self.language = language
        self.text = text = plain(raw)
        #: The language without its region.
        self.base = _base(language)
        #: The text with everything blanked out that is the same in every language.
        self.content = content(text)
        #: Chinese characters, kana and hangul outside of markup.
        self.han = han_count(self.content)
        #: How much it says, in Latin letters.
        self.size = _size(text, self.han if self.content == text else han_count(text))
        #: True where there is nothing but blanks.
        self.is_empty = not text or text.isspace()

    @cached_property
    def is_spaced(self) -> bool:
        """True for languages that put spaces between words."""
        return is_spaced(self.language)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Numbers, dates, references and the like."""
        return mentions(self.text, self.language)

    @cached_property
    def key(self) -> str:
        """The text with blanks levelled, for finding equal ones."""
        return _BLANK.sub(" ", self.raw).strip()


class CheckedUnit:
    """A unit with both sides measured; ``index`` counts from 0 in the order of the file."""

    def __init__(self, index: int, unit: Unit) -> None:
        self.index = index
        self.unit = unit
        self.source = Side(unit.source, unit.source_lang)
        self.target = Side(unit.target, unit.target_lang)
        #: True where a side is empty, so that nothing can be compared.
        self.is_half = self.source.is_empty or self.target.is_empty

    def finding(
        self, check: str, severity: Severity, message: str, source: Span | None = None, target: Span | None = None
    ) -> Finding:
        """A `Finding` at this unit."""
        return Finding(check, severity, self.index, message, source, target)


@dataclass(frozen=True, eq=False)
class CheckedFile:
    """All units of a file, for the checks that compare units with each other; ``encoder`` is None without vectors."""

    pairs: Sequence[CheckedUnit]
    encoder: Encoder | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, the gravest severity it reports, one line about it, and its function.

    Either ``unit`` (looks at one unit alone) or ``batch`` (compares units) is set. ``needs_encoder`` checks run only
    where vectors are wanted.
    """

    name: str
    severity: Severity
    about: str
    unit: Callable[[CheckedUnit, CheckOptions], "Sequence[Finding]"] | None = None
    batch: Callable[[CheckedFile, CheckOptions], "Sequence[Finding]"] | None = None
    needs_encoder: bool = False
