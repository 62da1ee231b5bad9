"""`fetch` against a real HTTP server of the tests' own on loopback."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from corpora.errors import FetchError, UsageError
from corpora.readers.fetch import FetchOptions, fetch, file_name

PDF = b"%PDF-1.7\n" + b"x" * 5000


class Service(BaseHTTPRequestHandler):
    """Answers as the UN's service does; the symbol says which of its moods is wanted."""

    requests: ClassVar[list[str]] = []

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        symbol = query.get("s", url.path)
        self.requests.append(symbol)
        if symbol == "A/REDIRECT/1":
            self.answer(302, b"", Location="/files/document")
        elif symbol == "A/CIRCLE/1":
            self.answer(302, b"", Location=self.path)
        elif symbol == "A/MISSING/1":
            self.answer(404, b"not here")
        elif symbol == "A/PAGE/1":
            self.answer(200, b"<!DOCTYPE html><html><head><title>No document &amp; no luck</title></head></html>")
        elif symbol == "A/BUSY/1" and self.requests.count(symbol) < 3:
            self.answer(503, b"busy")
        elif symbol == "A/LATER/1":
            self.answer(429, b"", **{"Retry-After": "3600"})
        elif symbol == "A/SLOW/1" and self.requests.count(symbol) < 2:
            threading.Event().wait(1.0)
        elif symbol == "A/BROKEN/1":
            self.answer(200, PDF, length=len(PDF) + 1000)
        elif symbol == "A/EMPTY/1":
            self.answer(200, b"")
        else:
            self.answer(200, PDF + query.get("l", "").encode())

    def answer(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def options() -> Iterator[FetchOptions]:
    Service.requests.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield FetchOptions(service=f"http://127.0.0.1:{server.server_port}/access", backoff=0.01, timeout=5, retries=2)
    server.shutdown()
    server.server_close()


def test_the_requested_language_is_returned(options: FetchOptions) -> None:
    assert fetch("A/RES/58/4", "zh-CN", options).content == PDF + b"zh"


def test_redirects_are_followed(options: FetchOptions) -> None:
    fetched = fetch("A/REDIRECT/1", "en", options)
    assert fetched.content == PDF
    assert fetched.url.endswith("/files/document")


def test_requests_to_a_busy_service_are_repeated(options: FetchOptions) -> None:
    assert fetch("A/BUSY/1", "en", options).content == PDF + b"en"
    assert Service.requests == ["A/BUSY/1"] * 3


def test_a_time_out_is_tried_again(options: FetchOptions) -> None:
    assert fetch("A/SLOW/1", "en", replace(options, timeout=0.3)).content == PDF + b"en"


@pytest.mark.parametrize(
    ("symbol", "message"),
    [
        ("A/MISSING/1", "there is no document A/MISSING/1 in en"),
        ("A/PAGE/1", "web page .“No document & no luck”."),
        ("A/CIRCLE/1", "redirects in a circle"),
        ("A/LATER/1", "responds with HTTP 429"),
        ("A/BROKEN/1", "could not be fetched|broke off"),
        ("A/EMPTY/1", "sent nothing instead of a pdf"),
    ],
)
def test_what_is_no_document_is_refused(options: FetchOptions, tmp_path: Path, symbol: str, message: str) -> None:
    with pytest.raises(FetchError, match=message):
        fetch(symbol, "en", replace(options, cache=tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_document_over_the_limit_is_refused(options: FetchOptions) -> None:
    with pytest.raises(FetchError, match="larger than the limit"):
        fetch("A/RES/58/4", "en", replace(options, max_bytes=1000))


def test_a_service_that_is_not_there(options: FetchOptions) -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch("A/RES/58/4", "en", replace(options, service="http://127.0.0.1:9/access", retries=1))


@pytest.mark.parametrize(
    ("symbol", "language", "change"),
    [
        ("", "en", {}), ("../../etc/passwd", "en", {}), ("A/RES/58/4\n", "de", {}), ("hello", "en", {}),
        ("A/RES/58/4", "en", {"format": "exe"}), ("A/RES/58/4", "en", {"service": "ftp://nowhere"}),
    ],
)  # fmt: skip
def test_what_cannot_be_requested(options: FetchOptions, symbol: str, language: str, change: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        fetch(symbol, language, replace(options, **change))


def test_the_cache_saves_the_second_request(options: FetchOptions, tmp_path: Path) -> None:
    cached = replace(options, cache=tmp_path)
    first, second = fetch("A/RES/58/4", "zh", cached), fetch("A/RES/58/4", "zh", cached)
    assert (first.cached, second.cached) == (False, True)
    assert first.content == second.content
    assert len(Service.requests) == 1


def test_names_of_files_fit_every_system() -> None:
    assert file_name("CAC/COSP/WG.2/2016/4", "zh-CN", "pdf") == "CAC_COSP_WG.2_2016_4.zh.pdf"
    assert file_name("A/RES/ES-10/14(I)", "en", "docx") == "A_RES_ES-10_14_I.en.docx"


class Clock:
    """Answers a list of status codes and notes how long is waited between them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, dict[str, str]]) -> None:
        self.waits: list[float] = []
        self.requests = 0
        self.answers = answers
        monkeypatch.setattr(time, "sleep", self.waits.append)
        client = httpx.Client
        transport = httpx.MockTransport(self.answer)
        monkeypatch.setattr(httpx, "Client", lambda **options: client(transport=transport, **options))

    def answer(self, request: httpx.Request) -> httpx.Response:
        status, headers = self.answers[min(self.requests, len(self.answers) - 1)]
        self.requests += 1
        return httpx.Response(status, headers=headers, content=PDF if status == 200 else b"")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_waits_are_doubled(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, (status, {}))
    with pytest.raises(FetchError, match=f"could not be fetched: the service responds with HTTP {status}"):
        fetch("A/RES/58/4", "en", FetchOptions())
    assert (clock.requests, clock.waits) == (4, [1.0, 2.0, 4.0])


@pytest.mark.parametrize("status", [400, 403, 410, 501, 201])
def test_other_responses_are_final(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, (status, {}))
    with pytest.raises(FetchError, match=f"the service responds with HTTP {status}"):
        fetch("A/RES/58/4", "en", FetchOptions())
    assert (clock.requests, clock.waits) == (1, [])


@pytest.mark.parametrize(
    ("seconds", "waits"),
    [("5", [5.0]), ("0", [1.0]), ("30", [30.0]), ("31", None), ("soon", [1.0]), ("²", [1.0])],
)
def test_the_service_may_require_a_wait(
    seconds: str, waits: list[float] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"retry-after": seconds} if seconds.isascii() else {}
    clock = Clock(monkeypatch, (429, headers), (200, {}))
    if waits is None:
        with pytest.raises(FetchError, match="responds with HTTP 429"):
            fetch("A/RES/58/4", "en", FetchOptions())
    else:
        assert fetch("A/RES/58/4", "en", FetchOptions()).content == PDF
    assert clock.waits == (waits or [])


def test_no_tries_after_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, (503, {}))
    with pytest.raises(FetchError):
        fetch("A/RES/58/4", "en", FetchOptions(retries=0))
    assert (clock.requests, clock.waits) == (1, [])


@pytest.mark.parametrize(("limit", "refused"), [(len(PDF), False), (len(PDF) - 1, True)])
def test_the_limit_is_the_largest_size(limit: int, refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, (200, {}))
    if refused:
        with pytest.raises(FetchError, match="larger than the limit"):
            fetch("A/RES/58/4", "en", FetchOptions(max_bytes=limit))
    else:
        assert fetch("A/RES/58/4", "en", FetchOptions(max_bytes=limit)).content == PDF


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"content-length": str(len(PDF))}, False),
        ({"content-length": str(len(PDF) + 1)}, True),
        ({"content-length": str(len(PDF) + 1), "content-encoding": "identity"}, True),
        ({"content-length": "many"}, False),
    ],
)
def test_a_document_that_breaks_off(headers: dict[str, str], refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, (200, headers))
    if refused:
        with pytest.raises(FetchError, match=rf"broke off after {len(PDF):,} of {len(PDF) + 1:,} bytes"):
            fetch("A/RES/58/4", "en", FetchOptions())
    else:
        assert fetch("A/RES/58/4", "en", FetchOptions()).content == PDF


def test_names_in_the_cache_differ_by_service_and_slash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Clock(monkeypatch, (200, {}))
    for symbol, service in (("A/RES/58", "http://x/"), ("A/RES.58", "http://x/"), ("A/RES/58", "http://y/")):
        fetch(symbol, "en", FetchOptions(cache=tmp_path, service=service))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 3
    assert all(name[10] == "-" and name.endswith("58.en.pdf") for name in names)
