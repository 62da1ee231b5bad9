"""`duiyi evaluate` as a user meets it."""

import json
from pathlib import Path

import pytest

from corpora.errors import DuiyiError
from tests.commands import done, ran

GOLD = "[0]:[0]\n[1]:[1,2]\n[2]:[]\n"
AUTO = "[0]:[0]:0.9\n[1]:[1]:0.4\n[2]:[2]:0.3\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name, text in (("gold", GOLD), ("auto", AUTO)):
        (tmp_path / name).mkdir()
        for document in ("a", "b"):
            (tmp_path / name / f"{document}.align").write_text(text, "utf-8")
    return tmp_path / "gold", tmp_path / "auto"


def test_folders_as_json(folders: tuple[Path, Path]) -> None:
    gold, auto = folders
    found = json.loads(done("evaluate", gold, auto, "--json", "--compare", gold).out)
    assert found["strict"] == {"precision": pytest.approx(1 / 3), "recall": 0.5, "f1": pytest.approx(0.4)}
    assert set(found["lax"]) == {"precision", "recall", "f1"}
    assert set(found["documents"]) == {"a", "b"}
    assert found["interval"]["low"] <= 0.4 <= found["interval"]["high"]
    assert found["compare"]["difference"] == pytest.approx(0.6)


def test_one_file_as_table(folders: tuple[Path, Path]) -> None:
    gold, auto = folders
    out = done("evaluate", gold / "a.align", auto / "b.align").out
    assert "Strict F1 0.4000" in out
    assert "1-2" in out


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda gold, auto: (auto / "b.align").unlink(), "b.align"),
        (lambda gold, auto: (auto / "b.align").write_text("[0]:[0]\nnonsense\n", "utf-8"), "line 2"),
        (lambda gold, auto: [path.unlink() for path in gold.iterdir()], "no .align files"),
    ],
    ids=["a document is missing", "a line is not a bead", "an empty folder"],
)
def test_bad_input_is_one_sentence(folders: tuple[Path, Path], spoil, said: str) -> None:
    spoil(*folders)
    with pytest.raises(DuiyiError, match=said):
        ran("evaluate", *folders)
