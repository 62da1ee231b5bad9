"""The command line in the tests: in this process, or in one of its own where the exit code of bad input counts."""

import subprocess
import sys
from typing import Any, NamedTuple

from typer.testing import CliRunner

from tm.cli.main import app

__all__ = ["COMMAND", "Ran", "done", "process", "ran", "refused"]

#: `duiyi`, for a process of its own.
COMMAND = (sys.executable, "-c", "from tm.cli.main import run; run()")


class Ran(NamedTuple):
    """What became of a command."""

    code: int
    out: str
    err: str


def ran(*arguments: object) -> Ran:
    """`duiyi` with ``arguments``; whatever it raises comes out, a `DuiyiError` of bad input too."""
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def done(*arguments: object) -> Ran:
    """As `ran`, with exit code 0."""
    result = ran(*arguments)
    assert result.code == 0, result
    return result


def process(*arguments: object, **more: Any) -> "subprocess.CompletedProcess[str]":
    """`duiyi` with ``arguments`` in a process of its own; ``more`` goes to `subprocess.run`."""
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **more)


def refused(*arguments: object, **more: Any) -> str:
    """What a process of its own says of bad input: one sentence, exit code 2, no result."""
    result = process(*arguments, **more)
    assert (result.returncode, result.stdout) == (2, ""), result
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr
