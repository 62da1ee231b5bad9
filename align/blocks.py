"""Align the blocks of two documents: regions first, then the bead search inside them, then single blocks.

Seeds and matched headings show where the order changes (`align.moved`, `align.sections`); there the documents are cut
into pieces within which it is the same. The pieces of the target are put in the order of the source, and their ends
become anchors of the bead search, so that one call aligns a few thousand blocks however often the order changes. Notes
are aligned apart from the text and paired by their numbers, since page breaks differ between languages.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from align.alignment import Bead
from align.evidence import BlockEvidence, EvidenceOptions, agreement, block_evidence
from align.moved import (
    MovedOptions,
    Region,
    Seed,
    heaviest_increasing,
    pair_leftovers,
    regions,
    seeds,
    spacing,
)
from align.search import SearchOptions, search_prepared
from align.sections import SectionOptions, match_sections
from align.segmentation import paragraphs
from align.spans import PreparedSide, prepare
from corpora.arguments import checked_class
from corpora.document import BlockKind, Document
from models.encoder import Encoder, Vectors

__all__ = ["BlockOptions", "Stream", "align_blocks", "chunks", "streams"]

_CHUNK = 4000  # blocks of both sides in one search, which bounds its memory
_BAND = 24  # blocks to either side of the expected place for which evidence is computed
_ENDLESS = 1 << 60
_GIVEN = 3.0  # log-odds that two blocks correspond that are alone with each other by the layout
_COMPARED = 400  # passages that tell whether the order is the same
_FOUND = 0.3  # share of them that must be found
_SAME_NUMBER = 16  # notes of one number that are compared: numbering may restart on every page


@checked_class
@dataclass(frozen=True, slots=True)
class BlockOptions:
    """How blocks are aligned.

    ``structure``: headings and notes are used; ``find_moved``: blocks that were moved are searched. ``search``,
    ``sections``, ``moved``, ``evidence``: the options of these steps; ``evidence`` None: no evidence but meaning.
    """

    structure: bool = True
    find_moved: bool = True
    search: SearchOptions = field(default_factory=SearchOptions.paragraphs)
    sections: SectionOptions = field(default_factory=SectionOptions)
    moved: MovedOptions = field(default_factory=MovedOptions)
    evidence: EvidenceOptions | None = field(default_factory=EvidenceOptions)


def align_blocks(text: "Stream", notes: "Stream | None", *, encoder: Encoder) -> list[Bead]:
    """Return beads of block ids in no particular order; unaligned blocks may be missing."""
    beads = text.beads_of_text(encoder)
    if notes is not None:
        beads += notes.beads_of_notes()
    return beads


def streams(
    source: Document,
    target: Document,
    *,
    encoder: Encoder,
    options: BlockOptions,
    anchors: Sequence[tuple[int, int]] = (),
) -> "tuple[Stream, Stream | None]":
    """Return the blocks of the text, and the notes, if both sides have some, which are aligned apart from it.

    ``anchors`` are places that no bead of the text crosses, as in `align.pipeline.align`; nothing moves across them.
    """
    ids = [[block.id for block in document.blocks if block.full_text.strip()] for document in (source, target)]
    notes: list[list[int]] = [[], []]
    if options.structure:
        notes = [
            [i for i in side if document.blocks[i].kind is BlockKind.FOOTNOTE]
            for side, document in zip(ids, (source, target), strict=True)
        ]
        if not all(notes):
            notes = [[], []]  # the notes of one side are paragraphs of the other
    aside = [set(side) for side in notes]
    main = [[i for i in side if i not in apart] for side, apart in zip(ids, aside, strict=True)]
    text = replace(Stream.of(source, target, main, encoder, options), anchors=tuple(anchors))
    return text, Stream.of(source, target, notes, encoder, options) if all(notes) else None


@dataclass(frozen=True, slots=True)
class Stream:
    """Blocks of both sides that are aligned together; a block is identified by its position in the stream."""

    documents: tuple[Document, Document]
    ids: tuple[list[int], list[int]]
    source: PreparedSide
    target: PreparedSide
    block_evidence: tuple[BlockEvidence, BlockEvidence] | None
    options: BlockOptions
    anchors: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(
        cls, source: Document, target: Document, ids: Sequence[list[int]], encoder: Encoder, options: BlockOptions
    ) -> "Stream":
        left, right = (
            prepare(
                [units[i].text for i in side],
                encoder=encoder,
                language=document.language,
                width=width,
                by_clauses=options.search.clauses,
            )
            for document, units, side, width in zip(
                (source, target),
                (paragraphs(source), paragraphs(target)),
                ids,
                (options.search.max_source, options.search.max_target),
                strict=True,
            )
        )
        found = block_evidence(source, target, ids[0], ids[1]) if options.evidence else None
        return cls((source, target), (ids[0], ids[1]), left, right, found, options)

    def vectors(self) -> tuple[Vectors, Vectors]:
        return self.source.vectors[0].astype(np.float32), self.target.vectors[0].astype(np.float32)

    def beads_of_text(self, encoder: Encoder) -> list[Bead]:
        """Cut the text into pieces, search them, and pair the blocks that are left unaligned on both sides."""
        pieces, found = self.pieces_of_text(encoder)
        beads = self._search(pieces, found) if pieces else []
        if self.options.find_moved and not self._subtitles and not self.anchors:
            beads = _with_leftovers(beads, *self.vectors(), self.options.moved)
        return self._named(beads)

    def pieces_of_text(self, encoder: Encoder) -> tuple[list[Region], list[Seed]]:
        """Return the pieces within which the order is the same, in the order of the source, and seeds in them."""
        if not len(self.source) or not len(self.target):
            return [], []
        if self.anchors:
            return self._between(), []
        left, right = self.vectors()
        moved = self.options.moved
        if self._subtitles:
            # Subtitles are in the order of their times, and short lines that recur would look moved.
            return [Region(range(len(left)), range(len(right)))], self._timed()
        found = seeds(left, right, moved, source_lengths=[len(text) for text in self.source.texts])
        if not self.options.find_moved:
            return [Region(range(len(left)), range(len(right)))], found
        headings = self._headings(found, encoder) if self.options.structure else []
        distance = spacing(len(left), len(right), moved)
        return list(regions(left, right, [*found, *headings], moved, spacing=distance)), found

    def disorder(self) -> tuple[int, int]:
        """Return how many steps from one passage to the next go back on the other side, and how many were compared.

        Of passages that are each other's nearest by a clear margin, a sample in long texts; (0, 0) where these are few,
        since the texts differ then in more than their order.
        """
        if self._subtitles or self.anchors:
            return 0, 0
        few = replace(self.options.moved, max_comparisons=_COMPARED * max(len(self.target), 1))
        places = [seed.target for seed in seeds(*self.vectors(), few)]
        if len(places) < _FOUND * min(len(self.source), len(self.target), _COMPARED):
            return 0, 0
        return sum(one > other for one, other in pairwise(places)), max(len(places) - 1, 0)

    @property
    def _subtitles(self) -> bool:
        return self.block_evidence is not None and self.block_evidence[0].times is not None

    def search_options(self, options: SearchOptions) -> SearchOptions:
        """Return ``options`` for the evidence of this stream: the times of subtitles are evidence for each of them."""
        return replace(options, every_pair=True) if self._subtitles else options

    def _timed(self) -> list[Seed]:
        """For each source block the target block that begins nearest in time, in rising order."""
        assert self.block_evidence is not None
        source, target = (side.times for side in self.block_evidence)
        assert source is not None
        assert target is not None
        place = np.clip(np.searchsorted(np.maximum.accumulate(target[:, 0]), source[:, 0]), 0, len(target) - 1)
        return [Seed(i, int(j), 1.0) for i, j in enumerate(place)]

    def _between(self) -> list[Region]:
        """Return the pieces between the anchors, which are block ids."""
        places = [(bisect_left(self.ids[0], i), bisect_left(self.ids[1], j)) for i, j in self.anchors]
        edges = [(0, 0), *places, (len(self.source), len(self.target))]
        return [Region(range(i, k), range(j, m), given=True) for (i, j), (k, m) in pairwise(edges) if k > i or m > j]

    def beads_of_notes(self) -> list[Bead]:
        """Pair notes of the same number where order allows, and search between them."""
        return self._named(self._search(self.pieces_of_notes(), []))

    def pieces_of_notes(self) -> list[Region]:
        """Return pieces that begin and end at notes of the same number, where order allows."""
        left, right = self.vectors()
        waiting: dict[str, list[int]] = defaultdict(list)
        source, target = self.documents
        for position, block in enumerate(self.ids[1]):
            waiting[target.blocks[block].marker].append(position)
        pairs: list[tuple[int, int, float]] = []
        for position, block in enumerate(self.ids[0]):
            number = source.blocks[block].marker
            expected = position * len(right) / len(left)
            same = sorted(waiting.get(number, ()), key=lambda j: abs(j - expected)) if number else []
            for other in sorted(same[:_SAME_NUMBER], reverse=True):
                pairs.append((position, other, 0.05 + max(0.0, float(left[position] @ right[other]))))
        chosen = heaviest_increasing([j for _, j, _ in pairs], [weight for _, _, weight in pairs])
        cuts = [pair[:2] for position, pair in enumerate(pairs) if position in chosen]
        edges = [(0, 0), *cuts, *((i + 1, j + 1) for i, j in cuts), (len(left), len(right))]
        edges.sort()
        return [Region(range(i, k), range(j, m)) for (i, j), (k, m) in pairwise(edges) if k > i or m > j]

    def _headings(self, found: Sequence[Seed], encoder: Encoder) -> list[Seed]:
        """Return matched headings as seeds of positions."""
        source_ids, target_ids = self.ids
        places = [{block: position for position, block in enumerate(side)} for side in self.ids]
        by_block = [Seed(source_ids[seed.source], target_ids[seed.target], seed.weight) for seed in found]
        matches = match_sections(*self.documents, by_block, encoder=encoder, options=self.options.sections)
        return [
            Seed(places[0][match.source], places[1][match.target], match.score)
            for match in matches
            if match.source in places[0] and match.target in places[1]
        ]

    def _search(self, pieces: Sequence[Region], found: Sequence[Seed]) -> list[Bead]:
        """Return beads of positions; ``pieces`` in source order cover both sides."""
        order = [j for piece in pieces for j in piece.target]
        # Runs across pieces have wrong vectors, but no bead may cross them.
        target = self.target if order == sorted(order) else self.target.take(order)
        place = {j: at for at, j in enumerate(order)}
        beads: list[Bead] = []
        row = column = 0
        for chunk in chunks(pieces, found, _CHUNK):
            rows = sum(len(piece.source) for piece in chunk)
            columns = sum(len(piece.target) for piece in chunk)
            anchors, i, j = [], 0, 0
            for piece in chunk:
                i, j = i + len(piece.source), j + len(piece.target)
                anchors.append((i, j))
            bonus = {
                (i - row, place[j] - column): value
                for piece in chunk
                for (i, j), value in self.evidence(piece, found).items()
            }
            moved = {i for piece in chunk if piece.moved for i in piece.source}
            for bead in search_prepared(
                self.source[row : row + rows],
                target[column : column + columns],
                options=self.search_options(self.options.search),
                anchors=anchors,
                bonus=bonus,
            ):
                left = tuple(i + row for i in bead.source)
                right = tuple(order[j + column] for j in bead.target)
                elsewhere = bool(right) and not moved.isdisjoint(left)
                beads.append(Bead(left, right, bead.score, "moved" if elsewhere else bead.found_by))
            row, column = row + rows, column + columns
        return beads

    def evidence(self, piece: Region, found: Sequence[Seed]) -> dict[tuple[int, int], float]:
        """Return the evidence for pairs of blocks of ``piece`` near their expected place."""
        if (
            self.block_evidence is None
            or self.options.evidence is None
            or not len(piece.source)
            or not len(piece.target)
        ):
            return {}
        inside = _backbone(piece, found)
        centre = np.interp(
            np.arange(piece.source.start, piece.source.stop),
            [piece.source.start - 1, *(seed.source for seed in inside), piece.source.stop],
            [piece.target.start - 1, *(seed.target for seed in inside), piece.target.stop],
        )
        values: dict[tuple[int, int], float] = {}
        for low in range(0, len(piece.source), _BAND):
            rows = slice(piece.source.start + low, min(piece.source.start + low + _BAND, piece.source.stop))
            reach = centre[low : low + _BAND]
            columns = slice(
                max(piece.target.start, int(reach.min()) - _BAND), min(piece.target.stop, int(reach.max()) + _BAND)
            )
            found_here = agreement(*self.block_evidence, rows, columns, self.options.evidence)
            for i, j in np.argwhere(found_here):
                values[rows.start + int(i), columns.start + int(j)] = float(found_here[i, j])
        if piece.given and len(piece.source) == len(piece.target) == 1:
            pair = piece.source.start, piece.target.start
            values[pair] = max(values.get(pair, 0.0), 0.0) + _GIVEN
        return values

    def _named(self, beads: Sequence[Bead]) -> list[Bead]:
        """Return the same beads with block ids."""
        source, target = self.ids
        return [
            Bead(
                tuple(source[i] for i in bead.source), tuple(target[j] for j in bead.target), bead.score, bead.found_by
            )
            for bead in beads
        ]


def _backbone(piece: Region, found: Sequence[Seed]) -> list[Seed]:
    inside = [seed for seed in found if seed.source in piece.source and seed.target in piece.target]
    chosen = heaviest_increasing([seed.target for seed in inside], [seed.weight for seed in inside])
    return [seed for position, seed in enumerate(inside) if position in chosen]


def chunks(
    pieces: Sequence[Region],
    found: Sequence[Seed],
    limit: int,
    starts: tuple[Sequence[int], Sequence[int]] | None = None,
) -> Iterator[list[Region]]:
    """Group pieces into searches of at most ``limit`` units; a longer piece is cut at a seed with seeds around it,
    where blocks have as many units on both sides.

    Block k holds the units ``starts[side][k]`` to ``starts[side][k + 1]``; without ``starts`` a block is one unit.
    """
    source, target = starts or (range(_ENDLESS), range(_ENDLESS))
    chunk: list[Region] = []
    size = 0
    for piece in (part for whole in pieces for part in _parts(whole, found, limit, source, target)):
        length = _length(piece.source, source) + _length(piece.target, target)
        if chunk and size + length > limit:
            yield chunk
            chunk, size = [], 0
        chunk.append(piece)
        size += length
    if chunk:
        yield chunk


def _length(blocks: range, starts: Sequence[int]) -> int:
    return starts[blocks.stop] - starts[blocks.start]


def _parts(
    piece: Region, found: Sequence[Seed], limit: int, source: Sequence[int], target: Sequence[int]
) -> Iterator[Region]:
    if _length(piece.source, source) + _length(piece.target, target) <= limit:
        yield piece
        return
    inside = _backbone(piece, found)
    i, j = piece.source.start, piece.target.start
    for before, seed, after in zip(inside, inside[1:], inside[2:], strict=False):
        far = source[seed.source] - source[i] + target[seed.target] - target[j] > limit // 2
        straight = seed.source - before.source == seed.target - before.target and (
            after.source - seed.source == after.target - seed.target
        )
        alike = all(
            _length(range(one.source, one.source + 1), source) == _length(range(one.target, one.target + 1), target)
            for one in (before, seed, after)
        )
        if far and straight and alike:
            yield Region(range(i, seed.source), range(j, seed.target), piece.moved)
            i, j = seed.source, seed.target
    yield Region(range(i, piece.source.stop), range(j, piece.target.stop), piece.moved)


def _with_leftovers(beads: list[Bead], left: Vectors, right: Vectors, options: MovedOptions) -> list[Bead]:
    """Pair single unaligned blocks that were moved."""
    alone = [i for bead in beads if not bead.target for i in bead.source]
    others = [j for bead in beads if not bead.source for j in bead.target]
    pairs = pair_leftovers(left, right, alone, others, options)
    used = {i for i, _, _ in pairs}, {j for _, j, _ in pairs}
    kept = [
        bead
        for bead in beads
        if (bead.source and bead.target)
        or (bead.source and bead.source[0] not in used[0])
        or (bead.target and bead.target[0] not in used[1])
    ]
    return [*kept, *(Bead((i,), (j,), min(cosine, 1.0), "moved") for i, j, cosine in pairs)]
