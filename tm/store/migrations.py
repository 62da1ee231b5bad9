"""Bring a file of SQLite up to date by numbered steps; `PRAGMA user_version` counts those that were applied."""

import sqlite3
from collections.abc import Sequence

__all__ = ["migrate", "version_of"]


def version_of(connection: sqlite3.Connection) -> int:
    """How many steps were applied to the file behind ``connection``."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Sequence[str], *, application: int = 0) -> None:
    """Apply the ``steps`` that are missing, in autocommit mode: all of them or none.

    Step n brings version n to version n + 1; its statements are parted by semicolons, which stand nowhere else.
    ``application`` is written as the `application_id`.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)  # asked inside the transaction: another program may have been faster
        for step in steps[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute(f"PRAGMA user_version = {max(version, len(steps))}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back already
            connection.execute("ROLLBACK")
        raise
