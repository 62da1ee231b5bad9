from collections.abc import Iterator
from typing import Any

import pytest

from tests.data import cases
from tm.terms.base import TermBase
from tm.terms.check import check_terms
from tm.terms.concept import Concept, Term
from tm.terms.sample import sample_concepts
from tm.unit import Unit


@pytest.mark.parametrize("case", cases("terms_in_text"), ids=lambda case: case["label"])
def test_terms_in_running_text(case: dict[str, Any]) -> None:
    unit = Unit(case["source"], case["target"], case["source_lang"], case["target_lang"])
    # The glossary names English or Chinese first, as it is written.
    concepts = [
        Concept(str(number), tuple(Term(text, "en" if text.isascii() else "zh-CN") for text in row))
        for number, row in enumerate(case["glossary"])
    ]
    with TermBase(":memory:") as base:
        base.add(concepts)
        assert [finding.check for finding in check_terms([unit], base)] == case["expected"]


@pytest.fixture(scope="module")
def sample() -> Iterator[TermBase]:
    with TermBase(":memory:") as base:
        base.add(sample_concepts())
        yield base


def faults(base: TermBase, *pairs: tuple[str, str]) -> list[str]:
    return [finding.check for finding in check_terms([Unit(zh, en, "zh-CN", "en-US") for zh, en in pairs], base)]


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("缔约国应当合作。", "States parties shall cooperate."),
        ("资产追回是一项原则。", "The recovery of stolen assets is a principle."),
        ("请起诉此人。", "The person is to be prosecuted."),
        ("冻结资产", "Frozen assets"),
        ("缔约国会议通过了决议。", "The Conference adopted a resolution."),
        ("无关的句子。", "A sentence about something else."),
        ("\ud800缔约国应当合作。", "\udc00States parties shall cooperate."),
    ],
)
def test_good_translations_pass(sample: TermBase, zh: str, en: str) -> None:
    assert faults(sample, (zh, en)) == []


@pytest.mark.parametrize(
    ("zh", "en", "fault"),
    [
        ("司法协助是必要的。", "Help is necessary.", "term-missing"),
        ("缔约国应当合作。", "Contracting countries shall cooperate.", "term-forbidden"),
        ("打击洗钱", "Countering money washing", "term-forbidden"),
    ],
)
def test_faults_are_found_with_their_spans(sample: TermBase, zh: str, en: str, fault: str) -> None:
    findings = [f for f in check_terms([Unit(zh, en, "zh-CN", "en-US")], sample) if f.check == fault]
    assert findings
    for finding in findings:
        assert (finding.source_span if fault == "term-missing" else finding.target_span) is not None


def test_inconsistent_use_is_reported_at_the_end(sample: TermBase) -> None:
    usual = ("没收财产", "confiscation of property")
    assert faults(sample, usual, usual, ("没收财产", "forfeiture of property")) == ["term-inconsistent"]


def test_a_short_chinese_term_is_not_found_in_another_word() -> None:
    from tm.terms.concept import Concept, Term

    with TermBase(":memory:") as base:
        base.add([Concept("c", (Term("包", "zh-CN"), Term("package", "en-US")))])
        assert faults(base, ("它包含三个部分。", "It consists of three parts.")) == []
        assert faults(base, ("安装这个包。", "Install this thing.")) == ["term-missing"]
