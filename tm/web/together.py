"""Write what many requests have to write at the same time in one transaction: a disk takes as long for one as for ten.

The first one is written at once; what arrives while a thread writes is written together as soon as it has finished.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

__all__ = ["Together"]

T = TypeVar("T")


class Together(Generic[T]):
    """What waits to be written; used on the thread of one event loop."""

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        """``write`` writes all that it is given, or raises an error."""
        self._write = write
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, one: T) -> None:
        """Write ``one``; it is written when this returns. Raises what ``write`` raises."""
        await self._added(one)

    def add_later(self, one: T) -> None:
        """Write ``one`` soon; nobody waits for it, and nobody learns of an error."""
        self._added(one).add_done_callback(lambda written: written.exception())

    def _added(self, one: T) -> "asyncio.Future[None]":
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._run())
        return written

    async def _run(self) -> None:
        while self._waiting:
            given, self._waiting = self._waiting, []
            error: Exception | None = None
            try:
                await run_in_threadpool(self._write, [one for one, _ in given])
            except Exception as raised:  # noqa: BLE001 - raised where it is waited for
                error = raised
            for _, written in given:
                if written.done():  # nobody waits any more
                    continue
                if error is None:
                    written.set_result(None)
                else:
                    written.set_exception(error)
        self._writing = None
