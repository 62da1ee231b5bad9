"""Every feature of every bead, compared with plain loops that follow the definitions."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from align import scoring
from align.band import Window
from align.clauses import clause_evidence
from align.scoring import PreparedPair, features, pair_up, shapes
from align.spans import PreparedSide
from tests.align.sides import side

SOURCE = [
    "One, two.",
    "“Why?” he asked. “And",
    "",
    "In 1998 12 fell.",
    "Nothing! Nothing!",
    "“They went.”",
    "They went.",
]
TARGET = ["ONE two three", "“WHY?”", "HE ASKED!", "In 1998 it rained so.", "“Well", "Well, home at 7?", "Home at 7?"]
TYPES = shapes(3, 4, 7)
WINDOW = Window(1, 6, 2, 7)


def pair(parts: bool = True) -> PreparedPair:
    left = side(1, SOURCE, 3, [1, 2, 1, 3, 2, 1, 2] if parts else None)
    right = side(2, TARGET, 4, [2, 1, 1, 2, 1, 3, 1] if parts else None)
    return pair_up(left, right)


class Plain:
    """The features of single beads, from the definitions."""

    def __init__(self, pair: PreparedPair) -> None:
        self.pair = pair

    def cosine(self, i: int, a: int, j: int, b: int) -> float:
        source, target = self.pair.source, self.pair.target
        inside = 0 <= i < len(source) and 0 <= j < len(target)
        dot = source.vectors[a - 1, i].astype(float) @ target.vectors[b - 1, j].astype(float) if inside else 0.0
        return float((dot - self.pair.floor) * self.pair.gain)

    def value(self, values: np.ndarray, i: int) -> float:
        return float(values[i]) if 0 <= i < len(values) else 0.0

    def total(self, side: PreparedSide, name: str, i: int, a: int) -> float:
        sums = side.surface.sums[name]
        last = len(sums) - 1
        return float(sums[min(i + a, last)] - sums[min(i, last)])

    def repeats(self, of_source: bool, units: Iterable[int]) -> float:
        values = (self.pair.source if of_source else self.pair.target).surface.repeats
        return max([self.value(values, unit) for unit in units], default=0.0)

    def omission(self, i: int, j: int, of_source: bool) -> dict[str, float]:
        pair, w = self.pair, WINDOW
        side, at = (pair.source, i) if of_source else (pair.target, j)
        near = self.value(pair.source_near[0] if of_source else pair.target_near[0], at)
        before = self.cosine(i, 1, j - 1, 1) if of_source else self.cosine(i - 1, 1, j, 1)
        mean = sum(len("".join(text.split())) for text in side.texts) / len(side)

        there = range(j - 1, j + 2) if of_source else range(i - 1, i + 2)

        def best(unit: int) -> float:
            if of_source:
                return max(self.cosine(unit, 1, c, 1) for c in range(w.left - 1, w.right + pair.target.width))
            return max(self.cosine(r, 1, unit, 1) for r in range(w.first - 1, w.last + pair.source.width))

        return {
            "omission": 1.0,
            "omission rate": pair.omission_odds[0 if of_source else 1],
            "omission length": min(self.total(side, "length", at, 1) / mean, 3.0),
            "omission near": near - max(self.cosine(i, 1, j, 1), before),
            "omission best": best(at) - near,
            "omission around": (best(at - 1) + best(at + 1)) / 2 - near,
            "omission repeated": max(self.repeats(of_source, [at, at + 1]) - self.repeats(not of_source, there), 0.0),
        }

    def bead(self, i: int, j: int, a: int, b: int) -> dict[str, float]:
        cos, pair, size = self.cosine, self.pair, (a + b) / 2
        cosine = cos(i, a, j, b)
        near = (self.value(pair.source_near[a - 1], i) + self.value(pair.target_near[b - 1], j)) / 2
        mean = (self.value(pair.source_mean[a - 1], i) + self.value(pair.target_mean[b - 1], j)) / 2
        outside = [cos(i - 1, 1, j, b), cos(i + a, 1, j, b), cos(i, a, j - 1, 1), cos(i, a, j + b, 1)]
        edges = [
            cos(i - 1, 1, j, 1) - cos(i, a, j, 1),
            cos(i + a, 1, j + b - 1, 1) - cos(i, a, j + b - 1, 1),
            cos(i, 1, j - 1, 1) - cos(i, 1, j, b),
            cos(i + a - 1, 1, j + b, 1) - cos(i + a - 1, 1, j, b),
        ]
        source = self.total(pair.source, "length", i, a) + 1
        target = self.total(pair.target, "length", j, b) * pair.ratio + 1
        ratio = abs(np.log(source / target))
        found = {
            "cosine": cosine, "cosine root": cosine * size**0.5, "cosine size": cosine * size,
            "near": near, "near size": near * size, "mean": mean, "mean size": mean * size,
            "leak": sum(outside) - 4 * mean, "leak most": max(outside) - cosine,
            "edge": sum(max(edge, -0.2) for edge in edges), "edge most": max(edges),
            "ratio": ratio, "ratio square": ratio**2, "ratio size": ratio * size,
            "difference": abs(source - target) / ((source + target) / 2) ** 0.5,
            "bead": 1.0, "size": size, "one": float((a, b) == (1, 1)), "uneven": float(abs(a - b)),
            "source two": float(a >= 2), "source three": float(a >= 3), "target two": float(b >= 2),
            "target three": float(b >= 3), "target four": float(b >= 4), "many": float(a >= 2 and b >= 2),
            "joining rate": 0.25 * (a >= 2) - 0.75 * (b >= 2),
        }  # fmt: skip
        return found | self.members(i, j, a, b) | self.marks(i, j, a, b)

    def members(self, i: int, j: int, a: int, b: int) -> dict[str, float]:
        if (a, b) == (1, 1):
            return {}
        cos, cosine = self.cosine, self.cosine(i, a, j, b)
        losses, found = [], {}
        if b > 1:
            lost = [cosine - cos(i, a, j, b - 1), cosine - cos(i, a, j + 1, b - 1)]
            losses += lost
            found["shrinking target"] = float(np.clip(lost, -0.3, 0.3).sum())
            mean = self.pair.target_mean[0]
            found["weakest target"] = min(cos(i, a, j + k, 1) - self.value(mean, j + k) for k in range(b))
        if a > 1:
            lost = [cosine - cos(i, a - 1, j, b), cosine - cos(i + 1, a - 1, j, b)]
            losses += lost
            found["shrinking source"] = float(np.clip(lost, -0.3, 0.3).sum())
            mean = self.pair.source_mean[0]
            found["weakest source"] = min(cos(i + k, 1, j, b) - self.value(mean, i + k) for k in range(a))
        inside = self.repeats(True, range(i + 1, i + a)), self.repeats(False, range(j + 1, j + b))
        return found | {"shrinking most": min(losses), "repeated": abs(inside[0] - inside[1])}

    def marks(self, i: int, j: int, a: int, b: int) -> dict[str, float]:
        found = {}
        for name in ("question", "exclamation", "quote", "number"):
            left, right = self.total(self.pair.source, name, i, a), self.total(self.pair.target, name, j, b)
            found[name] = min(abs(left - right), 3)
            found[f"{name} lone"] = float((left > 0) != (right > 0))
        left, right = self.pair.source.surface, self.pair.target.surface
        opens = self.value(left.opens, i), self.value(right.opens, j)
        closes = self.value(left.closes, i + a - 1), self.value(right.closes, j + b - 1)
        ending = self.value(left.ending, i + a - 1), self.value(right.ending, j + b - 1)
        inside = self.value(left.inside, i + a - 1), self.value(right.inside, j + b - 1)
        return found | {
            "speech": abs(inside[0] - inside[1]),
            "opens": abs(opens[0] - opens[1]), "opens both": opens[0] * opens[1],
            "closes": abs(closes[0] - closes[1]), "closes both": closes[0] * closes[1],
            "ending": float(ending[0] != ending[1]),
        }  # fmt: skip


def at(value: Any, row: int, column: int) -> float:
    """The value of a feature at one node."""
    if isinstance(value, tuple):
        return at(value[0], row, column) * value[1]
    if isinstance(value, float):
        return value
    return float(np.broadcast_to(value, (WINDOW.last - WINDOW.first, WINDOW.right - WINDOW.left))[row, column])


SCALES = [(0.0, 1.0), (0.1, 2.0)]


@pytest.mark.parametrize("scale", SCALES, ids=["as they are", "rescaled"])
def test_features_are_those_of_plain_loops(scale: tuple[float, float]) -> None:
    measured = replace(
        pair(parts=False), floor=scale[0], gain=scale[1], omission_odds=(0.5, -1.5), joining_odds=(0.25, -0.75)
    )
    plain, n, m = Plain(measured), len(SOURCE), len(TARGET)
    count = 0
    for (a, b), (values, possible) in zip(TYPES, features(measured, WINDOW, TYPES), strict=True):
        for i in range(WINDOW.first, WINDOW.last):
            for j in range(WINDOW.left, WINDOW.right):
                row, column = i - WINDOW.first, j - WINDOW.left
                assert possible[row, column] == (i + a <= n and j + b <= m)
                if not possible[row, column]:
                    continue
                expected = plain.bead(i, j, a, b) if a and b else plain.omission(i, j, bool(a))
                found = {name: at(value, row, column) for name, value in values.items()}
                absent = {name for name in expected if name not in found}
                assert all(expected[name] == 0 for name in absent), "only marks that nothing around has are left out"
                assert found == pytest.approx({name: expected[name] for name in found}, abs=2e-5)
                count += 1
    assert count > 200


@pytest.mark.parametrize("scale", SCALES, ids=["as they are", "rescaled"])
def test_features_of_clauses(scale: tuple[float, float]) -> None:
    measured = replace(pair(), floor=scale[0], gain=scale[1])
    sides = [(one.clauses, one.vectors[0]) for one in (measured.source, measured.target)]
    evidence = clause_evidence(*sides, WINDOW, (3, 4))
    floor, gain = scale
    for (a, b), (values, possible) in zip(TYPES, features(measured, WINDOW, TYPES), strict=True):
        if not a or not b:
            near = measured.source_near[0] if a else measured.target_near[0]
            first, count = (WINDOW.first, 5) if a else (WINDOW.left, 5)
            near = near[first : first + count]
            for name, value in zip(("beside", "best"), evidence.alone(0 if a else 1), strict=True):
                wanted = (value - floor) * gain - (near[:, None] if a else near[None, :])
                found = np.broadcast_to(values[f"omission clause {name}"], possible.shape)
                assert found[possible] == pytest.approx(np.broadcast_to(wanted, possible.shape)[possible], abs=1e-5)
            continue
        weakest = dict(zip(("clause weakest source", "clause weakest target"), evidence.weakest(a, b), strict=True))
        assert [name in values for name in weakest] == [a > 1, b > 1]
        edges = np.array(evidence.edges(a, b))
        expected = {
            "clause start": (evidence.starts[0] - floor) * gain,
            "clause before": (evidence.starts[1] - floor) * gain,
            "clause end": (evidence.ends(a, b)[0] - floor) * gain,
            "clause past": (evidence.ends(a, b)[1] - floor) * gain,
            "clause inside": (evidence.inside(a, b) - floor) * gain,
            "clause better": (evidence.better(a, b) * gain) ** 0.5,
            "clause edge": np.maximum(edges, 0).sum(axis=0) * gain,
            "clause edge most": edges.max(axis=0) * gain,
            "clause edge balance": edges.sum(axis=0) * gain,
            **{name: (value - floor) * gain for name, value in weakest.items() if name in values},
        }
        for name, value in expected.items():
            assert values[name][possible] == pytest.approx(value[possible], abs=1e-5), name


def test_clauses_count_only_where_both_sides_have_them() -> None:
    measured = pair()
    for source, target in ((None, measured.target.clauses), (measured.source.clauses, None)):
        half = replace(
            measured, source=replace(measured.source, clauses=source), target=replace(measured.target, clauses=target)
        )
        assert all("clause inside" not in values for values, _ in features(half, WINDOW, TYPES))


def test_boundaries_are_looked_up_where_the_bead_ends() -> None:
    class Fake:
        def around(self, window: Window, wide: int, high: int) -> np.ndarray:
            rows = np.arange(window.first, window.last + wide)[:, None]
            return rows * 100 + np.arange(window.left, window.right + high)[None, :]

    measured = replace(pair(), boundaries=Fake())
    for (a, b), (values, _) in zip(TYPES, features(measured, WINDOW, TYPES), strict=True):
        if a and b:
            assert at(values["boundary"], 1, 2) == (WINDOW.first + 1 + a) * 100 + WINDOW.left + 2 + b


@pytest.mark.parametrize("n", [1, 2, 5, 90])
@pytest.mark.parametrize("batch", [7, 2048])
def test_hubness_is_that_of_plain_loops(n: int, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_BATCH", batch)
    left, right = side(3, ["a"] * n, 2), side(4, ["b"] * 80, 2)
    measured = pair_up(left, right)
    for (own, other), near, mean in (
        ((left, right), measured.source_near, measured.source_mean),
        ((right, left), measured.target_near, measured.target_mean),
    ):
        sample = []
        for size in (0, 1):
            last = len(other) - size - 1
            places = sorted({int(last * k / 63) for k in range(64)}) if last >= 0 else []
            sample += [other.vectors[size, place].astype(float) for place in places]
        for size in (0, 1):
            for unit in range(len(own)):
                cosines = sorted((float(own.vectors[size, unit].astype(float) @ one) for one in sample), reverse=True)
                assert mean[size, unit] == pytest.approx(np.mean(cosines), abs=1e-5)
                assert near[size, unit] == pytest.approx(np.mean(cosines[:8]), abs=1e-5)


def test_sides_without_units_have_no_hubness() -> None:
    measured = pair_up(side(1, []), side(2, ["a", "b"]))
    assert not measured.target_near.any()
    assert not measured.target_mean.any()
    assert (measured.ratio, measured.floor, measured.gain) == (1.0, 0.0, 1.0)


def test_the_ratio_of_lengths_is_that_of_the_units_kept() -> None:
    left, right = side(1, ["abcd"] * 8 + ["x" * 100]), side(2, ["ab"] * 8 + ["y" * 500] * 2)
    flags = np.arange(9) < 8, np.arange(10) < 8
    assert pair_up(left, right, kept=flags).ratio == pytest.approx(2.0)
    few = np.arange(9) < 7, np.arange(10) < 8
    assert pair_up(left, right, kept=few).ratio == pytest.approx(132 / 1016), "seven are too few"
    assert pair_up(left, right).ratio == pytest.approx(132 / 1016)
    assert pair_up(side(1, ["", ""]), side(2, ["a"])).ratio == 1.0
    assert pair_up(side(1, ["a"]), side(2, ["", " "])).ratio == 1.0


def test_similarities_are_scaled_by_strangers_and_translations() -> None:
    n, m = 400, 500
    random = np.random.default_rng(5)
    left, right = side(6, ["a"] * n, 2), side(7, ["b"] * m, 2)
    # The translation of unit i is at i * m / n, give or take 100; the same text farther away does not count.
    for i in range(n):
        near, far = (i * m // n + random.integers(-100, 100)) % m, (i * m // n + 250) % m
        right.vectors[1, near] = left.vectors[0, i] * np.float16(0.9)
        right.vectors[0, far] = left.vectors[0, i]
    measured = pair_up(left, right, rescale=True)
    plain = pair_up(left, right)
    unrelated = plain.source_mean[0].mean()
    best = []
    for i in sorted({int((n - 1) * k / 127) for k in range(128)}):
        middle = i * m // n
        part = right.vectors[:2, max(0, middle - 150) : middle + 150].astype(float)
        best.append((part @ left.vectors[0, i].astype(float)).max())
    gain = (0.525 - 0.105) / (np.mean(best) - unrelated)
    assert measured.gain == pytest.approx(gain, rel=1e-4)
    assert measured.floor == pytest.approx(unrelated - 0.105 / gain, abs=1e-4)
    for name in ("source_near", "source_mean", "target_near", "target_mean"):
        scaled = (getattr(plain, name) - measured.floor) * measured.gain
        assert getattr(measured, name) == pytest.approx(scaled, abs=1e-4)


def test_few_or_equal_units_are_not_scaled_far() -> None:
    seven, eight = side(1, ["a"] * 7), side(2, ["b"] * 8)
    for sides in ((seven, eight), (eight, seven)):
        few = pair_up(*sides, rescale=True)
        assert (few.floor, few.gain) == (0.0, 1.0)
    assert pair_up(eight, eight, rescale=True).gain != 1.0
    same = side(3, ["a"] * 8)
    same.vectors[:] = same.vectors[0, 0]
    assert pair_up(same, same, rescale=True).gain == pytest.approx((0.525 - 0.105) / 0.05, rel=1e-4)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((2, 2, 3), [(1, 1), (1, 2), (2, 1), (1, 0), (0, 1)]),
        ((1, 3, 4), [(1, 1), (1, 2), (1, 3), (1, 0), (0, 1)]),
        ((2, 2, 1), [(1, 1), (1, 0), (0, 1)]),
    ],
)
def test_shapes(limits: tuple[int, int, int], expected: list[tuple[int, int]]) -> None:
    assert list(shapes(*limits)) == expected
