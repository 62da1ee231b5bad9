import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tm.terms.vocabularies import vocabulary
from tm.terms.patterns import matcher
from tm.terms.wildcard import matching

_PLACES = ["*党*", "*党", "党*", "*员*党*", "党*员", "?党*", "*党?", "??", "*?党?*", "*", "党员"]


def brute_force(keys: list[str], pattern: str, limit: int) -> list[int]:
    """The same by comparing every key."""
    fit = matcher(pattern)
    return [number for key, number in sorted((key, number) for number, key in enumerate(keys)) if fit(key)][:limit]


@pytest.mark.parametrize("pattern", _PLACES)
@pytest.mark.parametrize("limit", [1, 20, 10_000])
def test_wildcards_at_any_position(pattern: str, limit: int) -> None:
    keys = [f"{a}{b}{c}" for a in "党员共产" for b in ("", "党", "产党", "员共产") for c in ("", "员", "党员")] * 20
    found = matching(vocabulary(keys), pattern, limit)
    assert found == brute_force(keys, pattern, limit)
    assert found


@settings(deadline=None, max_examples=300)
@given(
    keys=st.lists(st.text("ab c党员国", max_size=7) | st.text(max_size=7).map(lambda key: "".join(key.split()))),
    pattern=st.text("ab c党员国*?", max_size=7) | st.text(max_size=5).map(lambda text: f"*{text}*"),
    limit=st.integers(0, 5),
)
def test_the_same_as_comparing_every_key(keys: list[str], pattern: str, limit: int) -> None:
    assert matching(vocabulary(keys), pattern, limit) == brute_force(keys, pattern, limit)


def test_more_keys_than_are_sketched_at_once() -> None:
    keys = [f"{number:05} {chr(0x4E00 + number % 5000)}" for number in range(10_000)]
    for pattern in ("*\u4e07*", "*999?", "*9999 ?", "0??99*"):
        assert matching(vocabulary(keys), pattern, 20) == brute_force(keys, pattern, 20)
