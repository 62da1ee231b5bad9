"""Cases as data: ``tests/cases/*.json`` hold lists of cases, each with a label, input, expected result, comment."""

import json
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "cases"]

ROOT = Path(__file__).resolve().parent.parent


def cases(name: str) -> Any:
    """The content of ``tests/cases/NAME.json``."""
    return json.loads((ROOT / "tests" / "cases" / f"{name}.json").read_text("utf-8"))
