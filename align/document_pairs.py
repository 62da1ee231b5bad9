"""Which documents of two sets are translations of each other, by their content: vectors, values, lengths, structure.

A document is described by the mean vector of its text and of eight equal parts of it, in order. What all documents of a
set have in common, their subject and style, is subtracted first, so that the chapters of one book can be distinguished.
The lengths of true pairs have about the same ratio throughout, which is measured on the pairs that are certain.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from corpora.document import BlockKind, Document
from corpora.text.languages import simplified
from corpora.text.mentions.matching import Certainty, core, mentions
from models.encoder import Encoder, unit_rows

__all__ = ["DocumentProfile", "assign", "evidence", "profile"]

Floats = NDArray[np.float32]

_PARTS = 8
_BLOCKS = 120  # blocks of a document that are encoded, spread over all of it
_TEXT = 400  # characters of each
_VALUES = 30_000  # characters of a document in which values are looked for
_WIDTH = 512  # of the vectors of values
_CENTRED = 3  # documents of a side from which what they share can be subtracted
# Log-odds of the evidence, chosen on 200 pieces of books, manuals and resolutions.
_CONTENT, _CONTENT_AT = 25.0, 0.42
_SHARED, _SHARED_AT = 1.0, 0.25
_SPREAD, _MOST = 0.3, 2.0  # of the logarithm of the lengths' ratio; the most that it counts against a pair
_STRUCTURE = 0.5
_OWN = 0.2  # length of what a document does not share with the others of its side, from which it says who it is


@dataclass(frozen=True, slots=True)
class DocumentProfile:
    """A document in figures: ``vectors`` float32 ``[1 + 8, dim]``, the whole first; ``values`` and how often each is
    mentioned; ``length`` in characters; ``shape``: the numbers of blocks, of headings, of cells and of items."""

    vectors: Floats
    values: Counter[str]
    length: int
    shape: tuple[int, ...]


def profile(document: Document, encoder: Encoder) -> DocumentProfile:
    """Describe ``document``; its listings count only where it has nothing else."""
    blocks = [b for b in document.blocks if b.text.strip() and b.kind is not BlockKind.CODE] or [
        b for b in document.blocks if b.text.strip()
    ]
    chosen = [blocks[int(at)] for at in np.linspace(0, len(blocks) - 1, min(len(blocks), _BLOCKS))]
    texts = [block.full_text[:_TEXT] for block in chosen]
    vectors = encoder.encode(list(simplified(texts, document.language)))
    lengths = np.array([len(text) for text in texts], np.float64)
    ends = np.cumsum(lengths) / lengths.sum()
    starts = np.concatenate([[0.0], ends[:-1]])
    edges = np.linspace(0.0, 1.0, _PARTS + 1)
    shares = np.minimum(ends[None, :], edges[1:, None]) - np.maximum(starts[None, :], edges[:-1, None])
    weights = np.concatenate([(ends - starts)[None, :], np.maximum(shares, 0.0)]).astype(np.float32)
    text = "\n".join(block.full_text for block in blocks)
    found = Counter(core(one) for one in mentions(text[:_VALUES], document.language) if one.certainty > Certainty.VAGUE)
    kinds = Counter(block.kind for block in document.blocks)
    shape = (
        len(blocks),
        kinds[BlockKind.HEADING] + kinds[BlockKind.TITLE],
        kinds[BlockKind.CELL],
        kinds[BlockKind.ITEM],
    )
    return DocumentProfile(weights @ vectors, found, len(text), shape)


def evidence(left: Sequence[DocumentProfile], right: Sequence[DocumentProfile]) -> Floats:
    """Return the log-odds, float32 ``[n, m]``, that two documents are translations of each other, by their content."""
    content, informs = _content(left, right)
    scores = _CONTENT * (content - _CONTENT_AT) * informs
    scores += _values(left, right)
    ratios = np.log([max(p.length, 1) for p in right])[None, :] - np.log([max(p.length, 1) for p in left])[:, None]
    best = [(i, int(j)) for i, j in enumerate(content.argmax(axis=1)) if int(content[:, j].argmax()) == i]
    usual = float(np.median([ratios[pair] for pair in best]))
    scores -= np.minimum(((ratios - usual) / _SPREAD) ** 2 / 2, _MOST)
    scores += _STRUCTURE * _structure(left, right)
    return np.asarray(scores, np.float32)


def _content(left: Sequence[DocumentProfile], right: Sequence[DocumentProfile]) -> tuple[Floats, Floats]:
    """Return how alike two documents are, and from 0 to 1 how much that says: copies of one form all look alike."""
    sides = []
    for profiles in (left, right):
        vectors = np.stack([one.vectors for one in profiles])
        vectors /= np.maximum(np.linalg.norm(vectors, axis=2, keepdims=True), 1e-9)
        sides.append(vectors)
    if min(len(left), len(right)) >= _CENTRED:
        sides = [vectors - vectors.mean(axis=0, keepdims=True) for vectors in sides]
    own = [np.clip(np.linalg.norm(vectors[:, 0], axis=1) / _OWN, 0.0, 1.0) for vectors in sides]
    sides = [np.stack([unit_rows(vectors[:, k]) for k in range(vectors.shape[1])], axis=1) for vectors in sides]
    whole = sides[0][:, 0] @ sides[1][:, 0].T
    parts = np.einsum("ikd,jkd->ij", sides[0][:, 1:], sides[1][:, 1:]) / _PARTS
    return np.asarray((whole + parts) / 2, np.float32), np.minimum(own[0][:, None], own[1][None, :])


def _values(left: Sequence[DocumentProfile], right: Sequence[DocumentProfile]) -> Floats:
    """Return the evidence of the values that two documents mention, by rarity; 0 where one mentions none."""
    seen = Counter(value for one in (*left, *right) for value in one.values)
    count = len(left) + len(right)
    sides = []
    for profiles in (left, right):
        rows = np.zeros((len(profiles), _WIDTH), np.float32)
        for row, one in zip(rows, profiles, strict=True):
            for value, often in one.values.items():
                bits = crc32(value.encode())
                row[bits % _WIDTH] += (1 if bits & 0x10000 else -1) * log(1 + count / seen[value]) * log(1 + often)
        sides.append(rows)
    known = [np.abs(rows).max(axis=1, initial=0.0) > 0 for rows in sides]
    cosines = unit_rows(sides[0]) @ unit_rows(sides[1]).T
    return np.where(known[0][:, None] & known[1][None, :], _SHARED * (cosines - _SHARED_AT), 0.0)


def _structure(left: Sequence[DocumentProfile], right: Sequence[DocumentProfile]) -> Floats:
    """Return how alike the shapes of two documents are, from -1 to 1."""
    sides = [np.log1p(np.array([one.shape for one in profiles], np.float32)) for profiles in (left, right)]
    distance = np.abs(sides[0][:, None, :] - sides[1][None, :, :]).mean(axis=2)
    return np.asarray(np.clip(1 - 2 * distance, -1.0, 1.0), np.float32)


def assign(scores: Floats) -> list[tuple[int, int]]:
    """Return pairs one to one so that the sum of their scores is the highest; a score below 0 makes no pair.

    The Hungarian method with shortest paths (Kuhn 1955; Jonker and Volgenant 1987): time n² m for n rows, m columns.
    """
    if scores.shape[0] > scores.shape[1]:
        return sorted((j, i) for i, j in assign(scores.T))
    costs = -np.maximum(scores, 0.0).astype(np.float64)
    rows, columns = costs.shape
    potential, column_potential = np.zeros(rows + 1), np.zeros(columns + 1)
    holder = np.zeros(columns + 1, np.int64)  # of each column the row, from 1; 0 for none
    for row in range(1, rows + 1):
        holder[0], column = row, 0
        least, before = np.full(columns + 1, np.inf), np.zeros(columns + 1, np.int64)
        used = np.zeros(columns + 1, bool)
        while holder[column]:
            used[column] = True
            current = costs[holder[column] - 1] - potential[holder[column]] - column_potential[1:]
            closer = ~used[1:] & (current < least[1:])
            least[1:][closer] = current[closer]
            before[1:][closer] = column
            column = int(np.argmin(np.where(used[1:], np.inf, least[1:]))) + 1
            step = least[column]
            potential[holder[used]] += step
            column_potential[used] -= step
            least[~used] -= step
        while column:
            holder[column] = holder[before[column]]
            column = int(before[column])
    found = [(int(holder[j]) - 1, j - 1) for j in range(1, columns + 1) if holder[j]]
    return sorted((i, j) for i, j in found if scores[i, j] > 0)
