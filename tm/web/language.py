"""The language of pages: the one that was chosen there, otherwise the first one of the browser that is known."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.translation import LANGUAGES, preferred_language, use_language
from tm.web.addresses import local_path
from tm.web.refusals import cookie_in, headers_of

__all__ = ["COOKIE", "Language", "choose_language"]

COOKIE = "duiyi-language"
_YEAR = 365 * 86_400  # seconds


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
        with use_language(_chosen(headers) or preferred_language(headers.get("accept-language", ""))):
            await self._app(scope, receive, send)


def _chosen(headers: Mapping[str, str]) -> str:
    code = cookie_in(headers, COOKIE)
    return code if code in LANGUAGES else ""


def choose_language(request: Request) -> Response:
    """The route ``/language/{code}``: keep the language for a year, and return to the page that led here.

    That is the one that the browser names, with its query, otherwise ``?back=/page``.
    """
    came, back = urlsplit(request.headers.get("referer", "")), request.query_params.get("back", "/")
    if came.netloc == request.url.netloc and came.path:
        back = f"{came.path}?{came.query}" if came.query else came.path
    response = RedirectResponse(local_path(back), 303)
    code = request.path_params["code"]
    if code in LANGUAGES:
        response.set_cookie(COOKIE, code, max_age=_YEAR, httponly=True, samesite="lax", path="/")
    return response
