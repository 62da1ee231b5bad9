"""The command line in Chinese: help and messages, and what stays as it is."""

import os
import re
from pathlib import Path

import pytest

from corpora.translation import translated, use_language
from tests.commands import process

_COMMANDS = ["--help", "align --help", "memory --help", "memory import --help", "term --help", "check --help"]


@pytest.mark.slow
@pytest.mark.parametrize("command", _COMMANDS)
def test_help_follows_the_language_of_the_environment(command: str) -> None:
    environment = {**os.environ, "LANG": "zh_CN.UTF-8", "COLUMNS": "200"}
    environment.pop("LC_ALL", None)
    lines = process(*command.split(), env=environment).stdout.splitlines()
    assert lines[0].startswith("用法：")
    assert {line for line in lines if re.fullmatch(r"\w+:", line)} <= {"选项:", "参数:", "命令:"}
    described = [found[1] for line in lines if (found := re.fullmatch(r"  \S.*?\s{2,}(\S.*)", line))]
    assert described
    assert all(re.search(r"[\u4e00-\u9fff]", one) for one in described if not one.startswith("["))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("a.tmx: the disk is full to the last byte of it", "a.tmx: the disk is full to the last byte of it"),
        ("Simplified Chinese and English", "Simplified Chinese 和 English"),
        ("12,345 units", "12,345 个单元"),
        ("Look up a poem", "Look up a poem"),
        ("line 3: not a JSON object", "第 3 行：不是 JSON 对象"),
        ("no such message of any program at all and of none", "no such message of any program at all and of none"),
    ],
)
def test_only_known_messages_are_translated(message: str, expected: str) -> None:
    with use_language("zh"):
        assert translated(message) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["lookup", "x", "--limit", "0"], "错误：'--limit' 的值无效：应大于或等于 1"),
        (["lookup", "x", "--limit", "a"], "错误：'--limit' 的值无效：应为整数"),
        (["lookup", "x", "--limit"], "错误：选项 '--limit' 需要一个值。"),
        (["align", "a"], "错误：缺少选项 '--out' / '-o'。"),
        (["align"], "错误：缺少参数 'files'。"),
        (["--foo"], "错误：没有选项 --foo"),
        (["lookp"], "错误：没有命令 'lookp'。是否指 'lookup'？"),
        (["memory", "foo"], "错误：没有命令 'foo'。"),
        (["lookup", "x", "y"], "错误：多余的参数：y"),
    ],
)
def test_errors_of_usage_are_translated(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tm.cli.application import app

    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with use_language("zh"), pytest.raises(SystemExit) as end:
        app(arguments, prog_name="duiyi")
    assert end.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == expected
    assert len(lines) == 1 or lines[0].startswith("用法：")


#: Numbers, file names, commands; rows of tables with names and texts.
_ALIKE = re.compile(
    r"[\W\d]*|\S+\.\w+|duiyi term import .*|│ (?:en → fr|a\.tmx|codes|copies|empty|language) .*|\d+\t.*"
)


def test_results_follow_the_language_of_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines for readers have Chinese; texts of the example have none, so that they do not count as translated."""
    from tm.cli.application import app

    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    Path("a.tsv").write_text("en\tfr\nThe first one has 3 parts.\tIl a 4 parties.\n", "utf-8")
    Path("a.txt").write_text("One is here.\n\nTwo is there.\n", "utf-8")
    Path("terms.csv").write_text("en,fr\nfirst,premier\n", "utf-8")
    commands = [
        "convert a.tsv a.tmx", "memory import a.tmx", "memory stats", "memory undo --list", "memory dedupe",
        "memory replace first second --dry-run", "memory clean --dry-run", "memory clean --list", "memory export m.tmx",
        "check --list", "check a.tmx --no-embeddings --show info", "term import terms.csv",
        "term export t.tbx", "term check a.tmx", "term delete first", "structure a.txt --language en", "analyse a.txt",
        "memory undo",
    ]  # fmt: skip
    texts = {"The first one has 3 parts.", "Il a 4 parties."}
    with use_language("zh"):
        for command in commands:
            with pytest.raises(SystemExit):
                app(command.split(), prog_name="duiyi")
            said = capsys.readouterr()
            lines = [line.strip() for line in (said.out + said.err).splitlines()]
            english = [line for line in lines if line not in texts and not _ALIKE.fullmatch(line)]
            assert [line for line in english if not re.search(r"[\u4e00-\u9fff]", line)] == [], command
