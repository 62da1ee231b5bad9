"""Surface features of texts: length, question and exclamation marks, quotations and numbers.

Translations mostly keep questions, exclamations, quotations and numbers, so a bead in which they differ is probably
wrong. Features are counted once per unit and kept as running sums, so that the count for any run of neighbouring
units is one subtraction. The marks are those of many scripts, independent of the language.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora.text.scripts import HAN, KANA

__all__ = ["COUNTED", "SurfaceFeatures", "surface_features"]

Floats = NDArray[np.float64]

COUNTED = ("length", "question", "exclamation", "quote", "number", "clause")

_QUESTION = re.compile(r"[?？؟]")
_EXCLAMATION = re.compile(r"[!！]")
# An apostrophe opens a quotation before a word and after a space, a dash, a bracket or nothing.
_OPENING = re.compile(r"[“„«「『《]|(?:^|(?<=[\s—–(\[]))[\"'‘](?=\w|[…—.])|^\s*[\"]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_CLAUSE = re.compile(r"[,，、;；:：—–…]+")
_OPENS = re.compile(r"\s*[“„«「『\"'‘]")
_CLOSES = re.compile(r"[”»」』\"'’]\W*$")
# The marks that say whether speech goes on behind a unit: an apostrophe closes only behind punctuation.
_SPEECH = re.compile(rf"(?P<opens>{_OPENING.pattern})|[”»」』》]|(?<=[.,!?…—–-])['’\"]+(?=\s|$|[—–)\]])")
_TAIL = re.compile(r"[\s”»」』\"'’)）\]]+$")
_WORD = re.compile(f"(?=([{HAN}{KANA}]{{2}}))|[^\\W{HAN}{KANA}]+")
_LONGEST = 300  # characters of a unit that are compared with the one before
_DIFFERENT, _SAME = 0.5, 0.8  # shares of the letters of both units: below, and from which, the second repeats the first
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SurfaceFeatures:
    """Running sums, and the marks at the start and the end, for the n units of one side.

    ``sums`` maps each name of `COUNTED` to float64 ``[n + 1]``, the total over the units before; ``opens`` and
    ``closes`` are 1 where a unit starts or ends with a quotation mark, ``inside`` where speech goes on behind it;
    ``repeats`` is how far a unit repeats the one before it, 0 to 1; ``ending`` is 1 where it ends with a question
    mark, 2 with an exclamation mark and 0 otherwise (all float32 ``[n]``).
    """

    sums: dict[str, Floats]
    opens: Floats
    closes: Floats
    ending: Floats
    inside: Floats
    repeats: Floats

    def __len__(self) -> int:
        return len(self.opens)

    def __getitem__(self, part: slice) -> "SurfaceFeatures":
        start, stop, _ = part.indices(len(self))
        return SurfaceFeatures(
            {name: total[start : stop + 1] for name, total in self.sums.items()},
            self.opens[start:stop],
            self.closes[start:stop],
            self.ending[start:stop],
            self.inside[start:stop],
            self.repeats[start:stop],
        )

    def take(self, units: Sequence[int]) -> "SurfaceFeatures":
        """Return the features of ``units``, in that order; those that depend on the unit before stay as they are."""
        sums = {name: np.concatenate([[0], np.cumsum(np.diff(total)[units])]) for name, total in self.sums.items()}
        return SurfaceFeatures(
            sums, self.opens[units], self.closes[units], self.ending[units], self.inside[units], self.repeats[units]
        )


def surface_features(texts: Sequence[str]) -> SurfaceFeatures:
    """Return the surface features of ``texts``."""
    rows = np.array([_counts(text) for text in texts], np.float64).reshape(len(texts), len(COUNTED))
    totals = np.concatenate([np.zeros((1, len(COUNTED))), np.cumsum(rows, axis=0)])
    return SurfaceFeatures(
        {name: totals[:, column].copy() for column, name in enumerate(COUNTED)},
        np.array([_OPENS.match(text) is not None for text in texts], np.float32),
        np.array([_CLOSES.search(text) is not None for text in texts], np.float32),
        np.array([_ending(text) for text in texts], np.float32),
        np.array(_inside(texts), np.float32),
        np.array(_repeats(texts), np.float32),
    )


def _inside(texts: Sequence[str]) -> list[bool]:
    """Whether the last quotation mark up to the end of each unit is one that opens."""
    found, inside = [], False
    for text in texts:
        for mark in _SPEECH.finditer(text):
            inside = mark["opens"] is not None
        found.append(inside)
    return found


def _repeats(texts: Sequence[str]) -> list[float]:
    """How much each unit has in common with the one before it: the words, numbers and pairs of ideographs."""
    found, before = [], frozenset[str]()
    for text in texts:
        words = frozenset(
            (word[1] or word[0]).lstrip("0") or "0" for word in _WORD.finditer(text.casefold()[:_LONGEST])
        )
        shared = 2 * _letters(words & before) / max(_letters(words) + _letters(before), 1)
        found.append(min(max((shared - _DIFFERENT) / (_SAME - _DIFFERENT), 0.0), 1.0))
        before = words
    return found


def _letters(words: frozenset[str]) -> int:
    return sum(map(len, words))


def _counts(text: str) -> tuple[int, ...]:
    return (
        len(_BLANK.sub("", text)),
        len(_QUESTION.findall(text)),
        len(_EXCLAMATION.findall(text)),
        len(_OPENING.findall(text)),
        len(_NUMBER.findall(text)),
        len(_CLAUSE.findall(text)),
    )


def _ending(text: str) -> int:
    last = _TAIL.sub("", text)[-1:]
    if last in "?？؟" and last:
        return 1
    return 2 if last and last in "!！" else 0
