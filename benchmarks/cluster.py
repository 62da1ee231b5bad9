"""Batches and corpora on Ray: speed with one and two workers against processes, and runs that lose a node.

    python -m benchmarks.cluster speed [--pairs 2000]
    python -m benchmarks.cluster lost [--seeds 20]
    python -m benchmarks.cluster idle          what Ray costs for an item on which nothing is done

The pairs are made of the parallel blocks of `maint-guide` and `un`, some twenty in each. Beside the time by the clock,
which other programs on the machine lengthen, the CPU time of all processes is given. Results are in docs/scale.md.
"""

import argparse
import hashlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tm.jobs.batch import run
from tm.jobs.cluster import ClusterOptions, connected
from tm.jobs.manifest import read_manifest
from tm.jobs.workers import Loaded

SHARED = Path(os.environ.get("DUIYI_SHARED", Path(__file__).resolve().parents[2] / "shared"))
BLOCKS = 20  # in a pair
_TICKS = os.sysconf("SC_CLK_TCK")


def blocks() -> list[tuple[str, str]]:
    """The parallel blocks of both books."""
    found = []
    for name in ("maint-guide", "un"):
        for line in (SHARED / "data" / name / "gold.tsv").read_text("utf-8").splitlines()[1:]:
            cells = line.split("\t")
            texts = [cell for cell in cells if len(cell) > 12][:2]
            if len(texts) == 2:
                found.append((texts[0], texts[1]))
    return found


def make(folder: Path, count: int) -> Path:
    """A manifest of ``count`` pairs in ``folder``."""
    material = blocks()
    rows = ["source\ttarget\toutput"]
    for number in range(count):
        at = number * 7 % (len(material) - BLOCKS)
        for side, language in enumerate(("zh", "en")):
            path = folder / language / f"{number:04}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n\n".join(pair[side] for pair in material[at : at + BLOCKS]) + f"\n\n{number}\n", "utf-8")
        rows.append(f"zh/{number:04}.txt\ten/{number:04}.txt\tout/{number:04}.tmx")
    manifest = folder / "pairs.tsv"
    manifest.write_text("\n".join(rows) + "\n", "utf-8")
    return manifest


def cpu() -> float:
    """The CPU seconds of this process and all its descendants."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        used[pid] = sum(map(int, fields[11:15])) / _TICKS
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return sum(used.get(pid, 0.0) for pid in own)


def speed(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        pairs = read_manifest(make(Path(name), count))
        for kind, workers in (("processes", 1), ("ray", 1), ("processes", 2), ("ray", 2)):
            nodes = ClusterOptions(workers=workers) if kind == "ray" else None
            before, started, first = cpu(), time.perf_counter(), 0.0
            with closing(run(pairs, workers=workers, cluster=nodes)) as outcomes:
                states = []
                for outcome in outcomes:
                    first = first or time.perf_counter()
                    states.append(outcome.state)
                    if len(states) == len(pairs):
                        wall, work = time.perf_counter() - started, cpu() - before
                        rest = time.perf_counter() - first
            load = os.getloadavg()[0]
            done = f"{states.count('done')} of {len(pairs)} done"
            times = f"{wall:7.1f} s ({rest:.1f} s after the first pair), CPU {work:7.1f} s"
            print(f"{kind:10} {workers}: {times}, load {load:.1f}, {done}", flush=True)


def nothing(item: int, loaded: Loaded) -> int:
    return item


def idle(count: int) -> None:
    with connected(ClusterOptions(workers=2)) as cluster:
        list(cluster.spread(range(20), nothing, lambda item, why: item))
        before, started = cpu(), time.perf_counter()
        list(cluster.spread(range(count), nothing, lambda item, why: item))
        print(f"{count} items: {1000 * (time.perf_counter() - started) / count:.2f} ms and "
              f"{1000 * (cpu() - before) / count:.2f} ms of CPU each, load {os.getloadavg()[0]:.1f}")  # fmt: skip


def checksum(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def add(cluster: Any, count: int, settings: dict[str, Any]) -> None:
    """Add nodes of one core until there are ``count``; a busy machine does not always start one in time."""
    while len(cluster.worker_nodes) < count:
        with suppress(Exception):
            cluster.add_node(num_cpus=1, **settings)


def lost(seeds: int, count: int) -> None:
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0", PYTHONSAFEPATH="1")
    from ray.cluster_utils import Cluster

    from tm.corpus.build import build_corpus
    from tm.corpus.options import CorpusOptions

    more: dict[str, Any] = {"object_store_memory": 80_000_000, "include_dashboard": False, "memory": 8_000_000_000}
    options = CorpusOptions(formats=("jsonl", "parquet", "tmx"), skip=("pair",), part=100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, count)
        build_corpus([folder / "zh", folder / "en"], folder / "alone", options=options)
        expected = checksum(folder / "alone")
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **more})
        add(cluster, 2, more)
        same = 0
        for seed in range(seeds):
            chance = random.Random(seed)
            moment = chance.randrange(count)
            when: list[str] = []

            def follow(step: str, results: Iterator[Any], total: int, moment: int = moment, chance: Any = chance,
                       when: list[str] = when) -> Iterator[Any]:  # fmt: skip
                if step != "aligning" and not when and moment >= count - 2:
                    when.append(step)
                    cluster.remove_node(chance.choice(sorted(cluster.worker_nodes, key=str)), allow_graceful=False)
                for number, result in enumerate(results):
                    if step == "aligning" and number == moment and not when:
                        when.append(f"aligning {number}")
                        cluster.remove_node(chance.choice(sorted(cluster.worker_nodes, key=str)), allow_graceful=False)
                    yield result

            place = folder / f"seed-{seed}"
            build_corpus([folder / "zh", folder / "en"], place, options=options, follow=follow,
                         cluster=ClusterOptions(cluster.address, memory=1_000_000_000))  # fmt: skip
            found = checksum(place)
            same += found == expected
            verdict = "identical" if found == expected else "DIFFERENT"
            print(f"seed {seed}: node lost at {when[0]}: {verdict}", flush=True)
            add(cluster, 2, more)
        print(f"{same} of {seeds} identical to the run without a cluster")
        cluster.shutdown()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["speed", "lost", "idle"])
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    if given.what == "speed":
        speed(given.pairs)
    elif given.what == "idle":
        idle(given.pairs)
    else:
        lost(given.seeds, min(given.pairs, 12))
    sys.exit(0)
