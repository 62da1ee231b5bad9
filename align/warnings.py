"""What a person should know before trusting an alignment, in one sentence each.

Nothing is refused here: two files that have little to do with each other are still aligned, with scores that say so.
"""

from collections.abc import Sequence

from align.alignment import Bead
from corpora.document import BlockKind, Document, Segment

__all__ = ["caveats"]

_ALONE = 0.3  # share of a side's characters without an answer from which it is worth saying
_DOUBTFUL = 0.5  # mean probability below which two files hardly answer to each other
_HEADINGS = 3  # headings from which a side has a structure to speak of


def caveats(
    source: Document,
    target: Document,
    source_units: Sequence[Segment],
    target_units: Sequence[Segment],
    beads: Sequence[Bead],
) -> tuple[str, ...]:
    """Return the warnings for ``beads`` over the given units, the gravest first."""
    found: list[str] = []
    paired = [bead for bead in beads if bead.source and bead.target]
    weights = [sum(len(source_units[i].text) for i in bead.source) for bead in paired]
    mean = sum(w * bead.score for w, bead in zip(weights, paired, strict=True)) / max(sum(weights), 1)
    alone = (
        _alone(source_units, [bead.source for bead in beads if not bead.target]),
        _alone(target_units, [bead.target for bead in beads if not bead.source]),
    )
    if not paired or mean < _DOUBTFUL or min(alone) > 2 * _ALONE:
        found.append(
            f"{source.path} and {target.path} hardly answer to each other (mean score {mean:.2f}):"
            " are they the same text?"
        )
    for share, document, other in ((alone[0], source, target), (alone[1], target, source)):
        if share > _ALONE:
            found.append(f"{share:.0%} of {document.path} has no counterpart in {other.path}")
    headings = [
        sum(block.kind in (BlockKind.TITLE, BlockKind.HEADING) for block in side.blocks) for side in (source, target)
    ]
    if max(headings) >= _HEADINGS and min(headings) * 4 < max(headings):
        with_, without = (source, target) if headings[0] > headings[1] else (target, source)
        found.append(
            f"{without.path} shows hardly any of the structure of {with_.path}; it was aligned by its text alone"
        )
    return tuple(found)


def _alone(units: Sequence[Segment], ids: Sequence[tuple[int, ...]]) -> float:
    total = sum(len(unit.text) for unit in units)
    return sum(len(units[i].text) for group in ids for i in group) / max(total, 1)
