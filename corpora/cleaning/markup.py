"""Read the markers in blocks of files with markup (web pages, DOCX) by the rules for plain text.

A web page or Word file declares headings and list items, but numbers are mostly typed ("1.", "（四）", "第三十条"), and
many official pages declare nothing and write every line as a paragraph. The rules of
`corpora.cleaning.classification` decide what a marker means, so that a resolution gets the same structure from every
format; what the file declares takes precedence.
"""

from collections.abc import Sequence
from dataclasses import replace

from corpora.cleaning import profiles
from corpora.cleaning.classification import Classification, classify, glue_between
from corpora.cleaning.inline import TAB
from corpora.cleaning.layout import Layout, LayoutLine
from corpora.cleaning.paragraphs import LineGroup
from corpora.document import Block, BlockKind, Line
from corpora.text.markers import parse_marker

__all__ = ["structured"]

_FREE = (BlockKind.PARAGRAPH, BlockKind.ITEM)
_LAYOUT = Layout()


def structured(blocks: Sequence[Block], profile: str = "auto") -> tuple[tuple[Block, ...], str]:
    """Return ``blocks`` with markers, kinds and levels read from their text, and the profile that was used.

    Headings that are recognized by their text only ("第一章", "Article 5") count where the file declares none.
    """
    # A tab is a blank to the rules; its place is needed afterwards, to find contents pages.
    kept = blocks
    blocks = [replace(block, text=block.text.replace(TAB, " ")) if TAB in block.text else block for block in blocks]
    read, profile = _structured(blocks, profile)
    tabbed = {block.id: block.text for block in kept if TAB in block.text}
    restored = [
        replace(block, text=_with_tabs(block.text, tabbed[block.id])) if block.id in tabbed else block for block in read
    ]
    # Footnotes come last, as in plain text: a translation has them on other pages.
    restored.sort(key=lambda block: block.kind is BlockKind.FOOTNOTE)
    return tuple(replace(block, id=number) for number, block in enumerate(restored)), profile


def _with_tabs(text: str, printed: str) -> str:
    """``text``, the end of ``printed`` without tabs, with its tabs."""
    bare = printed.rstrip(f" {TAB}")
    return bare[len(bare) - len(text) :] if bare.replace(TAB, " ").endswith(text) else text


def _structured(blocks: Sequence[Block], profile: str) -> tuple[list[Block], str]:
    profile = profiles.choose([block.text for block in blocks], profile)
    open_blocks = [
        block for block in blocks if block.kind in (*_FREE, BlockKind.HEADING, BlockKind.TITLE) and not block.marker
    ]
    groups = [LineGroup((LayoutLine(Line(block.text, block.start, block.end), block.text),)) for block in open_blocks]
    found = dict(
        zip(
            (block.id for block in open_blocks),
            classify(groups, [b.text for b in open_blocks], _LAYOUT, profile),
            strict=True,
        )
    )
    own_headings = any(block.kind is BlockKind.HEADING for block in blocks)
    read: list[Block] = []
    after_number = False  # the previous block is a heading that is only a number
    for block in blocks:
        classified = found.get(block.id)
        if classified is None:
            read.append(block)
            after_number = False
            continue
        marker = parse_marker(block.text)
        accepted = not own_headings and (marker is not None or after_number)
        read.append(_read(block, classified, accepted=accepted))
        after_number = read[-1].kind is BlockKind.HEADING and marker is not None and marker.end >= len(block.text)
    return read, profile


def _read(block: Block, classified: Classification, *, accepted: bool) -> Block:
    """The block as it was classified, where the file does not declare its kind."""
    if block.kind is BlockKind.HEADING or block.kind is BlockKind.TITLE:
        marker = parse_marker(block.text)
        if marker is None or not block.text[marker.end :].strip():
            return block
        return _without_marker(block, marker.printed, marker.end)
    if classified.kind is BlockKind.HEADING:
        return (
            replace(
                _without_marker(block, classified.marker, classified.skip),
                kind=BlockKind.HEADING,
                level=classified.level,
            )
            if accepted
            else block
        )
    if classified.kind is BlockKind.ITEM or classified.marker:
        kind = block.kind if block.kind is BlockKind.ITEM else classified.kind
        return replace(
            _without_marker(block, classified.marker, classified.skip), kind=kind, level=block.level or classified.level
        )
    return block


def _without_marker(block: Block, marker: str, skip: int) -> Block:
    """``block`` without its first ``skip`` characters: its marker and blanks."""
    rest = block.text[skip:]
    lead = skip + len(rest) - len(rest.lstrip())
    marks = tuple(replace(mark, offset=max(0, mark.offset - lead)) for mark in block.marks)
    return replace(block, text=rest.strip(), marker=marker, marks=marks, glue=glue_between(block.text, lead))
