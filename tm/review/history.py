"""The rows of a review and their history: unlimited undo and redo, with the same result live and from a journal."""

from datetime import datetime
from typing import Any

from corpora.errors import UsageError
from tm.review.edits import FINDING_ACTIONS, Edit, Patch, ReviewRow, from_json, patch, to_json
from tm.review.journal import Event
from tm.unit import Unit

__all__ = ["History"]


class History:
    """The current rows, and the patches that led to them.

    Ids assigned by an edit that was undone are not used again, so that an id always means the same row.
    """

    def __init__(self, units: list[Unit]) -> None:
        """Begin with one row for each unit, ids from 0."""
        self.rows = [ReviewRow(number, unit) for number, unit in enumerate(units)]
        self.version = 0
        self._next = len(units)
        #: The kinds of findings that are right, each with the message of one.
        self.dismissed: dict[str, str] = {}
        self._done: list[tuple[Any, Patch]] = []
        self._undone: list[tuple[Any, Patch]] = []

    @property
    def can_undo(self) -> bool:
        """True where an edit can be undone."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """True where an edit that was undone can be done again."""
        return bool(self._undone)

    def plan(self, content: Any, who: str, when: datetime) -> Patch:
        """What an edit, or ``{"do": "undo"}`` or ``{"do": "redo"}``, would change. Raises `UsageError`."""
        do = content.get("do") if isinstance(content, dict) else None
        if do == "undo":
            if not self._done:
                raise UsageError("there is nothing to undo")
            return self._done[-1][1].reverse()
        if do == "redo":
            if not self._undone:
                raise UsageError("there is nothing to redo")
            return self._undone[-1][1]
        return patch(self.rows, from_json(content), next_id=self._next, who=who, when=when)

    def meant(self, content: Any) -> Any:
        """The edit that ``content`` is about: of undo and redo the one that they take back or do again."""
        done = {"undo": self._done, "redo": self._undone}.get(content["do"])
        return done[-1][0] if done else content

    def apply(self, content: Any, planned: Patch) -> tuple[str, str, bool] | None:
        """Apply a planned patch; of a verdict on findings their kind, a message, and whether they are right now."""
        planned.apply(self.rows)
        self.version += 1
        meant, is_taken_back = self.meant(content), content["do"] == "undo"
        if is_taken_back:
            self._undone.append(self._done.pop())
        elif content["do"] == "redo":
            self._done.append(self._undone.pop())
        else:
            self._undone.clear()
            self._done.append((content, planned))
        self._next = max(self._next, *(row.id + 1 for row in planned.new), self._next)
        if meant["do"] not in FINDING_ACTIONS:
            return None
        kind, message = meant["kind"], meant.get("message") or ""
        is_right = (meant["do"] == "dismiss") != is_taken_back
        if is_right:
            self.dismissed[kind] = message
        else:
            self.dismissed.pop(kind, None)
        return kind, message, is_right

    def replay(self, event: Event) -> Patch:
        """Apply an event of a journal; what it changed."""
        content = {name: value for name, value in event.content.items() if name != "key"}
        planned = self.plan(content, event.who, event.at)
        self.apply(content, planned)
        return planned

    def edit(self, edit: Edit, who: str, when: datetime) -> Patch:
        """Plan and apply in one step."""
        content = to_json(edit)
        planned = self.plan(content, who, when)
        self.apply(content, planned)
        return planned
