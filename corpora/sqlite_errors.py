"""Map the errors of SQLite to one sentence that names the file, for memories and term bases alike."""

import sqlite3
from pathlib import Path

from corpora.errors import StoreError, UsageError

__all__ = ["NO_ROOM", "SqliteErrors", "in_a_line"]

#: What SQLite could not do where a disk is full: write, truncate, and enlarge or map the file of shared memory.
NO_ROOM = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE,
           sqlite3.SQLITE_IOERR_SHMMAP}  # fmt: skip


class SqliteErrors:
    """A context manager that raises `StoreError` in place of what SQLite raises inside.

    ``what`` is the kind of file, such as "term base". A class, since one made of a generator is slow in a hot path.
    """

    __slots__ = ("_path", "_what")

    def __init__(self, path: Path | str, what: str) -> None:
        self._path, self._what = path, what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, *__: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise StoreError(_sentence(self._path, error, self._what)) from error
        # SQLite quotes the definitions of tables in its message, damaged bytes included.
        if isinstance(error, UnicodeDecodeError):
            raise StoreError(f"{self._path} is damaged; put a backup in its place") from error
        if isinstance(error, OverflowError | UnicodeEncodeError):
            what = "a number of this size" if isinstance(error, OverflowError) else "an unpaired surrogate"
            raise UsageError(f"{self._path} cannot hold {what}") from error


def _sentence(path: Path | str, raised: sqlite3.Error, what: str) -> str:
    error = in_a_line(raised)
    extended = getattr(raised, "sqlite_errorcode", 0)
    code = extended & 0xFF
    match code:
        case _ if isinstance(raised, sqlite3.ProgrammingError) and "closed" in error:
            return f"{path} was closed; open it again to use it"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path} is being written by another program; try again when it is done"
        case sqlite3.SQLITE_NOTADB:
            return f"{path} is not a {what} of duiyi"
        case sqlite3.SQLITE_CORRUPT:
            return f"{path} is damaged; put a backup in its place"
        case sqlite3.SQLITE_FULL:
            return f"{path} cannot grow: the disk is full; what was committed before is safe"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return f"{path} may not be written"
        case sqlite3.SQLITE_CANTOPEN:
            return f"{path} cannot be opened"
        case sqlite3.SQLITE_IOERR if extended in NO_ROOM:
            return f"{path} could not be written: the disk is full, or files may not become larger"
        case sqlite3.SQLITE_IOERR:
            return f"{path} could not be read or written: the disk reports an error"
        case sqlite3.SQLITE_TOOBIG:
            return f"{path} cannot hold a text of this size"
    if "decode" in error:  # SQLite quotes the whole text, which is not UTF-8
        return f"{path} is damaged; put a backup in its place"
    return f"{path} cannot be used: {error}"


def in_a_line(error: Exception) -> str:
    """The message of an error; names and values of a damaged file that it quotes may have many lines."""
    return " ".join(str(error).split())[:200]
