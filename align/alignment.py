"""Beads and alignments: which units of one document correspond to which units of the other.

A bead holds the ids of its units only; the texts stay in the `Alignment`, so that a bead can be written to an
``.align`` file or changed without a copy of the text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from corpora.arguments import checked_class
from corpora.document import Document, Segment
from corpora.errors import UsageError
from corpora.tabular import Tabular
from corpora.text.languages import join
from corpora.text.plurals import counted

__all__ = ["Alignment", "Bead", "Level"]

Level = Literal["paragraph", "sentence"]


@checked_class
@dataclass(frozen=True, slots=True)
class Bead:
    """The ids of source and target units that correspond; one side may be empty, but not both.

    ``score`` is the calibrated probability, 0 to 1, that the bead is right. ``found_by`` is the step that found it:
    "search", "moved", "omission" or "review".
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float = 0.0
    found_by: str = "search"

    def __post_init__(self) -> None:
        if not self.source and not self.target:
            raise UsageError("a bead needs a unit on at least one side")


@dataclass(frozen=True, slots=True, repr=False)
class Alignment(Tabular):
    """Two documents, the units of both sides (ids are their positions), and the beads between them.

    Every unit is in exactly one bead. Beads are in the reading order of the source; the target of a bead with
    ``found_by == "moved"`` is in another place. ``doubtful`` is the one of ``warnings`` that says that the texts do
    not seem to correspond, or not in the same order; "" where they do. An alignment is a sequence of its beads:

    >>> from corpora.document import Section
    >>> documents = [Document(code, "a.txt", (), Section(None, 0, 0, 0)) for code in ("zh-CN", "en-US")]
    >>> chinese, english = (Segment(0, 0, "你好。", 0, 3),), (Segment(0, 0, "Hello.", 0, 6),)
    >>> alignment = Alignment(*documents, "sentence", chinese, english, (Bead((0,), (0,), 0.97),), "")
    >>> alignment
    Alignment(1 bead, zh-CN 1 / en-US 1 sentences)
    >>> len(alignment), alignment[0].score
    (1, 0.97)
    >>> [alignment.target_texts(bead) for bead in alignment]
    [['Hello.']]
    """

    source: Document
    target: Document
    level: Level
    source_units: tuple[Segment, ...]
    target_units: tuple[Segment, ...]
    beads: tuple[Bead, ...]
    signature: str
    warnings: tuple[str, ...] = ()
    doubtful: str = ""

    def __repr__(self) -> str:
        beads = counted(len(self.beads), "bead")
        sides = ((self.source, self.source_units), (self.target, self.target_units))
        units = " / ".join(f"{document.language} {len(units):,}" for document, units in sides)
        return f"Alignment({beads}, {units} {self.level}s)"

    def __len__(self) -> int:
        return len(self.beads)

    def __iter__(self) -> Iterator[Bead]:
        return iter(self.beads)

    @overload
    def __getitem__(self, position: int) -> Bead: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Bead, ...]: ...
    def __getitem__(self, position: int | slice) -> Bead | tuple[Bead, ...]:
        return self.beads[position]

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return each bead as a dictionary with the texts of its units.

        >>> from corpora.document import Section
        >>> document = Document("en-US", "a.txt", (), Section(None, 0, 0, 0))
        >>> units = (Segment(0, 0, "One.", 0, 4), Segment(1, 0, "Two.", 5, 9))
        >>> Alignment(document, document, "sentence", units, units[:1], (Bead((0, 1), (0,), 0.5),), "").to_dicts()
        [{'source': [0, 1], 'target': [0], 'source_text': 'One. Two.', 'target_text': 'One.', 'score': 0.5, \
'found_by': 'search'}]
        """
        left, right = self.source.language, self.target.language
        return [
            {
                "source": list(bead.source),
                "target": list(bead.target),
                "source_text": join(self.source_texts(bead), left),
                "target_text": join(self.target_texts(bead), right),
                "score": bead.score,
                "found_by": bead.found_by,
            }
            for bead in self.beads
        ]

    def _example(self) -> dict[str, Any]:
        return dict.fromkeys(("source", "target", "source_text", "target_text", "score", "found_by"))

    def source_texts(self, bead: Bead) -> Sequence[str]:
        """Return the texts of the source units of ``bead``, in order."""
        return [self.source_units[i].text for i in bead.source]

    def target_texts(self, bead: Bead) -> Sequence[str]:
        """Return the texts of the target units of ``bead``, in order."""
        return [self.target_units[i].text for i in bead.target]
