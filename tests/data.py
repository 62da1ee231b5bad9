"""Cases as data: ``tests/cases/*.json`` hold lists of cases, each with a label, input, expected result, comment."""

import json
from pathlib import Path
from typing import Any

__all__ = ["BREAK_AT_COMMAS", "ROOT", "cases"]

ROOT = Path(__file__).resolve().parent.parent
#: Rules of segmentation in SRX that split after each comma and nowhere else.
BREAK_AT_COMMAS = (
    '<srx xmlns="http://www.lisa.org/srx20" version="2.0"><header segmentsubflows="yes" cascade="no"/><body>'
    '<languagerules><languagerule languagerulename="all"><rule break="yes"><beforebreak>,</beforebreak>'
    "<afterbreak> </afterbreak></rule></languagerule></languagerules><maprules>"
    '<languagemap languagepattern=".*" languagerulename="all"/></maprules></body></srx>'
)


def cases(name: str) -> Any:
    """The content of ``tests/cases/NAME.json``."""
    return json.loads((ROOT / "tests" / "cases" / f"{name}.json").read_text("utf-8"))
