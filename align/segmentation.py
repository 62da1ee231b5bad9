"""Split a document into the units that beads refer to: whole blocks, or the sentences of each block.

Offsets are those of `Block.full_text`, marker included, so that a unit can be found again on its page. A marker
("1.", "第三十条") is part of the first sentence after it. The number of a footnote is left out, as footnote marks are
left out of the text, since it is not part of what the note says.
"""

from corpora.document import Block, BlockKind, Document, Segment
from corpora.text.sentences import split
from corpora.text.srx import SrxRules

__all__ = ["paragraphs", "sentences"]


def paragraphs(document: Document) -> tuple[Segment, ...]:
    """Return one unit per block; the id of a unit is the position of its block."""
    units = []
    for position, block in enumerate(document.blocks):
        start, end = _whole(block)
        units.append(Segment(position, position, block.full_text[start:end], start, end))
    return tuple(units)


def sentences(document: Document, rules: SrxRules | None = None) -> tuple[Segment, ...]:
    """Return the sentences of all blocks in order, with consecutive ids; by ``rules`` if there are any.

    Program code is not split, since its full stops do not end sentences. A block without text gives one empty unit, so
    that every block has at least one.
    """
    units: list[Segment] = []
    for position, block in enumerate(document.blocks):
        text = block.full_text
        for start, end in _spans(block, text, document.language, rules):
            units.append(Segment(len(units), position, text[start:end], start, end))
    return tuple(units)


def _whole(block: Block) -> tuple[int, int]:
    """Return the span of a block without the number of a footnote."""
    end = len(block.full_text)
    return (end - len(block.text) if block.kind is BlockKind.FOOTNOTE and block.text else 0), end


def _spans(block: Block, text: str, language: str, rules: SrxRules | None) -> list[tuple[int, int]]:
    start, end = _whole(block)
    if block.kind is BlockKind.CODE or not text.strip():
        return [(start, end)]
    body = end - len(block.text) if block.text else start  # the marker is not split
    found = rules.split(text[body:], language) if rules else split(text[body:], language)
    spans = [(left + body, right + body) for left, right in found]
    if not spans:
        return [(start, end)]
    return [(start if body > start else spans[0][0], spans[0][1]), *spans[1:]]
