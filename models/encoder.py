"""What an encoder is: text in, unit vectors out.

One protocol, so that the search does not depend on what computes the vectors; tests use a small fake. An encoder that
can compute the vectors of runs of neighbouring sentences cheaply is also a `models.spans.PreparingEncoder`.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encoder", "Vectors", "short_repr", "unit_rows"]

Vectors = NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors of length 1.

    ``name`` is what the user called it, ``dim`` the width of its vectors, and ``fingerprint`` changes
    whenever the same text would get another vector (weights, prefixes, normalization).
    """

    @property
    def name(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of shape ``[len(texts), dim]``, rows of length 1; zeros for a text without content."""
        ...


def short_repr(encoder: Encoder) -> str:
    """The `repr` of encoders: their type and their name."""
    return f"{type(encoder).__name__}({encoder.name!r})"


def unit_rows(vectors: Vectors) -> Vectors:
    """Scale rows to length 1; zeros stay zeros."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.where(length > 0, length, 1)[:, None], np.float32)
