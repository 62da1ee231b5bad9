"""One clock for two tracks of subtitles, and which of their sentences are shown together."""

import numpy as np
import pytest

from align import times
from corpora.document import Block, BlockKind


def track(starts: np.ndarray, seconds: float = 1.0) -> times.Times:
    return np.stack([starts, starts + seconds], axis=1).astype(np.float32)


def film(count: int, seed: int = 1, length: float = 5400.0) -> np.ndarray:
    """When the sentences of a film begin."""
    return np.sort(np.random.default_rng(seed).uniform(0, length, count))


def far_apart(count: int, every: float = 2000.0) -> np.ndarray:
    """Begins so far apart that no shift brings one to another's place."""
    return every * np.arange(1, count + 1)


def test_blocks_without_a_time_have_none() -> None:
    blocks = [
        Block(0, BlockKind.PARAGRAPH, "a", time=(1.5, 2.0)), Block(1, BlockKind.PARAGRAPH, "b"),
    ]  # fmt: skip
    found = times.times_of(blocks)
    assert found[0].tolist() == [1.5, 2.0]
    assert np.isnan(found[1]).all()
    assert times.times_of([]).shape == (0, 2)
    assert found.dtype == np.float32


@pytest.mark.parametrize("late", [0.0, 0.5, -0.5])
def test_tracks_on_one_clock_stay_as_they_are(late: float) -> None:
    source = far_apart(9)
    target = track(source + late)
    assert times.with_one_clock(track(source), target) is target
    # The order of the sentences of the other track does not matter.
    target = target[::-1]
    assert times.with_one_clock(track(source), target) is target


@pytest.mark.parametrize("late", [0.6, -0.6])
def test_half_a_second_is_the_most_by_which_begins_may_differ(late: float) -> None:
    source = far_apart(9)
    found = times.with_one_clock(track(source), track(source + late))
    assert found is not None
    assert found[:, 0] == pytest.approx(source, abs=0.01)


@pytest.mark.parametrize(("together", "enough"), [(7, True), (6, False)])
def test_about_a_third_of_the_shorter_track_must_begin_together(together: int, enough: bool) -> None:
    """Of 20 sentences, 7; the rest of the other track stands where no shift reaches."""
    source = far_apart(20, 4000.0)
    target = track(np.concatenate([source[:together], source[together:] + 2000]))
    assert (times.with_one_clock(track(source), target) is target) == enough
    assert (times.with_one_clock(target, track(source)) is not None) == enough
    # The same where a shift must be found first.
    late = np.array(target + 40, np.float32)
    found = times.with_one_clock(track(source), late)
    assert (found is not None) == enough
    if found is not None:
        assert found == pytest.approx(target, abs=0.3)
    # The share is that of the shorter track.
    longer = track(np.concatenate([source, 1e6 + 4000.0 * np.arange(30)]))
    assert (times.with_one_clock(longer, late) is not None) == enough


@pytest.mark.parametrize("ratio", [1.0, 25 / 23.976, 23.976 / 25, 24 / 23.976, 23.976 / 24, 25 / 24, 24 / 25])
@pytest.mark.parametrize("shift", [12.3, -77.7])
def test_a_track_for_another_frame_rate_is_stretched_and_shifted(ratio: float, shift: float) -> None:
    source = film(400)
    found = times.with_one_clock(track(source), track((source - shift) / ratio, 1 / ratio))
    assert found is not None
    assert found == pytest.approx(track(source), abs=0.1)


def test_a_shift_is_found_where_begins_vary() -> None:
    """Sentences of the other track begin up to a tenth of a second early or late; many have no counterpart."""
    random = np.random.default_rng(5)
    source = film(300, 7)
    target = np.sort(np.concatenate([source[::2] + random.uniform(-0.1, 0.1, 150), film(100, 8)]) + 33.33)
    found = times.with_one_clock(track(source), track(target))
    assert found is not None
    assert found[:, 0] == pytest.approx(target - 33.33, abs=0.05)


def test_a_shift_is_the_median_of_the_differences() -> None:
    late = np.array([-0.2, -0.15, -0.1, -0.05, -0.02, 0.05, 0.1, 0.15, 0.2])
    source = far_apart(9)
    found = times.with_one_clock(track(source), track(source - 20 - late))
    assert found is not None
    assert found[:, 0] == pytest.approx(source - late - 0.02, abs=0.005)


def test_of_a_long_track_the_first_three_thousand_sentences_are_compared() -> None:
    """1050 of 3000 are enough, and the last of these is the 3000th."""
    source = 10.0 * np.arange(1, 4001)
    target = source + 5.0
    target[1951 - 1 : 3000] = target[1951 - 1 : 3000] - 5.0
    target = track(target)
    assert times.with_one_clock(track(source), target) is target


@pytest.mark.parametrize(("shift", "found"), [(299.9, True), (-299.9, True), (301.0, False), (-301.0, False)])
def test_a_track_may_be_shifted_by_five_minutes(shift: float, found: bool) -> None:
    source = far_apart(10)
    assert (times.with_one_clock(track(source), track(source - shift)) is not None) == found


@pytest.mark.parametrize(("count", "found"), [(8, True), (7, False)])
def test_a_shift_is_found_from_eight_sentences(count: int, found: bool) -> None:
    source = far_apart(count)
    assert (times.with_one_clock(track(source), track(source + 20)) is not None) == found
    assert times.with_one_clock(track(source), track(source)) is not None


def test_sentences_without_a_time_are_left_out() -> None:
    source, target = track(far_apart(10)), track(far_apart(10) + 20)
    source[3] = target[5] = np.nan
    found = times.with_one_clock(source, target)
    assert found is not None
    assert np.isnan(found[5]).all()
    assert found[6] == pytest.approx([14_000, 14_001], abs=0.01)
    assert times.with_one_clock(source, np.full((4, 2), np.nan, np.float32)) is None
    assert times.with_one_clock(source[:0], target) is None


def test_overlaps_are_shares_of_the_shorter() -> None:
    source = np.array([[0, 2], [10, 14], [30, 30.05]], np.float32)
    target = np.array([[0, 2], [1, 5], [11, 12], [13, 21], [np.nan, np.nan], [29, 31]], np.float32)
    found = times.overlaps(source, target)
    assert found.tolist() == [
        [1.0, 0.0, -1.0, -1.0, 0.0, -1.0],
        [-1.0, -1.0, 1.0, -0.5, 0.0, -1.0],
        # What is shown for a moment counts as a tenth of a second.
        [-1.0, -1.0, -1.0, -1.0, 0.0, pytest.approx(0.0, abs=1e-4)],
    ]
    assert found.dtype == np.float32
    assert times.overlaps(target, source) == pytest.approx(found.T)
