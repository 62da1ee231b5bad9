"""How much may be sent, and how often: the size of a body is counted as it comes, requests by address.

The head of a request may lie about its length, so bytes are counted whatever it says. Rates are kept by a bucket of
tokens for each address (a leaky bucket: Turner 1986, "New directions in communications"): short bursts pass, the mean
does not rise above the rate. Each worker process counts for itself.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Bucket", "Limits"]

_BURST = 2.0  # seconds' worth of requests that may come at once
_ADDRESSES = 10_000  # addresses that are remembered


class _Oversize(Exception):
    """The body grew over its limit while it was read."""


class Bucket:
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
        self._bucket = Bucket(rate) if rate else None
        self._longest = longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and count what comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._bucket is not None and (pause := self._bucket.take((scope.get("client") or ("",))[0])):
            answer = JSONResponse(
                {"message": "too many requests; slow down"}, 429, {"retry-after": str(int(pause) + 1)}
            )
            await answer(scope, receive, send)
            return
        if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > self._longest:
            answer = JSONResponse({"message": "the address is too long; send the text in the body of a POST"}, 414)
            await answer(scope, receive, send)
            return
        most = self._most(scope["path"])
        too_large = JSONResponse({"message": f"the body is larger than {_amount(most)}"}, 413, {"connection": "close"})
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


def _amount(size: int) -> str:
    return f"{size // 1_000_000:,} MB" if size >= 1_000_000 else f"{size // 1_000:,} kB"
