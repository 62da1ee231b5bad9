import pytest

from corpora.cleaning.paragraphs import LineGroup, group
from tests.corpora.cleaning.rows import layout_of, rows_of_case
from tests.data import cases


def shown(group: LineGroup) -> str:
    text = " / ".join(row.text for row in group.rows)
    return text if group.form == "text" else f"{group.form}: {text}"


@pytest.mark.parametrize("case", cases("cleaning_paragraphs"), ids=lambda case: case["label"])
def test_lines_are_grouped(case: dict) -> None:
    """The rows of a group are shown with slashes between them, its form before them where it is not text."""
    groups = group(rows_of_case(case["lines"]), layout_of(case["layout"]))
    assert [shown(one) for one in groups] == case["expected"]
