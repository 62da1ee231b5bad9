"""The steps of the search, each compared with plain loops over nodes and arcs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align import search
from align.alignment import Bead
from align.band import Window
from align.lattice import Lattice, posteriors
from align.scoring import IMPOSSIBLE, score, shapes
from align.search import SearchOptions, pair_in_band, search_prepared
from align.weights import BUILTIN, clause_weights, weights
from corpora.errors import UsageError
from tests.align.sides import side

TYPES = shapes(2, 3, 4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 7), st.integers(0, 7), st.data())
def test_no_arc_crosses_an_anchor(n: int, m: int, data: st.DataObject) -> None:
    rows = sorted(data.draw(st.lists(st.integers(0, n), max_size=3)))
    columns = sorted(data.draw(st.lists(st.integers(0, m), min_size=len(rows), max_size=len(rows))))
    nodes = search._checked(list(zip(rows, columns, strict=True)), n, m)
    window = Window(n // 3, n + 1, m // 3, m + 1)
    scores = np.zeros((len(TYPES), window.last - window.first, window.right - window.left), np.float32)
    search._AnchorIntervals(nodes).close(scores, window, TYPES)
    for number, (a, b) in enumerate(TYPES):
        for i in range(window.first, n + 1 - a):
            for j in range(window.left, m + 1 - b):
                inside = any(
                    top <= i and i + a <= bottom and left <= j and j + b <= right
                    for (top, left), (bottom, right) in pairwise(nodes)
                )
                value = scores[number, i - window.first, j - window.left]
                assert value == (0 if inside else np.float32(IMPOSSIBLE)), (a, b, i, j)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(-5, 5), max_size=12), st.booleans())
def test_a_bonus_counts_for_the_beads_with_the_pair(bonus: dict[tuple[int, int], float], every_pair: bool) -> None:
    window = Window(2, 5, 3, 7)
    scores = np.ones((len(TYPES), 3, 4), np.float32)
    search._add_bonus(scores, window, TYPES, bonus, every_pair=every_pair)
    for number, (a, b) in enumerate(TYPES):
        for i in range(window.first, window.last):
            for j in range(window.left, window.right):
                values = [bonus.get((x, y), 0.0) for x in range(i, i + a) for y in range(j, j + b)] or [0.0]
                held = sum(values) if every_pair else max(*values, 0.0) + min(*values, 0.0)
                assert scores[number, i - window.first, j - window.left] == 1 + held


def test_omissions_are_pooled_over_the_places_of_the_other_side() -> None:
    windows = [Window(0, 2, 0, 3), Window(2, 4, 1, 5)]
    empty = Lattice(TYPES, windows, np.zeros((0, 0), np.float32))
    random = np.random.default_rng(1)
    before = random.random((len(TYPES), int(empty.start[-1]))).astype(np.float32)
    made = Lattice(TYPES, windows, before)
    after = before.copy()
    search._pool_omissions(after, made)
    nodes = [(i, j) for w in windows for i in range(w.first, w.last) for j in range(w.left, w.right)]
    for node, (i, j) in enumerate(nodes):
        row = sum(before[-2, k] for k, (x, _) in enumerate(nodes) if x == i)
        column = sum(before[-1, k] for k, (_, y) in enumerate(nodes) if y == j)
        assert after[-2, node] == pytest.approx(row, rel=1e-5)
        assert after[-1, node] == pytest.approx(column, rel=1e-5)
    assert (after[:-2] == before[:-2]).all()


@pytest.mark.parametrize(
    ("anchors", "expected"),
    [
        ([], [(0, 0), (4, 5)]),
        ([(0, 0), (4, 5)], [(0, 0), (4, 5)]),
        ([(2, 2), (2, 2), (2, 3), (4, 3)], [(0, 0), (2, 2), (2, 3), (4, 3), (4, 5)]),
        ([(0, 5)], [(0, 0), (0, 5), (4, 5)]),
        ([(2, 3), (1, 4)], None),
        ([(2, 3), (3, 2)], None),
        ([(5, 5)], None),
        ([(4, 6)], None),
        ([(-1, 0)], None),
        ([(0, -1)], None),
    ],
)
def test_anchors_are_checked(anchors: list[tuple[int, int]], expected: list[tuple[int, int]] | None) -> None:
    if expected is None:
        with pytest.raises(UsageError, match=r"out of order or out of the range of 4 by 5 units"):
            search._checked(anchors, 4, 5)
    else:
        assert search._checked(anchors, 4, 5) == expected


@pytest.mark.parametrize(
    ("arc", "probability", "expected"),
    [
        ((2, 3, 1, 2), 0.5, Bead((2,), (3, 4), 0.5, "search")),
        ((2, 3, 1, 0), 1.5, Bead((2,), (), 1.0, "omission")),
        ((2, 3, 0, 1), -0.5, Bead((), (3,), 0.0, "omission")),
    ],
)
def test_arcs_become_beads(arc: tuple[int, int, int, int], probability: float, expected: Bead) -> None:
    assert search._bead(arc, probability) == expected


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.0, 0.0), (0.01, 0.089), (0.3, 0.545), (0.5, 0.679), (0.9, 0.902), (0.99, 0.979), (1.0, 1.0)],
)
def test_sentences_that_are_left_alone_are_likelier_to_have_no_counterpart_than_the_lattice_says(
    probability: float, expected: float
) -> None:
    """As of 692 of them in chapters with and without omissions: two in three of those at one half."""
    assert search._alone(probability) == pytest.approx(expected, abs=1e-3)


SIDES = side(1, ["one two"] * 9, 2), side(2, ["three, four!"] * 8, 3)


def test_scores_are_the_probabilities_of_the_lattice() -> None:
    """Of the windows' scores, with anchors and bonus, under the options of the search."""
    table = {"cosine root": 3.0, "bead": 0.5, "size": -0.5, "omission": -2.0}
    options = SearchOptions(weights=table, max_source=5, max_target=2, max_size=3, caution=0.3)
    nodes = [(0, 0), (4, 3), (9, 8)]
    found = search_prepared(*SIDES, options=options, anchors=[(4, 3)], bonus={(1, 1): 2.0})
    types = shapes(2, 2, 3)
    pair, windows = pair_in_band(*SIDES, nodes, options.half_width)
    assert windows == [Window(0, 10, 0, 9)]
    scores = score(pair, windows[0], types, table)
    search._add_bonus(scores, windows[0], types, {(1, 1): 2.0})
    search._AnchorIntervals(nodes).close(scores, windows[0], types)
    made = Lattice(types, windows, scores.reshape(len(types), -1))
    probabilities = posteriors(made)
    search._pool_omissions(probabilities, made)
    i = j = 0
    for bead in found:
        arc = (i, j, len(bead.source), len(bead.target))
        probability = float(probabilities[made.at(arc)])
        assert bead.score == pytest.approx(probability if arc[2] and arc[3] else search._alone(probability), abs=1e-5)
        i, j = i + arc[2], j + arc[3]
    assert (i, j) == (9, 8)
    assert max(len(bead.source) + len(bead.target) for bead in found) <= 3
    greedy = search_prepared(*SIDES, options=replace(options, caution=0.0))
    careful = search_prepared(*SIDES, options=replace(options, caution=0.9))
    assert len(careful) <= len(greedy)


def test_trained_weights_are_those_of_the_unit_and_unknown_encoders_are_rescaled() -> None:
    sides = [replace(one, encoder="use-multilingual-3") for one in SIDES]
    own = search_prepared(*sides)
    assert own == search_prepared(*(replace(one, clauses=None) for one in sides))
    given = SearchOptions(
        weights=weights("sentence"),
        second_weights=weights("sentence", BUILTIN),
        clause_weights=clause_weights("sentence", BUILTIN),
    )
    assert own == search_prepared(*sides, options=given)
    other = search_prepared(*SIDES)
    assert other != own, "another encoder's similarities are brought to scale"
    plain = search_prepared(*SIDES, options=SearchOptions(weights=weights("sentence")))
    assert [(bead.source, bead.target) for bead in plain] == [(bead.source, bead.target) for bead in own]
    paragraphs = SearchOptions(unit="paragraph")
    assert search_prepared(*sides, options=paragraphs) == search_prepared(
        *sides, options=replace(paragraphs, weights=weights("paragraph"))
    )
    assert search_prepared(*sides, options=paragraphs) != own


def test_boundaries_are_found_for_encoders_with_weights_for_clauses() -> None:
    thorough = "use-multilingual-3+multilingual-e5-small-q4"
    texts = ["one thing happened here, and then another followed."] * 6
    sides = [replace(side(seed, texts, 2, [2] * 6), encoder=thorough) for seed in (1, 2)]
    nodes = [(0, 0), (6, 6)]
    assert search.find_boundaries(*sides, SearchOptions(), nodes) is not None
    assert search.find_boundaries(*sides, SearchOptions(unit="paragraph"), nodes) is None
    assert search.find_boundaries(*sides, SearchOptions(weights={}), nodes) is None
    assert search.find_boundaries(*sides, SearchOptions(weights={}, clause_weights={"bead": 1.0}), nodes) is not None
    plain = [replace(one, encoder="unknown") for one in sides]
    assert search.find_boundaries(*plain, SearchOptions(clause_weights={"bead": 1.0}), nodes) is None
    for number in (0, 1):
        without = list(sides)
        without[number] = replace(sides[number], clauses=None)
        assert search.find_boundaries(*without, SearchOptions(), nodes) is None
        nothing = list(sides)
        nothing[number] = sides[number][:0]
        assert search.find_boundaries(*nothing, SearchOptions(), [(0, 0), (len(nothing[0]), len(nothing[1]))]) is None
    assert search_prepared(*sides) != search_prepared(*(replace(one, clauses=None) for one in sides))


def test_options_for_paragraphs() -> None:
    options = SearchOptions.paragraphs()
    assert (options.unit, options.max_source, options.max_target, options.max_size) == ("paragraph", 3, 3, 4)
    assert (options.half_width, options.caution) == (24, 0.45)
    default = SearchOptions()
    assert (default.unit, default.max_source, default.max_target, default.max_size) == ("sentence", 5, 6, 7)
    assert (default.half_width, default.clauses) == (16, True)


def test_nothing_is_aligned_with_nothing() -> None:
    assert search_prepared(SIDES[0][:0], SIDES[1][:0]) == []
    lone = search_prepared(SIDES[0][:0], SIDES[1][:2])
    assert [(bead.source, bead.target) for bead in lone] == [((), (0,)), ((), (1,))]
