"""Turn rows into units, for look-ups, export and statistics.

Details, origins and languages repeat, so a `UnitReader` keeps the ones it has read.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tm.store.conditions import pair_condition, where
from tm.store.database import Sqlite
from tm.store.filters import STATUSES, Filters
from tm.unit import Origin, Unit

__all__ = ["StoredUnit", "UnitReader"]

_COLUMNS = "u.id, u.count, u.status, u.score, u.created, u.changed, u.details, s.language, s.text, t.language, t.text"
_JOINED = "units u JOIN texts s ON s.id = u.source JOIN texts t ON t.id = u.target"
_PLACE = (
    "SELECT a.text, b.text, p.origin, p.page, p.source_ids, p.target_ids FROM places p"
    " LEFT JOIN texts a ON a.id = p.previous LEFT JOIN texts b ON b.id = p.next WHERE p.unit = ?"
)
_CACHE = 10_000


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """A unit of a memory: its number there, how often it was added, and the unit, with one of its places."""

    id: int
    count: int
    unit: Unit


class UnitReader:
    """Reads units inside a transaction of the caller."""

    def __init__(self, connection: Sqlite) -> None:
        self._connection = connection
        self._languages: dict[int, str] = {}
        self._details: dict[int, dict[str, Any]] = {}
        self._origins: dict[int, tuple[str, str, str]] = {}

    def language(self, number: int) -> str:
        """The code of a language."""
        if number not in self._languages:
            self._languages.update(self._connection.execute("SELECT id, code FROM languages"))
        return self._languages.get(number, "und")

    def of_text(self, side: str, text: int, filters: Filters, limit: int) -> list[StoredUnit]:
        """Units whose ``side`` ("source" or "target") is the text; best first: reviewed, frequent, new."""
        condition, values = where(filters)
        return self._entries(
            f"SELECT {_COLUMNS} FROM {_JOINED} WHERE u.{side} = ? AND {pair_condition(self._connection, filters)}"
            f" AND {condition} ORDER BY u.status DESC, u.count DESC, u.id DESC LIMIT ?",
            (text, *values, limit),
        )

    def by_id(self, number: int) -> StoredUnit | None:
        """One unit."""
        found = self._entries(f"SELECT {_COLUMNS} FROM {_JOINED} WHERE u.id = ?", (number,))
        return found[0] if found else None

    def select(self, filters: Filters, *, every_place: bool = False) -> Iterator[StoredUnit]:
        """All units that ``filters`` let through, in the order in which they came, as a stream.

        A unit with several places comes once, with the first of them, or with ``every_place`` once for each.
        """
        condition, values = where(filters)
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM {_JOINED} WHERE {pair_condition(self._connection, filters)} AND {condition}"
            " ORDER BY u.id",
            values,
        )
        while batch := rows.fetchmany(1_000):
            places = self._places([row[0] for row in batch], every=every_place)
            for row in batch:
                for place in places.get(row[0], [None]):
                    yield self._entry(row, place)

    def _entries(self, statement: str, values: Sequence[object]) -> list[StoredUnit]:
        rows = self._connection.execute(statement, values).fetchall()
        places = self._places([row[0] for row in rows])
        return [self._entry(row, places.get(row[0], [None])[0]) for row in rows]

    def _places(self, units: Iterable[int], *, every: bool = False) -> dict[int, list[Any]]:
        """Places by unit: the first of each, or all."""
        found: dict[int, list[Any]] = {}
        # A unit such as "Note" may have a hundred thousand places; most callers need one.
        statement = _PLACE if every else _PLACE + " LIMIT 1"
        for unit in units:
            rows = self._connection.execute(statement, (unit,)).fetchall()
            if rows:
                found[unit] = rows
        return found

    def _entry(self, row: Sequence[Any], place: Sequence[Any] | None) -> StoredUnit:
        number, count, status, score, created, changed, details, source_lang, source, target_lang, target = row
        more = self._detail(details)
        previous, following, origin = "", "", Origin()
        if place is not None:
            previous, following, origin = place[0] or "", place[1] or "", self._origin(place)
        unit = Unit(
            source=source,
            target=target,
            source_lang=self.language(source_lang),
            target_lang=self.language(target_lang),
            previous=previous,
            next=following,
            origin=origin,
            quality=score,
            status=STATUSES[status],
            kind=more.get("kind", ""),
            sentences=more.get("sentences", 1),
            signature=more.get("signature", ""),
            created=_moment(created),
            changed=_moment(changed),
            author=more.get("author", ""),
            notes=tuple(more.get("notes", ())),
            properties=more.get("properties", {}),
        )
        if not (isinstance(source, str) and isinstance(target, str) and isinstance(count, int)):
            raise TypeError("not written by duiyi")  # the transaction finds out what is damaged
        return StoredUnit(number, count, unit)

    def _detail(self, number: int) -> dict[str, Any]:
        known = self._details.get(number)
        if known is None:
            row = self._connection.execute("SELECT content FROM details WHERE id = ?", (number,)).fetchone()
            known = json.loads(row[0]) if row else {}
            if len(self._details) > _CACHE:
                self._details.clear()
            self._details[number] = known
        return known

    def _origin(self, place: Sequence[Any]) -> Origin:
        _, _, number, page, source_ids, target_ids = place
        if not number:
            files = ("", "", "")
        else:
            known = self._origins.get(number)
            if known is None:
                known = self._connection.execute(
                    "SELECT source_file, target_file, section FROM origins WHERE id = ?", (number,)
                ).fetchone() or ("", "", "")
                if len(self._origins) > _CACHE:
                    self._origins.clear()
                self._origins[number] = known
            files = known
        source_file, target_file, section = files
        return Origin(source_file, target_file, _ids(source_ids), _ids(target_ids), page or None, section)


def _ids(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
