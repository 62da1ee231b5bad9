"""How many fuzzy look-ups a second `duiyi serve` completes for 32 clients on the same machine, at 100,000 units.

The memory and the queries are those of `benchmarks.memory`: no query is repeated, half of them Chinese and
half English, changed units of the memory, so that nearly all look-ups are fuzzy and no cache can help. The server is
the real command in a process of its own (one worker, then two), the clients another process (`benchmarks.load`). Some
of the responses are compared with the results of the library, so that speed is not bought with wrong answers.

`python -m benchmarks.server --memory FILE` uses an existing memory.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from benchmarks.memory import SEED, generated, queries
from benchmarks.serving import listening
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory

__all__ = ["main", "run"]

SIZE = 100_000
QUERIES = 4_000
CLIENTS = 32


def run(shared: Path, *, size: int = SIZE, count: int = QUERIES, memory: Path | None = None) -> dict[str, object]:
    """Requests a second, milliseconds, errors, for each interface and number of workers."""
    with tempfile.TemporaryDirectory(prefix="duiyi-server-") as folder:
        path = memory or Path(folder) / "made.duiyi"
        if memory is None:
            with Memory(path) as made:
                made.add(generated(shared, size))
        return {"clients": CLIENTS, "units": size, "fuzzy look-ups": _figures(path, Path(folder), count)}


def _figures(path: Path, folder: Path, count: int) -> list[dict[str, object]]:
    with Memory(path, create=False) as memory:
        units = list(memory.units())
        zh = queries([unit.source for unit in units], count // 2, SEED)
        en = queries([unit.target for unit in units], count // 2, SEED + 1)
        texts = zh + en
        random.Random(SEED).shuffle(texts)
        expected = {
            text: [(m.score, m.unit.target) for m in lookup([memory], text, LookupOptions())] for text in texts[:50]
        }
    # The languages give the direction in amaGama's protocol; here the letters do.
    chinese = set(zh)
    pairs = [(text, "zh_cn/en_us" if text in chinese else "en_us/zh_cn") for text in texts]
    addresses = {
        "/api/lookup": [f"/api/lookup?text={quote(text, safe='')}" for text, _ in pairs],
        "/tmserver/": [f"/tmserver/{pair}/unit/{quote(text, safe='')}" for text, pair in pairs],
    }
    rows = []
    for workers in (1, 2):
        with _serving(path, workers) as (address, process):
            for name, paths in addresses.items():
                file = folder / "addresses.txt"
                file.write_text("\n".join(paths), encoding="ascii")
                _load(address, folder, paths[:200])  # warm, every worker
                before = _processor(process)
                found = _load(address, folder, paths)
                found["server's processor, s"] = _processor(process) - before
                found.pop("kinds")
                rows.append(
                    {"interface": name, "workers": workers, **found, "wrong answers": _wrong(address, expected)}
                )
    return rows


@contextmanager
def _serving(path: Path, workers: int) -> Iterator[tuple[str, int]]:
    """The command itself: its address, and the number of its process."""
    with listening("serve", "--memory", path, "--port", 0, "--workers", workers) as (address, process):
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}api/memories", timeout=30).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address, process


def _load(address: str, folder: Path, paths: Sequence[str]) -> dict[str, object]:
    file = folder / "queries.txt"
    file.write_text("\n".join(paths), encoding="ascii")
    command = [sys.executable, "-m", "benchmarks.load", address, str(file), "--clients", str(CLIENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _processor(process: int) -> float:
    """Processor seconds of a process and its children, 0 where the system does not say."""
    import os

    total = 0.0
    try:
        ids = [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]
        for one in ids:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0
    return total


def _wrong(address: str, expected: dict[str, list[tuple[int, str]]]) -> int:
    """Responses that differ from the results of the library."""
    wrong = 0
    for text, matches in expected.items():
        with urllib.request.urlopen(f"{address}api/lookup?text={quote(text, safe='')}", timeout=30) as answer:
            wrong += [(one["score"], one["target"]) for one in json.load(answer)] != matches
    return wrong


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server")
    parser.add_argument("--memory", type=Path)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    arguments = parser.parse_args()
    found = run(arguments.shared, size=arguments.size, count=arguments.queries, memory=arguments.memory)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
