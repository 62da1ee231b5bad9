"""Memories on a PostgreSQL server: what it refuses, what breaks, who may do what, and several clients at once."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors as pg

from corpora.errors import StoreError, StoreUnavailable, UsageError
from tests.postgresql import PostgresServer
from tm.postgresql import server as module
from tm.postgresql.address import Address, located, names_in, shown
from tm.postgresql.connection import Connection
from tm.postgresql.errors import sentence
from tm.search.memory import Memory
from tm.store import adding
from tm.store.filters import Filters
from tm.store.memory_store import memory_paths
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Term
from tm.unit import Unit

SECRET = "geh3im-Wort"
GRANTS = (Path(__file__).parents[3] / "docs" / "team.md").read_text("utf-8").split("```sql")[1].split("```")[0]


def unit(source: str = "合同", target: str = "contract", **more: object) -> Unit:
    return Unit(source, target, "zh-CN", "en-US", **more)  # type: ignore[arg-type]


def units(count: int, start: int = 0) -> Iterator[Unit]:
    return (unit(f"文本第{number}号", f"text number {number}") for number in range(start, start + count))


@pytest.fixture
def team(postgresql: PostgresServer) -> Iterator[PostgresServer]:
    """A database with the roles of docs/team.md, and a memory "legal" with one unit, of the owner."""
    postgresql.sql("CREATE DATABASE tm TEMPLATE template0")
    for role in ("otto", "rita", "wanda", "nobody"):
        postgresql.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'")
    before, after = GRANTS.split("-- Now")
    postgresql.sql(before, "tm")
    with Memory(postgresql.address("legal", user="otto", database="tm")) as memory:
        memory.add([unit()])
    postgresql.sql("-- Now" + after, "tm")
    yield postgresql
    postgresql.sql("DROP DATABASE tm WITH (FORCE)")
    for role in ("otto", "rita", "wanda", "nobody", "duiyi_owner", "duiyi_reader", "duiyi_writer"):
        postgresql.sql(f"DROP ROLE IF EXISTS {role}")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "PAUSES", (0.05, 0.1, 0.3, 0.6, 1, 2, 4))


REFUSED = [
    ("foo://host/db", "unknown kind foo"),
    ("mysql://me:geh3im-Wort@host/db", "unknown kind mysql"),
    ("postgresql://", "is not an address"),
    ("postgresql:///db?memory=a/b", "cannot be the name of a memory"),
    ("postgresql:///db?memory=" + "x" * 41, "cannot be the name of a memory"),
    ("postgresql:///db?sslmode=perhaps", "the address cannot be read"),
    ("postgresql:///db?password=geh3im-Wort&memroy=legal", "the address cannot be read"),
    ("postgresql://me:geh3im-Wort@127.0.0.1:1/db", "the server is not available"),
    ("postgresql://me:geh3im-Wort@/db?host=/nowhere", "the server is not available"),
    ("postgresql://me@no.such.host.invalid/db", "the name of the host is not known"),
]


@pytest.mark.parametrize(("address", "message"), REFUSED)
def test_addresses_that_lead_nowhere(
    address: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((StoreError, UsageError), match=message) as raised:
        Memory(address)
    assert SECRET not in str(raised.value) + repr(raised.value.__cause__)
    assert not list(tmp_path.iterdir()), "no folder of this name"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no postgresql://u:secret@h/db here", "no postgresql://u@h/db here"),
        ("postgresql:/u:pa/ss@h/db", "postgresql:/u@h/db"),
        ("postgresql://u:p@ss@h/db", "postgresql://u@h/db"),
        ("postgresql://h/db?user=u&password=secret&memory=m", "postgresql://h/db?user=u&password=…&memory=m"),
        ("https://u:secret@h/a@b", "https://u@h/a@b"),
        ("https://h:8080/@user and a@b.example", "https://h:8080/@user and a@b.example"),
    ],
)
def test_addresses_in_messages_lose_their_passwords(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_password_is_used_and_never_shown(
    team: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = team.over_network("legal", user="rita", database="tm")
    for address in (plain.replace("rita@", f"rita:{SECRET}@"), f"{plain}&password={SECRET}"):
        with Memory(address, create=False) as memory:
            shown = f"{memory!r} {memory.path} {memory.path!r} {memory.lookup('合同')[0].memory}"
            assert "rita" in shown
            assert SECRET not in shown
    monkeypatch.setenv("PGPASSWORD", SECRET)
    assert len(Memory(plain, create=False)) == 1
    monkeypatch.setenv("PGPASSWORD", "another")
    with pytest.raises(StoreError, match="refuses the user or the password; put the password into PGPASSFILE"):
        Memory(plain)
    monkeypatch.delenv("PGPASSWORD")
    (tmp_path / "pass").write_text(f"*:*:*:rita:{SECRET}\n")
    (tmp_path / "pass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pass"))
    with Memory(plain, create=False) as memory:
        assert len(memory) == 1
    assert SECRET not in team.log().replace(f"LOGIN PASSWORD '{SECRET}'", "")


def test_who_and_where_must_be_known(team: PostgresServer) -> None:
    with pytest.raises(StoreError, match="no such database"):
        Memory(team.address(database="none"))
    with pytest.raises(StoreError, match="does not know this user"):
        Memory(team.address(user="ghost"))
    with pytest.raises(StoreError, match="does not let this user in from here"):
        Memory(team.over_network(user="rita", database="closed"))
    with pytest.raises(StoreError, match="certificate of the server or of the client is not accepted"):
        Memory(team.over_network(user="rita", database="tm", more="&sslmode=verify-full&sslrootcert=/nowhere"))
    with pytest.raises(StoreError, match="memory=other does not exist; duiyi memory add or import makes one"):
        Memory(team.address("other", user="otto", database="tm"), create=False)


def test_roles_have_the_rights_they_need_and_no_others(team: PostgresServer) -> None:
    def opened(user: str, memory: str = "legal", *, create: bool = True) -> Memory:
        return Memory(team.address(memory, user=user, database="tm"), create=create)

    with opened("rita") as reader:
        assert reader.lookup("合同")[0].score == 100
        assert reader.stats().units == len(list(reader)) == 1
        for change in (lambda: reader.add([unit("甲", "a")]), lambda: reader.delete(Filters())):
            with pytest.raises(StoreError, match="this user may not do that; it needs another role"):
                change()
    with opened("wanda") as writer:
        writer.add([unit("甲", "a")], action="import")
        writer.edit(2, target="b")
        assert [writer.undo().action for _ in range(2)] == ["edit of unit 2", "import"]
        writer.dedupe()
        writer.delete(Filters())
        writer.add([unit()])
        writer.compact()
    for user in ("rita", "wanda", "nobody"):
        with pytest.raises(StoreError, match="does not exist, and this user may not make it"):
            opened(user, "new")
    with pytest.raises(StoreError, match="this user may not read it"):
        opened("nobody")
    with opened("otto", "new") as owner:
        owner.add([unit()])


def test_roles_of_a_term_base(team: PostgresServer) -> None:
    terms = [Concept("a", (Term("合同", "zh-CN"), Term("contract", "en-US")))]
    with TermBase(team.address("legal", user="otto", database="tm")) as base:
        base.add(terms)
    team.sql("-- Now" + GRANTS.split("-- Now")[1].replace("duiyi memory", "duiyi terms"), "tm")
    with TermBase(team.address("legal", user="rita", database="tm"), create=False) as base:
        assert [hit.concept.id for hit in base.lookup("合同")] == ["a"]
        assert len(base.find("本合同", "zh")) == 1
        with pytest.raises(StoreError, match="this user may not do that; it needs another role"):
            base.delete(["a"])
    with TermBase(team.address("legal", user="wanda", database="tm"), create=False) as base:
        assert base.delete(["a"]) == 1
        assert base.restore("a") is not None
        base.add([Concept("b", (Term("甲方", "zh-CN"),))])
    with pytest.raises(StoreError, match="this user may not read it"):
        TermBase(team.address("legal", user="nobody", database="tm"))
    team.sql("""UPDATE "duiyi terms legal".state SET value = 9 WHERE name = 'version'""", "tm")
    with pytest.raises(StoreError, match=r"written by a newer version of duiyi \(format 9"):
        TermBase(team.address("legal", user="rita", database="tm"))


def test_an_export_is_one_state_while_others_write(postgresql: PostgresServer) -> None:
    with Memory(postgresql.address("export")) as memory, Memory(postgresql.address("export")) as other:
        memory.add(units(3_000))
        stream = memory.units()
        first = next(iter(stream))
        other.delete(numbers=range(2_000, 3_000))
        other.add(units(10, 5_000))
        assert [first, *stream] == list(units(3_000))
        assert len(memory) == 2_010


REPORTED = [
    (pg.DiskFull, "the server's disk is full; what was committed before is safe"),
    (pg.InternalError_, "the server's disk is full; what was committed before is safe"),
    (pg.ReadOnlySqlTransaction, "may not be written: the server is read-only"),
    (pg.LockNotAvailable, "is being written by another program; try again when it is done"),
    (pg.QueryCanceled, "the server cancelled the work"),
    (pg.DataCorrupted, "is damaged; restore a backup"),
    (pg.OutOfMemory, "too little memory or room"),
]


@pytest.mark.parametrize(("kind", "message"), REPORTED)
def test_what_a_server_reports_is_one_sentence(kind: type[psycopg.Error], message: str) -> None:
    address = located("postgresql://h/db")
    assert isinstance(address, Address)
    text = (
        "ERROR:  could not extend file: Disk quota exceeded" if kind is pg.InternalError_ else "ERROR:  a\nDETAIL:  b"
    )
    told = str(sentence(address, kind(text)))
    assert message in told
    assert "\n" not in told


def test_schemas_of_other_versions(team: PostgresServer) -> None:
    address = team.address("legal", user="otto", database="tm")
    team.sql("""UPDATE "duiyi memory legal".state SET value = 9 WHERE name = 'version'""", "tm")
    with pytest.raises(StoreError, match=r"written by a newer version of duiyi \(format 9, this one reads 1\); update"):
        Memory(address)
    team.sql("""UPDATE "duiyi memory legal".state SET value = 0 WHERE name = 'version'""", "tm")
    with pytest.raises(StoreError, match="has the format 0 of an older duiyi, and this user may not update it"):
        Memory(team.address("legal", user="rita", database="tm"))
    team.sql("""CREATE SCHEMA "duiyi memory odd"; CREATE TABLE "duiyi memory odd".x ()""", "tm")
    with pytest.raises(StoreError, match="exists, but it is no translation memory of duiyi"):
        Memory(team.address("odd", database="tm"))
    team.sql("""UPDATE "duiyi memory legal".state SET value = 1 WHERE name = 'version'""", "tm")
    team.sql("""DROP TABLE "duiyi memory legal".texts""", "tm")
    with Memory(address) as memory, pytest.raises(StoreError, match="a table is missing; restore a backup"):
        memory.lookup("合同")


def test_a_schema_is_made_once_whoever_comes_first(postgresql: PostgresServer) -> None:
    address, failures = postgresql.address("first"), list[BaseException]()

    def open_it(number: int) -> None:
        try:
            with Memory(address) as memory:
                memory.add([unit(f"第{number}", "n")])
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=open_it, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with Memory(address) as memory:
        assert len(memory) == 6


def _delete_for_too_long(memory: Memory) -> None:
    with memory.writing() as connection:
        connection.execute("DELETE FROM units")
        connection.execute("SELECT pg_sleep(5)")


def test_a_cancelled_statement_and_a_full_pool(postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECTIONS", 2)
    monkeypatch.setattr(module, "WAIT", 0.1)
    with Memory(postgresql.address("pool", more="&options=-c%20statement_timeout%3D200")) as memory:
        memory.add([unit()])
        with pytest.raises(StoreError, match="the server cancelled the work"):
            _delete_for_too_long(memory)
        assert len(memory) == 1
        streams = [memory.units() for _ in range(2)]
        for stream in streams:
            next(stream)
        with pytest.raises(StoreUnavailable, match="all 2 connections of this program are in use"):
            len(memory)
        for stream in streams:
            stream.close()  # type: ignore[attr-defined]
        assert len(memory) == 1


def test_rows_in_binary_form_are_what_was_given(postgresql: PostgresServer) -> None:
    rows = [
        (n, None if n % 3 else n / 4, None if n % 2 else -n, text, bytes([n]), f"{n}")
        for n, text in enumerate(["合同\t\\N", "", "in two\nlines\r", "\\.", "é😀", "a" * 70_000, "last"])
    ]
    types = "int8 float8 int8 text bytea text".split()
    with psycopg.connect(postgresql.address().replace("&memory=main&terms=main", "")) as raw:
        raw.execute("CREATE TEMP TABLE every (a int8, b float8, c int8, d text, e bytea, f text)")
        connection = Connection(raw, {"every": types})
        connection.append("every", iter(rows))
        connection.append("every", [])
        assert raw.execute("SELECT * FROM every ORDER BY a").fetchall() == rows


@pytest.mark.usefixtures("impatient")
def test_an_import_survives_a_crash_of_the_server(postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.store.prepared.BATCH", 20)
    counts: list[int] = []

    def crash(count: int) -> None:
        counts.append(count)
        if count == 60:
            postgresql.restart("immediate")

    with Memory(postgresql.address("crash")) as memory:
        report = memory.add(units(200), progress=crash)
        assert (report.read, report.new, report.folded) == (200, 200, 0)
        assert [entry.count for entry in memory.entries()] == [1] * 200
        assert memory.lookup("文本第77号")[0].score == 100
        with memory.reading() as connection:
            assert connection.execute("SELECT count(*) FROM imports").fetchone() == (0,)


def test_without_a_server_there_is_one_sentence(postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "PAUSES", (0.01, 0.01))
    with Memory(postgresql.address("gone")) as memory:
        memory.add(units(3))
        postgresql.stop()
        try:
            for use in (lambda: memory.lookup("文本"), lambda: memory.add(units(3, 3)), lambda: Memory(memory.path)):
                with pytest.raises(StoreUnavailable, match="the server is not available; try again when it is"):
                    use()
        finally:
            postgresql.start()
        assert len(memory) == 3


WRITER = """
import sys
from tm.search.memory import Memory
from tm.unit import Unit
for number in range(10_000):
    with Memory(sys.argv[1]) as memory:
        memory.add([Unit(f"源{sys.argv[2]}-{number}", "target", "zh", "en")])
    print(number, flush=True)
"""


def test_a_killed_client_loses_no_acknowledged_unit(postgresql: PostgresServer) -> None:
    address = postgresql.address("killed")
    Memory(address).close()
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, address, str(n)], stdout=subprocess.PIPE, text=True)
        for n in range(2)
    ]
    told = []
    for writer in writers:
        assert writer.stdout is not None
        told.append([int(writer.stdout.readline()) for _ in range(3)])
        writer.kill()
        told[-1] += map(int, writer.stdout.read().split())
        writer.stdout.close()
        writer.wait()
    time.sleep(0.2)
    with Memory(address) as memory:
        held = [one.source for one in memory.units()]
        assert len(held) == len(set(held))
        assert {f"源{n}-{number}" for n, numbers in enumerate(told) for number in numbers} <= set(held)


def test_a_dump_restores_one_memory(postgresql: PostgresServer) -> None:
    """The commands of docs/team.md."""
    address = postgresql.address("dumped")
    with Memory(address) as memory:
        memory.add([unit(), unit("甲", "a", status="rejected")])
        held = list(memory)
    where = ("-h", postgresql.folder, "-p", postgresql.port, "-U", "postgres")
    file = postgresql.folder / "legal.dump"
    postgresql._run("pg_dump", *where, "-Fc", "-n", '"duiyi memory dumped"', "-f", file, "postgres")
    with Memory(address) as memory:
        memory.add([unit("乙", "b")])
        memory.delete(numbers=[1])
    postgresql._run("pg_restore", *where, "-d", "postgres", "--clean", "--if-exists", file)
    with Memory(address, create=False) as memory:
        assert list(memory) == held
        assert memory.lookup("合同")[0].score == 100
        memory.add([unit("丙", "c")])
        assert len(memory) == 3


LOST = [
    "consuming input failed: server closed the connection unexpectedly\n\tThis probably means the server terminated",
    "the connection is lost",
    "connection failed: FATAL:  the database system is in recovery mode",
    'connection failed: connection to server on socket "/tmp/x" failed: No such file or directory',
    "connection failed: FATAL:  sorry, too many clients already",
]


@pytest.mark.parametrize("text", LOST)
def test_what_passes_may_be_tried_again(text: str) -> None:
    address = located("postgresql://h/db")
    assert isinstance(address, Address)
    assert isinstance(sentence(address, psycopg.OperationalError(text)), StoreUnavailable)


NAMES = [
    ("a.duiyi:b.duiyi", ["a.duiyi", "b.duiyi"]),
    ("postgresql://u@h:5432/db?memory=x:b.duiyi", ["postgresql://u@h:5432/db?memory=x", "b.duiyi"]),
    ("a:postgresql:///db?host=/tmp:postgres://h", ["a", "postgresql:///db?host=/tmp", "postgres://h"]),
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_several_in_a_variable(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("given", "shown", "penalty"),
    [
        ("postgresql://u@h/db?memory=legal=5", "postgresql://u@h/db?memory=legal", 5),
        ("postgresql://u@h/db?memory=2024", "postgresql://u@h/db?memory=2024", 0),
        ("postgresql://u:p@h/db?sslmode=require", "postgresql://u@h/db?sslmode=require&memory=main", 0),
        ("postgresql://h/db=5", "postgresql://h/db?memory=main", 5),
    ],
)
def test_penalties_of_addresses(given: str, shown: str, penalty: int) -> None:
    assert [(str(path), points) for path, points in memory_paths([given])] == [(shown, penalty)]


def test_an_address_is_no_path() -> None:
    with pytest.raises(UsageError, match="state it as a str"):
        located(Path("postgresql://h/db"))
    found = located("postgresql://u:secret@h/db?memory=a%20b")
    assert isinstance(found, Address)
    assert (found.name, found.schema) == ("a b", "duiyi memory a b")
