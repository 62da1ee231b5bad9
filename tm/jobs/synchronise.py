"""Bring two memories together, such as one that a translator had away from the office and the one on the server.

A unit is known by its languages and texts, its state is everything else. Each memory remembers the states that it had
in common with the other at the last time, so that what is new, changed or deleted since is known on either side. What
one side changed, the other takes over. Where both changed a unit, a person's verdict takes precedence over none, and
the notes of both are kept. Conflicts are listed: where two people gave different verdicts, each side keeps its own, and
the conflict is listed each time until they agree; where both replaced a translation, each by another one, both sides
have the two from then on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from corpora.arguments import checked
from tm.jobs.copy_memory import identity, same_counts, tell_apart, unit_key, unit_state
from tm.search.memory import Memory
from tm.store import index, maintenance
from tm.store.filters import Filters
from tm.store.history import ChangeLog
from tm.store.reading import StoredUnit, UnitReader
from tm.unit import Unit

__all__ = ["Conflict", "SyncReport", "synchronise"]

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two units that people decided on differently: the one of the first memory and the one of the second."""

    first: Unit
    second: Unit

    def to_dict(self) -> dict[str, Any]:
        """The two sides as `duiyi memory sync --json` prints them."""
        rows = {
            side: {"target": one.target, "status": one.status, "author": one.author, "notes": list(one.notes)}
            for side, one in (("first", self.first), ("second", self.second))
        }
        return {"source": self.first.source, **rows}


@dataclass(slots=True)
class SyncReport:
    """What the first and the second memory took over: units that were added, changed and deleted; conflicts."""

    added: list[int] = field(default_factory=lambda: [0, 0])
    changed: list[int] = field(default_factory=lambda: [0, 0])
    deleted: list[int] = field(default_factory=lambda: [0, 0])
    conflicts: list[Conflict] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The report as `duiyi memory sync --json` prints it."""
        sides = {
            name: {"added": self.added[side], "changed": self.changed[side], "deleted": self.deleted[side]}
            for side, name in enumerate(("first", "second"))
        }
        return {**sides, "conflicts": [one.to_dict() for one in self.conflicts]}


@dataclass(slots=True)
class _SyncMemory:
    """One memory: numbers and states of its units by key, the states of the last time, and what it has to take over."""

    memory: Memory
    units: dict[int, tuple[int, int]]
    common: dict[int, int]
    add: list[int] = field(default_factory=list)  # keys of the other side
    delete: list[int] = field(default_factory=list)  # keys
    change: dict[int, Unit] = field(default_factory=dict)  # by key

    def unit(self, key: int) -> Unit:
        return self.memory.get(self.units[key][0]).unit


@checked
def synchronise(first: Memory, second: Memory) -> SyncReport:
    """Bring the two memories together. Raises `UsageError` if they are one, and `StoreError`.

    If it is interrupted, running it again finishes the work.
    """
    tell_apart(first, second)
    numbers = identity(first), identity(second)
    sides = _read(first, numbers[1]), _read(second, numbers[0])
    report = SyncReport()
    # Of what one side remembers alone, nobody knows whether the other had it.
    common = dict(sides[0].common.items() & sides[1].common.items())
    for key in sides[0].units.keys() | sides[1].units.keys():
        _decide(key, sides, common.get(key), report)
    _list_double_edits(sides, common, report)
    for number, side in enumerate(sides):
        _apply(number, side, sides[1 - number], report)
    _remember(sides, numbers)
    return report


def _read(memory: Memory, partner: int) -> _SyncMemory:
    units = {unit_key(entry.unit): (entry.id, unit_state(entry.unit)) for entry in memory.entries()}
    with memory.reading() as connection:
        rows = connection.execute("SELECT unit, state FROM synced WHERE partner = ?", (partner,)).fetchall()
    return _SyncMemory(memory, units, dict(rows))


def _decide(key: int, sides: tuple[_SyncMemory, _SyncMemory], common: int | None, report: SyncReport) -> None:
    """Note for one unit what each side has to take over from the other."""
    one, two = (side.units.get(key) for side in sides)
    if one is None or two is None:
        here, there = (sides[1], sides[0]) if one is None else (sides[0], sides[1])
        if common == here.units[key][1]:
            here.delete.append(key)  # deleted on the other side, unchanged on this one
        else:
            there.add.append(key)
    elif one[1] == two[1]:
        return
    elif common in (one[1], two[1]):
        behind, ahead = sides if common == one[1] else sides[::-1]
        behind.change[key] = ahead.unit(key)
    else:
        units = sides[0].unit(key), sides[1].unit(key)
        merged = _merged(*units)
        if merged is None:
            report.conflicts.append(Conflict(*units))
            return
        for side, unit in zip(sides, units, strict=True):
            if unit_state(unit) != unit_state(merged):
                side.change[key] = merged


def _merged(first: Unit, second: Unit) -> Unit | None:
    """One unit out of two that both sides changed; None if they contain two different verdicts."""
    verdicts = [unit for unit in (first, second) if unit.status != "unreviewed"]
    if len({unit.status for unit in verdicts}) > 1:
        return None
    newest, other = sorted((first, second), key=lambda unit: unit.changed or unit.created or _EARLIEST, reverse=True)
    if len(verdicts) == 1:
        newest, other = (first, second) if verdicts[0] is first else (second, first)
    return replace(
        newest,
        notes=tuple(dict.fromkeys((*newest.notes, *other.notes))),
        properties={**other.properties, **newest.properties},
    )


def _list_double_edits(sides: tuple[_SyncMemory, _SyncMemory], common: Mapping[int, int], report: SyncReport) -> None:
    """Conflicts of sources whose translation was replaced on both sides, by different ones; both stay as variants."""
    if not any(key not in sides[0].units and key not in sides[1].units for key in common):
        return  # nothing was replaced on both sides
    new: list[dict[tuple[str, str, str], Unit]] = [{}, {}]
    for number, side in enumerate(sides):
        for key in sides[1 - number].add:
            unit = side.unit(key)
            new[number][unit.source_lang, unit.source, unit.target_lang] = unit
    for place in sorted(new[0].keys() & new[1].keys()):
        report.conflicts.append(Conflict(new[0][place], new[1][place]))


def _apply(number: int, side: _SyncMemory, other: _SyncMemory, report: SyncReport) -> None:
    """Write what one side takes over; units that somebody changed meanwhile are left for the next time."""
    wanted = {other.units[key][0] for key in side.add}
    if wanted:
        entries = [entry for entry in other.memory.entries(every_place=True) if entry.id in wanted]
        side.memory.add((entry.unit for entry in entries), action=f"sync with {other.memory.path}")
        with side.memory.writing() as connection:
            same_counts(connection, list({entry.id: entry for entry in entries if entry.count > 1}.values()))
        report.added[number] = len(wanted)
    if not side.change and not side.delete:
        return
    with side.memory.writing() as connection:
        log = ChangeLog(f"changes by sync with {other.memory.path}")
        reader = UnitReader(connection)
        changes = [(entry, side.change[key]) for key, entry in _unchanged(reader, side, side.change)]
        placed = [
            (entry, replace(unit, previous=entry.unit.previous, next=entry.unit.next, origin=entry.unit.origin))
            for entry, unit in changes
        ]
        maintenance.replace_units(connection, placed, log)
        gone = [entry.id for _, entry in _unchanged(reader, side, side.delete)]
        if gone:
            maintenance.delete(connection, Filters(), gone, log)
        index.update(connection)
    report.changed[number], report.deleted[number] = len(changes), len(gone)


def _unchanged(reader: UnitReader, side: _SyncMemory, keys: Iterable[int]) -> list[tuple[int, StoredUnit]]:
    """The units with these keys that are still as they were read."""
    found = []
    for key in keys:
        id_, state = side.units[key]
        entry = reader.by_id(id_)
        if entry is not None and unit_key(entry.unit) == key and unit_state(entry.unit) == state:
            found.append((key, entry))
    return found


def _remember(sides: Sequence[_SyncMemory], numbers: tuple[int, int]) -> None:
    """Note on both sides what they have in common now."""
    now = [_read(side.memory, numbers[1 - number]) for number, side in enumerate(sides)]
    states = [{key: state for key, (_, state) in side.units.items()} for side in now]
    common = states[0].items() & states[1].items()
    for number, side in enumerate(now):
        known = side.common.items()
        with side.memory.writing() as connection:
            partner = numbers[1 - number]
            connection.executemany(
                "DELETE FROM synced WHERE partner = ? AND unit = ?", [(partner, key) for key, _ in known - common]
            )
            connection.append("synced", [(partner, key, state) for key, state in sorted(common - known)])
