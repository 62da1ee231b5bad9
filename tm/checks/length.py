"""Lengths out of proportion, measured against what the file itself does.

The logarithm of the ratio of the two sizes is nearly normal with a spread that shrinks with length (Gale and Church
1993, section 3.1); centre and spread are taken robustly from the file (median and median absolute deviation), with
a prior of some units so that a small file does not judge itself. A translation that says everything seldom strays
further than a third.
"""

import math
from collections.abc import Sequence

import numpy as np

from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions
from tm.checks.pair import Batch, Check, Pair

__all__ = ["CHECKS", "Lengths", "measure"]

_DAMPING = 8.0  # letters added to both sides, so that "2" against "two" is no scandal
_PRIOR_UNITS = 12
_PRIOR_CENTRE = 0.05
_PRIOR_SPREAD = 0.14
_HALF = 25.0  # letters at which the variance is twice that of a long text


class Lengths:
    """Centre and spread of the log length ratio of a file, and how far a unit is from them."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        ratios = np.array([_ratio(pair) for pair in pairs if not pair.is_half and _weight(pair) >= _HALF])
        count = len(ratios)
        centre = float(np.median(ratios)) if count else _PRIOR_CENTRE
        self.centre = (centre * count + _PRIOR_CENTRE * _PRIOR_UNITS) / (count + _PRIOR_UNITS)
        spread = float(np.median(np.abs(ratios - centre))) * 1.4826 if count else _PRIOR_SPREAD
        spread = (spread * count + _PRIOR_SPREAD * _PRIOR_UNITS) / (count + _PRIOR_UNITS)
        self.spread = min(max(spread, 0.08), 0.35)

    def deviation(self, pair: Pair) -> float:
        """How many standard deviations the target is too long (positive) or too short (negative)."""
        spread = self.spread * math.sqrt(1 + _HALF / max(_weight(pair), 1.0))
        return (_ratio(pair) - self.centre) / spread


def _ratio(pair: Pair) -> float:
    return math.log((pair.target.size + _DAMPING) / (pair.source.size + _DAMPING))


def _weight(pair: Pair) -> float:
    return (pair.source.size + pair.target.size) / 2


def measure(pairs: Sequence[Pair]) -> Lengths:
    """The proportions of these pairs."""
    return Lengths(pairs)


def _length(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
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
        times = math.exp(_ratio(pair) - lengths.centre)
        message = f"the target is too {side}: {times:.2f} of the length to be expected in this file"
        findings.append(pair.finding("length", severity, message))
    return findings


CHECKS = (Check("length", Severity.ERROR, "lengths out of proportion for this file", None, _length),)
