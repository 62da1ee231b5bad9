"""Limits on the size of bodies, the rate of requests, and the number of files uploaded at the same time.

The head of a request may give a wrong length, so bytes are counted as they arrive. The rate is limited by a token
bucket for each address (a leaky bucket: Turner 1986, "New directions in communications"): short bursts pass, the mean
stays below the rate. Files occupy the disk from their first byte until the response is sent, so only a few are accepted
at the same time, and an upload that stops is ended. Each worker process counts for itself.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpora.text.plurals import counted
from tm.web.refusals import headers_of, refusal_response

__all__ = ["Limits", "TokenBucket", "UploadLimits"]

_BURST = 2.0  # seconds' worth of requests that may arrive at once
_ADDRESSES = 10_000  # addresses that are remembered
_DRAIN_SIZE = 1_000_000_000  # bytes of a refused body that are read before the response
_DRAIN_TIME = 20.0  # seconds for that
_DRAIN_SILENCE = 2.0  # seconds without a byte after which the client is waiting, not sending
_SILENCE = 60.0  # seconds without a byte after which an upload is ended


class _Oversize(Exception):
    """The body grew over its limit while it was read."""


class TokenBucket:
    """Tokens by address; ``rate`` of them are added each second, up to two seconds' worth."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = max(1.0, _BURST * rate)
        self._clock = clock
        self._kept: dict[str, tuple[float, float]] = {}

    def take(self, address: str) -> float:
        """Take a token: 0.0, or the seconds until there is one."""
        now = self._clock()
        left, then = self._kept.get(address, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        if left < 1.0:
            self._kept[address] = (left, now)
            return (1.0 - left) / self._rate
        # The address that was idle longest comes first and is dropped first.
        self._kept.pop(address, None)
        if len(self._kept) >= _ADDRESSES:
            del self._kept[next(iter(self._kept))]
        self._kept[address] = (left - 1.0, now)
        return 0.0


class Limits:
    """ASGI middleware: 413 for a body above ``most(path)`` bytes, 414 for a long address, 429 for too many requests."""

    def __init__(self, app: ASGIApp, most: Callable[[str], int], rate: float = 0.0, longest: int = 200_000) -> None:
        """``rate``: requests a second for one address, 0 for any number; ``longest``: characters of an address."""
        self._app = app
        self._most = most
        self._bucket = TokenBucket(rate) if rate else None
        self._longest = longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on and count the bytes of its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._bucket is not None and (pause := self._bucket.take((scope.get("client") or ("",))[0])):
            again = {"retry-after": str(int(pause) + 1)}
            await refusal_response(headers_of(scope), "too many requests; slow down", 429, again)(scope, receive, send)
            return
        if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > self._longest:
            long = "the address is too long; send the text in the body of a POST"
            await refusal_response(headers_of(scope), long, 414)(scope, receive, send)
            return
        most = self._most(scope["path"])
        too_large = refusal_response(
            headers_of(scope), f"the body is larger than {_amount(most)}", 413, {"connection": "close"}
        )
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or len(value) > 18 or int(value) > most):
                await _drain(scope, receive)
                await too_large(scope, receive, send)
                return
        size, more = 0, True

        async def receive_counted() -> Message:
            nonlocal size, more
            message = await receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                more = message.get("more_body", False)
                if size > most:
                    raise _Oversize
            return message

        async def send_unless_too_large(message: Message) -> None:
            # The application may have responded to the exception with a sentence of its own.
            if size <= most:
                await send(message)

        with suppress(_Oversize):
            await self._app(scope, receive_counted, send_unless_too_large)
        if size > most:
            if more:  # after the end of a body nothing comes but the end of the connection
                await _drain(scope, receive)
            await too_large(scope, receive, send)


class UploadLimits:
    """ASGI middleware: 503 for a file when ``most`` are being uploaded, 408 for an upload that stops.

    A file counts until its response is sent or its sender disconnects.
    """

    def __init__(
        self, app: ASGIApp, takes_file: Callable[[str, str], bool], most: int, silence: float = _SILENCE
    ) -> None:
        """``takes_file(method, path)``: whether the body of a request is or contains a file."""
        self._app = app
        self._takes_file = takes_file
        self._most = most
        self._silence = silence
        # Counted on the thread of the event loop only.
        self._taken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or count its file and pass it on."""
        if scope["type"] != "http" or not self._takes_file(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._taken >= self._most:
            full = f"the server is receiving {counted(self._most, 'file')}, the most at once; try again in a moment"
            again = {"retry-after": "5", "connection": "close"}
            await refusal_response(headers_of(scope), full, 503, again)(scope, receive, send)
            return
        self._taken += 1
        try:
            await self._pass(scope, receive, send)
        finally:
            self._taken -= 1

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_whole = is_silent = is_answered = False

        async def receive_in_time() -> Message:
            nonlocal is_whole, is_silent
            if is_whole:  # what follows is the disconnection of the sender, whenever it happens
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self._silence)
            except TimeoutError:
                is_silent = True
                raise
            is_whole = not message.get("more_body", False)
            return message

        async def send_unless_silent(message: Message) -> None:
            nonlocal is_answered
            # The application may have responded to the exception with a sentence of its own.
            if is_answered or not is_silent:
                is_answered = True
                await send(message)

        try:
            with suppress(ClientDisconnect):  # there is nobody to respond to
                await self._app(scope, receive_in_time, send_unless_silent)
        except TimeoutError:
            if not is_silent:
                raise
        if is_silent and not is_answered:
            silent = f"no data of the file arrived for {counted(self._silence, 'second')}"
            await refusal_response(headers_of(scope), silent, 408, {"connection": "close"})(scope, receive, send)


async def _drain(scope: Scope, receive: Receive) -> None:
    """Read the rest of a body, up to a limit: a client that is still sending would see a reset, not the response."""
    if headers_of(scope).get("expect", "").lower() == "100-continue":
        return  # it has not begun to send
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_TIME):
            while size < _DRAIN_SIZE:
                message = await asyncio.wait_for(receive(), _DRAIN_SILENCE)
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _amount(size: int) -> str:
    return f"{size // 1_000_000:,} MB" if size >= 1_000_000 else f"{size // 1_000:,} kB"
