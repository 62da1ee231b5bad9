"""The types of a document that was read: lines, blocks, sections, segments, and what was changed on the way.

Readers turn a file into a `Document`; nothing else in the project looks at files of text. Offsets always
point into `Document.original`, the text as it came out of the file before any cleaning, so that every unit
can be traced back to its position and every dropped line can be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Block", "BlockKind", "Change", "Document", "FootnoteMark", "Line", "Section", "Segment"]


class BlockKind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "list item"
    FOOTNOTE = "footnote"
    CELL = "table cell"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as printed, before it is joined into a block.

    Plain text has only ``text``, ``start``, ``end`` and ``page``; a PDF also has its position
    and its font size (all in points, origin at the top left of the page).
    """

    text: str
    start: int
    end: int
    page: int | None = None
    left: float | None = None
    top: float | None = None
    right: float | None = None
    bottom: float | None = None
    size: float | None = None
    bold: bool = False
    marks: tuple["FootnoteMark", ...] = ()
    full: bool | None = None  # whether the next word had no room on it, None where that is not known
    opens: int = 0  # characters of the number or sign in small print that it opens with, as footnotes do


@dataclass(frozen=True, slots=True)
class FootnoteMark:
    """A footnote mark: its number as printed and its offset in the clean text of the block."""

    number: str
    offset: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, footnote or table cell, cleaned.

    ``text`` contains neither marker nor footnote marks: ``marker`` is the list marker, article or section
    number as printed ("1.", "(a)", "㈢"; a footnote's own number for footnotes, counted through the document
    where every page begins with 1), ``marks`` are the footnote marks, their offsets in ``text``. ``level`` counts from
    1 for headings and list items, 0 where it means nothing. ``start`` and ``end`` span the block in
    `Document.original`; ``page`` counts from 1. ``cell`` is the place of what stands in a table whose cells the
    file marks: table, row and column, each counted from 0. ``time``: from when to when subtitles show it, in
    seconds. ``glue`` is what is between marker and text: a blank, also a full-width one, or nothing as in "（四）总则".
    """

    id: int
    kind: BlockKind
    text: str
    level: int = 0
    marker: str = ""
    page: int | None = None
    start: int = 0
    end: int = 0
    marks: tuple[FootnoteMark, ...] = ()
    cell: tuple[int, int, int] | None = None
    glue: str = " "
    time: tuple[float, float] | None = None

    @property
    def full_text(self) -> str:
        """The text with its marker before it, as a reader sees it."""
        return f"{self.marker}{self.glue}{self.text}".strip() if self.marker else self.text


@dataclass(frozen=True, slots=True)
class Section:
    """A node of the outline: a heading and all blocks under it.

    ``heading`` is the id of the heading block, None for the root. The section consists of the blocks
    ``first <= id < last`` (its heading and its sub-sections included).
    """

    heading: int | None
    level: int
    first: int
    last: int
    children: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What one cleaning step did to one piece of the original: the record behind `duiyi structure --changes`."""

    step: str
    action: str  # "dropped", "joined", "moved", "mark"
    text: str
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a block that beads refer to: a sentence, or a whole block where paragraphs are aligned.

    ``start`` and ``end`` span it in `Block.full_text` of block ``block``, so the first segment of a numbered
    block opens with the marker, as the page does.
    """

    id: int
    block: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A document that was read: blocks in reading order (ids are their positions) and an outline over them."""

    language: str  # BCP 47: "zh-CN", "zh-TW", "en-US", "de", …
    path: str
    blocks: tuple[Block, ...]
    outline: Section
    original: str = ""
    profile: str = "plain"
    encoding: str = ""
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        plural = "" if len(self.blocks) == 1 else "s"
        return f"Document({self.path!r}, {self.language}, {len(self.blocks):,} block{plural})"
