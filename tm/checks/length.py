"""Lengths out of proportion, compared with the units around.

The logarithm of the ratio of the two sizes is nearly normal with a spread that shrinks with length (Gale and Church
1993, section 3.1); centre and spread are robust estimates from the units around, with a prior worth some units for
small files. A complete translation rarely differs by more than a third.
"""

import math
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


def _length(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    lengths = measure(batch.pairs)
    findings = []
    for pair in batch.pairs:
        if pair.is_half or max(pair.source.size, pair.target.size) < options.minimum:
            continue
        deviation = lengths.deviation(pair)
        if abs(deviation) < options.length_warning:
            continue
        severity = Severity.ERROR if abs(deviation) >= options.length_error else Severity.WARNING
        side = "long" if deviation > 0 else "short"
        message = f"the target is too {side}: {lengths.share(pair):.2f} of the expected length"
        findings.append(pair.finding("length", severity, message))
    return findings


CHECKS = (Check("length", Severity.ERROR, "lengths out of proportion for this file", None, _length),)
