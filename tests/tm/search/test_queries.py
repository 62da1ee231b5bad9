"""Concordance queries: words, phrases and wildcards in single texts, and the limits of a query."""

from typing import Any

import pytest

from corpora.errors import UsageError
from tests.data import cases
from tm.search.queries import folded_with_places, parse

CASES = cases("phrases")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_where_a_query_occurs(case: dict[str, Any]) -> None:
    found = parse(case["query"], exact=case["exact"]).spans(case["text"])
    expected = case["expected"]
    assert found == (None if expected is None else (expected["whole"], [tuple(span) for span in expected["spans"]]))


def test_limits() -> None:
    assert parse("长" * 1_000).parts[0].raw == "长" * 1_000
    with pytest.raises(UsageError, match="has 1,001 characters; 1,000 are the most"):
        parse("长" * 1_001)
    assert parse("a*" * 8).text.count("*") == 8
    with pytest.raises(UsageError, match="9 stars; 8 are the most"):
        parse("a*" * 9)
    assert parse("一*" * 4).text.count("*") == 4
    assert parse("一*" * 4 + "a*").text.count("*") == 5, "the last star is next to a Latin letter"
    with pytest.raises(UsageError, match="5 stars in Chinese; 4 are the most"):
        parse("一*" * 5)


def test_parts() -> None:
    parts = parse(' Conventions "UN  bodies" … ＡＰＩ*').parts
    assert [(part.raw, part.folded, part.wild) for part in parts] == [
        ("Conventions", "conventions", False),
        ("UN  bodies", "un bodies", False),
        ("ＡＰＩ*", "api*", True),
    ]
    assert parse("re*o?t*").parts[0].pieces() == ["re", "o", "t"]
    assert parse('"a * b"').parts[0].pieces() == ["a ", " b"]


def test_a_query_without_words() -> None:
    for text in ("", " ", "…", "*?", '""'):
        with pytest.raises(UsageError, match="nothing to look for"):
            parse(text)


def test_places_of_folded_characters() -> None:
    assert folded_with_places("ﬁ⟦1⟧國Ａ") == ("fi国a", [0, 0, 4, 5])


def test_whether_a_query_may_occur_in_several_texts() -> None:
    phrase = parse("under resolution")
    assert phrase.may_occur(["Under  Ｒesolution 5", "", "under\nresolution", "none"]) == [True, False, True, False]
    assert phrase.may_occur([]) == []
    assert parse("“Under”").may_occur([]) == []
