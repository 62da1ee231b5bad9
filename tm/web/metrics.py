"""Figures of a server for Prometheus: requests and how long they take, look-ups, imported units, stores.

Labels are names of operations and memories, never paths or texts: there are few of them, and none is confidential.
With several processes each writes its figures to a folder, from which any of them gives the sums.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from corpora.extras import need

__all__ = ["CONTENT_TYPE", "Figure", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: A figure of a store: its name, what it is, and its values by their labels.
Figure = tuple[str, str, Mapping[tuple[tuple[str, str], ...], float]]
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)


class Metrics:
    """The figures of one application."""

    def __init__(self, folder: str = "") -> None:
        """Count in this process, or with ``folder`` together with the other processes that use it."""
        client = need("prometheus_client", "server", "count what a server does")
        self._client = client
        self._folder = folder
        self._registry = client.CollectorRegistry()
        more: dict[str, Any] = {"registry": self._registry}
        self._requests = client.Counter(
            "duiyi_requests", "Requests by operation and status.", ["operation", "status"], **more
        )
        self._seconds = client.Histogram(
            "duiyi_request_seconds", "Time until the end of a response.", ["operation"], buckets=_SECONDS, **more
        )
        self._running = client.Gauge(
            "duiyi_requests_running", "Requests without a complete response.", multiprocess_mode="livesum", **more
        )
        self._counts = {
            name: client.Counter(f"duiyi_{name}", about, **more)
            for name, about in (
                ("lookups", "Texts that were looked up."),
                ("imported_units", "Units that were added or imported."),
                ("failed_sign_ins", "Sign-ins with a wrong name or password."),
            )
        }
        if not folder:
            client.ProcessCollector(registry=self._registry)

    def began(self) -> None:
        """A request came."""
        self._running.inc()

    def ended(self, operation: str, status: int, seconds: float, counts: Mapping[str, int]) -> None:
        """Its response is complete."""
        self._running.dec()
        self._requests.labels(operation or "other", str(status)).inc()
        self._seconds.labels(operation or "other").observe(seconds)
        self.add(counts)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the number of times that each of these was done."""
        for name, count in counts.items():
            self._counts[name].inc(count)

    def text(self, figures: Iterable[Figure]) -> bytes:
        """Everything in Prometheus's format, with ``figures`` of the stores as they are now."""
        registry = self._registry
        if self._folder:
            from prometheus_client.multiprocess import MultiProcessCollector

            registry = self._client.CollectorRegistry()
            MultiProcessCollector(registry, path=self._folder)  # type: ignore[no-untyped-call]
        text: bytes = self._client.generate_latest(registry)
        return text + b"".join(_lines(figure) for figure in figures)


def _lines(figure: Figure) -> bytes:
    name, about, values = figure
    lines = [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
    for labels, value in values.items():
        shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
        lines.append(f"{name}{{{shown}}} {value}" if shown else f"{name} {value}")
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
