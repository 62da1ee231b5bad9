"""Change and count the units of a memory: variants, deletions, edits, texts that are no longer used."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from corpora.errors import UsageError
from tm.folding import fold
from tm.store.conditions import pair_condition, where
from tm.store.database import Sqlite
from tm.store.filters import STATUSES, Filters
from tm.store.reading import StoredUnit
from tm.store.writing import AddReport, Keep, UnitWriter
from tm.unit import Unit

__all__ = ["counts", "delete", "drop_orphans", "keep_variants", "pairs", "replace_unit"]

_ORDERS = {
    "newest": "coalesce(u.changed, u.created, 0) DESC, u.status DESC, u.id DESC",
    "best": "u.status DESC, coalesce(u.score, 0) DESC, u.count DESC, coalesce(u.changed, u.created, 0) DESC, u.id DESC",
}


def keep_variants(connection: Sqlite, keep: Keep, sources: Iterable[int] | None, *, folded: bool = False) -> int:
    """Delete all but one unit of each source text and target language; of ``sources`` only, or (None) of all.

    With ``folded`` source texts that are equal when folded count as one.
    """
    if keep == "all":
        return 0
    if keep not in _ORDERS:
        raise UsageError(f"{keep!r} is not a rule for variants; there are all, newest, best")
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
    return _delete(connection, numbers)


def delete(connection: Sqlite, filters: Filters, numbers: Iterable[int] | None) -> int:
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
    return _delete(connection, found)


def _delete(connection: Sqlite, numbers: list[int]) -> int:
    if numbers:
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


def replace_unit(connection: Sqlite, entry: StoredUnit, unit: Unit) -> int:
    """Replace ``entry`` by ``unit``; returns its number, which is another one if it folds into a known unit."""
    report = AddReport()
    old = connection.execute("SELECT source, target FROM units WHERE id = ?", (entry.id,)).fetchone()
    connection.execute("UPDATE units SET source = -id, target = -id WHERE id = ?", (entry.id,))
    writer = UnitWriter(connection, report)
    writer.write([unit])
    if report.new:
        # The new row has the right values; it gets the number, the count and the places of the old one.
        (made,) = connection.execute("SELECT max(id) FROM units").fetchone()
        row = connection.execute(
            "SELECT source, target, status, score, created, changed, details FROM units WHERE id = ?", (made,)
        ).fetchone()
        if (row[0], row[1]) != old:
            connection.execute("DELETE FROM places WHERE unit = ?", (entry.id,))
            connection.execute("UPDATE places SET unit = ? WHERE unit = ?", (entry.id, made))
        else:
            connection.execute("DELETE FROM places WHERE unit = ?", (made,))
        connection.execute("DELETE FROM units WHERE id = ?", (made,))
        connection.execute(
            "UPDATE units SET source = ?, target = ?, status = ?, score = ?, created = ?, changed = ?, details = ?"
            " WHERE id = ?",
            (*row, entry.id),
        )
        number = entry.id
    else:
        connection.execute("DELETE FROM places WHERE unit = ?", (entry.id,))
        connection.execute("DELETE FROM units WHERE id = ?", (entry.id,))
        number = writer.last
    drop_orphans(connection)
    return int(number)


def pairs(connection: Sqlite) -> Mapping[tuple[str, str], int]:
    """Units by pair of languages, most frequent first."""
    names = dict(connection.execute("SELECT id, code FROM languages"))
    rows = connection.execute(
        "SELECT s.language, t.language, count(*) FROM units u JOIN texts s ON s.id = u.source"
        " JOIN texts t ON t.id = u.target GROUP BY 1, 2 ORDER BY 3 DESC"
    )
    return {(names[source], names[target]): count for source, target, count in rows}


def counts(connection: Sqlite) -> dict[str, Any]:
    """The numbers of `tm.store.memory.Stats`, by field."""

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
