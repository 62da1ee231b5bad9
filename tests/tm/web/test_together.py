"""What requests write together: everything, in order, and an error reaches those whose batch it was."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tm.web.together import Together


def in_a_loop(run: Callable[[], Coroutine[None, None, None]]) -> None:
    """In a thread of its own: where a browser was driven before, this one has a loop already."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(run())).result()


def test_what_arrives_while_a_thread_writes_is_written_together() -> None:
    batches: list[list[int]] = []
    begun, end = Event(), Event()

    def write(given: Sequence[int]) -> None:
        begun.set()
        assert end.wait(60)
        batches.append(list(given))

    async def run() -> None:
        together = Together(write)
        tasks = [asyncio.create_task(together.add(0))]
        while not begun.is_set():
            await asyncio.sleep(0.001)
        tasks += [asyncio.create_task(together.add(number)) for number in range(1, 5)]
        await asyncio.sleep(0)
        tasks[4].cancel()
        await asyncio.sleep(0)
        assert not any(task.done() for task in tasks[:4])
        end.set()
        await asyncio.gather(*tasks[:4])
        await together.add(5)

    in_a_loop(run)
    assert batches == [[0], [1, 2, 3, 4], [5]], "what a client does not wait for is written, too"


def test_an_error_is_raised_for_those_whose_batch_it_was() -> None:
    written: list[int] = []

    def write(given: Sequence[int]) -> None:
        if 1 in given:
            raise OSError("no room")
        written.extend(given)

    async def run() -> None:
        together = Together(write)
        for number in range(3):
            if number == 1:
                with pytest.raises(OSError, match="no room"):
                    await together.add(number)
            else:
                await together.add(number)

    in_a_loop(run)
    assert written == [0, 2]
