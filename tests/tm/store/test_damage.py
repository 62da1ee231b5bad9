"""Values of the wrong type in any column of a memory: one sentence, or results without them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import StoreError, UsageError
from tm.search.concordance import concordance
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory
from tm.store.damage import damaged_table
from tm.unit import Origin, Unit

UNITS = [
    Unit("门开着。", "The door is open.", "zh-CN", "en-US", origin=Origin("a.txt", "b.txt", (0,), (0,), 3, "One")),
    Unit("门关着。", "The door is closed.", "zh-CN", "en-US", quality=0.5, notes=("n",), properties={"a": "b"}),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(UNITS)
    return tmp_path / "m.duiyi"


def columns() -> Iterator[tuple[str, str]]:
    with Memory(":memory:") as memory:
        tables = [row[0] for row in memory.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(set(tables) - {"sqlite_sequence"}):
            for row in memory.connection.execute(f"PRAGMA table_info({table})"):
                if not row[5] or table in ("places", "words"):  # keys that are row ids hold integers only
                    yield table, row[1]


VALUES = ["'word'", "'a,b'", "77", "-1", "1e308", "x'00ff'", "'[]'", "'{\"notes\": 7}'", "9e18"]


@pytest.mark.parametrize(("table", "column"), list(columns()))
def test_any_value_in_any_column(path: Path, table: str, column: str) -> None:
    before = path.read_bytes()
    for value in VALUES:
        path.write_bytes(before)
        with closing(sqlite3.connect(path)) as base:
            try:
                base.execute(f"UPDATE {table} SET {column} = {value}")
            except sqlite3.IntegrityError:  # a column of unique values
                base.execute(
                    f"UPDATE {table} SET {column} = {value} WHERE rowid = 1" if table != "places" else "SELECT 1"
                )
            base.commit()
        for use in (
            lambda memory: lookup([memory], "门开着。", LookupOptions(50)),
            lambda memory: concordance([memory], "door"),
            lambda memory: list(memory.units()),
            lambda memory: memory.stats(),
            lambda memory: memory.add(UNITS),
            lambda memory: memory.dedupe("best"),
        ):  # fmt: skip
            error = outcome(path, use)
            assert error is None or len(str(error).splitlines()) == 1


def outcome(path: Path, use: Any) -> StoreError | UsageError | None:
    """An error of duiyi, if there is one; every other exception fails the test."""
    try:
        with Memory(path, create=False) as memory:
            use(memory)
    except (StoreError, UsageError) as error:
        return error
    return None


def test_the_sentence_names_the_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE units SET created = 'yesterday'")
        base.commit()
    with Memory(path) as memory, pytest.raises(StoreError, match="the table units has an invalid value"):
        list(memory.units())


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM state",
        "UPDATE segments SET ids = substr(ids, 1, 4)",
        "UPDATE segments SET lengths = x''",
        "UPDATE segments SET bits = substr(bits, 9)",
        "UPDATE postings SET data = x'ff'",
        "UPDATE postings SET data = x'ffffffff00'",
        "UPDATE postings SET data = x'ff' WHERE id < 0",
        "UPDATE postings SET data = CAST(x'00d8' || substr(data, 3) AS BLOB) WHERE id < 0",
        "UPDATE postings SET data = 'text' WHERE id < 0",
        "UPDATE postings SET data = substr(data, 1, length(data) - 2)",
    ],
)
def test_an_index_of_the_wrong_size_gives_a_sentence(change: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Memory(path) as memory:
        memory.compact()
    with closing(sqlite3.connect(path)) as base:
        assert base.execute(change).rowcount
        base.commit()
    monkeypatch.setattr("tm.store.index._FEW", 0)
    error = outcome(path, lambda memory: [memory.lookup(unit.source) for unit in list(memory.units())])
    assert error is None or "is damaged" in str(error)
    assert error is not None or "id < 0" not in change


def test_an_intact_memory_has_no_damaged_table_and_errors_of_callers_pass(path: Path) -> None:
    with Memory(path) as memory:
        assert damaged_table(memory.connection) == ""
        with pytest.raises(ZeroDivisionError), memory.reading():
            raise ZeroDivisionError


@pytest.mark.parametrize("quality", [float("inf"), float("nan"), -3.0, 1e308, 1.01])
def test_a_score_is_from_0_to_1_wherever_a_unit_comes_from(quality: float) -> None:
    with pytest.raises(UsageError, match="from 0 to 1"):
        Unit("门", "door", "zh", "en", quality=quality)
