"""The bead search: two sequences of texts in, beads out; paragraphs and sentences alike.

Three steps. A coarse path through single vectors gives a band (`align.band`); every bead in the band gets a score
(`align.scoring`), with thorough encoders after an alignment of clauses (`align.boundaries`); and the lattice of all
segmentations (`align.lattice`) gives each bead its probability and the path with the most beads expected to be right.
Every unit stands in exactly one bead, beads come in order, and time and
memory are linear in the number of units.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from align.alignment import Bead
from align.band import Window, cover
from align.boundaries import HALF_WIDTH, SHAPES, BoundaryProbabilities, as_units, seams
from align.lattice import Arc, Lattice, best_path, posteriors
from align.scoring import IMPOSSIBLE, PreparedPair, Shape, pair_up, score, shapes
from align.spans import PreparedSide, prepare
from align.weights import clause_weights, known, weights
from corpora.errors import UsageError
from models.encoder import Encoder

__all__ = ["SearchOptions", "find_seams", "pair_in_band", "search", "search_prepared"]

Floats = NDArray[np.float32]

_THREADS = 2


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How the search is done.

    ``unit``: what the texts are; it chooses the trained weights.
    ``max_source``, ``max_target``: the most units on one side of a bead; ``max_size``: on both together.
    ``half_width``: how far the search looks to either side of the coarse path, in units.
    ``caution``: what a bead must be worth to be drawn, as a probability: the path maximises the sum of (probability
    of the bead - caution), so that a higher value draws fewer and larger beads. Half of the F1 that is hoped for
    maximises expected F1.
    ``clauses``: parts of units are heard too (`align.clauses`).
    ``weights``: weights of the features of `align.scoring` in place of the trained ones; ``clause_weights``: those for
    clauses aligned as units, which go with them (`align.boundaries`), None for no such alignment.
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
        """Settings for whole paragraphs: beads are mostly one to one, and omissions common."""
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
    """Align ``source`` with ``target``; ids are positions. See `search_prepared` for the rest."""
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
) -> list[Bead]:
    """Align two prepared sides; a side that was prepared once may be cut with slices and searched in pieces.

    ``anchors`` are places that no bead may straddle, in order: ``(i, j)`` says that the first i source units answer
    to the first j target units. With the borders of aligned paragraphs as anchors, one call aligns the sentences of a
    whole document. ``bonus[i, j]`` is added to the score of every bead that holds source unit i and target unit j,
    in logarithms of odds: 2.0 makes it some seven times as likely.

    Every unit stands in exactly one bead; beads come in order; ``score`` is the probability that the bead is right.
    Raises `UsageError` for anchors out of order or outside.
    """
    options = options or SearchOptions()
    nodes = _checked(anchors, len(source), len(target))
    if nodes[-1] == (0, 0):
        return []
    # The products are many and small: threads would spend more time waiting for each other than they save.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        return _search(source, target, options, nodes, bonus)


def _search(
    source: PreparedSide,
    target: PreparedSide,
    options: SearchOptions,
    nodes: Sequence[tuple[int, int]],
    bonus: Mapping[tuple[int, int], float] | None,
) -> list[Bead]:
    types = shapes(min(options.max_source, source.width), min(options.max_target, target.width), options.max_size)
    chosen = options.weights
    if chosen is None:
        chosen = weights(options.unit, source.encoder)
    rescale = options.weights is None and not known(options.unit, source.encoder)
    pair, covering = pair_in_band(source, target, nodes, options.half_width, rescale=rescale)
    pair = replace(pair, seams=find_seams(source, target, options, nodes))
    lattice = Lattice(types, covering, _scores(pair, covering, types, nodes, chosen, bonus))
    # What a bead is worth: the probability that it is right, less what drawing it costs in precision.
    # It takes the place of the scores, which for a long text are most of the memory.
    worth = posteriors(lattice, out=lattice.scores)
    possible = worth > 0
    _pool_omissions(worth, lattice)
    worth -= np.float32(options.caution)
    worth[~possible] = IMPOSSIBLE
    path = best_path(lattice)
    return [_bead(arc, float(worth[lattice.at(arc)]) + options.caution) for arc in path]


def pair_in_band(
    source: PreparedSide,
    target: PreparedSide,
    nodes: Sequence[tuple[int, int]],
    half_width: int,
    *,
    rescale: bool = False,
) -> tuple[PreparedPair, list[Window]]:
    """Pair two sides, lengths compared where the coarse path omits nothing, and cover that path with windows."""
    band = cover(source.vectors[0].astype(np.float32), target.vectors[0].astype(np.float32), nodes, half_width)
    return pair_up(source, target, kept=(band.source_kept, band.target_kept), rescale=rescale), band.windows


def find_seams(
    source: PreparedSide, target: PreparedSide, options: SearchOptions, nodes: Sequence[tuple[int, int]]
) -> BoundaryProbabilities | None:
    """Align the clauses of both sides between the anchors ``nodes``; None where there are no weights for that."""
    chosen = options.clause_weights
    if options.weights is None:
        chosen = clause_weights(options.unit, source.encoder)
    if chosen is None or source.clauses is None or target.clauses is None or not len(source) or not len(target):
        return None
    sides = as_units(source, source.clauses), as_units(target, target.clauses)
    starts = source.clauses.starts, target.clauses.starts
    finer = [(int(starts[0][i]), int(starts[1][j])) for i, j in nodes]
    types = shapes(*SHAPES)
    pair, covering = pair_in_band(*sides, finer, HALF_WIDTH)
    return seams(Lattice(types, covering, _scores(pair, covering, types, finer, chosen)), starts)


def _pool_omissions(probabilities: Floats, lattice: Lattice) -> None:
    """Give every arc that omits a unit the probability that the unit is omitted, wherever the other side stands then.

    Two omissions side by side can be drawn in either order, which splits their probability among arcs that
    stand for one and the same bead.
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
    """Return the anchors with both ends of the plane, each once."""
    nodes = [(0, 0)]
    for node in (*anchors, (n, m)):
        if node[0] < nodes[-1][0] or node[1] < nodes[-1][1] or node[0] > n or node[1] > m:
            raise UsageError(f"the anchor {node} lies out of order or outside {n} by {m} units")
        if node != nodes[-1]:
            nodes.append(node)
    return nodes


def _scores(
    pair: PreparedPair,
    covering: Sequence[Window],
    types: tuple[Shape, ...],
    nodes: Sequence[tuple[int, int]],
    chosen: Mapping[str, float],
    bonus: Mapping[tuple[int, int], float] | None = None,
) -> Floats:
    """Return the scores ``[types, nodes]`` of all arcs, as `Lattice` wants them."""
    walls = _AnchorIntervals(nodes) if len(nodes) > 2 else None
    sizes = [(window.last - window.first) * (window.right - window.left) for window in covering]
    ends = np.cumsum(sizes)
    found = np.empty((len(types), int(ends[-1])), np.float32)

    def fill(number: int) -> None:
        window = covering[number]
        scores = score(pair, window, types, chosen)
        if bonus:
            _add_bonus(scores, window, types, bonus)
        if walls:
            walls.close(scores, window, types)
        found[:, ends[number] - sizes[number] : ends[number]] = scores.reshape(len(types), -1)

    # Windows know nothing of each other, and half of their work is done without the interpreter.
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(fill, range(len(covering))):
            pass
    return found


class _AnchorIntervals:
    """The pieces between anchors: a bead must lie within one of them."""

    def __init__(self, nodes: Sequence[tuple[int, int]]) -> None:
        n, m = nodes[-1]
        #: The piece of every unit; for a source unit also the first and the last node column of its piece.
        self.source = np.full(n + 1, -1)
        self.target = np.full(m + 1, -2)
        self.left, self.right = np.zeros(n + 1, np.int64), np.full(n + 1, m)
        self.top, self.bottom = np.zeros(m + 1, np.int64), np.full(m + 1, n)
        for piece, ((top, left), (bottom, right)) in enumerate(pairwise(nodes)):
            self.source[top:bottom] = piece
            self.target[left:right] = piece
            self.left[top:bottom], self.right[top:bottom] = left, right
            self.top[left:right], self.bottom[left:right] = top, bottom

    def close(self, scores: Floats, window: Window, types: tuple[Shape, ...]) -> None:
        """Make the arcs of ``window`` that straddle a wall impossible."""
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
