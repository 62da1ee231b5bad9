"""Lengths out of proportion, compared with the units around.

The logarithm of the ratio of the two sizes is nearly normal with a spread that shrinks with length (Gale and Church
1993, section 3.1); centre and spread are robust estimates from the units around, with a prior worth some units for
small files. A complete translation rarely differs by more than a third.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from tm.checks.checked_unit import Check, CheckedFile, CheckedUnit
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions
from tm.checks.typical import around

__all__ = ["CHECKS", "LengthRatios", "measure"]

_DAMPING = 8.0  # letters added to both sides, so that short texts such as "2" and "two" are not reported
_PRIOR_UNITS = 12
_PRIOR_CENTRE = 0.05
_PRIOR_SPREAD = 0.14
_LEAST, _MOST = 0.08, 0.35  # bounds of the spread
_AROUND = 201  # units
_HALF = 25.0  # letters at which the variance is twice that of a long text


class LengthRatios:
    """Centre and spread of the log length ratio around each unit, and how far the unit is from them."""

    def __init__(self, pairs: Sequence[CheckedUnit]) -> None:
        self._ratios = {pair.index: _ratio(pair) for pair in pairs}
        reliable = [pair.index for pair in pairs if not pair.is_half and _weight(pair) >= _HALF]
        middles, spreads = around(np.array([self._ratios[index] for index in reliable], np.float32), _AROUND)
        count = min(len(reliable), _AROUND)
        share = count / (count + _PRIOR_UNITS)
        self._places = reliable
        self._centres = share * middles + (1 - share) * _PRIOR_CENTRE
        self._spreads = np.clip(share * spreads + (1 - share) * _PRIOR_SPREAD, _LEAST, _MOST)

    def usual(self, pair: CheckedUnit) -> tuple[float, float]:
        """Centre and spread around ``pair``, those of the prior where the file has no unit long enough."""
        if not self._places:
            return _PRIOR_CENTRE, _PRIOR_SPREAD
        place = min(bisect_left(self._places, pair.index), len(self._places) - 1)
        return float(self._centres[place]), float(self._spreads[place])

    def deviation(self, pair: CheckedUnit) -> float:
        """How many standard deviations the target is too long (positive) or too short (negative)."""
        centre, spread = self.usual(pair)
        return (self._ratios[pair.index] - centre) / (spread * math.sqrt(1 + _HALF / max(_weight(pair), 1.0)))

    def share(self, pair: CheckedUnit) -> float:
        """The length of the target divided by the expected length."""
        return math.exp(self._ratios[pair.index] - self.usual(pair)[0])


def _ratio(pair: CheckedUnit) -> float:
    return math.log((pair.target.size + _DAMPING) / (pair.source.size + _DAMPING))


def _weight(pair: CheckedUnit) -> float:
    return (pair.source.size + pair.target.size) / 2


def measure(pairs: Sequence[CheckedUnit]) -> LengthRatios:
    """The proportions of these pairs."""
    return LengthRatios(pairs)


_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]*(?:[-/&.][A-Z0-9]+)*(?:s|es)?\b")
_PLAIN_WORD = re.compile(r"[A-Za-z]+")
_PER_LETTER = 14.0  # letters that one letter of an acronym may represent


def _is_glossed(pair: CheckedUnit) -> bool:
    """True where one side has the other one and a translation of it: "System calls(系统调用)"."""
    one, other = sorted((pair.source.text.strip(), pair.target.text.strip()), key=len)
    return len(one) >= _GLOSS and one in other


_GLOSS = 4  # characters


def _is_written_out(pair: CheckedUnit, is_long: bool) -> bool:
    """True where the short side is short because of abbreviations that the other one may write out."""
    short, full = (pair.source, pair.target) if is_long else (pair.target, pair.source)
    if short.base == "zh":
        # 发改委 is the National Development and Reform Commission: at most four words for each character, no sentence.
        words = len(_PLAIN_WORD.findall(full.text))
        return (
            2 <= short.han <= 6
            and short.text.strip().isalnum()
            and words <= 4 * short.han
            and not _END.search(full.text)
        )
    letters = sum(len(match[0]) for match in _ACRONYM.finditer(short.text) if len(match[0]) > 1)
    return bool(letters) and full.size <= short.size + letters * _PER_LETTER


_USUAL = 0.62  # of the expected length: a free translation is often as short as that
_CLEAR = 18.0  # letters: a shorter heading or label may well be translated at length
_EXTREME = math.log(3.5)  # whatever is usual in the file
_END = re.compile(r"[.!?;。！？；]\s*\Z")


def _length(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    lengths = measure(batch.pairs)
    findings = []
    for pair in batch.pairs:
        if pair.is_half or max(pair.source.size, pair.target.size) < options.minimum:
            continue
        deviation = lengths.deviation(pair)
        is_extreme = abs(_ratio(pair)) >= _EXTREME
        if (abs(deviation) < options.length_warning and not is_extreme) or _is_written_out(pair, deviation > 0):
            continue
        if _is_glossed(pair):
            continue
        is_clear = abs(deviation) >= options.length_error and min(pair.source.size, pair.target.size) >= _CLEAR
        severity = Severity.ERROR if is_clear else Severity.WARNING
        if severity is Severity.WARNING and not is_extreme and _USUAL < lengths.share(pair) < 1 / _USUAL:
            continue
        side = "long" if deviation > 0 else "short"
        message = f"the target is too {side}: {lengths.share(pair):.2f} of the expected length"
        findings.append(pair.finding("length", severity, message))
    return findings


CHECKS = (Check("length", Severity.ERROR, "lengths out of proportion for this file", None, _length),)
