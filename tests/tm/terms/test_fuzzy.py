import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from tests.tm.terms.vocabularies import vocabulary
from tm.terms.fuzzy import similar


def brute_force(keys: list[str], query: str, least: float, limit: int) -> list[tuple[int, float]]:
    """The same by comparing every key: the most similar first, then the shorter."""
    scored = [(Levenshtein.normalized_similarity(query, key), key, number) for number, key in enumerate(keys)]
    found = sorted((-score, len(key), key, number) for score, key, number in scored if score >= least / 100)
    return [(number, round(-100 * score, 1)) for score, _, _, number in found[:limit]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("实益所有权人", ["实益所有权"]),
        ("asset recovry", ["asset recovery"]),
        ("aaaa", ["aaaaa"]),
        ("b", ["b"]),
        ("zzzz", []),
        ("", []),
    ],
)
def test_similar_keys_are_found(query: str, expected: list[str]) -> None:
    keys = ["实益所有权", "实益", "asset recovery", "asset", "aaaaa", "b", ""]
    assert [keys[number] for number, _ in similar(vocabulary(keys), query, 75.0, 20)] == expected


def test_no_keys() -> None:
    assert similar(vocabulary([]), "党", 75.0, 20) == []


_WORDS = st.text("ab c党员", max_size=14)


@settings(deadline=None, max_examples=300)
@given(
    keys=st.lists(_WORDS, max_size=40),
    query=_WORDS.filter(bool),
    least=st.sampled_from([50.0, 75.0, 90.0]),
    limit=st.integers(1, 10),
)
def test_the_same_as_comparing_every_key(keys: list[str], query: str, least: float, limit: int) -> None:
    assert similar(vocabulary(keys), query, least, limit) == brute_force(keys, query, least, limit)


@settings(deadline=None, max_examples=3000)
@given(
    key=st.text(min_size=4, max_size=30).map(lambda key: "".join(key.split())),
    changes=st.lists(st.tuples(st.integers(0, 30), st.text(max_size=1)), max_size=6),
)
def test_what_was_changed_a_little_is_found(key: str, changes: list[tuple[int, str]]) -> None:
    query = key
    for place, letter in changes:
        query = query[:place] + letter + query[place + 1 :]
    expected = bool(query) and Levenshtein.normalized_similarity(query, key) >= 0.75
    assert bool(similar(vocabulary([key]), query, 75.0, 1)) == expected
