"""A translation memory: what is added, changed, deleted, exported and counted in it.

`MemoryStore` joins a store, which is a file (`tm.store.database`) or a schema of a server (`tm.store.on_server`) and
owns the connections and transactions, with the part of the index that is kept between look-ups. The search functions of
`tm.search` work on it, so it cannot have them as methods: `tm.search.memory.Memory`, the class that everything outside
uses, adds them.
"""

import gc
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from corpora.arguments import checked_class
from corpora.errors import EditConflict, UsageError
from corpora.files import replacing
from corpora.text.plurals import counted
from tm.postgresql.address import Address, located, names_in
from tm.store import history, index, maintenance
from tm.store.adding import AddJob, Progress
from tm.store.database import FileMemory, Sqlite, explained, is_memory_or_empty
from tm.store.filters import Filters
from tm.store.history import ChangeLog, MemoryChange
from tm.store.index import BackgroundIndexer
from tm.store.index_worker import IndexWorker
from tm.store.prepared import Batches, in_batches, rejection_reason
from tm.store.reading import StoredUnit, UnitReader
from tm.store.replacing import ReplaceOptions, ReplaceReport, replace_all
from tm.store.sql import Sql, Store
from tm.store.writing import AddReport, Keep
from tm.unit import Unit

__all__ = ["MemoryStore", "Stats", "default_path", "memory_paths"]

_ALL = Filters()
#: The fields of a unit that change places when it is read in the other direction.
_TURNED = {"source": "target", "target": "source", "source_lang": "target_lang", "target_lang": "source_lang"}


def default_path() -> Path:
    """The user's own memory, where the platform stores data."""
    from platformdirs import user_data_path

    return user_data_path("duiyi", appauthor=False) / "memory.duiyi"


def memory_paths(given: Iterable[str] = ()) -> list[tuple[Path | Address, int]]:
    """The memories to search, each with its penalty: those given, else ``DUIYI_MEMORY``, else the default.

    A memory is a path or an address, followed by ``=POINTS`` for a penalty; ``DUIYI_MEMORY`` separates several as
    ``PATH`` does.
    """
    named = [name for name in given if name]
    if not named:
        named = names_in(os.environ.get("DUIYI_MEMORY", ""))
    found: list[tuple[Path | Address, int]] = []
    for name in named:
        path, sign, points = name.rpartition("=")
        # In an address, what follows the last sign may be the value of a parameter.
        whole = "://" not in path or "?" not in path or "=" in re.split("[?&]", path)[-1]
        if sign and points.isascii() and points.isdecimal() and len(points) < 4 and whole:
            found.append((located(path), int(points)))
        else:
            found.append((located(name), 0))
    return found or [(default_path(), 0)]


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Units form no cycles; searching hundreds of thousands of them for cycles takes a tenth of an import."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of a memory. ``pairs`` counts units by (source language, target language); sizes are in bytes."""

    units: int
    texts: int
    characters: int
    file_size: int
    indexed: int
    segments: int
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, int] = field(default_factory=dict)
    signatures: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self, memory: str) -> dict[str, Any]:
        """The counts as `duiyi memory stats --json` prints them; ``memory`` is the name of the memory."""
        return {
            "memory": memory,
            "units": self.units,
            "texts": self.texts,
            "characters": self.characters,
            "file_size": self.file_size,
            "indexed": self.indexed,
            "segments": self.segments,
            "pairs": [{"source_lang": a, "target_lang": b, "units": count} for (a, b), count in self.pairs.items()],
            "statuses": dict(self.statuses),
            "origins": dict(self.origins),
            "signatures": dict(self.signatures),
        }


def _run(job: AddJob, batches: Batches, whole: bool, progress: Progress | None, *, again: bool = False) -> AddReport:
    """Add the batches; ``again`` says whether they can be read again."""
    with _collecting_rarely():
        if whole:
            job.run_whole(batches, progress, again=again)
            return job.report
        with IndexWorker() as worker:
            job.run(batches, BackgroundIndexer(worker), progress)
        return job.report


@checked_class
class MemoryStore:
    """One memory. Threads can share it; any number of processes may have it open."""

    def __init__(self, path: Path | str | Address | None = None, *, create: bool = True) -> None:
        """Open the memory at ``path`` (None: the default); with ``create`` it is made if it does not exist.

        The path may be an address, ``postgresql://user@host/database?memory=name``. ``":memory:"`` keeps the memory in
        memory only, for the thread that opens it. Raises `StoreError`.
        """
        self.path = located(path if path is not None else default_path())
        self._store: Store
        if isinstance(self.path, Address):
            from tm.store.on_server import SchemaMemory

            self._store = SchemaMemory(self.path, create=create)
        else:
            self._store = FileMemory(self.path, create=create)
        self.index = index.Index()
        self._closed = False

    @property
    def connection(self) -> Sqlite:
        """The connection of this thread, of a memory in a file."""
        assert isinstance(self._store, FileMemory)
        return self._store.connection

    @property
    def vectors_beside(self) -> Path:
        """The path beside which the vectors of the texts are kept: on a server only numbers and texts are."""
        if isinstance(self.path, Path):
            return self.path
        from platformdirs import user_data_path

        return user_data_path("duiyi", appauthor=False) / "servers" / f"{self.path.name}-{self.path.digest}"

    def close(self) -> None:
        """Close all connections."""
        self._closed = True
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reading(self) -> AbstractContextManager[Sql]:
        """One state of the memory for everything that is read inside."""
        return self._store.reading()

    def writing(self) -> AbstractContextManager[Sql]:
        """Write everything inside the block, or nothing."""
        return self._store.writing()

    def add(
        self,
        units: Iterable[Unit],
        *,
        keep: Keep = "all",
        whole: bool = False,
        progress: Progress | None = None,
        action: str = "",
        name: str = "",
        once: bool = False,
        source_file: str = "",
    ) -> AddReport:
        """Add units; equal ones fold into one, with counts and places kept.

        ``keep`` says which translations of one source text into one language stay: "all", the "newest", or the
        "best" (reviewed before unreviewed, then the higher score). Units are committed every few seconds, so a
        crash keeps those that were reported to ``progress`` (called with the number of units so far); with ``whole``
        all or none are committed. If ``units`` raises, what was committed stays. With ``action``, the name of this
        change, `undo` can take it back; without one, to undo an earlier change leaves alone the units that are added
        again now. With a ``name``, an earlier run with this name that was interrupted goes on:
        units that it added are left out, so they must come in the same order. With ``once`` the name is that of one
        addition, remembered for 30 days: to repeat it, because the first answer was lost, adds nothing twice.
        ``source_file`` is the origin of units that name no file.
        """
        job = AddJob(self._store, keep, ChangeLog(action), name, once=once, source_file=source_file)
        # Only what can be read again can be tried again.
        return _run(job, in_batches(units), whole, progress, again=isinstance(units, Sequence))

    def add_batches(
        self,
        batches: Batches,
        *,
        keep: Keep = "all",
        whole: bool = False,
        progress: Progress | None = None,
        action: str = "",
        name: str = "",
        source_file: str = "",
    ) -> AddReport:
        """As `add`, with units that are prepared elsewhere."""
        job = AddJob(self._store, keep, ChangeLog(action), name, source_file=source_file)
        return _run(job, batches, whole, progress)

    def units(self, filters: Filters = _ALL, *, every_place: bool = False) -> Iterator[Unit]:
        """Units in the order in which they were added, as a stream; with ``every_place`` one for each place."""
        for entry in self.entries(filters, every_place=every_place):
            yield entry.unit

    def entries(self, filters: Filters = _ALL, *, every_place: bool = False) -> Iterator[StoredUnit]:
        """As `units`, with numbers and counts."""
        if str(self.path) == ":memory:":
            with self.reading() as connection:
                yield from list(UnitReader(connection).select(filters, every_place=every_place))
            return
        with self._store.snapshot() as connection:
            yield from UnitReader(connection).select(filters, every_place=every_place)

    def __iter__(self) -> Iterator[Unit]:
        return self.units()

    def __repr__(self) -> str:
        state = "closed" if self._closed else counted(len(self), "unit")
        return f"Memory({str(self.path)!r}, {state})"

    def __len__(self) -> int:
        with self.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM units").fetchone()
        return int(count)

    def get(self, number: int) -> StoredUnit:
        """The unit with this number. Raises `UsageError` where there is none."""
        with self.reading() as connection:
            entry = UnitReader(connection).by_id(number)
        if entry is None:
            raise UsageError(f"{self.path} contains no unit {number}")
        return entry

    def edit(self, number: int, *, reverse: bool = False, expected: Unit | None = None, **changes: Any) -> StoredUnit:
        """Change fields of a unit: any of `Unit`, such as ``target``, ``status``, ``notes``; ``changed`` is set to now.

        With ``reverse`` source and target are those of a match in the reverse direction (`Match.reverse`): they are
        exchanged. If source and target become those of another unit, the two are merged. Raises `UsageError`, and
        `EditConflict` where the unit is no longer ``expected``.
        """
        if reverse:
            changes = {_TURNED.get(name, name): value for name, value in changes.items()}
        unknown = set(changes) - {one.name for one in fields(Unit)}
        if unknown:
            raise UsageError(f"a unit has no field {', '.join(sorted(unknown))}")
        with self.writing() as connection:
            entry = self._expected(number, expected)
            unit = replace(entry.unit, **({"changed": datetime.now(UTC).replace(microsecond=0)} | changes))
            if why := rejection_reason(unit):
                raise UsageError(f"unit {number} of {self.path} cannot be changed this way: {why}")
            (changed,) = maintenance.replace_units(connection, [(entry, unit)], ChangeLog(f"edit of unit {number}"))
            maintenance.drop_orphans(connection, 1)
            index.update(connection)
        return self.get(changed)

    def _expected(self, number: int, expected: Unit | None) -> StoredUnit:
        """The unit with this number. Raises `EditConflict` where it is not ``expected``."""
        entry = self.get(number)
        if expected is not None and entry.unit != expected:
            raise EditConflict(f"unit {number} of {self.path} was changed by somebody else meanwhile")
        return entry

    def merge(self, numbers: Iterable[int], keep: int, *, expected: Mapping[int, Unit] | None = None) -> StoredUnit:
        """Make one unit of several: their places and counts go to the one to ``keep``, whose texts stay.

        `undo` takes it back. Raises `UsageError` where one of them does not exist or has other languages, and
        `EditConflict` where one is no longer the unit ``expected`` under its number.
        """
        wanted = expected or {}
        with self.writing() as connection:
            kept = self._expected(keep, wanted.get(keep))
            others = [self._expected(one, wanted.get(one)) for one in dict.fromkeys(numbers) if one != keep]
            if not others:
                raise UsageError("choose at least two units to merge")
            notes = dict.fromkeys(note for one in (kept, *others) for note in one.unit.notes)
            made = replace(kept.unit, notes=tuple(notes), changed=datetime.now(UTC).replace(microsecond=0))
            for one in others:
                if (one.unit.source_lang, one.unit.target_lang) != (made.source_lang, made.target_lang):
                    raise UsageError("units of different languages cannot be merged")
            changes = [
                (one, replace(made, previous=one.unit.previous, next=one.unit.next, origin=one.unit.origin))
                for one in others
            ]
            maintenance.replace_units(connection, changes, ChangeLog(f"merge into unit {keep}"))
            maintenance.drop_orphans(connection, len(others))
            index.update(connection)
        return self.get(keep)

    def restore(self, number: int) -> StoredUnit:
        """Bring a deleted unit back under its number, or into the one that was added again; `undo` takes it back.

        Raises `UsageError` where it is there, or no longer known.
        """
        with self.writing() as connection:
            if UnitReader(connection).by_id(number) is not None:
                raise UsageError(f"unit {number} of {self.path} is not deleted")
            restored = history.restore(connection, number, ChangeLog(f"restoration of unit {number}"))
            if restored is None:
                raise UsageError(f"{self.path} contains no unit {number}, and no deleted one that could be restored")
            index.update(connection)
        return self.get(restored)

    def replace(
        self, options: ReplaceOptions, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ReplaceReport:
        """Find and replace in the texts of units; with ``dry_run`` only count. `undo` takes it back.

        ``progress`` is called with the number of units so far; what it raises leaves the memory as it was.
        """
        if dry_run:
            with self.reading() as connection:
                return replace_all(connection, options, None, progress)
        with self.writing() as connection:
            log = ChangeLog(f"replace {options.find!r} with {options.by!r}")
            report = replace_all(connection, options, log, progress)
            index.update(connection)
        return report

    def changes(self) -> list[MemoryChange]:
        """The changes that `undo` can take back, the last one first."""
        with self.reading() as connection:
            return history.changes(connection)

    def undo(self, *, expected: int | None = None) -> MemoryChange:
        """Take back the last edit, replacement, deletion or import. Raises `UsageError` if there is none.

        Raises `EditConflict` where the last change is not the one with the number ``expected``.
        """
        with self.writing() as connection:
            last = next(iter(history.changes(connection)), None)
            if expected is not None and last is not None and last.id != expected:
                raise EditConflict("there is a newer change by now; look at the history again")
            change = history.undo(connection)
            maintenance.drop_orphans(connection, change.units)
            index.update(connection)
        return change

    def delete(
        self,
        filters: Filters | None = None,
        *,
        numbers: Iterable[int] | None = None,
        action: str = "deletion",
        expected: Unit | None = None,
    ) -> int:
        """Delete the units that meet ``filters`` and have one of the ``numbers``; returns how many were deleted.

        ``action`` is the name of the change for `undo`. Raises `EditConflict` where one of the numbers is no longer
        the unit ``expected``.
        """
        if filters is None and numbers is None:
            raise UsageError("specify what to delete: filters or numbers")
        with self.writing() as connection:
            chosen = None if numbers is None else list(numbers)
            if expected is not None:
                for number in chosen or ():
                    self._expected(number, expected)
            history.forget_imports(connection)
            return maintenance.delete(connection, filters or _ALL, chosen, ChangeLog(action))

    def dedupe(self, keep: Keep = "best", *, folded: bool = False) -> int:
        """Keep one translation of each source text into each language, see `add`; returns how many units were deleted.

        With ``folded`` source texts that differ in case, width, script or blanks only count as one.
        """
        with self.writing() as connection:
            return maintenance.keep_variants(connection, keep, None, ChangeLog("dedupe"), folded=folded)

    def compact(self) -> None:
        """Rebuild the index and release unused space in the file; what could be undone is forgotten."""
        with self.writing() as connection:
            history.forget(connection)
            maintenance.drop_orphans(connection)
            index.rebuild(connection)
        self._store.release()

    def backup(self, path: Path | str, progress: Callable[[int, int], None] | None = None) -> Path:
        """Copy the memory to ``path`` as it is now, while others use it; the file appears when it is complete."""
        path = Path(path)
        if not isinstance(self._store, FileMemory):
            raise UsageError(f"{self.path} is on a server; duiyi memory copy makes a file of it")
        if path.exists() and path.samefile(self._store.path):
            raise UsageError(f"{path} is the memory itself")
        if path.is_file() and not is_memory_or_empty(path):
            raise UsageError(f"{path} is not an earlier backup of a memory; delete it or choose another name")

        def report(_: int, left: int, every: int) -> None:
            if progress is not None:
                progress(every - left, every)

        with replacing(path, like=self._store.path) as temporary, explained(self._store.path):
            copy = sqlite3.connect(temporary)
            try:
                self.connection.backup(copy, pages=10_000, progress=report)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
        return path

    def check(self) -> list[str]:
        """What the database finds wrong with the memory; empty if it is intact."""
        return self._store.problems()

    def languages(self) -> Mapping[tuple[str, str], int]:
        """How many units there are for each pair of languages."""
        with self.reading() as connection:
            return maintenance.pairs(connection)

    def codes(self) -> list[str]:
        """The languages that texts of the memory have or had; quicker than `languages`, which counts units."""
        with self.reading() as connection:
            return sorted(code for (code,) in connection.execute("SELECT code FROM languages"))

    def documents(self) -> list[tuple[str, str]]:
        """The pairs of files that units come from, sorted."""
        statement = "SELECT DISTINCT source_file, target_file FROM origins WHERE source_file <> ''"
        with self.reading() as connection:
            return sorted((str(source), str(target)) for source, target in connection.execute(statement))

    def stats(self) -> Stats:
        """Count what is in the memory."""
        with self.reading() as connection:
            return Stats(file_size=self._store.size(), **maintenance.counts(connection))
