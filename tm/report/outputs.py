"""Write the findings of the checks as JSON, JUnit XML, SARIF 2.1.0 or HTML, and leave out accepted findings.

The baseline stores a fingerprint of each accepted finding, made of the check and both texts, so that it still matches
after units were added or moved; where a text changed, the finding is reported again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from corpora.errors import DamagedInput, InputError, UsageError
from corpora.files import replacing
from corpora.xml import legal
from tm.checks.finding import Finding, Severity
from tm.checks.registry import checks
from tm.checks.run import CheckReport
from tm.tags import plain
from tm.unit import Unit

__all__ = ["REPORT_FORMATS", "accept", "as_json", "read_kinds", "write_baseline", "write_kinds", "write_report"]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_json(report: CheckReport, units: Sequence[Unit]) -> dict[str, Any]:
    """The report as ``-o X.json`` writes it: a summary, and the findings with both texts of each."""
    findings = [finding.to_dict(units[finding.unit]) for finding in report.findings]
    return {"summary": dict(report.summary), "findings": findings}


def _write_json(report: CheckReport, units: Sequence[Unit], file: Path) -> bytes:
    """One finding in a line: easy to search, and several times faster than an indented tree."""
    data = as_json(report, units)
    summary = json.dumps(data["summary"], ensure_ascii=False)
    findings = ",\n".join(json.dumps(finding, ensure_ascii=False) for finding in data["findings"])
    return f'{{"summary": {summary},\n"findings": [\n{findings}\n]}}\n'.encode("utf-8", "replace")


def _write_junit(report: CheckReport, units: Sequence[Unit], file: Path) -> bytes:
    """JUnit XML: one suite for each check, one case for each finding; errors and warnings are failures."""
    from lxml import etree

    by_check: dict[str, list[Finding]] = {name: [] for name in report.ran}
    for finding in report.findings:
        by_check.setdefault(finding.check, []).append(finding)
    failures = sum(finding.severity is not Severity.INFO for finding in report.findings)
    cases = sum(max(1, len(findings)) for findings in by_check.values())
    root = etree.Element("testsuites", name="duiyi check", tests=str(cases), failures=str(failures))
    for name, findings in by_check.items():
        failed = sum(finding.severity is not Severity.INFO for finding in findings)
        suite = etree.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(max(1, len(findings))),
            failures=str(failed),
            errors="0",
            skipped="0",
        )
        if not findings:
            etree.SubElement(suite, "testcase", classname=file.name, name=name)
        for finding in findings:
            case = etree.SubElement(suite, "testcase", classname=file.name, name=f"{name}: unit {finding.unit}")
            unit = units[finding.unit]
            text = legal(f"{finding.message}\n{unit.source}\n{unit.target}")[0]
            if finding.severity is Severity.INFO:
                etree.SubElement(case, "system-out").text = text
            else:
                message = legal(finding.message)[0]
                etree.SubElement(case, "failure", type=str(finding.severity), message=message).text = text
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _write_sarif(report: CheckReport, units: Sequence[Unit], file: Path) -> bytes:
    """SARIF 2.1.0 (OASIS): the rules, and one result for each finding with the unit as its logical location."""
    known = checks()
    rules = [
        {
            "id": name,
            "shortDescription": {"text": known[name].about if name in known else name},
            "defaultConfiguration": {"level": _LEVELS[known[name].severity] if name in known else "warning"},
        }
        for name in report.ran
    ]
    uri = file.as_uri() if file.is_absolute() else quote(file.as_posix())
    results = [
        {
            "ruleId": finding.check,
            "level": _LEVELS[finding.severity],
            "message": {"text": f"unit {finding.unit}: {finding.message}"},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": uri}},
                    "logicalLocations": [{"name": str(finding.unit), "kind": "unit"}],
                }
            ],
            "partialFingerprints": {"duiyi/v1": finding.fingerprint(units[finding.unit])},
            "properties": {
                "sourceSpan": finding.source_span,
                "targetSpan": finding.target_span,
                "source": plain(units[finding.unit].source),
                "target": plain(units[finding.unit].target),
            },
        }
        for finding in report.findings
    ]
    sarif = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "duiyi", "rules": rules}}, "results": results}],
    }
    return json.dumps(sarif, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"


def _write_html(report: CheckReport, units: Sequence[Unit], file: Path) -> bytes:
    """An HTML page, see `tm.report`."""
    from tm.report import render

    return render(report, units, file).encode("utf-8", "replace")


REPORT_FORMATS: Mapping[str, Callable[[CheckReport, Sequence[Unit], Path], bytes]] = {
    ".html": _write_html,
    ".json": _write_json,
    ".xml": _write_junit,
    ".sarif": _write_sarif,
}


def write_report(
    path: Path, report: CheckReport, units: Sequence[Unit], file: Path, *, place: Path | None = None
) -> None:
    """Write ``report`` about ``file`` to ``path``, format by extension. Raises `UsageError` for an unknown one.

    ``place`` is the temporary file of a caller of `corpora.files.replacing_all`.
    """
    writer = REPORT_FORMATS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"{path}: a report must be one of {', '.join(REPORT_FORMATS)}")
    content = writer(report, units, file)
    with replacing(path, place) as temporary:
        temporary.write_bytes(content)


def write_baseline(path: Path, report: CheckReport, units: Sequence[Unit]) -> None:
    """Write all findings of ``report`` as accepted."""
    rows = [
        {"fingerprint": finding.fingerprint(units[finding.unit]), "check": finding.check, "message": finding.message}
        for finding in report.findings
    ]
    content = json.dumps({"duiyi-baseline": 1, "findings": rows}, ensure_ascii=False, indent=1) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


def write_kinds(path: Path, kinds: Mapping[str, str]) -> None:
    """Write a baseline of kinds of findings that a reviewer dismissed: kind -> message of the first one."""
    rows = [{"kind": kind, "message": message} for kind, message in sorted(kinds.items())]
    content = json.dumps({"duiyi-baseline": 1, "findings": rows}, ensure_ascii=False, indent=1) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


def read_kinds(path: Path) -> dict[str, str]:
    """The kinds in the baseline at ``path``, each with a message. Raises `InputError`, `DamagedInput`."""
    return {str(row["kind"]): str(row.get("message", "")) for row in _rows(path) if "kind" in row}


def _rows(path: Path) -> list[Mapping[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["findings"]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedInput(f"{path} is not a baseline of accepted findings that duiyi wrote") from error
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and row.keys() & {"kind", "fingerprint"} for row in rows
    ):
        raise DamagedInput(f"{path} is not a baseline of accepted findings that duiyi wrote")
    return rows


def accept(path: Path, report: CheckReport, units: Sequence[Unit]) -> CheckReport:
    """``report`` without the findings that the baseline at ``path`` accepts, and others of a kind that it accepts.

    Raises `InputError`, `DamagedInput`.
    """
    known = {str(row["kind"] if "kind" in row else row["fingerprint"]) for row in _rows(path)}
    new = tuple(
        finding
        for finding in report.findings
        if known.isdisjoint((finding.fingerprint(units[finding.unit]), finding.kind(units[finding.unit])))
    )
    return replace(report, findings=new, accepted=len(report.findings) - len(new))
