"""What a severity means: the share of such findings that is right.

``precision.json`` counts, for each check and severity, how many findings on published translations a reader judged, how
many were right, and how often in 10,000 units a wrong one was made in the source where most were; a key with a type of
text counts for files of that type. A finding is an error where at least four in five are right, a warning where two in
five are, else an info; ``strictness`` moves the two limits.

How often a check is right depends on the text: of the few negations that it misses in a published book almost none was
lost, of the many in a bad draft most were. So the share is estimated for each file from the number of its findings:
false alarms come at the rate that was measured on published text, and what exceeds it is right.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from tm.checks.finding import Finding, Severity
from tm.checks.text_type import TextType

__all__ = ["LARGE", "Strictness", "calibrated", "measured", "precision"]

Strictness = Literal["low", "normal", "high"]
#: Strictness -> the shares from which a finding is an error, and a warning.
_LIMITS: Mapping[Strictness, tuple[float, float]] = {"low": (0.9, 0.6), "normal": (0.8, 0.4), "high": (0.6, 0.2)}
#: The share that is assumed of a check without verdicts, and the number of verdicts that it counts as.
_ASSUMED = {Severity.ERROR: 0.9, Severity.WARNING: 0.6, Severity.INFO: 0.1}
_WEIGHT = 3
#: Units: the verdicts are of whole documents, so a smaller file keeps the severities that the checks give.
LARGE = 100
#: Units of published text that what is known of it counts as, beside those of the file.
_KNOWN = 100


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """How many findings were judged and right; ``wrong`` is the highest rate of wrong ones, a unit."""

    right: int = 0
    judged: int = 0
    wrong: float = 0.0


@cache
def _verdicts() -> Mapping[str, _Verdicts]:
    data = json.loads(files("tm.checks").joinpath("precision.json").read_text(encoding="utf-8"))
    return {
        key: _Verdicts(int(row["right"]), int(row["judged"]), float(row["wrong_in_10000"]) / 10_000)
        for key, row in data["checks"].items()
    }


def _known(check: str, severity: Severity, kind: TextType) -> _Verdicts:
    known, key = _verdicts(), f"{check} {severity}"
    return known.get(f"{key} {kind}") or known.get(key) or _Verdicts()


_ENOUGH = 5  # verdicts


def measured(check: str, severity: Severity, kind: TextType = "") -> float | None:
    """The share of such findings that was right on reviewed text, None where fewer than five were judged."""
    known = _known(check, severity, kind)
    return known.right / known.judged if known.judged >= _ENOUGH else None


def precision(check: str, severity: Severity, kind: TextType = "") -> float:
    """The estimated share of the findings of ``check`` with ``severity`` that is right in published text of a type.

    >>> round(precision("no such check", Severity.ERROR), 3)
    0.9
    """
    known = _known(check, severity, kind)
    return (known.right + _WEIGHT * _ASSUMED[severity]) / (known.judged + _WEIGHT)


_LEAST_WRONG = 1e-4  # a unit: no check is known to be better
#: How many times more false alarms another text may have than the worst of those that were read.
_SPREAD = 2.0
_ROUNDS = 50


def _shares(check: str, kind: TextType, found: Mapping[Severity, int], units: int) -> Mapping[Severity, float]:
    """The share that is right in a file of ``units`` with ``found`` findings of each severity.

    A worse text has more of all faults that the check finds, while its false alarms stay as they are: what is estimated
    is how many times more faults it has than published text. The shares depend on that, and that on the shares.
    """
    rates = {one: _known(check, one, kind).wrong for one in found}
    wrong = {one: max(_SPREAD * rate, _LEAST_WRONG) for one, rate in rates.items()}
    right = {
        one: max(rate, _LEAST_WRONG) * (share := precision(check, one, kind)) / (1 - share)
        for one, rate in rates.items()
    }
    usual, level = sum(right.values()), 1.0
    for _ in range(_ROUNDS):
        shares = {one: level * right[one] / (level * right[one] + wrong[one]) for one in found}
        faults = sum(count * shares[one] for one, count in found.items())
        level = max(1.0, (_KNOWN * usual + faults) / ((_KNOWN + units) * usual))  # nothing is better than published
    return shares


def calibrated(
    findings: Iterable[Finding],
    strictness: Strictness = "normal",
    kind: TextType = "",
    fixed: Iterable[str] = (),
    units: int = 0,
) -> list[Finding]:
    """``findings`` with the severity that their share of right ones gives; checks in ``fixed`` keep theirs.

    ``units``: how many units the file has that all of them are of.
    """
    findings = list(findings)
    kept = {"rule", "term", *fixed}
    judged = [one for one in findings if one.check not in kept and one.severity is not Severity.INFO]
    counts: dict[str, Counter[Severity]] = {}
    for one in judged:
        counts.setdefault(one.check, Counter())[one.severity] += 1
    shares = {check: _shares(check, kind, found, units) for check, found in counts.items()}
    severities = {
        (check, one): _severity(one, share, strictness) for check, some in shares.items() for one, share in some.items()
    }
    return [
        replace(one, severity=severity)
        if one.check not in kept
        and (severity := severities.get((one.check, one.severity), one.severity)) != one.severity
        else one
        for one in findings
    ]


def _severity(own: Severity, share: float, strictness: Strictness) -> Severity:
    error, warning = _LIMITS[strictness]
    severity = Severity.ERROR if share >= error else Severity.WARNING if share >= warning else Severity.INFO
    # A check never claims more than it is sure of, except where the user asks for it.
    return own if strictness != "high" and severity.rank > own.rank else severity
