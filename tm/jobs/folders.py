"""Align two folders: pair their files, align the pairs that are certain, and list the others for a person.

The pairs are written to a table that is a manifest too, so that `duiyi batch` aligns what a person adds to it and skips
what is done. With a memory as the result, every pair goes through a file of its own, and all of them are added in one
step at the end.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

from corpora.errors import UsageError
from corpora.files import check_targets, replacing
from models.encoder import Encoder
from tm.formats import read as read_units
from tm.jobs.align_files import AlignFilesOptions
from tm.jobs.batch import DONE, KEPT, BatchJournal, Outcome, run
from tm.jobs.manifest import read_manifest
from tm.jobs.pairing import FolderPairs, PairedFiles, pair_folders, table_of
from tm.postgresql.address import located
from tm.search.memory import Memory
from tm.store.writing import AddReport
from tm.unit import Unit

__all__ = [
    "PAIRS", "AlignedFolders", "add_units", "align_folders", "check_memory", "check_table", "is_memory", "write_pairs",
]  # fmt: skip

_SMALL = 300_000  # bytes of all documents up to which it takes longer to start processes than to align
PAIRS = "pairs.tsv"  # the table in the folder of the results


@dataclass(frozen=True, slots=True)
class AlignedFolders:
    """What was paired, what was aligned, and what went into a memory, if one was asked for."""

    pairs: FolderPairs
    outcomes: tuple[Outcome, ...]
    added: AddReport | None = None


def is_memory(path: Path) -> bool:
    """Whether an output is a memory by its ending."""
    return path.suffix.lower() == ".duiyi"


def add_units(path: Path, units: Iterable[Unit]) -> int:
    """Add ``units`` to the memory at ``path``, all of them or none; return how many there were."""
    with Memory(path) as memory:
        return memory.add(units, whole=True).read


def check_memory(place: Path | str) -> None:
    """Raise `StoreError` where a file or an address cannot become or be a memory, before the work for it is done."""
    path = located(place)
    if isinstance(path, Path):
        check_targets([path])
    if path.exists():
        Memory(path).close()


def check_table(path: Path) -> None:
    """Raise `UsageError` for a table of pairs that does not end in .tsv, and what `check_targets` raises."""
    if path.suffix.lower() not in (".tsv", ".tab"):
        raise UsageError(f"{path}: the pairs are a table of tabs, whose name ends in .tsv")
    check_targets([path])


def write_pairs(pairs: FolderPairs, path: Path, *, folder: str = "aligned") -> None:
    """Write the table of ``pairs`` to ``path``; its outputs are in ``folder`` beside it.

    Raises what `check_table` and `corpora.files.replacing` raise.
    """
    check_table(path)
    check_targets([path], [one for pair in pairs.pairs for one in (pair.source, pair.target) if one])
    names = _outputs(pairs, f"{folder}/", ".tmx")
    with replacing(path) as place:
        place.write_text(table_of(pairs, path.parent, names.__getitem__), encoding="utf-8")


def align_folders(
    source: Path,
    target: Path,
    outputs: Sequence[Path],
    *,
    encoder: Encoder,
    model: str = "",
    options: AlignFilesOptions | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    follow: Callable[[Iterator[Outcome], int], Iterator[Outcome]] = lambda outcomes, _: outcomes,
) -> AlignedFolders:
    """Pair the files of two folders and align the certain pairs.

    ``outputs``: a folder for one TMX a pair and the table `PAIRS`, a memory (.duiyi), or both. ``model`` is the name of
    the encoder for the processes; ``progress`` follows the reading (files read, of all), ``follow`` the outcomes.

    Raises `UsageError` for other outputs, and what `pair_folders` raises.
    """
    options = options or AlignFilesOptions()
    folders, memories = _sorted(source, target, outputs)
    found = pair_folders(source, target, encoder=encoder, progress=progress)
    with ExitStack() as stack:
        folder = folders[0] if folders else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        names = _outputs(found, "", ".tmx" if folders else ".jsonl")
        manifest = folder / PAIRS
        with replacing(manifest) as place:
            place.write_text(table_of(found, folder, names.__getitem__, _columns(options, model)), encoding="utf-8")
        certain = {folder / names[pair]: _names(pair, found) for pair in found.pairs if pair.certain}
        pairs = [
            replace(pair, name=names_of[0], names=names_of)
            for pair in (read_manifest(manifest) if certain else [])
            if (names_of := certain.get(pair.outputs[0])) is not None
        ]
        journal = BatchJournal(manifest) if folders else None
        size = sum(path.stat().st_size for pair in pairs for path in (pair.source, pair.target) if path)
        workers = workers if size > _SMALL else 1
        outcomes = tuple(follow(run(pairs, workers=workers, journal=journal), len(pairs)))
        added = None
        if memories:
            aligned = [one.pair.outputs[0] for one in outcomes if one.state in (DONE, KEPT)]
            with Memory(memories[0]) as memory:
                added = memory.add(chain.from_iterable(map(read_units, aligned)), whole=True)
    return AlignedFolders(found, outcomes, added)


def _names(pair: PairedFiles, pairs: FolderPairs) -> tuple[str, str]:
    """The names of both files in their folders."""
    sides = (pair.source, pairs.source), (pair.target, pairs.target)
    source, target = (path.relative_to(folder).as_posix() if path else "" for path, folder in sides)
    return source, target


def _sorted(source: Path, target: Path, outputs: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The folders and the memories among the outputs, one of each at most."""
    memories = [path for path in outputs if is_memory(path)]
    folders = [path for path in outputs if not is_memory(path)]
    for path in folders:
        if path.is_file() or path.suffix.lower() in (".tmx", ".tsv", ".xlf", ".xlsx", ".csv", ".jsonl"):
            raise UsageError(f"two folders are aligned into a folder or a memory (.duiyi), not into the file {path}")
        for one in (source, target):
            if path.resolve().is_relative_to(one.resolve()):
                raise UsageError(f"{path} lies in {one}, whose files are read: choose another folder for the results")
    if len(folders) > 1 or len(memories) > 1 or not outputs:
        raise UsageError("two folders are aligned into one folder, one memory (.duiyi), or one of each")
    for path in memories:
        check_memory(path)
    return folders, memories


def _columns(options: AlignFilesOptions, model: str) -> dict[str, str]:
    """The options that differ from the defaults, as columns of the manifest."""
    defaults = asdict(AlignFilesOptions())
    stated = {name: value for name, value in asdict(options).items() if value != defaults[name]}
    found = {name: "yes" if value is True else str(value) for name, value in stated.items() if name != "bilingual"}
    if options.srx:
        found["srx"] = str(Path(options.srx).resolve())  # paths of a manifest begin at its folder
    return {**found, "model": model} if model else found


def _outputs(pairs: FolderPairs, before: str, ending: str) -> dict[PairedFiles, str]:
    """The output of each pair: the name of its source, with a number where two sources differ in their ending only."""
    found: dict[PairedFiles, str] = {}
    used: set[str] = set()
    for pair in pairs.pairs:
        if pair.source is None or pair.target is None:
            continue
        stem = pair.source.relative_to(pairs.source).with_suffix("").as_posix().replace("|", "_")
        name, number = stem, 1
        while name.lower() in used:
            number += 1
            name = f"{stem}-{number}"
        used.add(name.lower())
        found[pair] = f"{before}{name}{ending}"
    return found
