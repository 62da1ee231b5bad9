"""The number of simultaneous uploads: further ones are refused until one is finished or its sender disconnects."""

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from tm.web import limits
from tm.web.limits import Limits, UploadLimits


class Upload:
    """An upload in progress: its data is sent in parts."""

    def __init__(self, app: UploadLimits, method: str = "PUT", accept: str = "") -> None:
        self.sent: list[Message] = []
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        scope = {"type": "http", "method": method, "path": "/file", "headers": [(b"accept", accept.encode())]}
        self._task = asyncio.ensure_future(app(scope, self._messages.get, self._keep))

    async def _keep(self, message: Message) -> None:
        self.sent.append(message)

    def feed(self, part: bytes, *, last: bool = False) -> None:
        self._messages.put_nowait({"type": "http.request", "body": part, "more_body": not last})

    def disconnect(self) -> None:
        self._messages.put_nowait({"type": "http.disconnect"})

    async def status(self) -> int:
        await self._task
        return int(self.sent[0]["status"])

    @property
    def message(self) -> str:
        return str(json.loads(self.sent[1]["body"])["message"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


async def receiving(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the body and returns its length."""
    body = await Request(scope, receive).body()
    await JSONResponse({"message": str(len(body))})(scope, receive, send)


def ran(work: Coroutine[Any, Any, None]) -> None:
    """Run on a separate thread: the driver of the browser may have an event loop on this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def uploads(most: int, silence: float = 60.0) -> UploadLimits:
    return UploadLimits(receiving, lambda method, path: method == "PUT", most, silence)


def test_further_uploads_are_refused_until_one_ends() -> None:
    async def check() -> None:
        app = uploads(2)
        first, second = Upload(app), Upload(app)
        first.feed(b"half")
        await asyncio.sleep(0)
        third = Upload(app)
        assert await third.status() == 503
        assert third.message == "the server is receiving 2 files, the most at once; try again in a moment"
        assert third.headers[b"retry-after"] == b"5"
        asks = Upload(app, "GET")
        asks.feed(b"", last=True)
        assert await asks.status() == 200, "other requests are accepted"
        first.feed(b" and half", last=True)
        assert (await first.status(), first.message) == (200, "13")
        fourth = Upload(app)
        fourth.feed(b"x", last=True)
        assert (await fourth.status(), fourth.message) == (200, "1")
        second.feed(b"y", last=True)
        assert await second.status() == 200

    ran(check())


def test_an_upload_ends_with_its_sender() -> None:
    async def check() -> None:
        app = uploads(1)
        first = Upload(app)
        first.feed(b"half")
        await asyncio.sleep(0)
        assert await Upload(app).status() == 503
        first.disconnect()
        await first._task
        assert first.sent == []
        second = Upload(app)
        second.feed(b"x", last=True)
        assert await second.status() == 200

    ran(check())


def test_an_upload_ends_with_an_error() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise TimeoutError("of its own")

    async def check() -> None:
        app = UploadLimits(failing, lambda method, path: True, 1)
        for _ in range(2):
            with pytest.raises(TimeoutError, match="of its own"):
                await Upload(app).status()

    ran(check())


def test_an_upload_that_stops_is_ended() -> None:
    async def check() -> None:
        app = uploads(1, silence=0.05)
        first = Upload(app)
        first.feed(b"half")
        assert await first.status() == 408
        assert first.message == "no data of the file arrived for 0.05 seconds"
        second = Upload(app)
        second.feed(b"x", last=True)
        assert await second.status() == 200

    ran(check())


def test_a_response_may_take_any_time() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        waiting = asyncio.ensure_future(receive())  # for the sender to disconnect, as a long response does
        await asyncio.wait([waiting], timeout=0.2)
        assert not waiting.done()
        waiting.cancel()
        await JSONResponse({"message": str(len(body))})(scope, receive, send)

    async def check() -> None:
        only = Upload(UploadLimits(slow, lambda method, path: True, 1, silence=0.05))
        only.feed(b"x", last=True)
        assert await only.status() == 200

    ran(check())


def test_browsers_get_plain_text() -> None:
    async def check() -> None:
        refused = Upload(uploads(0), accept="text/html,*/*")
        assert await refused.status() == 503
        assert refused.sent[1]["body"].startswith(b"the server is receiving 0 files")

    ran(check())


def test_a_client_that_declares_much_and_sends_little_is_answered_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_DRAIN_SILENCE", 0.01)
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        messages: asyncio.Queue[Message] = asyncio.Queue()
        messages.put_nowait({"type": "http.request", "body": b"ab", "more_body": True})
        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"10000000000000")]}
        await asyncio.wait_for(Limits(_never, lambda path: 1000)(scope, messages.get, keep), 10)

    ran(run())
    assert sent[0]["status"] == 413


async def _never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the request was passed on")
