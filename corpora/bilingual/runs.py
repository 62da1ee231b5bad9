"""Split a paragraph that holds both languages where one ends and the other begins.

A Chinese paragraph may quote English words, and an English one Chinese characters: where the script changes, the
language need not. Of all ways to read the runs of letters as one language or the other the cheapest is taken. Letters
that are read as part of the other language cost their weight; a change of language costs little behind a line break or
the end of a sentence, before "Article 1" or 第一条, and much in the middle of a clause.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpora.bilingual.language_pair import LanguagePair, stretches
from corpora.text.markers import parse_marker

__all__ = ["Run", "has_wide_gap", "split"]

_BREAK = re.compile(r"\s*(?:[\n\t\v\u2028]|[ \u00a0]{3,}|\u3000{2,})\s*")
_TERMINAL = re.compile(r"[。！？；：…]+[”’」』）)】》〉\"']*|[.!?;:]+[”’)\]\"']*(?=\s|$)")
_BARE_NUMBER = re.compile(r"\s+[(（]?\d{1,3}")
_SEPARATOR = re.compile(r"(?<!\s)\s*+[/|｜／]\s*|(?<!\s)\s++[-–—]\s+")
_OPENER = re.compile(r"(?<!\s)\s*+(?=[(（\[【“‘「『《<])")
_BRACKETED = re.compile(
    r"([。！？；.!?;]*)\s*[(（]((?:[^()（）]|[(（][^()（）]*[)）])+)[)）]\s*"
)  # 总则 (General Provisions)
_NUMBERED = re.compile(r"\s*[(（]?\d")
#: What a change of language costs, in Chinese characters: by what stands between the two.
_AT_BREAK, _AT_END, _AT_SEPARATOR, _AT_MARKER, _AT_SPACE, _ELSEWHERE = 0.5, 1.0, 1.0, 1.2, 2.5, 6.0
_MORE = 2.5  # times as much as the other part, at most
_ONCE = 0.6  # a text that is half Chinese and half English, "安装 Installation", quotes nothing


@dataclass(frozen=True, slots=True)
class Run:
    """The part of a text from ``start`` to ``end`` that is in one language: 0 or 1, None where there are no letters."""

    side: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _ScriptChange:
    """A place where the script changes: where the left part would end, the right one would begin, and the cost."""

    left: int
    right: int
    cost: float


def split(text: str, pair: LanguagePair, strictness: float = 1.0) -> list[Run]:
    """The parts of ``text`` that are in one language each, in order; ``strictness`` multiplies the cost of a change.

    Two languages in one script are not distinguished within a paragraph: the text is one run.
    """
    if pair.one_script:
        return [Run(pair.side(text), 0, len(text))]
    letters = list(_letters(text, pair))
    if not letters:
        return [Run(None, 0, len(text))]
    changes = [_change(text, left[2], right[1]) for left, right in pairwise(letters)]
    end = len(text)
    if len(changes) == 1:
        bracketed = _BRACKETED.fullmatch(text, letters[0][2])
        if bracketed is not None and (strictness <= 1 or _alike(letters)):
            changes, end = [_ScriptChange(bracketed.end(1), bracketed.start(2), _AT_SEPARATOR)], bracketed.end(2)
        strictness *= _ONCE
    costs = [one.cost * strictness for one in changes]
    sides = _cheapest([(side, weight) for side, _, _, weight in letters], costs)
    runs: list[Run] = []
    start = 0
    for at, change in enumerate(changes):
        if sides[at] != sides[at + 1]:
            runs.append(Run(sides[at], start, change.left))
            start = change.right
    return [*runs, Run(sides[-1], start, end if runs else len(text))]


def _alike(letters: Sequence[tuple[int, int, int, float]]) -> bool:
    """Whether both parts say about as much, as a text and its translation do."""
    return max(letters[0][3], letters[1][3]) <= _MORE * min(letters[0][3], letters[1][3])


def has_wide_gap(text: str, runs: Sequence[Run]) -> bool:
    """Whether a tab or several blanks stand between two parts of ``text``, as between columns."""
    return any(_BREAK.search(text[a.end : b.start]) for a, b in pairwise(runs))


def _letters(text: str, pair: LanguagePair) -> Iterator[tuple[int, int, int, float]]:
    """(side, start, end, weight) of each stretch whose letters are of one of the two scripts."""
    side, start, end, weight = -1, 0, 0, 0.0
    for script, left, right, more in stretches(text):
        if script not in pair.scripts:
            continue
        found = pair.scripts.index(script)
        if found != side and side >= 0:
            yield side, start, end, weight
        if found != side:
            side, start, weight = found, left, 0.0
        end = right
        weight += more
    if side >= 0:
        yield side, start, end, weight


def _cheapest(runs: Sequence[tuple[int, float]], costs: Sequence[float]) -> list[int]:
    """The side of each run on the cheapest path: a run on the other side costs its weight, a change its cost."""
    totals = [0.0 if runs[0][0] == side else runs[0][1] for side in (0, 1)]
    back: list[tuple[int, int]] = []
    for (own, weight), cost in zip(runs[1:], costs, strict=True):
        best = [min((totals[before] + cost * (before != side), before == side, before) for before in (0, 1))
                for side in (0, 1)]  # fmt: skip
        back.append((best[0][2], best[1][2]))
        totals = [best[side][0] + weight * (own != side) for side in (0, 1)]
    side = int(totals[1] < totals[0])
    path = [side]
    for before in reversed(back):
        side = before[side]
        path.append(side)
    return path[::-1]


def _change(text: str, end: int, start: int) -> _ScriptChange:
    """Where between two letters of different scripts, ``text[end:start]``, the language would change."""
    gap = text[end:start]
    if found := _BREAK.search(gap):
        return _ScriptChange(end + found.start(), end + found.end(), _AT_BREAK)
    into_latin = text[start : start + 1].isascii()
    for found in _TERMINAL.finditer(gap):
        # "General 2. 罚则": the number is the marker of what follows, unless that has one: "Article 5. 第五条".
        number = _BARE_NUMBER.fullmatch(gap[: found.start()]) and (into_latin or parse_marker(text[start:]) is None)
        return _cut(text, end, start, 0 if number else found.end(), _AT_END)
    if found := _SEPARATOR.search(gap):
        return _ScriptChange(end + found.start(), end + found.end(), _AT_SEPARATOR)
    if found := _OPENER.search(gap):
        marked = _NUMBERED.match(gap[found.end() :])
        return _cut(text, end, start, found.start(), _AT_MARKER if marked else _ELSEWHERE)
    digits = gap.strip()
    spaced = bool(gap) and (gap[0].isspace() or gap[-1].isspace())
    if digits and (gap[0].isspace() or gap[-1].isspace()):
        # A number without a blank before the next letter is its own: "2024年". With blanks on both sides it is of the
        # English before it ("Article 5 第五条") or behind it ("总则 1 General").
        to_right = not gap[-1].isspace() or (gap[0].isspace() and into_latin)
        return _cut(text, end, start, 0 if to_right else len(gap.rstrip()), _AT_SPACE if spaced else _ELSEWHERE)
    return _cut(text, end, start, 0, _AT_SPACE if spaced else _ELSEWHERE)


def _cut(text: str, end: int, start: int, at: int, cost: float) -> _ScriptChange:
    """The change at ``at`` characters behind ``end``; cheap where a marker follows, dear before a small letter."""
    left = end + at
    behind = text[left:start]
    right = left + (found.end() if (found := _SEPARATOR.match(behind)) else len(behind) - len(behind.lstrip()))
    if parse_marker(text[right : right + 40]) is not None:
        cost = min(cost, _AT_MARKER)
    elif cost == _AT_SPACE and text[start].islower():
        cost = _ELSEWHERE
    return _ScriptChange(left, right, cost)
