"""The web pages: a translator searches from the browser, with nothing to install and no script to trust.

Everything is rendered here; forms are plain forms. Every query is an address, so that it can be kept as a bookmark.
Texts from memories are escaped by the templates and marked with their language.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.text.plurals import counted
from tm.search.concordance import ConcordanceHit, ConcordanceOptions
from tm.search.lookup import LONGEST_QUERY, LookupOptions
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.documents import documents_named
from tm.server.errors import http_status
from tm.server.executors import Executors
from tm.server.frame import render
from tm.server.reference import operations_of, response_types_of
from tm.server.service import Service
from tm.server.sources import SourcesDependency
from tm.store.filters import Filters
from tm.web.visitor import trace_of

__all__ = ["SearchPage", "error_page", "memory", "openapi", "phrases", "reference", "router", "terms"]

router = APIRouter(include_in_schema=False)


def error_page(request: Request, message: str, status: int) -> Response:
    """A page that says what went wrong."""
    return HTMLResponse(render("message.html", trace_of(request.scope).visitor, message=message), status)


@router.get("/")
async def memory(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    chosen: SourcesDependency,
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
        filters = Filters(source_lang, target_lang, exclude_origin=chosen.exclude)
        options = LookupOptions(percent, 10, filters=filters, substitute=substitute, prefer=chosen.prefer)
        matches = service.lookup(text, options, [memory] if memory else chosen.names, None, assemble=True)
        terms = service.find_terms(text, source_lang, target_lang)
        return {"matches": matches, "terms": terms, "symbols": documents_named(service, text)}

    form = {
        "source_lang": source_lang,
        "target_lang": target_lang,
        "text": text,
        "minimum": percent,
        "substitute": substitute,
        "memory": memory,
        "chosen": chosen,
    }
    page = SearchPage(
        "memory.html", "/", text, form, {"matches": None, "terms": [], "symbols": []}, search, _unit_count
    )
    return await page.response(service, executors)


@router.get("/phrases")
async def phrases(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    chosen: SourcesDependency,
    text: str = "",
    side: str = "both",
    exact: bool = False,
    memory: str = "",
) -> Response:
    """The concordance."""

    def search() -> dict[str, Any]:
        options = ConcordanceOptions(side, exact, 50, Filters(exclude_origin=chosen.exclude))  # type: ignore[arg-type]
        found = service.concordance(text, options, [memory] if memory else chosen.names)
        return {"hits": [_hit_row(hit) for hit in found]}

    form = {"text": text, "side": side, "exact": exact, "memory": memory, "chosen": chosen}
    return await SearchPage("phrases.html", "/phrases", text, form, {"hits": None}, search).response(service, executors)


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
            writable=service.resources.options.writable,
            summary="" if is_search else self.summary(service),
            **self.form,
            **results,
        )
        return page, status


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
