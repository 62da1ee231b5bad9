"""The pages of entries of the term base: add, edit, delete, restore and merge them. They work without a script."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from corpora.errors import DuiyiError, EditConflict, UsageError
from tm.server.changing import Changes, concept_tag, found_concept, term_of
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.errors import NotFound, http_status
from tm.server.executors import Executors
from tm.server.frame import render
from tm.server.service import Service
from tm.terms.concept import Concept, Status
from tm.terms.editing import TermEdit, status_of

__all__ = ["add_term", "change_entry", "delete_entry", "deleted_terms", "entries_to_merge", "entry_page",
           "merge_entries", "new_term", "restore_entry", "router"]  # fmt: skip

_EMPTY_ROWS = 2  # for new terms
_MOST = 100  # terms of a form

router = APIRouter(include_in_schema=False)
Word = Annotated[str, Form(max_length=1_000)]
Text = Annotated[str, Form(max_length=10_000)]


def _may_write(service: Service, operation: str = "change terms") -> bool:
    return service.resources.options.writable and service.visitor.may(operation)


@router.get("/terms/entries")
async def new_term(service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """The page to add a term."""
    return HTMLResponse(await executors.query(lambda: _new_page(service, {})))


def _new_page(service: Service, given: dict[str, str], error: str = "") -> str:
    statuses = list(Status) if service.visitor.may("change terms") else [Status.PROPOSED]
    return render("term-new.html", service.visitor, here="/terms", given=given, error=error, statuses=statuses,
                  languages=service.resources.terms().languages(),
                  writable=_may_write(service, "propose terms"))  # fmt: skip


@router.post("/terms/entries")
async def add_term(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    source: Word = "",
    target: Word = "",
    source_lang: Annotated[str, Form(max_length=40)] = "",
    target_lang: Annotated[str, Form(max_length=40)] = "",
    status: Annotated[str, Form(max_length=40)] = "",
    subject: Word = "",
    definition: Text = "",
    note: Text = "",
) -> Response:
    """Add a term and its translation."""
    given = {"source": source, "target": target, "source_lang": source_lang, "target_lang": target_lang,
             "status": status, "subject": subject, "definition": definition, "note": note}  # fmt: skip

    def added() -> Response:
        try:
            edit = TermEdit(None, None, status_of(status) if status else None, definition or None, subject or None,
                            note or None)  # fmt: skip
            languages = {"source_lang": source_lang, "target_lang": target_lang}
            made = Changes(service).add_term(source, target, edit, languages)
        except DuiyiError as error:
            message = service.resources.without_paths(str(error))
            return HTMLResponse(_new_page(service, given, message), http_status(error))
        return _to(service, made.id, "added")

    return await executors.write(added)


@router.get("/terms/entries/{entry}")
async def entry_page(
    entry: str, service: ServiceDependency, executors: ExecutorsDependency, done: str = ""
) -> Response:
    """One entry with all its terms, to read or to change."""

    def shown() -> str:
        try:
            return _page(service, entry, done=done)
        except NotFound:
            return render("entry-gone.html", service.visitor, here="/terms", entry=entry, done=done,
                          may=_may_write(service))  # fmt: skip

    return HTMLResponse(await executors.query(shown))


def _page(service: Service, number: str, error: str = "", given: Concept | None = None, done: str = "") -> str:
    concept = found_concept(service.resources.terms(), number)
    return render(
        "entry.html",
        service.visitor,
        here="/terms",
        entry=concept,
        given=given or concept,
        tag=concept_tag(concept),
        error=error,
        done=done,
        statuses=list(Status),
        rows=range(_EMPTY_ROWS),
        may_change=_may_write(service),
    )


@router.post("/terms/entries/{entry}")
async def change_entry(
    request: Request, entry: str, service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """Store what was changed in the form; a term without a text is deleted."""
    form = await request.form()
    made: list[Concept] = []

    def changed(old: Concept) -> Concept:
        made[:] = [_entered(form, old)]
        if not made[0].terms:
            raise UsageError("an entry needs a term; delete the entry instead")
        return made[0]

    def stored() -> str:
        Changes(service, str(form.get("tag", ""))).change_entry(entry, changed)
        return "changed"

    return await _changed(service, executors, entry, stored, lambda old: _entered(form, old))


def _entered(form: FormData, old: Concept) -> Concept:
    """The entry as the form has it; what the form does not show stays."""
    columns = {name: [str(one) for one in form.getlist(name)] for name in ("text", "language", "status", "term_note")}
    terms = []
    known = {(one.text, one.language): one for one in old.terms}
    rows = list(zip(*columns.values(), strict=False))[:_MOST]
    places = [str(one) for one in form.getlist("place")]
    for (text, language, status, note), place in zip(rows, [*places, *[""] * len(rows)], strict=False):
        if not text.strip():
            continue
        if not language.strip():
            raise UsageError(f"the term {text} needs a language")
        new = term_of({"text": text, "language": language.strip(), "status": status_of(status), "note": note})
        before = old.terms[int(place)] if place.isdecimal() and int(place) < len(old.terms) else None
        before = before or known.get((new.text, new.language))
        kept = replace(before, text=new.text, language=new.language, status=new.status, note=note) if before else new
        terms.append(kept)
    said: dict[str, Any] = {name: str(form.get(name, getattr(old, name))) for name in ("subject", "definition", "note")}
    return replace(old, terms=tuple(terms), **said)


@router.post("/terms/entries/{entry}/delete")
async def delete_entry(
    entry: str, service: ServiceDependency, executors: ExecutorsDependency, tag: Annotated[str, Form()]
) -> Response:
    """Delete an entry."""

    def stored() -> str:
        Changes(service, tag).delete_entry(entry)
        return "deleted"

    return await _changed(service, executors, entry, stored)


@router.post("/terms/entries/{entry}/restore")
async def restore_entry(entry: str, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """Bring a deleted entry back."""

    def stored() -> str:
        Changes(service, "*").restore_entry(entry)
        return "restored"

    return await _changed(service, executors, entry, stored)


async def _changed(
    service: Service,
    executors: Executors,
    entry: str,
    stored: Callable[[], str],
    entered: Callable[[Concept], Concept] | None = None,
) -> Response:
    """Make a change and show the entry, or the form again with what was typed and what was wrong."""

    def response() -> Response:
        try:
            return _to(service, entry, stored())
        except NotFound:
            raise
        except DuiyiError as error:
            message = service.resources.without_paths(str(error))
            if isinstance(error, EditConflict):
                message = "somebody else changed this entry meanwhile: compare it with what you typed, and save again"
            given: Any = None
            if entered is not None:
                try:
                    given = entered(found_concept(service.resources.terms(), entry))
                except UsageError:
                    given = None
            return HTMLResponse(_page(service, entry, message, given), http_status(error))

    return await executors.write(response)


@router.get("/terms/deleted")
async def deleted_terms(service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """The deleted entries, which can be restored."""
    return HTMLResponse(
        await executors.query(
            lambda: render(
                "terms-deleted.html",
                service.visitor,
                here="/terms",
                entries=service.resources.terms().deleted(),
                may=_may_write(service),
            )
        )
    )


@router.get("/terms/merge")
async def entries_to_merge(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    entry: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """The entries that were ticked: one of them is kept."""
    return HTMLResponse(await executors.query(lambda: _merge_page(service, entry or [])))


def _merge_page(service: Service, numbers: Sequence[str], error: str = "") -> str:
    terms = service.resources.terms()
    entries = [found_concept(terms, number) for number in dict.fromkeys(numbers[:_MOST])]
    return render("entries-merge.html", service.visitor, here="/terms", entries=entries, error=error)


@router.post("/terms/merge")
async def merge_entries(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    entry: Annotated[list[str] | None, Form()] = None,
    keep: Annotated[str, Form()] = "",
) -> Response:
    """Make one entry of several."""

    def merged() -> Response:
        numbers = (entry or [])[:_MOST]
        try:
            made = Changes(service).merge_entries(numbers, keep)
        except DuiyiError as error:
            message = service.resources.without_paths(str(error))
            return HTMLResponse(_merge_page(service, numbers, message), http_status(error))
        return _to(service, made.id, "merged")

    return await executors.write(merged)


def _to(service: Service, entry: str, done: str) -> Response:
    from urllib.parse import quote

    return RedirectResponse(f"{service.visitor.root}/terms/entries/{quote(entry, safe='')}?done={done}", 303)
