"""Connections to a file of SQLite: one for each thread, and changes that are made as a whole.

SQLite connections are not shared by threads, and closing a file closes those of all of them.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from corpora.errors import StoreError

__all__ = ["ThreadConnections", "all_or_nothing"]

AnyConnection = TypeVar("AnyConnection", bound=sqlite3.Connection)


class ThreadConnections(Generic[AnyConnection]):
    """The connections to the file at ``path``; ``connect`` makes one for a thread that has none."""

    def __init__(self, path: Path, connect: Callable[[], AnyConnection]) -> None:
        """Nothing is opened yet."""
        self._path = path
        self._connect = connect
        self._local = threading.local()
        self._open: list[tuple[threading.Thread, AnyConnection]] = []
        self._lock = threading.Lock()
        self._closed = False

    def get(self) -> AnyConnection:
        """The connection of this thread. Raises `StoreError` where the file was closed."""
        if self._closed:
            raise StoreError(f"{self._path} was closed; open it again to use it")
        found: AnyConnection | None = getattr(self._local, "connection", None)
        return self.add(self._connect()) if found is None else found

    def add(self, connection: AnyConnection) -> AnyConnection:
        """Make ``connection`` the one of this thread; those of threads that have ended are closed."""
        self._local.connection = connection
        with self._lock:
            ended = [one for one in self._open if not one[0].is_alive()]
            for entry in ended:
                entry[1].close()
                self._open.remove(entry)
            self._open.append((threading.current_thread(), connection))
        return connection

    def close(self) -> None:
        """Close all connections; the last one to close merges the write-ahead log into the file."""
        self._closed = True
        with self._lock:
            for _, connection in self._open:
                connection.close()
            self._open.clear()


@contextmanager
def all_or_nothing(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is written inside, or none of it; no other writer comes between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite rolls back by itself when the disk is full
            connection.execute("ROLLBACK")
        raise
