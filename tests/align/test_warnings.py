"""Warnings about an alignment, each at its threshold."""

from typing import Any

import pytest

from align.alignment import Bead
from align.warnings import alignment_warnings, doubt_about
from corpora.document import Block, BlockKind, Document, Section, Segment


def document(path: str, texts: list[str], kinds: str = "") -> Document:
    letters = {"h": BlockKind.HEADING, "t": BlockKind.TITLE, "p": BlockKind.PARAGRAPH}
    kinds = kinds or "p" * len(texts)
    blocks = [Block(i, letters[kind], text) for i, (kind, text) in enumerate(zip(kinds, texts, strict=True))]
    return Document("en", path, tuple(blocks), Section(None, 0, 0, len(blocks)))


def told(*arguments: Any, disorder: tuple[int, int] = (0, 0)) -> tuple[str, ...]:
    return tuple(filter(None, (doubt_about(*arguments, disorder), *alignment_warnings(*arguments))))


def found(
    sources: list[int],
    targets: list[int],
    beads: list[tuple[list[int], list[int], float]],
    kinds: tuple[str, str] = ("", ""),
) -> list[str]:
    """The warnings for units of these lengths."""
    sides = [["x" * length for length in lengths] for lengths in (sources, targets)]
    documents = [document(path, texts, some) for path, texts, some in zip("ab", sides, kinds, strict=True)]
    units = [tuple(Segment(i, i, text, 0, len(text)) for i, text in enumerate(texts)) for texts in sides]
    made = [Bead(tuple(source), tuple(target), score) for source, target, score in beads]
    return [
        "different" if "do not seem to correspond" in text else "missing" if "no counterpart" in text else "headings"
        for text in told(*documents, *units, made)
    ]


@pytest.mark.parametrize(
    ("sources", "targets", "beads", "expected"),
    [
        ([9], [9], [([0], [0], 0.5)], []),
        ([9], [9], [([0], [0], 0.49)], ["different"]),
        ([9, 1], [9, 1], [([0], [0], 0.54), ([1], [1], 0.1)], ["different"]),
        ([1, 9], [1, 9], [([0], [0], 0.1), ([1], [1], 0.55)], []),
        ([7, 3], [7], [([0], [0], 1), ([1], [], 0)], []),
        ([69, 31], [69], [([0], [0], 1), ([1], [], 0)], ["missing"]),
        ([69], [69, 31], [([0], [0], 1), ([], [1], 0)], ["missing"]),
        ([4, 6], [4, 6], [([0], [0], 1), ([1], [], 0), ([], [1], 0)], ["missing", "missing"]),
        ([39, 61], [39, 61], [([0], [0], 1), ([1], [], 0), ([], [1], 0)], ["different", "missing", "missing"]),
        ([39, 61], [61, 39], [([0], [0], 1), ([1], [], 0), ([], [1], 0)], ["missing", "missing"]),
        ([5], [5], [([0], [], 0), ([], [0], 0)], ["different", "missing", "missing"]),
        ([], [], [], ["different"]),
    ],
)
def test_scores_and_omissions(
    sources: list[int], targets: list[int], beads: list[tuple[list[int], list[int], float]], expected: list[str]
) -> None:
    assert found(sources, targets, beads) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("hhh", "ppp", ["headings"]),
        ("thh", "ppp", ["headings"]),
        ("ppp", "hhh", ["headings"]),
        ("hhp", "ppp", []),
        ("hhhhp", "hpppp", []),
        ("hhhhh", "hpppp", ["headings"]),
    ],
)
def test_headings_on_one_side(left: str, right: str, expected: list[str]) -> None:
    beads = [([i], [i], 1.0) for i in range(len(left))]
    assert found([5] * len(left), [5] * len(right), beads, (left, right)) == expected


def test_what_the_warnings_say() -> None:
    texts = ["x" * 40, "y" * 60]
    documents = document("a.txt", texts, "hp"), document("b.txt", texts[:1])
    units = [tuple(Segment(i, i, text, 0, len(text)) for i, text in enumerate(side)) for side in (texts, texts[:1])]
    beads = [Bead((0,), (0,), 0.25), Bead((1,), ())]
    assert told(*documents, *units, beads) == (
        "a.txt and b.txt do not seem to correspond (mean score 0.25): are they the same text?",
        "60% of a.txt has no counterpart in b.txt",
    )
    structured = document("c.txt", ["x"] * 3, "hhh"), document("d.txt", ["x"] * 3)
    units = [tuple(Segment(i, i, "x", 0, 1) for i in range(3))] * 2
    whole = [Bead((i,), (i,), 1.0) for i in range(3)]
    message = "d.txt has few of the headings of c.txt; it was aligned by its text alone"
    assert told(*structured, *units, whole) == (message,)
    assert told(*structured[::-1], *units, whole) == (message,)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("2018-03-14 09:45", "2022-10-30 17:20", "61.009", "2,310.75", "a", "b"), ["different"]),
        (("2018-03-14 09:45", "2018-03-14 09:45", "61.009", "2,310.75", "a", "b"), []),
        (("61.009", "2,310.75", "a", "b"), []),
    ],
    ids=["other numbers", "one of two", "a single pair"],
)
def test_pairs_with_other_numbers(texts: tuple[str, ...], expected: list[str]) -> None:
    sides = list(texts[::2]), list(texts[1::2])
    documents = [document(path, side) for path, side in zip("ab", sides, strict=True)]
    units = [tuple(Segment(i, i, text, 0, len(text)) for i, text in enumerate(side)) for side in sides]
    beads = [Bead((i,), (i,), 0.95) for i in range(len(sides[0]))]
    warnings = told(*documents, *units, beads)
    assert ["different" for text in warnings if "the numbers and dates of" in text] == expected


@pytest.mark.parametrize(
    ("disorder", "expected"),
    [((1, 2), False), ((2, 6), False), ((2, 5), True), ((31, 60), True), ((14, 60), False)],
)
def test_another_order(disorder: tuple[int, int], expected: bool) -> None:
    documents = document("a.txt", ["x"]), document("b.txt", ["x"])
    units = (Segment(0, 0, "x", 0, 1),)
    doubt = doubt_about(*documents, units, units, [Bead((0,), (0,), 0.9)], disorder)
    assert doubt.startswith("a.txt and b.txt do not seem to be in the same order") == expected == bool(doubt)
