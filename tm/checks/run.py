"""Run the checks on the units of a file: one pass for the checks of single units, one for those that compare units."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, overload

from corpora.errors import UsageError
from corpora.tabular import Tabular
from corpora.text.plurals import counted
from models.encoder import Encoder
from tm.checks.calibration import LARGE, calibrated, measured
from tm.checks.checked_unit import Check, CheckedFile, CheckedUnit
from tm.checks.finding import Finding, Severity
from tm.checks.language import with_variants
from tm.checks.options import CheckOptions
from tm.checks.registry import checks
from tm.checks.text_type import SENSELESS, TextType, text_type
from tm.unit import Unit

__all__ = ["CheckReport", "check", "chosen", "wants_encoder"]


@dataclass(frozen=True, slots=True, repr=False)
class CheckReport(Tabular, Sequence[Finding]):
    """The findings in ``units``, in the order of the file; a sequence of `Finding`.

    ``ran`` and ``skipped`` name the checks; ``accepted`` counts the findings that a baseline left out. ``text_type`` is
    what the file was taken for, ``switched_off`` says which checks make no sense for that, and why.
    """

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]
    ran: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    accepted: int = 0
    text_type: TextType = ""
    switched_off: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def __repr__(self) -> str:
        """One line, such as ``CheckReport(1 finding in 2 units: 1 error)``."""
        counts = [(count, name) for name, count in self.summary["by_severity"].items() if count]
        named = ", ".join(f"{count} info" if name == "info" else counted(count, name) for count, name in counts)
        about = f"{counted(len(self), 'finding')} in {counted(len(self.units), 'unit')}"
        return f"CheckReport({about}: {named})" if named else f"CheckReport({about})"

    def to_dicts(self) -> list[dict[str, Any]]:
        """The findings with the keys of ``duiyi check -o X.json``, ready for JSON or a table."""
        return [finding.to_dict(self.units[finding.unit]) for finding in self.findings]

    def _example(self) -> dict[str, Any]:
        return Finding("", Severity.INFO, 0, "").to_dict(Unit("", "", "", ""))

    @property
    def summary(self) -> Mapping[str, Any]:
        """Counts by severity and check, and how many units have a finding of at least each severity."""
        by_severity = Counter(str(finding.severity) for finding in self.findings)
        by_check = Counter(finding.check for finding in self.findings)
        units = {one: {f.unit for f in self.findings if f.severity.rank >= one.rank} for one in Severity}
        return {
            "units": len(self.units),
            "findings": len(self.findings),
            "by_severity": {str(severity): by_severity.get(str(severity), 0) for severity in Severity},
            "by_check": dict(by_check.most_common()),
            "units_with": {str(severity): len(found) for severity, found in units.items()},
            "accepted": self.accepted,
            "checks": list(self.ran),
            "not_run": list(self.skipped),
            "text_type": self.text_type,
            "switched_off": dict(self.switched_off),
            "precision": {
                f"{name} {severity}": round(share, 2)
                for name, severity in sorted({(one.check, str(one.severity)) for one in self.findings})
                if severity != "info" and (share := measured(name, Severity(severity), self.text_type)) is not None
            },
        }

    def worst(self) -> Severity | None:
        """The highest severity of the findings, None without findings."""
        return max((finding.severity for finding in self.findings), key=lambda one: one.rank, default=None)


def chosen(options: CheckOptions) -> list[Check]:
    """The checks that ``options`` select. Raises `UsageError` for a name that no check has."""
    known = checks()
    unknown = sorted((options.only | options.skip | set(options.severities)) - set(known))
    if unknown:
        raise UsageError(f"unknown check {unknown[0]}; the checks are {', '.join(known)}")
    return [check for check in known.values() if options.wants(check.name)]


def wants_encoder(units: int, options: CheckOptions) -> bool:
    """True where the checks of meaning should run on this number of units."""
    if not any(check.needs_encoder for check in chosen(options)):
        return False
    return options.embeddings if options.embeddings is not None else units <= options.affordable


def check(
    units: Iterable[Unit] | Path | str,
    options: CheckOptions | None = None,
    encoder: Encoder | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CheckReport:
    """Run the selected checks on ``units``, or on the units of a file in any format that `tm.formats.read` knows.

    The checks of meaning run where ``encoder`` is given; with ``CheckOptions(embeddings=True)`` the built-in encoder
    is loaded. ``progress`` is called with the checks done, of all. Raises `UsageError` for a check that does not exist,
    `InputError` for a file that cannot be read.

    >>> from tm.unit import Unit
    >>> report = check([Unit("第五条", "Article 6", "zh-CN", "en-US")])
    >>> report
    CheckReport(1 finding in 1 unit: 1 error)
    >>> report[0].check, report[0].unit, report[0].target_span
    ('reference', 0, (0, 9))
    """
    if isinstance(units, str | Path):
        from tm.formats import read

        units = read(Path(units))
    options = options or CheckOptions()
    if encoder is None and options.embeddings:
        from models.registry import load

        encoder = load(None)
    checked = tuple(units)
    pairs = [CheckedUnit(index, unit) for index, unit in enumerate(with_variants(checked, options))]
    batch = CheckedFile(pairs, encoder)
    ran: list[str] = []
    skipped: list[str] = []
    findings: list[Finding] = []
    kind = text_type(pairs) if options.text_type == "auto" else options.text_type
    named = options.only | set(options.severities)
    off = {name: why for name, why in SENSELESS[kind].items() if name not in named}
    selected = chosen(options)
    for number, one in enumerate(selected):
        if progress is not None:
            progress(number, len(selected))
        if one.name in off:
            continue
        if one.needs_encoder and encoder is None:
            skipped.append(one.name)
        else:
            ran.append(one.name)
            findings.extend(_found(one, batch, options))
    if len(pairs) >= LARGE or options.strictness != "normal":
        findings = calibrated(findings, options.strictness, kind, options.severities, len(pairs))
    names = {one.name for one in selected}
    off = {name: why for name, why in off.items() if name in names}
    return CheckReport(checked, tuple(_in_order(findings, options)), tuple(ran), tuple(skipped), 0, kind, off)


def _found(one: Check, batch: CheckedFile, options: CheckOptions) -> Iterator[Finding]:
    """What a check finds; a unit on which it fails is reported, and the others are checked."""
    if one.batch is not None:
        try:
            yield from one.batch(batch, options)
        except Exception as error:  # noqa: BLE001
            if len(batch.pairs) == 1 or one.needs_encoder:
                yield _failed(one, batch.pairs[0], error)
                return
            for pair in batch.pairs:
                yield from _found(one, CheckedFile([pair], batch.encoder), options)
        return
    if one.unit is None:
        return
    for pair in batch.pairs:
        try:
            if found := one.unit(pair, options):
                yield from found
        except Exception as error:  # noqa: BLE001
            yield _failed(one, pair, error)


def _failed(one: Check, pair: CheckedUnit, error: Exception) -> Finding:
    return pair.finding(one.name, Severity.WARNING, f"this check failed on the unit ({type(error).__name__})")


def _in_order(findings: Sequence[Finding], options: CheckOptions) -> list[Finding]:
    if options.severities:
        findings = [
            replace(finding, severity=options.severities[finding.check])
            if finding.check in options.severities
            else finding
            for finding in findings
        ]
    return sorted(findings, key=lambda finding: (finding.unit, -finding.severity.rank, finding.check))
