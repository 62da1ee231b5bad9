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
from collections.abc import Sequence
from functools import lru_cache

from corpora.text.languages import base
from corpora.text.mentions.addresses import addresses_equal
from corpora.text.mentions.chinese import recognizer as chinese
from corpora.text.mentions.english import recognizer as english
from corpora.text.mentions.grammar import Certainty, Mention, MentionKind, Recognizer
from corpora.text.mentions.other import recognizer as other

__all__ = ["Certainty", "Mention", "MentionKind", "core", "mentions", "unmatched"]


@lru_cache(maxsize=256)
def _recognizer(language: str) -> Recognizer:
    name = base(language)
    return chinese() if name == "zh" else english() if name == "en" else other(name)


@lru_cache(maxsize=4096)
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
    if not these:
        return []
    there = {core(mention) for mention in those}
    dates = [mention.value for mention in those if mention.kind == MentionKind.DATE]
    parts = {part.lstrip("0") for date in dates for part in date.split("-") if part}
    for mention in those:
        if mention.kind in _LOOSE:
            there.update(number.lstrip("0") or "0" for number in mention.figures)
    addresses = [mention.value for mention in those if mention.kind == MentionKind.URL]
    missing = []
    for mention in these:
        value = core(mention)
        if value in there:
            continue
        if mention.kind == MentionKind.URL and any(addresses_equal(mention.value, one) for one in addresses):
            continue
        if mention.kind == MentionKind.DATE:
            if any(_fits(mention.value, date) for date in dates) or _all_in(mention.value.split("-"), there):
                continue
        elif mention.kind == MentionKind.CODE and _is_another_code(mention, these, those):
            pass
        elif value in parts or (_is_loose(mention, these, those) and _all_in(mention.figures, there | parts)):
            continue
        missing.append(mention)
    return missing


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


def _is_another_code(mention: Mention, these: Sequence[Mention], those: Sequence[Mention]) -> bool:
    """True where the other side has a code with the same figures and other letters, as H2S for H2O."""
    mine = {_SEPARATORS.sub("", one.value) for one in these}
    codes = {_SEPARATORS.sub("", one.value) for one in those if one.kind == MentionKind.CODE} - mine
    code = _SEPARATORS.sub("", mention.value)
    return any(_FIGURES.findall(one) == mention.figures and one != code for one in codes)


_FIGURES = re.compile("[0-9]+")
_SEPARATORS = re.compile(r"[-_+./]")


def _is_loose(mention: Mention, these: Sequence[Mention], those: Sequence[Mention]) -> bool:
    """True where the figures of a value may match by themselves; not of resolution 6/1 where the other side has 3/1."""
    if mention.kind != MentionKind.REFERENCE or "/" not in mention.value:
        return mention.kind in _LOOSE
    mine = {core(one) for one in these}
    return all(core(one) in mine for one in those if one.kind == MentionKind.REFERENCE and "/" in one.value)


def _fits(one: str, other: str) -> bool:
    """True where two dates, either of them with parts left open, can be the same day."""
    mine, theirs = (
        date.split("-") if not date.startswith("--") else ["", *date[2:].split("-")] for date in (one, other)
    )
    return all(not a or not b or a == b for a, b in zip(mine, theirs, strict=False))


def _all_in(parts: Sequence[str], there: set[str]) -> bool:
    known = [part.lstrip("0") for part in parts if part.strip("0")]
    return bool(known) and all(part in there for part in known)
