"""Markdown, AsciiDoc, reStructuredText and LaTeX: the prose is read, the marks are not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.document import Document
from corpora.errors import DamagedInput, EmptyInput, InputError
from corpora.readers.reading import read
from tests.data import cases

SUFFIXES = {"markdown": "md", "asciidoc": "adoc", "rst": "rst", "latex": "tex"}
CASES = [(kind, case) for kind in SUFFIXES for case in cases(kind)]


def blocks_of(tmp_path: Path, suffix: str, text: str) -> Document:
    path = tmp_path / f"a.{suffix}"
    path.write_text(text, "utf-8")
    return read(path)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{kind}: {case['label']}" for kind, case in CASES])
def test_markup(kind: str, case: dict[str, Any], tmp_path: Path) -> None:
    document = blocks_of(tmp_path, SUFFIXES[kind], case["input"])
    found = [[str(block.kind), block.level, block.marker, block.text] for block in document.blocks]
    assert found == case["expected"]["blocks"]
    if "places" in case:
        assert [list((block.cell or ())[1:]) for block in document.blocks] == case["places"], "row and column"
    assert [[one.step, one.text] for one in document.changes if one.action == "dropped"] == case["expected"]["dropped"]
    assert all(block.text[:2] in document.original[block.start : block.end] for block in document.blocks)


PIECES = [
    *"# |= x|* |- |`|``|\n|\n\n|text |[|](u)|----|{|}|\\begin{x}|\\end{x}|\\footnote{|$|<!--|-->|.. x::|:r:`t`".split(
        "|"
    ),
    *"[^1]|::|\\item|&|\\\\|%|====|footnote:[|]|+|<<|>>|***|中文|~~~|1. |\t|!!! note|:::|\\section{".split("|"),
    "|===",
    "|a",
]


@pytest.mark.parametrize("kind", SUFFIXES)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_text_is_read_or_refused(kind: str, pieces: list[str]) -> None:
    from importlib import import_module

    try:
        page = import_module(f"corpora.readers.{kind}").convert("".join(pieces), "a")
    except InputError:
        return
    assert page.startswith("<html><body>")


def test_groups_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedInput, match="nests its parts too deeply"):
        blocks_of(tmp_path, "tex", "\\begin{document}" + "{" * 5000 + "x")


@pytest.mark.parametrize("levels", [60, 150])
def test_lists_without_end_are_refused(tmp_path: Path, levels: int) -> None:
    text = "".join(f"{' ' * level}* an item\n\n" for level in range(levels))
    if levels < 100:
        assert len(blocks_of(tmp_path, "rst", text).blocks) == levels
        return
    with pytest.raises(DamagedInput, match="nests its parts too deeply"):
        blocks_of(tmp_path, "rst", text)


@pytest.mark.parametrize(("columns", "kind"), [(8, "table cell"), (400, "paragraph")])
def test_a_ruler_of_hundreds_of_columns_is_no_table(tmp_path: Path, columns: int, kind: str) -> None:
    ruler = "=== " * columns
    found = blocks_of(tmp_path, "rst", f"{ruler}\n{'ab  ' * columns}\n{ruler}\n\nThe end.\n").blocks
    assert found[0].kind.value == kind
    assert " ".join(one.text for one in found).split() == ["ab"] * columns + ["The", "end."]


def test_rows_that_name_few_of_the_columns_make_few_cells(tmp_path: Path) -> None:
    head = "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n"
    found = blocks_of(tmp_path, "md", head + "|b\n" * 300).blocks
    assert "".join(one.text for one in found).count("b") == 300


def test_nothing_but_markup_is_no_text(tmp_path: Path) -> None:
    for suffix, text in (("md", "<!-- x -->"), ("adoc", "// x"), ("rst", ".. x"), ("tex", "\\documentclass{book}")):
        with pytest.raises(EmptyInput, match="contains no text"):
            blocks_of(tmp_path, suffix, text)


def test_nothing_is_included_from_other_files(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    file = "\n   :file: secret.txt\n\n"
    raw = f"Text.\n\n.. include:: secret.txt\n\n.. raw:: html{file}.. csv-table::{file}"
    for suffix, text in (
        ("rst", raw),
        ("adoc", "Text.\n\ninclude::secret.txt[]\n"),
        ("tex", "Text. \\input{secret.txt}"),
    ):
        document = blocks_of(tmp_path, suffix, text)
        assert "secret words" not in document.original
        assert document.blocks[0].text == "Text."
