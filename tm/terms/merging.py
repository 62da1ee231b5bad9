"""Merge imported concepts with those of a term base, and report where the two differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from typing import Literal

from corpora.errors import UsageError
from corpora.text.languages import base, normalize
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status
from tm.terms.normalization import normalize_term

__all__ = ["Merge", "TermConflict", "merge", "merge_concepts"]

Merge = Literal["concept", "term", "none"]


@dataclass(frozen=True, slots=True)
class TermConflict:
    """Two entries that differ: the term that both have, and what each says of it.

    That is the preferred counterparts of the stored and of the new term, or the status of the term in each.
    """

    term: str
    stored: tuple[str, ...]
    new: tuple[str, ...]


def merge(
    store: TermBase, concepts: Iterable[Concept], how: Merge = "concept"
) -> tuple[list[Concept], list[TermConflict]]:
    """What `TermBase.add` should store, and where stored and new entries differ; ``store`` is not changed.

    "concept": an entry with the id of a stored one adds its terms to it. "term": so does an entry that shares a
    preferred term of its first language with a stored one. "none": every entry is new, under an id of its own.
    Stored values are kept, except the status *proposed*, which is replaced.
    """
    merged: dict[str, Concept] = {}
    conflicts: list[TermConflict] = []
    for concept in concepts:
        stored = merged.get(concept.id) or store.get(concept.id)
        if how == "none":
            if stored is not None:
                concept = replace(concept, id=_free(concept.id, store, merged))
            stored = None
        elif how == "term" and stored is None:
            stored = _sharing(concept, store, merged)
        conflicts += _conflicts(concept, store)
        if stored is not None:
            conflicts += _differing_statuses(stored, concept)
            concept = _joined(stored, concept)
        merged[concept.id] = concept
    return list(merged.values()), conflicts


def merge_concepts(store: TermBase, ids: Iterable[str], keep: str, *, expected: Iterable[Concept] = ()) -> Concept:
    """Make one entry of those with these ids: the one to ``keep`` gets the terms of the others, which are deleted.

    Raises `UsageError` where one of them does not exist, `EditConflict` where one is no longer as in ``expected``.
    """
    others = [one for one in dict.fromkeys(ids) if one != keep]
    if not others:
        raise UsageError("choose at least two entries to merge")

    def made_of(found: list[Concept]) -> Concept:
        return replace(reduce(_joined, found), changed=datetime.now(UTC).replace(microsecond=0))

    return store.merge([keep, *others], made_of, expected=expected)


def _free(name: str, store: TermBase, merged: dict[str, Concept]) -> str:
    number = 2
    while f"{name}-{number}" in merged or store.get(f"{name}-{number}") is not None:
        number += 1
    return f"{name}-{number}"


def _sharing(concept: Concept, store: TermBase, merged: dict[str, Concept]) -> Concept | None:
    first = concept.terms[0]
    for hit in store.lookup(first.text, first.language, fuzzy=False):
        if hit.kind in {"exact", "form"}:
            return merged.get(hit.concept.id, hit.concept)
    key = normalize_term(first.text, first.language)
    for other in merged.values():
        if any(normalize_term(term.text, term.language) == key for term in other.named(first.language)):
            return other
    return None


def _joined(stored: Concept, new: Concept) -> Concept:
    """The stored entry with the terms of the new one; its other fields are used where the stored ones are empty."""
    known = {(term.text, normalize(term.language)): at for at, term in enumerate(stored.terms)}
    terms = list(stored.terms)
    for term in new.terms:
        at = known.get((term.text, normalize(term.language)))
        if at is not None:
            if terms[at].status is Status.PROPOSED:  # the term has been reviewed
                terms[at] = replace(terms[at], status=term.status)
            continue
        taken = any(t.status is Status.PREFERRED and base(t.language) == base(term.language) for t in terms)
        terms.append(replace(term, status=Status.ADMITTED) if taken and term.status is Status.PREFERRED else term)
    return replace(
        stored,
        terms=tuple(terms),
        subject=stored.subject or new.subject,
        definition=stored.definition or new.definition,
        note=stored.note or new.note,
        references=tuple(dict.fromkeys(stored.references + new.references)),
        changed=None,
    )


def _conflicts(concept: Concept, store: TermBase) -> Iterator[TermConflict]:
    """A preferred term that is stored with other preferred counterparts."""
    first = concept.terms[0]
    new = _preferred(concept, first.language)
    for hit in store.lookup(first.text, first.language, fuzzy=False):
        stored = _preferred(hit.concept, first.language)
        if hit.kind in {"exact", "form"} and new and stored and not set(new) & set(stored):
            yield TermConflict(first.text, stored, new)


def _differing_statuses(stored: Concept, new: Concept) -> Iterator[TermConflict]:
    """Terms of one entry whose status differs, except *proposed*, which nobody decided; the stored one is kept."""
    statuses = {(term.text, normalize(term.language)): term.status for term in stored.terms}
    for term in new.terms:
        old = statuses.get((term.text, normalize(term.language)), term.status)
        if old is not term.status and Status.PROPOSED not in (old, term.status):
            yield TermConflict(term.text, (old.value,), (term.status.value,))


def _preferred(concept: Concept, language: str) -> tuple[str, ...]:
    return tuple(
        term.text for term in concept.terms if term.status is Status.PREFERRED and base(term.language) != base(language)
    )
