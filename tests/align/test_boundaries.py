"""Clauses as units, the probability of a boundary at two sentence ends, and its effect on the search."""

import numpy as np
import pytest

from align.band import Window
from align.boundaries import SHAPES, as_units, boundary_probabilities
from align.lattice import Lattice, posteriors
from align.search import SearchOptions, find_boundaries, search_prepared
from align.spans import PreparedSide, prepare

SOURCE = [
    "one thing happened here, and another thing there.",
    "nothing else was said.",
    "the river rose, the bridge broke, nobody crossed it.",
    "then they went home, all of them.",
]
TARGET = [
    "ONE THING HAPPENED HERE,",
    "AND ANOTHER THING THERE. NOTHING ELSE WAS SAID.",
    "THE RIVER ROSE, THE BRIDGE BROKE,",
    "NOBODY CROSSED IT.",
    "THEN THEY WENT HOME, ALL OF THEM.",
]
WEIGHTS = {"cosine root": 12.0, "cosine": 4.0, "bead": -4.0, "size": -1.0, "omission": -6.0}
OPTIONS = SearchOptions(weights=WEIGHTS, clause_weights=WEIGHTS)


@pytest.fixture(scope="module")
def sides(words) -> tuple[PreparedSide, PreparedSide]:
    left, right = (prepare(side, encoder=words, language="en", width=3, by_clauses=True) for side in (SOURCE, TARGET))
    return left, right


def test_clauses_become_units(sides, words) -> None:
    side = sides[0]
    found = as_units(side, side.clauses)
    assert list(found.texts[:3]) == [
        "one thing happened here,",
        "and another thing there.",
        "nothing else was said.",
    ]
    assert len(found) == side.clauses.starts[-1]
    assert found.vectors[0].astype(np.float32) == pytest.approx(words.encode(found.texts), abs=1e-3)
    lengths = np.array([len(text) for text in found.texts[:2]])
    mean = (words.encode(found.texts[:2]) * lengths[:, None]).sum(axis=0)
    assert found.vectors[1, 0].astype(np.float32) == pytest.approx(mean / np.linalg.norm(mean), abs=2e-3)
    assert not found.vectors[1, -1].any(), "a run past the end"


def test_the_ends_of_what_means_the_same_are_passed_together(sides) -> None:
    found = find_boundaries(*sides, OPTIONS, [(0, 0), (4, 5)])
    assert found is not None
    chances = np.exp(found.around(Window(0, 5, 0, 6), 0, 0))
    passed = {(int(i), int(j)) for i, j in np.argwhere(chances > 0.5)}
    assert passed == {(0, 0), (2, 2), (3, 4), (4, 5)}


def test_every_window_says_the_same_and_nothing_lies_outside(sides) -> None:
    found = find_boundaries(*sides, OPTIONS, [(0, 0), (4, 5)])
    assert found is not None
    whole = found.around(Window(0, 5, 0, 6), 3, 3)
    assert whole.shape == (8, 9)
    part = found.around(Window(1, 3, 2, 4), 2, 2)
    assert part == pytest.approx(whole[1:5, 2:6])
    lattice = Lattice(((1, 1), (1, 0), (0, 1)), [Window(0, 1, 0, 1), Window(1, 9, 9, 10)], np.zeros((3, 9), np.float32))
    beside = boundary_probabilities(lattice, found.starts)
    assert beside.around(Window(0, 1, 1, 2), 0, 0) == pytest.approx(np.log(1e-3)), "no such node in the band"


def test_anchors_are_passed_for_sure(sides) -> None:
    found = find_boundaries(*sides, OPTIONS, [(0, 0), (1, 2), (4, 5)])
    assert found is not None
    assert np.exp(found.around(Window(1, 2, 2, 3), 0, 0)) == pytest.approx(1, abs=2e-3)


def test_no_boundaries_without_weights(sides) -> None:
    assert find_boundaries(*sides, SearchOptions(weights=WEIGHTS), [(0, 0), (4, 5)]) is None
    assert find_boundaries(*sides, SearchOptions(), [(0, 0), (4, 5)]) is None


def test_the_search_follows_them(sides) -> None:
    """With nothing else to go by, beads end where the clauses say."""
    plain = {"bead": 1.0, "omission": -9.0}
    options = SearchOptions(weights=plain, second_weights=plain | {"boundary": 2.0}, clause_weights=WEIGHTS)
    found = search_prepared(*sides, options=options)
    assert [(bead.source, bead.target) for bead in found] == [((0, 1), (0, 1)), ((2,), (2, 3)), ((3,), (4,))]


def test_passing_is_what_the_lattice_says(sides) -> None:
    units = [as_units(side, side.clauses) for side in sides]
    n, m = map(len, units)
    assert n > SHAPES[0]
    types = ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1))
    rng = np.random.default_rng(3)
    scores = rng.standard_normal((len(types), (n + 1) * (m + 1))).astype(np.float32)
    for number, (a, b) in enumerate(types):
        plane = scores[number].reshape(n + 1, m + 1)
        plane[n + 1 - a :] = -1e4
        plane[:, m + 1 - b :] = -1e4
    window = Window(0, n + 1, 0, m + 1)
    expected = posteriors(Lattice(types, [window], scores * 3)).sum(axis=0).reshape(n + 1, m + 1)
    starts = [side.clauses.starts for side in sides]
    found = boundary_probabilities(Lattice(types, [window], scores.copy()), starts).around(Window(0, 5, 0, 6), 0, 0)
    inner = np.ix_(starts[0][:-1], starts[1][:-1])
    assert np.exp(found[:-1, :-1]) == pytest.approx(expected[inner] + 1e-3, abs=1e-4)
    assert found[-1, -1] == pytest.approx(0, abs=1e-2)
