"""A negation on one side only: the error that turns a sentence into its opposite.

Both languages deny in many ways: with a word of its own (not, never, 不, 没有), within a word (impassable, useless,
盲), or by what a word means (lack, forget, refuse, 缺, 忘). Much that looks like a negation denies nothing (不同, 淹没,
"not only", "can't miss"). So a negation is reported where it is certain on its side, has no partner near its place, and
`tm.checks.negation_model` finds it likely that it was lost; in short texts it must be almost certain of that where the
other side has any sign of one. The words are data, in ``negation.json``.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from math import inf

from corpora.once import once
from corpora.text_cache import cached_for_texts
from tm.checks.checked_unit import Check, CheckedSide, CheckedUnit, lowered
from tm.checks.finding import Finding, Severity, Span
from tm.checks.negation_model import left_over, log_odds, sentences
from tm.checks.options import CheckOptions

__all__ = ["CHECKS", "Negations"]


@cache
def _entries(language: str, name: str) -> list[str]:
    data = json.loads(files("tm.checks").joinpath("negation.json").read_text(encoding="utf-8"))
    lines = data[f"{language} {name}"]
    return sorted((entry for line in lines for entry in line.split("; ")), key=len, reverse=True)


@cache
def _chinese(name: str) -> re.Pattern[str]:
    entries = _entries("zh", name)
    # Most places fail at the first character; an entry that opens with a group stands before 不.
    first = "".join(sorted({entry[0] for entry in entries if entry[0] not in "(["}))
    return re.compile(
        f"(?=[{first}]{'|.?不' if any(entry[0] in '([' for entry in entries) else ''})(?:{'|'.join(entries)})"
    )


@cache
def _phrases(name: str) -> re.Pattern[str]:
    """The English entries with more than letters, in lower case."""
    entries = [entry for entry in _entries("en", name) if name == "phrase" or " " in entry]
    return re.compile(rf"\b(?:{'|'.join(entries)})\b")


@cached_for_texts(1 << 16, longest=40)
def _is(word: str, name: str) -> bool:
    return _single(name).fullmatch(word) is not None


@cache
def _single(name: str) -> re.Pattern[str]:
    return re.compile("|".join(entry for entry in _entries("en", name) if " " not in entry))


#: None and Never are names in code, No. is a number.
_EN_CERTAIN = re.compile(
    r"\b(?!None\b|Never\b|[Nn]o\.?\s?[0-9])(?i:not|never|no|nothing|nobody|none|nowhere|neither|nor|cannot|without|unable"
    r"|[a-z]{2,7}n['’]t)\b"
)
_EN_WORDS = frozenset("not never no nothing nobody none nowhere neither nor cannot without unable t".split())
_ZH_CERTAIN = frozenset("不没未无非勿莫禁别")
#: A quoted "not in" is the same in both languages.
_EN_IN_ZH = re.compile(r"(?<![A-Za-z])(?i:not|never|no|without|cannot|[a-z]{2,6}n['’]t)(?![A-Za-z.])")
_WORD = re.compile("[a-z]+(?:-[a-z]+)*")


class Negations:
    """The negations of a Chinese or English side; what nobody asks for is not looked for.

    >>> Negations(CheckedSide("河水不会淹没草地。", "zh-CN")).certain
    ((2, 3),)
    >>> Negations(CheckedSide("You can't miss the tower.", "en-US")).certain
    ()
    """

    def __init__(self, side: CheckedSide) -> None:
        self.language = "zh" if side.base == "zh" else "en"
        self._side = side

    @once
    def _read(self) -> tuple[str, Sequence[Span], int]:
        """The text without words that only look like negations, the spans of those that deny, how many others."""
        text = self._side.prose
        if self.language == "en":
            spans = [match.span() for match in _phrases("phrase").finditer(lowered(text))]
            return _blanked(text, spans), spans, 0
        # 不同 is a word of its own, and "different" in English: a sign, but nothing certain.
        nouns = [match.span() for match in _chinese("noun").finditer(text)]
        text = _blanked(text, nouns)
        words: list[Span] = []
        for name in ("whole", "word", "double"):
            found = [match.span() for match in _chinese(name).finditer(text)]
            text = _blanked(text, found)
            words += found
        return text, words, len(nouns)

    @property
    def text(self) -> str:
        """The text in which negations are read."""
        return self._read[0]

    @once
    def sentences(self) -> Sequence[float]:
        """Where the sentences of the text begin, and where the last one ends."""
        return sentences(self.text)

    @property
    def masked(self) -> int:
        """How many words only hold a negative word or character."""
        return self._read[2]

    @once
    def certain(self) -> Sequence[Span]:
        """The spans of words that negate."""
        side = self._side
        if self.language == "en":
            if side.words.isdisjoint(_EN_WORDS):
                return ()
            return tuple(match.span() for match in _EN_CERTAIN.finditer(self.text))
        found: list[re.Match[str]] = []
        if not _ZH_CERTAIN.isdisjoint(side.text):
            found += _chinese("certain").finditer(self.text)
        if not side.words.isdisjoint(_EN_WORDS):
            found += _EN_IN_ZH.finditer(self.text)
        return tuple(sorted(match.span() for match in found))

    @once
    def signs(self) -> Sequence[Span]:
        """The spans of words that deny in another way, in reading order."""
        return sorted((*self._read[1], *self._of("sign")))

    @once
    def hints(self) -> Sequence[Span]:
        """The spans of words that may deny, in reading order."""
        return sorted(self._of("hint"))

    def _of(self, name: str) -> Iterator[Span]:
        if self.language == "zh":
            yield from (match.span() for match in _chinese(name).finditer(self.text))
            return
        text = lowered(self.text)
        for word in _WORD.finditer(text):
            if _is(word[0], name) or ("-" in word[0] and any(_is(part, name) for part in word[0].split("-"))):
                yield word.span()
        yield from (match.span() for match in _phrases(name).finditer(text))


def _blanked(text: str, spans: Sequence[Span]) -> str:
    if not spans:
        return text
    pieces, last = [], 0
    for start, end in spans:
        pieces += [text[last:start], "　" * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


#: Log-odds from which a negation is reported: where the other side may deny in another way, and where nothing does.
_LEAST, _LEAST_ALONE = 1.6, 0.3
#: In a short text that may deny in another way, and in code, of which only the comments are translated.
_LEAST_SHORT, _LEAST_CODE = 3.0, 2.5
#: "None" and "Never" may be names in code, and may deny.
_NAMED = re.compile(r"\b(?:None|Never|No)\b|\bnon-")
_LONG = 60.0  # letters; of a shorter text, every sign counts
_CODE = re.compile(
    r"(?m)^[^\S\n]*+(?:>>>|\.\.\. |def \w+|class \w+.*:|import \w+|from [\w.]+ import |@\w+|[\w.]+ = |#!)|-> "
)


def _negation(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    source, target = pair.source, pair.target
    if pair.is_half or {source.base, target.base} != {"zh", "en"}:
        return ()
    chinese, english = (source, target) if source.base == "zh" else (target, source)
    # An untranslated or foreign side says nothing about negation.
    if not chinese.han or english.han > chinese.han:
        return ()
    here, there = Negations(chinese), Negations(english)
    if not (here.certain or there.certain):
        return ()
    is_code = _CODE.search(english.content) is not None
    is_short = min(source.size, target.size) < _LONG
    found = []
    for side, mine, other in ((chinese, here, there), (english, there, here)):
        if not mine.certain:
            continue
        for span, features in left_over(mine, other):
            odds = log_odds(mine.language, features)
            if odds >= (_LEAST_CODE if is_code else _least(mine, other, is_short)):
                found.append((odds, side, span))
    if not found:
        return ()
    _, side, span = max(found, key=lambda one: one[0])
    where = "target" if side is source else "source"
    message = f"the negation {side.text[slice(*span)]!r} does not seem to be in the {where}"
    return [pair.finding("negation", Severity.WARNING, message, *((span, None) if side is source else (None, span)))]


def _least(mine: Negations, other: Negations, is_short: bool) -> float:
    """The log-odds from which a negation of prose is reported; in a short text where nothing denies, all are."""
    if not _may_deny(mine, other):
        return -inf if is_short else _LEAST_ALONE
    if is_short:
        # 缺少 says "has no" in a text of five words, wherever it is.
        return inf if len(other.signs) > mine.masked else _LEAST_SHORT
    return _LEAST


def _may_deny(mine: Negations, other: Negations) -> bool:
    """True where the other side has a word that may deny; 不锈钢 is stainless steel, which denies nothing."""
    return len(other.signs) > mine.masked or bool(other.certain or other.hints) or _NAMED.search(other.text) is not None


CHECKS = (Check("negation", Severity.WARNING, "a negation without a counterpart on the other side", _negation),)
