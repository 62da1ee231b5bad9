"""Import a file of units into a memory: valid units are added, the others are counted with the reasons.

The command line and the server both use this module, so they import and report alike.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from corpora.arguments import checked_class
from tm.formats import ReadOptions, UnitProblems
from tm.formats import read as read_file
from tm.formats.conformance import Audit
from tm.search.memory import Memory
from tm.store.writing import AddReport, Keep
from tm.unit import Unit

__all__ = ["ImportOptions", "ImportResult", "ReadUnits", "import_file"]


class ReadUnits(Protocol):
    """Reads as `tm.formats.read` does."""

    def __call__(self, path: Path, options: ReadOptions, /, *, problems: UnitProblems) -> Iterator[Unit]:
        """The units of ``path``."""


@checked_class
@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How units are imported.

    keep: which translations of one source text stay, see `tm.search.memory.Memory.add`.
    strict: import all of a file or, at the first invalid unit, nothing.
    min_quality: minimum quality score of units that have one, 0 to 1.
    status: the new status of the units; "" keeps theirs.
    """

    keep: Keep = "all"
    strict: bool = False
    min_quality: float | None = None
    status: Literal["", "rejected", "unreviewed", "reviewed"] = ""


_DEFAULT = ImportOptions()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What happened to a file."""

    file: str
    report: AddReport
    problems: UnitProblems
    audit: Audit

    def to_dict(self) -> dict[str, Any]:
        """The report as `duiyi memory import --json` prints it."""
        return {
            "file": self.file,
            "read": self.report.read,
            "new": self.report.new,
            "folded": self.report.folded,
            "removed": self.report.removed,
            "resumed": self.report.resumed,
            "left_out": dict(self.report.left_out),
            "lost": sum(one.lost for one in self.problems.found),
            "problems": [{"line": one.line, "message": one.message} for one in self.problems.found],
            "passed_over": dict(self.problems.skipped),
            "notes": list(self.problems.notes),
            "reasons": dict(self.audit.counts),
        }


def import_file(
    memory: Memory,
    file: Path,
    options: ImportOptions = _DEFAULT,
    *,
    source_lang: str = "",
    target_lang: str = "",
    progress: Callable[[int], None] | None = None,
    read: ReadUnits = read_file,
    origin: str = "",
) -> ImportResult:
    """Add the units of ``file`` to ``memory``; an import that was interrupted goes on where it stopped.

    ``origin`` is where units come from that name no file: by default the name of ``file``.
    Raises as ``read``, by default `tm.formats.read`, and `Memory.add` do.
    """
    name = origin or file.name
    problems = UnitProblems(file, options.strict)
    audit = Audit(counts=problems.repaired)  # CAT tools would reject what the reader repaired
    units = read(file, ReadOptions(source_lang, target_lang, options.strict), problems=problems)
    prepared = _prepared(audit.over(units), problems, options)
    report = memory.add(
        prepared,
        keep=options.keep,
        whole=options.strict,
        progress=progress,
        action=f"import of {name}",
        name=_name(file, name, options, source_lang, target_lang),
        source_file=name,
    )
    return ImportResult(str(file), report, problems, audit)


def _name(file: Path, origin: str, *given: object) -> str:
    """What tells an import from others: the content of the file, what the memory calls it, and the options."""
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    return hashlib.sha256(repr((found, origin, given)).encode()).hexdigest()


def _prepared(units: Iterable[Unit], problems: UnitProblems, options: ImportOptions) -> Iterator[Unit]:
    """Units of sufficient quality, with their new status."""
    least = options.min_quality
    if least is None and not options.status:
        yield from units
        return
    for unit in units:
        if least is not None and unit.quality is not None and unit.quality < least:
            problems.skipped[f"quality below {least:g}"] += 1
            continue
        yield replace(unit, status=options.status) if options.status else unit
