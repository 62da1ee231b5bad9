"""Large files that a second process reads ahead: the same result as without it, whatever happens to that process."""

import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import DamagedInput, EmptyInput, UsageError
from tm import formats
from tm.formats import ReadOptions, UnitProblems
from tm.formats.conformance import Audit
from tm.jobs import import_source as module
from tm.jobs.import_file import ImportOptions, import_file
from tm.jobs.import_source import ImportSource
from tm.search.memory import Memory
from tm.store import prepared
from tm.store.database import FileMemory
from tm.unit import Unit

COUNT = 2 * prepared.BATCH + 100


def units() -> Iterator[Unit]:
    for number in range(COUNT):
        quality = number % 10 / 10 if number % 3 else None
        yield Unit(
            f"第{number}条", f"Article {number}", "zh-CN", "en-US", quality=quality, previous=f"第{number - 1}条"
        )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ahead") / "large.tmx"
    formats.write(path, units())
    return path


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Path:
    """The same with a unit without its target, one without text, one that is there twice, one bad character."""
    pieces = whole.read_text(encoding="utf-8").split("<tu>\n")
    pieces[5] = "<tu>\n".join([pieces[5], pieces[5]])
    pieces[20] = pieces[20].replace('<tuv xml:lang="en-US">', "<tuv>")
    pieces[-30] = pieces[-30].replace("条</seg>", "\x01条</seg>")
    pieces[-20] = (
        pieces[-20].replace("<seg>Article", "<seg><!-- ").replace("</seg></tuv>\n</tu>", "--></seg></tuv>\n</tu>")
    )
    path = tmp_path / "damaged.tmx"
    path.write_text("<tu>\n".join(pieces), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr(module, "_SMALL", 0)
    monkeypatch.setattr(module, "_SMALL_PACKED", 0)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The processes that were started."""
    started = []
    start = subprocess.Popen

    def popen(command: Any, **options: Any) -> Any:
        process = start(command, **options)
        if module._COMMAND in command:
            started.append(process)
        return process

    monkeypatch.setattr(module.subprocess, "Popen", popen)
    return started


def imported(path: Path, place: Path, options: ImportOptions) -> tuple[dict[str, Any] | str, list[Unit]]:
    """The report, or the error, and the units of the memory."""
    told: dict[str, Any] | str
    with Memory(place) as memory:
        try:
            told = import_file(memory, path, options).to_dict()
        except DamagedInput as error:
            told = str(error)
        return told, sorted(memory, key=lambda unit: unit.source)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for each unit that this process reads."""
    counts: list[int] = []
    inner = ImportSource._selected

    def selected(self: ImportSource, *given: Any) -> Iterator[Unit]:
        for unit in inner(self, *given):
            counts.append(1)
            yield unit

    monkeypatch.setattr(ImportSource, "_selected", selected)
    return counts


@pytest.mark.parametrize("file", ["whole", "damaged"])
@pytest.mark.parametrize("options", [
    ImportOptions(), ImportOptions(min_quality=0.5, status="reviewed", keep="best"), ImportOptions(strict=True),
])  # fmt: skip
def test_the_result_is_the_same(
    file: str,
    options: ImportOptions,
    children: list[Any],
    read_here: list[int],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = request.getfixturevalue(file)
    ahead = imported(path, tmp_path / "ahead.duiyi", options)
    assert len(children) == 1
    assert not read_here, "every batch came from the other process"
    monkeypatch.setattr(module, "cores", lambda: 1)
    assert ahead == imported(path, tmp_path / "here.duiyi", options)
    assert len(children) == 1
    assert read_here or options.strict
    told, kept = ahead
    if file == "damaged":
        assert "line" in told if options.strict else told["problems"]  # type: ignore[index]
    assert bool(kept) == (file == "whole" or not options.strict)


def test_units_are_counted_once(whole: Path) -> None:
    problems = UnitProblems(whole, strict=False)
    audit = Audit(counts=problems.repaired)
    assert sum(batch.read for batch in ImportSource(whole, ReadOptions()).batches_ahead(problems, audit)(0)) == COUNT
    assert audit.units == COUNT


def test_packed_files(whole: Path, tmp_path: Path, children: list[Any]) -> None:
    path = tmp_path / "packed.tmx.gz"
    path.write_bytes(gzip.compress(whole.read_bytes()))
    assert imported(path, tmp_path / "m.duiyi", ImportOptions())[0]["new"] == COUNT  # type: ignore[index]
    assert len(children) == 1


def test_what_a_reader_prints_is_no_batch(
    whole: Path, tmp_path: Path, read_here: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    printing = "import tm.jobs.import_source as m; r = m.read_file; "
    printing += (
        "m.ImportSource.batches.__defaults__ = (lambda *a, **k: [print('x', flush=True), r(*a, **k)][1],); m.main()"
    )
    monkeypatch.setattr(module, "_COMMAND", printing)
    assert imported(whole, tmp_path / "m.duiyi", ImportOptions())[0]["new"] == COUNT  # type: ignore[index]
    assert not read_here


def test_without_room_for_large_pipes(
    whole: Path, tmp_path: Path, read_here: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("fcntl.fcntl", refuse)
    source, problems = ImportSource(whole, ReadOptions()), UnitProblems(whole, strict=False)
    assert sum(batch.read for batch in source.batches_ahead(problems, Audit())(0)) == COUNT
    assert not read_here


@pytest.mark.parametrize(("batches", "done"), [(0, 0), (1, 0), (2, 0), (0, 7_000), (1, 7_000), (2, 7_000)])
def test_a_process_that_ends_costs_no_unit(
    batches: int, done: int, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, came = module._Child.next, []

    def lost(child: module._Child) -> Any:
        if len(came) < batches:
            came.append(inner(child))
            return came[-1]
        assert child._process is not None
        child._process.kill()
        child._process.wait()
        assert child._process.stdout is not None
        child._process.stdout.read()  # what was in the pipe
        return inner(child)

    monkeypatch.setattr(module._Child, "next", lost)
    source, problems = ImportSource(whole, ReadOptions()), UnitProblems(whole, strict=False)
    read = list(source.batches_ahead(problems, Audit())(done))
    assert len(came) == batches
    assert read == list(source.batches(problems, Audit())(done))
    with Memory(tmp_path / "m.duiyi") as memory:
        assert memory.add_batches(lambda _: (batch for batch in read)).new == COUNT


def test_without_a_second_process(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    told, kept = imported(whole, tmp_path / "m.duiyi", ImportOptions())
    assert (told["new"], len(kept)) == (COUNT, COUNT)  # type: ignore[index]


@pytest.mark.parametrize("printed", ["A module says hello.", "hi", "coverage started\nnow\n", "\0" * 9])
def test_a_process_that_prints(printed: str, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a ``sitecustomize`` may do before `main` can send its output elsewhere."""
    monkeypatch.setattr(module, "_COMMAND", f"print({printed!r}, flush=True); {module._COMMAND}")
    told, kept = imported(whole, tmp_path / "m.duiyi", ImportOptions())
    assert (told["new"], len(kept)) == (COUNT, COUNT)  # type: ignore[index]


def test_the_process_ends_with_the_one_that_started_it(
    whole: Path, children: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = f"import time; from {module.__name__} import *; ImportSource.batches = lambda *_: time.sleep(600); main()"
    monkeypatch.setattr(module, "_COMMAND", idle)
    with module._Child(ImportSource(whole, ReadOptions()), 0):
        (process,) = children
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.stdin.close()  # as the system does for a process that has ended
        assert process.wait(30) != 0


def test_what_the_reader_raises(tmp_path: Path) -> None:
    path = tmp_path / "empty.tmx"
    path.write_text('<tmx version="1.4"><header/><body></body></tmx>', encoding="utf-8")
    with Memory(tmp_path / "m.duiyi") as memory:
        with pytest.raises(EmptyInput, match=r"empty\.tmx contains no translation unit"):
            import_file(memory, path)
        with pytest.raises(UsageError, match="xx-wrong-"):
            import_file(memory, path, source_lang="xx-wrong-")
        assert not len(memory)


class Stop(Exception):
    pass


def test_an_interrupted_import_goes_on(
    whole: Path, tmp_path: Path, children: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileMemory, "TRANSACTION", prepared.BATCH)

    def stop(_: int) -> None:
        raise Stop

    with Memory(tmp_path / "m.duiyi") as memory:
        with pytest.raises(Stop):
            import_file(memory, whole, progress=stop)
        assert children[0].poll() is not None, "the process ends with the import"
        assert len(memory) == prepared.BATCH
        report = import_file(memory, whole).report
        rest = COUNT - prepared.BATCH
        assert (report.resumed, report.read, report.new) == (prepared.BATCH, rest, rest)
        assert len(memory) == COUNT
    assert len(children) == 2


def test_small_files_are_read_here(
    whole: Path, children: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SMALL", whole.stat().st_size + 1)
    assert imported(whole, tmp_path / "m.duiyi", ImportOptions())[0]["new"] == COUNT  # type: ignore[index]
    assert not children


def test_without_conditions_each_unit_is_imported_once(whole: Path) -> None:
    source = ImportSource(whole, ReadOptions())
    problems = UnitProblems(whole, strict=False)
    assert list(source._selected(formats.read(whole), problems)) == list(units())
    ends = [batch.read for batch in source.batches(problems, Audit())(7_000)]
    assert ends == [5_000, 2_000, COUNT - 7_000], "a batch ends where an import goes on"
