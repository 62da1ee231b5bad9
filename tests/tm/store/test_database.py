"""Opening the file of a memory: its settings, transactions, and what is refused."""

import sqlite3
from pathlib import Path

import pytest

from corpora.errors import StoreError
from tm.store.database import connect, read_transaction, write_transaction
from tm.store.schema import APPLICATION, VERSION


def test_settings(tmp_path: Path) -> None:
    connection = connect(tmp_path / "new" / "m.duiyi", create=True)
    names = (
        "application_id",
        "user_version",
        "synchronous",
        "cache_size",
        "temp_store",
        "journal_mode",
        "busy_timeout",
    )
    found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
    assert found == {
        "application_id": APPLICATION,
        "user_version": VERSION,
        "synchronous": 2,
        "cache_size": -65_536,
        "temp_store": 2,
        "journal_mode": "wal",
        "busy_timeout": 10_000,
    }
    assert APPLICATION.to_bytes(4, "big") == b"DuYi", "it identifies files: it must never change"
    connection.close()


def test_an_empty_file_becomes_a_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.duiyi"
    path.touch()
    connection = connect(path)
    assert connection.execute("SELECT count(*) FROM units").fetchone() == (0,)
    connection.close()


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        connect(tmp_path, create=True)
    with pytest.raises(StoreError, match="does not exist"):
        connect(tmp_path / "m.duiyi")
    assert not (tmp_path / "m.duiyi").exists()
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be created: "):
        connect(tmp_path / "file" / "m.duiyi", create=True)
    for application in (APPLICATION - 1, APPLICATION + 1, 0):
        path = tmp_path / f"{application}.sqlite"
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE t (x)")
        other.execute(f"PRAGMA application_id = {application}")
        other.commit()
        other.close()
        with pytest.raises(StoreError, match="not a translation memory of duiyi"):
            connect(path)


def test_transactions(tmp_path: Path) -> None:
    path = tmp_path / "m.duiyi"
    connection = connect(path, create=True)
    insert = "INSERT INTO languages (code) VALUES ('zh-CN')"
    with read_transaction(connection, path):
        assert connection.in_transaction
        with read_transaction(connection, path):
            pass
        assert connection.in_transaction, "the outer transaction goes on"
    assert not connection.in_transaction
    with write_transaction(connection, path):
        connection.execute(insert)
        with read_transaction(connection, path):
            assert connection.execute("SELECT code FROM languages").fetchall() == [("zh-CN",)]
        assert connection.in_transaction
    assert connection.execute("SELECT count(*) FROM languages").fetchone() == (1,)

    def failing(statement: str) -> None:
        with write_transaction(connection, path):
            connection.execute(statement)
            raise ZeroDivisionError

    for statement in ("DELETE FROM languages", "ROLLBACK"):
        with pytest.raises(ZeroDivisionError):
            failing(statement)
        assert not connection.in_transaction
        assert connection.execute("SELECT count(*) FROM languages").fetchone() == (1,)
    with pytest.raises(StoreError, match="cannot be used"), write_transaction(connection, path):
        connection.execute("ROLLBACK")
    connection.close()
