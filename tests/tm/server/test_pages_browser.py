"""The pages of work, units, terms and documents in Chromium: accessible in both languages and widths; their scripts."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.commands import started
from tests.serving import UNITS
from tm.search.memory import Memory
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Term
from tm.unit import Origin

pytestmark = [pytest.mark.client, pytest.mark.slow]
SAMPLE = Path(__file__).resolve().parents[3] / "corpora" / "sample"
IMAGES = os.environ.get("DUIYI_SCREENSHOTS")
#: With pictures all combinations are looked at, otherwise the first and the last.
EVERY = [
    (language, width, scheme) for language in ("en", "zh") for width in (1280, 390) for scheme in ("light", "dark")
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pages")
    with Memory(folder / "m.duiyi") as memory:
        place = Origin("treaty.txt", "treaty.en.txt", (1,), (1,), 3, "Final clauses")
        memory.add([*UNITS, replace(UNITS[0], target="Article one", origin=place)])
    with TermBase(folder / "t.sqlite") as terms:
        terms.add([Concept("c1", (Term("协议", "zh-CN"), Term("agreement", "en-US"))),
                   Concept("c2", (Term("协议", "zh-CN"), Term("accord", "en-US")))])  # fmt: skip
    own = {"--data": folder / "reviews", "--memory": folder / "m.duiyi", "--terms": folder / "t.sqlite"}
    with started("app", *(one for pair in own.items() for one in pair)) as found:
        yield found.removesuffix("start")


def send(page: Any, selector: str, *files: Path, button: str = "button") -> None:
    page.set_input_files(f"{selector} input[type=file]", list(files))
    page.click(f"{selector} {button}")


@pytest.mark.parametrize(("language", "width", "scheme"), EVERY if IMAGES else EVERY[:: len(EVERY) - 1])
def test_pages_are_accessible_and_fit(
    open_page: Callable[..., Any], address: str, faults: Callable[[Any], list[str]], tmp_path: Path, language: str,
    width: int, scheme: str,
) -> None:  # fmt: skip
    page = open_page(width, scheme, language=language)
    good, bad = tmp_path / "名称 & (1).tsv", tmp_path / "bad.tmx"
    good.write_text("zh\ten\n批准\tratification\n", "utf-8")
    bad.write_text("<tmx><body>", "utf-8")

    def look(name: str) -> None:
        assert page.locator("html").get_attribute("lang") == language, name
        assert faults(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if IMAGES:
            page.screenshot(path=Path(IMAGES) / f"page-{name}-{language}-{width}-{scheme}.png", full_page=True)

    for name, path in [
        ("start", "start"), ("unit", "units/m/2"), ("unit-new", "units"), ("unit-gone", "units/m/999"),
        ("merge", "memory/merge?unit=1&unit=2"), ("maintenance", "memory"), ("history", "memory/history"),
        ("entry", "terms/entries/c1"), ("term-new", "terms/entries"), ("terms", "terms?text=协议"),
        ("terms-merge", "terms/merge?entry=c1&entry=c2"), ("deleted", "terms/deleted"), ("documents", "documents"),
        ("bitext", "bitext?origin=treaty.txt&find=协议"), ("phrases", "phrases?text=协议"), ("works", "work"),
        ("folders", "folders"), ("tools", "tools"),
    ]:  # fmt: skip
        page.goto(address + path)
        look(name)
    page.goto(f"{address}tools")
    send(page, "form[action$='/tools/import']", good, bad)
    page.locator(".card.failed").wait_for()
    look("import")
    page.goto(f"{address}memory")
    page.fill("[name=find]", "agreement")
    page.fill("[name=by]", "accord")
    page.click("#replace button.main")
    page.locator("ins").first.wait_for()
    look("replace")
    page.goto(f"{address}memory")
    page.click("#clean button.main")
    page.locator("table").wait_for()
    look("clean")


def test_documents_are_paired_corrected_and_aligned(
    open_page: Callable[..., Any], has: Callable[[Any, int], None], address: str, tmp_path: Path
) -> None:
    page = open_page()
    page.goto(f"{address}folders")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    page.set_input_files("[name=source]", [SAMPLE / "zh.txt", broken])
    page.set_input_files("[name=target]", SAMPLE / "en.txt")
    has(page.locator(".chosen li"), 3)
    page.click("button.main")
    page.locator(".card.failed", has_text="broken.pdf").wait_for()
    page.locator("[name=source_lang-1][value='zh-CN']").wait_for()
    page.fill("[name=target_lang-1]", "en-GB")
    page.locator("[name=pair]").first.check()
    page.click("button.main")
    page.locator(".card").get_by_text("unit").first.wait_for()
    with page.expect_download() as download:
        page.click("a.button[download]")
    download.value.save_as(tmp_path / "out.tmx")
    assert "en-GB" in (tmp_path / "out.tmx").read_text("utf-8")
    page.click(".card a")
    page.locator("body[data-ready]").wait_for()


@pytest.mark.parametrize("keeps", [True, False])
def test_ticks_of_candidates_survive_a_reload(
    open_page: Callable[..., Any], has: Callable[[Any, int], None], address: str, keeps: bool
) -> None:
    page = open_page(keeps=keeps)
    page.goto(f"{address}tools")
    page.click("#extract button")
    page.locator("#candidates .keys").wait_for()  # its script shows the keys when it listens to them
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.keyboard.press("e")
    has(page.locator("details[open]"), 1)
    page.locator("#count", has_text=re.compile("^1 ")).wait_for()
    if keeps:
        page.reload()
    has(page.locator("[name=pairs]:checked"), 1)
    page.click("#candidates button.main")
    page.locator(".result").wait_for()


def test_files_above_the_limit_are_refused_before_they_are_sent(open_page: Callable[..., Any], address: str) -> None:
    page = open_page()
    page.goto(f"{address}tools")
    form = "form[action$='/tools/import']"
    page.evaluate("(form) => { document.querySelector(form).dataset.limit = 3; }", form)
    page.set_input_files(f"{form} input[type=file]", SAMPLE / "zh.txt")
    page.locator(f"{form} .trouble", has_text="MB are the most").wait_for()
    page.click(f"{form} button")
    assert page.url.endswith("/tools")


def test_the_page_of_work_tells_of_a_lost_server_and_an_ended_session(
    open_page: Callable[..., Any], address: str
) -> None:
    page = open_page()
    page.goto(f"{address}start")
    answers = {"status": 0}

    def state(route: Any) -> None:
        if not answers["status"]:
            route.abort()
        else:
            route.fulfill(status=answers["status"], json={"message": "sign in"})

    panel = page.request.get(f"{address}static/work.js").text()
    html = (
        "<!doctype html><html lang='en'>"
        "<section id='work' data-state='/work/x/state' data-lost='lost' data-expired='expired'>"
        "<p id='step'></p><progress max='1'></progress><span id='percent'></span><span id='amount'></span>"
        "<span id='rate'></span><span id='left'></span><button id='notify' hidden></button>"
        "<p id='trouble' hidden></p></section>"
        "<script type='module' src='/static/work.js'></script></html>"
    )
    page.route("**/work/x/state", state)
    page.route("**/made", lambda route: route.fulfill(status=200, content_type="text/html", body=html))
    assert "follow" in panel
    page.goto(f"{address}made")
    page.locator("#trouble", has_text="lost").wait_for()
    answers["status"] = 401
    page.locator("#trouble", has_text="expired").wait_for()


def test_the_alignment_is_corrected_at_the_unit_that_was_found(open_page: Callable[..., Any], address: str) -> None:
    page = open_page()
    page.goto(f"{address}bitext?origin=treaty.txt")
    page.click("tr[id]:last-of-type button.quiet")
    page.locator("body[data-ready]").wait_for()
    rows = page.locator("#rows article")
    rows.nth(rows.count() - 1).and_(page.locator(".current")).wait_for()
