"""`/api/units/` and `/api/terms/entries/`: one unit or one entry of the term base, read, changed, deleted, restored.

Two people may edit at the same time, so that nobody overwrites what he has not seen: every response has an `ETag`, and
every change names in `If-Match` the one that it was made on. 428 says that it is missing, 412 that the entry is another
one by now. The comparison and the change are one transaction of the store.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import JSONResponse, Response

from corpora.errors import EditConflict, UsageError
from corpora.text.languages import checked_code
from tm.formats.jsonl import to_dict
from tm.search.memory import Memory
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.errors import NoCondition, NotFound, ReadOnly
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
IfMatch = Annotated[str, Header(alias="if-match", description="The ETag of what you saw; * for any.")]


def _etag(text: str) -> str:
    return f'"{sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]}"'


def _checked(given: str, current: str) -> bool:
    """Whether ``given`` asks for a comparison. Raises `NoCondition` if it is empty, `EditConflict` if it differs."""
    if not given.strip():
        raise NoCondition("send the ETag of the entry that you saw in the header If-Match")
    if given.strip() == "*":
        return False
    # A proxy that compresses makes a weak tag of a strong one.
    if current not in (one.strip().removeprefix("W/") for one in given.split(",")):
        raise EditConflict("somebody else changed this entry meanwhile; read it again and repeat your change")
    return True


# -- units


def _unit_tag(found: Unit) -> str:
    return _etag(json.dumps(to_dict(found), sort_keys=True))


def _unit_response(memory: str, found: StoredUnit) -> Response:
    content = to_dict(found.unit) | {"memory": memory, "unit": found.id, "count": found.count}
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
async def unit(memory: str, unit: int, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """A unit by its number, as look-ups give it, with all its fields and an `ETag`."""
    return await executors.query(lambda: _unit_response(memory, _found(service, memory, unit)[1]))


@router.patch("/units/{memory}/{unit}", tags=["memory"], summary="Edit a unit", response_model=UnitResponse,
              responses=_CHANGES)  # fmt: skip
async def change_unit(
    memory: str,
    unit: int,
    given: UnitRequest,
    service: ServiceDependency,
    executors: ExecutorsDependency,
    if_match: IfMatch = "",
) -> Response:
    """Change texts, status or notes; a unit that equals another one then is merged with it, and has its number."""
    changes = given.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        raise UsageError("name what to change: source, target, status or notes")
    if "notes" in changes:
        changes["notes"] = tuple(changes["notes"])
    return await executors.write(lambda: _edited(service, memory, unit, if_match, changes))


def _edited(service: Service, name: str, number: int, if_match: str, changes: dict[str, Any]) -> Response:
    _first_only(service, name)
    memory, entry = _found(service, name, number)
    if "status" in changes or entry.unit.status != "unreviewed":
        service.visitor.require("judge units")
    compared = _checked(if_match, _unit_tag(entry.unit))
    if service.visitor.team:
        changes = {**changes, "author": service.visitor.name}
    made = memory.edit(number, expected=entry.unit if compared else None, **changes)
    service.trace.note(f"unit {number} of {name}", fields=sorted(set(changes) - {"author"}), unit=made.id)
    return _unit_response(name, made)


@router.post("/units/{memory}/{unit}/reject", tags=["memory"], summary="Reject a unit", response_model=UnitResponse,
             responses=_CHANGES)  # fmt: skip
async def reject_unit(
    memory: str, unit: int, service: ServiceDependency, executors: ExecutorsDependency, if_match: IfMatch = ""
) -> Response:
    """Mark a unit as rejected: look-ups show it last, and say so."""
    return await executors.write(lambda: _edited(service, memory, unit, if_match, {"status": "rejected"}))


@router.post("/units/{memory}/{unit}/restore", tags=["memory"], summary="Restore a unit", response_model=UnitResponse,
             responses=_CHANGES)  # fmt: skip
async def restore_unit(
    memory: str, unit: int, service: ServiceDependency, executors: ExecutorsDependency, if_match: IfMatch = ""
) -> Response:
    """Bring a deleted unit back, or take back that a unit is rejected."""

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
        return _edited(service, memory, unit, if_match, {"status": "unreviewed"})

    return await executors.write(restored)


@router.delete("/units/{memory}/{unit}", tags=["memory"], summary="Delete a unit", status_code=204,
               responses=_CHANGES)  # fmt: skip
async def delete_unit(
    memory: str, unit: int, service: ServiceDependency, executors: ExecutorsDependency, if_match: IfMatch = ""
) -> Response:
    """Delete a unit; it can be restored, until 1,000 later changes were made."""

    def deleted() -> None:
        _first_only(service, memory)
        store, entry = _found(service, memory, unit)
        compared = _checked(if_match, _unit_tag(entry.unit))
        store.delete(numbers=[unit], expected=entry.unit if compared else None)
        service.trace.note(f"unit {unit} of {memory}")

    await executors.write(deleted)
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
async def entry(entry: str, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
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


def _changed(service: Service, number: str, if_match: str, change: Callable[[Concept], Concept]) -> Response:
    """Store what ``change`` makes of an entry, if it is still what the client saw."""
    terms = service.resources.writable_terms()
    old = _concept(terms, number)
    compared = _checked(if_match, _etag(packed(old)))
    made = replace(change(old), changed=datetime.now(UTC).replace(microsecond=0))
    if service.visitor.team:
        made = replace(made, author=service.visitor.name)
    terms.add([made], expected=old if compared else None)
    service.trace.note(f"entry {number}")
    return _entry_response(_concept(terms, number))


@router.patch("/terms/entries/{entry}", tags=["terms"], summary="Edit an entry", response_model=EntryResponse,
              responses=_CHANGES)  # fmt: skip
async def change_entry(
    entry: str,
    given: EntryRequest,
    service: ServiceDependency,
    executors: ExecutorsDependency,
    if_match: IfMatch = "",
) -> Response:
    """Change the definition, subject, note or terms of an entry; a list of terms takes the place of all its terms."""
    changes = given.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        raise UsageError("name what to change: definition, subject, note or terms")
    if "terms" in changes:
        changes["terms"] = tuple(_term(one) for one in changes["terms"])
    return await executors.write(lambda: _changed(service, entry, if_match, lambda old: replace(old, **changes)))


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
    entry: str,
    given: OneTermRequest,
    service: ServiceDependency,
    executors: ExecutorsDependency,
    if_match: IfMatch = "",
) -> Response:
    """Mark a term of the entry, or all its terms, as forbidden: the checks report them."""
    change = lambda old: _with_status(old, given.term, Status.FORBIDDEN)  # noqa: E731
    return await executors.write(lambda: _changed(service, entry, if_match, change))


@router.post("/terms/entries/{entry}/restore", tags=["terms"], summary="Restore an entry",
             response_model=EntryResponse, responses=_CHANGES)  # fmt: skip
async def restore_entry(
    entry: str,
    given: OneTermRequest,
    service: ServiceDependency,
    executors: ExecutorsDependency,
    if_match: IfMatch = "",
) -> Response:
    """Bring a deleted entry back, or make rejected terms admitted again."""

    def restored() -> Response:
        terms = service.resources.writable_terms()
        if terms.get(entry) is not None:
            change = lambda old: _with_status(old, given.term, Status.ADMITTED, Status.FORBIDDEN)  # noqa: E731
            return _changed(service, entry, if_match, change)
        made = terms.restore(entry)
        if made is None:
            raise NotFound("the term base has no such entry, and none was deleted")
        service.trace.note(f"entry {entry}")
        return _entry_response(made)

    return await executors.write(restored)


@router.delete("/terms/entries/{entry}", tags=["terms"], summary="Delete an entry", status_code=204,
               responses=_CHANGES)  # fmt: skip
async def delete_entry(
    entry: str, service: ServiceDependency, executors: ExecutorsDependency, if_match: IfMatch = ""
) -> Response:
    """Delete an entry with all its terms; it can be restored."""

    def deleted() -> None:
        terms = service.resources.writable_terms()
        old = _concept(terms, entry)
        compared = _checked(if_match, _etag(packed(old)))
        terms.delete([entry], expected=old if compared else None)
        service.trace.note(f"entry {entry}")

    await executors.write(deleted)
    return Response(status_code=204)
