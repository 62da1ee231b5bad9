"""Numbers and dates put into the target: in the same dress, or not at all."""

from typing import Any

import pytest

from corpora.text.languages import detect
from tests.data import cases
from tm.search.substitution import adapted
from tm.unit import Unit

CASES = cases("substitution")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_numbers_are_put_in(case: dict[str, Any]) -> None:
    chinese = detect(case["source"]).startswith("zh")
    unit = Unit(case["source"], case["target"], *(("zh-CN", "en-US") if chinese else ("en-US", "zh-CN")))
    found = adapted(case["question"], unit)
    assert (found[0] if found else None) == case["expected"]
