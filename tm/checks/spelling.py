"""Misspelt words: English by a list of common misspellings, Chinese by a list of confused words.

Both lists hold only words that are wrong in any text, so names, technical words and both English spellings are left
alone; some Chinese words of ``confused.json`` are wrong only beside what the English side says. The English list is the
part of the dictionary of typos (MIT) whose corrections are common words; a word that the other side or three units of
the file have is taken for a name.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from corpora.text.scripts import HAN
from tm.checks.checked_unit import Check, CheckedFile, CheckedSide, CheckedUnit
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions

__all__ = ["CHECKS", "common_words"]

_WORD = re.compile(r"(?<![\w@#/\\.$%-])[A-Z]?[a-z]{3,}(?:'[a-z]+)?(?![\w@/\\=(]|[.-]\w)")
_MANY = 3  # units: a word of so many is a term of the file


@cache
def _english() -> Mapping[str, str]:
    """Misspelt word -> what is meant."""
    packed = files("tm.checks").joinpath("misspelt_english.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    return dict(line.split(" ") for line in lines if not line.startswith("#"))


@cache
def common_words() -> frozenset[str]:
    """Common English words: those that the list of misspelt words corrects to."""
    return frozenset(_english().values())


@cache
def _chinese() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """The confused words, and each without its context -> the correct word."""
    entries = (entry for line in _data()["words"] for entry in line.replace(r"\p{Han}", HAN).split())
    confused = dict(entry.rsplit("=", 1) for entry in entries)
    plain = {_CONTEXT.sub("", wrong): right for wrong, right in confused.items()}
    words = "|".join(sorted(confused, key=len, reverse=True))
    return re.compile(f"(?=[{''.join(sorted({wrong[0] for wrong in plain}))}])(?:{words})"), plain


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(files("tm.checks").joinpath("confused.json").read_text(encoding="utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class _Beside:
    """A Chinese word that is wrong where the English side has what is ``meant``, and nothing of what is not."""

    wrong: re.Pattern[str]
    right: str
    meant: re.Pattern[str]
    other: re.Pattern[str] | None


@cache
def _beside_english() -> tuple[re.Pattern[str], Sequence[_Beside]]:
    rows = _data()["beside English"]
    words = [
        _Beside(re.compile(wrong), right, re.compile(meant), re.compile(other) if other else None)
        for wrong, right, meant, other in rows
    ]
    return re.compile("|".join(row[0] for row in rows)), words


def _against_english(side: CheckedSide, other: CheckedSide) -> Sequence[tuple[Span, str, str]]:
    """Words that are right in another sense: 以添加 for "Added", 登陆 for "log in"."""
    if side.base != "zh" or other.base != "en" or not side.han:
        return []
    gate, words = _beside_english()
    if gate.search(side.content) is None:
        return []
    return [
        (match.span(), match[0], one.right)
        for one in words
        if (match := one.wrong.search(side.content)) is not None
        and one.right not in side.content
        and one.meant.search(other.prose)
        and not (one.other and one.other.search(other.prose))
    ]


def _misspelt(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    found = [
        (pair, side, fault)
        for pair in batch.pairs
        for side, other in ((pair.source, pair.target), (pair.target, pair.source))
        for fault in (*_faults(side), *_against_english(side, other))
        if fault[1] not in other.text
    ]
    units = Counter(wrong.lower() for wrong, _ in {(wrong, pair.index) for pair, _, (_, wrong, _) in found})
    misspelt = [
        _finding(Severity.WARNING, pair, side, *fault)
        for pair, side, fault in found
        if side.base == "zh" or units[fault[1].lower()] < _MANY
    ]
    return [*misspelt, *_stray(batch)]


def _finding(severity: Severity, pair: CheckedUnit, side: CheckedSide, span: Span, wrong: str, right: str) -> Finding:
    spans = (span, None) if side is pair.source else (None, span)
    return pair.finding("spelling", severity, f"{wrong!r} may be misspelt: {right}", *spans)


def _faults(side: CheckedSide) -> Sequence[tuple[Span, str, str]]:
    if side.base == "en":
        known = _english()
        if known.keys().isdisjoint(side.words):
            return []
        words = _WORD.finditer(side.prose)
        return [(word.span(), word[0], known[word[0].lower()]) for word in words if word[0].lower() in known]
    if side.base == "zh" and side.han:
        pattern, right = _chinese()
        return [(match.span(), match[0], right[match[0]]) for match in pattern.finditer(side.content)]
    return []


#: A letter that an input method left before a word, at the beginning of a sentence or between Chinese characters.
_STRAY = re.compile(f"(?:\\A|(?<=[，。；：！？{HAN}]))[a-z][{HAN}]")
_LETTERED = re.compile(f"(?<![A-Za-z])[A-Za-z][{HAN}]")


def _stray(batch: CheckedFile) -> Sequence[Finding]:
    """Single letters in Chinese that the other side does not have as a word: y已忽略.

    A word may begin with a letter (p图), so this is an info, and none where another unit has the same word.
    """
    found = [
        (pair, side, match)
        for pair in batch.pairs
        for side, other in ((pair.source, pair.target), (pair.target, pair.source))
        if side.base == "zh" and side.han
        for match in _STRAY.finditer(side.prose)
        if match[0][0] not in other.words and match[0] not in other.text
    ]
    if not found:
        return []
    units = Counter(word for pair in batch.pairs for word in _lettered(pair))
    return [
        _finding(Severity.INFO, pair, side, (match.start(), match.end() - 1), match[0], match[0][1])
        for pair, side, match in found
        if units[match[0]] == 1
    ]


def _lettered(pair: CheckedUnit) -> frozenset[str]:
    """The letters with the Chinese character after them, capitals as small letters: P图 is p图."""
    sides = (side for side in (pair.source, pair.target) if side.base == "zh" and side.han)
    return frozenset(word.lower() for side in sides for word in _LETTERED.findall(side.prose))


_CONTEXT = re.compile(r"\(\?[^)]*\)")
CHECKS = (Check("spelling", Severity.WARNING, "a misspelt word, English or Chinese", None, _misspelt),)
