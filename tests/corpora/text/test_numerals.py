import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.text import numerals
from tests.data import cases

CASES = cases("numerals")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_values(case: dict) -> None:
    assert numerals.value_of(case["input"]) == case["expected"]


@given(st.integers(0, 9999) | st.integers(0, 10**12 - 1))
def test_han_comes_back(number: int) -> None:
    assert numerals.from_han(numerals.to_han(number)) == number


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "零"), (10, "十"), (19, "十九"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (1005, "一千零五"),
     (10_000, "一万"), (10_010, "一万零一十"), (100_000, "十万"), (100_010, "十万零一十"), (10_100_000, "一千零一十万"),
     (100_000_001, "一亿零一"), (600_007_738, "六亿零七千七百三十八")],
)  # fmt: skip
def test_writes_han(number: int, written: str) -> None:
    assert numerals.to_han(number) == written


@given(st.integers(1, 3999))
def test_roman_comes_back(number: int) -> None:
    assert numerals.from_roman(numerals.to_roman(number)) == number
    assert numerals.from_roman(numerals.to_roman(number).upper()) == number


@given(st.integers(1, 80))
def test_letters_come_back(number: int) -> None:
    assert numerals.from_letters(numerals.to_letters(number)) == number


@given(st.text(max_size=8))
def test_any_text_has_a_value_or_none(text: str) -> None:
    value = numerals.value_of(text)
    assert value is None or value >= 0


@pytest.mark.parametrize(
    ("write", "number"),
    [(numerals.to_han, -1), (numerals.to_han, 10**12), (numerals.to_roman, 0), (numerals.to_letters, 0)],
)
def test_out_of_range(write, number: int) -> None:
    with pytest.raises(ValueError, match="is"):
        write(number)
