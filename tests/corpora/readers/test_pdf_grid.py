"""Lines of a PDF on the grid of a typewriter page: steps, gaps, indents and full lines, each at its threshold."""

from dataclasses import replace

import pytest

from corpora.document import Line
from corpora.readers.pdf.grid import PageGrid
from corpora.readers.pdf.lines import PageLine
from tests.corpora.readers.typeset import set_line


def place(grid: PageGrid, one: PageLine, below: PageLine | None = None, page: int = 1) -> Line:
    return grid.place(one, Line(one.text, 0, len(one.text), page), below)


def grid(edge: float = 200.0) -> PageGrid:
    """Lines of ten points are twelve points below each other."""
    return PageGrid({10: 12.0}, edge)


def test_pitches_are_the_least_of_the_common_steps() -> None:
    steps = [12.0] * 8 + [18.0] * 8 + [11.0]
    bases = [100.0]
    for step in steps:
        bases.append(bases[-1] + step)
    page = [set_line("text", 0, base) for base in bases]
    assert PageGrid.of([page], page).pitches == {10: 12.0}
    assert PageGrid.of([[*page, set_line("x", 0, bases[-1] + 11)]], page).pitches == {10: 11.0}  # 2 of 8 are common


@pytest.mark.parametrize(
    ("step", "size", "pitches"),
    [
        pytest.param(9.0, 10, {10: 9.0}, id="lines set solid"),
        pytest.param(8.9, 10, {}, id="lines over each other"),
        pytest.param(25.0, 10, {10: 25.0}, id="lines far apart"),
        pytest.param(25.1, 10, {}, id="no step within a paragraph"),
        pytest.param(12.2, 10, {10: 12.0}, id="to half a point"),
        pytest.param(12.0, 12, {}, id="a larger line below"),
        pytest.param(12.0, 8, {}, id="a smaller line below"),
        pytest.param(-20.0, 10, {}, id="a line above"),
    ],
)
def test_steps_of_a_page(step: float, size: float, pitches: dict[int, float]) -> None:
    page = [set_line("text", 0, 100), set_line("text", 0, 100 + step, size)]
    assert PageGrid.of([page], page).pitches == pitches


def test_the_edge_is_where_nearly_all_lines_end() -> None:
    body = [set_line("x" * (1 + at % 20), 0, 100 + 12 * at) for at in range(98)]
    far = [set_line("x" * 30, 0, 2000 + 12 * at) for at in range(2)]
    assert PageGrid.of([], body + far).edge == 150
    assert PageGrid.of([], [*body, body[0], *far]).edge == 100
    assert PageGrid.of([], []).edge == 0


def test_the_edge_of_justified_text_is_where_most_lines_end() -> None:
    even = [set_line("x" * 20, 0, 100 + 12 * at) for at in range(20)]
    ragged = [set_line("x" * (1 + at % 10), 0, 1000 + 12 * at) for at in range(70)]
    far = [set_line("x" * (40 + at), 0, 3000 + 12 * at) for at in range(10)]
    assert PageGrid.of([], [*even, *ragged, *far]).edge == 100
    assert PageGrid.of([], [*even[1:], *ragged, *far, far[0]]).edge >= 200
    assert PageGrid.of([], [*even[:2], far[0]]).edge >= 200


def test_a_stop_that_hangs_over_the_edge_does_not_count() -> None:
    assert PageGrid.of([], [set_line("潮水涨了。")]).edge == 40
    assert PageGrid.of([], [set_line("潮水涨了")]).edge == 40
    assert PageGrid.of([], [set_line("。")]).edge == 10


def test_a_box_has_an_edge_of_its_own() -> None:
    wide = [set_line("x" * 60, 0, 100 + 12 * at) for at in range(4)]
    box = [set_line("x" * 30, 40, 160 + 12 * at) for at in range(2)] + [set_line("x.", 40, 184)]
    last = [set_line("x" * 60, 0, 220)]
    page = [*wide, *box, *last]
    assert PageGrid.of([page], page).boxes == {id(one): 190 for one in box}
    ended = [set_line("x" * 29 + ".", 40, 160 + 12 * at) for at in range(3)]
    assert PageGrid.of([[*wide, *ended, *last]], wide).boxes == {}  # three first lines of one line each
    near = [set_line("x" * 30, 14, 160 + 12 * at) for at in range(3)]
    assert PageGrid.of([[*wide, *near, *last]], wide).boxes == {}
    full = [set_line("x" * 54, 20, 160 + 12 * at) for at in range(3)]
    assert PageGrid.of([[*wide, *full, *last]], wide).boxes == {}  # as far right as the text


@pytest.mark.parametrize(
    ("step", "rows"),
    [
        pytest.param(12.0, 1, id="the usual step"),
        pytest.param(14.1, 1, id="a little more than the usual step"),
        pytest.param(14.2, 3, id="more than 1.18 of it is a gap"),
        pytest.param(2.6, 1, id="a step of a quarter em is a line"),
        pytest.param(2.4, 0, id="less is the same row"),
        pytest.param(-9.9, 0, id="a step back within the size"),
    ],
)
def test_steps_become_rows(step: float, rows: int) -> None:
    made = grid()
    first = place(made, set_line("one", 0, 100))
    second = place(made, set_line("two", 0, 100 + step))
    assert (second.bottom - first.bottom) / 12 == rows


def test_a_page_a_column_and_a_jump_upwards_begin_again() -> None:
    made = grid()
    top = place(made, set_line("one", 0, 100)).bottom
    assert (top, place(made, set_line("two", 0, 112)).bottom) == (12 + 2, 24 + 2)
    assert place(made, set_line("three", 0, 101.9)).bottom == top  # more than its size above the last line
    place(made, set_line("four", 0, 114))
    assert place(made, set_line("five", 0, 126), page=2).bottom == top
    assert place(made, replace(set_line("six", 300, 138), shift=300.0), page=2).bottom == top


def test_a_size_without_usual_step_gets_one() -> None:
    made = grid()
    assert place(made, set_line("x", 0, 100, 20)).bottom == 24 + 4
    assert place(made, set_line("x", 0, 128, 20)).bottom == 48 + 4
    assert place(made, set_line("x", 0, 156.6, 20)).bottom == 120 + 4  # more than 1.18 of 24


def test_a_line_has_its_place_size_and_face() -> None:
    placed = place(grid(), replace(set_line("text", 330, 100, bold=True), shift=300.0))
    assert (placed.left, placed.right, placed.top, placed.bottom, placed.size, placed.bold) == (30, 50, 4, 14, 10, True)


@pytest.mark.parametrize(
    ("text", "below", "full"),
    [
        pytest.param("x" * 20, "word", False, id="the next word had room"),  # 100 + 2.5 + 20 of 125
        pytest.param("x" * 20, "words", True, id="the next word had no room"),  # 127.5
        pytest.param("x" * 20, "word.", True, id="a stop goes with its word"),
        pytest.param("x" * 20, "wor d", False, id="only the first word counts"),
        pytest.param("x" * 20, "中中中", False, id="a Chinese character is a word"),
        pytest.param("x" * 23, "中", True, id="a Chinese character had no room"),
        pytest.param("x" * 22, "中文", False, id="but the one behind it does not count"),
        pytest.param("x" * 22, "中。", True, id="a stop goes with its character"),
        pytest.param("x" * 22, "中）", True, id="so does a closing bracket"),
        pytest.param("x" * 22, "中”", True, id="so does a closing quotation mark"),
        pytest.param("x" * 22, "中（", False, id="an opening one does not"),
        pytest.param("x" * 20, "ab中文中文", False, id="a Chinese character ends a word"),
        pytest.param("x" * 20 + "中", "ab", False, id="no blank behind Chinese"),  # 110 + 10 of 125
    ],
)
def test_a_line_is_full_where_the_next_word_had_no_room(text: str, below: str, full: bool) -> None:
    placed = place(grid(125), set_line(text, 0, 100), set_line(below, 0, 112))
    assert placed.right == (125 if full else set_line(text).right)


@pytest.mark.parametrize(("edge", "full"), [(122.9, True), (123.1, False)])
def test_a_blank_is_a_quarter_em_and_a_twentieth_is_forgiven(edge: float, full: bool) -> None:
    # 100 of the line, 2.5 of the blank, 20 of the word: 122.5 reaches 0.05 ems short of the edge.
    assert (place(grid(edge), set_line("x" * 20), set_line("word", 0, 112)).right == edge) is full


@pytest.mark.parametrize(("edge", "full"), [(120.4, True), (120.6, False)])
def test_no_blank_before_chinese(edge: float, full: bool) -> None:
    assert (place(grid(edge), set_line("x" * 22), set_line("中", 0, 112)).right == edge) is full
    assert (place(grid(edge), set_line("中" * 11), set_line("ab", 0, 112)).right == edge) is full


@pytest.mark.parametrize(
    ("gap", "left", "step", "text", "expected"),
    [
        pytest.param(30, 20, 12, 40, 0, id="the indent behind a gap is dropped"),
        pytest.param(12, 20, 12, 40, 20, id="the indent of a paragraph without gap stays"),
        pytest.param(30, 40, 12, 40, 0, id="four ems are an indent"),
        pytest.param(30, 41, 12, 40, 41, id="more is a place of its own"),
        pytest.param(30, -5, 12, 40, -5, id="a line further out is not indented"),
        pytest.param(30, 20, 14.1, 40, 0, id="the next line is close"),
        pytest.param(30, 20, 14.2, 40, 20, id="the next line is another paragraph"),
        pytest.param(30, 20, 12, 4, 20, id="a line that is not full does not go on"),
    ],
)
def test_indents_behind_gaps(gap: float, left: float, step: float, text: int, expected: float) -> None:
    made = grid()
    place(made, set_line("above", 0, 100))
    one = set_line("x" * text, left, 100 + gap)
    assert place(made, one, set_line("word", 0, 100 + gap + step)).left == expected


def test_the_next_line_of_another_column_or_none_does_not_show_an_indent() -> None:
    for below in (None, replace(set_line("word", 0, 142), shift=50.0), set_line("word", 0, 130)):
        made = grid()
        place(made, set_line("above", 0, 100))
        assert place(made, set_line("x" * 40, 20, 130), below).left == 20
