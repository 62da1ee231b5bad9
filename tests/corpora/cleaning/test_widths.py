import pytest

from corpora.cleaning.widths import half_ems


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("2017", 4, 4.5),
        ("illicit", 3, 4),
        ("common", 6, 8),
        ("联合国", 6, 6),
        ("“《公约》”", 9, 10),
        ("Ж", 1, 1.5),
    ],
)
def test_letters_take_the_room_that_they_have_in_a_proportional_face(text: str, least: float, most: float) -> None:
    assert least <= half_ems(text) <= most
