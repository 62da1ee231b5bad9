"""Sections matched by number, words and content, and regions cut at matched sections."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from align import sections
from align.moved import Seed
from align.sections import SectionOptions, match_sections
from corpora.document import Block, BlockKind, Document, Section


def document(language: str, blocks: Sequence[tuple[BlockKind, str, str]], headings: Sequence[int] = ()) -> Document:
    made = tuple(Block(number, kind, text, marker=marker) for number, (kind, marker, text) in enumerate(blocks))
    ends = [*headings[1:], len(made)][: len(headings)]
    children = tuple(Section(first, 1, first, last) for first, last in zip(headings, ends, strict=True))
    return Document(language, f"{language}.txt", made, Section(None, 0, 0, len(made), children))


def test_sections_match_by_number_where_words_say_nothing(words) -> None:
    chinese = document("zh-CN", [(BlockKind.HEADING, f"第{n}条", "") for n in "一二三四"], range(4))
    english = document("en-US", [(BlockKind.HEADING, f"Article {n}", "") for n in (1, 3, 4)], range(3))
    seeds = [Seed(0, 0, 0.3), Seed(2, 1, 0.3), Seed(3, 2, 0.3)]
    matches = match_sections(chinese, english, seeds, encoder=words)
    assert [(match.source, match.target) for match in matches] == [(0, 0), (2, 1), (3, 2)]


def test_without_headings_there_is_nothing_to_match(words) -> None:
    sides = (
        document("zh-CN", [(BlockKind.PARAGRAPH, "", "一")]),
        document("en-US", [(BlockKind.HEADING, "", "One")], [0]),
    )
    assert match_sections(*sides, [], encoder=words) == ()


def heading(key: tuple | None, path: tuple = (), block: int = 0) -> sections._Heading:
    return sections._Heading(block, 0, 0, key, path or ((key,) if key else ()))


TWO, THREE = ("article", (2,)), ("article", (3,))
CHAPTER = ("chapter", (1,))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (heading(None), heading(TWO), 0.0),
        (heading(TWO), heading(None), 0.0),
        (heading(TWO), heading(TWO), 1.0),
        (heading(TWO, (CHAPTER, TWO)), heading(TWO), 0.6),
        (heading(TWO), heading(("chapter", (2,))), 0.0),
        (heading(TWO), heading(THREE), -1.0),
        (heading(TWO), heading(CHAPTER), -0.5),
    ],
)
def test_numbers_agree_or_contradict(left: sections._Heading, right: sections._Heading, expected: float) -> None:
    assert sections._numbers(left, right) == expected
    options = SectionOptions(heading=10, content=100, number=1000)
    assert sections._score(left, right, 0.5, 0.25, options) == pytest.approx(30 + 1000 * expected)


def test_the_share_of_common_seeds() -> None:
    # Two sections a side, the second within the first: blocks 0 to 9, and 5 to 9.
    side = [sections._Heading(0, 0, 10, None, ()), sections._Heading(5, 5, 10, None, ())]
    other = [
        sections._Heading(0, 0, 5, None, ()),
        sections._Heading(5, 5, 10, None, ()),
        sections._Heading(10, 10, 12, None, ()),
    ]
    seeds = [Seed(1, 1, 1.0), Seed(6, 6, 2.0), Seed(7, 3, 4.0), Seed(30, 2, 8.0), Seed(8, 40, 16.0)]
    shared = sections._Shared(side, other, seeds)
    assert shared.of(0, 0) == pytest.approx(2 * 5 / (23 + 13))
    assert shared.of(0, 1) == pytest.approx(2 * 2 / (23 + 2))
    assert shared.of(1, 0) == pytest.approx(2 * 4 / (22 + 13))
    assert shared.of(1, 1) == pytest.approx(2 * 2 / (22 + 2))
    assert shared.of(0, 2) == 0.0, "no seeds there"
    lone = sections._Shared(side[1:], other[:2], [Seed(6, 6, 1.0), Seed(20, 1, 1.0)])
    assert lone.of(0, 0) == -0.5, "all seeds lead to other sections"
    assert set(shared.pairs) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_headings_know_their_numbers_and_parents() -> None:
    blocks = [(BlockKind.HEADING, *one) for one in (("第一章", "总则"), ("", "第二条"), ("", "目的"), ("第三章", "x"))]
    made = tuple(Block(number, kind, text, marker=marker) for number, (kind, marker, text) in enumerate(blocks))
    inner = (Section(1, 2, 1, 2), Section(2, 2, 2, 3))
    outline = Section(None, 0, 0, 4, (Section(0, 1, 0, 3, inner), Section(3, 1, 3, 4)))
    found = list(sections._headings(Document("zh-CN", "a", made, outline)))
    assert [one.block for one in found] == [0, 1, 2, 3]
    assert [(one.first, one.last) for one in found] == [(0, 3), (1, 2), (2, 3), (3, 4)]
    first, second, plain, last = found
    assert first.key is not None
    assert second.key is not None
    assert (first.key[1], second.key[1]) == ((1,), (2,))
    assert first.path == (first.key,)
    assert second.path == (first.key, second.key)
    assert (plain.key, plain.path) == (None, (first.key,))
    assert last.path == (last.key,)


def test_candidates_are_near_have_equal_numbers_or_share_seeds() -> None:
    vectors = np.eye(6, dtype=np.float32)
    left = [heading(None) for _ in range(3)]
    right = [heading(None) for _ in range(6)]

    shared = SimpleNamespace(pairs={(2, 5): 1.0})

    near = vectors[:3] + np.float32(0.1) * vectors[[3, 4, 5]]
    found = sections._candidates(near, vectors, (left, right), shared, 1)
    assert found == {(0, 0), (1, 1), (2, 2), (0, 3), (1, 4), (2, 5)}
    assert (0, 3) in sections._candidates(near, vectors, (left, right), shared, 2)
    apart = np.zeros((20, 2), np.float32)
    numbered = [heading(TWO)] * 20, [heading(TWO)] * 20
    found = sections._candidates(apart, apart, numbered, shared, 1)
    assert len({b for a, b in found if a == 7} | {0}) >= sections._REPEATS
    assert (7, 15) in found
    assert (7, 16) not in found
    deeper = [heading(TWO, (CHAPTER, TWO))] * 20
    assert (7, 9) not in sections._candidates(apart, apart, (numbered[0], deeper), shared, 1)


@pytest.mark.parametrize("n", [3, 600])
def test_nearest_are_those_of_the_largest_cosines(n: int) -> None:
    random = np.random.default_rng(1)
    queries, keys = random.standard_normal((n, 4)), random.standard_normal((5, 4))
    found = set(sections._nearest(queries, keys, 2))
    cosines = queries @ keys.T
    assert found == {(row, int(column)) for row in range(n) for column in np.argsort(-cosines[row])[:2]}
    assert len(set(sections._nearest(queries, keys[:1], 2))) == n


def test_matches_in_order_win_and_sure_ones_out_of_order_are_added() -> None:
    left = [heading(None, block=10 + k) for k in range(5)]
    right = [heading(None, block=20 + k) for k in range(5)]
    scores = {(0, 0): 0.9, (1, 2): 0.8, (2, 1): 0.75, (3, 3): 0.6, (3, 4): 0.6, (4, 1): 0.8}
    found = sections._one_to_one(left, right, scores, SectionOptions())
    # 0-0, 1-2 and 3-3 (or 3-4) are in order; of 2-1 and 4-1 the better is sure out of order.
    assert [(match.source, match.target) for match in found] == [(10, 20), (11, 22), (13, 23), (14, 21)] or [
        (match.source, match.target) for match in found
    ] == [(10, 20), (11, 22), (13, 24), (14, 21)]
    assert [match.score for match in found] == [0.9, 0.8, 0.6, 0.8]
    less = {**scores, (4, 1): 0.7, (2, 1): 0.74}
    assert len(sections._one_to_one(left, right, less, SectionOptions())) == 3
    exact = {**scores, (4, 1): 0.7}
    assert (12, 21) in [(m.source, m.target) for m in sections._one_to_one(left, right, exact, SectionOptions())]
    taken = {(0, 0): 0.9, (1, 1): 0.9, (1, 0): 0.8, (0, 1): 0.8}
    assert len(sections._one_to_one(left, right, taken, SectionOptions())) == 2


def test_a_match_needs_the_score_of_acceptance(words) -> None:
    sides = [document("en", [(BlockKind.HEADING, "", text)], [0]) for text in ("one two", "ONE TWO")]
    assert len(match_sections(*sides, [], encoder=words, options=SectionOptions(heading=0.51))) == 1
    assert match_sections(*sides, [], encoder=words) == (), "0.45 for the same words is not enough"
    assert len(match_sections(*sides, [Seed(0, 0, 1.0)], encoder=words)) == 1
