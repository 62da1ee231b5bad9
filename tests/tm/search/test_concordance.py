"""Concordance: phrases, words, wildcards, either side, and the counterpart on the other."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.errors import UsageError
from tests.data import cases
from tm.search.concordance import ConcordanceOptions, concordance
from tm.search.memory import Memory
from tm.search.queries import parse
from tm.store import index
from tm.store.filters import Filters
from tm.unit import Unit

CASES = cases("concordance")
UNITS = [
    ("缔约国应当采取措施。", "States parties shall take measures."),
    ("各缔约国的会议", "Conference of the States parties"),
    ("締約國會議", "The Conference of the STATES PARTIES"),
    ("公约的缔约国会议通过了决议", "The Conference of the States Parties to the Convention adopted resolutions"),
    ("签订约定的国家", "countries that made an arrangement"),
    ("ＡＰＩ文档", "API documentation"),
    ("按 ⟦1⟧确⟦/1⟧定 键", "Press the ⟦1⟧OK⟦/1⟧ key"),
    ("C++ 的 100% 兼容", "100% compatible with C++"),
]


@pytest.fixture(params=["tail", "segment"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Memory:
    memory = Memory(tmp_path / "m.duiyi")
    memory.add(Unit(source, target, "zh-CN", "en-US") for source, target in UNITS)
    if request.param == "segment":
        with memory.writing() as connection:
            index.update(connection, 0)
    return memory


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_what_is_found(memory: Memory, case: dict[str, Any]) -> None:
    hits = concordance([memory], case["input"], ConcordanceOptions(**case.get("options", {})))
    assert [hit.number for hit in hits] == case["expected"] or {hit.number for hit in hits} == set(case["expected"])
    assert len(hits) == len(case["expected"])
    if "spans" in case:
        assert [hits[0].text[start:end] for start, end in hits[0].spans] == case["spans"]


def test_most_telling_first(memory: Memory) -> None:
    hits = concordance([memory], "缔约国")
    assert hits[0].number == 3
    assert hits[-1].number == 4


def test_counterpart(memory: Memory) -> None:
    memory.add(
        Unit(f"缔约国{one}", f"{two} by States parties", "zh-CN", "en-US")
        for one, two in [("提出建议", "suggestions"), ("作出承诺", "commitments"), ("支付费用", "payment")]
    )
    memory.add(
        Unit(f"其他{number}", f"another text about {number} by others", "zh-CN", "en-US") for number in range(50)
    )
    hits = concordance([memory], "缔约国")
    marked = {hit.other[start:end].casefold() for hit in hits for start, end in hit.counterpart}
    assert marked == {"states parties"}


def test_filters_and_sides(memory: Memory) -> None:
    assert not concordance([memory], "缔约国", ConcordanceOptions(side="target"))
    assert not concordance([memory], "缔约国", ConcordanceOptions(filters=Filters(source_lang="en")))
    assert concordance([memory], "缔约国", ConcordanceOptions(filters=Filters(with_text="措施")))
    with pytest.raises(UsageError):
        ConcordanceOptions(side="left")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "…", "*", "？", "长" * 1_001])
def test_questions_that_are_none(memory: Memory, text: str) -> None:
    with pytest.raises(UsageError):
        concordance([memory], text)


@given(st.from_regex(r"[ab][ab*?]{0,7}b", fullmatch=True), st.from_regex(r"[ab-]{1,9}( [ab-]{1,9})?", fullmatch=True))
def test_stars_mean_any_letters_of_a_word(pattern: str, text: str) -> None:
    plain = pattern.replace("*", r"[^\W_]*").replace("?", r"[^\W_]")
    wanted = [match.span() for match in re.finditer(rf"(?<![^\W_]){plain}(?![^\W_])", text)]
    found = parse(pattern, exact=True).spans(text)
    assert found == ((True, wanted) if wanted else None)


def test_many_stars_on_an_endless_word_are_quick() -> None:
    # A search that tried every combination would not end before the sun does.
    assert parse("a*a*a*a*a*a*a*a*c").spans("a" * 20_000) is None
    assert parse("a*a*a*a*a*a*a*a*c").spans("a" * 20_000 + "c") == (True, [(0, 20_001)])


@pytest.mark.parametrize("text", ["x' OR '1'='1", '"unbalanced', "a NEAR b", "(a", "a[b", "a\\", "^a$", "\ud800a"])
def test_questions_are_text_and_nothing_else(memory: Memory, text: str) -> None:
    assert concordance([memory], text) == []


def test_quoted_words_stay_together() -> None:
    assert [part.raw for part in parse('a "b c" “d e” f').parts] == ["a", "b c", "d e", "f"]


def test_stars_without_end_are_one_star_or_refused() -> None:
    assert parse("*" * 50 + "a").parts == parse("*a").parts
    assert parse("a*?*b").parts == parse("a?*b").parts
    with pytest.raises(UsageError, match="9 stars"):
        parse("a*" * 9)
    with pytest.raises(UsageError, match="5 stars in Chinese"):
        parse("一*" * 5)
