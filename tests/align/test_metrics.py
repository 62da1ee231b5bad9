"""The field's scores on cases that can be counted by hand, and properties that any data must have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align import metrics
from align.alignment import Bead


def beads(*pairs: tuple[tuple[int, ...], tuple[int, ...]], score: float = 0.0) -> list[Bead]:
    return [Bead(source, target, score) for source, target in pairs]


GOLD = beads(((0,), (0,)), ((1,), (1, 2)), ((2,), ()), ((3, 4), (3,)))


@st.composite
def segmentations(draw: st.DrawFn, n: int = 30) -> list[Bead]:
    found, i, j = [], 0, 0
    while i < n or j < n:
        a, b = min(draw(st.integers(0, 3)), n - i), min(draw(st.integers(0, 3)), n - j)
        if not a and not b:
            a, b = min(1, n - i), min(1, n - j)
        found.append(Bead(tuple(range(i, i + a)), tuple(range(j, j + b))))
        i, j = i + a, j + b
    return found


def test_perfect() -> None:
    found = metrics.evaluate({"a": GOLD}, {"a": GOLD})
    assert found.overall.strict == found.overall.lax == metrics.Score(1.0, 1.0, 1.0)
    # The omission counts among the system's beads, not among those to be found.
    assert (found.overall.system, found.overall.gold) == (4, 3)


def test_counts_by_hand() -> None:
    system = beads(((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3, 4), (3,)))
    found = metrics.evaluate({"a": GOLD}, {"a": system}).overall
    assert found.strict == metrics.Score(2 / 4, 2 / 3, pytest.approx(4 / 7))
    # [1]:[1] overlaps with [1]:[1,2] on both sides; [2]:[2] does not, since 2 was omitted.
    assert found.lax.precision == 3 / 4
    assert found.lax.recall == 1.0


def test_documents_are_pooled_before_dividing() -> None:
    gold = {"a": beads(((0,), (0,))), "b": beads(*(((i,), (i,)) for i in range(9)))}
    system = {"a": beads(((0,), ()), ((), (0,))), "b": gold["b"]}
    found = metrics.evaluate(gold, system)
    assert found.overall.strict.precision == 9 / 11
    assert found.overall.strict.recall == 9 / 10
    assert found.documents["a"].strict.f1 == 0


def test_types() -> None:
    found = metrics.evaluate({"a": GOLD}, {"a": GOLD})
    assert {name: quality.gold for name, quality in found.types.items()} == {"1-1": 1, "1-2": 1, "1-0": 0, "2-1": 1}


@settings(max_examples=20, deadline=None)
@given(system=segmentations(), gold=segmentations())
def test_strict_is_never_above_lax_and_all_is_within_bounds(system: list[Bead], gold: list[Bead]) -> None:
    quality = metrics.evaluate({"a": gold}, {"a": system}).overall
    assert 0 <= quality.strict.precision <= quality.lax.precision <= 1
    assert 0 <= quality.strict.recall <= quality.lax.recall <= 1


@settings(max_examples=20, deadline=None)
@given(system=segmentations(), gold=segmentations())
def test_stretches_add_up_to_the_whole(system: list[Bead], gold: list[Bead]) -> None:
    if not any(bead.source and bead.target for bead in gold):
        return
    counts = metrics._stretches({"a": gold}, {"a": system}).sum(axis=0)
    assert float(metrics._f1(counts)) == pytest.approx(metrics.evaluate({"a": gold}, {"a": system}).overall.strict.f1)


def test_a_system_does_not_differ_from_itself() -> None:
    same = metrics.compare({"a": GOLD}, {"a": GOLD}, {"a": GOLD}, samples=200)
    assert (same.difference, same.p_value) == (0.0, 1.0)


def test_a_clear_difference_is_seen_and_the_seed_decides() -> None:
    gold = {"a": beads(*(((i,), (i,)) for i in range(300)))}
    worse = {"a": [bead for bead in gold["a"] if bead.source[0] % 3] + beads(*(((i,), ()) for i in range(0, 300, 3)))}
    first = metrics.compare(gold, worse, gold, samples=500, seed=7)
    assert first.difference > 0.2
    assert first.interval.low > 0
    assert first.p_value < 0.01
    assert first == metrics.compare(gold, worse, gold, samples=500, seed=7)
    interval = metrics.bootstrap(gold, worse, samples=500)
    assert interval.low <= metrics.evaluate(gold, worse).overall.strict.f1 <= interval.high


def test_calibration_by_hand() -> None:
    gold = {"a": beads(*(((i,), (i,)) for i in range(5)))}
    sure = {"a": beads(*(((i,), (i,)) for i in range(4)), ((4,), ()), score=0.8)}
    error, table = metrics.calibration(gold, sure)
    assert error == pytest.approx(0.0)
    assert table == [(pytest.approx(0.8), pytest.approx(0.8), 5)]


def links(bead: Bead) -> set[tuple[int, int]]:
    return {(i, j) for i in bead.source for j in bead.target}


@settings(max_examples=25, deadline=None)
@given(system=segmentations(12), gold=segmentations(12))
def test_scores_are_those_of_plain_loops(system: list[Bead], gold: list[Bead]) -> None:
    found = metrics.evaluate({"a": gold}, {"a": system})
    sides = [[bead for bead in beads if bead.source or bead.target] for beads in (system, gold)]
    pairs = [{(bead.source, bead.target) for bead in beads} for beads in sides]
    filled = [bead for bead in sides[1] if bead.source and bead.target]
    strict = [bead for bead in sides[0] if (bead.source, bead.target) in pairs[1]]
    lax = [bead for bead in sides[0] if bead in strict or any(links(bead) & links(other) for other in sides[1])]
    precise = [len(some) / len(sides[0]) for some in (strict, lax)]
    reached = [bead for bead in filled if (bead.source, bead.target) in pairs[0]]
    touched = [bead for bead in filled if any(links(bead) & links(other) for other in sides[0])]
    recall = [len(some) / len(filled) if filled else 0.0 for some in (reached, touched)]
    for score, p, r in zip((found.overall.strict, found.overall.lax), precise, recall, strict=True):
        assert (score.precision, score.recall) == (pytest.approx(p), pytest.approx(r))
        assert score.f1 == pytest.approx(2 * p * r / (p + r) if p + r else 0.0)
    assert (found.overall.system, found.overall.gold) == (len(sides[0]), len(filled))
    assert found.documents == {"a": found.overall}


def test_types_are_sorted_by_how_often_they_occur() -> None:
    gold = beads(((0,), (0, 1)), ((1,), (2,)), ((2,), (3,)), ((3, 4), (4,)), ((5,), ()))
    found = metrics.evaluate({"a": gold}, {"a": [*gold[:2], *beads(((2,), (4,)))]})
    assert list(found.types) == ["1-1", "1-2", "2-1", "1-0"]
    assert found.types["1-1"].strict == metrics.Score(0.5, 0.5, 0.5)
    assert found.types["1-2"].strict == metrics.Score(1.0, 1.0, 1.0)
    assert metrics.bead_type(Bead((1, 2), ())) == metrics.bead_type(((1, 2), ())) == "2-0"


def test_stretches_are_ten_source_units_of_one_document() -> None:
    gold = beads(*(((i,), (i,)) for i in range(21)))
    system = beads(
        *(((i,), (i,)) for i in range(9)), ((9, 10), (9, 10)), ((), (11,)), *(((i,), (i,)) for i in range(11, 21))
    )
    counts = metrics._stretches({"a": gold, "b": gold[:5]}, {"a": system, "b": gold[:5]})
    # The bead of the units 9 and 10 is at 9, and the omission at the place of the bead before it.
    assert counts.tolist() == [
        [11, 9, 10, 10, 9, 10],
        [9, 9, 9, 10, 9, 10],
        [1, 1, 1, 1, 1, 1],
        [5, 5, 5, 5, 5, 5],
    ]


def test_beads_past_the_gold_standard_count_in_its_last_stretch() -> None:
    gold = beads(*(((i,), (i,)) for i in range(12)))
    counts = metrics._stretches({"a": gold}, {"a": [*gold, *beads(((25,), (25,)), ((37,), (37,)))]})
    assert counts.tolist() == [[10] * 6, [4, 2, 2, 2, 2, 2]]


def test_a_stretch_in_which_no_bead_begins_counts_nothing() -> None:
    gold = beads((tuple(range(25)), (0,)), ((25,), (1,)))
    counts = metrics._stretches({"a": gold}, {"a": gold})
    assert counts.tolist() == [[1] * 6, [0] * 6, [1] * 6]


def test_intervals_are_quantiles_of_resampled_stretches() -> None:
    gold = {"a": beads(*(((i,), (i,)) for i in range(40)))}
    half = {"a": [*gold["a"][:20], *beads(*(((i,), ()) for i in range(20, 40)))]}
    found = metrics.bootstrap(gold, half, samples=4000, seed=3)
    # Two of four stretches are right: F1 of a sample is the share of draws of these, 0 to 1 in quarters.
    assert (found.low, found.high, found.level) == (0.0, 1.0, 0.95)
    inner = metrics._interval(np.arange(101.0), 0.5)
    assert (inner.low, inner.high, inner.level) == (25.0, 75.0, 0.5)
    counts = metrics._stretches(gold, half)
    draws = np.random.default_rng(3).multinomial(4, np.full(4, 0.25), 4000)
    expected = metrics._interval(metrics._f1(draws @ counts))
    assert found == expected


def test_the_p_value_is_the_share_of_swaps_with_as_large_a_difference() -> None:
    gold = {"a": beads(*(((i,), (i,)) for i in range(20)))}
    worse = {"a": [*gold["a"][:10], *beads(*(((i,), ()) for i in range(10, 20)))]}
    found = metrics.compare(gold, worse, gold, samples=3000, seed=1)
    assert found.difference == pytest.approx(0.5)
    # Of the two stretches one is the same in both; swapping the other one turns the sign, never the size.
    assert found.p_value == 1.0
    assert (found.interval.low, found.interval.high) == (0.0, 1.0)
    four = {"a": beads(*(((i,), (i,)) for i in range(40)))}
    none = {"a": beads(*(((i,), ()) for i in range(40)))}
    found = metrics.compare(four, none, four, samples=4000, seed=2)
    # All four stretches swapped or none: two of sixteen ways.
    assert found.p_value == pytest.approx(2 / 16, abs=0.02)
    assert metrics.compare(four, four, none, samples=100).difference == pytest.approx(-1.0)
    assert (metrics.compare(four, four, none, samples=99, seed=2).p_value * 100) % 1 == pytest.approx(0, abs=1e-9)


def test_calibration_by_bins() -> None:
    gold = {"a": beads(((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3,), (3,)))}
    scored = [Bead((0,), (0,), 0.05), Bead((1,), (), 0.15), Bead((2,), (2,), 0.95), Bead((3,), (3,), 1.0)]
    error, table = metrics.calibration(gold, {"a": scored})
    assert table == [
        (pytest.approx(0.05), 1.0, 1), (pytest.approx(0.15), 0.0, 1), (pytest.approx(0.975), 1.0, 2),
    ]  # fmt: skip
    assert error == pytest.approx((0.95 + 0.15 + 2 * 0.025) / 4)
    assert len(metrics.calibration(gold, {"a": scored}, bins=2)[1]) == 2
    assert metrics.calibration({"a": []}, {"a": []}) == (0.0, [])


def test_nothing_scores_nothing() -> None:
    found = metrics.evaluate({"a": []}, {"a": []}).overall
    assert found.strict == metrics.Score(0.0, 0.0, 0.0)
    assert (found.system, found.gold) == (0, 0)
