"""Alignments as sequences of beads: representation, indexing and dictionaries."""

import dataclasses
import doctest
import importlib
import pkgutil

import pytest

import align
from align import alignment as module
from align.alignment import Alignment, Bead
from corpora.document import Block, BlockKind, Document, Section, Segment
from corpora.errors import UsageError


def document(language: str, texts: list[str]) -> Document:
    blocks = tuple(Block(number, BlockKind.PARAGRAPH, text) for number, text in enumerate(texts))
    return Document(language, "a.txt", blocks, Section(None, 0, 0, len(blocks)))


@pytest.fixture
def alignment() -> Alignment:
    sides = ["你好。", "再见。"], ["Hello. ", "Hi.", "Bye."]
    units = [tuple(Segment(i, i, text, 0, len(text)) for i, text in enumerate(texts)) for texts in sides]
    beads = (Bead((0,), (0, 1), 0.5), Bead((1,), (), 0.25, "omission"), Bead((), (2,), 0.125, "omission"))
    return Alignment(document("zh-CN", sides[0]), document("en-US", sides[1]), "sentence", *units, beads, "")


def test_a_short_representation(alignment: Alignment) -> None:
    assert repr(alignment) == "Alignment(3 beads, zh-CN 2 / en-US 3 sentences)"
    assert repr(alignment.source) == "Document('a.txt', zh-CN, 2 blocks)"
    assert repr(document("de", ["x"])) == "Document('a.txt', de, 1 block)"


def test_it_is_a_sequence_of_beads(alignment: Alignment) -> None:
    assert len(alignment) == 3
    assert list(alignment) == list(alignment.beads)
    assert alignment[1] is alignment.beads[1]
    assert alignment[-2:] == alignment.beads[1:]


def test_beads_as_dictionaries(alignment: Alignment) -> None:
    first, second, third = alignment.to_dicts()
    assert first == {
        "source": [0], "target": [0, 1], "source_text": "你好。", "target_text": "Hello. Hi.",
        "score": 0.5, "found_by": "search",
    }  # fmt: skip
    assert (second["target"], second["target_text"], second["found_by"]) == ([], "", "omission")
    assert (third["source"], third["source_text"], third["target_text"]) == ([], "", "Bye.")


@pytest.mark.parametrize("name", [one.name for one in pkgutil.iter_modules(align.__path__)])
def test_data_classes_are_frozen_and_have_slots(name: str) -> None:
    found = vars(importlib.import_module(f"align.{name}")).values()
    for one in (one for one in found if isinstance(one, type) and dataclasses.is_dataclass(one)):
        assert one.__dataclass_params__.frozen
        assert "__slots__" in vars(one) or one.__name__ in ("Lattice", "Line")


@pytest.mark.parametrize(
    ("module", "name", "option"),
    [
        ("blocks", "BlockOptions", "find_moved"),
        ("evidence", "EvidenceOptions", "kind"),
        ("moved", "MovedOptions", "min_margin"),
        ("options", "AlignOptions", "segmented"),
        ("search", "SearchOptions", "max_source"),
        ("sections", "SectionOptions", "heading"),
    ],
)
def test_options_of_another_type_are_refused(module: str, name: str, option: str) -> None:
    made = getattr(importlib.import_module(f"align.{module}"), name)
    with pytest.raises(UsageError, match=option):
        made(**{option: "many"})


def test_the_examples_of_the_module() -> None:
    assert doctest.testmod(module).failed == 0
