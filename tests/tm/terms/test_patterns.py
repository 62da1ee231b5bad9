import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tm.terms.patterns import glob, matcher, normalized_pattern


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("pattern", "key", "fit"),
    [
        ("*", "", True),
        ("?", "", False),
        ("??", "党员", True),
        ("*党*", "共产党员", True),
        ("*党", "共产党员", False),
        ("a*b*c", "abc", True),
        ("ab*ba", "aba", False),
        ("*ab*ab*", "aab", False),
        ("*a?c*", "aabc", True),
        ("?a*?", "ba", False),
        ("[ab]*", "[ab]", True),
        ("[ab]", "a", False),
        ("a.c*", "abc", False),
        ("*]*^*-*", "a]b^c-d", True),
        ("*]*^*-*", "a]b-c^d", False),
        ("?*a*b?", "xabx", True),
        ("?*a*b?", "abx", False),
    ],
)
def test_a_key_matches_or_not(pattern: str, key: str, fit: bool) -> None:
    assert bool(matcher(pattern)(key)) == fit


@settings(deadline=None, max_examples=300)
@given(
    pattern=st.text("ab党[]^-.\\*?", max_size=8) | st.text(max_size=8),
    key=st.text("ab党[]^-.\\", max_size=10) | st.text(max_size=10),
)
def test_matches_are_those_of_glob(db: sqlite3.Connection, pattern: str, key: str) -> None:
    # Where a text ends for SQLite, and what it takes for one character, is not tested here.
    if not any(c == "\0" or "\ufffd" <= c <= "\uffff" for c in pattern + key):
        (said,) = db.execute("SELECT ? GLOB ?", [key, glob(pattern)]).fetchone()
        assert bool(matcher(pattern)(key)) == bool(said)


def test_many_stars_do_not_backtrack() -> None:
    for pattern in ("*a" * 200 + "*b*", "*a" * 200 + "*b", "*aa" * 200 + "*b*", "*a?" * 200 + "*b*"):
        assert not matcher(pattern)("a" * 1000)


@pytest.mark.parametrize(
    ("question", "language", "pattern"),
    [
        ("*資產*", "zh", "*资产*"),
        ("States part*", "en", "state part*"),
        ("***党**?", "zh", "*党*?"),
        ("*MONEY-Laundering", "en", "*money laundering"),
    ],
)
def test_texts_between_wildcards_are_normalized(question: str, language: str, pattern: str) -> None:
    assert normalized_pattern(question, language) == pattern
