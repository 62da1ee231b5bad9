"""Send requests to a server on this machine over many connections, as a separate process, and print the figures.

    python -m benchmarks.load ADDRESS FILE --clients 32

FILE holds one address (path and query) a line; each is requested once. Connections are kept open, as clients keep them,
and each waits for its response before the next request. Number and time are limited, and only loopback addresses are
allowed: this is a measurement, not a tool for attacks. Plain asyncio, so that the client takes as little as
possible of the processor that it shares with the server.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from tm.web.addresses import is_loopback

__all__ = ["main"]

MOST = 50_000


class Client(asyncio.Protocol):
    """One connection: requests the next address as soon as the last response is complete."""

    def __init__(self, host: str, paths: list[str], spent: list[float], failed: dict[str, int], until: float) -> None:
        self._host = host
        self._paths = paths
        self._spent = spent
        self._failed = failed
        self._until = until
        self._buffer = bytearray()
        self._expected_length = -1
        self._sent_at = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def _send(self) -> None:
        if not self._paths or time.perf_counter() > self._until:
            self._transport.close()
            return
        head = f"GET {self._paths.pop()} HTTP/1.1\r\nHost: {self._host}\r\nAccept: application/json\r\n\r\n"
        self._sent_at = time.perf_counter()
        self._transport.write(head.encode("ascii"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._expected_length < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0].strip()
            self._expected_length = end + 4 + int(length)
            status = head[9:12].decode()
            if status != "200":
                self._failed[status] = self._failed.get(status, 0) + 1
        if len(self._buffer) >= self._expected_length:
            self._spent.append(time.perf_counter() - self._sent_at)
            self._buffer.clear()
            self._expected_length = -1
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None or self._expected_length >= 0 or self._buffer:
            self._failed["connection"] = self._failed.get("connection", 0) + 1
        if not self.done.done():
            self.done.set_result(None)


async def _run(address: str, paths: list[str], clients: int, seconds: float) -> dict[str, object]:
    place = urlsplit(address)
    host, port = place.hostname or "", place.port or 80
    if not is_loopback(host):
        raise SystemExit("the server must be on this machine")
    loop = asyncio.get_running_loop()
    spent: list[float] = []
    failed: dict[str, int] = {}
    waiting = list(reversed(paths))
    clock, used = time.perf_counter(), time.process_time()
    made = [
        await loop.create_connection(
            lambda: Client(f"{host}:{port}", waiting, spent, failed, clock + seconds), host, port
        )
        for _ in range(clients)
    ]
    await asyncio.wait([client.done for _, client in made], timeout=seconds + 10)
    wall = time.perf_counter() - clock
    times = sorted(spent) or [0.0]
    return {
        "requests": len(spent),
        "errors": sum(failed.values()),
        "kinds": failed,
        "requests/s": len(spent) / wall,
        "p50 ms": 1000 * times[len(times) // 2],
        "p95 ms": 1000 * times[min(len(times) - 1, int(0.95 * len(times)))],
        "p99 ms": 1000 * times[min(len(times) - 1, int(0.99 * len(times)))],
        "client's processor, s": time.process_time() - used,
    }


def main() -> None:
    """Read the addresses, send the requests, print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("address")
    parser.add_argument("file", type=Path)
    parser.add_argument("--clients", type=int, default=32, choices=range(1, 129), metavar="N")
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    paths = arguments.file.read_text("ascii").split("\n")[:MOST]
    found = asyncio.run(_run(arguments.address, [path for path in paths if path], arguments.clients, arguments.seconds))
    print(json.dumps(found))


if __name__ == "__main__":
    sys.exit(main())
