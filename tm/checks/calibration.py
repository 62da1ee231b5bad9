"""What a severity means: the share of such findings that was right on reviewed text.

``precision.json`` counts, for each check and severity, how many findings on published translations a reader judged and
how many were right (`benchmarks.verdicts`); a key with a type of text counts for files of that type. A finding is an
error where at least four in five were right, a warning where two in five were, else an info; ``strictness`` moves the
two limits. The verdicts are added to an assumed share with the weight of some verdicts.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
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
#: Published text has been corrected already: in text under review, findings of the same kind are right more often.
_WEIGHT = 20
#: Units: the verdicts are of whole documents, so a smaller file keeps the severities that the checks give.
LARGE = 100


@cache
def _verdicts() -> Mapping[str, tuple[int, int]]:
    data = json.loads(files("tm.checks").joinpath("precision.json").read_text(encoding="utf-8"))
    return {key: (int(row["right"]), int(row["judged"])) for key, row in data["checks"].items()}


_ENOUGH = 5  # verdicts


def measured(check: str, severity: Severity, kind: TextType = "") -> float | None:
    """The share of such findings that was right on reviewed text, None where fewer than five were judged."""
    known = _verdicts()
    key = f"{check} {severity}"
    right, judged = known.get(f"{key} {kind}") or known.get(key) or (0, 0)
    return right / judged if judged >= _ENOUGH else None


def precision(check: str, severity: Severity, kind: TextType = "", weight: int = _WEIGHT) -> float:
    """The estimated share of the findings of ``check`` with ``severity`` that are right, in a text of type ``kind``.

    ``weight``: of how many verdicts the assumed share has the weight.

    >>> round(precision("no such check", Severity.ERROR), 3)
    0.9
    """
    known = _verdicts()
    key = f"{check} {severity}"
    right, judged = known.get(f"{key} {kind}") or known.get(key) or (0, 0)
    return (right + weight * _ASSUMED[severity]) / (judged + weight)


def calibrated(
    findings: Iterable[Finding], strictness: Strictness = "normal", kind: TextType = "", fixed: Iterable[str] = ()
) -> list[Finding]:
    """``findings`` with the severity that their share of right ones gives; checks in ``fixed`` keep theirs."""
    kept = {"rule", "term", *fixed}
    found = []
    for one in findings:
        if one.check in kept or one.severity is Severity.INFO:
            found.append(one)
            continue
        share = precision(one.check, one.severity, kind)
        error, warning = _LIMITS[strictness]
        severity = Severity.ERROR if share >= error else Severity.WARNING if share >= warning else Severity.INFO
        # A check never claims more than it is sure of, except where the user asks for it.
        if strictness != "high" and severity.rank > one.severity.rank:
            severity = one.severity
        found.append(replace(one, severity=severity) if severity is not one.severity else one)
    return found
