"""The part of a corpus that comes from one document: aligned, measured, and stored as a file of its own.

A part holds all units of a document, with what is needed to decide about them later: score, probability of being a
translation, checks that found an error. Its name is a checksum of the document's files and options, so that a part that
exists is the record that the document is done: a later run, with other thresholds or on another cluster, keeps it. No
date is in it and one thread computes it, so that it is the same wherever it is made.
"""

import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora.errors import DamagedInput, WrongFormat
from corpora.storage import Storage
from corpora.version import tool_version
from tm.corpus.options import CorpusDocument, CorpusOptions, DocumentOutcome
from tm.formats import format_of
from tm.formats.jsonl import from_dict, to_dict
from tm.jobs.align_files import align_files, holds_nothing, summary
from tm.jobs.workers import Loaded, encoder_of, limited, reason_of
from tm.origin_names import origin_name
from tm.unit import Unit

if TYPE_CHECKING:
    from models.encoder import Encoder

__all__ = [
    "PARTS",
    "AlignTask",
    "align_document",
    "died",
    "head_of",
    "part_name",
    "part_of",
    "renamed",
    "selected",
    "units_of",
]

PARTS = "parts"  # the folder of the parts in that of the corpus
_VERSION = 1
_ALONE = "no counterpart"
_SAME, _UNTRANSLATED = "same on both sides, nothing to translate", "same on both sides, not translated"


@dataclass(frozen=True, slots=True)
class AlignTask:
    """A document to align into its part in the folder ``out``."""

    document: CorpusDocument
    out: Storage
    options: CorpusOptions


def part_name(document: CorpusDocument, options: CorpusOptions) -> str:
    """The name of the part of ``document``: equal for equal files, options and version."""
    measured = [options.does("filter"), sorted(options.checks) if options.does("checks") else []]
    names = [place.name(name) for place, name in zip(document.places, (document.source, document.target), strict=True)]
    parts = [_VERSION, tool_version(), names, document.stamps, asdict(document.options), document.model, measured]
    return f"{PARTS}/{sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]}.jsonl.gz"


def align_document(task: AlignTask, loaded: Loaded) -> DocumentOutcome:
    """On a worker: align a document and write its part; any error becomes the outcome."""
    started = time.perf_counter()
    names: dict[str, str] = {}  # a copy on a worker has another path each time
    found, reason = reason_of(lambda: _aligned(task, loaded, names))
    if found is None:
        return DocumentOutcome(task.document, "failed", renamed(reason, names), time.perf_counter() - started)
    figures, data = found
    _, reason = reason_of(lambda: task.out.write(part_name(task.document, task.options), data))
    return DocumentOutcome(
        task.document, "not written" if reason else "done", reason, time.perf_counter() - started, figures
    )


def died(task: AlignTask, why: str) -> DocumentOutcome:
    """The outcome of a document whose worker died."""
    return DocumentOutcome(task.document, "failed", why)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """``text`` on one line with the names of files that the corpus uses in place of their paths."""
    for path in sorted(names, key=len, reverse=True):
        text = text.replace(path, names[path])
    return " ".join(text.split())


def _aligned(task: AlignTask, loaded: Loaded, names: dict[str, str]) -> tuple[dict[str, Any], bytes]:
    """The figures and the part of a document; ``names`` is filled with what the corpus calls its files."""
    document, options = task.document, task.options
    encoder = encoder_of(document.model, loaded)
    with limited(), document.places[0].local(document.source) as source:
        names[str(source)] = document.source
        if document.target or not _holds_units(source):
            with document.places[1].local(document.target) if document.target else nullcontext() as target:
                names |= {str(target): f"{document.target} (translation)"} if target else {}
                # A copy from a storage has a name of its own.
                origins = origin_name(document.source), origin_name(document.target or document.source)
                paired = align_files(source, target, encoder=encoder, options=document.options, names=origins)
            units = [replace(unit, created=None) for unit in paired.units()]
            warnings = [renamed(warning, names) for warning in paired.warnings]
            figures = {**summary(paired.alignment), "warnings": warnings, "signature": paired.alignment.signature}
        else:
            units, figures = _units_of_file(document, source)
        measured = _measured(units, encoder, options)
    figures["units"] = len(units)
    stream = BytesIO()
    with gzip.GzipFile("", "wb", 6, stream, mtime=0) as file:
        for line in ({"duiyi": tool_version(), "figures": figures}, *measured):
            file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    return figures, stream.getvalue()


def _holds_units(path: Path) -> bool:
    """Whether the file is one of units by its name; others hold a text in both languages."""
    try:
        return format_of(path).reads
    except WrongFormat:
        return False


def _units_of_file(document: CorpusDocument, path: Any) -> tuple[list[Unit], dict[str, Any]]:
    """The units of a file that holds them, such as a TMX."""
    from tm.formats import ReadOptions, UnitProblems, read

    problems = UnitProblems(path, strict=False)
    reading = ReadOptions(document.options.source_lang or "", document.options.target_lang or "")
    units = [replace(unit, created=None) for unit in read(path, reading, problems=problems)]
    lost = sum(problem.lost for problem in problems.found)
    warnings = [f"{lost} units of {document.source} are damaged and were left out"] if lost else []
    warnings += [f"{count} units of {document.source} were skipped: {why}" for why, count in problems.skipped.items()]
    signatures = sorted({unit.signature for unit in units if unit.signature})
    return units, {"warnings": warnings, "signature": signatures[0] if len(signatures) == 1 else ""}


def _measured(units: Sequence[Unit], encoder: "Encoder", options: CorpusOptions) -> Iterator[dict[str, Any]]:
    """Each unit as a line: "unit", and where they were measured "p", its probability, and "failed", its checks."""
    likely: Sequence[float | None] = [None] * len(units)
    failed: dict[int, list[str]] = {}
    if options.does("filter"):
        from tm.checks.noise import probabilities

        likely = [round(one, 4) for one in probabilities(units, encoder)]
    if options.does("checks") and options.checks:
        from tm.checks.finding import Severity
        from tm.checks.options import CheckOptions
        from tm.checks.run import check

        for finding in check(units, CheckOptions(only=frozenset(options.checks), embeddings=False)).findings:
            if finding.severity is Severity.ERROR and finding.check not in failed.setdefault(finding.unit, []):
                failed[finding.unit].append(finding.check)
    for place, unit in enumerate(units):
        more = {"p": likely[place]} if likely[place] is not None else {}
        if place in failed:
            more["failed"] = failed[place]  # type: ignore[assignment]
        yield {**more, "same": True, "unit": to_dict(unit)} if holds_nothing(unit) else {**more, "unit": to_dict(unit)}


def part_of(out: Storage, name: str) -> list[bytes]:
    """The lines of a part. Raises `InputError` where it is missing or damaged."""
    try:
        return gzip.decompress(out.read(name)).splitlines()
    except (OSError, EOFError, ValueError) as error:
        raise DamagedInput(f"{out.name(name)} is damaged; delete it to make it again") from error


def head_of(out: Storage, name: str) -> dict[str, Any]:
    """The figures of a part."""
    try:
        figures: dict[str, Any] = json.loads(part_of(out, name)[0])["figures"]
    except (ValueError, KeyError, IndexError) as error:
        raise DamagedInput(f"{out.name(name)} is damaged; delete it to make it again") from error
    return figures


def units_of(out: Storage, name: str, places: Sequence[int]) -> Iterator[Unit]:
    """The units at ``places`` of a part."""
    lines = part_of(out, name)
    for place in places:
        yield from_dict(json.loads(lines[place + 1])["unit"])


def selected(lines: Sequence[bytes], options: CorpusOptions) -> tuple[list[tuple[int, Unit]], Counter[str]]:
    """The units of a part that stay, with their places, and how many do not for which reason."""
    kept, lost = [], Counter[str]()
    for place, line in enumerate(lines[1:]):
        found = json.loads(line)
        unit = from_dict(found["unit"])
        reason = _reason(unit, found, options)
        if reason:
            lost[reason] += 1
        else:
            kept.append((place, unit))
    return kept, lost


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _reason(unit: Unit, found: dict[str, Any], options: CorpusOptions) -> str:
    """Why a unit is left out; "" for one that stays."""
    if not unit.source.strip() or not unit.target.strip():
        return _ALONE
    if unit.status == "rejected":
        return "rejected by a person"
    if not options.does("filter"):
        least = 0.0
    else:
        if _plain(unit.source) == _plain(unit.target):
            return _SAME if found.get("same") else _UNTRANSLATED
        least = options.min_score
    if unit.quality is not None and unit.quality < least:
        return f"score below {least:g}"
    if options.does("checks"):
        for name in found.get("failed", ()):
            return f"check {name}"
    if options.does("filter") and found.get("p", 1.0) < options.filter:
        return f"no translation (probability below {options.filter:g})"
    return ""
