"""Open the file of a memory, and say in one sentence what is wrong if it cannot be used.

Write-ahead logging lets any number of processes read while one writes, each in the state at which it began. A commit
is on disk before it counts (``synchronous = FULL``), so neither a crash nor a power cut loses one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpora.errors import StoreError
from corpora.files import check_is_path, make_private
from corpora.migrations import use_log, version_of
from corpora.sqlite_errors import SqliteErrors
from tm.store.damage import ERRORS, damaged_table
from tm.store.filters import compiled
from tm.store.schema import APPLICATION, VERSION, migrate

__all__ = ["Sqlite", "connect", "explained", "read_transaction", "write_transaction"]

Sqlite = sqlite3.Connection
_WAIT = 10.0  # seconds that a writer waits for another writer


def explained(path: Path) -> SqliteErrors:
    """Map what SQLite raises to `StoreError` sentences that name ``path``."""
    return SqliteErrors(path, "translation memory")


def connect(path: Path, *, create: bool = False, wait: float = _WAIT) -> Sqlite:
    """Open the memory at ``path``; with ``create`` make it if it does not exist.

    Raises `StoreError` for a file that is missing (without ``create``), is not a memory, is damaged, locked, or was
    written by a newer version.
    """
    check_is_path(path)
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a translation memory")
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
            path, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


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
    connection.create_function("matches", 2, _matches, deterministic=True)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -65536")  # KiB
    connection.execute("PRAGMA temp_store = MEMORY")


def _matches(pattern: str, text: object) -> bool:
    """Whether a regular expression matches somewhere in a text; conditions use it, see `tm.store.conditions`."""
    return text is not None and compiled(pattern).search(str(text)) is not None


@contextmanager
def _intact(connection: Sqlite, path: Path) -> Iterator[None]:
    """Raise `StoreError` in place of errors that come from values of the wrong type in the memory."""
    try:
        yield
    except ERRORS as error:
        if table := damaged_table(connection):
            raise StoreError(
                f"{path} is damaged: the table {table} has an invalid value; put a backup in its place"
            ) from error
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
    with explained(path), _intact(connection, path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A full disk may have rolled back already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
