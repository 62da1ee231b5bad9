"""How time and memory of the search grow with the text, and what it survives.

    python -m benchmarks.long SENTENCES FOLDER      one text in a process of its own, as JSON

Long texts are made of the beads of the literary chapters, drawn with a seed and put one after another; sentences come
again, as they do not in a novel, which makes the search harder, not easier. One text also lacks 500 sentences on
one side. Every size runs in a fresh process: the peak is its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from align import beadfile, metrics
from align.alignment import Bead

SIZES = (2_500, 5_000, 10_000, 20_000)
OMITTED = 500


def run(shared: Path, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Measure the search alone, without encoding, for texts of ``sizes`` sentences a side."""
    rows = []
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.long", str(size), str(shared / "data" / "mac-dev")]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        failed = {"sentences": size, "failed": (done.stderr.strip().splitlines() or ["?"])[-1]}
        rows.append(failed if done.returncode else json.loads(done.stdout))
    return {"search of long texts": rows}


def made(folder: Path, size: int, seed: int = 0) -> tuple[list[str], list[str], list[Bead]]:
    """Return both sides of at least ``size`` sentences and their beads; the source lacks a stretch past the middle."""
    beads = []
    for path in sorted((folder / "gold").glob("*.align")):
        sides = [(folder / one / f"{path.stem}.txt").read_text("utf-8").splitlines() for one in ("zh", "en")]
        beads += [
            ([sides[0][i] for i in bead.source], [sides[1][j] for j in bead.target])
            for bead in beadfile.read(path)
            if bead.source and bead.target
        ]
    source: list[str] = []
    target: list[str] = []
    gold: list[Bead] = []
    order = np.random.default_rng(seed)
    while min(len(source), len(target)) < size:
        for k in order.permutation(len(beads)):
            left, right = beads[k]
            gone = size * 6 // 10 <= len(target) < size * 6 // 10 + OMITTED
            targets = tuple(range(len(target), len(target) + len(right)))
            if gone:
                gold += [Bead((), (j,)) for j in targets]
            else:
                gold.append(Bead(tuple(range(len(source), len(source) + len(left))), targets))
                source += left
            target += right
    return source, target, gold


def measure(size: int, folder: Path) -> dict[str, float]:
    """Seconds for encoding and for the search alone, megabytes at the peak, strict F1."""
    from align.search import SearchOptions, search_prepared
    from align.spans import prepare
    from models.registry import load

    source, target, gold = made(folder, size)
    options, encoder = SearchOptions(), load("builtin", cache=False)
    started = time.perf_counter()
    sides = [
        prepare(texts, encoder=encoder, language=language, width=width, by_clauses=options.clauses)
        for texts, language, width in ((source, "zh", options.max_source), (target, "en", options.max_target))
    ]
    encoded = time.perf_counter()
    found = search_prepared(*sides, options=options)
    searched = time.perf_counter()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "source sentences": len(source),
        "target sentences": len(target),
        "strict F1": metrics.evaluate({"": gold}, {"": found}).overall.strict.f1,
        "encoding seconds": encoded - started,
        "search seconds": searched - encoded,
        "peak MB": kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.size, arguments.folder)))
