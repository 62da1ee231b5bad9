"""Corrections by the way through a third language, on beads whose scores can be counted by hand."""

from collections.abc import Sequence

import pytest

from align.agreement import corrected
from align.alignment import Alignment, Bead
from corpora.document import Document, Section, Segment


def alignment(source: Sequence[int], target: Sequence[int]) -> Alignment:
    """An alignment of sentences of these lengths in characters."""
    documents = [Document(code, "a.txt", (), Section(None, 0, 0, 0)) for code in ("en-US", "zh-CN")]
    sides = [tuple(Segment(n, n, "x" * size, 0, size) for n, size in enumerate(side)) for side in (source, target)]
    return Alignment(*documents, "sentence", *sides, (), "")


def bead(source: list[int], target: list[int], score: float) -> Bead:
    return Bead(tuple(source), tuple(target), score)


def pairs(beads: Sequence[Bead]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(one.source, one.target) for one in beads]


#: Three sentences: the direct way shifts the second and the third by one, the way through French does not.
DIRECT = (bead([0], [0], 0.9), bead([1], [], 0.4), bead([2], [1], 0.2), bead([], [2], 0.4))
STRAIGHT = tuple(bead([n], [n], 0.95) for n in range(3))
UNITS = alignment([9, 9, 9], [9, 9, 9])


def test_the_more_probable_way_is_taken() -> None:
    found, changed = corrected(DIRECT, STRAIGHT, STRAIGHT, UNITS)
    assert pairs(found) == pairs(STRAIGHT)
    assert changed == 1
    assert [one.score for one in found] == pytest.approx([0.9, 0.95**2, 0.95**2])
    assert found[1].found_by == "search"


@pytest.mark.parametrize(
    ("first", "second", "changed"), [(0.43, 0.95, 1), (0.95, 0.43, 1), (0.41, 0.95, 0), (0.95, 0.41, 0)]
)
def test_it_must_be_better_by_a_tenth(first: float, second: float, changed: int) -> None:
    """The direct way has a mean of 0.3, since its bead with 0.2 is as long as the two others; the other the product."""
    ways = [tuple(bead([n], [n], score) for n in range(3)) for score in (first, second)]
    found = corrected(DIRECT, *ways, UNITS)
    assert found[1] == changed
    assert changed or found[0] == list(DIRECT)


def test_long_sentences_count_more() -> None:
    """The bead of a long sentence is sure in the direct way, and two short ones are not."""
    way = tuple(bead([n], [n], 0.8) for n in range(3))
    direct = (bead([0], [0], 0.9), bead([1], [], 0.1), bead([2], [1, 2], 0.9))
    assert corrected(direct, way, way, alignment([9, 9, 9], [9, 9, 9]))[1] == 0
    assert corrected(direct, way, way, alignment([9, 99, 9], [9, 9, 9]))[1] == 1


def test_passages_are_corrected_one_by_one() -> None:
    """Places that both ways share separate the passages; what agrees keeps its direct score."""
    direct = (
        bead([0], [0, 1], 0.1), bead([1], [], 0.1), bead([2], [2], 0.7), bead([3], [], 0.6), bead([4], [3, 4], 0.9),
        bead([5], [], 0.1), bead([6], [5, 6], 0.2),
    )  # fmt: skip
    straight = tuple(bead([n], [n], 0.8) for n in range(7))
    found, changed = corrected(direct, straight, straight, alignment([9] * 7, [9] * 7))
    assert changed == 2
    assert pairs(found) == [
        ((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3,), ()), ((4,), (3, 4)), ((5,), (5,)), ((6,), (6,)),
    ]  # fmt: skip
    assert [one.score for one in found] == pytest.approx([0.64, 0.64, 0.7, 0.6, 0.9, 0.64, 0.64])


def test_ways_through_beads_of_several_sentences() -> None:
    """The third language joins what the two others divide: only the ends that all three share are places."""
    first = (bead([0], [0], 0.9), bead([1], [1], 0.9), bead([2, 3], [2], 0.9))
    second = (bead([0, 1], [0, 1], 0.9), bead([2], [2], 0.9))
    direct = (bead([0], [0], 0.1), bead([1], [], 0.1), bead([2], [1], 0.1), bead([3], [2], 0.1))
    found, changed = corrected(direct, first, second, alignment([9] * 4, [9] * 3))
    assert (pairs(found), changed) == ([((0, 1), (0, 1)), ((2, 3), (2,))], 1)
    assert [one.score for one in found] == pytest.approx([0.81, 0.81])


def test_a_sentence_that_the_third_language_lacks() -> None:
    """What is omitted there ends at a place of the third language twice; the two ways to it go by the better one."""
    first = (bead([0], [0], 0.9), bead([1], [], 0.5), bead([2], [1], 0.9))
    second = (bead([0], [0], 0.9), bead([], [1], 0.5), bead([1], [2], 0.9))
    direct = tuple(bead([n], [n], 0.9) for n in range(3))
    assert corrected(direct, first, second, UNITS) == (list(direct), 0)
    # Where the direct way is doubtful, the sentences have no counterpart on either side, or are paired: never lost.
    doubtful = (bead([0], [0], 0.9), bead([1], [1, 2], 0.01), bead([2], [], 0.01))
    found, changed = corrected(doubtful, first, second, UNITS)
    assert changed == 1
    assert sorted(i for one in found for i in one.source) == [0, 1, 2]
    assert sorted(j for one in found for j in one.target) == [0, 1, 2]
    assert ((2,), (2,)) in pairs(found)


def test_beads_of_notes_behind_the_text_are_kept() -> None:
    direct = (*DIRECT, bead([4], [4], 0.8), bead([3], [3], 0.7))
    straight = (*STRAIGHT, bead([3, 4], [3, 4], 0.9))
    found, _ = corrected(direct, straight, straight, alignment([9] * 5, [9] * 5))
    assert pairs(found) == [*pairs(STRAIGHT), ((4,), (4,)), ((3,), (3,))]


def test_a_doubtful_way_changes_nothing() -> None:
    weak = tuple(bead([n], [n], 0.4) for n in range(3))
    assert corrected(DIRECT, weak, STRAIGHT, UNITS) == (list(DIRECT), 0)


@pytest.mark.parametrize("where", range(3))
def test_what_moved_is_left_alone(where: int) -> None:
    ways = [DIRECT, STRAIGHT, STRAIGHT]
    ways[where] = (*ways[where][:2], Bead((2,), (2,), 0.9, "moved"))
    assert corrected(*ways, UNITS) == (list(ways[0]), 0)


def test_equal_ways_change_nothing() -> None:
    assert corrected(STRAIGHT, STRAIGHT, STRAIGHT, UNITS) == (list(STRAIGHT), 0)


@pytest.mark.parametrize("turned", [False, True])
def test_sides_of_different_length_keep_their_order(turned: bool) -> None:
    """Passages in which the ways agree, where one side has more sentences than the other."""
    direct = [bead([0, 1], [0], 0.9), bead([2, 3], [1], 0.9), bead([4], [2], 0.1), bead([5], [3, 4], 0.1)]
    first = [bead([0, 1], [0], 0.9), bead([2, 3], [1], 0.9), bead([4, 5], [2], 0.9)]
    second = [bead([0], [0], 0.9), bead([1], [1], 0.9), bead([2], [2, 3, 4], 0.9)]
    if turned:
        direct, first, second = (
            [bead(list(one.target), list(one.source), one.score) for one in beads] for beads in (direct, second, first)
        )
    sizes = ([9] * 5, [9] * 6) if turned else ([9] * 6, [9] * 5)
    found, changed = corrected(direct, first, second, alignment(*sizes))
    assert changed == 1
    assert found[:2] == direct[:2]
    assert pairs(found)[2:] == [((2, 3, 4), (4, 5)) if turned else ((4, 5), (2, 3, 4))]


def test_a_score_is_at_most_one() -> None:
    sure = tuple(bead([n], [n], 1.2) for n in range(3))
    assert {one.score for one in corrected(sure, STRAIGHT, STRAIGHT, UNITS)[0]} == {1.0}
