"""How fast the pages are in a real browser, and what axe-core finds wrong with them.

The editor opens a review of 10,000 beads that is stored already, as `duiyi review FILE` leaves it before the
browser opens; seconds run from the navigation to the first contentful paint, and to the moment when the script has
laid out all rows. The report holds 20,000 units. The units are the gold pairs of the resolutions, repeated.
"""

import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tm.checks.options import CheckOptions
from tm.checks.run import check
from tm.formats import write
from tm.report import render
from tm.unit import Origin, Unit

__all__ = ["run"]

BEADS = 10_000
UNITS = 20_000
TRIES = 5
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()
PAINTED = """() => new Promise((done) => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  if (paint) return done(paint.startTime);
  new PerformanceObserver((list) => done(list.getEntries()[0].startTime)).observe({ type: "paint", buffered: true });
})"""
SCROLL = """async () => {
  const frames = [];
  let last = performance.now();
  for (let n = 0; n < 120; n++) {
    scrollBy(0, 400);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  return [frames[60], frames[114], frames[119]];
}"""


def units(shared: Path, count: int) -> list[Unit]:
    """``count`` units, every seventh of them doubtful, every fiftieth without a target."""
    with (shared / "data" / "un" / "gold.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) >= 2][1:]
    pairs = [tuple(row[-2:]) for row in rows]
    made = []
    for n in range(count):
        source, target = pairs[n % len(pairs)]
        score = 0.3 if n % 7 == 3 else 0.97
        target = "" if n % 50 == 49 else target
        origin = Origin("zh.txt", "en.txt", (n,), (n,) if target else (), page=n // 30 + 1)
        made.append(Unit(source, target, "zh-CN", "en-US", origin=origin, quality=score))
    return made


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """The editor on a free port; its address."""
    command = [sys.executable, "-c", "from tm.cli.main import run; run()", "review", *arguments, "--no-browser"]
    command += ["--no-embeddings", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def faults(page: Any) -> dict[str, int]:
    """Violations of axe-core by their impact."""
    from axe_playwright_python.sync_playwright import Axe

    counts = dict.fromkeys(("critical", "serious", "moderate", "minor"), 0)
    for one in Axe().run(page).response["violations"]:
        counts[one["impact"]] += 1
    return counts


def editor(browser: Any, folder: Path, shared: Path) -> dict[str, Any]:
    """Seconds until the first page of 10,000 beads is shown, the length of frames while scrolling, and one edit."""
    path = folder / "large.jsonl"
    write(path, units(shared, BEADS))
    first, painted, ready = [], [], []
    for _ in range(TRIES):
        # A new process each time: the first page after a start is what a reviewer waits for.
        with serving(folder / "reviews", str(path)) as address:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            began = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.locator("#rows article").first.wait_for()
            first.append(time.perf_counter() - began)
            page.locator("body[data-ready]").wait_for()
            ready.append(time.perf_counter() - began)
            painted.append(page.evaluate(PAINTED) / 1000)
            page.close()
    with serving(folder / "reviews", str(path)) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.locator("#counts", has_text="suspect").filter(has_not_text="…").wait_for()
        frames = page.evaluate(SCROLL)
        page.locator("#rows article").first.click()
        began = time.perf_counter()
        page.keyboard.press("a")
        page.locator("#counts", has_text="1 accepted").wait_for()
        edit = time.perf_counter() - began
        page.close()
    return {
        "beads": BEADS,
        "first rows shown, s": round(statistics.median(first), 3),
        "first contentful paint, s": round(statistics.median(painted), 3),
        "all rows laid out and ready for keys, s": round(statistics.median(ready), 3),
        "frame while scrolling, median, ms": round(frames[0], 1),
        "frame while scrolling, 95th percentile, ms": round(frames[1], 1),
        "one decision kept and shown, s": round(edit, 3),
    }


def report(browser: Any, folder: Path, shared: Path) -> dict[str, Any]:
    """Seconds until the report on 20,000 units is shown, and until a search in it has results."""
    some = units(shared, UNITS)
    found = check(some, CheckOptions())
    began = time.perf_counter()
    path = folder / "report.html"
    path.write_text(render(found, some, "large.jsonl"), encoding="utf-8")
    made = time.perf_counter() - began
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    began = time.perf_counter()
    page.goto(path.as_uri())
    page.locator("#table tbody tr").first.wait_for()
    shown = time.perf_counter() - began
    began = time.perf_counter()
    page.fill("[name=text]", "#12345")
    page.locator("#count", has_text="1 of ").wait_for()
    searched = time.perf_counter() - began
    page.close()
    return {
        "units": UNITS,
        "file, MB": round(path.stat().st_size / 1e6, 1),
        "written, s": round(made, 2),
        "shown, s": round(shown, 2),
        "search answered, s": round(searched, 2),
    }


def accessibility(browser: Any, folder: Path, shared: Path) -> dict[str, dict[str, int]]:
    """What axe-core finds on each page, light and dark, wide and narrow."""
    some = units(shared, 300)
    (folder / "small.html").write_text(render(check(some, CheckOptions()), some, "small.jsonl"), encoding="utf-8")
    write(folder / "small.jsonl", some)
    found = {}
    with serving(folder / "reviews", str(folder / "small.jsonl")) as address:
        pages = {
            "report": (folder / "small.html").as_uri(),
            "editor": address,
            "start page": address.partition("/works")[0],
        }
        for name, where in pages.items():
            for width in (1280, 390):
                for scheme in ("light", "dark"):
                    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
                    page.goto(where)
                    page.wait_for_timeout(300)
                    found[f"{name}, {width} px, {scheme}"] = faults(page)
                    page.close()
    return found


def run(shared: Path) -> dict[str, Any]:
    """Measure the editor, the report and the accessibility of both. Needs Chromium."""
    import shutil

    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        return {"left out": "chromium is not installed"}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        folder = Path(name)
        figures = {
            "editor": editor(browser, folder, shared),
            "report": report(browser, folder, shared),
            "violations found by axe-core": accessibility(browser, folder, shared),
        }
        browser.close()
    return figures
