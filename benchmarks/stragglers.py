"""Simulate a corpus on many cores: how much slow documents and slow nodes cost, by the order of the work.

    python -m benchmarks.stragglers

The time of a document is drawn from a lognormal distribution (most are short, a few are books); a share of the
nodes runs at half or a tenth of the speed. Work is shared out as on Ray here, the next document to the first free core,
or in equal parts before the start, as with jobs of an array. Given is the time to the end over the least time that is
possible with the speed of all cores. Results are in docs/scale.md.
"""

import heapq
import random
from statistics import mean

DOCUMENTS = 80_000
SIGMA = 1.3  # of the logarithm: the mean is 2.3 times the median, one in a thousand is 55 times the median
RUNS = 5


def durations(chance: random.Random, count: int) -> list[float]:
    return [chance.lognormvariate(0.0, SIGMA) for _ in range(count)]


def speeds(chance: random.Random, cores: int, slow: float, factor: float) -> list[float]:
    """The speed of each core; all 8 cores of a node are equal."""
    nodes = [factor if chance.random() < slow else 1.0 for _ in range(-(-cores // 8))]
    return [nodes[core // 8] for core in range(cores)]


def pulled(work: list[float], speed: list[float]) -> float:
    """The end where each core takes the next document when it is free."""
    free = [(0.0, core) for core in range(len(speed))]
    heapq.heapify(free)
    end = 0.0
    for one in work:
        at, core = heapq.heappop(free)
        at += one / speed[core]
        end = max(end, at)
        heapq.heappush(free, (at, core))
    return end


def shared_out(work: list[float], speed: list[float]) -> float:
    """The end where every core has every n-th document from the start."""
    count = len(speed)
    return max(sum(work[core::count]) / speed[core] for core in range(count))


def main() -> None:
    print("| cores | slow nodes | equal parts | next to the free core | the same, longest first |")
    print("|---:|---|---:|---:|---:|")
    for cores in (8, 64, 512):
        for slow, factor, name in ((0.0, 1.0, "none"), (0.1, 0.5, "10 % at half speed"), (0.02, 0.1, "2 % at a tenth")):
            rows = []
            for seed in range(RUNS):
                chance = random.Random(seed)
                work, speed = durations(chance, DOCUMENTS), speeds(chance, cores, slow, factor)
                least = sum(work) / sum(speed)
                rows.append((shared_out(work, speed) / least, pulled(work, speed) / least,
                             pulled(sorted(work, reverse=True), speed) / least))  # fmt: skip
            cells = " | ".join(f"{mean(row[column] for row in rows):.2f}" for column in range(3))
            print(f"| {cores} | {name} | {cells} |")


if __name__ == "__main__":
    main()
