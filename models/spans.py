"""Vectors of spans (runs of neighbouring sentences) on demand, for every encoder, in memory linear in the sentences.

``prepare(encoder, sentences, joiner)`` is called once, then ``vectors(starts, lengths)`` for the spans that are needed.
An encoder that can compute spans from their sentences has a method `prepare` (the built-in one has); for the others the
texts are joined and encoded, each span once per call.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.encoder import Encoder, Vectors

__all__ = [
    "JoinedSpans", "PreparingEncoder", "Spans", "checked", "prepare",
]  # fmt: skip


Indices = NDArray[np.int64]


class Spans(Protocol):
    """The spans of one side of a pair."""

    def __len__(self) -> int:
        """Return the number of sentences."""
        ...

    def vectors(self, starts: ArrayLike, lengths: ArrayLike) -> Vectors:
        """Return float32 vectors ``[m, dim]``: row r is sentences ``starts[r] : starts[r] + lengths[r]`` joined.

        Rows of length 1; zeros where the span has no content. A span past the end raises `IndexError`.
        """
        ...

    def parts(self) -> Vectors:
        """Return float32 vectors ``[p, dim]`` of the p parts that `prepare` was given, in order.

        They can be compared with each other and with `vectors`; an encoder may read the parts in their sentences. Their
        length is 1 at most; zeros for a part without content.
        """
        ...


@runtime_checkable
class PreparingEncoder(Encoder, Protocol):
    """An encoder that computes the vectors of spans from data of each sentence."""

    def prepare(self, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]] = ()) -> Spans:
        """Read the sentences once; keep what is needed for spans and for the parts of each sentence."""
        ...


class JoinedSpans:
    """The spans of an encoder that can only read text: they are joined and encoded on demand."""

    def __init__(
        self, encoder: Encoder, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]] = ()
    ) -> None:
        self._encoder = encoder
        self._sentences = tuple(sentences)
        self._parts = [part for some in parts for part in some]
        self._joiner = joiner
        self._single: Vectors | None = None

    def __len__(self) -> int:
        return len(self._sentences)

    def vectors(self, starts: ArrayLike, lengths: ArrayLike) -> Vectors:
        """Return the vectors; single sentences are encoded once, longer spans in every call."""
        first, count = checked(starts, lengths, len(self))
        vectors = np.zeros((len(first), self._encoder.dim), np.float32)
        single = count == 1
        if single.any():
            if self._single is None:
                self._single = self._encoder.encode(self._sentences)
            vectors[single] = self._single[first[single]]
        rows = np.flatnonzero(count > 1)
        if len(rows):
            pairs = np.stack([first[rows], count[rows]], axis=1)
            unique, back = np.unique(pairs, axis=0, return_inverse=True)
            texts = [self._joiner.join(self._sentences[start : start + many]) for start, many in unique.tolist()]
            vectors[rows] = self._encoder.encode(texts)[back.reshape(-1)]
        return vectors

    def parts(self) -> Vectors:
        """Return the vectors of the parts, each encoded alone."""
        return self._encoder.encode(self._parts)


def prepare(encoder: Encoder, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]] = ()) -> Spans:
    """Return the spans of ``sentences``, by the method of the encoder if it has one.

    ``parts``: for each sentence the texts that it consists of, if their vectors are needed, too.
    """
    if isinstance(encoder, PreparingEncoder):
        return encoder.prepare(sentences, joiner, parts)
    return JoinedSpans(encoder, sentences, joiner, parts)


def checked(starts: ArrayLike, lengths: ArrayLike, n: int) -> tuple[Indices, Indices]:
    """Return both as int64 arrays; raise `IndexError` where a span does not lie within ``n`` sentences."""
    first = np.asarray(starts, np.int64).reshape(-1)
    count = np.asarray(lengths, np.int64).reshape(-1)
    if len(first) != len(count):
        raise IndexError("starts and lengths differ in number")
    if len(first) and (first.min() < 0 or count.min() < 0 or (first + count).max() > n):
        raise IndexError(f"a span passes the ends of {n} sentences")
    return first, count
