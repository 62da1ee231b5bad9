"""Vectors of texts in one file next to the memory, searched for nearest neighbours in milliseconds.

An inverted file with two coarse filters before the exact comparison: vectors are grouped by their nearest centre
(spherical k-means), a query searches the groups whose centres are nearest (Jégou, Douze and Schmid 2011, "Product
quantization for nearest neighbor search", IEEE TPAMI 33, section IV), there compares signs of the centred components,
64 in one instruction, and only the best of those as vectors of 8-bit components. It needs numpy only, the file is
mapped and not read, and building it takes minutes for a million texts, where a graph index takes an hour.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpora.errors import StoreError
from corpora.files import replacing
from models.encoder import Vectors

__all__ = ["QuantizedVectors", "VectorFile", "VectorOptions", "vector_files", "vector_path", "write"]

_MAGIC = b"duiyi vectors 1\n"
_ALIGN = 64
_AT_ONCE = 65_536  # vectors assigned to centres in one product


@dataclass(frozen=True, slots=True)
class VectorOptions:
    """How vectors are grouped and searched.

    small: up to this number of vectors there are no groups, and all are compared.
    probes: share of the groups that a query searches; a larger share finds more and takes longer.
    rescored: the number of best vectors by sign that are compared in full.
    rounds, sample, seed: of k-means: rounds, vectors for each centre, seed of the random numbers.
    """

    small: int = 20_000
    probes: float = 0.14
    rescored: int = 3_000
    rounds: int = 8
    sample: int = 40
    seed: int = 1


_DEFAULT = VectorOptions()


@dataclass(frozen=True, slots=True)
class QuantizedVectors:
    """Vectors as 8-bit components (int8 ``[n, dim]``) and the scale of each (float32 ``[n]``), with their text ids."""

    ids: NDArray[np.int64]
    values: NDArray[np.int8]
    scales: NDArray[np.float32]

    @classmethod
    def of(cls, ids: NDArray[np.int64], vectors: Vectors) -> "QuantizedVectors":
        """Round vectors of length 1 to 8 bits a component."""
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9).astype(np.float32) / np.float32(127)
        return cls(ids, np.rint(vectors / scales[:, None]).astype(np.int8), scales)

    def batches(self) -> Iterator[tuple[slice, Vectors]]:
        """The vectors again, some at a time."""
        for start in range(0, len(self.ids), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            yield part, self.values[part].astype(np.float32) * self.scales[part, None]


def vector_path(memory: Path, fingerprint: str) -> Path:
    """The file for the vectors of one encoder."""
    from hashlib import blake2b

    return memory.with_name(f"{memory.name}.vectors-{blake2b(fingerprint.encode(), digest_size=6).hexdigest()}")


def vector_files(memory: Path) -> list[Path]:
    """The vector files next to ``memory``."""
    from glob import escape

    return sorted(memory.parent.glob(f"{escape(memory.name)}.vectors-*"))


def write(
    path: Path,
    vectors: QuantizedVectors,
    fingerprint: str,
    options: VectorOptions = _DEFAULT,
    *,
    like: Path | None = None,
) -> None:
    """Group the vectors and write them to ``path``, which appears when it is complete.

    A new file gets the permissions of ``like``, the memory.
    """
    count, dim = vectors.values.shape
    centres = _centres(vectors, options)
    groups, mean = np.empty(count, np.int32), np.zeros(dim, np.float64)
    for part, batch in vectors.batches():
        groups[part] = (batch @ centres.T).argmax(axis=1)
        mean += batch.sum(axis=0, dtype=np.float64)
    middle = (mean / max(1, count)).astype(np.float32)
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(len(centres) + 1))
    signs = np.empty((count, -(-dim // 64)), np.uint64)
    for part, batch in vectors.batches():
        signs[part] = _signs(batch - middle)
    _save(
        path,
        fingerprint,
        {
            "centres": centres,
            "middle": middle,
            "starts": starts.astype(np.int64),
            "ids": vectors.ids[order],
            "signs": np.ascontiguousarray(signs[order].T),
            "scales": vectors.scales[order],
            "values": vectors.values,
        },
        order,
        like,
    )


def _save(
    path: Path,
    fingerprint: str,
    arrays: dict[str, NDArray[Any]],
    order: NDArray[np.int64],
    like: Path | None,
) -> None:
    head: dict[str, Any] = {"fingerprint": fingerprint, "arrays": {}}
    place = 0
    for name, array in arrays.items():
        head["arrays"][name] = [place, str(array.dtype), list(array.shape)]
        place += -(-array.nbytes // _ALIGN) * _ALIGN
    text = json.dumps(head).encode()
    first = _first(len(text))
    with replacing(path, like=like) as temporary, temporary.open("wb") as file:
        file.write(_MAGIC + len(text).to_bytes(8, "little") + text)
        file.write(b"\0" * (first - file.tell()))
        for name, array in arrays.items():
            if name == "values":
                for start in range(0, len(array), _AT_ONCE):  # the one large array is never copied whole
                    file.write(array[order[start : start + _AT_ONCE]].tobytes())
            else:
                file.write(array.tobytes())
            file.write(b"\0" * (-array.nbytes % _ALIGN))


def _first(head: int) -> int:
    return -(-(len(_MAGIC) + 8 + head) // _ALIGN) * _ALIGN


def _centres(vectors: QuantizedVectors, options: VectorOptions) -> Vectors:
    """Centres of the groups, of length 1: spherical k-means (Dhillon and Modha 2001) on a sample."""
    count, dim = vectors.values.shape
    if count <= options.small:
        return np.zeros((1, dim), np.float32)
    number = int(np.sqrt(count))
    random = np.random.default_rng(options.seed)
    chosen = np.sort(random.choice(count, min(count, options.sample * number), replace=False))
    sample = vectors.values[chosen].astype(np.float32) * vectors.scales[chosen, None]
    centres: Vectors = sample[random.choice(len(sample), number, replace=False)]
    for _ in range(options.rounds):
        nearest = np.concatenate(
            [(sample[start : start + 8_192] @ centres.T).argmax(axis=1) for start in range(0, len(sample), 8_192)]
        )
        order = np.argsort(nearest, kind="stable")
        filled, starts = np.unique(nearest[order], return_index=True)
        sums = np.add.reduceat(sample[order], starts, axis=0)
        # A centre that is nearest to no vector starts again at a vector of the sample.
        centres = sample[random.choice(len(sample), number, replace=False)]
        centres[filled] = sums
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), np.float32(1e-9))
    return centres


def _signs(centred: Vectors) -> NDArray[np.uint64]:
    count, dim = centred.shape
    packed = np.zeros((count, -(-dim // 64) * 8), np.uint8)
    bits = np.packbits(centred > 0, axis=1)
    packed[:, : bits.shape[1]] = bits
    signs: NDArray[np.uint64] = packed.view(np.uint64)
    return signs


class VectorFile:
    """A mapped file of vectors. Raises `StoreError` for one that is damaged or of another kind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                magic, size = file.read(len(_MAGIC)), int.from_bytes(file.read(8), "little")
                if magic != _MAGIC or size > 1_000_000:
                    raise StoreError(f"{path} is not a file of vectors; delete it and run duiyi memory index again")
                head = json.loads(file.read(size))
            self.fingerprint = str(head["fingerprint"])
            self._arrays: dict[str, NDArray[Any]] = {}
            for name, (place, kind, shape) in head["arrays"].items():
                self._arrays[name] = np.memmap(path, kind, "r", _first(size) + place, tuple(shape))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{path} is damaged; delete it and run duiyi memory index again") from error
        # What every query reads is kept in memory; the vectors themselves stay on disk.
        self._centres, self._middle, self._starts, self._signs = (
            np.array(self._arrays[name]) for name in ("centres", "middle", "starts", "signs")
        )

    def __len__(self) -> int:
        return len(self._arrays["ids"])

    def quantised(self) -> QuantizedVectors:
        """All vectors, to be written again with others; mapped, not read."""
        return QuantizedVectors(np.array(self._arrays["ids"]), self._arrays["values"], np.array(self._arrays["scales"]))

    def nearest(
        self, vector: NDArray[np.float32], count: int, options: VectorOptions = _DEFAULT
    ) -> list[tuple[int, float]]:
        """Text ids and cosines of the ``count`` nearest texts, nearest first."""
        if not len(self) or not np.any(vector):
            return []
        spans = self._spans(vector, options)
        rows = np.concatenate([np.arange(start, end) for start, end in spans])
        if len(rows) > options.rescored:
            distances = self._distances(vector, spans)
            rows = rows[np.argpartition(distances, options.rescored)[: options.rescored]]
        rows = np.sort(rows)
        values = self._arrays["values"][rows].astype(np.float32)
        cosines = (values @ vector) * self._arrays["scales"][rows]
        best = np.argsort(-cosines, kind="stable")[:count]
        ids = self._arrays["ids"][rows[best]]
        return [(int(number), float(one)) for number, one in zip(ids, cosines[best], strict=True)]

    def _spans(self, vector: NDArray[np.float32], options: VectorOptions) -> list[tuple[int, int]]:
        """The ranges of the groups whose centres are nearest."""
        groups = len(self._centres)
        if groups == 1:
            return [(0, len(self))]
        probes = min(groups - 1, max(1, int(groups * options.probes)))
        nearest = np.sort(np.argpartition(-(self._centres @ vector), probes)[:probes])
        return [(int(self._starts[group]), int(self._starts[group + 1])) for group in nearest]

    def _distances(self, vector: NDArray[np.float32], spans: list[tuple[int, int]]) -> NDArray[np.uint16]:
        """The number of signs in which the query and each vector of the spans differ."""
        query = _signs((vector - self._middle)[None]).T
        # Words are rows of the array, so that each sum runs along memory.
        return np.concatenate(
            [
                np.add.reduce(np.bitwise_count(self._signs[:, start:end] ^ query), axis=0, dtype=np.uint16)
                for start, end in spans
            ]
        )
