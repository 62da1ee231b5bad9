"""A new user's way through the application in Chromium: align, correct, keep, look up, tick terms, take a TMX out."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands import started
from tm.formats import read

pytestmark = [pytest.mark.client, pytest.mark.slow]
SAMPLE = Path(__file__).resolve().parents[2] / "corpora" / "sample"
IMAGES = os.environ.get("DUIYI_SCREENSHOTS")
MOST = 25  # clicks and keys beyond typing


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The start page of an application that has nothing yet."""
    own = {"--data": tmp_path / "reviews", "--memory": tmp_path / "m.duiyi", "--terms": tmp_path / "t.sqlite"}
    with started("app", *(one for pair in own.items() for one in pair)) as found:
        yield found


class Walk:
    """A page whose clicks and keys are counted; typing is not."""

    def __init__(self, page: Any, language: str) -> None:
        self.page, self.language, self.count = page, language, 0

    def click(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.click()

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)

    def choose(self, selector: str, file: Path) -> None:
        """A click, and a file in the dialog of the browser."""
        self.count += 1
        self.page.set_input_files(selector, file)

    def picture(self, name: str) -> None:
        assert self.page.locator("html").get_attribute("lang") == self.language
        if IMAGES:
            self.page.screenshot(path=Path(IMAGES) / f"{name}-{self.language}.png")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_two_documents_to_a_memory_and_terms(
    open_page: Callable[..., Any], address: str, tmp_path: Path, language: str
) -> None:
    page = open_page(language=language)
    walk = Walk(page, language)
    page.goto(address)
    walk.picture("app-1-start")
    walk.click(".tasks a[href$='/review/']")
    walk.choose("#source", SAMPLE / "zh.txt")
    walk.choose("#target", SAMPLE / "en.txt")
    walk.click("#documents button.main")
    page.locator(".blocks").nth(1).wait_for()
    walk.click("#align button.main")
    page.locator("body[data-ready]").wait_for(timeout=120_000)
    page.locator("#counts", has_text=re.compile(r"\d")).filter(has_not_text="…").wait_for()
    walk.click("#rows article .text[data-side=target]")
    for turn in range(3):  # accepting goes on to the next pair
        walk.press("e")
        page.locator("article.current [contenteditable]:focus").wait_for()
        page.keyboard.type(" (corrected)")
        if not turn:
            page.locator("#findings li").first.wait_for()
            walk.picture("app-2-editor")
        walk.press("Control+Enter")
    page.locator("[data-count=accepted]").get_by_text("3", exact=True).wait_for()
    walk.click("[data-command=send]")
    walk.count += 1
    page.select_option("#sending select", "valid")  # all of them, so that there are terms to extract
    walk.click("#sending button.main")
    page.locator("#alert", has_text="65").wait_for()
    corrected = page.locator("article.reviewed .text[data-side=source]").first.inner_text()

    walk.click("header .home")
    walk.click(".tasks li:nth-child(3) a")  # search the memory
    page.locator("textarea").fill(corrected)
    walk.click("form.ask button.main")
    page.locator("article.match", has_text="(corrected)").first.wait_for()
    walk.picture("app-3-memory")

    walk.click("nav a[href$='/tools']")
    walk.click("form[action$='/tools/extract'] button")
    page.locator("input[name=pairs]").first.wait_for()
    walk.click("input[name=pairs]")
    walk.picture("app-4-terms")
    walk.click("form[action$='/tools/add-terms'] button.main")
    page.locator(".result").wait_for()
    walk.click("nav a[href$='/tools']")
    with page.expect_download() as download:
        walk.click("#import button")
    download.value.save_as(tmp_path / "out.tmx")
    units = list(read(tmp_path / "out.tmx"))
    assert sum("(corrected)" in unit.target for unit in units) == 3
    assert walk.count <= MOST
