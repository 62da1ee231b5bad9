"""Serve under a path prefix behind a proxy, such as /duiyi/, and know that the proxy speaks TLS.

The prefix is taken off here, so that nothing inside has to know of it, except pages, which put it before their links.
"""

import re
from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.errors import UsageError
from tm.web.refusals import headers_of, refusal_response
from tm.web.visitor import trace_of

__all__ = ["Prefix", "checked_prefix"]

_PREFIX = re.compile(r"(/[\w.~-]+)+")


def checked_prefix(prefix: str) -> str:
    """``prefix`` as "/duiyi", "" for none. Raises `UsageError`."""
    prefix = prefix.strip().rstrip("/")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise UsageError(f"{prefix[:80]} is not a path prefix such as /duiyi")
    return prefix


class Prefix:
    """ASGI middleware: 404 outside ``prefix``, which is taken off the paths of requests below it."""

    def __init__(self, app: ASGIApp, prefix: str, *, behind_tls: bool = False) -> None:
        """Pass requests on to ``app``; with ``behind_tls`` their scheme is https, whatever reached this server."""
        self._app = app
        self._prefix = prefix
        self._scheme = {"scheme": "https"} if behind_tls else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the prefix off, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace, path = trace_of(scope), scope["path"]
        inside = path == self._prefix or path.startswith(f"{self._prefix}/")
        if self._prefix and not inside:
            refused = refusal_response(headers_of(scope), f"this server is at {self._prefix}/", 404)
            await refused(scope, receive, send)
            return
        trace.visitor = replace(trace.visitor, base=self._prefix, root=self._prefix)
        await self._app({**scope, **self._scheme, "path": path[len(self._prefix) :] or "/"}, receive, send)
