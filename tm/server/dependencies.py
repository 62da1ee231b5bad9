"""What the handlers of requests depend on: the service, the executors and the work of their application."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from corpora.errors import DuiyiError
from tm.accounts.roles import changes_something
from tm.server.authority import RESOURCES
from tm.server.errors import http_status
from tm.server.executors import Executors
from tm.server.resources import Resources
from tm.server.service import Service
from tm.server.team import Team
from tm.server.uploads import keep_uploads
from tm.server.work import Report, Work, WorkList
from tm.web.metrics import Metrics
from tm.web.visitor import Trace, trace_of

__all__ = [
    "Bench", "BenchDependency", "ExecutorsDependency", "ServiceDependency", "TeamDependency", "WorksDependency",
    "install",
]  # fmt: skip

_QUICK = 1.0  # seconds that the response waits for work to end, so that short work shows its report at once
Uploads = Mapping[str, Sequence[UploadFile]]


def install(app: FastAPI, executors: Executors, works: WorkList, team: Team | None, metrics: Metrics) -> None:
    """Make what the application has available to the handlers of ``app``."""
    app.state.executors = executors
    app.state.works = works
    app.state.team = team
    app.state.metrics = metrics


# Not async, each of these would run on a thread of its own.
async def _service(request: Request) -> Service:
    return Service(request.scope[RESOURCES], trace_of(request.scope))


async def _team(request: Request) -> Team:
    team: Team = request.app.state.team
    return team


async def _executors(request: Request) -> Executors:
    executors: Executors = request.app.state.executors
    return executors


async def _works(request: Request) -> WorkList:
    works: WorkList = request.app.state.works
    return works


TeamDependency = Annotated[Team, Depends(_team)]
ServiceDependency = Annotated[Service, Depends(_service)]
ExecutorsDependency = Annotated[Executors, Depends(_executors)]
WorksDependency = Annotated[WorkList, Depends(_works)]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a request begins long work: its service, and where the work runs and is kept."""

    service: Service
    executors: Executors
    works: WorkList
    team: Team | None
    metrics: Metrics

    async def begin(
        self,
        title: str,
        call: Callable[[Service, Work], Report],
        form: Callable[[Service, str], str],
        *,
        back: str = "/tools",
        uploads: Uploads | None = None,
    ) -> Response:
        """Begin work with the uploaded files, and send the browser to its page; or its form again with what was wrong.

        ``uploads``: the files of each field of the form, which lie in `Work.uploads` then.
        """
        visitor, shown = self.service.visitor, self.service.resources.without_paths
        try:
            with ExitStack() as held:
                resources = await run_in_threadpool(self._resources, held)
                work = await run_in_threadpool(
                    self.works.new, title, visitor, back, resources.check_running, resources.without_paths
                )
                shown = work.without_paths
                try:
                    await run_in_threadpool(keep_uploads, work, uploads or {})
                    error = await self._begun(work, call, resources, held)
                except BaseException:
                    await run_in_threadpool(self.works.drop, work)
                    raise
            if error is not None:
                raise error
        except DuiyiError as error:
            message, status = shown(str(error)), http_status(error)
            return HTMLResponse(await self.executors.query(lambda: form(self.service, message)), status)
        return RedirectResponse(f"{visitor.root}/work/{work.state.id}", 303)

    def _resources(self, held: ExitStack) -> Resources:
        """What the work uses, until ``held`` ends: what the request uses may be closed with its response."""
        project = self.service.visitor.project
        if self.team is None or project is None:
            return self.service.resources
        return held.enter_context(self.team.using(project))

    async def _begun(
        self, work: Work, call: Callable[[Service, Work], Report], resources: Resources, held: ExitStack
    ) -> DuiyiError | None:
        """Begin the work, which ends ``held``, and wait a moment; the error that ended it meanwhile, if any."""
        request = self.service.trace
        if changes_something(request.operation):
            request.note(f"work {work.state.id}")
        # The audit log has an entry for the request and one for what the work changed.
        trace = Trace(request.id, request.address, request.visitor, request.operation)
        service, kept = Service(resources, trace), held.pop_all()

        def run() -> DuiyiError | None:
            with kept:
                error = self.works.run(work, lambda one: call(service, one))
                self.metrics.add(trace.counts)
                if self.team is not None and trace.object:
                    self.team.record(trace, work.state.state)
                return error

        try:
            future = self.executors.begin(run)
        except DuiyiError:
            kept.close()
            raise
        done, _ = await asyncio.wait({future}, timeout=_QUICK)
        return future.result() if done else None


async def _bench(request: Request, service: ServiceDependency) -> Bench:
    state = request.app.state
    return Bench(service, state.executors, state.works, state.team, state.metrics)


BenchDependency = Annotated[Bench, Depends(_bench)]
