"""Remember what a change replaced, so that it can be undone.

A change stores every unit that it touches as it was, with its count and places, and the numbers of those it made.
Units are stored whole, with their texts and not as rows of tables, so that undoing works whatever was imported or
edited since: a unit comes back under its number, or is merged with one that was added meanwhile.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from corpora.errors import UsageError
from tm.store.filters import STATUSES
from tm.store.sql import Sql
from tm.store.writing import AddReport, UnitWriter
from tm.unit import Origin, Unit

__all__ = [
    "KEPT", "ChangeLog", "MemoryChange", "changes", "forget", "forget_imports", "restore", "undo",
]  # fmt: skip

#: Changes that can be undone; older ones are forgotten, except that those of a few units can still be restored.
KEPT = 20
_SMALL, _KEPT_SMALL = 10, 1_000
_UNIT = (
    "SELECT u.id, u.count, u.status, u.score, u.created, u.changed, d.content, ls.code, s.text, lt.code, t.text"
    " FROM units u JOIN texts s ON s.id = u.source JOIN texts t ON t.id = u.target"
    " JOIN languages ls ON ls.id = s.language JOIN languages lt ON lt.id = t.language"
    " LEFT JOIN details d ON d.id = u.details WHERE u.id IN ({0})"
)
_PLACES = (
    "SELECT p.unit, coalesce(a.text, ''), coalesce(b.text, ''), coalesce(o.source_file, ''),"
    " coalesce(o.target_file, ''), coalesce(o.section, ''), p.page, p.source_ids, p.target_ids FROM places p"
    " LEFT JOIN texts a ON a.id = p.previous LEFT JOIN texts b ON b.id = p.next"
    " LEFT JOIN origins o ON o.id = p.origin WHERE p.unit IN ({0})"
    " ORDER BY p.unit, p.previous, p.next, p.origin, p.page, p.source_ids, p.target_ids"
)
_AT_ONCE = 1_000  # units stored or restored
_UNREVIEWED = STATUSES.index("unreviewed")
_LATEST = "SELECT id FROM changes ORDER BY id DESC LIMIT ?"


@dataclass(frozen=True, slots=True)
class MemoryChange:
    """A change that can be undone: number, time (seconds since 1970), what it did, how many units it touched."""

    id: int
    moment: int
    action: str
    units: int


class ChangeLog:
    """Records one change, inside transactions of the caller; without an ``action`` it records nothing.

    What is not recorded cannot be undone alone, and must not be lost when an earlier change is undone: so the earlier
    changes forget the units that are touched, and undoing them leaves these as they are.
    """

    def __init__(self, action: str) -> None:
        self._action = action
        self._number = 0

    def before(self, connection: Sql, units: Iterable[int]) -> None:
        """Store these units as they are; those that were stored or made before keep their first state."""
        given = list(dict.fromkeys(units))
        if not self._action:
            _leave_alone(connection, given)
        else:
            number = self._change(connection)
            known = f"SELECT unit FROM earlier WHERE change = ? AND unit IN ({connection.LISTED})"
            for start in range(0, len(given), _AT_ONCE):
                some = given[start : start + _AT_ONCE]
                stored = {unit for (unit,) in connection.execute(known, (number, json.dumps(some)))}
                images = _images(connection, [unit for unit in some if unit not in stored])
                connection.append("earlier", ((number, unit, image) for unit, image in images.items()))

    def made(self, connection: Sql, units: Iterable[int]) -> None:
        """Note the units that the change made."""
        if self._action:
            number = self._change(connection)
            connection.append("earlier", ((number, unit, "") for unit in units))

    def _change(self, connection: Sql) -> int:
        if not self._number:
            self._number = connection.take("changes")
            values = (self._number, int(time.time()), self._action)
            connection.execute("INSERT INTO changes VALUES (?, ?, ?)", values)
            old = connection.execute(
                f"SELECT id FROM changes c WHERE id NOT IN ({_LATEST}) AND (id NOT IN ({_LATEST})"
                " OR (SELECT count(*) FROM earlier e WHERE e.change = c.id) > ?)",
                (KEPT, _KEPT_SMALL, _SMALL),
            ).fetchall()
            _forget(connection, [number for (number,) in old])
        return self._number


def changes(connection: Sql) -> list[MemoryChange]:
    """The changes that can be undone, the last one first."""
    rows = connection.execute(
        "SELECT id, moment, action, (SELECT count(*) FROM earlier e WHERE e.change = c.id) FROM changes c"
        " ORDER BY id DESC LIMIT ?",
        (KEPT,),
    )
    return [MemoryChange(*row) for row in rows]


def undo(connection: Sql) -> MemoryChange:
    """Undo the last change and forget it; the caller drops texts that no unit uses. Raises `UsageError` for none."""
    known = changes(connection)
    if not known:
        raise UsageError("no change is left to undo")
    last = known[0]
    forget_imports(connection)
    for table, column in (("places", "unit"), ("units", "id")):
        touched = "SELECT unit FROM earlier WHERE change = ?"
        connection.execute(f"DELETE FROM {table} WHERE {column} IN ({touched})", (last.id,))
    writer = UnitWriter(connection, AddReport())
    statement = (
        "SELECT unit, content FROM earlier WHERE change = ? AND content <> '' AND unit > ? ORDER BY unit LIMIT ?"
    )
    after = 0
    while rows := connection.execute(statement, (last.id, after, _AT_ONCE)).fetchall():
        _restore(connection, writer, {unit: json.loads(content) for unit, content in rows})
        after = rows[-1][0]
    _forget(connection, [last.id])
    return last


def restore(connection: Sql, unit: int, log: ChangeLog) -> int | None:
    """Bring back a deleted unit as it was; its number, which is another where it was added again. None if unknown.

    A unit that was restored already, and is a part of one that was added again, is not added once more.
    """
    rows = connection.execute("SELECT content FROM earlier WHERE unit = ? ORDER BY change DESC", (unit,)).fetchall()
    image = next((json.loads(content) for (content,) in rows if content), None)
    if image is None:
        return None
    writer = UnitWriter(connection, AddReport())
    one = _unit(image)
    other = next(iter(writer.known_rows(_pairs(writer, {unit: one}, writer.texts([one])).values()).values()), None)
    if other is not None:
        if not rows[0][0]:  # a later change made this unit: its restoration
            return other.id
        log.before(connection, [other.id])
    found = _restore(connection, writer, {unit: image})[unit]
    log.made(connection, [unit])
    return found


def forget(connection: Sql) -> None:
    """Forget all changes: none can be undone any more."""
    connection.execute("DELETE FROM changes")
    connection.execute("DELETE FROM earlier")


def forget_imports(connection: Sql) -> None:
    """Forget where imports were interrupted, since some of their units may be gone."""
    connection.execute("DELETE FROM imports WHERE done > 0")


def _leave_alone(connection: Sql, units: list[int]) -> None:
    """No change touches these units when it is undone."""
    if not units:
        return
    (first,) = connection.execute(f"SELECT min(id) FROM ({_LATEST}) c", (KEPT,)).fetchone()
    if first is None:
        return
    # The latest changes may be large, and are searched by unit; those before them are small, and read.
    for which in ("IN (SELECT id FROM changes WHERE id >= ?)", "< ?"):
        connection.execute(
            f"DELETE FROM earlier WHERE change {which} AND unit IN ({connection.LISTED})", (first, json.dumps(units))
        )


def _forget(connection: Sql, numbers: Iterable[int]) -> None:
    for number in numbers:
        connection.execute("DELETE FROM earlier WHERE change = ?", (number,))
        connection.execute("DELETE FROM changes WHERE id = ?", (number,))


def _images(connection: Sql, units: list[int]) -> dict[int, str]:
    """Each unit as it is, with its places."""
    given = (json.dumps(units),)
    rows = {unit: row for unit, *row in connection.execute(_UNIT.format(connection.LISTED), given)}
    places: dict[int, list[Any]] = {}
    for unit, *place in connection.execute(_PLACES.format(connection.LISTED), given):
        places.setdefault(unit, []).append(place)
    return {unit: json.dumps([row, places.get(unit, [])], ensure_ascii=False) for unit, row in rows.items()}


def _restore(connection: Sql, writer: UnitWriter, images: dict[int, list[Any]]) -> dict[int, int]:
    """Bring units back under their numbers, or merge them with those that were added again since; their numbers now."""
    units = {number: _unit(image) for number, image in images.items()}
    placed = {number: list(_placed(units[number], places)) for number, (_, places) in images.items()}
    texts = writer.texts([*units.values(), *chain.from_iterable(placed.values())])
    pairs = _pairs(writer, units, texts)
    others = writer.known_rows(pairs.values())
    details = {number: row[5] or "{}" for number, (row, _) in images.items()}
    rows, found, homes = [], set(), {}
    for number, ((count, status, score, created, changed, *_), _) in images.items():
        other = others.get(pairs[number])
        if other is not None:
            connection.execute("UPDATE units SET count = count + ? WHERE id = ?", (count, other.id))
            if other.status == _UNREVIEWED != status:  # the verdict is not lost
                statement = "UPDATE units SET status = ?, score = ?, changed = ?, details = ? WHERE id = ?"
                connection.execute(statement, (status, score, changed, writer.detail_of(details[number]), other.id))
        else:
            detail = writer.detail_of(details[number])
            rows.append((number, *pairs[number], count, status, score, created, changed, detail))
        homes[number] = number if other is None else other.id
        found |= {(homes[number], *writer.place(one, texts)) for one in placed[number]}
    connection.append("units", rows)
    connection.added("places", sorted(found))
    return homes


def _unit(image: list[Any]) -> Unit:
    row = image[0]
    return Unit(row[7], row[9], row[6], row[8])


def _pairs(
    writer: UnitWriter, units: Mapping[int, Unit], texts: Mapping[tuple[int, str], int]
) -> dict[int, tuple[int, int]]:
    """The numbers of the source and target text of each unit."""
    return {
        number: (
            texts[writer.language(unit.source_lang), unit.source],
            texts[writer.language(unit.target_lang), unit.target],
        )
        for number, unit in units.items()
    }


def _placed(unit: Unit, places: Iterable[list[Any]]) -> Iterator[Unit]:
    for previous, following, source_file, target_file, section, page, source_ids, target_ids in places:
        first, second = (tuple(map(int, text.split())) for text in (source_ids, target_ids))
        origin = Origin(source_file, target_file, first, second, page or None, section)
        yield replace(unit, previous=previous, next=following, origin=origin)
