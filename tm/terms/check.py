"""Check units against a term base: missing terms, forbidden terms, several terms for one concept.

A source term is rendered where any usable target term of its concept occurs in the target, in any inflection
("freezing" for "freeze"), with its words in any order and near each other ("recovery of stolen assets" for "asset
recovery"). A term inside a longer one is not checked by itself: where 缔约国会议 occurs, 缔约国 is not required. For a
term of several concepts, a target term of any of them is enough.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpora.text.languages import base, is_spaced
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term
from tm.terms.normalization import NormalizedText, normalize_text
from tm.terms.running_text import running_text
from tm.terms.stopwords import stopwords
from tm.terms.tokens import words
from tm.unit import Unit

__all__ = ["TermFinding", "TermUse", "check_terms", "find_term", "unusable_rendering", "uses"]

TermCheck = Literal["term-missing", "term-forbidden", "term-inconsistent"]

_SPREAD = 4  # words allowed between the words of one term
_SHORT = 2  # characters of a Chinese term that may be a part of another word
_LONG = 5  # characters from which a term does not occur by chance
_SOME = 0.2  # share of terms in lower case from which a capital means a name
_STEM = 4  # letters that two forms of a word have in common at least
#: 会 at the end of 音乐会 and 大会 is an auxiliary verb before these: 音乐会让人快乐 is about music.
_AUXILIARY = re.compile("会(?=让|使|令|给|把|被|成为|影响|带来|改变|帮助|产生|导致|引起|促[使进])")


@dataclass(frozen=True, slots=True)
class TermFinding:
    """An error of terminology: the check, the unit (from 0), a sentence, and the spans concerned, None for none."""

    check: TermCheck
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
    """Yield the errors of ``units`` in order; inconsistent use, for which all units are needed, comes at the end."""
    by_concept: dict[str, list[TermUse]] = {}
    keeps_case: dict[str, bool] = {}
    for number, unit in enumerate(units):
        if unit.source_lang not in keeps_case:
            keeps_case[unit.source_lang] = terms.share_in_lower_case(unit.source_lang) >= _SOME
        for use in uses(unit, number, terms, keeps_case=keeps_case[unit.source_lang]):
            if use.rendered is not None:
                by_concept.setdefault(use.concept.id, []).append(use)
                continue
            expected = " or ".join(dict.fromkeys(term.text for _, term in _usable(use.concepts, unit.target_lang)))
            text = " ".join(running_text(unit.source, unit.target)[slice(*use.source)].split())
            yield TermFinding("term-missing", number, f"{text} is not rendered as {expected}", use.source, None)
        yield from _forbidden(unit, number, terms)
    yield from _inconsistent(by_concept)


def uses(unit: Unit, number: int, terms: TermBase, *, keeps_case: bool = False) -> Iterator[TermUse]:
    """Yield the terms in the source of ``unit`` (number ``number``) whose concept has a target term.

    With ``keeps_case``, capitals in the term base are those of names: Turkey is not the bird.
    """
    unit = _readable(unit)
    target = normalize_text(unit.target, unit.target_lang)
    for start, end, concepts in _concepts_in(unit, terms, keeps_case=keeps_case):
        usable = _usable(concepts, unit.target_lang)
        if usable:
            found = next(((c, t, span) for c, t in usable if (span := find_term(t, target, unit.target))), None)
            concept, term, span = found or (usable[0][0], None, None)
            yield TermUse(number, concepts, concept, (start, end), term, span)


def unusable_rendering(use: TermUse, unit: Unit) -> Term | None:
    """The forbidden or deprecated term that renders ``use`` instead of a usable one, or None."""
    unit = _readable(unit)
    target = normalize_text(unit.target, unit.target_lang)
    terms = (term for concept in use.concepts for term in concept.named(unit.target_lang))
    return next((term for term in terms if not term.usable and find_term(term, target, unit.target)), None)


def _usable(concepts: Iterable[Concept], language: str) -> list[tuple[Concept, Term]]:
    return [(c, term) for c in concepts for term in c.named(language) if term.usable]


def _readable(unit: Unit) -> Unit:
    """The unit with its running text only; every position stays the same."""
    source, target = running_text(unit.source, unit.target), running_text(unit.target, unit.source)
    return unit if (source, target) == (unit.source, unit.target) else replace(unit, source=source, target=target)


def _concepts_in(
    unit: Unit, terms: TermBase, *, keeps_case: bool = False
) -> list[tuple[int, int, tuple[Concept, ...]]]:
    """The concepts of the terms in the source, longest terms only, each text once."""
    found: dict[str, tuple[int, int, tuple[Concept, ...]]] = {}
    spans = None if is_spaced(unit.source_lang) else _word_spans(unit.source, unit.source_lang)
    for term in terms.find(unit.source, unit.source_lang):
        text = unit.source[term.start : term.end]
        if term.nested or (spans is not None and not _is_whole(term.start, term.end, spans, unit.source)):
            continue
        concepts = tuple(one for one in term.concepts if _has_case(one, text, unit, keeps_case=keeps_case))
        if concepts:
            found.setdefault(text, (term.start, term.end, concepts))
    return list(found.values())


def _word_spans(text: str, language: str) -> list[tuple[int, int]]:
    return [(word.start, word.end) for word in words(text, language)]


def _is_whole(start: int, end: int, spans: Sequence[tuple[int, int]], text: str) -> bool:
    """True where a Chinese term is not made of parts of words: 包 in 包含, 大学生 in 大学生活."""
    if end - start >= _LONG:
        return True
    if end - start > 1 and _AUXILIARY.match(text, end - 1):
        return False
    for first, last in spans:
        if first < start < last < end or start < first < end < last:
            return False
        if end - start <= _SHORT and first <= start and end <= last and (first, last) != (start, end):
            return False
    return True


def _has_case(concept: Concept, found: str, unit: Unit, *, keeps_case: bool) -> bool:
    """False where the term is an acronym or a name, and ``found`` is an ordinary word: "us" for US."""
    language = unit.source_lang
    key = normalize_text(found, language).units
    named = [one.text for one in concept.named(language) if normalize_text(one.text, language).units == key]
    return not named or any(_fits_case(one, found, unit.source, keeps_case=keeps_case) for one in named)


def _fits_case(term: str, found: str, text: str, *, keeps_case: bool = False) -> bool:
    if len(term) > 1 and term.isupper() and term[0].isascii():
        # In a text of capitals, an acronym and a word look alike.
        return found[: len(term)].isupper() and not (text.isupper() and " " in text.strip())
    return not (keeps_case and term[:1].isupper() and found[:1].islower())


def find_term(term: Term, text: NormalizedText, raw: str = "") -> tuple[int, int] | None:
    """The span of ``term`` in ``text``, inflected and in any word order; None where it does not occur.

    ``raw`` is the text as it is written, in which acronyms must be in capitals.
    """
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
            span = text.spans[first][0], text.spans[first + max(places)][1]
            if not raw or _fits_case(term.text, raw[slice(*span)], ""):
                return span
    return _joined(needed, text) if len(needed) == 1 else _in_one(parts, text)


def _in_one(parts: NormalizedText, text: NormalizedText) -> tuple[int, int] | None:
    """A term of several words that is written as one: filesystem for file system."""
    whole = "".join(parts.units)
    return next((text.spans[at] for at, word in enumerate(text.units) if word == whole), None)


def _joined(needed: Sequence[str], text: NormalizedText) -> tuple[int, int] | None:
    """A term of one word that is written as two: cyber-crime for cybercrime."""
    for at, (first, second) in enumerate(zip(text.units, text.units[1:], strict=False)):
        if first and needed[0].startswith(first) and _same_word(needed[0], first + second):
            return text.spans[at][0], text.spans[at + 1][1]
    return None


def _same_word(left: str, right: str) -> bool:
    """True for forms of one word: equal, with another ending, or the last part of another (subcommittee)."""
    if left == right or (len(left) >= _STEM + 1 and right.endswith(left)):
        return True
    shared = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared += 1
    return shared >= max(_STEM, 0.55 * max(len(left), len(right)))


def _forbidden(unit: Unit, number: int, terms: TermBase) -> Iterator[TermFinding]:
    """Terms in the target that must not be used, unless a usable term of another concept is the same word."""
    unit = _readable(unit)
    named = {concept.id for _, _, concepts in _concepts_in(unit, terms) for concept in concepts}
    for found in terms.find(unit.target, unit.target_lang):
        text = unit.target[found.start : found.end]
        own = [
            (concept, term)
            for concept in found.concepts
            for term in concept.named(unit.target_lang)
            if normalize_text(term.text, term.language).units == normalize_text(text, unit.target_lang).units
            and _fits_case(term.text, text, unit.target)
        ]
        if own and all(not term.usable for _, term in own):
            concept, term = next(((c, t) for c, t in own if c.id in named), own[0])
            better = next((t.text for t in concept.named(unit.target_lang) if t.usable), "")
            message = f"{text} is forbidden" if term.status == Status.FORBIDDEN else f"{text} is deprecated"
            message = f"{message}; use {better}" if better else message
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
