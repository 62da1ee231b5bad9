"""Two unlike encoders as one: a quick one that reads every span, and a second that reads single sentences.

Encoders err differently, so a weighted sum of their cosines is better than either. The sum is the dot product of the
vectors laid side by side, each scaled by the root of its weight; so the pair of encoders is an encoder
too, with vectors of length 1. The second one's vectors are centred by the mean of the text they
come from: multilingual encoders give all sentences of one language a direction in common that says nothing about
what they mean (Libovický et al. 2020, "On the Language Neutrality of Pre-trained Multilingual Representations").
Its vector of a span is the mean of its sentences' vectors, weighted by their lengths; parts it reads alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.encoder import Encoder, Vectors, unit_rows
from models.spans import Spans, checked, prepare

__all__ = ["CombinedEncoder"]


_UNCENTRED = 0.2
"""The second encoder's share where a text has no neighbours to centre it by, and cosines of strangers run high."""

_FEWEST = 8
"""Sentences below which their mean says more about them than about the language: there the first encoder is alone."""


class CombinedEncoder:
    """``weight`` is the second encoder's share of the similarity of what is read as a part of a text.

    Only `prepare` sees a whole text, so only `prepare` centres; `encode` cannot.
    """

    def __init__(self, first: Encoder, second: Encoder, *, weight: float = 0.5) -> None:
        self._first = first
        self._second = second
        self._weight = weight

    @property
    def name(self) -> str:
        """Both names, joined by a plus sign."""
        return f"{self._first.name}+{self._second.name}"

    @property
    def dim(self) -> int:
        """Both widths added up."""
        return self._first.dim + self._second.dim

    @property
    def fingerprint(self) -> str:
        """Both fingerprints and the weight."""
        return f"{self._first.fingerprint}+{self._second.fingerprint}x{self._weight:g}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors ``[len(texts), dim]``, rows of length 1; zeros for a text without content."""
        return _beside(self._first.encode(texts), self._second.encode(texts), _UNCENTRED)

    def prepare(self, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]] = ()) -> Spans:
        """Read the sentences once; the second encoder's vectors are centred over them."""
        return _CombinedSpans(self, sentences, joiner, parts)


class _CombinedSpans:
    def __init__(
        self, encoder: CombinedEncoder, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]]
    ) -> None:
        self._second = encoder._second
        self._first = prepare(encoder._first, sentences, joiner, parts)
        self._parts = [part for some in parts for part in some]
        single = self._second.encode(sentences)
        some = single.any(axis=1)
        self._weight = encoder._weight if some.sum() >= _FEWEST else 0.0
        self._mean = single[some].mean(axis=0) if self._weight else np.zeros(encoder._second.dim, np.float32)
        weights = np.array([len(sentence) for sentence in sentences], np.float32)
        self._single = self._centred(single) * weights[:, None]

    def __len__(self) -> int:
        return len(self._single)

    def parts(self) -> Vectors:
        """Each encoder's own, beside each other."""
        return _beside(self._first.parts(), self._centred(self._second.encode(self._parts)), self._weight)

    def vectors(self, starts: ArrayLike, lengths: ArrayLike) -> Vectors:
        first, count = checked(starts, lengths, len(self))
        sums = np.zeros((len(first), self._single.shape[1]), np.float32)
        for step in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > step)
            sums[rows] += self._single[first[rows] + step]
        return _beside(self._first.vectors(first, count), unit_rows(sums), self._weight)

    def _centred(self, vectors: Vectors) -> Vectors:
        """Take the mean away; a text without content has no direction before or after."""
        return unit_rows(np.where(vectors.any(axis=1, keepdims=True), vectors - self._mean, 0))


def _beside(first: Vectors, second: Vectors, weight: float) -> Vectors:
    """Lay both side by side, so that dot products are the weighted mean of theirs."""
    return unit_rows(
        np.concatenate([first * np.float32((1 - weight) ** 0.5), second * np.float32(weight**0.5)], axis=1)
    )
