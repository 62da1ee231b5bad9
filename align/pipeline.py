"""Two documents in, an alignment out: sections first, then blocks inside sections, then sentences inside blocks.

`align.blocks` finds the blocks that correspond; the sentences of each bead of blocks are then aligned within that bead,
thousands of beads in one call of the search.
Time and memory are linear in the length of the documents.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from align.alignment import Alignment, Bead
from align.blocks import align_blocks
from align.options import AlignOptions
from align.search import SearchOptions, search_prepared
from align.segmentation import paragraphs, sentences
from align.signature import signature
from align.spans import prepare
from align.warnings import alignment_warnings
from corpora.document import Document, Segment
from models.encoder import Encoder

__all__ = ["StageProgress", "align"]

#: Called with the current step and the share of it that is done, 0 to 1: ``progress("sentences", 0.5)``.
StageProgress = Callable[[str, float], None]

_CHUNK = 8000  # sentences of both sides in one search


def align(
    source: Document,
    target: Document,
    *,
    encoder: Encoder,
    options: AlignOptions | None = None,
    progress: StageProgress | None = None,
) -> Alignment:
    """Align two documents; every unit of both is in exactly one bead, and beads are in the order of the source.

    Scores are probabilities between 0 and 1. `Alignment.warnings` says what users should know before they rely on
    the result: much of one side is missing on the other, or the texts do not seem to correspond.
    """
    options = options or AlignOptions()
    report = progress or (lambda step, share: None)
    blocks = options.blocks
    if options.segmented:
        search = options.sentences if options.unit == "sentence" else blocks.search
        evidence = None if options.unit == "sentence" else blocks.evidence
        blocks = replace(blocks, structure=False, search=search, evidence=evidence)
    units: tuple[tuple[Segment, ...], tuple[Segment, ...]] = paragraphs(source), paragraphs(target)
    report("paragraphs", 0.0)
    beads = _complete(align_blocks(source, target, encoder=encoder, options=blocks), len(units[0]), len(units[1]))
    report("paragraphs", 1.0)
    subtitles = all(block.time is not None for document in (source, target) for block in document.blocks)
    # A block of subtitles is one sentence.
    if options.unit == "sentence" and not options.segmented and not subtitles:
        units = sentences(source), sentences(target)
        beads = list(_sentence_beads(source, target, units, beads, encoder, options.sentences, report))
    return Alignment(
        source,
        target,
        options.unit,
        *units,
        tuple(beads),
        signature(source, target, encoder=encoder, options=options),
        alignment_warnings(source, target, *units, beads),
    )


def _complete(beads: Sequence[Bead], sources: int, targets: int) -> list[Bead]:
    """Add a bead for every unit that is in none, and sort all beads in the order of the source.

    A bead without a source follows the bead that holds the target unit before it.
    """
    found = list(beads)
    aligned = {i for bead in found for i in bead.source}, {j for bead in found for j in bead.target}
    found += [Bead((i,), (), 0.0, "omission") for i in range(sources) if i not in aligned[0]]
    found += [Bead((), (j,), 0.0, "omission") for j in range(targets) if j not in aligned[1]]
    ordered = sorted((bead for bead in found if bead.source), key=lambda bead: bead.source)
    after: dict[int, list[Bead]] = {}
    holder = {j: position for position, bead in enumerate(ordered) for j in bead.target}
    for bead in sorted((bead for bead in found if not bead.source), key=lambda bead: bead.target):
        position = holder.get(bead.target[0] - 1, -1)
        holder |= dict.fromkeys(bead.target, position)
        after.setdefault(position, []).append(bead)
    whole = list(after.get(-1, []))
    for position, bead in enumerate(ordered):
        whole += [bead, *after.get(position, [])]
    return whole


def _sentence_beads(
    source: Document,
    target: Document,
    units: tuple[tuple[Segment, ...], tuple[Segment, ...]],
    beads: Sequence[Bead],
    encoder: Encoder,
    options: SearchOptions,
    report: StageProgress,
) -> Iterator[Bead]:
    """Yield beads of sentences, each within one bead of blocks; its score is the product of both probabilities."""
    by_block = _by_block(units[0], len(source.blocks)), _by_block(units[1], len(target.blocks))
    parts = [
        (bead, [s for i in bead.source for s in by_block[0][i]], [s for j in bead.target for s in by_block[1][j]])
        for bead in beads
    ]
    done, total = 0, max(sum(map(len, units)), 1)
    for chunk in _chunks(parts):
        report("sentences", done / total)
        lefts = [i for _, left, _ in chunk for i in left]
        rights = [j for _, _, right in chunk for j in right]
        done += len(lefts) + len(rights)
        anchors, owners, i, j = [], [], 0, 0
        for bead, left, right in chunk:
            i, j = i + len(left), j + len(right)
            anchors.append((i, j))
            owners += [bead] * len(left)
        found = search_prepared(
            prepare(
                [units[0][i].text for i in lefts],
                encoder=encoder,
                language=source.language,
                width=options.max_source,
                by_clauses=options.clauses,
            ),
            prepare(
                [units[1][j].text for j in rights],
                encoder=encoder,
                language=target.language,
                width=options.max_target,
                by_clauses=options.clauses,
            ),
            options=options,
            anchors=anchors,
        )
        for bead in found:
            outer = owners[bead.source[0]] if bead.source else None
            both = bool(bead.source and bead.target)
            yield Bead(
                tuple(lefts[i] for i in bead.source),
                tuple(rights[j] for j in bead.target),
                bead.score * outer.score if both and outer else bead.score,
                "moved" if both and outer and outer.found_by == "moved" else bead.found_by,
            )
    report("sentences", 1.0)


def _by_block(units: Sequence[Segment], blocks: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(blocks)]
    for unit in units:
        found[unit.block].append(unit.id)
    return found


_Part = tuple[Bead, list[int], list[int]]


def _chunks(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    chunk: list[_Part] = []
    size = 0
    for part in parts:
        chunk.append(part)
        size += len(part[1]) + len(part[2])
        if size > _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
