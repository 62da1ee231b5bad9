"""Change and count the units of a memory: variants, deletions, edits, texts that are no longer used."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tm.folding import fold
from tm.store.conditions import pair_condition, seconds, where
from tm.store.database import Sqlite
from tm.store.filters import STATUSES, Filters
from tm.store.history import ChangeLog
from tm.store.reading import StoredUnit
from tm.store.writing import AddReport, Keep, UnitWriter
from tm.unit import Unit

__all__ = ["counts", "delete", "drop_orphans", "keep_variants", "pairs", "replace_units"]

_ORDERS = {
    "newest": "coalesce(u.changed, u.created, 0) DESC, u.status DESC, u.id DESC",
    "best": "u.status DESC, coalesce(u.score, 0) DESC, u.count DESC, coalesce(u.changed, u.created, 0) DESC, u.id DESC",
}


def keep_variants(
    connection: Sqlite, keep: Keep, sources: Iterable[int] | None, log: ChangeLog, *, folded: bool = False
) -> int:
    """Delete all but one unit of each source text and target language; of ``sources`` only, or (None) of all.

    With ``folded`` source texts that are equal when folded count as one.
    """
    if keep == "all":
        return 0
    same = "u.source"
    joined = "units u JOIN texts t ON t.id = u.target"
    if folded:
        connection.create_function("folded", 1, fold, deterministic=True)
        same, joined = "folded(s.text), s.language", joined + " JOIN texts s ON s.id = u.source"
    condition = "1"
    values: tuple[str, ...] = ()
    if sources is not None:
        condition, values = "u.source IN (SELECT value FROM json_each(?))", (json.dumps(sorted(sources)),)
    numbers = [
        number
        for (number,) in connection.execute(
            f"SELECT id FROM (SELECT u.id, row_number() OVER (PARTITION BY {same}, t.language ORDER BY {_ORDERS[keep]})"
            f" AS place FROM {joined} WHERE {condition}) WHERE place > 1",
            values,
        )
    ]
    return _delete(connection, numbers, log)


def delete(connection: Sqlite, filters: Filters, numbers: Iterable[int] | None, log: ChangeLog) -> int:
    """Delete the units that pass ``filters`` and, unless None, have one of these numbers."""
    condition, values = where(filters)
    if numbers is not None:
        condition += " AND u.id IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(list(numbers)))
    found = [
        number
        for (number,) in connection.execute(
            "SELECT u.id FROM units u JOIN texts s ON s.id = u.source JOIN texts t ON t.id = u.target"
            f" WHERE {pair_condition(connection, filters)} AND {condition}",
            values,
        )
    ]
    return _delete(connection, found, log)


def _delete(connection: Sqlite, numbers: list[int], log: ChangeLog) -> int:
    if numbers:
        log.before(connection, numbers)
        given = (json.dumps(numbers),)
        connection.execute("DELETE FROM places WHERE unit IN (SELECT value FROM json_each(?))", given)
        connection.execute("DELETE FROM units WHERE id IN (SELECT value FROM json_each(?))", given)
        drop_orphans(connection)
    return len(numbers)


def drop_orphans(connection: Sqlite) -> None:
    """Delete texts, details and origins that no unit uses."""
    connection.execute(
        "DELETE FROM texts WHERE id NOT IN (SELECT source FROM units UNION SELECT target FROM units"
        " UNION SELECT previous FROM places UNION SELECT next FROM places)"
    )
    connection.execute("DELETE FROM details WHERE id NOT IN (SELECT details FROM units)")
    connection.execute("DELETE FROM origins WHERE id NOT IN (SELECT origin FROM places)")


def replace_units(connection: Sqlite, changes: Sequence[tuple[StoredUnit, Unit]], log: ChangeLog) -> list[int]:
    """Replace each entry by a unit; returns their numbers, which are others where units became equal to known ones.

    The caller drops texts that no unit uses (`drop_orphans`).
    """
    writer = UnitWriter(connection, AddReport())
    log.before(connection, [entry.id for entry, _ in changes])
    texts = writer.texts(unit for _, unit in changes)
    renamed: dict[int, int] = {}
    numbers = []
    for entry, unit in changes:
        source, target = writer.language(unit.source_lang), writer.language(unit.target_lang)
        pair = texts[source, unit.source], texts[target, unit.target]
        found = connection.execute("SELECT source FROM units WHERE id = ?", (entry.id,)).fetchone()
        if found is not None and found[0] != pair[0]:
            renamed[found[0]] = pair[0]
        if _place(entry.unit) != _place(unit):
            connection.execute(
                "DELETE FROM places WHERE (unit, previous, next, origin, page, source_ids, target_ids) ="
                " (?, ?, ?, ?, ?, ?, ?)",
                (entry.id, *writer.place(entry.unit, writer.texts([entry.unit]))),
            )
            connection.execute(
                "INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?, ?, ?)", (entry.id, *writer.place(unit, texts))
            )
        numbers.append(_moved(connection, entry, unit, pair, writer, log))
    _follow(connection, renamed, log)
    return numbers


def _place(unit: Unit) -> tuple[object, ...]:
    return unit.previous, unit.next, unit.origin


def _moved(
    connection: Sqlite, entry: StoredUnit, unit: Unit, pair: tuple[int, int], writer: UnitWriter, log: ChangeLog
) -> int:
    """Write the new values of one unit, or merge it with the one that has them."""
    values = (
        STATUSES.index(unit.status),
        unit.quality,
        unit.created and seconds(unit.created),
        unit.changed and seconds(unit.changed),
        writer.detail(unit),
    )
    fields = "status = ?, score = ?, created = ?, changed = ?, details = ?"
    other = connection.execute(
        "SELECT id FROM units WHERE source = ? AND target = ? AND id <> ?", (*pair, entry.id)
    ).fetchone()
    if other is None:
        statement = f"UPDATE units SET source = ?, target = ?, {fields} WHERE id = ?"
        connection.execute(statement, (*pair, *values, entry.id))
        return entry.id
    number = int(other[0])
    log.before(connection, [number])
    connection.execute("UPDATE OR IGNORE places SET unit = ? WHERE unit = ?", (number, entry.id))
    connection.execute("DELETE FROM places WHERE unit = ?", (entry.id,))
    connection.execute("DELETE FROM units WHERE id = ?", (entry.id,))
    connection.execute(f"UPDATE units SET count = count + ?, {fields} WHERE id = ?", (entry.count, *values, number))
    return number


def _follow(connection: Sqlite, renamed: Mapping[int, int], log: ChangeLog) -> None:
    """Let the neighbours of changed sources have the new text as their context, where no unit has the old one."""
    given = json.dumps([[old, new] for old, new in renamed.items()])
    gone = connection.execute(
        "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)"
        " WHERE json_extract(value, '$[0]') NOT IN (SELECT source FROM units)",
        (given,),
    ).fetchall()
    if not gone:
        return
    old = json.dumps([number for number, _ in gone])
    for side in ("previous", "next"):
        condition = f"{side} IN (SELECT value FROM json_each(?))"
        units = connection.execute(f"SELECT DISTINCT unit FROM places WHERE {condition}", (old,)).fetchall()
        log.before(connection, [unit for (unit,) in units])
        connection.execute(
            f"UPDATE OR IGNORE places SET {side} = (SELECT json_extract(value, '$[1]') FROM json_each(?)"
            f" WHERE json_extract(value, '$[0]') = {side}) WHERE {condition}",
            (json.dumps(gone), old),
        )


def pairs(connection: Sqlite) -> Mapping[tuple[str, str], int]:
    """Units by pair of languages, most frequent first."""
    names = dict(connection.execute("SELECT id, code FROM languages"))
    rows = connection.execute(
        "SELECT s.language, t.language, count(*) FROM units u JOIN texts s ON s.id = u.source"
        " JOIN texts t ON t.id = u.target GROUP BY 1, 2 ORDER BY 3 DESC"
    )
    return {(names[source], names[target]): count for source, target, count in rows}


def counts(connection: Sqlite) -> dict[str, Any]:
    """The numbers of `tm.store.memory_store.Stats`, by field."""

    def one(statement: str) -> int:
        return int(connection.execute(statement).fetchone()[0] or 0)

    def by(statement: str) -> dict[str, int]:
        return {str(name): count for name, count in connection.execute(statement)}

    statuses = {
        STATUSES[status]: count for status, count in connection.execute("SELECT status, count(*) FROM units GROUP BY 1")
    }
    return {
        "units": one("SELECT count(*) FROM units"),
        "texts": one("SELECT count(*) FROM texts"),
        "characters": one("SELECT sum(length(text)) FROM texts"),
        "indexed": one("SELECT sum(size) FROM segments"),
        "segments": one("SELECT count(*) FROM segments"),
        "pairs": pairs(connection),
        "statuses": statuses,
        "origins": by(
            "SELECT o.source_file, count(DISTINCT p.unit) FROM places p JOIN origins o ON o.id = p.origin"
            " WHERE o.source_file <> '' GROUP BY 1 ORDER BY 2 DESC LIMIT 50"
        ),
        "signatures": by(
            "SELECT json_extract(d.content, '$.signature'), count(*) FROM units u JOIN details d ON d.id = u.details"
            " WHERE json_extract(d.content, '$.signature') IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 50"
        ),
    }
