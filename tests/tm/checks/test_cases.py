"""Every check on its own cases, and that clean pairs are left alone; then what holds for any text at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data import cases
from tm.checks.finding import Severity
from tm.checks.registry import checks
from tm.checks.run import check
from tm.tags import plain
from tm.unit import Unit

CASES = cases("checks")


def unit(case: dict[str, Any]) -> Unit:
    return Unit(case["source"], case["target"], case.get("source_lang", "zh-CN"), case.get("target_lang", "en-US"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_cases(case: dict[str, Any]) -> None:
    found = {}
    for finding in check([unit(case)]).findings:
        if finding.severity is not Severity.INFO or finding.check in case["expected"]:
            found.setdefault(finding.check, str(finding.severity))
    # Another check may complain as well (a lost address is a short target); none may about a clean pair.
    assert {name: found.get(name) for name in case["expected"]} == case["expected"]
    assert bool(found) == bool(case["expected"])


TEXTS = st.text(
    alphabet=st.sampled_from(
        "第三十条不没有 not no the2017-/年月日（(）)“”《》<b>`%{x}&;é\u200b\ufffd\x01?⟦1⟧。.,，\n"
    ),
    max_size=40,
)


#: The checks that compare what the two sides say, not the form.
CONTENT = frozenset(
    {
        "number",
        "date",
        "reference",
        "code",
        "url",
        "markup",
        "list-marker",
        "negation",
        "symbol",
        "unit",
        "spelling",
        "country",
    }
)


@pytest.mark.parametrize("case", cases("checks_wording"), ids=lambda case: case["label"])
def test_each_language_may_say_it_its_own_way(case: dict[str, Any]) -> None:
    for one in (unit(case), unit({**case, "source": case["target"], "target": case["source"], **_swapped(case)})):
        found = {item.check for item in check([one]) if item.severity is not Severity.INFO}
        assert sorted(found & CONTENT) == case["expected"]


def _swapped(case: dict[str, Any]) -> dict[str, str]:
    languages = case.get("source_lang", "zh-CN"), case.get("target_lang", "en-US")
    return {"source_lang": languages[1], "target_lang": languages[0]}


@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4),
    st.sampled_from([("zh-CN", "en-US"), ("en-US", "zh-CN"), ("fr-FR", "ja-JP"), ("zh-CN", "zh-TW")]),
)
def test_spans_lie_in_the_texts_that_readers_see(texts: list[tuple[str, str]], languages: tuple[str, str]) -> None:
    units = [Unit(source, target, *languages) for source, target in texts]
    known = checks()
    for finding in check(units).findings:
        assert finding.check in known
        assert finding.severity.rank <= known[finding.check].severity.rank
        assert finding.message
        here = units[finding.unit]
        for span, text in ((finding.source_span, plain(here.source)), (finding.target_span, plain(here.target))):
            assert span is None or 0 <= span[0] <= span[1] <= len(text)


@pytest.mark.parametrize("name", list(checks()))
def test_every_check_says_what_it_is(name: str) -> None:
    one = checks()[name]
    assert one.name == name
    assert one.about
    assert (one.unit is None) != (one.batch is None)
