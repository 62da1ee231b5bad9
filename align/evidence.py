"""Evidence that two blocks correspond, beside their meaning: kind, number, and the values that they mention.

A heading corresponds to a heading, item (c) to ㈢, a paragraph that mentions 30 November 2017 to another that does.
Values that are rare in the document weigh more (inverse document frequency), since 第一条 in a hundred paragraphs is no
evidence. Evidence is computed for the rectangles that the search needs, so nothing grows with the product of the
lengths.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from align.times import Times, overlaps, times_of, with_one_clock
from corpora.arguments import checked_class
from corpora.document import Block, BlockKind, Document
from corpora.text.markers import parse_marker
from corpora.text.mentions.matching import Certainty, core, mentions
from models.encoder import Vectors

__all__ = ["BlockEvidence", "EvidenceOptions", "agreement", "block_evidence"]

#: Kinds that correspond to each other: a list item of one file is often a plain paragraph of the other.
_GROUPS = {BlockKind.TITLE: 0, BlockKind.HEADING: 0, BlockKind.FOOTNOTE: 1, BlockKind.CODE: 2}
_OTHER = 3


@checked_class
@dataclass(frozen=True, slots=True)
class EvidenceOptions:
    """How much each kind of evidence counts.

    ``kind``: both are headings, notes or code (subtracted where only one is); ``number``: their markers are equal
    (subtracted where they differ); ``values``: the share of mentioned numbers, dates, articles and symbols that they
    have in common, by rarity; ``time``: the share of the time that both are shown,
    of subtitles. ``weight`` converts the sum to the scale of the search's scores.
    """

    kind: float = 0.35
    number: float = 0.35
    values: float = 0.5
    time: float = 2.0
    weight: float = 4.0


@dataclass(frozen=True, slots=True)
class BlockEvidence:
    """The evidence of n blocks.

    ``groups`` int8 ``[n]``: the kinds of the blocks; ``numbers`` int32 ``[n]``: the values of their markers, -1 where
    there is none; ``values`` float32 ``[n, width]``: what they mention, hashed into ``width`` buckets and weighted by
    rarity, each row of length 1 or zero; ``times`` float32 ``[n, 2]``: when they are shown, of both sides on one clock,
    None where they are no subtitles.
    """

    groups: NDArray[np.int8]
    numbers: NDArray[np.int32]
    values: Vectors
    times: Times | None = None

    def __len__(self) -> int:
        return len(self.groups)


def block_evidence(
    source: Document, target: Document, source_ids: Sequence[int], target_ids: Sequence[int], *, width: int = 128
) -> tuple[BlockEvidence, BlockEvidence]:
    """Return the evidence of the blocks ``source_ids`` and ``target_ids``; ``width`` is that of the value vectors."""
    sides = [
        [_values(document.blocks[i], document.language) for i in ids]
        for document, ids in ((source, source_ids), (target, target_ids))
    ]
    count = sum(len(side) for side in sides)
    seen = Counter(value for side in sides for values in side for value in values)
    rarity = {value: log(1 + count / (1 + often)) for value, often in seen.items()}
    numbers: dict[tuple[int, ...], int] = {}
    left, right = (
        _gathered([document.blocks[i] for i in ids], values, rarity, numbers, width)
        for document, ids, values in ((source, source_ids, sides[0]), (target, target_ids, sides[1]))
    )
    source_times = times_of([source.blocks[i] for i in source_ids])
    target_times = with_one_clock(source_times, times_of([target.blocks[i] for i in target_ids]))
    if target_times is None:
        return left, right
    return replace(left, times=source_times), replace(right, times=target_times)


def _values(block: Block, language: str) -> frozenset[str]:
    # Vague mentions ("one", 一) are words more often than values.
    return frozenset(core(found) for found in mentions(block.text, language) if found.certainty > Certainty.VAGUE)


def _gathered(
    blocks: Sequence[Block],
    values: Sequence[frozenset[str]],
    rarity: dict[str, float],
    numbers: dict[tuple[int, ...], int],
    width: int,
) -> BlockEvidence:
    groups = np.array([_GROUPS.get(block.kind, _OTHER) for block in blocks], np.int8)
    keys = [_number(block) for block in blocks]
    found = np.zeros((len(blocks), width), np.float32)
    for row, names in enumerate(values):
        for name in names:
            bits = crc32(name.encode())
            found[row, bits % width] += rarity[name] * (1 if bits & 0x10000 else -1)
    norms = np.sqrt(np.einsum("ij,ij->i", found, found))[:, None]
    return BlockEvidence(
        groups,
        np.array([numbers.setdefault(key, len(numbers)) if key else -1 for key in keys], np.int32),
        np.divide(found, norms, out=found, where=norms > 0),
    )


def _number(block: Block) -> tuple[int, ...] | None:
    """Return the value of the marker without its kind: item 1 on one side is often Article 1 on the other."""
    if block.marker.isdecimal():
        return (int(block.marker),)
    marker = parse_marker(block.marker + " ") if block.marker else None
    return marker.value if marker else None


def agreement(
    source: BlockEvidence,
    target: BlockEvidence,
    rows: slice,
    columns: slice,
    options: EvidenceOptions = EvidenceOptions(),
) -> NDArray[np.float32]:
    """Return the evidence for every pair of single blocks in a rectangle, float32 ``[rows, columns]``, 0 for none."""
    groups = source.groups[rows, None] == target.groups[None, columns]
    plain = (source.groups[rows, None] == _OTHER) & (target.groups[None, columns] == _OTHER)
    found = np.where(plain, 0.0, np.where(groups, options.kind, -options.kind))
    left, right = source.numbers[rows, None], target.numbers[None, columns]
    found += np.where((left >= 0) & (right >= 0), np.where(left == right, options.number, -options.number), 0.0)
    values = source.values[rows] @ target.values[columns].T
    named = [np.abs(side).max(axis=1, initial=0.0) > 0 for side in (source.values[rows], target.values[columns])]
    found += np.where(named[0][:, None] & named[1][None, :], options.values * (2 * values - 0.6), 0.0)
    if source.times is not None and target.times is not None:
        found += options.time * overlaps(source.times[rows], target.times[columns])
    return np.asarray(options.weight * found, np.float32)
