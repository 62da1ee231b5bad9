"""What the handlers of requests depend on: the service and the executors of the application that runs them."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from tm.server.authority import RESOURCES
from tm.server.executors import Executors
from tm.server.service import Service
from tm.server.team import Team
from tm.web.visitor import trace_of

__all__ = ["ExecutorsDependency", "ServiceDependency", "TeamDependency", "install"]


def install(app: FastAPI, executors: Executors, team: Team | None) -> None:
    """Make ``executors`` and the ``team`` available to the handlers of ``app``."""
    app.state.executors = executors
    app.state.team = team


# Not async, each of these would run on a thread of its own.
async def _service(request: Request) -> Service:
    return Service(request.scope[RESOURCES], trace_of(request.scope))


async def _team(request: Request) -> Team:
    team: Team = request.app.state.team
    return team


async def _executors(request: Request) -> Executors:
    executors: Executors = request.app.state.executors
    return executors


TeamDependency = Annotated[Team, Depends(_team)]
ServiceDependency = Annotated[Service, Depends(_service)]
ExecutorsDependency = Annotated[Executors, Depends(_executors)]
