"""From runs of glyphs to lines in reading order: cases as data, and columns on either side of each threshold."""

from dataclasses import replace
from typing import Any

import pytest

from corpora.readers.pdf.glyphs import Glyph
from corpora.readers.pdf.lines import PageLine, line, lines_of_pages
from tests.corpora.readers.typeset import glyphs, run, shown
from tests.data import cases

CASES = cases("pdf_lines")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_lines(case: dict[str, Any]) -> None:
    [lines] = lines_of_pages([[run(*parts) for parts in case["runs"]]])
    assert [shown(one) for one in lines] == case["expected"]


def test_a_line_has_the_size_and_baseline_of_most_of_it() -> None:
    one = line([*glyphs("abc", 10, 100.04, 10), *glyphs("1", 25, 95, 6), *glyphs("de", 28, 100, 10.04)])
    assert (one.left, round(one.right, 2), one.base, one.size) == (10, 38.04, 100, 10)
    assert (one.top, one.bottom) == (92, 102)


def test_the_larger_of_two_sizes_counts_where_both_are_as_common() -> None:
    assert line([*glyphs("ab", size=8), *glyphs("cd", 8, size=10)]).size == 10


@pytest.mark.parametrize(
    ("small", "base"),
    [(8.1, 95), (7.9, 100)],  # more than 0.8 of the size has a say in where the baseline is
)
def test_small_glyphs_do_not_move_the_baseline(small: float, base: float) -> None:
    # Three glyphs of 10 points on 100 and two of them raised by their neighbours' count.
    marks = [Glyph(char, 20 + 4 * at, 24 + 4 * at, 95, small) for at, char in enumerate("xyz")]
    assert line([*glyphs("ab", base=100), *glyphs("cd", 10, 99), *marks]).base == base


def test_a_face_is_that_of_nearly_all_ink() -> None:
    def mono(count: int, total: int, first: bool = True) -> bool:
        marks = glyphs("x" * total)
        flags = [True] * count + [False] * (total - count)
        flags = flags if first else flags[::-1]
        return line([replace(one, mono=flag) for one, flag in zip(marks, flags, strict=True)]).mono

    assert mono(9, 10)
    assert not mono(8, 9)
    assert not mono(9, 10, first=False)

    def bold(count: int) -> bool:
        return line([replace(one, bold=at < count) for at, one in enumerate(glyphs("x" * 10))]).bold

    assert bold(9)
    assert not bold(8)
    blank = [Glyph(" ", 5 * at, 5 * at + 5, 100, 10) for at in range(2, 8)]
    assert line([*glyphs("ab", bold=True, mono=True), *blank, *glyphs("c", 45, bold=True, mono=True)]).bold
    assert line([*glyphs("ab", bold=True, mono=True), *blank, *glyphs("c", 45, bold=True, mono=True)]).mono


def column(name: str, left: float, widths: list[float], top: float = 100.0, size: float = 10.0) -> list[PageLine]:
    """Lines of these widths below each other, each one named by the first characters of its text."""
    made = []
    for number, width in enumerate(widths):
        text = f"{name}{number}".ljust(2, "x")
        made.append([Glyph(char, left + at * width / len(text), left + (at + 1) * width / len(text), top + 12 * number,
                           size) for at, char in enumerate(text)])  # fmt: skip
    return made


def order(*columns: list[Any]) -> str:
    """The names of the lines of one page in reading order."""
    [lines] = lines_of_pages([[one for column in columns for one in column]])
    return " ".join(one.text.rstrip("x") for one in lines)


BESIDE = "L0 L1 L2 L3 L4 R0 R1 R2 R3 R4"
ACROSS = "L0 R0 L1 R1 L2 R2 L3 R3 L4 R4"
FULL = [100.0] * 5


@pytest.mark.parametrize(
    ("left", "right", "at", "expected"),
    [
        pytest.param(FULL, FULL, 130, BESIDE, id="five lines on either side"),
        pytest.param(FULL, FULL[:4], 130, "L0 R0 L1 R1 L2 R2 L3 R3 L4", id="nine lines are too few"),
        pytest.param([*FULL, 100], FULL[:4], 130, "L0 R0 L1 R1 L2 R2 L3 R3 L4 L5", id="four lines on the right"),
        pytest.param(FULL[:4], [*FULL, 100], 130, "L0 R0 L1 R1 L2 R2 L3 R3 R4 R5", id="four lines on the left"),
        pytest.param(FULL, FULL, 117, BESIDE, id="a gutter wider than that between cells"),
        pytest.param([100, *[61.0] * 4], FULL, 130, BESIDE, id="lines that fill 0.6 of the column"),
        pytest.param([100, *[59.0] * 4], FULL, 130, ACROSS, id="short lines on the left are cells"),
        pytest.param(FULL, [100, *[61.0] * 4], 130, BESIDE, id="lines that fill 0.6 of the right column"),
        pytest.param(FULL, [100, *[59.0] * 4], 130, ACROSS, id="short lines on the right are cells"),
        pytest.param([81.0] * 5, [81.0] * 5, 110, BESIDE, id="columns wider than eight ems"),
        pytest.param([79.0] * 5, [81.0] * 5, 110, ACROSS, id="a left column of less than eight ems"),
        pytest.param([81.0] * 5, [79.0] * 5, 110, ACROSS, id="a right column of less than eight ems"),
        pytest.param([82.0] * 5, [240.0] * 5, 105, BESIDE, id="a left column with 0.29 of the width"),
        pytest.param([82.0] * 5, [340.0] * 5, 105, BESIDE, id="a left column with 0.225 of the width"),
        pytest.param([82.0] * 5, [365.0] * 5, 105, ACROSS, id="a left column with less than 0.22 of the width"),
        pytest.param([340.0] * 5, [96.0] * 5, 360, BESIDE, id="a right column with 0.22 of the width"),
        pytest.param([340.0] * 5, [95.0] * 5, 360, ACROSS, id="a right column with less than that"),
    ],
)  # fmt: skip
def test_two_columns(left: list[float], right: list[float], at: float, expected: str) -> None:
    assert order(column("L", 0, left), column("R", at, right)) == expected


@pytest.mark.parametrize(("at", "columns"), [(109.6, True), (109.4, False)])
def test_a_gutter_is_an_em_wide(at: float, columns: bool) -> None:
    # On baselines of their own, or lines that close to each other would be one.
    found = order(column("L", 0, FULL), column("R", at, FULL, top=106))
    assert found == (BESIDE if columns else ACROSS)


def test_a_title_across_parts_the_page_into_bands() -> None:
    title = column("T", 20, [200.0], top=148)
    left, right = column("L", 0, [100.0] * 10), column("R", 130, [100.0] * 10)
    above = [one for side in (left, right) for one in side[:4]]
    below = [one for side in (left, right) for one in side[5:]]
    found = order([*above, *title, *below]).split()
    assert found == [*"L0 L1 L2 L3 R0 R1 R2 R3 T0".split(), *"L5 L6 L7 L8 L9 R5 R6 R7 R8 R9".split()]


@pytest.mark.parametrize(("crossing", "columns"), [(6, True), (7, False)])
def test_few_lines_cross_a_gutter(crossing: int, columns: bool) -> None:
    """Of fifty lines, six (0.12) may cross."""
    half = (50 - crossing) // 2
    titles = column("T", 20, [200.0] * crossing, top=1000)
    found = order(column("L", 0, [100.0] * half), column("R", 130, [100.0] * (50 - crossing - half)), titles)
    assert found.startswith("L0 L1") is columns


def test_the_right_column_is_shifted_to_the_left_one() -> None:
    left, right = column("L", 10, FULL), column("R", 140, FULL)
    [lines] = lines_of_pages([[*left, *right]])
    assert [one.shift for one in lines] == [0.0] * 5 + [130.0] * 5


@pytest.mark.parametrize(
    ("outside", "shift"),
    [
        pytest.param(1, 126.0, id="a lone line further out is a page number"),  # 1 of 10 is less than 0.15
        pytest.param(2, 146.0, id="two lines further out are where the column begins"),
    ],
)
def test_a_column_begins_where_several_lines_do(outside: int, shift: float) -> None:
    left = [*column("L", 4, [96.0] * (10 - outside)), *column("P", -16, [116.0] * outside, top=500)]
    [lines] = lines_of_pages([[*left, *column("R", 130, [100.0] * 10)]])
    assert {one.shift for one in lines if one.text.startswith("R")} == {shift}


def short_page(*names: str) -> list[list[Glyph]]:
    """A last page with two lines in each column."""
    return [one for name, left in zip(names, (0, 150), strict=True) for one in column(name, left, [100.0] * 2)]


def full_page(at: float = 130) -> list[list[Glyph]]:
    return [*column("L", 0, FULL), *column("R", at, FULL)]


def plain_page() -> list[list[Glyph]]:
    return column("P", 0, [230.0] * 10)


@pytest.mark.parametrize(
    ("pages", "columns"),
    [
        pytest.param([full_page()], True, id="the only full page has columns"),
        pytest.param([plain_page()], False, id="the only full page has none"),
        pytest.param([full_page(), plain_page()], False, id="half of the full pages have columns"),
        pytest.param([full_page(), full_page(), plain_page()], True, id="most full pages have columns"),
        pytest.param([full_page(), full_page(), short_page("A", "B"), short_page("C", "D"), plain_page()], True,
                     id="short pages do not count"),
        pytest.param([full_page(), full_page(141)], True, id="gutters that differ by eleven points"),
        pytest.param([full_page(118), full_page(118), full_page(131)], False, id="gutters that differ by thirteen"),
        pytest.param([full_page(118), full_page(118), full_page(129)], True, id="gutters that differ by eleven"),
        pytest.param([full_page()] * 4 + [full_page(150)], True, id="four of five gutters agree"),
        pytest.param([full_page()] * 3 + [full_page(150)], False, id="three of four gutters agree"),
        pytest.param([column("L", 0, FULL)[:4] + column("R", 130, FULL)[:4]], False, id="no full page at all"),
    ],
)  # fmt: skip
def test_the_last_page_is_read_in_the_columns_of_the_others(pages: list[Any], columns: bool) -> None:
    last = lines_of_pages([*pages, short_page("A", "B")])[-1]
    assert " ".join(one.text for one in last) == ("A0 A1 B0 B1" if columns else "A0 B0 A1 B1")
