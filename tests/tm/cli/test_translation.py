"""The command line in Chinese: help and messages, and what stays as it is."""

import os
import re

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
        ("Look up a text", "Look up a text"),
        ("line 3: not a JSON object", "第 3 行：不是 JSON 对象"),
        ("no such message of any program at all and of none", "no such message of any program at all and of none"),
    ],
)
def test_only_known_messages_are_translated(message: str, expected: str) -> None:
    with use_language("zh"):
        assert translated(message) == expected
