"""What the code of a memory needs of a connection, whichever database is behind it.

Statements are written once, in the words that SQLite and PostgreSQL share, with ``?`` for values. The few things that
each database does in its own way have names here: lists as parameters, new rows in bulk, numbers, streams.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol

__all__ = ["Sql", "Store"]


class Sql(Protocol):
    """A connection inside a transaction."""

    #: Subqueries that turn a JSON text, their one parameter, into a table: of numbers (``value``), of texts
    #: (``value``), of pairs of numbers (``a``, ``b``).
    LISTED: ClassVar[str]
    NAMED: ClassVar[str]
    PAIRED: ClassVar[str]
    #: Whether the database is another process, so that each statement costs a round trip, and knows only SQL.
    REMOTE: ClassVar[bool]

    def execute(self, statement: str, values: Sequence[object] = ..., /) -> Any:
        """Run a statement; the rows can be iterated over."""

    def executemany(self, statement: str, values: Iterable[Sequence[object]], /) -> Any:
        """Run a statement once for each of the values."""

    def stream(self, statement: str, values: Sequence[object] = ..., /) -> Any:
        """Run a query with a large result, whose rows are fetched as they are read."""

    def texts(self, numbers: Sequence[int], /) -> list[tuple[int, str]]:
        """The texts with these numbers that are there, in any order."""

    def possible(self, keys: Sequence[int], /) -> Sequence[int]:
        """Those of the keys of texts that may be there; the others are not."""

    def append(self, table: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Insert rows that are known to be new."""

    def added(self, table: str, rows: Iterable[tuple[Any, ...]], /) -> set[tuple[Any, ...]]:
        """Insert the rows that are not there yet; return these."""

    def take(self, table: str, count: int = ..., /) -> int:
        """The first of ``count`` numbers for new rows of a table; numbers of deleted rows are not used again."""


class Store(Protocol):
    """Where a memory is kept: a file, or a schema of a server."""

    #: Units that are written in one transaction at most.
    TRANSACTION: ClassVar[int]
    #: Whether it is on a server, which may become unavailable and come back.
    REMOTE: ClassVar[bool]

    def reading(self) -> AbstractContextManager[Sql]:
        """One state of the memory for everything that is read inside; may be nested."""

    def writing(self, *, early: bool = False) -> AbstractContextManager[Sql]:
        """Write everything inside the block, or nothing; one writer at a time.

        ``early`` lets the next writer of a server begin while the disk stores what this one wrote.
        """

    def snapshot(self) -> AbstractContextManager[Sql]:
        """As `reading`, for a long time: other blocks are not inside it."""

    def tidy(self, statement: str, values: Sequence[object], /) -> None:
        """Run a statement that concerns no other writer, and that a crash may undo."""

    def close(self) -> None:
        """Close all connections."""

    def release(self) -> None:
        """Give unused space back."""

    def size(self) -> int:
        """The size in bytes."""

    def problems(self) -> list[str]:
        """What the database finds wrong with itself."""
