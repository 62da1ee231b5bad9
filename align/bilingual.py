"""What the layout of a file that holds both languages says about its pairs: anchors for the alignment of its blocks.

In the rows of a table, and where paragraphs alternate, the pairs are there to see. Still, one side may lack a paragraph
and a note may stand in one language only, so a boundary between two groups holds only if no block beside it fits the
other group clearly better. Which of the two languages leads is found by meaning too: a file may open with a title in
one language only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from align.alignment import Alignment
from corpora.bilingual.separation import BothSides, Place
from corpora.text.languages import simplified
from models.encoder import Encoder, Vectors

__all__ = ["confidence", "layout_anchors"]

_CLEARLY = 0.2  # difference of cosines by which a block fits another group better than its own
_PASSAGE = 2000  # characters of a run that are compared

Ids = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Blocks of both sides that belong together, by their ids; ``fixed`` where they are a row of a table."""

    ids: Ids
    fixed: bool = False


def layout_anchors(both: BothSides, encoder: Encoder) -> tuple[tuple[int, int], ...]:
    """Return the places that no bead of blocks crosses: ``(i, j)`` parts the first i source and j target blocks."""
    if not both.order:
        return ()
    vectors = tuple(
        encoder.encode(simplified([block.full_text or " " for block in document.blocks], document.language))
        for document in (both.source, both.target)
    )
    groups = list(_groups(both, encoder))
    anchors = []
    i = j = 0
    for group, after in pairwise(groups):
        i, j = max([i, *(k + 1 for k in group.ids[0])]), max([j, *(k + 1 for k in group.ids[1])])
        if (group.fixed and after.fixed) or _holds(group, after, vectors):
            anchors.append((i, j))
    return tuple(anchors)


def confidence(alignment: Alignment) -> float:
    """Return how certain it is that the two sides are translations: the share of the smaller side's text in pairs,
    each counted by its score, 0 to 1."""
    shares = []
    for units, groups in (
        (alignment.source_units, [(bead.source, bead) for bead in alignment.beads]),
        (alignment.target_units, [(bead.target, bead) for bead in alignment.beads]),
    ):
        total = sum(len(unit.text) for unit in units)
        found = sum(
            bead.score * sum(len(units[k].text) for k in ids) for ids, bead in groups if bead.source and bead.target
        )
        shares.append(found / max(total, 1))
    return min(shares)


def _groups(both: BothSides, encoder: Encoder) -> Iterator[_Group]:
    """Yield the groups in order: a row of a table, or a run of one language with the run of the other behind it."""
    runs = [list(places) for _, places in groupby(both.order, key=lambda place: (place.row, place.row or place.side))]
    lead = _lead(both, [run for run in runs if run[0].row is None], encoder)
    waiting: Ids = ([], [])
    for run in runs:
        if run[0].row is not None:
            if any(waiting):
                yield _Group(waiting)
                waiting = ([], [])
            yield _Group(_ids(run), fixed=True)
            continue
        if run[0].side == lead and any(waiting):
            yield _Group(waiting)
            waiting = ([], [])
        for side, more in enumerate(_ids(run)):
            waiting[side].extend(more)
    if any(waiting):
        yield _Group(waiting)


def _ids(places: Sequence[Place]) -> Ids:
    return [p.block for p in places if p.side == 0], [p.block for p in places if p.side == 1]


def _lead(both: BothSides, runs: Sequence[Sequence[Place]], encoder: Encoder) -> int:
    """Return the side whose runs resemble those behind them more than those before them."""
    if len(runs) < 3:
        return runs[0][0].side if runs else 0
    documents = both.source, both.target
    sides = [run[0].side for run in runs]
    texts = [" ".join(documents[p.side].blocks[p.block].full_text for p in run)[:_PASSAGE] for run in runs]
    plain = [simplified([text], documents[side].language)[0] for side, text in zip(sides, texts, strict=True)]
    vectors = encoder.encode(plain)
    cosines: tuple[list[float], list[float]] = ([], [])
    for at, (side, after) in enumerate(pairwise(sides)):
        if side != after:
            cosines[side].append(float(vectors[at] @ vectors[at + 1]))
    means = [float(np.mean(some)) if some else -1.0 for some in cosines]
    return sides[0] if means[0] == means[1] else int(means[1] > means[0])


def _holds(group: _Group, after: _Group, vectors: Sequence[Vectors]) -> bool:
    """Whether no block at the boundary of two groups fits the other one clearly better than its own."""
    for own, other, at in ((group, after, -1), (after, group, 0)):
        for side in (0, 1):
            if not own.ids[side]:
                continue
            vector = vectors[side][own.ids[side][at]]
            here, there = (
                max((float(vector @ vectors[1 - side][k]) for k in one.ids[1 - side]), default=0.0)
                for one in (own, other)
            )
            if there > here + _CLEARLY:
                return False
    return True
