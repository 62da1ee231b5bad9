"""Find text that is in another place on the other side, before the monotone search.

A monotone search cannot align a chapter that was moved, and misaligns the text around it. So the documents are first
cut into regions: pairs of a source range and a target range within which the order is the same. Seeds are pairs of
units that are each other's nearest neighbours by a clear margin; seeds on nearby diagonals are chained, as genome
aligners do (Li 2018, "Minimap2", section 2.1.2, with a bounded look-back). Where chains are in a different order on the
two sides, the documents are cut between them, where the neighbouring units fit best. A single unit that was moved makes
no chain; `pair_leftovers` finds it among the units that the search left unaligned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corpora.arguments import checked_class
from models.encoder import Vectors

__all__ = ["MovedOptions", "Region", "Seed", "heaviest_increasing", "pair_leftovers", "regions", "seeds", "spacing"]

_COSINES = 8_000_000  # cosines computed at once: 32 MB
_FEWEST = 64  # source units that are always sampled, however long the other side is


@checked_class
@dataclass(frozen=True, slots=True)
class MovedOptions:
    """How much evidence is needed that text was moved.

    ``min_margin``: of a seed over the second best on both sides (cosine). ``max_gap``: units between two seeds of a
    chain. ``max_drift``: how far a chain may deviate from its diagonal, per unit, beyond ``free_drift`` units.
    ``min_seeds``: of a chain out of order, unless their weights sum to ``min_weight``. ``max_opposition``: the weight
    of contradicting seeds, as a share of the chain's. ``max_comparisons``: with more, units are sampled.
    ``min_cosine_alone``, ``min_margin_alone``: for one unit alone to be paired out of order.
    """

    min_margin: float = 0.03
    max_gap: int = 15
    max_drift: float = 0.25
    free_drift: int = 3
    min_seeds: int = 3
    min_weight: float = 0.9
    max_opposition: float = 0.3
    max_comparisons: int = 250_000_000
    min_cosine_alone: float = 0.62
    min_margin_alone: float = 0.12


@dataclass(frozen=True, slots=True)
class Seed:
    """Source unit ``source`` corresponds to target unit ``target``; ``weight`` is a cosine margin."""

    source: int
    target: int
    weight: float


@dataclass(frozen=True, slots=True)
class Region:
    """A range of source units and the corresponding range of target units; one of them may be empty.

    ``moved`` is true where the target range does not follow that of the regions before it, ``given`` where the layout
    of a file says that the two correspond.
    """

    source: range
    target: range
    moved: bool = False
    given: bool = False


def seeds(
    source: Vectors,
    target: Vectors,
    options: MovedOptions = MovedOptions(),
    *,
    source_lengths: Sequence[int] | None = None,
) -> list[Seed]:
    """Return pairs of units that are each other's nearest by ``options.min_margin``, in source order.

    ``source`` and ``target`` are vectors of shape ``[n, d]`` and ``[m, d]``, rows of length 1 or zero. Where n
    times m exceeds ``options.max_comparisons``, source units are sampled at even distances, the longest of each
    neighbourhood by ``source_lengths``. Memory is linear in n and m.
    """
    n, m = len(source), len(target)
    if not n or not m:
        return []
    rows = _sample(n, max(options.max_comparisons // m, _FEWEST), source_lengths)
    rows = rows[np.abs(source[rows]).max(axis=1, initial=0.0) > 0]
    if not len(rows):
        return []
    best, first, second = _nearest(source[rows], target)
    columns = np.unique(best)
    back, top, runner_up = _nearest(target[columns], source)
    place = np.searchsorted(columns, best)
    weight = np.minimum(first - second, top[place] - runner_up[place])
    mutual = (back[place] == rows) & (weight >= options.min_margin)
    return [Seed(int(rows[k]), int(best[k]), float(weight[k])) for k in np.flatnonzero(mutual)]


def spacing(n: int, m: int, options: MovedOptions = MovedOptions()) -> float:
    """Return the mean distance between the source units that `seeds` samples, for ``n`` by ``m`` units."""
    return max(1.0, n / max(options.max_comparisons // max(m, 1), _FEWEST))


def _sample(n: int, most: int, lengths: Sequence[int] | None) -> NDArray[np.int64]:
    if n <= most:
        return np.arange(n)
    edges = np.linspace(0, n, most + 1).astype(np.int64)
    if lengths is None:
        return edges[:-1]
    sizes = np.asarray(lengths)
    return np.array([low + int(sizes[low:high].argmax()) for low, high in pairwise(edges)])


def _nearest(queries: Vectors, keys: Vectors) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Return the nearest key of every query, its cosine, and the cosine of the second nearest, -1 for none."""
    n = len(queries)
    best = np.empty(n, np.int64)
    first = np.empty(n, np.float32)
    second = np.full(n, -1.0, np.float32)
    step = max(1, _COSINES // len(keys))
    for low in range(0, n, step):
        cosines = queries[low : low + step] @ keys.T
        rows = np.arange(len(cosines))
        best[low : low + step] = cosines.argmax(axis=1)
        first[low : low + step] = cosines[rows, best[low : low + step]]
        if len(keys) > 1:
            cosines[rows, best[low : low + step]] = -1.0
            second[low : low + step] = cosines.max(axis=1)
    return best, first, second


def regions(
    source: Vectors,
    target: Vectors,
    found: Iterable[Seed],
    options: MovedOptions = MovedOptions(),
    *,
    spacing: float = 1.0,
) -> tuple[Region, ...]:
    """Cut both documents into regions that keep order inside, in source order.

    The regions cover every unit of both sides exactly once; if nothing was moved, there is one region. ``found`` are
    the seeds of these units, possibly with more from other evidence; ``spacing`` is the distance between sampled units.
    """
    n, m = len(source), len(target)
    cores = _cores(_merged(found), options, spacing)
    if len(cores) < 2:
        return (Region(range(n), range(m)),)
    order = sorted(range(len(cores)), key=lambda k: cores[k].target.start)
    rank = {k: place for place, k in enumerate(order)}
    # The gaps between a core and the next one on each side; the key of a gap is the core before it, -1 for the first.
    source_gap = {k: range(a, b) for k, (a, b) in enumerate(_gaps([core.source for core in cores], n), start=-1)}
    target_gap = {k: range(a, b) for k, (a, b) in enumerate(_gaps([cores[k].target for k in order], m), start=-1)}
    last = len(cores) - 1
    source_cuts = [0]
    for k in range(last):
        after, before = target_gap[rank[k]], target_gap[rank[k + 1] - 1]
        source_cuts.append(_cut(source, source_gap[k], target, after, before))
    target_cuts = [0]
    for place in range(last):
        p, q = order[place], order[place + 1]
        target_cuts.append(_cut(target, target_gap[place], source, source_gap[p], source_gap[q - 1]))
    source_cuts.append(n)
    target_cuts.append(m)
    main = heaviest_increasing([rank[k] for k in range(len(cores))], [core.weight for core in cores])
    return tuple(
        Region(
            range(source_cuts[k], source_cuts[k + 1]),
            range(target_cuts[rank[k]], target_cuts[rank[k] + 1]),
            k not in main,
        )
        for k in range(len(cores))
    )


def _merged(found: Iterable[Seed]) -> list[Seed]:
    """Return the seeds in order, those of one pair as one: a second one beside the backbone would lengthen a chain."""
    weights: dict[tuple[int, int], float] = {}
    for seed in found:
        weights[seed.source, -seed.target] = weights.get((seed.source, -seed.target), 0.0) + seed.weight
    return [Seed(source, -target, weight) for (source, target), weight in sorted(weights.items())]


@dataclass(frozen=True, slots=True)
class _Core:
    """Seeds that are neighbours on both sides: the certain part of a region."""

    source: range
    target: range
    weight: float


def _cores(found: list[Seed], options: MovedOptions, spacing: float) -> list[_Core]:
    """Return the runs of trusted seeds that are contiguous on both sides, in source order."""
    trusted = sorted(_trusted(found, options, spacing), key=lambda seed: seed.source)
    place = {seed: k for k, seed in enumerate(sorted(trusted, key=lambda seed: seed.target))}
    cores: list[_Core] = []
    start = 0
    for k in range(1, len(trusted) + 1):
        if k < len(trusted) and place[trusted[k]] == place[trusted[k - 1]] + 1:
            continue
        run = trusted[start:k]
        cores.append(
            _Core(
                range(run[0].source, run[-1].source + 1),
                range(run[0].target, run[-1].target + 1),
                sum(seed.weight for seed in run),
            )
        )
        start = k
    return cores


def _trusted(found: list[Seed], options: MovedOptions, spacing: float) -> list[Seed]:
    """Return the heaviest seeds that are in order, and the chains out of order that few seeds contradict."""
    backbone = heaviest_increasing([seed.target for seed in found], [seed.weight for seed in found])
    kept = [seed for k, seed in enumerate(found) if k in backbone]
    for chain in _chains([seed for k, seed in enumerate(found) if k not in backbone], options, spacing):
        weight = sum(seed.weight for seed in chain)
        if len(chain) < options.min_seeds and weight < options.min_weight:
            continue
        low, high = chain[0], chain[-1]
        against = [
            seed
            for seed in kept
            if low.source <= seed.source <= high.source or low.target <= seed.target <= high.target
        ]
        if sum(seed.weight for seed in against) <= options.max_opposition * weight:
            excluded = set(against)
            kept = [seed for seed in kept if seed not in excluded] + chain
    return kept


def _chains(found: list[Seed], options: MovedOptions, spacing: float) -> list[list[Seed]]:
    """Return chains of seeds near one diagonal, the heaviest first; no seed is in two chains."""
    score = [seed.weight for seed in found]
    before: list[int | None] = [None] * len(found)
    for k, seed in enumerate(found):
        for j in range(k - 1, -1, -1):
            ahead, across = seed.source - found[j].source, seed.target - found[j].target
            if ahead > options.max_gap * spacing:
                break
            if (
                ahead < 1
                or across < 1
                or abs(ahead - across) > (options.free_drift + options.max_drift * ahead) * spacing
            ):
                continue
            if score[j] + seed.weight > score[k]:
                score[k], before[k] = score[j] + seed.weight, j
    used: set[int] = set()
    chains: list[list[Seed]] = []
    for k in sorted(range(len(found)), key=lambda k: -score[k]):
        chain: list[Seed] = []
        at: int | None = k
        while at is not None and at not in used:
            used.add(at)
            chain.append(found[at])
            at = before[at]
        if chain:
            chains.append(chain[::-1])
    return sorted(chains, key=lambda chain: -sum(seed.weight for seed in chain))


def heaviest_increasing(values: Sequence[int], weights: Sequence[float]) -> set[int]:
    """Return the positions of the strictly increasing subsequence of ``values`` with the largest ``weights``."""
    # A Fenwick tree over the ranks holds, for every rank, the best sum of a subsequence that ends at or below it.
    ranks = {value: rank for rank, value in enumerate(sorted(set(values)), start=1)}
    best: list[tuple[float, int]] = [(0.0, -1)] * (len(ranks) + 1)
    before: list[int] = []
    for position, (value, weight) in enumerate(zip(values, weights, strict=True)):
        at, found = ranks[value] - 1, (0.0, -1)
        while at:
            found = max(found, best[at])
            at -= at & -at
        before.append(found[1])
        entry, at = (found[0] + weight, position), ranks[value]
        while at < len(best):
            best[at] = max(best[at], entry)
            at += at & -at
    last = max(best)[1]
    chosen: set[int] = set()
    while last >= 0:
        chosen.add(last)
        last = before[last]
    return chosen


def _gaps(inner: Sequence[range], end: int) -> list[tuple[int, int]]:
    """Return the gaps before, between and after ranges in order: one more than there are ranges."""
    edges = [0, *(edge for one in inner for edge in (one.start, one.stop)), end]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _cut(units: Vectors, gap: range, others: Vectors, after: range, before: range) -> int:
    """Return where to cut ``gap``: units before the cut are similar to ``after``, those after it to ``before``.

    ``after`` are the units of the other side that follow the core before the gap, ``before`` those that precede the
    core after it. Without evidence for either, the whole gap stays with the core before it.
    """
    if not len(gap):
        return gap.start
    front, back = (
        (units[gap.start : gap.stop] @ others[side.start : side.stop].T).max(axis=1)
        if len(side)
        else np.zeros(len(gap), np.float32)
        for side in (after, before)
    )
    sums = np.concatenate([[0.0], np.cumsum(front - back)])
    return gap.start + len(gap) - int(sums[::-1].argmax())


def pair_leftovers(
    source: Vectors,
    target: Vectors,
    source_ids: Sequence[int],
    target_ids: Sequence[int],
    options: MovedOptions = MovedOptions(),
) -> list[tuple[int, int, float]]:
    """Pair units that the search left unaligned and that have no other similar unit.

    ``source_ids`` and ``target_ids`` are the unaligned units. The two units of a pair are each other's nearest
    neighbours among all units of both documents, by ``options.min_cosine_alone`` and
    ``options.min_margin_alone``. Returns (source, target, cosine).
    """
    if not source_ids or not target_ids:
        return []
    left, right = np.asarray(source_ids), set(target_ids)
    best, first, second = _nearest(source[left], target)
    clear = (first >= options.min_cosine_alone) & (first - second >= options.min_margin_alone)
    sure = [k for k in range(len(left)) if clear[k] and int(best[k]) in right]
    if not sure:
        return []
    back, top, runner_up = _nearest(target[best[sure]], source)
    return [
        (int(left[k]), int(best[k]), float(first[k]))
        for at, k in enumerate(sure)
        if back[at] == left[k] and top[at] - runner_up[at] >= options.min_margin_alone
    ]
