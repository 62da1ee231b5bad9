import pytest

from corpora.cleaning.joining import JoinedText, joiner_of
from corpora.document import FootnoteMark, Line
from tests.corpora.cleaning.rows import rows_of_case
from tests.data import cases

CASES = cases("cleaning_joining")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_lines_are_joined(case: dict) -> None:
    """Every row but the last of the document is joined with the next: ``lines`` are among those of ``document``."""
    others = case.get("document", []) * case.get("times", 1)
    rows = rows_of_case(case["lines"] + others)
    joined = joiner_of(rows).join(rows[: len(rows) - len(rows_of_case(others))])
    assert joined.text == case["expected"]
    original = "\n".join(case["lines"] + others)
    for at, origin in dict(joined.places).items():
        assert joined.text[at : at + 1] == original[origin : origin + 1]


def test_footnote_marks_move_with_their_lines() -> None:
    lines = ["  first line ab-", "  sent  minded", "\tthird"]
    starts = [sum(len(line) + 1 for line in lines[:at]) for at in range(3)]
    marks = [FootnoteMark("1", 13), FootnoteMark("2", 1), FootnoteMark("3", 6)]
    rows = rows_of_case([{"text": text, "marks": (mark,)} for text, mark in zip(lines, marks, strict=True)])
    joined = joiner_of(rows_of_case([*lines, "absent"])).join(rows)
    assert joined.text == "first line absent minded third"
    assert joined.marks == (FootnoteMark("1", 11), FootnoteMark("2", 13), FootnoteMark("3", 30))
    assert joined.places == ((0, 2), (13, starts[1] + 2), (18, starts[1] + 8), (25, starts[2] + 1))


@pytest.mark.parametrize(("offset", "origin"), [(0, 100), (4, 104), (5, 200), (9, 204), (10, 205)], ids=str)
def test_an_offset_is_traced_to_the_original(offset: int, origin: int) -> None:
    assert JoinedText("abcd efgh", (), ((0, 100), (5, 200))).origin(offset) == origin


def test_text_without_lines_has_no_origin() -> None:
    assert JoinedText("", (), ()).origin(3) == 3
    assert Line("", 0, 0).page is None
