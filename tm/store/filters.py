"""Which units are meant: one set of conditions for look-up, export, deletion and statistics.

Values always go to SQLite as parameters, and a text is looked for as it is: nothing a user types is read as SQL or
as a pattern.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpora.errors import UsageError
from corpora.text.languages import base, known, normalize
from tm.store.database import Sqlite

__all__ = ["STATUSES", "Filters", "language_ids", "pair_condition", "seconds", "where"]

#: In the order of their worth, as `units.status` holds them.
STATUSES = ("rejected", "unreviewed", "reviewed")


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on units; all that are given must hold.

    source_lang, target_lang: languages, any region where the code has none; asked in either direction by look-ups.
    origin: stands in the name of one of the files that the unit comes from, or in its section.
    since, until: date of the last change, else of creation; ``until`` is not included.
    statuses: "unreviewed", "reviewed", "rejected"; empty stands for all (look-ups: all but rejected).
    min_score: least quality, 0 to 1; units without a score pass.
    text: stands in either side, as typed.
    author: who made the unit.
    """

    source_lang: str = ""
    target_lang: str = ""
    origin: str = ""
    since: datetime | None = None
    until: datetime | None = None
    statuses: tuple[str, ...] = ()
    min_score: float | None = None
    text: str = ""
    author: str = ""

    def __post_init__(self) -> None:
        for status in self.statuses:
            if status not in STATUSES:
                raise UsageError(f"{status!r} is not a status; there are {', '.join(STATUSES)}")
        for code in (self.source_lang, self.target_lang):
            if code:
                normalize(code)

    def with_languages(self, source_lang: str, target_lang: str) -> "Filters":
        """The same conditions with these languages; "" keeps the language there is."""
        return replace(self, source_lang=source_lang or self.source_lang, target_lang=target_lang or self.target_lang)


def language_ids(connection: Sqlite, code: str) -> tuple[int, ...] | None:
    """The ids of the languages in the store that ``code`` stands for; None for "", which stands for all.

    Raises `UsageError` for a code that nobody knows, neither BCP 47 nor the store.
    """
    if not code:
        return None
    exact = "-" in code or "_" in code
    held = connection.execute("SELECT id, code FROM languages").fetchall()
    wanted = known(code, lambda: [name for _, name in held])
    return tuple(number for number, name in held if (name == wanted if exact else base(name) == base(wanted)))


def pair_condition(connection: Sqlite, filters: Filters, source: str = "s", target: str = "t") -> str:
    """SQL on the aliases of the two texts: source and target have the languages asked for."""
    parts = []
    for alias, code in ((source, filters.source_lang), (target, filters.target_lang)):
        numbers = language_ids(connection, code)
        if numbers is not None:
            parts.append(f"{alias}.language IN ({', '.join(map(str, numbers))})")
    return " AND ".join(parts) or "1"


def where(filters: Filters) -> tuple[str, list[object]]:
    """SQL on ``units u``, ``texts s`` and ``texts t`` for all but the languages, and its parameters."""
    parts: list[str] = []
    values: list[object] = []
    if filters.statuses:
        parts.append(f"u.status IN ({', '.join(str(STATUSES.index(status)) for status in filters.statuses)})")
    if filters.min_score is not None:
        parts.append("(u.score IS NULL OR u.score >= ?)")
        values.append(filters.min_score)
    for moment, sign in ((filters.since, ">="), (filters.until, "<")):
        if moment is not None:
            parts.append(f"coalesce(u.changed, u.created) {sign} ?")
            values.append(seconds(moment))
    if filters.text:
        parts.append("(instr(s.text, ?) OR instr(t.text, ?))")
        values += [filters.text] * 2
    if filters.origin:
        parts.append(
            "EXISTS (SELECT 1 FROM places p JOIN origins o ON o.id = p.origin WHERE p.unit = u.id AND"
            " (instr(o.source_file, ?) OR instr(o.target_file, ?) OR instr(o.section, ?)))"
        )
        values += [filters.origin] * 3
    if filters.author:
        parts.append(
            "EXISTS (SELECT 1 FROM details d WHERE d.id = u.details AND json_extract(d.content, '$.author') = ?)"
        )
        values.append(filters.author)
    return " AND ".join(parts) or "1", values


def seconds(moment: datetime) -> int:
    """Seconds since 1970; a date without a zone is taken for UTC."""
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
