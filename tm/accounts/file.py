"""The SQLite file of the accounts: its tables, how it is opened, and transactions on it.

Every thread has a connection of its own; other processes (workers, `duiyi user`) may use the file at the same time.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpora.errors import StoreError
from corpora.files import check_is_path, make_private
from corpora.migrations import migrate, use_log, version_of
from corpora.sqlite_connections import ThreadConnections, all_or_nothing
from corpora.sqlite_damage import wrong_table
from corpora.sqlite_errors import SqliteErrors
from tm.accounts.roles import Role

__all__ = ["AccountsFile", "AccountsTable"]

_APPLICATION = 0x64794163  # "dyAc"
_FIRST = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hash TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL, issuer TEXT, subject TEXT, UNIQUE (issuer, subject)
) STRICT;
CREATE TABLE projects (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, memories TEXT NOT NULL, terms TEXT NOT NULL, reviews TEXT NOT NULL,
    source_lang TEXT NOT NULL, target_lang TEXT NOT NULL, checks TEXT NOT NULL, version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE grants (
    user INTEGER NOT NULL REFERENCES users, project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
    role TEXT NOT NULL, PRIMARY KEY (user, project)
) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
    id TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES users, name TEXT NOT NULL, hash BLOB NOT NULL,
    role TEXT NOT NULL, project TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, used INTEGER,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_user ON tokens (user);
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES users, created INTEGER NOT NULL, expires INTEGER NOT NULL,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sign_ins (hash BLOB PRIMARY KEY, content TEXT NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE failures (key TEXT NOT NULL, moment INTEGER NOT NULL) STRICT;
CREATE INDEX failures_by_key ON failures (key, moment);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, moment INTEGER NOT NULL, who TEXT NOT NULL, via TEXT NOT NULL,
    project TEXT NOT NULL, operation TEXT NOT NULL, object TEXT NOT NULL, result TEXT NOT NULL, address TEXT NOT NULL,
    request TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_project ON audit (project, number)
"""
#: Step n brings a file of version n to version n + 1. Steps that were released are never changed.
_STEPS = (_FIRST,)

_LAST = 253_402_300_799  # the end of the year 9999, in seconds since 1970
_ROLES = ", ".join(f"'{role.value}'" for role in Role)
#: For each table the condition of a row with a value of the right type that is invalid.
_INVALID = {
    "users": f"abs(created) > {_LAST}",
    "projects": "CASE WHEN json_valid(memories) THEN json_type(memories) <> 'array' OR EXISTS (SELECT 1 FROM"
    " json_each(memories) WHERE CASE WHEN type = 'array' THEN json_type(value, '$[0]') IS NOT 'text'"
    " OR json_type(value, '$[1]') IS NOT 'integer' OR json_array_length(value) <> 2 ELSE 1 END) ELSE 1 END",
    "grants": f"role NOT IN ({_ROLES})",
    "tokens": f"abs(created) > {_LAST} OR abs(expires) > {_LAST} OR abs(used) > {_LAST}",
    "sign_ins": "NOT json_valid(content)",
    "audit": f"abs(moment) > {_LAST} OR CASE WHEN json_valid(details) THEN json_type(details) <> 'object' ELSE 1 END",
}


class AccountsFile:
    """The open file; threads share it."""

    def __init__(self, path: Path | str, *, create: bool = False) -> None:
        """Open the file at ``path``; with ``create`` make it if it does not exist. Raises `StoreError`."""
        self.path = Path(path)
        check_is_path(self.path)
        if not self.path.exists():
            if not create:
                raise StoreError(f"there are no accounts at {path}; duiyi user add makes the first one")
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                make_private(self.path)
            except OSError as error:
                raise StoreError(f"{path} cannot be created: {error.strerror}") from error
        self._connections = ThreadConnections(self.path, self._connect)
        self.connection()

    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        return self._connections.get()

    def _connect(self) -> sqlite3.Connection:
        with self.errors():
            made = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
            try:
                tables = made.execute("SELECT 1 FROM sqlite_master").fetchone()
                (application,) = made.execute("PRAGMA application_id").fetchone()
                if (tables or application) and application != _APPLICATION:
                    raise StoreError(f"{self.path} is an SQLite file, but not the accounts of duiyi")
                if version_of(made) > len(_STEPS):
                    raise StoreError(f"{self.path} was written by a newer version of duiyi; update duiyi")
                if version_of(made) < len(_STEPS):
                    use_log(made)
                    migrate(made, _STEPS, application=_APPLICATION)
                made.execute("PRAGMA foreign_keys = ON")
                made.execute("PRAGMA synchronous = FULL")
            except BaseException:
                made.close()
                raise
        return made

    def errors(self) -> SqliteErrors:
        """A context that raises `StoreError` in place of what SQLite raises."""
        return SqliteErrors(self.path, "file of accounts")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with."""
        with self.errors():
            yield self.connection()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write everything inside the block, or nothing; blocks inside one another are one."""
        with self.errors():
            connection = self.connection()
            if connection.in_transaction:
                yield connection
                return
            with all_or_nothing(connection):
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()


class AccountsTable:
    """One of the tables of the accounts."""

    def __init__(self, file: AccountsFile) -> None:
        """Work on ``file``."""
        self._file = file

    def _damage(self) -> tuple[Path, str]:
        return self._file.path, wrong_table(self._file.connection(), _INVALID)
