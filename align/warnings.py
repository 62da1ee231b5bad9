"""Warnings about an alignment, one sentence each.

Documents that do not correspond are still aligned, with low scores; a warning says so.
"""

from collections.abc import Sequence

from align.alignment import Bead
from corpora.document import BlockKind, Document, Segment
from corpora.text.mentions.matching import Certainty, core, mentions
from corpora.text.plurals import counted, plural

__all__ = ["alignment_warnings", "doubt_about"]

_UNALIGNED = 0.3  # share of the characters of one side in omissions above which users are warned
_DOUBTFUL = 0.5  # mean score below which two files do not seem to correspond
_VALUES = 400  # pairs whose values are compared
_CONTRADICTED = (
    1 / 3
)  # share of the pairs with values on both sides that have none in common; at most 0.1 in real texts
_BACK, _DISORDERED = 2, 0.35  # steps back, and their share, from which the order is another one
_HEADINGS = 3  # headings from which a document counts as structured


def doubt_about(
    source: Document,
    target: Document,
    source_units: Sequence[Segment],
    target_units: Sequence[Segment],
    beads: Sequence[Bead],
    disorder: tuple[int, int],
) -> str:
    """Return why the documents do not seem to correspond, or not in the same order; "" where they do.

    ``disorder``: how many steps from passage to passage go back in the target, and how many were compared.
    """
    names = f"{source.path} and {target.path}"
    paired = [bead for bead in beads if bead.source and bead.target]
    weights = [sum(len(source_units[i].text) for i in bead.source) for bead in paired]
    mean = sum(w * bead.score for w, bead in zip(weights, paired, strict=True)) / max(sum(weights), 1)
    unaligned = _shares(source_units, target_units, beads)
    back, steps = disorder
    if back >= _BACK and back > _DISORDERED * steps:
        found = f"{names} do not seem to be in the same order: {back:,} of {counted(steps, 'passage')} "
        return (
            f"{found}{plural(back, 'stands', 'stand')} before the one that {plural(back, 'it follows', 'they follow')}"
        )
    if not paired or mean < _DOUBTFUL or min(unaligned) > 2 * _UNALIGNED:
        return f"{names} do not seem to correspond (mean score {mean:.2f}): are they the same text?"
    compared, different = _contradictions(source, target, source_units, target_units, paired)
    if different > max(1, _CONTRADICTED * compared):
        pairs = counted(different, "pair")
        return f"{names} do not seem to correspond: the numbers and dates of {pairs} differ, of {compared:,} with any"
    return ""


def alignment_warnings(
    source: Document,
    target: Document,
    source_units: Sequence[Segment],
    target_units: Sequence[Segment],
    beads: Sequence[Bead],
) -> tuple[str, ...]:
    """Return what is missing on one side, even if the documents correspond."""
    found: list[str] = []
    unaligned = _shares(source_units, target_units, beads)
    for share, document, other in ((unaligned[0], source, target), (unaligned[1], target, source)):
        if share > _UNALIGNED:
            found.append(f"{share:.0%} of {document.path} has no counterpart in {other.path}")
    headings = [
        sum(block.kind in (BlockKind.TITLE, BlockKind.HEADING) for block in side.blocks) for side in (source, target)
    ]
    if max(headings) >= _HEADINGS and min(headings) * 4 < max(headings):
        with_, without = (source, target) if headings[0] > headings[1] else (target, source)
        found.append(f"{without.path} has few of the headings of {with_.path}; it was aligned by its text alone")
    return tuple(found)


def _shares(
    source_units: Sequence[Segment], target_units: Sequence[Segment], beads: Sequence[Bead]
) -> tuple[float, float]:
    """Return the shares of the characters of both sides that are unaligned."""
    return (
        _unaligned(source_units, [bead.source for bead in beads if not bead.target]),
        _unaligned(target_units, [bead.target for bead in beads if not bead.source]),
    )


def _contradictions(
    source: Document,
    target: Document,
    source_units: Sequence[Segment],
    target_units: Sequence[Segment],
    paired: Sequence[Bead],
) -> tuple[int, int]:
    """Return how many pairs mention values on both sides, and in how many of them none is the same."""
    compared = different = 0
    for bead in paired[:: max(1, len(paired) // _VALUES)]:
        left = {value for i in bead.source for value in _values(source_units[i], source.language)}
        right = {value for j in bead.target for value in _values(target_units[j], target.language)}
        compared += bool(left and right)
        different += bool(left and right and not left & right)
    return compared, different


def _values(unit: Segment, language: str) -> set[str]:
    return {core(one) for one in mentions(unit.text, language) if one.certainty > Certainty.VAGUE}


def _unaligned(units: Sequence[Segment], ids: Sequence[tuple[int, ...]]) -> float:
    total = sum(len(unit.text) for unit in units)
    return sum(len(units[i].text) for group in ids for i in group) / max(total, 1)
