"""Map what PostgreSQL and its client report to one sentence that names the address and says what to do."""

import re

import psycopg
from psycopg import errors as pg

from corpora.errors import StoreError, StoreUnavailable
from tm.postgresql.address import Address

__all__ = ["PostgresErrors", "sentence"]

#: What a server without a code of its own says when a connection fails, and what it means.
_REFUSALS = (
    (r"password authentication failed|no password supplied|fe_sendauth", "the server refuses the user or the password;"
     " put the password into PGPASSFILE or PGPASSWORD"),
    (r"database .* does not exist", "there is no such database; createdb makes one (docs/team.md)"),
    (r"role .* does not exist", "the server does not know this user"),
    (r"pg_hba\.conf|authentication failed|permission denied for database", "the server does not let this user"
     " in from here; its pg_hba.conf and grants decide (docs/team.md)"),
    (r"certificate|root\.crt", "the certificate of the server or of the client is not accepted; sslmode, sslrootcert,"
     " sslcert and sslkey in the address say which are used"),
    (r"SSL|TLS", "no encrypted connection can be made; sslmode in the address says whether one is needed"),
    (r"could not translate host name|resolve|Name or service", "the name of the host is not known"),
    (r"invalid (URI|connection option|port|sslmode|\w+ value)|extra key|unexpected (spaces|character)", "the address"
     " cannot be read"),
)  # fmt: skip
#: Failures that pass: to try again may succeed.
_PASSING = (
    (r"too many clients|remaining connection slots", "the server has no connection left; try again later"),
    (r"starting up|shutting down|recovery mode|not yet accepting", "the server is starting or stopping; try again"
     " later"),
    (r"refused|No such file|timeout|timed out|closed the connection|reset by peer|unreachable|terminat|lost|is closed",
     "the server is not available; try again when it is"),
)  # fmt: skip


class PostgresErrors:
    """A context manager that raises `StoreError` in place of what the client raises inside."""

    __slots__ = ("_address",)

    def __init__(self, address: Address) -> None:
        self._address = address

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, *__: object) -> None:
        if isinstance(error, psycopg.Error):
            raise sentence(self._address, error) from None


def sentence(address: Address, error: psycopg.Error) -> StoreError:
    """The exception for an error; `StoreUnavailable` if it may pass."""
    match error:
        case pg.DiskFull():
            return _full(address)
        case pg.InsufficientPrivilege():
            return StoreError(f"{address}: this user may not do that; it needs another role (docs/team.md)")
        case pg.ReadOnlySqlTransaction():
            return StoreError(f"{address} may not be written: the server is read-only")
        case pg.LockNotAvailable():
            return StoreUnavailable(f"{address} is being written by another program; try again when it is done")
        case pg.QueryCanceled():
            return StoreError(f"{address}: the server cancelled the work, or it took longer than the server allows")
        case pg.OutOfMemory() | pg.ConfigurationLimitExceeded() | pg.ProgramLimitExceeded():
            return StoreError(f"{address}: the server has too little memory or room for this; nothing was written")
        case pg.UndefinedTable() | pg.UndefinedColumn() | pg.UndefinedFunction() | pg.InvalidSchemaName():
            return StoreError(f"{address} is not as duiyi makes it: a table is missing; restore a backup")
        case pg.DataCorrupted() | pg.IndexCorrupted():
            return StoreError(f"{address} is damaged; restore a backup")
        case pg.DeadlockDetected() | pg.SerializationFailure():
            return StoreUnavailable(f"{address}: another program changed the same entries; try again")
        case pg.AdminShutdown() | pg.CrashShutdown() | pg.CannotConnectNow() | pg.TooManyConnections():
            return StoreUnavailable(f"{address}: the server is starting, stopping or busy; try again later")
    return _by_text(address, error)


def _full(address: Address) -> StoreError:
    return StoreError(f"{address} cannot grow: the server's disk is full; what was committed before is safe")


def _by_text(address: Address, error: psycopg.Error) -> StoreError:
    """The exception for an error that has only a text, such as those of a connection that fails."""
    text = str(error)
    if re.search(r"No space left on device|Disk quota exceeded|File too large", text):
        return _full(address)  # only the first has a code of its own
    for patterns, kind in ((_REFUSALS, StoreError), (_PASSING, StoreUnavailable)):
        for pattern, meaning in patterns:
            if re.search(pattern, text):
                return kind(f"{address}: {meaning}")
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return StoreUnavailable(f"{address}: the server is not available; try again when it is")
    # The text of a server may quote what a user wrote, but never a password.
    return StoreError(f"{address} cannot be used: {text.strip().splitlines()[0] if text.strip() else type(error)}")
