"""Files of beads: what is read, what is refused, and that what is written reads back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align import beadfile
from align.alignment import Bead
from corpora.errors import InputError
from tests.data import cases

CASES = cases("beads")
IDS = st.lists(st.integers(0, 10**6), max_size=6).map(tuple)
BEADS = st.lists(
    st.tuples(IDS, IDS, st.integers(0, 10_000).map(lambda score: score / 10_000))
    .filter(lambda bead: bead[0] or bead[1])
    .map(lambda bead: Bead(*bead, "search" if bead[0] and bead[1] else "omission"))
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_line(case: dict, tmp_path: Path) -> None:
    path = tmp_path / "x.align"
    path.write_text(case["input"] + "\n\n[9]:[9]:1\n", "utf-8")
    if case["expected"] is None:
        with pytest.raises(InputError, match=r"x\.align, line 1: "):
            beadfile.read(path)
        return
    source, target, score = case["expected"]
    bead = beadfile.read(path)[0]
    assert (bead.source, bead.target, bead.score) == (tuple(source), tuple(target), score)


@given(beads=BEADS)
def test_round_trip(beads: list[Bead], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "round.align"
    beadfile.write(path, beads)
    assert beadfile.read(path) == beads


def test_the_error_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.align"
    path.write_text("[0]:[0]:1\n\n[1]=[1]\n", "utf-8")
    with pytest.raises(InputError, match="line 3"):
        beadfile.read(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.align"
    path.write_bytes(b"\xff\xfe\x00[")
    with pytest.raises(InputError, match="UTF-8"):
        beadfile.read(path)
    with pytest.raises(InputError, match="cannot be read"):
        beadfile.read(tmp_path / "absent.align")
