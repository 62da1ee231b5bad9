"""How fast the pages are in a real browser, on a network with a delay.

The editor opens a review that is stored already, as `duiyi review FILE` leaves it before the browser opens; seconds run
from the navigation to the first contentful paint, and to the moment when the script has laid out all rows. The time of
a key ends with the frame that shows the next row. The units are the gold pairs of the resolutions, repeated.
"""

import csv
import math
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.serving import listening
from tm.checks.options import CheckOptions
from tm.checks.run import check
from tm.formats import write
from tm.report import render
from tm.unit import Origin, Unit

__all__ = ["run"]

UNITS = 20_000
DELAY = 50  # milliseconds that each request takes longer
ACCEPTED = 200  # decisions
TRIES = 3
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()
PAINTED = """() => new Promise((done) => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  if (paint) return done(paint.startTime);
  new PerformanceObserver((list) => done(list.getEntries()[0].startTime)).observe({ type: "paint", buffered: true });
})"""
#: From each key to the frame after the one in which another row is the current one.
TIMED = """() => {
  const now = () => document.querySelector(".current")?.dataset.id;
  window.times = [];
  let began = 0, before = null;
  addEventListener("keydown", (event) => { [began, before] = [event.timeStamp, now()]; }, true);
  new MutationObserver(() => {
    if (!began || now() === before) return;
    const start = began, frame = new MessageChannel();
    began = 0;
    frame.port1.onmessage = () => times.push(performance.now() - start);
    requestAnimationFrame(() => frame.port2.postMessage(0));
  }).observe(document.querySelector("#rows"), { subtree: true, childList: true, attributes: true });
}"""
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


def renderer(browser: Any) -> int:
    """The process that runs the page: the only one, or the one that uses most memory."""
    session = browser.new_browser_cdp_session()
    found = [one["id"] for one in session.send("SystemInfo.getProcessInfo")["processInfo"] if one["type"] == "renderer"]
    session.detach()
    return int(max(found, key=private_memory))


def private_memory(pid: int) -> float:
    """MB that a process does not share with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of ``values`` do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def editor(browser: Any, folder: Path, shared: Path) -> dict[str, Any]:
    """The first view of a review, the time from a key to the next row, and the memory of the page."""
    path = folder / "large.jsonl"
    write(path, units(shared, UNITS))
    arguments = ("review", path, "--no-browser", "--no-embeddings", "--data", folder / "reviews")
    first, painted, ready = [], [], []
    for _ in range(TRIES):
        # A new process each time: the first page after a start is what a reviewer waits for.
        with listening(*arguments) as (address, _process):
            page = delayed(browser)
            began = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.locator("#rows article").first.wait_for()
            first.append(time.perf_counter() - began)
            page.locator("body[data-ready]").wait_for()
            ready.append(time.perf_counter() - began)
            painted.append(page.evaluate(PAINTED) / 1000)
            page.close()
    with listening(*arguments) as (address, _process):
        page = delayed(browser)
        page.goto(address)
        page.locator("#counts", has_text="reviewed").filter(has_not_text="…").wait_for(timeout=120_000)
        frames = page.evaluate(SCROLL)
        page.locator("#rows article").first.click()
        page.evaluate(TIMED)
        for _ in range(ACCEPTED):
            page.keyboard.press("a")
            page.wait_for_timeout(60)
        times = page.evaluate("window.times")
        assert len(times) == ACCEPTED, len(times)
        began = time.perf_counter()
        page.locator("#saved", has_text="All saved").wait_for()
        saved = time.perf_counter() - began
        memory = private_memory(renderer(browser))
        page.close()
    return {
        "units": UNITS,
        "added delay of the network, ms": DELAY,
        "first rows shown, s": round(statistics.median(first), 3),
        "first contentful paint, s": round(statistics.median(painted), 3),
        "all rows laid out and ready for keys, s": round(statistics.median(ready), 3),
        "frame while scrolling, median, ms": round(frames[0], 1),
        "frame while scrolling, 95th percentile, ms": round(frames[1], 1),
        "accept key to the next row shown, median, ms": round(statistics.median(times), 1),
        "accept key to the next row shown, 95th percentile, ms": round(percentile(times, 0.95), 1),
        f"all of {ACCEPTED} decisions confirmed after the last one, s": round(saved, 2),
        "memory of the page, MB": round(memory),
    }


def delayed(browser: Any) -> Any:
    """A page whose requests take `DELAY` longer."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"offline": False, "latency": DELAY, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", limits)
    return page


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


def run(shared: Path) -> dict[str, Any]:
    """Measure the editor and the report. Needs Chromium."""
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
        }
        browser.close()
    return figures
