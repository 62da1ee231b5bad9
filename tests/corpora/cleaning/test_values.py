import dataclasses
import importlib
from pathlib import Path

import pytest

import corpora.cleaning

MODULES = sorted(path.stem for path in Path(corpora.cleaning.__file__).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_the_values_that_steps_pass_on_cannot_be_changed(name: str) -> None:
    """A step builds new values; nobody finds a row or a layout changed by a later step."""
    module = importlib.import_module(f"corpora.cleaning.{name}")
    for value in vars(module).values():
        if dataclasses.is_dataclass(value) and value.__module__ == module.__name__:
            assert value.__dataclass_params__.frozen, value
            assert "__slots__" in vars(value), value
