"""One side of a search, prepared: the vectors of all runs of neighbouring units and their surface features.

Vectors of joined sentences are better than means of single vectors (F1 0.914 against 0.889 on the literary chapters),
so every run of up to ``width`` units has its own (`models.spans`). They are kept in half precision, which changes no
alignment and halves the memory. Slices of a prepared side copy nothing, which lets small searches share one pass of the
encoder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.clauses import Clauses, clauses, split
from align.surface import SurfaceFeatures, surface_features
from corpora.text.languages import joiner, simplified
from models.combined import CombinedEncoder
from models.encoder import Encoder
from models.spans import prepare as prepare_spans

__all__ = ["LONGEST", "PreparedSide", "finer", "prepare"]

_BLOCK = 4096
#: Characters of a unit that are encoded; a longer one is damaged, or the whole of a document.
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class PreparedSide:
    """The units of one side: ``vectors[k - 1, i]`` is the unit vector of the units ``i … i + k - 1`` joined.

    ``vectors`` is float16 ``[width, n, dim]``; runs that would pass the end are zeros. ``encoder`` is the name of the
    encoder. ``clauses``: the clauses of the units, if the search uses them. ``finer``: an encoder by which what stays
    undecided is read once more (`align.cascade`).
    """

    texts: Sequence[str]
    language: str
    vectors: NDArray[np.float16]
    surface: SurfaceFeatures
    encoder: str = ""
    clauses: Clauses | None = None
    finer: Encoder | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def width(self) -> int:
        """The longest run that has a vector."""
        return int(self.vectors.shape[0])

    def __getitem__(self, part: slice) -> "PreparedSide":
        start, stop, _ = part.indices(len(self))
        return PreparedSide(
            self.texts[start:stop],
            self.language,
            self.vectors[:, start:stop],
            self.surface[start:stop],
            self.encoder,
            None if self.clauses is None else self.clauses[start:stop],
            self.finer,
        )

    def take(self, units: Sequence[int]) -> "PreparedSide":
        """Return ``units``, in that order; a run has a wrong vector where they are not neighbours."""
        return PreparedSide(
            [self.texts[unit] for unit in units],
            self.language,
            self.vectors[:, units],
            self.surface.take(units),
            self.encoder,
            None if self.clauses is None else self.clauses.take(units),
            self.finer,
        )


def finer(side: PreparedSide, units: Sequence[int]) -> PreparedSide:
    """Return ``units`` of ``side``, read by both encoders."""
    encoder = side.finer
    assert encoder is not None
    texts = [side.texts[unit] for unit in units]
    by_clauses = side.clauses is not None
    return prepare(
        texts, encoder=encoder, language=side.language, width=side.width, by_clauses=by_clauses, in_steps=False
    )


def prepare(
    texts: Sequence[str],
    *,
    encoder: Encoder,
    language: str,
    width: int,
    by_clauses: bool = False,
    in_steps: bool = True,
) -> PreparedSide:
    """Encode every run of up to ``width`` neighbouring units of ``texts``, and their clauses with ``by_clauses``.

    ``in_steps``: by the first of two encoders only, if ``encoder`` consists of two.
    """
    finer = encoder if in_steps and isinstance(encoder, CombinedEncoder) else None
    encoder = finer.first if finer else encoder
    # Encoders are trained on far more simplified than traditional Chinese.
    plain = simplified([text[:LONGEST] for text in texts], language)
    parts = [split(text) for text in plain] if by_clauses else []
    spans = prepare_spans(encoder, plain, joiner(language), parts)
    vectors = np.zeros((width, len(texts), encoder.dim), np.float16)
    for size in range(1, min(width, len(texts)) + 1):
        for start in range(0, len(texts) - size + 1, _BLOCK):
            starts = np.arange(start, min(start + _BLOCK, len(texts) - size + 1))
            vectors[size - 1, starts] = spans.vectors(starts, np.full(len(starts), size))
    found = clauses(parts, spans.parts()) if by_clauses else None
    return PreparedSide(texts, language, vectors, surface_features(texts), encoder.name, found, finer)
