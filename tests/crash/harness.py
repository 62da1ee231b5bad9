"""Kill a writer at its n-th step: before each SQL statement, and before and after each renaming, linking and opening.

The writer runs in a forked process, which is cheap, so that every step of a job can be tried. It tells what it was
promised (a call returned) through a pipe before it goes on; SIGKILL leaves it no time to clean up.
"""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["Job", "killed", "killed_at_random"]

#: Writes into a folder, and calls the function that it is given with what was acknowledged.
Job = Callable[[Path, Callable[[str], None]], None]


def _steps(limit: int) -> None:
    """Make this process kill itself at its step number ``limit``, counted from 1."""
    taken = 0

    def step(*_: object) -> None:
        nonlocal taken
        taken += 1
        if taken == limit:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(step)
        return connection

    sqlite3.connect = watched  # type: ignore[assignment]
    for name in ("replace", "rename", "link", "open", "fsync"):
        original = getattr(os, name)

        def wrapped(*arguments: Any, original: Any = original, **options: Any) -> Any:
            step()
            result = original(*arguments, **options)
            step()
            return result

        setattr(os, name, wrapped)


def _run(job: Job, folder: Path, prepare: Callable[[], None]) -> tuple[int, Callable[[], str]]:
    """Start the job in a forked process: its id, and a function that reads what it acknowledged until its end."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        code = 1
        try:
            os.close(reading)
            prepare()
            job(folder, lambda what: os.write(writing, f"{json.dumps(what)}\n".encode()) and None)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)

    def acknowledged() -> str:
        with open(reading, encoding="utf-8") as pipe:
            return pipe.read()

    return process, acknowledged


def _ended(process: int, acknowledged: str) -> tuple[list[str], bool]:
    _, status = os.waitpid(process, 0)
    was_killed = os.WIFSIGNALED(status)
    assert was_killed or os.waitstatus_to_exitcode(status) == 0, "the writer ended with an exception"
    return [json.loads(line) for line in acknowledged.splitlines()], was_killed


def killed(job: Job, make_folder: Callable[[], Path]) -> Iterator[tuple[Path, list[str]]]:
    """Kill ``job`` at each of its steps, in a new folder each time: the folder, and what was acknowledged.

    The last one is the job that ran to its end.
    """
    limit, was_killed = 1, True
    while was_killed:
        folder = make_folder()
        process, acknowledged = _run(job, folder, lambda limit=limit: _steps(limit))  # type: ignore[misc]
        done, was_killed = _ended(process, acknowledged())
        limit += 1
        yield folder, done


def killed_at_random(
    job: Job, make_folder: Callable[[], Path], *, times: int, seconds: float, seed: int
) -> Iterator[tuple[Path, list[str]]]:
    """Kill ``job`` after a random time of up to ``seconds``, wherever it is then."""
    chance = Random(seed)
    for _ in range(times):
        folder = make_folder()
        process, acknowledged = _run(job, folder, lambda: None)
        time.sleep(chance.random() * seconds)
        try:
            os.kill(process, signal.SIGKILL)
        finally:
            done, _ = _ended(process, acknowledged())
        yield folder, done
