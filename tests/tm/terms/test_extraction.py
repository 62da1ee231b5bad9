import json
import random
from pathlib import Path

import pytest

from tm.terms.candidates import find
from tm.terms.extraction import ExtractOptions, extract_terms
from tm.terms.serialization import pair_row, proposed
from tm.terms.tokens import WordRole, singular, words
from tm.unit import Unit


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("parties", "party"), ("classes", "class"), ("boxes", "box"), ("analyses", "analysis"), ("process", "process"),
        ("status", "status"), ("assets", "asset"), ("gas", "gas"), ("state's", "state"), ("children", "child"),
    ],
)  # fmt: skip
def test_singular(plural: str, expected: str) -> None:
    assert singular(plural) == expected


def test_code_and_markup_separate_terms() -> None:
    text = "Use :term:`abstract base class` and ``list.sort()`` with :meth:`append`."
    named = [word.text for word in words(text, "en") if word.role is WordRole.ALL]
    assert named == ["abstract", "base", "class"]


def test_a_long_name_is_found_but_its_parts_are_not() -> None:
    name = "资产追回问题不限成员名额政府间工作组"
    texts = [
        f"{opening}{name}{closing}"
        for opening in ("欢迎", "请", "关于", "根据")
        for closing in ("的报告。", "继续工作，", "举行会议。")
    ]
    found = [item.text for item in find(texts, "zh-CN").items]
    assert name in found
    assert not any(text != name and text in name and len(text) > 8 for text in found)


def test_pairs_that_co_occur_are_found_and_ranked() -> None:
    rng = random.Random(4)
    pairs = [("资产追回", "asset recovery"), ("司法协助", "legal assistance"), ("利益冲突", "conflict of interest")]
    units = []
    for _ in range(60):
        zh, en = zip(*rng.sample(pairs, rng.choice([1, 2])), strict=True)
        units.append(Unit("与".join(zh) + "十分重要。", " and ".join(en) + " matter greatly.", "zh-CN", "en-US"))
    found = extract_terms(units)
    assert {(pair.source, pair.target) for pair in found[:3]} == set(pairs)
    assert all(0 < pair.score <= 1 for pair in found)
    assert found == sorted(found, key=lambda pair: -pair.score)
    known = frozenset({("资产追回", "asset recovery")})
    assert ("资产追回", "asset recovery") not in {
        (p.source, p.target) for p in extract_terms(units, options=ExtractOptions(known=known))
    }


def test_unpaired_surrogates_are_replaced() -> None:
    units = [Unit("资产追回十分重要\ud800", "asset recovery matters \udc00", "zh-CN", "en-US")] * 4
    units += [Unit("司法协助有其困难", "legal assistance is difficult", "zh-CN", "en-US")] * 4
    pairs = extract_terms(units)
    told = json.dumps([pair_row(pair, units) for pair in pairs], ensure_ascii=False).encode("utf-8").decode()
    assert "\ufffd" in told
    kept = "".join(text for one in proposed(pairs, units) for term in one.terms for text in term.examples)
    assert "\ufffd" in kept.encode("utf-8").decode()


def test_no_units_give_no_pairs() -> None:
    assert extract_terms([]) == []
    assert extract_terms([Unit("", "", "zh-CN", "en-US")]) == []


@pytest.mark.parametrize("text", ["2020 %s", "the of and", "①", "…", "the 5"])
def test_units_without_a_word_of_a_term_give_no_pairs(text: str) -> None:
    for source, target in (("zh-CN", "en-US"), ("en-US", "zh-CN"), ("fr-FR", "de-DE")):
        assert extract_terms([Unit(text, text, source, target)] * 5) == []


@pytest.mark.real
def test_the_glossary_of_the_python_documentation_is_extracted_from_it(shared: Path) -> None:
    from benchmarks.terms import extraction

    assert extraction(shared)["among the first 500"] >= 0.7
