"""Each operation with each role, in one's own project and in others, with sessions and with tokens.

What is expected is read from the table in docs/team.md, so that the documentation is what is tested.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from tests.team import Serving, team_of
from tm.accounts.roles import ACCOUNT, OPERATIONS, PUBLIC, Role, operation_of

ROOT = Path(__file__).resolve().parents[3]
UNIT = {"source": "丙", "target": "C", "source_lang": "zh", "target_lang": "en"}
#: What fills the places in the routes: things that exist in the project, or could.
PLACES = {"memory": "memory", "unit": "1", "entry": "none", "source": "zh", "target": "en", "rest": "x",
          "side": "source", "review": "0123456789abcdef", "row": "0", "user": "nobody", "code": "en",
          "work": "0" * 16}  # fmt: skip
ROLES = [role.value for role in Role]
NONE = "there is no such project, or you do not belong to it"


def documented() -> dict[str, list[str]]:
    """Operation to the roles that may, from the table of the documentation."""
    text = (ROOT / "docs" / "team.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z ]+) \| [^|]* \| (yes|no) \| (yes|no) \| (yes|no) \| (yes|no) \|", text, re.MULTILINE)
    return {row[0]: [role for role, may in zip(ROLES, row[1:], strict=True) if may == "yes"] for row in rows}


DOCUMENTED = documented()
ROUTES = [(one.name, route) for one in OPERATIONS for route in one.routes]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    from argon2 import PasswordHasher

    from tm.accounts import passwords

    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: quick)
        with team_of(tmp_path_factory.mktemp("team")) as made:
            yield made


@pytest.fixture(scope="module")
def visitors(serving: Serving) -> dict[str, tuple[str, dict[str, str]]]:
    """Each visitor: his role in the project, "" for none, and his headers."""
    found = {role: (role, serving.session(role)) for role in ROLES}
    found |= {f"token of a {role}": (role, serving.token(role)) for role in ROLES}
    found |= {f"token for a {role}": (role, serving.token("manager", role=Role(role))) for role in ROLES}
    found["token for more than the user is"] = ("reader", serving.token("reader", role=Role.MANAGER))
    found["outsider"] = ("", serving.session("outsider"))
    found["token of an outsider"] = ("", serving.token("outsider"))
    found["token for another project"] = ("", serving.token("manager", project=serving.other.id))
    return found


def request_of(route: str) -> tuple[str, str, dict[str, Any]]:
    """A request that belongs to the route; nothing in it need exist, since only its refusal matters."""
    method, _, path = route.partition(" ")
    return method, re.sub(r"\{(\w+)(?::path)?\}", lambda place: PLACES[place[1]], path), {}


def test_the_documentation_has_every_operation() -> None:
    table = {
        one.name: [role.value for role in Role if one.least is not None and role.rank >= one.least.rank]
        for one in OPERATIONS
    }
    assert table == DOCUMENTED
    text = (ROOT / "docs" / "team.md").read_text("utf-8")
    for one in OPERATIONS:
        assert f"| {one.name} | {one.about} |" in text


@pytest.mark.parametrize(("operation", "route"), ROUTES, ids=[route for _, route in ROUTES])
def test_what_each_role_may_do(
    serving: Serving, visitors: dict[str, tuple[str, dict[str, str]]], operation: str, route: str
) -> None:
    method, path, more = request_of(route)
    for name, (role, headers) in visitors.items():
        response = serving.ask(method, path, headers, **more)
        if not role:
            missing = serving.client.request(method, f"/p/{'0' * 16}{path}", headers=headers, **more)
            assert missing.status_code == 404, name
            assert response.status_code == 404, name
            assert response.json() == missing.json() == {"message": NONE}, "as if the project did not exist"
        elif role in DOCUMENTED[operation]:
            assert response.status_code not in (401, 403), (name, response.text)
            assert NONE not in response.text
        else:
            assert response.status_code == 403, (name, response.text)
            assert f"yours is {role}" in response.json()["message"]
    for headers in (
        {},
        {"authorization": "Bearer duiyi_" + "0" * 16 + "_" + "x" * 43},
        {"cookie": "duiyi-session-8080=x"},
    ):
        there, nowhere = (
            serving.client.request(method, f"/p/{number}{path}", headers=headers, **more)
            for number in (serving.project.id, "0" * 16)
        )
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
        assert there.status_code == 401


def test_every_route_of_the_application_is_in_the_table(serving: Serving) -> None:
    from tm.review.app import Editor, ReviewOptions
    from tm.review.repository import ReviewRepository
    from tm.server.app import ACCOUNT_PAGES, API, PAGES

    def filled(path: str) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", "x", path)

    found = 0
    for module in (*PAGES, *API, *ACCOUNT_PAGES):
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods:
                path = ("/api" if module in API else "") + filled(route.path)
                assert operation_of(method, path) is not None, (method, path)
                found += 1
    repository = ReviewRepository(serving.accounts.path.parent / "r", "x")
    editor = Editor(repository, lambda: pytest.fail("no encoder"), ReviewOptions())
    for route in editor._app.routes:
        for method in getattr(route, "methods", None) or ["GET"]:
            path = "/review" + filled(route.path)  # type: ignore[attr-defined]
            assert operation_of(method, path if "static" not in path else f"{path}/x") is not None, (method, path)
            found += 1
    editor.close()
    assert found > 60
    assert all(operation_of(*filled(route).split(" ")) for one in (*ACCOUNT, *PUBLIC) for route in one.routes)


@pytest.mark.parametrize(
    ("method", "path", "body", "least"),
    [
        ("POST", "/api/add", {"units": [UNIT]}, "translator"),
        ("POST", "/api/add", {"units": [{**UNIT, "status": "reviewed"}]}, "reviewer"),
        ("POST", "/api/add", {"units": [UNIT], "keep": "newest"}, "reviewer"),
        ("PATCH", "/api/units/memory/1", {"status": "reviewed"}, "reviewer"),
        ("PATCH", "/api/units/memory/3", {"target": "of a reviewed unit"}, "reviewer"),
        ("POST", "/api/terms/entries", {"source": "公约", "target": "convention"}, "translator"),
        ("POST", "/api/terms/entries", {"source": "公约", "target": "convention", "status": "preferred"}, "reviewer"),
    ],
)
def test_what_depends_on_the_body(serving: Serving, method: str, path: str, body: Any, least: str) -> None:
    for role in ROLES:
        response = serving.ask(method, path, serving.session(role), json=body, headers={"if-match": '"none"'})
        if ROLES.index(role) < ROLES.index(least):
            assert response.status_code == 403, (role, response.text)
        else:
            assert response.status_code in (200, 201, 400, 412), (role, response.text)


def test_terms_of_translators_are_proposed(serving: Serving) -> None:
    made = serving.ask("POST", "/api/terms/entries", serving.session("translator"),
                       json={"source": "批准书", "target": "instrument of ratification"})  # fmt: skip
    assert [one["status"] for one in made.json()["terms"]][1] == "proposed"
    assert made.headers["etag"]


def test_tokens_of_others_do_not_exist(serving: Serving) -> None:
    own, other = serving.session("reader"), serving.session("manager")
    made = serving.client.post(
        "/api/tokens", headers=own, json={"name": "OmegaT", "project": serving.project.id}
    ).json()
    assert (
        serving.client.get("/api/lookup?text=x", headers={"authorization": f"Bearer {made['token']}"}).status_code
        == 200
    )
    assert [one["id"] for one in serving.client.get("/api/tokens", headers=own).json() if one["name"] == "OmegaT"]
    assert made["id"] not in serving.client.get("/api/tokens", headers=other).text
    for number in (made["id"], "0" * 16):
        response = serving.client.delete(f"/api/tokens/{number}", headers=other)
        assert (response.status_code, response.json()) == (404, {"message": "you have no such token"})
        assert serving.client.post(f"/account/tokens/{number}/revoke", headers=other).status_code == 404
    wrong = {"name": "x", "project": serving.other.id}
    assert serving.client.post("/api/tokens", headers=own, json=wrong).status_code == 400
    for one in ACCOUNT:
        for route in one.routes:
            method, path, _ = request_of(route.replace("{token}", made["id"]))
            response = serving.client.request(method, path, headers={"authorization": f"Bearer {made['token']}"})
            assert response.status_code == (200 if one.name == "own projects" else 403), (method, path)
    assert serving.client.delete(f"/api/tokens/{made['id']}", headers=own).json()["revoked"]
    assert serving.client.get("/api/projects", headers={"authorization": f"Bearer {made['token']}"}).status_code == 401


def test_a_user_sees_only_his_projects(serving: Serving) -> None:
    for name, own in [("reader", serving.project), ("outsider", serving.other)]:
        found = serving.client.get("/api/projects", headers=serving.token(name)).json()
        assert [one["id"] for one in found] == [own.id]
        page = serving.client.get("/projects", headers={**serving.session(name), "accept": "text/html"})
        assert (own.name in page.text, page.text.count("/p/")) == (True, 1)
    for path in ("/api/memories", "/api/project", "/"):
        text = serving.ask("GET", path, serving.session("reader")).text
        assert str(serving.accounts.path.parent) not in text, "no path of the machine"
        assert "Contracts" not in text


def test_only_reviewers_change_rows_with_a_verdict_in_whatever_way(serving: Serving) -> None:
    lines = "".join(f"第{number}条\tArticle {number}. Text.\n" for number in range(1, 5))
    made = serving.ask("POST", "/review/reviews?name=x.tsv", serving.session("translator"), content=lines)
    path = f"/review/reviews/{made.json()['id']}/edits"
    for user, edit, version, status in [
        ("reviewer", {"do": "accept", "rows": [1]}, 0, 200),
        ("translator", {"do": "merge", "rows": [0]}, 1, 403),
        ("translator", {"do": "move", "rows": [0], "side": "target"}, 1, 403),
        ("translator", {"do": "move", "rows": [2], "side": "source", "up": True}, 1, 403),
        ("translator", {"do": "shift", "rows": [0], "side": "target"}, 1, 403),
        ("translator", {"do": "merge", "rows": [2]}, 1, 200),
        ("translator", {"do": "merge", "rows": [9]}, 2, 400),
        ("translator", {"do": "merge", "rows": [2]}, 1, 409),
        ("reviewer", {"do": "merge", "rows": [0]}, 2, 200),
    ]:
        response = serving.ask("POST", path, serving.session(user), json={"edit": edit, "version": version})
        assert response.status_code == status, (user, edit, response.text)


def test_private_reviews_do_not_exist_for_others(serving: Serving) -> None:
    ask, tsv = serving.ask, "\t".join(("第一条", "Article 1")) + "\n"
    made = ask("POST", "/review/reviews?name=x.tsv", serving.session("translator"), content=tsv)
    assert made.status_code == 200, made.text
    name = made.json()["id"]
    assert ask("GET", f"/review/reviews/{name}/state", serving.session("reader")).status_code == 200
    body = {"assignee": "reviewer", "shared": False}
    assert ask("PUT", f"/review/reviews/{name}/assignment", serving.session("translator"), json=body).status_code == 403
    assert ask("PUT", f"/review/reviews/{name}/assignment", serving.session("reviewer"),
               json={"assignee": "outsider"}).status_code == 400  # fmt: skip
    assert ask("PUT", f"/review/reviews/{name}/assignment", serving.session("reviewer"), json=body).status_code == 200
    for user, status in [("reader", 404), ("translator", 200), ("reviewer", 200), ("manager", 200)]:
        response = ask("GET", f"/review/reviews/{name}/state", serving.session(user))
        assert response.status_code == status, user
        if status == 404:
            nothing = ask("GET", f"/review/reviews/{'0' * 16}/state", serving.session(user))
            assert response.content == nothing.content
        listed = [one["id"] for one in ask("GET", "/review/list", serving.session(user)).json()]
        assert (name in listed) == (status == 200)
        mine = ask("GET", "/review/list?mine=1", serving.session(user)).json()
        assert [one["id"] for one in mine] == ([name] if user == "reviewer" else [])
    accept, edit = {"do": "accept", "rows": [0]}, {"do": "edit", "rows": [0], "target": "Article one"}
    path = f"/review/reviews/{name}/edits"
    for user, one, version, status in [
        ("translator", accept, 0, 403), ("translator", edit, 0, 200), ("reviewer", accept, 1, 200),
        ("translator", edit, 2, 403), ("translator", {"do": "undo"}, 2, 403), ("reviewer", {"do": "undo"}, 2, 200),
        ("translator", {"do": "undo"}, 3, 200),
    ]:  # fmt: skip
        response = ask("POST", path, serving.session(user), json={"edit": one, "version": version})
        assert response.status_code == status, (user, one, response.text)
    history = ask("GET", f"/review/reviews/{name}/history", serving.session("manager")).text
    assert "translator" in history
    assert "reviewer" in history
    right = {"edit": {"do": "dismiss", "rows": [0], "kind": "reference: 1 → 2"}, "version": 4}
    assert ask("POST", path, serving.session("reviewer"), json=right).status_code == 200
    for user, may_judge in (("translator", False), ("reviewer", True), ("manager", True)):
        page = ask("GET", f"/review/reviews/{name}", serving.session(user)).text
        kinds = ask("GET", f"/review/reviews/{name}/dismissed", serving.session(user)).text
        shown = "data-may-judge" in page, 'data-command="accept"' in page, "data-restore" in kinds
        assert shown == (may_judge,) * 3, user
        assert "reference: 1 → 2" in kinds
    page = ask("GET", f"/review/reviews/{name}", {**serving.session("translator"), "accept": "text/html"}).text
    assert f'data-root="/p/{serving.project.id}/review"' in page
    assert f'src="/p/{serving.project.id}/review/static/editor.js"' in page
