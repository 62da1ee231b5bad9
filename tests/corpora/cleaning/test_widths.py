import pytest

from corpora.cleaning.widths import half_ems, is_wide


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("2017", 4.24),
        ("illicit", 3.98),
        ("common", 7.36),
        ("The tide rose, at 3%.", 17.48),
        ("联合国", 6),
        ("“《公约》”", 9.52),
        ("Ж", 1.05),
        ("潮Ж", 3.05),
        ("'|ijl I f[] r-` *° sJ cz? aekvxyL bdgq#", 29.4),
        ("FTZ+<> EPSVYABKRXé CDHNU wGOQ& mM%@… W—", 50.42),
    ],
)
def test_letters_have_the_widths_of_a_proportional_font(text: str, expected: float) -> None:
    assert half_ems(text) == pytest.approx(expected)


@pytest.mark.parametrize(("char", "expected"), [("潮", True), ("，", True), ("Ａ", True), ("A", False), ("“", False)])
def test_wide_characters(char: str, expected: bool) -> None:
    assert is_wide(char) is expected
