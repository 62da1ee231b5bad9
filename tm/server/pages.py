"""The web pages: a translator searches from the browser, with nothing to install and no script to trust.

Everything is rendered here; forms are plain forms. Every query is an address, so that it can be kept as a bookmark.
Texts from memories are escaped by the templates and marked with their language.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.text.plurals import counted, plural
from tm.formats.cat_tools import CAT_TOOLS
from tm.jobs.bitext import bitext_of, bitext_rows
from tm.jobs.import_file import ImportOptions
from tm.search.concordance import ConcordanceHit, ConcordanceOptions
from tm.search.lookup import LONGEST_QUERY, LookupOptions
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.errors import http_status
from tm.server.executors import Executors
from tm.server.frame import render
from tm.server.reference import operations_of, response_types_of
from tm.server.service import EXPORTS, TERM_EXPORTS, Service
from tm.server.uploads import with_upload
from tm.store.filters import Filters
from tm.terms.check import TermFinding
from tm.unit import Unit
from tm.web.visitor import Visitor, trace_of

__all__ = [
    "SearchPage", "bitext", "check", "error_page", "extract", "import_terms", "import_units", "memory", "openapi",
    "phrases", "reference", "response_or_form", "router", "terms", "tools", "tools_page",
]  # fmt: skip

_SHOWN = 500  # findings on one page
_LISTED = 20  # problems and conflicts of an import on its page

router = APIRouter(include_in_schema=False)


def error_page(request: Request, message: str, status: int) -> Response:
    """A page that says what went wrong."""
    return HTMLResponse(render("message.html", trace_of(request.scope).visitor, message=message), status)


@router.get("/")
async def memory(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    text: str = "",
    source_lang: str = "",
    target_lang: str = "",
    minimum: Annotated[str, Query(alias="min")] = "70",
    substitute: bool = False,
    memory: str = "",
) -> Response:
    """The start page: look up a sentence."""
    percent = int(minimum) if minimum.isdecimal() and len(minimum) < 4 else 70

    def search() -> dict[str, Any]:
        options = LookupOptions(percent, 10, filters=Filters(source_lang, target_lang), substitute=substitute)
        matches = service.lookup(text, options, [memory] if memory else [], None, assemble=True)
        return {"matches": matches, "terms": service.find_terms(text, source_lang, target_lang)}

    form = {
        "source_lang": source_lang,
        "target_lang": target_lang,
        "text": text,
        "minimum": percent,
        "substitute": substitute,
        "memory": memory,
    }
    page = SearchPage("memory.html", "/", text, form, {"matches": None, "terms": []}, search, _unit_count)
    return await page.response(service, executors)


@router.get("/phrases")
async def phrases(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    text: str = "",
    side: str = "both",
    exact: bool = False,
    memory: str = "",
) -> Response:
    """The concordance."""

    def search() -> dict[str, Any]:
        options = ConcordanceOptions(side, exact, 50)  # type: ignore[arg-type]
        found = service.concordance(text, options, [memory] if memory else [])
        return {"hits": [_hit_row(hit) for hit in found]}

    form = {"text": text, "side": side, "exact": exact, "memory": memory}
    return await SearchPage("phrases.html", "/phrases", text, form, {"hits": None}, search).response(service, executors)


@router.get("/bitext")
async def bitext(service: ServiceDependency, executors: ExecutorsDependency, origin: str, memory: str = "") -> Response:
    """A document of a memory in both languages."""
    return HTMLResponse(*await executors.query(lambda: _bitext_page(service, origin, memory)))


def _bitext_page(service: Service, origin: str, memory: str) -> tuple[str, int]:
    try:
        found = bitext_of(service.resources.named_memory(memory).memory, origin)
    except UsageError as error:
        return render("message.html", service.visitor, message=service.resources.without_paths(str(error))), 404
    rows = list(bitext_rows(found))
    return render("bitext.html", service.visitor, here="", title=found.title, summary=found.summary, rows=rows), 200


@router.get("/terms")
async def terms(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    text: str = "",
    what: str = "term",
    lang: str = "",
    to: str = "",
) -> Response:
    """Look up a term, or all terms of a text."""

    def search() -> dict[str, Any]:
        if what != "text":
            return {"rows": service.lookup_term(text, lang, to, 50, 2)}
        if len(text) > LONGEST_QUERY:
            raise UsageError(f"the text has {counted(len(text), 'character')}; {LONGEST_QUERY:,} are the most here")
        return {"rows": service.find_terms(text, lang, to, 1)}

    form = {"text": text, "what": what, "lang": lang, "to": to}
    page = SearchPage("terms.html", "/terms", text, form, {"rows": None}, search, _entry_count, _term_languages)
    return await page.response(service, executors)


@router.get("/tools")
async def tools(service: ServiceDependency) -> Response:
    """The page for files: import, export, extract, check."""
    return HTMLResponse(tools_page(service))


@router.post("/tools/check")
async def check(
    service: ServiceDependency, executors: ExecutorsDependency, file: Annotated[UploadFile, File()]
) -> Response:
    """Check a file of units against the glossary."""

    def page() -> str:
        units = with_upload(service.resources, file, service.read_units)
        found = service.check_terms(units)
        lines = [f"{counted(len(found), 'finding')} in {counted(len(units), 'unit')} of {file.filename}."]
        if len(found) > _SHOWN:
            lines.append(f"The first {_SHOWN} are shown; the API and duiyi term check give all.")
        return _result_page(service.visitor, "Terms checked", lines, findings=_with_units(found, units))

    return await _tool_response(service, executors, page)


@router.post("/tools/extract")
async def extract(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    memory: Annotated[str, Form()] = "",
    limit: Annotated[int, Form(ge=1, le=5_000)] = 100,
    add: Annotated[bool, Form()] = False,
) -> Response:
    """Extract terms from a memory."""

    def page() -> str:
        if add:
            service.resources.check_writable()
            service.visitor.require("change terms")
        units = service.units(memory, Filters())
        found = service.extract_terms(units, limit=limit, least=3, vectors=True, add=add)
        lines = [f"{counted(len(found['pairs']), 'pair')} from {counted(found['units'], 'unit')}."]
        if found["added"]:
            added, were = counted(found["added"], "entry", "entries"), plural(found["added"], "was", "were")
            lines.append(f"{added} {were} added to the glossary as proposed.")
        writable = service.resources.options.writable and service.visitor.may("change terms")
        return _result_page(service.visitor, "Extracted terms", lines, pairs=found["pairs"], writable=writable)

    return await _tool_response(service, executors, page)


@router.post("/tools/import")
async def import_units(
    service: ServiceDependency, executors: ExecutorsDependency, file: Annotated[UploadFile, File()]
) -> Response:
    """Import a file of units into the first memory."""

    def page() -> str:
        service.resources.check_writable()
        done = with_upload(service.resources, file, lambda path: service.import_file(path, ImportOptions(), "", ""))
        lines = [f"{done['file']}: {counted(done['read'], 'unit')}, {done['new']:,} new, {done['folded']:,} known."]
        lines += [f"Left out: {count:,} ({why})." for why, count in done["left_out"].items()]
        problems = done["problems"]
        lines += [f"Line {one['line']}: {one['message']}; the unit was left out." for one in problems[:_LISTED]]
        if (more := len(problems) - _LISTED) > 0:
            lines.append(f"{counted(more, 'more unit')} {plural(more, 'was', 'were')} left out.")
        return _result_page(service.visitor, "Units imported", lines)

    return await _tool_response(service, executors, page)


@router.post("/tools/import-terms")
async def import_terms(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    file: Annotated[UploadFile, File()],
    skip_faulty: Annotated[bool, Form()] = False,
) -> Response:
    """Import a glossary into the term base."""

    def page() -> str:
        service.resources.check_writable()
        done = with_upload(
            service.resources,
            file,
            lambda path: service.import_terms(path, "concept", "", True, skip_faulty),
            "terms",
        )
        lines = [f"{counted(done['imported'], 'entry', 'entries')} imported, {done['entries']:,} in the glossary."]
        lines += [f"Columns: {done['columns']}."] if done["columns"] else []
        lines += [f"Line {one['line']}: {one['message']}; left out." for one in done["problems"][:_LISTED]]
        lines += [
            f"{one['term']}: {', '.join(one['stored'])} is stored, {', '.join(one['new'])} is new."
            for one in done["conflicts"][:_LISTED]
        ]
        return _result_page(service.visitor, "Terms imported", lines)

    return await _tool_response(service, executors, page)


@router.get("/api/openapi.json")
async def openapi(request: Request) -> Response:
    """The description of the API for programs."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs")
async def reference(request: Request) -> Response:
    """The description of the API for people."""
    found = request.app.openapi()
    visitor = trace_of(request.scope).visitor
    base = f"{request.url.scheme}://{request.url.netloc}{visitor.root}"
    return HTMLResponse(
        render(
            "docs.html",
            visitor,
            here="/api/docs",
            about=found["info"]["description"],
            address=base,
            operations=operations_of(found, base),
            response_types=response_types_of(found),
        )
    )


def _unit_count(service: Service) -> str:
    units = sum(len(memory) for memory, _ in service.resources.select())
    return f"{counted(units, 'unit')} in {', '.join(service.resources.memories)}."


def _entry_count(service: Service) -> str:
    terms = service.resources.terms()
    own = "the sample glossary" if terms.path == ":memory:" else "the glossary"
    return f"{counted(len(terms), 'entry', 'entries')} in {own}."


def _term_languages(service: Service) -> list[str]:
    return service.resources.terms().languages()


def _nothing(_: Service) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page with a form and the results of the search that was entered in it.

    template, path: the template and the address of the page.
    text: what was entered; without it nothing is searched.
    form: the values of the form's fields.
    empty: the results where nothing was searched.
    search: the results, by the template's names.
    summary: what can be searched, in a sentence; shown where nothing was entered.
    languages: the languages to choose from.
    """

    template: str
    path: str
    text: str
    form: dict[str, Any]
    empty: dict[str, Any]
    search: Callable[[], dict[str, Any]]
    summary: Callable[[Service], str] = _nothing
    languages: Callable[[Service], list[str]] = Service.languages

    async def response(self, service: Service, executors: Executors) -> Response:
        """The page with the results, or with what was wrong with the query."""
        return HTMLResponse(*await executors.query(lambda: self._rendered(service)))

    def _rendered(self, service: Service) -> tuple[str, int]:
        error, status, results, is_search = "", 200, self.empty, bool(self.text.strip())
        if is_search:
            try:
                results = self.search()
            except DuiyiError as one:
                error, status = service.resources.without_paths(str(one)), http_status(one)
        page = render(
            self.template,
            service.visitor,
            here=self.path,
            error=error,
            languages=self.languages(service),
            memories=list(service.resources.memories),
            summary="" if is_search else self.summary(service),
            **self.form,
            **results,
        )
        return page, status


def tools_page(service: Service, error: str = "") -> str:
    """The page for files, with what was wrong with the last one."""
    visitor = service.visitor
    return render(
        "tools.html",
        visitor,
        here="/tools",
        error=error,
        memories=list(service.resources.memories),
        writable=service.resources.options.writable and visitor.may("import units"),
        may_export=visitor.may("export"),
        exports=EXPORTS,
        term_exports=TERM_EXPORTS,
        clients=[(client.key, client.name) for client in CAT_TOOLS.values()],
    )


async def _tool_response(service: Service, executors: Executors, page: Callable[[], str]) -> Response:
    """The page that a tool makes, or the page for files with what was wrong."""
    return await response_or_form(service, executors, tools_page, lambda: HTMLResponse(page()))


async def response_or_form(
    service: Service, executors: Executors, form: Callable[[Service, str], str], work: Callable[[], Response]
) -> Response:
    """What a task returns, or its form again with what was wrong."""
    try:
        return await executors.long(work)
    except DuiyiError as error:
        return HTMLResponse(form(service, service.resources.without_paths(str(error))), http_status(error))


def _result_page(
    visitor: Visitor,
    title: str,
    lines: Sequence[str],
    *,
    findings: Sequence[tuple[TermFinding, Unit]] = (),
    pairs: Sequence[dict[str, Any]] = (),
    writable: bool = False,
) -> str:
    values = {"findings": findings, "pairs": pairs, "writable": writable}
    return render("done.html", visitor, title=title, lines=lines, **values)


def _hit_row(hit: ConcordanceHit) -> dict[str, Any]:
    """A hit with both sides split where something is marked."""
    found, counterpart = _split(hit.text, hit.spans, "found"), _split(hit.other, hit.counterpart, "counterpart")
    source, target = (found, counterpart) if hit.side == "source" else (counterpart, found)
    unit = hit.unit
    return {
        "source": source,
        "target": target,
        "source_lang": unit.source_lang,
        "target_lang": unit.target_lang,
        "unit": unit,
        "memory": hit.memory,
        "count": hit.count,
        "number": hit.number,
    }


def _split(text: str, spans: Iterable[tuple[int, int]], kind: str) -> list[tuple[str, str]]:
    """Parts of the text, each with ``kind`` where it is one of the spans."""
    parts, last = [], 0
    for start, end in sorted(spans):
        if start < last:
            continue  # overlaps the one before
        parts += [(text[last:start], ""), (text[start:end], kind)]
        last = end
    return [part for part in [*parts, (text[last:], "")] if part[0]]


def _with_units(found: Sequence[TermFinding], units: Sequence[Unit]) -> list[tuple[TermFinding, Unit]]:
    return [(one, units[one.unit]) for one in found[:_SHOWN]]
