"""Run the checks over the units of a file: one pass for those that look at a unit alone, one for the others."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpora.errors import UsageError
from models.encoder import Encoder
from tm.checks.checked_unit import Check, CheckedFile, CheckedUnit
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions
from tm.checks.registry import checks
from tm.unit import Unit

__all__ = ["CheckReport", "check", "chosen", "wants_encoder"]

_DEFAULTS = CheckOptions()


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the checks found in ``units`` units, in the order of the file; ``accepted`` counts what a baseline hides."""

    units: int
    findings: tuple[Finding, ...]
    ran: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    accepted: int = 0

    @property
    def summary(self) -> Mapping[str, Any]:
        """Counts by severity and check, and the number of units that have a finding of each severity at least."""
        by_severity = Counter(str(finding.severity) for finding in self.findings)
        by_check = Counter(finding.check for finding in self.findings)
        grave = {severity: {f.unit for f in self.findings if f.severity.rank >= severity.rank} for severity in Severity}
        return {
            "units": self.units,
            "findings": len(self.findings),
            "by_severity": {str(severity): by_severity.get(str(severity), 0) for severity in Severity},
            "by_check": dict(by_check.most_common()),
            "units_with": {str(severity): len(units) for severity, units in grave.items()},
            "accepted": self.accepted,
            "checks": list(self.ran),
            "not_run": list(self.skipped),
        }

    def worst(self) -> Severity | None:
        """The gravest severity found, None where nothing was."""
        return max((finding.severity for finding in self.findings), key=lambda one: one.rank, default=None)


def chosen(options: CheckOptions) -> list[Check]:
    """The checks that ``options`` ask for. Raises `UsageError` for a name that no check has."""
    known = checks()
    unknown = sorted((options.only | options.skip | set(options.severities)) - set(known))
    if unknown:
        raise UsageError(f"there is no check named {unknown[0]}; there are {', '.join(known)}")
    return [check for check in known.values() if options.wants(check.name)]


def wants_encoder(units: int, options: CheckOptions) -> bool:
    """True where the checks of meaning are to run over so many units."""
    if not any(check.needs_encoder for check in chosen(options)):
        return False
    return options.embeddings if options.embeddings is not None else units <= options.affordable


def check(units: Iterable[Unit], options: CheckOptions = _DEFAULTS, encoder: Encoder | None = None) -> CheckReport:
    """Run the chosen checks over ``units``; those of meaning only where ``encoder`` is given."""
    pairs = [CheckedUnit(index, unit) for index, unit in enumerate(units)]
    batch = CheckedFile(pairs, encoder)
    ran: list[str] = []
    skipped: list[str] = []
    findings: list[Finding] = []
    alone = []
    for one in chosen(options):
        if one.needs_encoder and encoder is None:
            skipped.append(one.name)
            continue
        ran.append(one.name)
        if one.unit is not None:
            alone.append(one.unit)
        elif one.batch is not None:
            findings.extend(one.batch(batch, options))
    for pair in pairs:
        for function in alone:
            findings.extend(function(pair, options))
    return CheckReport(len(pairs), tuple(_in_order(findings, options)), tuple(ran), tuple(skipped))


def _in_order(findings: Sequence[Finding], options: CheckOptions) -> list[Finding]:
    if options.severities:
        findings = [
            replace(finding, severity=options.severities[finding.check])
            if finding.check in options.severities
            else finding
            for finding in findings
        ]
    return sorted(findings, key=lambda finding: (finding.unit, -finding.severity.rank, finding.check))
