"""Records are frozen and have slots: they can be shared between threads, and a misspelt field is an error."""

import dataclasses
import importlib
import inspect
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("tm/store", "tm/search", "tm/jobs")
#: What is built up step by step.
MUTABLE = {"AddReport", "CleanReport", "ReplaceReport", "SyncReport", "_SyncMemory", "_UnitRow"}
#: What keeps results that are computed on first use.
WITH_A_DICTIONARY = {"Phrase"}


def records() -> list[type]:
    found = []
    for path in sorted([*ROOT.glob("tm/*.py"), *(one for folder in FOLDERS for one in (ROOT / folder).glob("*.py"))]):
        module = importlib.import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
        found += [
            one
            for _, one in inspect.getmembers(module, dataclasses.is_dataclass)
            if isinstance(one, type) and one.__module__ == module.__name__
        ]
    return found


@pytest.mark.parametrize("record", records(), ids=lambda record: record.__name__)
def test_records_are_frozen(record: type) -> None:
    parameters = record.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen is (record.__name__ not in MUTABLE)
    assert ("__slots__" in vars(record)) is (record.__name__ not in WITH_A_DICTIONARY)
