"""A unit prepared for the checks: text without inline tags, languages, and measurements that several checks share.

Offsets count in the text without inline tags (`tm.tags.plain`), which is the text that a reader sees.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import eq

from corpora.once import once
from corpora.text.languages import base, is_spaced
from corpora.text.mentions.addresses import ADDRESS
from corpora.text.mentions.matching import Mention, mentions
from corpora.text.scripts import HAN, HANGUL, KANA
from models.encoder import Encoder
from tm.checks.finding import Finding, Severity, Span
from tm.checks.markup import NO_QUOTE, values_text, without_markup
from tm.checks.measures import Measure, may_have_measures, measures
from tm.checks.options import CheckOptions
from tm.checks.quantities import Quantity, quantities
from tm.tags import plain
from tm.unit import Unit

__all__ = ["Check", "CheckedFile", "CheckedSide", "CheckedUnit", "content", "folded", "han_count", "lowered", "size"]

_HAN = re.compile(f"[{HAN}{KANA}{HANGUL}]")
#: Roles, addresses and literals of reStructuredText, HTML tags and format fields: the same in every language.
_MARKUP = re.compile(
    r":[a-z][a-z:+-]*:`[^`]*`|``[^`]*``|`[^`<]*<[^>`]*>`_*|"
    rf"(?<![`\w])`{NO_QUOTE}[^`\n]{{1,200}}`(?![`_\w])"
    rf"|</?[A-Za-z][^<>]*>|{ADDRESS}|%\(\w+\)[a-z]|\{{\w*\}}|\|\w+\|"
)
#: A Chinese character corresponds to 2.75 Latin letters (median of 5,000 pairs of documentation).
_HAN_SIZE = 2.75


def han_count(text: str) -> int:
    """The number of Chinese characters, kana and hangul in ``text``."""
    return 0 if text.isascii() else len(_HAN.findall(text))


def size(text: str) -> float:
    """The length of ``text`` in Latin letters, which makes lengths comparable across scripts.

    >>> size("第五条"), size("Article 5")
    (8.25, 8.0)
    """
    return _size(text, han_count(text))


def _size(text: str, han: int) -> float:
    return han * (_HAN_SIZE - 1) + len("".join(text.split()))


def content(text: str) -> str:
    """``text`` with code, roles, addresses and tags replaced by spaces, so that offsets stay the same."""
    if "`" in text or "<" in text or "://" in text or "%(" in text or "{" in text or "|" in text:
        return _MARKUP.sub(lambda match: " " * len(match[0]), text)
    return text


def folded(text: str) -> str:
    """``text`` without the difference of large and small letters, and of wide and narrow forms."""
    return unicodedata.normalize("NFKC", text).casefold()


def lowered(text: str) -> str:
    """``text`` in lower case, as long as it was: some letters of other scripts have a longer form."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(sign.lower() if sign.isascii() else sign for sign in text)


_LATIN_WORD = re.compile("[a-z]+")


class CheckedSide:
    """One side of a unit: its text as stored (``raw``), without tags (``text``), and measurements."""

    def __init__(self, raw: str, language: str) -> None:
        self.raw = raw
        self.language = language
        self.text = text = plain(raw)
        #: The language without its region.
        self.base = base(language)
        #: The text with spaces in place of everything that is the same in every language.
        self.content = content(text)
        #: Chinese characters, kana and hangul outside of markup.
        self.han = han_count(self.content)
        #: The length in Latin letters.
        self.size = _size(text, self.han if self.content == text else han_count(text))
        #: True where there is only white space.
        self.is_empty = not text or text.isspace()

    @once
    def is_spaced(self) -> bool:
        """True for languages that separate words by spaces."""
        return is_spaced(self.language)

    @once
    def prose(self) -> str:
        """The text with spaces in place of code, addresses, tags and link targets."""
        return without_markup(self.content)

    @once
    def _latin(self) -> list[str]:
        return _LATIN_WORD.findall(self.text.lower())

    @once
    def words(self) -> frozenset[str]:
        """The runs of Latin letters in the text, in lower case: what is not among them need not be looked for."""
        return frozenset(self._latin)

    @property
    def repeats_word(self) -> bool:
        """True where a run of Latin letters follows an equal one."""
        return any(map(eq, self._latin, islice(self._latin, 1, None)))

    @once
    def _quantities(self) -> tuple[Sequence[Quantity], str]:
        return quantities(self.values_text, self.words, self.language)

    @property
    def quantities(self) -> Sequence[Quantity]:
        """Amounts, periods and times that are said in a way of the language."""
        return self._quantities[0]

    @once
    def names_number(self) -> bool:
        """True where one of the `quantities` may be said by a bare number."""
        return any(found.plain for found in self.quantities)

    @once
    def is_session(self) -> bool:
        """True for a session of an interpreter, with its prompts."""
        return ">>>" in self.text

    @once
    def folded(self) -> str:
        """The text, see `folded`."""
        return folded(self.text)

    @once
    def mentions(self) -> tuple[Mention, ...]:
        """Numbers, dates, references and the like, as all languages write them."""
        return mentions(self._quantities[1], self.language)

    @once
    def values_text(self) -> str:
        """The text in which values are read: without tags, placeholders and marks of emphasis."""
        return values_text(self.text)

    @once
    def may_have_measures(self) -> bool:
        """False where `measures` is certainly empty."""
        return may_have_measures(self.text, self.words, self.base)

    @once
    def measures(self) -> Sequence[Measure]:
        """Numbers with a unit of measure or a currency."""
        return measures(self.values_text, self.base) if self.may_have_measures else ()

    @once
    def key(self) -> str:
        """The text with normalized spaces, to find equal texts."""
        return " ".join(self.raw.split())


class CheckedUnit:
    """A unit with both sides prepared; ``index`` counts from 0 in the order of the file."""

    def __init__(self, index: int, unit: Unit) -> None:
        self.index = index
        self.unit = unit
        self.source = CheckedSide(unit.source, unit.source_lang)
        self.target = CheckedSide(unit.target, unit.target_lang)
        #: True where a side is empty, so that the sides cannot be compared.
        self.is_half = self.source.is_empty or self.target.is_empty

    def finding(
        self, check: str, severity: Severity, message: str, source: Span | None = None, target: Span | None = None
    ) -> Finding:
        """Make a `Finding` for this unit."""
        return Finding(check, severity, self.index, message, source, target)


@dataclass(frozen=True, eq=False)
class CheckedFile:
    """All units of a file, for the checks that compare units with each other; ``encoder`` is None without vectors."""

    pairs: Sequence[CheckedUnit]
    encoder: Encoder | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, the highest severity it reports, one line about it, and its function.

    Either ``unit`` (checks one unit at a time) or ``batch`` (checks all units of a file) is set; ``each`` says that
    ``batch`` does not compare units, but is faster with all of them. Checks with ``needs_encoder`` run
    only where sentence vectors are available.
    """

    name: str
    severity: Severity
    about: str
    unit: Callable[[CheckedUnit, CheckOptions], "Sequence[Finding]"] | None = None
    batch: Callable[[CheckedFile, CheckOptions], "Sequence[Finding]"] | None = None
    needs_encoder: bool = False
    each: bool = False

    @property
    def is_of_one_unit(self) -> bool:
        """True where the findings of a unit do not depend on other units."""
        return self.unit is not None or self.each
