"""Values of the wrong type in any column of any SQLite file but the memory's: a result, or one sentence.

The memory has its own test (`tests/tm/store/test_damage.py`), since its rules are its own.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from corpora.errors import DuiyiError, StoreError
from models.cache import VectorCache
from tm.accounts.accounts import Accounts
from tm.accounts.records import AuditQuery
from tm.accounts.roles import Role
from tm.review.journal import Event, ReviewJournal
from tm.review.session import ReviewSession
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Term
from tm.unit import Unit

pytestmark = pytest.mark.usefixtures("quick_hashes")

#: SQL for values that no column, or only some, may have.
VALUES = ("NULL", "''", "'word'", "'a,b'", "77", "-1", "0.5", "9e18", "x'00ff'", "'[]'", "'[[1, 2]]'", "'{\"do\": 7}'")


def _make_terms(path: Path) -> None:
    with TermBase(path) as terms:
        terms.add([Concept("c1", (Term("门", "zh-CN", examples=("开门",)), Term("door", "en-US")), references=("c2",))])
        terms.add([Concept("c2", (Term("窗", "zh-CN"), Term("window", "en-US")), properties={"a": "b"})])
        terms.delete(["c2"])


def _use_terms(path: Path) -> Iterator[Callable[[], Any]]:
    with TermBase(path) as terms:
        yield terms.languages
        yield lambda: list(terms)
        yield lambda: [terms.lookup(question) for question in ("door", "doors", "d*r", "doof")]
        yield lambda: terms.find("The door is open.", "en")
        yield lambda: terms.find("门开着。", "zh")
        yield lambda: terms.share_in_lower_case("en")
        yield lambda: (terms.get("c1"), terms.restore("c2"), terms.delete(["c1"]))
        yield lambda: terms.add([Concept("c1", (Term("door", "en-US"),))])


def _make_review(path: Path) -> None:
    with closing(ReviewJournal(path)) as journal:
        journal.begin([Unit("门开着。", "The door is open.", "zh-CN", "en-US")] * 2, stage="units", title="a")
        moment = datetime(2026, 5, 1, tzinfo=UTC)
        journal.append(Event(1, moment, "ada", {"do": "accept", "rows": [0], "key": "k"}))
        journal.append(Event(2, moment, "ada", {"do": "undo"}))


def _use_review(path: Path) -> Iterator[Callable[[], Any]]:
    with closing(ReviewJournal(path)) as journal:
        yield lambda: (journal.count(), journal.meta())
        yield lambda: [ReviewSession(journal, "ada").rows([0, 1]), ReviewSession(journal, "ada").view()]


def _make_accounts(path: Path) -> None:
    with Accounts(path, create=True) as accounts:
        user = accounts.users.add("ada", None)
        project = accounts.projects.add("Lamps", [("a.duiyi", 0)])
        accounts.projects.grant(project, user, Role.REVIEWER)
        accounts.tokens.add(user, "t", role=Role.READER, days=5)
        accounts.sessions.begin(user, "127.0.0.1", 5)
        accounts.failures.add("ada", "127.0.0.1")
        accounts.audit.add("ada", "add", details={"a": 1})


def _use_accounts(path: Path) -> Iterator[Callable[[], Any]]:
    with Accounts(path) as accounts:
        for user in _tried(accounts.users.every) or ():
            yield lambda user=user: accounts.projects.of(user)
            yield lambda user=user: [token.to_dict() for token in accounts.tokens.every(user)]
        for project in _tried(accounts.projects.every) or ():
            yield project.to_dict
            yield lambda project=project: accounts.projects.members(project)
        yield lambda: [one.to_dict() for one in accounts.audit.entries(AuditQuery())]
        yield lambda: (accounts.users.check("ada", "x"), accounts.failures.pause("ada", "127.0.0.1"))
        yield lambda: accounts.sessions.begin(accounts.users.get("ada"), "127.0.0.1", 5)
        yield lambda: accounts.failures.add("ada", "127.0.0.1")


def _make_cache(path: Path) -> None:
    VectorCache(path).put("e", ["door"], np.ones((1, 4), np.float32))


def _use_cache(path: Path) -> Iterator[Callable[[], Any]]:
    found = VectorCache(path).get("e", ["door"], 4)
    assert all(vector.tolist() == [1, 1, 1, 1] for vector in found.values())
    yield lambda: VectorCache(path).put("e", ["door"], np.ones((1, 4), np.float32))


def _tried(use: Callable[[], Any]) -> Any:
    """What ``use`` gives, None for an error of ours; every other exception fails the test."""
    try:
        return use()
    except DuiyiError as error:
        sentence = str(error)
    assert sentence
    assert "\n" not in sentence
    return None


@dataclass(frozen=True)
class Store:
    make: Callable[[Path], None]
    use: Callable[[Path], Iterator[Callable[[], Any]]]


STORES = {
    "term base": Store(_make_terms, _use_terms),
    "review": Store(_make_review, _use_review),
    "accounts": Store(_make_accounts, _use_accounts),
    "vector cache": Store(_make_cache, _use_cache),
}


def tables(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


@cache
def intact(store: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        STORES[store].make(path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        return path.read_bytes()


def columns() -> Iterator[tuple[str, str, str]]:
    for name in STORES:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(intact(name))
            for table in tables(connection):
                for _, column, kind, *_, key in connection.execute(f"PRAGMA table_info({table})"):
                    if not (kind == "INTEGER" and key) and not table.startswith("sqlite_"):
                        yield name, table, column


def spoil(path: Path, table: str, column: str, value: str) -> None:
    """Put ``value`` into a column of any type, as damage to a page of the file does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        (before,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        loose = before.replace("STRICT, ", "").replace("STRICT", "").replace(" NOT NULL", "")
        for old, new in ((f"{column} TEXT", column), (f"{column} INTEGER", column), (f"{column} BLOB", column)):
            loose = loose.replace(old, new)
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", [loose, table])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", [before, table])


@pytest.mark.parametrize(("store", "table", "column"), list(columns()))
def test_any_value_in_any_column(store: str, table: str, column: str, tmp_path: Path) -> None:
    path, content = tmp_path / "x.db", intact(store)
    for value in VALUES:
        path.write_bytes(content)
        spoil(path, table, column, value)
        for use in STORES[store].use(path):
            _tried(use)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("languages", "base", "x'00ff'"),
        ("terms", "status", "'bad'"),
        ("terms", "concept", "77"),
        ("concepts", "refs", "7"),
    ],
)
def test_the_sentence_names_a_damaged_term_base(table: str, column: str, value: str, tmp_path: Path) -> None:
    path = tmp_path / "terms.sqlite"
    _make_terms(path)
    spoil(path, table, column, value)
    with TermBase(path) as terms, pytest.raises(StoreError, match=r"terms\.sqlite is damaged"):
        terms.lookup("door")


def test_errors_of_callers_pass(tmp_path: Path) -> None:
    def broken() -> Iterator[Concept]:
        raise ZeroDivisionError
        yield

    with TermBase(tmp_path / "terms.sqlite") as terms, pytest.raises(ZeroDivisionError):
        terms.add(broken())
