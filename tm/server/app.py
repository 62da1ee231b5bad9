"""Put the server together: limits and guard around everything, then amaGama's protocol, the API, and the pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.version import tool_version
from tm.server.amagama import PREFIX, Amagama
from tm.server.errors import handlers
from tm.server.executors import Executors
from tm.server.memory_api import memory_router
from tm.server.options import ServerOptions
from tm.server.reference import described
from tm.server.resources import Resources
from tm.server.service import Service
from tm.server.terms_api import terms_router
from tm.web.guard import Guard, GuardOptions
from tm.web.limits import Limits, UploadLimits

__all__ = ["LONGEST_HEAD", "create", "worker"]

#: Bytes of a request's head that the HTTP parser takes: more than an address may have, so that we say what is wrong.
LONGEST_HEAD = 256_000
_JSON = 10_000_000  # bytes of a body that is no file
_FILES = re.compile(rf"{PREFIX}[^/]+/[^/]+/store/|/tools/|/api/(?:.*/)?(?:import|extract|file|report)$")
_ABOUT = (
    "Translation memories and terminology on this machine. Errors have a status of 4xx or 5xx and the body "
    '`{"message": "..."}`. Where a token is asked for, send it as `Authorization: Bearer TOKEN`, or as the password of '
    "HTTP Basic. Texts are Unicode as they are; spans count characters."
)


def worker(options: ServerOptions) -> ASGIApp:
    """The application of a worker process, with holdings of its own."""
    return create(Resources(options))


def create(holdings: Resources) -> ASGIApp:
    """The application over ``holdings``, which it closes when it stops."""
    from tm.server.pages import error_page, pages_router

    options = holdings.options
    pools = Executors(options.threads, options.waiting)
    desk = Service(holdings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        holdings.stopping.set()
        pools.close()
        holdings.close()

    app = FastAPI(
        title="duiyi",
        version=tool_version(),
        description=_ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers=handlers(holdings.told, error_page),
    )
    app.openapi = partial(described, app.openapi)  # type: ignore[method-assign]
    api = APIRouter(prefix="/api")
    api.include_router(memory_router(desk, pools))
    api.include_router(terms_router(desk, pools))
    app.include_router(api)
    app.include_router(pages_router(app, desk, pools))
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static"), packages=[("tm.web", "static")]))
    guard = GuardOptions(hosts=options.access.hosts, token=options.access.token, programs=True)
    uploads = UploadLimits(_Split(app, Amagama(desk, pools)), _takes_file, options.uploads)
    return Limits(Guard(uploads, guard), partial(_most, options.max_upload), options.access.rate, LONGEST_HEAD - 20_000)


def _most(upload: int, path: str) -> int:
    """Bytes that may be sent to ``path``: files where files are taken."""
    return upload + 10_000 if _FILES.match(path) else _JSON  # a form has a frame around its file


def _takes_file(method: str, path: str) -> bool:
    return method in ("POST", "PUT") and _FILES.match(path) is not None


class _Split:
    """amaGama's addresses hold texts that no router would take; everything else is the framework's."""

    def __init__(self, app: ASGIApp, amagama: ASGIApp) -> None:
        self._app = app
        self._amagama = amagama

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_amagama = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self._amagama if is_amagama else self._app)(scope, receive, send)
