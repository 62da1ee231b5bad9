"""Two documents in, an alignment out: pieces of the same order first, then blocks or sentences inside them.

Time and memory are linear in the length of the documents.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from align.alignment import Alignment, Bead
from align.blocks import align_blocks, streams
from align.options import AlignOptions
from align.segmentation import paragraphs, sentences
from align.sentences import align_sentences
from align.signature import signature
from align.warnings import alignment_warnings, doubt_about
from corpora.document import Document, Segment
from models.encoder import Encoder

__all__ = ["StageProgress", "align"]

#: Called with the current step and the share of it that is done, 0 to 1: ``progress("sentences", 0.5)``.
StageProgress = Callable[[str, float], None]


def align(
    source: Document,
    target: Document,
    *,
    encoder: Encoder,
    options: AlignOptions | None = None,
    progress: StageProgress | None = None,
    anchors: Sequence[tuple[int, int]] = (),
) -> Alignment:
    """Align two documents; every unit of both is in exactly one bead, and beads are in the order of the source.

    ``anchors`` are places in the text, notes left out, that no bead crosses: ``(i, j)`` says that the blocks before
    block i of the source correspond to those before block j of the target.

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
    subtitles = all(block.time is not None for document in (source, target) for block in document.blocks)
    # A block of subtitles is one sentence.
    if options.unit == "sentence" and not options.segmented and not subtitles:
        units = sentences(source, options.srx), sentences(target, options.srx)
        single = replace(blocks.search, max_source=1, max_target=1, clauses=False)
        text, notes = streams(source, target, encoder=encoder, options=replace(blocks, search=single), anchors=anchors)
        progressed = partial(report, "sentences")
        beads = align_sentences(text, notes, units, encoder=encoder, search=options.sentences, report=progressed)
    else:
        report("paragraphs", 0.0)
        text, notes = streams(source, target, encoder=encoder, options=blocks, anchors=anchors)
        beads = align_blocks(text, notes, encoder=encoder)
        report("paragraphs", 1.0)
    beads = _complete(beads, len(units[0]), len(units[1]))
    doubt = doubt_about(source, target, *units, beads, text.disorder())
    return Alignment(
        source,
        target,
        options.unit,
        *units,
        tuple(beads),
        signature(source, target, encoder=encoder, options=options),
        tuple(filter(None, (doubt, *alignment_warnings(source, target, *units, beads)))),
        doubt,
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
