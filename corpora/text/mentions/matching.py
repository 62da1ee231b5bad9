"""Find what must be equal on both sides of a translation: numbers, dates, references, symbols, addresses.

Each mention carries a value that does not depend on the language it was written in: 第三十条 and "article 30" are
both ``reference article:30``, 2017 年 11 月 6 日 and "November 6, 2017" both ``date 2017-11-06``, 1,200万 and
"12 million" both ``number 12000000``. So the aligner can count equal values as evidence, the memory can put one
number in the place of another, and the checks can say which value is missing. One regular expression a language
finds the candidates in a single pass, and a small function a kind reads each; no model and no dictionary of the
world, hence tens of thousands of short texts a second.

Numerals that are also ordinary words (一, "one", "second") are mentions of low `Certainty`: they may match a figure
on the other side, but are not reported as missing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from corpora.once import once
from corpora.text.languages import base
from corpora.text.mentions.addresses import Addresses
from corpora.text.mentions.chinese import recognizer as chinese
from corpora.text.mentions.english import recognizer as english
from corpora.text.mentions.grammar import Certainty, Mention, MentionKind, Recognizer
from corpora.text.mentions.other import recognizer as other
from corpora.text_cache import cached_for_texts

__all__ = ["Certainty", "Mention", "MentionKind", "core", "mentions", "unmatched"]


@lru_cache(maxsize=256)
def _recognizer(language: str) -> Recognizer:
    name = base(language)
    return chinese() if name == "zh" else english() if name == "en" else other(name)


@cached_for_texts(4096, longest=500, long=16)
def mentions(text: str, language: str) -> tuple[Mention, ...]:
    """Return the mentions in ``text`` in reading order; they do not overlap.

    ``start`` and ``end`` index ``text``. ``language`` is a BCP 47 code; Chinese and English are read in full, the
    languages of `corpora.text.mentions.other` in digits, dates and references, all others in digits, symbols and
    addresses.
    """
    return _recognizer(language).find(text)


def core(mention: Mention) -> str:
    """The bare value, without what kind of thing it counts: ``30`` of 第三十条, of "thirtieth" and of "30 %"."""
    return mention.value.rpartition(":")[2].rstrip("%")


def unmatched(left: Sequence[Mention], right: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Return the mentions of either side whose value the other side lacks; how often it occurs does not count.

    A value matches the same value of another kind ("third" to 3, "chapter 5" to 第五节), a date to a partial
    date that it fits or to its parts, a code to the figures in it.
    """
    return _missing(left, right), _missing(right, left)


def _missing(these: Sequence[Mention], those: Sequence[Mention]) -> list[Mention]:
    return list(_SideMentions(these, those).missing()) if these else []


class _SideMentions:
    """The mentions of one side, and what is looked up about the other one: once, however many mentions there are."""

    def __init__(self, these: Sequence[Mention], those: Sequence[Mention]) -> None:
        self._these, self._those = these, those
        self._there = {core(mention) for mention in those}
        for mention in those:
            if mention.kind in _LOOSE:
                self._there.update(number.lstrip("0") or "0" for number in mention.figures)
            if mention.kind == MentionKind.REFERENCE and "(" in mention.value:
                # 第 5 段(d)分段 names the item of "paragraph 5 (d)" apart.
                self._there.update(_ITEMS.findall(mention.value))
        dates = {mention.value for mention in those if mention.kind == MentionKind.DATE}
        self._parts = {part.lstrip("0") for date in dates for part in date.split("-") if part}
        self._dates = _Dates(dates)

    def missing(self) -> Iterator[Mention]:
        """The mentions whose value the other side lacks."""
        for mention in self._these:
            value = core(mention)
            if value in self._there or (mention.kind == MentionKind.URL and mention.value in self._addresses):
                continue
            if mention.kind == MentionKind.DATE:
                if self._dates.fit(mention.value) or _all_in(mention.value.split("-"), self._there):
                    continue
            elif mention.kind == MentionKind.CODE and self._is_another_code(mention):
                pass
            elif value in self._parts or (self._is_loose(mention) and _all_in(mention.figures, self._there_in_parts)):
                continue
            yield mention

    @once
    def _there_in_parts(self) -> set[str]:
        return self._there | self._parts

    @once
    def _addresses(self) -> Addresses:
        return Addresses(one.value for one in self._those if one.kind == MentionKind.URL)

    def _is_another_code(self, mention: Mention) -> bool:
        """True where the other side has a code with the same figures and other letters, as H2S for H2O."""
        return bool(self._codes.get(tuple(mention.figures), set()) - {_SEPARATORS.sub("", mention.value)})

    @once
    def _codes(self) -> dict[tuple[str, ...], set[str]]:
        """By their figures, the codes of the other side that this side lacks."""
        mine = {_SEPARATORS.sub("", one.value) for one in self._these}
        codes = {_SEPARATORS.sub("", one.value) for one in self._those if one.kind == MentionKind.CODE} - mine
        found: dict[tuple[str, ...], set[str]] = {}
        for code in codes:
            found.setdefault(tuple(_FIGURES.findall(code)), set()).add(code)
        return found

    def _is_loose(self, mention: Mention) -> bool:
        """True where its figures may match by themselves; not of resolution 6/1 where the other side has 3/1."""
        if mention.kind == MentionKind.NUMBER and tuple(sorted(mention.figures)) in self._decimals:
            return False
        if mention.kind == MentionKind.REFERENCE and "(" in mention.value and self._has_another_item(mention):
            return False
        if mention.kind != MentionKind.REFERENCE or "/" not in mention.value:
            return mention.kind in _LOOSE
        return self._has_all_references

    @once
    def _decimals(self) -> set[tuple[str, ...]]:
        """The figures of the decimals of the other side: 5.20 is not there because 2.50 is."""
        numbers = (one for one in self._those if one.kind == MentionKind.NUMBER and one.value.count(".") == 1)
        return {tuple(sorted(one.figures)) for one in numbers}

    def _has_another_item(self, mention: Mention) -> bool:
        """True where the other side names an item of the same number, as 6 (c) for 6 (b)."""
        return core(mention).partition("(")[0] in self._with_items

    @once
    def _with_items(self) -> set[str]:
        """The numbers of the other side of which an item is named."""
        values = (core(one) for one in self._those if one.kind == MentionKind.REFERENCE)
        return {value.partition("(")[0] for value in values if "(" in value[1:]}

    @once
    def _has_all_references(self) -> bool:
        mine = {core(one) for one in self._these}
        return all(core(one) in mine for one in self._those if one.kind == MentionKind.REFERENCE and "/" in one.value)


_LOOSE = frozenset(
    {
        MentionKind.CODE,
        MentionKind.TIME,
        MentionKind.SYMBOL,
        MentionKind.REFERENCE,
        MentionKind.FRACTION,
        MentionKind.URL,
        MentionKind.NUMBER,
    }
)


_ITEMS = re.compile(r"\(([a-z]{1,4})\)")
_FIGURES = re.compile("[0-9]+")
_SEPARATORS = re.compile(r"[-_+./]")


class _Dates:
    """Dates, any with parts left open, by all choices of their parts."""

    def __init__(self, dates: Iterable[str]) -> None:
        self._known: dict[frozenset[int], set[frozenset[tuple[int, str]]]] = {}
        for date in dates:
            parts = _date_parts(date)
            chosen = [frozenset(some) for count in range(len(parts) + 1) for some in combinations(parts, count)]
            self._known.setdefault(frozenset(at for at, _ in parts), set()).update(chosen)

    def fit(self, date: str) -> bool:
        """True where ``date`` and one of them can be the same day."""
        parts = _date_parts(date)
        return any(
            frozenset(part for part in parts if part[0] in places) in chosen for places, chosen in self._known.items()
        )


def _date_parts(date: str) -> list[tuple[int, str]]:
    """Year, month and day by their place, those that are left open not."""
    parts = date.split("-") if not date.startswith("--") else ["", *date[2:].split("-")]
    return [(at, part) for at, part in enumerate(parts) if part]


def _all_in(parts: Sequence[str], there: set[str]) -> bool:
    known = [part.lstrip("0") for part in parts if part.strip("0")]
    return bool(known) and all(part in there for part in known)
