import pytest

from corpora.cleaning.markup import structured
from corpora.document import Block, BlockKind, FootnoteMark
from tests.data import cases


def block(number: int, given: list) -> Block:
    kind, level, marker, text = given
    return Block(number, BlockKind(kind), text, level, marker)


@pytest.mark.parametrize("case", cases("cleaning_markup"), ids=lambda case: case["label"])
def test_markers_of_blocks_are_read(case: dict) -> None:
    """Blocks are given as kind, level, marker and text."""
    blocks = [block(number, given) for number, given in enumerate(case["blocks"])]
    found, profile = structured(blocks, case.get("profile", "auto"))
    assert [[one.kind.value, one.level, one.marker, one.text] for one in found] == case["expected"]
    assert [one.id for one in found] == list(range(len(found)))
    assert profile == case.get("profile", "plain")


@pytest.mark.parametrize(
    "text",
    [
        "（四）总则",
        "（四） 总则",
        "第三章、染料",
        "第二编：布匹",
        "第六章（附则）",
        "1. Scope",
        "Part Two: Cloth",
        "一、 总则",
        "(a)范围",
    ],
)
@pytest.mark.parametrize("kind", [BlockKind.PARAGRAPH, BlockKind.HEADING])
def test_a_marker_and_its_text_stay_as_written(text: str, kind: BlockKind) -> None:
    ((found,), _) = structured([Block(0, kind, text, 1)])
    assert (found.full_text, bool(found.marker)) == (text, True)


def test_marks_move_when_a_marker_is_removed() -> None:
    marks = (FootnoteMark("1", 1), FootnoteMark("2", 9))
    blocks = [Block(0, BlockKind.PARAGRAPH, "(a)  tides;", start=5, end=16, marks=marks)]
    ((found,), _) = structured(blocks)
    assert (found.marker, found.text, found.start, found.end) == ("(a)", "tides;", 5, 16)
    assert found.marks == (FootnoteMark("1", 0), FootnoteMark("2", 4))
