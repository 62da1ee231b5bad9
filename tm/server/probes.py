"""What those who operate a server ask it: is it alive, is it ready, what does it count.

`/healthz` and `/readyz` are for load balancers, which know the server by its address: they are answered before access
control, and say nothing about its contents. `/metrics` needs a token of its own; without one it does not exist.
"""

import asyncio
from hmac import compare_digest

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.errors import DuiyiError
from tm.server.resources import Resources
from tm.server.team import Team
from tm.web.guard import token_in
from tm.web.metrics import CONTENT_TYPE, Metrics
from tm.web.refusals import headers_of

__all__ = ["Probes"]

_PATIENCE = 5.0  # seconds until a store that does not respond counts as not ready


class Probes:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, served: Resources | Team, metrics: Metrics, token: str) -> None:
        """Respond about ``served``; ``token`` is what a reader of the metrics sends, "" for nobody."""
        self._app = app
        self._served = served
        self._metrics = metrics
        self._token = token
        self._prefix = served.options.access.prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a probe, or pass the request on."""
        app = self._app
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            app = await self._response(scope) or app
        await app(scope, receive, send)

    async def _response(self, scope: Scope) -> Response | None:
        # Those who probe the server itself need not know the prefix of the proxy before it.
        path = scope["path"]
        if self._prefix and path.startswith(f"{self._prefix}/"):
            path = path[len(self._prefix) :]
        match path:
            case "/healthz":
                return PlainTextResponse("ok\n")
            case "/readyz":
                return await self._ready()
            case "/metrics":
                given = token_in(headers_of(scope).get("authorization", ""))
                if not self._token or not compare_digest(given.encode(), self._token.encode()):
                    return JSONResponse({"message": "this address does not exist"}, 404)
                text = await run_in_threadpool(lambda: self._metrics.text(self._served.figures()))
                return Response(text, media_type=CONTENT_TYPE)
        return None

    async def _ready(self) -> Response:
        try:
            await asyncio.wait_for(run_in_threadpool(self._served.check_ready), _PATIENCE)
        except (DuiyiError, TimeoutError):
            return PlainTextResponse("not ready\n", 503)
        return PlainTextResponse("ready\n")
