import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from tests.tm.terms.vocabularies import vocabulary
from tm.terms.fuzzy import similar


def brute_force(keys: list[str], asked: str, least: float, limit: int) -> list[tuple[int, float]]:
    """The same by comparing every key: most alike first, then the shorter."""
    alike = [(Levenshtein.normalized_similarity(asked, key), key, number) for number, key in enumerate(keys)]
    found = sorted((-score, len(key), key, number) for score, key, number in alike if score >= least / 100)
    return [(number, round(-100 * score, 1)) for score, _, _, number in found[:limit]]


@pytest.mark.parametrize(
    ("asked", "alike"),
    [
        ("实益所有权人", ["实益所有权"]),
        ("asset recovry", ["asset recovery"]),
        ("aaaa", ["aaaaa"]),
        ("b", ["b"]),
        ("zzzz", []),
        ("", []),
    ],
)
def test_similar_keys_are_found(asked: str, alike: list[str]) -> None:
    keys = ["实益所有权", "实益", "asset recovery", "asset", "aaaaa", "b", ""]
    assert [keys[number] for number, _ in similar(vocabulary(keys), asked, 75.0, 20)] == alike


def test_no_keys() -> None:
    assert similar(vocabulary([]), "党", 75.0, 20) == []


_WORDS = st.text("ab c党员", max_size=14)


@settings(deadline=None, max_examples=300)
@given(
    keys=st.lists(_WORDS, max_size=40),
    asked=_WORDS.filter(bool),
    least=st.sampled_from([50.0, 75.0, 90.0]),
    limit=st.integers(1, 10),
)
def test_the_same_as_comparing_every_key(keys: list[str], asked: str, least: float, limit: int) -> None:
    assert similar(vocabulary(keys), asked, least, limit) == brute_force(keys, asked, least, limit)


@settings(deadline=None, max_examples=3000)
@given(
    key=st.text(min_size=4, max_size=30).map(lambda key: "".join(key.split())),
    changes=st.lists(st.tuples(st.integers(0, 30), st.text(max_size=1)), max_size=6),
)
def test_what_was_changed_a_little_is_found(key: str, changes: list[tuple[int, str]]) -> None:
    asked = key
    for place, letter in changes:
        asked = asked[:place] + letter + asked[place + 1 :]
    alike = bool(asked) and Levenshtein.normalized_similarity(asked, key) >= 0.75
    assert bool(similar(vocabulary([key]), asked, 75.0, 1)) == alike
