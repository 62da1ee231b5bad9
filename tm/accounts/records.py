"""What the accounts file holds, as plain records: users, tokens, projects, entries of the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tm.accounts.roles import Role

__all__ = ["AuditEntry", "AuditQuery", "Project", "Token", "User"]


@dataclass(frozen=True, slots=True)
class User:
    """A person. ``has_password`` is false for those who only sign in through OpenID Connect."""

    id: int
    name: str
    disabled: bool
    created: datetime
    has_password: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """A personal API token, without its secret.

    ``role`` and ``project`` limit it to less than its user may do; None and "" do not. ``used`` is exact to the hour.
    """

    id: str
    user: str
    name: str
    role: Role | None
    project: str
    created: datetime
    expires: datetime | None
    used: datetime | None
    revoked: bool

    def to_dict(self) -> dict[str, Any]:
        """The token as JSON."""
        return {
            "id": self.id,
            "user": self.user,
            "name": self.name,
            "role": self.role and self.role.value,
            "project": self.project,
            "created": self.created.isoformat(),
            "expires": self.expires and self.expires.isoformat(),
            "used": self.used and self.used.isoformat(),
            "revoked": self.revoked,
        }


@dataclass(frozen=True, slots=True)
class Project:
    """What belongs together: memories (each with its penalty in points), term base, languages, check settings.

    ``checks`` is the content of a TOML file as `duiyi check --config` reads it. ``version`` grows with every change.
    """

    id: str
    name: str
    memories: tuple[tuple[str, int], ...]
    terms: str
    reviews: str
    source_lang: str = ""
    target_lang: str = ""
    checks: str = ""
    version: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The project as its members see it: without paths, which are a matter of the server."""
        return {
            "id": self.id,
            "name": self.name,
            "source_lang": self.source_lang,
            "target_lang": self.target_lang,
            "checks": self.checks,
        }


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when and from where.

    who: the name of the user, or "" where nobody was signed in. via: "session", "token NAME" or "command".
    operation: a name of `tm.accounts.roles`. object: what it was done to, such as "unit 12 of legal".
    result: "done", "refused", "failed" or "stopped". address: of the client.
    request: its number in the log of the server.
    """

    number: int
    moment: datetime
    who: str
    via: str
    project: str
    operation: str
    object: str
    result: str
    address: str
    request: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The entry as JSON and as a row of a table."""
        return {
            "number": self.number,
            "moment": self.moment.isoformat(),
            "who": self.who,
            "via": self.via,
            "project": self.project,
            "operation": self.operation,
            "object": self.object,
            "result": self.result,
            "address": self.address,
            "request": self.request,
            "details": dict(self.details),
        }


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries of the audit log: of a project ("" for what belongs to none), by user, operation, time, object."""

    project: str | None = None
    who: str = ""
    operation: str = ""
    object: str = ""
    result: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100
    before: int = 0
