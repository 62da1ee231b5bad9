"""Numbers and dates put into the target: in the same dress, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpora.languages import detect
from tm.substitution import adapted
from tm.unit import Unit

CASES = json.loads((Path(__file__).parent.parent / "cases" / "substitution.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_numbers_are_put_in(case: dict[str, Any]) -> None:
    chinese = detect(case["source"]).startswith("zh")
    unit = Unit(case["source"], case["target"], *(("zh-CN", "en-US") if chinese else ("en-US", "zh-CN")))
    found = adapted(case["question"], unit)
    assert (found[0] if found else None) == case["expected"]
