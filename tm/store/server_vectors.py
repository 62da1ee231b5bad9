"""Vectors of the texts of a memory on a server that has pgvector: one table for each encoder, shared by all clients.

Without the extension each client keeps vectors in a file of its own (`tm.store.vectors`). The extension may be in any
schema that the users may use. Above some thousands of vectors there is an HNSW index (Malkov and Yashunin 2018), which
finds nearly all of the nearest ones; fewer are compared exactly.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from tm.store.memory_store import MemoryStore
from tm.store.sql import Sql
from tm.tags import plain

if TYPE_CHECKING:
    from models.encoder import Encoder, Vectors

__all__ = ["ServerVectors"]

_BATCH = 2_048  # texts encoded at a time
_SMALL = 20_000  # vectors that are compared without an index
_WIDEST = 2_000  # components that an index can have
_USED = "SELECT source FROM units UNION SELECT target FROM units"


class ServerVectors:
    """The vectors of one encoder, inside the schema of a memory."""

    def __init__(self, memory: MemoryStore, fingerprint: str, extension: str) -> None:
        self._memory = memory
        self._extension = extension
        self._table = '"vectors ' + blake2b(fingerprint.encode(), digest_size=8).hexdigest() + '"'
        self._type = f'"{extension}".vector'

    @classmethod
    def of(cls, memory: MemoryStore, fingerprint: str = "") -> "ServerVectors | None":
        """The vectors of an encoder, whether there are any yet; None without a server that has pgvector."""
        with memory.reading() as connection:
            row = _extension(connection) if connection.REMOTE else None
        return None if row is None else cls(memory, fingerprint, row)

    def exist(self) -> bool:
        """Whether the memory has vectors of this encoder."""
        return self._table.strip('"') in self.tables()

    def tables(self) -> list[str]:
        """The tables of vectors, one for each encoder."""
        with self._memory.reading() as connection:
            rows = connection.execute(
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE relkind = 'r' AND relname LIKE 'vectors %' AND nspname = current_schema()"
            )
            return [name for (name,) in rows]

    def nearest(self, vector: "Vectors", count: int) -> list[tuple[int, float]]:
        """Numbers and cosines of the texts nearest to a vector, nearest first."""
        if not np.any(vector):
            return []
        distance = f'vector OPERATOR("{self._extension}".<=>) ?::{self._type}'
        with self._memory.reading() as connection:
            rows = connection.execute(
                f"SELECT text, 1 - ({distance}) FROM {self._table} ORDER BY {distance} LIMIT ?",
                (_literal(vector), _literal(vector), count),
            ).fetchall()
        return [(int(number), float(cosine)) for number, cosine in rows]

    def build(self, encoder: "Encoder", progress: Callable[[int], None] | None = None) -> int:
        """Add the vectors of texts that have none, delete those of texts that are gone; returns how many there are."""
        with self._memory.writing() as connection:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {self._table}"
                f" (text bigint PRIMARY KEY, vector {self._type}({encoder.dim}) NOT NULL)"
            )
            connection.execute(f"DELETE FROM {self._table} v WHERE NOT EXISTS (SELECT FROM ({_USED}) u (text)"
                               " WHERE u.text = v.text)")  # fmt: skip
        done = 0
        while batch := self._without():
            vectors = encoder.encode([plain(text) for _, text in batch])
            # A vector of zeros has no direction; it is kept, so that the text is not encoded again.
            rows = [(number, _literal(vector)) for (number, _), vector in zip(batch, vectors, strict=True)]
            with self._memory.writing() as connection:
                connection.executemany(
                    f"INSERT INTO {self._table} VALUES (?, ?::{self._type}) ON CONFLICT DO NOTHING", rows
                )
            done += len(batch)
            if progress is not None:
                progress(done)
        with self._memory.writing() as connection:
            (count,) = connection.execute(f"SELECT count(*) FROM {self._table}").fetchone()
            if count > _SMALL and encoder.dim <= _WIDEST:
                name = self._table.replace("vectors", "nearest")
                connection.execute(
                    f"CREATE INDEX IF NOT EXISTS {name} ON {self._table}"
                    f' USING hnsw (vector "{self._extension}".vector_cosine_ops)'
                )
        return int(count)

    def _without(self) -> list[tuple[int, str]]:
        with self._memory.reading() as connection:
            found: list[tuple[int, str]] = connection.execute(
                f"SELECT x.id, x.text FROM texts x WHERE x.id IN ({_USED})"
                f" AND NOT EXISTS (SELECT FROM {self._table} v WHERE v.text = x.id) ORDER BY x.id LIMIT {_BATCH}"
            ).fetchall()
        return found


def _extension(connection: Sql) -> str | None:
    """The schema that has pgvector, if this user may use it."""
    row = connection.execute(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " WHERE e.extname = 'vector' AND has_schema_privilege(n.oid, 'USAGE')"
    ).fetchone()
    return None if row is None else str(row[0])


def _literal(vector: "Vectors") -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"
