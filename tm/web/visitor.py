"""Who makes a request and what he may do; it travels with the request through all layers of an application.

Without accounts there is one visitor, the owner of this machine, who may do everything. With accounts it is a user with
his role in one project (`tm.accounts.roles` is the table of what a role may do).
"""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from corpora.errors import UsageError
from corpora.text.plurals import counted
from tm.accounts.records import Project, User
from tm.accounts.roles import Operation, Role, named

__all__ = ["Forbidden", "Trace", "Visitor", "trace_of"]

_KEY = "duiyi.trace"


class Forbidden(UsageError):
    """The role of the user does not allow what he asked for."""


def _nobody() -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who makes a request.

    name: of the user, "" without accounts. user: his record. role, project: what he has where, None without accounts.
    base: the beginning of all paths of the server, such as "/duiyi". root: that of the pages of the project.
    team: the server has accounts. via: "session" or "token NAME". members: the names of the users of the project.
    """

    name: str = ""
    user: User | None = None
    role: Role | None = None
    project: Project | None = None
    base: str = ""
    root: str = ""
    team: bool = False
    via: str = ""
    members: Callable[[], list[str]] = field(default=_nobody, compare=False)

    def may(self, operation: str | Operation) -> bool:
        """Whether the visitor may do this."""
        if not self.team:
            return True
        one = named(operation) if isinstance(operation, str) else operation
        return one.least is None or (self.role is not None and self.role.rank >= one.least.rank)

    def require(self, operation: str | Operation) -> None:
        """Raise `Forbidden` if the visitor may not do this."""
        if not self.may(operation):
            one = named(operation) if isinstance(operation, str) else operation
            raise Forbidden(f"this needs the role {one.least} in the project ({one.about}); yours is {self.role}")


@dataclass(slots=True)
class Trace:
    """What is known of one request: its number, its visitor, what it does, and to what."""

    id: str = ""
    address: str = ""
    visitor: Visitor = field(default_factory=Visitor)
    operation: str = ""
    object: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, number: int = 1) -> None:
        """For the metrics: that this was done ``number`` times."""
        self.counts[what] = self.counts.get(what, 0) + number

    def note(self, what: str, **details: Any) -> None:
        """For the audit log: what was changed, and more about it, but no texts."""
        self.object = what
        self.details.update(details)

    def note_file(self, name: str, to: str, **numbers: int) -> None:
        """For the audit log: that a file was imported, beside those before it; the numbers are those of all."""
        files = [*self.details.get("files", ()), name]
        totals = {key: self.details.get(key, 0) + number for key, number in numbers.items()}
        self.note(f"{name if len(files) == 1 else counted(len(files), 'file')} to {to}", files=files, **totals)


def trace_of(scope: MutableMapping[str, Any]) -> Trace:
    """The trace of a request, made by the first who asks."""
    found: Trace = scope.setdefault(_KEY, Trace(address=(scope.get("client") or ("",))[0]))
    return found
