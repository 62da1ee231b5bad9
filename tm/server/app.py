"""The application: limits and access control around everything, then amaGama's protocol, the API, and the pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.processes import end_with_parent
from corpora.version import tool_version
from tm.server import memory_api, pages, terms_api
from tm.server.amagama import PREFIX, Amagama
from tm.server.dependencies import install
from tm.server.errors import handlers
from tm.server.executors import Executors
from tm.server.options import ServerOptions
from tm.server.reference import described
from tm.server.resources import Resources
from tm.server.service import Service
from tm.web.guard import Guard, GuardOptions
from tm.web.language import Language, choose_language
from tm.web.limits import Limits, UploadLimits

__all__ = ["LONGEST_HEAD", "create", "worker"]

#: Bytes of a request's head that the HTTP parser accepts: more than an address may have, so that `Limits` refuses it.
LONGEST_HEAD = 256_000
_JSON = 10_000_000  # bytes of a body without a file
_FILES = re.compile(rf"{PREFIX}[^/]+/[^/]+/store/|/tools/|/api/(?:.*/)?(?:import|extract|file|report)$")
_ABOUT = (
    "Translation memories and terminology on this machine. Errors have a status of 4xx or 5xx and the body "
    '`{"message": "..."}`. Where a token is required, send it as `Authorization: Bearer TOKEN`, or as the password of '
    "HTTP Basic. Texts are plain Unicode; spans count characters."
)


def worker(options: ServerOptions) -> ASGIApp:
    """The application of a worker process, with its own resources."""
    end_with_parent()
    return create(Resources(options))


def create(resources: Resources) -> ASGIApp:
    """The application over ``resources``, which it closes when it stops."""
    options = resources.options
    executors = Executors(options.threads, options.waiting)
    service = Service(resources)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        resources.stopping.set()
        executors.close()
        resources.close()

    app = FastAPI(
        title="duiyi",
        version=tool_version(),
        description=_ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers=handlers(resources.without_paths, pages.error_page),
    )
    app.openapi = partial(described, app.openapi)  # type: ignore[method-assign]
    install(app, service, executors)
    app.include_router(memory_api.router, prefix="/api")
    app.include_router(terms_api.router, prefix="/api")
    app.include_router(pages.router)
    app.add_route("/language/{code}", choose_language, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static"), packages=[("tm.web", "static")]))
    guard = GuardOptions(hosts=options.access.hosts, token=options.access.token, programs=True)
    uploads = UploadLimits(_Split(app, Amagama(service, executors)), _takes_file, options.uploads)
    return Limits(
        Language(Guard(uploads, guard)), partial(_most, options.max_upload), options.access.rate, LONGEST_HEAD - 20_000
    )


def _most(upload: int, path: str) -> int:
    """The most bytes that may be sent to ``path``; more where it accepts files."""
    return upload + 10_000 if _FILES.match(path) else _JSON  # a form adds a frame to its file


def _takes_file(method: str, path: str) -> bool:
    return method in ("POST", "PUT") and _FILES.match(path) is not None


class _Split:
    """Send amaGama's addresses, which hold texts that no router accepts, to their own application."""

    def __init__(self, app: ASGIApp, amagama: ASGIApp) -> None:
        self._app = app
        self._amagama = amagama

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_amagama = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self._amagama if is_amagama else self._app)(scope, receive, send)
