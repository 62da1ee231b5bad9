"""Write the pictures in `docs/images` of report and editor, from the sample pair with some faults planted in it.

    python docs/make_images.py [FOLDER]

Needs Chromium. A section of the sample is said to stand elsewhere in the translation, and two of its targets are taken
out, so that the picture of the alignment has something to show.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
SHOTS = ((1280, "light"), (390, "dark"))
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def duiyi(*arguments: object) -> list[str]:
    """The command line of this checkout."""
    return [sys.executable, "-c", "from tm.cli.main import run; run()", *map(str, arguments)]


def faulty(folder: Path) -> Path:
    """The sample pair, aligned, with faults."""
    sys.path.insert(0, str(ROOT))
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


@contextmanager
def editor(*arguments: object) -> Iterator[str]:
    """The editor; its address."""
    command = duiyi("review", *arguments, "--no-browser", "--author", "Ada")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


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
        with editor(sample / "zh.txt", sample / "en.txt", "--data", folder / f"two-{width}") as address:
            page.goto(address)
            page.locator(".blocks").nth(1).wait_for()
            page.screenshot(path=images / f"structure-{width}-{scheme}.png")
        with editor(path, "--data", folder / f"reviews-{width}") as address:
            page.goto(address)
            page.locator("#counts", has_text="suspect").filter(has_not_text="…").wait_for(timeout=120_000)
            page.locator("#rows article").first.click()
            for key in "ab":
                page.keyboard.press(key)
            page.locator("#counts", has_text="1 bad").wait_for()
            page.locator("article.rejected").wait_for()
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=images / f"review-{width}-{scheme}.png")
            page.goto(address.partition("/works")[0])
            page.screenshot(path=images / f"start-{width}-{scheme}.png")
        page.close()


if __name__ == "__main__":
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        shoot(chromium, Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images", Path(name))
        chromium.close()
