"""What the handlers of requests depend on: the service and the executors of the application that runs them."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from tm.server.executors import Executors
from tm.server.service import Service

__all__ = ["ExecutorsDependency", "ServiceDependency", "install"]


def install(app: FastAPI, service: Service, executors: Executors) -> None:
    """Make ``service`` and ``executors`` available to the handlers of ``app``."""
    app.state.service = service
    app.state.executors = executors


# Not async, each of these would run on a thread of its own.
async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _executors(request: Request) -> Executors:
    executors: Executors = request.app.state.executors
    return executors


ServiceDependency = Annotated[Service, Depends(_service)]
ExecutorsDependency = Annotated[Executors, Depends(_executors)]
