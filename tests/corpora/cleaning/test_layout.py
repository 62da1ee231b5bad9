from dataclasses import asdict
from typing import Any

import pytest

from corpora.cleaning.layout import Layout, columns, first_word, fits, fitted, is_numbered
from tests.corpora.cleaning.rows import layout_of, rows_of_case
from tests.data import cases


def measured(layout: Layout) -> dict[str, Any]:
    """The fields of a layout that are set, numbers with two decimals."""
    values = {key: round(value, 2) if isinstance(value, float) else value for key, value in asdict(layout).items()}
    return {key: value for key, value in values.items() if value and not (key == "tight" and value == 1)}


@pytest.mark.parametrize("case", cases("cleaning_layout"), ids=lambda case: case["label"])
def test_the_layout_is_measured(case: dict) -> None:
    rows, layout = fitted(rows_of_case(case["lines"] * case.get("times", 1)))
    assert measured(layout) == case["expected"]
    assert all(row.proportional == case.get("proportional", False) for row in rows)


@pytest.mark.parametrize("case", cases("cleaning_rows"), ids=lambda case: case["label"])
def test_the_positions_of_rows(case: dict) -> None:
    """Each row as its text, indent, right end and gap, then "trailing" and "cut" where they are true."""
    shown = []
    for row in rows_of_case(case["lines"]):
        flags = [name for name in ("trailing", "cut") if getattr(row, name)]
        shown.append([row.text, round(row.indent, 2), round(row.right, 2), round(row.gap, 2), *flags])
    assert shown == case["expected"]


@pytest.mark.parametrize("case", cases("cleaning_line_ends"), ids=lambda case: case["text"])
def test_how_a_line_ends(case: dict) -> None:
    (row,) = rows_of_case([case["text"]])
    assert (row.ending, row.stopped) == (case["ending"], case["stopped"])


@pytest.mark.parametrize("case", cases("cleaning_first_words"), ids=lambda case: case["text"])
def test_the_first_word(case: dict) -> None:
    assert first_word(case["text"]) == case["expected"]


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("tide", 4), ("潮水", 4), ("潮A水", 5), ("（A）", 5), ("café", 4), ("“潮”", 4)]
)
def test_columns(text: str, expected: int) -> None:
    assert columns(text) == expected


@pytest.mark.parametrize(
    ("lines", "slack", "tight", "expected"),
    [
        (["the tide rose at the", "quay"], 6, 0, False),
        (["the tide rose at the", "quay"], 5, 0, True),
        (["the tide rose at the", "key and"], 6, 0, True),
        (["the tide rose at the", "“key”, and"], 4, 0, False),
        (["the tide rose there.", "Quay"], 10, 5, True),
        (["the tide rose there.", "Quay"], 10, 6, False),
        (["the tide rose there.", "Quay"], 5, 10, True),
        (["the tide rose there.", "Quay"], 6, 10, False),
        (["the tide rose at the", "潮,水"], 7, 0, True),
        (["the tide rose at the", "潮,水"], 8, 0, False),
        (["the tide rose at 潮", "tide"], 7, 0, True),
        (["the tide rose at 潮", "tide"], 8, 0, False),
        (["潮水在清晨涨到码头", "边"], 10, 0, True),
        (["潮水在清晨涨到码头", "边，在"], 9, 0, False),
        (["潮水在清晨涨到码头", "边，在"], 8, 0, True),
    ],
)
def test_whether_a_word_fits(lines: list[str], slack: float, tight: float, expected: bool) -> None:
    above, below = rows_of_case(lines)
    assert fits(above, below, layout_of({"wrapped": True, "width": 30, "slack": slack, "tight": tight})) is expected


@pytest.mark.parametrize("case", cases("cleaning_numbered"), ids=lambda case: case["label"])
def test_whether_all_paragraphs_have_numbers(case: dict) -> None:
    rows = rows_of_case(case["lines"] * case["times"] + case["last"])
    assert is_numbered(rows, layout_of({"wrapped": True, "width": 40} | case["layout"])) is case["expected"]
