"""What takes a while says so on standard error where that is a terminal; results stay clean."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.commands import ran
from tm.cli import output
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


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_progress_on_a_terminal(command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUIYI_MEMORY", "m.duiyi")
    with Memory("m.duiyi") as memory:
        texts = [("第1条 定义", "Article 1 Definitions"), ("第2条 范围", "Article 2 Scope")]
        memory.add(Unit(*pair, "zh", "en", origin=Origin("a.txt", "b.txt")) for pair in texts)
    Path("a.txt").write_text("第1条 定义\n", "utf-8")
    Path("a.tsv").write_text("zh\ten\n第一条。\tArticle 1.\n", "utf-8")
    shown = io.StringIO()
    monkeypatch.setattr(output, "errors", lambda: Console(file=shown, force_terminal=True, width=100))
    result = ran(*command)
    assert result.code in (0, 1)
    assert any(sign in shown.getvalue() for sign in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
    assert not any(sign in result.out for sign in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏\x1b")
