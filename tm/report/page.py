"""Render the page: figures and static SVG charts are computed here, everything else is data for its script.

The file is self-contained. Its content security policy allows only its own script and style sheet, by their hashes,
and loads nothing, whatever the texts contain; the data are JSON in a block that browsers do not run, with every "<"
escaped.
"""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from corpora.translation import translated
from tm import templates
from tm.checks.checked_unit import size
from tm.checks.finding import Severity
from tm.checks.registry import checks
from tm.checks.run import CheckReport
from tm.report.positions import PositionRun, Positions, positions
from tm.tags import plain
from tm.unit import STATUSES, Unit

__all__ = ["Bar", "render"]

_BINS = 20
_SEVERITIES = tuple(str(severity) for severity in Severity)
_RUNS_SHOWN = 6
_RUN_WORDS = {
    "moved": "are in another order than their sources",
    "omission": "have no target",
    "addition": "have no source",
    "low": "have scores below 0.5",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: its label, its count, its share of the longest bar, 0 to 1, and a class for its colour."""

    label: str
    count: int
    share: float
    kind: str = ""
    about: str = ""


def render(report: CheckReport, units: Sequence[Unit], file: Path | str) -> str:
    """The report about ``units``, read from ``file``, as one HTML document."""
    from markupsafe import Markup

    found = positions(units)
    style, script = _static("report.css"), _static("report.js")
    # Without any "<", nothing in the block can end the element or open a comment.
    data = json.dumps(_data(report, units, found), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    scores = [unit.quality for unit in units if unit.quality is not None]
    return templates.render(
        "tm.report",
        "report.html",
        title=Path(file).name,
        summary=report.summary,
        languages=Counter((unit.source_lang, unit.target_lang) for unit in units).most_common(),
        signatures=[name for name, _ in Counter(unit.signature for unit in units if unit.signature).most_common(3)],
        halves=sum(not (unit.source.strip() and unit.target.strip()) for unit in units),
        reviewed=Counter(unit.status for unit in units),
        middle=median(scores) if scores else None,
        histogram=_histogram(scores),
        scored=len(scores),
        by_check=_by_check(report),
        positions=found,
        runs=[(run, _described(run)) for run in found.runs[:_RUNS_SHOWN]],
        data=Markup(data),
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'",
    )


@cache
def _static(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def _described(run: PositionRun) -> str:
    return f"{_RUN_WORDS[run.kind]} ({run.last - run.first + 1:,} in a row)"


def _histogram(scores: Sequence[float]) -> list[Bar]:
    counts = Counter(min(max(int(score * _BINS), 0), _BINS - 1) for score in scores)
    most = max(counts.values(), default=1)
    return [
        Bar(f"{place / _BINS:.2f} to {(place + 1) / _BINS:.2f}", counts[place], counts[place] / most, _colour(place))
        for place in range(_BINS)
    ]


def _colour(place: int) -> str:
    return "low" if place < _BINS * 0.5 else "middle" if place < _BINS * 0.8 else "high"


def _by_check(report: CheckReport) -> list[Bar]:
    known = checks()
    worst: dict[str, Severity] = {}
    for finding in report.findings:
        if finding.check not in worst or finding.severity.rank > worst[finding.check].rank:
            worst[finding.check] = finding.severity
    counts: Mapping[str, int] = report.summary["by_check"]
    most = max(counts.values(), default=1)
    order = sorted(counts, key=lambda name: (-worst[name].rank, -counts[name], name))
    return [
        Bar(name, counts[name], counts[name] / most, str(worst[name]), known[name].about if name in known else "")
        for name in order
    ]


def _data(report: CheckReport, units: Sequence[Unit], found: Positions) -> dict[str, Any]:
    """The data of the script: rows as arrays, because objects with names would be twice as long."""
    names = sorted({finding.check for finding in report.findings})
    rank = {name: place for place, name in enumerate(names)}
    sections = list(dict.fromkeys(unit.origin.section for unit in units))
    section = {name: place for place, name in enumerate(sections)}
    rows = []
    for unit, place in zip(units, found.of_units, strict=True):
        source, target = plain(unit.source), plain(unit.target)
        rows.append(
            [
                _encodable(source),
                _encodable(target),
                None if unit.quality is None else round(unit.quality, 3),
                unit.status,
                section[unit.origin.section],
                unit.origin.page,
                round(size(source)),
                round(size(target)),
                *place.source,
                *place.target,
            ]
        )
    say = cache(translated)  # many findings say the same
    findings = [
        [
            finding.unit,
            rank[finding.check],
            _SEVERITIES.index(str(finding.severity)),
            _encodable(say(finding.message)),
            *(finding.source_span or (None, None)),
            *(finding.target_span or (None, None)),
        ]
        for finding in report.findings
    ]
    first = units[0] if units else None
    return {
        "units": rows,
        "findings": findings,
        "checks": names,
        "severities": _SEVERITIES,
        "sections": [_encodable(name) for name in sections],
        "lengths": [found.source_length, found.target_length],
        "languages": [first.source_lang, first.target_lang] if first else ["", ""],
        "words": _words((*names, *_SEVERITIES, *STATUSES)),
    }


#: The texts that the script translates itself.
_SAID = re.compile(r'\bt\("([^"]+)"')


def _words(names: Iterable[str]) -> dict[str, str]:
    """What the script says, and ``names``, where they are others in the language of the page."""
    texts = (*_SAID.findall(_static("report.js")), *names)
    return {text: found for text in texts if (found := translated(text)) != text}


def _encodable(text: str) -> str:
    """``text`` without unpaired surrogates, which UTF-8 cannot encode; offsets stay the same."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
