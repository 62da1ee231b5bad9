"""A long mixed load on a server, whose memory and open files must not grow: ``python -m tests.soak --seconds 60``.

Threads look up, search, add, export and upload sound and hostile files, all at once. The memory of the server and the
number of its open files are read from the system: medians of the second fifth of the time and of the last one are
compared, because caches fill in the first.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random
from statistics import median

import httpx

from benchmarks.serving import duiyi, listening
from tests.fuzz.files import UNITS
from tests.fuzz.hostile import changed, hostile_pairs

_MOST = 1.02  # growth of memory that is allowed


def _load(address: str, seed: int, until: float, pause: float, counts: dict[str, int], lock: threading.Lock) -> None:
    """Send requests of all kinds until the time is over; a request without a response counts as lost."""
    chance = Random(seed)
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        while time.monotonic() < until:
            time.sleep(pause)
            number, kind = chance.randrange(500), chance.random()
            try:
                if kind < 0.5:
                    done = client.get("/api/lookup", params={"text": f"第{number}条会议决议"})
                elif kind < 0.7:
                    done = client.get("/api/concordance", params={"text": "会议"})
                elif kind < 0.85:
                    unit = {
                        "source": f"第{number}条会议决议",
                        "target": f"Article {number}",
                        "source_lang": "zh-CN",
                        "target_lang": "en-US",
                    }
                    done = client.post("/api/add", json={"units": [unit]})
                elif kind < 0.9:
                    done = client.get("/api/export", params={"suffix": "tmx"})
                else:
                    ending = chance.choice(list(UNITS))
                    data = changed(UNITS[ending](hostile_pairs(chance)), chance)
                    done = client.post("/api/import", files={"file": (f"x.{ending}", data)})
                name = f"{done.status_code}"
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
