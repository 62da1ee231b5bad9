"""Import a file of units into a memory: valid units are added, the others are counted with the reasons.

The command line and the server both use this module, so they import and report alike.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpora.arguments import checked_class
from tm.formats import ReadOptions, UnitProblems
from tm.formats.conformance import Audit
from tm.jobs.import_source import ImportSource, ReadUnits
from tm.origin_names import origin_name
from tm.search.memory import Memory
from tm.store.writing import AddReport, Keep

__all__ = ["ImportOptions", "ImportResult", "ReadUnits", "import_file"]


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
    read: ReadUnits | None = None,
    origin: str = "",
) -> ImportResult:
    """Add the units of ``file`` to ``memory``; an import that was interrupted goes on where it stopped.

    ``origin`` is where units come from that name no file: by default `origin_name` of ``file``.
    ``read`` takes the place of `tm.formats.read`. Raises as it and `Memory.add` do.
    """
    name = origin or origin_name(file)
    problems = UnitProblems(file, options.strict)
    audit = Audit(counts=problems.repaired)  # CAT tools would reject what the reader repaired
    source = ImportSource(
        file, ReadOptions(source_lang, target_lang, options.strict), options.min_quality, options.status
    )
    batches = source.batches(problems, audit, read) if read else source.batches_ahead(problems, audit)
    report = memory.add_batches(
        batches,
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
