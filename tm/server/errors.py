"""Errors as a status with one sentence: `{"message": "..."}`, or a page for browsers.

Errors that a client can correct have 4xx, with the sentence that the command line would print. No other internals are
shown: an unexpected error is one sentence too, and its traceback stays in the server's log.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from corpora.errors import DuiyiError, EditConflict, MissingExtra, StoreError, StoreUnavailable, UsageError
from corpora.files import is_out_of_space
from corpora.text.plurals import counted
from tm.web.refusals import store_status
from tm.web.visitor import Forbidden

__all__ = [
    "FULL", "UNEXPECTED", "Busy", "NoCondition", "NotFound", "ReadOnly", "UnknownMemory", "handlers", "http_status",
    "sentence",
]  # fmt: skip

UNEXPECTED = "an unexpected error occurred in the server; details are in its log"
FULL = "the disk of the server is full; make room there, then try again"


class NotFound(UsageError):
    """There is no such thing, or none that the visitor may know of."""


class UnknownMemory(NotFound):
    """There is no memory of this name."""


class NoCondition(UsageError):
    """A change does not say which state of the entry it was made on."""


class ReadOnly(UsageError):
    """A change was requested from a server that is read-only."""


class Busy(DuiyiError):
    """Too many requests are waiting."""


def http_status(error: DuiyiError) -> int:
    """The HTTP status for an error."""
    if is_out_of_space(error.__cause__ or error):
        return 507
    match error:
        case NotFound():
            return 404
        case ReadOnly() | Forbidden():
            return 403
        case EditConflict():
            return 412
        case NoCondition():
            return 428
        case Busy() | StoreUnavailable():
            return 503
        case MissingExtra():
            return 501
        case StoreError():
            return store_status(error)
    return 400


def sentence(error: RequestValidationError) -> str:
    """The first error in the parameters or the body, with the name of the field."""
    # An unknown name first: another one may be missing because of it.
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = [str(part) for part in first["loc"][1:]]
    name = ".".join(place)
    if first["type"] == "extra_forbidden":
        return f"the parameter {name[:80]} is unknown"
    if first["type"] == "missing":
        return f"{name} is missing" if name else "the body is missing"
    if first["type"] == "json_invalid":
        return "the body is not valid JSON"
    if name and (about := _about(name, first["type"], first.get("ctx") or {})):
        return about
    # Wrong values are not repeated: they may be long, or confidential.
    text = str(first["msg"])
    text = text[:1].lower() + text[1:]
    return f"{name}: {text}" if name else text


def _about(name: str, kind: str, limits: Mapping[str, Any]) -> str:
    """What is wrong with a value, with the name of its field; "" for kinds without an own sentence."""
    noun = "character" if kind.startswith("string") else "item"
    match kind:
        case "too_short" | "string_too_short":
            return f"{name}: must have at least {counted(limits['min_length'], noun)}"
        case "too_long" | "string_too_long":
            return f"{name}: must have at most {counted(limits['max_length'], noun)}"
        case "greater_than_equal":
            least = limits["ge"]
            return f"{name}: must be {least} or more"
        case "less_than_equal":
            most = limits["le"]
            return f"{name}: must be {most} or less"
        case "literal_error":
            wanted = limits["expected"]
            return f"{name}: must be {wanted}"
    return f"{name}: must be {_KINDS[kind]}" if kind in _KINDS else ""


_KINDS = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "an object",
    "model_attributes_type": "an object",
}


def handlers(
    without_paths: Callable[[Request, str], str], page: Callable[[Request, str, int], Response]
) -> dict[Any, Any]:
    """Exception handlers; ``without_paths`` removes paths from a message, ``page`` makes a page of it for browsers."""

    def response(request: Request, message: str, status: int) -> Response:
        message = without_paths(request, message)
        made = (
            page(request, message, status)
            if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
            else JSONResponse({"message": message}, status)
        )
        if status in (423, 429, 503):
            made.headers["retry-after"] = "1"
        return made

    async def known(request: Request, error: DuiyiError) -> Response:
        return response(request, str(error), http_status(error))

    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return response(request, sentence(error), 400)

    async def http(request: Request, error: HTTPException) -> Response:
        made = response(request, _sentences.get(error.status_code, str(error.detail)), error.status_code)
        made.headers.update(error.headers or {})
        return made

    async def unexpected(request: Request, error: Exception) -> Response:
        return response(request, UNEXPECTED, 500)

    async def system(request: Request, error: OSError) -> Response:
        if not is_out_of_space(error):
            raise error
        return response(request, FULL, 507)

    return {
        DuiyiError: known,
        RequestValidationError: invalid,
        HTTPException: http,
        OSError: system,
        Exception: unexpected,
    }


_sentences = {
    404: "this address does not exist; /api/docs lists those that do",
    405: "this address does not accept that method; /api/docs lists those that it accepts",
}
