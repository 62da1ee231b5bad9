"""Changes of units and entries, for the API and for the pages: nobody overwrites what he has not seen.

What is read comes with a tag, and a change names the tag of what it was made on: the comparison and the change are one
transaction of the store. Each change is noted for the audit log.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

from corpora.errors import EditConflict, UsageError
from corpora.text.languages import stated_code
from tm.formats.jsonl import to_dict
from tm.search.memory import Memory
from tm.server.errors import NoCondition, NotFound, ReadOnly
from tm.server.service import Service
from tm.store.reading import StoredUnit
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term, packed
from tm.terms.editing import TermEdit, add_term
from tm.terms.merging import merge_concepts
from tm.unit import Unit

__all__ = ["Changes", "concept_tag", "found_concept", "found_unit", "one_line", "one_line_ends", "term_of", "typed",
           "unit_tag"]  # fmt: skip

Entry = TypeVar("Entry")


def unit_tag(found: Unit) -> str:
    """The ETag of a unit."""
    return _etag(json.dumps(to_dict(found), sort_keys=True))


def concept_tag(found: Concept) -> str:
    """The ETag of an entry of the term base."""
    return _etag(packed(found))


def _etag(text: str) -> str:
    return f'"{sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]}"'


def found_unit(service: Service, name: str, number: int) -> tuple[Memory, StoredUnit]:
    """The memory of this name and its unit of this number. Raises `NotFound`."""
    memory = service.resources.named_memory(name).memory
    try:
        return memory, memory.get(number)
    except (UsageError, OverflowError) as error:
        raise NotFound(f"{name} has no unit {number}") from error


def found_concept(terms: TermBase, number: str) -> Concept:
    """The entry with this id. Raises `NotFound`."""
    found = terms.get(number)
    if found is None:
        raise NotFound("the term base has no such entry")
    return found


def term_of(given: dict[str, Any]) -> Term:
    """A term from values that a client sent. Raises `UsageError`."""
    text = " ".join(given["text"].split())
    if not text:
        raise UsageError("a term needs a text")
    fixed = {"text": text, "language": stated_code(given["language"]), "status": Status(given["status"])}
    return Term(**{**given, **fixed, "examples": tuple(given.get("examples", ()))})


def one_line_ends(text: str) -> str:
    """A text of a form, whose lines end as texts of the memory do."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def one_line(text: str) -> str:
    """A text as a field of one line shows it: browsers leave the line breaks out."""
    return text.replace("\r", "").replace("\n", "")


def typed(given: str, stored: str, shown: Callable[[str], str] = one_line_ends) -> str:
    """What was typed into a field; ``stored``, whatever its line breaks, where nobody changed what it showed."""
    return stored if shown(given) == shown(stored) else shown(given)


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a visitor; ``if_match`` is the tag of what he saw, "*" for any."""

    service: Service
    if_match: str = ""

    def _expected(self, tag: str, old: Entry) -> Entry | None:
        """What the store compares with: ``old``, whose ETag is ``tag``; None where the client takes any.

        Raises `NoCondition` where the client named none, `EditConflict` where it named another.
        """
        given = self.if_match.strip()
        if not given:
            raise NoCondition("send the ETag of the entry that you saw in the header If-Match")
        if given == "*":
            return None
        # A proxy that compresses makes a weak tag of a strong one.
        if tag not in (one.strip().removeprefix("W/") for one in given.split(",")):
            raise EditConflict("somebody else changed this entry meanwhile; read it again and repeat your change")
        return old

    def _first_only(self, name: str) -> Memory:
        """The memory, which must be the first. Raises `ReadOnly` for one that is only searched."""
        resources = self.service.resources
        resources.check_writable()
        first, wanted = resources.named_memory(), resources.named_memory(name)
        if wanted is not first:
            raise ReadOnly(f"only units of {first.name} can be changed here; {name} is only searched")
        return first.memory

    # -- units

    def edit_unit(self, name: str, number: int, changes: dict[str, Any]) -> StoredUnit:
        """Change fields of a unit."""
        service = self.service
        self._first_only(name)
        memory, entry = found_unit(service, name, number)
        if "status" in changes or entry.unit.status != "unreviewed":
            service.visitor.require("judge units")
        expected = self._expected(unit_tag(entry.unit), entry.unit)
        if service.visitor.team:
            changes = {**changes, "author": service.visitor.name}
        made = memory.edit(number, expected=expected, **changes)
        service.trace.note(f"unit {number} of {name}", fields=sorted(set(changes) - {"author"}), unit=made.id)
        return made

    def undelete_unit(self, name: str, number: int) -> StoredUnit:
        """Bring a deleted unit back; one that is there stays as it is."""
        store = self._first_only(name)
        try:
            return store.get(number)
        except (UsageError, OverflowError):
            try:
                made = store.restore(number)
            except (UsageError, OverflowError) as error:
                raise NotFound(f"{name} has no unit {number}, and none of this number was deleted lately") from error
        self.service.trace.note(f"unit {number} of {name}", unit=made.id)
        return made

    def restore_unit(self, name: str, number: int) -> StoredUnit:
        """Bring a deleted unit back, or take back that a unit is rejected."""
        try:
            found = self._first_only(name).get(number)
        except (UsageError, OverflowError):
            return self.undelete_unit(name, number)
        if found.unit.status != "rejected":
            raise UsageError(f"unit {number} of {name} is neither deleted nor rejected")
        return self.edit_unit(name, number, {"status": "unreviewed"})

    def delete_unit(self, name: str, number: int) -> None:
        """Delete a unit."""
        self._first_only(name)
        store, entry = found_unit(self.service, name, number)
        store.delete(numbers=[number], expected=self._expected(unit_tag(entry.unit), entry.unit))
        self.service.trace.note(f"unit {number} of {name}")

    def merge_units(self, name: str, numbers: Sequence[int], keep: int) -> StoredUnit:
        """Make one unit of several, with the texts of the one to ``keep``; ``if_match`` names the tag of each."""
        store = self._first_only(name)
        found = {number: found_unit(self.service, name, number)[1].unit for number in {*numbers, keep}}
        seen = {number: old for number, one in found.items() if (old := self._expected(unit_tag(one), one))}
        made = store.merge(numbers, keep, expected=seen)
        self.service.trace.note(f"unit {keep} of {name}", merged=sorted({*numbers} - {keep}))
        return made

    # -- entries of the term base

    def add_term(self, source: str, target: str, edit: TermEdit, languages: dict[str, str]) -> Concept:
        """Add a term and its translation; what translators add has the status proposed."""
        service = self.service
        if not service.visitor.may("change terms"):
            if edit.status not in (None, Status.PROPOSED):
                service.visitor.require("change terms")
            edit = replace(edit, status=Status.PROPOSED)
        terms = service.resources.writable_terms()
        made = add_term(terms, source, target, edit, **languages)
        service.trace.note(f"entry {made.id}")
        return found_concept(terms, made.id)

    def change_entry(self, number: str, made_of: Callable[[Concept], Concept]) -> Concept:
        """Store what ``made_of`` makes of an entry, if it is still what the client saw."""
        service = self.service
        terms = service.resources.writable_terms()
        old = found_concept(terms, number)
        expected = self._expected(concept_tag(old), old)
        made = replace(made_of(old), changed=datetime.now(UTC).replace(microsecond=0))
        if service.visitor.team:
            made = replace(made, author=service.visitor.name)
        terms.add([made], expected=expected)
        service.trace.note(f"entry {number}")
        return found_concept(terms, number)

    def reject_terms(self, number: str, text: str) -> Concept:
        """Mark a term of an entry, or all its terms, as forbidden."""
        return self.change_entry(number, partial(_with_status, text=text, status=Status.FORBIDDEN))

    def undelete_entry(self, number: str) -> Concept:
        """Bring a deleted entry back; one that is there stays as it is."""
        terms = self.service.resources.writable_terms()
        made = terms.restore(number)
        if made is not None:
            self.service.trace.note(f"entry {number}")
        elif (made := terms.get(number)) is None:
            raise NotFound("the term base has no such entry, and none was deleted")
        return made

    def restore_entry(self, number: str, text: str = "") -> Concept:
        """Bring a deleted entry back, or make rejected terms admitted again."""
        if self.service.resources.writable_terms().get(number) is None:
            return self.undelete_entry(number)
        admitted = partial(_with_status, text=text, status=Status.ADMITTED, only=Status.FORBIDDEN)
        return self.change_entry(number, admitted)

    def delete_entry(self, number: str) -> None:
        """Delete an entry with all its terms."""
        terms = self.service.resources.writable_terms()
        old = found_concept(terms, number)
        terms.delete([number], expected=self._expected(concept_tag(old), old))
        self.service.trace.note(f"entry {number}")

    def merge_entries(self, numbers: Sequence[str], keep: str) -> Concept:
        """Make one entry of several: the terms that the one to ``keep`` lacks are added to it, the others deleted.

        ``if_match`` names the tag of each.
        """
        terms = self.service.resources.writable_terms()
        found = [found_concept(terms, number) for number in dict.fromkeys([*numbers, keep])]
        seen = [old for one in found if (old := self._expected(concept_tag(one), one))]
        made = merge_concepts(terms, numbers, keep, expected=seen)
        self.service.trace.note(f"entry {keep}", merged=sorted({*numbers} - {keep}))
        return made


def _with_status(old: Concept, text: str, status: Status, only: Status | None = None) -> Concept:
    chosen = [one for one in old.terms if not text or one.text == text]
    if not chosen:
        raise NotFound("the entry has no such term")
    if only is not None and all(one.status is not only for one in chosen):
        raise UsageError("the entry is neither deleted nor rejected")
    terms = tuple(
        replace(one, status=status) if one in chosen and (only is None or one.status is only) else one
        for one in old.terms
    )
    return replace(old, terms=terms)
