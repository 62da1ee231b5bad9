"""Create and update an SQLite file by numbered steps; `PRAGMA user_version` holds the number of steps applied."""

import sqlite3
from collections.abc import Sequence

__all__ = ["migrate", "version_of"]


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many steps have been applied to the file behind ``connection``."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Sequence[str], *, application: int = 0) -> None:
    """Apply the ``steps`` that are missing, all or none; no transaction may be open.

    Step n brings version n to version n + 1. Its statements are separated by semicolons, and no statement contains
    one. ``application`` is written as the `application_id`.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)  # read inside the transaction: another process may have migrated the file
        for step in steps[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute(f"PRAGMA user_version = {max(version, len(steps))}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite rolls back by itself when the disk is full
            connection.execute("ROLLBACK")
        raise
