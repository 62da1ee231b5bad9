import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.text import numerals
from tests.data import cases

CASES = cases("numerals")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_values(case: dict) -> None:
    assert numerals.value_of(case["input"]) == case["expected"]


@given(st.integers(0, 9999))
def test_han_comes_back(number: int) -> None:
    assert numerals.from_han(numerals.to_han(number)) == number


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


@pytest.mark.parametrize(("write", "number"), [(numerals.to_han, -1), (numerals.to_roman, 0), (numerals.to_letters, 0)])
def test_out_of_range(write, number: int) -> None:
    with pytest.raises(ValueError, match="is"):
        write(number)
