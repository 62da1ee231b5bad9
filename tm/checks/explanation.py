"""Why a finding was made: what its check looks for, what it read, how often it is right, and how to switch it off."""

from collections.abc import Iterator, Sequence

from tm.checks.calibration import measured
from tm.checks.checked_unit import CheckedSide, CheckedUnit
from tm.checks.finding import Finding
from tm.checks.negation import Negations
from tm.checks.registry import checks
from tm.checks.run import CheckReport

__all__ = ["chosen_findings", "explanation"]

_LEAST = 6  # hexadecimal digits of a fingerprint that are enough to name a finding


def chosen_findings(report: CheckReport, which: str) -> list[Finding]:
    """The findings that ``which`` names: the number of a unit, or the beginning of a fingerprint."""
    if which.isdecimal() and len(which) < 8 and int(which) < len(report.units):
        return [one for one in report if one.unit == int(which)]
    if len(which) < _LEAST:
        return []
    return [one for one in report if one.fingerprint(report.units[one.unit]).startswith(which.lower())]


def explanation(finding: Finding, report: CheckReport) -> list[str]:
    """The lines that explain a finding of ``report``."""
    unit = report.units[finding.unit]
    pair = CheckedUnit(finding.unit, unit)
    known = checks().get(finding.check)
    share = measured(finding.check, finding.severity, report.text_type)
    often = (
        "too few such findings were judged to say"
        if share is None
        else f"of such findings about {100 * share:.0f} % were right on reviewed text"
    )
    lines = [
        f"{finding.unit}  {finding.severity}  {finding.check}: {finding.message}",
        f"id: {finding.fingerprint(unit)}",
        f"what the check looks for: {known.about if known else finding.check}",
        f"how often it is right: {often}",
    ]
    for name, side, span in (
        ("source", pair.source, finding.source_span),
        ("target", pair.target, finding.target_span),
    ):
        lines.append(f"{name}: {side.text}")
        if span:
            lines.append(f"  marked: {side.text[slice(*span)]!r}")
        lines += [f"  read: {read}" for read in _read(finding.check, side)]
    kind = finding.kind(unit)
    lines += [
        f"to leave out this finding: --write-baseline known.json, then --baseline known.json (kind: {kind})",
        f"to switch off the check: --skip {finding.check}; to change its severity: [severity] {finding.check} = "
        '"info" in a file for --config',
    ]
    return lines


_VALUES = frozenset("number date reference symbol url e-mail footnote-mark code unit".split())


def _read(check: str, side: CheckedSide) -> Sequence[str]:
    if check in _VALUES:
        return list(_values(side))
    if check == "negation" and side.base in ("zh", "en"):
        found = Negations(side)
        spans = [("a negation", found.certain), ("may deny", [*found.signs, *found.hints])]
        return [f"{what}: {side.text[slice(*span)]!r}" for what, some in spans for span in some]
    return []


def _values(side: CheckedSide) -> Iterator[str]:
    for one in side.mentions:
        yield f"{one.kind} {one.value} ({side.text[one.start : one.end].strip()!r})"
    for quantity in side.quantities:
        keys = ", ".join(sorted(quantity.accepts))
        yield f"{quantity.kind} {keys} ({side.text[quantity.start : quantity.end].strip()!r})"
    for measure in side.measures:
        yield f"{measure.dimension} {measure.value:g} ({side.text[measure.start : measure.end].strip()!r})"
