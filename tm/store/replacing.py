"""Find and replace in the texts of units, outside their inline tags.

A text is searched as a reader sees it (`tm.tags.plain`), so that neither tags nor their codes are found or changed. A
place that has a tag inside is left alone and counted, since where the tag belongs in the new text is not known.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from corpora.arguments import checked_class
from corpora.errors import UsageError
from corpora.expressions import Expression
from tm.store import maintenance
from tm.store.filters import Filters
from tm.store.history import ChangeLog
from tm.store.prepared import rejection_reason
from tm.store.reading import StoredUnit, UnitReader
from tm.store.sql import Sql
from tm.tags import Tag, escape, split
from tm.unit import Unit

__all__ = ["ReplaceOptions", "ReplaceReport", "Replacement", "replace_all"]

_SHOWN = 20
Side = Literal["source", "target", "both"]
_BATCH = 1_000


@checked_class
@dataclass(frozen=True, slots=True)
class ReplaceOptions:
    """What to replace by what.

    find, by: texts; with ``regex`` a regular expression, and a template in which ``\\1`` stands for its first group.
    side: the side of the units, as the memory has them: "source", "target" or "both".
    ignore_case: find capitals and small letters alike.
    filters: which units.
    """

    find: str
    by: str
    side: Side = "both"
    regex: bool = False
    ignore_case: bool = False
    filters: Filters = field(default_factory=Filters)

    def __post_init__(self) -> None:
        if not self.find:
            raise UsageError("there is nothing to find: the text is empty")
        if self.side not in get_args(Side):
            raise UsageError(f"a side is source, target or both, not {self.side}")


@dataclass(frozen=True, slots=True)
class Replacement:
    """A unit before and after."""

    number: int
    before: Unit
    after: Unit


@dataclass(slots=True)
class ReplaceReport:
    """How many units and places changed, or would; places left alone for a tag; units left as they were, by reason.

    ``examples`` are the first units.
    """

    units: int = 0
    places: int = 0
    tagged: int = 0
    left: dict[str, int] = field(default_factory=dict)
    examples: list[Replacement] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The report as `duiyi memory replace --json` prints it."""
        return {
            "units": self.units,
            "places": self.places,
            "tagged": self.tagged,
            "left": dict(self.left),
            "examples": [
                {"unit": one.number, "source": one.after.source, "target": one.after.target} for one in self.examples
            ],
        }


def replace_all(
    connection: Sql,
    options: ReplaceOptions,
    log: ChangeLog | None,
    progress: Callable[[int], None] | None = None,
) -> ReplaceReport:
    """Replace in all units inside a write transaction of the caller; without a ``log`` only count.

    ``progress`` is called with the units searched so far; what it raises stops the work before anything is committed.
    Raises `UsageError` for an invalid expression or template, or an expression that takes too long.
    """
    report = ReplaceReport()
    replaced = _replacer(options)
    numbers = [one.number for one in _changes(_candidates(connection, options, progress), options, replaced, report)]
    if log is None:
        return report
    reader, now = UnitReader(connection), datetime.now(UTC).replace(microsecond=0)
    for start in range(0, len(numbers), _BATCH):
        entries = [entry for number in numbers[start : start + _BATCH] if (entry := reader.by_id(number)) is not None]
        changes = [(entry, replace(_changed(entry.unit, options, replaced)[0], changed=now)) for entry in entries]
        maintenance.replace_units(connection, changes, log)
        if progress is not None:
            progress(start + len(entries))
    maintenance.drop_orphans(connection, len(numbers))
    return report


def _candidates(
    connection: Sql, options: ReplaceOptions, progress: Callable[[int], None] | None
) -> Iterator[StoredUnit]:
    filters = options.filters
    if not (options.regex or options.ignore_case or filters.with_text or "⟦" in options.find):
        filters = replace(filters, with_text=options.find)  # SQLite finds them sooner
    for number, entry in enumerate(UnitReader(connection).select(filters)):
        if progress is not None:
            progress(number)
        yield entry


def _changes(
    entries: Iterable[StoredUnit], options: ReplaceOptions, replaced: "_Replacer", report: ReplaceReport
) -> Iterator[Replacement]:
    for entry in entries:
        unit, places, tagged = _changed(entry.unit, options, replaced)
        report.tagged += tagged
        if unit == entry.unit:
            continue
        if why := rejection_reason(unit):
            report.left[why] = report.left.get(why, 0) + 1
            continue
        report.units += 1
        report.places += places
        change = Replacement(entry.id, entry.unit, unit)
        if len(report.examples) < _SHOWN:
            report.examples.append(change)
        yield change


def _changed(unit: Unit, options: ReplaceOptions, replaced: "_Replacer") -> tuple[Unit, int, int]:
    """The unit with its new texts, the places replaced, and those left alone."""
    source, target = (
        replaced(text) if options.side in (side, "both") else (text, 0, 0)
        for side, text in (("source", unit.source), ("target", unit.target))
    )
    return replace(unit, source=source[0], target=target[0]), source[1] + target[1], source[2] + target[2]


_Replacer = Callable[[str], tuple[str, int, int]]


def _replacer(options: ReplaceOptions) -> _Replacer:
    pattern = options.find if options.regex else re.escape(options.find)
    find = Expression(pattern, re.IGNORECASE if options.ignore_case else 0)
    if options.regex:
        find.check_template(options.by)

    def replaced(text: str) -> tuple[str, int, int]:
        return _in_text(text, find, options)

    return replaced


def _in_text(text: str, find: Expression, options: ReplaceOptions) -> tuple[str, int, int]:
    """``text`` with what was found replaced, the places replaced, and those that have a tag inside."""
    parts = split(text)
    shown = "".join(part for part in parts if isinstance(part, str))
    done = left = 0
    edits: list[tuple[int, int, str]] = []
    borders = _tag_places(parts)
    for match in find.found(shown):
        if any(match.start() < border < match.end() for border in borders):
            left += 1
        else:
            edits.append((match.start(), match.end(), match.expand(options.by) if options.regex else options.by))
            done += 1
    if not edits:
        return text, 0, left
    return _rebuilt(parts, edits), done, left


def _tag_places(parts: Iterable[str | Tag]) -> list[int]:
    """Where the tags stand, in characters of the text without them."""
    found, place = [], 0
    for part in parts:
        if isinstance(part, str):
            place += len(part)
        else:
            found.append(place)
    return found


def _rebuilt(parts: Iterable[str | Tag], edits: list[tuple[int, int, str]]) -> str:
    """The text with the edits, none of which has a tag inside; what is inserted beside a tag comes after it."""
    found: list[str] = []
    place, rest = 0, list(edits)
    for part in parts:
        if not isinstance(part, str):
            found.append(str(part))
            continue
        end, last = place + len(part), place
        while rest and rest[0][1] <= end and (rest[0][0] < end or rest[0][1] == rest[0][0]):
            start, until, text = rest.pop(0)
            found += [escape(part[last - place : start - place]), escape(text)]
            last = until
        found.append(escape(part[last - place :]))
        place = end
    found += [escape(text) for _, _, text in rest]
    return "".join(found)
