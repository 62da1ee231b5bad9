"""What every test may ask for: the shared real documents, and programs that are not Python."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgresql import PostgresServer, find

# No deadlines: machines are shared. In CI the same examples every time, so that a change is judged by what it changed.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("DUIYI_SHARED", ROOT.parent / "shared"))


def _missing(reason: str) -> None:
    """Skip with the reason; in CI, where everything is there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI this must be there: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents and schemas beside the checkout (`DUIYI_SHARED` overrules)."""
    if not (SHARED / "data").is_dir():
        _missing(f"real documents are not at {SHARED}; set DUIYI_SHARED to their folder")
    return SHARED


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """`program("omegat")` is its path; the test is skipped where it is missing, saying how to get it."""

    def find(name: str, package: str | None = None) -> str:
        path = shutil.which(name)
        if path is None:
            _missing(f"{name} is not installed: apt-get install {package or name}")
        assert path is not None
        return path

    return find


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of passwords that take no time; the parameters of real ones cost a second on a busy machine."""
    from argon2 import PasswordHasher

    from tm.accounts import passwords

    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._nobody.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started once for all tests of a process."""
    programs = find()
    if programs is None:
        _missing("PostgreSQL is not installed: apt-get install postgresql")
    assert programs is not None
    server = PostgresServer(programs)
    yield server
    server.remove()
