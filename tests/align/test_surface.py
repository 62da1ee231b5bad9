"""Surface features: what is counted in a text, and that slices count only their own units."""

import numpy as np
import pytest

from align.surface import COUNTED, surface_features
from tests.data import cases

CASES = cases("surface")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_counts(case: dict) -> None:
    found = surface_features([case["input"]])
    have = {name: int(found.sums[name][1]) for name in COUNTED}
    have |= {"opens": int(found.opens[0]), "closes": int(found.closes[0]), "ending": int(found.ending[0])}
    expected = dict.fromkeys(have, 0) | case["expected"]
    assert have == expected


def test_sums_run_over_the_units_and_slices_keep_theirs() -> None:
    texts = ["“One?”", "two 2", "Three!", "", "4, 5"]
    found = surface_features(texts)
    assert len(found) == 5
    assert found.sums["length"].tolist() == [0, 6, 10, 16, 16, 19]
    assert found.sums["number"].tolist() == [0, 0, 1, 1, 1, 3]
    part = found[1:4]
    assert len(part) == 3
    assert part.sums["length"].tolist() == [6, 10, 16, 16]
    whole = surface_features(texts[1:4])
    for name in COUNTED:
        assert np.diff(part.sums[name]).tolist() == np.diff(whole.sums[name]).tolist()
    for name in ("opens", "closes", "ending"):
        assert getattr(part, name).tolist() == getattr(whole, name).tolist()
    assert len(surface_features([])) == 0
