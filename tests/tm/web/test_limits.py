"""How many files are taken at once: what comes beyond is refused, and a place is free when its file is done or gone."""

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from tm.web.limits import UploadLimits


class Upload:
    """A file on its way: pieces are fed to it, and its answer is waited for."""

    def __init__(self, app: UploadLimits, method: str = "PUT", accept: str = "") -> None:
        self.sent: list[Message] = []
        self._pieces: asyncio.Queue[Message] = asyncio.Queue()
        scope = {"type": "http", "method": method, "path": "/file", "headers": [(b"accept", accept.encode())]}
        self._task = asyncio.ensure_future(app(scope, self._pieces.get, self._told))

    async def _told(self, message: Message) -> None:
        self.sent.append(message)

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        self._pieces.put_nowait({"type": "http.request", "body": piece, "more_body": not last})

    def leave(self) -> None:
        self._pieces.put_nowait({"type": "http.disconnect"})

    async def status(self) -> int:
        await self._task
        return int(self.sent[0]["status"])

    @property
    def message(self) -> str:
        return str(json.loads(self.sent[1]["body"])["message"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


async def taking(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the body and says how long it was."""
    body = await Request(scope, receive).body()
    await JSONResponse({"message": str(len(body))})(scope, receive, send)


def ran(work: Coroutine[Any, Any, None]) -> None:
    """Run on a thread of its own: the browser's driver may have a loop on this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def uploads(most: int, silence: float = 60.0) -> UploadLimits:
    return UploadLimits(taking, lambda method, path: method == "PUT", most, silence)


def test_what_comes_beyond_is_refused_until_a_place_is_free() -> None:
    async def crowd() -> None:
        app = uploads(2)
        first, second = Upload(app), Upload(app)
        first.feed(b"half")
        await asyncio.sleep(0)
        third = Upload(app)
        assert await third.status() == 503
        assert third.message == "the server has 2 files to take, the most at once; try again in a moment"
        assert third.headers[b"retry-after"] == b"5"
        asks = Upload(app, "GET")
        asks.feed(b"", last=True)
        assert await asks.status() == 200, "what is no file has its turn"
        first.feed(b" and half", last=True)
        assert (await first.status(), first.message) == (200, "13")
        fourth = Upload(app)
        fourth.feed(b"x", last=True)
        assert (await fourth.status(), fourth.message) == (200, "1")
        second.feed(b"y", last=True)
        assert await second.status() == 200

    ran(crowd())


def test_who_leaves_makes_room() -> None:
    async def crowd() -> None:
        app = uploads(1)
        first = Upload(app)
        first.feed(b"half")
        await asyncio.sleep(0)
        assert await Upload(app).status() == 503
        first.leave()
        await first._task
        assert first.sent == []
        second = Upload(app)
        second.feed(b"x", last=True)
        assert await second.status() == 200

    ran(crowd())


def test_an_application_that_fails_makes_room() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise TimeoutError("of its own")

    async def crowd() -> None:
        app = UploadLimits(failing, lambda method, path: True, 1)
        for _ in range(2):
            with pytest.raises(TimeoutError, match="of its own"):
                await Upload(app).status()

    ran(crowd())


def test_a_sender_who_falls_silent_is_given_up() -> None:
    async def crowd() -> None:
        app = uploads(1, silence=0.05)
        first = Upload(app)
        first.feed(b"half")
        assert await first.status() == 408
        assert first.message == "nothing more of the file came for 0.05 seconds"
        second = Upload(app)
        second.feed(b"x", last=True)
        assert await second.status() == 200

    ran(crowd())


def test_an_answer_may_take_as_long_as_it_takes() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        waiting = asyncio.ensure_future(receive())  # for the sender to leave, as a long answer does
        await asyncio.wait([waiting], timeout=0.2)
        assert not waiting.done()
        waiting.cancel()
        await JSONResponse({"message": str(len(body))})(scope, receive, send)

    async def crowd() -> None:
        only = Upload(UploadLimits(slow, lambda method, path: True, 1, silence=0.05))
        only.feed(b"x", last=True)
        assert await only.status() == 200

    ran(crowd())


def test_a_reader_is_told_in_plain_text() -> None:
    async def crowd() -> None:
        refused = Upload(uploads(0), accept="text/html,*/*")
        assert await refused.status() == 503
        assert refused.sent[1]["body"].startswith(b"the server has 0 files")

    ran(crowd())
