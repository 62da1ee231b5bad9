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
from tm.checks.checked_unit import Check, CheckedFile, CheckedSide
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
        for fault in (*_faults(side), *_against_english(side, other), *_stray(side, other))
        if fault[1] not in other.text
    ]
    units = Counter(wrong.lower() for wrong, _ in {(wrong, pair.index) for pair, _, (_, wrong, _) in found})
    return [
        pair.finding(
            "spelling", Severity.WARNING, f"{wrong!r} may be misspelt: {right}", *_spans(span, side is pair.source)
        )
        for pair, side, (span, wrong, right) in found
        if (side.base == "zh" and not wrong[0].isascii()) or units[wrong.lower()] < _MANY
    ]


def _spans(span: Span, is_source: bool) -> tuple[Span | None, Span | None]:
    return (span, None) if is_source else (None, span)


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
_STRAY = re.compile(f"(?:\\A|(?<=[，。；：！？{HAN}]))[a-z](?=[{HAN}])")
#: What a letter names: the x axis, the n-th time, the k line.
_LETTERED = frozenset("轴坐值线歌盘股站版恤型形个次倍时级类字超项位维阶元变方分点列行号层部人族书年天步种段")


def _stray(side: CheckedSide, other: CheckedSide) -> Sequence[tuple[Span, str, str]]:
    """Single letters in Chinese that the other side does not have as a word: y已忽略."""
    if side.base != "zh" or not side.han or _STRAY.search(side.prose) is None:
        return []
    return [
        (match.span(), side.prose[match.start() : match.end() + 1], side.prose[match.end()])
        for match in _STRAY.finditer(side.prose)
        if match[0] not in other.words and side.prose[match.end()] not in _LETTERED
    ]


_CONTEXT = re.compile(r"\(\?[^)]*\)")
CHECKS = (Check("spelling", Severity.WARNING, "a misspelt word, English or Chinese", None, _misspelt),)
