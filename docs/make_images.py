"""Write the pictures in `docs/images`, from the sample pair with errors planted in it.

    python docs/make_images.py [FOLDER]

Needs Chromium. A section of the sample is said to stand elsewhere in the translation, and two of its targets are taken
out, so that the picture of the alignment has something to show. The server's pages show the pair as it is.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from benchmarks.serving import duiyi, listening  # noqa: E402

SHOTS = ((1280, "light"), (390, "dark"))
QUESTION = "请秘书处向第十四届会议报告本决议的执行情况，并提出建议。"
SERVED = (
    ("memory", f"/?{urlencode({'text': QUESTION, 'min': 50})}", 1280, "light"),
    ("memory", f"/?{urlencode({'text': QUESTION, 'min': 50})}", 390, "dark"),
    ("phrases", f"/phrases?{urlencode({'text': '资产追回'})}", 1280, "light"),
    ("terms", f"/terms?{urlencode({'text': '司法协助'})}", 390, "light"),
)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def faulty(folder: Path) -> Path:
    """The sample pair, aligned, with errors."""
    from benchmarks.faults import plant
    from tm.formats import read, write

    path = folder / "resolutions.jsonl"
    sample = ROOT / "corpora" / "sample"
    subprocess.run(duiyi("align", sample / "zh.txt", sample / "en.txt", "-o", path), check=True, capture_output=True)
    units = read(path)
    for kind in ("number changed", "date changed", "negation dropped", "target truncated", "wrong language"):
        units = list(plant(list(units), kind, 0.02, 3).units)
    units = list(units)
    for first, by in ((12, 28), (40, -28)):
        for place in range(first, first + 6):
            ids = tuple(number + by for number in units[place].origin.target_ids)
            units[place] = replace(units[place], origin=replace(units[place].origin, target_ids=ids))
    for place in (55, 56):
        units[place] = replace(units[place], target="", origin=replace(units[place].origin, target_ids=()))
    write(path, units)
    return path


def editor(*arguments: object) -> AbstractContextManager[tuple[str, int]]:
    """The editor; its address and process."""
    return listening("review", *arguments, "--no-browser", "--author", "Ada")


def shoot(browser: Any, images: Path, folder: Path) -> None:
    """All pictures at both widths."""
    path = faulty(folder)
    subprocess.run(duiyi("check", path, "-o", folder / "report.html", "--fail-on", "never"), check=True)
    sample = ROOT / "corpora" / "sample"
    for width, scheme in SHOTS:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto((folder / "report.html").as_uri())
        page.screenshot(path=images / f"report-{width}-{scheme}.png")
        page.locator("#suspects").scroll_into_view_if_needed()
        page.evaluate("document.getElementById('suspects').scrollIntoView()")
        page.screenshot(path=images / f"report-units-{width}-{scheme}.png")
        with editor(sample / "zh.txt", sample / "en.txt", "--data", folder / f"two-{width}") as (address, _):
            page.goto(address)
            page.locator(".blocks").nth(1).wait_for()
            page.screenshot(path=images / f"structure-{width}-{scheme}.png")
        with editor(path, "--data", folder / f"reviews-{width}") as (address, _):
            page.goto(address)
            page.locator("#counts", has_text="reviewed").filter(has_not_text="…").wait_for(timeout=120_000)
            page.locator("#rows article").first.click()
            for key in "ab":
                page.keyboard.press(key)
            page.locator("[data-count=bad]").get_by_text("1", exact=True).wait_for()
            page.locator("#findings [data-right]").first.wait_for(state="attached")  # a narrow page hides the panel
            page.locator("article.rejected").wait_for()
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=images / f"review-{width}-{scheme}.png")
            page.goto(address.partition("/reviews")[0])
            page.screenshot(path=images / f"start-{width}-{scheme}.png")
        page.close()


def shoot_server(browser: Any, images: Path, folder: Path) -> None:
    """The pages of the server, no longer than what stands on them."""
    sample, pairs, memory = ROOT / "corpora" / "sample", folder / "sample.jsonl", folder / "sample.duiyi"
    subprocess.run(duiyi("align", sample / "zh.txt", sample / "en.txt", "-o", pairs), check=True, capture_output=True)
    subprocess.run(duiyi("memory", "add", pairs, "--memory", memory), check=True, capture_output=True)
    # Where no term base is, the sample glossary answers.
    with listening("serve", "--memory", memory, "--port", 0, XDG_DATA_HOME=str(folder)) as (address, _):
        for name, path, width, scheme in SERVED:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.goto(address.rstrip("/") + path)
            end = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
            page.screenshot(
                path=images / f"server-{name}-{width}-{scheme}.png",
                clip={"x": 0, "y": 0, "width": width, "height": min(900, end + 12)},
            )
            page.close()


def shoot_terms(browser: Any, images: Path, folder: Path) -> None:
    """The page of terms, with a few of them rendered otherwise than they should be."""
    from tm.formats import read, write

    sample, path = ROOT / "corpora" / "sample", folder / "resolutions-terms.jsonl"
    subprocess.run(duiyi("align", sample / "zh.txt", sample / "en.txt", "-o", path), check=True, capture_output=True)
    units = list(read(path))
    holding = [number for number, unit in enumerate(units) if "States parties" in unit.target]
    for number in holding[1::3]:
        target = units[number].target.replace("States parties", "contracting countries")
        units[number] = replace(units[number], target=target)
    write(path, units)
    page_path = folder / "terms.html"
    # Where no term base is, the sample glossary answers.
    environment = os.environ | {"XDG_DATA_HOME": str(folder)}
    subprocess.run(duiyi("term", "report", path, "-o", page_path), check=True, capture_output=True, env=environment)
    page = browser.new_page(viewport={"width": 1280, "height": 640}, color_scheme="light")
    page.goto(page_path.as_uri())
    page.screenshot(path=images / "terms.png")
    page.close()


if __name__ == "__main__":
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        images = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
        shoot(chromium, images, Path(name))
        shoot_server(chromium, images, Path(name))
        shoot_terms(chromium, images, Path(name))
        chromium.close()
