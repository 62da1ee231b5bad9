"""Headers and cookies of a request, and the responses that refuse it: one sentence, as text for browsers or JSON."""

import sqlite3
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

from corpora.errors import StoreError
from corpora.sqlite_errors import NO_ROOM

__all__ = ["READ_ONLY", "cookie_in", "headers_of", "refusal_response", "store_status"]

_HEADERS = "duiyi.headers"
READ_ONLY = "this server is read-only; its owner can start it with --write"


def headers_of(scope: Scope) -> Mapping[str, str]:
    """The headers of a request, names in lower case; the last one of each name."""
    found: Mapping[str, str] | None = scope.get(_HEADERS)
    if found is None:  # all layers read them
        found = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        scope[_HEADERS] = found
    return found


def cookie_in(headers: Mapping[str, str], name: str) -> str:
    """The cookie ``name`` in the headers of a request, "" if there is none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def refusal_response(
    headers: Mapping[str, str], message: str, status: int, extra: Mapping[str, str] | None = None
) -> Response:
    """A response with ``message`` to a request with ``headers``; ``extra`` are headers of the response."""
    if "text/html" in headers.get("accept", ""):
        return PlainTextResponse(f"{message}\n", status, extra)
    return JSONResponse({"message": message}, status, extra)


def store_status(error: StoreError) -> int:
    """The HTTP status for an error of a store: 423 where it is locked, 507 on a full disk, else 409."""
    code: int = getattr(error.__cause__, "sqlite_errorcode", 0)
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return 423
    return 507 if code == sqlite3.SQLITE_FULL or code in NO_ROOM else 409
