"""The translation unit: what memories keep, formats write and checks read.

One frozen record for all of them, so that nothing is lost between an alignment, a TMX and the store. Numbers and states
are checked here, whatever the unit comes from. Texts are kept as a file has them, so that checks can show what is wrong
with them; memories store them `cleaned`.
Languages are BCP 47 codes with a hyphen ("zh-CN"); texts contain inline tags in the form described in `tm.tags`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from corpora.errors import UsageError

__all__ = [
    "REVIEW_BELOW", "STATUSES", "Origin", "Status", "Unit", "cleaned", "is_doubtful", "reversed_unit", "shortened",
]  # fmt: skip

#: What a unit may be, from the worst to the best, as memories count them.
Status = Literal["rejected", "unreviewed", "reviewed"]
STATUSES: tuple[Status, ...] = get_args(Status)
#: The score below which somebody should look at a pair; drafts and machine translation have 0.5.
REVIEW_BELOW = 0.7
_LARGEST = 2**31 - 1  # of page numbers and counts
_BREAK = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_JUNK = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a unit comes from: files, unit ids on both sides, page (from 1) and section heading of the source."""

    source_file: str = ""
    target_file: str = ""
    source_ids: tuple[int, ...] = ()
    target_ids: tuple[int, ...] = ()
    page: int | None = None
    section: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A source text and its translation, with context, origin and quality.

    ``quality`` is the calibrated probability, 0 to 1, that the two sides correspond, None if
    it was not measured. ``status`` is "unreviewed", "reviewed" or "rejected". ``previous`` and ``next``
    are the neighbouring source texts, "" at either end of the document and if unknown.
    ``sentences`` counts the sentences on the longer side. Two units that differ only in ``created`` are equal.
    """

    source: str
    target: str
    source_lang: str
    target_lang: str
    previous: str = ""
    next: str = ""
    origin: Origin = Origin()
    quality: float | None = None
    status: str = "unreviewed"
    kind: str = ""
    sentences: int = 1
    signature: str = ""
    created: datetime | None = field(default=None, compare=False)
    changed: datetime | None = None
    author: str = ""
    notes: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise `UsageError` for a value that no unit can have, wherever the unit comes from."""
        if not (isinstance(self.source, str) and isinstance(self.target, str)):
            raise UsageError("source and target of a unit must be str; a missing side is an empty one")
        if not (isinstance(self.source_lang, str) and isinstance(self.target_lang, str)):
            raise UsageError("the languages of a unit must be str")
        if self.quality is not None and (isinstance(self.quality, str) or not 0 <= self.quality <= 1):
            raise UsageError(f"a score must be from 0 to 1, not {self.quality:.9}")
        if self.status not in STATUSES:
            raise UsageError(f"{self.status!r} is not a status; there are {', '.join(STATUSES)}")
        page = self.origin.page
        if not 1 <= self.sentences <= _LARGEST or not (page is None or 0 <= page <= _LARGEST):
            raise UsageError("the number of sentences or the page is out of range")

    def __repr__(self) -> str:
        languages = f"{self.source_lang!r}, {self.target_lang!r}"
        return f"Unit({shortened(self.source)!r}, {shortened(self.target)!r}, {languages})"


def cleaned(unit: Unit) -> Unit:
    """``unit`` with texts that every format can contain: no control characters, no odd line ends."""
    texts = unit.source, unit.target, unit.previous, unit.next
    if all(map(str.isprintable, texts)):
        return unit
    clean = tuple(_JUNK.sub("", _BREAK.sub("\n", text)) for text in texts)
    if clean == texts:
        return unit
    return replace(unit, source=clean[0], target=clean[1], previous=clean[2], next=clean[3])


def is_doubtful(unit: Unit, below: float = REVIEW_BELOW) -> bool:
    """Whether somebody still has to look at a pair that nobody has reviewed or rejected: its score is low."""
    return unit.status == "unreviewed" and unit.quality is not None and unit.quality < below


def reversed_unit(unit: Unit) -> Unit:
    """``unit`` with its sides exchanged; without context, which is of the former source."""
    old = unit.origin
    origin = Origin(old.target_file, old.source_file, old.target_ids, old.source_ids, old.page, old.section)
    unit = replace(unit, source=unit.target, target=unit.source, previous="", next="", origin=origin)
    return replace(unit, source_lang=unit.target_lang, target_lang=unit.source_lang)


def shortened(text: str, longest: int = 40) -> str:
    """``text`` cut to ``longest`` characters, for a `repr`."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
