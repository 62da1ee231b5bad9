"""A negation on one side only: the fault that turns a sentence into its opposite.

Both languages deny in many ways: with a word of its own (not, never, 不, 没有), within a word (impassable, useless,
盲), or by what a word means (lack, forget, refuse, 缺, 忘). Much that looks like a negation denies nothing (不同, 淹没,
"not only", "can't miss"). So a negation is reported where it is certain on its side, has no partner near its place, and `tm.checks.negation_model`
finds it likely that it was lost; in short texts, every sign of one counts. The words are data, in ``negation.json``.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tm.checks.checked_unit import Check, CheckedSide, CheckedUnit
from tm.checks.finding import Finding, Severity, Span
from tm.checks.markup import without_markup
from tm.checks.negation_model import left_over, log_odds
from tm.checks.options import CheckOptions

__all__ = ["CHECKS", "Negations", "negations"]


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    data = json.loads(files("tm.checks").joinpath("negation.json").read_text(encoding="utf-8"))

    def words(name: str, boundary: str = "") -> re.Pattern[str]:
        entries = sorted((entry for line in data[name] for entry in line.split("; ")), key=len, reverse=True)
        return re.compile(f"{boundary}(?:{'|'.join(entries)}){boundary}", re.IGNORECASE)

    return {
        "zh whole": words("zh whole"),
        "zh certain": words("zh certain"),
        "zh sign": words("zh sign"),
        "zh hint": words("zh hint"),
        "en hint": words("en hint", r"\b"),
        "zh noun": words("zh noun"),
        "zh word": words("zh word"),
        "zh double": words("zh double"),
        "en phrase": words("en phrase", r"\b"),
        # None and Never are names in code, No. is a number.
        "en certain": re.compile(
            rf"(?!(?-i:N)(?:(?-i:one|ever))\b|No\.?\s?[0-9]){words('en certain', chr(92) + 'b').pattern}|\b\w+n['’]t\b",
            re.IGNORECASE,
        ),
        "en sign": words("en sign", r"\b"),
    }


@dataclass(frozen=True, slots=True)
class Negations:
    """The ``certain`` negations of a side in ``text``, from which words that only look like one are blanked out.

    ``words``: the spans of words that deny by themselves, such as 不同. ``masked``: how many words only hold a negative
    word or character.
    """

    language: str
    text: str
    certain: tuple[Span, ...]
    words: tuple[Span, ...]
    masked: int

    @property
    def signs(self) -> Sequence[Span]:
        """The words that deny, in reading order."""
        found = (match.span() for match in _patterns()[f"{self.language} sign"].finditer(self.text))
        return sorted((*self.words, *found))

    @property
    def hints(self) -> Sequence[Span]:
        """The words that may deny, in reading order."""
        return [match.span() for match in _patterns()[f"{self.language} hint"].finditer(self.text)]


def negations(side: CheckedSide) -> Negations:
    """The negations of a Chinese or English side.

    >>> negations(CheckedSide("河水不会淹没草地。", "zh-CN")).certain
    ((2, 3),)
    >>> negations(CheckedSide("You can't miss the tower.", "en-US")).certain
    ()
    """
    patterns = _patterns()
    text = without_markup(side.content)
    if side.base != "zh":
        phrases = tuple(match.span() for match in patterns["en phrase"].finditer(text))
        text = patterns["en phrase"].sub(_blank, text) if phrases else text
        return Negations("en", text, tuple(match.span() for match in patterns["en certain"].finditer(text)), phrases, 0)
    if not _ZH_ANY.search(text) and not _EN_IN_ZH.search(text):
        return Negations("zh", text, (), (), 0)
    # 不同 is a word of its own, and "different" in English: a sign, but nothing certain.
    text, masked = patterns["zh noun"].subn(_blank, text)
    words: list[Span] = []
    for name in ("zh whole", "zh word", "zh double"):
        words.extend(match.span() for match in patterns[name].finditer(text))
        text = patterns[name].sub(_blank, text)
    # A quoted "not in" is the same in both languages.
    found = [*patterns["zh certain"].finditer(text), *_EN_IN_ZH.finditer(text)]
    certain = tuple(sorted(match.span() for match in found))
    return Negations("zh", text, certain, tuple(words), masked)


#: The characters of which every Chinese entry of ``negation.json`` but the signs and hints has one.
_ZH_ANY = re.compile("[不没未无非勿莫禁别否是能可会要对行知愿该肯想多差]")
_EN_IN_ZH = re.compile(r"(?i)(?<![A-Za-z])(?:not|never|no|without|cannot|\w+n['’]t)(?![A-Za-z.])")


def _blank(match: re.Match[str]) -> str:
    return "　" * len(match[0])


_LEAST = 1.25  # log-odds from which a negation is reported
_LONG = 60.0  # letters; of a shorter text, every sign counts
_CODE = re.compile(r"(?m)^\s*(?:>>>|\.\.\. |def \w+|class \w+.*:|import \w+|from [\w.]+ import |@\w+|[\w.]+ = |#!)|-> ")


def _negation(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    source, target = pair.source, pair.target
    if pair.is_half or {source.base, target.base} != {"zh", "en"}:
        return ()
    chinese, english = (source, target) if source.base == "zh" else (target, source)
    # An untranslated or foreign side says nothing about negation.
    if not chinese.han or english.han > chinese.han:
        return ()
    here, there = negations(chinese), negations(english)
    if not (here.certain or there.certain) or _CODE.search(english.content):
        return ()
    is_short = min(source.size, target.size) < _LONG
    found = []
    for side, mine, other in ((chinese, here, there), (english, there, here)):
        may_deny = bool(mine.certain) and _may_deny(mine, other)
        if not mine.certain or (is_short and may_deny):
            continue
        for span, features in left_over(mine, other):
            odds = log_odds(mine.language, features)
            if odds >= _LEAST or not may_deny:
                found.append((odds, side, span))
    if not found:
        return ()
    _, side, span = max(found, key=lambda one: one[0])
    where = "target" if side is source else "source"
    message = f"the negation {side.text[slice(*span)]!r} does not seem to be in the {where}"
    return [pair.finding("negation", Severity.WARNING, message, *((span, None) if side is source else (None, span)))]


def _may_deny(mine: Negations, other: Negations) -> bool:
    """True where the other side has a word that may deny; 不锈钢 is stainless steel, which denies nothing."""
    return len(other.signs) > mine.masked or bool(other.certain or other.hints)


CHECKS = (Check("negation", Severity.WARNING, "a negation without a counterpart on the other side", _negation),)
