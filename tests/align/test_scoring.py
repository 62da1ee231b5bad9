"""Features and scores: what one window says, whatever the window."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from align.band import Window
from align.scoring import IMPOSSIBLE, _mean_length, features, pair_up, score, shapes
from align.search import SearchOptions, find_boundaries
from align.spans import prepare
from align.weights import clause_weights, has_weights, weights

SOURCE = ["One thing, and another.", "“Why?” he asked.", "In 1998 it rained.", "Nothing!", "They went home."]
TARGET = ["ONE THING, AND ANOTHER.", "“WHY?”", "HE ASKED.", "IN 1998 IT RAINED.", "THEY WENT HOME."]
TYPES = shapes(3, 3, 5)


@pytest.fixture(scope="module")
def pair(words):
    sides = [prepare(side, encoder=words, language="en", width=3, by_clauses=True) for side in (SOURCE, TARGET)]
    return pair_up(*sides)


def test_a_score_is_the_weighted_sum_of_the_features(pair) -> None:
    window = Window(0, 6, 0, 6)
    found = score(pair, window, TYPES, weights("sentence"))
    for number, (values, possible) in enumerate(features(pair, window, TYPES)):
        total = np.zeros(possible.shape)
        for name, value in values.items():
            plain = value[0] * value[1] if isinstance(value, tuple) else value
            total += weights("sentence").get(name, 0.0) * plain
        assert found[number][possible] == pytest.approx(total[possible], abs=2e-3)
        assert (found[number][~possible] == np.float32(IMPOSSIBLE)).all()


def test_a_cell_has_the_same_scores_in_every_window(pair) -> None:
    whole = score(pair, Window(0, 6, 0, 6), TYPES, weights("sentence"))
    part = score(pair, Window(1, 4, 2, 5), TYPES, weights("sentence"))
    both = TYPES.index((1, 0)), TYPES.index((0, 1))
    # Omissions look for partners in the window, so only beads with two sides are the same everywhere.
    beads = [number for number in range(len(TYPES)) if number not in both]
    assert part[beads] == pytest.approx(whole[beads, 1:4, 2:5], abs=2e-3)


def test_the_right_bead_is_worth_more_than_its_neighbours(pair) -> None:
    found = score(pair, Window(0, 6, 0, 6), TYPES, weights("sentence"))
    assert found[TYPES.index((1, 2)), 1, 1] > found[TYPES.index((1, 1)), 1, 1]
    assert found[TYPES.index((1, 1)), 2, 3] > found[TYPES.index((1, 2)), 2, 3]


@pytest.mark.parametrize(
    "table",
    [
        weights("sentence"),
        weights("paragraph"),
        weights("sentence", "use-multilingual-3+multilingual-e5-small-q4"),
        clause_weights("sentence", "use-multilingual-3+multilingual-e5-small-q4"),
    ],
    ids=["sentence", "paragraph", "thorough", "clauses"],
)
def test_every_weight_is_that_of_a_feature(table: Mapping[str, float], pair) -> None:
    options = SearchOptions(weights={}, clause_weights={"cosine": 1.0})
    pair = replace(pair, boundaries=find_boundaries(pair.source, pair.target, options, [(0, 0), (5, 5)]))
    names = {name for values, _ in features(pair, Window(0, 6, 0, 6), TYPES) for name in values}
    # Marks that no unit of the window has are not counted.
    marks = {
        "exclamation",
        "exclamation lone",
        "question",
        "question lone",
        "quote",
        "quote lone",
        "number",
        "number lone",
        "speech",
    }
    assert table
    assert set(table) <= names | marks


def test_an_encoder_of_another_scale_is_brought_to_the_usual_one(words) -> None:
    texts = [f"word{k} other{k * 7} third{k * 13}" for k in range(40)]
    sides = [prepare(texts, encoder=words, language="en", width=2) for _ in range(2)]
    assert not has_weights("sentence", words.name)
    pair = pair_up(*sides, rescale=True)
    cosines = sides[0].vectors[0].astype(np.float32) @ sides[1].vectors[0].astype(np.float32).T
    scaled = (cosines - pair.floor) * pair.gain
    assert np.diag(scaled).mean() == pytest.approx(0.525, abs=0.05)
    assert scaled[~np.eye(40, dtype=bool)].mean() == pytest.approx(0.105, abs=0.05)


def test_the_mean_length_of_one_unit_is_its_length(words) -> None:
    side = prepare(TARGET[:1], encoder=words, language="en", width=1)
    assert _mean_length(side) == len(TARGET[0].replace(" ", ""))
