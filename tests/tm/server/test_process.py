"""The command in a process with a real socket: start, many clients while one writes, stop, and SIGKILL."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.commands import refused
from tests.serving import UNITS
from tm.search.memory import Memory

Serving = Callable[..., tuple[str, "subprocess.Popen[str]"]]
TEXT = "本协议自签字之日起生效。"
posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")


def pair(number: int) -> dict[str, str]:
    return {"source": f"第{number}号决议", "target": f"Resolution {number}", "source_lang": "zh", "target_lang": "en"}


def raw(address: str, request: bytes) -> bytes:
    """The response to raw bytes, for requests that no client would send."""
    place = urlsplit(address)
    with closing(socket.create_connection((place.hostname or "", place.port or 0), timeout=20)) as line:
        line.sendall(request)
        line.settimeout(20)
        found = b""
        while part := line.recv(65_536):
            found += part
            if b"\r\n\r\n" in found and (b"}" in found or b"invalid" in found.lower()):
                break
    return found


def test_it_prints_its_address_and_serves_several_memories(serving: Serving, memory: Path, tmp_path: Path) -> None:
    with Memory(tmp_path / "second.duiyi") as second:
        second.add(UNITS[1:2])
    address, _ = serving("--memory", memory, "--memory", f"{tmp_path / 'second.duiyi'}=7")
    assert address.startswith("http://127.0.0.1:")
    with httpx.Client(base_url=address, trust_env=False) as client:
        names = {one["name"]: one["penalty"] for one in client.get("/api/memories").json()}
        assert names == {"treaties": 0, "second": 7}
        assert client.get(f"/api/lookup?text={TEXT}&memory=second").json()[0]["score"] == 93


@pytest.mark.parametrize("workers", [1, 2])
def test_many_clients_read_while_one_writes(serving: Serving, memory: Path, workers: int) -> None:
    address, _ = serving("--memory", memory, "--workers", workers)
    faults: list[str] = []
    stop = threading.Event()

    def query() -> None:
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            while not stop.is_set():
                response = client.get("/api/lookup", params={"text": TEXT, "limit": 1})
                if response.status_code != 200 or response.json()[0]["score"] != 100:
                    faults.append(response.text)

    threads = [threading.Thread(target=query) for _ in range(6)]
    for thread in threads:
        thread.start()
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        for start in range(0, 100, 10):
            response = client.post("/api/add", json={"units": [pair(number) for number in range(start, start + 10)]})
            assert response.json()["new"] == 10, response.text
        # Every worker sees what was written through another one.
        for number in range(0, 100, 7):
            with httpx.Client(base_url=address, trust_env=False) as fresh:
                assert fresh.get("/api/lookup", params={"text": f"第{number}号决议"}).json()[0]["score"] == 100
        stop.set()
        for thread in threads:
            thread.join()
        assert client.get("/api/stats").json()["units"] == len(UNITS) + 100
    assert faults == []


@posix
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
def test_it_stops_on_a_signal_and_finishes_responses(serving: Serving, memory: Path, sign: int, workers: int) -> None:
    address, process = serving("--memory", memory, "--workers", workers)
    lines = "\n".join(json.dumps(pair(number)) for number in range(8_000)).encode()
    found: list[httpx.Response] = []

    def upload() -> None:
        # No connection where the stop was faster.
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client, suppress(httpx.ConnectError):
            found.append(client.post("/api/import", files={"file": ("many.jsonl", lines)}))

    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        assert client.get("/api/stats").status_code == 200
        thread = threading.Thread(target=upload)
        thread.start()
        time.sleep(0.4)
        process.send_signal(sign)
        thread.join(60)
    assert process.wait(30) == 0
    assert process.stderr is not None
    messages = process.stderr.read()
    assert "Traceback" not in messages
    assert "duiyi: stopped" in messages
    with Memory(memory, create=False) as store:
        assert store.check() == []
        count = len(store) - len(UNITS)
    if found and found[0].status_code == 200:
        assert count == found[0].json()["new"] == 8_000, "what was reported is stored"
    assert not list(memory.parent.glob("*.duiyi-wal")), "the log was merged into the file"
    port = urlsplit(address).port or 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()


@posix
def test_nothing_reported_is_lost_when_it_is_killed(serving: Serving, memory: Path) -> None:
    address, process = serving("--memory", memory)
    with httpx.Client(base_url=address, trust_env=False) as client:
        for number in range(20):
            assert client.post("/api/add", json={"units": [pair(number)]}).json()["new"] == 1
        process.send_signal(signal.SIGKILL)
    process.wait(20)
    with Memory(memory, create=False) as store:
        assert len(store) == len(UNITS) + 20
        assert store.check() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--memory", "{folder}/none.duiyi"], "does not exist"),
        (["--memory", "{folder}/text.duiyi"], "is not a translation memory"),
        (["--memory", "{memory}", "--terms", "{folder}/none.sqlite"], "there is no term base at"),
        (["--memory", "{memory}", "--terms", "{folder}/text.duiyi"], "text.duiyi"),
        (["--memory", "{memory}", "--host", "0.0.0.0"], "--token"),
        (["--memory", "{memory}", "--allow-host", "tm.example", "--write"], "--token"),
        (["--memory", "{memory}", "--model", "one+two+three"], "does not name two encoders"),
        (["--memory", "{memory}", "--port", "{taken}"], "cannot listen on"),
        (["--memory", "{memory}", "--host", "no.such.invalid", "--token", "0123456789abcdef"], "cannot listen on"),
    ],
)  # fmt: skip
def test_a_failed_start_is_one_sentence(memory: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "text.duiyi").write_bytes(b"no database at all, and long enough " * 100)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        values = {"folder": tmp_path, "memory": memory, "taken": taken.getsockname()[1]}
        environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")}
        assert words in refused("serve", *(one.format(**values) for one in arguments), env=environment, timeout=60)


def test_a_server_on_all_addresses_is_at_the_printed_address(serving: Serving, memory: Path) -> None:
    address, process = serving("--memory", memory, "--host", "0.0.0.0", "--token", "0123456789abcdef")
    place = urlsplit(address)
    assert place.hostname == "127.0.0.1"
    name = f"{socket.gethostname()}:{place.port}"
    assert process.stderr is not None
    if "localhost" not in name:
        assert process.stderr.readline() == (
            f"duiyi: other machines reach it under this machine's name: http://{name}/?token=0123456789abcdef\n"
        )
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        assert client.get(address).status_code == 200
        assert client.get(f"http://127.0.0.1:{place.port}/", headers={"host": name}).status_code == 200
        assert client.get(f"http://127.0.0.1:{place.port}/", headers={"host": f"evil{name}"}).status_code == 421


def test_writing_makes_a_missing_memory(serving: Serving, tmp_path: Path) -> None:
    address, _ = serving("--memory", tmp_path / "new.duiyi")
    with httpx.Client(base_url=address, trust_env=False) as client:
        assert client.get("/api/stats").json()["units"] == 0
        client.post("/api/add", json={"units": [pair(1)]})
        assert client.get("/api/lookup?text=第1号决议&source_lang=zh").json()[0]["target"] == "Resolution 1"


def test_further_uploads_are_refused_with_503(serving: Serving, memory: Path) -> None:
    address, _ = serving("--memory", memory)
    place = urlsplit(address)
    head = (
        f"POST /api/import HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        'Content-Length: 5000000\r\n\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="x.tsv"\r\n\r\n'
    )
    half = head.encode() + b"x" * 2_000_000  # more than is kept in memory
    lines = [socket.create_connection((place.hostname or "", place.port or 0), timeout=20) for _ in range(8)]
    for line in lines:
        line.sendall(half)
    with httpx.Client(base_url=address, trust_env=False) as client:

        def upload() -> httpx.Response:
            return client.post("/api/import", files={"file": ("x.tsv", "zh\ten\n第一条\tArticle 1\n")})

        refused = upload()
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.json()["message"].startswith("the server is receiving 8 files")
        assert client.get("/api/stats").status_code == 200, "queries are still accepted"
        for line in lines:
            line.close()
        statuses = []
        while not statuses or (statuses[-1] == 503 and len(statuses) < 200):
            time.sleep(0.05)
            statuses.append(upload().status_code)
        assert statuses[-1] == 200


def test_malformed_requests(serving: Serving, memory: Path) -> None:
    address, _ = serving("--memory", memory)
    host = urlsplit(address).netloc.encode()
    text = b"%E9%95%BF" * 20_000
    for path in (b"/api/lookup?text=" + text[:170_000], b"/tmserver/zh/en/unit/" + text[:170_000]):
        found = raw(address, b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        assert found.startswith(b"HTTP/1.1 400 "), found[:300]
        assert b"10,000 are the most" in found
    found = raw(address, b"GET /?text=" + b"x" * 240_000 + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    assert found.startswith(b"HTTP/1.1 414 ")
    assert b"send the text in the body of a POST" in found
    for request in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
        assert raw(address, request)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 421")
    head = b"POST /api/add HTTP/1.1\r\nHost: " + host + b"\r\n"
    found = raw(address, head + b"Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n")
    assert found.startswith(b"HTTP/1.1 413 ")
    both = b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
    assert raw(address, head + both).startswith(b"HTTP/1.1 400 ")
    # Sent whole before the response is read: a reset would lose it.
    body = b"x" * 12_000_000
    found = raw(address, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert found.startswith(b"HTTP/1.1 413 ")
    parts = (b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n") * 12 + b"0\r\n\r\n"
    assert raw(address, head + b"Transfer-Encoding: chunked\r\n\r\n" + parts).startswith(b"HTTP/1.1 413 ")
    assert httpx.get(f"{address}api/stats", trust_env=False).status_code == 200


@posix
def test_bodies_that_become_malformed_are_logged_in_a_line(serving: Serving, memory: Path) -> None:
    address, process = serving("--memory", memory)
    host, chunked = urlsplit(address).netloc.encode(), b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    # The first has its response before the fault arrives, the second while the body is read.
    for path, status in ((b"/nothing", b"404"), (b"/api/add", b"400"), (b"/api/import", b"400")):
        head = (
            b"POST " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\nContent-Type: multipart/form-data; boundary=X\r\n"
        )
        with closing(socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=20)) as line:
            line.sendall(head + chunked)
            found = line.recv(100) if status == b"404" else b""
            line.sendall(b"zz\r\nabc")
            while part := line.recv(65_536):
                found += part
        assert found.startswith(b"HTTP/1.1 " + status)
    assert httpx.get(f"{address}api/stats", trust_env=False).status_code == 200
    process.terminate()
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


def test_semantic_lookups(serving: Serving, memory: Path) -> None:
    from models.registry import load
    from tm.search.semantic import build_vectors

    with Memory(memory, create=False) as store:
        build_vectors(store, load())
    address, _ = serving("--memory", memory)
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        query = {"text": "The treaty becomes effective when it is signed.", "min": 95}
        found = client.get("/api/lookup", params=query).json()
        assert found[0]["kind"] == "semantic"
        assert TEXT in [one["target"] for one in found], "the unit is read in the direction of the query"
        assert client.get("/api/lookup", params={**query, "semantic": "false"}).json() == []
        assert client.get("/tmserver/en/zh/unit/" + query["text"]).json() == [], (
            "the amaGama protocol has no semantic search"
        )  # type: ignore[operator]


def test_a_semantic_lookup_without_an_index_is_reported(serving: Serving, memory: Path) -> None:
    address, _ = serving("--memory", memory)
    response: Any = httpx.get(f"{address}api/lookup?text=x&semantic=true", trust_env=False, timeout=60)
    assert response.status_code == 400
    assert "duiyi memory index" in response.json()["message"]
    assert str(memory) not in response.text
