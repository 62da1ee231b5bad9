"""The options of an alignment: used by the pipeline and recorded in the signature."""

from dataclasses import dataclass, field

from align.alignment import Level
from align.blocks import BlockOptions
from align.search import SearchOptions
from corpora.arguments import checked_class
from corpora.text.srx import SrxRules

__all__ = ["AlignOptions"]


@checked_class
@dataclass(frozen=True, slots=True)
class AlignOptions:
    """How two documents are aligned.

    ``unit``: what the beads hold. ``segmented``: every block is one unit, a paragraph or a sentence, and the documents
    have no structure. ``blocks``: how blocks are aligned; ``sentences``: how sentences are aligned, inside beads of
    blocks or in segmented documents. ``srx``: rules by which sentences are split, None for the built-in ones.
    """

    unit: Level = "sentence"
    segmented: bool = False
    blocks: BlockOptions = field(default_factory=BlockOptions)
    sentences: SearchOptions = field(default_factory=SearchOptions)
    srx: SrxRules | None = None
