"""Slides of a PDF: which pages are slides, boxes, titles, paragraphs and feet, each rule at its threshold."""

import pytest

from corpora.readers.pdf.glyphs import PageGlyphs
from corpora.readers.pdf.lines import PageLine
from corpora.readers.pdf.slides import _boxes, _feet, _ordered, _paragraphs, _title, are_slides, slides_of
from tests.corpora.readers.typeset import glyphs, set_line


def page(*runs: tuple[str, float, float, float], width: float = 960.0, height: float = 540.0) -> PageGlyphs:
    return PageGlyphs(width, height, tuple(tuple(glyphs(*run)) for run in runs), "", 0)


@pytest.mark.parametrize(
    ("width", "size", "count", "lines", "expected"),
    [
        pytest.param(648, 14.58, 20, 1, True, id="1.2 times as wide as high, letters of 0.027 of the height"),
        pytest.param(647, 14.58, 20, 1, False, id="a narrower page"),
        pytest.param(648, 14.57, 20, 1, False, id="smaller letters"),
        pytest.param(648, 14.58, 19, 1, False, id="too few letters to tell"),
        pytest.param(648, 14.58, 20, 40, True, id="forty lines"),
        pytest.param(648, 14.58, 20, 41, False, id="more lines"),
    ],
)
def test_pages_that_are_slides(width: float, size: float, count: int, lines: int, expected: bool) -> None:
    runs = [("x " * count, 10.0, 20.0 + 12 * at, size) for at in range(lines)]
    assert are_slides([page(*runs, width=width)]) is expected


def test_a_fifth_of_the_pages_may_be_narrow_and_empty_ones_do_not_count() -> None:
    wide, narrow, empty = page(("x" * 20, 0, 50, 20)), page(("x" * 20, 0, 50, 20), width=400), page(width=400)
    assert are_slides([wide] * 8 + [narrow] * 2 + [empty] * 9)
    assert not are_slides([wide] * 7 + [narrow] * 3)


def texts(boxes: list[list[PageLine]]) -> list[list[str]]:
    return [[one.text for one in box] for box in boxes]


@pytest.mark.parametrize(
    ("left", "step", "size", "together"),
    [
        pytest.param(0, 17.5, 10, True, id="1.75 ems below"),
        pytest.param(0, 17.6, 10, False, id="further below"),
        pytest.param(0, 5.1, 10, True, id="more than half an em below"),
        pytest.param(0, 5, 10, False, id="half an em below"),
        pytest.param(0, 12, 7.2, True, id="0.72 of the size"),
        pytest.param(0, 12, 7.1, False, id="a smaller size"),
        pytest.param(14, 12, 10, True, id="0.3 of the line below the other"),
        pytest.param(15, 12, 10, False, id="less of it"),
    ],
)
def test_lines_of_a_box(left: float, step: float, size: float, together: bool) -> None:
    boxes = _boxes([set_line("abcd", 0, 100), set_line("efgh", left, 100 + step, size)])
    assert texts(boxes) == ([["abcd", "efgh"]] if together else [["abcd"], ["efgh"]])


def test_the_next_row_of_a_table_is_another_box() -> None:
    first, beside = set_line("abcd", 0, 100), set_line("ijkl", 100, 114)
    assert texts(_boxes([first, set_line("efgh", 0, 114), beside])) == [["abcd"], ["efgh"], ["ijkl"]]
    assert texts(_boxes([first, set_line("efgh", 0, 113.9), beside])) == [["abcd", "efgh"], ["ijkl"]]
    assert texts(_boxes([first, set_line("• ef", 0, 114), beside])) == [["abcd", "• ef"], ["ijkl"]]
    assert texts(_boxes([first, set_line("efgh", 0, 114)])) == [["abcd", "efgh"]], "nothing is beside it"


@pytest.mark.parametrize(
    ("base", "size", "other", "expected"),
    [
        pytest.param(216, 11, 10, True, id="at 0.4 of the height, 1.1 times the usual size"),
        pytest.param(217, 11, 10, False, id="further down"),
        pytest.param(216, 10.9, 10, False, id="smaller letters"),
        pytest.param(216, 20, 19, True, id="another box of 0.95 of its size"),
        pytest.param(216, 20, 19.1, False, id="another one of about its size"),
    ],
)
def test_the_title_is_the_only_box_in_the_largest_letters(
    base: float, size: float, other: float, expected: bool
) -> None:
    # The first line counts: a remark below it in smaller letters is a part of the title.
    title = [set_line("Lamps", 0, base, size), set_line("and oil", 0, base + 20, 0.75 * size)]
    found = _title([[set_line("text", 0, 400, other)], title], 540, 10)
    assert (found is title) is expected
    assert _title([], 540, 10) is None


def paragraphs(*lines: tuple[str, float, float]) -> list[tuple[int, str]]:
    return [(level, text) for _, level, text in _paragraphs([set_line(*one) for one in lines], is_title=False)]


def test_paragraphs_of_a_box() -> None:
    first, second = "Lamps are lit every", "evening in the hall"
    assert paragraphs((first, 0, 100), (second, 0, 112)) == [(0, f"{first} {second}")]
    assert paragraphs((first, 0, 100), (second, 0, 112), (first, 0, 125.4)) == [(0, f"{first} {second} {first}")]
    assert paragraphs((first, 0, 100), (second, 0, 112), (first, 0, 125.5)) == [(0, f"{first} {second}"), (0, first)]
    assert paragraphs((first, 0, 100), ("Oil", 0, 112), (first, 0, 124)) == [(0, f"{first} Oil"), (0, first)], "a gap"
    assert paragraphs(("• a", 0, 100), ("• b", 20, 112), ("• c", 0, 124)) == [(1, "a"), (2, "b"), (1, "c")]


def test_what_comes_back_at_the_foot_is_no_text() -> None:
    pages = [[set_line("Lamps", 0, 300), set_line(f"Hall, sheet {at}", 0, 476)] for at in (1, 2)]
    assert _feet(pages, [540, 540]) == [{1}, {1}]
    pages = [[set_line("Lamps", 0, 300), set_line(f"Hall, sheet {at}", 0, 475)] for at in (1, 2)]
    assert _feet(pages, [540, 540]) == [set(), set()], "not below 0.88 of the height"
    assert _feet([[set_line("1", 0, 500)], [set_line("oil", 0, 500)]], [540, 540]) == [{0}, set()]
    assert _feet([[set_line("oil", 0, 500)], [set_line("1", 0, 500)]], [540, 540]) == [set(), set()], "another number"


def test_slides_in_order() -> None:
    found = slides_of(
        [
            page(
                ("Lamps", 50, 100, 40), ("Oil burns.", 50, 200, 20), ("Wicks glow.", 500, 200, 20), ("1", 900, 520, 10)
            ),
            page(("Light", 50, 100, 40), ("Dusk", 50, 200, 20), ("2", 900, 520, 10)),
        ]
    )
    assert [[(str(block.kind), block.text) for block in slide.blocks] for slide in found] == [
        [("heading", "Lamps"), ("paragraph", "Oil burns."), ("paragraph", "Wicks glow.")],
        [("heading", "Light"), ("paragraph", "Dusk")],
    ]
    assert [(slide.text, slide.foot) for slide in found] == [
        ("Lamps\nOil burns.\nWicks glow.\n", ("1",)),
        ("Light\nDusk\n", ("2",)),
    ]


def test_boxes_are_read_by_bands_and_then_by_columns() -> None:
    first, second = [set_line("a", 0, 100)], [set_line("b", 0, 200)]
    tall = [set_line("c", 300, 100), set_line("c", 300, 200)]
    head = [set_line("head", 0, 40)]
    assert [group for part in _ordered([tall, second, first, head]) for group in part] == [head, first, second, tall]
