"""The audit log: who changed what, when, and from where; entries are added and never changed.

What was changed is named, not repeated: texts of memories are confidential, and passwords and tokens never appear.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from corpora.sqlite_damage import explains_damage
from tm.accounts.file import AccountsTable
from tm.accounts.records import AuditEntry, AuditQuery
from tm.accounts.users import now
from tm.formats.tables import as_text

__all__ = ["AUDIT_COLUMNS", "AuditLog", "AuditRow", "audit_lines", "audit_row"]

AuditRow = tuple[Any, ...]

_COLUMNS = "number, moment, who, via, project, operation, object, result, address, request, details"
#: The columns of exported tables.
AUDIT_COLUMNS = tuple(_COLUMNS.split(", "))
_LONGEST = 300  # characters of a name in an entry


@explains_damage
class AuditLog(AccountsTable):
    """The table of entries."""

    def add(self, who: str, operation: str, object: str = "", **more: Any) -> None:  # noqa: A002 - as the column
        """Add an entry, see `audit_row`; it is on disk when this returns."""
        self.write([audit_row(who, operation, object, **more)])

    def write(self, rows: Sequence[AuditRow]) -> None:
        """Add entries, all or none; they are on disk when this returns."""
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT INTO audit (moment, who, via, project, operation, object, result, address, request, details)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def entries(self, query: AuditQuery) -> Iterator[AuditEntry]:
        """The entries that ``query`` selects, the latest first, read in portions."""
        left, before = query.limit, query.before
        while left > 0:
            found = self._some(replace(query, limit=min(left, 1_000), before=before))
            yield from found
            if len(found) < min(left, 1_000):
                return
            left, before = left - len(found), found[-1].number

    def _some(self, query: AuditQuery) -> list[AuditEntry]:
        conditions, values = ["1"], list[Any]()
        for column in ("project", "who", "operation", "result"):
            if (wanted := getattr(query, column)) or (column == "project" and wanted is not None):
                conditions.append(f"{column} = ?")
                values.append(wanted)
        if query.object:
            conditions.append("instr(object, ?) > 0")
            values.append(query.object)
        for sign, limit in ((">=", query.since), ("<", query.until)):
            if limit is not None:
                conditions.append(f"moment {sign} ?")
                values.append(int(limit.timestamp()))
        if query.before:
            conditions.append("number < ?")
            values.append(query.before)
        with self._file.reading() as connection:
            statement = f"SELECT {_COLUMNS} FROM audit WHERE {' AND '.join(conditions)} ORDER BY number DESC LIMIT ?"
            return [_entry(row) for row in connection.execute(statement, (*values, query.limit)).fetchall()]


def audit_row(
    who: str,
    operation: str,
    object: str = "",  # noqa: A002 - as the column is called
    *,
    via: str = "command",
    project: str = "",
    result: str = "done",
    address: str = "",
    request: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditRow:
    """The row of an entry, for `AuditLog.write`."""
    values = [who, via, project, operation, object, result, address, request]
    return now(), *(_short(one) for one in values), _encodable(json.dumps(dict(details or {}), ensure_ascii=False))


def _entry(row: Sequence[Any]) -> AuditEntry:
    who, via, project, operation, what, result, address, request = row[2:10]
    moment, details = datetime.fromtimestamp(row[1], UTC), json.loads(row[10])
    return AuditEntry(row[0], moment, who, via, project, operation, what, result, address, request, details)


def _encodable(text: str) -> str:
    """``text`` without unpaired surrogates, which an address may contain and SQLite refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _short(text: str) -> str:
    text = _encodable(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def audit_lines(entries: Iterable[AuditEntry], suffix: str) -> Iterator[str]:
    """The entries as lines of JSONL or, with "csv", of a table with a header."""
    if suffix == "jsonl":
        for entry in entries:
            yield json.dumps(entry.to_dict(), ensure_ascii=False) + "\n"
        return
    yield _row(AUDIT_COLUMNS)
    for entry in entries:
        row = entry.to_dict()
        yield _row([*(row[name] for name in AUDIT_COLUMNS[:-1]), json.dumps(row["details"], ensure_ascii=False)])


def _row(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    # A spreadsheet program would run a cell that begins like a formula; names come from users.
    csv.writer(text).writerow([as_text(one) if isinstance(one, str) else one for one in cells])
    return text.getvalue()
