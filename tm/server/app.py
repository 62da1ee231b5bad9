"""The application: observation, limits and access control around everything, then amaGama's protocol, API and pages."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.processes import end_with_parent
from corpora.version import tool_version
from tm.server import (
    changes,
    documents,
    entries_api,
    files,
    folders,
    home,
    memory_api,
    oidc,
    pages,
    signing_in,
    team_api,
    term_pages,
    terms_api,
    unit_pages,
    work_pages,
)  # fmt: skip
from tm.server.amagama import PREFIX, Amagama
from tm.server.authority import RESOURCES, Authority, Local
from tm.server.dependencies import install
from tm.server.errors import handlers
from tm.server.executors import Executors
from tm.server.options import ServerOptions
from tm.server.probes import Probes
from tm.server.reference import described
from tm.server.resources import Resources
from tm.server.reviews import Reviews
from tm.server.team import Team
from tm.server.work import WorkList
from tm.web.guard import Guard, GuardOptions
from tm.web.language import Language, choose_language
from tm.web.limits import Limits, UploadLimits
from tm.web.metrics import Metrics
from tm.web.observing import Observer
from tm.web.prefix import Prefix

__all__ = ["ACCOUNT_PAGES", "API", "LONGEST_HEAD", "PAGES", "create", "opened", "worker"]

#: The modules with routes: under ``/api``, of the pages, and those that only a server with accounts has.
API = (memory_api, terms_api, entries_api)
PAGES = (pages, home, work_pages, files, folders, unit_pages, term_pages, changes, documents)
ACCOUNT_PAGES = (team_api, signing_in, oidc)

#: Bytes of a request's head that the HTTP parser accepts: more than an address may have, so that `Limits` refuses it.
LONGEST_HEAD = 256_000
_JSON = 10_000_000  # bytes of a body without a file
_FILES = re.compile(
    rf"(?:/p/[0-9a-f]+)?(?:{PREFIX}[^/]+/[^/]+/store/|/tools/|/review/reviews(?:/[^/]+/documents/[^/]+)?$"
    "|/api/(?:.*/)?(?:import|extract|file|report|pretranslate)$)"
)
# Seconds for which a thread may compute while others wait: an import must not hold up each step of a query for 5 ms.
_TURN = 0.0005
_ABOUT = (
    "Translation memories and terminology on this machine. Errors have a status of 4xx or 5xx and a body of JSON whose "
    "`message` says what is wrong. Where a token is required, send it as `Authorization: Bearer TOKEN`, or as the "
    "password of HTTP Basic. Texts are plain Unicode; spans count characters."
)


def worker(options: ServerOptions) -> ASGIApp:
    """The application of a worker process, with its own resources."""
    end_with_parent()
    return create(opened(options))


def opened(options: ServerOptions) -> Resources | Team:
    """What is served: with accounts the projects, otherwise the memories and the term base of ``options``."""
    return Team(options) if options.accounts is not None else Resources(options)


def create(served: Resources | Team) -> ASGIApp:
    """The application over ``served``, which it closes when it stops."""
    options, team = served.options, served if isinstance(served, Team) else None
    executors, works = Executors(options.threads, options.waiting), WorkList(options.work_folder)
    reviews, metrics = Reviews(options), Metrics(options.metrics_folder)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(_TURN)
        yield
        served.stop()
        executors.close()
        reviews.close()
        works.close()
        served.close()

    app = FastAPI(
        title="duiyi",
        version=tool_version(),
        description=_ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers=handlers(_without_paths, pages.error_page),
    )
    app.openapi = partial(described, app.openapi)  # type: ignore[method-assign]
    install(app, executors, works, team, metrics)
    for module in API:
        app.include_router(module.router, prefix="/api")
    for module in PAGES:
        app.include_router(module.router)
    for module in ACCOUNT_PAGES if team is not None else ():
        if module is not oidc or options.oidc is not None:
            app.include_router(module.router)
    app.add_route("/language/{code}", choose_language, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static"), packages=[("tm.web", "static")]))
    app.mount("/review", reviews)
    split = UploadLimits(_Split(app, Amagama(executors)), _takes_file, options.uploads)
    inner = Authority(split, team) if team is not None else Local(split, _only(served))
    return _surrounded(inner, options, served, metrics)


def _only(served: Resources | Team) -> Resources:
    assert isinstance(served, Resources)
    return served


def _surrounded(app: ASGIApp, options: ServerOptions, served: Resources | Team, metrics: Metrics) -> ASGIApp:
    """``app`` with limits, access control and observation around it."""
    access = options.access
    guard = GuardOptions(access.hosts, access.token, programs=True, accounts=options.accounts is not None)
    guarded = Language(Guard(app, guard))
    limits = Limits(guarded, partial(_most, options.max_upload), access.rate, LONGEST_HEAD - 20_000)
    prefixed = Prefix(limits, access.prefix, behind_tls=access.behind_tls)
    observed = Observer(prefixed, metrics, as_json=options.log_format == "json")
    return Probes(observed, served, metrics, options.metrics_token)


def _without_paths(request: Request, message: str) -> str:
    found: Any = request.scope.get(RESOURCES)
    return found.without_paths(message) if found is not None else message


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
