"""Add units to a memory, thousands at a time: equal texts and equal units fold into one, with all their places.

One query for each text would make a million units take minutes. So a batch looks up all its texts in one query, numbers
the new ones itself (it has the write lock) and writes them in bulk.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, Protocol

from corpora.text.languages import canonical
from tm.folding import key
from tm.store.conditions import seconds
from tm.store.filters import STATUSES
from tm.store.sql import Sql
from tm.unit import Unit, cleaned

__all__ = [
    "LONGEST_TEXT",
    "AddReport",
    "Keep",
    "Log",
    "Prepared",
    "UnitWriter",
    "detail_json",
    "prepare",
    "rejection_reason",
]

Keep = Literal["all", "newest", "best"]
#: Characters on one side; a longer text is not a segment, and would slow down every look-up.
LONGEST_TEXT = 100_000
_HIGHEST = 2**62  # above all numbers of rows
_REMEMBERED = 10_000  # details and origins whose numbers a writer keeps
_LONG = 2_000  # characters of notes and properties, from which details are not kept


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


def rejection_reason(unit: Unit) -> str:
    """Why a memory does not accept ``unit``; "" if it does."""
    if not unit.source or unit.source.isspace():
        return "no source text"
    if not unit.target or unit.target.isspace():
        return "no target text"
    if max(len(unit.source), len(unit.target)) > LONGEST_TEXT:
        return f"longer than {LONGEST_TEXT:,} characters"
    if not (_encodable(unit.source) and _encodable(unit.target)):
        return "an unpaired surrogate"
    return ""


def _encodable(text: str) -> bool:
    """Whether a text has no unpaired surrogate; several times as fast as a regular expression."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch of units, with what can be computed while others have the memory; ``read`` counts those left out too."""

    read: int
    units: list[Unit]
    details: list[str]
    keys: dict[str, int]
    left_out: Counter[str]


def prepare(units: Sequence[Unit]) -> Prepared:
    """Clean the units, leave out those with a `rejection_reason`, compute their details and the keys of their texts."""
    accepted, left_out = [], Counter[str]()
    for unit in map(cleaned, units):
        why = rejection_reason(unit)
        if why:
            left_out[why] += 1
        else:
            accepted.append(unit)
    return Prepared(len(units), accepted, list(map(detail_json, accepted)), _keys(accepted), left_out)


def _keys(units: Iterable[Unit]) -> dict[str, int]:
    """The keys of all texts of the units, without neighbours that are no text."""
    texts: dict[str, None] = {}
    contexts: dict[str, None] = {}
    for unit in units:
        texts[unit.source] = texts[unit.target] = contexts[unit.previous] = contexts[unit.next] = None
    for context in contexts:
        if context and context not in texts and len(context) <= LONGEST_TEXT and _encodable(context):
            texts[context] = None
    return {text: key(text) for text in texts}


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
        accepted, details = batch.units, batch.details
        self.learn_details(details)
        for unit in accepted:
            self.origin(unit)
        texts, new_texts = self._numbered(accepted, batch.keys)
        codes = self._codes  # `_numbered` has learnt them
        pairs = [
            (texts[codes[unit.source_lang], unit.source], texts[codes[unit.target_lang], unit.target])
            for unit in accepted
        ]
        # A unit with a new text is new.
        lowest_new = texts[new_texts[0]] if new_texts else _HIGHEST
        rows = self.known_rows([pair for pair in pairs if pair[0] < lowest_new and pair[1] < lowest_new])
        new = [pair for pair in dict.fromkeys(pairs) if pair not in rows]
        first = self._connection.take("units", len(new)) if new else 0
        numbers = {pair: row.id for pair, row in rows.items()}
        numbers.update(zip(new, range(first, first + len(new)), strict=True))
        if self._log is not None:
            self._log.before(self._connection, sorted(row.id for row in rows.values()))
        self._append_texts(new_texts, texts, batch.keys)
        full = [(numbers[pair], *self.place(unit, texts)) for unit, pair in zip(accepted, pairs, strict=True)]
        there = {place for place, pair in zip(full, pairs, strict=True) if pair in rows} if rows else set()
        there -= self._connection.added("places", sorted(there))
        places = self._merge(zip(accepted, pairs, full, details, strict=True), rows, there)
        self._store(rows, {place for place in places if first and place[0] >= first})
        if self._log is not None:
            self._log.made(self._connection, range(first, first + len(new)))
        self.sources.update(source for source, _ in pairs)

    def _merge(
        self,
        units: Iterable[tuple[Unit, tuple[int, int], tuple[Any, ...], str]],
        rows: dict[tuple[int, int], _UnitRow],
        there: Collection[tuple[Any, ...]],
    ) -> set[tuple[Any, ...]]:
        """Fold units, with their pairs, places and details, into ``rows``; all places, of which some are ``there``."""
        places: set[tuple[Any, ...]] = set()
        known_details, new = self._details, 0
        for unit, pair, place, detail in units:
            row = rows.get(pair)
            if row is None:
                rows[pair] = _UnitRow(
                    place[0],
                    1,
                    STATUSES.index(unit.status),
                    unit.quality,
                    _seconds(unit.created),
                    _seconds(unit.changed),
                    known_details[detail] if detail in known_details else self.detail_of(detail),
                )
                new += 1
                places.add(place)
                continue
            self._report.folded += 1
            # The same place again means that a file was read twice; without ids this cannot be known.
            known = place in places or place in there
            places.add(place)
            row.count += not (known and place[5])
            self._fold(row, unit)
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

    def _fold(self, row: _UnitRow, unit: Unit) -> None:
        """Newer values replace older ones; a review is only replaced by another review."""
        created, changed = _seconds(unit.created), _seconds(unit.changed)
        if created is not None and (row.created is None or created < row.created):
            row.created = created
        if (changed or created or 0) < row.date:
            return
        row.changed = changed if changed is not None else row.changed
        row.score = unit.quality if unit.quality is not None else row.score
        row.details = self.detail(unit)
        if unit.status != "unreviewed":
            row.status = STATUSES.index(unit.status)

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
        keys = _keys(units)
        numbers, new = self._numbered(units, keys)
        self._append_texts(new, numbers, keys)
        return numbers

    def _numbered(
        self, units: Collection[Unit], keys: Mapping[str, int]
    ) -> tuple[dict[tuple[int, str], int], list[tuple[int, str]]]:
        """The numbers of all texts of the units, whose ``keys`` are given, and the texts that are new."""
        numbers: dict[tuple[int, str], int] = {}
        known = self._codes
        for unit in units:
            source = known.get(unit.source_lang) or self.language(unit.source_lang)
            numbers[source, unit.source] = 0
            target = known.get(unit.target_lang) or self.language(unit.target_lang)
            numbers[target, unit.target] = 0
            if unit.previous in keys:
                numbers[source, unit.previous] = 0
            if unit.next in keys:
                numbers[source, unit.next] = 0
        sought = self._connection.possible(sorted(set(keys.values())))
        for number, language, text in self._connection.execute(
            f"SELECT t.id, t.language, t.text FROM ({self._connection.LISTED}) j JOIN texts t ON t.key = j.value",
            (json.dumps(sought),),
        ):
            if (language, text) in numbers:
                numbers[language, text] = number
        new = [pair for pair, number in numbers.items() if not number]
        if new:
            first = self._connection.take("texts", len(new))
            numbers.update(zip(new, range(first, first + len(new)), strict=True))
        return numbers, new

    def _append_texts(
        self, new: list[tuple[int, str]], numbers: Mapping[tuple[int, str], int], keys: Mapping[str, int]
    ) -> None:
        # By key, since entries that are inserted into an index in its order cost less.
        rows = [(numbers[pair], pair[0], keys[pair[1]], pair[1]) for pair in new]
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
        origin = unit.origin
        named = origin.source_file or origin.target_file
        where = (origin.source_file if named else self._source_file, origin.target_file, origin.section)
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


def detail_json(unit: Unit) -> str:
    """The fields of a unit that are stored as JSON in ``details.content``; defaults are left out."""
    properties = tuple(sorted(unit.properties.items())) if unit.properties else ()
    is_long = sum(map(len, unit.notes)) + sum(map(len, unit.properties.values())) > _LONG
    write = _detail_json.__wrapped__ if is_long else _detail_json
    return write(unit.kind, unit.sentences, unit.signature, unit.author, tuple(unit.notes), properties)


@lru_cache(_REMEMBERED)
def _detail_json(
    kind: str, sentences: int, signature: str, author: str, notes: tuple[str, ...], properties: tuple[Any, ...]
) -> str:
    fields: dict[str, Any] = {
        "kind": kind,
        "sentences": sentences if sentences != 1 else 0,
        "signature": signature,
        "author": author,
        "notes": notes,
        "properties": dict(properties),
    }
    text = json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)
    # PostgreSQL has no null character, and nobody misses it.
    return re.sub(r"(?<!\\)((?:\\\\)*)\\u0000", r"\1", text) if "\\u0000" in text else text


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else seconds(moment)
