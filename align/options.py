"""The options of an alignment: what the pipeline follows and what the signature records."""

from dataclasses import dataclass, field

from align.alignment import Level
from align.blocks import BlockOptions
from align.search import SearchOptions

__all__ = ["AlignOptions"]


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """How two documents are aligned.

    ``unit``: what the beads hold. ``segmented``: every block is a unit already, be it a paragraph or a sentence, and
    has no structure. ``blocks``: how blocks are aligned; ``sentences``: the search inside beads of blocks, and of
    the units of segmented sentences.
    """

    unit: Level = "sentence"
    segmented: bool = False
    blocks: BlockOptions = field(default_factory=BlockOptions)
    sentences: SearchOptions = field(default_factory=SearchOptions)
