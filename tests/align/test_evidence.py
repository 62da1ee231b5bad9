"""Evidence between blocks: kinds, numbers and values, one by one."""

from collections.abc import Sequence
from math import log

import numpy as np
import pytest

from align.evidence import BlockEvidence, EvidenceOptions, agreement, block_evidence
from corpora.document import Block, BlockKind, Document, Section

WHOLE = slice(0, None)


def document(language: str, blocks: Sequence[tuple[BlockKind, str, str]], headings: Sequence[int] = ()) -> Document:
    made = tuple(Block(number, kind, text, marker=marker) for number, (kind, marker, text) in enumerate(blocks))
    ends = [*headings[1:], len(made)][: len(headings)]
    children = tuple(Section(first, 1, first, last) for first, last in zip(headings, ends, strict=True))
    return Document(language, f"{language}.txt", made, Section(None, 0, 0, len(made), children))


def test_kind_number_and_values_speak_for_and_against() -> None:
    chinese = document(
        "zh-CN",
        [
            (BlockKind.HEADING, "", "总则"),
            (BlockKind.PARAGRAPH, "", "2017年11月6日，会议通过第7/1号决议。"),
            (BlockKind.ITEM, "（三）", "其他"),
        ],
    )
    english = document(
        "en-US",
        [
            (BlockKind.HEADING, "", "General"),
            (BlockKind.PARAGRAPH, "", "On 6 November 2017 the Conference adopted resolution 7/1."),
            (BlockKind.ITEM, "(c)", "Other matters"),
            (BlockKind.ITEM, "(d)", "The rest"),
            (BlockKind.PARAGRAPH, "", "On 9 March 2011 it adopted resolution 5/3."),
        ],
    )
    found = agreement(*block_evidence(chinese, english, range(3), range(5)), WHOLE, WHOLE)
    assert found[0].argmax() == 0
    assert found[1].argmax() == 1
    assert found[1, 1] > 0 > found[1, 4]
    assert found[2, 2] > 0 > found[2, 3]
    assert found[0, 1] < 0


def test_nothing_to_say_is_nothing() -> None:
    sides = (
        document("zh-CN", [(BlockKind.PARAGRAPH, "", "天气很好。")]),
        document("en-US", [(BlockKind.PARAGRAPH, "", "It is fine.")]),
    )
    assert agreement(*block_evidence(*sides, [0], [0]), WHOLE, WHOLE) == np.zeros((1, 1))


def evidence(groups: list[int], numbers: list[int], values: list[list[float]]) -> BlockEvidence:
    return BlockEvidence(np.array(groups, np.int8), np.array(numbers, np.int32), np.array(values, np.float32))


NONE = [0.0, 0.0]
#: Group, number and values of two blocks, and their evidence with weights of 1 for kind, 10 for number, 100 for values.
PAIRS = [
    ("two paragraphs", (3, -1, NONE), (3, -1, NONE), 0),
    ("two headings", (0, -1, NONE), (0, -1, NONE), 1),
    ("a heading and a paragraph", (0, -1, NONE), (3, -1, NONE), -1),
    ("a paragraph and a note", (3, -1, NONE), (1, -1, NONE), -1),
    ("a heading and code", (0, -1, NONE), (2, -1, NONE), -1),
    ("the same number", (3, 4, NONE), (3, 4, NONE), 10),
    ("the first number there is", (3, 0, NONE), (3, 0, NONE), 10),
    ("another number", (3, 0, NONE), (3, 4, NONE), -10),
    ("a number on one side", (3, 0, NONE), (3, -1, NONE), 0),
    ("a number on the other side", (3, -1, NONE), (3, 2, NONE), 0),
    ("the same values", (3, -1, [1, 0]), (3, -1, [1, 0]), 140),
    ("values half in common", (3, -1, [1, 0]), (3, -1, [0.5, 0.8]), 40),
    ("other values", (3, -1, [1, 0]), (3, -1, [0, -1]), -60),
    ("values of small weight", (3, -1, [0.5, 0]), (3, -1, [0, 0.5]), -60),
    ("values on one side", (3, -1, [1, 0]), (3, -1, NONE), 0),
    ("values on the other side", (3, -1, NONE), (3, -1, [1, 0]), 0),
    ("all together", (0, 4, [1, 0]), (0, 4, [1, 0]), 151),
]


@pytest.mark.parametrize(("left", "right", "expected"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_evidence_of_a_pair(left: tuple, right: tuple, expected: float) -> None:
    options = EvidenceOptions(kind=1, number=10, values=100, weight=2)
    found = agreement(*(evidence(*([one] for one in side)) for side in (left, right)), WHOLE, WHOLE, options)
    assert found == pytest.approx(np.array([[2.0 * expected]]))


def test_rectangles_are_parts_of_the_whole() -> None:
    left = evidence([0, 3, 1, 3], [1, 2, -1, 3], [[1, 0], [0, 1], NONE, [0.6, 0.8]])
    right = evidence([3, 0, 2], [2, 1, 3], [[0, 1], NONE, [1, 0]])
    whole = agreement(left, right, WHOLE, WHOLE)
    assert whole.shape == (4, 3)
    assert agreement(left, right, slice(1, 3), slice(1, 3)) == pytest.approx(whole[1:3, 1:3])
    assert len(left) == 4


def test_what_blocks_bring_as_evidence() -> None:
    kinds = list(BlockKind)
    blocks = [(kind, "", "word") for kind in kinds]
    found, _ = block_evidence(document("en", blocks), document("en", blocks), range(len(kinds)), [])
    groups = {"title": 0, "heading": 0, "footnote": 1, "code": 2}
    assert found.groups.tolist() == [groups.get(kind.value, 3) for kind in kinds]
    markers = ["1.", "（三）", "(c)", "12", "", "Article 3", "(d)", "word"]
    left = document("en", [(BlockKind.ITEM, marker, "x") for marker in markers])
    right = document("en", [(BlockKind.ITEM, marker, "x") for marker in ("三、", "9")])
    one, other = block_evidence(left, right, range(8), range(2))
    assert one.numbers.tolist() == [0, 1, 1, 2, -1, 1, 3, -1]
    assert other.numbers.tolist() == [1, 4]


def test_rare_values_weigh_more() -> None:
    texts = ["in 2017 and 45", "in 2017", "in 2017", "nothing"]
    side = document("en", [(BlockKind.PARAGRAPH, "", text) for text in texts])
    found, same = block_evidence(side, side, range(4), [0])
    assert found.values.shape == (4, 128)
    assert np.linalg.norm(found.values, axis=1) == pytest.approx([1, 1, 1, 0])
    common, rare = log(1 + 5 / (1 + 4)), log(1 + 5 / (1 + 2))
    assert abs(found.values[0] @ found.values[1]) == pytest.approx(common / np.hypot(common, rare))
    assert same.values[0] == pytest.approx(found.values[0])
    narrow, _ = block_evidence(side, side, range(4), [0], width=2)
    assert narrow.values.shape == (4, 2)
    # The sign of a bucket is a hash, so that values in one bucket do not add up.
    signs = {float(np.sign(block_evidence(side, side, [k], [])[0].values.sum())) for k in (1, 2)}
    assert len(signs) == 1


def test_both_signs_occur() -> None:
    side = document("en", [(BlockKind.PARAGRAPH, "", f"in {year}") for year in range(1900, 1960)])
    found, _ = block_evidence(side, side, range(60), [])
    signs = np.sign(found.values.sum(axis=1))
    assert 15 < (signs > 0).sum() < 45
    buckets = np.abs(found.values).argmax(axis=1)
    assert len(set(buckets.tolist())) > 30
