"""The language of pages: the one that was chosen there, otherwise the first one of the browser that is known."""

from collections.abc import Mapping
from contextvars import ContextVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.translation import LANGUAGES, preferred_language, use_language
from tm.web.addresses import local_path
from tm.web.refusals import cookie_in, headers_of
from tm.web.visitor import trace_of

__all__ = ["COOKIE", "Language", "choose_language", "page_address"]

COOKIE = "duiyi-language"
_YEAR = 365 * 86_400  # seconds
_KEY = "duiyi.page"
_PAGE: ContextVar[str] = ContextVar("page", default="")


class Language:
    """ASGI middleware that sets the language of each request; `choose_language` keeps a choice in a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle the request in its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = headers_of(scope)
        query = scope.get("query_string", b"").decode("latin-1")
        path = f"{trace_of(scope).visitor.base}{quote(scope['path'])}{'?' + query if query else ''}"
        # The first one sees the whole path; inside, an application has its own part of it.
        _PAGE.set(scope.setdefault(_KEY, path if scope["method"] == "GET" else ""))
        with use_language(_chosen(headers) or preferred_language(headers.get("accept-language", ""))):
            await self._app(scope, receive, send)


def _chosen(headers: Mapping[str, str]) -> str:
    code = cookie_in(headers, COOKIE)
    return code if code in LANGUAGES else ""


def page_address(otherwise: str) -> str:
    """The address of the page that is asked for, with its query; ``otherwise`` where a form was sent."""
    return _PAGE.get() or otherwise


def choose_language(request: Request) -> Response:
    """The route ``/language/{code}?back=/page``: keep the language for a year, and return to the page that led here.

    The browser's name for it is of no use: a form that is shown again has the address that it was sent to.
    """
    response = RedirectResponse(local_path(request.query_params.get("back", "/")), 303)
    code = request.path_params["code"]
    if code in LANGUAGES:
        response.set_cookie(COOKIE, code, max_age=_YEAR, httponly=True, samesite="lax", path="/")
    return response
