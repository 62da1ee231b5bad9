"""Access control and limits: the token, names, pages of other sites, sizes and rates."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpora.errors import UsageError
from tests.serving import HOME, client_of
from tm.cli.serve import serve
from tm.server.errors import Busy
from tm.server.executors import Executors
from tm.server.options import Access, ServerOptions
from tm.web.limits import TokenBucket

TOKEN = "a-token-of-some-length"
UNIT = {"units": [{"source": "丙", "target": "C", "source_lang": "zh", "target_lang": "en"}]}
READING = ["/", "/api/lookup?text=x", "/api/openapi.json", "/tmserver/languages/", "/static/server.css"]
WRITING = [
    ("POST", "/api/add", {"json": UNIT}),
    ("POST", "/api/import", {"files": {"file": ("x.tsv", b"a\tb")}}),
    ("POST", "/api/terms/import", {"files": {"file": ("x.csv", b"zh,en\na,b")}}),
    ("POST", "/api/terms/extract", {"data": {"add": "true"}}),
    ("POST", "/tools/import", {"files": {"file": ("x.tsv", b"a\tb")}}),
    ("POST", "/tools/import-terms", {"files": {"file": ("x.csv", b"zh,en\na,b")}}),
    ("POST", "/tools/extract", {"data": {"add": "1"}}),
    ("PUT", "/tmserver/zh/en/unit/x", {"json": {"source": "a", "target": "b"}}),
]


@pytest.fixture
def guarded(options: ServerOptions) -> Iterator[TestClient]:
    access = Access(hosts=frozenset({"tm.example"}), token=TOKEN)
    with client_of(options, access=access, writable=True) as made:
        yield made


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8080"}, 200),
        ({"host": "[::1]:8080"}, 200),
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": ""}, 421),
        ({"host": "192.168.0.5"}, 421),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
    ],
)
@pytest.mark.parametrize("path", READING)
def test_access_by_host_and_site(client: TestClient, path: str, headers: dict[str, str], status: int) -> None:
    response = client.get(path, headers=headers)
    assert response.status_code == status
    if status != 200:
        assert response.json()["message"]


@pytest.mark.parametrize(("method", "path", "more"), WRITING)
def test_pages_of_other_sites_change_nothing(client: TestClient, method: str, path: str, more: dict[str, Any]) -> None:
    for headers in [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": HOME},
    ]:
        assert client.request(method, path, headers=headers, **more).status_code == 403
    assert client.get("/api/lookup?text=丙").json() == []


def test_programs_and_own_pages_may_change_things(client: TestClient) -> None:
    assert client.post("/api/add", json=UNIT).status_code == 200
    assert (
        client.post("/api/add", json=UNIT, headers={"origin": HOME, "sec-fetch-site": "same-origin"}).status_code == 200
    )


def test_cors_is_closed(client: TestClient) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST",
               "access-control-request-headers": "content-type"}  # fmt: skip
    for path in ("/api/add", "/tmserver/zh/en/unit/x"):
        response = client.options(path, headers=headers)
        assert response.status_code in (403, 405)
        assert not [name for name in response.headers if name.startswith("access-control")]
    response = client.get("/api/lookup?text=第一条", headers={"origin": HOME})
    assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", [*READING, "/api/docs", "/api/export", "/nothing"])
def test_responses_have_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert path.startswith("/static/") or headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "more"), WRITING)
def test_nothing_is_written_unless_allowed(
    options: ServerOptions, method: str, path: str, more: dict[str, Any]
) -> None:
    with client_of(options) as client:
        response = client.request(method, path, **more)
        assert response.status_code == 403
        assert "read-only" in response.text
        assert client.get("/api/memories").json()[0]["writable"] is False
        assert "Import units" not in client.get("/tools").text
    assert not options.terms.exists()


@pytest.mark.parametrize("path", READING)
def test_the_token_is_required_everywhere(guarded: TestClient, path: str) -> None:
    there = {"host": "tm.example:8080"}

    def basic(name: str, word: str) -> dict[str, str]:
        return {**there, "authorization": "Basic " + b64encode(f"{name}:{word}".encode()).decode()}

    response = guarded.get(path, headers=there)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    for headers in [
        {**there, "authorization": "Bearer wrong"},
        {**there, "authorization": "Bearer "},
        {**there, "authorization": TOKEN},
        {**there, "authorization": "Basic !!!"},
        basic("ada", "wrong"),
        {**there, "cookie": "duiyi-8080=wrong"},
    ]:
        assert guarded.get(path, headers=headers).status_code == 401
    assert guarded.get(path, headers={**there, "authorization": f"Bearer {TOKEN}"}).status_code == 200
    # Sent by clients that only support an address with a name and a password.
    assert guarded.get(path, headers=basic("any", TOKEN)).status_code == 200


def test_a_browser_gets_a_cookie_for_the_token(guarded: TestClient) -> None:
    response = guarded.get(f"/?text=第一条&token={TOKEN}")
    assert (response.status_code, response.headers["location"]) == (303, "/?text=%E7%AC%AC%E4%B8%80%E6%9D%A1")
    assert "HttpOnly" in response.headers["set-cookie"]
    assert guarded.get("/?text=第一条").status_code == 200, "the client keeps cookies as browsers do"
    assert guarded.get("/", headers={"host": "evil.example"}).status_code == 421, "not with a cookie either"


def test_a_token_may_contain_any_punctuation(options: ServerOptions) -> None:
    token = "k+R/8s&x#=%41?;,\"\\'0123=="
    with client_of(options, access=Access(token=token)) as client:
        assert client.get("/", params={"token": token[:-1]}).status_code == 401
        response = client.get("/tmserver/zh/en/unit/50%25%3F%23", params={"token": token})
        assert (response.status_code, response.headers["location"]) == (303, "/tmserver/zh/en/unit/50%25%3F%23")
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"host": "0.0.0.0"}, "`token`"), ({"host": "::"}, "`token`"), ({"host": "0.0.0.0", "token": "short"}, "16")],
)
def test_the_command_requires_a_token_for_other_machines(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        serve(**{"host": "127.0.0.1", "token": "", **changes})


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/lookup", 10_000_001, 413),
        ("/api/add", 10_000_001, 413),
        ("/tmserver/zh/en/store/x", 1_100_000, 413),
        ("/tmserver/zh/en/unit/store/x", 10_000_001, 413),
        ("/api/import", 1_100_000, 413),
        ("/api/terms/check/file", 1_100_000, 413),
        ("/tools/check", 1_100_000, 413),
    ],
)
def test_bodies_are_limited_whatever_the_header_says(client: TestClient, path: str, size: int, status: int) -> None:
    def parts() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.tmx"\r\n\r\n'
        for _ in range(0, size, 100_000):
            yield b"x" * 100_000

    is_form = path.endswith(("import", "file", "check"))
    headers = {"content-type": "multipart/form-data; boundary=x" if is_form else "application/json"}
    for content in (b"".join(parts()), parts()):
        response = client.request("POST", path, content=content, headers=headers)
        assert response.status_code == status, response.text
        assert "the body is larger than" in response.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/import", 503), ("POST", "/api/terms/import", 503), ("POST", "/api/terms/extract", 503),
        ("POST", "/api/terms/check/file", 503), ("POST", "/api/terms/report", 503), ("POST", "/tools/check", 503),
        ("POST", "/tools/import-terms", 503), ("PUT", "/tmserver/zh/en/store/x.tmx", 503),
        ("PUT", "/tmserver/zh/en/unit/store/x", 400), ("POST", "/api/add", 400), ("POST", "/api/terms/check", 400),
        ("GET", "/tools", 200), ("GET", "/api/export", 200), ("GET", "/tmserver/zh/en/unit/store/x", 200),
    ],
)  # fmt: skip
def test_the_number_of_simultaneous_uploads_is_limited(
    options: ServerOptions, method: str, path: str, status: int
) -> None:
    with client_of(options, uploads=0, writable=True) as client:
        assert client.request(method, path).status_code == status


def test_the_rate_of_requests_is_limited_by_address(options: ServerOptions) -> None:
    with client_of(options, access=Access(rate=2.0)) as client:
        statuses = [client.get("/api/stats").status_code for _ in range(8)]
        assert statuses[:4] == [200] * 4, "a short burst passes"
        assert 429 in statuses[4:]
        refused = client.get("/api/stats")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["message"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 3)), max_size=80), st.floats(0.2, 20))
def test_the_mean_stays_below_the_rate(calls: list[tuple[str, float]], rate: float) -> None:
    now = [0.0]
    bucket = TokenBucket(rate, clock=lambda: now[0])
    passed: dict[str, list[float]] = {"a": [], "b": []}
    for address, pause in calls:
        now[0] += pause
        if not bucket.take(address):
            passed[address].append(now[0])
    for times in passed.values():
        for start in range(len(times)):
            for end in range(start, len(times)):
                allowed = max(1.0, 2 * rate) + rate * (times[end] - times[start])
                assert end - start + 1 <= allowed + 1e-6


def test_old_addresses_are_dropped() -> None:
    now = [0.0]
    bucket = TokenBucket(1.0, clock=lambda: now[0])
    for number in range(25_000):
        now[0] += 0.0001
        bucket.take(str(number))
    assert len(bucket._kept) <= 10_000


def test_a_full_queue_is_reported(options: ServerOptions) -> None:
    with client_of(options, waiting=0) as client:
        response = client.get("/api/lookup?text=x")
        assert response.status_code == 503
        assert response.json()["message"] == "the server is busy; try again in a moment"
        assert response.headers["retry-after"] == "1"
        assert client.get("/tmserver/zh/en/unit/x").status_code == 503
        assert client.get("/?text=x", headers={"accept": "text/html"}).status_code == 503


def test_waiting_calls_are_executed() -> None:
    released = threading.Event()

    async def many_calls() -> tuple[list[str], int]:
        executors = Executors(threads=1, waiting=3)
        tasks = [
            asyncio.ensure_future(executors.query(lambda: "late" if released.wait(10) else "never")) for _ in range(3)
        ]
        await asyncio.sleep(0)
        refused = 0
        for _ in range(2):
            try:
                await executors.query(lambda: "too much")
            except Busy:
                refused += 1
        # Long tasks have a queue of their own and do not delay queries.
        assert await executors.long(lambda: "beside") == "beside"
        released.set()
        found = await asyncio.gather(*tasks)
        assert await executors.query(lambda: "again") == "again"
        executors.close()
        return found, refused

    # On a separate thread: the driver of the browser may have an event loop on this one.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, many_calls()).result() == (["late"] * 3, 2)


def test_head_requests(client: TestClient) -> None:
    for path in ("/tmserver/languages/", "/static/server.css"):
        assert client.head(path).status_code == 200
