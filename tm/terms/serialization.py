"""Results of look-ups, checks and extraction of terms as the rows that `--json` prints and the server sends.

A row of a look-up is a pair: the term that was found, and one term of the same concept in another language.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from corpora.text.languages import base
from corpora.text.plurals import counted
from tm.terms.base import TermBase, TermMatch, TermOccurrence
from tm.terms.check import TermFinding
from tm.terms.concept import Concept, Status, Term, made_id
from tm.terms.extraction import TermPair
from tm.terms.merging import TermConflict
from tm.terms.tokens import replace_surrogates
from tm.unit import Unit

__all__ = [
    "conflict_row",
    "finding_row",
    "found_rows",
    "hit_rows",
    "known_pairs",
    "pair_row",
    "proposed",
]


def hit_rows(hits: Iterable[TermMatch], to: str | None) -> list[dict[str, Any]]:
    """Rows of a look-up, with target terms in the language ``to``, or in all others."""
    return [
        {**_row(hit.concept, hit.term.text, hit.term.language, other), "kind": hit.kind, "score": hit.score}
        for hit in hits
        for other in _others(hit.concept, hit.term.language, to)
    ]


def found_rows(text: str, found: Iterable[TermOccurrence], language: str, to: str | None) -> list[dict[str, Any]]:
    """Rows of the terms in ``text``, which is in ``language``, with their positions."""
    return [
        {
            **_row(concept, text[place.start : place.end], language, other),
            "start": place.start,
            "end": place.end,
            "nested": place.nested,
        }
        for place in found
        for concept in place.concepts
        for other in _others(concept, language, to)
    ]


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


def finding_row(finding: TermFinding) -> dict[str, Any]:
    """A fault found by the check."""
    return {
        "check": finding.fault,
        "unit": finding.unit,
        "message": finding.message,
        "source_span": finding.source_span,
        "target_span": finding.target_span,
    }


def conflict_row(conflict: TermConflict) -> dict[str, Any]:
    """A difference between an imported entry and a stored one."""
    return {"term": conflict.term, "stored": list(conflict.stored), "new": list(conflict.new)}


def pair_row(pair: TermPair, units: Sequence[Unit]) -> dict[str, Any]:
    """A pair extracted from ``units``, its score with its parts, and an example."""
    example = units[pair.examples[0]] if pair.examples else None
    return {
        "source": pair.source,
        "target": pair.target,
        "score": pair.score,
        "count": pair.count,
        "accept": "",
        "source_lang": units[0].source_lang,
        "target_lang": units[0].target_lang,
        "association": pair.association,
        "dice": pair.dice,
        "similarity": pair.similarity,
        "termhood": pair.termhood,
        "source_forms": "|".join(pair.source_forms),
        "target_forms": "|".join(pair.target_forms),
        "source_example": replace_surrogates(example.source) if example else "",
        "target_example": replace_surrogates(example.target) if example else "",
    }


def known_pairs(terms: TermBase | None, source_lang: str, target_lang: str) -> frozenset[tuple[str, str]]:
    """The pairs of the term base, in lower case, which extraction need not propose."""
    return frozenset(
        (left.text.lower(), right.text.lower())
        for concept in (terms.concepts() if terms is not None else ())
        for left in concept.named(source_lang)
        for right in concept.named(target_lang)
    )


def proposed(pairs: Iterable[TermPair], units: Sequence[Unit]) -> Iterator[Concept]:
    """The pairs as entries with the status "proposed"."""
    for pair in pairs:
        example = units[pair.examples[0]] if pair.examples else units[0]
        terms = (
            Term(pair.source, units[0].source_lang, Status.PROPOSED, examples=(replace_surrogates(example.source),)),
            Term(pair.target, units[0].target_lang, Status.PROPOSED, examples=(replace_surrogates(example.target),)),
        )
        yield Concept(made_id(terms), terms, note=f"extracted, score {pair.score:g}, {counted(pair.count, 'unit')}")
