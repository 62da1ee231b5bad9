"""Learn the weights of `align.scoring` from gold alignments, and say what they are worth on documents left out.

    python -m benchmarks.train_alignment sentence SHARED [--boundaries [--model use+e5]] [--write]
    python -m benchmarks.train_alignment paragraph SHARED [--write]

The model is a linear-chain conditional random field over segmentations (Lafferty et al. 2001; Sarawagi and Cohen 2004):
maximum likelihood of the gold paths with a squared penalty. Wrong beads get a head start of `MARGIN` while training
(softmax-margin, Gimpel and Smith 2010), which ties the likelihood to the number of wrong beads. Translators of novels
rarely omit text, so each chapter is also trained on with single beads of either side taken away, with a stretch, and
with lines repeated; documentation and a manual are trained on in the same ways (`benchmarks.made_examples`).
Arcs that the shipped weights hold to be next to impossible take no part, which makes training some twenty times as
fast and changes nothing that can be seen.

Every document is also aligned with weights that never saw it, nor any other chapter of its novel; those figures are
the honest ones, and are written to `alignment_training.json`. Penalty and margin were chosen once, by the likelihood of
documents left out, from a handful of round values.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from align import metrics
from align.adaptation import joining_odds, omission_odds
from align.alignment import Bead
from align.band import Window
from align.blocks import BlockOptions
from align.lattice import Lattice, _forward, _log_sum, posteriors
from align.options import AlignOptions
from align.pipeline import align
from align.scoring import IMPOSSIBLE, PreparedPair, features, score, shapes
from align.search import SearchOptions, find_boundaries, pair_in_band, search
from align.spans import PreparedSide, prepare
from align.weights import weights as shipped
from benchmarks.data import segmented
from benchmarks.made_examples import other_kinds, with_omissions, with_repeats, with_stretch_left_out
from corpora.readers.reading import read
from models.combined import CombinedEncoder
from models.encoder import Encoder
from models.registry import load

PENALTY = {"sentence": 40.0, "paragraph": 10.0}
MARGIN = 1.0
_AROUND = 24  # units to either side of the gold path that are trained on, as many as are searched
_ROWS = 32
_RATES = (0.03, 0.06, 0.08, 0.12)  # of the beads that lose one side, in examples made for training
_REPEATED = (0.03, 0.06)  # of the beads, in examples in which one side of them is repeated
_PLANTED = 0.08  # of the beads that lose one side, in the documents on which omissions are measured
_MADE = 0.25  # what a made example counts for
_ROUNDS = 60
_BOUNDARY = "boundary"
_NOVEL = "novel"
_FLATTENED = 0.5  # what the shipped weights count for when they say which arcs are next to impossible
_UNLIKELY = 1e-6
_WEIGHTS = Path(__file__).resolve().parent.parent / "align" / "weights.json"
_FIGURES = Path(__file__).with_name("alignment_training.json")

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One document: both sides, the gold beads, and the features ``[names, arcs]`` of the arcs that take part.

    ``group`` is left out together; ``arcs`` are their places in the flattened scores of the lattice, ``path`` which of
    them are gold.
    """

    group: str
    name: str
    pair: PreparedPair
    gold: list[Bead]
    lattice: Lattice
    features: NDArray[np.float32]
    arcs: NDArray[np.int64]
    path: NDArray[np.int64]
    made: bool = False


def documents(shared: Path, unit: str) -> Iterator[tuple[str, str, tuple[list[str], list[str]], list[Bead]]]:
    """Yield the group that is left out together (a novel, or a document), a name, both sides, and the gold beads."""
    data = shared / "data"
    if unit == "paragraph":
        yield from ((name, name, texts, gold) for name, texts, gold in segmented(data / "paragraphs"))
        return
    for name, texts, gold in segmented(data / "mac-dev"):
        yield f"{_NOVEL} {int(name)}", name, texts, gold
    for name, texts, gold in segmented(data / "mac-more"):
        yield f"{_NOVEL} {(int(name) - 2) // 4 + 1}", f"more {name}", texts, gold


def examples(shared: Path, encoder: Encoder, options: SearchOptions) -> tuple[list[str], list[Example]]:
    """Read and encode the documents; return the names of the features and the examples."""
    start = shipped(options.unit, encoder.name)
    names: dict[str, int] = {}
    found = []

    def sides(texts: Sequence[Sequence[str]], languages: Sequence[str] = ("zh", "en")) -> list[PreparedSide]:
        widths = options.max_source, options.max_target
        return [
            prepare(side, encoder=encoder, language=language, width=width, by_clauses=options.clauses, in_steps=False)
            for side, language, width in zip(texts, languages, widths, strict=True)
        ]

    def add(names_of: tuple[str, str], made: Sequence[tuple[Sequence[PreparedSide], list[Bead]]], first: int) -> None:
        for number, (both, beads) in enumerate(made):
            found.append(_example(names_of, _paired(both, beads), beads, options, start, names, made=number >= first))

    for group, name, texts, gold in documents(shared, options.unit):
        whole = sides(texts)
        made = [(whole, gold)]
        if options.unit == "sentence":
            chance = random.Random(name)
            for side in (0, 1):
                shortened, beads = with_omissions(texts, gold, side, chance.choice(_RATES), chance)
                made.append((sides(shortened), beads))
            at = int(len(gold) * chance.uniform(0.1, 0.8))
            made.append(with_stretch_left_out(whole, gold, chance.randrange(2), at))
            again, beads = with_repeats(texts, gold, chance.choice(_REPEATED), ("zh", "en"), random.Random(f"r {name}"))
            made.append((sides(again), beads))
        add((group, name), made, 1)
    for group, name, languages, texts, gold in other_kinds(shared) if options.unit == "sentence" else ():
        chance = random.Random(name)
        shorter, left = with_omissions(texts, gold, chance.randrange(2), chance.choice(_RATES), chance)
        longer, held = with_repeats(texts, gold, chance.choice(_REPEATED), languages, chance)
        made = [(sides(some, languages), beads) for some, beads in ((texts, gold), (shorter, left), (longer, held))]
        add((group, name), made, 0)
    count = len(names)
    return list(names), [
        replace(one, features=np.pad(one.features, ((0, count - len(one.features)), (0, 0)))) for one in found
    ]


def _paired(sides: Sequence[PreparedSide], gold: Sequence[Bead]) -> PreparedPair:
    """Pair two sides as `search_prepared` does, with the odds that the gold beads show."""
    source, target = sides
    pair = pair_in_band(source, target, [(0, 0), (len(source), len(target))], SearchOptions().half_width)[0]
    omitted = sum(not bead.target for bead in gold), sum(not bead.source for bead in gold)
    paired = [bead for bead in gold if bead.source and bead.target]
    joined = sum(len(bead.source) > 1 for bead in paired), sum(len(bead.target) > 1 for bead in paired)
    return replace(
        pair,
        omission_odds=(omission_odds(omitted[0], len(source)), omission_odds(omitted[1], len(target))),
        joining_odds=(joining_odds(joined[0], len(paired)), joining_odds(joined[1], len(paired))),
    )


def _example(
    names_of: tuple[str, str],
    pair: PreparedPair,
    gold: list[Bead],
    options: SearchOptions,
    start: Mapping[str, float],
    names: dict[str, int],
    *,
    made: bool = False,
) -> Example:
    types = shapes(options.max_source, options.max_target, options.max_size)
    arcs = _monotone(gold, len(pair.source), len(pair.target))
    covering = _around(arcs, len(pair.source), len(pair.target))
    flat = np.concatenate([score(pair, one, types, start).reshape(len(types), -1) for one in covering], axis=1)
    lattice = Lattice(types, covering, flat)
    path = _places(lattice, arcs)
    softened = np.where(flat < IMPOSSIBLE / 2, flat, flat * np.float32(_FLATTENED))
    kept = posteriors(replace(lattice, scores=softened)).ravel() > _UNLIKELY
    kept[path] = True
    chosen = np.flatnonzero(kept)
    table = np.zeros((200, len(chosen)), np.float32)
    nodes = flat.shape[1]
    for window, part in lattice.parts():
        for number, (values, possible) in enumerate(features(pair, window, types)):
            low, high = np.searchsorted(chosen, [number * nodes + part.start, number * nodes + part.stop])
            inside = chosen[low:high] - number * nodes - part.start
            for feature, value in values.items():
                row = names.setdefault(feature, len(names))
                plain = value[0] * np.float32(value[1]) if isinstance(value, tuple) else value
                table[row, low:high] = np.broadcast_to(plain, possible.shape).ravel()[inside]
    return Example(*names_of, pair, gold, lattice, table[: len(names)], chosen, np.searchsorted(chosen, path), made)


def clause_weights(names: Sequence[str], data: Sequence[Example], penalty: float) -> dict[str, float]:
    """Learn weights for clauses aligned as units from whole units, by all features but those of their clauses."""
    rows = [row for row, name in enumerate(names) if not name.startswith("clause") and name != _BOUNDARY]
    plain = [replace(one, features=np.ascontiguousarray(one.features[rows])) for one in data]
    return {names[row]: float(weight) for row, weight in zip(rows, train(plain, penalty), strict=True)}


def with_boundaries(
    names: Sequence[str], data: Sequence[Example], options: SearchOptions
) -> tuple[list[Example], dict[str, dict[str, float]]]:
    """Set the last feature of ``data`` to the boundary probabilities of clauses; also return the weights for these.

    Those of each group are learned without it, so that boundaries are as reliable as in a new text; those of "" from
    all novels.
    """
    novels = [one for one in data if one.group.startswith(_NOVEL)]
    clauses = {"": clause_weights(names, novels, PENALTY[options.unit])}
    for group in {one.group for one in novels}:
        others = [one for one in novels if one.group != group]
        clauses[group] = clause_weights(names, others, PENALTY[options.unit])
    found = []
    for one in data:
        boundary = _boundary(one, options, clauses.get(one.group, clauses[""]))
        found.append(replace(one, features=np.vstack([one.features[:-1], boundary])))
    return found, clauses


def _boundary(one: Example, options: SearchOptions, weights: Mapping[str, float]) -> NDArray[np.float32]:
    source, target = one.pair.source, one.pair.target
    given = replace(options, weights={}, clause_weights=weights)
    found = find_boundaries(source, target, given, [(0, 0), (len(source), len(target))], one.pair.omission_odds)
    assert found is not None
    values = np.zeros_like(one.lattice.scores)
    for window, part in one.lattice.parts():
        plane = found.around(window, source.width, target.width)
        rows, columns = window.last - window.first, window.right - window.left
        for number, (a, b) in enumerate(one.lattice.types):
            if a and b:
                values[number, part] = plane[a : a + rows, b : b + columns].ravel()
    return values.ravel()[one.arcs]


def _places(lattice: Lattice, arcs: Sequence[tuple[int, int, int, int]]) -> NDArray[np.int64]:
    """The positions of the arcs of the lattice in its flattened scores."""
    left, right, bottom, nodes = lattice.left, lattice.right, len(lattice.left) - 1, int(lattice.start[-1])
    inside = [
        (i, j, a, b)
        for i, j, a, b in arcs
        if (a, b) in lattice.types and left[i] <= j < right[i] and j + b < right[min(i + a, bottom)]
    ]
    return np.array([number * nodes + node for number, node in map(lattice.at, inside)], np.int64)


def _monotone(gold: Sequence[Bead], n: int, m: int) -> list[tuple[int, int, int, int]]:
    """The gold beads as a path; those that are out of order become omissions on either side."""
    both = [bead for bead in gold if bead.source and bead.target]
    both.sort(key=lambda bead: bead.source)
    best: list[tuple[int, int]] = []  # (units on the longest chain that ends here, the bead before)
    for at, bead in enumerate(both):
        before = [(best[k][0], k) for k in range(at) if both[k].target[-1] < bead.target[0]]
        length, previous = max(before, default=(0, -1))
        best.append((length + len(bead.target), previous))
    chain, at = [], max(range(len(both)), key=lambda k: best[k][0], default=-1)
    while at >= 0:
        chain.append(both[at])
        at = best[at][1]
    arcs, i, j = [], 0, 0
    for bead in [*chain[::-1], Bead((n,), (m,))]:
        arcs += [(row, j, 1, 0) for row in range(i, bead.source[0])]
        arcs += [(bead.source[0], column, 0, 1) for column in range(j, bead.target[0])]
        arcs.append((bead.source[0], bead.target[0], len(bead.source), len(bead.target)))
        i, j = bead.source[-1] + 1, bead.target[-1] + 1
    return arcs[:-1]


def _around(arcs: Sequence[tuple[int, int, int, int]], n: int, m: int) -> list[Window]:
    low, high = np.full(n + 1, m), np.zeros(n + 1, np.int64)
    for i, j, a, b in arcs:
        low[i : i + a + 1], high[i : i + a + 1] = (
            np.minimum(low[i : i + a + 1], j), np.maximum(high[i : i + a + 1], j + b)
        )  # fmt: skip
    found = []
    for first in range(0, n + 1, _ROWS):
        last = min(first + _ROWS, n + 1)
        left, right = max(int(low[first:last].min()) - _AROUND, 0), min(int(high[first:last].max()) + _AROUND, m)
        found.append(Window(first, last, left, right + 1))
    return found


def train(data: Sequence[Example], penalty: float, start: Vector | None = None) -> Vector:
    """Return the weights that fit ``data`` best, features scaled by their spread (so that the penalty is fair)."""
    spread = np.sqrt(np.mean([one.features.var(axis=1) for one in data], axis=0)) + 1e-3

    def objective(scaled: Vector) -> tuple[float, Vector]:
        weights = (scaled / spread).astype(np.float32)
        loss, gradient = 0.0, np.zeros(len(spread))
        for one in data:
            linear = weights @ one.features
            scores = linear + np.float32(MARGIN)
            scores[one.path] -= np.float32(MARGIN)
            shaped = _scored(one, scores)
            chances = posteriors(shaped).ravel()[one.arcs]
            share = _MADE if one.made else 1.0
            loss += share * (_log_total(shaped) - float(linear[one.path].sum()))
            gradient += share * (one.features @ chances - one.features[:, one.path].sum(axis=1))
        return loss + penalty * float(scaled @ scaled) / 2, gradient / spread + penalty * scaled

    scaled = minimize(objective, np.zeros(len(spread)) if start is None else start * spread)
    return scaled / spread


def _scored(one: Example, scores: NDArray[np.float32]) -> Lattice:
    flat = np.full(one.lattice.scores.size, IMPOSSIBLE, np.float32)
    flat[one.arcs] = scores
    return replace(one.lattice, scores=flat.reshape(one.lattice.scores.shape))


def _log_total(lattice: Lattice) -> float:
    return float(_forward(lattice, _log_sum, np.logaddexp.accumulate)[-1])


def surprise(one: Example, weights: Vector) -> float:
    """The negative log-likelihood of the gold path."""
    linear = weights.astype(np.float32) @ one.features
    return _log_total(_scored(one, linear)) - float(linear[one.path].sum())


def minimize(objective: Callable[[Vector], tuple[float, Vector]], point: Vector, memory: int = 20) -> Vector:
    """Limited-memory BFGS with backtracking (Nocedal and Wright 2006, algorithm 7.5)."""
    value, gradient = objective(point)
    steps: list[tuple[Vector, Vector]] = []
    for _ in range(_ROUNDS):
        direction, passed = gradient.copy(), []
        for step, change in reversed(steps):
            share = (step @ direction) / (step @ change)
            passed.append(share)
            direction -= share * change
        if steps:
            step, change = steps[-1]
            direction *= (step @ change) / (change @ change)
        else:
            direction /= max(1.0, float(np.linalg.norm(direction)))
        for (step, change), share in zip(steps, reversed(passed), strict=True):
            direction += (share - (change @ direction) / (step @ change)) * step
        size, slope = 1.0, float(gradient @ direction)
        while True:
            new_point = point - size * direction
            new_value, new_gradient = objective(new_point)
            if new_value <= value - 1e-4 * size * slope or size < 1e-4:
                break
            size /= 2
        step, change = new_point - point, new_gradient - gradient
        if step @ change > 1e-9:
            steps = [*steps[1 - memory :], (step, change)]
        settled = value - new_value < 1e-5 * abs(value)
        point, value, gradient = new_point, new_value, new_gradient
        if settled:
            break
    return point


@dataclass(frozen=True)
class Material:
    """What is learned with one encoder.

    ``weights`` are learned from all examples; ``clauses`` are the weights for clauses by the group that they were
    learned without, and none for one look.
    """

    names: Sequence[str]
    data: Sequence[Example]
    weights: Vector
    clauses: Mapping[str, Mapping[str, float]]
    penalty: float

    def without(self, group: str, *, last: int | None = None) -> dict[str, float]:
        """Return the weights of the features before ``last``, learned without ``group``."""
        data = [replace(one, features=one.features[:last]) for one in self.data if one.group != group]
        found = train(data, self.penalty, self.weights[:last])
        return dict(zip(self.names[:last], map(float, found), strict=True))


def learn(shared: Path, encoder: Encoder, options: SearchOptions, *, boundaries: bool) -> Material:
    """Read the documents with ``encoder`` and learn from all of them; ``boundaries``: for the look that has these."""
    names, data = examples(shared, encoder, options)
    before = shipped(options.unit, encoder.name)
    clauses: dict[str, dict[str, float]] = {}
    if boundaries:
        names = [*names, _BOUNDARY]
        data = [replace(one, features=np.pad(one.features, ((0, 1), (0, 0)))) for one in data]
        data, clauses = with_boundaries(names, data, options)
    start = np.array([before.get(name, 0.0) for name in names])
    return Material(names, data, train(data, PENALTY[options.unit], start), clauses, PENALTY[options.unit])


def left_out(group: str, options: SearchOptions, own: Material, first: Material | None) -> SearchOptions:
    """Return options with weights learned without ``group``; ``first`` is what the first of two encoders learned."""
    if first is not None:
        options = left_out(group, options, first, None)
        return replace(options, finer_weights=own.without(group), finer_clause_weights=own.clauses.get(group))
    if not own.clauses:
        return replace(options, weights=own.without(group))
    return replace(
        options,
        weights=own.without(group, last=-1),
        second_weights=own.without(group),
        clause_weights=own.clauses.get(group),
    )


def leave_one_out(
    own: Material, first: Material | None, options: SearchOptions, shared: Path, encoder: Encoder
) -> dict[str, Any]:
    """Align every document with weights learned from other groups, as `duiyi align --segmented` does."""
    learned: dict[str, SearchOptions] = {}
    gold: dict[str, Sequence[Bead]] = {}
    found: dict[str, Sequence[Bead]] = {}
    omissions = Omissions()
    lost = 0.0
    for group, name, texts, beads in documents(shared, options.unit):
        if group not in learned:
            learned[group] = left_out(group, options, own, first)
            print(group, flush=True)
        chosen = learned[group]
        gold[name] = beads
        if options.unit == "sentence":
            found[name] = _search(texts, encoder, chosen)
            omissions.measure(name, texts, beads, encoder, chosen)
        else:
            sides = [
                read(shared / "data" / "paragraphs" / side / f"{name}.txt", segmented=True) for side in ("zh", "en")
            ]
            whole = AlignOptions("paragraph", segmented=True, blocks=BlockOptions(search=chosen))
            found[name] = align(*sides, encoder=encoder, options=whole).beads
        table = chosen.finer_weights or chosen.second_weights or chosen.weights or {}
        weights = np.array([table[feature] for feature in own.names])
        lost += sum(surprise(one, weights) for one in own.data if one.name == name and not one.made)
    return _figures(gold, found) | {"surprise of the gold paths": lost} | omissions.figures()


def _search(texts: Sequence[Sequence[str]], encoder: Encoder, options: SearchOptions) -> list[Bead]:
    return search(*texts, encoder=encoder, source_lang="zh", target_lang="en", options=options)


def _figures(gold: Mapping[str, Sequence[Bead]], found: Mapping[str, Sequence[Bead]]) -> dict[str, Any]:
    overall = metrics.evaluate(gold, found)
    error, table = metrics.calibration(gold, found)
    return {
        "strict F1": overall.overall.strict.f1,
        "lax F1": overall.overall.lax.f1,
        "expected calibration error": error,
        "documents": {name: {"strict F1": quality.strict.f1} for name, quality in overall.documents.items()},
        "reliability": [{"score": said, "right": true, "beads": count} for said, true, count in table],
    }


class Omissions:
    """Documents of which one side of 8 % of the beads was taken away: how many of the others are left alone."""

    def __init__(self) -> None:
        self._gold: dict[str, Sequence[Bead]] = {}
        self._found: dict[str, Sequence[Bead]] = {}
        self._orphans = self._alone = self._wrong = self._units = 0

    def measure(
        self, name: str, texts: Sequence[Sequence[str]], gold: Sequence[Bead], encoder: Encoder, options: SearchOptions
    ) -> None:
        for side in (0, 1):
            shortened, beads = with_omissions(texts, gold, side, _PLANTED, random.Random(f"{name} {side}"))
            found = _search(shortened, encoder, options)
            right, said = (
                {unit for bead in some if not (bead.source, bead.target)[side] for unit in bead.source + bead.target}
                for some in (beads, found)
            )
            self._gold[f"{name} {side}"], self._found[f"{name} {side}"] = beads, found
            self._orphans += len(right)
            self._alone += len(right & said)
            self._wrong += len(said - right)
            self._units += len(shortened[1 - side])

    def figures(self) -> dict[str, Any]:
        if not self._gold:
            return {}
        found = _figures(self._gold, self._found)
        kept = {name: found[name] for name in ("strict F1", "expected calibration error")}
        shares = {"orphans alone": self._alone / self._orphans, "others alone": self._wrong / self._units}
        return {"with 8 % of the beads on one side only": kept | shares}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("unit", choices=("sentence", "paragraph"))
    parser.add_argument("shared", type=Path)
    parser.add_argument("--model", default="builtin")
    parser.add_argument(
        "--boundaries", action="store_true", help="the weights of the second look, which aligns clauses"
    )
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    options = SearchOptions() if arguments.unit == "sentence" else SearchOptions.paragraphs()
    encoder = load(arguments.model)
    own = learn(arguments.shared, encoder, options, boundaries=arguments.boundaries)
    first = None
    if isinstance(encoder, CombinedEncoder):
        first = learn(arguments.shared, encoder.first, options, boundaries=True)
    plain = arguments.model == "builtin" and not arguments.boundaries
    key = arguments.unit if plain else f"{arguments.unit}:{encoder.name}"
    if arguments.write:
        _write(_WEIGHTS, key, _rounded(dict(zip(own.names, own.weights, strict=True))))
        if own.clauses:
            _write(_WEIGHTS, f"clauses of {arguments.unit}:{encoder.name}", _rounded(own.clauses[""]))
    figures = leave_one_out(own, first, options, arguments.shared, encoder)
    print(key, json.dumps(figures, indent=1))
    if arguments.write:
        _write(_FIGURES, key, figures)


def _rounded(weights: Mapping[str, Any]) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in weights.items()}


def _write(path: Path, key: str, value: Any) -> None:
    table = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps(table | {key: value}, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
