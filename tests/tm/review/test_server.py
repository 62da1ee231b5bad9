"""The editor's server: who may talk to it, what it refuses, that text stays text, and that nothing decided is lost."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from corpora.errors import StoreError, UsageError
from models.encoder import Encoder
from models.registry import load
from tests.commands import COMMAND
from tm.cli.review import review
from tm.formats import read, write
from tm.review.app import ReviewOptions, create
from tm.review.dismissals import Dismissals
from tm.review.jobs import Job, Jobs
from tm.review.journal import JournalConflict, ReviewJournal
from tm.review.repository import ReviewRepository
from tm.review.session import ReviewSession
from tm.unit import Origin, Unit
from tm.web.guard import GuardOptions
from tm.web.uploads import clean_name

EVIL = '"><script>alert(1)</script>\u2028<img src=x onerror=alert(1)>'
HOME = "http://127.0.0.1:8000"
SECRET = {"origin": HOME, "x-duiyi": "s" * 24}


def some_units() -> list[Unit]:
    return [
        Unit("第五条。", "Article 6.", "zh-CN", "en-US", origin=Origin(source_ids=(0,), target_ids=(0,)), quality=0.9),
        Unit(EVIL, EVIL, "zh-CN", "en-US", origin=Origin(section=EVIL), notes=(EVIL,), quality=0.3),
        Unit("会议结束。大家回家。", "The meeting ended. All went home.", "zh-CN", "en-US", quality=0.8),
    ]


def no_encoder() -> Encoder:
    raise AssertionError("nothing here needs an encoder")


@pytest.fixture
def repository(tmp_path: Path) -> ReviewRepository:
    return ReviewRepository(tmp_path / "reviews", "ada")


@pytest.fixture
def name(repository: ReviewRepository, tmp_path: Path) -> str:
    path = tmp_path / "units.jsonl"
    write(path, some_units())
    return repository.open_file(path)


def client_of(repository: ReviewRepository, **guard: Any) -> TestClient:
    options = ReviewOptions(GuardOptions(secret="s" * 24, **guard), max_upload=1000, embeddings=False)
    return TestClient(create(repository, no_encoder, options), base_url=HOME, follow_redirects=False)


@pytest.fixture
def client(repository: ReviewRepository) -> Iterator[TestClient]:
    with client_of(repository) as made:
        yield made


def edit(client: TestClient, name: str, content: dict[str, Any], version: int) -> httpx.Response:
    body = {"edit": content, "version": version}
    answer: Any = client.post(f"/reviews/{name}/edits", json=body, headers=SECRET)
    return answer


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8000"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:8000"}, 421),
        ({"host": "192.168.0.5:8000"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
    ],
)
def test_who_may_look(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.get("/", headers=headers).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": HOME},
        {"x-duiyi": "s" * 24},
        {"origin": HOME, "x-duiyi": "wrong"},
        {"origin": "null", "x-duiyi": "s" * 24},
        {"origin": "http://evil.example", "x-duiyi": "s" * 24},
        {"origin": "http://localhost:8000", "x-duiyi": "s" * 24},
        {**SECRET, "sec-fetch-site": "cross-site"},
    ],
)
def test_a_page_elsewhere_cannot_make_it_act(
    client: TestClient, repository: ReviewRepository, name: str, headers: dict[str, str]
) -> None:
    body = {"edit": {"do": "accept", "rows": [0]}, "version": 0}
    assert client.post(f"/reviews/{name}/edits", json=body, headers=headers).status_code == 403
    assert client.delete(f"/reviews/{name}", headers=headers).status_code == 403
    assert repository.session(name).version == 0


def test_beyond_loopback_the_token_is_required(repository: ReviewRepository) -> None:
    token = "a-token-of-some-length"
    with client_of(repository, hosts=frozenset({"host.example"}), token=token) as client:
        there = {"host": "host.example:8000"}
        assert client.get("/", headers=there).status_code == 401
        assert client.get("/?token=wrong", headers=there).status_code == 401
        assert client.get("/", headers={**there, "authorization": f"Bearer {token}"}).status_code == 200
        assert client.get("/static/review.css", headers=there).status_code == 401
        answer = client.get(f"{HOME}//evil.example/?a=b&token={token}", headers=there)
        assert answer.headers["location"].startswith("/evil.example/?a=b"), "never to another host"
        answer = client.get(f"/?token={token}", headers=there)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "samesite=strict" in answer.headers["set-cookie"].lower()
        cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
        assert client.get("/", headers={**there, **cookie}).status_code == 200
        assert client.get("/", headers={"host": "other.example", **cookie}).status_code == 421
        assert client.get("/", headers={"host": "192.168.0.5:8000", **cookie}).status_code == 200


def test_the_command_line_refuses_to_be_open_to_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`token`"):
        review([], host="0.0.0.0", token="", data=tmp_path, out=None, browser=False, author="a")
    with pytest.raises(UsageError, match="16"):
        review([], host="0.0.0.0", token="short", data=tmp_path, out=None, browser=False, author="a")


def test_text_stays_text_and_the_policy_is_strict(client: TestClient, name: str) -> None:
    for path in ("/", f"/reviews/{name}", f"/reviews/{name}/rows?ids=0,1,2&order=document", f"/reviews/{name}/history"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


def test_an_edit_names_its_version(client: TestClient, name: str, repository: ReviewRepository) -> None:
    answer = edit(client, name, {"do": "split", "rows": [2], "source_at": 5, "target_at": 19}, 0)
    assert answer.json()["new"] == [3, 4]
    assert edit(client, name, {"do": "accept", "rows": [0]}, 0).status_code == 409
    assert edit(client, name, {"do": "accept", "rows": [2]}, 1).status_code == 400, "2 was split"
    assert edit(client, name, {"do": "accept", "rows": [3]}, 1).json()["state"]["counts"]["accepted"]["units"] == 1
    assert edit(client, name, {"do": "undo"}, 2).json()["state"]["redo"] is True
    assert [unit.target for unit in repository.session(name).units()][2:] == ["The meeting ended.", "All went home."]
    assert "split" in client.get(f"/reviews/{name}/history").text


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"edit": 5, "version": 0}', '{"edit": {"do": "accept", "rows": [0]}, "version": "0"}']
)
def test_what_is_no_edit_is_refused(client: TestClient, name: str, body: str) -> None:
    answer = client.post(f"/reviews/{name}/edits", content=body, headers=SECRET)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "path",
    ["/reviews/nothing", "/reviews/0123456789abcdef", "/reviews/..%2f..", "/reviews/{name}/rows?ids=x",
     "/reviews/{name}/view?show=x", "/reviews/{name}/export?format=.exe",
     "/reviews/{name}/rows/99", "/static/../app.py", "/static/%2e%2e/app.py"],
)  # fmt: skip
def test_bad_requests_get_an_error_response(client: TestClient, name: str, path: str) -> None:
    assert client.get(path.format(name=name)).status_code in (400, 404)


def test_uploads_have_a_limit_and_a_clean_name(client: TestClient, repository: ReviewRepository) -> None:
    answer = client.post("/reviews?name=x.tsv", content=b"a" * 1001, headers=SECRET)
    assert answer.status_code == 413
    answer = client.post("/reviews?name=../../x.jsonl", content=b"no json", headers=SECRET)
    assert answer.status_code == 400
    unit = json.dumps({"source": "甲", "target": "a", "source_lang": "zh", "target_lang": "en"})
    answer = client.post("/reviews?name=../../x.jsonl", content=unit.encode(), headers=SECRET)
    assert answer.status_code == 200
    assert [entry.title for entry in repository.summaries()] == ["x.jsonl"]
    assert clean_name("..\\..\\C:\\a<b>.txt") == "a_b_.txt"
    assert clean_name("..") == "document"
    client.delete(f"/reviews/{answer.json()['id']}", headers=SECRET)
    assert repository.summaries() == []


@pytest.mark.parametrize("side", ["source_lang", "target_lang"])
def test_a_language_that_is_none_is_refused_before_the_work(
    client: TestClient, repository: ReviewRepository, side: str
) -> None:
    name = repository.new_documents()
    for one, text in (("source", "大会通过了决议。"), ("target", "The Assembly adopted the resolution.")):
        repository.document(name, one, "a.txt").write_text(text, "utf-8")
    answer = client.post(f"/reviews/{name}/read", json={side: "xx-foo"}, headers=SECRET)
    assert (answer.status_code, answer.json()["message"][:25]) == (400, "'xx-foo' is not a known l")
    assert client.post(f"/reviews/{name}/read", json={side: "qaa"}, headers=SECRET).status_code == 200


def test_only_so_many_documents_are_taken_at_once(repository: ReviewRepository, name: str) -> None:
    options = ReviewOptions(GuardOptions(secret="s" * 24), embeddings=False, uploads=0)
    with TestClient(create(repository, no_encoder, options), base_url=HOME) as client:
        for method, path in (("POST", "/reviews?name=x.tsv"), ("PUT", f"/reviews/{name}/documents/source?name=a.txt")):
            answer = client.request(method, path, content=b"x", headers=SECRET)
            assert (answer.status_code, answer.json()["message"][:10]) == (503, "the server")
        assert edit(client, name, {"do": "accept", "rows": [0]}, 0).status_code == 200


def test_half_a_document_is_none(repository: ReviewRepository) -> None:
    name = repository.new_documents()
    headers = [(key.encode(), value.encode()) for key, value in {**SECRET, "host": "127.0.0.1:8000"}.items()]
    scope = {"type": "http", "method": "PUT", "path": f"/reviews/{name}/documents/source",
             "query_string": b"name=a.txt", "headers": headers,
             "scheme": "http", "server": ("127.0.0.1", 8000), "root_path": ""}  # fmt: skip
    pieces = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(pieces)

    async def send(message: Any) -> None:
        """Nobody is there any more."""

    app = create(repository, no_encoder, ReviewOptions(GuardOptions(secret="s" * 24), embeddings=False))
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, app(scope, receive, send)).result()  # type: ignore[arg-type]
    assert [path.name for path in repository.folder_of(name).rglob("*") if path.suffix == ".txt"] == []


@pytest.mark.parametrize("suffix", [".tmx", ".xlf", ".2.xlf", ".tsv", ".csv", ".xlsx", ".jsonl", ".po", ".parquet"])
def test_export_to_every_format_with_the_state(client: TestClient, name: str, tmp_path: Path, suffix: str) -> None:
    edit(client, name, {"do": "accept", "rows": [0]}, 0)
    edit(client, name, {"do": "reject", "rows": [1]}, 1)
    counts = {}
    for keep in ("all", "valid", "accepted"):
        answer = client.get(f"/reviews/{name}/export?format={suffix}&selection={keep}")
        assert answer.status_code == 200, answer.text
        assert "attachment" in answer.headers["content-disposition"]
        path = tmp_path / f"out{suffix}"
        path.write_bytes(answer.content)
        units = list(read(path, on_problem=print))
        counts[keep] = len(units)
        if suffix in (".tmx", ".xlf", ".2.xlf", ".jsonl"):
            assert units[0].status == "reviewed"
    assert counts == {"all": 3, "valid": 2, "accepted": 1}


def test_checks_put_suspects_first(repository: ReviewRepository, name: str) -> None:
    session = repository.session(name)
    assert session.reserve_check()
    session.check_all()
    assert session.view()[0] == 0, "article 6 for 第五条 is an error"
    assert session.view("document") == [0, 1, 2]
    assert session.view(text="meeting") == [2]
    assert session.view(text="#2") == [2]
    session.edit({"do": "edit", "rows": [0], "target": "Article 5."}, 0)
    assert session.view()[0] == 1
    session.edit({"do": "accept", "rows": [1]}, 1)
    assert session.view()[-1] == 1


def checked(client: TestClient, name: str) -> Any:
    """The state of a review once its checks have ended."""
    for _ in range(200):
        state = client.get(f"/reviews/{name}/state").json()
        if not state["checking"]:
            break
        time.sleep(0.05)
    return state


def test_only_the_reviews_used_last_stay_open(
    repository: ReviewRepository, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tm.review.repository._OPEN", 2)
    names = [f"{number:016}" for number in range(3)]
    for one in names:
        repository.begin(one, some_units(), title="x")
    first, second = repository.session(names[0]), weakref.ref(repository.session(names[1]))
    journal = repository.session(names[1]).journal
    assert repository.session(names[0]) is first
    repository.session(names[2])
    assert repository.session(names[0]) is first, "it was used after the second"
    assert second() is None
    with pytest.raises(StoreError):
        journal.meta()
    # A page that is still open works on, and its units are checked anew.
    assert edit(client, names[1], {"do": "edit", "rows": [2], "target": "Article 7."}, 0).status_code == 200
    assert checked(client, names[1])["counts"]["suspects"]["units"] > 1


def test_after_a_great_shift_all_is_checked_again(repository: ReviewRepository, client: TestClient) -> None:
    repository.begin("0" * 16, [Unit(f"第{n}条。", f"Article {n}.", "zh-CN", "en-US") for n in range(300)], title="x")
    answer = edit(client, "0" * 16, {"do": "shift", "rows": [0]}, 0)
    assert answer.json()["state"]["counts"]["all"]["units"] == 301
    assert checked(client, "0" * 16)["counts"]["suspects"]["units"] > 290


def test_two_processes_do_not_write_over_each_other(repository: ReviewRepository, name: str) -> None:
    first, second = repository.session(name), ReviewSession(repository.journal(name), "bob")
    first.edit({"do": "accept", "rows": [0]}, 0)
    with pytest.raises(JournalConflict):
        second.edit({"do": "reject", "rows": [0]}, 0)
    assert second.version == 1
    second.edit({"do": "reject", "rows": [0]}, 1)
    assert second.units()[0].author == "bob"
    second.close()


def test_a_file_that_is_no_review_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "review.db"
    path.write_bytes(b"no database at all, but long enough to look like one" * 100)
    with pytest.raises(StoreError):
        ReviewJournal(path)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as base:
        base.execute("CREATE TABLE x (y)")
        base.execute("PRAGMA user_version = 77")
    base.close()
    with pytest.raises(StoreError, match="version"):
        ReviewJournal(other)


@pytest.mark.client
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_a_killed_process_loses_nothing(tmp_path: Path, repository: ReviewRepository) -> None:
    path = tmp_path / "units.jsonl"
    write(path, some_units())
    options = ["--no-browser", "--no-embeddings", "--data", str(repository.folder), "--author", "ada"]
    command = [*COMMAND, "review", str(path), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            home, _, name = address.rpartition("/reviews/")
            with httpx.Client(trust_env=False) as client:
                secret = client.get(address).text.partition('name="duiyi" content="')[2].partition('"')[0]
                headers = {"origin": home, "x-duiyi": secret}
                for version, content in enumerate([{"do": "accept", "rows": [0]}, {"do": "merge", "rows": [1]}]):
                    body = {"edit": content, "version": version}
                    answer = client.post(f"{address}/edits", json=body, headers=headers)
                    assert answer.status_code == 200, answer.text
        finally:
            process.send_signal(signal.SIGKILL)
    session = repository.session(name)
    assert session.version == 2
    assert [unit.status for unit in session.units()] == ["reviewed", "unreviewed"]
    assert repository.open_file(path) == name, "the same file is the same work"


def test_a_repeated_request_changes_nothing(repository: ReviewRepository, name: str, tmp_path: Path) -> None:
    """Its response was lost, so the page sends it again, perhaps to a server that was restarted."""
    merge = {"edit": {"do": "merge", "rows": [0]}, "version": 0, "key": "first"}
    found = []
    for one in (repository, ReviewRepository(tmp_path / "reviews", "ada")):
        with client_of(one) as client:
            for _ in range(2):
                found.append(client.post(f"/reviews/{name}/edits", json=merge, headers=SECRET).json())
    assert {(tuple(one["old"]), tuple(one["new"]), one["state"]["version"]) for one in found} == {((0, 1), (3,), 1)}


def test_counts_marks_and_sections(repository: ReviewRepository, name: str) -> None:
    with client_of(repository) as client:
        edit(client, name, {"do": "accept", "rows": [2]}, 0)
        seen = client.get(f"/reviews/{name}/view?order=document").json()
        assert seen["marks"] == "osa"
        assert seen["state"]["counts"]["all"] == {
            "units": 3,
            "words": sum(seen["state"]["counts"][one]["words"] for one in ("open", "accepted", "bad")),
        }
        assert [(one["row"], one["units"], one["done"]) for one in client.get(f"/reviews/{name}/sections").json()] == [
            (0, 1, 0),
            (1, 1, 0),
            (2, 1, 1),
        ]


def test_counts_follow_the_edits(repository: ReviewRepository, name: str) -> None:
    session = repository.session(name)
    session.check_all()
    session.counts()
    for content in (
        {"do": "split", "rows": [2], "source_at": 5, "target_at": 18},
        {"do": "accept", "rows": [0]},
        {"do": "edit", "rows": [0], "target": "Article 5."},
        {"do": "undo"},
        {"do": "move", "rows": [4], "side": "target", "up": True},
        {"do": "dismiss", "rows": [0], "kind": "reference: 第五条 → article 6"},
        {"do": "undo"},
        {"do": "reject", "rows": [3, 1]},
    ):
        session.edit(content, session.version)
        seen = session.counts()
        session._counts = None
        assert seen == session.counts(), content


def test_findings_that_are_right_are_not_shown_and_undone(repository: ReviewRepository, name: str) -> None:
    kind = "reference: 第五条 → article 6"
    with client_of(repository) as client:
        repository.session(name).check_all()
        assert "data-finding" in client.get(f"/reviews/{name}/rows?ids=0").text
        answer = edit(client, name, {"do": "dismiss", "rows": [0], "kind": kind}, 0).json()
        assert answer["old"] == answer["new"] == [0]
        assert 'data-finding="reference"' not in client.get(f"/reviews/{name}/rows?ids=0").text
        rows = client.get(f"/reviews/{name}/baseline").json()["findings"]
        assert [(one["kind"], "article" in one["message"].lower()) for one in rows] == [(kind, True)]
        assert kind in repository.dismissals.path.read_text("utf-8")
        assert "Article 6" in client.get(f"/reviews/{name}/dismissed").text
        edit(client, name, {"do": "undo"}, 1)
        assert 'data-finding="reference"' in client.get(f"/reviews/{name}/rows?ids=0").text
        assert kind not in repository.dismissals.path.read_text("utf-8")
        edit(client, name, {"do": "redo"}, 2)
        assert edit(client, name, {"do": "dismiss", "rows": [0]}, 3).status_code == 400
    again = ReviewRepository(repository.folder, "bob").session(name)
    again.check_all()
    assert not [one for one in again.findings.of(0) if one.check == "reference"]


def test_a_row_that_was_edited_is_checked_at_once(repository: ReviewRepository, name: str) -> None:
    session = repository.session(name)
    session.check_all()
    for version, (target, found) in enumerate(
        (
            ("Article 6. Done.", {"reference"}),
            ("Article 5.", set()),
            ("Article 5 of 12 May 2031.", {"date"}),
            ("Article 5. 7 states.", {"number"}),
        )
    ):
        session.edit({"do": "edit", "rows": [0], "target": target}, version)
        assert {one.check for one in session.findings.of(0)} & {"reference", "date", "number"} == found, target


def test_a_file_of_verdicts_that_is_damaged_is_reported_and_kept(repository: ReviewRepository, name: str) -> None:
    repository.dismissals.path.write_text("{}", encoding="utf-8")
    session = repository.session(name)
    session.check_all()
    session.edit({"do": "dismiss", "rows": [0], "kind": "reference: 第五条 → article 6"}, 0)
    assert "not a baseline" in session.state()["check_error"]
    assert "reference" not in {one.check for one in session.findings.of(0)}, "the verdict counts in this review"
    assert repository.dismissals.path.read_text("utf-8") == "{}"


def test_verdicts_of_two_processes_on_findings_are_both_kept(tmp_path: Path) -> None:
    """Each process has a `Dismissals` of its own, with a lock that the other does not see."""
    path = tmp_path / "reviews" / "findings-marked-right.json"

    def dismissed(process: int) -> None:
        own = Dismissals(path)
        for number in range(20):
            own.change(f"{process} {number}", "a message", is_right=True)
        own.change(f"{process} 0", "", is_right=False)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(dismissed, range(3)))
    assert set(Dismissals(path).kinds()) == {f"{process} {number}" for process in range(3) for number in range(1, 20)}


def two_documents(repository: ReviewRepository) -> str:
    """A review whose two documents are not read yet."""
    name = repository.new_documents()
    for side, text in (
        ("source", "第一条。\n本协议自签署之日起生效。\n"),
        ("target", "Article 1.\nIt enters into force.\n"),
    ):
        repository.document(name, side, f"{side}.txt").write_text(text, "utf-8")
    return name


def ended(jobs: Jobs, name: str, stage: str) -> Job:
    """The job of a review when it no longer runs."""
    for _ in range(6000):
        if (job := jobs.get(name)) is not None and job.stage not in ("reading", "aligning"):
            break
        time.sleep(0.01)
    assert job is not None
    assert job.stage == stage, job.message
    return job


def test_aligning_two_documents_can_be_stopped(repository: ReviewRepository) -> None:
    name = two_documents(repository)
    wanted = iter([True, False])

    def encoder() -> Encoder:
        if next(wanted):
            jobs.stop(name)
        return load()

    jobs = Jobs(repository, encoder)
    app = create(repository, encoder, ReviewOptions(GuardOptions(secret="s" * 24)))
    jobs.read(name)
    ended(jobs, name, "read")
    jobs.align(name, "sentence")
    assert ended(jobs, name, "read").message == "stopped"
    assert repository.meta(name)["stage"] == "documents"
    jobs.align(name, "sentence")
    ended(jobs, name, "done")
    assert repository.meta(name)["stage"] == "units"
    jobs.close()
    with TestClient(app, base_url=HOME) as client:  # nothing runs, so that there is nothing to stop
        assert client.post(f"/reviews/{name}/stop", headers=SECRET).json() == {}
        assert client.post(f"/reviews/{'0' * 16}/stop", headers=SECRET).status_code == 404


@pytest.mark.parametrize("again", ["stopped", "failed"])
def test_documents_are_kept_when_they_are_not_read_again(repository: ReviewRepository, again: str) -> None:
    name, waiting = two_documents(repository), Event()
    jobs = Jobs(repository, load)
    jobs.read(name)
    read = ended(jobs, name, "read").documents
    assert read is not None
    jobs.submit(waiting.wait)
    jobs.read(name, ("ja", "en-GB"))
    with pytest.raises(UsageError, match="not read yet"):
        jobs.align(name, "sentence")
    if again == "stopped":
        jobs.stop(name)
    else:
        repository.documents(name)[1].write_bytes(b"%PDF-1.7 damaged")
    waiting.set()
    job = ended(jobs, name, "read" if again == "stopped" else "failed")
    assert job.documents is read
    assert "unexpected" not in job.message
    jobs.align(name, "sentence")
    ended(jobs, name, "done")
    jobs.close()


def test_a_stop_counts_for_the_job_that_runs(repository: ReviewRepository) -> None:
    """Not for the one before, which has ended but whose thread is still busy, and not for the one after."""

    class Following(Jobs):
        begun = False

        def _set(self, name: str, job: Job) -> None:
            if not self.begun:
                self.stop(name)  # too late: this job has nothing left to do
            super()._set(name, job)
            if not self.begun:
                self.begun = True
                self.read(name)
                self.submit(ends.set)
                if stopped:
                    self.stop(name)

    for stopped in (False, True):
        ends = Event()
        name = two_documents(repository)
        jobs = Following(repository, load)
        jobs.read(name)
        assert ends.wait(60)
        assert ended(jobs, name, "read").message == ("stopped" if stopped else "")
        jobs.close()


def test_the_documents_of_few_jobs_are_kept(repository: ReviewRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.review.jobs._KEPT", 1)
    jobs = Jobs(repository, load)
    first, second = two_documents(repository), two_documents(repository)
    for one in (first, second):
        jobs.read(one)
        ended(jobs, one, "read")
    assert jobs.get(first) is None
    jobs.forget(second)
    assert jobs.get(second) is None
    jobs.close()
