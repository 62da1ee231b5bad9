"""How much may be sent, how often, and how many files at once: bodies are counted as they come, requests by address.

The head of a request may lie about its length, so bytes are counted whatever it says. Rates are kept by a bucket of
tokens for each address (a leaky bucket: Turner 1986, "New directions in communications"): short bursts pass, the mean
does not rise above the rate. Files lie on the disk from their first byte until they are answered, so only a few are
taken at the same time, and one whose sender falls silent is given up. Each worker process counts for itself.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpora.text.plurals import counted
from tm.web.refusals import headers_of, told

__all__ = ["Limits", "TokenBucket", "UploadLimits"]

_BURST = 2.0  # seconds' worth of requests that may come at once
_ADDRESSES = 10_000  # addresses that are remembered
_SILENCE = 60.0  # seconds without a byte after which an upload is given up


class _Oversize(Exception):
    """The body grew over its limit while it was read."""


class TokenBucket:
    """Tokens by address; ``rate`` of them come back each second, and no more than two seconds' worth are kept."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = max(1.0, _BURST * rate)
        self._clock = clock
        self._kept: dict[str, tuple[float, float]] = {}

    def take(self, address: str) -> float:
        """Take a token: 0.0, or the seconds after which there will be one."""
        now = self._clock()
        left, then = self._kept.get(address, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        if left < 1.0:
            self._kept[address] = (left, now)
            return (1.0 - left) / self._rate
        # The one that was quiet longest is forgotten first, and at no cost: it stands at the beginning.
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
        """Refuse, or pass on and count what comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._bucket is not None and (pause := self._bucket.take((scope.get("client") or ("",))[0])):
            again = {"retry-after": str(int(pause) + 1)}
            await told(headers_of(scope), "too many requests; slow down", 429, again)(scope, receive, send)
            return
        if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > self._longest:
            long = "the address is too long; send the text in the body of a POST"
            await told(headers_of(scope), long, 414)(scope, receive, send)
            return
        most = self._most(scope["path"])
        too_large = told(headers_of(scope), f"the body is larger than {_amount(most)}", 413, {"connection": "close"})
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value) > most):
                await too_large(scope, receive, send)
                return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                if size > most:
                    raise _Oversize
            return message

        async def noted(message: Message) -> None:
            # Whoever reads the body may have answered the exception with a sentence of its own.
            if size <= most:
                await send(message)

        with suppress(_Oversize):
            await self._app(scope, counted, noted)
        if size > most:
            await too_large(scope, receive, send)


class UploadLimits:
    """ASGI middleware: 503 for a file beyond the ``most`` that are taken at once, 408 for one that does not go on.

    A place is free again when the answer to the file is sent, or its sender is gone.
    """

    def __init__(
        self, app: ASGIApp, takes_file: Callable[[str, str], bool], most: int, silence: float = _SILENCE
    ) -> None:
        """``takes_file(method, path)``: a request whose body is a file, or holds one."""
        self._app = app
        self._takes_file = takes_file
        self._most = most
        self._silence = silence
        # Counted on the loop's own thread only.
        self._taken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or keep a place and pass on."""
        if scope["type"] != "http" or not self._takes_file(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._taken >= self._most:
            full = f"the server has {counted(self._most, 'file')} to take, the most at once; try again in a moment"
            again = {"retry-after": "5", "connection": "close"}
            await told(headers_of(scope), full, 503, again)(scope, receive, send)
            return
        self._taken += 1
        try:
            await self._pass(scope, receive, send)
        finally:
            self._taken -= 1

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_whole = is_silent = is_answered = False

        async def heard() -> Message:
            nonlocal is_whole, is_silent
            if is_whole:  # what comes now is the sender's leaving, whenever that is
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self._silence)
            except TimeoutError:
                is_silent = True
                raise
            is_whole = not message.get("more_body", False)
            return message

        async def noted(message: Message) -> None:
            nonlocal is_answered
            # Whoever reads the body may have answered the exception with a sentence of its own.
            if is_answered or not is_silent:
                is_answered = True
                await send(message)

        try:
            with suppress(ClientDisconnect):  # nobody is there to be answered, and it is nobody's fault
                await self._app(scope, heard, noted)
        except TimeoutError:
            if not is_silent:
                raise
        if is_silent and not is_answered:
            silent = f"nothing more of the file came for {counted(self._silence, 'second')}"
            await told(headers_of(scope), silent, 408, {"connection": "close"})(scope, receive, send)


def _amount(size: int) -> str:
    return f"{size // 1_000_000:,} MB" if size >= 1_000_000 else f"{size // 1_000:,} kB"
