"""What a check says: a `Finding` at a unit, with a `Severity` and the places on both sides that it means.

A finding has a fingerprint made of the texts and not of the unit's position, so that a list of accepted findings
(`tm.checks.baseline`) still fits after units were added before it.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Severity", "Span"]

Span = tuple[int, int]


class Severity(StrEnum):
    """How grave a finding is: ERROR is wrong for certain, WARNING wants a look, INFO is a matter of house style."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """2 for ERROR, 1 for WARNING, 0 for INFO."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault that one check found.

    ``unit`` counts from 0 in the order of the file. The spans are half-open character offsets in the unit's
    source and target text without inline tags; None where the finding means the whole side or nothing on it.
    """

    check: str
    severity: Severity
    unit: int
    message: str
    source_span: Span | None = None
    target_span: Span | None = None
