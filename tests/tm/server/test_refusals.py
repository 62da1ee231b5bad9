"""Responses to bad input: a status and one sentence, no traceback, no path of the machine, and nothing lost."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpora.errors import StoreError
from tests.data import cases
from tests.serving import UNITS, client_of
from tm.search.memory import Memory
from tm.server.options import ServerOptions
from tm.server.resources import Resources
from tm.store.database import connect

CASES = cases("server_refusals")
LONG = {"LONG": "长" * 20_000, "MANY": ["x"] * 501}


def sent(client: TestClient, given: dict[str, Any]) -> Any:
    path = given["path"].replace("LONG", "x" * 20_000)
    if "json" in given:
        body = given["json"]
        if body:
            body = {key: LONG.get(value, value) if isinstance(value, str) else value for key, value in body.items()}
        return client.post(path, json=body)
    if "body" in given:
        body = given["body"].replace("DEEP", "[" * 100_000)
        return client.post(path, content=body, headers={"content-type": given.get("type", "application/json")})
    if "file" in given or "form" in given:
        files = {"file": (given["file"][0], given["file"][1].encode())} if "file" in given else None
        return client.post(path, files=files, data=given.get("form"))
    return client.get(path)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_refusals(client: TestClient, tmp_path: Path, case: dict[str, Any]) -> None:
    response = sent(client, case["input"])
    status, words = case["expected"]
    assert response.status_code == status, response.text
    assert list(response.json()) == ["message"]
    message = response.json()["message"]
    assert words in message
    assert message
    assert len(message) < 500
    for hidden in ("Traceback", ".py", "duiyi-serve-", str(tmp_path)):
        assert hidden not in response.text
    assert client.get("/api/stats").json()["units"] == len(UNITS), "nothing lost, nothing added"


@pytest.mark.parametrize("path", ["/", "/phrases", "/terms"])
@pytest.mark.parametrize(
    "text", ["'; DROP TABLE units; --", 'a" OR "b', "*", "NEAR(", "(((((", "\x00", "x" * 20_000, "<script>"]
)
def test_no_query_breaks_a_page(client: TestClient, path: str, text: str) -> None:
    response = client.get(path, params={"text": text})
    assert response.status_code in (200, 400)
    assert "<script" not in response.text
    assert client.get("/api/stats").json()["units"] == len(UNITS)


def test_a_page_accepts_any_score(client: TestClient) -> None:
    for score in ("9" * 5_000, "-1", "²", "many"):
        assert client.get("/", params={"text": "第一条", "min": score}).status_code == 200


@pytest.mark.parametrize("path", ["/api/lookup?text=x", "/tmserver/zh/en/unit/x"])
def test_an_unexpected_error_is_one_sentence(client: TestClient, path: str, monkeypatch: Any) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr("tm.server.service.lookup", broken)
    response = client.get(path)
    assert (response.status_code, list(response.json())) == (500, ["message"])
    assert "secret" not in response.text


def test_long_file_names_are_accepted(client: TestClient) -> None:
    name, content = "关于打击跨国有组织犯罪的决议" * 15 + ".tsv", "zh-CN\ten-US\n丙\tC\n".encode()
    response = client.post("/api/import", files={"file": (name, content)})
    assert (response.status_code, response.json()["new"]) == (200, 1)
    assert client.put(f"/tmserver/zh/en/store/{name}", content=content).text.startswith("added 1 unit from ")


def test_the_folder_of_the_encoder_is_not_shown(options: ServerOptions, tmp_path: Path) -> None:
    with client_of(options, model=f"{tmp_path / 'model'}+use") as client:
        for path in ("/api/lookup?text=x&semantic=true", "/?text=x"):
            assert str(tmp_path) not in client.get(path).text
        response = client.get("/api/lookup?text=x&semantic=true")
        assert response.status_code == 400
        assert response.json()["message"].startswith("the encoder ")


@given(text=st.text(max_size=40), other=st.text(max_size=10), number=st.integers(-1000, 1000))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_gets_a_response(client: TestClient, text: str, other: str, number: int) -> None:
    for path, query in [
        ("/api/lookup", {"text": text, "min": number, "source_lang": other}),
        ("/api/lookup", {"text": text, "with_text": other, "origin": other, "author": other}),
        ("/api/concordance", {"text": text, "limit": number}),
        ("/api/concordance", {"text": text, "exact": "1"}),
        ("/api/terms/lookup", {"text": text, "lang": other}),
        ("/api/terms/find", {"text": text, "to": other}),
        ("/", {"text": text, "source_lang": other, "min": str(number)}),
        ("/terms", {"text": text, "what": "text"}),
        (f"/tmserver/zh/en/unit/{number}", {"max_candidates": other}),
    ]:
        query = {key: str(value).encode("utf-8", "replace").decode() for key, value in query.items()}
        assert client.get(path, params=query).status_code in (200, 400, 404), (path, query)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from(
    [
        "previous",
        "next",
        "origin",
        "score",
        "status",
        "kind",
        "sentences",
        "signature",
        "created",
        "notes",
        "properties",
    ]
)


_ORIGIN = st.fixed_dictionaries({"source_ids": _JSON, "page": _JSON, "section": _JSON})


@given(more=st.dictionaries(_FIELDS, _JSON | _ORIGIN))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_unit_gets_a_response(client: TestClient, more: dict[str, Any]) -> None:
    unit = {"source": "甲", "target": "A", "source_lang": "zh", "target_lang": "en", **more}
    body = json.dumps({"units": [unit]})
    response = client.post("/api/add", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (200, 400), (response.text, unit)
    # And what went in comes out again.
    assert client.get("/api/lookup?text=甲").status_code == 200
    assert client.get("/api/export?format=jsonl").status_code == 200


def test_a_zip_bomb_as_spreadsheet(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            for _ in range(600):
                file.write(b" " * 1_000_000)
    assert len(packed.getvalue()) < 1_000_000, "small enough to be accepted"
    response = client.post("/api/import", files={"file": ("bomb.xlsx", packed.getvalue())})
    assert response.status_code == 400, response.text
    assert "bomb.xlsx" in response.json()["message"]
    assert client.get("/api/stats").json()["units"] == len(UNITS)


def test_a_locked_memory_is_reported_and_loses_nothing(client: TestClient, memory: Path, monkeypatch: Any) -> None:
    unit = {"source": "丙", "target": "C", "source_lang": "zh", "target_lang": "en"}
    client.get("/api/stats")
    with closing(sqlite3.connect(memory, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("tm.store.database.connect", partial(connect, wait=0.1))
        response = client.post("/api/add", json={"units": [unit]})
        assert response.status_code == 423
        assert response.json()["message"] == "treaties is being written by another program; try again when it is done"
        assert response.headers["retry-after"] == "1"
        assert client.get("/api/lookup?text=第一条").status_code == 200, "readers do not wait for writers"
        other.execute("ROLLBACK")
    assert client.post("/api/add", json={"units": [unit]}).json()["new"] == 1


def test_a_full_disk_is_reported_and_loses_nothing(client: TestClient, memory: Path, monkeypatch: Any) -> None:
    def small(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **more)
        # SQLite's own limit replaces the disk's: the error is the same.
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr("tm.store.database.connect", small)
    units = [
        {"source": f"第{n}条" + "长" * 500, "target": "x" * 500, "source_lang": "zh", "target_lang": "en"}
        for n in range(99)
    ]
    response = client.post("/api/add", json={"units": units})
    assert response.status_code == 507
    assert response.json()["message"] == "treaties cannot grow: the disk is full; what was committed before is safe"
    assert client.get("/api/stats").json()["units"] == len(UNITS)
    assert client.get("/api/lookup?text=第一条").json()[0]["score"] == 100


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no database at all" * 500, "not a translation memory"),
        ("newer", "newer version"),
        ("damaged", "bad.duiyi"),
        (None, "does not exist"),
    ],
)
def test_an_unusable_memory_ends_the_start(
    options: ServerOptions, memory: Path, tmp_path: Path, content: Any, words: str
) -> None:
    path = tmp_path / "bad.duiyi"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "newer":
        with Memory(path):
            pass
        with closing(sqlite3.connect(path)) as base:
            base.execute("PRAGMA user_version = 99")
    elif content == "damaged":
        path.write_bytes(memory.read_bytes()[:100] + b"\xff" * 3_000)
    with pytest.raises(StoreError, match=words):
        Resources(replace(options, memories=((path, 0),)))


def test_a_memory_damaged_while_it_is_served(client: TestClient, memory: Path) -> None:
    for path in [memory, *memory.parent.glob(f"{memory.name}-*")]:
        path.write_bytes(b"\xff" * path.stat().st_size)
    responses = [client.get("/api/lookup?text=第一条"), client.get("/api/stats")]
    for response in responses:
        if response.status_code != 200:  # it may come from the cache
            assert response.status_code == 409
            assert "treaties" in response.json()["message"]
            assert str(memory) not in response.text


def test_an_unexpected_error_is_a_sentence_on_every_interface(options: ServerOptions, monkeypatch: Any) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("tm.server.service.lookup", broken)
    monkeypatch.setattr("tm.server.service.lookup_or_assemble", broken)
    with client_of(options) as client:
        response = client.get("/api/lookup?text=x")
        assert response.status_code == 500
        assert response.json() == {"message": "an unexpected error occurred in the server; details are in its log"}
        page = client.get("/?text=x", headers={"accept": "text/html"})
        assert page.status_code == 500
        assert "secret" not in page.text
        amagama = client.get("/tmserver/zh/en/unit/x")
        assert amagama.status_code == 500
        assert "secret" not in amagama.text
