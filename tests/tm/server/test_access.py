"""Who may talk to the server, how much, how often, and what others see: the token, names, pages elsewhere, limits."""

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
    access = Access(hosts=frozenset({"desk.example"}), token=TOKEN)
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
def test_who_may_ask(client: TestClient, path: str, headers: dict[str, str], status: int) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["message"]


@pytest.mark.parametrize(("method", "path", "more"), WRITING)
def test_pages_elsewhere_change_nothing(client: TestClient, method: str, path: str, more: dict[str, Any]) -> None:
    for headers in [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": HOME},
    ]:
        assert client.request(method, path, headers=headers, **more).status_code == 403
    assert client.get("/api/lookup?text=丙").json() == []


def test_programs_and_our_own_pages_may(client: TestClient) -> None:
    assert client.post("/api/add", json=UNIT).status_code == 200
    assert (
        client.post("/api/add", json=UNIT, headers={"origin": HOME, "sec-fetch-site": "same-origin"}).status_code == 200
    )


def test_cors_is_closed(client: TestClient) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST",
               "access-control-request-headers": "content-type"}  # fmt: skip
    for path in ("/api/add", "/tmserver/zh/en/unit/x"):
        answer = client.options(path, headers=headers)
        assert answer.status_code in (403, 405)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    answer = client.get("/api/lookup?text=第一条", headers={"origin": HOME})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", [*READING, "/api/docs", "/api/export", "/nothing"])
def test_answers_are_sealed(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert path.startswith("/static/") or headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "more"), WRITING)
def test_nothing_is_written_unless_allowed(
    options: ServerOptions, method: str, path: str, more: dict[str, Any]
) -> None:
    with client_of(options) as client:
        answer = client.request(method, path, **more)
        assert answer.status_code == 403
        assert "read-only" in answer.text
        assert client.get("/api/memories").json()[0]["writable"] is False
        assert "Import units" not in client.get("/tools").text
    assert not options.terms.exists()


@pytest.mark.parametrize("path", READING)
def test_the_token_is_asked_for_everywhere(guarded: TestClient, path: str) -> None:
    there = {"host": "desk.example:8080"}

    def basic(name: str, word: str) -> dict[str, str]:
        return {**there, "authorization": "Basic " + b64encode(f"{name}:{word}".encode()).decode()}

    answer = guarded.get(path, headers=there)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
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
    # As clients send it that know an address with a name and a password in it only.
    assert guarded.get(path, headers=basic("any", TOKEN)).status_code == 200


def test_a_browser_trades_the_address_for_a_cookie(guarded: TestClient) -> None:
    answer = guarded.get(f"/?text=第一条&token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?text=%E7%AC%AC%E4%B8%80%E6%9D%A1")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert guarded.get("/?text=第一条").status_code == 200, "the client keeps cookies as browsers do"
    assert guarded.get("/", headers={"host": "evil.example"}).status_code == 421, "not with a cookie either"


def test_a_token_may_hold_any_sign(options: ServerOptions) -> None:
    token = "k+R/8s&x#=%41?;,\"\\'0123=="
    with client_of(options, access=Access(token=token)) as client:
        assert client.get("/", params={"token": token[:-1]}).status_code == 401
        answer = client.get("/tmserver/zh/en/unit/50%25%3F%23", params={"token": token})
        assert (answer.status_code, answer.headers["location"]) == (303, "/tmserver/zh/en/unit/50%25%3F%23")
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"host": "0.0.0.0"}, "--token"), ({"host": "::"}, "--token"), ({"host": "0.0.0.0", "token": "short"}, "16")],
)
def test_the_command_refuses_to_be_open_to_all(changes: dict[str, Any], words: str) -> None:
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
def test_bodies_are_bounded_whatever_the_head_says(client: TestClient, path: str, size: int, status: int) -> None:
    def parts() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.tmx"\r\n\r\n'
        for _ in range(0, size, 100_000):
            yield b"x" * 100_000

    is_form = path.endswith(("import", "file", "check"))
    headers = {"content-type": "multipart/form-data; boundary=x" if is_form else "application/json"}
    for content in (b"".join(parts()), parts()):
        answer = client.request("POST", path, content=content, headers=headers)
        assert answer.status_code == status, answer.text
        assert "the body is larger than" in answer.json()["message"]


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
def test_only_so_many_files_are_taken_at_once(options: ServerOptions, method: str, path: str, status: int) -> None:
    with client_of(options, uploads=0, writable=True) as client:
        assert client.request(method, path).status_code == status


def test_requests_are_rationed_by_address(options: ServerOptions) -> None:
    with client_of(options, access=Access(rate=2.0)) as client:
        statuses = [client.get("/api/stats").status_code for _ in range(8)]
        assert statuses[:4] == [200] * 4, "a short burst passes"
        assert 429 in statuses[4:]
        refused = client.get("/api/stats")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["message"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 3)), max_size=80), st.floats(0.2, 20))
def test_the_mean_never_rises_above_the_rate(calls: list[tuple[str, float]], rate: float) -> None:
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


def test_forgotten_addresses_do_not_pile_up() -> None:
    now = [0.0]
    bucket = TokenBucket(1.0, clock=lambda: now[0])
    for number in range(25_000):
        now[0] += 0.0001
        bucket.take(str(number))
    assert len(bucket._kept) <= 10_000


def test_a_line_that_is_too_long_is_told(options: ServerOptions) -> None:
    with client_of(options, waiting=0) as client:
        answer = client.get("/api/lookup?text=x")
        assert answer.status_code == 503
        assert answer.json()["message"] == "the server has more to do than it can; try again in a moment"
        assert answer.headers["retry-after"] == "1"
        assert client.get("/tmserver/zh/en/unit/x").status_code == 503
        assert client.get("/?text=x", headers={"accept": "text/html"}).status_code == 503


def test_what_waits_has_its_turn() -> None:
    going = threading.Event()

    async def crowd() -> tuple[list[str], int]:
        pools = Executors(threads=1, waiting=3)
        tasks = [asyncio.ensure_future(pools.ask(lambda: "late" if going.wait(10) else "never")) for _ in range(3)]
        await asyncio.sleep(0)
        refused = 0
        for _ in range(2):
            try:
                await pools.ask(lambda: "too much")
            except Busy:
                refused += 1
        # A line of its own: what takes long keeps nobody from asking.
        assert await pools.long(lambda: "beside") == "beside"
        going.set()
        found = await asyncio.gather(*tasks)
        assert await pools.ask(lambda: "again") == "again"
        pools.close()
        return found, refused

    # On a thread of its own: the browser's driver may have a loop on this one.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, crowd()).result() == (["late"] * 3, 2)


def test_head_is_answered(client: TestClient) -> None:
    for path in ("/tmserver/languages/", "/static/server.css"):
        assert client.head(path).status_code == 200
