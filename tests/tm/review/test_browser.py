"""The editor as a reviewer meets it, in Chromium: by keyboard, by mouse, at two widths, light and dark."""

import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from tests.commands import COMMAND, done, started
from tm.formats import read, write
from tm.search.memory import Memory
from tm.unit import Origin, Unit

pytestmark = pytest.mark.client
ROOT = Path(__file__).resolve().parents[3]
IMAGES = os.environ.get("DUIYI_SCREENSHOTS")


LOOKS = ((390, "light"), (390, "dark"), (1280, "dark"), (1280, "light"))  # widths and schemes


def units(count: int) -> list[Unit]:
    return [
        Unit(
            f"第{n}届会议通过了决议。与会者对东道国表示感谢。",
            f"Session {n + (n == 7)} adopted the resolution. Participants thanked the host country.",
            "zh-CN",
            "en-US",
            origin=Origin("a.txt", "b.txt", (n - 1,), (n - 1,), section=f"Part {n // 20 + 1}", page=n // 20 + 1),
            quality=0.2 if n == 12 else 0.95,
            kind="heading" if n % 20 == 1 else "paragraph",
        )
        for n in range(1, count + 1)
    ]


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    with started("review", *arguments, "--no-embeddings", "--author", "Ada", "--data", folder) as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "minutes.jsonl"
    some = units(120)
    some[30] = replace(some[30], target="", origin=replace(some[30].origin, target_ids=()))
    some[31] = replace(some[31], target='<img src=x onerror="document.title=1">')
    write(path, some)
    return path


@pytest.fixture
def address(file: Path, tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path / "reviews", str(file)) as found:
        yield found


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.locator("body[data-ready]").wait_for()
    # The checks have run, and the suspects come first.
    page.locator("#counts", has_text="reviewed").filter(has_not_text="…").wait_for(timeout=120_000)
    page.locator("#rows article").first.locator("b.error").first.wait_for()
    return page


def ordered(page: Any) -> None:
    page.select_option("[name=order]", "document")
    page.locator("#rows article[data-number='0'] .section").wait_for()


def shows(page: Any, **counts: int) -> None:
    """Wait until the chips of the filters have these counts."""
    for name, count in counts.items():
        page.locator(f"[data-count={name}]").get_by_text(f"{count:,}", exact=True).wait_for()


def saved(page: Any) -> None:
    """Wait until all is saved; what was changed last must be shown by then, or it may not have begun."""
    page.locator("#saved", has_text="All saved").wait_for()


def typed(page: Any, text: str) -> None:
    """Open the text of the current row, and type when it has the cursor."""
    page.keyboard.press("e")
    page.locator("article.current .text[contenteditable]:focus").wait_for()
    page.keyboard.type(text)


def called(page: Any, command: str) -> None:
    """Choose a command in the palette."""
    page.keyboard.press("?")
    page.locator("#palette[open] #wanted:focus").wait_for()
    page.keyboard.type(command)
    page.keyboard.press("Enter")


def test_everything_by_keyboard(open_page: Callable[..., Any], address: str, file: Path, tmp_path: Path) -> None:
    page = opened(open_page(), address)
    assert {"#6", "#30", "#31"} <= set(page.locator("#rows .place span:first-child").all_text_contents()[:12])
    ordered(page)
    page.locator("#rows article").first.focus()
    page.keyboard.press("a")
    shows(page, accepted=1)
    page.keyboard.press("j")  # from the 2nd, to which accepting went on, to the 3rd
    page.keyboard.press("b")
    shows(page, bad=1)
    page.keyboard.press("m")
    shows(page, all=119)
    page.keyboard.press("Control+z")
    shows(page, all=120)
    page.keyboard.press("s")
    page.locator("article.current .cut.chosen").nth(1).wait_for()
    page.keyboard.press("Enter")
    shows(page, all=121)
    page.keyboard.press("Alt+ArrowDown")
    page.locator("article.current .none").wait_for()
    page.keyboard.press("z")
    page.locator("article.current .none").wait_for(state="hidden")
    page.keyboard.press("n")
    page.locator("textarea.comment").wait_for()
    page.keyboard.type("ask the author")
    page.keyboard.press("Enter")
    page.locator("article.current .note-text", has_text="ask the author").wait_for()
    typed(page, " Amen.")
    page.keyboard.press("Enter")
    page.locator("article.current", has_text="Amen.").wait_for()
    saved(page)
    for _ in range(9):
        page.keyboard.press("z")
    shows(page, all=120, open=120)
    for _ in range(5):
        page.keyboard.press("y")
    shows(page, bad=1)
    saved(page)
    page.keyboard.press("x")
    page.locator("#export[open]").wait_for()
    page.select_option("#export [name=selection]", "accepted")
    page.select_option("#export [name=format]", ".tmx")
    with page.expect_download() as download:
        page.click("#export button.main")
    download.value.save_as(tmp_path / "out.tmx")
    (one,) = read(tmp_path / "out.tmx")
    assert (one.status, one.author) == ("reviewed", "Ada")
    page.locator("#export[open]").wait_for(state="detached")
    page.locator("article.current").focus()
    called(page, "history")
    page.locator("#past[open]").wait_for()
    assert page.title() == "minutes.jsonl: review", "no text was run"


def test_the_keys_reach_everything_and_are_seen(open_page: Callable[..., Any], address: str) -> None:
    page = opened(open_page(), address)
    page.locator("#rows article").first.click()
    page.locator("#findings [data-right]").first.wait_for()
    page.focus("a.home")
    met = ["A"]
    seen = """() => {
      const one = document.activeElement, shown = one.matches(".chips input") ? one.nextElementSibling : one;
      const style = getComputedStyle(shown), { width, height } = shown.getBoundingClientRect();
      const name = one.name || (one.dataset.command ?? one.id) || (one.closest("article") ? "row" : one.tagName);
      return [name, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && width * height > 0];
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(seen)
        if name == "BODY":
            break
        met.append(name)
        assert is_seen, met
    else:
        raise AssertionError(f"the keys do not leave the page: {met}")
    wanted = ["A", "export", "palette", "show", "order", "text", "row", "BUTTON", "accept", "reject", "split", "merge"]
    assert [name for name in wanted if name not in met] == []
    assert met.count("row") == 1, "the arrow keys go from row to row"


def test_tags_are_chips_and_the_cursor_splits(open_page: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "tags.jsonl"
    write(path, [Unit("他说⟦1|<b>⟧好⟦/1|</b>⟧。再见", "He said ⟦1|<b>⟧yes⟦/1|</b>⟧. Bye", "zh-CN", "en-US")])
    with serving(tmp_path / "reviews", str(path)) as address:
        page = open_page()
        page.goto(address)
        page.locator("body[data-ready]").wait_for()
        page.locator("#rows article").focus()
        typed(page, " now")
        for _ in range(len(" Bye now") - 1):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Tab")
        for _ in "再见":
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Alt+s")
        shows(page, all=2)
        saved(page)
    out = tmp_path / "out.jsonl"
    subprocess.run([*COMMAND, "review", str(path), "-o", str(out), "--data", str(tmp_path / "reviews")], check=True)
    assert [(one.source, one.target) for one in read(out)] == [
        ("他说⟦1|<b>⟧好⟦/1|</b>⟧。", "He said ⟦1|<b>⟧yes⟦/1|</b>⟧."),
        ("再见", "Bye now"),
    ]


def test_nothing_is_lost_without_a_connection(open_page: Callable[..., Any], file: Path, tmp_path: Path) -> None:
    page = open_page()
    with serving(tmp_path / "reviews", str(file)) as address:
        ordered(opened(page, address))
        page.locator("#rows article").first.focus()
        page.context.set_offline(True)
        for _ in range(29):
            page.keyboard.press("a")
        typed(page, " Amen.")
        page.keyboard.press("Enter")
        page.locator("#saved", has_text="30 not saved yet").wait_for()
        shows(page, accepted=29)
        page.context.set_offline(False)
        saved(page)
        page.reload()
        shows(page, accepted=29)
        page.fill("[name=text]", "Amen.")
        page.locator("#rows article[data-number='29']").wait_for()


def test_a_server_that_was_killed_gets_what_it_missed(
    open_page: Callable[..., Any], file: Path, tmp_path: Path
) -> None:
    page = open_page()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with serving(tmp_path / "reviews", str(file), "--port", port) as address:
        ordered(opened(page, address))
        page.locator("#rows article").first.focus()
        page.keyboard.press("a")
        shows(page, accepted=1)
        saved(page)
    page.keyboard.press("b")
    page.locator("#saved", has_text="1 not saved yet").wait_for()
    with serving(tmp_path / "reviews", str(file), "--port", port) as address:
        # The secret of the page is the old server's, so what is kept is sent by the page that is loaded again.
        page.locator("#saved", has_text="reload the page").wait_for()
        page.on("dialog", lambda asked: asked.accept())
        page.goto(address)
        saved(page)
        shows(page, accepted=1, bad=1)


def test_two_windows_keep_both_texts(open_page: Callable[..., Any], address: str) -> None:
    first, second = opened(open_page(), address), opened(open_page(), address)
    for page in (first, second):
        ordered(page)
        page.locator("#rows article").first.focus()
    first.keyboard.press("a")
    shows(first, accepted=1)
    saved(first)
    second.keyboard.press("j")
    second.keyboard.press("b")  # another decision on an older version: both count
    shows(second, accepted=1, bad=1)
    saved(second)
    for page, text in ((first, " One."), (second, " Two.")):
        page.locator("#rows article[data-number='3']").click()
        typed(page, text)
    first.keyboard.press("Enter")
    first.locator("article.current", has_text="One.").wait_for()
    saved(first)
    second.keyboard.press("Enter")
    second.locator("#alert", has_text="changed in another window").wait_for()
    second.locator("#kept", has_text="was not saved").wait_for()
    second.click("[data-command=drafts]")
    second.locator("article.current .text[contenteditable]", has_text="Two.").wait_for()


def test_two_tabs_keep_the_changes_of_both(open_page: Callable[..., Any], address: str) -> None:
    first = opened(open_page(), address)
    second = opened(first.context.new_page(), address)
    first.locator("#twice", has_text="open in another tab").wait_for()
    second.locator("#twice").wait_for()
    first.context.set_offline(True)
    for page, number in ((first, 3), (second, 5)):
        ordered_offline = page.locator(f"#rows article[data-number='{number}']")
        page.bring_to_front()
        ordered_offline.click()
        page.keyboard.press("a")
        page.locator("#saved", has_text="1 not saved yet").wait_for()
    first.close(run_before_unload=False)
    second.context.set_offline(False)
    second.on("dialog", lambda asked: asked.accept())
    second.goto(address)
    shows(second, accepted=2)
    saved(second)


def test_a_text_that_is_sent_late_does_not_replace_a_later_one(open_page: Callable[..., Any], address: str) -> None:
    first, second = opened(open_page(), address), opened(open_page(), address)
    for page, text in ((first, " One."), (second, " Two.")):
        page.context.set_offline(page is first)
        page.locator("#rows article[data-number='3']").click()
        typed(page, text)
        page.keyboard.press("Enter")
        page.locator("article.current .text:not([contenteditable])", has_text=text.strip()).wait_for()
    saved(second)
    first.locator("#saved", has_text="1 not saved yet").wait_for()
    context = first.context
    first.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()  # its state is the newest, and what it kept is older
    again.goto(address)
    again.locator("#alert", has_text="changed in another window").wait_for()
    again.locator("#kept", has_text="was not saved").wait_for()
    again.fill("[name=text]", "Two.")
    again.locator("#rows article[data-number='3']").wait_for()


def test_a_browser_that_keeps_nothing_saves_and_offers_what_was_refused(
    open_page: Callable[..., Any], address: str
) -> None:
    first, second = opened(open_page(), address), opened(open_page(keeps=False), address)
    for page, text in ((first, " One."), (second, " Two.")):
        ordered(page)
        page.locator("#rows article[data-number='3']").click()
        typed(page, text)
    first.keyboard.press("Enter")
    first.locator("article.current", has_text="One.").wait_for()
    saved(first)
    second.locator("#alert", has_text="leave this page open until all is saved").wait_for()
    second.keyboard.press("Enter")
    second.locator("#alert", has_text="changed in another window").wait_for()
    second.locator("#kept", has_text="was not saved").wait_for()
    second.click("[data-command=drafts]")
    second.locator("article.current .text[contenteditable]:focus", has_text="Two.").wait_for()
    second.keyboard.press("Enter")
    second.locator("article.current .text:not([contenteditable])", has_text="Two.").wait_for()
    saved(second)
    second.locator("#rows article[data-number='4']").click()
    second.keyboard.press("a")
    shows(second, accepted=1)
    saved(second)
    first.reload()
    shows(first, accepted=1)
    first.fill("[name=text]", "Two.")
    first.locator("#rows article[data-number='3']").wait_for()


def test_changes_are_sent_although_rows_cannot_be_loaded(open_page: Callable[..., Any], address: str) -> None:
    page = opened(open_page(), address)
    ordered(page)
    page.locator("#rows article").first.focus()
    page.route("**/rows?*", lambda route: route.fulfill(status=404, body="no rows"))
    for _ in range(4):
        page.keyboard.press("a")
    shows(page, accepted=4)
    saved(page)
    page.unroute("**/rows?*")
    page.keyboard.press("b")
    shows(page, bad=1)
    saved(page)
    page.reload()
    shows(page, accepted=4, bad=1)


def test_findings_are_right_or_fixed(
    open_page: Callable[..., Any], has: Callable[[Any, int], None], file: Path, tmp_path: Path
) -> None:
    some = [replace(one, source=f"{one.source}共有{1000 + n}人。", target=f"{one.target} There were {1000 + n}.")
            for n, one in enumerate(units(40))]  # fmt: skip
    for place in (3, 5):
        some[place] = replace(some[place], source="会议通过了第九号决议草案。", target="It adopted draft resolution X.")
    some[7] = replace(some[7], target=some[7].target.replace("1007", "1017").replace("adopted the", "adopted  the"))
    write(file, some)
    other = tmp_path / "other.jsonl"
    write(other, some[:6])
    with serving(tmp_path / "reviews", str(file)) as address:
        page = opened(open_page(), address)
        ordered(page)
        page.locator("#rows article[data-number='7']").click()
        page.locator("#findings [data-fix]", has_text="1017 → 1007").click()
        page.locator("article.current .text[data-side=target]", has_text="There were 1007.").wait_for()
        page.locator("#findings [data-fix]", has_text="␣␣ → ␣").wait_for()
        page.keyboard.press("g")
        page.locator("#findings", has_text="found nothing in this unit").wait_for()
        saved(page)
        references = page.locator("#rows [data-finding=reference]")
        has(references, 2)
        page.locator("#rows article[data-number='3']").click()
        page.locator("#findings [data-right]").first.click()
        references.first.wait_for(state="detached")  # that of the other unit too
        saved(page)
        page.keyboard.press("z")
        references.nth(1).wait_for()
        page.keyboard.press("y")
        references.first.wait_for(state="detached")
        saved(page)
        called(page, "marked as right")
        page.locator("#right li").wait_for()
        with page.expect_download() as download:
            page.click("#right a[download]")
        download.value.save_as(tmp_path / "baseline.json")
    report = tmp_path / "report.json"
    for baseline, count in ((), 2), (("--baseline", tmp_path / "baseline.json"), 0):
        done("check", other, *baseline, "-o", report, "--fail-on", "never")
        findings = json.loads(report.read_text("utf-8"))["findings"]
        assert sum(one["check"] == "reference" for one in findings) == count
    # Another review of the same folder does not show them either, until they are taken back.
    with serving(tmp_path / "reviews", str(other)) as address:
        page = open_page()
        page.goto(address)
        page.locator("#rows [data-finding=duplicate]").wait_for()
        assert page.locator("#rows [data-finding=reference]").count() == 0
        called(page, "marked as right")
        page.click("#right [data-restore]")
        page.locator("#rows [data-finding=reference]").nth(1).wait_for()


def test_a_full_disk_and_an_ended_session_lose_nothing(
    open_page: Callable[..., Any], file: Path, tmp_path: Path
) -> None:
    page = open_page()
    with serving(tmp_path / "reviews", str(file), "--token", "token-of-the-editor") as address:
        ordered(opened(page, address))
        (server,) = (pid for pid in _children() if b"review" in Path(f"/proc/{pid}/cmdline").read_bytes())
        page.locator("#rows article").first.focus()
        page.keyboard.press("a")
        shows(page, accepted=1)
        saved(page)
        before = resource.prlimit(server, resource.RLIMIT_FSIZE)
        resource.prlimit(server, resource.RLIMIT_FSIZE, (0, before[1]))
        page.keyboard.press("a")
        page.locator("#saved", has_text="The disk of the server is full. 1 not saved yet").wait_for()
        resource.prlimit(server, resource.RLIMIT_FSIZE, before)
        saved(page)
        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.keyboard.press("a")
        page.locator("#saved", has_text="You are signed out. 1 not saved yet").wait_for()
        page.locator("#way-out", has_text="Sign in in a new tab").wait_for()
        page.context.add_cookies(cookies)
        saved(page)
        shows(page, accepted=3)


def _children() -> list[int]:
    """The processes that this one has started."""
    return [int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]


def test_pairs_go_to_the_memory_and_terms_to_the_term_base(
    open_page: Callable[..., Any], file: Path, tmp_path: Path
) -> None:
    own = ["--memory", str(tmp_path / "own.duiyi"), "--terms", str(tmp_path / "terms.sqlite")]
    with serving(tmp_path / "reviews", str(file), *own) as address:
        page = ordered_page = opened(open_page(1440), address)
        ordered(ordered_page)
        page.locator("#rows article").first.focus()
        page.keyboard.press("a")
        page.click("[data-command=send]")
        page.click("#sending button.main")
        page.locator("#alert", has_text="1 units were sent").wait_for()
        page.locator("#rows article[data-number='2']").click()
        page.locator("#help .matches [data-insert^='Session 3 adopted']").first.wait_for()
        page.keyboard.press("Alt+1")
        page.locator("article.current .text[contenteditable]:focus", has_text="Session 3 adopted").wait_for()
        with page.expect_response("**/rows?*"):
            page.keyboard.press("Escape")
        page.locator("article.current .grip").first.wait_for()
        for side, word in (("source", "东道国"), ("target", "host country")):
            page.evaluate(
                """([side, word]) => new Promise((done) => {
                  document.addEventListener("selectionchange", () => setTimeout(done), { once: true });
                  const cell = document.querySelector(`article.current .text[data-side=${side}]`);
                  const walker = document.createTreeWalker(cell, 4);
                  for (let node; node = walker.nextNode();) if (node.data.includes(word)) {
                    const at = node.data.indexOf(word);
                    getSelection().setBaseAndExtent(node, at, node, at + word.length);
                  }
                })""",
                [side, word],
            )
        page.keyboard.press("t")
        page.locator("#term button:focus").wait_for()
        page.keyboard.press("Enter")
        page.locator("#alert", has_text="东道国 = host country was added").wait_for()
        page.locator("#help .terms", has_text="host country").wait_for()
        page.locator("article.current .text[data-side=target]").click()  # the row is chosen already: the text opens
        page.locator("article.current .text[data-side=target][contenteditable]").wait_for()
        page.keyboard.press("Control+End")
        page.keyboard.press("Alt+Shift+1")
        page.locator("article.current .text[data-side=target]", has_text="country.host country").wait_for()
        page.keyboard.press("Escape")
        page.fill("#phrase-text", "东道国")
        page.keyboard.press("Enter")
        page.locator("#hits mark", has_text="东道国").first.wait_for()


def test_the_page_is_never_blank(open_page: Callable[..., Any], has: Callable[[Any, int], None], address: str) -> None:
    page = open_page()
    page.add_init_script("""addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
      if (!document.querySelector("#rows article")) document.body.dataset.blank = "yes";
    }).observe(document.querySelector("#rows"), { childList: true, subtree: true }))""")
    # Rows that come late: those that are shown stay until then, even if the list is laid out again.
    page.route("**/rows?*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    opened(page, address)
    ordered(page)
    page.fill("[name=text]", "Session 77")
    page.keyboard.press("Enter")  # the search is done first, however fast this comes
    page.locator("article.current[data-number='76']").wait_for()
    has(page.locator("#rows article"), 1)
    assert page.locator("body[data-blank]").count() == 0


def test_what_was_decided_is_there_after_a_restart(open_page: Callable[..., Any], file: Path, tmp_path: Path) -> None:
    page = open_page()
    with serving(tmp_path / "reviews", str(file)) as address:
        opened(page, address).locator("#rows article").first.click()
        page.click("[data-command=accept]")
        shows(page, accepted=1)
    with serving(tmp_path / "reviews") as address:
        page.goto(address)
        page.click("text=minutes.jsonl")
        page.locator("body[data-ready]").wait_for()
        shows(page, accepted=1)


def test_it_is_accessible_and_fits(
    open_page: Callable[..., Any], file: Path, tmp_path: Path, faults: Callable[[Any], list[str]]
) -> None:
    own = ["--memory", str(tmp_path / "own.duiyi"), "--terms", str(tmp_path / "terms.sqlite")]
    with Memory(own[1]) as memory:
        memory.add(units(9))
    with serving(tmp_path / "reviews", str(file), *own) as address:
        for language in ("en", "zh"):
            page = open_page(language=language)

            def looked_at(state: str, looks: Any = LOOKS[:3:2], page: Any = page, language: str = language) -> None:
                for width, scheme in looks:
                    page.set_viewport_size({"width": width, "height": 900})
                    page.emulate_media(color_scheme=scheme)
                    _picture(page, f"{state}-{width}-{scheme}-{language}")
                    assert faults(page) == [], (state, language, width, scheme)
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (state, width)

            page.goto(address)
            page.locator("body[data-ready]").wait_for()
            page.locator("#rows article b.error").first.wait_for()
            page.select_option("[name=order]", "document")
            page.locator("#rows article[data-number='6']").click()
            page.locator("#findings [data-right]").wait_for()
            page.locator("#help .matches").wait_for()
            page.keyboard.press("a")
            page.locator("#rows article.reviewed").wait_for()
            page.keyboard.press("k")
            page.set_viewport_size({"width": 390, "height": 900})
            page.click("#actions [data-command=panel]")
            looked_at("panel", LOOKS)
            page.keyboard.press("p")
            looked_at("review")
            page.keyboard.press("p")
            page.keyboard.press("e")
            page.locator(".text[contenteditable]").first.wait_for()
            looked_at("edit")
            page.keyboard.press("Escape")
            page.keyboard.press("s")
            page.locator(".cut").first.wait_for()
            assert faults(page) == []
            page.keyboard.press("Escape")
            for key in ("x", "h", "?"):
                page.locator("article.current").focus()
                page.keyboard.press(key)
                page.locator("dialog[open]").wait_for()
                assert faults(page) == [], key
                page.keyboard.press("Escape")
                page.locator("dialog[open]").wait_for(state="hidden")
            page.goto(address.partition("/reviews")[0])
            looked_at("start")


def test_twenty_thousand_rows_have_few_elements(open_page: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    write(path, units(20_000))
    with serving(tmp_path / "reviews", str(path)) as address:
        page = open_page()
        page.goto(address)
        page.locator("body[data-ready]").wait_for()
        shows(page, all=20_000)
        page.locator("#counts", has_text="reviewed").filter(has_not_text="…").wait_for(timeout=120_000)
        ordered(page)
        page.locator("#rows article").first.focus()
        page.keyboard.press("End")
        page.locator("article.current[data-number='19999']").wait_for()
        assert page.evaluate("scrollY") > 100_000
        assert page.locator("#rows article").count() < 600
        page.keyboard.press("a")
        shows(page, accepted=1)
        page.mouse.move(600, 500)
        for _ in range(20):
            page.mouse.wheel(0, -2000)
        page.wait_for_function(
            "() => { const { length } = document.querySelectorAll('#rows article'); return length && length < 600; }"
        )


@pytest.mark.slow
def test_from_two_documents_to_the_editor(
    open_page: Callable[..., Any], tmp_path: Path, faults: Callable[[Any], list[str]]
) -> None:
    sample = ROOT / "corpora" / "sample"
    with serving(tmp_path / "reviews") as address:
        page = open_page()
        page.goto(address)
        page.set_input_files("#source", sample / "zh.txt")
        # The other one is dropped on its field.
        dropped = page.evaluate_handle(
            "text => { const all = new DataTransfer(); all.items.add(new File([text], 'en.txt')); return all; }",
            (sample / "en.txt").read_text("utf-8"),
        )
        page.dispatch_event("[data-side=target]", "drop", {"dataTransfer": dropped})
        page.locator("[data-side=target] [data-hint]", has_text="en.txt").wait_for()
        page.click("text=Show the structure")
        page.locator(".blocks").nth(1).wait_for()
        assert faults(page) == []
        _picture(page, "structure-1280-light")
        page.click("button.main")
        page.locator("body[data-ready]").wait_for(timeout=120_000)
        # Suspects come first as soon as the checks are done; the rows are laid anew then.
        page.locator("#rows article").nth(10).wait_for()
        page.goto(address)
        page.locator(".recent", has_text="zh.txt – en.txt").wait_for()


def test_an_unreadable_document_is_reported(open_page: Callable[..., Any], tmp_path: Path) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7\nnothing here")
    good = tmp_path / "good.txt"
    good.write_text("Some text.\n", encoding="utf-8")
    with serving(tmp_path / "reviews", str(bad), str(good)) as address:
        page = open_page()
        page.goto(address)
        page.locator(".fault", has_text="bad.pdf").wait_for()


def _picture(page: Any, name: str) -> None:
    if IMAGES:
        page.screenshot(path=Path(IMAGES) / f"{name}.png")
