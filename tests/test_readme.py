"""What the README shows is what the program prints: every command in a console block is run, in order."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.commands import process

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


def commands(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines it is to print."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line.rstrip())
    return found


def fits(expected: list[str], printed: list[str]) -> bool:
    """True where the lines are the same; a line of ``…`` stands for any lines, ``…`` inside a line for any text."""
    pattern = "\n".join("(?:.*\n?)*?" if line == "…" else re.escape(line).replace("…", ".*") for line in expected)
    return re.fullmatch(pattern, "\n".join(printed).rstrip("\n")) is not None


@pytest.mark.slow
def test_the_tour(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data"), "COLUMNS": "100", "PYTHONUTF8": "1"}
    environment.pop("DUIYI_MEMORY", None)
    environment.pop("DUIYI_TERMS", None)

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return process(*shlex.split(command)[1:], cwd=tmp_path, env=environment)

    assert run("duiyi demo").returncode == 0
    assert {path.suffix for path in (tmp_path / "demo-output").iterdir()} >= {".tmx", ".xlf", ".tsv"}
    tour = [command for block in BLOCKS for command in commands(block)]
    assert len(tour) >= 5
    for command, expected in tour:
        done = run(command)
        assert done.returncode in (0, 1), done.stderr
        printed = [line.rstrip() for line in done.stdout.splitlines()]
        assert fits(expected, printed), f"{command} prints:\n{done.stdout}"


def test_both_languages_show_the_same_commands() -> None:
    chinese = (ROOT / "README.zh-CN.md").read_text("utf-8")
    assert re.findall(r"```(?:console|python|text)\n.*?```", chinese, re.DOTALL) == re.findall(
        r"```(?:console|python|text)\n.*?```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
