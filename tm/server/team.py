"""The projects of a server with accounts: the resources of each are opened when a request needs them.

A project that was changed is opened anew with the next request; what was open before is closed when the last request
that uses it has its response. Of the projects that nobody uses, the last few stay open.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpora.errors import DuiyiError
from models.encoder import Encoder
from tm.accounts.accounts import Accounts
from tm.accounts.audit import AuditRow, audit_row
from tm.accounts.records import Project, Token
from tm.postgresql.address import located
from tm.server.errors import Busy
from tm.server.options import ServerOptions
from tm.server.resources import Resources, store_figures
from tm.web.metrics import Figure
from tm.web.together import Together
from tm.web.visitor import Trace

__all__ = ["Team"]

_OPEN = 32  # projects that stay open though nobody uses them


@dataclass(slots=True)
class _Open:
    """A project that is open: how many requests use it, and whether it is to be closed after the last one."""

    project: Project
    resources: Resources
    users: int = 0
    stale: bool = False


@dataclass(slots=True)
class _Opening:
    """Who opens a project, one at a time; when that failed last, and why."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    failed: float = 0.0
    error: DuiyiError | None = None


class Team:
    """The accounts and the open projects; any thread may use it."""

    def __init__(self, options: ServerOptions) -> None:
        """Open the accounts. Raises `StoreError` if they cannot be used."""
        assert options.accounts is not None
        self.options = options
        self.accounts = Accounts(options.accounts)
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}
        self._stale: list[_Open] = []  # still in use
        self._opening: dict[str, _Opening] = {}
        self._loading = threading.Lock()  # of its own, since the event loop takes the first one
        self._encoder: Encoder | None = None
        self._records = Together(self.accounts.audit.write)
        self._uses = Together(self.accounts.tokens.note_use)
        self._stopped = False

    def is_open(self, project: Project) -> bool:
        """Whether `using` gives the resources of a project without opening files."""
        known = self._open.get(project.id)
        return known is not None and known.project.version >= project.version

    @contextmanager
    def using(self, project: Project) -> Iterator[Resources]:
        """The resources of a project, open as long as the context lasts. Raises `StoreError`."""
        entry = self._taken(project) or self._opened(project)
        try:
            yield entry.resources
        finally:
            with self._lock:
                entry.users -= 1
                closing = self._idle()
                if entry.stale and not entry.users:
                    self._stale.remove(entry)
                    closing.append(entry)
            for one in closing:
                one.resources.close()

    def _taken(self, project: Project) -> _Open | None:
        """A project that is open as it is now, with one more user."""
        with self._lock:
            known = self._open.pop(project.id, None)
            if known is None:
                return None
            self._open[project.id] = known  # the last one is the one used last
            if known.project.version < project.version:
                return None
            known.users += 1
            return known

    def _opened(self, project: Project) -> _Open:
        """Open a project, with one user. Others that want it wait; other projects do not, as a store may be slow."""
        with self._lock:
            opening = self._opening.setdefault(project.id, _Opening())
        asked = time.monotonic()
        with opening.lock:
            if (known := self._taken(project)) is not None:
                return known
            if opening.error is not None and opening.failed > asked:
                raise opening.error  # while this request waited: to try again for each takes each time as long
            try:
                made = _Open(project, Resources(self._options_of(project), encoder=self.encoder), users=1)
            except DuiyiError as error:
                opening.failed, opening.error = time.monotonic(), error
                raise
            opening.error = None
            with self._lock:
                old = self._open.pop(project.id, None)
                self._open[project.id] = made
                if old is not None:
                    old.stale = True
                    if old.users:
                        self._stale.append(old)
            if old is not None and not old.users:
                old.resources.close()
            return made

    def _idle(self) -> list[_Open]:
        """Those that have been idle longest, taken from the open ones where there are too many."""
        found = []
        for number, entry in list(self._open.items())[: max(0, len(self._open) - _OPEN)]:
            if not entry.users:
                del self._open[number]
                found.append(entry)
        return found

    def _options_of(self, project: Project) -> ServerOptions:
        return replace(
            self.options,
            memories=tuple((located(address), penalty) for address, penalty in project.memories),
            terms=located(project.terms, "terms"),
            terms_named=True,
            writable=True,  # the roles decide
            reviews=Path(project.reviews),
            checks=project.checks,
        )

    def encoder(self) -> Encoder:
        """The encoder that all projects share, loaded when it is first needed."""
        with self._loading:
            if self._encoder is None:
                from models.registry import load

                self._encoder = load(self.options.model or None)
            return self._encoder

    def record(self, trace: Trace, result: str) -> None:
        """Write what a visitor did to the audit log."""
        self.accounts.audit.write([_entry(trace, result)])

    async def recorded(self, trace: Trace, result: str) -> None:
        """As `record`; what several requests did at the same time is written together, since a disk is slow."""
        await self._records.add(_entry(trace, result))

    def note_use(self, token: Token) -> None:
        """Note that a token is used, once an hour; no request waits for it."""
        if not self.accounts.tokens.is_noted(token):
            self._uses.add_later(token)

    def check_ready(self) -> None:
        """Raise an error if a request could not be served now."""
        if self._stopped:
            raise Busy("the server is stopping")
        self.accounts.projects.get("")

    def figures(self) -> list[Figure]:
        """The sizes of the open projects, for the metrics."""
        with self._lock:
            entries = list(self._open.items())
            for _, entry in entries:
                entry.users += 1  # so that none is closed meanwhile
        try:
            found = store_figures(
                (number, one) for number, entry in entries for one in entry.resources.memories.values()
            )
        finally:
            with self._lock:
                for _, entry in entries:
                    entry.users -= 1
        projects: Figure = ("duiyi_projects_open", "Projects whose files are open.", {(): len(entries)})
        return [*found, projects]

    def stop(self) -> None:
        """Tell long tasks to stop."""
        self._stopped = True
        with self._lock:
            for entry in (*self._open.values(), *self._stale):
                entry.resources.stopping.set()

    def close(self) -> None:
        """Close everything."""
        with self._lock:
            for entry in self._open.values():
                entry.resources.close()
            self._open.clear()
        self.accounts.close()


def _entry(trace: Trace, result: str) -> AuditRow:
    visitor = trace.visitor
    return audit_row(
        visitor.name,
        trace.operation,
        trace.object,
        via=visitor.via,
        project=visitor.project.id if visitor.project else "",
        result=result,
        address=trace.address,
        request=trace.id,
        details=trace.details,
    )
