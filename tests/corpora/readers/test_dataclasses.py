"""What readers hand on does not change any more; only what collects while it walks does."""

import dataclasses
import importlib
import pkgutil

import pytest

import corpora.readers

#: Collected into while a document is read.
MUTABLE = {
    "Glyph", "HtmlNotes", "Notes", "Numbering", "PageGrid", "_Builder", "_CellGrid", "_Converter", "_Frame", "_Hosts",
    "_List", "_Paragraph", "_Pending", "_Printer", "_Reader", "_Story", "_Styles",
}  # fmt: skip


def found() -> list[type]:
    names = [one.name for one in pkgutil.walk_packages(corpora.readers.__path__, "corpora.readers.")]
    modules = [importlib.import_module(name) for name in names]
    classes = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    return [one for one in dict.fromkeys(classes) if dataclasses.is_dataclass(one) and "readers" in one.__module__]


@pytest.mark.parametrize("one", found(), ids=lambda one: one.__name__)
def test_frozen_unless_it_collects(one: type) -> None:
    assert one.__dataclass_params__.frozen is (one.__name__ not in MUTABLE)  # type: ignore[attr-defined]
    assert "__slots__" in vars(one)
