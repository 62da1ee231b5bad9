"""The SQLite file of one review: the original units and every decision since, each on disk before the page shows it.

A decision is written and synced before the server responds, so a process killed at any moment loses nothing. The
sequence number is the primary key: of two processes on the same review, the slower one's write fails and it reloads.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpora.errors import StoreError
from corpora.files import make_private
from corpora.migrations import migrate, use_log, version_of
from corpora.sqlite_connections import all_or_nothing
from corpora.sqlite_damage import explains_damage, wrong_table
from corpora.sqlite_errors import SqliteErrors, in_a_line
from tm.formats.jsonl import from_dict, to_dict
from tm.unit import Unit

__all__ = ["Event", "JournalConflict", "ReviewJournal"]

#: Each step brings the file from one version to the next.
_STEPS = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE unit (number INTEGER PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE event (number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, content TEXT NOT NULL);
""",
)


#: For each table the condition of a row with a value of the right type that is invalid.
_INVALID = {
    "unit": "CASE WHEN json_valid(content) THEN json_type(content) <> 'object' ELSE 1 END",
    "event": "julianday(at) IS NULL OR CASE WHEN json_valid(content) THEN json_type(content) <> 'object' ELSE 1 END",
}


class JournalConflict(StoreError):
    """Another process wrote to the same review since it was read."""


def _unopened(path: Path, error: str) -> StoreError:
    return StoreError(f"{path} cannot be opened: {error}")


@dataclass(frozen=True, slots=True)
class Event:
    """A decision as stored: its number from 1, who and when, and the edit (or undo, redo) as a JSON object."""

    number: int
    at: datetime
    who: str
    content: Mapping[str, Any]


@explains_damage
class ReviewJournal:
    """The file at ``path``, created where it is missing. Any thread may use it, one at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises `StoreError` where it is not a review, or cannot be written."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # it keeps documents too
            make_private(path)
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            if not self._base.execute("SELECT 1 FROM sqlite_master").fetchone():
                use_log(self._base)
                migrate(self._base, _STEPS)
            version = version_of(self._base)
            self._base.execute("PRAGMA synchronous = FULL")
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror}") from error
        except sqlite3.Error as raised:
            raise _unopened(path, in_a_line(raised)) from raised
        if version != len(_STEPS):
            self._base.close()
            raise StoreError(f"{path} is not a review of this version of duiyi")

    def _damage(self) -> tuple[Path, str]:
        return self.path, wrong_table(self._base, _INVALID)

    def _errors_mapped(self) -> SqliteErrors:
        return SqliteErrors(self.path, "review")

    def meta(self) -> dict[str, str]:
        """The metadata of the review: title, stage, file …"""
        with self._errors_mapped(), closing(self._base.execute("SELECT key, value FROM meta")) as found:
            return {key: str.__str__(value) for key, value in found}

    def set_meta(self, **values: str) -> None:
        """Set ``values`` in the metadata."""
        with self._errors_mapped(), all_or_nothing(self._base):
            self._base.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def begin(self, units: Iterable[Unit], **values: str) -> None:
        """Write the units to review, all or none, in place of what was stored before."""
        lines = (
            (number, json.dumps(to_dict(unit))) for number, unit in enumerate(units)
        )  # ASCII: SQLite refuses unpaired surrogates
        with self._errors_mapped(), all_or_nothing(self._base):
            self._base.execute("DELETE FROM unit")
            self._base.execute("DELETE FROM event")
            self._base.executemany("INSERT INTO unit VALUES (?, ?)", lines)
            self._base.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def units(self) -> list[Unit]:
        """The units as they were when the review began."""
        with self._errors_mapped(), closing(self._base.execute("SELECT content FROM unit ORDER BY number")) as found:
            return [from_dict(json.loads(content)) for (content,) in found]

    def append(self, event: Event) -> None:
        """Store ``event``. Raises `JournalConflict` where its number is taken."""
        row = event.number, event.at.isoformat(), event.who, json.dumps(dict(event.content))
        try:
            with self._errors_mapped(), all_or_nothing(self._base):
                self._base.execute("INSERT INTO event VALUES (?, ?, ?, ?)", row)
        except StoreError as error:
            if isinstance(error.__cause__, sqlite3.IntegrityError):
                raise JournalConflict(f"{self.path} was changed by another process") from error
            raise

    def events(self, after: int = 0) -> list[Event]:
        """The decisions with a number greater than ``after``, in order."""
        query = "SELECT number, at, who, content FROM event WHERE number > ? ORDER BY number"
        with self._errors_mapped(), closing(self._base.execute(query, (after,))) as found:
            return [
                Event(number, datetime.fromisoformat(at).astimezone(UTC), str.__str__(who), dict(json.loads(content)))
                for number, at, who, content in found
            ]

    def count(self) -> tuple[int, int]:
        """The number of units at the beginning, and of decisions."""
        with self._errors_mapped():
            units = self._base.execute("SELECT count(*) FROM unit").fetchone()[0]
            return units, self._base.execute("SELECT count(*) FROM event").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        self._base.close()
