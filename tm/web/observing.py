"""Give every request a number, count it, and write it to the log as one line of JSON if that is wanted.

The log names operations, not addresses: an address contains the text that was looked up, and may contain a token.
"""

import json
import logging
import re
import secrets
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tm.web.metrics import Metrics
from tm.web.refusals import headers_of
from tm.web.visitor import Trace, trace_of

__all__ = ["JsonFormatter", "Observer", "log_settings"]

_NUMBER = re.compile(r"[\w-]{8,64}")
_REQUEST: ContextVar[str] = ContextVar("request", default="")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON, with the number of its request."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        found: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if _REQUEST.get():
            found["request"] = _REQUEST.get()
        found.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            found["error"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(found, ensure_ascii=True)


def log_settings(log_format: str) -> dict[str, Any]:
    """The settings of logging for a server: warnings as text, or everything as JSON."""
    text = {"format": "%(levelname)s: %(message)s"}
    formatter: dict[str, Any] = {"()": f"{__name__}.JsonFormatter"} if log_format == "json" else text
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"duiyi": {"level": "INFO"}},
    }


class Observer:
    """ASGI middleware: numbers, counts and logs requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, as_json: bool = False) -> None:
        """Count in ``metrics``; with ``as_json`` each request is logged."""
        self._app = app
        self._metrics = metrics
        self._log = logging.getLogger("duiyi.requests") if as_json else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace, status, start = trace_of(scope), 500, time.perf_counter()
        given = headers_of(scope).get("x-request-id", "")
        trace.id = given if _NUMBER.fullmatch(given) else secrets.token_hex(8)
        _REQUEST.set(trace.id)

        async def send_numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", trace.id.encode())]
            await send(message)

        self._metrics.began()
        try:
            await self._app(scope, receive, send_numbered)
        finally:
            seconds = time.perf_counter() - start
            self._metrics.ended(trace.operation, status, seconds, trace.counts)
            if self._log is not None:
                self._log.info("request", extra={"fields": _fields(scope, trace, status, seconds)})


def _fields(scope: Scope, trace: Trace, status: int, seconds: float) -> dict[str, Any]:
    visitor = trace.visitor
    found = {
        "request": trace.id,
        "method": scope["method"],
        "operation": trace.operation,
        "status": status,
        "milliseconds": round(1000 * seconds, 1),
        "user": visitor.name,
        "via": visitor.via,
        "project": visitor.project.id if visitor.project else "",
        "object": trace.object,
        "address": trace.address,
        "cause": trace.details.get("error", ""),
    }
    return {name: value for name, value in found.items() if value != ""}
