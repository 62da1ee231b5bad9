"""Look-ups by meaning, across languages: vectors of all texts of a memory, made on request.

Encoding is slow and not needed by everyone, so `build_vectors` makes the vectors, in a file next to the memory, one for
each encoder; for a memory on a server in a table that all clients share, if the server has pgvector. They may lag
behind: texts that were added later are not found by meaning until `build_vectors` runs again, which encodes only what
is new.
"""

import threading
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np

from corpora.errors import UsageError
from models.encoder import Encoder
from tm.store.memory_store import MemoryStore
from tm.store.server_vectors import ServerVectors
from tm.store.vectors import QuantizedVectors, VectorFile, VectorOptions, vector_files, vector_path, write
from tm.tags import plain

__all__ = ["build_vectors", "encoder_for", "nearest", "with_vectors"]

_BATCH = 2_048  # texts encoded at a time
_DEFAULT = VectorOptions()
_open: dict[tuple[str, int, int], VectorFile] = {}
_lock = threading.Lock()


def build_vectors(
    memory: MemoryStore,
    encoder: Encoder,
    *,
    options: VectorOptions = _DEFAULT,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Make or update the vectors of all texts that units use; returns how many there are.

    ``progress`` is called with the number of texts encoded so far.
    """
    if (shared := ServerVectors.of(memory, encoder.fingerprint)) is not None:
        if not len(memory):
            raise UsageError(f"{memory.path} has no units to index")
        return shared.build(encoder, progress)
    path = vector_path(memory.vectors_beside, encoder.fingerprint)
    old = VectorFile(path).quantised() if path.exists() else None
    known = set(old.ids.tolist()) if old is not None else set()
    parts: list[QuantizedVectors] = []
    present: set[int] = set()
    done = 0
    with memory.reading() as connection:
        rows = iter(
            connection.stream(
                "SELECT id, text FROM texts WHERE id IN (SELECT source FROM units UNION SELECT target FROM units)"
                " ORDER BY id"
            )
        )
        while batch := list(islice(rows, _BATCH)):
            present.update(number for number, _ in batch)
            new = [(number, plain(text)) for number, text in batch if number not in known]
            if new:
                ids = np.array([number for number, _ in new], np.int64)
                parts.append(QuantizedVectors.of(ids, encoder.encode([text for _, text in new])))
                done += len(new)
                if progress is not None:
                    progress(done)
    if old is not None:
        kept = np.array([number in present for number in old.ids.tolist()], bool)
        if not parts and kept.all():
            return len(old.ids)
        parts.insert(0, QuantizedVectors(old.ids[kept], old.values[kept], old.scales[kept]))
    if not present:
        raise UsageError(f"{memory.path} has no units to index")
    ids, values, scales = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "values", "scales")
    )
    beside = memory.vectors_beside  # a server's memory has no file there
    like = beside if beside.is_file() else None
    write(path, QuantizedVectors(ids, values, scales), encoder.fingerprint, options, like=like)
    return len(ids)


def with_vectors(memories: Sequence[MemoryStore], encoder: Encoder) -> list[MemoryStore]:
    """Return the memories that were indexed with ``encoder``. Raises `UsageError` if none was."""
    found = [memory for memory in memories if _has_vectors(memory, encoder)]
    if not found:
        which = ", ".join(str(memory.path) for memory in memories)
        raise UsageError(
            f"there are no vectors of {encoder.name} for {which}, which a search by meaning needs: "
            "index the memory with this encoder (duiyi memory index)"
        )
    return found


def _has_vectors(memory: MemoryStore, encoder: Encoder) -> bool:
    shared = ServerVectors.of(memory, encoder.fingerprint)
    if shared is not None and shared.exist():
        return True
    return vector_path(memory.vectors_beside, encoder.fingerprint).exists()


def _has_any(memory: MemoryStore) -> bool:
    shared = ServerVectors.of(memory)
    return bool(shared is not None and shared.tables()) or bool(vector_files(memory.vectors_beside))


def encoder_for(
    memories: Sequence[MemoryStore], semantic: bool | None, load: Callable[[], Encoder]
) -> tuple[Encoder | None, list[MemoryStore]]:
    """Return the encoder if the memories are to be searched by meaning, and the memories that have no vectors of it.

    ``semantic``: True to search by meaning, False not to, None to do so if a memory has vectors of the encoder, which
    is loaded only if there are vectors of any. Raises `UsageError` where True cannot be met.
    """
    if semantic is False or (semantic is None and not any(map(_has_any, memories))):
        return None, []
    encoder = load()
    try:
        found = with_vectors(memories, encoder)
    except UsageError:
        if semantic:
            raise
        return None, []
    return encoder, [memory for memory in memories if memory not in found]


def nearest(memory: MemoryStore, encoder: Encoder, text: str, count: int) -> list[tuple[int, float]]:
    """Ids and cosines of the texts of ``memory`` nearest to ``text`` in meaning, in any language, nearest first.

    Raises `UsageError` where the memory has no vectors of this encoder.
    """
    with_vectors([memory], encoder)
    shared = ServerVectors.of(memory, encoder.fingerprint)
    if shared is not None and shared.exist():
        (vector,) = encoder.encode([plain(text)])
        return shared.nearest(vector, count)
    path = vector_path(memory.vectors_beside, encoder.fingerprint)
    state = path.stat()
    # A file that was written again has another date; the old one is dropped.
    name = (str(path), state.st_mtime_ns, state.st_size)
    with _lock:
        file = _open.get(name)
        if file is None:
            for stale in [one for one in _open if one[0] == name[0]]:
                del _open[stale]
            file = _open[name] = VectorFile(path)
    (vector,) = encoder.encode([plain(text)])
    return file.nearest(vector, count)
