"""The findings of a review by row, without those of kinds that a reviewer called right.

All of them are kept, so that a verdict that is taken back shows them again without a run of the checks.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from corpora.errors import DuiyiError
from tm.checks.correction import correction
from tm.checks.finding import Finding
from tm.review.dismissals import Dismissals
from tm.review.edits import ReviewRow

__all__ = ["ReviewFindings"]


class ReviewFindings:
    """Findings with their kinds. ``own`` are the kinds that are right in this review, each with a message."""

    def __init__(self, dismissals: Dismissals | None) -> None:
        """Nothing is known yet; ``dismissals`` are the kinds that are right in all reviews."""
        self.own: Mapping[str, str] = {}
        self.error = ""  # why the kinds of other reviews cannot be read or written
        self._dismissals = dismissals
        self._all: dict[int, tuple[tuple[Finding, str], ...]] = {}
        self._shown: dict[int, tuple[Finding, ...]] = {}

    def of(self, row: int) -> tuple[Finding, ...]:
        """The findings of a row that are shown."""
        return self._shown.get(row, ())

    def keep(self, found: Iterable[tuple[ReviewRow, Iterable[Finding]]]) -> None:
        """Replace the findings of these rows."""
        rows = []
        for row, findings in found:
            self._all[row.id] = tuple((one, one.kind(row.unit)) for one in findings)
            rows.append(row.id)
        self._hide(rows)

    def drop(self, row: int) -> None:
        """Forget the findings of a row."""
        self._all.pop(row, None)
        self._shown.pop(row, None)

    def dismissed(self) -> dict[str, str]:
        """The kinds of findings that are not shown, each with the message of one."""
        shared: Mapping[str, str] = {}
        try:
            if self._dismissals is not None:
                shared = self._dismissals.kinds()
        except DuiyiError as error:
            self.error = str(error)
        return {**shared, **self.own}

    def message(self, row: int, kind: str) -> str:
        """What a finding of this kind says, "" where it is not known."""
        messages = (one.message for one, its in self._all.get(row, ()) if its == kind)
        return next(messages, None) or self.dismissed().get(kind, "")

    def judge(self, kind: str, message: str, is_right: bool) -> tuple[int, ...]:
        """Remember that findings of a kind are right, or not; the rows that have such findings."""
        try:
            if self._dismissals is not None:
                self._dismissals.change(kind, message, is_right=is_right)
            self.error = ""
        except DuiyiError as error:  # the journal has the verdict
            self.error = f"other reviews do not know of the verdict: {error}"
        concerned = tuple(row for row, found in self._all.items() if any(one == kind for _, one in found))
        self._hide(concerned)
        return concerned

    def _hide(self, rows: Iterable[int]) -> None:
        dismissed = self.dismissed()
        for row in rows:
            self._shown[row] = tuple(one for one, kind in self._all.get(row, ()) if kind not in dismissed)

    def fixes(self, row: ReviewRow) -> Iterator[dict[str, Any]]:
        """For each finding that can be corrected its kind, the new text of a side, and the words that change."""
        for finding in self.of(row.id):
            if (fix := correction(finding, row.unit)) is not None:
                side = "source" if fix.unit.source != row.unit.source else "target"
                changed = {"side": side, "text": getattr(fix.unit, side), "before": fix.before, "after": fix.after}
                yield {"kind": finding.kind(row.unit), **changed}
