"""A command of this checkout that serves pages, for the benchmarks and the pictures of the docs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["duiyi", "listening"]


def duiyi(*arguments: object) -> list[str]:
    """The command line of this checkout."""
    return [sys.executable, "-c", "from tm.cli.main import run; run()", *map(str, arguments)]


@contextmanager
def listening(*arguments: object, **environment: str) -> Iterator[tuple[str, int]]:
    """A command that serves pages, with variables of its environment; the address it prints, and its process."""
    command, env = duiyi(*arguments), os.environ | environment
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()
