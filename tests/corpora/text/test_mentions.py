"""Mentions: what is found, that values agree across languages, and that spans point at the text."""

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.text.mentions.chinese import chinese_number
from corpora.text.mentions.matching import Certainty, mentions, unmatched
from corpora.text.numerals import to_han
from tests.data import cases

CASES = cases("mentions")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_cases(case: dict[str, Any]) -> None:
    found = mentions(case["input"], case["language"])
    assert [f"{mention.kind} {mention.value}" for mention in found] == case["expected"]


@given(
    st.text(alphabet=st.sampled_from("第三十一条百分之万亿年月日号 0123456789/,.:AaIVX@()articleofNovember第0１％半"))
)
@pytest.mark.parametrize("language", ["zh-CN", "en-US", "fr", "ja"])
def test_spans_are_in_order_inside_the_text(language: str, text: str) -> None:
    end = 0
    for mention in mentions(text, language):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.value
        end = mention.end


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_chinese_numerals_round_trip(value: int) -> None:
    assert chinese_number(to_han(value)) == Fraction(value)


def test_values_match_across_kinds() -> None:
    left = mentions("第三届会议通过第 5 条，2017 年", "zh")
    right = mentions("article 5, third session, 2017", "en")
    assert unmatched(left, right) == ([], [])


def test_partial_dates_match_full_ones() -> None:
    left = mentions("2011 年 10 月 28 日至 2011 年 11 月 2 日", "zh")
    right = mentions("28 October to 2 November 2011", "en")
    assert unmatched(left, right) == ([], [])


def test_a_changed_day_is_missed_on_both_sides() -> None:
    here, there = unmatched(mentions("2017 年 11 月 6 日", "zh"), mentions("8 November 2017", "en"))
    assert [mention.value for mention in here + there] == ["2017-11-06", "2017-11-08"]


@pytest.mark.real
def test_a_real_translation_misses_nothing_for_certain(shared: Path) -> None:
    with (shared / "data" / "un" / "gold.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        for side in unmatched(mentions(row["zh"], "zh-CN"), mentions(row["en"], "en-US")):
            assert not [mention for mention in side if mention.certainty == Certainty.SURE], row


@pytest.mark.parametrize("language", ["zh", "en", "fr"])
@pytest.mark.parametrize(
    "part",
    ["1, ", "1,", "一、", "三十一、", "第一条、", "1日、", "article 1, ", "I, ", "one hundred ", "hundred ",
     "twenty-one ", "亿", "一", "9", "1 000 ", "A/", "a.", "a-", "a@", "www.", "http://a)", ")", "百分之", "(a)",
     "1 and ", "1.1", "点"],
)  # fmt: skip
def test_long_texts_of_one_kind_are_read(language: str, part: str) -> None:
    """Time that grows faster than the text would not let these end, and numbers have no size that fails."""
    found = mentions("A1 1月" + part * (30_000 // len(part)) + "x", language)
    assert found[0].value == "a1"
