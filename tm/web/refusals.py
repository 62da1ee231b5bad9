"""How a server refuses before any page is asked: one sentence, as text for those who read, as JSON for programs."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

__all__ = ["headers_of", "told"]


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request, names in lower case; of several of one name the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def told(headers: Mapping[str, str], message: str, status: int, extra: Mapping[str, str] | None = None) -> Response:
    """The sentence as an answer to a request with ``headers``; ``extra`` are headers of the answer."""
    if "text/html" in headers.get("accept", ""):
        return PlainTextResponse(f"{message}\n", status, extra)
    return JSONResponse({"message": message}, status, extra)
