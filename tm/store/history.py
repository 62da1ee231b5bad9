"""Remember what a change replaced, so that it can be undone.

A change stores every unit that it touches as it was, with its count and places, and the numbers of those it made.
Units are stored whole, with their texts and not as rows of tables, so that undoing works whatever was imported or
edited since: a unit comes back under its number, or is merged with one that was added meanwhile.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from corpora.errors import UsageError
from tm.store.database import Sqlite
from tm.store.writing import AddReport, UnitWriter
from tm.unit import Origin, Unit

__all__ = ["KEPT", "Change", "ChangeLog", "changes", "forget", "restore", "undo"]

#: Changes that can be undone; older ones are forgotten, except that those of a few units can still be restored.
KEPT = 20
_SMALL, _KEPT_SMALL = 10, 1_000
_UNIT = (
    "SELECT u.count, u.status, u.score, u.created, u.changed, d.content, ls.code, s.text, lt.code, t.text FROM units u"
    " JOIN texts s ON s.id = u.source JOIN texts t ON t.id = u.target JOIN languages ls ON ls.id = s.language"
    " JOIN languages lt ON lt.id = t.language LEFT JOIN details d ON d.id = u.details WHERE u.id = ?"
)
_PLACES = (
    "SELECT coalesce(a.text, ''), coalesce(b.text, ''), coalesce(o.source_file, ''), coalesce(o.target_file, ''),"
    " coalesce(o.section, ''), p.page, p.source_ids, p.target_ids FROM places p LEFT JOIN texts a ON a.id = p.previous"
    " LEFT JOIN texts b ON b.id = p.next LEFT JOIN origins o ON o.id = p.origin WHERE p.unit = ?"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change that can be undone: number, time (seconds since 1970), what it did, how many units it touched."""

    id: int
    moment: int
    action: str
    units: int


class ChangeLog:
    """Records one change, inside transactions of the caller; without an ``action`` it records nothing."""

    def __init__(self, action: str) -> None:
        self._action = action
        self._number = 0

    def before(self, connection: Sqlite, units: Iterable[int]) -> None:
        """Store these units as they are; those that were stored or made before keep their first state."""
        if self._action:
            number = self._change(connection)
            known = "SELECT 1 FROM earlier WHERE change = ? AND unit = ?"
            for unit in units:
                if connection.execute(known, (number, unit)).fetchone() is None:
                    connection.execute("INSERT INTO earlier VALUES (?, ?, ?)", (number, unit, _image(connection, unit)))

    def made(self, connection: Sqlite, units: Iterable[int]) -> None:
        """Note the units that the change made."""
        if self._action:
            number = self._change(connection)
            connection.executemany(
                "INSERT OR IGNORE INTO earlier VALUES (?, ?, '')", ((number, unit) for unit in units)
            )

    def _change(self, connection: Sqlite) -> int:
        if not self._number:
            row = connection.execute("INSERT INTO changes VALUES (NULL, ?, ?)", (int(time.time()), self._action))
            self._number = int(row.lastrowid or 0)
            latest = "SELECT id FROM changes ORDER BY id DESC LIMIT ?"
            old = connection.execute(
                f"SELECT id FROM changes c WHERE id NOT IN ({latest}) AND (id NOT IN ({latest})"
                " OR (SELECT count(*) FROM earlier e WHERE e.change = c.id) > ?)",
                (KEPT, _KEPT_SMALL, _SMALL),
            ).fetchall()
            _forget(connection, [number for (number,) in old])
        return self._number


def changes(connection: Sqlite) -> list[Change]:
    """The changes that can be undone, the last one first."""
    rows = connection.execute(
        "SELECT id, moment, action, (SELECT count(*) FROM earlier e WHERE e.change = c.id) FROM changes c"
        " ORDER BY id DESC LIMIT ?",
        (KEPT,),
    )
    return [Change(*row) for row in rows]


def undo(connection: Sqlite) -> Change:
    """Undo the last change and forget it; the caller drops texts that no unit uses. Raises `UsageError` for none."""
    known = changes(connection)
    if not known:
        raise UsageError("no change is left to undo")
    last = known[0]
    touched = connection.execute("SELECT unit, content FROM earlier WHERE change = ?", (last.id,)).fetchall()
    for table, column in (("places", "unit"), ("units", "id")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ((unit,) for unit, _ in touched))
    writer = UnitWriter(connection, AddReport())
    for unit, content in touched:
        if content:
            _restore(connection, writer, unit, json.loads(content))
    _forget(connection, [last.id])
    return last


def restore(connection: Sqlite, unit: int) -> int | None:
    """Bring back a deleted unit as it was; its number, which is another where it was added again. None if unknown."""
    row = connection.execute(
        "SELECT content FROM earlier WHERE unit = ? AND content <> '' ORDER BY change DESC LIMIT 1", (unit,)
    ).fetchone()
    if row is None:
        return None
    return _restore(connection, UnitWriter(connection, AddReport()), unit, json.loads(row[0]))


def forget(connection: Sqlite) -> None:
    """Forget all changes: none can be undone any more."""
    connection.execute("DELETE FROM changes")
    connection.execute("DELETE FROM earlier")


def _forget(connection: Sqlite, numbers: Iterable[int]) -> None:
    for number in numbers:
        connection.execute("DELETE FROM earlier WHERE change = ?", (number,))
        connection.execute("DELETE FROM changes WHERE id = ?", (number,))


def _image(connection: Sqlite, unit: int) -> str:
    row = connection.execute(_UNIT, (unit,)).fetchone()
    places = connection.execute(_PLACES, (unit,)).fetchall()
    return json.dumps([row, places], ensure_ascii=False) if row else ""


def _restore(connection: Sqlite, writer: UnitWriter, number: int, image: list[Any]) -> int:
    (count, status, score, created, changed, details, source_lang, source, target_lang, target), places = image
    unit = Unit(source, target, source_lang, target_lang)
    placed = list(_placed(unit, places))
    texts = writer.texts([unit, *placed])
    pair = texts[writer.language(source_lang), source], texts[writer.language(target_lang), target]
    other = connection.execute("SELECT id FROM units WHERE source = ? AND target = ?", pair).fetchone()
    if other is not None:  # it was added again since
        connection.execute("UPDATE units SET count = count + ? WHERE id = ?", (count, other[0]))
        number = other[0]
    else:
        values = (number, *pair, count, status, score, created, changed, writer.detail_of(details or "{}"))
        connection.execute("INSERT INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.executemany(
        "INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((number, *writer.place(one, texts)) for one in placed),
    )
    return number


def _placed(unit: Unit, places: Iterable[list[Any]]) -> Iterator[Unit]:
    for previous, following, source_file, target_file, section, page, source_ids, target_ids in places:
        first, second = (tuple(map(int, text.split())) for text in (source_ids, target_ids))
        origin = Origin(source_file, target_file, first, second, page or None, section)
        yield replace(unit, previous=previous, next=following, origin=origin)
