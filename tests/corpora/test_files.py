"""Files appear whole or not at all, under any name that the system takes."""

from pathlib import Path

import pytest

from corpora.errors import InputError
from corpora.files import replacing


def test_it_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.txt"
    with replacing(path) as place:
        place.write_text("whole", "utf-8")
        assert not path.exists()
    assert path.read_text("utf-8") == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_a_crash_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before", "utf-8")

    def crash() -> None:
        with replacing(path) as place:
            place.write_text("half", "utf-8")
            raise KeyError("stop")

    with pytest.raises(KeyError):
        crash()
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["长" * 80 + ".tmx", "n" * 251 + ".tmx", "👩‍👩‍👧" * 13])
def test_the_longest_names_can_be_written(tmp_path: Path, name: str) -> None:
    with replacing(tmp_path / name) as place:
        place.write_bytes(b"x")
    assert (tmp_path / name).read_bytes() == b"x"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"), replacing(tmp_path):
        pytest.fail("not reached")
