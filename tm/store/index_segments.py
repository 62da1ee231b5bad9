"""Index up to 65,536 texts at a time: bit sketches for fuzzy matches, lists of words and pairs for concordance.

A sketch has 256 bits, one set for each token. An edit takes away at most one token and brings at most one, so two
texts at distance d lack at most d of each other's bits: comparing sketches excludes nearly all texts and never a
match, whatever the threshold (bitmap filtering: Sandes, Teodoro and Melo 2020, "Bitmap filter: speeding up
exact set similarity joins with bitwise operations", Information Systems 88). It is one pass of XOR and population
count over an array, and since texts are sorted by length, over a slice of it.

Texts that are left are compared by their sequences, see `tm.store.index_sequences`.

The lists hold words, single characters and pairs of neighbouring ones, so that Chinese is found without word
boundaries. Since a segment never holds more than 65,536 texts, a position takes two bytes, and since texts are sorted
by length, the first in a list are those of which a phrase makes up the most.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tm.folding import NUMBER, fold, is_character, tokens
from tm.store.token_stream import token_stream

__all__ = [
    "BUCKETS", "CAPACITY", "LONGEST", "WORDS", "Grams", "IndexSegment", "Near", "Needs", "Places", "build", "is_broken",
    "near", "pair_code", "postings", "sequence", "sketch", "word_code",
]  # fmt: skip

CAPACITY = 65_536
WORDS = 4  # 64-bit words of a sketch
BUCKETS = 256  # lists are stored by the highest eight bits of their code
_BITS = 64 * WORDS
_CODES = 0xD800  # codes in sequences, below the surrogates: so a sequence is text, which rapidfuzz compares
#: Texts in the list of a single character at most, the shortest; nobody reads all those that have a frequent one.
SINGLES = 2_000
#: More tokens than any text has that SQLite can store in a memory; a damaged length may be 2**31.
LONGEST = 30_000_000

Bits = NDArray[np.uint64]
Grams = dict[int, bytes]
Places = NDArray[np.int64]
#: Positions in a segment, and the highest score that each text can have.
Near = tuple[Places, Places]


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
    sequences: bytes = b""

    @classmethod
    def of(
        cls, ids: NDArray[np.int64], lengths: NDArray[np.int32], bits: Bits, sequences: bytes = b""
    ) -> "IndexSegment":
        """Put the arrays together; fold the sketches and count their bits."""
        longest = int(lengths[-1]) if len(lengths) else 0
        if longest > LONGEST:
            raise ValueError(longest)
        starts = np.searchsorted(lengths, np.arange(longest + 2, dtype=np.int32))
        columns = np.ascontiguousarray(bits.T)
        set_bits = np.bitwise_count(columns).sum(axis=0, dtype=np.int16)
        folded = np.bitwise_or.reduce(columns, axis=0)
        return cls(ids, lengths, columns.T, folded, set_bits, starts.tolist(), np.diff(starts), sequences)

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

    def place(self, length: int) -> int:
        """The position of the first text of ``length`` or more tokens."""
        return self.starts[length] if length < len(self.starts) else self.starts[-1]

    def containing(self, query: Bits, length: int, more: int) -> NDArray[np.int64]:
        """Positions of the texts of ``length`` to ``length + more`` tokens that may have all tokens of a query."""
        first, last = self.place(length), self.place(length + more + 1)
        folded = query[0] | query[1] | query[2] | query[3]
        left = ((self.folded[first:last] & folded) == folded).nonzero()[0]
        found: NDArray[np.int64] = left + first
        for word, wanted in enumerate(query):
            found = found[(self.bits[found, word] & wanted) == wanted]
        return found

    def common(self, query: Bits, here: slice | NDArray[np.int64]) -> NDArray[np.int16]:
        """How many bits of a query are set in each of these sketches."""
        counts = np.zeros(len(self.ids[here]), np.int16)
        for word, wanted in enumerate(query):
            counts += np.bitwise_count(self.bits[here, word] & wanted)
        return counts


_NONE: Near = (np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Needs:
    """What a text must have in common with a query to score ``minimum``; see the module.

    least, most: how many tokens. changes: by tokens, how many bits may differ in all.
    """

    query: Bits
    length: int
    minimum: int
    least: int
    most: int
    set_bits: int
    changes: NDArray[np.int16]

    @classmethod
    def of(cls, query: Bits, length: int, minimum: int) -> "Needs":
        """For the `sketch` of a query and the number of its tokens."""
        least, most = -(-length * minimum // 100), length * 100 // max(1, minimum)
        known = np.arange(least, most + 1)
        allowed = (100 - minimum) * np.maximum(known, length) // 100
        # A substitution changes two bits at most, an insertion or deletion one.
        changes = (2 * allowed - np.abs(known - length)).astype(np.int16)
        return cls(query, length, minimum, least, most, int(np.bitwise_count(query).sum()), changes)

    def allowed(self, length: int) -> int:
        """The largest distance to a text of this length."""
        return (100 - self.minimum) * max(length, self.length) // 100

    def twice_common(self, length: int) -> int:
        """The least number that twice the bits in common and the repeats of a text of this length or more can be.

        It is what `changes` says of a text with ``length`` less its repeats as bits. It grows with the length for texts
        longer than the query and is the same for all others.
        """
        longest = max(length, self.length)
        return self.set_bits + 2 * longest - self.length - 2 * self.allowed(longest)

    def bounds(
        self, lengths: NDArray[np.int32], set_bits: NDArray[np.int16], common: NDArray[np.int16]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of these texts have what is needed, and the highest score that each can have.

        ``set_bits`` and ``common`` are how many bits of each sketch are set, and how many are in that of the query.
        """
        # What either side has and the other lacks, the larger of both.
        lacking = np.maximum(set_bits, self.set_bits) - common
        longest = np.maximum(lengths, max(1, self.length))
        few_lack = lacking <= (100 - self.minimum) * longest // 100
        few_lack &= set_bits - 2 * common <= self.changes[lengths - self.least] - self.set_bits
        kept = few_lack.nonzero()[0]
        longest = longest[kept].astype(np.int64)
        apart = np.maximum(lacking[kept], np.abs(lengths[kept] - self.length))
        return kept, 100 * (longest - apart) // longest


def near(segments: Sequence[IndexSegment], query: Bits, length: int, minimum: int) -> list[Near]:
    """The texts of each segment that may score ``minimum`` against a query.

    ``query`` is the `sketch` of the query, ``length`` the number of its tokens.
    """
    needs = Needs.of(query, length, minimum)
    changes = np.minimum(needs.changes, 255).astype(np.uint8)
    folded = np.bitwise_or.reduce(query)
    found = []
    for segment in segments:
        first, last = segment.place(needs.least), segment.place(needs.most + 1)
        if first >= last:
            found.append(_NONE)
            continue
        # The number of changes that are allowed depends on the length only, and there are few lengths.
        changed = np.bitwise_count(segment.folded[first:last] ^ folded)
        of_each = segment.counts[needs.least : needs.most + 1]
        left = (changed <= changes[: len(of_each)].repeat(of_each)).nonzero()[0]
        # In long texts most bits of the folded sketch are set, and it excludes few of them.
        many = 2 * len(left) > last - first
        here = slice(first, last) if many else left + first
        kept, bounds = needs.bounds(segment.lengths[here], segment.set_bits[here], segment.common(query, here))
        found.append((kept + first if many else left[kept] + first, bounds))
    return found


def _code(token: str) -> int:
    return zlib.crc32(token.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=20_000)
def word_code(word: str) -> int:
    """The code of the list of a word, or of a single character; words of queries repeat."""
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


def sketch(of: Iterable[str]) -> Bits:
    """The sketch of tokens as `tm.folding.tokens` gives them: uint64 ``[WORDS]``."""
    bits = [0] * WORDS
    for token in of:
        bit = word_code(token) % _BITS
        bits[bit >> 6] |= 1 << (bit & 63)
    return np.array(bits, np.uint64)


def sequence(of: Iterable[str]) -> str:
    """The codes of tokens as `tm.folding.tokens` gives them, as text."""
    return "".join(chr(word_code(token) % _CODES) for token in of)


def build(ids: Sequence[int], texts: Sequence[str]) -> tuple[IndexSegment, Grams, set[str]]:
    """Index ``texts``, at most `CAPACITY`: the segment, the blob of each bucket, the words that occur."""
    count = len(texts)
    tokens_of = token_stream(texts)
    stream, rows, words = tokens_of.numbers, tokens_of.rows, tokens_of.words
    lengths = np.bincount(rows, minlength=count).astype(np.int32)
    codes = np.array([_code(word) for word in words], np.uint64)
    alike = np.array([_code(NUMBER if word[0].isdecimal() else word) for word in words], np.uint64)
    places = alike % np.uint64(_BITS)
    bits = np.zeros((count, WORDS), np.uint64)
    filled = np.flatnonzero(lengths)
    starts = np.cumsum(lengths) - lengths
    for word in range(WORDS if len(filled) else 0):
        here = places >> np.uint64(6) == word
        values = np.where(here, np.uint64(1) << (places & np.uint64(63)), np.uint64(0))
        bits[filled, word] = np.bitwise_or.reduceat(values[stream], starts[filled])
    of_signs, size = [], len(stream)
    for row in np.flatnonzero(lengths == 0):  # texts of punctuation only
        signs = tokens(fold(texts[int(row)]))
        bits[row], lengths[row], starts[row] = sketch(signs), len(signs), size
        of_signs.append(sequence(signs))
        size += len(signs)
    last = np.frombuffer("".join(of_signs).encode("utf-16-le"), "<u2")
    sequences = np.concatenate([(alike % np.uint64(_CODES)).astype("<u2")[stream], last])

    order = np.argsort(lengths, kind="stable")
    position = np.empty(count, np.uint16)
    position[order] = np.arange(count)
    lengths = lengths[order]
    moved = np.repeat(starts[order] - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    segment = IndexSegment.of(np.array(ids, np.int64)[order], lengths, bits[order], sequences[moved].tobytes())
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
