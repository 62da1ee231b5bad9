"""The terminological entry: a concept, and what it is called in each language (ISO 30042, "concept orientation").

One concept holds several terms a language, so that a preferred term, a synonym that is admitted and a word
that must not be used stand in one place and a check can tell them apart.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from corpora.text.languages import base

__all__ = ["LONGEST", "Concept", "Status", "Term", "made_id"]

LONGEST = 1000  # characters; a longer "term" is a sentence in the wrong column


class Status(StrEnum):
    """How a term is to be used; "proposed" are those won by extraction that nobody has looked at yet."""

    PREFERRED = "preferred"
    ADMITTED = "admitted"
    DEPRECATED = "deprecated"
    FORBIDDEN = "forbidden"
    PROPOSED = "proposed"


#: The order in which terms of one concept are shown: what to use first, what not to use last.
_ORDER = {status: rank for rank, status in enumerate((Status.PREFERRED, Status.ADMITTED, Status.PROPOSED))}


@dataclass(frozen=True, slots=True)
class Term:
    """A term in one language (a BCP 47 code), with its status and what is known of its use."""

    text: str
    language: str
    status: Status = Status.PREFERRED
    part_of_speech: str = ""
    source: str = ""
    note: str = ""
    examples: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """0 for preferred terms, larger for those to be shown after them."""
        return _ORDER.get(self.status, len(_ORDER))


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept and its terms; ``id`` is its name in exchange files, ``references`` are ids of related concepts."""

    id: str
    terms: tuple[Term, ...]
    subject: str = ""
    definition: str = ""
    references: tuple[str, ...] = ()
    note: str = ""
    author: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    properties: dict[str, str] = field(default_factory=dict)

    def named(self, language: str) -> tuple[Term, ...]:
        """The terms in ``language``, whatever the region, best first."""
        own = [term for term in self.terms if base(term.language) == base(language)]
        return tuple(sorted(own, key=lambda term: term.rank))


def made_id(terms: Iterable[Term]) -> str:
    """An id for a concept that comes without one, out of the first term of each language.

    The same pair read again is then the same entry, and rows of two tables are not taken for one by their number.
    """
    first: dict[str, str] = {}
    for term in terms:
        first.setdefault(base(term.language), term.text)
    name = "\n".join(f"{language}\t{text}" for language, text in sorted(first.items()))
    return f"x-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
