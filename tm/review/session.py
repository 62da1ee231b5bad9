"""An open review: its rows and their history, the findings of the checks, and the order in which to review them.

Every public method takes the lock, because requests come on several threads. The checks run on a thread of their own
on a copy of the rows; their findings are used for the rows that have not changed since.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from corpora.errors import DuiyiError, UsageError
from corpora.text.sentences import split
from corpora.translation import translated
from models.encoder import Encoder
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions
from tm.checks.registry import checks
from tm.checks.run import check, wants_encoder
from tm.review.dismissals import Dismissals
from tm.review.edits import FINDING_ACTIONS, STATUS_ACTIONS, Edit, Patch, ReviewRow, from_json, to_json
from tm.review.findings import ReviewFindings
from tm.review.history import History
from tm.review.journal import Event, JournalConflict, ReviewJournal
from tm.search.counting import words
from tm.tags import plain
from tm.unit import Unit

__all__ = ["EditResult", "Order", "ReviewSession", "Show", "sentence_starts"]

Order = Literal["suspects", "document"]
Show = Literal["all", "open", "suspects", "accepted", "bad"]
_WEIGHTS = {Severity.ERROR: 100.0, Severity.WARNING: 10.0, Severity.INFO: 0.1}
_AT_ONCE = 200  # changed rows that are checked before the edit returns; for more, all checks run in the background
_SUSPECT = _WEIGHTS[Severity.WARNING]  # the least weight of a suspect row
_LOW_QUALITY = 0.5
_STATUS: Mapping[str, Show] = {"unreviewed": "open", "reviewed": "accepted", "rejected": "bad"}


@dataclass(frozen=True, slots=True)
class EditResult:
    """The result of an edit: the new version, the ids that were changed or removed, and those that replace them."""

    version: int
    old: tuple[int, ...]
    new: tuple[int, ...]


class ReviewSession:
    """A review, stored in ``journal``. ``who`` is recorded with every decision."""

    def __init__(
        self,
        journal: ReviewJournal,
        who: str,
        options: CheckOptions | None = None,
        dismissals: Dismissals | None = None,
    ) -> None:
        """Read the units and replay the decisions; ``dismissals`` are those of all reviews. Raises `StoreError`."""
        self.journal = journal
        self.who = who
        self.meta = journal.meta()
        self._options = options or CheckOptions()
        self._lock = threading.RLock()
        self.findings = ReviewFindings(dismissals)
        self._alone = frozenset(name for name, one in checks().items() if one.is_of_one_unit)
        self.checking = ""
        self.needs_check = False  # too many rows changed to check them one by one
        self._check_error = ""  # why the checks did not complete
        self._words: dict[int, tuple[str, int]] = {}
        self._findings_version = 0  # how often all findings were replaced
        self._counts: dict[str, list[int]] | None = None  # by what is shown: units, words
        self.load()

    def load(self) -> None:
        """Read everything from the journal again."""
        with self._lock:
            self._history = History(self.journal.units())
            self._counts = None
            self.findings.own = self._history.dismissed
            self._results: dict[str, EditResult] = {}
            for event in self.journal.events():
                self._remember(event, self._history.replay(event))

    def _remember(self, event: Event, planned: Patch) -> EditResult:
        """The result of an event; kept by the key of its request, so that a repeated request gives it again."""
        result = EditResult(event.number, tuple(row.id for row in planned.old), tuple(row.id for row in planned.new))
        if (key := event.content.get("key")) and isinstance(key, str):
            self._results[key] = result
        return result

    @property
    def version(self) -> int:
        """The number of decisions so far; an edit names the version that it was made on."""
        return self._history.version

    @property
    def languages(self) -> tuple[str, str]:
        """The source and target language of the first unit."""
        with self._lock:
            unit = self._history.rows[0].unit if self._history.rows else Unit("", "", "", "")
            return unit.source_lang, unit.target_lang

    def units(self) -> list[Unit]:
        """The units in their current state."""
        with self._lock:
            return [row.unit for row in self._history.rows]

    def rows(self, wanted: Sequence[int]) -> list[tuple[int, ReviewRow, tuple[Finding, ...], bool]]:
        """For each id that exists: position, row, findings, and whether a new section begins with it."""
        with self._lock:
            rows = self._history.rows
            places = {row.id: place for place, row in enumerate(rows)}
            found = []
            for one in wanted:
                if (place := places.get(one)) is not None:
                    section = rows[place].unit.origin.section
                    opens = bool(section) and (place == 0 or rows[place - 1].unit.origin.section != section)
                    found.append((place, rows[place], self.findings.of(one), opens))
            return found

    def view(self, order: Order = "suspects", show: Show = "all", text: str = "") -> list[int]:
        """The ids of the rows to show, in their order; ``text`` may be "#12" for unit 12, counted from 0."""
        return self.marked_view(order, show, text)[0]

    def marked_view(self, order: Order = "suspects", show: Show = "all", text: str = "") -> tuple[list[int], str]:
        """The ids of `view`, and one letter for each: o open, s suspect, a accepted, b rejected."""
        with self._lock:
            rows, wanted = self._history.rows, text.strip().casefold()
            if wanted.startswith("#") and wanted[1:].isdecimal() and len(wanted) < 12:
                rows, wanted, show = rows[int(wanted[1:]) : int(wanted[1:]) + 1], "", "all"
            chosen = [
                (row.id, weight, row.unit.status)
                for row in rows
                if _is_shown(weight := self._weight(row), row, show) and (not wanted or _contains(row.unit, wanted))
            ]
            if order == "suspects":
                chosen.sort(key=lambda one: -one[1])
            marks = "".join("s" if weight >= _SUSPECT else _STATUS[status][0] for _, weight, status in chosen)
            return [number for number, _, _ in chosen], marks

    def _weight(self, row: ReviewRow) -> float:
        """How urgently a row needs review; rows that were decided come last."""
        if row.unit.status != "unreviewed":
            return -1.0
        doubt = 1.0 - row.unit.quality if row.unit.quality is not None else 0.0
        half = 50.0 if not (row.unit.source.strip() and row.unit.target.strip()) else 0.0
        grave = 20.0 if row.unit.quality is not None and row.unit.quality < _LOW_QUALITY else 0.0
        return doubt + half + grave + sum(_WEIGHTS[finding.severity] for finding in self.findings.of(row.id))

    def counts(self) -> dict[str, dict[str, int]]:
        """Units and words of the source of each status, of all rows, and of the suspect ones."""
        with self._lock:
            if self._counts is None:
                self._counts = {show: [0, 0] for show in ("all", "open", "suspects", "accepted", "bad")}
                self._count(self._history.rows)
            return {show: {"units": units, "words": words} for show, (units, words) in self._counts.items()}

    def _count(self, rows: Sequence[ReviewRow], by: int = 1) -> None:
        """Add ``rows`` to the counts, or take them out; an edit of a few rows must not count 20,000 others."""
        if (counts := self._counts) is None:
            return
        for row in rows:
            size = self._words_of(row)
            suspects = ["suspects"] if self._weight(row) >= _SUSPECT else []
            for show in ("all", _STATUS[row.unit.status], *suspects):
                counts[show][0] += by
                counts[show][1] += by * size

    def _words_of(self, row: ReviewRow) -> int:
        known = self._words.get(row.id)
        if known is None or known[0] != row.unit.source:
            known = self._words[row.id] = row.unit.source, words(plain(row.unit.source))
        return known[1]

    def sections(self) -> list[dict[str, Any]]:
        """The sections in the order of the document: title, first row, how many rows, how many are decided."""
        with self._lock:
            found: list[dict[str, Any]] = []
            for row in self._history.rows:
                title = row.unit.origin.section
                if not found or found[-1]["title"] != title:
                    found.append({"title": title, "row": row.id, "units": 0, "done": 0})
                found[-1]["units"] += 1
                found[-1]["done"] += row.unit.status != "unreviewed"
            return found

    def state(self, counted: bool = True) -> dict[str, Any]:
        """The state that the page shows: version, counts, undo and redo, whether the checks run.

        Without ``counted`` the counts are None where they are not known yet: counting words takes longer than a page.
        """
        with self._lock:
            return {
                "version": self.version,
                "undo": self._history.can_undo,
                "redo": self._history.can_redo,
                "checking": translated(self.checking),
                "findings_version": self._findings_version,
                "check_error": self._check_error or self.findings.error,
                "counts": self.counts() if counted or self._counts is not None else None,
            }

    def is_verdict(self, content: Mapping[str, Any]) -> bool:
        """Whether an edit, undo or redo sets or takes back a verdict on units or findings."""
        if content.get("do") not in ("undo", "redo"):
            return content.get("do") in (*STATUS_ACTIONS, *FINDING_ACTIONS)
        with self._lock:
            try:
                planned = self._history.plan(dict(content), self.who, datetime.now(UTC))
            except UsageError:
                return False
            if self._history.meant(content)["do"] in FINDING_ACTIONS:
                return True
        return any(row.unit.status != "unreviewed" for row in (*planned.old, *planned.new))

    def judged(self, content: Mapping[str, Any]) -> bool:
        """Whether an edit is of a unit that has a verdict, or would change one beside the unit that it names."""
        with self._lock:
            try:
                given = self._exact(content)
                planned = self._history.plan(given, self.who, datetime.now(UTC))
            except UsageError:  # impossible, which `edit` reports
                return False
        new = {row.id: row.unit for row in planned.new}
        return any(
            row.unit.status != "unreviewed" and (row.id in given["rows"] or new.get(row.id) != row.unit)
            for row in planned.old
        )

    def edit(self, content: Mapping[str, Any], version: int, key: str = "", who: str = "") -> EditResult:
        """Do one edit, undo or redo, and store it before returning; ``who`` decided, by default `who` of the session.

        A request with a ``key`` that was seen before (its response was lost) changes nothing and gives the same result.
        Raises `JournalConflict` where ``version`` is not the current one, `UsageError` where the edit is impossible.
        """
        with self._lock:
            if key in self._results:
                return replace(self._results[key], version=self.version)
            if version != self.version:
                raise JournalConflict("the review was changed in another window; this one now shows the current state")
            given = dict(content) if dict(content) in ({"do": "undo"}, {"do": "redo"}) else self._exact(content)
            when = datetime.now(UTC).replace(microsecond=0)
            planned = self._history.plan(given, who or self.who, when)
            event = Event(self.version + 1, when, who or self.who, {**given, "key": key} if key else given)
            try:
                self.journal.append(event)
            except JournalConflict:
                self.load()
                raise
            self._count(planned.old, -1)
            verdict = self._history.apply(given, planned)
            self._check_again(planned)
            self._count(planned.new)
            result = self._remember(event, planned)
            if verdict is not None:
                concerned = self.findings.judge(*verdict)
                self._counts = None
                result = replace(result, old=concerned, new=concerned)
                if key:
                    self._results[key] = result
            return result

    def _exact(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The edit with the place where a moved text is cut, at a sentence, written down."""
        edit = from_json(dict(content))
        if edit.do in FINDING_ACTIONS:
            edit = replace(edit, message=self.findings.message(edit.rows[0], edit.kind or ""))
        if edit.do == "move" and edit.source_at is None and edit.target_at is None:
            edit = self._cut(edit)
        return to_json(edit)

    def _cut(self, edit: Edit) -> Edit:
        row = self._row(edit.rows[0])
        if row is None:
            return edit
        text, language = _side(row.unit, edit.side)
        starts = sentence_starts(text, language)
        if not starts:
            return edit
        at = starts[0] if edit.up else starts[-1]
        return replace(edit, source_at=at) if edit.side == "source" else replace(edit, target_at=at)

    def _check_again(self, planned: Patch) -> None:
        before = {row.id: row.unit for row in planned.old}
        changed = [
            row
            for row in planned.new
            if row.id not in before
            or (before[row.id].source, before[row.id].target) != (row.unit.source, row.unit.target)
        ]
        for row in changed:
            self.findings.drop(row.id)
        if len(changed) > _AT_ONCE:
            self.needs_check = True
            return
        options = replace(self._options, only=self._alone)
        self.findings.keep((row, check([row.unit], options).findings) for row in changed)

    def reserve_check(self) -> bool:
        """Reserve a run of the checks; False where one is running or reserved already."""
        with self._lock:
            if self.checking:
                return False
            self.checking = "checks waiting"
            return True

    def check_all(self, encoder: Callable[[], Encoder] | None = None) -> None:
        """Run all checks on the current rows; the checks of meaning too where an encoder is available."""
        with self._lock:
            self.checking = "checking"
            self.needs_check = False
            snapshot = list(self._history.rows)
        try:
            units = [row.unit for row in snapshot]
            # First the fast checks, so that the page can put suspects first; then those that need a model.
            self._use(snapshot, check(units, self._options).findings)
            if encoder is not None and wants_encoder(len(units), self._options):
                with self._lock:
                    self.checking = "comparing meanings"
                self._use(snapshot, check(units, self._options, encoder()).findings)
            self._check_error = ""
        except DuiyiError as error:
            self._check_error = f"meanings were not compared: {error}"
        finally:
            self.checking = ""

    def _use(self, snapshot: Sequence[ReviewRow], findings: Sequence[Finding]) -> None:
        by_row: dict[int, list[Finding]] = {row.id: [] for row in snapshot}
        for finding in findings:
            by_row[snapshot[finding.unit].id].append(finding)
        units = {row.id: row.unit for row in snapshot}
        with self._lock:
            self._findings_version += 1
            self._counts = None
            self.findings.keep(
                (row, by_row[row.id])
                for row in self._history.rows
                if (checked := units.get(row.id)) is not None
                and (checked.source, checked.target) == (row.unit.source, row.unit.target)
            )

    def unit(self, wanted: int) -> Unit:
        """The unit of one row. Raises `UsageError` where there is no such row."""
        with self._lock:
            row = self._row(wanted)
            if row is None:
                raise UsageError("this unit no longer exists; it was split or merged")
            return row.unit

    def _row(self, wanted: int) -> ReviewRow | None:
        return next((row for row in self._history.rows if row.id == wanted), None)

    def row(self, wanted: int) -> dict[str, Any]:
        """One row for editing: texts, status, notes, where each text can be split, and certain corrections."""
        with self._lock:
            unit = self.unit(wanted)
            return {
                "version": self.version,
                "status": unit.status,
                "source": unit.source,
                "target": unit.target,
                "notes": list(unit.notes),
                "source_starts": sentence_starts(unit.source, unit.source_lang),
                "target_starts": sentence_starts(unit.target, unit.target_lang),
                "fixes": list(self.findings.fixes(ReviewRow(wanted, unit))),
            }

    def history(self, limit: int = 200) -> list[Event]:
        """The last decisions, latest first."""
        with self._lock:
            return self.journal.events(max(0, self.version - limit))[::-1]

    def close(self) -> None:
        """Close the journal."""
        with self._lock:
            self.journal.close()


def sentence_starts(text: str, language: str) -> list[int]:
    """The offsets where sentences of ``text`` begin, except the first; never inside a tag."""
    spans = split(text, language)
    found = []
    for start, _ in spans[1:]:
        if plain(text[:start]) + plain(text[start:]) == plain(text):
            found.append(start)
    return found


def _side(unit: Unit, side: str) -> tuple[str, str]:
    return (unit.source, unit.source_lang) if side == "source" else (unit.target, unit.target_lang)


def _is_shown(weight: float, row: ReviewRow, show: Show) -> bool:
    return show == "all" or (weight >= _SUSPECT if show == "suspects" else _STATUS[row.unit.status] == show)


def _contains(unit: Unit, text: str) -> bool:
    return text in unit.source.casefold() or text in unit.target.casefold()
