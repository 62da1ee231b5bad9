"""A cache of vectors on disk, by text and encoder, so that no text is encoded twice.

One SQLite file in the user's cache folder, shared by processes. A row has the hash of a text, never the text, and its
vector in float32, so that cached and new vectors are identical. Above the size limit the least recently used vectors
are deleted. Errors of the cache never stop the program: a damaged file is renamed, and a locked or read-only one is
not used.

The built-in encoder is not cached: it computes a vector nearly as fast as a row is found.
"""

import logging
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np

from corpora.arguments import checked_class
from corpora.migrations import migrate, version_of
from models.encoder import Encoder, Vectors, short_repr

__all__ = ["CachedEncoder", "VectorCache", "default_path"]

_LOG = logging.getLogger(__name__)
_MIGRATIONS = (
    "CREATE TABLE IF NOT EXISTS vectors"
    " (encoder TEXT, key BLOB, vector BLOB, used INTEGER, PRIMARY KEY (encoder, key)) WITHOUT ROWID",
)
_DAY = 86_400
_VARIABLES = 500  # values in one statement; old SQLite allows 999
_BATCH = 128  # texts encoded before they are stored, so that an interrupted run loses few
_WAIT = 5.0  # seconds to wait for another process that writes


def default_path() -> Path:
    """Return the path of the user's cache file, which may not exist yet."""
    from platformdirs import user_cache_path

    return user_cache_path("duiyi", appauthor=False) / f"vectors-{len(_MIGRATIONS)}.sqlite"


@checked_class
class VectorCache:
    """The file. ``limit`` is the size in bytes above which the least recently used vectors are deleted."""

    def __init__(self, path: Path, *, limit: int = 2 << 30) -> None:
        self.path = path
        self._limit = limit

    def get(self, encoder: str, texts: Sequence[str], dim: int) -> dict[str, Vectors]:
        """Return the stored vectors by text. ``encoder`` is the name and fingerprint of the encoder."""
        keys = {_key(text): text for text in texts}
        found: dict[str, Vectors] = {}
        with self._open() as db:
            if db is None:
                return found
            today = int(time.time()) // _DAY
            stale = []
            hashes = list(keys)
            for low in range(0, len(hashes), _VARIABLES):
                some = hashes[low : low + _VARIABLES]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, vector, used FROM vectors WHERE encoder = ? AND key IN ({marks})"
                for key, blob, used in db.execute(query, (encoder, *some)):
                    vector = _unpacked(blob, dim)
                    if vector is not None:
                        found[keys[key]] = vector
                        if used != today:
                            stale.append((today, encoder, key))
            if stale:
                db.executemany("UPDATE vectors SET used = ? WHERE encoder = ? AND key = ?", stale)
        return found

    def put(self, encoder: str, texts: Sequence[str], vectors: Vectors) -> None:
        """Store the vectors of ``texts``."""
        today = int(time.time()) // _DAY
        rows = [(encoder, _key(text), _packed(vector), today) for text, vector in zip(texts, vectors, strict=True)]
        with self._open() as db:
            if db is not None:
                db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)
                self._shrink(db)

    def _shrink(self, db: sqlite3.Connection) -> None:
        """Delete the least recently used vectors until a tenth of the limit is free."""
        pages, page, free = (
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size", "freelist_count")
        )
        size = (pages - free) * page
        if size <= self._limit:
            return
        (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
        surplus = round(count * (1 - 0.9 * self._limit / size)) + 1
        oldest = "SELECT encoder, key FROM vectors ORDER BY used LIMIT ?"
        db.execute(f"DELETE FROM vectors WHERE (encoder, key) IN ({oldest})", (surplus,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a transaction, or None if the file cannot be used; errors inside it are logged and ignored."""
        try:
            db = self._connect()
        except sqlite3.OperationalError as error:  # locked, read-only or full: the file itself may be intact
            _LOG.warning("the vector cache %s is not used: %s", self.path, error)
            db = None
        except (sqlite3.DatabaseError, OSError) as error:
            _LOG.warning("the vector cache %s is not used: %s", self.path, error)
            self._rename_damaged(error)
            db = None
        if db is None:
            yield None
            return
        with closing(db):
            try:
                with db:
                    yield db
            except sqlite3.OperationalError as error:
                _LOG.warning("the vector cache %s is not used: %s", self.path, error)
            except sqlite3.DatabaseError as error:
                db.close()
                self._rename_damaged(error)

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=_WAIT)
        try:
            version = version_of(db)
            if version > len(_MIGRATIONS):
                raise sqlite3.DatabaseError(f"version {version} is not known to this program")
            if version < len(_MIGRATIONS):
                migrate(db, _MIGRATIONS)
        except BaseException:
            db.close()
            raise
        return db

    def _rename_damaged(self, error: Exception) -> None:
        """Rename a damaged file, so that the next run starts a new one and nothing is deleted."""
        renamed = self.path.with_name(f"{self.path.name}.damaged")
        try:
            if self.path.is_file():
                self.path.replace(renamed)
                _LOG.warning("the vector cache was damaged (%s) and has been renamed to %s", error, renamed)
        except OSError:
            _LOG.warning("the vector cache %s is damaged and cannot be renamed", self.path)


@checked_class
class CachedEncoder:
    """An encoder with a cache; the vectors are those of the encoder inside."""

    __repr__ = short_repr

    def __init__(
        self, encoder: Encoder, cache: VectorCache, *, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self._encoder = encoder
        self._cache = cache
        self._progress = progress

    @property
    def name(self) -> str:
        """The name of the encoder inside."""
        return self._encoder.name

    @property
    def dim(self) -> int:
        """The width of the encoder inside."""
        return self._encoder.dim

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the encoder inside."""
        return self._encoder.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return what the encoder inside returns; each distinct text is encoded at most once."""
        distinct = list(dict.fromkeys(texts))
        owner = f"{self.name}@{self.fingerprint}"
        found = self._cache.get(owner, distinct, self.dim)
        missing = sorted((text for text in distinct if text not in found), key=len)
        for low in range(0, len(missing), _BATCH):
            some = missing[low : low + _BATCH]
            encoded = self._encoder.encode(some)
            self._cache.put(owner, some, encoded)
            found.update(zip(some, encoded, strict=True))
            if self._progress:
                self._progress(low + len(some), len(missing))
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = found[text]
        return vectors


def _packed(vector: Vectors) -> bytes:
    """The vector as stored: little-endian, with a checksum, since a changed bit would be a wrong match for good."""
    values = vector.astype("<f4").tobytes()
    return values + _packed_sum(values)


def _unpacked(blob: object, dim: int) -> Vectors | None:
    """The vector that `_packed` stored, None for a blob of another size or with another checksum."""
    if not isinstance(blob, bytes) or len(blob) != 4 * dim + 4:
        return None
    values = blob[:-4]
    return np.frombuffer(values, "<f4").astype(np.float32) if _packed_sum(values) == blob[-4:] else None


def _packed_sum(values: bytes) -> bytes:
    return zlib.crc32(values).to_bytes(4, "little")


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
