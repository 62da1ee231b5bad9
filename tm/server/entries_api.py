"""`/api/units/` and `/api/terms/entries/`: one unit or one entry of the term base, read, changed, deleted, restored.

Two people may edit at the same time, so that nobody overwrites what he has not seen: every response has an `ETag`, and
every change names in `If-Match` the one that it was made on. 428 says that it is missing, 412 that the entry is another
one by now. The comparison and the change are one transaction of the store.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Path
from starlette.responses import JSONResponse, Response

from corpora.errors import EditConflict, UsageError
from corpora.text.languages import checked_code
from tm.formats.jsonl import to_dict
from tm.search.memory import Memory
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.errors import NoCondition, NotFound, ReadOnly
from tm.server.executors import Executors
from tm.server.memory_api import ERRORS
from tm.server.requests import EntryRequest, NewTermRequest, OneTermRequest, UnitRequest
from tm.server.responses import EntryResponse, ErrorResponse, UnitResponse
from tm.server.service import Service
from tm.store.reading import StoredUnit
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term, packed
from tm.terms.editing import TermEdit, add_term
from tm.unit import Unit

__all__ = [
    "change_entry", "change_unit", "delete_entry", "delete_unit", "entry", "new_entry", "reject_entry", "reject_unit",
    "restore_entry", "restore_unit", "router", "unit",
]  # fmt: skip

_CHANGES: dict[int | str, dict[str, Any]] = {
    412: {"model": ErrorResponse, "description": "Somebody else changed the entry; read it again"},
    428: {"model": ErrorResponse, "description": "The header If-Match is missing"},
}
router = APIRouter(responses=ERRORS)

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class _EntryChange:
    """What every change of an entry needs: the service, where it runs, and the ETag that it was made on."""

    service: Service
    executors: Executors
    if_match: str

    def expected(self, tag: str, old: Entry) -> Entry | None:
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


# Not async, it would run on a thread of its own.
async def _change(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    if_match: Annotated[str, Header(alias="if-match", description="The ETag of what you saw; * for any.")] = "",
) -> _EntryChange:
    return _EntryChange(service, executors, if_match)


Change = Annotated[_EntryChange, Depends(_change)]
MemoryName = Annotated[str, Path(description="Name of the memory.")]
UnitNumber = Annotated[int, Path(description="Number of the unit, as look-ups give it.")]
EntryId = Annotated[str, Path(description="Id of the entry, as look-ups give it.")]


def _etag(text: str) -> str:
    return f'"{sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]}"'


def _given(request: UnitRequest | EntryRequest, fields: str) -> dict[str, Any]:
    changes: dict[str, Any] = request.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        raise UsageError(f"name what to change: {fields}")
    return changes


# -- units


def _unit_tag(found: Unit) -> str:
    return _etag(json.dumps(to_dict(found), sort_keys=True))


def _unit_response(memory: str, found: StoredUnit) -> Response:
    more = {"memory": memory, "unit": found.id, "count": found.count, "status": found.unit.status}
    content = to_dict(found.unit) | more
    return JSONResponse(content, headers={"etag": _unit_tag(found.unit)})


def _found(service: Service, name: str, number: int) -> tuple[Memory, StoredUnit]:
    memory = service.resources.named_memory(name).memory
    try:
        return memory, memory.get(number)
    except (UsageError, OverflowError) as error:
        raise NotFound(f"{name} has no unit {number}") from error


def _first_only(service: Service, name: str) -> None:
    """Raise `ReadOnly` for a memory that is only searched."""
    service.resources.check_writable()
    first = service.resources.named_memory()
    if service.resources.named_memory(name) is not first:
        raise ReadOnly(f"only units of {first.name} can be changed here; {name} is only searched")


@router.get("/units/{memory}/{unit}", tags=["memory"], summary="One unit", response_model=UnitResponse)
async def unit(
    memory: MemoryName, unit: UnitNumber, service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """A unit by its number, as look-ups give it, with all its fields and an `ETag`."""
    return await executors.query(lambda: _unit_response(memory, _found(service, memory, unit)[1]))


@router.patch("/units/{memory}/{unit}", tags=["memory"], summary="Edit a unit", response_model=UnitResponse,
              responses=_CHANGES)  # fmt: skip
async def change_unit(
    memory: MemoryName,
    unit: UnitNumber,
    given: UnitRequest,
    change: Change,
) -> Response:
    """Change texts, status or notes; a unit that equals another one then is merged with it, and has its number."""
    changes = _given(given, "source, target, status or notes")
    if "notes" in changes:
        changes["notes"] = tuple(changes["notes"])
    return await change.executors.write(lambda: _edited(change, memory, unit, changes))


def _edited(change: _EntryChange, name: str, number: int, changes: dict[str, Any]) -> Response:
    service = change.service
    _first_only(service, name)
    memory, entry = _found(service, name, number)
    if "status" in changes or entry.unit.status != "unreviewed":
        service.visitor.require("judge units")
    expected = change.expected(_unit_tag(entry.unit), entry.unit)
    if service.visitor.team:
        changes = {**changes, "author": service.visitor.name}
    made = memory.edit(number, expected=expected, **changes)
    service.trace.note(f"unit {number} of {name}", fields=sorted(set(changes) - {"author"}), unit=made.id)
    return _unit_response(name, made)


@router.post("/units/{memory}/{unit}/reject", tags=["memory"], summary="Reject a unit", response_model=UnitResponse,
             responses=_CHANGES)  # fmt: skip
async def reject_unit(memory: MemoryName, unit: UnitNumber, change: Change) -> Response:
    """Mark a unit as rejected: look-ups show it last, and say so."""
    return await change.executors.write(lambda: _edited(change, memory, unit, {"status": "rejected"}))


@router.post("/units/{memory}/{unit}/restore", tags=["memory"], summary="Restore a unit", response_model=UnitResponse,
             responses=_CHANGES)  # fmt: skip
async def restore_unit(memory: MemoryName, unit: UnitNumber, change: Change) -> Response:
    """Bring a deleted unit back, or take back that a unit is rejected."""

    service = change.service

    def restored() -> Response:
        _first_only(service, memory)
        store = service.resources.named_memory(memory).memory
        try:
            found = store.get(unit)
        except (UsageError, OverflowError):
            try:
                made = store.restore(unit)
            except (UsageError, OverflowError) as error:
                raise NotFound(f"{memory} has no unit {unit}, and none of this number was deleted lately") from error
            service.trace.note(f"unit {unit} of {memory}", unit=made.id)
            return _unit_response(memory, made)
        if found.unit.status != "rejected":
            raise UsageError(f"unit {unit} of {memory} is neither deleted nor rejected")
        return _edited(change, memory, unit, {"status": "unreviewed"})

    return await change.executors.write(restored)


@router.delete("/units/{memory}/{unit}", tags=["memory"], summary="Delete a unit", status_code=204,
               responses=_CHANGES)  # fmt: skip
async def delete_unit(memory: MemoryName, unit: UnitNumber, change: Change) -> Response:
    """Delete a unit; it can be restored, until 1,000 later changes were made."""

    service = change.service

    def deleted() -> None:
        _first_only(service, memory)
        store, entry = _found(service, memory, unit)
        store.delete(numbers=[unit], expected=change.expected(_unit_tag(entry.unit), entry.unit))
        service.trace.note(f"unit {unit} of {memory}")

    await change.executors.write(deleted)
    return Response(status_code=204)


# -- entries of the term base


def _entry_response(concept: Concept, status: int = 200) -> Response:
    return JSONResponse(json.loads(packed(concept)), status, headers={"etag": _etag(packed(concept))})


def _concept(terms: TermBase, number: str) -> Concept:
    found = terms.get(number)
    if found is None:
        raise NotFound("the term base has no such entry")
    return found


@router.get("/terms/entries/{entry}", tags=["terms"], summary="One entry", response_model=EntryResponse)
async def entry(entry: EntryId, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """An entry by its id (`concept` in look-ups), with all its terms and an `ETag`."""
    return await executors.query(lambda: _entry_response(_concept(service.resources.terms(), entry)))


@router.post("/terms/entries", tags=["terms"], summary="Add a term", status_code=201, response_model=EntryResponse)
async def new_entry(given: NewTermRequest, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """Add a term and its translation; what translators add has the status proposed."""

    def added() -> Response:
        status = Status(given.status) if given.status else None
        if not service.visitor.may("change terms"):
            if status not in (None, Status.PROPOSED):
                service.visitor.require("change terms")
            status = Status.PROPOSED
        edit = TermEdit(None, None, status, given.definition, given.subject, given.note)
        terms = service.resources.writable_terms()
        languages = {"source_lang": given.source_lang, "target_lang": given.target_lang}
        made = add_term(terms, given.source, given.target, edit, **languages)
        service.trace.note(f"entry {made.id}")
        return _entry_response(_concept(terms, made.id), 201)

    return await executors.write(added)


def _changed(change: _EntryChange, number: str, made_of: Callable[[Concept], Concept]) -> Response:
    """Store what ``made_of`` makes of an entry, if it is still what the client saw."""
    service = change.service
    terms = service.resources.writable_terms()
    old = _concept(terms, number)
    expected = change.expected(_etag(packed(old)), old)
    made = replace(made_of(old), changed=datetime.now(UTC).replace(microsecond=0))
    if service.visitor.team:
        made = replace(made, author=service.visitor.name)
    terms.add([made], expected=expected)
    service.trace.note(f"entry {number}")
    return _entry_response(_concept(terms, number))


@router.patch("/terms/entries/{entry}", tags=["terms"], summary="Edit an entry", response_model=EntryResponse,
              responses=_CHANGES)  # fmt: skip
async def change_entry(
    entry: EntryId,
    given: EntryRequest,
    change: Change,
) -> Response:
    """Change the definition, subject, note or terms of an entry; a list of terms takes the place of all its terms."""
    changes = _given(given, "definition, subject, note or terms")
    if "terms" in changes:
        changes["terms"] = tuple(_term(one) for one in changes["terms"])
    return await change.executors.write(lambda: _changed(change, entry, lambda old: replace(old, **changes)))


def _term(given: dict[str, Any]) -> Term:
    text = " ".join(given["text"].split())
    if not text:
        raise UsageError("a term needs a text")
    fixed = {"text": text, "language": checked_code(given["language"]), "status": Status(given["status"])}
    return Term(**{**given, **fixed, "examples": tuple(given["examples"])})


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


@router.post("/terms/entries/{entry}/reject", tags=["terms"], summary="Reject terms", response_model=EntryResponse,
             responses=_CHANGES)  # fmt: skip
async def reject_entry(
    entry: EntryId,
    given: OneTermRequest,
    change: Change,
) -> Response:
    """Mark a term of the entry, or all its terms, as forbidden: the checks report them."""
    forbidden = partial(_with_status, text=given.term, status=Status.FORBIDDEN)
    return await change.executors.write(lambda: _changed(change, entry, forbidden))


@router.post("/terms/entries/{entry}/restore", tags=["terms"], summary="Restore an entry",
             response_model=EntryResponse, responses=_CHANGES)  # fmt: skip
async def restore_entry(
    entry: EntryId,
    given: OneTermRequest,
    change: Change,
) -> Response:
    """Bring a deleted entry back, or make rejected terms admitted again."""

    service = change.service
    admitted = partial(_with_status, text=given.term, status=Status.ADMITTED, only=Status.FORBIDDEN)

    def restored() -> Response:
        terms = service.resources.writable_terms()
        if terms.get(entry) is not None:
            return _changed(change, entry, admitted)
        made = terms.restore(entry)
        if made is None:
            raise NotFound("the term base has no such entry, and none was deleted")
        service.trace.note(f"entry {entry}")
        return _entry_response(made)

    return await change.executors.write(restored)


@router.delete("/terms/entries/{entry}", tags=["terms"], summary="Delete an entry", status_code=204,
               responses=_CHANGES)  # fmt: skip
async def delete_entry(entry: EntryId, change: Change) -> Response:
    """Delete an entry with all its terms; it can be restored."""

    service = change.service

    def deleted() -> None:
        terms = service.resources.writable_terms()
        old = _concept(terms, entry)
        terms.delete([entry], expected=change.expected(_etag(packed(old)), old))
        service.trace.note(f"entry {entry}")

    await change.executors.write(deleted)
    return Response(status_code=204)
