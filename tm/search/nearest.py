"""Find texts that contain most of a phrase: a fuzzy concordance, also for phrases inside much longer texts.

The lists of words and pairs (`tm.store.index_segments`) say how many of those of the phrase a text has; the texts with
the most are aligned with the phrase, token by token, and the stretch that is most like it is marked.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from rapidfuzz.fuzz import partial_ratio_alignment, ratio

from tm.folding import TOKEN, fold, is_character
from tm.search.queries import folded_with_places
from tm.store.index import IndexPart
from tm.store.index_segments import pair_code, word_code
from tm.store.sql import Sql

__all__ = ["LEAST", "NearPhrase", "is_long"]

#: The least likeness of a stretch to the phrase, in percent.
LEAST = 70
_SHARED = 0.5  # of the words and pairs of the phrase that a text must have to be aligned
_ALIGNED = 400  # texts aligned at most
_LONG = 5  # words, or twice as many characters, of a phrase that was pasted rather than typed
_REACH = 2  # a stretch is at most half of the phrase longer on either side
_AT_ONCE = 100
_OTHER = "\ufffe"


def is_long(text: str) -> bool:
    """True for a phrase of which near texts are worth showing without being asked for."""
    tokens = TOKEN.findall(fold(text))
    return sum(1 if is_character(token) else 2 for token in tokens) >= 2 * _LONG


class NearPhrase:
    """A phrase to be found approximately."""

    def __init__(self, text: str) -> None:
        self._tokens = TOKEN.findall(fold(text.replace('"', " ")))
        self._codes: dict[str, str] = {}
        for token in self._tokens:
            self._codes.setdefault(token, chr(0x10000 + len(self._codes)))
        self._encoded = "".join(self._codes[token] for token in self._tokens)

    def find(self, connection: Sql, parts: Sequence[IndexPart]) -> Iterator[tuple[int, int, tuple[int, int]]]:
        """The number of each text, its score, and the span of the stretch; the most promising texts first."""
        ids = self._candidates(connection, parts)
        for start in range(0, len(ids), _AT_ONCE):
            chunk = ids[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(chunk))
            rows = connection.execute(f"SELECT id, text FROM texts WHERE id IN ({marks})", chunk).fetchall()
            for number, text in rows:
                found = self.stretch(text)
                if found is not None:
                    yield number, *found

    def stretch(self, text: str) -> tuple[int, tuple[int, int]] | None:
        """The score and the span of the stretch of ``text`` that is most like the phrase, None below `LEAST`."""
        folded, places = folded_with_places(text)
        tokens = list(TOKEN.finditer(folded))
        theirs = "".join(self._codes.get(token[0], _OTHER) for token in tokens)
        if not tokens or len(theirs) * 2 < len(self._encoded):
            return None
        found = partial_ratio_alignment(self._encoded, theirs, score_cutoff=LEAST)
        if found is None or found.dest_start == found.dest_end:
            return None
        # The stretch is as long as the phrase; what is not in the phrase does not belong to its ends.
        ends = [place for place in range(found.dest_start, found.dest_end) if theirs[place] != _OTHER]
        score, start, end = self._extended(theirs, ends[0], ends[-1] + 1)
        first, last = tokens[start], tokens[end - 1]
        return int(max(score, found.score)), (places[first.start()], places[last.end() - 1] + 1)

    def _extended(self, theirs: str, start: int, end: int) -> tuple[float, int, int]:
        """The stretch with what belongs to it before and behind, where the text says more than the phrase."""
        reach = max(1, len(self._encoded) // _REACH)
        best = (ratio(self._encoded, theirs[start:end]), start, end)
        for further in range(end, min(len(theirs), end + reach)):
            if theirs[further] != _OTHER:
                best = max(best, (ratio(self._encoded, theirs[start : further + 1]), start, further + 1))
        end = best[2]
        for earlier in range(start - 1, max(-1, start - 1 - reach), -1):
            if theirs[earlier] != _OTHER:
                best = max(best, (ratio(self._encoded, theirs[earlier:end]), earlier, end))
        return best

    def _candidates(self, connection: Sql, parts: Sequence[IndexPart]) -> list[int]:
        codes = {word_code(token) for token in self._tokens if not is_character(token)}
        codes |= {pair_code(a, b) for a, b in pairwise(self._tokens) if is_character(a) and is_character(b)}
        least = max(1, int(len(codes) * _SHARED))
        ids, shared = [], []
        for part in parts:
            lists = [part.positions(connection, code) for code in codes]
            counts = np.bincount(np.concatenate(lists), minlength=1) if lists else np.zeros(1, np.int64)
            positions = np.flatnonzero(counts >= least)
            ids.append(part.segment.ids[positions])
            shared.append(counts[positions])
        if not ids:
            return []
        order = np.argsort(-np.concatenate(shared), kind="stable")[:_ALIGNED]
        chosen: list[int] = np.concatenate(ids)[order].tolist()
        return chosen
