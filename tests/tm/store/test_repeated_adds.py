"""Units whose acknowledgement was lost, and imports that were interrupted: to repeat them doubles nothing."""

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from corpora.errors import StoreError, StoreUnavailable
from tests.postgresql import PostgresServer
from tm.formats import write
from tm.jobs.copy_memory import copy_memory
from tm.jobs.import_file import ImportOptions, import_file
from tm.postgresql import server
from tm.postgresql.connection import Connection
from tm.search.memory import Memory
from tm.store import adding
from tm.store.database import FileMemory
from tm.store.filters import Filters
from tm.unit import Unit


def units(count: int, start: int = 0) -> list[Unit]:
    return [Unit(f"文本第{number}号", f"text {number}", "zh-CN", "en-US") for number in range(start, start + count)]


def counts(memory: Memory) -> list[tuple[str, int]]:
    return [(entry.unit.target, entry.count) for entry in memory.entries()]


ONCE = [(f"text {number}", 1) for number in range(25)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.store.prepared.BATCH", 10)
    monkeypatch.setattr(adding, "PAUSES", (0.01, 0.01, 0.01, 0.01))
    monkeypatch.setattr(FileMemory, "TRANSACTION", 10)


class Lost:
    """Ends the connection between COMMIT and its answer, at the commits with these numbers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at: set[int] = set()
        self.commits = 0
        execute = Connection.execute

        def executed(connection: Connection, statement: str, values: Any = (), /) -> Any:
            done = execute(connection, statement, values)
            if statement == "COMMIT":
                self.commits += 1
                if self.commits in self.at:
                    connection.raw.close()
                    raise psycopg.OperationalError("server closed the connection unexpectedly")
            return done

        monkeypatch.setattr(Connection, "execute", executed)

    def begin(self, *at: int) -> None:
        self.at, self.commits = set(at), 0


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Lost:
    return Lost(monkeypatch)


@pytest.fixture
def shared(postgresql: PostgresServer, request: pytest.FixtureRequest) -> Iterator[Memory]:
    with Memory(postgresql.address(f"repeated {abs(hash(request.node.name)) % 10**9}")) as memory:
        yield memory


@pytest.mark.parametrize("at", [(1,), (2,), (3,), (4,), (1, 2, 3), (1, 3, 5, 7)])
def test_an_import_whose_answers_are_lost(shared: Memory, lost: Lost, at: tuple[int, ...]) -> None:
    lost.begin(*at)
    report = shared.add(iter(units(25)))
    assert (report.read, report.new, report.folded) == (25, 25, 0)
    assert counts(shared) == ONCE


@pytest.mark.parametrize("at", [(1,), (2,)])
def test_units_in_one_step_whose_answer_is_lost(shared: Memory, lost: Lost, at: tuple[int, ...]) -> None:
    lost.begin(*at)
    report = shared.add(units(25), whole=True, action="import")
    assert (report.read, report.new) == (25, 25)
    assert counts(shared) == ONCE
    assert [change.units for change in shared.changes()] == [25], "it can be undone once"


def test_a_copy_whose_answers_are_lost(shared: Memory, lost: Lost, tmp_path: Path) -> None:
    with Memory(tmp_path / "m.duiyi") as file:
        file.add([*units(25), units(1)[0]])
        lost.begin(1, 2, 3, 4)
        copy_memory(file, shared)
        assert counts(shared) == [("text 0", 2), *ONCE[1:]]


@pytest.mark.parametrize("whole", [True, False])
def test_a_client_that_repeats_what_was_not_acknowledged(
    shared: Memory, lost: Lost, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    monkeypatch.setattr(adding, "PAUSES", ())
    lost.begin(1)
    with pytest.raises(StoreUnavailable):
        shared.add(units(5), name="message 1", once=True, whole=whole)
    lost.begin()
    for _ in range(2):
        assert shared.add(units(5), name="message 1", once=True, whole=whole).read == 0
    assert counts(shared) == ONCE[:5]
    assert shared.add(units(5), name="message 2", once=True, whole=whole).folded == 5


def test_waiting_too_long_for_another_writer_is_tried_again(shared: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_TURN", 0.1)
    monkeypatch.setattr(adding, "PAUSES", ())
    added: list[int] = []
    with Memory(str(shared.path)) as other:
        with shared.writing():
            with pytest.raises(StoreUnavailable, match="is being written by another program; try again when it is"):
                other.add(units(5))
            monkeypatch.setattr(adding, "PAUSES", (0.05,) * 50)
            thread = threading.Thread(target=lambda: added.append(other.add(units(25)).new))
            thread.start()
            time.sleep(0.3)
        thread.join()
    assert added == [25]
    assert counts(shared) == ONCE


@pytest.mark.parametrize("whole", [True, False])
def test_an_addition_with_a_name_counts_once_in_every_store(stored: Memory, whole: bool) -> None:
    for _ in range(3):
        stored.add(units(25), name="message 1", once=True, whole=whole)
    assert counts(stored) == ONCE
    stored.add(units(25), whole=whole)
    assert {count for _, count in counts(stored)} == {2}, "without a name it is another one"


class Stop(Exception):
    pass


def stop_at(limit: int) -> Any:
    def progress(count: int) -> None:
        if count >= limit:
            raise Stop

    return progress


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "large.tmx"
    write(path, units(100))
    return path


class TestInterruptedImport:
    """`import_file` stopped and started again."""

    def test_it_goes_on_and_doubles_nothing(self, stored: Memory, file: Path) -> None:
        with pytest.raises(Stop):
            import_file(stored, file, progress=stop_at(30))
        before = len(stored)
        assert 30 <= before < 100
        report = import_file(stored, file).report
        assert (report.resumed, report.read, report.new, report.folded) == (before, 100 - before, 100 - before, 0)
        assert counts(stored) == [(f"text {number}", 1) for number in range(100)]

    def test_an_import_that_is_over_is_another_one(self, stored: Memory, file: Path) -> None:
        import_file(stored, file)
        report = import_file(stored, file).report
        assert (report.resumed, report.new, report.folded) == (0, 0, 100)

    def test_other_content_or_options_begin_anew(self, stored: Memory, file: Path) -> None:
        with pytest.raises(Stop):
            import_file(stored, file, progress=stop_at(30))
        assert import_file(stored, file, ImportOptions(status="reviewed")).report.read == 100
        with pytest.raises(Stop):
            import_file(stored, file, progress=stop_at(30))
        write(file, units(100, 1))
        assert import_file(stored, file).report.read == 100
        assert len(stored) == 101

    @pytest.mark.parametrize("how", ["undo", "delete"])
    def test_units_that_were_taken_back_come_again(self, stored: Memory, file: Path, how: str) -> None:
        with pytest.raises(Stop):
            import_file(stored, file, progress=stop_at(30))
        if how == "undo":
            stored.undo()
        else:
            stored.delete(Filters(with_text="text 7"))
        assert import_file(stored, file).report.read == 100
        assert len(stored) == 100

    def test_a_rule_holds_for_the_units_before_the_interruption_too(self, stored: Memory, file: Path) -> None:
        stored.add([Unit(one.source, "old", "zh-CN", "en-US") for one in units(100)])
        options = ImportOptions(keep="newest")
        with pytest.raises(KeyError):
            stored.add(broken(units(100)), keep="newest", name="x")
        stored.add(units(100), keep="newest", name="x")
        assert {target for target, _ in counts(stored)} == {f"text {number}" for number in range(100)}
        assert import_file(stored, file, options).report.folded == 100


@pytest.fixture
def small_disk(postgresql: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the server on a disk of two megabytes."""
    folder = postgresql.folder / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        if postgresql.user:
            shutil.chown(folder, postgresql.user)
        yield folder
    finally:
        postgresql.sql('DROP SCHEMA IF EXISTS "duiyi memory small" CASCADE')
        postgresql.sql("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_of_the_server(postgresql: PostgresServer, small_disk: Path) -> None:
    postgresql.sql(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    told: list[int] = []
    more = "&options=-c%20default_tablespace%3Dsmall"
    with Memory(postgresql.address("small", more=more)) as memory:
        with pytest.raises(StoreError, match="the server's disk is full; what was committed before is safe") as raised:
            memory.add(units(20_000), name="import", progress=told.append)
        assert "\n" not in str(raised.value)
        assert counts(memory) == [(f"text {number}", 1) for number in range(told[-1])]
        assert 0 < told[-1] < 20_000
        assert memory.lookup("文本第3号")[0].target == "text 3"
        subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
        rest = memory.add(units(told[-1] + 500), name="import")
        assert (rest.resumed, rest.new, rest.folded) == (told[-1], 500, 0)
        assert {count for _, count in counts(memory)} == {1}


def broken(given: list[Unit]) -> Iterator[Unit]:
    yield from given[:50]
    raise KeyError
