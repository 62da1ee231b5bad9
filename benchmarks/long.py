"""How time and memory of the search grow with the text, and what it survives.

Long texts are made of the beads of the literary chapters, drawn with a seed and put one after another, so that both
sides grow equally; sentences are repeated, as they do not in a novel, which makes the search harder, not easier. The
source lacks 500 sentences in a row. Encoding and search run in fresh processes: each peak is its own.
"""

import argparse
import json
import pickle
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from align import metrics
from align.alignment import Bead
from align.search import SearchOptions, search_prepared
from align.spans import prepare
from benchmarks.apart import apart, peak_megabytes
from benchmarks.data import segmented
from models.registry import load

SIZES = (2_500, 5_000, 10_000, 20_000, 100_000)
OMITTED = 500
_NAME = "benchmarks.long"
_AHEAD = 2  # sentences by which the target may be ahead (but for the omission) before only even beads are taken


def run(shared: Path, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Measure encoding and the search alone for texts of ``sizes`` sentences a side."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            place = Path(folder) / f"{size}.pickle"
            encoded = apart(_NAME, str(place), "--size", str(size), "--folder", str(shared / "data" / "mac-dev"))
            rows.append(encoded if "failed" in encoded else apart(_NAME, str(place)) | encoded)
    return {"long texts": rows}


def made(folder: Path, size: int, seed: int = 0) -> tuple[list[str], list[str], list[Bead]]:
    """Return both sides of at least ``size`` sentences and their beads; the source lacks a stretch past the middle."""
    beads = []
    for _, sides, chapter in segmented(folder):
        beads += [
            ([sides[0][i] for i in bead.source], [sides[1][j] for j in bead.target])
            for bead in chapter
            if bead.source and bead.target
        ]
    source: list[str] = []
    target: list[str] = []
    gold: list[Bead] = []
    order = np.random.default_rng(seed)
    while min(len(source), len(target)) < size:
        for k in order.permutation(len(beads)):
            left, right = beads[k]
            if len(right) > len(left) and len(target) > len(source) + _AHEAD:
                continue
            gone = size * 6 // 10 <= len(target) < size * 6 // 10 + OMITTED
            targets = tuple(range(len(target), len(target) + len(right)))
            if gone:
                gold += [Bead((), (j,)) for j in targets]
            else:
                gold.append(Bead(tuple(range(len(source), len(source) + len(left))), targets))
                source += left
            target += right
    return source, target, gold


def encode(size: int, folder: Path, place: Path) -> dict[str, float]:
    """Make a text and leave its prepared sides and gold beads at ``place``."""
    source, target, gold = made(folder, size)
    options, encoder = SearchOptions(), load("builtin", cache=False)
    started = time.perf_counter()
    sides = [
        prepare(texts, encoder=encoder, language=language, width=width, by_clauses=options.clauses)
        for texts, language, width in ((source, "zh", options.max_source), (target, "en", options.max_target))
    ]
    seconds = time.perf_counter() - started
    peak = peak_megabytes()
    place.write_bytes(pickle.dumps((sides, gold)))
    return {"encoding seconds": seconds, "encoding peak MB": peak}


def measure(place: Path) -> dict[str, float]:
    """Search what `encode` left: sentences, strict F1, seconds, and megabytes at the peak, the vectors included."""
    sides, gold = pickle.loads(place.read_bytes())
    started = time.perf_counter()
    found = search_prepared(*sides)
    seconds = time.perf_counter() - started
    return {
        "source sentences": len(sides[0]),
        "target sentences": len(sides[1]),
        "strict F1": metrics.evaluate({"": gold}, {"": found}).overall.strict.f1,
        "search seconds": seconds,
        "search peak MB": peak_megabytes(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", type=Path)
    parser.add_argument("--size", type=int)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    print(
        json.dumps(
            encode(arguments.size, arguments.folder, arguments.place) if arguments.size else measure(arguments.place)
        )
    )
