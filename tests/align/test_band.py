"""The band around the coarse path: the path compared with all paths, and each step on numbers checked by hand."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align import band
from align.band import cover
from tests.align.sides import rows
from tests.data import cases

BAND = cases("band")


def of(function: str) -> list:
    """The cases of one function, with their labels."""
    return [pytest.param(*case["input"], case["expected"], id=case["label"]) for case in BAND if case["of"] == function]


def array(values: list) -> np.ndarray:
    return np.array(values, np.int64)


@pytest.mark.parametrize(("low", "high", "expected"), of("windows"))
def test_rows_are_grouped_into_windows(
    low: list[int], high: list[int], expected: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(band, "_ROWS", 3)
    found = band._cut(array(low), array(high))
    assert [[w.first, w.last, w.left, w.right] for w in found] == expected


@pytest.mark.parametrize(("start", "stop", "half_width", "m", "expected"), of("widened"))
def test_rows_are_widened(start: list[int], stop: list[int], half_width: int, m: int, expected: list) -> None:
    low, high = band._widened(array(start), array(stop), half_width, m)
    assert [low.tolist(), high.tolist()] == expected


@pytest.mark.parametrize(("start", "stop", "m", "expected"), of("kept"))
def test_long_omissions_are_found(
    start: list[int], stop: list[int], m: int, expected: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(band, "_GAP", 4)
    source, target = band._kept(array(start), array(stop), m)
    assert [np.flatnonzero(~source).tolist(), np.flatnonzero(~target).tolist()] == expected


def test_units_are_centred_and_halved() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    centred = band._centred(vectors)
    expected = np.array([[2 / 3, -2 / 3], [-1 / 3, 1 / 3], [-1 / 3, 1 / 3]])
    assert centred == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True), abs=1e-5)
    halved = band._halved(vectors)
    assert halved == pytest.approx(np.array([[0.5**0.5, 0.5**0.5], [0, 1]]), abs=1e-5), "the last one counts twice"
    assert band._halved(vectors[:2]) == pytest.approx(np.array([[0.5**0.5, 0.5**0.5]]), abs=1e-5)
    assert not band._centred(vectors[1:]).any(), "the same texts have no direction in common with anything"
    assert len(band._centred(vectors[:0])) == 0


def best(gains: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """The largest sum over all monotone paths inside the rows, by plain dynamic programming."""
    n, m = gains.shape
    sums = np.full((n + 1, m + 1), -np.inf)
    for i in range(n + 1):
        for j in range(int(low[i]), int(high[i]) + 1):
            options = [0.0] if i == 0 and j == low[0] else []
            if i and low[i - 1] <= j <= high[i - 1]:
                options.append(sums[i - 1, j])
            if i and j and low[i - 1] <= j - 1 <= high[i - 1]:
                options.append(sums[i - 1, j - 1] + gains[i - 1, j - 1])
            if j > low[i]:
                options.append(sums[i, j - 1])
            sums[i, j] = max(options, default=-np.inf)
    return float(sums[n, int(high[n])])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10**6), st.booleans())
def test_the_path_is_the_best_of_all(n: int, m: int, seed: int, narrow: bool) -> None:
    random = np.random.default_rng(seed)
    source, target = rows(random, n), rows(random, m)
    low, high = np.zeros(n + 1, np.int64), np.full(n + 1, m, np.int64)
    if narrow:
        centre, reach = np.arange(n + 1) * m // n, m // n + 1
        low, high = np.maximum(centre - reach, 0), np.minimum(centre + reach, m)
        low[0], high[-1] = 0, m
    gains = np.maximum(source @ target.T - 0.15, 0)
    start, stop = band._path(source, target, low, high)
    assert (start[0], stop[-1]) == (0, m)
    found = 0.0
    for i in range(n + 1):
        assert low[i] <= start[i] <= stop[i] <= high[i]
        if i:
            assert start[i] - stop[i - 1] in (0, 1)
            found += float(gains[i - 1, stop[i - 1]]) if start[i] > stop[i - 1] else 0.0
    assert found == pytest.approx(best(gains, low, high), abs=1e-4)


def test_pairs_without_similarity_are_not_steps_of_the_path() -> None:
    """A diagonal step is taken for what is similar only; elsewhere the path goes straight."""
    eye = np.eye(3, dtype=np.float32)
    start, stop = band._path(eye[[0, 1]], eye[[2, 2]], array([0, 0, 0]), array([2, 2, 2]))
    assert sum(start[i] > stop[i - 1] for i in (1, 2)) == 0


@pytest.mark.parametrize(
    ("n", "m", "full"), [(3, 3, True), (3, 4, False), (4, 3, False), (0, 9, True), (9, 0, True), (0, 0, True)]
)
def test_small_pieces_are_searched_in_full(n: int, m: int, full: bool) -> None:
    random = np.random.default_rng(1)
    start, stop = band._route(rows(random, n), rows(random, m), 3)
    assert (start.tolist() == [0] * (n + 1) and stop.tolist() == [m] * (n + 1)) == full
    assert len(start) == len(stop) == n + 1


@pytest.mark.parametrize(("n", "m", "levels"), [(50, 50, 1), (51, 50, 2), (50, 51, 2), (170, 90, 3), (3, 101, 3)])
def test_long_texts_are_refined_from_halved_ones(n: int, m: int, levels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band, "_FULL", 50)
    seen = []
    path = band._path

    def watched(source: np.ndarray, target: np.ndarray, low: np.ndarray, high: np.ndarray):
        seen.append((len(source), len(target)))
        assert (low[0], high[-1]) == (0, len(target))
        assert len(low) == len(high) == len(source) + 1
        assert (low >= 0).all()
        assert (high <= len(target)).all()
        return path(source, target, low, high)

    monkeypatch.setattr(band, "_path", watched)
    random = np.random.default_rng(2)
    band._route(rows(random, n), rows(random, m), 3)
    assert len(seen) == levels
    assert seen[-1] == (n, m)
    assert all((a + 1) // 2 == c and (b + 1) // 2 == d for (c, d), (a, b) in pairwise(seen))


def test_a_refined_row_includes_the_coarse_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band, "_FULL", 4)
    monkeypatch.setattr(band, "_REFINING", 1)
    seen = []
    path = band._path

    def watched(source: np.ndarray, target: np.ndarray, low: np.ndarray, high: np.ndarray):
        seen.append((low.tolist(), high.tolist()))
        return path(source, target, low, high)

    monkeypatch.setattr(band, "_path", watched)
    vectors = rows(np.random.default_rng(3), 8)
    band._route(vectors, vectors, 1)
    # The coarse path is the diagonal 0-0 … 4-4; one row and one column more to either side, at twice the size.
    coarse_low, coarse_high = [0, 0, 0, 1, 2], [2, 3, 4, 4, 4]
    low = [2 * coarse_low[i // 2] for i in range(9)]
    high = [min(2 * coarse_high[i // 2] + 1, 8) for i in range(9)]
    assert seen[0] == ([0] * 5, [4] * 5)
    assert seen[1] == (low, high)


def test_the_path_goes_through_all_anchors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band, "_ROWS", 1)
    random = np.random.default_rng(4)
    source, target = rows(random, 40), rows(random, 50)
    anchors = [(0, 0), (10, 30), (25, 30), (40, 50)]
    found = cover(source, target, anchors, 2)
    inside = {(i, j) for w in found.windows for i in range(w.first, w.last) for j in range(w.left, w.right)}
    assert set(anchors) <= inside
    assert found.source_kept.tolist() == [True] * 10 + [False] * 15 + [True] * 15
    assert len(found.target_kept) == 50
    for i, j in inside:
        allowed = [range(left, right + 1) for (top, left), (bottom, right) in pairwise(anchors) if top <= i <= bottom]
        assert any(j in columns for columns in allowed), "no row reaches beyond its piece"
