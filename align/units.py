"""Cut a document into the units that beads point at: whole blocks, or the sentences of each block.

Offsets are those of `Block.full_text`, marker included, so that a unit can be found again on its page. A marker
("1.", "第三十条") is no sentence of its own: it stays with the first sentence behind it.
"""

from corpora.document import Block, Document, Kind, Segment
from corpora.sentences import split

__all__ = ["paragraphs", "sentences"]


def paragraphs(document: Document) -> tuple[Segment, ...]:
    """One unit a block; a unit's id is the position of its block."""
    return tuple(
        Segment(position, position, text, 0, len(text))
        for position, text in enumerate(block.full_text for block in document.blocks)
    )


def sentences(document: Document) -> tuple[Segment, ...]:
    """The sentences of all blocks in order, numbered through.

    Program code stays whole, since its stops end no sentences; a block without text gives one empty unit, so that every
    block has at least one.
    """
    units: list[Segment] = []
    for position, block in enumerate(document.blocks):
        text = block.full_text
        for start, end in _spans(block, text, document.language):
            units.append(Segment(len(units), position, text[start:end], start, end))
    return tuple(units)


def _spans(block: Block, text: str, language: str) -> list[tuple[int, int]]:
    if block.kind is Kind.CODE or not text.strip():
        return [(0, len(text))]
    shift = len(text) - len(block.text) if block.text and text.endswith(block.text) else 0
    spans = [(start + shift, end + shift) for start, end in split(text[shift:], language)]
    if not spans:
        return [(0, len(text))]
    return [(0 if shift else spans[0][0], spans[0][1]), *spans[1:]]
