"""`/api/units/` and `/api/terms/entries/`: one unit or one entry of the term base, read, changed, deleted, restored.

Two people may edit at the same time, so that nobody overwrites what he has not seen (`tm.server.changing`): every
response has an `ETag`, and every change names in `If-Match` the one that it was made on. 428 says that it is missing,
412 that the entry is another one by now.
"""

import json
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from starlette.responses import JSONResponse, Response

from corpora.errors import UsageError
from tm.formats.jsonl import to_dict
from tm.server.changing import Changes, concept_tag, found_concept, found_unit, term_of, unit_tag
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.executors import Executors
from tm.server.memory_api import ERRORS
from tm.server.requests import EntryRequest, NewTermRequest, OneTermRequest, UnitRequest
from tm.server.responses import EntryResponse, ErrorResponse, UnitResponse
from tm.store.reading import StoredUnit
from tm.terms.concept import Concept, Status, packed
from tm.terms.editing import TermEdit

__all__ = [
    "change_entry", "change_unit", "delete_entry", "delete_unit", "entry", "new_entry", "reject_entry", "reject_unit",
    "restore_entry", "restore_unit", "router", "unit",
]  # fmt: skip

_CHANGES: dict[int | str, dict[str, Any]] = {
    412: {"model": ErrorResponse, "description": "Somebody else changed the entry; read it again"},
    428: {"model": ErrorResponse, "description": "The header If-Match is missing"},
}
router = APIRouter(responses=ERRORS)


@dataclass(frozen=True, slots=True)
class _EntryChange:
    """A change and where it runs."""

    made: Changes
    executors: Executors


# Not async, it would run on a thread of its own.
async def _change(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    if_match: Annotated[str, Header(alias="if-match", description="The ETag of what you saw; * for any.")] = "",
) -> _EntryChange:
    return _EntryChange(Changes(service, if_match), executors)


Change = Annotated[_EntryChange, Depends(_change)]
MemoryName = Annotated[str, Path(description="Name of the memory.")]
UnitNumber = Annotated[int, Path(description="Number of the unit, as look-ups give it.")]
EntryId = Annotated[str, Path(description="Id of the entry, as look-ups give it.")]


def _given(request: UnitRequest | EntryRequest, fields: str) -> dict[str, Any]:
    changes: dict[str, Any] = request.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        raise UsageError(f"name what to change: {fields}")
    return changes


# -- units


def _unit_response(memory: str, found: StoredUnit) -> Response:
    more = {"memory": memory, "unit": found.id, "count": found.count, "status": found.unit.status}
    content = to_dict(found.unit) | more
    return JSONResponse(content, headers={"etag": unit_tag(found.unit)})


@router.get("/units/{memory}/{unit}", tags=["memory"], summary="One unit", response_model=UnitResponse)
async def unit(
    memory: MemoryName, unit: UnitNumber, service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """A unit by its number, as look-ups give it, with all its fields and an `ETag`."""
    return await executors.query(lambda: _unit_response(memory, found_unit(service, memory, unit)[1]))


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
    return await change.executors.write(lambda: _unit_response(memory, change.made.edit_unit(memory, unit, changes)))


@router.post("/units/{memory}/{unit}/reject", tags=["memory"], summary="Reject a unit", response_model=UnitResponse,
             responses=_CHANGES)  # fmt: skip
async def reject_unit(memory: MemoryName, unit: UnitNumber, change: Change) -> Response:
    """Mark a unit as rejected: look-ups show it last, and say so."""
    rejected = {"status": "rejected"}
    return await change.executors.write(lambda: _unit_response(memory, change.made.edit_unit(memory, unit, rejected)))


@router.post("/units/{memory}/{unit}/restore", tags=["memory"], summary="Restore a unit", response_model=UnitResponse,
             responses=_CHANGES)  # fmt: skip
async def restore_unit(memory: MemoryName, unit: UnitNumber, change: Change) -> Response:
    """Bring a deleted unit back, or take back that a unit is rejected."""
    return await change.executors.write(lambda: _unit_response(memory, change.made.restore_unit(memory, unit)))


@router.delete("/units/{memory}/{unit}", tags=["memory"], summary="Delete a unit", status_code=204,
               responses=_CHANGES)  # fmt: skip
async def delete_unit(memory: MemoryName, unit: UnitNumber, change: Change) -> Response:
    """Delete a unit; it can be restored, until 1,000 later changes were made."""
    await change.executors.write(lambda: change.made.delete_unit(memory, unit))
    return Response(status_code=204)


# -- entries of the term base


def _entry_response(concept: Concept, status: int = 200) -> Response:
    return JSONResponse(json.loads(packed(concept)), status, headers={"etag": concept_tag(concept)})


@router.get("/terms/entries/{entry}", tags=["terms"], summary="One entry", response_model=EntryResponse)
async def entry(entry: EntryId, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """An entry by its id (`concept` in look-ups), with all its terms and an `ETag`."""
    return await executors.query(lambda: _entry_response(found_concept(service.resources.terms(), entry)))


@router.post("/terms/entries", tags=["terms"], summary="Add a term", status_code=201, response_model=EntryResponse)
async def new_entry(given: NewTermRequest, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """Add a term and its translation; what translators add has the status proposed."""
    status = Status(given.status) if given.status else None
    edit = TermEdit(None, None, status, given.definition, given.subject, given.note)
    languages = {"source_lang": given.source_lang, "target_lang": given.target_lang}
    made = Changes(service)
    return await executors.write(
        lambda: _entry_response(made.add_term(given.source, given.target, edit, languages), 201)
    )


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
        changes["terms"] = tuple(term_of(one) for one in changes["terms"])
    made = change.made
    return await change.executors.write(
        lambda: _entry_response(made.change_entry(entry, lambda old: replace(old, **changes)))
    )


@router.post("/terms/entries/{entry}/reject", tags=["terms"], summary="Reject terms", response_model=EntryResponse,
             responses=_CHANGES)  # fmt: skip
async def reject_entry(
    entry: EntryId,
    given: OneTermRequest,
    change: Change,
) -> Response:
    """Mark a term of the entry, or all its terms, as forbidden: the checks report them."""
    return await change.executors.write(lambda: _entry_response(change.made.reject_terms(entry, given.term)))


@router.post("/terms/entries/{entry}/restore", tags=["terms"], summary="Restore an entry",
             response_model=EntryResponse, responses=_CHANGES)  # fmt: skip
async def restore_entry(
    entry: EntryId,
    given: OneTermRequest,
    change: Change,
) -> Response:
    """Bring a deleted entry back, or make rejected terms admitted again."""
    return await change.executors.write(lambda: _entry_response(change.made.restore_entry(entry, given.term)))


@router.delete("/terms/entries/{entry}", tags=["terms"], summary="Delete an entry", status_code=204,
               responses=_CHANGES)  # fmt: skip
async def delete_entry(entry: EntryId, change: Change) -> Response:
    """Delete an entry with all its terms; it can be restored."""
    await change.executors.write(lambda: change.made.delete_entry(entry))
    return Response(status_code=204)
