"""What went wrong, as a sentence with a status: `{"message": "..."}`, or a page for those who read.

What a client can mend has 4xx, with the sentence that the command line would print. Nothing else of the inside is
shown: an error that nobody foresaw is one sentence too, and its trace stays in the server's own log.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from corpora.errors import DuiyiError, MissingExtra, StoreError, UsageError

__all__ = ["UNFORESEEN", "Busy", "ReadOnly", "UnknownMemory", "handlers", "sentence", "status_of"]

UNFORESEEN = "something went wrong inside the server; its log says more"


class UnknownMemory(UsageError):
    """A name that no memory has."""


class ReadOnly(UsageError):
    """Something was to be changed where nothing may be."""


class Busy(DuiyiError):
    """More questions than can wait."""


def status_of(error: DuiyiError) -> int:
    """The status that says what kind of fault it is."""
    match error:
        case UnknownMemory():
            return 404
        case ReadOnly():
            return 403
        case Busy():
            return 503
        case MissingExtra():
            return 501
        case StoreError():
            match getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF:
                case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                    return 423
                case sqlite3.SQLITE_FULL:
                    return 507
            return 409
    return 400


def sentence(error: RequestValidationError) -> str:
    """What is wrong with the parameters or the body: the first fault, by name."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"][1:]]
    name = ".".join(place)
    if first["type"] == "extra_forbidden":
        return f"there is no parameter {name[:80]}"
    if first["type"] == "missing":
        return f"{name} is missing" if name else "the body is missing"
    if first["type"] == "json_invalid":
        return "the body is no JSON"
    # Values that are wrong are not repeated: they may be long, or not for every log.
    text = str(first["msg"])
    text = text[:1].lower() + text[1:]
    return f"{name}: {text}" if name else text


def handlers(told: Callable[[str], str], page: Callable[[str, int], Response]) -> dict[Any, Any]:
    """Exception handlers; ``told`` takes paths out of a message, ``page`` shows one to those who read."""

    def answer(request: Request, message: str, status: int) -> Response:
        message = told(message)
        answered = (
            page(message, status)
            if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
            else JSONResponse({"message": message}, status)
        )
        if status in (423, 429, 503):
            answered.headers["retry-after"] = "1"
        return answered

    async def known(request: Request, error: DuiyiError) -> Response:
        return answer(request, str(error), status_of(error))

    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, sentence(error), 400)

    async def http(request: Request, error: HTTPException) -> Response:
        answered = answer(request, _sentences.get(error.status_code, str(error.detail)), error.status_code)
        answered.headers.update(error.headers or {})
        return answered

    async def unforeseen(request: Request, error: Exception) -> Response:
        return answer(request, UNFORESEEN, 500)

    return {DuiyiError: known, RequestValidationError: invalid, HTTPException: http, Exception: unforeseen}


_sentences = {
    404: "there is nothing at this address; /api/docs says what there is",
    405: "this address does not take that method; /api/docs says what it takes",
}
