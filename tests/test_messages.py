"""The catalogue holds what the program says, and the templates of pages mark all their texts."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from corpora.translation import translated, use_language
from tests.data import ROOT, cases
from tm.cli.application import COMMANDS

sys.path.insert(0, str(ROOT / "docs"))
import make_messages  # a script beside the documentation

_WORD = re.compile(r"[^\W\d_]{2}")
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_CODE = re.compile(r"<(code|script|style|kbd)\b.*?</\1>|\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
_SHOWN = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
_NAMES = re.compile(r"duiyi|OpenAPI|OmegaT|UTC|zh-CN|en-US|Ctrl\+\w|Alt\+.")


def unmarked(template: str) -> Iterator[str]:
    """Texts of a template that people read and that are not marked for translation."""
    bare = _EXPRESSION.sub(" ", _CODE.sub("", template))
    for text in [*re.findall(r">([^<]*)<", bare), *_SHOWN.findall(bare)]:
        if _WORD.search(_NAMES.sub("", text)):
            yield " ".join(text.split())


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tm").glob("*/templates/*.html")), ids=lambda path: "/".join(path.parts[-3::2])
)
def test_the_texts_of_a_page_are_marked(path: Path) -> None:
    assert list(unmarked(path.read_text("utf-8"))) == []


def test_an_unmarked_text_is_found() -> None:
    assert list(unmarked('<p title="{{ a }} of">{{ _("Open") }}</p><b>no <code>x</code></b>')) == ["no", "of"]


@pytest.mark.parametrize("path", sorted(make_messages.LOCALE.glob("*/*/*.po")), ids=lambda path: path.parts[-3])
def test_the_catalogue_is_what_the_program_says(path: Path) -> None:
    assert make_messages.faults(path, make_messages.collected()) == [], "run `make messages`, and translate what is new"


_TYPED = re.compile(r"(?<!`)`[^`]+`(?!`)|(?<![\w-])--[a-z][\w-]*|``[^`]+``")
_SAID = re.compile(r"\bduiyi ([a-z]+)(?: ([a-z]+))?")


def typed(message: str) -> set[str]:
    """What a message tells the reader to type: spans of code, options, commands of duiyi."""
    found = set(_TYPED.findall(message))
    for one in _SAID.finditer(message):
        if one[1] in COMMANDS:
            group = COMMANDS[one[1]][0].endswith(":app")
            found.add(one[0] if group and one[2] in _INNER else f"duiyi {one[1]}")
    return found


_INNER = frozenset(
    "add audit backup bitext build check clean compact copy dedupe delete edit export extract grant import index list "
    "lookup replace report restore revoke stats sync undo".split()
)


@pytest.mark.parametrize("path", sorted(make_messages.LOCALE.glob("*/*/*.po")), ids=lambda path: path.parts[-3])
def test_what_is_typed_is_the_same_in_a_translation(path: Path) -> None:
    with path.open("rb") as file:
        entries = [(str(one.id), str(one.string)) for one in read_po(file) if isinstance(one.id, str) and one.id]
    assert sum(bool(typed(message)) for message, _ in entries) > 50
    assert [message for message, text in entries if not all(part in text for part in typed(message))] == []


@pytest.mark.parametrize("one", cases("messages_with_code"), ids=lambda one: one["label"])
def test_what_is_typed_is_not_translated_where_it_fills_a_message(one: dict[str, str]) -> None:
    with use_language("zh"):
        assert translated(one["input"]) == one["expected"]
