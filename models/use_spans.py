"""Vectors of all runs of sentences from one pass over the sentences, for the built-in encoder.

Its network sums features of tokens that depend on four neighbours to either side. So a run of sentences has,
but for its first and last few tokens, the features that the *whole text* has there: the whole text is
read once, and for each sentence the two differences are kept that it makes to begin, or to end, a run there:

    sum(first..last) = inner[first] + ... + inner[last] + begin[first] + end[last]

`inner` is the sum over the tokens of the whole text from where a sentence starts to where the next one does. Joined
sentences are not cut into pieces as they are alone (a Chinese sentence has a mark of "blank before" only at
the start of a text, and a piece may lie across a boundary), so each pair of neighbours is
cut together and compared with its two halves. Runs of fewer than nine tokens have no
middle; they are read as they are.

After the linear projection a sentence costs three rows of 512 numbers, whatever the width of the runs.

Parts of a sentence (clauses) are read on the way, as they stand in it: the features of their tokens are summed where
they are, and only the first and last part are corrected as the sentence is. It costs next to nothing, and aligns
as well as reading the parts alone.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.encoder import Vectors
from models.spans import checked
from models.use_network import PAD, REACH, Intervals, Network
from models.use_tokens import BEGIN, END, Tokenizer

__all__ = ["UseSpans", "encode_ids"]

_SLAB = 512  # sentences read together: bounds the working memory
_DIM = 512
_CHUNK = 8192  # spans whose sums are held at once
_TOKENS = 16384  # the same for texts that are read alone
_MARKS = (BEGIN, END)
_GAP = np.array([PAD, PAD], np.int32)

_Ids = NDArray[np.int32]


def encode_ids(network: Network, texts: Sequence[Sequence[int]]) -> Vectors:
    """Return the unit vectors ``[len(texts), 512]`` of texts given as piece ids, none of them empty."""
    marked = [np.array([BEGIN, *ids, END], np.int32) for ids in texts]
    lengths = np.array([len(ids) for ids in marked], np.int64)
    return network.head(_read_alone(network, marked), lengths)


class UseSpans:
    """The spans of one text; `vectors` may be called as often as needed, from several threads."""

    def __init__(
        self,
        network: Network,
        tokenizer: Tokenizer,
        sentences: Sequence[str],
        joiner: str,
        parts: Sequence[Sequence[str]] = (),
    ) -> None:
        self._network = network
        alone = tokenizer.encode(sentences)
        kept = [row for row, ids in enumerate(alone) if ids]
        # Sentences without content take no part: `_before[i]` is how many of the others stand before sentence i.
        self._before = np.concatenate([[0], np.cumsum([bool(ids) for ids in alone])]).astype(np.int64)
        pairs = tokenizer.encode([f"{sentences[a]}{joiner}{sentences[b]}" for a, b in pairwise(kept)])
        self._whole = _assemble([alone[row] for row in kept], pairs)
        cuts = _cuts(
            self._whole, [alone[row] for row in kept], tokenizer, [parts[row] for row in kept] if parts else []
        )
        # Filled slab by slab: a long text shall not be held twice.
        self._inner, self._begin, self._end = np.zeros((3, len(kept), _DIM), np.float32)
        self._parts = np.zeros((sum(map(len, parts)), _DIM), np.float32)
        filled = np.flatnonzero(np.repeat([bool(ids) for ids in alone], [len(some) for some in parts] or 0))
        done = 0
        for low in range(0, len(kept), _SLAB):
            slab = slice(low, min(low + _SLAB, len(kept)))
            sums, sums_of_parts = _read_slab(network, self._whole, cuts, slab.start, slab.stop)
            self._inner[slab], self._begin[slab], self._end[slab] = sums
            if cuts:
                tokens = np.concatenate([np.diff(some) for some in cuts[slab]])
                rows = filled[done : done + len(tokens)]
                self._parts[rows] = network.head(sums_of_parts, tokens + len(_MARKS))
                self._parts[rows[tokens == 0]] = 0
                done += len(tokens)

    def __len__(self) -> int:
        return len(self._before) - 1

    def vectors(self, starts: ArrayLike, lengths: ArrayLike) -> Vectors:
        """Return float32 vectors ``[m, 512]`` of the spans; see `models.spans.Spans`."""
        first, count = checked(starts, lengths, len(self))
        low, high = self._before[first], self._before[first + count]
        vectors = np.zeros((len(first), _DIM), np.float32)
        whole = self._whole
        rows = np.flatnonzero(high > low)
        middle = whole.ends[high[rows] - 1] - whole.starts[low[rows]] >= 2 * REACH
        for some in np.split(rows[middle], range(_CHUNK, int(middle.sum()), _CHUNK)):
            vectors[some] = self._added(low[some], high[some])
        if not middle.all():
            vectors[rows[~middle]] = self._read(low[rows[~middle]], high[rows[~middle]])
        return vectors

    def parts(self) -> Vectors:
        """Return the unit vectors of the parts, in order, as they stand in their sentences; zeros without content."""
        return self._parts

    def _added(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> Vectors:
        whole, last = self._whole, high - 1
        sums = self._begin[low] + self._end[last]
        for step in range(int((high - low).max(initial=0))):
            rows = np.flatnonzero(low + step < high)
            sums[rows] += self._inner[low[rows] + step]
        pieces = whole.ends[last] - whole.starts[low]
        marks = np.array([len(whole.heads[a]) + len(whole.tails[b]) + 2 for a, b in zip(low, last, strict=True)])
        return self._network.head(sums, pieces + marks)

    def _read(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> Vectors:
        """The spans too short to be added up."""
        pairs, back = np.unique(np.stack([low, high - 1], axis=1), axis=0, return_inverse=True)
        whole = self._whole
        texts = [
            [*whole.heads[a], *whole.pieces[whole.starts[a] : whole.ends[b]], *whole.tails[b]]
            for a, b in pairs.tolist()
        ]
        return encode_ids(self._network, texts)[back.reshape(-1)]


class _Whole(NamedTuple):
    """The pieces of all sentences joined, and how each sentence, alone, begins and ends otherwise.

    ``pieces[starts[i] : ends[i]]`` are the pieces that sentence i has both in the whole text and alone; alone it has
    ``heads[i]`` before and ``tails[i]`` after them. ``starts`` has one more element, the length of ``pieces``.
    """

    pieces: _Ids
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    heads: list[list[int]]
    tails: list[list[int]]


def _assemble(alone: Sequence[list[int]], pairs: Sequence[list[int]]) -> _Whole:
    """Join what sentences share with their pairs; ``pairs[i]`` are the pieces of sentences i and i + 1 joined."""
    pieces: list[int] = []
    starts, ends = [], []
    heads: list[list[int]] = []
    tails: list[list[int]] = []
    head = 0
    for row, ids in enumerate(alone):
        starts.append(len(pieces))
        between: list[int] = []
        tail = next_head = 0
        if row < len(pairs):
            between, tail, next_head = _seam(ids, pairs[row], alone[row + 1], len(ids) - head)
        stop = len(ids) - tail
        pieces += ids[head:stop]
        heads.append(ids[:head])
        tails.append(ids[stop:])
        ends.append(len(pieces))
        pieces += between
        head = next_head
    starts.append(len(pieces))
    return _Whole(np.array(pieces, np.int32), np.array(starts, np.int64), np.array(ends, np.int64), heads, tails)


def _seam(left: list[int], pair: list[int], right: list[int], free: int) -> tuple[list[int], int, int]:
    """Return the pieces of ``pair`` at the boundary, and how many of ``left`` and of ``right`` they stand for.

    At most ``free`` pieces of ``left`` are given up: the others were, to the sentence before it.
    """
    if len(pair) == len(left) + len(right) and pair[: len(left)] == left and pair[len(left) :] == right:
        return [], 0, 0
    tail = next(n for n in range(len(left) + 1) if pair[: len(left) - n] == left[: len(left) - n])
    tail = min(tail, free)
    start = len(left) - tail
    head = next(
        n
        for n in range(len(right) + 1)
        if len(pair) - (len(right) - n) >= start and pair[len(pair) - (len(right) - n) :] == right[n:]
    )
    return pair[start : len(pair) - (len(right) - head)], tail, head


def _read_alone(network: Network, texts: Sequence[_Ids]) -> Vectors:
    """Return the projected sums of each text, read in batches of some `_TOKENS` tokens."""
    parts = []
    low = 0
    while low < len(texts):
        high, tokens = low, 0
        while high < len(texts) and (high == low or tokens + len(texts[high]) <= _TOKENS):
            tokens += len(texts[high])
            high += 1
        batch = _Stream()
        for row, ids in enumerate(texts[low:high]):
            batch.add(ids)
            batch.want(0, len(ids), row, 1)
        parts.append(batch.sums(network, high - low))
        low = high
    return np.concatenate(parts)


def _cuts(
    whole: _Whole, alone: Sequence[list[int]], tokenizer: Tokenizer, parts: Sequence[Sequence[str]]
) -> list[NDArray[np.int64]]:
    """Where in the pieces of the whole text the parts of each sentence begin, and where the last one ends.

    Parts are not always cut into the pieces that they have in the sentence (they have a mark of "blank before"
    of their own), so the places are right to a piece or so.
    """
    read = iter(tokenizer.encode([part for some in parts for part in some]))
    found = []
    for row, some in enumerate(parts):
        sizes = np.array([len(next(read)) for _ in some], np.int64)
        if sizes.sum() != len(alone[row]):
            sizes[1:] = np.maximum(sizes[1:] - 1, 1)
        share = np.concatenate([[0], np.cumsum(sizes)]) / max(int(sizes.sum()), 1)
        places = np.rint(share * len(alone[row])).astype(np.int64) - len(whole.heads[row]) + whole.starts[row]
        places = np.clip(places, whole.starts[row], whole.ends[row])
        places[0], places[-1] = whole.starts[row], whole.starts[row + 1]
        found.append(places)
    return found


def _read_slab(
    network: Network, whole: _Whole, cuts: Sequence[NDArray[np.int64]], low: int, high: int
) -> tuple[Vectors, Vectors]:
    """Return ``[3, high - low, 512]``: what sentences ``low : high`` add inside a span, at its begin, at its end.

    And ``[parts, 512]``, the sums of their parts, the first and the last as the sentence begins and ends alone.
    """
    n, length, window = high - low, len(whole.pieces), 2 * REACH
    batch = _Stream()
    origin = max(int(whole.starts[low]) - window, 0)
    batch.add(whole.pieces[origin : int(whole.starts[high]) + window])
    for row, (start, end, stop) in enumerate(
        zip(
            (whole.starts[low:high] - origin).tolist(),
            (whole.ends[low:high] - origin).tolist(),
            (whole.starts[low + 1 : high + 1] - origin).tolist(),
            strict=True,
        )
    ):
        batch.want(start, stop, row, 1)
        batch.want(start, min(start + REACH, length - origin), n + row, -1)
        batch.want(max(end - REACH, 0), stop, 2 * n + row, -1)
    ends = 3 * n + np.cumsum([0, *(len(some) - 1 for some in cuts[low:high])])
    for row, some in enumerate(cuts[low:high]):
        places = (some - origin).tolist()
        for number, (start, stop) in enumerate(pairwise(places)):
            batch.want(start, stop, int(ends[row]) + number, 1)
        end = int(whole.ends[low + row]) - origin
        batch.want(places[0], min(places[0] + REACH, length - origin), int(ends[row]), -1)
        batch.want(max(end - REACH, 0), places[-1], int(ends[row + 1]) - 1, -1)
    for row in range(n):
        start, end = int(whole.starts[low + row]), int(whole.ends[low + row])
        head, tail = whole.heads[low + row], whole.tails[low + row]
        after = whole.pieces[start : start + window]
        batch.add(np.array([BEGIN, *head, *after], np.int32))
        read = 1 + len(head) + min(REACH, len(after))
        batch.want(0, read, n + row, 1)
        if cuts:
            batch.want(1, read, int(ends[row]), 1)  # a mark of the sentence is none of the part's
        before = whole.pieces[max(end - window, 0) : end]
        batch.add(np.array([*before, *tail, END], np.int32))
        read = len(before) + len(tail)
        batch.want(max(len(before) - REACH, 0), read + 1, 2 * n + row, 1)
        if cuts:
            batch.want(max(len(before) - REACH, 0), read, int(ends[row + 1]) - 1, 1)
    sums = batch.sums(network, int(ends[-1]))
    return sums[: 3 * n].reshape(3, n, -1), sums[3 * n :]


class _Stream:
    """Texts one after the other with gaps between, and the intervals of the last one added that are wanted."""

    def __init__(self) -> None:
        self._parts: list[_Ids] = []
        self._intervals: list[tuple[int, int, int, int]] = []
        self._start = self._next = 0

    def add(self, ids: _Ids) -> None:
        self._parts += [ids, _GAP]
        self._start = self._next
        self._next += len(ids) + len(_GAP)

    def want(self, start: int, stop: int, row: int, sign: int) -> None:
        if stop > start:
            self._intervals.append((self._start + start, self._start + stop, row, sign))

    def sums(self, network: Network, rows: int) -> Vectors:
        starts, stops, into, signs = np.array(self._intervals, np.int64).T
        return network.sums(np.concatenate(self._parts), Intervals(starts, stops, into, signs.astype(np.float32)), rows)
