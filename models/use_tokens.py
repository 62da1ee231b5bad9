"""The word pieces of USE multilingual 3, computed by SentencePiece from the model file of the weights.

The package of the weights reads the same file in pure Python, some twenty times as slowly. The ids are the same (a test
compares them on real texts), except that SentencePiece merges neighbouring unknown characters into one piece.
"""

from collections.abc import Sequence
from pathlib import Path

from corpora.errors import ModelError

__all__ = ["BEGIN", "END", "UNKNOWN", "Tokenizer"]

UNKNOWN = 0
BEGIN = 1
END = 2


class Tokenizer:
    """Texts to piece ids, without the marks of begin and end."""

    def __init__(self, model: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        try:
            # The bytes are read here because SentencePiece cannot open every path that Windows can.
            self._pieces = SentencePieceProcessor(model_proto=model.read_bytes())
        except (OSError, RuntimeError) as error:
            raise ModelError(f"{model} cannot be read as a SentencePiece model") from error

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text; none for a text of white space and control characters only."""
        encodable = [_encodable(text) for text in texts]
        encoded: list[list[int]] = self._pieces.encode(encodable)
        for row, ids in enumerate(encoded):
            if UNKNOWN in ids:
                encoded[row] = self._separated(encodable[row], ids)
        return encoded

    def _separated(self, text: str, ids: list[int]) -> list[int]:
        """Give every unknown character an id of its own."""
        pieces: list[str] = self._pieces.encode(text, out_type=str)
        counts = (len(piece) if id_ == UNKNOWN else 1 for id_, piece in zip(ids, pieces, strict=True))
        return [id_ for id_, count in zip(ids, counts, strict=True) for _ in range(count)]


def _encodable(text: str) -> str:
    """Replace unpaired surrogates, which UTF-8 cannot encode, with question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
