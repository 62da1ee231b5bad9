import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.text.markers import follows, parse_bullet, parse_marker
from tests.data import cases

CASES = cases("markers")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_markers(case: dict) -> None:
    marker = parse_marker(case["input"])
    if case["expected"] is None:
        assert marker is None
        return
    family, value, rest = case["expected"]
    assert marker is not None
    assert (marker.family, list(marker.value), case["input"][marker.end :]) == (family, value, rest)


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("第三十条", "Article 30"),
        ("第 7/1 号决议", "Resolution 7/1"),
        ("（四）有", "(d) to"),
        ("三、总则", "III. General"),
    ],
)
def test_markers_compare_across_languages(zh: str, en: str) -> None:
    one, other = parse_marker(zh), parse_marker(en)
    assert one is not None
    assert other is not None
    assert one.key == other.key


def test_what_a_letter_means_depends_on_the_one_before() -> None:
    h, roman_iv, u = parse_marker("(h) x"), parse_marker("(iv) x"), parse_marker("(u) x")
    after_h, after_iv, after_u = parse_marker("(i) x", h), parse_marker("(v) x", roman_iv), parse_marker("(v) x", u)
    assert after_h is not None
    assert after_h.value == (9,)
    assert after_iv is not None
    assert after_iv.value == (5,)
    assert follows(after_iv, roman_iv)
    assert after_u is not None
    assert after_u.value == (22,)


def test_bullets() -> None:
    assert parse_bullet("  * item") == ("*", 4)
    assert parse_bullet("•项目") == ("•", 1)
    assert parse_bullet("-5 degrees") is None


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    marker = parse_marker(text)
    assert marker is None or 0 < marker.end <= len(text)
