"""The threads that do the work: a few for queries that live as long as the server, one for writing, one for long tasks.

The framework's own pool would start forty threads, each with a connection and a cache of its own, which compete for the
interpreter's lock and respond no sooner. Here a query waits in a queue; when the queue is full, the client gets 503.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tm.server.errors import Busy

__all__ = ["Executors"]

T = TypeVar("T")
_LONG_TASKS = 8  # running or waiting
_SIGN_INS = 32  # a password takes memory and processor time on purpose


class Executors:
    """Queues: queries, small writes (one at a time, as SQLite requires), long tasks, and passwords."""

    def __init__(self, threads: int, waiting: int) -> None:
        """``threads`` run queries; ``waiting`` calls may wait for queries, and as many for writing."""
        self._waiting = waiting
        self._pools = {
            "query": ThreadPoolExecutor(threads, "query"),
            "write": ThreadPoolExecutor(1, "write"),
            "long": ThreadPoolExecutor(1, "long"),
            "sign_in": ThreadPoolExecutor(2, "sign-in"),
        }
        self._counts = dict.fromkeys(self._pools, 0)

    async def query(self, call: Callable[[], T]) -> T:
        """Run a query."""
        return await self._run("query", call, self._waiting)

    async def write(self, call: Callable[[], T]) -> T:
        """Write a few units."""
        return await self._run("write", call, self._waiting)

    async def long(self, call: Callable[[], T]) -> T:
        """Import, export, extract or check: one after the other, in parallel to the queries."""
        return await self._run("long", call, _LONG_TASKS)

    def begin(self, call: Callable[[], T]) -> "asyncio.Future[T]":
        """Run a long task whose end nobody need wait for."""
        return self._started("long", call, _LONG_TASKS)

    async def sign_in(self, call: Callable[[], T]) -> T:
        """Check a password."""
        return await self._run("sign_in", call, _SIGN_INS)

    async def _run(self, name: str, call: Callable[[], T], most: int) -> T:
        return await self._started(name, call, most)

    def _started(self, name: str, call: Callable[[], T], most: int) -> "asyncio.Future[T]":
        # Counted on the thread of the event loop only.
        if self._counts[name] >= most:
            raise Busy("the server is busy; try again in a moment")
        self._counts[name] += 1
        # With the context of the request, in which the language of its page is set.
        inside = contextvars.copy_context().run
        future = asyncio.get_running_loop().run_in_executor(self._pools[name], inside, call)
        future.add_done_callback(lambda done: self._done(name, done))
        return future

    def _done(self, name: str, done: "asyncio.Future[T]") -> None:
        self._counts[name] -= 1
        if not done.cancelled():
            done.exception()  # retrieved, so that asyncio does not complain where the client has gone

    def close(self) -> None:
        """Finish what is running and drop what is waiting."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown(wait=True)
