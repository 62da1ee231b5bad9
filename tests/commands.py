"""The command line in the tests: in this process, or in a separate one to check the exit code of bad input."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from typer.testing import CliRunner

from tm.cli.application import app

__all__ = ["COMMAND", "Ran", "done", "process", "ran", "refused", "started"]

#: `duiyi`, for a separate process.
COMMAND = (sys.executable, "-c", "from tm.cli.main import run; run()")


class Ran(NamedTuple):
    """The result of a command."""

    code: int
    out: str
    err: str


def ran(*arguments: object) -> Ran:
    """Run `duiyi` with ``arguments``; exceptions are raised, `DuiyiError` for bad input too."""
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def done(*arguments: object) -> Ran:
    """As `ran`; the exit code must be 0."""
    result = ran(*arguments)
    assert result.code == 0, result
    return result


def process(*arguments: object, **more: Any) -> "subprocess.CompletedProcess[str]":
    """Run `duiyi` with ``arguments`` in a separate process; ``more`` is passed to `subprocess.run`."""
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **more)


def refused(*arguments: object, **more: Any) -> str:
    """Run `duiyi` in a separate process on bad input: one sentence, exit code 2, no result. The sentence."""
    result = process(*arguments, **more)
    assert (result.returncode, result.stdout) == (2, ""), result
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr


@contextmanager
def started(*arguments: object) -> Iterator[str]:
    """Run a command of `duiyi` that serves pages, without a browser, inside a ``with`` statement; its address."""
    command = [*COMMAND, *map(str, arguments), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
