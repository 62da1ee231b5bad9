import sqlite3
from pathlib import Path

import pytest

from corpora.errors import StoreError
from tm.terms.base import TermBase
from tm.terms.file import MIGRATIONS


def layout(path: Path) -> list[tuple[str, ...]]:
    """What a file is made of, column by column."""
    with sqlite3.connect(path) as db:
        found = db.execute(
            "SELECT m.type, m.name, i.name, i.type FROM sqlite_master m, pragma_table_info(m.name) i "
            "ORDER BY m.type, m.name, i.cid"
        ).fetchall()
        indexed = db.execute(
            "SELECT m.name, i.name FROM sqlite_master m, pragma_index_info(m.name) i ORDER BY 1, i.seqno"
        ).fetchall()
    db.close()
    return found + indexed


def of_first_version(path: Path) -> None:
    """A term base as the first version made it, with an entry."""
    with sqlite3.connect(path) as db:
        for statement in MIGRATIONS[0].split(";"):
            db.execute(statement)
        made = "2025-01-01T00:00:00+00:00"
        db.execute("INSERT INTO concepts VALUES (1, 'a', '', '', '[]', '', '', ?, ?, '{}')", [made, made])
        for row in [
            (1, "zh-CN", "zh", "共产党员", "共产党员", "共产"),
            (1, "en-US", "en", "party members", "party member", "party"),
        ]:
            db.execute(
                "INSERT INTO terms (concept, language, base, text, status, pos, source, note, examples, folded, head) "
                "VALUES (?, ?, ?, ?, 'preferred', '', '', '', '[]', ?, ?)",
                row,
            )
        db.execute("INSERT INTO languages VALUES ('zh'), ('en')")
        db.execute("PRAGMA user_version = 1")
    db.close()


def test_a_file_of_the_first_version_is_updated(tmp_path: Path) -> None:
    of_first_version(tmp_path / "old.sqlite")
    TermBase(tmp_path / "new.sqlite").close()
    for _ in range(2):
        with TermBase(tmp_path / "old.sqlite") as base:
            assert [hit.kind for hit in base.lookup("party member")] == ["form"]
            assert [(place.start, place.end) for place in base.find("一名共产党员", "zh")] == [(2, 6)]
            assert [hit.term.text for hit in base.lookup("*产*")] == ["共产党员"]
    assert layout(tmp_path / "old.sqlite") == layout(tmp_path / "new.sqlite")


def test_a_failed_update_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.sqlite"
    of_first_version(path)
    before = layout(path)
    monkeypatch.setattr("tm.terms.file.MIGRATIONS", (*MIGRATIONS[:1], "DROP INDEX terms_by_head; DROP INDEX missing"))
    with pytest.raises(StoreError, match="cannot be used"):
        TermBase(path)
    assert layout(path) == before


def test_a_file_with_other_tables_is_refused_whatever_its_number(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    for number in range(len(MIGRATIONS) + 1):
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE things (x)")
            db.execute(f"PRAGMA user_version = {number}")
        db.close()
        with pytest.raises(StoreError, match="not a term base"):
            TermBase(path)
