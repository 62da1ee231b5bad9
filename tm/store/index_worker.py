"""Build segments of the index in a second process while the first one reads on: a third of the work of a large import.

The second process is the same interpreter running `main`; a thread sends it texts and receives segments over pipes.
If it cannot be started, ends or sends something else, this process builds the segment: slower, with the same result.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import IO, Any, TypeVar

from corpora.processes import close_pipes, start_interpreter
from tm.store.index_segments import Grams, IndexSegment, build

__all__ = ["BuiltSegment", "IndexWorker", "main"]

BuiltSegment = tuple[IndexSegment, Grams, set[str]]
Result = TypeVar("Result")
_COMMAND = "from tm.store.index_worker import main; main()"


class IndexWorker:
    """Builds segments one after the other. A context manager; what is not done when it ends is cancelled."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._usable = bool(sys.executable) and (os.cpu_count() or 1) > 1
        self._ended = False
        self._thread = ThreadPoolExecutor(1)

    def __enter__(self) -> "IndexWorker":
        return self

    def __exit__(self, _: object, error: BaseException | None, *__: object) -> None:
        self._usable, self._ended = False, True
        if self._process is not None:
            self._process.kill()  # the thread that waits for it continues at once
        self._thread.shutdown(cancel_futures=True)
        if self._process is not None:
            close_pipes(self._process)

    def order(self, ids: list[int], texts: list[str]) -> "Future[BuiltSegment]":
        """Run `tm.store.index_segments.build` on these texts in the background."""
        return self.run(lambda: self.built(ids, texts))

    def run(self, work: Callable[[], Result]) -> "Future[Result]":
        """Run ``work``, which may call `built`, in the thread that waits for the second process."""
        return self._thread.submit(work)

    def built(self, ids: list[int], texts: list[str]) -> BuiltSegment:
        """What `tm.store.index_segments.build` returns, by the second process if there is one."""
        if self._usable:
            try:
                there, back = self._pipes()
                _send(there, (ids, texts))
                built: BuiltSegment = pickle.load(back)
                return built
            except Exception:  # noqa: BLE001 - the process ended, or a module that it loaded printed something
                self._usable = False
        if self._ended:
            raise CancelledError
        return build(ids, texts)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = start_interpreter(_COMMAND)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


def _send(pipe: IO[bytes], what: Any) -> None:
    pickle.dump(what, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def main() -> None:
    """What the second process does: build a segment for each request until its input ends."""
    while True:
        try:
            ids, texts = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _send(sys.stdout.buffer, build(ids, texts))
