"""Start child processes that end with their parent and never import modules from the current folder.

Anyone may have put a `numpy.py` into the current folder.

``python -c``, which `multiprocessing` uses to spawn, puts the current folder first on the module search path. An
environment variable (``PYTHONSAFEPATH``, Python 3.11) leaves it out, in children of children and helper processes too.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, parent_process
from types import FrameType

__all__ = [
    "child_environment",
    "close_pipes",
    "end_with_parent",
    "handle_stop",
    "run_program",
    "safe_search_path",
    "start_interpreter",
    "without_interruption",
]

_VARIABLE = "PYTHONSAFEPATH"


@contextmanager
def safe_search_path() -> Iterator[None]:
    """Children started inside this context import nothing from the current folder.

    The variable is set for the whole process while the context is open: `multiprocessing` passes on no environment
    of its own.
    """
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = before


@contextmanager
def without_interruption() -> Iterator[None]:
    """Children started inside this context are not interrupted by Ctrl+C, not even while they start; this process is.

    A signal that comes meanwhile waits for the end of the context. Children inherit that it waits, and for them it
    does so for good.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def child_environment() -> dict[str, str]:
    """The environment for a Python child that finds the modules this process finds, except in the current folder."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), _VARIABLE: "1"}


def start_interpreter(command: str) -> "subprocess.Popen[bytes]":
    """Start this interpreter with ``command``, its input and output as pipes. Raises `OSError` if that cannot be."""
    return subprocess.Popen(
        [sys.executable, "-c", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
    )


def close_pipes(process: "subprocess.Popen[bytes]") -> None:
    """Close the pipes to a process that was killed, and wait for its end."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what is still in the pipe cannot be sent any more
                pipe.close()
    process.wait()


def end_with_parent() -> None:
    """In a child of `multiprocessing`: send SIGTERM to itself when the parent has ended, however it did."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for, args=(parent.sentinel,), name="end with parent", daemon=True).start()


def handle_stop() -> None:
    """In a child: leave Ctrl+C to the parent, and end on SIGTERM with an exception, which removes temporary files."""

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(128 + number)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)


def _wait_for(sentinel: int) -> None:
    connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def run_program(
    command: Sequence[str],
    *,
    timeout: float,
    data: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, bytes, bytes]:
    """Run a program to its end: its return code (-9 after ``timeout`` seconds), standard output and standard error.

    ``data`` is its standard input, ``environment`` is added to that of this process. Its own children end with it,
    however this function is left.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        start_new_session=os.name != "nt",
    )
    try:
        out, problems = process.communicate(data, timeout)
    except subprocess.TimeoutExpired:
        return -9, b"", b""
    finally:
        if process.poll() is None:
            if os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return process.returncode, out, problems
