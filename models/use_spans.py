"""Vectors of all runs of sentences from one pass over the sentences, for the built-in encoder.

Its network sums features of tokens that depend on four neighbours to either side. So a run of sentences has, except for
its first and last few tokens, the features of the *whole text*. The whole text is read once, and two differences are
kept for each sentence: those for a run that starts, and for a run that ends with it:

    sum(first..last) = inner[first] + ... + inner[last] + begin[first] + end[last]

`inner` is the sum over the tokens of the whole text from the start of a sentence to the start of the next one. Joined
sentences have other pieces at their boundary than alone (a Chinese sentence has a mark of "space before" only at the
start of a text, and a piece may lie across a boundary), so each pair of neighbours is tokenised together and compared
with both sentences. Spans that are too short, or at whose boundaries pairs do not determine the pieces of longer texts
(short lines of digits or dots), are joined and read.

After the linear projection a sentence takes three rows of 512 numbers, whatever the width of the runs.

Parts of a sentence (clauses) are read within it: the features of their tokens are summed in their context, and only the
first and the last part are corrected like the sentence. This takes little time, and aligns as well as reading the parts
alone.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise, product
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
_SHORT = 8  # pieces below which a sentence is compared with the text around it
_AROUND = (1, 2)  # sentences to either side with which it is compared
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
        self._network, self._tokenizer, self._joiner = network, tokenizer, joiner
        alone = tokenizer.encode(sentences)
        kept = [row for row, ids in enumerate(alone) if ids]
        # Sentences without content take no part: `_before[i]` is how many of the others precede sentence i.
        self._before = np.concatenate([[0], np.cumsum([bool(ids) for ids in alone])]).astype(np.int64)
        self._texts = [sentences[row] for row in kept]
        read = [alone[row] for row in kept]
        self._whole, overlaps = _assemble(read, self._read_runs(pairwise(range(len(kept)))))
        self._breaks = np.cumsum(overlaps | self._unsure())
        cuts = _cuts(self._whole, read, tokenizer, [parts[row] for row in kept] if parts else [])
        # Filled slab by slab, so that a long text is not in memory twice.
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
        # A span is added up where it is long enough and the pieces at all boundaries in it are known.
        long = whole.ends[high[rows] - 1] - whole.starts[low[rows]] >= 2 * REACH
        middle = long & (self._breaks[high[rows] - 1] == self._breaks[low[rows]])
        for some in np.split(rows[middle], range(_CHUNK, int(middle.sum()), _CHUNK)):
            vectors[some] = self._added(low[some], high[some])
        if not middle.all():
            vectors[rows[~middle]] = self._read(low[rows[~middle]], high[rows[~middle]])
        return vectors

    def parts(self) -> Vectors:
        """Return the unit vectors of the parts, in order, as parts of their sentences; zeros without content."""
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
        """Return the vectors of spans that cannot be added up."""
        spans, back = np.unique(np.stack([low, high - 1], axis=1), axis=0, return_inverse=True)
        return encode_ids(self._network, self._read_runs(spans.tolist()))[back.reshape(-1)]

    def _read_runs(self, runs: Iterable[Sequence[int]]) -> list[list[int]]:
        """Return the pieces of joined sentences, each run given as its first and its last."""
        return self._tokenizer.encode([self._joiner.join(self._texts[first : last + 1]) for first, last in runs])

    def _unsure(self) -> NDArray[np.bool_]:
        """Find the boundaries, each known by the sentence behind it, where pairs do not tell the pieces of longer runs.

        Only at a short sentence can the pieces of one boundary depend on the next one.
        """
        n = len(self._texts)
        short = np.flatnonzero(self._whole.ends - self._whole.starts[:-1] < _SHORT).tolist()
        runs = [
            (row, max(row - before, 0), min(row + after, n - 1))
            for row in short
            for before, after in product(_AROUND, repeat=2)
        ]
        unsure = np.zeros(n, np.bool_)
        for (row, *run), ids in zip(runs, self._read_runs(run[1:] for run in runs), strict=True):
            if ids != self._whole.pieces_of(*run):
                unsure[row : row + 2] = True
        return unsure


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

    def pieces_of(self, first: int, last: int) -> list[int]:
        """Return the pieces of sentences ``first`` to ``last`` joined."""
        return [*self.heads[first], *self.pieces[self.starts[first] : self.ends[last]].tolist(), *self.tails[last]]


def _assemble(alone: Sequence[list[int]], pairs: Sequence[list[int]]) -> tuple[_Whole, NDArray[np.bool_]]:
    """Join what sentences share with their pairs; ``pairs[i]`` are the pieces of sentences i and i + 1 joined.

    Also return for each sentence whether its pieces cannot be joined to those before it, since the pair before has
    changed the same pieces: there the two are left as they are alone.
    """
    pieces: list[int] = []
    starts, ends = [], []
    heads: list[list[int]] = []
    tails: list[list[int]] = []
    overlaps = np.zeros(len(alone), np.bool_)
    head = 0
    for row, ids in enumerate(alone):
        starts.append(len(pieces))
        between: list[int] = []
        tail = next_head = 0
        if row < len(pairs):
            between, tail, next_head = _boundary(ids, pairs[row], alone[row + 1])
            if head + tail > len(ids):
                between, tail, next_head = [], 0, 0
                overlaps[row + 1] = True
        stop = len(ids) - tail
        pieces += ids[head:stop]
        heads.append(ids[:head])
        tails.append(ids[stop:])
        ends.append(len(pieces))
        pieces += between
        head = next_head
    starts.append(len(pieces))
    whole = _Whole(np.array(pieces, np.int32), np.array(starts, np.int64), np.array(ends, np.int64), heads, tails)
    return whole, overlaps


def _boundary(left: list[int], pair: list[int], right: list[int]) -> tuple[list[int], int, int]:
    """Return the pieces of ``pair`` at the boundary, and how many of ``left`` and of ``right`` they represent."""
    start = _common(left, pair)
    end = _common(right[::-1], pair[start:][::-1])
    return pair[start : len(pair) - end], len(left) - start, len(right) - end


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Return the length of the longest common beginning."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _read_alone(network: Network, texts: Sequence[_Ids]) -> Vectors:
    """Return the projected sums of each text, read in batches of some `_TOKENS` tokens."""
    parts = []
    low = 0
    while low < len(texts):
        high, tokens = low, 0
        while high < len(texts) and (high == low or tokens + len(texts[high]) <= _TOKENS):
            tokens += len(texts[high])
            high += 1
        batch = _TokenRun()
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
    batch = _TokenRun()
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


class _TokenRun:
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
