"""The pages of one unit of the memory: add, edit, reject, delete and restore it; and of several: merge them.

They work without a script. Each form that changes what it shows carries its tag, so that nobody overwrites what he has
not seen; where somebody else was faster, the page shows both, and nothing typed is lost.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.text.languages import detect, stated_code
from tm.search.lookup import LookupOptions
from tm.server.changing import Changes, found_unit, one_line_ends, typed, unit_tag
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.errors import NotFound
from tm.server.executors import Executors
from tm.server.forms import changed, redirected, refused
from tm.server.frame import render
from tm.server.service import Service
from tm.unit import STATUSES, Unit

__all__ = ["add_unit", "change_unit", "delete_unit", "merge_units", "new_unit", "restore_unit", "router", "unit_page",
           "units_to_merge"]  # fmt: skip

_MOST = 50  # units that are merged at once

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200_000)]


@router.get("/units")
async def new_unit(service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """The page to add a unit."""
    return HTMLResponse(await executors.query(lambda: _new_page(service, {})))


def _new_page(service: Service, given: dict[str, str], error: str = "") -> str:
    memory = next(iter(service.resources.memories))
    writable = service.resources.options.writable and service.visitor.may("add units")
    return render("unit-new.html", service.visitor, here="/", given=given, error=error, memory=memory,
                  languages=service.languages(), writable=writable)  # fmt: skip


@router.post("/units")
async def add_unit(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    source: Text = "",
    target: Text = "",
    source_lang: Annotated[str, Form(max_length=40)] = "",
    target_lang: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Add a unit; languages that are not given are detected."""

    def added() -> Response:
        texts = one_line_ends(source), one_line_ends(target)
        given = {"source": texts[0], "target": texts[1], "source_lang": source_lang, "target_lang": target_lang}
        try:
            service.resources.check_writable()
            if not all(one.strip() for one in texts):
                raise UsageError("a unit needs a text on both sides")
            codes = [
                stated_code(code) if code else detect(text)
                for code, text in zip((source_lang, target_lang), texts, strict=True)
            ]
            report = service.add([Unit(texts[0], texts[1], codes[0], codes[1])], action="addition of a unit")
            if report.left_out:
                raise UsageError(f"the unit cannot be added: {next(iter(report.left_out))}")
            memory = service.resources.named_memory().name
        except DuiyiError as error:
            return refused(service, error, lambda message: _new_page(service, given, message))
        try:
            found = service.lookup(texts[0], LookupOptions(100, 50), [memory])
        except UsageError:  # the text is too long to be looked up, but the unit was added
            found = []
        number = next((one.number for one in found if one.unit.target == texts[1]), 0)
        return redirected(service, f"/units/{memory}/{number}?done=added" if number else "/")

    return await executors.write(added)


@router.get("/units/{memory}/{number}")
async def unit_page(
    memory: str, number: int, service: ServiceDependency, executors: ExecutorsDependency, done: str = ""
) -> Response:
    """One unit with all its fields, to read or to change."""

    def shown() -> str:
        try:
            return _page(service, memory, number, done=done)
        except NotFound:
            return _gone(service, memory, number, done=done)

    return HTMLResponse(await executors.query(shown))


def _gone(service: Service, name: str, number: int, given: dict[str, Any] | None = None, done: str = "") -> str:
    """The page of a unit that is not there, with what was typed. Raises `NotFound` for a memory that only is read."""
    resources = service.resources
    if resources.named_memory(name) is not resources.named_memory():
        raise NotFound(f"{name} has no unit {number}")
    return render("unit-gone.html", service.visitor, here="/", memory=name, number=number, done=done, given=given,
                  may=service.visitor.may("judge units") and resources.options.writable)  # fmt: skip


def _page(
    service: Service,
    memory: str,
    number: int,
    error: str = "",
    given: dict[str, Any] | None = None,
    done: str = "",
    tag: str = "",
) -> str:
    """The form: with ``given``, what was typed; with ``tag``, that of what the visitor saw, else of the unit now."""
    resources, visitor = service.resources, service.visitor
    entry = found_unit(service, memory, number)[1]
    unit, is_first = entry.unit, resources.named_memory(memory) is resources.named_memory()
    may_change = is_first and resources.options.writable and visitor.may("edit units")
    may_judge = may_change and visitor.may("judge units")
    if unit.status != "unreviewed":
        may_change = may_judge
    now = {"source": unit.source, "target": unit.target, "status": unit.status, "notes": "\n".join(unit.notes)}
    # A choice that is not offered is not sent.
    values = {**given, "status": given["status"] or unit.status} if given else now
    return render(
        "unit.html",
        visitor,
        here="/",
        memory=memory,
        entry=entry,
        unit=unit,
        tag=tag or unit_tag(unit),
        given=values,
        differs=bool(given and not tag),
        error=error,
        done=done,
        statuses=STATUSES,
        may_change=may_change,
        may_judge=may_judge,
        may_delete=may_change and visitor.may("delete units"),
    )


@router.post("/units/{memory}/{number}")
async def change_unit(
    memory: str,
    number: int,
    service: ServiceDependency,
    executors: ExecutorsDependency,
    tag: Annotated[str, Form()],
    source: Text = "",
    target: Text = "",
    status: Annotated[str, Form()] = "",
    notes: Text = "",
) -> Response:
    """Store what was changed in the form."""
    given = {"source": one_line_ends(source), "target": one_line_ends(target), "status": status,
             "notes": one_line_ends(notes)}  # fmt: skip

    def changed(found: Unit) -> dict[str, Any]:
        new: dict[str, Any] = {"source": typed(source, found.source), "target": typed(target, found.target)}
        if given["notes"] != one_line_ends("\n".join(found.notes)):
            new["notes"] = tuple(line for one in notes.splitlines() if (line := one.strip()))
        if status in STATUSES:
            new["status"] = status
        return {name: value for name, value in new.items() if value != getattr(found, name)}

    def stored() -> str:
        changes = changed(found_unit(service, memory, number)[1].unit)
        if not changes:
            return f"/units/{memory}/{number}"
        made = Changes(service, tag).edit_unit(memory, number, changes)
        return f"/units/{memory}/{made.id}?done={'changed' if made.id == number else 'merged'}"

    return await _changed(service, executors, memory, number, stored, given, tag)


@router.post("/units/{memory}/{number}/delete")
async def delete_unit(
    memory: str, number: int, service: ServiceDependency, executors: ExecutorsDependency, tag: Annotated[str, Form()]
) -> Response:
    """Delete a unit."""

    def stored() -> str:
        Changes(service, tag).delete_unit(memory, number)
        return f"/units/{memory}/{number}?done=deleted"

    return await _changed(service, executors, memory, number, stored)


@router.post("/units/{memory}/{number}/restore")
async def restore_unit(
    memory: str, number: int, service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """Bring a deleted unit back."""

    def stored() -> str:
        made = Changes(service).undelete_unit(memory, number)
        return f"/units/{memory}/{made.id}?done=restored"

    return await _changed(service, executors, memory, number, stored)


async def _changed(
    service: Service,
    executors: Executors,
    memory: str,
    number: int,
    stored: Callable[[], str],
    given: dict[str, Any] | None = None,
    tag: str = "",
) -> Response:
    """Make a change and go where it says, or show the form again with what was typed and what was wrong."""

    return await executors.write(
        lambda: changed(
            service,
            stored,
            lambda message, conflict: _page(service, memory, number, message, given, tag="" if conflict else tag),
            lambda: _gone(service, memory, number, given),
            conflict="somebody else changed this unit meanwhile: compare it with what you typed, and save again",
            is_typed=given is not None,
        )
    )


@router.get("/memory/merge")
async def units_to_merge(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    unit: Annotated[list[int] | None, Query()] = None,
) -> Response:
    """The units that were ticked, side by side: one of them is kept."""
    return HTMLResponse(await executors.query(lambda: _merge_page(service, unit or [])))


def _merge_page(service: Service, numbers: list[int], error: str = "", keep: int = 0) -> str:
    name = service.resources.named_memory().name
    entries = [found_unit(service, name, number)[1] for number in dict.fromkeys(_few(numbers))]
    tags = [unit_tag(one.unit) for one in entries]
    return render("unit-merge.html", service.visitor, here="/", memory=name, entries=entries, tags=tags, error=error,
                  keep=keep)  # fmt: skip


def _few(numbers: list[int]) -> list[int]:
    if len(numbers) > _MOST:
        raise UsageError(f"at most {_MOST} units can be merged at once")
    return numbers


@router.post("/memory/merge")
async def merge_units(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    unit: Annotated[list[int] | None, Form()] = None,
    tag: Annotated[list[str] | None, Form()] = None,
    keep: Annotated[int, Form()] = 0,
) -> Response:
    """Make one unit of several."""

    def merged() -> Response:
        numbers = _few(unit or [])
        try:
            made = Changes(service, ",".join(tag or [])).merge_units(
                service.resources.named_memory().name, numbers, keep
            )
        except DuiyiError as error:
            return refused(service, error, lambda message: _merge_page(service, numbers, message, keep))
        return redirected(service, f"/units/{service.resources.named_memory().name}/{made.id}?done=merged")

    return await executors.write(merged)
