"""Add any number of units to a memory, a transaction at a time, with the index built in the background.

Each transaction is complete: a crash keeps those that were committed. On a server the next units are read while a
transaction runs; if the server is lost, the transaction is tried again, for some minutes. Since nobody knows whether a
commit was done whose answer was lost, each transaction also notes how many units of its import are in the memory, and
is left out if they are. The last transaction notes the number with a minus sign: everything is there.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from copy import copy, deepcopy
from typing import TypeVar
from uuid import uuid4

from corpora.errors import StoreUnavailable
from tm.store import index, maintenance, prepared
from tm.store.history import ChangeLog
from tm.store.index import BackgroundIndexer
from tm.store.prepared import Batches, Prepared
from tm.store.sql import Sql, Store
from tm.store.writing import AddReport, Keep, UnitWriter

__all__ = ["AddJob", "Progress"]

_LONGEST_TRANSACTION = 6.0  # seconds
#: Pauses, in seconds, before a server that was lost is tried again: three minutes in all.
PAUSES = (0.2, 0.5, 1, 2, 4, 8, 15, 30, 60, 60)
_PATIENCE = 300.0  # seconds after which no further attempt begins
_STALE = 30 * 24 * 3600  # seconds after which an import that was not finished is forgotten
Progress = Callable[[int], None]
Result = TypeVar("Result")


class AddJob:
    """Adds units to a store; ``report`` counts what was committed.

    ``name`` is that of an import that goes on where it was interrupted; without one it is for this run only. With
    ``once`` the name is kept for 30 days, and another run with it adds nothing that is there already. ``source_file``
    is the origin of units that name no file.
    """

    def __init__(
        self, store: Store, keep: Keep, log: ChangeLog, name: str = "", *, once: bool = False, source_file: str = ""
    ) -> None:
        self._store = store
        self._keep = keep
        self._log = log
        self._name = name or uuid4().hex
        self._once = once
        self._source_file = source_file
        self._by_name = bool(name) or store.REMOTE
        self._touched: set[int] = set()
        self.report = AddReport()

    def run(self, batches: Batches, indexer: BackgroundIndexer, progress: Progress | None) -> None:
        """Add all units. If reading them raises, what was committed stays."""
        done = self._persistently(self._begin) if self._by_name else 0
        if done < 0:
            return
        try:
            with closing(batches(done)) as rest:
                self._pass_over(rest, done)
                (self._write_remotely if self._store.REMOTE else self._write)(rest, done, indexer, progress)
        except StoreUnavailable:
            raise  # nothing can be finished now
        except BaseException:
            # What was rolled back may be in the worker: indexing starts again from the state of the memory.
            indexer.forget()
            if self.report.new:
                self._persistently(lambda: self._finish(indexer))
            raise
        self._forget()

    def run_whole(self, batches: Batches, progress: Progress | None, *, again: bool) -> None:
        """Add all units in one transaction, or none; ``again`` says whether they can be read again."""
        log = self._log
        if not self._once:
            self._name = uuid4().hex  # that of this run: there is nothing to go on with

        def attempt() -> None:
            with self._store.writing() as connection:
                if self._by_name and self._noted(connection) < 0:
                    return  # an earlier attempt was committed
                self.report, self._log = AddReport(), copy(log)
                self._write_whole(connection, batches, progress)
                if self._by_name:
                    self._note(connection, -self.report.read)

        if again and self._store.REMOTE:
            self._persistently(attempt, attempts=3)
        else:
            attempt()
        self._forget()

    def _write_whole(self, connection: Sql, batches: Batches, progress: Progress | None) -> None:
        writer = UnitWriter(connection, self.report, self._log, self._source_file)
        with closing(batches(0)) as rest:
            for batch in rest:
                writer.write(batch)
                index.update(connection, index.FULL)
                if progress is not None:
                    progress(self.report.read)
        self.report.removed = maintenance.keep_variants(connection, self._keep, writer.sources, self._log)
        index.update(connection)

    def _finish(self, indexer: BackgroundIndexer, done: int = 0) -> None:
        """End an import whose units are in the memory: index them and, if all are there (``done``), note that."""
        with self._store.writing() as connection:
            self._end(connection, indexer)
            if done and self._by_name:
                self._note(connection, -done)

    def _end(self, connection: Sql, indexer: BackgroundIndexer) -> None:
        indexer.finish(connection)
        self.report.removed = maintenance.keep_variants(connection, self._keep, self._touched, self._log)
        indexer.index_rest(connection)

    def _write(
        self, rest: Iterator[Prepared], done: int, indexer: BackgroundIndexer, progress: Progress | None
    ) -> None:
        more = True
        while more:
            before = self.report.read
            with self._store.writing() as connection:
                # A writer remembers numbers that are valid only if its transaction is committed.
                writer = UnitWriter(connection, self.report, self._log, self._source_file)
                more, failure = self._write_for_a_while(connection, writer, rest, indexer)
                done += self.report.read - before
                if self._by_name:
                    self._note(connection, done)
            self._committed(writer.sources, progress)
            if failure is not None:
                raise failure
        if self.report.new or self._once:
            self._finish(indexer, done)

    def _write_for_a_while(
        self, connection: Sql, writer: UnitWriter, rest: Iterator[Prepared], indexer: BackgroundIndexer
    ) -> tuple[bool, Exception | None]:
        """Write batches until the transaction is large enough; whether more may follow, and an error of ``rest``."""
        until = time.monotonic() + _LONGEST_TRANSACTION
        for _ in range(0, self._store.TRANSACTION, prepared.BATCH):
            batch, failure = _next(rest)
            if batch is None:
                return False, failure
            writer.write(batch)
            indexer.advance(connection)
            if time.monotonic() > until:
                break
        return True, None

    def _committed(self, sources: set[int], progress: Progress | None) -> None:
        self._touched |= sources if self._keep != "all" else set()
        if progress is not None and self.report.read:
            progress(self.report.read)

    def _write_remotely(
        self, rest: Iterator[Prepared], done: int, indexer: BackgroundIndexer, progress: Progress | None
    ) -> None:
        batch, failure = _next(rest)
        with ThreadPoolExecutor(1) as thread:
            waiting: Future[set[int]] | None = None
            try:
                while batch is not None:
                    following, failure = _next(rest)  # while the transaction before it runs
                    if waiting is not None:
                        self._committed(waiting.result(), progress)
                    done += batch.read
                    last = following is None and failure is None
                    waiting = thread.submit(self._write_batch, batch, done, indexer, last=last)
                    batch = following
            finally:
                if waiting is not None:
                    self._committed(waiting.result(), progress)
        if failure is not None:
            raise failure

    def _pass_over(self, rest: Iterator[Prepared], done: int) -> None:
        """Leave out the units that are in the memory since an earlier run."""
        self.report.resumed = done
        while done > 0 and (batch := next(rest, None)) is not None:
            done -= batch.read
            if self._keep != "all":
                with self._store.writing() as connection:
                    self._touched |= UnitWriter(connection, AddReport()).sources_of(batch)

    def _begin(self) -> int:
        """How many units an earlier run of this name added; negative if all, and they must not be added again."""
        with self._store.reading() as connection:
            done = self._noted(connection)
        if done < 0 and not self._once:
            # That import is over, and this is another one.
            self._store.tidy("DELETE FROM imports WHERE name = ?", (self._name,))
            return 0
        return done

    def _noted(self, connection: Sql) -> int:
        row = connection.execute("SELECT done FROM imports WHERE name = ?", (self._name,)).fetchone()
        return row[0] if row else 0

    def _note(self, connection: Sql, done: int) -> None:
        connection.execute(
            "INSERT INTO imports VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET done = excluded.done, moment = excluded.moment",
            (self._name, done, int(time.time())),
        )

    def _forget(self) -> None:
        """Delete what no run will ask for; if that fails, a later run does it."""
        if self._by_name:
            name = "" if self._once else self._name
            with suppress(StoreUnavailable):
                old = int(time.time()) - _STALE
                self._store.tidy("DELETE FROM imports WHERE name = ? OR moment < ?", (name, old))

    def _write_batch(self, batch: Prepared, done: int, indexer: BackgroundIndexer, *, last: bool) -> set[int]:
        """Commit one batch, after which ``done`` units are in the memory; the ``last`` one with what ends an import.

        Returns the numbers of its source texts.
        """
        before = deepcopy(self.report), copy(self._log)
        sources: set[int] = set()

        def attempt() -> set[int]:
            with self._store.writing(early=True) as connection:
                noted = self._noted(connection)
                if noted < 0 or noted >= done:
                    return sources  # the commit was done, only its answer was lost
                self.report, self._log = deepcopy(before[0]), copy(before[1])
                writer = UnitWriter(connection, self.report, self._log, self._source_file)
                writer.write(batch)
                sources.clear()
                sources.update(writer.sources)
                self._note(connection, -done if last else done)
                if last and self.report.new:
                    self._touched |= sources
                    self._end(connection, indexer)
                else:
                    indexer.advance(connection)
            indexer.read(self._store)
            return sources

        return self._persistently(attempt)

    def _persistently(self, attempt: Callable[[], Result], attempts: int | None = None) -> Result:
        """Try again, with longer and longer pauses, while the server is unavailable."""
        end = time.monotonic() + _PATIENCE
        for pause in PAUSES[:attempts]:
            try:
                return attempt()
            except StoreUnavailable:
                if time.monotonic() > end:  # each attempt may have waited for other writers
                    raise
                time.sleep(pause)
        return attempt()


def _next(rest: Iterator[Prepared]) -> tuple[Prepared | None, Exception | None]:
    """The next batch, and what went wrong, which is to be raised after the commit of what came before it."""
    try:
        return next(rest, None), None
    except Exception as error:  # noqa: BLE001 - see above
        return None, error
