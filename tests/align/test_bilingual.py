"""Anchors from the layout of a file that holds both languages, and how certain it is that it does."""

import pytest

from align.alignment import Alignment, Bead
from align.bilingual import confidence, layout_anchors
from corpora.bilingual.separation import BothSides, Place
from corpora.document import Block, BlockKind, Document, Section, Segment
from tests.align.conftest import WordEncoder
from tests.data import cases


def document(texts: list[str]) -> Document:
    blocks = tuple(Block(number, BlockKind.PARAGRAPH, text) for number, text in enumerate(texts))
    return Document("en-US", "a.txt", blocks, Section(None, 0, 0, len(blocks)))


def both(order: list[str]) -> BothSides:
    """A file: "s" or "t" before the text of a block, and "r1" and so on before that in a row of a table."""
    texts: tuple[list[str], list[str]] = ([], [])
    places = []
    for one in order:
        side, *row, text = one.split(":")
        number = "st".index(side)
        places.append(Place(number, len(texts[number]), (0, int(row[0])) if row else None))
        texts[number].append(text)
    return BothSides(document(texts[0]), document(texts[1]), "", tuple(places))


@pytest.mark.parametrize("case", cases("layout_anchors"), ids=lambda case: case["label"])
def test_anchors(case: dict, words: WordEncoder) -> None:
    found = layout_anchors(both(case["input"]), words)
    assert [list(place) for place in found] == case["expected"], case["comment"]


def test_without_an_order_there_are_none(words: WordEncoder) -> None:
    file = both(["s:a b", "t:A B", "s:c d", "t:C D"])
    assert layout_anchors(file, words) == ((1, 1),)
    assert layout_anchors(BothSides(file.source, file.target, ""), words) == ()


def test_confidence_by_hand() -> None:
    units = [tuple(Segment(n, n, "x" * size, 0, size) for n, size in enumerate(side)) for side in ([10, 30], [20, 5])]
    beads = (Bead((0,), (0,), 0.5), Bead((1,), (), 0.9), Bead((), (1,), 0.9))
    document = Document("en-US", "a.txt", (), Section(None, 0, 0, 0))
    assert confidence(Alignment(document, document, "sentence", *units, beads, "")) == pytest.approx(10 * 0.5 / 40)
    turned = tuple(Bead(bead.target, bead.source, bead.score) for bead in beads)
    found = confidence(Alignment(document, document, "sentence", *units[::-1], turned, ""))
    assert found == pytest.approx(10 * 0.5 / 40)
    whole = (Bead((0, 1), (0, 1), 0.8),)
    assert confidence(Alignment(document, document, "sentence", *units, whole, "")) == pytest.approx(0.8)
    short = [(Segment(0, 0, "x", 0, 1),)] * 2
    one = (Bead((0,), (0,), 0.8),)
    assert confidence(Alignment(document, document, "sentence", *short, one, "")) == pytest.approx(0.8)
    assert confidence(Alignment(document, document, "sentence", (), (), (), "")) == 0
