"""Read the markers in blocks that came with a structure of their own (web pages, DOCX) as those of plain text are read.

A page or a Word file says what is a heading and what a list item, but its numbers are mostly typed ("1.", "（四）",
"第三十条"), and many official pages say nothing at all and set every line as a paragraph. The rules of
`corpora.cleaning.classification` decide what a marker means, so that a resolution comes out alike from every format;
what the file itself says of a block outweighs them.
"""

from collections.abc import Sequence
from dataclasses import replace

from corpora.cleaning import profiles
from corpora.cleaning.classification import Classification, classify
from corpora.cleaning.layout import Layout, LayoutLine, columns
from corpora.cleaning.paragraphs import LineGroup
from corpora.document import Block, BlockKind, Line
from corpora.text.markers import parse_bullet, parse_marker

__all__ = ["structured"]

_FREE = (BlockKind.PARAGRAPH, BlockKind.ITEM)
_LAYOUT = Layout(wrapped=False, width=0, slack=0, gap=0, spaced=True, indented=False, trailing=False)


def structured(blocks: Sequence[Block], profile: str = "auto") -> tuple[tuple[Block, ...], str]:
    """Return ``blocks`` with markers, kinds and levels read from their text, and the profile that was used.

    Headings found by their text alone ("第一章", "Article 5") count only where the file has none of its own.
    """
    profile = profiles.choose([block.text for block in blocks], profile)
    ruled = [
        block for block in blocks if block.kind in (*_FREE, BlockKind.HEADING, BlockKind.TITLE) and not block.marker
    ]
    pieces = [
        LineGroup((LayoutLine(Line(block.text, block.start, block.end), block.text, 0, columns(block.text), 1),))
        for block in ruled
    ]
    found = dict(
        zip((block.id for block in ruled), classify(pieces, [b.text for b in ruled], _LAYOUT, profile), strict=True)
    )
    own_headings = any(block.kind is BlockKind.HEADING for block in blocks)
    read: list[Block] = []
    alone = False  # the block before is a heading of nothing but its number
    for block in blocks:
        shape = found.get(block.id)
        if shape is None:
            read.append(block)
            alone = False
            continue
        marker = parse_marker(block.text)
        believed = not own_headings and (marker is not None or alone)
        read.append(_read(block, shape, believed=believed))
        alone = read[-1].kind is BlockKind.HEADING and marker is not None and marker.end >= len(block.text)
    # Footnotes come last, as they do out of plain text: pages and notes fall differently in a translation.
    read.sort(key=lambda block: block.kind is BlockKind.FOOTNOTE)
    return tuple(replace(block, id=number) for number, block in enumerate(read)), profile


def _read(block: Block, shape: Classification, *, believed: bool) -> Block:
    """The block as its shape has it, where the file leaves that open."""
    if block.kind is BlockKind.HEADING or block.kind is BlockKind.TITLE:
        marker = parse_marker(block.text)
        if marker is None or not block.text[marker.end :].strip():
            return block
        return _cut(block, marker.printed, marker.end)
    if shape.kind is BlockKind.HEADING:
        return (
            replace(_cut(block, shape.marker, shape.skip), kind=BlockKind.HEADING, level=shape.level)
            if believed
            else block
        )
    if block.kind is BlockKind.ITEM and parse_bullet(block.text) is not None and not shape.marker:
        return _cut(block, "", shape.skip)
    if shape.kind is BlockKind.ITEM or (shape.kind is BlockKind.PARAGRAPH and shape.marker):
        kind = block.kind if block.kind is BlockKind.ITEM else shape.kind
        return replace(_cut(block, shape.marker, shape.skip), kind=kind, level=block.level or shape.level)
    return block


def _cut(block: Block, marker: str, skip: int) -> Block:
    """``block`` without its first ``skip`` characters, which are its marker and blanks."""
    rest = block.text[skip:]
    lead = skip + len(rest) - len(rest.lstrip())
    marks = tuple(replace(mark, offset=max(0, mark.offset - lead)) for mark in block.marks)
    return replace(block, text=rest.strip(), marker=marker, marks=marks)
