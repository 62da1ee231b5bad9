"""One schema of a database on a PostgreSQL server: connections, transactions, and the steps that update older schemas.

A memory or a term base is a schema, so that a database holds many and each has rights of its own. Its table ``state``
has the number of the last step that was applied; steps run in one transaction under an advisory lock, so each runs once
whichever client comes first. Writers take turns by another advisory lock, held until their commit is visible: numbers
of rows grow in the order of commits, which the index relies on, and two writers never wait for each other's rows.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from corpora.errors import StoreError, StoreUnavailable
from corpora.extras import need
from tm.postgresql.address import Address

if TYPE_CHECKING:
    from tm.postgresql.connection import Connection

__all__ = ["Schema", "SchemaKind"]

_OLDEST = 140000  # of servers
#: Connections of one process to one schema, and seconds to wait for one that is in use.
CONNECTIONS = 16
WAIT = 20.0
_CONNECTING = 10  # seconds
_TURN = 60  # seconds that a writer waits for others
_MIGRATING, _WRITING = 0x4475, 0x5969  # what an advisory lock is for
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#: What others have committed while a writer waited for its turn must be seen.
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
#: For a batch of an import: rows are found by their keys. The planner of queries knows nothing of a table that was just
#: filled, and would read all of it.
_EARLY = {"synchronous_commit": "off", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}
_MAKING = {"memory": "duiyi memory add or import", "terms": "duiyi term import"}


@dataclass(frozen=True, slots=True)
class SchemaKind:
    """What a schema holds: its name for messages, the steps that make its tables, types of columns filled in bulk."""

    what: str
    steps: Sequence[str]
    types: Mapping[str, Sequence[str]]


class Schema:
    """The schema at an address. Threads can share it. Raises `StoreError`, `StoreUnavailable`, `MissingExtra`."""

    def __init__(self, address: Address, kind: SchemaKind, *, create: bool) -> None:
        need("psycopg", "postgresql", f"use a {kind.what} on a PostgreSQL server")
        from psycopg.conninfo import conninfo_to_dict

        from tm.postgresql.errors import PostgresErrors

        self.path = address
        self._kind = kind
        self._errors = PostgresErrors(address)
        self._local = threading.local()
        self._closed = False
        self._lock = crc32(address.schema.encode()) - 2**31
        self._free = threading.Semaphore(CONNECTIONS)
        self._idle: list[Connection] = []
        with self._errors:
            self._settings: dict[str, Any] = dict(conninfo_to_dict(address.url))
            self._settings.setdefault("connect_timeout", _CONNECTING)
            self._settings.setdefault("application_name", "duiyi")
            path = address.schema.replace(" ", "\\ ")  # a blank separates options
            # A statement is planned once: planning one that joins many tables takes longer than running it.
            own = f'-c search_path="{path}" -c client_min_messages=warning -c plan_cache_mode=force_generic_plan'
            self._settings["options"] = f"{self._settings.get('options') or ''} {own}"
            connection = self._connect()
            try:
                self._prepare(connection, create=create)
            except BaseException:
                connection.raw.close()
                raise
        self._idle.append(connection)

    def _connect(self) -> "Connection":
        import psycopg

        from tm.postgresql.connection import Connection

        raw = psycopg.connect(**self._settings, autocommit=True, client_encoding="utf8")
        raw.prepare_threshold = 1
        return Connection(raw, self._kind.types)

    def _prepare(self, connection: "Connection", *, create: bool) -> None:
        """Check the server and bring the schema up to date."""
        info = connection.raw.info
        if info.server_version < _OLDEST:
            raise StoreError(f"{self.path}: the server is too old; duiyi needs PostgreSQL 14 or newer")
        if info.parameter_status("server_encoding") != "UTF8":
            raise StoreError(f"{self.path}: the database does not use UTF-8; make one with createdb -E UTF8")
        version = self._version(connection)
        if version is None and not create:
            raise StoreError(f"{self.path} does not exist; {_MAKING[self.path.kind]} makes one")
        if version is None or version < len(self._kind.steps):
            self._migrate(connection, version)
        elif version > len(self._kind.steps):
            raise self._newer(version)

    def _newer(self, version: int) -> StoreError:
        return StoreError(
            f"{self.path} was written by a newer version of duiyi (format {version}, this one reads"
            f" {len(self._kind.steps)}); update duiyi"
        )

    def _version(self, connection: "Connection") -> int | None:
        """The number of steps applied; None if there is no schema. Raises `StoreError` if it may not be read."""
        found = connection.execute(
            "SELECT has_schema_privilege(n.oid, 'USAGE'), EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid),"
            " EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = 'state')"
            " FROM pg_namespace n WHERE nspname = ?",
            (self.path.schema,),
        ).fetchone()
        if found is None or not found[1]:
            return None
        if not found[0]:
            raise StoreError(f"{self.path}: this user may not read it; its owner can allow that (docs/team.md)")
        if not found[2]:
            raise StoreError(
                f"{self.path}: the schema {self.path.schema!r} exists, but it is no {self._kind.what} of duiyi"
            )
        row = connection.execute("SELECT value FROM state WHERE name = 'version'").fetchone()
        return int(row[0]) if row else 0

    def _migrate(self, connection: "Connection", known: int | None) -> None:
        from psycopg.errors import InsufficientPrivilege

        try:
            with connection.raw.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(?, ?)", (_MIGRATING, self._lock))
                # Read under the lock: another client may have done it.
                version = self._version(connection)
                if version is None:
                    self._make(connection)
                if (version or 0) > len(self._kind.steps):
                    raise self._newer(version or 0)
                for step in self._kind.steps[version or 0 :]:
                    connection.raw.execute(step)
                connection.execute("UPDATE state SET value = ? WHERE name = 'version'", (len(self._kind.steps),))
        except InsufficientPrivilege as error:
            if known is None:
                what = "does not exist, and this user may not make it; its owner can (docs/team.md)"
            else:
                what = (
                    f"has the format {known} of an older duiyi, and this user may not update it; its owner does so by"
                    " opening it once"
                )
            raise StoreError(f"{self.path} {what}") from error

    def _make(self, connection: "Connection") -> None:
        from psycopg.sql import SQL, Identifier

        name = self.path.schema
        if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (name,)).fetchone() is None:
            connection.raw.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
        connection.execute("CREATE TABLE state (name text PRIMARY KEY, value bigint NOT NULL)")
        connection.execute("INSERT INTO state VALUES ('version', 0)")

    @contextmanager
    def _begun(self, statement: str) -> "Iterator[Connection]":
        """A connection on which ``statement`` was run, rolled back at the end unless it is idle by then."""
        if self._closed:
            raise StoreError(f"{self.path} was closed; open it again to use it")
        if not self._free.acquire(timeout=WAIT):
            raise StoreUnavailable(f"{self.path}: all {CONNECTIONS} connections of this program are in use; try later")
        try:
            with self._errors:
                connection = self._usable(statement)
                try:
                    yield connection
                finally:
                    self._put_back(connection)
        finally:
            self._free.release()

    def _usable(self, statement: str) -> "Connection":
        """An idle connection that is still alive, else a new one."""
        import psycopg

        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                break
            try:
                connection.execute(statement)
            except psycopg.OperationalError:
                connection.raw.close()  # the server was restarted meanwhile
            else:
                return connection
        connection = self._connect()
        connection.execute(statement)
        return connection

    def _put_back(self, connection: "Connection") -> None:
        connection.end_streams()
        if not connection.raw.closed and connection.in_transaction:
            with suppress(Exception):
                connection.execute("ROLLBACK")
        if self._closed or connection.raw.closed or connection.in_transaction:
            connection.raw.close()
        else:
            self._idle.append(connection)

    @contextmanager
    def reading(self) -> "Iterator[Connection]":
        """One state of the schema for everything that is read inside; inside another block that of this block."""
        outer: Connection | None = getattr(self._local, "connection", None)
        if outer is not None:
            with self._errors:
                yield outer
            return
        with self.snapshot() as connection, self._inside(connection):
            yield connection

    @contextmanager
    def snapshot(self) -> "Iterator[Connection]":
        """As `reading`, on a connection of its own."""
        with self._begun(_READ) as connection:
            yield connection

    @contextmanager
    def writing(self, *, early: bool = False) -> "Iterator[Connection]":
        """Write everything inside the block, or nothing; writers of a schema take turns.

        ``early`` ends the turn while the server still waits for its disk. The block ends when the disk is done, too.
        """
        with self._begun(_WRITE) as connection, self._inside(connection):
            if connection.known_keys is not None:
                connection.known_keys.begin()
            connection.execute(_settings({"lock_timeout": f"{_TURN}s", **(_EARLY if early else {})}))
            connection.execute("SELECT pg_advisory_xact_lock(?, ?)", (_WRITING, self._lock))
            yield connection
            connection.end_streams()
            connection.execute("COMMIT")
            if connection.known_keys is not None:
                connection.known_keys.commit()
            if early:
                # The commit of anything waits until the disk has all that was written before it.
                connection.execute("SELECT pg_logical_emit_message(true, 'duiyi', '')")

    @contextmanager
    def _inside(self, connection: "Connection") -> Iterator[None]:
        outer = getattr(self._local, "connection", None)
        self._local.connection = connection
        try:
            yield
        finally:
            self._local.connection = outer

    def tidy(self, statement: str, values: Sequence[object], /) -> None:
        """Run a statement that concerns no other writer, and that a crash may undo: it waits for neither."""
        with self._begun("BEGIN") as connection:
            connection.execute("SET LOCAL synchronous_commit = off")
            connection.execute(statement, values)
            connection.execute("COMMIT")

    def outside(self, *statements: str) -> None:
        """Run statements that are not part of a transaction, such as VACUUM."""
        with self._begun("SELECT 1") as connection:
            for statement in statements:
                connection.execute(statement)

    def close(self) -> None:
        """Close all connections."""
        self._closed = True
        while self._idle:
            self._idle.pop().raw.close()

    def __del__(self) -> None:
        if hasattr(self, "_idle"):
            self.close()


def _settings(values: Mapping[str, str]) -> str:
    """A statement that sets these for the transaction, in one round trip."""
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in values.items())
