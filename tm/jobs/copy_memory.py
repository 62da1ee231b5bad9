"""Copy a whole memory to another one, from a file to a server or the other way round.

The units come as they are: with all their places, their counts and dates, and verdicts of people. A copy that was
interrupted goes on where it stopped, if the memory that is copied has not changed since. What could be undone there is
not copied.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import islice

from corpora.arguments import checked
from corpora.errors import StoreError, UsageError
from tm.search.memory import Memory
from tm.store.prepared import detail_json
from tm.store.reading import StoredUnit
from tm.store.sql import Sql
from tm.store.writing import AddReport, UnitWriter
from tm.unit import Unit

__all__ = ["copy_memory", "identity", "same_counts", "tell_apart", "unit_key", "unit_state"]

_BATCH = 5_000
_NOTED = 20_000  # units whose states are noted in one transaction


@checked
def copy_memory(source: Memory, target: Memory, progress: Callable[[int], None] | None = None) -> AddReport:
    """Copy all units of ``source`` to ``target``, which must be empty or hold an unfinished copy of ``source``.

    Raises `UsageError` for a target that holds something else, and `StoreError`.
    """
    tell_apart(source, target)
    name = _name(source)
    with target.reading() as connection:
        begun = connection.execute("SELECT 1 FROM imports WHERE name = ?", (name,)).fetchone()
    if begun is None and len(target):
        raise UsageError(f"{target.path} contains units already; duiyi memory sync brings two memories together")
    report = target.add(source.units(every_place=True), name=name, progress=progress)
    counted = (entry for entry in source.entries() if entry.count > 1)
    while batch := list(islice(counted, _BATCH)):
        with target.writing() as connection:
            same_counts(connection, batch)
    _note_common(source, target)
    return report


def _note_common(source: Memory, target: Memory) -> None:
    """Note on both sides what they have in common, so that the first `synchronise` knows what was deleted since.

    A user who may only read ``source`` has a copy without that.
    """
    sides = ((source, identity(target)), (target, identity(source)))
    entries = target.entries()
    first = True
    while batch := list(islice(entries, _NOTED)):
        rows = [(unit_key(entry.unit), unit_state(entry.unit)) for entry in batch]
        for memory, partner in sides:
            try:
                with memory.writing() as connection:
                    if first:
                        connection.execute("DELETE FROM synced WHERE partner = ?", (partner,))
                    connection.append("synced", [(partner, *row) for row in rows])
            except StoreError:
                if memory is target or not first:
                    raise
                return
        first = False


def unit_key(unit: Unit) -> int:
    """By which two memories know a unit: a code of its languages and texts."""
    return _code(unit.source_lang, unit.source, unit.target_lang, unit.target)


def unit_state(unit: Unit) -> int:
    """A code of everything else that two memories compare."""
    changed = unit.changed and int(unit.changed.timestamp())
    return _code(unit.status, unit.quality, changed, detail_json(unit))


def _code(*parts: object) -> int:
    text = json.dumps(parts, ensure_ascii=False)
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def identity(memory: Memory) -> int:
    """The number by which a memory is known wherever it is."""
    with memory.reading() as connection:
        (number,) = connection.execute("SELECT value FROM state WHERE name = 'identity'").fetchone()
    return int(number)


def tell_apart(first: Memory, second: Memory) -> None:
    """Give ``second`` a number of its own if it is a copy of the file. Raises `UsageError` if the two are one."""
    if identity(first) != identity(second):
        return
    if str(first.path) != str(second.path):
        with second.writing() as connection:
            number = secrets.randbits(60)
            connection.execute("UPDATE state SET value = ? WHERE name = 'identity'", (number,))
    if identity(first) == identity(second):
        raise UsageError(f"{first.path} and {second.path} are the same memory")


def _name(memory: Memory) -> str:
    """A name for the copy of a memory as it is now: another one after changes, which would move its units."""
    with memory.reading() as connection:
        state = connection.execute("SELECT count(*), max(id), max(changed) FROM units").fetchone()
        (last,) = connection.execute("SELECT max(id) FROM changes").fetchone()
    return " ".join(map(str, ("copy of", identity(memory), *state, last)))


def same_counts(connection: Sql, entries: Sequence[StoredUnit]) -> None:
    """Give these units, which the memory holds, their counts."""
    writer = UnitWriter(connection, AddReport())
    texts = writer.texts([entry.unit for entry in entries])
    rows = []
    for entry in entries:
        unit = entry.unit
        source, target = writer.language(unit.source_lang), writer.language(unit.target_lang)
        rows.append((entry.count, texts[source, unit.source], texts[target, unit.target]))
    connection.executemany("UPDATE units SET count = ? WHERE source = ? AND target = ?", rows)
