"""Send hostile files to a server that 64 clients read from: ``python -m tests.hostile_uploads``.

The same look-ups are measured without uploads first, then beside 200 uploads: damaged files of every format of units,
and files whose structure makes readers slow. Every request must get a response, and the p99 of the look-ups may at most
double.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random
from urllib.parse import quote

import httpx

from benchmarks.serving import duiyi, listening
from tests.fuzz.files import UNITS
from tests.fuzz.hostile import changed, hostile_pairs
from tests.linearity.files import FILES

_SENTENCES = 20_000
_SENDERS = 4


def hostile(chance: Random) -> tuple[str, bytes]:
    """The name and the bytes of a file that is damaged or takes long to read."""
    slow = [(ending, make) for (kind, ending), shapes in FILES.items() if kind == "units" for make in shapes.values()]
    if chance.random() < 0.25:
        ending, make = chance.choice(slow)
        return f"x.{ending}", make(400_000)
    ending = chance.choice(list(UNITS))
    return f"x.{ending}", changed(UNITS[ending](hostile_pairs(chance)), chance)


def _upload(address: str, files: list[tuple[str, bytes]], pause: float, counts: Counter[str]) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=120) as client:
        while files:
            name, data = files.pop()
            try:
                counts[str(client.post("/api/import", files={"file": (name, data)}).status_code)] += 1
            except httpx.HTTPError as error:
                counts[f"no response ({type(error).__name__})"] += 1
            time.sleep(pause)


def _read(address: str, addresses: Path, clients: int, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.load", address, str(addresses)]
    options = ["--clients", str(clients), "--seconds", str(seconds)]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each of the two measurements")
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        memory, units = Path(folder, "m.duiyi"), Path(folder, "u.tsv")
        texts = ["".join(chr(chance.randrange(0x4E00, 0x5600)) for _ in range(20)) for _ in range(_SENTENCES)]
        units.write_bytes(UNITS["tsv"]([(text, f"Sentence {n}") for n, text in enumerate(texts)]))
        subprocess.run(duiyi("memory", "import", units, "--memory", memory), check=True, capture_output=True)
        addresses = Path(folder, "addresses.txt")
        asked = [f"/api/lookup?text={quote(chance.choice(texts)[chance.randrange(2) :])}" for _ in range(50_000)]
        addresses.write_text("\n".join(asked), "ascii")
        with listening("serve", "--write", "--port", "0", "--memory", memory) as (address, _):
            return _measured(address, addresses, chance, given)


def _measured(address: str, addresses: Path, chance: Random, given: argparse.Namespace) -> int:
    def reading() -> subprocess.Popen[str]:
        return _read(address, addresses, given.clients, given.seconds)

    alone = json.loads(reading().communicate()[0])
    files = [hostile(chance) for _ in range(given.uploads)]
    counts: Counter[str] = Counter()
    readers = reading()
    pause = 0.8 * given.seconds * _SENDERS / given.uploads
    senders = [threading.Thread(target=_upload, args=(address, files, pause, counts)) for _ in range(_SENDERS)]
    for sender in senders:
        sender.start()
    beside = json.loads(readers.communicate()[0])
    for sender in senders:
        sender.join()
    for name, found in (("alone", alone), ("beside uploads", beside)):
        print(f"{name}: {json.dumps(found)}")
    print(f"uploads: {', '.join(f'{name}: {count}' for name, count in sorted(counts.items()))}")
    ratio = beside["p99 ms"] / alone["p99 ms"]
    print(f"p99 of the readers: {ratio:.2f} times")
    lost = sum(count for name, count in counts.items() if name.startswith("no response") or name == "500")
    return int(ratio > 2 or lost > 0 or beside["errors"] > alone["errors"])


if __name__ == "__main__":
    sys.exit(main())
