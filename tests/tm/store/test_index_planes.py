"""Planes of sketches find what the sketches of each segment find."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from tm.folding import fold, tokens
from tm.store import index_planes
from tm.store.index_planes import PlanesCache, SegmentPlanes
from tm.store.index_segments import IndexSegment, build, near, sketch

WORDS = [f"{one}{two}" for one in "abcdefgh" for two in "xyz"]


def texts(chance: random.Random, count: int, longest: int) -> list[str]:
    return [" ".join(chance.choices(WORDS, k=chance.randrange(0, longest))) for _ in range(count)]


@pytest.fixture(params=[(1, 1, 5), (3, 64, 12), (2, 200, 40), (1, 129, 3)], ids=str)
def segments(request: pytest.FixtureRequest) -> list[IndexSegment]:
    many, size, longest = request.param
    chance = random.Random(size)
    return [build(range(size), texts(chance, size, longest))[0] for _ in range(many)]


def plain(found: list[tuple[np.ndarray, np.ndarray]]) -> list[list[tuple[int, int]]]:  # type: ignore[type-arg]
    return [list(zip(places.tolist(), bounds.tolist(), strict=True)) for places, bounds in found]


@pytest.mark.parametrize("many", [0, 4_096])
@pytest.mark.parametrize("minimum", [30, 55, 70, 99, 100])
def test_the_same_texts_with_the_same_bounds(
    segments: list[IndexSegment], minimum: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_planes, "_MANY", many)
    chance = random.Random(minimum)
    planes = SegmentPlanes.of(segments)
    kept = 0
    for text in ["", "……", "ax", *texts(chance, 40, 45)]:
        query = tokens(fold(text))
        bits = sketch(query)
        expected = plain(near(segments, bits, len(query), minimum))
        assert plain(planes.near(bits, len(query), minimum)) == expected
        kept += sum(map(len, expected))
        for more in (0, 9):
            alone = [one.containing(bits, len(query), more).tolist() for one in segments]
            assert [one.tolist() for one in planes.containing(bits, len(query), more)] == alone
    assert kept or len(segments[0].ids) == 1


def test_planes_have_the_bits_of_the_sketches(segments: list[IndexSegment]) -> None:
    planes = SegmentPlanes.of(segments)
    rows = np.concatenate([one.bits for one in segments])
    offsets = np.cumsum([0, *(len(one.ids) for one in segments)])
    for place, where in enumerate(planes.places.tolist()):
        row = rows[offsets[where // 65_536] + where % 65_536]
        column = planes.planes[:, place // 64] >> np.uint64(place % 64) & np.uint64(1)
        assert column.tolist() == [int(row[bit // 64]) >> bit % 64 & 1 for bit in range(256)]


def test_planes_are_made_for_segments_that_are_searched_often(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def record(found: list[IndexSegment]) -> SegmentPlanes:
        made.append(len(found))
        return original(found)

    original = SegmentPlanes.of
    monkeypatch.setattr(SegmentPlanes, "of", record)
    monkeypatch.setattr(index_planes, "_SEGMENTS", 2)
    monkeypatch.setattr(index_planes, "_PREPARED_AFTER", 2)
    chance = random.Random(3)
    languages = ["zh", "en", "zh", "zh", "en"]
    known = [(n + 1, code, build(range(20), texts(chance, 20, 9))[0]) for n, code in enumerate(languages)]
    given = [*known, (0, "zh", known[0][2])]
    bits = sketch(["ax", "bx"])
    expected = plain(near([one for _, _, one in given], bits, 2, 50))
    cache = PlanesCache()

    def search() -> Iterator[int]:
        made.clear()
        assert plain(cache.near(given, bits, 2, 50)) == expected
        yield from made

    assert [list(search()) for _ in range(4)] == [[], [], [2, 2, 1], []], "zh 1 and 3, en 2 and 5, zh 4; not the tail"
    assert plain(cache.near(known[:1], bits, 2, 50)) == expected[:1]
    cache.keep_only([(1, "zh"), (3, "zh"), (4, "zh")])
    expected = expected[:1] + expected[2:4]
    given = [known[0], *known[2:4]]
    assert [list(search()) for _ in range(2)] == [[], []], "kept"


def test_planes_of_groups_that_have_grown_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_planes, "_SEGMENTS", 4)
    monkeypatch.setattr(index_planes, "_PREPARED_AFTER", 1)
    chance = random.Random(3)
    known = [(n + 1, "en" if n % 3 else "zh", build(range(20), texts(chance, 20, 9))[0]) for n in range(16)]
    bits = sketch(["ax", "bx"])
    cache = PlanesCache()
    kept = []
    for count in range(1, len(known) + 1):
        given = known[:count]
        cache.keep_only([(number, language) for number, language, _ in given])
        for language in ("zh", "en", "en", "zh"):
            some = [one for one in given if one[1] == language]
            expected = plain(near([one for _, _, one in some], bits, 2, 50))
            assert plain(cache.near(some, bits, 2, 50)) == expected
        kept.append(sorted(cache._planes))
    assert kept[:5] == [[(1,)], [(1,), (2,)], [(1,), (2, 3)], [(1, 4), (2, 3)], [(1, 4), (2, 3, 5)]]
    assert kept[-1] == [(1, 4, 7, 10), (2, 3, 5, 6), (8, 9, 11, 12), (13, 16), (14, 15)]
    assert sorted(cache._asked) == kept[-1]
