"""Signing in and out, single entries that two people edit, the audit log, probes, and that no secret is shown."""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import pytest

from corpora.errors import StoreUnavailable
from tests.serving import HOME, client_of
from tests.team import PASSWORD, Serving, team_of
from tm.accounts.records import AuditQuery
from tm.accounts.roles import Role
from tm.server import team as team_module
from tm.server.options import Access, ServerOptions
from tm.server.resources import Resources
from tm.web.observing import JsonFormatter

WRONG = "the name or the password is wrong"
PAGE = {"accept": "text/html", "origin": HOME}


@pytest.fixture
def serving(tmp_path: Path, quick_hashes: None) -> Iterator[Serving]:
    with team_of(tmp_path, metrics_token="metrics-token-0123456789", log_format="json") as made:
        yield made


def sign_in(serving: Serving, name: str, password: str, **more: Any) -> Any:
    form = {"name": name, "password": password, **more.pop("form", {})}
    return serving.client.post("/sign-in", data=form, headers={**PAGE, **more})


def test_signing_in_and_out(serving: Serving) -> None:
    client = serving.client
    start = client.get(f"/p/{serving.project.id}/phrases?text=x", headers=PAGE)
    assert start.status_code == 303
    assert start.headers["location"].startswith("/sign-in?next=%2Fp%2F")
    page = client.get(start.headers["location"], headers=PAGE)
    assert "Sign in" in page.text
    response = sign_in(serving, "Reader", PASSWORD, form={"next": f"/p/{serving.project.id}/phrases?text=x"})
    assert (response.status_code, response.headers["location"]) == (303, f"/p/{serving.project.id}/phrases?text=x")
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Max-Age=43200" in cookie
    assert "secure" not in cookie.lower()
    page = client.get(response.headers["location"], headers=PAGE)
    assert page.status_code == 200
    assert ">reader</a>" in page.text
    assert f'href="/p/{serving.project.id}/terms"' in page.text
    assert client.get("/", headers=PAGE).headers["location"] == f"/p/{serving.project.id}/"
    for path in ("/account", "/projects", f"/p/{serving.project.id}/tools"):
        assert client.get(path, headers=PAGE).status_code == 200, path
    old = dict(client.cookies)
    assert client.post("/sign-out", headers={**PAGE, "origin": "http://evil.example"}).status_code == 403
    assert client.post("/sign-out", headers=PAGE).status_code == 303
    client.cookies.clear()
    client.cookies.update(old)
    assert client.get("/account", headers=PAGE).status_code == 303, "the session ended on the server too"


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "", "x", "/\nx"])
def test_a_sign_in_never_leads_to_another_site(serving: Serving, path: str) -> None:
    assert sign_in(serving, "reader", PASSWORD, form={"next": path}).headers["location"] == "/"


def test_failures_reveal_nothing_and_are_limited(serving: Serving) -> None:
    serving.accounts.users.add("gone", PASSWORD)
    serving.accounts.users.disable("gone")
    pages = [sign_in(serving, name, "wrong-password") for name in ("nobody", "reader", "gone")]
    pages.append(sign_in(serving, "gone", PASSWORD))
    assert {page.status_code for page in pages} == {401}
    shown = {page.text.replace("nobody", "X").replace("reader", "X").replace("gone", "X") for page in pages}
    assert len(shown) == 1
    assert WRONG in shown.pop()
    assert "wrong-password" not in pages[0].text
    for _ in range(4):
        assert sign_in(serving, "reader", "wrong-password").status_code == 401
    refused = sign_in(serving, "reader", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 60
    assert sign_in(serving, "manager", PASSWORD).status_code == 303, "others are not affected"


def test_cookies_are_secure_behind_tls_and_below_a_prefix(tmp_path: Path, quick_hashes: None) -> None:
    with team_of(tmp_path, access=Access(prefix="/duiyi", behind_tls=True)) as serving:
        client, page = serving.client, {"accept": "text/html", "origin": HOME.replace("http:", "https:")}
        assert client.get("/sign-in").status_code == 404
        assert client.get("/duiyi", headers=page).headers["location"].startswith("/duiyi/sign-in?next=%2Fduiyi%2F")
        form = {"name": "manager", "password": PASSWORD, "next": "/duiyi/account"}
        response = client.post("/duiyi/sign-in", data=form, headers=page)
        assert response.headers["location"] == "/duiyi/account"
        cookie = response.headers["set-cookie"].lower()
        assert "; secure" in cookie
        assert "path=/duiyi/" in cookie
        assert client.post("/duiyi/sign-in", data=form, headers={"origin": HOME}).status_code == 403
        headers = {**page, "cookie": response.headers["set-cookie"].partition(";")[0]}
        text = client.get(f"/duiyi/p/{serving.project.id}/audit", headers=headers).text
        assert f'href="/duiyi/p/{serving.project.id}/phrases"' in text
        assert 'href="/duiyi/static/server.css"' in text
        assert client.get("/duiyi/static/server.css").status_code == 200
        for path in ("/healthz", "/duiyi/readyz"):
            assert client.get(path).status_code == 200


@pytest.fixture(params=["team", "local"])
def ask(request: pytest.FixtureRequest, tmp_path: Path, memory: Path) -> Iterator[Callable[..., Any]]:
    """`ask(method, path, …)`, as a reviewer with accounts, or as the owner of the machine without them."""
    if request.param == "local":
        options = ServerOptions(((memory, 0),), tmp_path / "terms.sqlite", writable=True)
        with client_of(options) as client:
            yield lambda method, path, **more: client.request(method, path.replace("/memory/", "/treaties/"), **more)
        return
    request.getfixturevalue("quick_hashes")
    with team_of(tmp_path) as serving:
        who = serving.token("reviewer")
        yield lambda method, path, **more: serving.ask(method, path, who, **more)


def test_a_unit_is_edited_by_one_person_at_a_time(ask: Callable[..., Any]) -> None:
    path = "/api/units/memory/1"
    found = ask("GET", path)
    assert (found.status_code, found.json()["target"], found.json()["unit"]) == (200, "Article 1", 1)
    tag = {"if-match": found.headers["etag"]}
    assert ask("PATCH", path, json={"target": "x"}).status_code == 428
    assert ask("DELETE", path).status_code == 428
    made = ask("PATCH", path, json={"target": "Article one", "notes": ["checked"]}, headers=tag)
    assert (made.status_code, made.json()["target"], made.json()["notes"]) == (200, "Article one", ["checked"])
    assert made.headers["etag"] == ask("GET", path).headers["etag"] != tag["if-match"]
    late = ask("PATCH", path, json={"target": "x"}, headers=tag)
    assert late.status_code == 412
    assert "somebody else" in late.json()["message"]
    weak = {"if-match": f'"other", W/{made.headers["etag"]}'}
    rejected = ask("POST", f"{path}/reject", headers=weak)
    assert rejected.json()["status"] == "rejected"
    restored = ask("POST", f"{path}/restore", headers={"if-match": rejected.headers["etag"]})
    assert restored.json()["status"] == "unreviewed"
    assert ask("DELETE", path, headers={"if-match": "*"}).status_code == 204
    assert ask("GET", path).status_code == 404
    assert ask("GET", "/api/lookup?text=第一条&min=100").json() == []
    assert ask("POST", f"{path}/restore").json()["target"] == "Article one"
    assert ask("GET", "/api/lookup?text=第一条&min=100").json()[0]["unit"] == 1
    assert ask("POST", f"{path}/restore", headers={"if-match": "*"}).status_code == 400
    for number in ("99", "0", "-1", str(10**30)):
        for method, more in [("GET", {}), ("PATCH", {"json": {"target": "x"}}), ("DELETE", {})]:
            assert ask(method, f"/api/units/memory/{number}", headers={"if-match": "*"}, **more).status_code in (
                400,
                404,
            )
    for wrong in ({}, {"target": ""}, {"nothing": 1}, {"status": "good"}, {"source": 1}):
        assert ask("PATCH", path, json=wrong, headers={"if-match": "*"}).status_code == 400, wrong


def test_an_entry_of_the_term_base_is_edited(ask: Callable[..., Any]) -> None:
    new = {"source": "缔约国", "target": "State party", "source_lang": "zh", "target_lang": "en", "status": "preferred"}
    made = ask("POST", "/api/terms/entries", json=new)
    assert made.status_code == 201, made.text
    path = f"/api/terms/entries/{made.json()['id']}"
    tag = {"if-match": made.headers["etag"]}
    assert ask("POST", "/api/terms/entries", json=new).status_code == 400, "it is there already"
    changed = ask("PATCH", path, json={"definition": "a State bound by the treaty"}, headers=tag)
    assert changed.json()["definition"] == "a State bound by the treaty"
    assert ask("PATCH", path, json={"note": "x"}, headers=tag).status_code == 412
    rejected = ask(
        "POST", f"{path}/reject", json={"term": "State party"}, headers={"if-match": changed.headers["etag"]}
    )
    assert [one["status"] for one in rejected.json()["terms"]] == ["preferred", "forbidden"]
    restored = ask("POST", f"{path}/restore", json={}, headers={"if-match": "*"})
    assert [one["status"] for one in restored.json()["terms"]] == ["preferred", "admitted"]
    assert ask("DELETE", path, headers={"if-match": "*"}).status_code == 204
    assert ask("GET", path).status_code == 404
    assert ask("POST", f"{path}/restore", json={}).json()["definition"] == "a State bound by the treaty"
    assert ask("POST", "/api/terms/entries/none/restore", json={}).status_code == 404
    for wrong in (
        {},
        {"terms": []},
        {"terms": [{"text": " ", "language": "zh"}]},
        {"terms": [{"text": "x", "language": "12"}]},
    ):
        assert ask("PATCH", path, json=wrong, headers={"if-match": "*"}).status_code == 400, wrong


def test_changes_and_refusals_are_in_the_audit_log(serving: Serving) -> None:
    unit = {"source": "秘密文本", "target": "confidential text", "source_lang": "zh", "target_lang": "en"}
    translator, manager = serving.token("translator"), serving.session("manager")
    assert serving.ask("POST", "/api/add", translator, json={"units": [unit]}).status_code == 200
    assert serving.ask("DELETE", "/api/units/memory/1", translator).status_code == 403
    assert serving.ask("PUT", "/api/members/outsider", manager, json={"role": "reader"}).status_code == 200
    sign_in(serving, PASSWORD, "typed in the wrong place")
    found = serving.ask("GET", "/api/audit", manager).json()
    assert [(one["who"], one["operation"], one["result"]) for one in found] == [
        ("manager", "change members", "done"), ("translator", "delete units", "refused"),
        ("translator", "add units", "done"),
    ]  # fmt: skip
    assert found[2]["details"] == {"new": 1, "folded": 0}
    assert found[2]["via"].startswith("token token")
    assert found[2]["address"] == "testclient"
    assert [one["who"] for one in serving.ask("GET", "/api/audit?who=translator&result=done", manager).json()] == [
        "translator"
    ]
    assert serving.ask("GET", "/api/audit?since=tomorrow", manager).status_code == 400
    csv = serving.ask("GET", "/api/audit?format=csv", manager).text.splitlines()
    lines = serving.ask("GET", "/api/audit?format=jsonl", manager).text.splitlines()
    assert (len(csv), len(lines)) == (4, 3)
    content = serving.accounts.path.read_bytes() + serving.accounts.path.with_name("accounts.sqlite-wal").read_bytes()
    for secret in (PASSWORD, "秘密文本", "confidential text", "typed in the wrong place"):
        assert secret.encode() not in content, secret


def test_nobody_can_lock_a_project(serving: Serving) -> None:
    manager = serving.session("manager")
    assert serving.ask("DELETE", "/api/members/manager", manager).status_code == 400
    assert serving.ask("PUT", "/api/members/manager", manager, json={"role": "reader"}).status_code == 400
    changed = serving.ask("PATCH", "/api/project", manager, json={"checks": "[checks]\nskip = ['numbers']\n"})
    assert changed.json()["checks"].startswith("[checks]")
    assert serving.ask("PATCH", "/api/project", manager, json={"checks": "oops ["}).status_code == 400
    assert serving.ask("GET", "/api/lookup?text=第一条", manager).status_code == 200, "it was opened anew"


def test_no_secret_is_logged_and_every_request_has_a_number(serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    token = serving.token("manager")
    sign_in(serving, "manager", PASSWORD)
    sign_in(serving, "manager", "wrong-password")
    response = serving.ask("GET", "/api/lookup?text=机密", token, headers={"x-request-id": "from-the-proxy-1"})
    assert response.headers["x-request-id"] == "from-the-proxy-1"
    serving.client.cookies.clear()
    bad = serving.client.get("/api/projects?token=secret-in-address", headers={"x-request-id": "bad id\x7f"})
    assert bad.status_code == 401
    assert len(bad.headers["x-request-id"]) == 16
    lines = [JsonFormatter().format(one) for one in caplog.records if one.name.startswith("duiyi")]
    rows = [json.loads(line) for line in lines]
    assert len(rows) == 4
    assert (rows[2]["operation"], rows[2]["user"], rows[2]["status"]) == ("search", "manager", 200)
    assert rows[2]["request"] == "from-the-proxy-1"
    text = "\n".join(lines) + json.dumps(rows, ensure_ascii=False)
    for secret in (PASSWORD, "wrong-password", token["authorization"][7:], "机密", "secret-in-address"):
        assert secret not in text
    assert "metrics-token" not in repr(serving.team.options)


def test_probes_and_metrics(serving: Serving) -> None:
    client = serving.client
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"host": "10.0.0.7:8080"}).status_code == 200, (
            "a balancer knows the address only"
        )
    assert (
        serving.ask("POST", "/api/lookup/batch", serving.token("reader"), json={"texts": ["一", "二"]}).status_code
        == 200
    )
    for headers in ({}, serving.token("manager"), {"authorization": "Bearer wrong"}):
        assert client.get("/metrics", headers=headers).status_code == 404
    text = client.get("/metrics", headers={"authorization": "Bearer metrics-token-0123456789"}).text
    assert 'duiyi_requests_total{operation="search",status="200"} 1.0' in text
    assert "duiyi_lookups_total 2.0" in text
    assert f'duiyi_store_units{{project="{serving.project.id}",memory="memory"}} 5' in text
    assert "duiyi_request_seconds_bucket" in text
    serving.team.stop()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_project_is_opened_while_the_encoder_is_loaded(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    loading, end = Event(), Event()

    def load(_: object) -> object:
        loading.set()
        assert end.wait(60)
        return "encoder"

    def opened() -> list[str]:
        with serving.team.using(serving.project) as resources:
            return list(resources.memories)

    monkeypatch.setattr("models.registry.load", load)
    with ThreadPoolExecutor(2) as pool:
        encoder = pool.submit(serving.team.encoder)
        assert loading.wait(20)
        try:
            assert pool.submit(opened).result(20) == ["memory"]
        finally:
            end.set()
        assert encoder.result(20) == "encoder"


def test_a_project_whose_store_is_slow_keeps_nobody_else_waiting(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, outsider = serving.session("manager"), serving.session("outsider")
    assert serving.ask("GET", "/api/memories", manager).status_code == 200, "one is open"
    begun, end, opened = Event(), Event(), team_module.Resources

    def slow(options: ServerOptions, **more: Any) -> Resources:
        begun.set()
        assert end.wait(60)
        return opened(options, **more)

    monkeypatch.setattr(team_module, "Resources", slow)
    with ThreadPoolExecutor(2) as pool:
        path = f"/p/{serving.other.id}/api/memories"
        waiting = [pool.submit(serving.client.get, path, headers=outsider) for _ in range(2)]
        assert begun.wait(60)
        for _ in range(3):
            assert serving.ask("GET", "/api/memories", manager).status_code == 200
        assert not any(one.done() for one in waiting)
        end.set()
        assert [one.result(60).status_code for one in waiting] == [200, 200]


def test_a_project_that_cannot_be_opened_is_tried_once_for_all_who_wait(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, end = Event(), Event()
    tried: list[int] = []

    def failing(*_: object, **__: object) -> Resources:
        tried.append(1)
        begun.set()
        assert end.wait(60)
        raise StoreUnavailable("the server does not respond")

    monkeypatch.setattr(team_module, "Resources", failing)
    outsider = serving.session("outsider")
    path = f"/p/{serving.other.id}/api/memories"
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(serving.client.get, path, headers=outsider)
        assert begun.wait(60)
        others = [pool.submit(serving.team.using(serving.other).__enter__) for _ in range(5)]
        while sum(one.running() for one in others) < 5:
            sleep(0.01)
        sleep(0.1)
        end.set()
        assert first.result(60).status_code == 503
        assert all(isinstance(one.exception(60), StoreUnavailable) for one in others)
    assert len(tried) == 1
    monkeypatch.undo()
    assert serving.client.get(path, headers=outsider).status_code == 200


def test_what_many_do_at_once_is_in_the_audit_log(serving: Serving) -> None:
    who = serving.session("translator")

    def add(number: int) -> int:
        unit = {"source": f"合同 {number}", "target": "x", "source_lang": "zh", "target_lang": "en"}
        return int(serving.ask("POST", "/api/add", who, json={"units": [unit]}).status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(add, range(40))) == {200}
    found = list(serving.accounts.audit.entries(AuditQuery(operation="add units")))
    assert len(found) == 40
    assert len({one.request for one in found}) == 40
    assert {(one.who, one.result, one.details["new"]) for one in found} == {("translator", "done", 1)}


def test_a_token_ends_at_once(serving: Serving) -> None:
    accounts = serving.accounts
    user = accounts.users.get("reader")
    for number, end in enumerate((
        lambda token: accounts.tokens.revoke(token.id, user),
        lambda _: accounts.projects.grant(serving.project, user, None),
        lambda _: accounts.users.disable("reader"),
    )):  # fmt: skip
        accounts.projects.grant(serving.project, user, Role.READER)
        token, text = accounts.tokens.add(user, f"ends {number}")
        who = {"authorization": f"Bearer {text}"}
        for _ in range(3):
            assert serving.ask("GET", "/api/memories", who).status_code == 200
        while accounts.tokens.get(token.id, user).used is None:  # written beside the requests
            sleep(0.01)
        end(token)
        assert serving.ask("GET", "/api/memories", who).status_code in (401, 404)
