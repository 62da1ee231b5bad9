"""Where the work is done: questions on a few threads that live as long as the server, what takes long on another.

The framework's own pool would make forty threads, each with its connection and cache, that fight for the interpreter's
lock and answer no sooner. Here a question waits in line instead, and when the line is too long the client is told so.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tm.server.errors import Busy

__all__ = ["Executors"]

T = TypeVar("T")


class Executors:
    """Three lines: questions, small writes (one at a time, as SQLite takes them), and what takes long."""

    def __init__(self, threads: int, waiting: int) -> None:
        """``threads`` answer questions, ``waiting`` may wait in each line."""
        self._waiting = waiting
        self._lines = {
            "ask": ThreadPoolExecutor(threads, "ask"),
            "write": ThreadPoolExecutor(1, "write"),
            "long": ThreadPoolExecutor(1, "long"),
        }
        self._counts = dict.fromkeys(self._lines, 0)

    async def ask(self, call: Callable[[], T]) -> T:
        """Answer a question."""
        return await self._run("ask", call, self._waiting)

    async def write(self, call: Callable[[], T]) -> T:
        """Write a few units."""
        return await self._run("write", call, self._waiting)

    async def long(self, call: Callable[[], T]) -> T:
        """Import, export, extract, check: one after the other, beside the questions."""
        return await self._run("long", call, 8)

    async def _run(self, line: str, call: Callable[[], T], most: int) -> T:
        # Counted on the loop's own thread only.
        if self._counts[line] >= most:
            raise Busy("the server has more to do than it can; try again in a moment")
        self._counts[line] += 1
        future = asyncio.get_running_loop().run_in_executor(self._lines[line], call)
        future.add_done_callback(lambda done: self._done(line, done))
        return await future

    def _done(self, line: str, done: "asyncio.Future[T]") -> None:
        self._counts[line] -= 1
        if not done.cancelled():
            done.exception()  # where nobody waits for it any more, it is nobody's surprise

    def close(self) -> None:
        """Finish what runs, let go what waits."""
        for line in self._lines.values():
            line.shutdown(wait=False, cancel_futures=True)
        for line in self._lines.values():
            line.shutdown(wait=True)
