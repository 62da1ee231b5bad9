"""Add any number of units to a memory, a transaction at a time, with the index built in the background.

Each transaction is complete: a crash keeps those that were committed. On a server the next units are read while a
transaction runs; if the server is lost, the transaction is tried again, for some minutes. Since nobody knows whether a
commit was done whose answer was lost, each transaction also notes how many units of its import are in the memory, and
is left out if they are.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy, deepcopy
from itertools import islice
from typing import TypeVar
from uuid import uuid4

from corpora.errors import StoreUnavailable
from tm.store import index, maintenance
from tm.store.history import ChangeLog
from tm.store.index import BackgroundIndexer
from tm.store.sql import Sql, Store
from tm.store.writing import AddReport, Keep, UnitWriter
from tm.unit import Unit

__all__ = ["BATCH", "AddJob", "Progress"]

#: Units written at a time.
BATCH = 5_000
_LONGEST_TRANSACTION = 6.0  # seconds
#: Pauses, in seconds, before a server that was lost is tried again: three minutes in all.
PAUSES = (0.2, 0.5, 1, 2, 4, 8, 15, 30, 60, 60)
_STALE = 30 * 24 * 3600  # seconds after which an import that was not finished is forgotten
Progress = Callable[[int], None]
Result = TypeVar("Result")


class AddJob:
    """Adds units to a store; ``report`` counts what was committed.

    ``name`` is that of an import that goes on where it was interrupted; without one it is for this run only.
    """

    def __init__(self, store: Store, keep: Keep, log: ChangeLog, name: str = "") -> None:
        self._store = store
        self._keep = keep
        self._log = log
        self._name = name or uuid4().hex
        self._by_name = bool(name) or store.REMOTE
        self._touched: set[int] = set()
        self.report = AddReport()

    def run(self, rest: Iterator[Unit], indexer: BackgroundIndexer, progress: Progress | None) -> None:
        """Add all units. If reading them raises, what was committed stays."""
        try:
            if self._by_name:
                self._write_by_name(rest, indexer, progress)
            else:
                self._write(rest, indexer, progress)
        except BaseException:
            # What was rolled back may be in the worker: indexing starts again from the state of the memory.
            indexer.forget()
            raise
        finally:
            if self.report.new:
                self._persistently(lambda: self._finish(indexer))

    def run_whole(self, rest: Iterator[Unit], progress: Progress | None) -> None:
        """Add all units in one transaction, or none."""
        with self._store.writing() as connection:
            writer = UnitWriter(connection, self.report, self._log)
            while batch := list(islice(rest, BATCH)):
                writer.write(batch)
                index.update(connection, index.FULL)
                if progress is not None:
                    progress(self.report.read)
            self.report.removed = maintenance.keep_variants(connection, self._keep, writer.sources, self._log)
            index.update(connection)

    def _finish(self, indexer: BackgroundIndexer) -> None:
        with self._store.writing() as connection:
            indexer.finish(connection)
            self.report.removed = maintenance.keep_variants(connection, self._keep, self._touched, self._log)
            index.update(connection)

    def _write(self, rest: Iterator[Unit], indexer: BackgroundIndexer, progress: Progress | None) -> None:
        more = True
        while more:
            with self._store.writing() as connection:
                # A writer remembers numbers that are valid only if its transaction is committed.
                writer = UnitWriter(connection, self.report, self._log)
                more, failure = self._write_for_a_while(connection, writer, rest, indexer)
            self._committed(writer, progress)
            if failure is not None:
                raise failure

    def _write_for_a_while(
        self, connection: Sql, writer: UnitWriter, rest: Iterator[Unit], indexer: BackgroundIndexer
    ) -> tuple[bool, Exception | None]:
        """Write batches until the transaction is large enough; whether more may follow, and an error of ``rest``."""
        until = time.monotonic() + _LONGEST_TRANSACTION
        for _ in range(0, self._store.TRANSACTION, BATCH):
            try:
                batch = list(islice(rest, BATCH))
            except Exception as error:  # noqa: BLE001 - raised again after the commit of what came before it
                return False, error
            if not batch:
                return False, None
            writer.write(batch)
            indexer.advance(connection)
            if time.monotonic() > until:
                break
        return True, None

    def _committed(self, writer: UnitWriter, progress: Progress | None) -> None:
        self._touched |= writer.sources if self._keep != "all" else set()
        if progress is not None and self.report.read:
            progress(self.report.read)

    def _write_by_name(self, rest: Iterator[Unit], indexer: BackgroundIndexer, progress: Progress | None) -> None:
        with self._store.reading() as connection:
            row = connection.execute("SELECT done FROM imports WHERE name = ?", (self._name,)).fetchone()
        done = row[0] if row else 0
        for _ in islice(rest, done):  # in the memory since an earlier run
            pass
        with ThreadPoolExecutor(1) as thread:
            waiting: Future[UnitWriter] | None = None
            try:
                while batch := list(islice(rest, BATCH)):
                    if waiting is not None:
                        self._committed(waiting.result(), progress)
                    done += len(batch)
                    waiting = thread.submit(self._write_batch, batch, done, indexer)
            finally:
                if waiting is not None:
                    self._committed(waiting.result(), progress)
        self._persistently(self._forget)

    def _forget(self) -> None:
        with self._store.writing() as connection:
            old = int(time.time()) - _STALE
            connection.execute("DELETE FROM imports WHERE name = ? OR moment < ?", (self._name, old))

    def _write_batch(self, batch: list[Unit], done: int, indexer: BackgroundIndexer) -> UnitWriter:
        """Commit one batch, after which ``done`` units are in the memory."""
        before = deepcopy(self.report), copy(self._log)
        last: list[UnitWriter] = []

        def attempt() -> UnitWriter:
            with self._store.writing() as connection:
                row = connection.execute("SELECT done FROM imports WHERE name = ?", (self._name,)).fetchone()
                if last and row is not None and row[0] >= done:
                    return last[0]  # the commit was done, only its answer was lost
                self.report, self._log = deepcopy(before[0]), copy(before[1])
                writer = UnitWriter(connection, self.report, self._log)
                writer.write(batch)
                connection.execute(
                    "INSERT INTO imports VALUES (?, ?, ?)"
                    " ON CONFLICT (name) DO UPDATE SET done = excluded.done, moment = excluded.moment",
                    (self._name, done, int(time.time())),
                )
                indexer.advance(connection)
                last[:] = [writer]
            return writer

        return self._persistently(attempt)

    def _persistently(self, attempt: Callable[[], Result]) -> Result:
        """Try again, with longer and longer pauses, while the server is unavailable."""
        for pause in PAUSES:
            try:
                return attempt()
            except StoreUnavailable:
                time.sleep(pause)
        return attempt()
