"""SDLTM, the memories of Trados Studio: SQLite files with the segments as XML. Read only, and never written to.

Only the columns that a file has are used, since they differ between versions of Studio. Fields of the memory become
properties.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from corpora.errors import DamagedInput, InputError, UsageError, WrongFormat
from corpora.sqlite_errors import in_a_line
from corpora.xml import Element, local, parse
from tm.formats.base import ReadOptions, UnitProblems, date_of, spelt, stamp_of
from tm.formats.languages import LanguageSelection
from tm.formats.properties import add_numbered
from tm.formats.states import apply_named_states
from tm.tags import Tag, TagKind, join
from tm.unit import Unit

__all__ = ["read_units"]

_COLUMNS = (
    "id", "source_segment", "target_segment", "translation_memory_id", "creation_date", "creation_user", "change_date",
    "change_user", "last_used_date", "usage_counter", "origin", "confirmation_level",
)  # fmt: skip
#: The numbers of newer versions of Studio for the state of a unit and where it comes from, in its own words.
_LEVELS = (
    "",
    "Draft",
    "Translated",
    "RejectedTranslation",
    "ApprovedTranslation",
    "RejectedSignOff",
    "ApprovedSignOff",
)
_ORIGINS = ("", "TM", "MT", "Alignment", "ContextTM", "AdaptiveMT", "NMT", "AutomaticTranslation")
_BATCH = 500
_SHAPES = {"Start": TagKind.OPEN, "UnmatchedStart": TagKind.OPEN, "End": TagKind.CLOSE, "UnmatchedEnd": TagKind.CLOSE}
#: Values of the fields that users define: texts, numbers and dates, and choices from a list.
_FIELDS = (
    "SELECT v.translation_unit_id, a.name, v.value FROM {} v JOIN attributes a ON a.id = v.attribute_id"
    " WHERE v.translation_unit_id IN ({})"
)
_CHOICES = (
    "SELECT v.translation_unit_id, a.name, p.value FROM picklist_attributes v JOIN picklist_values p"
    " ON p.id = v.picklist_value_id JOIN attributes a ON a.id = p.attribute_id WHERE v.translation_unit_id IN ({})"
)


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the units in the order in which they were added."""
    with path.open("rb") as file:
        if file.read(15) != b"SQLite format 3":
            raise WrongFormat(f"{path} is not a memory of Trados Studio, which is an SQLite file")
    selection = LanguageSelection(options, problems)
    db = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)
    db.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        # No views, which may be endless.
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"translation_units", "translation_memories"} <= tables:
            raise WrongFormat(f"{path} is an SQLite file, but not a memory of Trados Studio")
        for unit in _TradosUnits(db, tables, problems).units():
            yield from selection.of(unit)
    # SQLite quotes the definitions of tables in its message, damaged bytes included.
    except (sqlite3.DatabaseError, UnicodeDecodeError) as raised:
        error = in_a_line(raised)
        raise DamagedInput(f"{path} is a damaged memory of Trados Studio: {error}") from raised
    finally:
        db.close()


class _TradosUnits:
    """The units of an open memory."""

    def __init__(self, db: sqlite3.Connection, tables: set[str], problems: UnitProblems) -> None:
        self._db, self._tables, self._problems = db, tables, problems
        self._languages = {
            row[0]: (row[1] or "", row[2] or "")
            for row in db.execute("SELECT id, source_language, target_language FROM translation_memories")
        }

    def units(self) -> Iterator[Unit]:
        known = {row[1] for row in self._db.execute("PRAGMA table_info(translation_units)")}
        columns = [name for name in _COLUMNS if name in known]
        if missing := [name for name in _COLUMNS[:3] if name not in known]:
            raise DamagedInput(f"{self._problems.path} is a damaged memory of Trados Studio: it has no {missing[0]}")
        rows = self._db.execute(f"SELECT {', '.join(columns)} FROM translation_units ORDER BY id")
        while batch := [dict(zip(columns, row, strict=True)) for row in rows.fetchmany(_BATCH)]:
            fields = self._fields([row["id"] for row in batch])
            for row in batch:
                try:
                    yield self._unit(row, fields.get(row["id"], {}))
                except (InputError, UsageError, TypeError) as error:
                    self._problems.add(row["id"], f"the unit cannot be read: {error}", error)

    def _fields(self, ids: Sequence[int]) -> dict[int, dict[str, str]]:
        found: dict[int, dict[str, str]] = {}
        used: dict[int, Counter[str]] = {}
        marks = ",".join("?" * len(ids))
        queries = [
            _FIELDS.format(table, marks)
            for table in ("string_attributes", "numeric_attributes", "date_attributes")
            if {table, "attributes"} <= self._tables
        ]
        if {"picklist_attributes", "picklist_values", "attributes"} <= self._tables:
            queries.append(_CHOICES.format(marks))
        for query in queries:
            for unit, name, value in self._db.execute(query, ids):
                own = found.setdefault(unit, {})
                add_numbered(own, str(name), str(value), used.setdefault(unit, Counter()))
        return found

    def _unit(self, row: dict[str, Any], properties: dict[str, str]) -> Unit:
        languages = self._languages.get(row.get("translation_memory_id"), ("", ""))
        source, source_lang = _segment(row["source_segment"])
        target, target_lang = _segment(row["target_segment"])
        used, last = row.get("usage_counter"), date_of(str(row.get("last_used_date") or ""))
        others = {
            "usagecount": str(used) if used else "",
            "lastusagedate": stamp_of(last) if used and last else "",
            "changeid": str(row.get("change_user") or ""),
            "ConfirmationLevel": _word(_LEVELS, row.get("confirmation_level")),
            "Origin": _word(_ORIGINS, row.get("origin")),
        }
        fields: dict[str, Any] = {"properties": {name: value for name, value in others.items() if value} | properties}
        author = str(row.get("creation_user") or "")
        apply_named_states(fields, fields["properties"], author)
        return Unit(
            source,
            target,
            spelt(source_lang or languages[0]),
            spelt(target_lang or languages[1]),
            created=date_of(str(row.get("creation_date") or "")),
            changed=date_of(str(row.get("change_date") or "")),
            author=author,
            **fields,
        )


def _word(words: Sequence[str], number: object) -> str:
    return words[number] if isinstance(number, int) and 0 <= number < len(words) else ""


def _segment(text: object) -> tuple[str, str]:
    """The text of a segment with its tags, and its language."""
    if not isinstance(text, str):
        raise DamagedInput("a segment is missing")
    root = parse(text.encode("utf-8"), name="the segment")
    parts: list[str | Tag] = []
    for element in root.iterfind("{*}Elements/*"):
        if local(element) == "Text":
            parts.append(element.findtext("{*}Value") or "")
        else:
            parts.append(_tag(element))
    return join(parts), root.findtext("{*}CultureName") or ""


def _tag(element: Element) -> Tag:
    shown = element.findtext("{*}TextEquivalent") or ""
    name = element.findtext("{*}Anchor") or element.findtext("{*}TagID") or "0"
    attributes = (("equiv-text", shown),) if shown else ()
    return Tag(_SHAPES.get(element.findtext("{*}Type") or "", TagKind.SINGLE), name, "", attributes)
