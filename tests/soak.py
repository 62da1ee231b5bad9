"""A long mixed load on a server, whose memory and open files must not grow: ``python -m tests.soak --seconds 60``.

Threads look up, search, add, export and upload sound and hostile files, all at once, after each kind of request and of
file was sent once. The memory of the server and the number of its open files are read from the system: medians of the
second fifth of the time and of the last one are compared, because caches, all of which are bounded, fill in the first.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from statistics import median

import httpx

from benchmarks.serving import duiyi, listening
from tests.fuzz.files import DOCUMENTS, UNITS, Build
from tests.fuzz.hostile import changed, hostile_pairs

_MOST = 1.02  # growth of memory that is allowed


def _requests(client: httpx.Client) -> dict[str, tuple[float, Callable[[Random], httpx.Response]]]:
    """What is requested, each with its share of the load; texts are new in each request."""

    def text(chance: Random) -> str:
        return f"第{chance.randrange(500)}条会议决议，the w{chance.randrange(10**9):x} of the member states"

    def add(chance: Random) -> httpx.Response:
        number = chance.randrange(500)
        unit = {"source": f"第{number}条会议决议", "target": f"Article {number}"}
        return client.post("/api/add", json={"units": [unit | {"source_lang": "zh-CN", "target_lang": "en-US"}]})

    def send(path: str, builders: Mapping[str, Build]) -> Callable[[Random], httpx.Response]:
        def post(chance: Random) -> httpx.Response:
            ending = chance.choice(list(builders))
            # Of some hundred contents, so that the memory does not grow without end.
            data = changed(builders[ending](hostile_pairs(Random(chance.randrange(200)))), chance)
            return client.post(path, files={"file": (f"x.{ending}", data)})

        return post

    return {
        "look-up": (0.35, lambda chance: client.get("/api/lookup", params={"text": text(chance)})),
        "concordance": (0.1, lambda chance: client.get("/api/concordance", params={"text": text(chance)})),
        "terms": (0.1, lambda chance: client.get("/api/terms/find", params={"text": text(chance), "lang": "en"})),
        "page": (0.05, lambda chance: client.get("/", params={"text": text(chance)})),
        "add": (0.15, add),
        "export": (0.05, lambda chance: client.get("/api/export", params={"suffix": chance.choice(("tmx", "xlsx"))})),
        "import": (0.1, send("/api/import", UNITS)),
        "extract": (0.04, send("/api/terms/extract", UNITS)),
        "pretranslate": (0.06, send("/api/pretranslate", DOCUMENTS)),
    }


def _warm_up(address: str) -> None:
    """Send each request, and a file of each format: what is loaded once is loaded before anything is measured."""
    chance = Random(0)
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        for _, request in _requests(client).values():
            for _ in range(3):
                request(chance)
        for path, builders in (("import", UNITS), ("terms/extract", UNITS), ("pretranslate", DOCUMENTS)):
            for ending, build in builders.items():
                data = build([("会议通过了决议。", "The meeting adopted the resolution.")] * 5)
                client.post(f"/api/{path}", files={"file": (f"x.{ending}", data)})


def _load(address: str, seed: int, until: float, pause: float, counts: dict[str, int], lock: threading.Lock) -> None:
    """Send requests of all kinds until the time is over; a request without a response counts as lost."""
    chance = Random(seed)
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        shares, requests = zip(*_requests(client).values(), strict=True)
        while time.monotonic() < until:
            time.sleep(pause)
            try:
                name = f"{chance.choices(requests, shares)[0](chance).status_code}"
            except httpx.HTTPError as error:
                name = f"lost ({type(error).__name__})"
            with lock:
                counts[name] = counts.get(name, 0) + 1


def _usage(process: int) -> tuple[int, int]:
    """Kilobytes in memory, and open files."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    resident = int(status.partition("VmRSS:")[2].split()[0])
    return resident, len(list(Path(f"/proc/{process}/fd").iterdir()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two requests of a client")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        memory, terms = Path(folder) / "m.duiyi", Path(folder) / "t.sqlite"
        units = Path(folder) / "units.tsv"
        units.write_bytes(UNITS["tsv"]([(f"第{n}条会议决议", f"Article {n}") for n in range(500)]))
        subprocess.run(duiyi("memory", "import", units, "--memory", memory), check=True, capture_output=True)
        subprocess.run(duiyi("term", "import", units, "--terms", terms), check=True, capture_output=True)
        command = ("serve", "--write", "--port", "0", "--memory", memory, "--terms", terms)
        with listening(*command) as (address, process):
            _warm_up(address)
            return _measured(address, process, given)


def _measured(address: str, process: int, given: argparse.Namespace) -> int:
    counts: dict[str, int] = {}
    seconds = given.seconds
    lock, until = threading.Lock(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=_load, args=(address, seed, until, given.pause, counts, lock))
        for seed in range(given.clients)
    ]
    for thread in threads:
        thread.start()
    found: list[tuple[int, int]] = []
    while any(thread.is_alive() for thread in threads):
        found.append(_usage(process))
        time.sleep(max(0.2, seconds / 1000))
    fifth = max(len(found) // 5, 1)
    first, last = found[fifth : 2 * fifth] or found, found[-fifth:]
    memory = [median(one[0] for one in part) for part in (first, last)]
    files = [median(one[1] for one in part) for part in (first, last)]
    print(f"responses: {', '.join(f'{name}: {count:,}' for name, count in sorted(counts.items()))}")
    print("megabytes:", *(f"{one[0] / 1000:.0f}" for one in found[:: max(len(found) // 30, 1)]))
    print(f"memory: {memory[0] / 1000:.1f} MB, at the end {memory[1] / 1000:.1f} MB ({memory[1] / memory[0] - 1:+.1%})")
    print(f"open files: {files[0]:.0f}, at the end {files[1]:.0f}")
    lost = sum(count for name, count in counts.items() if name.startswith("lost") or name == "500")
    return int(memory[1] > _MOST * memory[0] or files[1] > files[0] or lost > 0)


if __name__ == "__main__":
    sys.exit(main())
