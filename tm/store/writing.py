"""Add units to a memory, thousands at a time: equal texts and equal units fold into one, with all their places.

One query for each text would make a million units take minutes. So a batch looks up all its texts in one query, numbers
the new ones itself (it has the write lock) and writes them in bulk.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal, Protocol

from corpora.text.languages import canonical
from tm.folding import key
from tm.store.filters import STATUSES
from tm.store.prepared import Place, Prepared, PreparedUnit, UnitValues, detail_json, numbered, place_of
from tm.store.sql import Sql
from tm.unit import Unit

__all__ = ["AddReport", "Keep", "Log", "UnitWriter"]

Keep = Literal["all", "newest", "best"]
_HIGHEST = 2**62  # above all numbers of rows
_REMEMBERED = 10_000  # details and origins whose numbers a writer keeps
_UNREVIEWED = STATUSES.index("unreviewed")


@dataclass(slots=True)
class AddReport:
    """What happened to the units that were added: read, new, folded into known ones; left out, by reason.

    ``removed`` counts the variants that a rule other than "all" removed, ``resumed`` units that an earlier run of an
    interrupted import added.
    """

    read: int = 0
    new: int = 0
    folded: int = 0
    removed: int = 0
    resumed: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _UnitRow:
    """A row of ``units`` that is being made; ``known`` if it is in the file already."""

    id: int
    count: int
    status: int
    score: float | None
    created: int | None
    changed: int | None
    details: int
    known: bool = False

    @property
    def date(self) -> int:
        return self.changed or self.created or 0


def _fold(row: _UnitRow, values: UnitValues, details: int) -> None:
    """Newer values replace older ones; a review is only replaced by another review."""
    status, score, created, changed = values
    if created is not None and (row.created is None or created < row.created):
        row.created = created
    if (changed or created or 0) < row.date:
        return
    row.changed = changed if changed is not None else row.changed
    row.score = score if score is not None else row.score
    row.details = details
    if status != _UNREVIEWED:
        row.status = status


class Log(Protocol):
    """What records the units that are written, see `tm.store.history.ChangeLog`."""

    def before(self, connection: Sql, units: Iterable[int]) -> None:
        """These units will be changed."""

    def made(self, connection: Sql, units: Iterable[int]) -> None:
        """These units were made."""


class UnitWriter:
    """Writes batches inside transactions of the caller, and remembers the numbers of what repeats."""

    def __init__(self, connection: Sql, report: AddReport, log: "Log | None" = None, source_file: str = "") -> None:
        """``source_file`` is the origin of units that name no file."""
        self._connection = connection
        self._source_file = source_file
        self._report = report
        self._log = log
        self._languages: dict[str, int] = dict(connection.execute("SELECT code, id FROM languages"))
        self._codes: dict[str, int] = {}
        self._origins: dict[tuple[str, str, str], int] = {}
        self._details: dict[str, int] = {}
        self.sources: set[int] = set()
        """The ids of the source texts of all units written."""

    def write(self, batch: Prepared) -> None:
        """Write one batch; units that were left out are counted.

        All questions come first: the database may still be storing rows while the next ones are made.
        """
        self._report.read += batch.read
        self._report.left_out.update(batch.left_out)
        self.learn_details(batch.details)
        details = [self._details[content] for content in batch.details]
        origins = list(map(self._origin, batch.origins))
        languages = self._pairs_of(batch)
        texts, new_texts = self._numbered(batch, languages)
        pairs, full = [], []
        for (source, target, previous, following), pair, (origin, *where), _, _ in batch.units:
            first, second = languages[pair]
            pairs.append((texts[first, source], texts[second, target]))
            before, after = texts.get((first, previous), 0), texts.get((first, following), 0)
            full.append((before, after, origins[origin], *where))
        # A unit with a new text is new.
        lowest_new = texts[new_texts[0]] if new_texts else _HIGHEST
        rows = self.known_rows([pair for pair in pairs if pair[0] < lowest_new and pair[1] < lowest_new])
        new = [pair for pair in dict.fromkeys(pairs) if pair not in rows]
        first = self._connection.take("units", len(new)) if new else 0
        numbers = {pair: row.id for pair, row in rows.items()}
        numbers.update(zip(new, range(first, first + len(new)), strict=True))
        if self._log is not None:
            self._log.before(self._connection, sorted(row.id for row in rows.values()))
        self._append_texts(new_texts, texts, batch)
        places = [(numbers[pair], *place) for pair, place in zip(pairs, full, strict=True)]
        there = {place for place, pair in zip(places, pairs, strict=True) if pair in rows} if rows else set()
        there -= self._connection.added("places", sorted(there))
        merged = self._merge(zip(batch.units, pairs, places, strict=True), details, rows, there)
        self._store(rows, {place for place in merged if first and place[0] >= first})
        if self._log is not None:
            self._log.made(self._connection, range(first, first + len(new)))
        self.sources.update(source for source, _ in pairs)

    def _merge(
        self,
        units: Iterable[tuple[PreparedUnit, tuple[int, int], tuple[Any, ...]]],
        details: Sequence[int],
        rows: dict[tuple[int, int], _UnitRow],
        there: Collection[tuple[Any, ...]],
    ) -> set[tuple[Any, ...]]:
        """Fold units, with their pairs and places, into ``rows``; all places, of which some are ``there``."""
        places: set[tuple[Any, ...]] = set()
        new = 0
        for (_, _, _, values, detail), pair, place in units:
            row = rows.get(pair)
            if row is None:
                rows[pair] = _UnitRow(place[0], 1, *values, details[detail])
                new += 1
                places.add(place)
                continue
            self._report.folded += 1
            # The same place again means that a file was read twice; without ids this cannot be known.
            known = place in places or place in there
            places.add(place)
            row.count += not (known and place[5])
            _fold(row, values, details[detail])
        self._report.new += new
        return places

    def place(self, unit: Unit, texts: dict[tuple[int, str], int]) -> tuple[Any, ...]:
        """The columns of ``places`` after the unit's number; ``texts`` as `texts` returns them."""
        source = self.language(unit.source_lang)
        return (
            texts.get((source, unit.previous), 0),
            texts.get((source, unit.next), 0),
            self.origin(unit),
            unit.origin.page or 0,
            " ".join(map(str, unit.origin.source_ids)) if unit.origin.source_ids else "",
            " ".join(map(str, unit.origin.target_ids)) if unit.origin.target_ids else "",
        )

    def _store(self, rows: dict[tuple[int, int], _UnitRow], places: Iterable[tuple[Any, ...]]) -> None:
        self._connection.append(
            "units",
            (
                (row.id, *pair, row.count, row.status, row.score, row.created, row.changed, row.details)
                for pair, row in rows.items()
                if not row.known
            ),
        )
        self._connection.executemany(
            "UPDATE units SET count = ?, status = ?, score = ?, created = ?, changed = ?, details = ? WHERE id = ?",
            (
                (row.count, row.status, row.score, row.created, row.changed, row.details, row.id)
                for row in rows.values()
                if row.known
            ),
        )
        self._connection.append("places", sorted(places))

    def texts(self, units: Collection[Unit]) -> dict[tuple[int, str], int]:
        """Number all texts of the units; write those that are new."""
        batch = numbered(units)
        numbers, new = self._numbered(batch, self._pairs_of(batch))
        self._append_texts(new, numbers, batch)
        return {(language, batch.texts[place]): number for (language, place), number in numbers.items()}

    def sources_of(self, batch: Prepared) -> set[int]:
        """The numbers of the source texts of a batch, which are written where they are new."""
        languages = self._pairs_of(batch)
        numbers, new = self._numbered(batch, languages)
        self._append_texts(new, numbers, batch)
        return {numbers[languages[pair][0], source] for (source, *_), pair, _, _, _ in batch.units}

    def _pairs_of(self, batch: Prepared) -> list[tuple[int, int]]:
        """The numbers of the languages of a batch."""
        return [(self.language(source), self.language(target)) for source, target in batch.languages]

    def _numbered(
        self, batch: Prepared, languages: Sequence[tuple[int, int]]
    ) -> tuple[dict[tuple[int, int], int], list[tuple[int, int]]]:
        """The numbers of all texts of a batch by language and place, and the texts that are new."""
        numbers: dict[tuple[int, int], int] = {}
        for (source, target, previous, following), pair, _, _, _ in batch.units:
            first, second = languages[pair]
            numbers[first, source] = numbers[second, target] = 0
            if previous >= 0:
                numbers[first, previous] = 0
            if following >= 0:
                numbers[first, following] = 0
        sought = self._connection.possible(sorted(set(batch.keys)))
        found = self._connection.execute(
            f"SELECT t.id, t.language, t.text FROM ({self._connection.LISTED}) j JOIN texts t ON t.key = j.value",
            (json.dumps(sought),),
        ).fetchall()
        places = {text: place for place, text in enumerate(batch.texts)} if found else {}
        for number, language, text in found:
            if (where := (language, places.get(text, -1))) in numbers:
                numbers[where] = number
        new = [where for where, number in numbers.items() if not number]
        if new:
            first = self._connection.take("texts", len(new))
            numbers.update(zip(new, range(first, first + len(new)), strict=True))
        return numbers, new

    def _append_texts(
        self, new: list[tuple[int, int]], numbers: Mapping[tuple[int, int], int], batch: Prepared
    ) -> None:
        texts, keys = batch.texts, batch.keys
        rows = [(numbers[where], where[0], keys[where[1]], texts[where[1]]) for where in new]
        # By key, since entries that are inserted into an index in its order cost less.
        self._connection.append("texts", sorted(rows, key=itemgetter(2)) if self._connection.REMOTE else rows)

    def known_rows(self, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], _UnitRow]:
        """The units with these source and target texts that are in the memory."""
        given = list(set(pairs))
        if not given:
            return {}
        rows = self._connection.execute(
            "SELECT u.source, u.target, u.id, u.count, u.status, u.score, u.created, u.changed, u.details, 1"
            f" FROM ({self._connection.PAIRED}) j JOIN units u ON u.source = j.a AND u.target = j.b",
            (json.dumps(given),),
        )
        return {(row[0], row[1]): _UnitRow(*row[2:]) for row in rows}

    def language(self, code: str) -> int:
        """The number of a language, made if it is new."""
        number = self._codes.get(code)
        if number is None:
            name = canonical(code)
            number = self._languages.get(name)
            if number is None:
                number = self._insert("languages", (name,))
                self._languages[name] = number
            self._codes[code] = number
        return number

    def origin(self, unit: Unit) -> int:
        """The number of the files and section that a unit comes from; 0 if they are not known."""
        return self._origin(place_of(unit.origin))

    def _origin(self, where: Place) -> int:
        if not (where[0] or where[1]):
            where = self._source_file, "", where[2]
        if not any(where):
            return 0
        number = self._origins.get(where)
        if number is None:
            row = self._connection.execute(
                "SELECT id FROM origins WHERE source_file = ? AND target_file = ? AND section = ?", where
            ).fetchone()
            number = row[0] if row else self._insert("origins", where)
            if len(self._origins) >= _REMEMBERED:
                self._origins.clear()
            self._origins[where] = number
        return number

    def detail(self, unit: Unit) -> int:
        """The number of the fields of a unit that are stored as JSON."""
        return self.detail_of(detail_json(unit))

    def detail_of(self, content: str) -> int:
        """The number of details by their JSON."""
        if content not in self._details:
            self.learn_details([content])
        return self._details[content]

    def learn_details(self, contents: Iterable[str]) -> None:
        """Number details by their JSON; write those that are new."""
        if len(self._details) >= _REMEMBERED:  # in some files every unit has properties of its own
            self._details.clear()
        keys = {content: key(content) for content in dict.fromkeys(contents) if content not in self._details}
        if not keys:
            return
        statement = f"SELECT d.id, d.content FROM ({self._connection.LISTED}) j JOIN details d ON d.key = j.value"
        for number, content in self._connection.execute(statement, (json.dumps(sorted(set(keys.values()))),)):
            if content in keys:
                self._details[content] = number
        new = [content for content in keys if content not in self._details]
        first = self._following("details")
        self._details |= {content: first + place for place, content in enumerate(new)}
        self._connection.append("details", ((self._details[content], keys[content], content) for content in new))

    def _insert(self, table: str, values: tuple[object, ...]) -> int:
        number = self._following(table)
        marks = ", ".join("?" * (len(values) + 1))
        self._connection.execute(f"INSERT INTO {table} VALUES ({marks})", (number, *values))
        return number

    def _following(self, table: str) -> int:
        """The next number of a table whose numbers nothing but rows refer to, so that they may be used again."""
        (last,) = self._connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        return int(last) + 1
