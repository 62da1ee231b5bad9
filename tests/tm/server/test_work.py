"""Long work of the pages: its progress, stopping it, its report, and who sees it."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from corpora.errors import InputError
from tests.serving import UNITS, client_of
from tests.team import Serving, team_of
from tm.server.errors import FULL, NotFound
from tm.server.options import ServerOptions
from tm.server.work import Report, Work, WorkList, WorkStopped
from tm.web.visitor import Visitor

OWNER = Visitor()
PAGE = {"accept": "text/html"}


@pytest.fixture
def works(tmp_path: Path) -> Iterator[WorkList]:
    folder = tmp_path / "work"
    folder.mkdir()
    made = WorkList(str(folder))
    yield made
    made.close()


def begun(works: WorkList, visitor: Visitor = OWNER) -> Work:
    return works.new("Import units", visitor, "/tools", lambda: None, lambda message: message.replace("/secret/", ""))


def run(works: WorkList, work: Work, call: Callable[[Work], Report]) -> Any:
    return works.run(work, call)


def test_the_state_says_how_far_the_work_is(works: WorkList) -> None:
    work = begun(works)
    seen = []

    def call(work: Work) -> Report:
        work.progress(0, 400, "reading")
        seen.append(works.state(work.state.id, OWNER))
        work.store(since=work.state.since - 10)
        work.store(done=100)
        seen.append(works.state(work.state.id, OWNER))
        return Report("done.html", {"lines": ["all"]})

    assert run(works, work, call) is None
    assert [(one.state, one.step, one.share) for one in seen] == [
        ("running", "reading", 0.0),
        ("running", "reading", 0.25),
    ]
    assert seen[1].rate == pytest.approx(10, rel=0.2)
    assert seen[1].left == pytest.approx(30, rel=0.2)
    ended = works.state(work.state.id, OWNER)
    assert (ended.state, ended.is_open) == ("done", False)
    assert works.report(work.state.id, OWNER)["values"] == {"lines": ["all"]}


def test_work_that_was_stopped_ends_at_its_next_step(works: WorkList) -> None:
    work, done = begun(works), []

    def call(work: Work) -> Report:
        for number in work.watched(range(10), 10, "counting"):
            done.append(number)
            works.stop(work.state.id, OWNER)
            work._written = 0.0
        return Report("done.html", {})

    assert run(works, work, call) is None
    assert done == [0]
    assert works.state(work.state.id, OWNER).state == "stopped"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InputError("/secret/x.tmx is damaged"), "x.tmx is damaged"),
        (OSError(28, "No space left on device"), FULL),
        (MemoryError(), "not enough memory for this input"),
        (ZeroDivisionError(), "an unexpected error occurred in the server; details are in its log"),
    ],
)
def test_a_failure_is_a_sentence(works: WorkList, error: Exception, message: str) -> None:
    def call(work: Work) -> Report:
        raise error

    work = begun(works)
    assert run(works, work, call) is (error if isinstance(error, InputError) else None)
    state = works.state(work.state.id, OWNER)
    assert (state.state, state.message) == ("failed", message)


def test_a_full_disk_behind_an_error_is_told_as_one(works: WorkList) -> None:
    def call(work: Work) -> Report:
        raise InputError("cannot be written") from OSError(28, "No space left on device")

    work = begun(works)
    run(works, work, call)
    assert works.state(work.state.id, OWNER).message == FULL


def test_work_belongs_to_the_one_who_began_it(works: WorkList) -> None:
    work = begun(works, Visitor(name="anna"))
    assert works.state(work.state.id, Visitor(name="anna")).who == "anna"
    for other in (Visitor(name="ben"), OWNER):
        with pytest.raises(NotFound):
            works.state(work.state.id, other)
        assert works.of(other) == []


@pytest.mark.parametrize("name", ["", "..", "0" * 16, "../../etc/passwd", "a" * 15 + "/"])
def test_there_is_no_other_work(works: WorkList, name: str) -> None:
    with pytest.raises(NotFound):
        works.state(name, OWNER)


def test_work_of_a_process_that_is_gone_has_failed(works: WorkList) -> None:
    work = begun(works)
    work.store(process=2**22 + 1, state="running")
    state = works.state(work.state.id, OWNER)
    assert (state.state, state.message) == ("failed", "the server was stopped while this work ran; begin it again")


def test_old_work_is_forgotten_but_not_what_runs(works: WorkList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.server.work._KEPT", 2)
    running = begun(works)
    for _ in range(4):
        run(works, begun(works), lambda work: Report("done.html", {}))
    begun(works)
    kept = works.of(OWNER)
    assert len(kept) == 4
    assert running.state.id in [one.id for one in kept]


def test_work_of_others_stays(works: WorkList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tm.server.work._KEPT", 2)
    other = Visitor(name="other")
    run(works, begun(works, other), lambda work: Report("done.html", {}))
    for _ in range(5):
        run(works, begun(works), lambda work: Report("done.html", {}))
    assert len(works.of(other)) == 1
    assert len(works.of(OWNER)) == 3


def test_a_list_of_work_reads_neither_reports_nor_more_than_it_shows(
    works: WorkList, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        run(works, begun(works), lambda work: Report("done.html", {"lines": ["a long report"]}))
    read: list[str] = []
    known = Path.read_text

    def noted(path: Path, *given: Any, **more: Any) -> str:
        read.append(path.name)
        return known(path, *given, **more)

    monkeypatch.setattr(Path, "read_text", noted)
    assert len(works.of(OWNER, 2)) == 2
    assert read == ["state.json"] * 2
    monkeypatch.undo()
    assert not [path for path in works._folder.rglob("state.json") if "a long report" in path.read_text("ascii")]


def test_work_that_another_process_deletes_while_it_is_listed(works: WorkList, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, gone = begun(works), begun(works)
    entries = list(os.scandir(works._folder))
    assert all(one.is_dir() for one in entries)
    works.drop(gone)
    monkeypatch.setattr("tm.server.work.os.scandir", lambda _: entries)
    assert [one.id for one in works.of(OWNER)] == [kept.state.id]


def test_a_message_names_files_without_their_folders(works: WorkList) -> None:
    reading, work = begun(works), begun(works)
    one, two = reading.uploads("source") / "一 a.docx", work.files / "001-a.tmx"
    message = f"{one}: damaged; {two} and /secret/memory.duiyi, {work.folder}"
    assert work.without_paths(message) == f"一 a.docx: damaged; 001-a.tmx and memory.duiyi, {work.folder}"


# -- through the application


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Imports wait until the test lets them go on, and responses do not wait for them."""
    go = Event()
    monkeypatch.setattr("tm.server.dependencies._QUICK", 0.01)
    from tm.server.service import Service

    known = Service.import_file

    def slow(self: Service, *given: Any, progress: Callable[[int], None]) -> Any:
        progress(0)
        for _ in range(400):
            if go.wait(0.05):
                break
            progress(1)
        return known(self, *given, progress=progress)

    monkeypatch.setattr(Service, "import_file", slow)
    yield go
    go.set()


def ended(client: TestClient, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    for _ in range(200):
        state = client.get(f"{path}/state", headers=headers).json()
        if not state["open"]:
            return dict(state)
        time.sleep(0.05)
    raise AssertionError(state)


TSV = {"file": ("more.tsv", "zh\ten\n批准\tratification\n")}


def test_a_page_follows_an_import_to_its_report(options: ServerOptions, waiting: Event) -> None:
    with client_of(options, writable=True) as client:
        begun = client.post("/tools/import", files=TSV)
        assert begun.status_code == 303
        path = begun.headers["location"]
        page = client.get(path, headers=PAGE).text
        assert 'http-equiv="refresh"' in page, "without a script the page loads itself again"
        assert client.get(f"{path}/state").json()["open"]
        assert client.get("/work", headers=PAGE).text.count("/work/") >= 1
        waiting.set()
        assert ended(client, path)["state"] == "done"
        assert "1 unit, 1 new, 0 known." in client.get(path, headers=PAGE).text
        assert client.get(f"{path}/file").status_code == 404


def test_an_import_is_stopped(options: ServerOptions, waiting: Event) -> None:
    with client_of(options, writable=True) as client:
        path = client.post("/tools/import", files=TSV).headers["location"]
        for _ in range(100):
            if client.get(f"{path}/state").json()["state"] == "running":
                break
            time.sleep(0.02)
        assert client.post(f"{path}/stop").status_code == 303
        assert ended(client, path)["state"] == "stopped"
        assert "Stopped after" in client.get(path, headers=PAGE).text
        assert client.get("/api/lookup", params={"text": "批准"}).json() == []


def test_in_a_team_the_work_goes_on_and_is_recorded(tmp_path: Path, waiting: Event) -> None:
    with team_of(tmp_path) as serving:
        session = serving.session("reviewer")
        begun = serving.ask("POST", "/tools/import", session, files=TSV)
        path = begun.headers["location"]
        assert path.startswith(f"/p/{serving.project.id}/work/")
        for other in ("manager", "outsider"):
            found = serving.client.get(f"{path}/state", headers=serving.session(other))
            assert found.status_code == 404, other
        waiting.set()
        assert ended(serving.client, path, session)["state"] == "done"
        for _ in range(100):
            log = serving.ask("GET", "/api/audit", serving.session("manager")).json()
            changes = [one["object"] for one in log if one["operation"] == "import units"]
            if len(changes) == 2:
                break
            time.sleep(0.02)
        assert changes[0] == "more.tsv to memory"
        assert log[0]["details"] == {"files": ["more.tsv"], "new": 1, "folded": 0}
        assert re.fullmatch("work [0-9a-f]{16}", changes[1])
        assert serving.ask("GET", "/api/lookup?text=批准", session).json()


def test_a_bad_file_is_on_its_own_card_and_the_others_go_on(options: ServerOptions) -> None:
    several = [("file", ("bad.tmx", "<tmx><body>")), ("file", TSV["file"]), ("file", ("empty.tsv", ""))]
    with client_of(options, writable=True, follow_redirects=True) as client:
        page = client.post("/tools/import", files=several, headers=PAGE).text
    assert "2 files cannot be used" in page
    assert page.count('class="card failed"') == 2
    assert "1 unit, 1 new, 0 known." in page
    assert "empty.tsv is empty" in page
    assert "/tmp" not in page


def test_an_analysis_names_the_source_side_and_can_be_kept(options: ServerOptions) -> None:
    table = "zh\ten\n批准公约。\tRatify the convention.\n"
    with client_of(options, follow_redirects=True) as client:
        sent = [("files", ("a.tsv", table)), ("files", ("b.txt", "Ratify."))]
        place = client.post("/tools/analyse", files=sent, headers=PAGE).url.path
        assert ended(client, place)["state"] == "done"
        page, report = client.get(place), client.get(f"{place}/file")
    assert "a.tsv has a table with both languages; only its source side (zh, column 1) is taken" in page.text
    assert "/tmp" not in page.text + report.text
    assert report.headers["content-disposition"].endswith("analysis.html")
    assert "<h2>a.tsv</h2>" in report.text


@pytest.mark.parametrize(
    ("form", "field", "name"),
    [
        ("import", "file", "bad.tmx"),
        ("import-terms", "file", "bad.tbx"),
        ("check", "file", "bad.tmx"),
        ("analyse", "files", "bad.xlf"),
        ("quality", "files", "bad.tmx"),
        ("pretranslate", "file", "bad.xlf"),
    ],
)
def test_no_form_shows_where_files_are(
    options: ServerOptions, tmp_path: Path, form: str, field: str, name: str
) -> None:
    folder = tmp_path / "all work"
    folder.mkdir()
    with client_of(options, writable=True, work_folder=str(folder)) as client:
        sent = {field: (name, "<tmx><body>")}
        page = client.post(f"/tools/{form}", files=sent, headers=PAGE).text
    assert name in page
    assert str(tmp_path) not in page
    assert "uploads" not in page
    (state,) = [json.loads(path.read_text("ascii")) for path in folder.rglob("state.json")]
    assert state["state"] == "failed"
    assert str(tmp_path) not in state["message"]


def test_units_imported_by_a_page_are_counted_in_the_metrics(options: ServerOptions) -> None:
    token = "metrics-token-0123456789"
    with client_of(options, writable=True, metrics_token=token) as client:
        assert client.post("/tools/import", files=TSV).status_code == 303
        text = client.get("/metrics", headers={"authorization": f"Bearer {token}"}).text
    assert "\nduiyi_imported_units_total 1.0\n" in text


def audit_of(serving: Serving, operation: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What the audit log has of an operation, the last entry first, without those of requests."""
    log = serving.ask("GET", "/api/audit", serving.session("manager")).json()
    found = [(one["object"], one["result"], one["details"]) for one in log if one["operation"] == operation]
    return [one for one in found if not one[0].startswith("work ")]


def test_work_that_is_stopped_is_recorded_with_what_it_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Work.progress

    def stopped(self: Work, done: int = 0, total: int = 0, step: str = "") -> None:
        if done and step == "c.tsv":
            raise WorkStopped
        known(self, done, total, step)

    monkeypatch.setattr(Work, "progress", stopped)
    rows = {
        "a.tsv": "甲\tA\n",
        "b.tsv": "乙\tB\n第一条\tArticle 1\n",
        "c.tsv": "丙\tC\n丁\tD\n",
        "d.tsv": "戊\tE\n",
    }
    files = [("file", (name, f"zh-CN\ten-US\n{text}")) for name, text in rows.items()]
    with team_of(tmp_path) as serving:
        path = serving.ask("POST", "/tools/import", serving.session("reviewer"), files=files).headers["location"]
        assert ended(serving.client, path, serving.session("reviewer"))["state"] == "stopped"
        details = {"files": ["a.tsv", "b.tsv", "c.tsv"], "new": 2, "folded": 1, "read": 2}
        assert audit_of(serving, "import units") == [("3 files to memory", "stopped", details)]
        (stats,) = serving.ask("GET", "/api/memories", serving.session("reader")).json()
        assert stats["units"] == len(UNITS) + 4


def test_previews_and_checks_are_no_changes_of_the_audit_log(tmp_path: Path) -> None:
    find = {"find": "Article", "by": "Art."}
    with team_of(tmp_path) as serving:
        manager, reviewer, reader = (serving.session(one) for one in ("manager", "reviewer", "reader"))
        before = len(serving.ask("GET", "/api/audit", manager).json())
        assert serving.ask("POST", "/memory/replace", reviewer, data=find).status_code == 303
        assert serving.ask("POST", "/memory/clean", reviewer, data={"rule": "codes"}).status_code == 303
        assert serving.ask("POST", "/tools/check", reader, files=TSV).status_code == 303
        assert len(serving.ask("GET", "/api/audit", manager).json()) == before
        assert serving.ask("POST", "/memory/replace", reader, data=find).status_code == 403
        assert serving.ask("POST", "/memory/replace", reviewer, data=find | {"sure": "1"}).status_code == 303
        found = audit_of(serving, "change many units")
    assert found == [("memory", "done", {"replaced": 1}), ("", "refused", {})]


def test_work_keeps_the_files_of_a_project_that_is_changed_meanwhile(
    tmp_path: Path, waiting: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tm.server import dependencies

    known = dependencies.keep_uploads
    with team_of(tmp_path) as serving:

        def changing(*given: Any) -> None:
            changed = serving.accounts.projects.edit(serving.project, name="Treaties and agreements")
            with serving.team.using(changed):  # as the next request to the project does
                known(*given)

        monkeypatch.setattr(dependencies, "keep_uploads", changing)
        session = serving.session("reviewer")
        path = serving.ask("POST", "/tools/import", session, files=TSV).headers["location"]
        waiting.set()
        state = ended(serving.client, path, session)
        assert (state["state"], state["message"]) == ("done", "")


def test_a_form_whose_only_file_is_bad_is_shown_again(options: ServerOptions) -> None:
    with client_of(options, writable=True) as client:
        response = client.post("/tools/import", files={"file": ("bad.tmx", "<tmx><body>")}, headers=PAGE)
        assert response.status_code == 400
        assert "bad.tmx" in response.text
        assert 'role="alert"' in response.text
        nothing = client.post("/tools/import", files={"file": ("", "")}, headers=PAGE)
        assert nothing.status_code == 400


def test_too_many_files_are_refused(options: ServerOptions) -> None:
    many = [("file", (f"{number}.tsv", "zh\ten\n甲\tA\n")) for number in range(201)]
    with client_of(options, writable=True) as client:
        response = client.post("/tools/import", files=many, headers=PAGE)
    assert response.status_code == 400
    assert "at most 200 files" in response.text


@pytest.mark.parametrize(
    "name", ["../../x.tsv", 'a"b<c>&.tsv', "名称 （一）.tsv", "\u202egpj.tsv", "x" * 300 + ".tsv", "nul\x01.tsv"]
)
def test_file_names_with_any_characters(options: ServerOptions, name: str) -> None:
    with client_of(options, writable=True, follow_redirects=True) as client:
        page = client.post("/tools/import", files={"file": (name, TSV["file"][1])}, headers=PAGE).text
    assert "1 unit, 1 new, 0 known." in page
    assert "<c>" not in page


def test_a_full_disk_during_an_upload_has_its_own_status(
    options: ServerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tm.server.uploads.shutil.copyfileobj", full)
    with client_of(options, writable=True) as client:
        response = client.post("/tools/import", files=TSV, headers=PAGE)
    assert response.status_code == 507
    assert "the disk of the server is full" in response.text
