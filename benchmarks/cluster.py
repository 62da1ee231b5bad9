"""Batches and corpora on Ray: speed with one and two workers against processes; runs that lose a node.

    python -m benchmarks.cluster speed [--pairs 2000] [--rounds 1]
    python -m benchmarks.cluster lost [--seeds 20]
    python -m benchmarks.cluster idle          what Ray costs for an item on which nothing is done

The pairs are made of the parallel blocks of `maint-guide` and `un`, some twenty in each. Other programs lengthen the
time by the clock. So the pairs are done in rounds, in each of which every way has its turn, and three times are
given: by the clock; the same less what the workers waited for a core, as Linux counts it; and the CPU time of all
processes; each for a pair, after the start. Results are in docs/scale.md.
"""

import argparse
import hashlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from statistics import mean
from typing import Any

from tm.jobs.batch import run
from tm.jobs.cluster import ClusterOptions, connected
from tm.jobs.manifest import FilePair, read_manifest
from tm.jobs.workers import Loaded

SHARED = Path(os.environ.get("DUIYI_SHARED", Path(__file__).resolve().parents[2] / "shared"))
BLOCKS = 20  # in a pair
FIRST = 6  # pairs until which all workers have started
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


def processes() -> dict[int, tuple[float, float]]:
    """This process and all its descendants: CPU seconds, and seconds that the main thread waited for a core."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
            waited = int(path.with_name("schedstat").read_text("ascii").split()[1]) / 1e9
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        used[pid] = sum(map(int, fields[11:15])) / _TICKS, waited
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return {pid: used[pid] for pid in own if pid in used}


def cpu() -> float:
    """The CPU seconds of this process and all its descendants."""
    return sum(used for used, _ in processes().values())


def timed(pairs: Sequence[FilePair], kind: str, workers: int) -> tuple[tuple[float, ...], float]:
    """For a pair, after the workers have started: seconds by the clock, those without waiting, those of CPU.

    And the CPU time to start, with the first pairs.
    """
    nodes = ClusterOptions(workers=workers) if kind == "ray" else None
    began = cpu()
    with closing(run(pairs, workers=workers, cluster=nodes)) as outcomes:
        for number, outcome in enumerate(outcomes, 1):
            if outcome.state == "failed":
                print(outcome.message)
            if number == FIRST:
                before, started = processes(), time.perf_counter()
            if number == len(pairs):  # before the processes end, of which the figures would be lost
                wall, after = time.perf_counter() - started, processes()
    changes = sorted(
        ((now - before.get(pid, (0.0, 0.0))[0], waited - before.get(pid, (0.0, 0.0))[1])
         for pid, (now, waited) in after.items()), reverse=True
    )  # fmt: skip
    alone = wall - mean(waited for _, waited in changes[:workers])
    count = len(pairs) - FIRST
    return (wall / count, alone / count, sum(used for used, _ in changes) / count), sum(
        used for used, _ in before.values()
    ) - began


def speed(count: int, rounds: int) -> None:
    os.environ.update(RAY_worker_niceness="0")  # as that of the processes; by default Ray lets its workers yield
    ways = [("processes", 1), ("ray", 1), ("processes", 2), ("ray", 2)]
    times: dict[tuple[str, int], list[tuple[float, ...]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        pairs = read_manifest(make(Path(name), count))
        for number in range(rounds):
            for way in ways if number % 2 == 0 else ways[::-1]:
                found, start = timed(pairs[number::rounds], *way)
                times[way].append(found)
                text = "{:.3f} s by the clock, {:.3f} s without waiting, {:.3f} s of CPU".format(*found)
                load = os.getloadavg()[0]
                print(
                    f"round {number + 1}, {way[0]} {way[1]}: {text}; start {start:.1f} s of CPU, load {load:.1f}",
                    flush=True,
                )
    for column, what in enumerate(("by the clock", "without waiting", "CPU")):
        all_of = {way: mean(found[column] for found in times[way]) for way in ways}
        gain = all_of["ray", 1] / all_of["ray", 2]
        over = [all_of["ray", workers] / all_of["processes", workers] - 1 for workers in (1, 2)]
        print(
            f"{what}: ray 2 is {gain:.2f} times as fast as ray 1; over processes {over[0]:+.1%} (1), {over[1]:+.1%} (2)"
        )


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
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    if given.what == "speed":
        speed(given.pairs, given.rounds)
    elif given.what == "idle":
        idle(given.pairs)
    else:
        lost(given.seeds, min(given.pairs, 12))
    sys.exit(0)
