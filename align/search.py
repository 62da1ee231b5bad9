"""The bead search: two sequences of texts in, beads out, for paragraphs and for sentences.

A coarse path through single vectors gives a band (`align.band`). Every bead in the band gets a score (`align.scoring`),
with some encoders after an alignment of clauses (`align.boundaries`). The lattice of all segmentations
(`align.lattice`) gives the probability of each bead and the path with the most beads expected to be right. Every unit
is in exactly one bead, beads are in order, and time and memory are linear in the number of units.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from align.adaptation import Breaks, adapt
from align.alignment import Bead
from align.band import Window, cover
from align.boundaries import HALF_WIDTH, SHAPES, BoundaryProbabilities, as_units, boundary_probabilities
from align.correspondence import correspondence, with_correspondence
from align.lattice import Arc, Lattice, best_path, posteriors
from align.scoring import IMPOSSIBLE, PreparedPair, Shape, pair_up, score, shapes
from align.spans import PreparedSide, prepare
from align.weights import clause_weights, has_weights, weights
from corpora.arguments import checked_class
from corpora.errors import UsageError
from models.encoder import Encoder

__all__ = ["SearchOptions", "find_boundaries", "pair_in_band", "search", "search_prepared"]

Floats = NDArray[np.float32]

_THREADS = 2


@checked_class
@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How the search is done.

    ``unit``: what the texts are; it selects the trained weights.
    ``max_source``, ``max_target``: the most units on one side of a bead; ``max_size``: on both sides together.
    ``half_width``: how far from the coarse path the search looks, in units.
    ``caution``: the path maximises the sum of (probability of the bead - caution), so that a higher value gives fewer
    and larger beads. Half of the expected F1 maximises expected F1.
    ``clauses``: clauses are used as evidence (`align.clauses`).
    ``weights``: weights of the features of `align.scoring` in place of the trained ones; ``clause_weights``: weights
    for aligning clauses that go with them (`align.boundaries`), None for no such alignment.
    """

    unit: Literal["sentence", "paragraph"] = "sentence"
    max_source: int = 5
    max_target: int = 6
    max_size: int = 7
    half_width: int = 16
    caution: float = 0.45
    clauses: bool = True
    weights: Mapping[str, float] | None = None
    clause_weights: Mapping[str, float] | None = None

    @classmethod
    def paragraphs(cls) -> "SearchOptions":
        """Return the options for whole paragraphs, where beads are mostly one to one and omissions are common."""
        return cls(unit="paragraph", max_source=3, max_target=3, max_size=4, half_width=24)


def search(
    source: Sequence[str],
    target: Sequence[str],
    *,
    encoder: Encoder,
    source_lang: str,
    target_lang: str,
    options: SearchOptions | None = None,
    anchors: Sequence[tuple[int, int]] = (),
    bonus: Mapping[tuple[int, int], float] | None = None,
) -> list[Bead]:
    """Align ``source`` with ``target``; ids are positions. See `search_prepared`."""
    options = options or SearchOptions()
    return search_prepared(
        prepare(source, encoder=encoder, language=source_lang, width=options.max_source, by_clauses=options.clauses),
        prepare(target, encoder=encoder, language=target_lang, width=options.max_target, by_clauses=options.clauses),
        options=options,
        anchors=anchors,
        bonus=bonus,
    )


def search_prepared(
    source: PreparedSide,
    target: PreparedSide,
    *,
    options: SearchOptions | None = None,
    anchors: Sequence[tuple[int, int]] = (),
    bonus: Mapping[tuple[int, int], float] | None = None,
    breaks: Breaks | None = None,
) -> list[Bead]:
    """Align two prepared sides, which may be slices of larger ones.

    ``anchors`` are places that no bead may cross, in order: ``(i, j)`` says that the first i source units correspond
    to the first j target units. With the ends of aligned paragraphs as anchors, one call aligns the sentences of a
    whole document. ``bonus[i, j]`` is added to the score of every bead that holds source unit i and target unit j,
    in log-odds: 2.0 makes it some seven times as likely. ``breaks``: where paragraphs begin, which is evidence as far
    as both sides agree (`align.adaptation`).

    Every unit is in exactly one bead; beads are in order; ``score`` is the probability that the bead is right.
    Raises `UsageError` for anchors out of order or out of range.
    """
    options = options or SearchOptions()
    nodes = _checked(anchors, len(source), len(target))
    # The matrix products are many and small: the threads of BLAS would take more time than they save.
    with _threadpools().limit(limits=1, user_api="blas"):
        return _search(source, target, options, nodes, bonus, breaks)


@cache
def _threadpools() -> ThreadpoolController:
    return ThreadpoolController()  # finding the libraries takes longer than a small search


def _search(
    source: PreparedSide,
    target: PreparedSide,
    options: SearchOptions,
    nodes: Sequence[tuple[int, int]],
    bonus: Mapping[tuple[int, int], float] | None,
    breaks: Breaks | None,
) -> list[Bead]:
    types = shapes(min(options.max_source, source.width), min(options.max_target, target.width), options.max_size)
    feature_weights = options.weights
    if feature_weights is None:
        feature_weights = weights(options.unit, source.encoder)
    rescale = options.weights is None and not has_weights(options.unit, source.encoder)
    pair, windows = pair_in_band(source, target, nodes, options.half_width, rescale=rescale)
    pair = replace(pair, boundaries=find_boundaries(source, target, options, nodes))
    lattice = Lattice(types, windows, _scores(pair, windows, types, nodes, feature_weights, bonus))
    adapt(lattice, feature_weights, breaks)
    # The gain of a bead is its probability minus the caution. Gains overwrite the scores, which are most of the memory.
    gains = posteriors(lattice, out=lattice.scores)
    possible = gains > 0
    _pool_omissions(gains, lattice)
    gains -= np.float32(options.caution)
    gains[~possible] = IMPOSSIBLE
    path = best_path(lattice)
    beads = [_bead(arc, float(gains[lattice.at(arc)]) + options.caution) for arc in path]
    return with_correspondence(beads, correspondence(source, target, beads))


def pair_in_band(
    source: PreparedSide,
    target: PreparedSide,
    nodes: Sequence[tuple[int, int]],
    half_width: int,
    *,
    rescale: bool = False,
) -> tuple[PreparedPair, list[Window]]:
    """Pair two sides, with lengths measured outside long omissions, and cover their coarse path with windows."""
    band = cover(source.vectors[0].astype(np.float32), target.vectors[0].astype(np.float32), nodes, half_width)
    return pair_up(source, target, kept=(band.source_kept, band.target_kept), rescale=rescale), band.windows


def find_boundaries(
    source: PreparedSide, target: PreparedSide, options: SearchOptions, nodes: Sequence[tuple[int, int]]
) -> BoundaryProbabilities | None:
    """Align the clauses of both sides between the anchors ``nodes``; None without clauses or weights for them."""
    feature_weights = options.clause_weights
    if options.weights is None:
        feature_weights = clause_weights(options.unit, source.encoder)
    if (
        feature_weights is None
        or source.clauses is None
        or target.clauses is None
        or not len(source)
        or not len(target)
    ):
        return None
    sides = as_units(source, source.clauses), as_units(target, target.clauses)
    starts = source.clauses.starts, target.clauses.starts
    clause_nodes = [(int(starts[0][i]), int(starts[1][j])) for i, j in nodes]
    types = shapes(*SHAPES)
    pair, windows = pair_in_band(*sides, clause_nodes, HALF_WIDTH)
    return boundary_probabilities(
        Lattice(types, windows, _scores(pair, windows, types, clause_nodes, feature_weights)), starts
    )


def _pool_omissions(probabilities: Floats, lattice: Lattice) -> None:
    """Give every arc that omits a unit the probability that the unit is omitted at any place of the other side.

    Two adjacent omissions may come in either order, which splits the probability of one bead among several arcs.
    """
    added = np.zeros(int(lattice.right.max()) + 1, np.float64)
    for window, part in lattice.parts():
        shape = window.last - window.first, window.right - window.left
        dropped = probabilities[-2, part].reshape(shape)
        dropped[:] = dropped.sum(axis=1, keepdims=True)
        added[window.left : window.right] += probabilities[-1, part].reshape(shape).sum(axis=0)
    for window, part in lattice.parts():
        probabilities[-1, part] = np.tile(added[window.left : window.right], window.last - window.first)


def _checked(anchors: Sequence[tuple[int, int]], n: int, m: int) -> list[tuple[int, int]]:
    """Return the anchors with the first and the last node, each once."""
    nodes = [(0, 0)]
    for node in (*anchors, (n, m)):
        if node[0] < nodes[-1][0] or node[1] < nodes[-1][1] or node[0] > n or node[1] > m:
            raise UsageError(f"the anchor {node} is out of order or out of the range of {n} by {m} units")
        if node != nodes[-1]:
            nodes.append(node)
    return nodes


def _scores(
    pair: PreparedPair,
    windows: Sequence[Window],
    types: tuple[Shape, ...],
    nodes: Sequence[tuple[int, int]],
    feature_weights: Mapping[str, float],
    bonus: Mapping[tuple[int, int], float] | None = None,
) -> Floats:
    """Return the scores ``[types, nodes]`` of all arcs, for `Lattice`."""
    intervals = _AnchorIntervals(nodes) if len(nodes) > 2 else None
    sizes = [(window.last - window.first) * (window.right - window.left) for window in windows]
    ends = np.cumsum(sizes)
    found = np.empty((len(types), int(ends[-1])), np.float32)

    def fill(number: int) -> None:
        window = windows[number]
        scores = score(pair, window, types, feature_weights)
        if bonus:
            _add_bonus(scores, window, types, bonus)
        if intervals:
            intervals.close(scores, window, types)
        found[:, ends[number] - sizes[number] : ends[number]] = scores.reshape(len(types), -1)

    # Windows are independent, and half of the work releases the interpreter's lock.
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(fill, range(len(windows))):
            pass
    return found


class _AnchorIntervals:
    """The intervals between anchors: a bead must lie within one of them."""

    def __init__(self, nodes: Sequence[tuple[int, int]]) -> None:
        n, m = nodes[-1]
        #: The interval of every unit, and the first and the last node of the other side in that interval.
        self.source = np.full(n + 1, -1)
        self.target = np.full(m + 1, -2)
        self.left, self.right = np.zeros(n + 1, np.int64), np.full(n + 1, m)
        self.top, self.bottom = np.zeros(m + 1, np.int64), np.full(m + 1, n)
        for number, ((top, left), (bottom, right)) in enumerate(pairwise(nodes)):
            self.source[top:bottom] = number
            self.target[left:right] = number
            self.left[top:bottom], self.right[top:bottom] = left, right
            self.top[left:right], self.bottom[left:right] = top, bottom

    def close(self, scores: Floats, window: Window, types: tuple[Shape, ...]) -> None:
        """Make the arcs of ``window`` that cross an anchor impossible."""
        rows, columns = np.arange(window.first, window.last), np.arange(window.left, window.right)
        for number, (a, b) in enumerate(types):
            if not b:
                ok = (columns >= self.left[rows, None]) & (columns <= self.right[rows, None])
            elif not a:
                ok = (rows[:, None] >= self.top[columns]) & (rows[:, None] <= self.bottom[columns])
            else:
                last_row = np.minimum(rows + a - 1, len(self.source) - 1)
                last_column = np.minimum(columns + b - 1, len(self.target) - 1)
                ok = (
                    (self.source[rows, None] == self.target[columns])
                    & (self.source[rows] == self.source[last_row])[:, None]
                    & (self.target[columns] == self.target[last_column])
                )
            scores[number][~ok] = IMPOSSIBLE


def _add_bonus(
    scores: Floats, window: Window, types: tuple[Shape, ...], bonus: Mapping[tuple[int, int], float]
) -> None:
    reach_a, reach_b = max(a for a, _ in types), max(b for _, b in types)
    height, width = scores.shape[1] + reach_a, scores.shape[2] + reach_b
    plane = np.zeros((height + 1, width + 1))
    for (i, j), value in bonus.items():
        if 0 <= i - window.first < height and 0 <= j - window.left < width:
            plane[i - window.first + 1, j - window.left + 1] = value
    sums = plane.cumsum(axis=0).cumsum(axis=1)
    rows, columns = scores.shape[1], scores.shape[2]
    for number, (a, b) in enumerate(types):
        if a and b:
            scores[number] += (
                sums[a : a + rows, b : b + columns]
                - sums[:rows, b : b + columns]
                - sums[a : a + rows, :columns]
                + sums[:rows, :columns]
            )


def _bead(arc: Arc, probability: float) -> Bead:
    i, j, a, b = arc
    return Bead(
        tuple(range(i, i + a)),
        tuple(range(j, j + b)),
        min(max(probability, 0.0), 1.0),
        "search" if a and b else "omission",
    )
