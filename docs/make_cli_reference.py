"""Write `docs/cli.md` from the command line itself; with ``--check``, fail where the file is out of date."""

import sys
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from tm.cli.application import app

TARGET = Path(__file__).with_name("cli.md")
WIDTH = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"}


def names(command: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of all commands, a group before its commands, in the order of the help page."""
    found = [path]
    for name, child in getattr(command, "commands", {}).items():
        found += names(child, (*path, name))
    return found


def reference() -> str:
    """The whole reference as Markdown: the help page of every command."""
    parts = [
        "# Command line\n\nThis page is made from the command line itself by `make docs`; do not edit it.\n",
        "Results go to standard output, progress and messages to standard error. Exit code 0 means done, 1 that a "
        "check found errors, 2 bad usage or bad input, with one sentence that says what.\n",
    ]
    for path in names(get_command(app)):
        result = CliRunner().invoke(app, [*path, "--help"], prog_name="duiyi", env=WIDTH)
        text = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
        parts.append(f"## `{' '.join(('duiyi', *path))}`\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(TARGET.read_text("utf-8") != reference() and f"{TARGET} is out of date: make docs")
    TARGET.write_text(reference(), encoding="utf-8", newline="\n")
