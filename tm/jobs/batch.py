"""Align many pairs: in several processes or on a cluster, continuing where an earlier run stopped.

Finished pairs are recorded in a journal, one JSON line each, when their files are complete: a later run skips a pair
whose journal line names the same files, sizes, dates and options. A pair that fails is reported and does not stop the
others, even if it ends its process (a lack of memory, an error in a library).
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora.errors import InputError
from tm.jobs.align_files import align_files, summary
from tm.jobs.manifest import FilePair
from tm.jobs.workers import Loaded, cores, encoder_of, reason_of, spread

if TYPE_CHECKING:
    from models.encoder import Encoder
    from tm.jobs.cluster import ClusterOptions

__all__ = ["DONE", "DOUBTFUL", "FAILED", "KEPT", "BatchJournal", "Outcome", "cores", "run"]

DONE, DOUBTFUL, KEPT, FAILED = "done", "doubtful", "kept", "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a pair: ``state`` is "done", "doubtful", "kept" (done by an earlier run) or "failed".

    A doubtful pair is aligned and its files are written, but its texts do not seem to correspond, or not in the same
    order; it stays doubtful in later runs, which do not align it again.

    ``message`` says why it failed; ``figures`` are those of `tm.jobs.align_files.summary`, with ``warnings`` and
    ``signature``.
    """

    pair: FilePair
    state: str
    message: str = ""
    seconds: float = 0.0
    figures: Mapping[str, Any] = field(default_factory=dict)


class BatchJournal:
    """The record of pairs that are done, beside the manifest: ``NAME.done.jsonl``."""

    def __init__(self, manifest: Path) -> None:
        """``manifest`` need not exist."""
        self._manifest = manifest
        self.path = manifest.with_name(f"{manifest.name}.done.jsonl")
        self._known: dict[str, Mapping[str, Any]] = dict(_lines(self.path)) if self.path.is_file() else {}

    def find(self, pair: FilePair) -> Mapping[str, Any] | None:
        """The figures of ``pair`` from an earlier run, None where it is to be done."""
        try:
            if not all(output.is_file() for output in pair.outputs):
                return None
        except OSError:  # a path that cannot be read is reported when the pair is aligned
            return None
        return self._known.get(_key(pair, self._manifest.parent))

    def forget(self) -> None:
        """Treat no pair as done; the journals stay on disk."""
        self._known.clear()

    def add(self, outcome: Outcome) -> None:
        """Record a pair that is done. Raises `InputError` where the journal cannot be written."""
        key = _key(outcome.pair, self._manifest.parent)
        line = json.dumps({"key": key, "figures": dict(outcome.figures)}, ensure_ascii=False)
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                # A line that a crash left incomplete must not swallow this one.
                file.write(("\n" if self._is_torn() else "") + line + "\n")
        except OSError as error:
            raise InputError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def _is_torn(self) -> bool:
        """True if the last line of the journal is incomplete."""
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            return file.read() not in (b"", b"\n")


def run(
    pairs: Sequence[FilePair],
    *,
    workers: int = 1,
    journal: BatchJournal | None = None,
    cluster: "ClusterOptions | None" = None,
) -> Iterator[Outcome]:
    """Align ``pairs`` and yield the result of each when it ends.

    Pairs that ``journal`` knows are left out as "kept"; those that are done go into it. With more than one of
    ``workers``, each is a process with its share of the cores; a script that asks for them must be importable
    (``if __name__ == "__main__"``), as `multiprocessing` has it. With ``cluster`` they are on the nodes of a cluster,
    all of which must have the folders of the files under the same names.
    """
    waiting: list[FilePair] = []
    for pair in pairs:
        figures = journal.find(pair) if journal else None
        if figures is None:
            waiting.append(pair)
        else:
            yield Outcome(pair, DOUBTFUL if figures.get("doubtful") else KEPT, figures=figures)
    with ExitStack() as stack:
        nodes = None
        if cluster is not None and waiting:
            from tm.jobs.cluster import connected

            waiting = [_absolute(pair) for pair in waiting]
            nodes = stack.enter_context(connected(cluster))
        for outcome in spread(waiting, _done, _died, workers=workers, cluster=nodes):
            if journal and outcome.state in (DONE, DOUBTFUL):
                journal.add(outcome)
            yield outcome


def _died(pair: FilePair, why: str) -> Outcome:
    return Outcome(pair, FAILED, why)


def _absolute(pair: FilePair) -> FilePair:
    """``pair`` with paths that are right in any current folder."""
    here = Path.cwd()
    outputs = tuple(here / path for path in pair.outputs)
    model = str(here / pair.model) if pair.model and (here / pair.model).is_dir() else pair.model
    target = here / pair.target if pair.target else None
    options = replace(pair.options, srx=str(here / pair.options.srx)) if pair.options.srx else pair.options
    return replace(pair, source=here / pair.source, target=target, outputs=outputs, model=model, options=options)


def _done(pair: FilePair, loaded: Loaded) -> Outcome:
    """Align one pair; any error becomes its outcome."""
    started = time.perf_counter()
    figures, reason = reason_of(lambda: _figures(pair, encoder_of(pair.model, loaded)))
    state = FAILED if figures is None else DOUBTFUL if figures["doubtful"] else DONE
    return Outcome(pair, state, reason, time.perf_counter() - started, figures or {})


def _figures(pair: FilePair, encoder: "Encoder") -> dict[str, Any]:
    paired = align_files(
        pair.source, pair.target, *pair.outputs, encoder=encoder, options=pair.options, names=pair.names
    )
    more = {"warnings": list(paired.warnings), "signature": paired.alignment.signature}
    return {**summary(paired.alignment), **more}


def _key(pair: FilePair, folder: Path) -> str:
    """A key that changes if a pair must be aligned again: files, their sizes and dates, options and encoder."""
    stamps = []
    rules = Path(pair.options.srx) if pair.options.srx else None
    for path in (one for one in (pair.source, pair.target, rules) if one is not None):
        try:
            status = path.stat()
        except OSError:
            stamps.append([str(path), -1, -1])
        else:
            stamps.append([_relative(path, folder), status.st_size, status.st_mtime_ns])
    outputs = [_relative(path, folder) for path in pair.outputs]
    return json.dumps([stamps, outputs, asdict(pair.options), pair.model], ensure_ascii=False)


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _lines(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a journal; a line that a crash left incomplete is skipped."""
    for line in path.read_text("utf-8", errors="replace").split("\n"):
        try:
            entry = json.loads(line)
            if isinstance(entry["key"], str) and isinstance(entry["figures"], dict):
                yield entry["key"], entry["figures"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
