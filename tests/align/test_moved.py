"""Regions, seeds and leftovers, on texts whose order is known because it was made here."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.moved import MovedOptions, Region, heaviest_increasing, pair_leftovers, regions, seeds
from tests.data import cases

CASES = cases("moved")
RANDOM = np.random.default_rng(7)
#: Directions of 400 paragraphs of one document: nothing has to do with anything else.
PARAGRAPHS = RANDOM.standard_normal((400, 96)).astype(np.float32)
PARAGRAPHS /= np.linalg.norm(PARAGRAPHS, axis=1, keepdims=True)


def document(order: list[list[int]], noise: float = 0.05) -> np.ndarray:
    """Vectors of the paragraphs in ``order``, given as ranges ``[first, last]``, each a little off."""
    rows = [row for first, last in order for row in range(first, last)]
    vectors = PARAGRAPHS[rows] + noise * np.random.default_rng(1).standard_normal((len(rows), 96)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_regions(case: dict) -> None:
    source, target = document(case["source"]), document(case["target"])
    found = regions(source, target, seeds(source, target))
    assert [[r.source.start, r.source.stop, r.target.start, r.target.stop, r.moved] for r in found] == case["expected"]


@settings(max_examples=15, deadline=None)
@given(st.permutations(list(range(5))))
def test_regions_cover_every_unit_once(order: list[int]) -> None:
    source = document([[0, 200]])
    target = document([[40 * k, 40 * k + 40] for k in order])
    found = regions(source, target, seeds(source, target))
    assert sorted(i for region in found for i in region.source) == list(range(200))
    assert sorted(j for region in found for j in region.target) == list(range(200))
    assert [region.source.start for region in found] == sorted(region.source.start for region in found)


def test_unrelated_texts_have_no_order_to_find() -> None:
    source, target = document([[0, 200]]), document([[200, 400]])
    assert regions(source, target, seeds(source, target)) == (Region(range(200), range(200)),)


def test_headings_that_are_seeds_already_do_not_hide_what_moved() -> None:
    """A second seed of a pair is not beside the backbone: a chain of four units out of order stays clear of it."""
    source = document([[0, 18]])
    target = document([[0, 4], [8, 12], [4, 8], [12, 18]])
    found = seeds(source, target)
    headings = [seed for seed in found if seed.source in (0, 1, 4, 8, 12, 15)]
    cut = regions(source, target, [*found, *headings])
    assert [(one.source.start, one.target.start) for one in cut if one.moved] in ([(4, 8)], [(8, 4)])


def test_an_empty_side_is_one_region() -> None:
    nothing = np.zeros((0, 96), np.float32)
    assert seeds(nothing, PARAGRAPHS) == []
    assert regions(PARAGRAPHS, nothing, []) == (Region(range(400), range(0)),)


def test_long_documents_are_sampled() -> None:
    source, target = document([[0, 400]]), document([[0, 100], [300, 400], [100, 300]])
    options = MovedOptions(max_comparisons=400 * 80)
    found = seeds(source, target, options, source_lengths=[1] * 400)
    assert 60 <= len(found) <= 80
    cut = regions(source, target, found, options, spacing=5)
    assert [region.moved for region in cut] == [False, False, True]
    assert [region.source.start for region in cut] == [0, 100, 300]


def test_seeds_need_a_margin() -> None:
    twice = document([[0, 10], [0, 10]], noise=0)
    assert seeds(document([[0, 10]]), twice) == []


def test_a_single_moved_unit_is_paired() -> None:
    source, target = document([[0, 30]]), document([[0, 5], [6, 20], [5, 6], [20, 30]])
    assert [pair[:2] for pair in pair_leftovers(source, target, [5], [19])] == [(5, 19)]
    # Not where it has an answer already, nor where something else is as near.
    assert pair_leftovers(source, target, [5], [18]) == []
    assert pair_leftovers(document([[0, 30], [5, 6]]), target, [5], [19]) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0.01, 1)), max_size=12))
def test_heaviest_increasing_is_the_heaviest(pairs: list[tuple[int, float]]) -> None:
    values, weights = [value for value, _ in pairs], [weight for _, weight in pairs]
    chosen = sorted(heaviest_increasing(values, weights))
    assert all(values[a] < values[b] for a, b in pairwise(chosen))
    best = [0.0] * len(values)
    for k, value in enumerate(values):
        best[k] = weights[k] + max((best[j] for j in range(k) if values[j] < value), default=0.0)
    assert sum(weights[k] for k in chosen) == pytest.approx(max(best, default=0.0))
