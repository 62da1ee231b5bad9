"""How well a run of source units and a run of target units correspond: features, and their weighted sum.

The score of a bead is the log-potential of an arc of the lattice: a sum of weights times features. The weights are
learned by maximum likelihood over whole segmentations (a linear-chain conditional random field). Features are computed
for all nodes of a window at once:

- similarity of the joined texts, scaled with the size of the bead, since a path of few large beads has fewer terms;
- *near*, hubness: the mean similarity to the nearest of a sample of the other side; some texts resemble everything
  (the margin of Artetxe and Schwenk 2019, and the normalization of Thompson and Koehn 2019, section 3.1);
- *clause*: whether clauses of the bead, above all the outermost, are more similar to the unit next to it, and how
  similar the outermost clauses of both sides are;
- *boundary*: how likely an alignment of clauses has a boundary where the bead ends;
- *leak* and *edge*: how similar the units just outside are to the bead, and its own outermost units to them;
  *shrinking*: how much similarity the bead would lose by one unit less;
- lengths, as ratio and as difference over the root of the length (Gale and Church 1993);
- questions, exclamations, quotations and numbers that only one side has, and beads of which only one side starts or
  ends with a quotation mark;
- a prior for the shape of the bead, and a penalty for omissions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from align.band import Window
from align.boundaries import BoundaryProbabilities
from align.clauses import ClauseEvidence, clause_evidence
from align.spans import PreparedSide
from align.surface import SurfaceFeatures

__all__ = ["IMPOSSIBLE", "PreparedPair", "Shape", "Value", "features", "pair_up", "score", "shapes"]

Floats = NDArray[np.float32]
#: The value of a feature at the nodes of a window: one number, an array, or an array times a number.
Value = float | Floats | tuple[Floats, float]
Flags = NDArray[np.bool_]
#: How many source and target units a bead holds.
Shape = tuple[int, int]

#: The score of an impossible arc; low enough to be never chosen, high enough to keep sums exact.
IMPOSSIBLE = -1e4
_SAMPLE = 128  # units of the other side that hubness is measured on
_NEAREST = 8
_BATCH = 2048  # runs that are compared with the sample at once
_NEARBY = 150  # units to either side of the diagonal among which the translation of a unit is searched
_FEWEST = 8
#: Mean similarity of unrelated units and of translations by the built-in encoder, in the chapters of the training data.
_REFERENCE = (0.105, 0.525)


def shapes(max_source: int, max_target: int, max_size: int) -> tuple[Shape, ...]:
    """Return the possible shapes of beads, omissions last, ``(0, 1)`` at the very end."""
    both = [(a, b) for a in range(1, max_source + 1) for b in range(1, max_target + 1) if a + b <= max(max_size, 2)]
    return (*both, (1, 0), (0, 1))


@dataclass(frozen=True, slots=True)
class PreparedPair:
    """Two prepared sides and measurements over both of them.

    Similarities are ``(cosine - floor) * gain``. ``source_near[k - 1, i]`` is the mean similarity of a run to its
    nearest in a sample of the other side, ``source_mean`` to all of the sample; ``ratio`` is source characters for
    one target character. ``omission_odds``: the log-odds that a source unit, or a target unit, is omitted, compared
    with those of a typical document, ``joining_odds`` that a bead holds several units of a side (`align.adaptation`).
    """

    source: PreparedSide
    target: PreparedSide
    source_near: Floats
    source_mean: Floats
    target_near: Floats
    target_mean: Floats
    ratio: float
    floor: float = 0.0
    gain: float = 1.0
    boundaries: BoundaryProbabilities | None = None
    omission_odds: tuple[float, float] = (0.0, 0.0)
    joining_odds: tuple[float, float] = (0.0, 0.0)

    def take(self, source: Sequence[int], target: Sequence[int]) -> "PreparedPair":
        """Return these units of both sides, with the measurements over the whole."""
        return replace(
            self,
            source=self.source.take(source),
            target=self.target.take(target),
            source_near=self.source_near[:, source],
            source_mean=self.source_mean[:, source],
            target_near=self.target_near[:, target],
            target_mean=self.target_mean[:, target],
        )


def pair_up(
    source: PreparedSide, target: PreparedSide, *, kept: tuple[Flags, Flags] | None = None, rescale: bool = False
) -> PreparedPair:
    """Measure hubness and the ratio of lengths of two sides, the latter over the units ``kept`` only.

    With ``rescale`` the similarities are scaled like those of the built-in encoder, for which the weights were learned.
    """
    source_near, source_mean = _hubness(source, _sample(target))
    target_near, target_mean = _hubness(target, _sample(source))
    floor, gain = _scale(source, target, source_mean[0]) if rescale else (0.0, 1.0)
    for values in (source_near, source_mean, target_near, target_mean):
        values -= floor
        values *= gain
    lengths = [np.diff(side.surface.sums["length"]) for side in (source, target)]
    if kept is not None and min(kept[0].sum(), kept[1].sum()) >= _FEWEST:
        lengths = [values[flags] for values, flags in zip(lengths, kept, strict=True)]
    totals = [float(values.sum()) for values in lengths]
    ratio = totals[0] / totals[1] if min(totals) > 0 else 1.0
    return PreparedPair(source, target, source_near, source_mean, target_near, target_mean, ratio, floor, gain)


def _scale(source: PreparedSide, target: PreparedSide, means: Floats) -> tuple[float, float]:
    """Return ``(floor, gain)`` that scale the similarities of unrelated units and of translations to `_REFERENCE`.

    ``means`` are the mean cosines of source units to a sample of target units, most of them unrelated.
    """
    n, m = len(source), len(target)
    if min(n, m) < _FEWEST:
        return 0.0, 1.0
    unrelated = float(means.mean())
    best = []
    for i in np.unique(np.linspace(0, n - 1, _SAMPLE).astype(int)):
        middle = i * m // n
        nearby = target.vectors[:2, max(0, middle - _NEARBY) : middle + _NEARBY].astype(np.float32)
        best.append(float((nearby @ source.vectors[0, i].astype(np.float32)).max()))
    translation = float(np.mean(best))
    reference_stranger, reference_partner = _REFERENCE
    gain = (reference_partner - reference_stranger) / max(translation - unrelated, 0.05)
    return unrelated - reference_stranger / gain, gain


def _sample(side: PreparedSide) -> Floats:
    """Return the vectors of single units and runs of two at even distances."""
    runs = []
    for size in range(min(2, side.width)):
        count = len(side) - size
        if count > 0:
            runs.append(side.vectors[size, np.unique(np.linspace(0, count - 1, _SAMPLE // 2).astype(int))])
    return np.concatenate(runs).astype(np.float32) if runs else np.zeros((0, side.vectors.shape[2]), np.float32)


def _hubness(side: PreparedSide, sample: Floats) -> tuple[Floats, Floats]:
    near = np.zeros(side.vectors.shape[:2], np.float32)
    mean = np.zeros_like(near)
    if not len(sample):
        return near, mean
    nearest = min(_NEAREST, len(sample))
    for size in range(side.width):
        for start in range(0, len(side), _BATCH):
            part = slice(start, start + _BATCH)
            cosines = side.vectors[size, part].astype(np.float32) @ sample.T
            mean[size, part] = cosines.mean(axis=1)
            near[size, part] = np.partition(cosines, -nearest, axis=1)[:, -nearest:].mean(axis=1)
    return near, mean


def score(pair: PreparedPair, window: Window, types: tuple[Shape, ...], weights: Mapping[str, float]) -> Floats:
    """Return the scores ``[types, rows, columns]`` of all arcs that leave the nodes of ``window``."""
    scores = np.full((len(types), window.last - window.first, window.right - window.left), IMPOSSIBLE, np.float32)
    total, weighed = np.empty((2, *scores.shape[1:]), np.float32)
    for number, (found, possible) in enumerate(features(pair, window, types)):
        # An array that serves several features is multiplied once.
        arrays: dict[int, tuple[Floats, float]] = {}
        constant = 0.0
        for name, value in found.items():
            weight = weights.get(name, 0.0)
            if isinstance(value, float):
                constant += weight * value
                continue
            array, factor = value if isinstance(value, tuple) else (value, 1.0)
            arrays[id(array)] = (array, arrays.get(id(array), (array, 0.0))[1] + weight * factor)
        total.fill(constant)
        for array, weight in arrays.values():
            if array.shape == total.shape:
                total += np.multiply(array, np.float32(weight), out=weighed)
            elif weight:
                total += np.float32(weight) * array
        np.copyto(scores[number], total, where=possible)
    return scores


def features(
    pair: PreparedPair, window: Window, types: tuple[Shape, ...]
) -> Iterator[tuple[dict[str, Value], NDArray[np.bool_]]]:
    """Yield for every shape its features by name (``[rows, columns]`` or one number) and where such an arc exists."""
    window_features = _WindowFeatures(pair, window)
    for a, b in types:
        rows = np.arange(window.first, window.last) + a <= len(pair.source)
        columns = np.arange(window.left, window.right) + b <= len(pair.target)
        possible = rows[:, None] & columns[None, :]
        yield (window_features.omission(a) if not a or not b else window_features.bead(a, b)), possible


class _WindowFeatures:
    """Similarities around one window, and the features of the beads that start at its nodes."""

    def __init__(self, pair: PreparedPair, window: Window) -> None:
        self.pair, self.window = pair, window
        self.rows, self.columns = window.last - window.first, window.right - window.left
        self._wide, self._high = pair.source.width, pair.target.width
        # One unit before the window and as many after it as the longest bead reaches.
        source = _around(pair.source.vectors, window.first - 1, window.last + self._wide)
        target = _around(pair.target.vectors, window.left - 1, window.right + self._high)
        flat = source.reshape(-1, source.shape[2]) @ target.reshape(-1, target.shape[2]).T
        if pair.gain != 1.0:
            flat -= np.float32(pair.floor)
            flat *= np.float32(pair.gain)
        # [a, b, rows, columns]: contiguous for one shape.
        self._cosines = np.ascontiguousarray(flat.reshape(*source.shape[:2], *target.shape[:2]).transpose(0, 2, 1, 3))
        self._vectors: dict[tuple[str, int, int], Floats] = {}
        self._boundaries = (
            pair.boundaries.around(window, self._wide, self._high) if pair.boundaries is not None else None
        )
        self._repeats = (
            _cut(pair.source.surface.repeats, window.first - 1, self.rows + self._wide + 1),
            _cut(pair.target.surface.repeats, window.left - 1, self.columns + self._high + 1),
        )
        self._clause_evidence: ClauseEvidence | None = None
        if pair.source.clauses is not None and pair.target.clauses is not None:
            self._clause_evidence = clause_evidence(
                (pair.source.clauses, pair.source.vectors[0]),
                (pair.target.clauses, pair.target.vectors[0]),
                window,
                (self._wide, self._high),
            )

    def cosine(self, a: int, b: int, down: int = 0, right: int = 0) -> Floats:
        """Return similarities of source runs of a, moved ``down``, and target runs of b, moved ``right``."""
        top, left = 1 + down, 1 + right
        found: Floats = self._cosines[a - 1, b - 1, top : top + self.rows, left : left + self.columns]
        return found

    def source_values(self, values: NDArray[np.generic], down: int = 0) -> Floats:
        return _cut(values, self.window.first + down, self.rows)[:, None]

    def target_values(self, values: NDArray[np.generic], right: int = 0) -> Floats:
        return _cut(values, self.window.left + right, self.columns)[None, :]

    def counts(self, name: str, a: int, b: int) -> tuple[Floats, Floats]:
        """Return how many of ``name`` the a source units and the b target units have."""
        source, target = self._vectors.get((name, 0, a)), self._vectors.get((name, 1, b))
        if source is None:
            source = _total(self.pair.source.surface, name, self.window.first, self.rows, a)[:, None]
            self._vectors[name, 0, a] = source
        if target is None:
            target = _total(self.pair.target.surface, name, self.window.left, self.columns, b)[None, :]
            self._vectors[name, 1, b] = target
        return source, target

    def omission(self, a: int) -> dict[str, Value]:
        pair = self.pair
        if a:
            near = self.source_values(pair.source_near[0])
            length = self.counts("length", 1, 0)[0] / max(_mean_length(pair.source), 1.0)
            beside = np.maximum(self.cosine(1, 1), self.cosine(1, 1, 0, -1))
            best, around = self._best_similarities(0)
        else:
            near = self.target_values(pair.target_near[0])
            length = self.counts("length", 0, 1)[1] / max(_mean_length(pair.target), 1.0)
            beside = np.maximum(self.cosine(1, 1), self.cosine(1, 1, -1, 0))
            best, around = self._best_similarities(1)
        found: dict[str, Value] = {
            "omission": 1.0,
            "omission rate": pair.omission_odds[0 if a else 1],
            "omission length": np.minimum(length, 3.0),
            "omission near": near - beside,
            "omission best": best - near,
            "omission around": around - near,
            "omission repeated": self._repeated(0 if a else 1),
        }
        if self._clause_evidence is not None:
            floor, gain = np.float32(pair.floor), np.float32(pair.gain)
            clause_beside, clause_best = self._clause_evidence.alone(0 if a else 1)
            found["omission clause beside"] = (clause_beside - floor) * gain - near
            found["omission clause best"] = (clause_best - floor) * gain - near
        return found

    def _repeated(self, side: int) -> Floats:
        """Return how much more a unit repeats the one before or after it than the units of the other side there do."""
        source, target = self._repeats
        if side:
            source, target = target, source
        count, others = (self.rows, self.columns) if side == 0 else (self.columns, self.rows)
        own = np.maximum(source[1 : 1 + count], source[2 : 2 + count])
        other = np.maximum.reduce([target[k : k + others] for k in range(3)])
        found: Floats = np.maximum(own[:, None] - other[None, :], 0)
        return found if side == 0 else found.T

    def _repeats_inside(self, a: int, b: int) -> Floats:
        """Return how much more the units of one side of a bead repeat each other than those of the other side do."""
        source, target = (
            np.maximum.reduce([repeats[2 + k : 2 + k + count] for k in range(size - 1)]) if size > 1 else np.float32(0)
            for repeats, size, count in zip(self._repeats, (a, b), (self.rows, self.columns), strict=True)
        )
        found: Floats = np.abs(np.reshape(source, (-1, 1)) - np.reshape(target, (1, -1)))
        return found

    def _best_similarities(self, axis: int) -> tuple[Floats, Floats]:
        """Return the best similarity of each unit of one side (0 source, 1 target) to units of the other side.

        Also return the mean of this over the two neighbours of the unit, since omissions come in runs.
        """
        best = self._cosines[0, 0].max(axis=1 - axis)
        count = self.rows if axis == 0 else self.columns
        here, around = best[1 : 1 + count], (best[:count] + best[2 : 2 + count]) / 2
        return (here[:, None], around[:, None]) if axis == 0 else (here[None, :], around[None, :])

    def bead(self, a: int, b: int) -> dict[str, Value]:
        size = (a + b) / 2
        cosine = self.cosine(a, b)
        near = self._both(self.pair.source_near[a - 1], self.pair.target_near[b - 1])
        mean = self._both(self.pair.source_mean[a - 1], self.pair.target_mean[b - 1])
        found: dict[str, Value] = {
            "cosine": cosine,
            "cosine root": (cosine, size**0.5),
            "cosine size": (cosine, size),
            "near": near,
            "near size": (near, size),
            "mean": mean,
            "mean size": (mean, size),
        }
        found |= self._leaks(a, b, cosine, mean)
        found |= self._members(a, b, cosine)
        found |= self._lengths(a, b, size)
        found |= self._marks(a, b)
        if self._clause_evidence is not None:
            found |= self._clauses(self._clause_evidence, a, b)
        if self._boundaries is not None:
            found["boundary"] = self._boundaries[a : a + self.rows, b : b + self.columns]
        found |= {
            "bead": 1.0,
            "size": size,
            "one": float(a == b == 1),
            "source two": float(a > 1),
            "source three": float(a > 2),
            "target two": float(b > 1),
            "target three": float(b > 2),
            "target four": float(b > 3),
            "many": float(a > 1 and b > 1),
            "joining rate": self.pair.joining_odds[0] * (a > 1) + self.pair.joining_odds[1] * (b > 1),
            "uneven": float(abs(a - b)),
        }
        return found

    def _clauses(self, evidence: ClauseEvidence, a: int, b: int) -> dict[str, Value]:
        floor, gain = np.float32(self.pair.floor), np.float32(self.pair.gain)
        edges = evidence.edges(a, b)
        (start, before), (end, past) = evidence.starts, evidence.ends(a, b)
        return {
            "clause start": (start - floor) * gain,
            "clause before": (before - floor) * gain,
            "clause end": (end - floor) * gain,
            "clause past": (past - floor) * gain,
            "clause inside": (evidence.inside(a, b) - floor) * gain,
            "clause better": np.sqrt(evidence.better(a, b) * gain),
            "clause edge": _sum([np.maximum(edge, 0) for edge in edges]) * gain,
            "clause edge most": _highest(edges) * gain,
            "clause edge balance": _sum(edges) * gain,
        } | self._weakest(evidence, a, b)

    def _weakest(self, evidence: ClauseEvidence, a: int, b: int) -> dict[str, Value]:
        if a == b == 1:
            return {}
        found = zip(("source", "target"), evidence.weakest(a, b), (a, b), strict=True)
        return {
            f"clause weakest {side}": (values - np.float32(self.pair.floor)) * np.float32(self.pair.gain)
            for side, values, size in found
            if size > 1
        }

    def _both(self, source: Floats, target: Floats) -> Floats:
        """Return the mean of a value of the source run and one of the target run."""
        return np.float32(0.5) * (self.source_values(source) + self.target_values(target))

    def _leaks(self, a: int, b: int, cosine: Floats, mean: Floats) -> dict[str, Value]:
        outside = [
            self.cosine(1, b, -1, 0), self.cosine(1, b, a, 0), self.cosine(a, 1, 0, -1), self.cosine(a, 1, 0, b)
        ]  # fmt: skip
        # For each outermost unit: how much more similar the unit outside is than the other side.
        edges = [
            self.cosine(1, 1, -1, 0) - self.cosine(a, 1, 0, 0),
            self.cosine(1, 1, a, b - 1) - self.cosine(a, 1, 0, b - 1),
            self.cosine(1, 1, 0, -1) - self.cosine(1, b, 0, 0),
            self.cosine(1, 1, a - 1, b) - self.cosine(1, b, a - 1, 0),
        ]
        return {
            "leak": _sum(outside) - 4 * mean,
            "leak most": _highest(outside) - cosine,
            "edge": _sum([np.maximum(edge, -0.2) for edge in edges]),
            "edge most": _highest(edges),
        }

    def _members(self, a: int, b: int, cosine: Floats) -> dict[str, Value]:
        if a == b == 1:
            return {}
        found: dict[str, Value] = {"repeated": self._repeats_inside(a, b)}
        losses = []
        if b > 1:
            lost = [cosine - self.cosine(a, b - 1), cosine - self.cosine(a, b - 1, 0, 1)]
            found["shrinking target"] = _sum([np.clip(loss, -0.3, 0.3) for loss in lost])
            losses += lost
            members = [self.cosine(a, 1, 0, k) - self.target_values(self.pair.target_mean[0], k) for k in range(b)]
            found["weakest target"] = _lowest(members)
        if a > 1:
            lost = [cosine - self.cosine(a - 1, b), cosine - self.cosine(a - 1, b, 1, 0)]
            found["shrinking source"] = _sum([np.clip(loss, -0.3, 0.3) for loss in lost])
            losses += lost
            members = [self.cosine(1, b, k, 0) - self.source_values(self.pair.source_mean[0], k) for k in range(a)]
            found["weakest source"] = _lowest(members)
        found["shrinking most"] = _lowest(losses)
        return found

    def _lengths(self, a: int, b: int, size: float) -> dict[str, Value]:
        source, target = self.counts("length", a, b)
        source, target = source + 1, target * np.float32(self.pair.ratio) + 1
        ratio = np.abs(np.log(source) - np.log(target))
        difference = np.abs(source - target) / np.sqrt((source + target) / 2)
        return {
            "ratio": ratio, "ratio square": ratio * ratio, "ratio size": (ratio, size),
            "difference": difference,
        }  # fmt: skip

    def _marks(self, a: int, b: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name in ("question", "exclamation", "quote", "number"):
            source, target = self.counts(name, a, b)
            if not (source.any() or target.any()):
                continue
            found[name] = np.minimum(np.abs(source - target), 3)
            found[f"{name} lone"] = ((source > 0) != (target > 0)).astype(np.float32)
        left, right = self.pair.source.surface, self.pair.target.surface
        opens = self.source_values(left.opens), self.target_values(right.opens)
        closes = self.source_values(left.closes, a - 1), self.target_values(right.closes, b - 1)
        endings = self.source_values(left.ending, a - 1), self.target_values(right.ending, b - 1)
        found["opens"] = np.abs(opens[0] - opens[1])
        found["opens both"] = opens[0] * opens[1]
        found["closes"] = np.abs(closes[0] - closes[1])
        found["closes both"] = closes[0] * closes[1]
        inside = self.source_values(left.inside, a - 1), self.target_values(right.inside, b - 1)
        # Where one side does not mark speech this says nothing.
        if left.inside.any() and right.inside.any():
            found["speech"] = np.abs(inside[0] - inside[1])
        found["ending"] = (endings[0] != endings[1]).astype(np.float32)
        return found


def _sum(arrays: Sequence[Floats]) -> Floats:
    return reduce(np.add, arrays)


def _highest(arrays: Sequence[Floats]) -> Floats:
    return reduce(np.maximum, arrays)


def _lowest(arrays: Sequence[Floats]) -> Floats:
    return reduce(np.minimum, arrays)


def _around(vectors: NDArray[np.float16], first: int, last: int) -> Floats:
    """Return ``vectors[:, first:last]`` in single precision, zeros where that lies outside."""
    n = vectors.shape[1]
    out = np.zeros((vectors.shape[0], last - first, vectors.shape[2]), np.float32)
    start, stop = max(first, 0), min(last, n)
    if start < stop:
        out[:, start - first : stop - first] = vectors[:, start:stop]
    return out


def _cut(values: NDArray[np.generic], first: int, count: int) -> Floats:
    """Return ``values[first:first + count]``, zeros where that lies outside."""
    out = np.zeros(count, np.float32)
    start, stop = max(first, 0), min(first + count, len(values))
    if start < stop:
        out[start - first : stop - first] = values[start:stop]
    return out


def _total(side: SurfaceFeatures, name: str, first: int, count: int, size: int) -> Floats:
    """Return for ``count`` runs of ``size`` units, the first at ``first``, how many of ``name`` they hold."""
    sums = side.sums[name]
    starts = np.arange(first, first + count)
    return np.asarray(sums[np.minimum(starts + size, len(sums) - 1)] - sums[starts], np.float32)


def _mean_length(side: PreparedSide) -> float:
    total = side.surface.sums["length"]
    return float(total[-1] - total[0]) / max(len(side), 1)
