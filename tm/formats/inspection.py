"""Look at a whole file as the strictest of the CAT tools would, and say what each would refuse, skip or miss.

`tm.formats.conformance` judges units; the readers note what they mended on the way in. Here the two are put together,
with what only the file as a whole shows.
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
    """What was found: units read, how often each reason holds, the unsound units with their lines, guesses."""

    path: Path
    units: int
    counts: Counter[str]
    problems: tuple[UnitProblem, ...] = ()
    notes: tuple[str, ...] = ()

    def rows(self) -> list[tuple[Reason, int]]:
        """(reason, how often) of every reason found, those that concern the whole file first."""
        return [(reason, self.counts[key]) for key, reason in REASONS.items() if self.counts[key]]


def inspect(path: Path | str, options: ReadOptions | None = None) -> Inspection:
    """Read all of ``path`` once and count what CAT tools would trip over. Raises as `tm.formats.read` does."""
    path = Path(path)
    problems = UnitProblems(path, strict=False)
    audit = Audit(counts=problems.mended)
    for _ in audit.over(read(path, options or ReadOptions(), problems=problems)):
        pass
    if path.stat().st_size > _LARGEST:
        audit.counts["too large"] += 1
    if path.suffix != path.suffix.lower():
        audit.counts["file name"] += 1
    return Inspection(path, audit.units, audit.counts, tuple(problems.found), tuple(problems.notes))
