"""A file that takes too much to read costs one request; others are read as ever."""

import os
import zipfile
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, EmptyInput, InputError, UsageError
from tests.fuzz.files import UNITS
from tm.formats import ReadOptions, UnitProblems, read
from tm.web import trial
from tm.web.trial import read_tried, try_reading


def large(path: Path) -> Path:
    path.write_bytes(UNITS["tsv"]([(f"第{n}条", f"Article {n}") for n in range(8000)]))
    return path


def test_a_valid_file_passes(tmp_path: Path) -> None:
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
        "; main", f"; import tm.web.trial as t; t._reader = lambda *given: {_HUNGRY[limit]}; t.main"
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


def _both(path: Path, options: ReadOptions) -> list[object]:
    """What reading here and reading in a child give: units, problems and the error."""
    results: list[object] = []
    for reader in (read, read_tried):
        problems, units, error = UnitProblems(path, strict=False), [], ""
        try:
            units = list(reader(path, options, problems=problems))
        except InputError as caught:
            error = repr(caught)
        results.append((units, problems.found, problems.skipped, problems.repaired, problems.notes, error))
    return results


@pytest.mark.parametrize(("form", "options"), [("tsv", ReadOptions()), ("tmx", ReadOptions("fr", "de"))])
def test_units_read_in_a_child_are_those_read_here(
    form: str, options: ReadOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_SMALL", 0)
    path = tmp_path / f"a.{form}"
    path.write_bytes(UNITS[form]([(f"第{n}条", f"Article {n}" if n % 700 else "") for n in range(1600)]))
    here, there = _both(path, options)
    assert here == there


def test_damaged_units_are_reported_from_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_SMALL", 0)
    path = tmp_path / "a.tmx"
    path.write_bytes(UNITS["tmx"]([("甲", "A"), ("乙", "B"), ("丙", "C")]).replace(b"<seg>B</seg>", b"<seg>B"))
    here, there = _both(path, ReadOptions())
    assert here == there
    problems = UnitProblems(path, strict=False)
    assert len(list(read_tried(path, ReadOptions(), problems=problems))) == 2
    assert problems.found
    with pytest.raises(DamagedInput, match="line"):
        list(read_tried(path, ReadOptions(), problems=UnitProblems(path, strict=True)))
    with pytest.raises(UsageError):
        list(read_tried(path, ReadOptions("xx-nonsense"), problems=UnitProblems(path, strict=False)))
    path.write_bytes(UNITS["tmx"]([]))
    with pytest.raises(EmptyInput):
        list(read_tried(path, ReadOptions(), problems=UnitProblems(path, strict=False)))


def _run(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the child run ``code``, which may change `tm.web.trial` as ``t``, before it reads."""
    monkeypatch.setattr(
        trial, "_COMMAND", trial._COMMAND.replace("main()", f"import tm.web.trial as t; {code}; main()")
    )


@pytest.mark.parametrize(
    "code",
    [
        "import tm.formats.registry as r; f = r.read; r.read = lambda *a, **k: print('noise') or f(*a, **k)",
        "print('noise', flush=True)",  # as a module may when the interpreter starts
    ],
)
def test_what_is_printed_is_not_taken_for_units(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(monkeypatch, code)
    path = large(tmp_path / "a.tsv")
    assert len(list(read_tried(path, ReadOptions(), problems=UnitProblems(path, strict=False)))) == 8000


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX")
@pytest.mark.parametrize("step", ["0", "output.write(bytes(10**5))"])
def test_units_that_take_too_much_are_refused(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forever = f"lambda given, output: lambda path: [{step} for _ in iter(int, 1) if {step} < 0]"
    _run(monkeypatch, f"t._OUTPUT = 10**7; t._reader = {forever}")
    monkeypatch.setattr(trial, "_SECONDS", 2 if step == "0" else 60)
    with pytest.raises(InputError, match="takes too much time or memory"):
        list(read_tried(large(tmp_path / "a.tsv"), ReadOptions(), problems=UnitProblems(tmp_path, strict=False)))
