"""Check units against a term base: missing terms, forbidden terms, several terms for one concept.

A source term is rendered where any usable target term of its concept occurs in the target, in any inflection
("freezing" for "freeze"), with its words in any order and near each other ("recovery of stolen assets" for "asset
recovery"). A term inside a longer one is not checked by itself: where 缔约国会议 occurs, 缔约国 is not required. For a
term of several concepts, a target term of any of them is enough.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from corpora.text.languages import base, is_spaced
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Term
from tm.terms.normalization import NormalizedText, normalize_text
from tm.terms.stopwords import stopwords
from tm.terms.tokens import words
from tm.unit import Unit

__all__ = ["TermFinding", "TermUse", "check_terms", "find_term", "unusable_rendering", "uses"]

Fault = Literal["term-missing", "term-forbidden", "term-inconsistent"]

_SPREAD = 4  # words allowed between the words of one term
_SHORT = 2  # characters of a Chinese term that may be a part of another word
_STEM = 4  # letters that two forms of a word have in common at least


@dataclass(frozen=True, slots=True)
class TermFinding:
    """A fault: what it is, the unit (from 0), a sentence, and the spans concerned (None where there is none)."""

    fault: Fault
    unit: int
    message: str
    source_span: tuple[int, int] | None
    target_span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class TermUse:
    """A term in a source: the unit, the span, and the target term that renders it, or None.

    ``concepts`` are all that the term may mean; ``concept`` is the one rendered, or the first.
    """

    unit: int
    concepts: tuple[Concept, ...]
    concept: Concept
    source: tuple[int, int]
    rendered: Term | None
    target: tuple[int, int] | None


def check_terms(units: Iterable[Unit], terms: TermBase) -> Iterator[TermFinding]:
    """Yield the faults of ``units`` in order; inconsistent use, for which all units are needed, comes at the end."""
    by_concept: dict[str, list[TermUse]] = {}
    for number, unit in enumerate(units):
        for use in uses(unit, number, terms):
            if use.rendered is not None:
                by_concept.setdefault(use.concept.id, []).append(use)
                continue
            expected = " or ".join(dict.fromkeys(term.text for _, term in _usable(use.concepts, unit.target_lang)))
            text = unit.source[slice(*use.source)]
            yield TermFinding("term-missing", number, f"{text} is not rendered as {expected}", use.source, None)
        yield from _forbidden(unit, number, terms)
    yield from _inconsistent(by_concept)


def uses(unit: Unit, number: int, terms: TermBase) -> Iterator[TermUse]:
    """Yield the terms in the source of ``unit`` (number ``number``) whose concept has a target term."""
    target = normalize_text(unit.target, unit.target_lang)
    for start, end, concepts in _concepts_in(unit, terms):
        usable = _usable(concepts, unit.target_lang)
        if usable:
            found = next(((c, t, span) for c, t in usable if (span := find_term(t, target))), None)
            concept, term, span = found or (usable[0][0], None, None)
            yield TermUse(number, concepts, concept, (start, end), term, span)


def unusable_rendering(use: TermUse, unit: Unit) -> Term | None:
    """The forbidden or deprecated term that renders ``use`` instead of a usable one, or None."""
    target = normalize_text(unit.target, unit.target_lang)
    terms = (term for concept in use.concepts for term in concept.named(unit.target_lang))
    return next((term for term in terms if not term.usable and find_term(term, target)), None)


def _usable(concepts: Iterable[Concept], language: str) -> list[tuple[Concept, Term]]:
    return [(c, term) for c in concepts for term in c.named(language) if term.usable]


def _concepts_in(unit: Unit, terms: TermBase) -> list[tuple[int, int, tuple[Concept, ...]]]:
    """The concepts of the terms in the source, longest terms only, each text once."""
    found: dict[str, tuple[int, int, tuple[Concept, ...]]] = {}
    stops = _word_boundaries(unit.source, unit.source_lang)
    for term in terms.find(unit.source, unit.source_lang):
        short = term.end - term.start <= _SHORT and stops is not None
        if not term.nested and not (short and stops is not None and not {term.start, term.end} <= stops):
            found.setdefault(unit.source[term.start : term.end], (term.start, term.end, term.concepts))
    return list(found.values())


def _word_boundaries(text: str, language: str) -> set[int] | None:
    """Where words begin and end in Chinese, so that 包 is not found in 包含; None for languages with spaces."""
    if is_spaced(language):
        return None
    spans = [(word.start, word.end) for word in words(text, language)]
    return {boundary for span in spans for boundary in span}


def find_term(term: Term, text: NormalizedText) -> tuple[int, int] | None:
    """The span of ``term`` in ``text``, inflected and in any word order; None where it does not occur."""
    parts = normalize_text(term.text, term.language)
    if not is_spaced(term.language):
        at = "".join(text.units).find("".join(parts.units))
        return (text.spans[at][0], text.spans[at + len(parts.units) - 1][1]) if at >= 0 and parts.units else None
    inner = stopwords(base(term.language)).inner
    needed = [word for word in parts.units if word not in inner] or list(parts.units)
    reach = len(parts.units) + _SPREAD
    for first in range(len(text.units)):
        if not any(_same_word(word, text.units[first]) for word in needed):
            continue
        window = text.units[first : first + reach]
        places = [next((i for i, unit in enumerate(window) if _same_word(word, unit)), -1) for word in needed]
        if min(places) >= 0:
            return text.spans[first][0], text.spans[first + max(places)][1]
    return None


def _same_word(left: str, right: str) -> bool:
    """True for forms of one word: equal, or different in their endings only."""
    if left == right:
        return True
    shared = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared += 1
    return shared >= max(_STEM, 0.55 * max(len(left), len(right)))


def _forbidden(unit: Unit, number: int, terms: TermBase) -> Iterator[TermFinding]:
    """Terms in the target that must not be used, unless a usable term of another concept is the same word."""
    named = {concept.id for _, _, concepts in _concepts_in(unit, terms) for concept in concepts}
    for found in terms.find(unit.target, unit.target_lang):
        text = unit.target[found.start : found.end]
        own = [
            (concept, term)
            for concept in found.concepts
            for term in concept.named(unit.target_lang)
            if normalize_text(term.text, term.language).units == normalize_text(text, unit.target_lang).units
        ]
        if own and all(not term.usable for _, term in own):
            concept, term = next(((c, t) for c, t in own if c.id in named), own[0])
            better = next((t.text for t in concept.named(unit.target_lang) if t.usable), "")
            advice = f"; use {better}" if better else ""
            message = f"{text} is {term.status.value}{advice}"
            yield TermFinding("term-forbidden", number, message, None, (found.start, found.end))


def _inconsistent(by_concept: dict[str, list[TermUse]]) -> Iterator[TermFinding]:
    """Renderings of a concept that differ from the most frequent one, where several are admitted."""
    for places in by_concept.values():
        named = [(use, use.rendered.text) for use in places if use.rendered is not None]
        counts = Counter(text for _, text in named)
        usual, most = counts.most_common(1)[0]
        for use, text in named:
            if counts[text] < most and not _is_short_form(text, usual):
                message = f"{text} is used here, {usual} elsewhere ({most} times)"
                yield TermFinding("term-inconsistent", use.unit, message, use.source, use.target)


def _is_short_form(left: str, right: str) -> bool:
    """True where one name consists of words of the other: "the Mechanism" after the full name."""
    one, other = (set(text.lower().split()) for text in (left, right))
    small, large = sorted((one, other), key=len)
    return all(any(_same_word(word, candidate) for candidate in large) for word in small)
