"""The place of a unit that a search is about: a sentence such as "The end." comes from several documents.

A memory gives each unit with its first place. Where a search prefers, penalises or leaves out documents, another of its
places may be the one that counts, and the one to show.
"""

from collections.abc import Sequence
from dataclasses import replace

from tm.store.filters import Filters, comes_from, suits
from tm.store.reading import StoredUnit
from tm.store.sql import Sql
from tm.unit import Origin, Unit

__all__ = ["points_of", "with_place"]

_MOST = 1_000  # places of a unit that are looked at
_PLACES = (
    "SELECT o.source_file, o.target_file, o.section, p.page, p.source_ids, p.target_ids FROM places p"
    f" JOIN origins o ON o.id = p.origin WHERE p.unit = ? ORDER BY p.origin LIMIT {_MOST}"
)


def points_of(unit: Unit, penalties: Sequence[tuple[str, int]]) -> int:
    """The points that the origin of a unit costs it."""
    return sum(points for name, points in penalties if comes_from(unit.origin, name))


def with_place(
    connection: Sql,
    entry: StoredUnit,
    filters: Filters,
    prefer: Sequence[str] = (),
    penalties: Sequence[tuple[str, int]] = (),
) -> StoredUnit:
    """``entry`` with the place that the filters let through, that is preferred, or that costs the fewest points."""
    if not (filters.origin or filters.exclude_origin or prefer or penalties):
        return entry

    def rank(unit: Unit) -> tuple[bool, bool, int]:
        preferred = any(comes_from(unit.origin, name) for name in prefer)
        return not suits(unit.origin, filters), not preferred, points_of(unit, penalties)

    first = rank(entry.unit)
    if first == (False, not prefer, 0):
        return entry  # none can be better
    best, found = first, entry.unit
    for source_file, target_file, section, page, source_ids, target_ids in connection.execute(_PLACES, (entry.id,)):
        ids = [tuple(map(int, text.split())) for text in (source_ids, target_ids)]
        unit = replace(entry.unit, origin=Origin(source_file, target_file, ids[0], ids[1], page or None, section))
        if (own := rank(unit)) < best:
            best, found = own, unit
    return entry if found is entry.unit else replace(entry, unit=found)
