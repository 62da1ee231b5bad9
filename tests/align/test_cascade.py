"""The second look: which beads are searched again, and how what is found takes their place."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from align.adaptation import Breaks
from align.alignment import Bead
from align.cascade import undecided


def path(shapes: list[tuple[int, int, float]]) -> list[Bead]:
    """Beads of these numbers of source and target units, with their scores, one behind the other."""
    beads, i, j = [], 0, 0
    for a, b, score in shapes:
        beads.append(Bead(tuple(range(i, i + a)), tuple(range(j, j + b)), score))
        i, j = i + a, j + b
    return beads


SURE, OPEN = (1, 1, 0.99), (2, 1, 0.5)
MIXED = [SURE, SURE, OPEN, SURE, SURE, SURE, OPEN, OPEN, SURE, SURE]


def test_the_undecided_beads_and_their_neighbours() -> None:
    beads = path(MIXED)
    found = undecided(beads, [])
    assert list(found.beads) == [range(1, 4), range(5, 9)]
    assert found.units == ([1, 2, 3, 4, 6, 7, 8, 9, 10, 11], [1, 2, 3, 5, 6, 7, 8])
    assert list(found.anchors) == [(4, 3), (10, 7)]
    assert undecided(beads, [(7, 6), (8, 6), (9, 9)]) == replace(found, anchors=[(4, 3), (5, 4), (10, 7)])
    breaks = Breaks(np.arange(12) == 7, np.arange(10) == 3)
    some = found.breaks(breaks)
    assert some is not None
    assert (some.source.tolist(), some.target.tolist()) == ([k == 5 for k in range(10)], [k == 2 for k in range(7)])
    assert found.breaks(None) is None
    assert found.bonus({(7, 3): 1.0, (5, 3): 2.0, (11, 8): -1.0}) == {(5, 2): 1.0, (9, 6): -1.0}
    assert found.bonus(None) == {}


def test_nothing_is_undecided() -> None:
    for beads in ([], path([SURE] * 5)):
        found = undecided(beads, [])
        assert (list(found.beads), found.units, list(found.anchors)) == ([], ([], []), [])
        assert found.whole([]) == beads


@given(st.lists(st.sampled_from([SURE, OPEN, (1, 0, 0.3), (0, 1, 0.96), (1, 2, 0.95)]), max_size=20))
def test_the_rest_stays_and_the_order_too(shapes: list[tuple[int, int, float]]) -> None:
    beads = path(shapes)
    found = undecided(beads, [])
    # Every unit alone, stretch by stretch.
    made, i, j = [], 0, 0
    for k, m in found.anchors:
        made += [Bead((unit,), (), 0.1) for unit in range(i, k)] + [Bead((), (unit,), 0.1) for unit in range(j, m)]
        i, j = k, m
    assert (i, j) == tuple(map(len, found.units))
    whole = found.whole(made)
    for side in ("source", "target"):
        units = [unit for bead in whole for unit in getattr(bead, side)]
        assert units == [unit for bead in beads for unit in getattr(bead, side)]
    doubtful = {at for some in found.beads for at in some}
    assert [bead for at, bead in enumerate(beads) if at not in doubtful] == [one for one in whole if one.score != 0.1]
