from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.text.sentences import split
from tests.data import cases

CASES = cases("sentences")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_split(case: dict[str, Any]) -> None:
    text = case["input"]
    assert [text[start:end] for start, end in split(text, case["language"])] == case["expected"]


@given(
    st.text(alphabet=st.sampled_from("。！？.!?…\"'“”‘’「」()（） \n ab1甲乙—，"), max_size=60),
    st.sampled_from(["zh-CN", "en-US"]),
)
def test_every_character_is_in_exactly_one_span(text: str, language: str) -> None:
    spans = split(text, language)
    assert spans == sorted(spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    covered = set().union(*(range(*span) for span in spans))
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


@pytest.mark.real
@pytest.mark.parametrize(("language", "joiner", "least"), [("zh-CN", "", 0.97), ("en-US", " ", 0.97)])
def test_the_lines_of_novels_joined_come_apart_again(shared: Path, language: str, joiner: str, least: float) -> None:
    """F1 of sentence ends against the lines of the literary chapters, each chapter joined into one text."""
    right = found = wanted = 0
    for path in sorted((shared / "data" / "mac-dev" / language[:2]).glob("*.txt")):
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        gold, text = set(), ""
        for line in lines:
            text += (joiner if text else "") + line
            gold.add(len(text))
        ends = {end for _, end in split(text, language)}
        right, found, wanted = right + len(ends & gold), found + len(ends), wanted + len(gold)
    assert 2 * right / (found + wanted) >= least


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("part", ["e.g. ", "a", "—", "a. ", "etc. ", "“", ". ", "…", "他“好！”走", "a(", "x.1", "! "])
def test_long_texts_of_one_kind_are_split(language: str, part: str) -> None:
    """Time that grows faster than the text would not let these end."""
    text = part * (70_000 // len(part)) + "x"
    spans = split(text, language)
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")
