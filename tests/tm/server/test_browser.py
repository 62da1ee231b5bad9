"""The pages in Chromium: at two widths, light and dark, by keyboard, without a script."""

import json
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tm.accounts.accounts import Accounts
from tm.accounts.roles import Role

pytestmark = pytest.mark.client
IMAGES = os.environ.get("DUIYI_SCREENSHOTS")
SIZES = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
GLOSSARY = "zh,en,en_forbidden,subject\n签字,signature,,treaties\n协议,agreement,treaty,treaties\n成员,member,,\n"
EVIL = '"><script>document.title=1</script><img src=x onerror="document.title=2">'


@pytest.fixture
def address(memory: Path, tmp_path: Path, serving: Callable[..., Any]) -> str:
    from tm.terms.base import TermBase
    from tm.terms.formats.exchange import read_terms

    (tmp_path / "g.csv").write_text(GLOSSARY, "utf-8")
    terms = tmp_path / "terms.sqlite"
    with TermBase(terms) as base:
        base.add(read_terms(tmp_path / "g.csv").concepts)
    found, _ = serving("--memory", memory)
    return str(found)


def picture(page: Any, name: str) -> None:
    if IMAGES:
        page.screenshot(path=Path(IMAGES) / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_pages_are_accessible_and_fit(
    open_page: Callable[..., Any],
    address: str,
    faults: Callable[[Any], list[str]],
    width: int,
    scheme: str,
    language: str,
) -> None:
    page = open_page(width, scheme, language=language)
    for name, place in [
        ("empty", ""),
        ("start", "start"),
        ("folders", "folders"),
        ("memory", "?text=本协议自签署之日起开始生效。&min=50"),
        ("phrases", "phrases?text=协议"),
        ("terms", "terms?text=本协议自签字之日起生效。&what=text"),
        ("files", "tools"),
        ("api", "api/docs"),
        ("fault", f"?text={'长' * 10_001}"),
        ("message", "nothing"),
    ]:
        page.goto(address + place)
        assert page.locator("html").get_attribute("lang") == language, name
        assert faults(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if language == "en" and name in ("memory", "phrases", "terms"):
            picture(page, f"server-{name}-{width}-{scheme}")


def test_a_sentence_is_looked_up_by_keyboard(open_page: Callable[..., Any], address: str) -> None:
    page = open_page()
    page.goto(address)
    page.locator("textarea:focus").wait_for()
    page.keyboard.type("共有 15 名成员参加会议")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    match = page.locator("article.match", has_text="15 members attended the meeting").first
    match.locator("del").get_by_text("12", exact=True).wait_for()
    match.locator("ins").get_by_text("15", exact=True).wait_for()
    page.locator("dl.terms dt", has_text="成员").wait_for()
    assert page.locator("textarea").input_value() == "共有 15 名成员参加会议"


def test_a_phrase_is_marked_on_both_sides(open_page: Callable[..., Any], address: str) -> None:
    page = open_page()
    page.goto(address)
    page.click("nav >> text=Concordance")
    page.fill("[name=text]", "本协议")
    page.keyboard.press("Enter")
    for place in range(2):
        page.locator("mark.found").nth(place).get_by_text("本协议", exact=True).wait_for()
    page.locator("article mark.counterpart", has_text="agreement").first.wait_for()


def test_files_are_imported_checked_and_exported(open_page: Callable[..., Any], address: str, tmp_path: Path) -> None:
    page = open_page()
    page.goto(f"{address}tools")
    units = [
        {"source": EVIL, "target": EVIL, "source_lang": "zh", "target_lang": "en", "notes": [EVIL]},
        {"source": "协议", "target": "treaty", "source_lang": "zh", "target_lang": "en"},
    ]
    path = tmp_path / "more.jsonl"
    path.write_text("\n".join(map(json.dumps, units)) + "\nno json\n", "utf-8")
    page.set_input_files("form[action='/tools/import'] input[type=file]", path)
    page.click("button:text-is('Import units')")
    page.locator(".card", has_text="more.jsonl").get_by_text("2 units, 2 new").wait_for()
    page.locator("main", has_text="Line 3").wait_for()
    # Markup in texts is shown as text.
    page.goto(address)
    page.fill("[name=text]", EVIL)
    page.click("button.main")
    page.locator("article.match .target", has_text=EVIL).first.wait_for()
    assert "duiyi" in page.title()
    page.goto(f"{address}tools")
    page.set_input_files("form[action='/tools/check'] input[type=file]", path)
    page.click("button:text-is('Check terms')")
    page.locator("table td", has_text="treaty is forbidden").wait_for()
    page.click("text=Back to Files")
    glossary = tmp_path / "g2.csv"
    glossary.write_text("zh,en\n批准,ratification\n", "utf-8")
    page.set_input_files("form[action='/tools/import-terms'] input[type=file]", glossary)
    page.click("button:text-is('Import terms')")
    page.locator("text=1 entry imported").wait_for()
    page.goto(f"{address}terms?text=批准")
    assert "ratification" in page.locator("table").text_content()
    page.goto(f"{address}tools")
    with page.expect_download() as download:
        page.click("button:text-is('Export units')")
    download.value.save_as(tmp_path / "out.tmx")
    assert "签字" in (tmp_path / "out.tmx").read_text("utf-8")
    with page.expect_download() as download:
        page.click("button:text-is('Export terms')")
    assert download.value.suggested_filename == "terms.tbx"
    page.click("button:text-is('Extract')")
    page.locator("h1", has_text="Extracted terms").wait_for()


def test_a_bad_file_is_reported_on_the_page(open_page: Callable[..., Any], address: str, tmp_path: Path) -> None:
    page = open_page()
    page.goto(f"{address}tools")
    path = tmp_path / "broken.tmx"
    path.write_text("<tmx><body>", "utf-8")
    page.set_input_files("form[action='/tools/import'] input[type=file]", path)
    page.click("button:text-is('Import units')")
    alert = page.locator("[role=alert]:not([hidden])", has_text="broken.tmx")
    assert "/tmp" not in alert.text_content()


class OtherSite(BaseHTTPRequestHandler):
    """A page of another server, which may contain any script."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>other site</title><link rel=icon href='data:,'>")

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


def test_a_page_of_another_site_reads_and_changes_nothing(open_page: Callable[..., Any], address: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), OtherSite) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        page = open_page()
        page.goto(f"http://127.0.0.1:{other.server_address[1]}/")
        fetch = """([there, options]) => fetch(there, options).then(a => a.type + a.status, e => 'refused')"""
        lookup = f"{address}api/lookup?text=第一条"
        assert page.evaluate(fetch, [lookup, {}]) == "refused"
        unit = {"source": "坏", "target": "bad", "source_lang": "zh", "target_lang": "en"}
        body = {"method": "POST", "body": json.dumps({"units": [unit]})}
        assert page.evaluate(fetch, [f"{address}api/add", body]) == "refused"
        assert page.evaluate(fetch, [f"{address}api/add", {**body, "mode": "no-cors"}]) == "refused"
        put = {"method": "PUT", "body": json.dumps(unit)}
        assert page.evaluate(fetch, [f"{address}tmserver/zh/en/unit/x", put]) == "refused"
        page.evaluate(
            """(there) => { const form = document.createElement("form"); form.method = "post"; form.action = there;
            form.enctype = "multipart/form-data"; document.body.append(form); form.submit(); }""",
            f"{address}tools/extract",
        )
        page.locator("text=Pages of other sites may not use this server").wait_for()
        other.shutdown()
    page.goto(f"{address}?text=坏")
    assert page.locator("article.match").count() == 0


def test_verdicts_are_offered_to_those_who_may_give_them(
    open_page: Callable[..., Any], has: Callable[[Any, int], None], serving: Callable[..., Any], tmp_path: Path
) -> None:
    path, roles = tmp_path / "accounts.sqlite", (Role.TRANSLATOR, Role.REVIEWER)
    with Accounts(path, create=True) as accounts:
        project = accounts.projects.add("Treaties")
        users = {role: accounts.users.add(role.value, "correct horse battery") for role in roles}
        for role in roles:
            accounts.projects.grant(project, users[role], role)
        address, _ = serving("--accounts", path)
        name, home = f"duiyi-session-{urlsplit(address).port}", f"{address.rstrip('/')}/p/{project.id}/review"
        secrets = {role: accounts.sessions.begin(users[role], "127.0.0.1", 1) for role in roles}
        made = httpx.post(
            f"{home}/reviews?name=x.tsv",
            headers={"cookie": f"{name}={secrets[Role.TRANSLATOR]}"},
            content="第五条。\tArticle 6.\n根据第五条。\tUnder article 6.\n会议结束。\tThe meeting ended.\n",
            timeout=60,
        )

        def opened(role: Role) -> Any:
            page = open_page()
            page.context.add_cookies([{"name": name, "value": secrets[role], "url": address}])
            page.goto(f"{home}/reviews/{made.json()['id']}")
            page.locator("body[data-ready]").wait_for()
            page.select_option("[name=order]", "document")
            page.locator("#rows [data-finding=reference]").nth(1).wait_for(timeout=120_000)
            page.locator("#rows article[data-number='0']").click()
            page.locator("#findings [data-finding=reference]").wait_for()
            return page

        page = opened(Role.TRANSLATOR)
        page.keyboard.press("r")
        page.keyboard.press("a")
        page.keyboard.press("e")
        page.locator("article.current .text[contenteditable]:focus").wait_for()
        page.keyboard.type(" Done.")
        page.keyboard.press("Control+Enter")
        page.locator("article.current[data-number='1']").wait_for()
        page.locator("#rows article[data-number='0']:not(.pending)", has_text="Done.").wait_for()
        page.locator("#saved", has_text="All saved").wait_for()
        has(page.locator("#rows [data-finding=reference]"), 2)
        assert page.locator("[data-right], [data-command=accept], #rows article:not(.unreviewed)").count() == 0
        page = opened(Role.REVIEWER)
        page.locator("#findings [data-right]").wait_for()
        accounts.projects.grant(project, users[Role.REVIEWER], Role.TRANSLATOR)  # while the page is open
        page.keyboard.press("r")
        page.locator("#alert", has_text="this needs the role reviewer").wait_for()
        page.locator("#rows [data-finding=reference]").nth(1).wait_for()
        page.locator("#findings [data-finding=reference]").wait_for()
        page.keyboard.press("a")
        page.locator("article.current[data-number='1']").wait_for()
        page.locator("#rows article.unreviewed").nth(2).wait_for()
        page.locator("[data-count=accepted]").get_by_text("0", exact=True).wait_for()
        accounts.projects.grant(project, users[Role.REVIEWER], Role.REVIEWER)
        page.keyboard.press("r")
        page.locator("#rows [data-finding=reference]").first.wait_for(state="detached")
        page.locator("#saved", has_text="All saved").wait_for()
