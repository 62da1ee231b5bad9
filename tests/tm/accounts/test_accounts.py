"""The accounts file: users, passwords, sessions, tokens, projects, the audit log, and a backup of all."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpora.errors import StoreError, UsageError
from tests.serving import UNITS
from tm.accounts import users as clock
from tm.accounts.accounts import Accounts
from tm.accounts.audit import audit_lines
from tm.accounts.backup import back_up, restore
from tm.accounts.passwords import checked_password
from tm.accounts.records import AuditQuery
from tm.accounts.roles import OPERATIONS, Role, lower
from tm.search.memory import Memory

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    with Accounts(tmp_path / "accounts.sqlite", create=True) as made:
        made.users.add("ada", PASSWORD)
        made.users.add("林", None)
        yield made  # type: ignore[misc]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")
def test_only_the_owner_may_read_the_file(accounts: Accounts) -> None:
    for path in accounts.path.parent.glob("accounts.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content = path.read_bytes()
        assert PASSWORD.encode() not in content


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no accounts"):
        Accounts(tmp_path / "none.sqlite")
    with Memory(tmp_path / "memory.duiyi") as memory:
        memory.add(UNITS)
    with pytest.raises(StoreError, match="not the accounts"):
        Accounts(tmp_path / "memory.duiyi", create=True)
    (tmp_path / "text").write_text("no database at all, but a text")
    with pytest.raises(StoreError):
        Accounts(tmp_path / "text")


def test_a_password_is_right_or_wrong(accounts: Accounts) -> None:
    assert accounts.users.check("ada", PASSWORD) == accounts.users.get("ADA")
    for name, password in [("ada", "wrong"), ("nobody", PASSWORD), ("林", PASSWORD), ("林", ""), ("ada", "")]:
        assert accounts.users.check(name, password) is None
    accounts.users.set_password("ada", "密码" * 8 + "ａ１")
    assert accounts.users.check("ada", "密码" * 8 + "a1") is not None, "full width and half width are the same"
    accounts.users.disable("ada")
    assert accounts.users.check("ada", "密码" * 8 + "a1") is None


@pytest.mark.parametrize("password", ["", "short", "a" * 30, "ab" * 10, "x" * 1_001, "user-name-1"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(UsageError):
        checked_password(password, "User-Name-1")


@pytest.mark.parametrize("name", ["", " ", "a b", "a" * 65, "-x", "a/b", "ada", "ADA", "<b>", "a\nb"])
def test_names_that_cannot_be_used(accounts: Accounts, name: str) -> None:
    with pytest.raises(UsageError):
        accounts.users.add(name, PASSWORD)


def test_sessions_end(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    user = accounts.users.get("ada")
    first, second, third = (accounts.sessions.begin(user, "127.0.0.1", 1) for _ in range(3))
    assert accounts.sessions.user(first) == user
    assert accounts.sessions.user(first[:-1]) is None
    accounts.sessions.end(first)
    assert accounts.sessions.user(first) is None
    accounts.users.set_password("ada", PASSWORD + "2")
    assert accounts.sessions.user(second) is None, "a new password ends all sessions"
    third = accounts.sessions.begin(user, "127.0.0.1", 1)
    later = clock.now() + 3_601
    monkeypatch.setattr("tm.accounts.sessions.now", lambda: later)
    assert accounts.sessions.user(third) is None


def test_tokens(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, lin = accounts.users.get("ada"), accounts.users.get("林")
    made, text = accounts.tokens.add(ada, "OmegaT", role=Role.READER, project="p", days=2)
    checked = accounts.tokens.check(text)
    assert checked is not None
    assert (checked[0], checked[1].id) == (ada, made.id)
    assert not accounts.tokens.is_noted(checked[1])
    accounts.tokens.note_use([checked[1]])
    assert accounts.tokens.get(made.id, ada).used is not None
    assert accounts.tokens.is_noted(accounts.tokens.get(made.id, ada))
    assert text.rpartition("_")[2].encode() not in accounts.path.read_bytes()
    wrong = text[:-1] + ("x" if text[-1] != "x" else "y")
    assert [accounts.tokens.check(one) for one in ("", "x", wrong, text + "x", text.replace(made.id, "0" * 16))] == (
        [None] * 5
    )
    with pytest.raises(UsageError, match="has no token"):
        accounts.tokens.revoke(made.id, lin)
    with pytest.raises(UsageError, match="already"):
        accounts.tokens.add(ada, " OmegaT ")
    accounts.users.disable("ada")
    assert accounts.tokens.check(text) is None
    accounts.users.disable("ada", disabled=False)
    assert accounts.tokens.check(text) is not None
    later = clock.now() + 2 * 86_400 + 1
    monkeypatch.setattr("tm.accounts.sessions.now", lambda: later)
    assert accounts.tokens.check(text) is None, "expired"
    _, text = accounts.tokens.add(ada, "other")
    assert accounts.tokens.check(text) is not None
    accounts.tokens.revoke(accounts.tokens.every(ada)[0].id, ada)
    assert [one for one in accounts.tokens.every(ada) if one.revoked]
    assert "_" not in json.dumps([one.to_dict() for one in accounts.tokens.every(ada)])


def test_failures_are_counted_by_name_and_address(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        assert not accounts.failures.pause("ada", "10.0.0.1")
        accounts.failures.add("ada", "10.0.0.1")
    for spelling in ("ADA", "ａｄａ", "𝐚da", "Ａda"):
        assert accounts.failures.pause(spelling, "10.0.0.1") > 0, "all of them sign the same user in"
    assert not accounts.failures.pause("ada", "10.0.0.2"), "an attacker does not lock the user out elsewhere"
    assert not accounts.failures.pause("lin", "10.0.0.1")
    for number in range(25):
        accounts.failures.add(f"user{number}", "10.0.0.1")
    assert accounts.failures.pause("somebody", "10.0.0.1") > 0, "many names from one address"
    for number in range(50):
        accounts.failures.add("victim", f"10.1.0.{number}")
    assert accounts.failures.pause("victim", "10.2.0.1") > 0, "one name from many addresses"
    later = clock.now() + 901
    monkeypatch.setattr("tm.accounts.sessions.now", lambda: later)
    assert not accounts.failures.pause("victim", "10.2.0.1")


def test_an_identity_of_a_provider_belongs_to_one_user(accounts: Accounts) -> None:
    find = accounts.users.by_identity
    assert find("https://id.example", "7", "nobody", create=False) is None
    assert find("https://id.example", "1", "ada", create=False) == accounts.users.get("ada")
    assert find("https://id.example", "1", "renamed", create=False) == accounts.users.get("ada")
    assert find("https://id.example", "2", "ada", create=True) is None, "the name belongs to subject 1"
    assert find("https://other.example", "1", "ada", create=True) is None
    made = find("https://id.example", "3", "grace", create=True)
    assert made is not None
    assert not made.has_password
    accounts.users.disable("ada")
    assert find("https://id.example", "1", "ada", create=True) is None


def test_projects_and_members(accounts: Accounts) -> None:
    ada = accounts.users.get("ada")
    made = accounts.projects.add("Treaties", source_lang="zh", target_lang="en")
    accounts.projects.grant(made, ada, Role.READER)
    accounts.projects.grant(made, ada, Role.MANAGER)
    assert accounts.projects.members(made) == [("ada", Role.MANAGER)]
    assert accounts.projects.of(ada) == [(made, Role.MANAGER)]
    for name, more in [("Treaties", {}), ("", {}), ("x", {"source_lang": "nonsense!"}), ("x", {"checks": "[oops]"})]:
        with pytest.raises(UsageError):
            accounts.projects.add(name, **more)
    changed = accounts.projects.edit(made, checks="[checks]\nskip = ['numbers']\n")
    assert changed.version == 2
    with pytest.raises(UsageError, match="meanwhile"):
        accounts.projects.edit(made, name="Contracts")
    accounts.projects.grant(made, ada, None)
    assert accounts.projects.role(made.id, ada) is None


def test_roles_include_those_before_them() -> None:
    assert [role.rank for role in Role] == [0, 1, 2, 3]
    assert lower(Role.MANAGER, Role.READER) is Role.READER
    assert lower(None, Role.MANAGER) is None
    assert all(one.least is not None for one in OPERATIONS)


def test_the_audit_log_is_filtered_and_exported(accounts: Accounts) -> None:
    start = datetime.now(UTC) - timedelta(seconds=2)
    with accounts.file.writing():  # one commit for all
        for number in range(1_500):
            accounts.audit.add(f"user{number % 3}", "add units", f"unit {number}", project="p" if number % 2 else "q")
    accounts.audit.add("=cmd()", "edit units", "\ud800 broken", project="p", details={"new": 3})
    found = list(accounts.audit.entries(AuditQuery(limit=10_000)))
    assert [one.number for one in found] == sorted((one.number for one in found), reverse=True)
    assert len(found) == 1_501
    query = AuditQuery("p", "user1", "add units", "unit 7", since=start, limit=2_000)
    assert {one.object for one in accounts.audit.entries(query)} == {
        f"unit {number}" for number in range(1_500) if number % 2 and number % 3 == 1 and f"{number}".startswith("7")
    }
    assert not list(accounts.audit.entries(AuditQuery(until=start)))
    rows = list(audit_lines(accounts.audit.entries(AuditQuery(limit=1)), "csv"))
    assert rows[0].startswith("number,moment,who,via,project,operation,object,result,address,request,details")
    assert "'=cmd()" in rows[1]
    assert json.loads(next(audit_lines(found[:1], "jsonl")))["details"] == {"new": 3}


def test_a_backup_is_put_back(accounts: Accounts, tmp_path: Path) -> None:
    own = accounts.projects.add("own")
    other = accounts.projects.add("shared", (("postgresql://u:secret@host/db", 0),), "postgresql://u:secret@host/db")
    accounts.projects.grant(own, accounts.users.get("ada"), Role.MANAGER)
    path = Path(own.memories[0][0])
    with Memory(path) as memory:
        memory.add(UNITS)
        done = back_up(accounts, tmp_path / "copy")  # while it is open
    assert done.left_out == ("host/db",)
    files = (one for one in (tmp_path / "copy").rglob("*") if one.is_file())
    stores = [one for one in files if one.read_bytes().startswith(b"SQLite")]
    assert {stat.S_IMODE(one.stat().st_mode) for one in stores} == {0o600}
    assert other.id
    with pytest.raises(UsageError, match="exists"):
        restore(tmp_path / "copy", tmp_path / "new.sqlite")
    path.unlink()
    assert restore(tmp_path / "copy", tmp_path / "new.sqlite")
    with Accounts(tmp_path / "new.sqlite") as found, Memory(path, create=False) as memory:
        assert found.users.check("ada", PASSWORD) is not None
        assert len(memory) == len(UNITS)
    with pytest.raises(UsageError, match="another folder"):
        back_up(accounts, tmp_path / "copy")
    with pytest.raises(Exception, match="no complete backup"):
        restore(tmp_path)
