"""The catalogue holds what the program says, and the templates of pages mark all their texts."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data import ROOT

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
