"""A fake encoder, for which a word and the same word in capitals have the same meaning."""

import re
from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np
import pytest

from models.encoder import Vectors


class WordEncoder:
    """Vectors of a text are the sum of one random direction a word, capitals aside.

    So a "translation" in tests is the same text in capitals, and texts share what words they share.
    """

    name = "words"
    dim = 96
    fingerprint = "0000"

    def encode(self, texts: Sequence[str]) -> Vectors:
        found = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.casefold()):
                found[row] += self._direction(word)
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        return np.divide(found, norms, out=found, where=norms > 0)

    @staticmethod
    @cache
    def _direction(word: str) -> Vectors:
        return np.random.default_rng(crc32(word.encode())).standard_normal(WordEncoder.dim).astype(np.float32)


@pytest.fixture(scope="session")
def words() -> WordEncoder:
    return WordEncoder()
