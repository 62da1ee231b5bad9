"""The bead search: two sequences of texts in, beads out, for paragraphs and for sentences.

A coarse path through single vectors gives a band (`align.band`). Every bead in the band gets a score (`align.scoring`).
The lattice of all segmentations (`align.lattice`) gives the probability of each bead and the path with the most beads
expected to be right. What is undecided then is searched again, with more evidence (`align.cascade`): first an alignment
of clauses (`align.boundaries`), then, with some encoders, a second reading. Every unit is in exactly one bead, beads
are in order, and time and memory are linear in the number of units.
"""

import math
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
from align.band import Band, Window, cover
from align.boundaries import HALF_WIDTH, SHAPES, BoundaryProbabilities, as_units, boundary_probabilities
from align.cascade import CERTAIN, CERTAIN_AGAIN, Stretches, undecided
from align.correspondence import correspondence, with_correspondence
from align.lattice import Arc, Lattice, best_path, posteriors
from align.scoring import IMPOSSIBLE, PreparedPair, Shape, pair_up, score, shapes
from align.spans import PreparedSide, finer, prepare
from align.weights import clause_weights, has_weights, weights
from corpora.arguments import checked_class
from corpora.errors import UsageError
from models.encoder import Encoder

__all__ = ["SearchOptions", "find_boundaries", "pair_in_band", "search", "search_prepared"]

Floats = NDArray[np.float32]

_THREADS = 2
_FEWEST = 8  # undecided units of a side that a second encoder reads: its vectors are centred over them
# Of the sentences that are left alone with a probability of one half by the lattice, two in three have no counterpart:
# offset and slope of the log-odds, learned from chapters with and without omissions (Platt 1999).
_ALONE = 0.75, 0.67
_CHOICE = 0.1  # how doubtful it is that a unit has no counterpart that says the same as its neighbour, which has one


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
    ``every_pair``: the evidence for every pair in a bead counts, as that of the times of subtitles does; otherwise that
    of the pair with the most, as with headings and numbers, of which a bead needs only one.
    ``weights``: weights of the features of `align.scoring` in place of the trained ones; ``second_weights`` and
    ``clause_weights``: those that go with them for the second look at what is undecided (`align.cascade`), and for
    aligning its clauses (`align.boundaries`), None for no second look; ``finer_weights`` and ``finer_clause_weights``:
    the same for what a second encoder reads.
    """

    unit: Literal["sentence", "paragraph"] = "sentence"
    max_source: int = 5
    max_target: int = 6
    max_size: int = 7
    half_width: int = 16
    caution: float = 0.45
    clauses: bool = True
    every_pair: bool = False
    weights: Mapping[str, float] | None = None
    second_weights: Mapping[str, float] | None = None
    clause_weights: Mapping[str, float] | None = None
    finer_weights: Mapping[str, float] | None = None
    finer_clause_weights: Mapping[str, float] | None = None

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
    whole document. ``bonus[i, j]`` is added to the score of every bead that holds source unit i and target unit j (of
    several pairs the most, see `SearchOptions`), in log-odds: 2.0 makes it some seven times as likely. ``breaks``:
    where paragraphs begin, which is evidence as far as both sides agree (`align.adaptation`).

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
    feature_weights = weights(options.unit) if options.weights is None else options.weights
    rescale = options.weights is None and not has_weights(options.unit, source.encoder)
    pair, windows = pair_in_band(source, target, nodes, options.half_width, rescale=rescale)
    scores = _scores(pair, windows, types, nodes, feature_weights, bonus, every_pair=options.every_pair)
    lattice = Lattice(types, windows, scores)
    estimates = adapt(lattice, feature_weights, breaks)
    beads = _path(lattice, options.caution)
    del lattice, scores  # most of the memory
    certain = CERTAIN
    for look in (_by_clauses, _by_second_encoder) if source.finer else (_by_clauses,):
        stretches = undecided(beads, nodes, certain)
        more = look(pair, stretches, options, estimates.omissions)
        if more is not None:
            again, windows, feature_weights = more
            anchors = [(0, 0), *stretches.anchors]
            near = stretches.bonus(bonus)
            scores = _scores(again, windows, types, anchors, feature_weights, near, every_pair=options.every_pair)
            lattice = Lattice(types, windows, scores)
            adapt(lattice, feature_weights, stretches.breaks(breaks), estimates)
            beads = stretches.whole(_path(lattice, options.caution))
            certain = CERTAIN_AGAIN
    if options.unit == "sentence":
        beads = [bead if bead.source and bead.target else replace(bead, score=_alone(bead.score)) for bead in beads]
    beads = [_chosen(bead, beads[max(at - 1, 0) : at + 2], source, target) for at, bead in enumerate(beads)]
    return with_correspondence(beads, correspondence(source, target, beads))


def _path(lattice: Lattice, caution: float) -> list[Bead]:
    """Return the path with the most beads expected to be right; the scores of the lattice are overwritten."""
    # The gain of a bead is its probability minus the caution.
    gains = posteriors(lattice, out=lattice.scores)
    possible = gains > 0
    _pool_omissions(gains, lattice)
    gains -= np.float32(caution)
    gains[~possible] = IMPOSSIBLE
    return [_bead(arc, float(gains[lattice.at(arc)]) + caution) for arc in best_path(lattice)]


_Look = tuple[PreparedPair, list[Window], Mapping[str, float]]


def _by_clauses(
    pair: PreparedPair, stretches: Stretches, options: SearchOptions, omissions: Sequence[float]
) -> _Look | None:
    """Return the undecided ``stretches`` with their clauses aligned, and weights; None without weights for these."""
    if _clause_weights(pair.source, options) is None or not min(map(len, stretches.units)):
        return None
    anchors = [(0, 0), *stretches.anchors]
    again = pair.take(*stretches.units)
    windows = _band(again.source, again.target, anchors, options.half_width).windows
    again = replace(again, boundaries=find_boundaries(again.source, again.target, options, anchors, omissions))
    return again, windows, options.second_weights or weights(options.unit, again.source.encoder)


def _by_second_encoder(
    pair: PreparedPair, stretches: Stretches, options: SearchOptions, omissions: Sequence[float]
) -> _Look | None:
    """Return the undecided ``stretches`` read by both encoders, clauses aligned, and weights; None if they are few."""
    if min(map(len, stretches.units)) < _FEWEST:
        return None
    anchors = [(0, 0), *stretches.anchors]
    source, target = finer(pair.source, stretches.units[0]), finer(pair.target, stretches.units[1])
    rescale = not has_weights(options.unit, source.encoder)
    again, windows = pair_in_band(source, target, anchors, options.half_width, rescale=rescale)
    options = replace(options, clause_weights=options.finer_clause_weights)
    again = replace(again, boundaries=find_boundaries(source, target, options, anchors, omissions))
    return again, windows, options.finer_weights or weights(options.unit, again.source.encoder)


def pair_in_band(
    source: PreparedSide,
    target: PreparedSide,
    nodes: Sequence[tuple[int, int]],
    half_width: int,
    *,
    rescale: bool = False,
) -> tuple[PreparedPair, list[Window]]:
    """Pair two sides, with lengths measured outside long omissions, and cover their coarse path with windows."""
    band = _band(source, target, nodes, half_width)
    return pair_up(source, target, kept=(band.source_kept, band.target_kept), rescale=rescale), band.windows


def _band(source: PreparedSide, target: PreparedSide, nodes: Sequence[tuple[int, int]], half_width: int) -> Band:
    return cover(source.vectors[0].astype(np.float32), target.vectors[0].astype(np.float32), nodes, half_width)


def find_boundaries(
    source: PreparedSide,
    target: PreparedSide,
    options: SearchOptions,
    nodes: Sequence[tuple[int, int]],
    omissions: Sequence[float] = (0.0, 0.0),
) -> BoundaryProbabilities | None:
    """Align the clauses of both sides between the anchors ``nodes``; None without clauses or weights for them.

    ``omissions``: the odds of omissions of both sides (`align.adaptation`).
    """
    feature_weights = _clause_weights(source, options)
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
    pair = replace(pair, omission_odds=(omissions[0], omissions[1]))
    return boundary_probabilities(
        Lattice(types, windows, _scores(pair, windows, types, clause_nodes, feature_weights)), starts
    )


def _clause_weights(side: PreparedSide, options: SearchOptions) -> Mapping[str, float] | None:
    return clause_weights(options.unit, side.encoder) if options.weights is None else options.clause_weights


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
    *,
    every_pair: bool = False,
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
            _add_bonus(scores, window, types, bonus, every_pair=every_pair)
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
    scores: Floats,
    window: Window,
    types: tuple[Shape, ...],
    bonus: Mapping[tuple[int, int], float],
    *,
    every_pair: bool = False,
) -> None:
    reach_a, reach_b = max(a for a, _ in types), max(b for _, b in types)
    rows, columns = scores.shape[1], scores.shape[2]
    plane = np.zeros((rows + reach_a, columns + reach_b), np.float32)
    for (i, j), value in bonus.items():
        if 0 <= i - window.first < len(plane) and 0 <= j - window.left < plane.shape[1]:
            plane[i - window.first, j - window.left] = value
    for number, (a, b) in enumerate(types):
        if a and b:
            parts = [plane[k : k + rows, m : m + columns] for k in range(a) for m in range(b)]
            if every_pair:
                scores[number] += np.add.reduce(parts)
                continue
            # One heading is a reason for a bead, and a second one does not add to it; one contradiction counts in full.
            scores[number] += np.maximum(np.maximum.reduce(parts), 0) + np.minimum(np.minimum.reduce(parts), 0)


def _chosen(bead: Bead, near: Sequence[Bead], source: PreparedSide, target: PreparedSide) -> Bead:
    """Return ``bead`` with a lower score where it leaves out a unit that says the same as one that is paired beside it.

    The counterpart of one of them is that of the other, too.
    """
    if bead.source and bead.target:
        return bead
    paired = [one for one in near if one.source and one.target]
    (unit,), surface = bead.source or bead.target, (source if bead.source else target).surface
    held = {i for one in paired for i in (one.source if bead.source else one.target)}
    same = max([float(surface.repeats[max(unit, i)]) for i in (unit - 1, unit + 1) if i in held], default=0.0)
    return replace(bead, score=bead.score * (1 - _CHOICE * same))


def _alone(probability: float) -> float:
    """Return how likely a sentence has no counterpart that the lattice leaves alone with ``probability``."""
    offset, slope = _ALONE
    odds = math.exp(offset) * (probability / (1 - probability)) ** slope if probability < 1 else math.inf
    return 1.0 if odds == math.inf else odds / (1 + odds)


def _bead(arc: Arc, probability: float) -> Bead:
    i, j, a, b = arc
    return Bead(
        tuple(range(i, i + a)),
        tuple(range(j, j + b)),
        min(max(probability, 0.0), 1.0),
        "search" if a and b else "omission",
    )
