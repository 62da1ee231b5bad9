"""The report: what it says of positions, that no text becomes markup, and what a real browser makes of it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from corpora.translation import use_language
from tests.commands import done
from tm.checks.options import CheckOptions
from tm.checks.run import check
from tm.formats import write
from tm.jobs.analyse_files import analyse_files
from tm.jobs.analyse_files import write_report as write_analysis
from tm.jobs.bitext import bitext_of, write_bitext
from tm.report import render
from tm.report.outputs import write_report
from tm.report.positions import positions
from tm.search.memory import Memory
from tm.unit import Origin, Unit

EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'


def units(count: int = 60) -> list[Unit]:
    return [
        Unit(
            f"第{n}届会议通过了决议。",
            f"Session {n} adopted the resolution.",
            "zh-CN",
            "en-US",
            origin=Origin("a.txt", "b.txt", (n,), (n,), page=1 + n // 20, section="一、总则"),
            quality=0.95,
        )
        for n in range(1, count + 1)
    ]


def moved() -> list[Unit]:
    found = units()
    for n in range(10, 16):
        found[n] = replace(found[n], origin=replace(found[n].origin, target_ids=(n + 31,)))
        found[n + 30] = replace(found[n + 30], origin=replace(found[n + 30].origin, target_ids=(n + 1,)))
    for n in range(50, 54):
        found[n] = replace(found[n], target="", quality=0.0, origin=replace(found[n].origin, target_ids=()))
    return found


def page_of(some: list[Unit]) -> str:
    return render(check(some, CheckOptions()), some, "x.tmx")


def test_one_unit_is_counted_as_one() -> None:
    page = page_of(units(1))
    assert "Positions of 1 unit in both documents" in page
    assert "Histogram of 1 score;" in page


def test_moved_sections_and_omissions_are_put_into_words() -> None:
    found = positions(moved())
    assert found.known
    runs = {(run.kind, run.first, run.last) for run in found.runs}
    assert ("omission", 50, 53) in runs
    assert any(kind == "moved" for kind, _, _ in runs)
    page = page_of(moved())
    assert "have no target (4 in a row)" in page
    assert "are in another order" in page


def test_units_without_ids_are_drawn_in_order() -> None:
    found = positions([replace(unit, origin=Origin()) for unit in units(5)])
    assert not found.known
    assert [place.source for place in found.of_units] == [(n, n + 1) for n in range(5)]


def test_several_documents_follow_each_other() -> None:
    some = units(4)
    others = [replace(unit, origin=replace(unit.origin, source_file="c.txt")) for unit in some]
    found = positions(some + others)
    assert found.of_units[4].source[0] >= found.of_units[3].source[1]


def test_no_text_becomes_markup() -> None:
    some = [Unit(EVIL, EVIL, EVIL, EVIL, origin=Origin(section=EVIL), signature=EVIL)]
    page = render(check(some, CheckOptions(only=frozenset({"number"}))), some, EVIL)
    assert "<img" not in page
    assert page.count("<script") == 2
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    assert json.loads(block[1])["units"][0][0] == EVIL


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = page_of(units())
    assert not re.findall(r'(?:src|href)="', page)
    assert "default-src 'none'" in unescape(page)


def test_odd_files_make_a_page(tmp_path: Path) -> None:
    for some in ([], [Unit("\ud800坏", "", "zh", "en")]):
        report = check(some, CheckOptions())
        write_report(tmp_path / "r.html", report, some, Path("x.tsv"))
        assert "</html>" in (tmp_path / "r.html").read_text("utf-8")


def report_of(path: Path) -> Path:
    some = moved()
    some[20] = replace(some[20], target="𝒜 Session 99 adopted it.", quality=0.2)
    some[21] = replace(some[21], source=EVIL)
    write_report(path, check(some, CheckOptions()), some, Path("moved.jsonl"))
    return path


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return report_of(tmp_path / "report.html")


@pytest.mark.client
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_accessible_and_fits(
    open_page: Callable[..., Any], tmp_path: Path, faults: Callable[[Any], list[str]], language: str
) -> None:
    with use_language(language):
        path = report_of(tmp_path / "report.html")
    page = open_page()
    page.goto(path.as_uri())
    assert page.locator("#table tbody tr").count() > 3
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "dark"), (390, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.client
def test_reports_of_jobs_bitexts_and_candidates_fit(
    open_page: Callable[..., Any], tmp_path: Path, faults: Callable[[Any], list[str]]
) -> None:
    zh, en = (
        "缔约方应当每年向秘书处提交一份关于执行情况的详细报告。",
        "Parties shall report to the secretariat every year.",
    )
    pairs = [Unit(f"{zh}{at}", f"{en} {at}", "zh", "en", origin=Origin("a.txt")) for at in range(4)]
    (tmp_path / "a.txt").write_text("\n".join(unit.source for unit in pairs), "utf-8")
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(pairs)
        write_analysis(tmp_path / "a.html", analyse_files([tmp_path / "a.txt"] * 2, [memory]))
        write_bitext(tmp_path / "b.html", bitext_of(memory, "a.txt"))
    write(tmp_path / "u.tmx", pairs)
    done("term", "extract", tmp_path / "u.tmx", "-o", tmp_path / "c.html")
    page = open_page(390)
    for name in ("a.html", "b.html", "c.html"):
        page.goto((tmp_path / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert faults(page) == [], name
        assert page.evaluate("[...document.querySelectorAll('td')].every(one => one.offsetWidth > 20)"), name


@pytest.mark.client
def test_what_the_script_says_is_in_the_language_of_the_report(tmp_path: Path, open_page: Callable[..., Any]) -> None:
    with use_language("zh"):
        path = report_of(tmp_path / "report.html")
    page = open_page()
    page.goto(path.as_uri())
    assert page.locator("#count").inner_text().endswith("共 60 个单元")
    table = page.locator("#table tbody")
    for words in ("错误: 空白", "无译文", "得分 0.20", "第 2 页", "译文为空"):
        table.get_by_text(words).first.wait_for()
    said = page.evaluate("document.body.innerText")
    assert not re.findall(r"\b(?:page|score|error|warning|units?|of the)\b", re.sub(r"Session.*|<.*", "", said))


@pytest.mark.client
def test_suspects_are_found_filtered_and_reached(
    written: Path, open_page: Callable[..., Any], has: Callable[[Any, int], None]
) -> None:
    page = open_page()
    page.goto(written.as_uri())
    page.fill("[name=text]", "session 99")
    page.locator("#count", has_text="1 of ").wait_for()
    # The offsets count characters: the one beyond the basic plane must not move the mark.
    page.locator("#table mark").get_by_text("99", exact=True).first.wait_for()
    page.fill("[name=text]", "")
    page.click("[data-check=empty]")
    has(page.locator("#table tbody tr"), 4)
    page.click("[data-unit='50']")
    page.locator("#unit-50:focus").wait_for()
    page.click("#map")
    has(page.locator("tr.here"), 1)


@pytest.mark.client
def test_the_table_counts_one_unit_as_one(tmp_path: Path, open_page: Callable[..., Any]) -> None:
    path = tmp_path / "one.html"
    path.write_text(page_of(units(1)), "utf-8")
    page = open_page()
    page.goto(path.as_uri())
    page.select_option("[name=show]", "all")
    page.locator("#count").get_by_text("1 of 1 unit", exact=True).wait_for()


@pytest.mark.client
def test_paper_is_white_and_takes_the_whole_list(tmp_path: Path, open_page: Callable[..., Any]) -> None:
    some = [replace(unit, quality=0.1) for unit in units(200)]
    path = tmp_path / "long.html"
    write_report(path, check(some, CheckOptions(only=frozenset({"score"}))), some, Path("long.tmx"))
    page = open_page(scheme="dark")
    page.goto(path.as_uri())
    assert page.locator("#table tbody tr").count() == 50
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#table tbody tr").count() == 200
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#table tbody tr").count() == 50
    page.pdf(path=tmp_path / "long.pdf")


@pytest.mark.client
def test_twenty_thousand_units_stay_usable(
    tmp_path: Path, open_page: Callable[..., Any], has: Callable[[Any, int], None]
) -> None:
    some = units(20_000)
    some[19_999] = replace(some[19_999], target="Something else: 77.")
    path = tmp_path / "large.html"
    write_report(path, check(some, CheckOptions(only=frozenset({"number"}))), some, Path("large.tmx"))
    page = open_page()
    page.goto(path.as_uri())
    page.select_option("[name=show]", "all")
    has(page.locator("#table tbody tr"), 50)
    page.fill("[name=text]", "#19999")
    page.locator("#count", has_text="1 of ").wait_for()
    page.locator("#table tbody", has_text="Something else").wait_for()
