"""Copy a whole memory to another one, from a file to a server or the other way round.

The units come as they are: with all their places, their counts and dates, and verdicts of people. A copy that was
interrupted goes on where it stopped, if the memory that is copied has not changed since. What could be undone there is
not copied.
"""

import secrets
from collections.abc import Callable, Sequence
from itertools import islice

from corpora.arguments import checked
from corpora.errors import UsageError
from tm.search.memory import Memory
from tm.store.reading import StoredUnit
from tm.store.sql import Sql
from tm.store.writing import AddReport, UnitWriter

__all__ = ["copy_memory", "identity", "same_counts", "tell_apart"]

_BATCH = 5_000


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
    return report


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
    texts = writer.texts(entry.unit for entry in entries)
    rows = []
    for entry in entries:
        unit = entry.unit
        source, target = writer.language(unit.source_lang), writer.language(unit.target_lang)
        rows.append((entry.count, texts[source, unit.source], texts[target, unit.target]))
    connection.executemany("UPDATE units SET count = ? WHERE source = ? AND target = ?", rows)
