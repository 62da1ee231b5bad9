"""Listings, tables and list markers of a page, each rule at its threshold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from corpora.document import BlockKind
from corpora.readers.pdf.lines import PageLine, line
from corpora.readers.pdf.regions import PageRegion, find_regions, merge_rows, sets_listings_apart
from tests.corpora.readers.typeset import glyphs, set_line

CODE, CELL = BlockKind.CODE, BlockKind.CELL


def code(text: str, left: float = 0.0, base: float = 100.0, size: float = 10.0) -> PageLine:
    return set_line(text, left, base, size, mono=True)


def rows(*texts: Sequence[str], lefts: Sequence[float] = (0, 100, 200), step: float = 12) -> list[PageLine]:
    """Rows of cells, None for an empty one."""
    return [
        set_line(text, left, 100 + step * number)
        for number, row in enumerate(texts)
        for text, left in zip(row, lefts, strict=False)
        if text
    ]


def texts(regions: Sequence[PageRegion]) -> list[tuple[str, ...]]:
    return [region.texts for region in regions]


@pytest.mark.parametrize(
    ("marker", "left", "base", "expected"),
    [
        pytest.param("1.", 90, 100, ["1. text"], id="eight ems"),
        pytest.param("1.", 91, 100, ["1.", "text"], id="more than eight ems"),
        pytest.param("1.", 30, 102.5, ["1. text"], id="a quarter em lower"),
        pytest.param("1.", 30, 102.6, ["1.", "text"], id="on a baseline of its own"),
        pytest.param("1.", 9, 100, ["1.", "text"], id="over each other"),
        pytest.param("word", 40, 100, ["word", "text"], id="a word"),
        *[
            pytest.param(marker, 60, 100, [f"{marker} text"], id=marker)
            for marker in (
                "(1)", "（1）", "12", "123", "1.2", "1.2.3.", "1、", "a)", "(b)", "A.", "iv)", "(viii)", "一、",
                "（十二）",                 "•", "·", "*", "▪", "●", "○", "◦", "■", "□", "➢", "–", "—", "-", "1:",
            )
        ],
        *[
            pytest.param(marker, 90, 100, [f"{marker} text"], id=marker)
            for marker in ("第一条", "第十二章", "第3節", "第一部", "Article 5", "Section 1", "Rule 3.", "Chapter IV",
                           "Annex I", "Part II")
        ],
        *[
            pytest.param(marker, 60, 100, [marker, "text"], id=marker)
            for marker in ("1234", "ab", "ivxlcix", "一二三四五", "1)2", "••", "Item 5")
        ],
        pytest.param("第一二三四五六条", 100, 100, ["第一二三四五六条 text"], id="six characters of a number"),
        pytest.param("第一二三四五六七条", 100, 100, ["第一二三四五六七条", "text"], id="seven"),
    ],
)  # fmt: skip
def test_markers_join_their_text(marker: str, left: float, base: float, expected: list[str]) -> None:
    merged = merge_rows([set_line(marker, 0, 100), set_line("text", left, base)])
    assert [one.text for one in merged] == expected


def test_only_a_marker_and_its_text_are_joined() -> None:
    three = [set_line("1.", 0), set_line("one", 20), set_line("two", 60)]
    assert [one.text for one in merge_rows(three)] == ["1.", "one", "two"]
    shifted = [replace(one, shift=50.0) for one in three[:2]]
    [one] = merge_rows(shifted)
    assert (one.text, one.shift) == ("1. one", 50)


@pytest.mark.parametrize(("mono", "apart"), [(2, True), (3, False), (0, True)])
def test_a_face_that_sets_more_than_half_says_nothing(mono: int, apart: bool) -> None:
    assert sets_listings_apart([code("x")] * mono + [set_line("x")] * (4 - mono)) is apart


def test_a_listing_keeps_lines_and_indents() -> None:
    listing = [code("for x in y:", 20), code("print(x)", 40, 112), code("done", 20, 124)]
    page = [set_line("Text before.", 0, 80), *listing, set_line("Text behind.", 0, 140)]
    [region] = find_regions(page, mono=True)
    assert region == PageRegion(1, 4, CODE, ("for x in y:\n    print(x)\ndone",), ((1, 2, 3),))
    assert find_regions(page, mono=False) == []


@pytest.mark.parametrize(
    ("step", "text"),
    [
        pytest.param(20.3, "a\nb\nc", id="up to 1.7 of the least step there is no gap"),
        pytest.param(20.5, "a\nb\n\nc", id="more is a blank line"),
    ],
)
def test_blank_lines_of_a_listing(step: float, text: str) -> None:
    [region] = find_regions([code("a"), code("b", 0, 112), code("c", 0, 112 + step)], mono=True)
    assert region.texts == (text,)


@pytest.mark.parametrize(
    ("below", "count"),
    [
        pytest.param(code("b", 0, 140.4), 1, id="up to 4.05 ems on"),
        pytest.param(code("b", 0, 140.6), 2, id="further down is another listing"),
        pytest.param(code("b", 0, 99), 2, id="further up is another listing"),
        pytest.param(replace(code("b", 300, 112), shift=300.0), 2, id="the next column is another listing"),
        pytest.param(code("b", 0, 112), 1, id="the usual step"),
    ],
)
def test_where_a_listing_ends(below: PageLine, count: int) -> None:
    assert len(find_regions([code("a"), below], mono=True)) == count


@pytest.mark.parametrize(
    ("above", "below", "goes_on"),
    [
        pytest.param(("x" * 18, 10.0), (112.0, 10.0), True, id="a line that reaches 0.9 of the width goes on"),
        pytest.param(("x" * 17, 10.0), (112.0, 10.0), False, id="a short line does not"),
        pytest.param(("x" * 18, 10.0), (113.5, 10.0), True, id="a step of 1.35 ems"),
        pytest.param(("x" * 18, 10.0), (113.6, 10.0), False, id="a gap above"),
        pytest.param(("x" * 18, 10.0), (112.0, 9.5), True, id="a face a twentieth smaller"),
        pytest.param(("x" * 18, 10.0), (112.0, 9.4), False, id="a face that is smaller still"),
    ],
)
def test_a_paragraph_may_end_in_words_of_a_typewriter_face(
    above: tuple[str, float], below: tuple[float, float], goes_on: bool
) -> None:
    page = [set_line("x" * 20, 0, 88), set_line(above[0], 0, 100, above[1]), code("make", 0, *below)]
    assert (find_regions(page, mono=True) == []) is goes_on


def test_a_listing_on_top_or_below_another_is_one() -> None:
    assert len(find_regions([code("make")], mono=True)) == 1
    [region] = find_regions([set_line("short", 0, 88), code("x" * 20), code("y", 0, 112)], mono=True)
    assert region.members == ((1, 2),)


def test_a_listing_of_pieces_and_blanks_counts_its_columns() -> None:
    page = [code("ls"), code("-l", 30), code("x  y", 0, 112)]
    [region] = find_regions(page, mono=True)
    assert region.texts == ("ls    -l\nx  y",)
    borrowed = line([*glyphs("ab", mono=True), *glyphs("→", 10), *glyphs("cdefghij", 15, mono=True)])
    assert find_regions([borrowed], mono=True)[0].texts == ("ab→cdefghij",)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(rows(("a", "b"), ("c", "d")), [("a", "b", "c", "d")], id="two rows"),
        pytest.param(rows(("a", "b")), [], id="one row is not a table"),
        pytest.param(rows(("a",), ("c",)), [], id="one column is none"),
        pytest.param(rows(("a", "b"), ("c", "d"), step=25.9), [("a", "b", "c", "d")], id="rows up to 2.6 ems apart"),
        pytest.param(rows(("a", "b"), ("c", "d"), step=26.1), [], id="rows further apart"),
        pytest.param(rows(("a", "b"), ("c", "d"), lefts=(0, 13)), [("a", "b", "c", "d")], id="0.8 ems of white"),
        pytest.param(rows(("a", "b"), ("c", "d"), lefts=(0, 12.9)), [], id="less white is a gap between words"),
        pytest.param(rows(("a", "b"), ("c", "d"), ("e", "")), [("a", "b", "c", "d")],
                     id="a line in the first column behind it"),
        pytest.param(rows(("a", "b"), ("c", "d"), ("", "e")), [("a", "b", "c", "d e")],
                     id="the rest of the last cell"),
        pytest.param(rows(("a", "b", "c"), ("d", "e", "f"), ("", "g", ""), ("", "", "h")),
                     [("a", "b", "c", "d", "e g", "f h")], id="the rest of two last cells"),
        pytest.param(rows(("a", "b"), ("", "c"), ("d", "e")), [("a", "b c", "d", "e")], id="the rest of a cell"),
        pytest.param(rows(("a", "b"), ("c", ""), ("d", "e")), [("a", "b", "c", "d", "e")],
                     id="a first cell alone is a row of its own"),
        pytest.param(rows(("a", "b"), ("", "c"), ("", "d"), ("e", "f")), [("a", "b c d", "e", "f")],
                     id="two lines of rest"),
        pytest.param(rows(("a", "b"), ("c", "d"), ("", "e"), ("", "f"), ("", "g"), ("h", "i")),
                     [("a", "b", "c", "d e f")], id="no more than two rows of one cell are passed over"),
        pytest.param(rows(("中", "文"), ("", "字"), ("d", "e")), [("中", "文字", "d", "e")], id="Chinese joins"),
        pytest.param(rows(("中", "文"), ("", "x"), ("d", "e")), [("中", "文 x", "d", "e")], id="mixed text does not"),
        pytest.param(rows(("a", "b"), ("x" * 25,), ("c", "d")), [], id="a line across the columns"),
        pytest.param(rows(("a", "", "b"), ("c", "d", "e"), ("f", "", "g")), [("a", "b", "c", "d", "e", "f", "g")],
                     id="a row that lacks a cell is a row where all steps are alike"),
    ],
)  # fmt: skip
def test_tables(lines: list[PageLine], expected: list[tuple[str, ...]]) -> None:
    regions = find_regions(lines, mono=True)
    assert texts(regions) == expected
    assert {region.kind for region in regions} <= {CELL}


def bases(*steps: float) -> list[float]:
    found = [100.0]
    for step in steps:
        found.append(found[-1] + step)
    return found


@pytest.mark.parametrize(
    ("close", "far", "expected"),
    [
        pytest.param(12.0, 20.0, ("a c", "b", "d", "e"), id="a row close below goes on with the cells above"),
        pytest.param(12.0, 13.9, ("a", "b", "c", "d", "e"), id="steps within 1.08 of 1.08 of the least are alike"),
        pytest.param(12.0, 14.1, ("a c", "b", "d", "e"), id="steps that differ by more are not"),
    ],
)
def test_close_rows_of_an_airy_table(close: float, far: float, expected: tuple[str, ...]) -> None:
    at = bases(close, far)
    page = [set_line("a", 0, at[0]), set_line("b", 100, at[0]), set_line("c", 0, at[1]), set_line("d", 0, at[2]),
            set_line("e", 100, at[2])]  # fmt: skip
    assert texts(find_regions(page, mono=True)) == [expected]


@pytest.mark.parametrize(("step", "expected"), [(12.9, ("a c", "b", "d", "e")), (13.0, ("a", "b", "c", "d", "e"))])
def test_close_is_within_a_twelfth_of_the_least_step(step: float, expected: tuple[str, ...]) -> None:
    at = bases(step, 20, 12)
    page = [set_line("a", 0, at[0]), set_line("b", 100, at[0]), set_line("c", 0, at[1]), set_line("d", 0, at[2]),
            set_line("e", 100, at[2]), set_line("f", 100, at[3])]  # fmt: skip
    [found] = texts(find_regions(page, mono=True))
    assert (*found[:-1], found[-1].removesuffix(" f")) == expected


def test_rows_may_drift_from_piece_to_piece() -> None:
    page = [set_line(text, left, base) for base in (100, 120) for text, left, base in
            (("a", 0, base), ("b", 100, base + 2), ("c", 200, base + 4))]  # fmt: skip
    assert texts(find_regions(page, mono=True)) == [("a", "b", "c", "a", "b", "c")]


def test_a_listing_whose_font_states_no_widths() -> None:
    page = [line([replace(one, right=one.left) for one in glyphs("ab", mono=True)])]
    assert find_regions(page, mono=True)[0].texts == ("a     b",)
    short = [replace(one, glyphs=tuple(replace(g, right=g.left + 0.5) for g in one.glyphs)) for one in [code("ab")]]
    assert find_regions(short, mono=True)[0].texts[0].split() == ["a", "b"]


def test_a_table_and_a_listing_in_text() -> None:
    page = [
        set_line("Text.", 0, 40), *[replace(one, base=one.base) for one in rows(("a", "b"), ("c", "d"))],
        set_line("Text.", 0, 180), code("ls", 0, 210), set_line("Text.", 0, 240),
    ]  # fmt: skip
    found = find_regions(page, mono=True)
    assert [(one.first, one.last, one.kind) for one in found] == [(1, 5, CELL), (6, 7, CODE)]
    assert found[0].members == ((1,), (2,), (3,), (4,))


def test_a_table_ends_with_its_column_of_the_page_and_where_lines_step_back() -> None:
    two = rows(("a", "b"), ("c", "d"))
    other = [replace(one, shift=300.0) for one in two[2:]]
    assert find_regions([*two[:2], *other], mono=True) == []
    assert find_regions([*two[2:], *two[:2]], mono=True) == []


@pytest.mark.parametrize(("left", "expected"), [(99.1, ("a", "b", "c", "d e")), (98.9, ("a", "b", "c", "d"))])
def test_the_rest_of_the_last_cell_is_in_its_column(left: float, expected: tuple[str, ...]) -> None:
    page = [*rows(("a", "b"), ("c", "d")), set_line("e", left, 124)]
    assert texts(find_regions(page, mono=True)) == [expected]
