"""Properties of a document, estimated from its lattice: compared with all paths of small lattices."""

import math
from itertools import pairwise

import numpy as np
import pytest

from align import adaptation
from align.adaptation import Breaks, adapt, joining_odds, omission_odds
from align.band import Window
from align.lattice import Lattice

TYPES = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 0), (0, 1))


def lattice(n: int, m: int, seed: int = 0) -> Lattice:
    random = np.random.default_rng(seed)
    windows = [Window(0, n // 2, 0, m + 1), Window(n // 2, n + 1, 0, m + 1)]
    scores = random.standard_normal((len(TYPES), (n + 1) * (m + 1))).astype(np.float32)
    found = Lattice(TYPES, windows, scores)
    for number, (a, b) in enumerate(TYPES):
        for i in range(n + 1):
            for j in range(m + 1):
                if i + a > n or j + b > m:
                    scores[number, i * (m + 1) + j] = -1e4
    return found


def paths(n: int, m: int, i: int = 0, j: int = 0) -> list[list[tuple[int, int]]]:
    """All paths as lists of nodes."""
    if (i, j) == (n, m):
        return [[(i, j)]]
    return [[(i, j), *rest] for a, b in TYPES if i + a <= n and j + b <= m for rest in paths(n, m, i + a, j + b)]


def probabilities(one: Lattice, every: list[list[tuple[int, int]]], m: int) -> np.ndarray:
    totals = np.array(
        [
            sum(float(one.scores[TYPES.index((k - i, p - j)), i * (m + 1) + j]) for (i, j), (k, p) in pairwise(path))
            for path in every
        ]
    )
    weights = np.exp(totals - totals.max())
    return weights / weights.sum()


def test_odds_of_omissions_are_those_of_a_typical_document_where_nothing_is_known() -> None:
    assert omission_odds(0, 0) == pytest.approx(0)
    assert omission_odds(1, 50) == pytest.approx(0)
    assert omission_odds(0, 50) < 0 < omission_odds(5, 50) < omission_odds(50, 50)
    assert omission_odds(99, 50) == omission_odds(50, 50)
    assert omission_odds(4, 50) == pytest.approx(math.log(0.05 / 0.95) - math.log(0.02 / 0.98))


@pytest.mark.parametrize(("found", "all_of_them"), [(0, 0), (2, 3), (10, 15), (60, 90)])
def test_omissions_that_a_first_look_does_not_find_are_counted(found: int, all_of_them: int) -> None:
    assert adaptation._in_full(found, 300) == pytest.approx(omission_odds(all_of_them, 300))


@pytest.mark.parametrize(("n", "m"), [(3, 4), (4, 3)])
def test_omissions_are_counted_over_all_paths(n: int, m: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptation, "_ROUNDS", 2)
    weight = 0.5
    one = lattice(n, m)
    plain = Lattice(TYPES, one.windows, one.scores.copy())
    every = paths(n, m)
    counts = np.array(
        [[sum((k - i, p - j) == shape for (i, j), (k, p) in pairwise(path)) for shape in TYPES[-2:]] for path in every]
    )
    odds = [0.0, 0.0]
    for _ in range(2):
        expected = probabilities(plain, every, m) @ counts
        for side, units in ((0, n), (1, m)):
            found = omission_odds(expected[side], units)
            plain.scores[side - 2] += np.float32(weight * (found - odds[side]))
            odds[side] = found
    estimates = adapt(one, {"omission rate": weight}, None)
    in_full = [omission_odds(expected[side] / adaptation._FOUND, units) for side, units in ((0, n), (1, m))]
    assert estimates.omissions == pytest.approx(in_full, abs=1e-4), "with those that the first look does not find"
    possible = plain.scores > -1e3
    assert one.scores[possible] == pytest.approx(plain.scores[possible], abs=1e-4)
    adapt(one, {}, Breaks(np.zeros(n, bool), np.zeros(m, bool)))
    assert one.scores[possible] == pytest.approx(plain.scores[possible], abs=1e-4), "no breaks, no evidence"


def test_joining_is_counted_over_all_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptation, "_ROUNDS", 1)
    n, m = 3, 4
    one = lattice(n, m)
    every = paths(n, m)
    steps = [[(k - i, p - j) for (i, j), (k, p) in pairwise(path)] for path in every]
    chances = probabilities(one, every, m)
    beads = sum(c * sum(bool(a and b) for a, b in path) for c, path in zip(chances, steps, strict=True))
    before = one.scores.copy()
    found = adapt(one, {"joining rate": 0.5}, None)
    for side in (0, 1):
        joined = sum(
            c * sum(bool(s[0] and s[1] and s[side] > 1) for s in p) for c, p in zip(chances, steps, strict=True)
        )
        assert found.joining[side] == pytest.approx(joining_odds(joined, beads), abs=1e-4)
    for number, (a, b) in enumerate(TYPES):
        added = 0.5 * sum(odds for odds, size in zip(found.joining, (a, b), strict=True) if size > 1) if a and b else 0
        assert one.scores[number][before[number] > -1e3] - before[number][before[number] > -1e3] == pytest.approx(
            added, abs=1e-4
        )


def test_what_is_known_of_the_whole_is_not_estimated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptation, "_FOUND", 1.0)
    n, m = 4, 3
    breaks = Breaks(np.array([True, False, True, True]), np.array([True, True, False]))
    table = {"omission rate": 0.5, "joining rate": 0.25}
    one, other = lattice(n, m, 1), lattice(n, m, 1)
    found = adapt(one, table, breaks)
    assert adapt(other, table, breaks, found) == found
    assert other.scores == pytest.approx(one.scores, abs=1e-3)


def test_breaks_are_counted_over_all_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    n, m = 4, 3
    source, target = np.array([True, False, True, True]), np.array([True, True, False])
    one = lattice(n, m, 1)
    every = paths(n, m)
    counted = adaptation._BreakScores(one, Breaks(source, target))
    chances = probabilities(one, every, m)
    nodes, inside = counted._prior()
    for path, chance in zip(every, chances, strict=True):
        for (i, j), (k, p) in pairwise(path):
            if k == i or p == j:
                continue
            if k < n and p < m:
                nodes[int(source[k]), int(target[p])] += chance
            for unit in range(i + 1, k):
                inside[0][int(source[unit])] += chance
            for unit in range(j + 1, p):
                inside[1][int(target[unit])] += chance
    for row, found in adaptation.posterior_rows(one):
        counted.count(row, found)
    assert counted._nodes == pytest.approx(nodes, abs=1e-5)
    assert counted._inside[0] == pytest.approx(inside[0], abs=1e-5)
    assert counted._inside[1] == pytest.approx(inside[1], abs=1e-5)
    # The scores grow by the mutual information of the counts.
    before = lattice(n, m, 1).scores
    counted.update()
    joint = nodes / nodes.sum()
    mutual = np.log(joint / joint.sum(axis=1)[:, None] / joint.sum(axis=0)[None, :])
    share = [2 / 3, 1 / 2]
    within = [np.log(table / table.sum() / np.array([1 - p, p])) for table, p in zip(inside, share, strict=True)]
    for number, (a, b) in enumerate(TYPES):
        for i in range(n + 1 - a):
            for j in range(m + 1 - b):
                wanted = 0.0
                if a and b:
                    if i + a < n and j + b < m:
                        wanted += mutual[int(source[i + a]), int(target[j + b])]
                    wanted += sum(within[0][int(source[k])] for k in range(i + 1, i + a))
                    wanted += sum(within[1][int(target[k])] for k in range(j + 1, j + b))
                at = i * (m + 1) + j
                assert one.scores[number, at] - before[number, at] == pytest.approx(wanted, abs=1e-4)


def test_breaks_that_agree_hold_and_others_do_not() -> None:
    """Ends of beads attract breaks of both sides where these agree; where they do not, they are no evidence."""
    n = 40
    scores = np.full((len(TYPES), (n + 1) ** 2), -1e4, np.float32)
    for i in range(n):
        scores[0, i * (n + 1) + i] = 5.0
    every, other = np.arange(n) % 4 == 0, np.arange(n) % 7 == 0
    learned = []
    for breaks in (Breaks(every, every), Breaks(every, other)):
        one = Lattice(TYPES, [Window(0, n + 1, 0, n + 1)], scores.copy())
        adapt(one, {}, breaks)
        learned.append([float(one.scores[0, i * (n + 1) + i]) - 5.0 for i in range(n - 1)])
    same, different = np.array(learned[0]), np.array(learned[1])
    assert same[every[1:]].min() > 1
    assert abs(different).max() < 0.6
