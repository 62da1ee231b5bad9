"""Explain values of the wrong type in an SQLite file, which damage or another tool put there.

SQLite takes values of any type in columns without STRICT, and a damaged page of the file can hold them in any column.
Reading trusts what it reads: only when that fails are the columns checked, so that the user gets a sentence in place of
an exception from deep inside.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from inspect import isgeneratorfunction, unwrap
from pathlib import Path
from typing import Any, Protocol, TypeVar

from corpora.errors import DuiyiError, StoreError

__all__ = ["ERRORS", "Damageable", "explains_damage", "invalid_value", "wrong_table"]

#: What reading values of the wrong type may raise.
ERRORS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, OSError, RecursionError)
_TYPES = {"INTEGER": "'integer'", "TEXT": "'text'", "BLOB": "'blob'", "REAL": "'real', 'integer'"}


class Damageable(Protocol):
    """What reads a file: where the file is, and the table of it with an invalid value, "" where there is none."""

    def _damage(self) -> tuple[Path | str, str]: ...


AnyClass = TypeVar("AnyClass", bound=type[Damageable])


def wrong_table(connection: sqlite3.Connection, contents: Mapping[str, str] | None = None) -> str:
    """The first table with a value of another type than its column has, or where its condition in ``contents`` holds.

    A file that cannot be read so far is "sqlite_master".
    """
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in names:
            # `typeof` is evaluated for every row, while SQLite takes IS NULL as false where NOT NULL was declared.
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            wrong = [
                f"typeof({name}) NOT IN ({_TYPES[kind]}{'' if must or key else ', ' + repr('null')})"
                for _, name, kind, must, _, key in columns
                if kind in _TYPES
            ]
            wrong += [contents[table]] if contents and table in contents else []
            if wrong and connection.execute(f"SELECT 1 FROM {table} WHERE {' OR '.join(wrong)} LIMIT 1").fetchone():
                return str(table)
    except (sqlite3.Error, UnicodeDecodeError):
        return "sqlite_master"
    return ""


def invalid_value(path: Path | str, table: str) -> StoreError:
    """The error to raise for a file with an invalid value in ``table``."""
    return StoreError(f"{path} is damaged: the table {table} has an invalid value; put a backup in its place")


def explains_damage(cls: AnyClass) -> AnyClass:
    """Let the public methods of ``cls`` raise `StoreError` for an error that an invalid value in the file explains."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_") and callable(method):
            setattr(cls, name, _explained(method))
    return cls


def _explained(method: Callable[..., Any]) -> Callable[..., Any]:
    if isgeneratorfunction(unwrap(method)):

        @wraps(method)
        def produced(self: Damageable, *arguments: Any, **named: Any) -> Iterator[Any]:
            with _explaining(self):
                yield from method(self, *arguments, **named)

        return produced

    @wraps(method)
    def called(self: Damageable, *arguments: Any, **named: Any) -> Any:
        with _explaining(self):
            return method(self, *arguments, **named)

    return called


@contextmanager
def _explaining(store: Damageable) -> Iterator[None]:
    try:
        yield
    except DuiyiError:
        raise
    except ERRORS as error:
        path, table = store._damage()
        if table:
            raise invalid_value(path, table) from error
        raise
