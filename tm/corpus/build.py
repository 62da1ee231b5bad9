"""Build a corpus: read, pair, align, filter, remove duplicates, write; on this machine or on a cluster.

Each step is spread over workers, which only schedule; what a step does to a document depends on the document and the
options alone. The steps pass files in the folder of the corpus to each other, so that a run that was stopped continues
where it was. ``manifest.json`` is removed at the beginning and written last: a folder without one is not complete.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from corpora.errors import InputError, UsageError
from corpora.extras import need
from corpora.storage import Storage, storage_of
from tm.corpus import duplicates
from tm.corpus.inputs import FileToPair, Profile, documents_of, profile_of
from tm.corpus.options import CorpusDocument, CorpusOptions, DocumentOutcome
from tm.corpus.parts import PARTS, AlignTask, align_document, died, head_of, part_name
from tm.corpus.report import CorpusReport, DocumentReport, manifest_text, report_text
from tm.corpus.writing import FilePlan, Written, could_not_write, plan, units_to_write, write_file
from tm.jobs.folders import check_memory
from tm.jobs.workers import Work, spread
from tm.search.memory import Memory

if TYPE_CHECKING:
    from tm.jobs.cluster import Cluster, ClusterOptions

__all__ = ["MANIFEST", "REPORT", "Follow", "build_corpus"]

T = TypeVar("T")
R = TypeVar("R")
MANIFEST, REPORT = "manifest.json", "report.md"
_DOCUMENTS = 200  # whose units a worker selects at a time
_EXACT, _NEAR = "exact duplicate", "near duplicate"
_SHIFT = 24


class Follow(Protocol):
    """Sees the results of each step when they come, for a progress bar."""

    def __call__(self, step: str, results: Iterator[R], total: int) -> Iterator[R]:
        """Yield ``results``, of which there will be ``total``."""


def _unseen(step: str, results: Iterator[R], total: int) -> Iterator[R]:
    return results


def build_corpus(
    inputs: Sequence[Path | str],
    out: Path | str,
    *,
    options: CorpusOptions | None = None,
    memory: Path | str | None = None,
    workers: int = 1,
    worker_memory: int = 0,
    cluster: "ClusterOptions | None" = None,
    follow: Follow = _unseen,
) -> CorpusReport:
    """Build the corpus ``out`` from a manifest or two folders, paths or addresses of object storage (s3://).

    ``memory``: a memory to which the units are added, too. ``workers``: processes on this machine, each with
    ``worker_memory`` bytes at most (0: any amount), or a ``cluster``. ``follow`` sees the progress.

    Documents that cannot be used are in the report and stop nothing. Raises `UsageError` and `InputError` for inputs
    and outputs that cannot be used as a whole, `MissingExtra` where a package is missing.
    """
    options = options or CorpusOptions()
    place = storage_of(out)
    _check(inputs, place, options)
    if memory is not None:
        check_memory(memory)
    with ExitStack() as stack:
        nodes = None
        if cluster is not None:
            from tm.jobs.cluster import connected

            nodes = stack.enter_context(connected(cluster))
        job = _Build(place, options, workers, worker_memory, nodes, follow)
        documents = documents_of(inputs, options, job.profiles)
        if not any(not one.problem for one in documents):
            first = f"{documents[0].key}: {documents[0].problem}"
            raise InputError(f"none of the documents can be used; the first, {first}")
        place.delete(MANIFEST)
        return job.build(documents, memory)


def _check(inputs: Sequence[Path | str], out: Storage, options: CorpusOptions) -> None:
    """Refuse what would fail after hours."""
    if options.does("near"):
        need("datasketch", "cluster", "find near duplicates")
    if options.does("write") and "parquet" in options.formats:
        need("pyarrow", "tables", "write Parquet")
    if options.does("checks"):
        from tm.checks.options import CheckOptions
        from tm.checks.run import chosen

        chosen(CheckOptions(only=frozenset(options.checks)))
    for one in map(storage_of, inputs):
        if out == one or (not out.remote and not one.remote and Path(out.root).resolve().is_relative_to(one.root)):
            raise UsageError(
                f"{out.root} lies in {one.root}, whose files are read: choose another folder for the corpus"
            )
    if not out.remote:
        try:
            Path(out.root).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{out.root} cannot be a folder: {error.strerror}") from error
    known = {MANIFEST, REPORT}
    strange = [name for name in out.files() if name not in known and name.split("/")[0] not in (PARTS, *_FOLDERS)]
    if strange:
        raise UsageError(f"{out.root} holds other files, such as {strange[0]}: choose an empty folder for the corpus")


_FOLDERS = ("parquet", "jsonl", "tmx")


@dataclass(frozen=True, slots=True)
class _Build:
    """The steps of a build, and how they are spread."""

    out: Storage
    options: CorpusOptions
    workers: int
    memory: int
    cluster: "Cluster | None"
    follow: Follow

    def spread(self, step: str, items: Sequence[T], work: Work[T, R], died: Callable[[T, str], R]) -> Iterator[R]:
        found = spread(items, work, died, workers=self.workers, memory=self.memory, cluster=self.cluster)
        return self.follow(step, found, len(items))

    def profiles(self, files: Sequence[FileToPair]) -> Iterator[Profile]:
        return self.spread("pairing", files, profile_of, lambda one, why: (one, None, why))

    def build(self, documents: Sequence[CorpusDocument], memory: Path | str | None) -> CorpusReport:
        outcomes = self.align(documents)
        used = [one for one in documents if one.key in outcomes and not _problem(one, outcomes)]
        parts = [part_name(one, self.options) for one in used]
        places, lost = self.select(parts, sum(int(outcomes[one.key].figures["units"]) for one in used))
        self.remove_duplicates(parts, places, lost)
        plans = plan(
            self.out,
            self.options.formats if self.options.does("write") else (),
            [(one.key, one.corpus, part, found) for one, part, found in zip(used, parts, places, strict=True)],
            self.options.part,
        )
        files = self.write(plans)
        if memory is not None:
            self.remember(memory, used, parts, places)
        numbers = {one.key: number for number, one in enumerate(used)}
        reports = [
            _report(
                one,
                outcomes.get(one.key),
                *((places[n], lost[n]) if (n := numbers.get(one.key)) is not None else ({}, {})),
            )
            for one in documents
        ]
        report = CorpusReport(self.out.root, self.options, tuple(reports), tuple(files))
        self.out.write(REPORT, report_text(report).encode("utf-8", "backslashreplace"))
        with (
            self.out.writing(MANIFEST) as path,
            path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
        ):
            file.writelines(manifest_text(report))
        self.out.within(f"{PARTS}/work").delete_all()
        return report

    def align(self, documents: Sequence[CorpusDocument]) -> dict[str, DocumentOutcome]:
        """Align what has no part yet."""
        there = self.out.within(PARTS).files()
        found, waiting = {}, []
        for one in documents:
            name = part_name(one, self.options)
            if one.problem:
                continue
            if name.removeprefix(f"{PARTS}/") in there:
                try:
                    found[one.key] = DocumentOutcome(one, "kept", figures=head_of(self.out, name))
                    continue
                except InputError:
                    pass  # damaged; it is made again
            waiting.append(AlignTask(one, self.out, self.options))
        # The largest first: one that is begun last would keep a whole cluster waiting.
        waiting.sort(key=lambda task: -_size(task.document))
        for outcome in self.spread("aligning", waiting, align_document, died):
            if outcome.state == "not written":
                raise InputError(f"{outcome.message}; run the command again, it continues here")
            found[outcome.pair.key] = outcome
        return found

    def select(
        self, parts: Sequence[str], units: int
    ) -> tuple[list[dict[tuple[str, str], NDArray[np.uint32]]], list[Counter[str]]]:
        """The places of the units that stay, and what does not, for each document."""
        groups = [tuple(group) for _, group in groupby(enumerate(parts), lambda one: one[0] // _DOCUMENTS)]
        partitions = duplicates.number_of_parts(units)
        tasks = [
            duplicates.Selecting(number, self.out, group, self.options, partitions)
            for number, group in enumerate(groups)
        ]
        places: dict[int, dict[tuple[str, str], NDArray[np.uint32]]] = {}
        lost: dict[int, Counter[str]] = {}
        for one in self.spread("selecting", tasks, duplicates.select, _fails):
            places.update(one.places)
            lost.update(one.lost)
        return [places[n] for n in range(len(parts))], [lost[n] for n in range(len(parts))]

    def remove_duplicates(
        self, parts: Sequence[str], places: list[dict[tuple[str, str], NDArray[np.uint32]]], lost: list[Counter[str]]
    ) -> None:
        """Take duplicates from ``places`` and count them in ``lost``."""
        tables = -(-len(parts) // _DOCUMENTS)
        partitions = duplicates.number_of_parts(sum(len(ids) for of in places for ids in of.values()) + sum(
            sum(one.values()) for one in lost))  # fmt: skip
        gone_file = ""
        for kind, reason in (("exact", _EXACT), ("near", _NEAR)):
            if not self.options.does("exact" if kind == "exact" else "near"):
                continue
            tasks = [duplicates.HashPartition(kind, self.out, n, tables, gone_file) for n in range(partitions)]
            found = list(self.spread(f"{kind} duplicates", tasks, duplicates.match, _fails))
            pairs = np.unique(np.concatenate([np.empty((0, 2), np.uint64), *found]), axis=0)
            if kind == "near":
                candidates = duplicates.candidates_of(self.out, pairs, parts, self.options.near)
                kept = self.spread("comparing", candidates, duplicates.verify, _fails)
                pairs = np.concatenate([np.empty((0, 2), np.uint64), *kept])
            gone = np.array(sorted(duplicates.first_ones(pairs)), np.uint64)
            _take_out(gone, places, lost, reason)
            if kind == "exact":
                gone_file = f"{PARTS}/work/gone.npy"
                stream = BytesIO()
                np.save(stream, gone, allow_pickle=False)
                self.out.write(gone_file, stream.getvalue())

    def write(self, plans: Sequence[FilePlan]) -> list[Written]:
        """Write the files, and delete those of an earlier run."""
        for folder in _FOLDERS:
            for name in self.out.within(folder).files():
                if f"{folder}/{name}" not in {one.name for one in plans}:
                    self.out.delete(f"{folder}/{name}")
        found = sorted(self.spread("writing", plans, write_file, could_not_write), key=lambda one: one.name)
        bad = [one for one in found if one.problem]
        if bad:
            raise InputError(f"{self.out.name(bad[0].name)} was not written: {bad[0].problem}; run the command again")
        return found

    def remember(
        self, path: Path | str, documents: Sequence[CorpusDocument], parts: Sequence[str], places: Sequence[Any]
    ) -> None:
        """Add all units to a memory, all or none."""
        groups = [(one.key, one.corpus, part, found) for one, part, found in zip(documents, parts, places, strict=True)]
        plans = plan(self.out, ("jsonl",), groups, self.options.part)
        with Memory(path) as memory:
            files = self.follow("adding", iter(plans), len(plans))
            memory.add((unit for file in files for unit in units_to_write(file)), whole=True)


def _size(document: CorpusDocument) -> int:
    """The bytes of the files of a document, as far as they are known."""
    sizes = [stamp.partition(" ")[0] for stamp in document.stamps]
    return sum(int(size) for size in sizes if size.isdecimal())


def _fails(item: object, why: str) -> Any:
    raise InputError(f"a step of the corpus did not end: {why}; run the command again, it continues here")


def _problem(document: CorpusDocument, outcomes: dict[str, DocumentOutcome]) -> str:
    if document.problem:
        return document.problem
    return outcomes[document.key].message


def _take_out(
    gone: NDArray[np.uint64],
    places: list[dict[tuple[str, str], NDArray[np.uint32]]],
    lost: list[Counter[str]],
    why: str,
) -> None:
    numbers = (gone >> np.uint64(_SHIFT)).astype(np.int64)
    starts = np.searchsorted(numbers, np.arange(len(places) + 1))
    for number, of in enumerate(places):
        here = gone[starts[number] : starts[number + 1]]
        if not len(here):
            continue
        out = (here & np.uint64((1 << _SHIFT) - 1)).astype(np.uint32)
        for pair, ids in of.items():
            stay = ids[~np.isin(ids, out)]
            lost[number][why] += len(ids) - len(stay)
            of[pair] = stay


def _report(
    document: CorpusDocument,
    outcome: DocumentOutcome | None,
    places: dict[tuple[str, str], NDArray[np.uint32]],
    lost: Counter[str] | dict[str, int],
) -> DocumentReport:
    figures = outcome.figures if outcome else {}
    written = {"--".join(pair): len(ids) for pair, ids in sorted(places.items()) if len(ids)}
    problem = document.problem or (outcome.message if outcome else "")
    return DocumentReport(
        document,
        problem,
        str(figures.get("signature", "")),
        int(figures.get("units", 0)),
        written,
        dict(sorted(lost.items())),
        tuple(figures.get("warnings", ())),
    )
