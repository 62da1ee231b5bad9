"""What takes a while says so on standard error where that is a terminal; results stay clean."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from rich.progress import Progress

from tests.commands import ran
from tm.cli import lookup, output
from tm.search.memory import Memory
from tm.unit import Origin, Unit

COMMANDS = [
    ("memory", "replace", "Article", "Rule"), ("memory", "clean", "--dry-run"), ("memory", "dedupe"),
    ("memory", "stats"), ("memory", "delete", "--text", "none"), ("memory", "compact"), ("memory", "import", "a.tsv"),
    ("memory", "export", "x.tmx"), ("memory", "bitext", "a.txt", "-o", "b.html"), ("memory", "backup", "copy.duiyi"),
    ("memory", "undo", "--list"), ("lookup", "--file", "a.txt"), ("analyse", "a.txt"), ("structure", "a.txt"),
    ("pretranslate", "a.txt", "-o", "a.xlf", "--target-lang", "en"), ("convert", "a.tsv", "a.tmx"),
    ("term", "check", "a.tsv"), ("term", "report", "a.tsv"), ("term", "export", "t.tsv"), ("check", "a.tsv"),
]  # fmt: skip


@pytest.fixture(params=COMMANDS, ids=lambda command: " ".join(command[:2]))
def command(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A command, in a folder with its files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUIYI_MEMORY", "m.duiyi")
    with Memory("m.duiyi") as memory:
        texts = [("第1条 定义", "Article 1 Definitions"), ("第2条 范围", "Article 2 Scope")]
        memory.add(Unit(*pair, "zh", "en", origin=Origin("a.txt", "b.txt")) for pair in texts)
    Path("a.txt").write_text("第1条 定义\n", "utf-8")
    Path("a.tsv").write_text("zh\ten\n第一条。\tArticle 1.\n", "utf-8")
    command: tuple[str, ...] = request.param
    return command


def test_progress_on_a_terminal(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(output, "errors", lambda: Console(file=shown, force_terminal=True, width=100))
    result = ran(*command)
    assert result.code in (0, 1)
    assert any(sign in shown.getvalue() for sign in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
    assert not any(sign in result.out for sign in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏\x1b")


class Screen(io.StringIO):
    """Standard output on a terminal; ``early`` is what was written while progress was shown there."""

    def __init__(self) -> None:
        super().__init__()
        self.busy = False
        self.early: list[str] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.early += [text] * self.busy
        return super().write(text)


def test_no_result_is_written_into_the_line_of_progress(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()

    class Watched(Progress):
        def start(self) -> None:
            screen.busy = True
            super().start()

        def stop(self) -> None:
            super().stop()
            screen.busy = False

    monkeypatch.setattr("rich.progress.Progress", Watched)
    monkeypatch.setattr(output, "errors", lambda: Console(file=io.StringIO(), force_terminal=True, width=100))
    for module in (output, lookup):
        monkeypatch.setattr(module, "sys", SimpleNamespace(stdout=screen, stderr=io.StringIO()))
    assert ran(*command).code in (0, 1)
    assert screen.early == []
