"""Add, change and delete one pair of terms of a term base, as a translator does between two sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpora.errors import UsageError
from corpora.text.languages import base, detect, stated_code
from corpora.text.plurals import counted
from corpora.text.scripts import HAN, HANGUL, KANA
from tm.terms.base import TermBase
from tm.terms.concept import LONGEST_TERM, Concept, Status, Term, made_id, term_status
from tm.terms.tokens import replace_surrogates

__all__ = ["TermEdit", "add_term", "delete_term", "edit_term", "status_of"]

_CJK = re.compile(f"[{HAN}{KANA}{HANGUL}]")
_WITHOUT_LATIN = frozenset({"zh", "ja", "ko", "ru", "ar"})


@dataclass(frozen=True, slots=True)
class TermEdit:
    """What is said of a pair of terms; None leaves a field as it is.

    source, target: new texts. status, note: of the target term. definition, subject: of the concept.
    """

    source: str | None = None
    target: str | None = None
    status: Status | None = None
    definition: str | None = None
    subject: str | None = None
    note: str | None = None


_NOTHING = TermEdit()


def status_of(text: str) -> Status:
    """The status that ``text`` means. Raises `UsageError` where it means none."""
    found = term_status(text)
    if found is None:
        raise UsageError(f"{text!r} is not a status of terms; there are {', '.join(Status)}")
    return found


def add_term(
    terms: TermBase,
    source: str,
    target: str,
    edit: TermEdit = _NOTHING,
    *,
    source_lang: str = "",
    target_lang: str = "",
) -> Concept:
    """Add a pair of terms to the concept that has the source term, unless its definition is another, else as a new one.

    Without a status the target is preferred, or admitted if its concept has a preferred term in its language. Raises
    `UsageError` for a pair that is there, a term that is empty, and languages that cannot be detected.
    """
    source, target = _checked(source), _checked(target)
    languages = _languages(terms, source, target, source_lang, target_lang)
    if next(_having(terms, source, target), None) is not None:
        raise UsageError(f"{source} = {target} is in {terms.path} already; duiyi term edit changes it")
    new = (Term(source, languages[0]), Term(target, languages[1], note=edit.note or ""))
    concept = next(
        (
            one
            for one in _having(terms, source)
            if not (edit.definition and one.definition and one.definition != edit.definition)
            and not (edit.subject and one.subject and one.subject != edit.subject)
        ),
        None,
    )
    if concept is None:
        status = edit.status or Status.PREFERRED
        concept = Concept(_free_id(terms, new), (new[0], replace(new[1], status=status)))
    else:
        language = _as_used(concept, languages[1])
        taken = any(one.status is Status.PREFERRED for one in concept.named(languages[1]))
        status = edit.status or (Status.ADMITTED if taken else Status.PREFERRED)
        concept = replace(concept, terms=(*concept.terms, replace(new[1], status=status, language=language)))
    return _stored(terms, concept, edit)


def edit_term(terms: TermBase, source: str, target: str, edit: TermEdit) -> Concept:
    """Change a pair of terms. Raises `UsageError` if it is not there, or nothing is to be changed."""
    if edit == _NOTHING:
        raise UsageError("specify what to change: a status, a definition, a subject, a note or a new text")
    concept = _the_one(terms, source, target)
    changed = []
    for term in concept.terms:
        if term.text == target:
            new = edit.target if edit.target is not None else term.text
            note = edit.note if edit.note is not None else term.note
            term = replace(term, text=_checked(new), status=edit.status or term.status, note=note)
        elif term.text == source and edit.source is not None:
            term = replace(term, text=_checked(edit.source))
        changed.append(term)
    return _stored(terms, replace(concept, terms=tuple(changed)), edit)


def delete_term(terms: TermBase, source: str, target: str = "") -> int:
    """Delete ``target`` as a translation of ``source``, or without it every entry with ``source``; returns how many.

    An entry that is left with terms of one language is deleted too. Raises `UsageError` if there is none.
    """
    found = [_the_one(terms, source, target)] if target else list(_having(terms, source))
    if not found:
        raise UsageError(f"{terms.path} has no term {source}")
    for concept in found:
        left = tuple(term for term in concept.terms if term.text != target) if target else ()
        if len({base(term.language) for term in left}) > 1:
            _stored(terms, replace(concept, terms=left), _NOTHING)
        else:
            terms.delete([concept.id])
    return len(found)


def _stored(terms: TermBase, concept: Concept, edit: TermEdit) -> Concept:
    concept = replace(
        concept,
        definition=concept.definition if edit.definition is None else edit.definition,
        subject=concept.subject if edit.subject is None else edit.subject,
        changed=datetime.now(UTC).replace(microsecond=0),
    )
    terms.add([concept])
    return concept


def _checked(text: str) -> str:
    text = " ".join(text.split())
    if replace_surrogates(text) != text:
        raise UsageError("the term contains an unpaired surrogate")
    if not text:
        raise UsageError("a term needs a text")
    if len(text) > LONGEST_TERM:
        raise UsageError(f"the term has {counted(len(text), 'character')}; {LONGEST_TERM:,} are the most")
    return text


def _having(terms: TermBase, source: str, target: str = "") -> Iterator[Concept]:
    """The concepts with the term ``source`` and, in another language, ``target`` unless it is ""."""
    seen = set()
    for hit in terms.lookup(source, limit=500, fuzzy=False):
        if hit.term.text != source or hit.concept.id in seen:
            continue
        others = {term.text for term in hit.concept.terms if base(term.language) != base(hit.term.language)}
        if not target or target in others:
            seen.add(hit.concept.id)
            yield hit.concept


def _the_one(terms: TermBase, source: str, target: str) -> Concept:
    concept = next(_having(terms, source, target), None)
    if concept is None:
        known = sorted({term.text for one in _having(terms, source) for term in one.terms if term.text != source})
        more = f"; it has {', '.join(known)}" if known else ""
        raise UsageError(f"{terms.path} does not have {source} = {target}{more}")
    return concept


def _free_id(terms: TermBase, new: tuple[Term, ...]) -> str:
    made = made_id(new)
    number, name = 2, made
    while terms.get(name) is not None:
        name, number = f"{made}-{number}", number + 1
    return name


def _languages(terms: TermBase, source: str, target: str, source_lang: str, target_lang: str) -> tuple[str, str]:
    """The languages of a new pair: given, or detected by the script and by the languages of the term base."""
    given = [stated_code(code, terms.languages) if code else "" for code in (source_lang, target_lang)]
    known = [term.language for term in next(terms.concepts(), Concept("", ())).terms]
    found = [code or _language(text, known) for code, text in zip(given, (source, target), strict=True)]
    if base(found[0]) == base(found[1]) or not all(found):
        raise UsageError(
            f"the languages of {source} and {target} cannot be detected; state `source_lang` and `target_lang`"
        )
    return found[0], found[1]


def _as_used(concept: Concept, language: str) -> str:
    """A language without a region as the concept has it: its terms in one language stay together."""
    return next((one.language for one in concept.named(language) if "-" not in language), language)


def _language(text: str, known: list[str]) -> str:
    """The language of a term: of the term base if one fits the script, else as detected; English for Latin letters."""
    characters = _CJK.search(text) is not None
    detected = detect(text)
    fitting = [code for code in known if characters == (base(code) in ("zh", "ja", "ko"))]
    if fitting and (base(detected) in map(base, fitting) or len(set(map(base, fitting))) == 1):
        own = [code for code in fitting if base(code) == base(detected)]
        return (own or fitting)[0]
    if characters or base(detected) in _WITHOUT_LATIN:
        return detected if detected != "und" else "zh"
    return "en-US"
