"""Create and update an SQLite file by numbered steps; `PRAGMA user_version` contains the number of steps applied."""

import sqlite3
import time
from collections.abc import Sequence

from corpora.sqlite_connections import all_or_nothing

__all__ = ["migrate", "use_log", "version_of"]

_WAIT = 10.0  # seconds for other processes that open the same new file


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many steps have been applied to the file behind ``connection``."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def use_log(connection: sqlite3.Connection) -> None:
    """Use a write-ahead log. SQLite does not wait for other processes that do so at the same moment; this does."""
    end = time.monotonic() + _WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def migrate(connection: sqlite3.Connection, steps: Sequence[str], *, application: int = 0) -> None:
    """Apply the ``steps`` that are missing, all or none; no transaction may be open.

    Step n brings version n to version n + 1. Its statements are separated by semicolons, and no statement contains
    one. ``application`` is written as the `application_id`.
    """
    with all_or_nothing(connection):
        version = version_of(connection)  # read inside the transaction: another process may have migrated the file
        for step in steps[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute(f"PRAGMA user_version = {max(version, len(steps))}")
