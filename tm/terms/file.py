"""The file of a term base: its tables, and how it is opened and brought up to date."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from corpora.errors import StoreError
from corpora.files import check_is_path, check_is_store, make_private
from corpora.migrations import migrate, use_log, version_of
from corpora.sqlite_connections import all_or_nothing
from corpora.sqlite_damage import wrong_table
from corpora.sqlite_errors import SqliteErrors

__all__ = ["MIGRATIONS", "FileTerms", "connect"]

_FIRST = """
CREATE TABLE concepts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, definition TEXT NOT NULL,
    refs TEXT NOT NULL, note TEXT NOT NULL, author TEXT NOT NULL, created TEXT, changed TEXT, properties TEXT NOT NULL
) STRICT;
CREATE TABLE terms (
    id INTEGER PRIMARY KEY, concept INTEGER NOT NULL REFERENCES concepts ON DELETE CASCADE, language TEXT NOT NULL,
    base TEXT NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL, pos TEXT NOT NULL, source TEXT NOT NULL,
    note TEXT NOT NULL, examples TEXT NOT NULL, folded TEXT NOT NULL, head TEXT NOT NULL
) STRICT;
CREATE INDEX terms_by_key ON terms (base, folded);
CREATE INDEX terms_by_head ON terms (base, head, folded);
CREATE INDEX terms_by_concept ON terms (concept);
CREATE TABLE languages (base TEXT PRIMARY KEY) STRICT, WITHOUT ROWID
"""
_ONE_INDEX = """
DROP INDEX terms_by_head;
DROP INDEX terms_by_key;
ALTER TABLE terms DROP COLUMN head;
CREATE INDEX terms_by_key ON terms (base, folded, concept)
"""

_DELETED = """
-- Concepts that were deleted, as JSON, so that they can be restored.
CREATE TABLE deleted (key TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID
"""

#: Step n brings a file of version n to version n + 1. Steps that were released are never changed.
MIGRATIONS = (_FIRST, _ONE_INDEX, _DELETED)
_VERSION = len(MIGRATIONS)


def connect(path: Path | str, *, create: bool) -> sqlite3.Connection:
    """Open the term base at ``path``, or in memory for ``":memory:"``; with ``create`` make it where there is none.

    Raises `StoreError` where the file is missing, is not a term base, is locked or damaged, or is of a newer version.
    """
    if str(path) != ":memory:":
        check_is_path(Path(path))
        check_is_store(Path(path), "term base")
        if not Path(path).exists() and not create:
            raise StoreError(f"there is no term base at {path}; `duiyi term import` makes one")
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            make_private(Path(path))
        except OSError as error:
            raise StoreError(f"{path} cannot be created: {error.strerror}") from error
    with SqliteErrors(path, "term base"):
        # SQLite locks by itself; a server opens it on one thread and closes it on another.
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA foreign_keys = ON")
            use_log(db)
            _prepare(db, path)
        except BaseException:
            db.close()
            raise
    return db


def _prepare(db: sqlite3.Connection, path: Path | str) -> None:
    version = version_of(db)
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "concepts" not in tables:
        raise StoreError(f"{path} is an SQLite file, but not a term base of duiyi")
    if version > _VERSION:
        raise StoreError(f"{path} was made by a newer version of duiyi (term base version {version})")
    if version == _VERSION:
        return
    migrate(db, MIGRATIONS)


class FileTerms:
    """The file of a term base: its connection, and what SQLite has its own words for."""

    REMOTE: ClassVar[bool] = False
    #: The last character, the index to use, and the join that looks up keys for pieces and not the other way round.
    LAST: ClassVar[str] = "char(1114111)"
    BY_KEY: ClassVar[str] = "INDEXED BY terms_by_key"
    JOIN: ClassVar[str] = "CROSS JOIN"
    #: All keys of a language in order, joined by line breaks, and their ids, joined by commas.
    KEYS: ClassVar[str] = (
        "SELECT group_concat(folded, char(10)), group_concat(id, ',') FROM "
        "(SELECT id, folded FROM terms WHERE base = ? ORDER BY folded, id)"
    )

    def __init__(self, path: Path, *, create: bool) -> None:
        self._errors = SqliteErrors(path, "term base")
        self._db = connect(path, create=create)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection; errors become sentences."""
        with self._errors:
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write everything inside the block, or nothing."""
        with self._errors, all_or_nothing(self._db):
            yield self._db

    def state(self, db: sqlite3.Connection) -> tuple[int, int]:
        """Numbers that change with the term base: the first with other connections, the second with this one."""
        return db.execute("PRAGMA data_version").fetchone()[0], db.total_changes

    def wrong_table(self) -> str:
        """The first table with an invalid value, "" if there is none."""
        return wrong_table(self._db, {"terms": "concept NOT IN (SELECT id FROM concepts)"})

    def close(self) -> None:
        """Close the file."""
        self._db.close()
