"""A file that takes too much to read costs one request; others are read as ever."""

import os
import zipfile
from pathlib import Path

import pytest

from corpora.errors import InputError
from tests.fuzz.files import UNITS
from tm.web import trial
from tm.web.trial import try_reading


def large(path: Path) -> Path:
    path.write_bytes(UNITS["tsv"]([(f"第{n}条", f"Article {n}") for n in range(8000)]))
    return path


def test_a_sound_file_passes(tmp_path: Path) -> None:
    try_reading(large(tmp_path / "a.tsv"), "units")


def test_what_only_needs_a_sentence_passes_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("x", "no workbook")
    try_reading(path, "units")


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX")
@pytest.mark.parametrize("limit", ["_SECONDS", "_MEMORY", "_PATIENCE"])
def test_what_takes_too_much_is_refused(limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = trial._COMMAND.replace(
        "; main", f"; import tm.web.trial as t; t._reader = lambda upload: {_HUNGRY[limit]}; t.main"
    )
    monkeypatch.setattr(trial, "_COMMAND", command)
    monkeypatch.setattr(trial, "_SECONDS", 1 if limit != "_MEMORY" else 30)
    with pytest.raises(InputError, match="takes too much time or memory"):
        try_reading(large(tmp_path / "a.tsv"), "units")


#: Readers that take processor time, memory, or only time.
_HUNGRY = {
    "_SECONDS": "(lambda path: sum(1 for _ in iter(int, 1)))",
    "_MEMORY": "(lambda path: bytearray(3_000_000_000))",
    "_PATIENCE": "(lambda path: __import__('time').sleep(60))",
}


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX")
@pytest.mark.parametrize("head", [b"PAR1", b"SQLite format 3\x00"])
def test_small_files_that_may_hold_much_are_tried(head: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_COMMAND", "raise SystemExit(3)")
    path = tmp_path / "a.sdltm"
    path.write_bytes(head + b"\x00" * 100)
    with pytest.raises(InputError, match="takes too much time or memory"):
        try_reading(path, "units")
