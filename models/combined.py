"""Two different encoders as one: a fast one that reads every span, and a second one that reads single sentences.

Encoders make different errors, so a weighted sum of their cosines is better than either. The sum is the dot product of
the concatenated vectors, each scaled by the root of its weight, so the pair of encoders is an encoder, too, with
vectors of length 1. The vectors of the second one are centred by the mean of their text: multilingual encoders give all
sentences of one language a direction in common that says nothing about their meaning (Libovický et al. 2020, "On the
Language Neutrality of Pre-trained Multilingual Representations"). The second encoder's vector of a span is the mean of
those of its sentences, weighted by length; it encodes parts alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from corpora.arguments import checked_class
from models.encoder import Encoder, Vectors, short_repr, unit_rows
from models.spans import Spans, checked, prepare

__all__ = ["CombinedEncoder"]


_UNCENTRED = 0.2
"""The weight of the second encoder for texts without context, whose vectors cannot be centred."""

_FEWEST = 8
"""Sentences below which their mean depends more on them than on the language: only the first encoder is used."""


@checked_class
class CombinedEncoder:
    """``weight`` is the weight of the second encoder in the similarity of the spans of a text.

    Only `prepare` sees a whole text, so only `prepare` centres; `encode` cannot.
    """

    __repr__ = short_repr

    def __init__(self, first: Encoder, second: Encoder, *, weight: float = 0.5) -> None:
        self._first = first
        self._second = second
        self._weight = weight

    @property
    def first(self) -> Encoder:
        """The fast one."""
        return self._first

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
        return _concatenated(self._first.encode(texts), self._second.encode(texts), _UNCENTRED)

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
        """Return the concatenated vectors of both encoders."""
        return _concatenated(self._first.parts(), self._centred(self._second.encode(self._parts)), self._weight)

    def vectors(self, starts: ArrayLike, lengths: ArrayLike) -> Vectors:
        first, count = checked(starts, lengths, len(self))
        sums = np.zeros((len(first), self._single.shape[1]), np.float32)
        for step in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > step)
            sums[rows] += self._single[first[rows] + step]
        return _concatenated(self._first.vectors(first, count), unit_rows(sums), self._weight)

    def _centred(self, vectors: Vectors) -> Vectors:
        """Subtract the mean; the vector of a text without content stays zero."""
        return unit_rows(np.where(vectors.any(axis=1, keepdims=True), vectors - self._mean, 0))


def _concatenated(first: Vectors, second: Vectors, weight: float) -> Vectors:
    """Concatenate vectors, so that dot products are the weighted means of theirs."""
    return unit_rows(
        np.concatenate([first * np.float32((1 - weight) ** 0.5), second * np.float32(weight**0.5)], axis=1)
    )
