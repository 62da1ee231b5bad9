"""The units of a file that is imported, prepared for a memory: in this process, or in a second one that reads ahead.

Reading and preparing units takes as long as writing them. So a large file is read by the same interpreter running
`main`, which sends the batches over a pipe, a few before they are needed. If it cannot be started, ends too early or
sends something else, this process reads on from the last batch that came: slower, with the same result.
"""

import marshal
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import IO, Protocol

from corpora.errors import DuiyiError
from corpora.processes import close_pipes, start_interpreter, without_interruption
from tm.formats import ReadOptions, UnitProblems
from tm.formats import read as read_file
from tm.formats.conformance import Audit
from tm.jobs.workers import cores
from tm.store.prepared import Batches, Prepared, in_batches
from tm.unit import Unit

__all__ = ["ImportSource", "ReadUnits", "main"]

_COMMAND = "from tm.jobs.import_source import main; main()"
#: Bytes of a file, and of a packed one, that are read in less time than it takes to start a process.
_SMALL, _SMALL_PACKED = 4_000_000, 1_000_000
_PACKED = (".gz", ".xlsx", ".docx", ".parquet")
_AHEAD = 2  # batches that wait in the second process
_PIPE = 1 << 20  # bytes that a pipe holds, so that a batch comes in a few pieces; only Linux can change that
_SIZE = 8  # bytes of the length before each batch; length 0 is before what comes last


class ReadUnits(Protocol):
    """Reads as `tm.formats.read` does."""

    def __call__(self, path: Path, options: ReadOptions, /, *, problems: UnitProblems) -> Iterator[Unit]:
        """The units of ``path``."""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """A file, and which of its units are imported: see `tm.jobs.import_file.ImportOptions`."""

    path: Path
    options: ReadOptions
    min_quality: float | None = None
    status: str = ""

    def batches(self, problems: UnitProblems, audit: Audit, read: ReadUnits = read_file) -> Batches:
        """The units, read in this process."""
        units = read(self.path, self.options, problems=problems)
        return in_batches(self._selected(audit.over(units), problems))

    def batches_ahead(self, problems: UnitProblems, audit: Audit) -> Batches:
        """The units, read in a second process if that is worth it and possible."""
        here = self.batches(problems, audit)
        small = _SMALL_PACKED if self.path.name.lower().endswith(_PACKED) else _SMALL
        if self.path.stat().st_size < small or cores() < 2 or not sys.executable:
            return here
        return lambda done: self._ahead(problems, audit, here, done)

    def _selected(self, units: Iterable[Unit], problems: UnitProblems) -> Iterator[Unit]:
        """Units of sufficient quality, with their new status."""
        least = self.min_quality
        if least is None and not self.status:
            yield from units
            return
        for unit in units:
            if least is not None and unit.quality is not None and unit.quality < least:
                problems.skipped[f"quality below {least:g}"] += 1
                continue
            yield replace(unit, status=self.status) if self.status else unit

    def _ahead(self, problems: UnitProblems, audit: Audit, here: Batches, done: int) -> Generator[Prepared]:
        """The batches of the second process; what it does not send is read ``here``."""
        came = 0
        with _Child(self, done) as child:
            while (sent := child.next()) is not None:
                if isinstance(sent, Prepared):
                    came += sent.read
                    yield sent
                    continue
                problems.take(sent.problems)
                audit.units += sent.units
                if sent.failure is not None:
                    raise sent.failure
                return
        for batch in here(max(done, came)):
            came -= batch.read
            if came < 0:
                yield batch


@dataclass(frozen=True, slots=True)
class _End:
    """What comes last: the problems, how many units were read, and why no more were."""

    problems: UnitProblems
    units: int
    failure: DuiyiError | None


class _Child:
    """The second process, which reads ``source`` with a batch that ends after ``done`` units. A context manager."""

    def __init__(self, source: ImportSource, done: int) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError), without_interruption():
            self._process = start_interpreter(_COMMAND)
        if self._process is not None and self._process.stdin is not None and self._process.stdout is not None:
            _widen(self._process.stdout)
            with suppress(OSError):
                pickle.dump((source, done), self._process.stdin)
                self._process.stdin.flush()  # it stays open: see `_end_with_parent`

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            close_pipes(self._process)

    def next(self) -> Prepared | _End | None:
        """The next batch or, after the last one, the end; None where something else comes."""
        pipe = self._process.stdout if self._process is not None else None
        if pipe is None:
            return None
        try:
            size = int.from_bytes(pipe.read(_SIZE), "big")
            if size:
                return Prepared(*marshal.loads(pipe.read(size)))
            end: _End = pickle.load(pipe)
            return end
        except (OSError, EOFError, ValueError, MemoryError, OverflowError, pickle.UnpicklingError):
            return None  # it ended, or a module that it loaded printed something, which may read as a huge length


def _widen(pipe: IO[bytes]) -> None:
    """Let more bytes wait in a pipe, where that is possible: the system limits those of a user."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def main() -> None:
    """What the second process does: send all batches, then the end."""
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # not what a reader may print
    source, done = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    problems = UnitProblems(source.path, source.options.strict)
    audit = Audit(counts=problems.repaired)
    failure = None
    waiting: deque[Future[None]] = deque()
    with suppress(BrokenPipeError), ThreadPoolExecutor(1) as sender:
        try:
            for batch in source.batches(problems, audit)(done):
                waiting.append(sender.submit(_send, output, _packed(batch)))
                if len(waiting) > _AHEAD:
                    waiting.popleft().result()
        except DuiyiError as error:
            failure = error
        for sending in waiting:
            sending.result()
        _send(output, bytes(_SIZE) + pickle.dumps(_End(problems, audit.units, failure)))


def _end_with_parent() -> None:
    """End this process when the one that started it has ended, even while it reads on and has nothing to send."""
    while os.read(0, 1):
        pass
    os._exit(1)


def _packed(batch: Prepared) -> bytes:
    values = tuple(getattr(batch, one.name) for one in fields(batch))
    data = marshal.dumps(values, 2)  # later versions look for equal objects, which takes twice as long
    return len(data).to_bytes(_SIZE, "big") + data


def _send(pipe: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[pipe.write(rest) :]
