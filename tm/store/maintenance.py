"""Change and count the units of a memory: variants, deletions, edits, texts that are no longer used."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tm.folding import fold, key
from tm.store.conditions import pair_condition, passes, seconds, where
from tm.store.filters import STATUSES, Filters
from tm.store.history import ChangeLog
from tm.store.reading import StoredUnit, UnitReader
from tm.store.sql import Sql
from tm.store.writing import AddReport, Keep, UnitWriter
from tm.unit import Unit

__all__ = ["counts", "delete", "drop_orphans", "keep_variants", "pairs", "replace_units"]

_ORDERS = {
    "newest": "coalesce(u.changed, u.created, 0) DESC, u.status DESC, u.id DESC",
    "best": "u.status DESC, coalesce(u.score, 0) DESC, u.count DESC, coalesce(u.changed, u.created, 0) DESC, u.id DESC",
}

#: What is no longer used is dropped when one text in so many may be among it.
_SHARE = 100
_COLUMNS = ("unit", "previous", "next", "origin", "page", "source_ids", "target_ids")  # of places
#: What no unit uses, in the form that each database, a file (False) or a server (True), has a good plan for.
_UNUSED = {
    False: (
        "DELETE FROM texts WHERE id NOT IN (SELECT source FROM units UNION SELECT target FROM units"
        " UNION SELECT previous FROM places UNION SELECT next FROM places)",
        "DELETE FROM details WHERE id NOT IN (SELECT details FROM units)",
        "DELETE FROM origins WHERE id NOT IN (SELECT origin FROM places)",
    ),
    True: (
        "DELETE FROM texts x WHERE NOT EXISTS (SELECT FROM units WHERE source = x.id)"
        " AND NOT EXISTS (SELECT FROM units WHERE target = x.id)"
        " AND NOT EXISTS (SELECT FROM places WHERE previous = x.id)"
        " AND NOT EXISTS (SELECT FROM places WHERE next = x.id)",
        "DELETE FROM details x WHERE NOT EXISTS (SELECT FROM units WHERE details = x.id)",
        "DELETE FROM origins x WHERE NOT EXISTS (SELECT FROM places WHERE origin = x.id)",
    ),
}


def keep_variants(
    connection: Sql, keep: Keep, sources: Iterable[int] | None, log: ChangeLog, *, folded: bool = False
) -> int:
    """Delete all but one unit of each source text and target language; of ``sources`` only, or (None) of all.

    With ``folded`` source texts that are equal when folded count as one.
    """
    if keep == "all":
        return 0
    condition, values = "TRUE", list[str]()
    if sources is not None:
        condition, values = f"u.source IN ({connection.LISTED})", [json.dumps(sorted(sources))]
    rows = connection.stream(
        "SELECT u.id, u.source, s.language, t.language, s.text FROM units u JOIN texts s ON s.id = u.source"
        f" JOIN texts t ON t.id = u.target WHERE {condition} ORDER BY {_ORDERS[keep]}",
        values,
    )
    known: set[tuple[int, ...]] = set()
    numbers = []
    for number, source, source_lang, target_lang, text in rows:
        same = (key(fold(text)), source_lang, target_lang) if folded else (source, target_lang)
        if same in known:
            numbers.append(number)
        known.add(same)
    return _delete(connection, numbers, log)


def delete(connection: Sql, filters: Filters, numbers: Iterable[int] | None, log: ChangeLog) -> int:
    """Delete the units that pass ``filters`` and, unless None, have one of these numbers."""
    if passes(connection, filters) is not None:
        chosen = None if numbers is None else set(numbers)
        entries = UnitReader(connection).select(filters)
        return _delete(connection, [one.id for one in entries if chosen is None or one.id in chosen], log)
    condition, values = where(connection, filters)
    if numbers is not None:
        condition += f" AND u.id IN ({connection.LISTED})"
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


def _delete(connection: Sql, numbers: list[int], log: ChangeLog) -> int:
    if numbers:
        log.before(connection, numbers)
        given = (json.dumps(numbers),)
        connection.execute(f"DELETE FROM places WHERE unit IN ({connection.LISTED})", given)
        connection.execute(f"DELETE FROM units WHERE id IN ({connection.LISTED})", given)
        drop_orphans(connection, len(numbers))
    return len(numbers)


def drop_orphans(connection: Sql, changed: int | None = None) -> None:
    """Delete texts, details and origins that no unit uses; what is left harms nothing.

    This reads all tables. So after a change of ``changed`` units it waits until enough of the memory was changed, and
    on a server, where others wait meanwhile, it is never done then.
    """
    if changed is not None:
        if connection.REMOTE:
            return
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM texts").fetchone()
        statement = (
            "INSERT INTO state VALUES ('unused', ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
            " RETURNING value"
        )
        (since,) = connection.execute(statement, (changed,)).fetchall()[0]
        if _SHARE * since < last:
            return
    for statement in _UNUSED[connection.REMOTE]:
        connection.execute(statement)
    connection.execute("DELETE FROM state WHERE name = 'unused'")


def replace_units(connection: Sql, changes: Sequence[tuple[StoredUnit, Unit]], log: ChangeLog) -> list[int]:
    """Replace each entry by a unit; returns their numbers, which are others where units became equal to known ones.

    The caller drops texts that no unit uses (`drop_orphans`).
    """
    writer = UnitWriter(connection, AddReport())
    log.before(connection, [entry.id for entry, _ in changes])
    texts = writer.texts([unit for _, unit in changes])
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
            connection.added("places", [(entry.id, *writer.place(unit, texts))])
        numbers.append(_moved(connection, entry, unit, pair, writer, log))
    _follow(connection, renamed, log)
    return numbers


def _place(unit: Unit) -> tuple[object, ...]:
    return unit.previous, unit.next, unit.origin


def _moved(
    connection: Sql, entry: StoredUnit, unit: Unit, pair: tuple[int, int], writer: UnitWriter, log: ChangeLog
) -> int:
    """Write the new values of one unit, or merge it with the one that has its texts."""
    fields = "status = ?, score = ?, created = ?, changed = ?, details = ?"
    other = connection.execute(
        "SELECT id FROM units WHERE source = ? AND target = ? AND id <> ?", (*pair, entry.id)
    ).fetchone()
    if other is None:
        statement = f"UPDATE units SET source = ?, target = ?, {fields} WHERE id = ?"
        connection.execute(statement, (*pair, *_values(unit, writer), entry.id))
        return entry.id
    number = int(other[0])
    values = _values(_merged(unit, UnitReader(connection).by_id(number)), writer)
    log.before(connection, [number])
    statement = "SELECT previous, next, origin, page, source_ids, target_ids FROM places WHERE unit = ?"
    connection.added("places", [(number, *place) for place in connection.execute(statement, (entry.id,)).fetchall()])
    connection.execute("DELETE FROM places WHERE unit = ?", (entry.id,))
    connection.execute("DELETE FROM units WHERE id = ?", (entry.id,))
    connection.execute(f"UPDATE units SET count = count + ?, {fields} WHERE id = ?", (entry.count, *values, number))
    return number


def _values(unit: Unit, writer: UnitWriter) -> tuple[object, ...]:
    return (
        STATUSES.index(unit.status),
        unit.quality,
        unit.created and seconds(unit.created),
        unit.changed and seconds(unit.changed),
        writer.detail(unit),
    )


def _merged(unit: Unit, other: StoredUnit | None) -> Unit:
    """A changed unit and the one that it became equal to: a verdict is only replaced by another one."""
    if other is None:
        return unit
    both = [unit, other.unit]
    if unit.status == "unreviewed" != other.unit.status:
        both.reverse()
    return replace(both[0], notes=tuple(dict.fromkeys((*both[0].notes, *both[1].notes))))


def _follow(connection: Sql, renamed: Mapping[int, int], log: ChangeLog) -> None:
    """Let the neighbours of changed sources have the new text as their context, where no unit has the old one."""
    gone = dict(
        connection.execute(
            f"SELECT a, b FROM ({connection.PAIRED}) j WHERE NOT EXISTS (SELECT 1 FROM units WHERE source = a)",
            (json.dumps(list(renamed.items())),),
        ).fetchall()
    )
    if not gone:
        return
    old = (json.dumps(list(gone)),)
    for side in (1, 2):
        condition = f"{_COLUMNS[side]} IN ({connection.LISTED})"
        places = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM places WHERE {condition}", old).fetchall()
        log.before(connection, [place[0] for place in places])
        connection.execute(f"DELETE FROM places WHERE {condition}", old)
        connection.added("places", [(*one[:side], gone[one[side]], *one[side + 1 :]) for one in places])


def pairs(connection: Sql) -> Mapping[tuple[str, str], int]:
    """Units by pair of languages, most frequent first."""
    names = dict(connection.execute("SELECT id, code FROM languages"))
    rows = connection.execute(
        "SELECT s.language, t.language, count(*) FROM units u JOIN texts s ON s.id = u.source"
        " JOIN texts t ON t.id = u.target GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    )
    return {(names[source], names[target]): count for source, target, count in rows}


def counts(connection: Sql) -> dict[str, Any]:
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
            " WHERE o.source_file <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50"
        ),
        "signatures": by(
            "SELECT json_extract(d.content, '$.signature'), count(*) FROM units u JOIN details d ON d.id = u.details"
            " WHERE json_extract(d.content, '$.signature') IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50"
        ),
    }
