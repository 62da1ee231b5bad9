"""Which words and characters occur at all in a language of a memory, so that most queries search one language only.

A query is in one language, which is often not named, and nearly all its tokens are in no text of the others. Each such
token is a difference to every text there. So a language in which more tokens are missing than a match may lack need not
be searched; its sketches and sequences are not even prepared.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tm.folding import NUMBER, TOKEN
from tm.store.index_segments import BUCKETS, word_code
from tm.store.sql import Sql

__all__ = ["OccurringCodes"]

_PREPARED_AFTER = 3  # look-ups; to read the codes takes as long as some thirty
_FLAGS = 1 << 23  # more than a hundred for each word of a language, so that few share one
_HEAD = 8_192  # bytes of a bucket, more than the codes of nearly all have
Segments = tuple[int, ...]


class OccurringCodes:
    """The codes that occur in the segments of each language, as flags; those of languages that are searched often."""

    def __init__(self) -> None:
        self._flags: dict[str, tuple[Segments, NDArray[np.bool_]]] = {}
        self._asked: Counter[tuple[str, Segments]] = Counter()

    def missing(self, connection: Sql, language: str, segments: Segments, query: Sequence[str]) -> int:
        """How many tokens of a query are in none of these segments, which are all of their language; 0 if unknown."""
        held = self._flags.get(language)
        if held is None or held[0] != segments:
            asked = (language, segments)
            self._asked[asked] += 1
            if self._asked[asked] <= _PREPARED_AFTER or connection.REMOTE:
                return 0
            for gone in [one for one in self._asked if one[0] == language]:
                del self._asked[gone]
            held = self._flags[language] = segments, _flags(connection, segments)
        if not query or not TOKEN.match(query[0]):
            return 0  # a text of punctuation only, whose signs are in no list
        flags = held[1]
        return sum(not flags[word_code(token) % _FLAGS] for token in query if token != NUMBER)


def _flags(connection: Sql, segments: Segments) -> NDArray[np.bool_]:
    flags = np.zeros(_FLAGS, bool)
    for number in segments:
        for codes in _codes(connection, number * BUCKETS):
            flags[codes % _FLAGS] = True
    return flags


def _codes(connection: Sql, first: int) -> Iterator[NDArray[np.uint32]]:
    """The codes of the lists of a segment, bucket by bucket."""
    statement = f"SELECT id, substr(data, 1, {_HEAD}) FROM postings WHERE id >= ? AND id < ?"
    for number, head in connection.execute(statement, (first, first + BUCKETS)).fetchall():
        count = int.from_bytes(head[:4], "little")
        if 4 + 4 * count > len(head):
            (head,) = connection.execute("SELECT data FROM postings WHERE id = ?", (number,)).fetchone()
        yield np.frombuffer(head, np.uint32, count, 4)
