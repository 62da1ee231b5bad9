"""The pages of entries of the term base: add, edit, delete, restore and merge them. They work without a script."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.text.languages import stated_code
from tm.server.changing import Changes, concept_tag, found_concept, one_line, one_line_ends, term_of, typed
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.errors import NotFound
from tm.server.executors import Executors
from tm.server.forms import changed, redirected, refused
from tm.server.frame import render
from tm.server.service import Service
from tm.terms.concept import Concept, Status, Term
from tm.terms.editing import TermEdit, status_of

__all__ = ["Given", "add_term", "change_entry", "delete_entry", "deleted_terms", "entries_to_merge", "entry_page",
           "merge_entries", "new_term", "restore_entry", "router"]  # fmt: skip

_EMPTY_ROWS = 2  # for new terms
_MOST_TERMS = 1_000  # of an entry that is changed in a form
_MOST = 100  # entries that are merged at once
_COLUMNS = ("was", "text", "language", "status", "term_note")  # of the rows of the form, one a term

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
            return refused(service, error, lambda message: _new_page(service, given, message))
        return redirected(service, _path(made.id, "added"))

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
            return _gone(service, entry, done=done)

    return HTMLResponse(await executors.query(shown))


def _gone(service: Service, entry: str, given: "Given | None" = None, done: str = "") -> str:
    """The page of an entry that is not there, with what was typed."""
    return render("entry-gone.html", service.visitor, here="/terms", entry=entry, done=done, given=given,
                  may=_may_write(service))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """The form of an entry: its texts, and a row for each term, with ``was``, the term that it showed (`_name`)."""

    rows: list[dict[str, str]]
    subject: str
    definition: str
    note: str
    tag: str = ""

    @classmethod
    def of_entry(cls, entry: Concept, *, empty: int = 0) -> "Given":
        """The form of an entry as it is stored, with ``empty`` rows for new terms."""
        rows = [dict(zip(_COLUMNS, (_name(one), one.text, one.language, one.status.value, one.note), strict=True))
                for one in entry.terms]  # fmt: skip
        new = [dict(zip(_COLUMNS, ("", "", "", Status.ADMITTED.value, ""), strict=True)) for _ in range(empty)]
        return cls([*rows, *new], entry.subject, entry.definition, entry.note)

    @classmethod
    def of_form(cls, form: FormData) -> "Given":
        """The form as it was sent. Raises `UsageError` for one that is not complete, or too long."""
        columns = [[str(one) for one in form.getlist(name)] for name in _COLUMNS]
        if len({len(one) for one in columns}) > 1:
            raise UsageError("a part of the form is missing; open the entry again")
        if len(columns[0]) > _MOST_TERMS + _EMPTY_ROWS:
            raise _too_many()
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
        subject, definition, note, tag = (str(form.get(name, "")) for name in ("subject", "definition", "note", "tag"))
        return cls(rows, subject, one_line_ends(definition), one_line_ends(note), tag)

    def entry(self, old: Concept) -> Concept:
        """``old`` with what was typed; what the form does not show stays. Raises `UsageError`."""
        rows = [row for row in self.rows if row["text"].strip()]
        known: dict[str, list[Term]] = {}
        for one in old.terms:
            known.setdefault(_name(one), []).append(one)

        def take(name: str) -> Term | None:
            return known[name].pop(0) if known.get(name) else None

        before = [take(" ".join(row["was"].split())) for row in rows]
        # A term that was typed again, or moved to another row, is still that term.
        again = [one or take(_named(row["text"], _language(row, one))) for one, row in zip(before, rows, strict=True)]
        terms = tuple(_changed_term(row, one) for row, one in zip(rows, again, strict=True))
        if not terms:
            raise UsageError("an entry needs a term; delete the entry instead")
        return replace(old, terms=terms, subject=typed(self.subject, old.subject, one_line),
                       definition=typed(self.definition, old.definition), note=typed(self.note, old.note))  # fmt: skip


def _too_many() -> UsageError:
    return UsageError(
        f"an entry with more than {_MOST_TERMS:,} terms cannot be changed here; export the terms and import them again"
    )


def _named(text: str, language: str) -> str:
    return f"{language} {' '.join(text.split())}"


def _name(term: Term) -> str:
    """What a row of the form says about the term that it shows; it still holds where others add or delete terms."""
    return _named(term.text, term.language)


def _language(row: dict[str, str], before: Term | None) -> str:
    text, language = row["text"].strip(), row["language"].strip()
    if not language:
        raise UsageError(f"the term {text} needs a language")
    return language if before is not None and language == before.language else stated_code(language)


def _changed_term(row: dict[str, str], before: Term | None) -> Term:
    language, status = _language(row, before), status_of(row["status"])
    if before is None:
        new = {"text": row["text"], "language": language, "status": status, "note": one_line_ends(row["term_note"])}
        return term_of(new)
    text, note = typed(row["text"], before.text, one_line), typed(row["term_note"], before.note)
    if text != before.text:
        text = " ".join(text.split())
    return replace(before, text=text, language=language, status=status, note=note)


def _page(service: Service, number: str, error: str = "", given: Given | None = None, done: str = "") -> str:
    """The form: with ``given``, what was typed, on top of what is stored where ``given`` has no tag."""
    concept = found_concept(service.resources.terms(), number)
    fits = len(concept.terms) <= _MOST_TERMS
    may_change = _may_write(service) and fits
    return render(
        "entry.html",
        service.visitor,
        here="/terms",
        entry=concept,
        given=given or Given.of_entry(concept, empty=_EMPTY_ROWS if may_change else 0),
        tag=given.tag if given and given.tag else concept_tag(concept),
        differs=given is not None and not given.tag,
        error=error or ("" if fits else str(_too_many())),
        done=done,
        statuses=list(Status),
        may_change=may_change,
    )


@router.post("/terms/entries/{entry}")
async def change_entry(
    request: Request, entry: str, service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """Store what was changed in the form; a term without a text is deleted."""
    given = Given.of_form(await request.form(max_fields=len(_COLUMNS) * _MOST_TERMS * 2))

    def stored() -> str:
        Changes(service, given.tag).change_entry(entry, given.entry)
        return "changed"

    return await _changed(service, executors, entry, stored, given)


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
        Changes(service).undelete_entry(entry)
        return "restored"

    return await _changed(service, executors, entry, stored)


async def _changed(
    service: Service,
    executors: Executors,
    entry: str,
    stored: Callable[[], str],
    given: Given | None = None,
) -> Response:
    """Make a change and show the entry, or the form again with what was typed and what was wrong."""

    def page(message: str, is_conflict: bool) -> str:
        return _page(service, entry, message, replace(given, tag="") if given and is_conflict else given)

    return await executors.write(
        lambda: changed(
            service,
            lambda: _path(entry, stored()),
            page,
            lambda: _gone(service, entry, given),
            conflict="somebody else changed this entry meanwhile: compare it with what you typed, and save again",
            is_typed=given is not None,
        )
    )


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


def _merge_page(service: Service, numbers: list[str], error: str = "", keep: str = "") -> str:
    terms = service.resources.terms()
    entries = [found_concept(terms, number) for number in dict.fromkeys(_few(numbers))]
    return render("entries-merge.html", service.visitor, here="/terms", entries=entries,
                  tags=[concept_tag(one) for one in entries], error=error, keep=keep)  # fmt: skip


def _few(numbers: list[str]) -> list[str]:
    if len(numbers) > _MOST:
        raise UsageError(f"at most {_MOST} entries can be merged at once")
    return numbers


@router.post("/terms/merge")
async def merge_entries(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    entry: Annotated[list[str] | None, Form()] = None,
    tag: Annotated[list[str] | None, Form()] = None,
    keep: Annotated[str, Form()] = "",
) -> Response:
    """Make one entry of several."""

    def merged() -> Response:
        numbers = _few(entry or [])
        try:
            made = Changes(service, ",".join(tag or [])).merge_entries(numbers, keep)
        except DuiyiError as error:
            return refused(service, error, lambda message: _merge_page(service, numbers, message, keep))
        return redirected(service, _path(made.id, "merged"))

    return await executors.write(merged)


def _path(entry: str, done: str) -> str:
    return f"/terms/entries/{quote(entry, safe='')}?done={done}"
