"""Running heads and page numbers, known by place and text; pages are 1000 points high, rows as (text, baseline)."""

from dataclasses import replace
from typing import Any

import pytest

from corpora.readers.pdf.lines import PageLine
from corpora.readers.pdf.running_heads import find_heads
from tests.corpora.readers.typeset import set_line

Row = tuple[Any, ...]


def heads(*pages: list[Row]) -> list[list[str]]:
    """The texts of what is found on each page; a row is (text, baseline, size=10, left=0)."""
    lines = [[_line(*row) for row in page] for page in pages]
    found = find_heads(lines, [1000.0] * len(pages))
    return [[lines[page][at].text for at in sorted(on)] for page, on in enumerate(found)]


def _line(text: str, base: float, size: float = 10.0, left: float = 0.0, raised: bool = False) -> PageLine:
    one = set_line(text, left, base, size)
    return replace(one, glyphs=(replace(one.glyphs[0], raised=True), *one.glyphs[1:])) if raised else one


BODY = [("Text of the page.", 300.0), ("It goes on here.", 500.0)]
NO: list[list[str]] = [[], [], [], []]


def four(row: Row) -> list[list[Row]]:
    return [[row, *BODY]] * 4


def test_repeated_rows_are_heads() -> None:
    assert heads(*four(("Journal", 50.0))) == [["Journal"]] * 4
    assert heads(*four(("Journal", 950.0))) == [["Journal"]] * 4
    assert heads(*[[(f"Journal {page}", 50.0), *BODY] for page in range(1, 5)]) == [
        [f"Journal {page}"] for page in range(1, 5)
    ]


@pytest.mark.parametrize(
    ("base", "found"),
    [(149.0, True), (150.0, False), (151.0, False), (850.0, False), (849.0, False), (851.0, True), (500.0, False)],
)
def test_heads_are_within_the_outer_seventh(base: float, found: bool) -> None:
    assert heads(*four(("Journal", base))) == ([["Journal"]] * 4 if found else NO)


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        pytest.param([[("Head", 50)], [("Other", 80)]], [[], []], id="rows of unlike text"),
        pytest.param([[("Head", 50)], [("Head", 50)]], [["Head"], ["Head"]], id="two of two pages"),
        pytest.param([[("Head", 50)], [("Head", 50)], []], [["Head"], ["Head"], []], id="two of three pages"),
        pytest.param([[("Head", 50)], [("Head", 50)], [], []], NO, id="two of four pages"),
        pytest.param([[("Head", 50)], [("Head", 50)], [("Head", 50)], []], [["Head"], ["Head"], ["Head"], []],
                     id="three of four pages"),
        pytest.param([[("Head", 50)], [("Head", 53)]], [["Head"], ["Head"]], id="three points apart"),
        pytest.param([[("Head", 50)], [("Head", 53.1)]], [[], []], id="more than three points apart"),
        pytest.param([[("Head", 50, 10)], [("Head", 50, 10.5)]], [["Head"], ["Head"]], id="half a point larger"),
        pytest.param([[("Head", 50, 10)], [("Head", 50, 10.6)]], [[], []], id="of another size"),
        pytest.param([[("Head", 50)], [("Head", 950)]], [[], []], id="head and foot"),
        pytest.param([[("Head", 50), ("Head", 80)], []], [[], []], id="twice on one page"),
        pytest.param([[("He ad", 50)], [("Head", 50)]], [["He ad"], ["Head"]], id="blanks aside"),
    ],
)  # fmt: skip
def test_repeated_rows(pages: list[list[Row]], found: list[list[str]]) -> None:
    assert heads(*pages) == found


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        pytest.param(["Page 3 of 9", "Page 4 of 9"], True, id="a number that counts with the pages"),
        pytest.param(["Page 3 of 9", "Page 5 of 9"], False, id="a number that does not"),
        pytest.param(["A/58/4 draft", "A/58/4 draft"], True, id="the same number on both"),
        pytest.param(["draft ii", "draft iii"], True, id="Roman numbers need not count"),
        pytest.param(["draft IX", "draft X"], True, id="of either case"),
        pytest.param(["draft ab", "draft cd"], False, id="words are no numbers"),
        pytest.param(["1 See annex", "3 See annex"], False, id="notes with numbers of their own"),
    ],
)
def test_numbers_in_heads(texts: list[str], found: bool) -> None:
    assert heads(*[[(text, 950.0), *BODY] for text in texts]) == ([[text] for text in texts] if found else [[], []])


@pytest.mark.parametrize(
    "masked",
    [
        "{}",
        "- {} -",
        "{}/9",
        "{} of 9",
        "{}共9",
        "第{}页",
        "第 {} 頁 共 9 页",
        "Page {}",
        "page {} of 9",
        "[{}]",
        "{}—",
    ],
)
def test_two_pages_are_enough_for_a_lone_number(masked: str) -> None:
    pages = [[(masked.format(number), 950.0), *BODY] for number in (3, 4)]
    assert heads(*pages, BODY, BODY, BODY) == [[masked.format(3)], [masked.format(4)], [], [], []]


@pytest.mark.parametrize("masked", ["Text {}", "{} text", "Page {} text", "Page {} of 9 {}"])
def test_but_not_for_a_number_in_other_text(masked: str) -> None:
    pages = [[(masked.replace("{}", str(number)), 950.0), *BODY] for number in (3, 4)]
    assert heads(*pages, BODY, BODY, BODY) == [[]] * 5


def test_a_lone_number_that_does_not_count_is_none() -> None:
    assert heads([("7", 950.0)], [("7", 950.0)], [], [], []) == [[]] * 5
    assert heads([("7", 950.0)], [("9", 950.0)], [], [], []) == [[]] * 5
    assert heads([("7", 950.0), ("8", 920.0)], [], [], [], []) == [[]] * 5


def test_pieces_of_a_row_belong_together_and_may_be_mirrored() -> None:
    pages = [[("V.18", 950.0, 10, left), (str(number), 950.0, 10, 400 - left), *BODY]
             for number, left in ((1, 0), (2, 400), (3, 0), (4, 400))]  # fmt: skip
    assert [sorted(found) for found in heads(*pages)] == [[str(number), "V.18"] for number in range(1, 5)]
    apart = [[("V.18", 950.0), ("x", 953.0, 10, 300), *BODY]] * 2
    assert heads(*apart) == [["V.18", "x"]] * 2  # rows within three points are one
    unlike = [[("V.18", 950.0), ("x", 953.0, 10, 300), *BODY], [("V.18", 950.0), ("y", 953.0, 10, 300), *BODY]]
    assert heads(*unlike) == [[], []]
    two = [[("V.18", 950.0), (name, 953.2, 10, 300), *BODY] for name in "xy"]
    assert heads(*two) == [[], []]  # two rows, and the outer one is not a head
    inner = [[("V.18", 950.0), (name, 946.8, 10, 300), *BODY] for name in "xy"]
    assert heads(*inner) == [["V.18"], ["V.18"]]


def test_from_the_edge_inwards_to_the_first_row_that_is_not_repeated() -> None:
    top = [("Head", 40.0), ("Subject", 60.0)]
    assert (
        heads([*top, ("own 1", 80.0), ("Again", 100.0)], [*top, ("else", 80.0), ("Again", 100.0)])
        == [["Head", "Subject"]] * 2
    )
    four_rows = [(f"row {name}", 20.0 + 20 * at) for at, name in enumerate("abcd")]
    assert heads(four_rows, four_rows) == [[text for text, _ in four_rows]] * 2
    five_rows = [*four_rows, ("row e", 100.0)]
    assert heads(five_rows, five_rows) == [[text for text, _ in four_rows]] * 2
    foot = [(text, 1000 - base) for text, base in five_rows]
    assert heads(foot, foot) == [[text for text, _ in foot[:4]]] * 2


def test_a_raised_number_opens_a_footnote() -> None:
    note = ("1 See annex.", 940.0, 8, 0, True)
    assert heads([note, ("9/2", 960.0)], [note, ("9/2", 960.0)]) == [["9/2"]] * 2
    assert heads([note, ("a", 920.0)], [note, ("a", 920.0)]) == [[], []]


@pytest.mark.parametrize(
    ("known", "pages", "found"),
    [
        pytest.param(4, 10, True, id="known on 0.4 of the pages"),
        pytest.param(4, 11, False, id="known on fewer"),
        pytest.param(3, 4, True, id="three of four"),
        pytest.param(2, 3, False, id="too few pages to tell"),
    ],
)
def test_a_position_of_heads_has_other_heads(known: int, pages: int, found: bool) -> None:
    made = [[("Same head", 50.0)]] * known + [[(name * 9, 50.0)] for name in "abefghjkno"[: pages - known]]
    assert heads(*made)[known:] == ([[name * 9] for name in "abefghjkno"[: pages - known]] if found else
                                    [[]] * (pages - known))  # fmt: skip


@pytest.mark.parametrize(
    ("row", "found"),
    [
        pytest.param(("Chapter two", 53.0), True, id="three points lower"),
        pytest.param(("Chapter two", 53.2), False, id="lower still"),
        pytest.param(("Chapter two", 50.0, 10.5), True, id="half a point larger"),
        pytest.param(("Chapter two", 50.0, 10.6), False, id="of another size"),
        pytest.param(("Chapter two", 950.0), False, id="at the other edge"),
    ],
)
def test_only_the_same_spot_counts(row: Row, found: bool) -> None:
    assert heads(*[[("Same head", 50.0)]] * 4, [row])[4] == ([row[0]] if found else [])
