"""How many planted faults the checks find, how many clean pairs they blame, and how fast they are.

    python -m benchmarks.checks [SHARED] [--tune] [--otherwise]

Found means: a finding of severity warning or error, of a check that makes sense for the kind (`SENSIBLE`), at the unit
that was damaged; for a run of shifted units every unit counts by itself, and the share of runs with a finding
on at least one unit is given too. False alarms are counted on the clean documents, all checks together. Thresholds
were tuned on one half of the documents (``--tune`` reports on it), the figures are of the other half. ``--otherwise``
counts what a second generator plants (`benchmarks.faults_otherwise`), which nothing was tuned on.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.data import clean, halves
from benchmarks.faults import KINDS, plant
from benchmarks.faults_otherwise import FAULTS
from benchmarks.faults_otherwise import plant as plant_otherwise
from corpora.text.languages import detect
from models.encoder import Encoder, Vectors
from tm.checks.finding import Severity
from tm.checks.run import CheckReport, check
from tm.unit import Unit

__all__ = ["SENSIBLE", "otherwise", "run"]

SHARE = 0.1
_MEANING = frozenset({"shifted", "similarity", "omission", "addition", "length"})
_VALUES = frozenset({"number", "date", "reference", "symbol", "code", "list-marker"})
#: Which checks may claim to have found a kind.
SENSIBLE: Mapping[str, frozenset[str]] = {
    "shifted by one": _MEANING | _VALUES | {"markup", "inconsistent-source", "inconsistent-target"},
    "swapped": _MEANING | _VALUES | {"markup", "inconsistent-source", "inconsistent-target"},
    "duplicated": frozenset({"duplicate", "repetition", "length", "addition"}),
    "target truncated": _MEANING | _VALUES | {"markup", "final-punctuation", "brackets", "cut-off"},
    "number changed": _VALUES,
    "date changed": _VALUES,
    "article changed": _VALUES,
    "negation dropped": frozenset({"negation"}),
    "sentence dropped": _MEANING | _VALUES | {"markup", "final-punctuation", "brackets"},
    "untranslated": frozenset({"untranslated", "language"}),
    "wrong language": frozenset({"language", "untranslated"}),
    "encoding damage": frozenset({"encoding", "control-characters", "language"}),
}


class _Remembering:
    """An encoder that keeps the vectors it made: the files of all kinds share most of their texts."""

    def __init__(self, inner: Encoder) -> None:
        self.name, self.dim, self.fingerprint = inner.name, inner.dim, inner.fingerprint
        self._inner = inner
        self._known: dict[str, Any] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._inner.encode(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32).reshape(len(texts), self.dim)


def _found(report: CheckReport, kind: str, least: Severity) -> set[int]:
    return {
        finding.unit
        for finding in report.findings
        if finding.severity.rank >= least.rank and finding.check in SENSIBLE[kind]
    }


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def run(shared: Path, *, tune: bool = False, seed: int = 1, embeddings: bool = True) -> dict[str, Any]:
    """Measure on the shared documents; see the module's docstring for what the figures mean."""
    documents = clean(shared)
    names = halves(list(documents))[0 if tune else 1]
    from models.registry import load

    encoder = _Remembering(load(None, cache=False)) if embeddings else None
    alarms, units, seconds = _clean({name: documents[name] for name in names}, encoder)
    kinds: dict[str, Any] = {}
    by_data: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for kind in KINDS:
        planted = found = errors = runs = hit_runs = 0
        for name in names:
            faulty = plant(documents[name], kind, SHARE, seed)
            report = check(faulty.units, encoder=encoder)
            here = _found(report, kind, Severity.WARNING) & set(faulty.faults)
            planted += len(faulty.faults)
            found += len(here)
            errors += len(_found(report, kind, Severity.ERROR) & set(faulty.faults))
            runs += len(faulty.runs)
            hit_runs += sum(bool(here & set(range(*span))) for span in faulty.runs)
            counts = by_data[kind][name.partition("/")[0]]
            counts[0] += len(faulty.faults)
            counts[1] += len(here)
        kinds[kind] = {"planted": planted, "found": _rate(found, planted), "as error": _rate(errors, planted)}
        if runs:
            kinds[kind] |= {"runs": runs, "runs found": _rate(hit_runs, runs)}
        kinds[kind] |= {name: f"{hit}/{count}" for name, (count, hit) in by_data[kind].items()}
    others = [row for kind, row in kinds.items() if kind != "negation dropped"]
    total = sum(row["planted"] for row in others)
    return {
        "half": "tune" if tune else "report",
        "clean units": units,
        "clean units with an error": alarms["error"],
        "clean units with a warning or error": alarms["warning"],
        "found, all kinds but negation": _rate(
            round(sum(row["planted"] * (row["found"] or 0) for row in others)), total
        ),
        "found, negation": kinds["negation dropped"]["found"],
        "units per second without embeddings": round(units / seconds) if seconds else None,
        "kinds": kinds,
    }


def otherwise(shared: Path, *, tune: bool = False, seed: int = 1) -> dict[str, Any]:
    """What is found of the faults of the second generator, by kind and variant: the share, and how many were planted.

    Found means any warning or error at the unit, for a cut may show as a lost number as well.
    """
    documents = clean(shared)
    names = halves(list(documents))[0 if tune else 1]
    from models.registry import load

    encoder = _Remembering(load(None, cache=False))
    kinds: dict[str, Any] = {}
    for kind, variants in FAULTS.items():
        for variant in variants:
            planted = found = 0
            for name in names:
                units, faults = plant_otherwise(documents[name], kind, variant, SHARE, seed)
                reported = {one.unit for one in check(units, encoder=encoder).findings if one.severity.rank > 0}
                planted += len(faults)
                found += sum(bool(reported.intersection(places)) for places in faults)
            kinds.setdefault(kind, {})[variant] = {"found": _rate(found, planted), "planted": planted}
    return kinds


def _clean(documents: Mapping[str, list[Unit]], encoder: Encoder | None) -> tuple[dict[str, float | None], int, float]:
    """False alarms on clean documents, their size, and the processor seconds of all checks without vectors."""
    units = sum(map(len, documents.values()))
    blamed = {Severity.ERROR: 0, Severity.WARNING: 0}
    # Tables and the language identifier are loaded on first use, once a run.
    check([*next(iter(documents.values()))[:20], Unit("第一", "Ein Satz ohne kleine Wörter", "zh-CN", "en-US")])
    detect("Ein Satz ohne kleine Wörter")
    started = time.process_time()
    for document in documents.values():
        check(document)
    seconds = time.process_time() - started
    for document in documents.values():
        findings = check(document, encoder=encoder).findings
        for severity in blamed:
            blamed[severity] += len({one.unit for one in findings if one.severity.rank >= severity.rank})
    return {str(severity): _rate(count, units) for severity, count in blamed.items()}, units, seconds


if __name__ == "__main__":
    import json

    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    measure = otherwise if "--otherwise" in sys.argv else run
    result = measure(Path(arguments[0] if arguments else "../shared"), tune="--tune" in sys.argv)
    print(json.dumps(result, ensure_ascii=False, indent=2))
