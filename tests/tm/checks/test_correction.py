"""Corrections of findings: offered where only one is possible, and nowhere else."""

from typing import Any

import pytest

from tests.data import cases
from tm.checks.correction import correction
from tm.checks.options import CheckOptions
from tm.checks.run import check
from tm.unit import Unit


@pytest.mark.parametrize("case", cases("corrections"), ids=lambda case: case["label"])
def test_a_correction_is_certain_or_not_offered(case: dict[str, Any]) -> None:
    unit = Unit(*case["input"])
    findings = check([unit]).findings
    assert findings, "there is something to correct"
    found = [one for finding in findings if (one := correction(finding, unit))]
    shown = [[one.before, one.after, one.unit.target] for one in found]
    assert shown == ([case["expected"]] if case["expected"] else [])


def test_spaces_between_chinese_and_latin_text_follow_the_style() -> None:
    options = CheckOptions(cjk_latin_space="always")
    unit = Unit("Use the API.", "使用API。", "en", "zh")
    found = [correction(one, unit) for one in check([unit], options).findings]
    assert [one and one.unit.target for one in found] == ["使用 API。"]
