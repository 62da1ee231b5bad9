"""How rows get into a memory on a PostgreSQL server: what is asked for, and what is sent beside other work."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from corpora.errors import StoreError
from tests.postgresql import PostgresServer
from tm.postgresql.known_keys import KnownKeys
from tm.search.memory import Memory
from tm.store.prepared import prepare
from tm.store.writing import AddReport, UnitWriter
from tm.unit import Unit


def test_an_import_asks_only_for_texts_that_may_be_there(
    postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts of this client, of another one and of a file that was read before are found, the others not asked for."""
    monkeypatch.setattr("tm.postgresql.connection._FETCHED", 10)
    monkeypatch.setattr("tm.store.prepared.BATCH", 20)
    asked: list[int] = []
    possible = KnownKeys.possible

    def noted(self: KnownKeys, execute: Callable[..., Any], keys: Sequence[int]) -> Sequence[int]:
        found = possible(self, execute, keys)
        asked.append(len(found))
        return found

    monkeypatch.setattr(KnownKeys, "possible", noted)

    def some(first: int, last: int) -> list[Unit]:
        return [Unit(f"第{number}条", f"Article {number}", "zh", "en") for number in range(first, last)]

    address = postgresql.address(f"keys {uuid4().hex[:8]}")
    with Memory(address) as one, Memory(address) as other:
        assert one.add(some(0, 60)).new == 60
        assert asked == [0, 0, 0]
        assert other.add(some(40, 80)).new == 20
        assert asked[3:] == [40, 0]
        assert one.add(some(70, 110)).new == 30
        assert asked[5:] == [20, 0]
        with suppress(ZeroDivisionError), one.writing() as connection:
            UnitWriter(connection, AddReport()).write(prepare(some(200, 220)))
            raise ZeroDivisionError  # what is rolled back is not there
        other.add(some(300, 320))
        assert one.add(some(300, 320)).new == 0
        assert len(one) == 130
        assert len({entry.unit.source for entry in one.entries()}) == 130


def write(memory: Memory) -> None:
    """Append texts, of which one has a number that is taken."""
    with memory.writing() as connection:
        connection.append("texts", [(number, 1, number, f"{number}") for number in (7, 8, 1)])
        connection.execute("SELECT 1")


def test_what_goes_wrong_with_rows_that_are_sent_beside(
    postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error comes with the next statement, and nothing of the transaction is kept."""
    monkeypatch.setattr("tm.postgresql.connection._FETCHED", 2)
    with Memory(postgresql.address(f"beside {uuid4().hex[:8]}")) as memory:
        memory.add([Unit("条", "article", "zh", "en")])
        with pytest.raises(StoreError):
            write(memory)
        with memory.reading() as connection:
            assert connection.execute("SELECT count(*) FROM texts").fetchone() == (2,)
        assert memory.add([Unit("款", "paragraph", "zh", "en")]).new == 1
