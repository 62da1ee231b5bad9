"""The steps that find moved text, each on seeds and vectors made by hand, at every threshold."""

import numpy as np
import pytest

from align import moved
from align.moved import MovedOptions, Region, Seed, pair_leftovers, regions, seeds, spacing
from tests.align.sides import rows

FEW = MovedOptions(min_seeds=3, min_weight=0.9, max_opposition=0.3)


def cosines(table: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of source and target units with these products; rows of length 1 are not needed."""
    source = np.eye(len(table), dtype=np.float32)
    return source, np.array(table, np.float32).T.copy()


def found(table: list[list[float]], **options: float) -> list[tuple[int, int, float]]:
    return [(one.source, one.target, round(one.weight, 4)) for one in seeds(*cosines(table), MovedOptions(**options))]


def test_seeds_are_mutual_and_need_the_margin_on_both_sides() -> None:
    assert found([[0.5, 0.1], [0.2, 0.6]]) == [(0, 0, 0.3), (1, 1, 0.4)]
    assert found([[0.5, 0.1], [0.48, 0.6]]) == [(1, 1, 0.12)], "0.02 in the column of 0"
    assert found([[0.5, 0.48], [0.1, 0.6]]) == [(1, 1, 0.12)], "0.02 in the row of 0"
    assert found([[0.5, 0.1], [0.6, 0.3]]) == [(1, 0, 0.1)], "0 is nearest to another"
    assert found([[0.5, 0.25], [0.25, 0.5]], min_margin=0.25) == [(0, 0, 0.25), (1, 1, 0.25)], "exactly the margin"
    assert found([[0.5]], min_margin=1.5) == [(0, 0, 1.5)], "a second best that does not exist counts as -1"


def test_units_without_content_are_no_seeds() -> None:
    assert found([[0.0, 0.0], [0.1, 0.9]]) == [(1, 1, 0.8)]
    empty = np.zeros((2, 3), np.float32)
    assert seeds(empty, np.eye(3, dtype=np.float32)) == []
    assert seeds(empty[:0], empty) == []
    assert seeds(empty, empty[:0]) == []


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_nearest_are_those_of_plain_loops(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    queries, keys = rows(random, 7), rows(random, 5)
    monkeypatch.setattr(moved, "_COSINES", chunk * 5)
    best, first, second = moved._nearest(queries, keys)
    table = queries @ keys.T
    assert best.tolist() == table.argmax(axis=1).tolist()
    ordered = np.sort(table, axis=1)
    assert first == pytest.approx(ordered[:, -1])
    assert second == pytest.approx(ordered[:, -2])
    assert moved._nearest(queries, keys[:1])[2].tolist() == [-1.0] * 7


def test_units_are_sampled_evenly_by_length() -> None:
    assert moved._sample(5, 5, None).tolist() == [0, 1, 2, 3, 4]
    assert moved._sample(6, 3, None).tolist() == [0, 2, 4]
    assert moved._sample(7, 3, None).tolist() == [0, 2, 4]
    assert moved._sample(6, 3, [1, 2, 9, 1, 1, 1]).tolist() == [1, 2, 4]
    options = MovedOptions(max_comparisons=1000)
    assert spacing(640, 10, options) == pytest.approx(6.4)
    assert spacing(640, 100, options) == pytest.approx(10.0), "64 units at least"
    assert spacing(50, 10, options) == 1.0
    assert spacing(640, 0, options) == 1.0


def test_many_units_are_sampled() -> None:
    vectors = rows(np.random.default_rng(4), 200, 96)
    chosen = seeds(vectors, vectors, MovedOptions(max_comparisons=200 * 80), source_lengths=[k % 2 for k in range(200)])
    assert len(chosen) == 80
    assert all(seed.source == seed.target for seed in chosen)
    assert sum(seed.source % 2 for seed in chosen) == 80, "the longest of each neighbourhood"
    assert len(seeds(vectors, vectors, MovedOptions(max_comparisons=200))) == 64


def chain(start: tuple[int, int], steps: list[tuple[int, int]], weight: float = 0.2) -> list[Seed]:
    """Seeds from ``start`` on, each some units further on both sides."""
    made = [start]
    for down, right in steps:
        made.append((made[-1][0] + down, made[-1][1] + right))
    return [Seed(i, j, weight) for i, j in made]


@pytest.mark.parametrize(
    ("steps", "spaced", "lengths"),
    [
        ([(1, 1), (1, 1)], 1.0, [3]),
        ([(15, 15)], 1.0, [2]),
        ([(16, 16)], 1.0, [1, 1]),
        ([(16, 16)], 2.0, [2]),
        ([(4, 8)], 1.0, [2]),
        ([(4, 9)], 1.0, [1, 1]),
        ([(8, 3)], 1.0, [2]),
        ([(8, 2)], 1.0, [1, 1]),
        ([(4, 12)], 2.0, [2]),
        ([(4, 13)], 2.0, [1, 1]),
        ([(0, 1)], 1.0, [1, 1]),
        ([(1, 0)], 1.0, [1, 1]),
        ([(1, -1)], 1.0, [1, 1]),
    ],
)
def test_seeds_are_chained_along_a_diagonal(steps: list[tuple[int, int]], spaced: float, lengths: list[int]) -> None:
    chains = moved._chains(chain((10, 10), steps), MovedOptions(), spaced)
    assert [len(one) for one in chains] == lengths


def test_the_heaviest_chain_takes_its_seeds() -> None:
    stem = [Seed(0, 0, 0.3), Seed(1, 1, 0.3)]
    first, second = Seed(2, 2, 0.1), Seed(2, 3, 0.5)
    chains = moved._chains([*stem, first, second], MovedOptions(), 1.0)
    assert chains == [[*stem, second], [first]]
    lone = [Seed(0, 50, 0.9), *chain((1, 1), [(1, 1)], 0.2)]
    assert [len(one) for one in moved._chains(lone, MovedOptions(), 1.0)] == [1, 2]
    near, far = Seed(3, 3, 0.1), Seed(4, 4, 0.4)
    assert moved._chains([Seed(0, 0, 0.5), near, far], MovedOptions(), 1.0) == [[Seed(0, 0, 0.5), near, far]]


BACKBONE = chain((0, 0), [(1, 1)] * 19, 0.5)


@pytest.mark.parametrize(
    ("extra", "trusted"),
    [
        (chain((30, 3), [(1, 1)] * 2, 0.55), False),
        (chain((30, 103), [(1, 1)] * 2, 0.2), True),
        (chain((30, 103), [(1, 1)], 0.44), False),
        (chain((30, 103), [(1, 1)], 0.45), True),
        (chain((30, 103), [], 0.9), True),
        (chain((30, 103), [], 0.89), False),
    ],
)
def test_chains_out_of_order_need_seeds_and_little_against_them(extra: list[Seed], trusted: bool) -> None:
    later = chain((40, 40), [(1, 1)] * 9, 0.5)
    kept = moved._trusted([*BACKBONE, *extra, *later], FEW, 1.0)
    assert (set(extra) <= set(kept)) == trusted
    assert set(BACKBONE[:3]) <= set(kept)


@pytest.mark.parametrize(
    ("against", "weight", "trusted"),
    [
        ((31, 20), 0.6, True),
        ((31, 20), 0.61, False),
        ((30, 20), 0.61, False),
        ((32, 20), 0.61, False),
        ((33, 20), 0.61, True),
        ((29, 20), 0.61, True),
        ((25, 103), 0.61, False),
        ((25, 105), 0.61, False),
        ((25, 106), 0.61, True),
        ((35, 103), 0.61, False),
        ((35, 102), 0.61, True),
    ],
)
def test_seeds_within_a_chain_on_either_side_are_against_it(
    against: tuple[int, int], weight: float, trusted: bool
) -> None:
    extra = chain((30, 103), [(1, 1)] * 2, 0.2)
    after = 40 if against[1] < 100 else 107
    ordered = [
        *chain((0, 0), [(1, 1)] * 9, 5.0),
        *extra,
        Seed(*against, weight),
        *chain((40, after), [(1, 1)] * 9, 5.0),
    ]
    kept = moved._trusted(sorted(ordered, key=lambda seed: seed.source), MovedOptions(max_opposition=1.0), 1.0)
    assert (set(extra) <= set(kept)) == trusted
    inside = 30 <= against[0] <= 32 or 103 <= against[1] <= 105
    assert (Seed(*against, weight) in kept) == (not trusted or not inside), "contradicts the chain"


def test_cores_are_contiguous_on_both_sides() -> None:
    one, two = chain((0, 10), [(1, 1), (2, 1)], 0.5), chain((5, 0), [(1, 1), (1, 3)], 0.5)
    found_cores = moved._cores([*one, *two], MovedOptions(), 1.0)
    assert [(core.source, core.target, round(core.weight, 3)) for core in found_cores] == [
        (range(0, 4), range(10, 13), 1.5),
        (range(5, 8), range(0, 5), 1.5),
    ]
    assert moved._cores([], MovedOptions(), 1.0) == []


def test_gaps_lie_before_between_and_after() -> None:
    assert moved._gaps([range(2, 4), range(4, 7)], 9) == [(0, 2), (4, 4), (7, 9)]
    assert moved._gaps([], 5) == [(0, 5)]


@pytest.mark.parametrize(
    ("likes", "expected"),
    [
        ("aaa", 8),
        ("bbb", 5),
        ("abb", 6),
        ("aab", 7),
        ("bba", 5),
        ("...", 8),
        ("a..", 8),
        (".b.", 6),
        ("b.a", 8),
    ],
)
def test_a_gap_is_cut_between_what_is_like_either_side(likes: str, expected: int) -> None:
    units = np.zeros((10, 2), np.float32)
    for place, letter in enumerate(likes):
        units[5 + place] = {"a": (1, 0), "b": (0, 1), ".": (0, 0)}[letter]
    others = np.array([[0, 0], [1, 0], [0, 0], [0, 1]], np.float32)
    assert moved._cut(units, range(5, 8), others, range(1, 2), range(3, 4)) == expected


def test_a_gap_without_neighbours_stays_with_the_core_before() -> None:
    units, others = np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32)
    assert moved._cut(units, range(2, 2), others, range(0, 1), range(1, 2)) == 2
    assert moved._cut(units, range(1, 3), others, range(0), range(0)) == 3
    assert moved._cut(units, range(1, 3), others, range(0), range(1, 2)) == 1, "the first is like what follows"
    assert moved._cut(units, range(1, 3), others, range(1, 2), range(0)) == 3


def test_unplaced_units_go_to_the_region_that_they_resemble() -> None:
    """Of the units between two regions, those before the cut are like what follows the first on the other side."""
    base = rows(np.random.default_rng(8), 40, 64)
    # Source: 0-9 first, 10-11 tail of the first, 12-13 head of the second, 14-23 second, 24-33 third.
    order = [*range(14, 24), *range(24, 34), *range(10)]
    source = base[:34]
    like = base[[10, 11, 12, 13]]
    target = np.concatenate([like[2:], base[order[:20]], base[:10], like[:2]])
    chosen = [
        Seed(i, j, 0.5) for i, j in zip([*range(14, 34), *range(10)], [*range(2, 22), *range(22, 32)], strict=True)
    ]
    assert regions(source, target, chosen) == (
        Region(range(0, 12), range(22, 34), True),
        Region(range(12, 34), range(0, 22), False),
    )


def test_leftovers_need_their_cosine_and_margin() -> None:
    def left(table: list[list[float]], sources: list[int], targets: list[int]) -> list[tuple[int, int, float]]:
        return [(i, j, round(c, 3)) for i, j, c in pair_leftovers(*cosines(table), sources, targets)]

    assert left([[0.7, 0.1], [0.1, 0.2]], [0], [0]) == [(0, 0, 0.7)]
    assert left([[0.625, 0.1], [0.1, 0.2]], [0], [0]) == [(0, 0, 0.625)]
    assert left([[0.61, 0.1], [0.1, 0.2]], [0], [0]) == []
    assert left([[0.75, 0.5], [0.1, 0.2]], [0], [0]) == [(0, 0, 0.75)]
    assert left([[0.75, 0.65], [0.1, 0.2]], [0], [0]) == [], "the next in the row is near"
    assert left([[0.75, 0.1], [0.65, 0.2]], [0], [0]) == [], "the next in the column is near"
    assert left([[0.7, 0.1], [0.9, 0.2]], [0], [0]) == [], "another is nearer"
    assert left([[0.7, 0.1], [0.1, 0.8]], [0, 1], [1]) == [(1, 1, 0.8)], "0 is not left on the other side"
    assert left([[0.7, 0.1], [0.1, 0.8]], [1, 0], [0, 1]) == [(1, 1, 0.8), (0, 0, 0.7)]
    assert left([[0.7, 0.1], [0.1, 0.8]], [], [0, 1]) == []
    assert left([[0.7, 0.1], [0.1, 0.8]], [0], []) == []
    options = MovedOptions(min_cosine_alone=0.5, min_margin_alone=0.25)
    assert len(pair_leftovers(*cosines([[0.5, 0.25], [0.25, 0.1]]), [0], [0], options)) == 1, "exactly both"
