import pytest

from corpora.cleaning.drawn_tables import cells_of, is_table_line
from corpora.cleaning.paragraphs import group
from tests.corpora.cleaning.rows import layout_of, rows_of_case
from tests.data import cases


@pytest.mark.parametrize("case", cases("cleaning_aligned_tables"), ids=lambda case: case["label"])
def test_aligned_tables_are_split_into_cells(case: dict) -> None:
    """A cell is shown in brackets, with slashes between its lines; other groups are shown without brackets."""
    original = "\n".join(case["lines"])
    groups = group(rows_of_case(case["lines"]), layout_of(case.get("layout", {})))
    shown = [" / ".join(row.text for row in one.rows) for one in groups]
    shown = [f"[{text}]" if one.form == "cell" else text for one, text in zip(groups, shown, strict=True)]
    assert shown == case["expected"]
    for row in (row for one in groups if one.form == "cell" for row in one.rows):
        assert original[row.line.start : row.line.end] == row.text == row.line.text


@pytest.mark.parametrize("case", cases("cleaning_drawn_tables"), ids=lambda case: case["label"])
def test_drawn_tables_are_split_into_cells(case: dict) -> None:
    original = "\n".join(case["lines"])
    rows = rows_of_case(case["lines"])
    assert [is_table_line(row.text) for row in rows] == [True] * len(rows)
    cells = cells_of(rows)
    assert [" / ".join(row.text for row in cell) for cell in cells] == case["expected"]
    for row in (row for cell in cells for row in cell):
        assert original[row.line.start : row.line.end] == row.text == row.line.text
        assert row.right == row.indent + row.room(row.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| a |", True),
        ("|a|", True),
        ("|a", False),
        ("a|", False),
        ("||", False),
        ("+--+", True),
        ("+==+--+", True),
        ("+  +", False),
        ("++", False),
        ("+--", False),
        ("x | a |", False),
    ],
)
def test_rows_and_borders_of_drawn_tables(text: str, expected: bool) -> None:
    assert is_table_line(text) is expected
