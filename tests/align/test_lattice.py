"""The lattice against the sum over all segmentations, which small cases allow to list."""

from collections.abc import Iterator

import numpy as np
import pytest

from align.band import Window
from align.lattice import Arc, Lattice, best_path, posteriors
from align.scoring import IMPOSSIBLE

TYPES = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 0), (0, 1))


def paths(n: int, m: int, i: int = 0, j: int = 0) -> Iterator[list[Arc]]:
    if (i, j) == (n, m):
        yield []
    for a, b in TYPES:
        if i + a <= n and j + b <= m:
            for rest in paths(n, m, i + a, j + b):
                yield [(i, j, a, b), *rest]


def lattice(n: int, m: int, seed: int) -> Lattice:
    random = np.random.default_rng(seed)
    # Windows of unlike columns, as a band has them; (0, 0) and (n, m) lie inside.
    windows = [Window(0, 2, 0, m), Window(2, n + 1, 0, m + 1)]
    empty = Lattice(TYPES, windows, np.zeros((0, 0), np.float32))
    scores = np.full((len(TYPES), int(empty.start[-1])), IMPOSSIBLE, np.float32)
    made = Lattice(TYPES, windows, scores)
    for path in paths(n, m):
        for arc in path:
            i, j, a, b = arc
            if made.right[i] > j and made.right[i + a] > j + b and scores[made.at(arc)] == IMPOSSIBLE:
                scores[made.at(arc)] = random.normal()
    return made


def total(made: Lattice, path: list[Arc]) -> float:
    return sum(float(made.scores[made.at(arc)]) if made.right[arc[0]] > arc[1] else float("-inf") for arc in path)


@pytest.mark.parametrize("seed", range(6))
def test_best_path_and_probabilities_are_those_of_the_full_list(seed: int) -> None:
    n, m = 4, 4
    made = lattice(n, m, seed)
    listed = [(total(made, path), path) for path in paths(n, m)]
    listed = [(score, path) for score, path in listed if score > IMPOSSIBLE / 2]
    assert best_path(made) == max(listed)[1]
    weights = np.exp([score for score, _ in listed])
    found = posteriors(made)
    for arc in {arc for _, path in listed for arc in path}:
        share = sum(w for w, (_, path) in zip(weights, listed, strict=True) if arc in path) / weights.sum()
        assert found[made.at(arc)] == pytest.approx(share, abs=1e-4)


def test_nothing_against_nothing() -> None:
    made = Lattice(TYPES, [Window(0, 1, 0, 1)], np.full((len(TYPES), 1), IMPOSSIBLE, np.float32))
    assert best_path(made) == []
