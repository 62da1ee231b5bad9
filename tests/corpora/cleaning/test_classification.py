from collections.abc import Iterator
from typing import Any

import pytest

from corpora.cleaning.classification import classify
from corpora.cleaning.joining import joiner_of
from corpora.cleaning.paragraphs import LineGroup
from tests.corpora.cleaning.rows import layout_of, rows_of_case
from tests.data import cases


def groups_of(given: list[Any]) -> Iterator[LineGroup]:
    """A group for each line with text, or for each object with ``lines`` and ``form``."""
    members = [one if "lines" in one else {"lines": [one]} for one in given]
    rows = iter(rows_of_case([line for one in members for line in one["lines"]]))
    for one in members:
        if any(line for line in one["lines"]):
            yield LineGroup(tuple(next(rows) for _ in one["lines"]), one.get("form", "text"))


@pytest.mark.parametrize("case", cases("cleaning_classification"), ids=lambda case: case["label"])
def test_paragraphs_are_classified(case: dict) -> None:
    """Expected are kind, level where there is one, marker where there is one, and the text without its marker."""
    groups = list(groups_of(case["paragraphs"]))
    joiner = joiner_of(row for group in groups for row in group.rows)
    texts = [joiner.join(group.rows).text for group in groups]
    found = classify(groups, texts, layout_of(case.get("layout", {})), case.get("profile", "plain"))
    shown = []
    for one, text in zip(found, texts, strict=True):
        level = f" {one.level}" if one.level else ""
        marker = f"[{one.marker}] " if one.marker else ""
        shown.append(f"{one.kind.value}{level}: {marker}{text[one.skip :]}")
    assert shown == case["expected"]
