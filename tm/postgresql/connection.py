"""A connection to PostgreSQL that understands the statements of memories and term bases, see `tm.store.sql`.

Results come in binary form, new rows go out with COPY, and queries with large results use a cursor of the server, so
that neither side holds them whole.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import count, islice
from typing import Any, ClassVar

import psycopg
from psycopg.pq import TransactionStatus

from tm.postgresql.copying import END, START, binary_rows

__all__ = ["Connection"]

_FETCHED = 2_000  # rows of a stream, and of a block that is sent
# What goes wrong becomes an exception with a sentence; without this, Python prints what psycopg logs as well.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


@lru_cache(512)
def _translated(statement: str) -> str:
    """A statement with the placeholders of psycopg; no statement contains a question mark otherwise."""
    return statement.replace("%", "%%").replace("?", "%s")


def _storable(value: object) -> object:
    """A question may contain a null character, which no text of the server does: no text has U+FFFE either."""
    return value.replace("\0", "\ufffe") if isinstance(value, str) and "\0" in value else value


class Connection:
    """Wraps a connection of psycopg; ``types`` are those of the columns of the tables that are filled in bulk."""

    # An array takes two thirds of the time that a list in JSON takes.
    LISTED: ClassVar[str] = "SELECT unnest(translate(?, '[]', '{}')::bigint[]) AS value"
    NAMED: ClassVar[str] = "SELECT value FROM json_array_elements_text(?::json) AS named (value)"
    PAIRED: ClassVar[str] = (
        "SELECT (value->>0)::bigint AS a, (value->>1)::bigint AS b FROM json_array_elements(?::json) AS paired (value)"
    )
    REMOTE: ClassVar[bool] = True

    def __init__(self, raw: "psycopg.Connection[tuple[Any, ...]]", types: Mapping[str, Sequence[str]]) -> None:
        self.raw = raw
        self._types = types
        self._numbers = count(1)
        self._streams: list[psycopg.ServerCursor[tuple[Any, ...]]] = []

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.raw.info.transaction_status != TransactionStatus.IDLE

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Any:
        """Run a statement; the rows can be iterated over."""
        # A list, even an empty one: without values psycopg would not read %% as a percent sign.
        return self.raw.execute(_translated(statement), [_storable(value) for value in values], binary=True)

    def executemany(self, statement: str, values: Iterable[Sequence[object]], /) -> Any:
        """Run a statement once for each of the values, without waiting for each result."""
        cursor = self.raw.cursor()
        cursor.executemany(_translated(statement), list(values))
        return cursor

    def stream(self, statement: str, values: Sequence[object] = (), /) -> Any:
        """Run a query with a large result, whose rows are fetched as they are read."""
        cursor = psycopg.ServerCursor(self.raw, f"stream{next(self._numbers)}")
        cursor.itersize = _FETCHED
        self._streams.append(cursor)
        return cursor.execute(_translated(statement), list(values), binary=True)

    def end_streams(self) -> None:
        """Close the streams, before the transaction ends."""
        while self._streams:
            with suppress(psycopg.Error):
                self._streams.pop().close()

    def texts(self, numbers: Sequence[int], /) -> list[tuple[int, str]]:
        """The texts with these numbers that are there, in any order."""
        found: list[tuple[int, str]] = self.execute(
            "SELECT id, text FROM texts WHERE id = ANY(?::bigint[])", (list(numbers),)
        ).fetchall()
        return found

    def append(self, table: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Insert rows that are known to be new."""
        rest = iter(rows)
        with self.raw.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(START)
            while some := list(islice(rest, _FETCHED)):
                copy.write(binary_rows(self._types[table], some))
            copy.write(END)

    def added(self, table: str, rows: Iterable[tuple[Any, ...]], /) -> set[tuple[Any, ...]]:
        """Insert the rows that are not there yet; return these."""
        columns = [list(column) for column in zip(*rows, strict=True)]
        if not columns:
            return set()
        arrays = ", ".join(f"%s::{kind}[]" for kind in self._types[table])
        statement = f"INSERT INTO {table} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING RETURNING *"
        return set(self.raw.execute(statement, columns, binary=True))

    def take(self, table: str, number: int = 1, /) -> int:
        """The first number of a range for new rows of a table; numbers of deleted rows are not used again."""
        (last,) = self.execute(
            "UPDATE numbers SET last = last + ? WHERE name = ? RETURNING last", (number, table)
        ).fetchone()
        return int(last) - number + 1
