"""Open the file of a memory, and say in one sentence what is wrong if it cannot be used.

Write-ahead logging lets any number of processes read while one writes, each in the state at which it began. A commit
is on disk before it counts (``synchronous = FULL``), so neither a crash nor a power cut loses one.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any, ClassVar

from corpora.errors import StoreError, UsageError
from corpora.expressions import expression
from corpora.files import check_is_path, check_is_store, make_private
from corpora.migrations import use_log, version_of
from corpora.sqlite_connections import ThreadConnections, all_or_nothing
from corpora.sqlite_damage import ERRORS, invalid_value
from corpora.sqlite_errors import SqliteErrors
from tm.store.damage import damaged_table
from tm.store.schema import APPLICATION, VERSION, migrate

__all__ = [
    "FileMemory", "Sqlite", "connect", "explained", "is_memory_or_empty", "read_transaction", "write_transaction",
]  # fmt: skip

_WAIT = 10.0  # seconds that a writer waits for another writer


class Sqlite(sqlite3.Connection):
    """A connection with what the statements of `tm.store.sql.Sql` need."""

    LISTED: ClassVar[str] = "SELECT value FROM json_each(?)"
    NAMED: ClassVar[str] = LISTED
    PAIRED: ClassVar[str] = (
        "SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(?)"
    )
    REMOTE: ClassVar[bool] = False
    refused: UsageError | None = None

    def matches(self, pattern: str, text: object, /) -> bool:
        """Whether a regular expression matches somewhere in a text; conditions use it, see `tm.store.conditions`."""
        try:
            return text is not None and expression(pattern, re.IGNORECASE).search(str(text)) is not None
        except UsageError as error:
            self.refused = error  # SQLite passes on only that there was an error
            raise

    def stream(self, statement: str, values: Sequence[object] = (), /) -> Any:
        """Run a query; SQLite computes each row when it is fetched."""
        return self.execute(statement, values)

    def texts(self, numbers: Sequence[int], /) -> list[tuple[int, str]]:
        """The texts with these numbers that are there, in any order."""
        marks = ", ".join("?" * len(numbers))
        return self.execute(f"SELECT id, text FROM texts WHERE id IN ({marks})", numbers).fetchall()

    def possible(self, keys: Sequence[int], /) -> Sequence[int]:
        """All keys: to ask costs little here."""
        return keys

    def append(self, table: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Insert rows that are known to be new."""
        rows = iter(rows)
        first = next(rows, None)
        if first is not None:
            statement = f"INSERT INTO {table} VALUES ({', '.join(repeat('?', len(first)))})"
            self.execute(statement, first)
            self.executemany(statement, rows)

    def added(self, table: str, rows: Iterable[tuple[Any, ...]], /) -> set[tuple[Any, ...]]:
        """Insert the rows that are not there yet; return these."""
        return {
            row
            for row in rows
            if self.execute(
                f"INSERT INTO {table} VALUES ({', '.join(repeat('?', len(row)))}) ON CONFLICT DO NOTHING", row
            ).rowcount
        }

    def take(self, table: str, _: int = 1, /) -> int:
        """The next number of a table: SQLite keeps the highest that was used."""
        row = self.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return int(row[0]) + 1 if row else 1


def explained(path: Path) -> SqliteErrors:
    """Map what SQLite raises to `StoreError` sentences that name ``path``."""
    return SqliteErrors(path, "translation memory")


def connect(path: Path, *, create: bool = False, wait: float = _WAIT) -> Sqlite:
    """Open the memory at ``path``; with ``create`` make it if it does not exist.

    Raises `StoreError` for a file that is missing (without ``create``), is not a memory, is damaged, locked, or was
    written by a newer version.
    """
    check_is_path(path)
    check_is_store(path, "translation memory")
    if str(path) != ":memory:" and not path.exists():
        if not create:
            raise StoreError(f"{path} does not exist; duiyi memory add or import makes a translation memory")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            make_private(path)
        except OSError as error:
            raise StoreError(f"{path} cannot be created: {error.strerror}") from error
    with explained(path):
        connection = sqlite3.connect(
            path, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=256, factory=Sqlite
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def is_memory_or_empty(path: Path) -> bool:
    """Whether a file is a memory by its first bytes, or contains nothing."""
    with path.open("rb") as file:
        head = file.read(100)
    return not head or (head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION.to_bytes(4, "big"))


def _prepare(connection: Sqlite, path: Path) -> None:
    # In one transaction, since another process may be making the memory at this moment.
    connection.execute("BEGIN")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    version = version_of(connection)
    tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    connection.execute("ROLLBACK")
    if application != APPLICATION and (application or version or tables):
        # Without a table, it is a memory that another process is making, or whose creation was interrupted.
        raise StoreError(f"{path} is an SQLite file, but not a translation memory of duiyi")
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer version of duiyi (format {version}, this one reads {VERSION}); update duiyi"
        )
    if version < VERSION:
        use_log(connection)
        migrate(connection)
    connection.create_function("matches", 2, connection.matches, deterministic=True)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -65536")  # KiB
    connection.execute("PRAGMA temp_store = MEMORY")


@contextmanager
def _intact(connection: Sqlite, path: Path) -> Iterator[None]:
    """Raise the error that SQLite hides, and `StoreError` for values of the wrong type in the memory."""
    try:
        yield
    except sqlite3.OperationalError as error:
        refused, connection.refused = connection.refused, None
        if refused is not None:
            raise refused from error
        raise
    except ERRORS as error:
        if table := damaged_table(connection):
            raise invalid_value(path, table) from error
        raise


@contextmanager
def read_transaction(connection: Sqlite, path: Path) -> Iterator[None]:
    """One state of the file for everything that is read inside."""
    with explained(path), _intact(connection, path):
        nested = connection.in_transaction
        if not nested:
            connection.execute("BEGIN")
        try:
            yield
        finally:
            if not nested and connection.in_transaction:
                connection.execute("ROLLBACK")


@contextmanager
def write_transaction(connection: Sqlite, path: Path) -> Iterator[None]:
    """Write everything or nothing. Raises `StoreError` if another writer does not finish in time."""
    with explained(path), _intact(connection, path), all_or_nothing(connection):
        yield


class FileMemory:
    """The file of one memory."""

    REMOTE: ClassVar[bool] = False
    #: Enough that pages of the file which many batches change are written once, and not so much that another writer
    #: waits for long.
    TRANSACTION: ClassVar[int] = 50_000

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._connections = ThreadConnections(path, lambda: connect(path))
        self._connections.add(connect(path, create=create))

    @property
    def connection(self) -> Sqlite:
        """The connection of this thread."""
        return self._connections.get()

    def close(self) -> None:
        """Close all connections; the last one to close merges the write-ahead log into the file."""
        self._connections.close()

    @contextmanager
    def reading(self) -> Iterator[Sqlite]:
        """One state of the memory for everything that is read inside."""
        connection = self.connection
        with read_transaction(connection, self.path):
            yield connection

    @contextmanager
    def writing(self, *, early: bool = False) -> Iterator[Sqlite]:
        """Write everything inside the block, or nothing."""
        connection = self.connection
        with write_transaction(connection, self.path):
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Sqlite]:
        """As `reading`, on a connection of its own: the caller may be slow, and search or write meanwhile."""
        connection = connect(self.path)
        try:
            with read_transaction(connection, self.path):
                yield connection
        finally:
            connection.close()

    def tidy(self, statement: str, values: Sequence[object], /) -> None:
        """Run a statement by itself."""
        with self.writing() as connection:
            connection.execute(statement, values)

    def release(self) -> None:
        """Give unused space in the file back."""
        with explained(self.path):
            self.connection.execute("VACUUM")

    def size(self) -> int:
        """The size of the file in bytes."""
        return self.path.stat().st_size if self.path.exists() else 0

    def problems(self) -> list[str]:
        """What SQLite finds wrong with the file; empty if it is intact."""
        with self.reading() as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
        return [] if found == ["ok"] else found
