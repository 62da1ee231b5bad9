"""Code, prose and contents pages in plain text: each case fails without its rule, or must stay untouched by it."""

import pytest

from corpora.cleaning.contents import contents_pages
from corpora.cleaning.listings import is_code, is_prose
from corpora.cleaning.pipeline import blocks_from_lines
from corpora.readers.txt import lines_of
from tests.corpora.cleaning.rows import rows_of_case
from tests.data import cases


@pytest.mark.parametrize("case", cases("cleaning_listings"), ids=lambda case: case["label"])
def test_code_and_prose(case: dict) -> None:
    rows = rows_of_case(case["lines"])
    assert ("code" if is_code(rows) else "prose" if is_prose(rows) else "") == case["expected"]


@pytest.mark.parametrize("case", cases("cleaning_contents"), ids=lambda case: case["label"])
def test_contents_pages(case: dict) -> None:
    lines = case["lines"]
    assert [lines[at] for at in sorted(contents_pages(lines))] == case["expected"]


@pytest.mark.parametrize("case", cases("cleaning_short_texts"), ids=lambda case: case["label"])
def test_short_texts(case: dict) -> None:
    """Whole texts of a few lines, as their blocks: kind and text."""
    read = blocks_from_lines(tuple(lines_of("\n".join(case["lines"]))), case["language"], "plain")
    assert [f"{block.kind.value}: {block.full_text}" for block in read.blocks] == case["expected"]
