"""Translate `Filters` to SQL conditions.

Values always go to the database as parameters, and a text is searched for as it is: nothing that a user types is read
as SQL or as a pattern.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from corpora.expressions import expression
from corpora.text.languages import base, checked_code, normalize
from tm.store.filters import STATUSES, Filters
from tm.store.sql import Sql
from tm.unit import Unit

__all__ = ["language_ids", "pair_condition", "passes", "seconds", "where"]

_DETAIL = "EXISTS (SELECT 1 FROM details d{0} WHERE d.id = u.details AND {1})"
_PLACE = "EXISTS (SELECT 1 FROM places p JOIN origins o ON o.id = p.origin WHERE p.unit = u.id AND {0})"
#: The fields that a regular expression may be about; every other name is that of a property.
_FIELDS = {
    "source": "matches(?, s.text)",
    "target": "matches(?, t.text)",
    "text": "(matches(?, s.text) OR matches(?, t.text))",
    "origin": _PLACE.format("(matches(?, o.source_file) OR matches(?, o.target_file))"),
    "section": _PLACE.format("matches(?, o.section)"),
    "note": _DETAIL.format(", json_each(d.content, '$.notes') n", "matches(?, n.value)"),
    **{
        name: _DETAIL.format("", f"matches(?, json_extract(d.content, '$.{name}'))")
        for name in ("author", "kind", "signature")
    },
}
_PROPERTY = _DETAIL.format(", json_each(d.content, '$.properties') n", "n.key = ? AND matches(?, n.value)")


def language_ids(connection: Sql, code: str) -> tuple[int, ...] | None:
    """The ids of the languages in the store that ``code`` stands for; None for "", which stands for all.

    Raises `UsageError` for a code that nobody knows, neither BCP 47 nor the store.
    """
    if not code:
        return None
    exact = "-" in code or "_" in code
    held = connection.execute("SELECT id, code FROM languages").fetchall()
    wanted = checked_code(code, lambda: [name for _, name in held])
    return tuple(
        number for number, name in held if (normalize(name) == wanted if exact else base(name) == base(wanted))
    )


def pair_condition(connection: Sql, filters: Filters, source: str = "s", target: str = "t") -> str:
    """SQL on the aliases of the two texts: source and target have the languages asked for."""
    parts = []
    for alias, code in ((source, filters.source_lang), (target, filters.target_lang)):
        numbers = language_ids(connection, code)
        if numbers is not None:
            parts.append(f"{alias}.language IN ({', '.join(map(str, numbers or [-1]))})")
    return " AND ".join(parts) or "TRUE"


def where(connection: Sql, filters: Filters) -> tuple[str, list[object]]:
    """SQL on ``units u``, ``texts s`` and ``texts t`` for all but the languages, and its parameters.

    A server does not know the regular expressions of Python: for these there is `passes`.
    """
    parts: list[str] = []
    values: list[object] = []
    if filters.status:
        parts.append(f"u.status IN ({', '.join(str(STATUSES.index(status)) for status in filters.status)})")
    if filters.min_quality is not None:
        parts.append("(u.score IS NULL OR u.score >= ?)")
        values.append(filters.min_quality)
    for moment, sign in ((filters.since, ">="), (filters.until, "<")):
        if moment is not None:
            parts.append(f"coalesce(u.changed, u.created) {sign} ?")
            values.append(seconds(moment))
    if filters.with_text:
        parts.append("(instr(s.text, ?) > 0 OR instr(t.text, ?) > 0)")
        values += [filters.with_text] * 2
    if filters.origin:
        parts.append(
            "EXISTS (SELECT 1 FROM places p JOIN origins o ON o.id = p.origin WHERE p.unit = u.id AND"
            " (instr(o.source_file, ?) > 0 OR instr(o.target_file, ?) > 0 OR instr(o.section, ?) > 0))"
        )
        values += [filters.origin] * 3
    if filters.exclude_origin:
        named = "instr(coalesce(o.source_file, ''), ?) > 0 OR instr(coalesce(o.target_file, ''), ?) > 0"
        every = " OR ".join([named] * len(filters.exclude_origin))
        place = "SELECT 1 FROM places p LEFT JOIN origins o ON o.id = p.origin WHERE p.unit = u.id"
        parts.append(f"EXISTS ({place} AND NOT ({every}))")
        values += [name for name in filters.exclude_origin for _ in range(2)]
    if filters.author:
        parts.append(
            "EXISTS (SELECT 1 FROM details d WHERE d.id = u.details AND json_extract(d.content, '$.author') = ?)"
        )
        values.append(filters.author)
    for condition in filters.where if not connection.REMOTE else ():
        name, _, pattern = condition.partition("=")
        statement = _FIELDS.get(name, _PROPERTY)
        parts.append(statement)
        values += [name, pattern] if statement is _PROPERTY else [pattern] * statement.count("?")
    return " AND ".join(parts) or "TRUE", values


def passes(connection: Sql, filters: Filters) -> "Callable[[int, Unit], bool] | None":
    """Whether a unit, given with its number, meets the regular expressions; None if `where` has seen to that."""
    if not (filters.where and connection.REMOTE):
        return None
    given = [condition.partition("=")[::2] for condition in filters.where]
    conditions = [(name, expression(pattern, re.IGNORECASE).search) for name, pattern in given]

    def passed(number: int, unit: Unit) -> bool:
        return all(any(map(search, _values(connection, number, unit, name))) for name, search in conditions)

    return passed


def _values(connection: Sql, number: int, unit: Unit, name: str) -> Sequence[str]:
    """The texts of a field of a unit, or of the property of that name."""
    if name in ("origin", "section"):
        rows = connection.execute(
            "SELECT DISTINCT o.source_file, o.target_file, o.section FROM places p JOIN origins o ON o.id = p.origin"
            " WHERE p.unit = ?",
            (number,),
        )
        return [text for *files, section in rows for text in (files if name == "origin" else [section])]
    match name:
        case "source" | "target":
            return [getattr(unit, name)]
        case "text":
            return [unit.source, unit.target]
        case "note":
            return unit.notes
        case "author" | "kind" | "signature":
            return [text] if (text := getattr(unit, name)) else []  # what is empty is not stored
    return [unit.properties[name]] if name in unit.properties else []


def seconds(moment: datetime) -> int:
    """Seconds since 1970; a date without a zone is taken for UTC."""
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
