"""How fast a memory on a PostgreSQL server is, whether look-ups miss anything, and what survives crashes.

The server is started in a temporary folder with ``fsync`` on, and used over its socket. Units are those of
`benchmarks.memory`. ``--chaos SECONDS`` runs 8 writers and 16 readers, kills clients and restarts the server at random,
and then compares the memory with what was acknowledged: each writer adds units with numbers, and writes down a number
when its unit was acknowledged; each reader looks for units that were.

``python -m benchmarks.postgresql --size 100000 --chaos 60``
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from benchmarks.memory import _recall, generated, log, queries, timed
from corpora.errors import StoreError
from tests.conftest import SHARED
from tests.postgresql import PostgresServer, find
from tm.search.lookup import LookupOptions, lookup
from tm.search.memory import Memory

__all__ = ["chaos", "main", "run"]

_QUERIES = 500
_ROLES = ("writer",) * 8 + ("reader",) * 16


def _import(address: str, shared: Path, size: int, part: int, parts: int, ready: object) -> None:
    """Add one of as many parts, as if from a file of its own; units are made before the clock starts."""
    begin, end = size * part // parts, size * (part + 1) // parts
    units = list(islice(generated(shared, size), begin, end))
    with Memory(address) as memory:
        ready.wait()  # type: ignore[attr-defined]
        memory.add(units)


def _imported(address: str, shared: Path, size: int, clients: int) -> float:
    """Units per second."""
    Memory(address).close()
    context = get_context("spawn")
    ready = context.Barrier(clients + 1)
    work = [context.Process(target=_import, args=(address, shared, size, n, clients, ready)) for n in range(clients)]
    for one in work:
        one.start()
    ready.wait()
    start = time.perf_counter()
    for one in work:
        one.join()
    seconds = time.perf_counter() - start
    with Memory(address) as memory:
        # A few of the generated units are equal once they are cleaned.
        assert len(memory) > 0.9999 * size, f"{len(memory)} of {size} units"
    return round(size / seconds)


def _looked_up(address: str, count: int) -> dict[str, object]:
    with Memory(address, create=False) as memory:
        units = list(memory.units())
        figures: dict[str, object] = {}
        for side, texts in (("zh", [one.source for one in units]), ("en", [one.target for one in units])):
            lookup([memory], texts[0])  # reads the sketches once
            asked = queries(texts, count)
            figures[f"fuzzy {side}, ms"] = timed(lambda text: lookup([memory], text, LookupOptions()), asked)
            figures[f"recall {side}"] = _recall(memory, texts, count // 4)
    return figures


_CHAOS = """
import pathlib, random, sys, time
from corpora.errors import StoreError
from tm.search.memory import Memory
from tm.unit import Unit
role, address, name, log = sys.argv[1:]
chance, number = random.Random(name), 0
def text(who, n):
    # Unlike each other: of similar ones a look-up would find thousands.
    some = random.Random(f"{who} {n}")
    return "".join(chr(0x4E00 + some.randrange(8_000)) for _ in range(12))
while True:
    try:
        with Memory(address, create=False) as memory:
            while True:
                if role == "writer":
                    some = [Unit(text(name, number + k), f"{name} {number + k}", "zh", "en") for k in range(5)]
                    # A name, so that an addition whose answer was lost can be repeated.
                    memory.add(some, name=f"{name} {number}", once=True)
                    with open(log, "a") as file:
                        file.write("".join(f"{name} {number + k}\\n" for k in range(5)))
                    number += 5
                else:
                    files = sorted(pathlib.Path(log).parent.glob("write-*[0-9]"))
                    known = chance.choice(files).read_text() if files else ""
                    told = known[:known.rfind("\\n") + 1].splitlines()
                    if told:
                        who, n = chance.choice(told).split()
                        found = memory.lookup(text(who, int(n)))
                        right = bool(found) and found[0].score == 100 and found[0].target == f"{who} {n}"
                        with open(log, "a") as file:
                            file.write(f"{int(right)} {who} {n}\\n")
                    time.sleep(0.05)
    except StoreError as error:
        with open(log + ".errors", "a") as file:
            file.write(f"{type(error).__name__}: {error}\\n")
        time.sleep(0.2)
"""


def chaos(
    server: PostgresServer,
    seconds: float,
    folder: Path,
    roles: Sequence[str] = _ROLES,
    *,
    pauses: tuple[float, float] = (2, 6),
    seed: int = 1,
) -> dict[str, object]:
    """Run clients in these roles, kill them and the server at random; what was lost, doubled or wrong."""
    address, chance = server.address("chaos"), random.Random(seed)
    Memory(address).close()
    runs = {"writer": 0, "reader": 0}

    def started(role: str, place: int) -> "subprocess.Popen[bytes]":
        runs[role] += 1
        # A writer that was killed comes back under another name: what it had not acknowledged may be there or not.
        name = str(place) if role == "reader" else f"{runs[role]:03}"
        log_file = folder / f"{'read' if role == 'reader' else 'write'}-{name}"
        return subprocess.Popen([sys.executable, "-c", _CHAOS, role, address, name, str(log_file)])

    work = [started(role, place) for place, role in enumerate(roles)]
    end, kills, restarts = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        time.sleep(chance.uniform(*pauses))
        if chance.random() < 0.25:
            server.restart("immediate")
            restarts += 1
        else:
            place = chance.randrange(len(work))
            work[place].kill()
            work[place].wait()
            work[place] = started(roles[place], place)
            kills += 1
    for one in work:
        one.kill()
        one.wait()
    time.sleep(1)
    told = {line for path in folder.glob("write-*[0-9]") for line in path.read_text().splitlines()}
    errors = Counter(
        re.sub("memory .*?:|.*memory=[^ :]*", "", line)
        for path in folder.glob("*.errors")
        for line in path.read_text().splitlines()
    )
    read = [line for path in folder.glob("read-*[0-9]") for line in path.read_text().splitlines()]
    with Memory(address) as memory:
        held = list(memory.entries())
        targets = [entry.unit.target for entry in held]
        missed = sum(not memory.lookup(entry.unit.source) for entry in chance.sample(held, min(200, len(held))))
    return {
        "seconds": seconds, "clients killed": kills, "server restarts": restarts, "acknowledged": len(told),
        "lost": len(told - set(targets)), "duplicated": len(targets) - len(set(targets)),
        "counted twice": sum(entry.count != 1 for entry in held), "look-ups": len(read),
        "wrong": sum(line.startswith("0") for line in read), "not found afterwards": missed,
        "errors of clients": dict(errors),
    }  # fmt: skip


def run(shared: Path, *, size: int = 1_000_000, count: int = _QUERIES, chaos_seconds: float = 600) -> dict[str, object]:
    """Units per second, milliseconds, recall, and what survived; each with the load of the machine."""
    programs = find()
    if programs is None:
        sys.exit("PostgreSQL is not installed: apt-get install postgresql")
    server = PostgresServer(programs, safe=True)
    figures: dict[str, object] = {"units": size}
    try:
        for clients in (1, 2) if size else ():
            log(f"import, {clients} at once")
            figures[f"load before import {clients}"] = os.getloadavg()[0]
            figures[f"import, {clients} at once, units/s"] = _imported(
                server.address(f"import {clients}"), shared, size, clients
            )
        if size:
            log("look-ups")
            figures["load before look-ups"] = os.getloadavg()[0]
            figures |= _looked_up(server.address("import 1"), count)
        if chaos_seconds:
            log("chaos")
            figures["load before chaos"] = os.getloadavg()[0]
            with tempfile.TemporaryDirectory(prefix="duiyi-chaos-") as folder, suppress(StoreError):
                figures["chaos"] = chaos(server, chaos_seconds, Path(folder))
    finally:
        server.remove()
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=_QUERIES)
    parser.add_argument("--chaos", type=float, default=0, metavar="SECONDS")
    given = parser.parse_args()
    found = run(SHARED, size=given.size, count=given.queries, chaos_seconds=given.chaos)
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
