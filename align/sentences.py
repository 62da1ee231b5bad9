"""Align the sentences of two documents: one search within each piece in which the order of blocks is the same.

Paragraphs are evidence, not limits: a translator may break them elsewhere or not at all, so a bead may cross their
boundaries where the two sides do not agree on these (`align.adaptation`). Pieces are those of `align.blocks`. Blocks
that are left without any counterpart are compared with each other once more, since they may have been moved.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from align.adaptation import Breaks
from align.alignment import Bead
from align.blocks import Stream, chunks
from align.moved import Region, Seed, pair_leftovers
from align.search import SearchOptions, search_prepared
from align.spans import PreparedSide, prepare
from corpora.document import Segment
from models.encoder import Encoder

__all__ = ["align_sentences"]

Integers = NDArray[np.int64]

_CHUNK = 8000  # sentences of both sides in one search, which bounds its memory


def align_sentences(
    text: Stream,
    notes: Stream | None,
    units: tuple[Sequence[Segment], Sequence[Segment]],
    *,
    encoder: Encoder,
    search: SearchOptions,
    report: Callable[[float], None] = lambda share: None,
) -> list[Bead]:
    """Return beads of the ids of ``units``, the sentences of both documents; units without text may be missing.

    ``text`` and ``notes`` are the blocks (`align.blocks.streams`); ``report`` is called with the share that is done.
    """
    beads: list[Bead] = []
    done, total = 0, max(sum(map(len, units)), 1)
    report(0.0)
    for stream in (text, notes):
        if stream is None:
            continue
        pieces, found = stream.pieces_of_text(encoder) if stream is text else (stream.pieces_of_notes(), [])
        sentences = _Sentences.of(stream, units, encoder, search)
        for size, some in sentences.beads(pieces, found):
            beads += some
            done += size
            report(done / total)
        if stream is text and text.options.find_moved and not text.anchors:
            beads = sentences.with_leftovers(beads)
    report(1.0)
    return beads


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The sentences of a stream of blocks: block k of a side holds the units ``ids[starts[k]:starts[k + 1]]``."""

    stream: Stream
    units: tuple[Sequence[Segment], Sequence[Segment]]
    ids: tuple[Integers, Integers]
    starts: tuple[Integers, Integers]
    encoder: Encoder
    search: SearchOptions

    @classmethod
    def of(
        cls,
        stream: Stream,
        units: tuple[Sequence[Segment], Sequence[Segment]],
        encoder: Encoder,
        search: SearchOptions,
    ) -> "_Sentences":
        sides = [_grouped(some, blocks) for some, blocks in zip(units, stream.ids, strict=True)]
        return cls(stream, units, (sides[0][0], sides[1][0]), (sides[0][1], sides[1][1]), encoder, search)

    def beads(self, pieces: Sequence[Region], found: Sequence[Seed]) -> Iterator[tuple[int, list[Bead]]]:
        """Search ``pieces``, which are in the order of the source; yield how many units were read, and their beads."""
        starts = self.starts[0].tolist(), self.starts[1].tolist()
        for chunk in chunks(pieces, found, _CHUNK, starts):
            blocks = [i for piece in chunk for i in piece.source], [j for piece in chunk for j in piece.target]
            bonus = {pair: value for piece in chunk for pair, value in self.stream.evidence(piece, found).items()}
            moved = {unit for piece in chunk if piece.moved for unit in self._units(0, piece.source)}
            ends = [(len(self._units(0, piece.source)), len(self._units(1, piece.target))) for piece in chunk]
            beads = self._searched(blocks, [tuple(map(int, end)) for end in np.cumsum(ends, axis=0)], bonus)
            yield (
                int(np.sum(ends)),
                [
                    replace(bead, found_by="moved") if bead.target and not moved.isdisjoint(bead.source) else bead
                    for bead in beads
                ],
            )

    def with_leftovers(self, beads: list[Bead]) -> list[Bead]:
        """Pair single blocks that were moved, among those of which no sentence is aligned."""
        used = [
            {unit for bead in beads if bead.source and bead.target for unit in (bead.source, bead.target)[side]}
            for side in (0, 1)
        ]
        alone = [
            [k for k in range(len(self.starts[side]) - 1) if used[side].isdisjoint(self._units(side, [k]))]
            for side in (0, 1)
        ]
        left, right = self.stream.vectors()
        pairs = pair_leftovers(left, right, alone[0], alone[1], self.stream.options.moved) if all(alone) else []
        if not pairs:
            return beads
        blocks = [i for i, _, _ in pairs], [j for _, j, _ in pairs]
        ends = np.cumsum([[len(self._units(0, [i])), len(self._units(1, [j]))] for i, j, _ in pairs], axis=0)
        gone = [set(self._units(side, blocks[side])) for side in (0, 1)]
        certainty = {unit: min(cosine, 1.0) for i, _, cosine in pairs for unit in self._units(0, [i])}
        kept = [bead for bead in beads if gone[0].isdisjoint(bead.source) and gone[1].isdisjoint(bead.target)]
        return kept + [
            replace(bead, score=bead.score * certainty[bead.source[0]], found_by="moved")
            if bead.source and bead.target
            else bead
            for bead in self._searched(blocks, [tuple(map(int, end)) for end in ends], {})
        ]

    def _units(self, side: int, blocks: Sequence[int]) -> list[int]:
        starts, ids = self.starts[side], self.ids[side]
        return [int(unit) for k in blocks for unit in ids[starts[k] : starts[k + 1]]]

    def _searched(
        self,
        blocks: tuple[list[int], list[int]],
        anchors: Sequence[tuple[int, ...]],
        bonus: dict[tuple[int, int], float],
    ) -> list[Bead]:
        """Search the sentences of ``blocks``; ``bonus`` is the evidence for pairs of blocks."""
        ids = self._units(0, blocks[0]), self._units(1, blocks[1])
        first = [_firsts(self.starts[side], blocks[side]) for side in (0, 1)]
        flags = [np.isin(np.arange(len(ids[side])), list(first[side].values())) for side in (0, 1)]
        found = search_prepared(
            self._prepared(0, ids[0]),
            self._prepared(1, ids[1]),
            options=self.stream.search_options(self.search),
            anchors=[(i, j) for i, j in anchors],
            bonus={(first[0][i], first[1][j]): value for (i, j), value in bonus.items()},
            breaks=Breaks(flags[0], flags[1]),
        )
        return [
            replace(bead, source=tuple(ids[0][i] for i in bead.source), target=tuple(ids[1][j] for j in bead.target))
            for bead in found
        ]

    def _prepared(self, side: int, ids: Sequence[int]) -> PreparedSide:
        return prepare(
            [self.units[side][unit].text for unit in ids],
            encoder=self.encoder,
            language=self.stream.documents[side].language,
            width=(self.search.max_source, self.search.max_target)[side],
            by_clauses=self.search.clauses,
        )


def _grouped(units: Sequence[Segment], blocks: Sequence[int]) -> tuple[Integers, Integers]:
    """Return the ids of the units of ``blocks``, and where those of each block start, with the end."""
    by_block: dict[int, list[int]] = {}
    for unit in units:
        by_block.setdefault(unit.block, []).append(unit.id)
    ids = [by_block.get(block, []) for block in blocks]
    starts = np.cumsum([0, *map(len, ids)]).astype(np.int64)
    return np.array([unit for some in ids for unit in some], np.int64), starts


def _firsts(starts: Integers, blocks: Sequence[int]) -> dict[int, int]:
    """Return the position of the first sentence of each block, in the order of ``blocks``."""
    sizes = [int(starts[k + 1] - starts[k]) for k in blocks]
    return dict(zip(blocks, np.cumsum([0, *sizes]).tolist(), strict=False))
