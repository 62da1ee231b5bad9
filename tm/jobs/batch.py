"""Align many pairs: in several processes, on one machine or on many, continuing where an earlier run stopped.

Finished pairs are recorded in a journal, one JSON line each, when their files are complete: a later run skips a pair
whose journal line names the same files, sizes, dates and options. A pair that fails is reported and does not stop the
others, even if it ends its process (a lack of memory, an error in a library). Machines of a cluster work independently:
each takes every N-th pair and keeps its own journal.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora.errors import DuiyiError, InputError, UsageError
from corpora.processes import end_with_parent, handle_stop, safe_search_path, without_interruption
from tm.jobs.align_files import align_files, summary
from tm.jobs.manifest import FilePair

if TYPE_CHECKING:
    from models.encoder import Encoder

__all__ = ["BatchJournal", "Outcome", "cores", "run", "shard"]

DONE, DOUBTFUL, KEPT, FAILED = "done", "doubtful", "kept", "failed"
_MOST = 60  # processes: Windows can wait for no more at once
_PATIENCE = 3.0  # seconds that a worker has to end


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
    """The record of pairs that are done, beside the manifest: ``NAME.done.jsonl``, one more for each shard."""

    def __init__(self, manifest: Path, part: str = "") -> None:
        """``part`` distinguishes the journals of several machines; all of them are read, one is written."""
        self._manifest = manifest
        self.path = manifest.with_name(f"{manifest.name}{f'.{part}' if part else ''}.done.jsonl")
        self._known: dict[str, Mapping[str, Any]] = {}
        for path in sorted(manifest.parent.glob(f"{_escaped(manifest.name)}*.done.jsonl")):
            self._known |= dict(_lines(path))

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


def shard(pairs: Sequence[FilePair], number: int, count: int) -> list[FilePair]:
    """Every ``count``-th pair from the ``number``-th on, counted from 1: the part of one machine of ``count``."""
    if not 1 <= number <= count:
        raise UsageError(f"`shard` takes a part and the number of parts, such as 1/4, not {number}/{count}")
    return list(pairs[number - 1 :: count])


def cores() -> int:
    """The cores that this process may use, which on a cluster are fewer than the machine has."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def run(pairs: Sequence[FilePair], *, workers: int = 1, journal: BatchJournal | None = None) -> Iterator[Outcome]:
    """Align ``pairs`` and yield the result of each when it ends.

    Pairs that ``journal`` knows are left out as "kept"; those that are done go into it. With more than one of
    ``workers``, each is a process with its share of the cores; a script that asks for them must be importable
    (``if __name__ == "__main__"``), as `multiprocessing` has it.
    """
    waiting: list[FilePair] = []
    for pair in pairs:
        figures = journal.find(pair) if journal else None
        if figures is None:
            waiting.append(pair)
        else:
            yield Outcome(pair, DOUBTFUL if figures.get("doubtful") else KEPT, figures=figures)
    workers = min(workers, len(waiting), _MOST)
    encoders: dict[str, Encoder] = {}
    outcomes = _in_processes(waiting, workers) if workers > 1 else (_done(pair, encoders) for pair in waiting)
    for outcome in outcomes:
        if journal and outcome.state in (DONE, DOUBTFUL):
            journal.add(outcome)
        yield outcome


def _in_processes(pairs: Sequence[FilePair], workers: int) -> Iterator[Outcome]:
    """Keep ``workers`` processes busy; if one dies, the pairs that were being aligned are tried again, each alone."""
    waiting = list(reversed(pairs))
    suspects: list[FilePair] = []
    while waiting:
        running: dict[Future[Outcome], FilePair] = {}
        pool = _pool(workers)
        try:
            while waiting or running:
                while waiting and len(running) <= workers:
                    # Removed after it is submitted: a pool that broke meanwhile raises here.
                    running[_submit(pool, waiting[-1])] = waiting[-1]
                    waiting.pop()
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    outcome = future.result()
                    del running[future]
                    yield outcome
        except BrokenProcessPool:
            finished = [future for future in running if future.done() and not future.exception()]
            suspects += [pair for future, pair in running.items() if future not in finished]
            yield from (future.result() for future in finished)
        except BaseException:
            _stop(pool)
            raise
        pool.shutdown()
    for pair in suspects:
        alone = _pool(1)
        try:
            yield _submit(alone, pair).result()
        except BrokenProcessPool:
            yield Outcome(pair, FAILED, "the process that worked on it died, probably for lack of memory")
        except BaseException:
            _stop(alone)
            raise
        alone.shutdown()


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool at once; those that do not react within a few seconds are killed."""
    processes = list((pool._processes or {}).values())  # `terminate_workers` of Python 3.14
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    end = time.monotonic() + _PATIENCE
    for process in processes:
        process.join(max(0.0, end - time.monotonic()))
        if process.is_alive():
            process.kill()


def _pool(workers: int) -> ProcessPoolExecutor:
    # Spawned on every system: a fork would copy the threads of the libraries of the encoder in an undefined state.
    threads = max(1, cores() // workers)
    with safe_search_path(), without_interruption():
        return ProcessPoolExecutor(workers, get_context("spawn"), _prepare, (threads,))


def _submit(pool: ProcessPoolExecutor, pair: FilePair) -> Future[Outcome]:
    with safe_search_path(), without_interruption():  # a pool starts its processes as work comes in
        return pool.submit(_in_worker, pair)


_OF_PROCESS: dict[str, "Encoder"] = {}  # the encoders of a worker, which works on many pairs


def _prepare(threads: int) -> None:
    """In a worker: use a share of the cores, and end with the process that started it."""
    end_with_parent()
    import numpy  # noqa: F401 - only the threads of libraries that are loaded can be limited
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    handle_stop()  # until here a signal ends the process at once, since there is nothing to clean up


def _in_worker(pair: FilePair) -> Outcome:
    try:
        return _done(pair, _OF_PROCESS)
    except SystemExit:
        # Files are cleaned up; the pool would go on with the next pair.
        os._exit(1)


def _done(pair: FilePair, encoders: "dict[str, Encoder]") -> Outcome:
    """Align one pair; any error becomes its outcome."""
    started = time.perf_counter()
    figures: dict[str, Any] = {}
    try:
        figures, reason = _figures(pair, encoders), ""
    except DuiyiError as error:
        reason = str(error) or type(error).__name__
    except OSError as error:
        reason = f"{error.filename or 'a file'}: {error.strerror or error}"
    except MemoryError:
        reason = "not enough memory for this pair"
    except Exception as error:  # noqa: BLE001 - an error in one pair must not stop the others
        reason = f"an error in duiyi ({type(error).__name__}: {error})"
    state = FAILED if reason else DOUBTFUL if figures["doubtful"] else DONE
    return Outcome(pair, state, reason, time.perf_counter() - started, figures)


def _figures(pair: FilePair, encoders: "dict[str, Encoder]") -> dict[str, Any]:
    from models.registry import load

    if pair.model not in encoders:
        encoders[pair.model] = load(pair.model or None)
    encoder = encoders[pair.model]
    paired = align_files(pair.source, pair.target, *pair.outputs, encoder=encoder, options=pair.options)
    more = {"warnings": list(paired.warnings), "signature": paired.alignment.signature}
    return {**summary(paired.alignment), **more}


def _key(pair: FilePair, folder: Path) -> str:
    """A key that changes if a pair must be aligned again: files, their sizes and dates, options and encoder."""
    stamps = []
    for path in (pair.source, pair.target):
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


def _escaped(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
