"""Build the tree of sections from the headings of a document.

Levels may skip (a level 3 under a level 1) and may begin anywhere; a section ends where a heading of its own
level or a higher one begins. Footnotes are at the end of the blocks, gathered from all sections, and belong
to none of them.
"""

from collections.abc import Sequence

from corpora.document import Block, BlockKind, Section

__all__ = ["outline"]


def outline(blocks: Sequence[Block]) -> Section:
    """The outline over ``blocks``, whose ids are their positions; the root spans them all and has no heading."""
    end = len(blocks)
    while end and blocks[end - 1].kind is BlockKind.FOOTNOTE:
        end -= 1
    headings = [block for block in blocks[:end] if block.kind is BlockKind.HEADING]
    return Section(None, 0, 0, len(blocks), _children(headings, 0, len(headings), end))


def _children(headings: Sequence[Block], start: int, stop: int, end: int) -> tuple[Section, ...]:
    """The sections of ``headings[start:stop]``, the last of which reaches to block ``end``."""
    sections = []
    at = start
    while at < stop:
        heading = headings[at]
        below = at + 1
        while below < stop and headings[below].level > heading.level:
            below += 1
        last = headings[below].id if below < stop else end
        sections.append(Section(heading.id, heading.level, heading.id, last, _children(headings, at + 1, below, last)))
        at = below
    return tuple(sections)
