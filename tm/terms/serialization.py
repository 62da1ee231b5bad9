"""Results of checks and of extraction of terms as the rows that `--json` prints and the server sends."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from corpora.text.plurals import counted
from tm.terms.base import TermBase
from tm.terms.check import TermFinding
from tm.terms.concept import Concept, Status, Term, made_id
from tm.terms.extraction import TermPair
from tm.terms.merging import TermConflict
from tm.terms.tokens import replace_surrogates
from tm.unit import Unit

__all__ = [
    "conflict_row", "finding_row", "known_pairs", "pair_row", "proposed",
]  # fmt: skip


def finding_row(finding: TermFinding) -> dict[str, Any]:
    """A finding of the check."""
    return {
        "check": finding.check,
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
