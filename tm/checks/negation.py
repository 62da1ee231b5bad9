"""A negation on one side only: the fault that turns a sentence into its opposite.

Both languages deny in many ways: with a word of its own (not, never, 不, 没有), within a word (impassable, useless,
盲), or by what a word means (lack, forget, refuse, 缺, 忘). Much that looks like a negation denies nothing (不同, 淹没,
"not only", "can't miss"). So a negation is reported where it is certain on its side, and the other side has no sign of
one; in longer texts, the weights of `tm.checks.negation_model` must agree. The words are data, in ``negation.json``.
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
from tm.checks.negation_model import evidence
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
    """The ``certain`` negations of a side, and ``masked``: how many words only hold a negative word or character.

    ``words`` counts words that deny by themselves, such as 不同; ``rest`` is the text without both kinds of words.
    """

    certain: tuple[Span, ...]
    masked: int
    words: int
    rest: str
    language: str

    @property
    def signs(self) -> int:
        """How many words deny."""
        return self.words + len(_patterns()[f"{self.language} sign"].findall(self.rest))

    @property
    def has_hint(self) -> bool:
        """True where there is a word that may deny."""
        return _patterns()[f"{self.language} hint"].search(self.rest) is not None


def negations(side: CheckedSide) -> Negations:
    """The negations of a Chinese or English side.

    >>> negations(CheckedSide("河水不会淹没草地。", "zh-CN")).certain
    ((2, 3),)
    >>> negations(CheckedSide("You can't miss the tower.", "en-US")).certain
    ()
    """
    patterns = _patterns()
    text = without_markup(side.content)
    language = "zh" if side.base == "zh" else "en"
    words = 0
    if language == "zh":
        # 不同 is a word of its own, and "different" in English: a sign, but nothing certain.
        text, masked = patterns["zh noun"].subn(_blank, text)
        for name in ("zh whole", "zh word", "zh double"):
            text, count = patterns[name].subn(_blank, text)
            words += count
    else:
        text, masked = patterns["en phrase"].subn(_blank, text)
    certain = tuple(match.span() for match in patterns[f"{language} certain"].finditer(text))
    return Negations(certain, masked, words, text, language)


def _blank(match: re.Match[str]) -> str:
    return "　" * len(match[0])


_LIKELY, _CERTAIN = 0.5, 1.5  # log-odds from which a negation is reported in spite of hints, and of signs
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
    more = len(here.certain) - len(there.certain)
    if not more or _CODE.search(english.content):
        return ()
    mine, other = (here, there) if more > 0 else (there, here)
    # 不锈钢 is stainless steel: a negative word within a word does not negate the sentence.
    has_sign = other.signs > mine.masked or (other is there and other.masked > 0)
    if has_sign or other.certain or other.has_hint:
        if min(source.size, target.size) < _LONG:
            return ()
        if evidence(chinese, english, "en" if more > 0 else "zh") < (_CERTAIN if has_sign else _LIKELY):
            return ()
    side = chinese if more > 0 else english
    span = mine.certain[0]
    where = "target" if side is source else "source"
    message = f"the negation {side.text[slice(*span)]!r} does not seem to be in the {where}"
    return [pair.finding("negation", Severity.WARNING, message, *((span, None) if side is source else (None, span)))]


CHECKS = (Check("negation", Severity.WARNING, "a negation without a counterpart on the other side", _negation),)
