import pytest

from corpora.text.plurals import counted, plural


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("unit",), "0 units"), (1, ("unit",), "1 unit"), (2, ("unit",), "2 units"),
        (12_345, ("unit",), "12,345 units"), (1, ("more unit",), "1 more unit"),
        (1, ("entry", "entries"), "1 entry"), (3, ("entry", "entries"), "3 entries"),
        (1.0, ("second",), "1 second"), (0.5, ("second",), "0.5 seconds"),
    ],
)  # fmt: skip
def test_a_number_has_its_noun(number: float, words: tuple[str, ...], said: str) -> None:
    assert counted(number, *words) == said


def test_words_agree_with_a_number_elsewhere() -> None:
    assert [plural(number, "was", "were") for number in (0, 1, 2)] == ["were", "was", "were"]
