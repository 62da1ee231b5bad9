"""Inspect a whole file as the strictest CAT tools would, and list what each would refuse, skip or miss.

Combines the reasons of `tm.formats.conformance` for single units with the defects that the reader repaired and with the
properties of the file as a whole.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tm.formats import ReadOptions, UnitProblem, UnitProblems, read
from tm.formats.conformance import REASONS, Audit, Reason

__all__ = ["Inspection", "inspect"]

_LARGEST = 1_000_000_000  # bytes: what Trados and Phrase take


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: units read, how often each reason applies, invalid units with their lines, detected columns."""

    path: Path
    units: int
    counts: Counter[str]
    problems: tuple[UnitProblem, ...] = ()
    notes: tuple[str, ...] = ()

    def rows(self) -> list[tuple[Reason, int]]:
        """(reason, count) of every reason found, those of the whole file first."""
        return [(reason, self.counts[key]) for key, reason in REASONS.items() if self.counts[key]]


def inspect(path: Path | str, options: ReadOptions | None = None) -> Inspection:
    """Read ``path`` once and count what CAT tools would reject. Raises what `tm.formats.read` raises."""
    path = Path(path)
    problems = UnitProblems(path, strict=False)
    audit = Audit(counts=problems.repaired)
    for _ in audit.over(read(path, options or ReadOptions(), problems=problems)):
        pass
    if path.stat().st_size > _LARGEST:
        audit.counts["too large"] += 1
    if path.suffix != path.suffix.lower():
        audit.counts["file name"] += 1
    return Inspection(path, audit.units, audit.counts, tuple(problems.found), tuple(problems.notes))
