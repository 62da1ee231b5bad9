"""Find exact and near duplicates among the units of a corpus, without comparing all with all.

Units are equal where both texts are, apart from case and blanks. Near duplicates are found by locality-sensitive
hashing of MinHash signatures (Broder 1997; datasketch): units of the same language pair that share a band are
candidates, and the share of common pieces of three characters decides, computed from their texts. Units whose numbers
differ are never near duplicates: "Article 5" is not "Article 6". The first unit in the order of the documents stays.

Everything is spread over workers in partitions of hashes. What crosses partitions are ids of units, so that 100 million
units need no machine with the memory for their texts.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from corpora.extras import need
from corpora.storage import Storage
from tm.corpus.options import CorpusOptions
from tm.corpus.parts import PARTS, part_of, selected
from tm.formats.jsonl import from_dict
from tm.jobs.workers import Loaded
from tm.unit import Unit

__all__ = [
    "Candidates", "HashPartition", "Selected", "Selecting", "candidates_of", "first_ones", "match", "number_of_parts",
    "select", "similarity", "verify",
]  # fmt: skip

Ids = NDArray[np.uint64]
_SHIFT = np.uint64(24)  # an id is the number of its document and, in the last 24 bits, its place there
_PERMUTATIONS = 64
_RECALL = 0.99  # of near duplicates at the threshold
_WINDOW = 4  # units before one in a band with which it is compared, beside the first
_IN_PARTITION = 2_000_000  # units, about
_CHECKED = 20_000  # candidates that a worker compares at a time
_ENTRY = np.dtype([("hash", np.uint64), ("more", np.uint64), ("id", np.uint64)])
_NUMBER = re.compile("[0-9]+|[〇零一二三四五六七八九十百千万亿]+")


@dataclass(frozen=True, slots=True)
class Selecting:
    """Some documents (their numbers and parts) whose units are selected and described; ``number`` names the result."""

    number: int
    out: Storage
    parts: tuple[tuple[int, str], ...]
    options: CorpusOptions
    partitions: int


@dataclass(frozen=True, slots=True)
class Selected:
    """For each document the places of the units that stay, by their languages, and what was left out and why."""

    places: dict[int, dict[tuple[str, str], NDArray[np.uint32]]]
    lost: dict[int, Counter[str]]


def select(task: Selecting, loaded: Loaded) -> Selected:
    """On a worker: select the units of some documents, and write their hashes by partition."""
    entries: dict[str, list[tuple[int, int, int]]] = {"exact": [], "near": []}
    places: dict[int, dict[tuple[str, str], list[int]]] = {}
    lost = {}
    rows = _rows(task.options.near)
    for number, part in task.parts:
        kept, lost[number] = selected(part_of(task.out, part), task.options)
        places[number] = {}
        for place, unit in kept:
            places[number].setdefault((unit.source_lang, unit.target_lang), []).append(place)
            identity = (number << int(_SHIFT)) + place
            if task.options.does("exact"):
                entries["exact"].append((*_exact(unit), identity))
            if task.options.does("near"):
                entries["near"] += [(band, 0, identity) for band in _bands(unit, rows)]
    for kind, found in entries.items():
        if task.options.does("exact" if kind == "exact" else "near"):
            table = np.array(found, _ENTRY)
            owner = table["hash"] % np.uint64(task.partitions)
            for partition in range(task.partitions):
                _save(task.out, _table_name(kind, task.number, partition), table[owner == partition])
    arrays = {n: {pair: np.array(ids, np.uint32) for pair, ids in of.items()} for n, of in places.items()}
    return Selected(arrays, lost)


def number_of_parts(units: int) -> int:
    """The number of partitions into which the hashes of ``units`` are divided."""
    return 1 + units // _IN_PARTITION


@dataclass(frozen=True, slots=True)
class HashPartition:
    """A partition of hashes, of as many results of `select` as ``tables``. ``gone``: a file of ids that are out."""

    kind: str
    out: Storage
    partition: int
    tables: int
    gone: str = ""


def match(task: HashPartition, loaded: Loaded) -> Ids:
    """On a worker: ids in pairs ``[n, 2]``, of a unit and one before it with the same hash."""
    tables = [_load(task.out, _table_name(task.kind, n, task.partition)) for n in range(task.tables)]
    table = np.concatenate(tables) if tables else np.empty(0, _ENTRY)
    if task.gone and len(table):
        table = table[~np.isin(table["id"], _load(task.out, task.gone))]
    table = table[np.lexsort((table["id"], table["more"], table["hash"]))]
    if not len(table):
        return np.empty((0, 2), np.uint64)
    equal = (table["hash"][1:] == table["hash"][:-1]) & (table["more"][1:] == table["more"][:-1])
    starts = np.maximum.accumulate(np.where(np.concatenate([[True], ~equal]), np.arange(len(table)), 0))
    at = np.arange(len(table))
    found = [np.stack([table["id"][at], table["id"][starts]], 1)[starts != at]]
    for back in range(1, _WINDOW + 1) if task.kind == "near" else ():
        near = at[at - back > starts]
        found.append(np.stack([table["id"][near], table["id"][near - back]], 1))
    return np.unique(np.concatenate(found), axis=0)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of ids to compare by their texts, and the parts of the documents in them by number."""

    out: Storage
    pairs: Ids
    parts: dict[int, str]
    near: float


def candidates_of(out: Storage, pairs: Ids, parts: Sequence[str], near: float) -> list[Candidates]:
    """The pairs in tasks for workers, sorted, so that a worker reads few documents."""
    found = []
    for first in range(0, len(pairs), _CHECKED):
        some = pairs[first : first + _CHECKED]
        numbers = np.unique(some >> _SHIFT).tolist()
        found.append(Candidates(out, some, {number: parts[number] for number in numbers}, near))
    return found


def verify(task: Candidates, loaded: Loaded) -> Ids:
    """On a worker: those of the pairs that are near duplicates."""

    @lru_cache(maxsize=64)
    def lines(number: int) -> list[bytes]:
        return part_of(task.out, task.parts[number])

    @lru_cache(maxsize=4096)
    def unit(identity: int) -> Unit:
        number, place = identity >> int(_SHIFT), identity & ((1 << int(_SHIFT)) - 1)
        return from_dict(json.loads(lines(number)[place + 1])["unit"])

    pairs = task.pairs.tolist()
    return task.pairs[[similarity(unit(one), unit(other)) >= task.near for one, other in pairs]]


def similarity(one: Unit, other: Unit) -> float:
    """The share of pieces that two units have in common; 0 where their languages or numbers differ."""
    languages = (one.source_lang, one.target_lang) != (other.source_lang, other.target_lang)
    if languages or _numbers(one) != _numbers(other):
        return 0.0
    left, right = _pieces(one), _pieces(other)
    return len(left & right) / len(left | right)


def first_ones(pairs: Ids) -> set[int]:
    """The ids of units that go, given pairs of a unit and an equivalent one before it."""
    gone: set[int] = set()
    for later, earlier in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].tolist():
        if earlier not in gone:
            gone.add(later)
    return gone


def _exact(unit: Unit) -> tuple[int, int]:
    key = "\0".join((unit.source_lang, unit.target_lang, _plain(unit.source), _plain(unit.target)))
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _numbers(unit: Unit) -> tuple[list[str], list[str]]:
    return _NUMBER.findall(unit.source), _NUMBER.findall(unit.target)


def _pieces(unit: Unit) -> set[str]:
    found: set[str] = set()
    for side, text in (("s", _plain(unit.source)), ("t", _plain(unit.target))):
        found.update(side + text[at : at + 3] for at in range(max(1, len(text) - 2)))
    return found


def _rows(near: float) -> int:
    """How many values a band has: as many as leave the recall at the threshold."""
    fits = [r for r in range(1, _PERMUTATIONS + 1) if 1 - (1 - near**r) ** (_PERMUTATIONS // r) >= _RECALL]
    return max(fits, default=1)


def _bands(unit: Unit, rows: int) -> Iterable[int]:
    datasketch: Any = need("datasketch", "cluster", "find near duplicates")
    sketch = datasketch.MinHash(num_perm=_PERMUTATIONS, seed=1, hashfunc=crc32)
    sketch.update_batch([piece.encode("utf-8", "surrogatepass") for piece in sorted(_pieces(unit))])
    values = sketch.hashvalues.astype("<u8")
    about = repr((unit.source_lang, unit.target_lang, _numbers(unit))).encode("utf-8", "surrogatepass")
    for band in range(_PERMUTATIONS // rows):
        row = values[band * rows : (band + 1) * rows].tobytes()
        yield int.from_bytes(blake2b(bytes([band]) + row + about, digest_size=8).digest(), "big")


def _table_name(kind: str, number: int, partition: int) -> str:
    return f"{PARTS}/work/{kind}-{number}-{partition}.npy"


def _save(out: Storage, name: str, table: NDArray[Any]) -> None:
    stream = BytesIO()
    np.save(stream, table, allow_pickle=False)
    out.write(name, stream.getvalue())


def _load(out: Storage, name: str) -> NDArray[Any]:
    found: NDArray[Any] = np.load(BytesIO(out.read(name)), allow_pickle=False)
    return found
