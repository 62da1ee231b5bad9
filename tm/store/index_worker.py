"""Build segments of the index in a second process while the first one reads on: a third of the work of a large import.

The other process is this interpreter with one function of ours; texts go to it and segments come back over its own
pipes, which a thread minds. Where it cannot be started or does not answer, the segment is built here: slower, and the
same.
"""

import os
import pickle
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import IO, Any

from corpora.processes import child_environment
from tm.store.index_segments import Grams, IndexSegment, build

__all__ = ["BuiltSegment", "IndexWorker", "main"]

BuiltSegment = tuple[IndexSegment, Grams, set[str]]
_COMMAND = "from tm.store.index_worker import main; main()"


class IndexWorker:
    """Builds segments one after the other. A context manager; what is not done when it ends is given up."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._usable = bool(sys.executable) and (os.cpu_count() or 1) > 1
        self._thread = ThreadPoolExecutor(1)

    def __enter__(self) -> "IndexWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._usable = False
        if self._process is not None:
            self._process.kill()  # the thread that waits for it goes on at once
        self._thread.shutdown(cancel_futures=True)
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what was still to be sent has nobody to read it
                        pipe.close()
            self._process.wait()

    def order(self, ids: list[int], texts: list[str]) -> "Future[BuiltSegment]":
        """Have `tm.store.index_segments.build` done with these."""
        return self._thread.submit(self._built, ids, texts)

    def _built(self, ids: list[int], texts: list[str]) -> BuiltSegment:
        if self._usable:
            try:
                there, back = self._pipes()
                _send(there, (ids, texts))
                built: BuiltSegment = pickle.load(back)
                return built
            except (OSError, EOFError, ValueError, pickle.UnpicklingError):
                self._usable = False
        return build(ids, texts)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


def _send(pipe: IO[bytes], what: Any) -> None:
    pickle.dump(what, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def main() -> None:
    """What the other process does: build what comes in until nothing comes any more."""
    while True:
        try:
            ids, texts = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _send(sys.stdout.buffer, build(ids, texts))
