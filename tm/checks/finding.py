"""The result of a check: a `Finding` for a unit, with a `Severity` and the spans on both sides that it refers to."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from tm.tags import plain
from tm.unit import Unit

__all__ = ["Finding", "Severity", "Span"]

Span = tuple[int, int]


class Severity(StrEnum):
    """How likely a translation is wrong: ERROR is almost certain, WARNING should be reviewed, INFO is a hint."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """2 for ERROR, 1 for WARNING, 0 for INFO."""
        return _RANKS[self]


_WORDS = 40  # characters: a longer span is a sentence
_RANKS = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}


@dataclass(frozen=True, slots=True)
class Finding:
    """A possible error of a translation, reported by one check.

    ``unit`` counts from 0 in the order of the file. The spans are half-open character offsets in the unit's
    source and target text without inline tags; None where the finding refers to the whole side or to nothing on it.
    """

    check: str
    severity: Severity
    unit: int
    message: str
    source_span: Span | None = None
    target_span: Span | None = None

    def fingerprint(self, unit: Unit) -> str:
        """Sixteen hexadecimal digits that stay the same while the check and both texts of ``unit`` do."""
        key = "\0".join((self.check, unit.source, unit.target, str(self.source_span), str(self.target_span)))
        return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def kind(self, unit: Unit) -> str:
        """What was found, without the place: the check and the words on both sides, which may occur in other units.

        Where it points at no words, or at many, only this finding is of its kind.
        """
        texts = [
            plain(text)[slice(*span)].strip().casefold() if span else ""
            for text, span in ((unit.source, self.source_span), (unit.target, self.target_span))
        ]
        if not any(texts) or max(map(len, texts)) > _WORDS:
            return self.fingerprint(unit)
        return f"{self.check}: {texts[0]} → {texts[1]}"

    def to_dict(self, unit: Unit) -> dict[str, Any]:
        """The finding with the texts of its ``unit``, as ``duiyi check -o X.json`` writes it."""
        return {
            "check": self.check,
            "severity": str(self.severity),
            "unit": self.unit,
            "message": self.message,
            "source_span": self.source_span,
            "target_span": self.target_span,
            "source": plain(unit.source),
            "target": plain(unit.target),
            "fingerprint": self.fingerprint(unit),
            "kind": self.kind(unit),
        }
