"""Correct an alignment by the way through a third language.

Where the beads of A and C differ from those of A and B joined with those of B and C, one of the three alignments is
wrong. Both ways have places in common that no bead crosses; between two of these the beads that are the more probable
ones, by the length of their text, are taken. The way through B counts with the product of its two scores, so that it
needs to be clearly better.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from align.alignment import Alignment, Bead

__all__ = ["corrected"]

_BETTER = 0.1  # by which the way through the third language must be more probable

Place = tuple[int, int]


def corrected(
    direct: Sequence[Bead], first: Sequence[Bead], second: Sequence[Bead], alignment: Alignment
) -> tuple[list[Bead], int]:
    """Return the beads of ``direct``, corrected by those of ``first`` (source to third) and ``second`` (third to
    target), and the number of passages that were changed.

    ``alignment`` is that of source and target. Where something was moved in one of them, all stays as it is.
    """
    if any(bead.found_by == "moved" for bead in (*direct, *first, *second)):
        return list(direct), 0
    ways = _places(direct), _through(_places(first), _places(second))
    common = sorted(set(ways[0]) & set(ways[1]))
    beads: list[Bead] = []
    changed = 0
    for low, high in pairwise([(0, 0), *common]):
        ours = _between(ways[0], low, high)
        theirs = _between(ways[1], low, high)
        if ours != theirs:
            other = [
                Bead(tuple(range(i, k)), tuple(range(j, m)), ways[1][k, m], "search")
                for (i, j), (k, m) in pairwise([low, *theirs])
            ]
            kept = _beads_between(direct, low, high)
            if _worth(other, alignment) > _worth(kept, alignment) + _BETTER:
                beads += other
                changed += 1
                continue
        beads += _beads_between(direct, low, high)
    done = {i for bead in beads for i in bead.source}, {j for bead in beads for j in bead.target}
    beads += [
        bead for bead in direct if not done[0].intersection(bead.source) and not done[1].intersection(bead.target)
    ]
    return [replace(bead, score=min(bead.score, 1.0)) for bead in beads], changed


def _places(beads: Iterable[Bead]) -> dict[Place, float]:
    """Return the place behind each bead, with the score of the bead that ends there."""
    places: dict[Place, float] = {}
    i = j = 0
    for bead in beads:
        i, j = max([i, *(k + 1 for k in bead.source)]), max([j, *(k + 1 for k in bead.target)])
        places[i, j] = bead.score
    return places


def _through(first: dict[Place, float], second: dict[Place, float]) -> dict[Place, float]:
    """Return the places of source and target that the third language joins, with the products of the scores."""
    by_third: dict[int, list[tuple[int, float]]] = {}
    for (k, j), score in second.items():
        by_third.setdefault(k, []).append((j, score))
    found: dict[Place, float] = {}
    for (i, k), score in first.items():
        for j, other in by_third.get(k, ()):
            found[i, j] = max(found.get((i, j), 0.0), score * other)
    # Of several places with one source or target end, an increasing sequence is kept.
    kept: dict[Place, float] = {}
    last = (0, 0)
    for place in sorted(found):
        if place[0] >= last[0] and place[1] >= last[1]:
            kept[place] = found[place]
            last = place
    return kept


def _between(places: Iterable[Place], low: Place, high: Place) -> list[Place]:
    return [place for place in sorted(places) if low < place <= high]


def _beads_between(beads: Sequence[Bead], low: Place, high: Place) -> list[Bead]:
    return [
        bead
        for bead in beads
        if all(low[0] <= i < high[0] for i in bead.source) and all(low[1] <= j < high[1] for j in bead.target)
    ]


def _worth(beads: Sequence[Bead], alignment: Alignment) -> float:
    """Return the mean score of ``beads``, weighted by the length of their texts."""
    lengths = [sum(map(len, (*alignment.source_texts(bead), *alignment.target_texts(bead)))) for bead in beads]
    return sum(n * bead.score for n, bead in zip(lengths, beads, strict=True)) / max(sum(lengths), 1)
