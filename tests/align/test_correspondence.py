"""Whether texts correspond at all: by the mean similarity of the beads found in them."""

import numpy as np
import pytest

from align.alignment import Bead
from align.correspondence import correspondence, with_correspondence
from align.search import search
from align.spans import PreparedSide
from align.surface import surface_features
from align.weights import BUILTIN
from models.registry import load
from tests.data import cases


def side(vectors: list[list[float]], encoder: str = BUILTIN) -> PreparedSide:
    texts = ["a" * 9] * len(vectors)
    return PreparedSide(texts, "en", np.array([vectors], np.float16), surface_features(texts), encoder)


@pytest.mark.parametrize(
    ("count", "cosine", "expected"),
    [(1, 0.35, 0.5), (3, 0.35, 0.5), (1, 0.45, 0.881), (3, 0.45, 0.97), (9, 0.45, 0.97), (3, 0.25, 0.03)],
)
def test_more_similar_texts_correspond(count: int, cosine: float, expected: float) -> None:
    source, target = side([[1.0, 0.0]] * count), side([[cosine, 0.5]] * count)
    beads = [Bead((k,), (k,), 0.9) for k in range(count)]
    assert correspondence(source, target, beads) == pytest.approx(expected, abs=0.005)
    assert correspondence(side([[1.0, 0.0]] * count, "other"), target, beads) == 1
    assert correspondence(source, target, [Bead((0,), (), 0.9, "omission")]) == 1


@pytest.mark.parametrize(
    ("lengths", "cosines", "expected"),
    [
        ([20, 10, 1], [0.8, 0.0, 0.0], 1),  # a long bead counts more
        ([999, 10, 10, 10], [0.0, 0.8, 0.8, 0.8], 1),  # but a damaged line does not count for all
        ([999, 10, 10, 10, 10, 10], [0.8, 0.0, 0.0, 0.0, 0.0, 0.0], 0),
    ],
)
def test_long_beads_count_more_up_to_twice_the_usual(lengths: list[int], cosines: list[float], expected: int) -> None:
    source, target = side([[1.0, 0.0]] * len(lengths)), side([[cosine, 0.0] for cosine in cosines])
    source = PreparedSide(["x" * length for length in lengths], "en", source.vectors, source.surface, BUILTIN)
    beads = [Bead((k,), (k,)) for k in range(len(lengths))]
    assert correspondence(source, target, beads) == pytest.approx(expected, abs=0.1)


def test_beads_must_stand_out_from_the_rest() -> None:
    """Where every unit resembles every other as much, a similarity that is enough elsewhere is not."""
    own, other = np.eye(6)[:3] * 0.45, np.full((3, 6), 0.26)
    beads = [Bead((k,), (k,)) for k in range(3)]
    source = side((np.eye(6)[:3]).tolist())
    assert correspondence(source, side(own.tolist()), beads) > 0.95
    shifted = np.where(np.eye(3, 6, 1) > 0, 0.5, np.where(np.eye(3, 6) > 0, 0.45, other))
    assert correspondence(source, side(shifted.tolist()), beads) < 0.1


def test_lines_that_are_repeated_stand_out() -> None:
    beads = [Bead((k,), (k,)) for k in range(3)]
    assert correspondence(side([[1.0, 0.0]] * 3), side([[0.45, 0.2]] * 3), beads) == pytest.approx(0.97, abs=0.005)


def test_scores_of_texts_that_do_not_correspond() -> None:
    beads = [Bead((0,), (0,), 0.9), Bead((1,), (), 0.6, "omission")]
    assert with_correspondence(beads, 1.0) == beads
    assert [bead.score for bead in with_correspondence(beads, 0.5)] == pytest.approx([0.45, 0.8])


@pytest.mark.parametrize("case", cases("correspondence"), ids=lambda case: case["label"])
def test_short_texts(case: dict) -> None:
    found = search(case["zh"], case["en"], encoder=load("builtin"), source_lang="zh", target_lang="en")
    scores = [bead.score for bead in found if bead.source and bead.target]
    if case["expected"]:
        assert min(scores) > 0.8, case["comment"]
    else:
        assert max(scores, default=0.0) < case.get("most", 0.3), case["comment"]
