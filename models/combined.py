"""Two unlike encoders as one: a quick one that reads every span, and a second that reads single sentences.

Encoders err differently, so a weighted sum of their cosines is better than either. The sum is the dot product of the
vectors laid side by side, each scaled by the root of its weight; so the pair of encoders is an encoder
too, with vectors of length 1. The second one's vectors are centred by the mean of the text they
come from: multilingual encoders give all sentences of one language a direction in common that says nothing about
what they mean (Libovický et al. 2020, "On the Language Neutrality of Pre-trained Multilingual Representations").
Its vector of a span is the mean of its sentences' vectors, weighted by their lengths.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.encoder import Encoder, Vectors
from models.spans import Spans, checked, prepare, table

__all__ = ["CombinedEncoder"]


class CombinedEncoder:
    """``weight`` is the second encoder's share of the similarity.

    Only `prepare` and `encode_spans` see a text as a whole, so only they centre; `encode` cannot.
    """

    def __init__(self, first: Encoder, second: Encoder, *, weight: float = 0.2) -> None:
        self._first = first
        self._second = second
        self._weight = weight
        self._scales = np.sqrt(np.array([1 - weight, weight], np.float32))

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
        return self._beside(self._first.encode(texts), self._second.encode(texts))

    def prepare(self, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]] = ()) -> Spans:
        """Read the sentences once; the second encoder's vectors are centred over them."""
        return _CombinedSpans(self, sentences, joiner, parts)

    def encode_spans(self, sentences: Sequence[str], width: int, joiner: str) -> Vectors:
        """Return float32 vectors ``[width, n, dim]`` of all runs of up to ``width`` sentences; zeros past the end."""
        return table(self.prepare(sentences, joiner), self.dim, width)

    def _beside(self, first: Vectors, second: Vectors) -> Vectors:
        return _unit(np.concatenate([first * self._scales[0], second * self._scales[1]], axis=1))


class _CombinedSpans:
    def __init__(
        self, encoder: CombinedEncoder, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]]
    ) -> None:
        self._encoder = encoder
        self._first = prepare(encoder._first, sentences, joiner, parts)
        single = encoder._second.encode(sentences)
        some = single.any(axis=1)
        # One sentence alone would be centred to nothing.
        if some.sum() > _FEWEST:
            single[some] -= single[some].mean(axis=0)
        weights = np.array([len(sentence) for sentence in sentences], np.float32)
        self._single = _unit(single) * weights[:, None]

    def __len__(self) -> int:
        return len(self._single)

    def parts(self) -> Vectors:
        """The first encoder's alone, scaled by its share: the second is too slow for every part."""
        first = self._first.parts() * self._encoder._scales[0]
        return np.concatenate([first, np.zeros((len(first), self._single.shape[1]), np.float32)], axis=1)

    def vectors(self, starts: ArrayLike, lengths: ArrayLike) -> Vectors:
        first, count = checked(starts, lengths, len(self))
        sums = np.zeros((len(first), self._single.shape[1]), np.float32)
        for step in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > step)
            sums[rows] += self._single[first[rows] + step]
        return self._encoder._beside(self._first.vectors(first, count), _unit(sums))


_FEWEST = 20
"""Sentences below which the mean says more about them than about the language."""


def _unit(vectors: Vectors) -> Vectors:
    """Scale rows to length 1 in place of what they are; zeros stay zeros."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.where(length > 0, length, 1)[:, None], np.float32)
