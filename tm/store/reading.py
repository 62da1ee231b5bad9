"""Turn rows into units, for look-ups, export and statistics.

Details, origins and languages repeat, so a `UnitReader` keeps the ones it has read.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tm.store.conditions import pair_condition, passes, where
from tm.store.filters import STATUSES, Filters, suits
from tm.store.sql import Sql
from tm.unit import Origin, Unit

__all__ = ["StoredUnit", "UnitReader"]

_COLUMNS = "u.id, u.count, u.status, u.score, u.created, u.changed, u.details, s.language, s.text, t.language, t.text"
_JOINED = "units u JOIN texts s ON s.id = u.source JOIN texts t ON t.id = u.target"
_ORDER = " ORDER BY p.previous, p.next, p.origin, p.page, p.source_ids, p.target_ids"
_PLACE = (
    "SELECT a.text, b.text, p.origin, p.page, p.source_ids, p.target_ids FROM places p"
    f" LEFT JOIN texts a ON a.id = p.previous LEFT JOIN texts b ON b.id = p.next WHERE p.unit = ?{_ORDER}"
)
#: The places of many units at once, the first of each or all, for a server.
_PLACES = (
    "SELECT l.value, a.text, b.text, p.origin, p.page, p.source_ids, p.target_ids FROM ({0}) l CROSS JOIN LATERAL"
    " (SELECT * FROM places p WHERE p.unit = l.value{1}) p"
    f" LEFT JOIN texts a ON a.id = p.previous LEFT JOIN texts b ON b.id = p.next{_ORDER}"
)
#: The units of many texts, on either side, with all that `UnitReader` needs of them: one round trip to a server.
_BEST = "ORDER BY u.status DESC, u.count DESC, u.id DESC LIMIT ?"
_WHOLE = (
    "SELECT l.value, u.turned, u.id, u.count, u.status, u.score, u.created, u.changed, u.details, u.source_language,"
    " u.source_text, u.target_language, u.target_text, d.content, o.source_file, o.target_file, o.section,"
    " p.unit, a.text, b.text, p.origin, p.page, p.source_ids, p.target_ids"
    " FROM unnest(?::bigint[]) WITH ORDINALITY AS l (value, place) CROSS JOIN LATERAL (({0}) UNION ALL ({1})) u"
    " LEFT JOIN details d ON d.id = u.details"
    f" LEFT JOIN LATERAL (SELECT * FROM places p WHERE p.unit = u.id{_ORDER} LIMIT 1) p ON TRUE"
    " LEFT JOIN texts a ON a.id = p.previous LEFT JOIN texts b ON b.id = p.next LEFT JOIN origins o ON o.id = p.origin"
    " ORDER BY l.place, u.turned, u.status DESC, u.count DESC, u.id DESC"
)
_SIDE = (
    "SELECT {0} AS turned, u.*, s.language AS source_language, s.text AS source_text, t.language AS target_language,"
    f" t.text AS target_text FROM {_JOINED} WHERE u.{{1}} = l.value AND {{2}} AND {{3}} {_BEST}"
)
_CACHE = 10_000
_ALL = 2**40  # more than any text has units
_Condition = tuple[str, list[object], Callable[[int, Unit], bool] | None]


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """A unit of a memory: its number there, how often it was added, and the unit, with one of its places."""

    id: int
    count: int
    unit: Unit


class UnitReader:
    """Reads units inside a transaction of the caller; ``languages`` are those that a reader before it has read."""

    def __init__(self, connection: Sql, languages: dict[int, str] | None = None) -> None:
        self._connection = connection
        self._languages = {} if languages is None else languages
        self._details: dict[int, dict[str, Any]] = {}
        self._origins: dict[int, tuple[str, str, str]] = {}
        self._conditions: dict[Filters, _Condition] = {}

    def language(self, number: int) -> str:
        """The code of a language."""
        if number not in self._languages:
            self._languages.update(self._connection.execute("SELECT id, code FROM languages"))
        return self._languages.get(number, "und")

    def _condition(self, filters: Filters) -> _Condition:
        """SQL for ``filters`` with its values, and what it leaves to Python."""
        if filters not in self._conditions:
            condition, values = where(self._connection, filters)
            languages = pair_condition(self._connection, filters)
            passed = passes(self._connection, filters)
            self._conditions[filters] = f"{languages} AND {condition}", values, passed
        return self._conditions[filters]

    def of_text(self, side: str, text: int, filters: Filters, limit: int) -> list[StoredUnit]:
        """Units whose ``side`` ("source" or "target") is the text; best first: reviewed, frequent, new."""
        condition, values, passed = self._condition(filters)
        found = self._entries(
            f"SELECT {_COLUMNS} FROM {_JOINED} WHERE u.{side} = ? AND {condition}"
            " ORDER BY u.status DESC, u.count DESC, u.id DESC LIMIT ?",
            (text, *values, limit if passed is None else _ALL),
        )
        return found if passed is None else [one for one in found if passed(one.id, one.unit)][:limit]

    def of_texts(
        self, texts: Sequence[int], own: Filters, turned: Filters, limit: int
    ) -> dict[int, list[tuple[StoredUnit, bool]]]:
        """What `of_text` gives for the sources, then for the targets, each text on a server in one round trip.

        ``own`` are the conditions on units whose source is the text, ``turned`` on those whose target it is; the truth
        value is whether it is the target.
        """
        sides, values = [], list[object]()
        passed = [passes(self._connection, filters) for filters in (own, turned)]
        for number, (side, filters) in enumerate((("source", own), ("target", turned))):
            condition, given = where(self._connection, filters)
            sides.append(_SIDE.format(number, side, pair_condition(self._connection, filters), condition))
            values += [*given, limit if passed[number] is None else _ALL]
        found: dict[int, list[tuple[StoredUnit, bool]]] = {text: [] for text in texts}
        counts: Counter[tuple[int, int]] = Counter()
        for text, number, *row in self._connection.execute(_WHOLE.format(*sides), (list(texts), *values)):
            unit, (content, *files, held), place = row[:11], row[11:16], row[16:]
            self._details[unit[6]] = json.loads(content) if content else {}
            if place[2]:
                self._origins[place[2]] = (files[0] or "", files[1] or "", files[2] or "")
            entry = self._entry(unit, None if held is None else place)
            check = passed[number]
            if counts[text, number] < limit and (check is None or check(entry.id, entry.unit)):
                counts[text, number] += 1
                found[text].append((entry, bool(number)))
        return found

    def by_id(self, number: int) -> StoredUnit | None:
        """One unit."""
        found = self._entries(f"SELECT {_COLUMNS} FROM {_JOINED} WHERE u.id = ?", (number,))
        return found[0] if found else None

    def select(self, filters: Filters, *, every_place: bool = False) -> Iterator[StoredUnit]:
        """All units that ``filters`` let through, in the order in which they came, as a stream.

        A unit with several places comes once, with the first of them, or with ``every_place`` once for each; of
        places with different origins, with those that the filters let through.
        """
        by_origin = bool(filters.origin or filters.exclude_origin)
        condition, values, passed = self._condition(filters)
        rows = self._connection.stream(f"SELECT {_COLUMNS} FROM {_JOINED} WHERE {condition} ORDER BY u.id", values)
        while batch := rows.fetchmany(1_000):
            places = self._places([row[0] for row in batch], every=every_place or by_origin)
            self._learn(batch, places)
            for row in batch:
                found = places.get(row[0], [None])
                if by_origin:
                    found = [one for one in found if one and suits(self._origin(one), filters)] or found[:1]
                first = self._entry(row, found[0])
                if passed is None or passed(first.id, first.unit):
                    yield first
                    for place in found[1:] if every_place else ():
                        yield self._entry(row, place)

    def _entries(self, statement: str, values: Sequence[object]) -> list[StoredUnit]:
        rows = self._connection.execute(statement, values).fetchall()
        places = self._places([row[0] for row in rows])
        return [self._entry(row, places.get(row[0], [None])[0]) for row in rows]

    def _places(self, units: Iterable[int], *, every: bool = False) -> dict[int, list[Any]]:
        """Places by unit: the first of each, or all."""
        found: dict[int, list[Any]] = {}
        if self._connection.REMOTE:
            given = list(units)
            statement = _PLACES.format(self._connection.LISTED, "" if every else f"{_ORDER} LIMIT 1")
            for unit, *place in self._connection.execute(statement, (json.dumps(given),)) if given else ():
                found.setdefault(unit, []).append(place)
            return found
        # A unit such as "Note" may have a hundred thousand places; most callers need one.
        statement = _PLACE if every else _PLACE + " LIMIT 1"
        for unit in units:
            rows = self._connection.execute(statement, (unit,)).fetchall()
            if rows:
                found[unit] = rows
        return found

    def _learn(self, rows: Sequence[Sequence[Any]], places: dict[int, list[Any]]) -> None:
        """Read the details and origins of many units at once."""
        details = {row[6] for row in rows} - self._details.keys()
        origins = {place[2] for found in places.values() for place in found if place[2]} - self._origins.keys()
        tables: tuple[tuple[dict[int, Any], set[int], str, str], ...] = (
            (self._details, details, "content", "details"),
            (self._origins, origins, "source_file, target_file, section", "origins"),
        )
        for known, new, columns, table in tables:
            if len(known) > _CACHE:
                known.clear()
            if new:
                statement = f"SELECT id, {columns} FROM {table} WHERE id IN ({self._connection.LISTED})"
                for number, *values in self._connection.execute(statement, (json.dumps(sorted(new)),)):
                    known[number] = json.loads(values[0]) if table == "details" else tuple(values)

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
