"""A server with accounts in the tests: two projects, a user for each role, and clients of the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.serving import HOME, UNITS
from tm.accounts.accounts import Accounts
from tm.accounts.records import Project
from tm.accounts.roles import Role
from tm.search.memory import Memory
from tm.server.app import create
from tm.server.options import Access, ServerOptions
from tm.server.team import Team

__all__ = ["PASSWORD", "Serving", "team_of"]

PASSWORD = "correct horse battery"


@dataclass
class Serving:
    """What a test needs. The users are called as their roles in ``project``; "outsider" is a manager of ``other``."""

    accounts: Accounts
    client: TestClient
    project: Project
    other: Project
    team: Team

    def session(self, name: str) -> dict[str, str]:
        """The headers of a browser in which this user is signed in."""
        secret = self.accounts.sessions.begin(self.accounts.users.get(name), "127.0.0.1", 1)
        return {"cookie": f"duiyi-session-8080={secret}"}

    def token(self, name: str, **limits: Any) -> dict[str, str]:
        """The headers of a program with a token of this user."""
        title = f"token {len(self.accounts.tokens.every())}"
        _, text = self.accounts.tokens.add(self.accounts.users.get(name), title, **limits)
        return {"authorization": f"Bearer {text}"}

    def ask(self, method: str, path: str, who: dict[str, str], **more: Any) -> Any:
        """The response to a request in ``project``."""
        headers = {**who, **more.pop("headers", {})}
        return self.client.request(method, f"/p/{self.project.id}{path}", headers=headers, **more)


@contextmanager
def team_of(folder: Path, **changes: Any) -> Iterator[Serving]:
    """A server whose accounts are in ``folder``."""
    path = folder / "accounts.sqlite"
    with Accounts(path, create=True) as accounts:
        project, other = (accounts.projects.add(name) for name in ("Treaties", "Contracts"))
        for role in Role:
            accounts.projects.grant(project, accounts.users.add(role.value, PASSWORD), role)
        accounts.projects.grant(other, accounts.users.add("outsider", PASSWORD), Role.MANAGER)
        for one in (project, other):
            with Memory(Path(one.memories[0][0])) as memory:
                memory.add(UNITS)
        options = ServerOptions((), folder / "none", **{"access": Access(), "accounts": path, **changes})
        team = Team(options)
        with TestClient(create(team), HOME, raise_server_exceptions=False, follow_redirects=False) as client:
            yield Serving(accounts, client, project, other, team)
