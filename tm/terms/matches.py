"""Terms found by a look-up or in a text, and the rows that `--json` prints of them and the server sends.

A row is a pair: the term that was found, and one term of the same concept in another language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from corpora.tabular import Tabular
from corpora.text.languages import base
from tm.terms.concept import Concept, Term
from tm.terms.normalization import normalize_term

__all__ = ["TermMatch", "TermMatches", "TermOccurrence", "match_rows", "occurrence_rows"]


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term found by a look-up: its concept, the term, how it matched and how well (100 for identical).

    ``kind`` is "exact", "form" (inflected, other script or width), "prefix", "wildcard" or "fuzzy".
    """

    concept: Concept
    term: Term
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class TermOccurrence:
    """A term in a text: its span, the concepts it may mean, and whether a longer term contains it."""

    start: int
    end: int
    concepts: tuple[Concept, ...]
    nested: bool


class TermMatches(Tabular, list[TermMatch]):
    """The matches of a look-up, best first."""

    def to_dicts(self, to: str | None = None) -> list[dict[str, Any]]:
        """One dictionary per target term in the language ``to``, or in all others, as `duiyi term lookup --json`."""
        return match_rows(self, to)

    def _example(self) -> dict[str, Any]:
        terms = Term("", "zh"), Term("", "en")
        return match_rows([TermMatch(Concept("", terms), terms[0], "", 0.0)])[0]


def match_rows(matches: Iterable[TermMatch], to: str | None = None) -> list[dict[str, Any]]:
    """Rows of a look-up, with target terms in the language ``to``, or in all others."""
    return [
        {
            **_row(match.concept, match.term.text, match.term.language, other),
            "source_status": match.term.status.value,
            "kind": match.kind,
            "score": match.score,
        }
        for match in matches
        for other in _others(match.concept, match.term.language, to)
    ]


def occurrence_rows(text: str, found: Iterable[TermOccurrence], language: str, to: str | None) -> list[dict[str, Any]]:
    """Rows of the terms in ``text``, which is in ``language``, with their positions."""
    return [
        {
            **_row(concept, text[place.start : place.end], language, other),
            "source_status": _named_by(text[place.start : place.end], concept, language).status.value,
            "start": place.start,
            "end": place.end,
            "nested": place.nested,
        }
        for place in found
        for concept in place.concepts
        for other in _others(concept, language, to)
    ]


def _named_by(text: str, concept: Concept, language: str) -> Term:
    """The term of the concept that a text is: as it is written, else the best of those that it is a form of."""
    own = [term for term in concept.terms if base(term.language) == base(language)]
    key = normalize_term(text, language)
    alike = [term for term in own if normalize_term(term.text, term.language) == key] or own
    return min(alike, key=lambda term: (term.text != text, term.rank))


def _others(concept: Concept, language: str, to: str | None) -> list[Term]:
    """The terms of the concept in the language ``to``, or in all except ``language``, best first."""
    others = [
        term
        for term in concept.terms
        if (base(term.language) == base(to) if to else base(term.language) != base(language))
    ]
    return sorted(others, key=lambda term: term.rank)


def _row(concept: Concept, source: str, language: str, target: Term) -> dict[str, Any]:
    return {
        "source": source,
        "target": target.text,
        "status": target.status.value,
        "subject": concept.subject,
        "definition": concept.definition,
        "source_lang": language,
        "target_lang": target.language,
        "examples": list(target.examples),
        "note": target.note or concept.note,
        "concept": concept.id,
    }
