"""A connection to PostgreSQL that understands the statements of memories and term bases, see `tm.store.sql`.

Results come in binary form, many new rows go out with COPY in a thread of its own, and queries with large results use a
cursor of the server, so that neither side holds them whole.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import lru_cache
from itertools import count
from threading import Thread
from typing import Any, ClassVar

import psycopg
from psycopg.pq import TransactionStatus

from tm.postgresql.copying import END, START, binary_rows
from tm.postgresql.known_keys import KnownKeys

__all__ = ["Connection"]

_FETCHED = 2_000  # rows of a stream, and of a block that is sent
_LONG = 500  # characters of a list for which planning a statement costs little
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
        self._sending: Future[None] | None = None
        self.known_keys: KnownKeys | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        self._wait()
        return self.raw.info.transaction_status != TransactionStatus.IDLE

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Any:
        """Run a statement; the rows can be iterated over."""
        self._sent()
        # A list, even an empty one: without values psycopg would not read %% as a percent sign.
        given = [_storable(value) for value in values]
        # A plan is kept; one that was made while a table was small would read all of it for each batch of an import.
        prepare = False if any(isinstance(value, str) and len(value) > _LONG for value in given) else None
        return self.raw.execute(_translated(statement), given, binary=True, prepare=prepare)

    def executemany(self, statement: str, values: Iterable[Sequence[object]], /) -> Any:
        """Run a statement once for each of the values, without waiting for each result."""
        given = list(values)
        cursor = self.raw.cursor()
        if given:
            self._sent()
            cursor.executemany(_translated(statement), given)
        return cursor

    def stream(self, statement: str, values: Sequence[object] = (), /) -> Any:
        """Run a query with a large result, whose rows are fetched as they are read."""
        self._sent()
        cursor = psycopg.ServerCursor(self.raw, f"stream{next(self._numbers)}")
        cursor.itersize = _FETCHED
        self._streams.append(cursor)
        return cursor.execute(_translated(statement), list(values), binary=True)

    def end_streams(self) -> None:
        """Close the streams, before the transaction ends."""
        self._wait()
        while self._streams:
            with suppress(psycopg.Error):
                self._streams.pop().close()

    def texts(self, numbers: Sequence[int], /) -> list[tuple[int, str]]:
        """The texts with these numbers that are there, in any order."""
        found: list[tuple[int, str]] = self.execute(
            "SELECT id, text FROM texts WHERE id = ANY(?::bigint[])", (list(numbers),)
        ).fetchall()
        return found

    def possible(self, keys: Sequence[int], /) -> Sequence[int]:
        """Those of the keys of texts that may be there; the others are not."""
        if len(keys) < _FETCHED:
            return keys
        if self.known_keys is None:
            self.known_keys = KnownKeys()
        return self.known_keys.possible(self.execute, keys)

    def append(self, table: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Insert rows that are known to be new. Many are sent while the caller goes on, and errors come later."""
        given = list(rows)
        self._sent()
        if len(given) < _FETCHED:
            if given:
                self._copy(table, given)
            return
        sending = self._sending = Future()
        Thread(target=self._copy_apart, args=(sending, table, given), daemon=True).start()

    def _copy_apart(self, sending: "Future[None]", table: str, rows: Sequence[Sequence[Any]]) -> None:
        try:
            self._copy(table, rows)
        except BaseException as error:  # noqa: BLE001 - raised where the connection is used next
            sending.set_exception(error)
        else:
            sending.set_result(None)

    def _copy(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        with self.raw.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(START)
            for first in range(0, len(rows), _FETCHED):
                copy.write(binary_rows(self._types[table], rows[first : first + _FETCHED]))
            copy.write(END)

    def _sent(self) -> None:
        """Wait until the rows that were appended are there. Raises what went wrong with them."""
        if self._sending is not None:
            self._sending.result()  # not forgotten while it is being sent, in case that waiting is interrupted
            self._sending = None

    def _wait(self) -> None:
        """Wait until nothing is being sent any more, whatever becomes of it."""
        if self._sending is not None:
            self._sending.exception()
            self._sending = None

    def added(self, table: str, rows: Iterable[tuple[Any, ...]], /) -> set[tuple[Any, ...]]:
        """Insert the rows that are not there yet; return these."""
        columns = [list(column) for column in zip(*rows, strict=True)]
        if not columns:
            return set()
        self._sent()
        arrays = ", ".join(f"%s::{kind}[]" for kind in self._types[table])
        statement = f"INSERT INTO {table} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING RETURNING *"
        return set(self.raw.execute(statement, columns, binary=True))

    def take(self, table: str, number: int = 1, /) -> int:
        """The first number of a range for new rows of a table; numbers of deleted rows are not used again."""
        (last,) = self.execute(
            "UPDATE numbers SET last = last + ? WHERE name = ? RETURNING last", (number, table)
        ).fetchone()
        return int(last) - number + 1
