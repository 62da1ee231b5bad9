"""The fuzzy measure: what costs how much, and the bound that the index builds on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data import cases
from tm.folding import fold, key, tokens
from tm.search.fuzzy import PreparedQuery, Similarity, allowed, similarity

CASES = cases("fuzzy")
TEXTS = st.text(alphabet="甲乙丙丁 合同。，ＡＢ12ab' Word⟦/⟧", max_size=30)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_scores(case: dict[str, Any]) -> None:
    found = similarity(*case["input"])
    assert {"score": found.score, "minor_differences": list(found.minor_differences)} == case["expected"]


def test_distances_are_counted_in_tokens() -> None:
    assert similarity("a b c", "a x c d") == Similarity(50, 2, 4)
    assert similarity("本协议", "本协议") == Similarity(100, 0, 3)
    assert similarity("", "") == Similarity(100, 0, 1)
    assert similarity("", " ") == Similarity(99, 0, 1, ("space",))
    assert PreparedQuery("a b c").distance("a x c", 67) is None
    assert PreparedQuery("a b c").distance("a x c", 66) == (1, 3)
    assert [allowed(length, minimum) for length, minimum in ((10, 70), (11, 70), (10, 100), (3, 30))] == [3, 3, 0, 2]


@given(TEXTS, TEXTS)
def test_symmetric_and_hundred_only_for_the_same(left: str, right: str) -> None:
    one, other = similarity(left, right), similarity(right, left)
    assert one == other
    assert 0 <= one.score <= 100
    assert (one.score == 100) == (left == right)


@given(TEXTS, TEXTS, st.integers(50, 100))
def test_content_bounds_the_score(left: str, right: str, minimum: int) -> None:
    question = PreparedQuery(left)
    if question.compare(right).score >= minimum:
        found = question.distance(right, minimum)
        assert found is not None
        assert found[0] <= allowed(found[1], minimum)


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert key(fold(text)) == key(fold(text))
    assert tokens(fold(text)) == tokens(fold(text).upper().casefold())
