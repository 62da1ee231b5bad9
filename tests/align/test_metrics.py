"""The field's scores on cases that can be counted by hand, and properties that any data must have."""

import pytest
from hypothesis import given
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


@given(system=segmentations(), gold=segmentations())
def test_strict_is_never_above_lax_and_all_is_within_bounds(system: list[Bead], gold: list[Bead]) -> None:
    quality = metrics.evaluate({"a": gold}, {"a": system}).overall
    assert 0 <= quality.strict.precision <= quality.lax.precision <= 1
    assert 0 <= quality.strict.recall <= quality.lax.recall <= 1


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
