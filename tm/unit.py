"""The translation unit: what memories keep, formats write and checks read.

One frozen record for all of them, so that nothing is lost between an alignment, a TMX and the store.
Languages are BCP 47 codes with a hyphen ("zh-CN"); texts contain inline tags in the form described in `tm.tags`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from corpora.errors import UsageError

__all__ = ["Origin", "Unit", "shortened"]


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
    ``sentences`` counts the sentences on the longer side.
    """

    source: str
    target: str
    source_lang: str
    target_lang: str
    previous: str = ""
    next: str = ""
    origin: Origin = field(default_factory=Origin)
    quality: float | None = None
    status: str = "unreviewed"
    kind: str = ""
    sentences: int = 1
    signature: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    author: str = ""
    notes: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise `UsageError` for a quality that is not from 0 to 1, wherever the unit comes from."""
        if self.quality is not None and not 0 <= self.quality <= 1:
            raise UsageError(f"a score must be from 0 to 1, not {self.quality:.9g}")

    def __repr__(self) -> str:
        languages = f"{self.source_lang!r}, {self.target_lang!r}"
        return f"Unit({shortened(self.source)!r}, {shortened(self.target)!r}, {languages})"


def shortened(text: str, longest: int = 40) -> str:
    """``text`` cut to ``longest`` characters, for a `repr`."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
