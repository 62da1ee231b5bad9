"""Beads and alignments: which units of one document answer to which of the other.

A bead names its units by id only; the texts stay in the `Alignment`, so that a bead can be written to an
``.align`` file, re-scored or re-drawn without a copy of the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpora.document import Document, Segment

__all__ = ["Alignment", "Bead", "Level"]

Level = Literal["paragraph", "sentence"]


@dataclass(frozen=True, slots=True)
class Bead:
    """Source and target unit ids that answer to each other; either side may be empty, not both.

    ``score`` is the calibrated probability, 0 to 1, that the bead is right. ``how`` tells what found it:
    "structure", "search", "moved", "omission", "review".
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float = 0.0
    how: str = "search"


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two documents, the units of both sides (ids are their positions), and the beads between them.

    Every unit stands in exactly one bead. Beads come in the reading order of the source; a bead with
    ``how == "moved"`` is one whose target stands out of order.
    """

    source: Document
    target: Document
    level: Level
    source_units: tuple[Segment, ...]
    target_units: tuple[Segment, ...]
    beads: tuple[Bead, ...]
    signature: str
    warnings: tuple[str, ...] = ()

    def source_texts(self, bead: Bead) -> Sequence[str]:
        """The texts of the source units of ``bead``, in order."""
        return [self.source_units[i].text for i in bead.source]

    def target_texts(self, bead: Bead) -> Sequence[str]:
        """The texts of the target units of ``bead``, in order."""
        return [self.target_units[i].text for i in bead.target]
