"""The manifest and the report of a corpus: what is in it, where it comes from, and what was lost and why."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from corpora.text.plurals import counted, plural
from corpora.version import tool_version
from tm.corpus.options import CorpusDocument, CorpusOptions
from tm.corpus.writing import Written

__all__ = ["CorpusReport", "DocumentReport", "lost_text", "manifest_text", "report_text"]

_FOLDED = 200  # documents with remarks that a report lists
_NAMED = 50  # documents lost for one reason that it names


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of a document: ``problem`` says why it was lost, ``written`` counts its units by language pair."""

    document: CorpusDocument
    problem: str = ""
    signature: str = ""
    units: int = 0
    written: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document as an entry of the manifest."""
        one = self.document
        return {
            "name": one.key,
            "source_file": one.places[0].name(one.source) if one.source else "",
            "target_file": one.places[1].name(one.target) if one.target else "",
            "source": one.corpus,
            "licence": one.licence,
            "state": "lost" if self.problem else "used",
            **({"problem": self.problem} if self.problem else {}),
            "signature": self.signature,
            "units": self.units,
            "written": dict(self.written),
            "lost": dict(self.lost),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """A corpus that was built: where, of which documents, and which files it has."""

    out: str
    options: CorpusOptions
    documents: tuple[DocumentReport, ...]
    files: tuple[Written, ...]

    @property
    def lost_documents(self) -> tuple[DocumentReport, ...]:
        """The documents of which nothing could be used."""
        return tuple(one for one in self.documents if one.problem)

    @property
    def units(self) -> int:
        """The units that the documents held."""
        return sum(one.units for one in self.documents)

    @property
    def written(self) -> int:
        """The units that stayed."""
        return sum(sum(one.written.values()) for one in self.documents)

    @property
    def lost(self) -> dict[str, int]:
        """Units that were left out, by reason, the most frequent first."""
        total: Counter[str] = Counter()
        for one in self.documents:
            total.update(one.lost)
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    def to_dict(self) -> dict[str, Any]:
        """The counts, as `duiyi corpus build --json` prints them."""
        return {
            "out": self.out,
            "documents": len(self.documents),
            "documents_lost": len(self.lost_documents),
            "units": self.units,
            "units_written": self.written,
            "units_lost": self.lost,
            "files": len(self.files),
        }

    def by_part(self) -> list[dict[str, Any]]:
        """For each language pair and source the documents and units, and the licences."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for one in self.documents:
            for pair, count in one.written.items():
                entry = found.setdefault((pair, one.document.corpus), {"documents": 0, "units": 0, "licences": set()})
                entry["documents"] += 1
                entry["units"] += count
                entry["licences"].add(one.document.licence)
        return [
            {"languages": pair, "source": corpus, **entry, "licences": sorted(filter(None, entry["licences"]))}
            for (pair, corpus), entry in sorted(found.items())
        ]


def manifest_text(report: CorpusReport) -> Iterable[str]:
    """The lines of ``manifest.json``, one for each document; without dates, so that equal corpora have equal ones."""
    settings = {name: value for name, value in asdict(report.options).items() if name != "align"}
    head = {"duiyi": tool_version(), "options": settings, **report.to_dict(), "parts": report.by_part(),
            "signatures": sorted({one.signature for one in report.documents if one.signature})}  # fmt: skip
    del head["out"], head["files"]
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ",\n"
    for name, entries, last in (
        ("files", [asdict(one) for one in report.files], False),
        ("document_list", [one.to_dict() for one in report.documents], True),
    ):
        rows = ",\n  ".join(json.dumps(_without_empty(one), ensure_ascii=False) for one in entries)
        yield f' "{name}": [\n  {rows}\n ]' + ("\n}\n" if last else ",\n")


def _without_empty(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value or key in ("source", "licence", "units")}


def report_text(report: CorpusReport) -> str:
    """The report for people, in Markdown."""
    lost = report.lost_documents
    used = len(report.documents) - len(lost)
    gone = report.units - report.written
    rows = [
        "# Corpus",
        "",
        f"{counted(used, 'document')} of {len(report.documents):,} used, {len(lost):,} lost.",
        f"{counted(report.units, 'unit')} in them, {report.written:,} written, {gone:,} left out.",
        "",
        "| languages | source | licence | documents | units |",
        "|---|---|---|---:|---:|",
    ]
    for row in report.by_part():
        licences = ", ".join(row["licences"]) or "not stated"
        rows.append(f"| {row['languages']} | {row['source']} | {licences} | {row['documents']:,} | {row['units']:,} |")
    rows += ["", "## Units left out", "", "| reason | units |", "|---|---:|"]
    rows += [f"| {reason} | {count:,} |" for reason, count in report.lost.items()] or ["| none | 0 |"]
    rows += ["", "## Documents lost", ""]
    rows += [f"- {text}" for text in lost_text(report)] or ["None."]
    poor = []
    for one in report.documents:
        count = sum(one.written.values())
        if not one.problem and count < one.units / 2:
            of = f"{count:,} of {counted(one.units, 'unit')} written"
            poor.append(f"- {one.document.key}: {of} ({_most(one.lost)})")
    rows += ["", "## Documents of which less than half was written", "", *(_listed(poor) or ["None."])]
    warned = [
        f"- {text if text.startswith(one.document.key) else f'{one.document.key}: {text}'}"
        for one in report.documents
        for text in one.warnings
    ]
    rows += ["", "## Remarks", "", *(_listed(warned) or ["None."]), ""]
    return "\n".join(rows)


def lost_text(report: CorpusReport) -> list[str]:
    """The documents that were lost, by reason: how many, and the first of them; `manifest.json` lists all."""
    groups: dict[str, list[str]] = {}
    for one in report.lost_documents:
        document, reason = one.document, one.problem
        for name, word in ((f"{document.target} (translation)", "its translation"), (document.source, "it"),
                           (document.target, "it")):  # fmt: skip
            reason = reason.replace(name, word) if name else reason
        groups.setdefault(reason, []).append(document.key)
    found = []
    for reason, keys in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        more = f" and {len(keys) - _NAMED:,} more" if len(keys) > _NAMED else ""
        found.append(f"{counted(len(keys), 'document')}: {reason}: {', '.join(keys[:_NAMED])}{more}")
    return found


def _listed(rows: Sequence[str]) -> list[str]:
    more = len(rows) - _FOLDED
    if more <= 0:
        return list(rows)
    return [*rows[:_FOLDED], f"- and {more:,} {plural(more, 'other', 'others')}, listed in manifest.json"]


def _most(lost: Mapping[str, int]) -> str:
    first = sorted(lost.items(), key=lambda item: (-item[1], item[0]))[:3]
    return ", ".join(f"{reason}: {count:,}" for reason, count in first)
