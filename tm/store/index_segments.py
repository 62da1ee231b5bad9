"""Index up to 65,536 texts at a time: bit sketches for fuzzy matches, lists of words and pairs for concordance.

A sketch has 256 bits, one set for each token. An edit takes away at most one token and brings at most one, so two
texts at distance d lack at most d of each other's bits: comparing sketches excludes nearly all texts and never a
match, whatever the threshold (bitmap filtering: Sandes, Teodoro and Melo 2020, "Bitmap filter: speeding up
exact set similarity joins with bitwise operations", Information Systems 88). It is one pass of XOR and population
count over an array, and since texts are sorted by length, over a slice of it.

The lists hold words, single characters and pairs of neighbouring ones, so that Chinese is found without word
boundaries. Since a segment never holds more than 65,536 texts, a position takes two bytes, and since texts are sorted
by length, the first in a list are those of which a phrase makes up the most.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tm.folding import NUMBER, fold, is_character, tokens
from tm.store.token_stream import token_stream

__all__ = [
    "BUCKETS", "CAPACITY", "WORDS", "Grams", "IndexSegment", "build", "is_broken", "near", "pair_code", "postings",
    "sketch", "word_code",
]  # fmt: skip

CAPACITY = 65_536
WORDS = 4  # 64-bit words of a sketch
BUCKETS = 256  # lists are stored by the highest eight bits of their code
_BITS = 64 * WORDS
#: Texts in the list of a single character at most, the shortest; nobody reads all those that have a frequent one.
SINGLES = 2_000

Bits = NDArray[np.uint64]
Grams = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class IndexSegment:
    """Texts sorted by length: their ids (int64), tokens (int32), sketches (uint64 ``[n, WORDS]``, by
    column, for operations on columns are several times as fast as those on rows of four).

    ``folded`` is the sketch folded to 64 bits, the coarse filter; ``set_bits`` is how many bits of each sketch are set;
    ``starts`` is the position of the first text of each length, up to one more than the longest; ``counts`` is how many
    texts there are of each length.
    """

    ids: NDArray[np.int64]
    lengths: NDArray[np.int32]
    bits: Bits
    folded: Bits
    set_bits: NDArray[np.int16]
    starts: list[int]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, ids: NDArray[np.int64], lengths: NDArray[np.int32], bits: Bits) -> "IndexSegment":
        """Put the arrays together; fold the sketches and count their bits."""
        longest = int(lengths[-1]) if len(lengths) else 0
        starts = np.searchsorted(lengths, np.arange(longest + 2, dtype=np.int32))
        columns = np.ascontiguousarray(bits.T)
        set_bits = np.bitwise_count(columns).sum(axis=0, dtype=np.int16)
        folded = np.bitwise_or.reduce(columns, axis=0)
        return cls(ids, lengths, columns.T, folded, set_bits, starts.tolist(), np.diff(starts))

    @classmethod
    def load(cls, ids: bytes, lengths: bytes, bits: bytes) -> "IndexSegment":
        """The segment whose arrays were stored by `dump`."""
        return cls.of(
            np.frombuffer(ids, np.int64),
            np.frombuffer(lengths, np.int32),
            np.frombuffer(bits, np.uint64).reshape(-1, WORDS),
        )

    def dump(self) -> tuple[bytes, bytes, bytes]:
        """The arrays as bytes, little-endian."""
        return self.ids.tobytes(), self.lengths.tobytes(), self.bits.tobytes()

    def near(self, query: Bits, length: int, minimum: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """`near` in this segment alone."""
        return near([self], query, length, minimum)

    def place(self, length: int) -> int:
        """The position of the first text of ``length`` or more tokens."""
        return self.starts[length] if length < len(self.starts) else self.starts[-1]

    def containing(self, query: Bits, length: int, more: int) -> NDArray[np.int64]:
        """Ids of the texts of ``length`` to ``length + more`` tokens that may have all tokens of a query."""
        first, last = self.place(length), self.place(length + more + 1)
        if first >= last:
            return self.ids[:0]
        folded = query[0] | query[1] | query[2] | query[3]
        left = ((self.folded[first:last] & folded) == folded).nonzero()[0]
        if not len(left):
            return self.ids[:0]
        left += first
        for word, wanted in enumerate(query):
            left = left[(self.bits[left, word] & wanted) == wanted]
        found: NDArray[np.int64] = self.ids[left]
        return found

    def common(self, query: Bits, here: slice | NDArray[np.int64]) -> NDArray[np.int16]:
        """How many bits of a query are set in each of these sketches."""
        counts = np.zeros(len(self.ids[here]), np.int16)
        for word, wanted in enumerate(query):
            counts += np.bitwise_count(self.bits[here, word] & wanted)
        return counts


def near(
    segments: Sequence[IndexSegment], query: Bits, length: int, minimum: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids of the texts that may score ``minimum`` against a query, and the highest score that each can have.

    ``query`` is the `sketch` of the query, ``length`` the number of its tokens.
    """
    least, most = -(-length * minimum // 100), length * 100 // max(1, minimum)
    # The allowed distance depends on the length only, and there are few lengths.
    known = np.arange(least, most + 1)
    allowed = (100 - minimum) * np.maximum(known, length) // 100
    # A substitution changes two bits at most, an insertion or deletion one.
    changes = np.minimum(2 * allowed - np.abs(known - length), 255).astype(np.uint8)
    folded, set_bits = np.bitwise_or.reduce(query), np.bitwise_count(query).sum(dtype=np.int16)
    limits = allowed.astype(np.int16)
    ids, bounds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for segment in segments:
        first, last = segment.place(least), segment.place(most + 1)
        if first >= last:
            continue
        changed = np.bitwise_count(segment.folded[first:last] ^ folded)
        of_each = segment.counts[least : most + 1]
        passed = changed <= changes[: len(of_each)].repeat(of_each)
        left = passed.nonzero()[0]
        if not len(left):
            continue
        # In long texts most bits of the folded sketch are set, and it excludes few of them.
        many = 2 * len(left) > last - first
        here = slice(first, last) if many else left + first
        # What either side has and the other lacks, the larger of both.
        lacking = np.maximum(segment.set_bits[here], set_bits) - segment.common(query, here)
        lengths = segment.lengths[here]
        few_lack = lacking <= limits[lengths - least]
        kept = (few_lack & passed if many else few_lack).nonzero()[0]
        if len(kept):
            theirs = lengths[kept].astype(np.int64)
            longest = np.maximum(theirs, length)
            apart = np.maximum(lacking[kept], np.abs(theirs - length))
            ids.append(segment.ids[here][kept])
            bounds.append(100 * (longest - apart) // longest)
    return np.concatenate(ids), np.concatenate(bounds)


def _code(token: str) -> int:
    return zlib.crc32(token.encode("utf-8", "surrogatepass"))


def word_code(word: str) -> int:
    """The code of the list of a word, or of a single character."""
    return _code(word)


def pair_code(first: str, second: str) -> int:
    """The code of the list of two neighbouring characters."""
    pair = _pair(np.array([_code(first)], np.uint64), np.array([_code(second)], np.uint64))
    return int(pair[0])


def _pair(first: Bits, second: Bits) -> Bits:
    # Arrays, for in them the product may wrap around.
    mixed: Bits = first * np.uint64(0x9E37_79B1) + second * np.uint64(0x85EB_CA77)
    mixed ^= mixed >> np.uint64(29)
    return mixed & np.uint64(0xFFFF_FFFF)


def sketch(sequence: Iterable[str]) -> Bits:
    """The sketch of tokens as `tm.folding.tokens` gives them: uint64 ``[WORDS]``."""
    bits = [0] * WORDS
    for token in sequence:
        bit = _code(token) % _BITS
        bits[bit >> 6] |= 1 << (bit & 63)
    return np.array(bits, np.uint64)


def build(ids: Sequence[int], texts: Sequence[str]) -> tuple[IndexSegment, Grams, set[str]]:
    """Index ``texts``, at most `CAPACITY`: the segment, the blob of each bucket, the words that occur."""
    count = len(texts)
    tokens_of = token_stream(texts)
    stream, rows, words = tokens_of.numbers, tokens_of.rows, tokens_of.words
    lengths = np.bincount(rows, minlength=count).astype(np.int32)
    codes = np.array([_code(word) for word in words], np.uint64)
    places = np.array([_code(NUMBER if word[0].isdecimal() else word) % _BITS for word in words], np.uint64)
    bits = np.zeros((count, WORDS), np.uint64)
    filled = np.flatnonzero(lengths)
    starts = (np.cumsum(lengths) - lengths)[filled]
    for word in range(WORDS if len(filled) else 0):
        here = places >> np.uint64(6) == word
        values = np.where(here, np.uint64(1) << (places & np.uint64(63)), np.uint64(0))
        bits[filled, word] = np.bitwise_or.reduceat(values[stream], starts)
    for row in np.flatnonzero(lengths == 0):
        signs = tokens(fold(texts[int(row)]))
        bits[row], lengths[row] = sketch(signs), len(signs)

    order = np.argsort(lengths, kind="stable")
    position = np.empty(count, np.uint16)
    position[order] = np.arange(count)
    segment = IndexSegment.of(np.array(ids, np.int64)[order], lengths[order], bits[order])
    single = np.array([is_character(word) for word in words])
    grams = _grams(stream, position[rows], codes, single[stream]) if len(stream) else {}
    return segment, grams, {word for word, alone in zip(words, single, strict=True) if not alone}


def _grams(stream: NDArray[np.int32], positions: NDArray[np.uint16], codes: Bits, single: NDArray[np.bool_]) -> Grams:
    """The lists of a segment by bucket; each list is sorted, without repetition."""
    words = codes[stream[~single]] << np.uint64(16) | positions[~single].astype(np.uint64)
    neighbours = single[:-1] & single[1:] & (positions[:-1] == positions[1:])
    first, second = codes[stream[:-1][neighbours]], codes[stream[1:][neighbours]]
    pairs = _pair(first, second) << np.uint64(16) | positions[:-1][neighbours].astype(np.uint64)
    characters = codes[stream[single]] << np.uint64(16) | positions[single].astype(np.uint64)
    entries = np.concatenate([words, pairs, _first(characters)])
    entries.sort()  # np.unique hashes first, which takes several times as long here
    entries = entries[_changes(entries)]
    code, position = entries >> np.uint64(16), (entries & np.uint64(0xFFFF)).astype(np.uint16)
    borders = np.searchsorted(code, np.arange(BUCKETS + 1, dtype=np.uint64) << np.uint64(24))
    grams = {}
    for bucket in range(BUCKETS):
        begin, end = int(borders[bucket]), int(borders[bucket + 1])
        if begin == end:
            continue
        starts = np.flatnonzero(_changes(code[begin:end]))
        known = code[begin:end][starts]
        ends = np.append(starts[1:], end - begin).astype(np.uint32)
        head = np.array([len(known)], np.uint32)
        grams[bucket] = b"".join(part.tobytes() for part in (head, known.astype(np.uint32), ends, position[begin:end]))
    return grams


def _first(entries: Bits) -> Bits:
    """The first `SINGLES` entries of each code, sorted, without repetition."""
    entries.sort()
    entries = entries[_changes(entries)]
    starts = np.flatnonzero(_changes(entries >> np.uint64(16)))
    sizes = np.diff(starts, append=len(entries))
    return entries[np.arange(len(entries)) - np.repeat(starts, sizes) < SINGLES]


def _changes(ordered: Bits) -> NDArray[np.bool_]:
    """True where an entry differs from the one before it."""
    changes = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=changes[1:])
    return changes


def postings(blob: bytes | None, code: int) -> NDArray[np.uint16]:
    """The positions in its segment, ascending, of the texts in the list ``code`` of a bucket's blob."""
    nothing = np.empty(0, np.uint16)
    if blob is None:
        return nothing
    count = int(np.frombuffer(blob, np.uint32, 1)[0])
    codes = np.frombuffer(blob, np.uint32, count, 4)
    place = int(np.searchsorted(codes, np.uint32(code)))
    if place == count or int(codes[place]) != code:
        return nothing
    ends = np.frombuffer(blob, np.uint32, count, 4 + 4 * count)
    begin = int(ends[place - 1]) if place else 0
    return np.frombuffer(blob, np.uint16, int(ends[place]) - begin, 4 + 8 * count + 2 * begin)


def is_broken(blob: bytes) -> bool:
    """Whether a bucket's blob does not have the size that its head says."""
    head = 4 + 8 * int.from_bytes(blob[:4], "little")
    return len(blob) < head or len(blob) != head + 2 * int.from_bytes(
        blob[head - 4 : head] if head > 4 else b"", "little"
    )
