"""The results of look-ups.

The unit of a `Match` is always in the direction of the query: its source is the side that was compared with the query,
whichever side that is in the memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from corpora.tabular import Tabular
from tm.search.diff import DiffPart
from tm.unit import Unit, shortened

__all__ = ["Match", "MatchKind", "Record", "Results", "origin_json"]


class Record(Protocol):
    """One result, such as a `Match`."""

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""


AnyRecord = TypeVar("AnyRecord", bound=Record)


class Results(Tabular, list[AnyRecord]):
    """The results of a search, best first; ``example`` has the columns of a table without rows."""

    def __init__(self, results: Iterable[AnyRecord], example: Record) -> None:
        super().__init__(results)
        self._columns = example

    def _example(self) -> dict[str, Any]:
        return self._columns.to_dict()

    def to_dicts(self) -> list[dict[str, Any]]:
        """The results as plain data, the way ``--json`` prints them."""
        return [one.to_dict() for one in self]


class MatchKind(StrEnum):
    """How a match was found; the order is that of equal scores.

    Assembled matches and fragments are put together from parts of the text that the memories have: see
    `tm.search.assembly`.
    """

    CONTEXT = "context"
    EXACT = "exact"
    FUZZY = "fuzzy"
    SEMANTIC = "semantic"
    ASSEMBLED = "assembled"
    FRAGMENTS = "fragments"


@dataclass(frozen=True, slots=True)
class Match:
    """A unit that matches a query.

    score: percent, see `tm.search.fuzzy`; 101 where one neighbour of the text is the same too, 102 where both are; of a
        semantic match the similarity of the vectors. Penalties are subtracted.
    unit: in the direction of the query. ``reverse``: the memory has it in the other direction.
    number, count, memory: its number in the memory at this path, and how often it was added.
    minor_differences: by kind: "case", "punctuation", "number", "tag", "form", "space", "marker".
    differences: from the text in the memory to the query, in pieces.
    stored_target: the target as it is in the memory if ``unit.target`` was adapted, else "".
    adapted: what was replaced by what: ``(old, new)``.
    fragments: the parts of which an assembled match is made: ``(source, target)``.
    """

    kind: MatchKind
    score: int
    unit: Unit
    number: int
    count: int
    memory: str
    reverse: bool = False
    minor_differences: tuple[str, ...] = ()
    differences: tuple[DiffPart, ...] = ()
    stored_target: str = ""
    adapted: tuple[tuple[str, str], ...] = ()
    fragments: tuple[tuple[str, str], ...] = ()

    @property
    def source(self) -> str:
        """The text that was compared with the query."""
        return self.unit.source

    @property
    def target(self) -> str:
        """Its translation."""
        return self.unit.target

    def __repr__(self) -> str:
        return f"Match({self.kind} {self.score} %: {shortened(self.source)!r}, {shortened(self.target)!r})"

    def to_dict(self) -> dict[str, Any]:
        """The match as `duiyi lookup --json` prints it."""
        unit = self.unit
        return {
            "kind": str(self.kind),
            "score": self.score,
            "source": unit.source,
            "target": unit.target,
            "source_lang": unit.source_lang,
            "target_lang": unit.target_lang,
            "origin": origin_json(unit),
            "status": unit.status,
            "quality": unit.quality,
            "count": self.count,
            "memory": self.memory,
            "unit": self.number,
            "anchor": f"u{self.number}" if self.number else "",
            "reverse": self.reverse,
            "looks": list(self.minor_differences),
            "differences": [[piece.kind, piece.text] for piece in self.differences],
            "signature": unit.signature,
            "stored_target": self.stored_target,
            "adapted": [list(change) for change in self.adapted],
            "fragments": [list(part) for part in self.fragments],
        }


def origin_json(unit: Unit) -> dict[str, Any]:
    """The origin of a unit as JSON; what is not known is left out."""
    origin = unit.origin
    fields = {
        "source_file": origin.source_file,
        "target_file": origin.target_file,
        "source_ids": list(origin.source_ids),
        "target_ids": list(origin.target_ids),
        "page": origin.page,
        "section": origin.section,
    }
    return {name: value for name, value in fields.items() if value}
