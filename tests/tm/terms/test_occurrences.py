import pytest

from tm.terms.normalization import normalize_text
from tm.terms.occurrences import occurrences, pieces_of


@pytest.mark.parametrize(
    ("text", "language", "pieces"),
    [
        ("入党了", "zh", [["入", "党", "了"], ["入党", "党了"], ["入党了"]]),
        ("the State parties", "en", [["the", "state", "party"], ["the state", "state party"]]),
        ("党", "zh", [["党"], [], []]),
        ("", "en", [[], []]),
    ],
)
def test_pieces(text: str, language: str, pieces: list[list[str]]) -> None:
    assert pieces_of(normalize_text(text, language)) == pieces


@pytest.mark.parametrize(
    ("text", "language", "keys", "places"),
    [
        ("入党", "zh", [("党", "党", 1)], [("党", [1])]),
        ("共产党员", "zh", [("共产党", "共产党员", 2), ("共产党", "共产党员证", 3)], [("共产党员", [2])]),
        ("党员", "zh", [("党", "党", 1), ("党员", "党员", 4), ("党员", "党员", 5)], [("党员", [4, 5]), ("党", [1])]),
        ("two State parties", "en", [("state party", "state party", 1)], [("State parties", [1])]),
        ("State", "en", [("state", "state", 1), ("state party", "state party", 2)], [("State", [1])]),
        ("states party", "en", [("state party", "state party", 2), ("state party", "state party", 2)],
         [("states party", [2])]),
    ],
)  # fmt: skip
def test_occurrences_of_keys(
    text: str, language: str, keys: list[tuple[str, str, int]], places: list[tuple[str, list[int]]]
) -> None:
    folded = normalize_text(text, language)
    found = occurrences(folded, pieces_of(folded), keys)
    assert [(text[start:end], list(numbers)) for start, end, numbers in found] == places
