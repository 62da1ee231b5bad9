import pytest

from corpora.cleaning.inline import extract_marks, split_paragraphs, without_sentinels
from corpora.document import FootnoteMark
from tests.data import cases


def symbols(text: str) -> str:
    """{M} and {R} stand for the noncharacters in the cases."""
    return text.replace("{M}", "\ufdd0").replace("{R}", "\ufdd1")


@pytest.mark.parametrize("case", cases("cleaning_inline"), ids=lambda case: case["label"])
def test_an_element_is_split_into_paragraphs(case: dict) -> None:
    found = split_paragraphs(symbols(case["text"]), whole=case.get("whole", False), cell=case.get("cell", False))
    assert found == [symbols(text) for text in case["expected"]]


def test_marks_are_extracted() -> None:
    found = extract_marks(symbols("The{R} tide{M} rose{M}{R}."), iter([("1", "[1]"), ("12", "(12)")]), ["st", "nd"])
    assert found.text == "The tide rose."
    assert found.printed == "The tide[1] rose(12)."
    assert found.marks == (FootnoteMark("1", 8), FootnoteMark("12", 13))
    assert found.spans == ((8, 11), (16, 20))
    assert [found.printed[start:end] for start, end in found.spans] == ["[1]", "(12)"]
    assert found.raised == (("st", 3), ("nd", 13))


def test_text_without_marks_stays() -> None:
    found = extract_marks("The tide", iter(()))
    assert (found.text, found.printed, found.marks, found.spans, found.raised) == ("The tide", "The tide", (), (), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x08c\x0bd\x0ee\x1ff", "abcdef"),
        ("a\ufdd0b\ufdd1c\ufffed\uffffe", "abcde"),
        ("a\tb\nc\x0cd\re", "a\tb\nc\x0cd\re"),
        ("潮\u3000水\u00a0\ufdcf\ufdd3", "潮\u3000水\u00a0\ufdcf\ufdd3"),
    ],
    ids=["control characters", "noncharacters", "white space", "other characters"],
)
def test_characters_that_text_cannot_contain(text: str, expected: str) -> None:
    assert without_sentinels(text) == expected
