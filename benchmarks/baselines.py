"""Three published ways to align sentences, written from their papers, to compare with duiyi with the same encoder.

- Gale and Church 1993, "A Program for Aligning Sentences in Bilingual Corpora": lengths only.
- Thompson and Koehn 2019, "Vecalign": normalized cosine distance of joined sentences.
- Liu and Zhu 2023, "Bertalign": anchors of single sentences, then margin of joined sentences times length penalty.

All search the whole plane or the same band as duiyi, so that only what they measure differs. They encode joined texts
as their authors' programs do.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from align.alignment import Bead
from align.band import Window, cover
from align.lattice import Lattice, best_path
from align.scoring import IMPOSSIBLE, shapes
from corpora.text.languages import joiner
from models.encoder import Encoder, Vectors

__all__ = ["bertalign", "gale_church", "vecalign"]

Floats = NDArray[np.float32]
Scorer = Callable[[int, int], Floats]


def gale_church(
    source: Sequence[str], target: Sequence[str], encoder: Encoder, languages: tuple[str, str]
) -> list[Bead]:
    """Align by lengths in bytes, with the paper's prior of each shape and its variance of 6.8 (section 3)."""
    priors = {(1, 1): 0.89, (1, 2): 0.0445, (2, 1): 0.0445, (2, 2): 0.011, (1, 0): 0.00495, (0, 1): 0.00495}
    sums = [np.concatenate([[0], np.cumsum([len(text.encode()) for text in side])]) for side in (source, target)]
    ratio = sums[1][-1] / max(sums[0][-1], 1)
    n, m = len(source), len(target)

    def scorer(a: int, b: int) -> Floats:
        here = sums[0][a:] - sums[0][: n + 1 - a]
        there = sums[1][b:] - sums[1][: m + 1 - b]
        mean = (here[:, None] + there[None, :] / ratio) / 2
        delta = (there[None, :] - here[:, None] * ratio) / np.sqrt(np.maximum(mean * 6.8, 1e-9))
        tail = np.vectorize(lambda value: math.erfc(value / math.sqrt(2)))(np.minimum(np.abs(delta), 37))
        return np.asarray(np.log(np.maximum(tail, 1e-300)) + math.log(priors[a, b]), np.float32)

    # (0, 1) must come last.
    return _aligned([*(shape for shape in priors if shape != (0, 1)), (0, 1)], scorer, [Window(0, n + 1, 0, m + 1)])


def vecalign(
    source: Sequence[str], target: Sequence[str], encoder: Encoder, languages: tuple[str, str], *, seed: int = 0
) -> list[Bead]:
    """Align by normalized distances of runs of up to 7, 8 on both sides (sections 3.1 and 3.2 of the paper)."""
    left, right = _runs(encoder, source, languages[0], 7), _runs(encoder, target, languages[1], 7)
    random = np.random.default_rng(seed)
    sample = [side[0][random.integers(0, side.shape[1], 100)] for side in (left, right)]
    norms = 1 - (left @ sample[1].T).mean(axis=2), 1 - (right @ sample[0].T).mean(axis=2)
    rows, columns = random.integers(0, left.shape[1], 20_000), random.integers(0, right.shape[1], 20_000)
    costs = 2 * (1 - np.einsum("ij,ij->i", left[0][rows], right[0][columns]))
    costs /= norms[0][0][rows] + norms[1][0][columns] + 1e-6
    skip = float(np.quantile(costs, 0.2))
    n, m = len(source), len(target)

    def scorer(a: int, b: int) -> Floats:
        if not a or not b:
            return np.full((n + 1 - a, m + 1 - b), -skip, np.float32)
        distance = 1 - left[a - 1, : n + 1 - a] @ right[b - 1, : m + 1 - b].T
        norm = norms[0][a - 1, : n + 1 - a, None] + norms[1][b - 1, None, : m + 1 - b]
        return np.asarray(-2 * distance * a * b / (norm + 1e-6), np.float32)

    return _aligned(shapes(7, 7, 8), scorer, cover(left[0], right[0], [(0, 0), (n, m)], 24).windows)


def bertalign(source: Sequence[str], target: Sequence[str], encoder: Encoder, languages: tuple[str, str]) -> list[Bead]:
    """Align by margin over the neighbours times length penalty, five sentences a bead (section 3 of the paper)."""
    left, right = _runs(encoder, source, languages[0], 4), _runs(encoder, target, languages[1], 4)
    sums = [np.concatenate([[0], np.cumsum([len(text.encode()) for text in side])]) for side in (source, target)]
    ratio = sums[1][-1] / max(sums[0][-1], 1)
    n, m = len(source), len(target)

    def scorer(a: int, b: int) -> Floats:
        if not a or not b:
            return np.full((n + 1 - a, m + 1 - b), -0.1, np.float32)
        here, there = left[a - 1, : n + 1 - a], right[b - 1, : m + 1 - b]
        beside = (_beside(here, right[0], b) + _beside(there, left[0], a).T) / 2
        lengths = (sums[0][a:] - sums[0][: n + 1 - a])[:, None] * ratio, (sums[1][b:] - sums[1][: m + 1 - b])[None, :]
        penalty = np.log2(1 + np.minimum(*lengths) / np.maximum(np.maximum(*lengths), 1))
        return np.asarray((here @ there.T - beside) * penalty, np.float32)

    return _aligned(shapes(4, 4, 5), scorer, cover(left[0], right[0], [(0, 0), (n, m)], 24).windows)


def _beside(runs: Vectors, single: Vectors, size: int) -> Floats:
    """Mean similarity of each run to the single units just before and just after every run of ``size`` opposite."""
    cosines = runs @ single.T
    count = single.shape[0] + 1 - size
    total, number = np.zeros((len(runs), count), np.float32), np.zeros(count, np.float32)
    total[:, 1:] += cosines[:, : count - 1]
    number[1:] += 1
    total[:, : count - 1] += cosines[:, size:]
    number[: count - 1] += 1
    return total / np.maximum(number, 1)


def _runs(encoder: Encoder, texts: Sequence[str], language: str, width: int) -> Vectors:
    vectors = np.zeros((width, len(texts), encoder.dim), np.float32)
    between = joiner(language)
    for size in range(1, min(width, len(texts)) + 1):
        joined = [between.join(texts[i : i + size]) for i in range(len(texts) - size + 1)]
        vectors[size - 1, : len(joined)] = encoder.encode(joined)
    return vectors


def _aligned(types: Sequence[tuple[int, int]], scorer: Scorer, covering: Sequence[Window]) -> list[Bead]:
    """Return the path of the highest sum; ``scorer(a, b)[i, j]`` scores the bead of that shape that opens at (i, j)."""
    planes = [scorer(a, b) for a, b in types]
    parts = []
    for window in covering:
        scores = np.full((len(types), window.last - window.first, window.right - window.left), IMPOSSIBLE, np.float32)
        for number, plane in enumerate(planes):
            part = plane[window.first : window.last, window.left : window.right]
            scores[number, : part.shape[0], : part.shape[1]] = part
        parts.append(scores.reshape(len(types), -1))
    path = best_path(Lattice(tuple(types), covering, np.concatenate(parts, axis=1)))
    return [Bead(tuple(range(i, i + a)), tuple(range(j, j + b))) for i, j, a, b in path]
