"""Prepared sides with random vectors, for tests that compare fast code with plain loops."""

from collections.abc import Sequence

import numpy as np

from align.clauses import Clauses
from align.spans import PreparedSide
from align.surface import surface_features


def rows(random: np.random.Generator, count: int, dim: int = 6) -> np.ndarray:
    """Random rows of length 1."""
    vectors = random.standard_normal((count, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def side(seed: int, texts: Sequence[str], width: int = 3, parts: Sequence[int] | None = None) -> PreparedSide:
    """A side with these texts; ``parts`` are the numbers of clauses of its units."""
    random = np.random.default_rng(seed)
    n = len(texts)
    vectors = np.zeros((width, n, 6), np.float16)
    for size in range(1, min(width, n) + 1):
        vectors[size - 1, : n - size + 1] = rows(random, n - size + 1)
    clauses = None
    if parts is not None:
        starts = np.concatenate([[0], np.cumsum(parts)]).astype(np.int64)
        clauses = Clauses(rows(random, sum(parts)).astype(np.float16), starts)
    return PreparedSide(texts, "en", vectors, surface_features(texts), "fake", clauses)
