"""Write the units of a corpus to files, by language pair and source, in parts of a limited size.

Which unit is in which file is decided before, from the order of the documents, so that the workers write the files in
any order and all of them are the same in each run. Dates are left out, or 1 January 1970 where a format requires one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from corpora.storage import Storage
from tm.corpus.options import CorpusFormat
from tm.corpus.parts import units_of
from tm.formats import WriteOptions, write
from tm.jobs.workers import Loaded
from tm.unit import Unit

__all__ = ["FilePlan", "Slice", "Written", "could_not_write", "plan", "units_to_write", "write_file"]

Pair = tuple[str, str]
_ENDINGS = {"parquet": ".parquet", "jsonl": ".jsonl", "tmx": ".tmx"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slice:
    """Units of a document: its key, its part, and the places of the units there."""

    key: str
    part: str
    places: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A file to write: its name in the folder ``out``, and the units in it."""

    out: Storage
    name: str
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, or "" and why not."""

    name: str
    units: int = 0
    size: int = 0
    checksum: str = ""
    problem: str = ""


def plan(
    out: Storage,
    formats: Sequence[CorpusFormat],
    documents: Sequence[tuple[str, str, str, dict[Pair, NDArray[np.uint32]]]],
    most: int,
) -> list[FilePlan]:
    """The files of a corpus, with at most ``most`` units each.

    ``documents``: the key, the source, the part, and the places of the units by their languages, of each.
    """
    groups: dict[tuple[Pair, str], list[Slice]] = {}
    for key, corpus, part, places in documents:
        for pair in sorted(places):
            if len(places[pair]):
                groups.setdefault((pair, corpus), []).append(Slice(key, part, places[pair]))
    found = []
    for ((source, target), corpus), slices in sorted(groups.items(), key=lambda group: group[0]):
        for number, some in enumerate(_cut(slices, most)):
            for kind in formats:
                folder = f"{kind}/languages={source}--{target}/source={corpus}"
                found.append(FilePlan(out, f"{folder}/part-{number:05}{_ENDINGS[kind]}", tuple(some)))
    return found


def _cut(slices: Sequence[Slice], most: int) -> Iterator[list[Slice]]:
    some: list[Slice] = []
    room = most
    for one in slices:
        rest = one.places
        while len(rest):
            some.append(replace(one, places=rest[:room]))
            taken = len(some[-1].places)
            rest, room = rest[taken:], room - taken
            if not room:
                yield some
                some, room = [], most
    if some:
        yield some


def units_to_write(file: FilePlan) -> Iterator[Unit]:
    """The units of a file, with the key of the document that each comes from."""
    for one in file.slices:
        for unit in units_of(file.out, one.part, one.places.tolist()):
            yield replace(unit, properties={**unit.properties, "document": one.key})


def write_file(file: FilePlan, loaded: Loaded) -> Written:
    """On a worker: write a file of the corpus. Raises what `tm.formats.write` raises."""
    with file.out.writing(file.name) as path:
        report = write(file.name, units_to_write(file), WriteOptions(date=_EPOCH), place=path, empty=True)
        checksum = sha256()
        with path.open("rb") as stream:
            while data := stream.read(1 << 20):
                checksum.update(data)
        return Written(file.name, report.written, path.stat().st_size, checksum.hexdigest())


def could_not_write(file: FilePlan, why: str) -> Written:
    """The result for a file whose worker died."""
    return Written(file.name, problem=why)
