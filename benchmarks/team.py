"""100 people at once on `duiyi serve` with accounts: how long their requests take, what fails, whether memory grows.

The server is the real command in a process of its own. Each client has a token of a user of its own and one connection,
and sends requests without a pause: fuzzy look-ups, phrases, terms of a text, new units, and edits of units with
`If-Match` (an edit that another client was faster with gives 412, which is right and no error). The memory of the
server is read every few seconds.

``python -m benchmarks.team --seconds 300``
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
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


def run(shared: Path, *, seconds: float = 1_800, size: int = SIZE, clients: int = CLIENTS) -> dict[str, object]:
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
        with listening("serve", "--accounts", path, "--port", 0) as (address, process):
            asked = queries(texts, min(2_000, len(texts)))
            found = asyncio.run(_load(f"{address}p/{project.id}", name, tokens, asked, seconds, process))
        with Memory(project.memories[0][0]) as memory:
            # Units that were acknowledged are there.
            found["units afterwards"] = len(memory)
        return {"clients": clients, "units": size, **found}


async def _load(
    base: str, memory: str, tokens: list[str], texts: list[str], seconds: float, process: int
) -> dict[str, object]:
    spent: dict[str, list[float]] = defaultdict(list)
    failures: Counter[str] = Counter()
    sizes: list[float] = []
    pauses: list[float] = []
    end = time.monotonic() + seconds
    async with httpx.AsyncClient(
        timeout=300, limits=httpx.Limits(max_connections=len(tokens) + 10), trust_env=False
    ) as client:
        people = [
            _person(client, base, memory, token, texts, end, spent, failures, number)
            for number, token in enumerate(tokens)
        ]
        await asyncio.gather(_watch(process, sizes, pauses, end), *people)
    quarter = max(1, len(sizes) // 4)
    return {
        "seconds": seconds, "load of the machine": os.getloadavg()[0],
        "seconds for which the machine stopped all of it": round(sum(pauses)),
        "requests": sum(map(len, spent.values())), "errors": sum(failures.values()), "failures": dict(failures),
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
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                sizes.append(int(line.split()[1]) / 1000)


async def _person(
    client: httpx.AsyncClient, base: str, memory: str, token: str, texts: list[str], end: float,
    spent: dict[str, list[float]], failures: Counter[str], number: int,
) -> None:  # fmt: skip
    chance, headers = random.Random(number), {"authorization": f"Bearer {token}"}
    kinds, weights = list(_MIX), list(_MIX.values())
    phrases = [text[:4] for text in texts if any(map(str.isalnum, text[:4]))]

    async def ask(method: str, path: str, **more: object) -> httpx.Response:
        return await client.request(method, base + path, headers={**headers, **more.pop("headers", {})}, **more)  # type: ignore[arg-type, dict-item]

    async def edit() -> httpx.Response:
        path = f"/api/units/{memory}/{chance.randrange(1, 2_000)}"
        found = await ask("GET", path)
        if found.status_code != 200:
            return found
        change = {"notes": [f"seen by {number}"]}
        return await ask("PATCH", path, json=change, headers={"if-match": found.headers["etag"]})

    def unit() -> dict[str, str]:
        target = f"{chance.random()} written by {number}"
        return {"source": chance.choice(texts), "target": target, "source_lang": "zh-CN", "target_lang": "en-US"}

    calls: dict[str, Callable[[], Awaitable[httpx.Response]]] = {
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
        except httpx.HTTPError as error:
            failures[f"{kind}: {type(error).__name__}"] += 1
            continue
        spent[kind].append(1000 * (time.perf_counter() - clock))
        if answer.status_code >= 400 and not (kind == "edit" and answer.status_code in (404, 412)):
            failures[f"{kind}: {answer.status_code} {answer.text[:80]}"] += 1


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1_800)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    given = parser.parse_args()
    print(
        json.dumps(
            run(SHARED, seconds=given.seconds, size=given.size, clients=given.clients), indent=2, ensure_ascii=False
        )
    )


if __name__ == "__main__":
    main()
