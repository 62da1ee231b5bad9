"""100 people at once on `duiyi serve` with accounts: how long their requests take, what fails, whether memory grows.

The server is the real command in a process of its own. Each client has a token of a user of its own and one connection,
and sends requests without a pause: fuzzy look-ups, phrases, terms of a text, new units, and edits of units with
`If-Match` (an edit that another client was faster with gives 412, which is right and no error). The memory of the
server is read every few seconds. The clients are plain asyncio, so that they take as little as possible of the
processor that they share with the server.

``python -m benchmarks.team --seconds 300``
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np

from benchmarks.memory import generated, queries
from benchmarks.serving import listening
from tests.conftest import SHARED
from tm.accounts.accounts import Accounts
from tm.accounts.roles import Role
from tm.search.memory import Memory

__all__ = ["main", "run"]

CLIENTS = 100
SIZE = 50_000
#: Of a hundred requests.
_MIX = {"look-up": 55, "phrase": 15, "terms": 10, "add": 10, "edit": 10}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server responded."""

    status: int
    headers: dict[str, str]
    text: str


class Connection:
    """The connection of one client, which it keeps open; opened again where the server closed it while it was idle."""

    _PATIENCE = 300  # seconds

    def __init__(self, address: str, token: str) -> None:
        place = urlsplit(address)
        self._host, self._port, self._base = place.hostname, place.port, place.path
        self._head = f"Host: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, *, params: dict[str, str] | None = None, json: object = None, match: str = ""
    ) -> Answer:
        """Send a request and wait for the response. Raises `OSError`, `EOFError` and `TimeoutError`."""
        body = b"" if json is None else dumps(json).encode()
        lines = f"{method} {self._base}{path}{'?' + urlencode(params) if params else ''} HTTP/1.1\r\n{self._head}"
        lines += f"If-Match: {match}\r\n" if match else ""
        lines += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        async with asyncio.timeout(self._PATIENCE):
            if self._streams is None or self._streams[0].at_eof():
                self._streams = await asyncio.open_connection(self._host, self._port, limit=2**20)
            reader, writer = self._streams
            try:
                writer.write(lines.encode() + b"\r\n" + body)
                first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
                content = await reader.readexactly(int(headers.get("content-length", "0")))
            except BaseException:
                self._streams = None
                writer.close()
                raise
        return Answer(int(first.split()[1]), headers, content.decode())


def run(
    shared: Path, *, seconds: float = 1_800, size: int = SIZE, clients: int = CLIENTS, workers: int = 1
) -> dict[str, object]:
    """Milliseconds, errors and megabytes under load."""
    with tempfile.TemporaryDirectory(prefix="duiyi-team-") as folder:
        path = Path(folder) / "accounts.sqlite"
        with Accounts(path, create=True) as accounts:
            project = accounts.projects.add("Treaties")
            tokens = []
            for number in range(clients):
                user = accounts.users.add(f"user{number}", None)
                accounts.projects.grant(project, user, Role.REVIEWER)
                tokens.append(accounts.tokens.add(user, "load")[1])
            with Memory(project.memories[0][0]) as memory:
                memory.add(generated(shared, size))
                name = Path(project.memories[0][0]).stem
                texts = [unit.source for unit in memory.units()]
        with listening("serve", "--accounts", path, "--port", 0, "--workers", workers) as (address, process):
            asked = queries(texts, min(2_000, len(texts)))
            found = asyncio.run(_load(f"{address}p/{project.id}", name, tokens, asked, seconds, process))
        with Memory(project.memories[0][0]) as memory:
            # Units that were acknowledged are there.
            found["units afterwards"] = len(memory)
        return {"clients": clients, "units": size, "workers": workers, **found}


async def _load(
    base: str, memory: str, tokens: list[str], texts: list[str], seconds: float, process: int
) -> dict[str, object]:
    spent: dict[str, list[float]] = defaultdict(list)
    failures: Counter[str] = Counter()
    sizes: list[float] = []
    pauses: list[float] = []
    end = time.monotonic() + seconds
    people = [
        _person(Connection(base, token), memory, texts, end, spent, failures, number)
        for number, token in enumerate(tokens)
    ]
    before = _processor(process)
    await asyncio.gather(_watch(process, sizes, pauses, end), *people)
    used, count, quarter = _processor(process) - before, sum(map(len, spent.values())), max(1, len(sizes) // 4)
    return {
        "seconds": seconds, "load of the machine": os.getloadavg()[0],
        "seconds for which the machine stopped all of it": round(sum(pauses)),
        "requests": count, "server's processor, ms a request": 1000 * used / max(1, count),
        "errors": sum(failures.values()), "failures": dict(failures),
        "ms": [
            {"request": kind, "requests": len(times), "p50": float(np.percentile(times, 50)),
             "p95": float(np.percentile(times, 95))}
            for kind, times in sorted(spent.items())
        ],
        "p95 of all, ms": float(np.percentile([one for times in spent.values() for one in times], 95)),
        # The first quarter opens the memory and fills the caches.
        "MB, second quarter": float(np.median(sizes[quarter : 2 * quarter] or sizes)),
        "MB, last quarter": float(np.median(sizes[-quarter:])),
    }  # fmt: skip


async def _watch(process: int, sizes: list[float], pauses: list[float], end: float) -> None:
    while time.monotonic() < end:
        before = time.monotonic()
        await asyncio.sleep(2)
        if (late := time.monotonic() - before - 2) > 10:
            pauses.append(late)
        sizes.append(sum(map(_memory, _family(process))))


def _family(process: int) -> list[int]:
    """A process and its worker processes."""
    return [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]


def _memory(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0.0
    return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


def _processor(process: int) -> float:
    """Seconds of the processor."""
    found = 0.0
    for one in _family(process):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


async def _person(
    client: Connection, memory: str, texts: list[str], end: float,
    spent: dict[str, list[float]], failures: Counter[str], number: int,
) -> None:  # fmt: skip
    chance, ask = random.Random(number), client.ask
    kinds, weights = list(_MIX), list(_MIX.values())
    phrases = [text[:4] for text in texts if any(map(str.isalnum, text[:4]))]

    async def edit() -> Answer:
        path = f"/api/units/{memory}/{chance.randrange(1, 2_000)}"
        found = await ask("GET", path)
        if found.status != 200:
            return found
        return await ask("PATCH", path, json={"notes": [f"seen by {number}"]}, match=found.headers["etag"])

    def unit() -> dict[str, str]:
        target = f"{chance.random()} written by {number}"
        return {"source": chance.choice(texts), "target": target, "source_lang": "zh-CN", "target_lang": "en-US"}

    calls: dict[str, Callable[[], Awaitable[Answer]]] = {
        "look-up": lambda: ask("GET", "/api/lookup", params={"text": chance.choice(texts)}),
        "phrase": lambda: ask("GET", "/api/concordance", params={"text": chance.choice(phrases)}),
        "terms": lambda: ask("GET", "/api/terms/find", params={"text": chance.choice(texts), "lang": "zh"}),
        "add": lambda: ask("POST", "/api/add", json={"units": [unit()]}),
        "edit": edit,
    }
    while time.monotonic() < end:
        kind = chance.choices(kinds, weights)[0]
        clock = time.perf_counter()
        try:
            answer = await calls[kind]()
        except (OSError, EOFError, TimeoutError) as error:
            failures[f"{kind}: {type(error).__name__}"] += 1
            continue
        spent[kind].append(1000 * (time.perf_counter() - clock))
        if answer.status >= 400 and not (kind == "edit" and answer.status in (404, 412)):
            failures[f"{kind}: {answer.status} {answer.text[:80]}"] += 1


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1_800)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--workers", type=int, default=1)
    print(dumps(run(SHARED, **vars(parser.parse_args())), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
