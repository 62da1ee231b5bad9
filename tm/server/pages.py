"""The pages: a translator asks from the browser, with nothing to install and no script to trust.

Everything is rendered here; forms are plain forms. Questions are addresses, so that they can be kept and shared on the
machine. Texts of memories are escaped by the templates and marked as being in their language.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, FastAPI, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.text.plurals import counted, plural
from tm import templates
from tm.formats.cat_tools import CLIENTS
from tm.jobs.import_file import ImportOptions
from tm.search.concordance import ConcordanceHit, ConcordanceOptions
from tm.search.lookup import LONGEST_QUESTION, LookupOptions
from tm.server.errors import status_of
from tm.server.executors import Executors
from tm.server.reference import answers_of, operations_of
from tm.server.service import EXPORTS, TERM_EXPORTS, Service
from tm.server.uploads import with_upload
from tm.store.filters import Filters
from tm.terms.check import TermFinding
from tm.unit import Unit

__all__ = ["error_page", "pages_router", "render"]

T = TypeVar("T")
_SHOWN = 500  # findings on one page


def render(template: str, **values: Any) -> str:
    """The page as HTML."""
    return templates.render("tm.server", template, **values)


def error_page(message: str, status: int) -> Response:
    """A page that says what went wrong."""
    return HTMLResponse(render("message.html", message=message), status)


def pages_router(app: FastAPI, desk: Service, pools: Executors) -> APIRouter:
    """The pages; ``app`` is what the page about the API describes."""
    router = APIRouter(include_in_schema=False)
    site = _Site(desk, pools)

    @router.get("/")
    async def memory(
        text: str = "",
        source_lang: str = "",
        target_lang: str = "",
        minimum: Annotated[str, Query(alias="min")] = "70",
        substitute: bool = False,
        memory: str = "",
    ) -> Response:
        percent = int(minimum) if minimum.isdecimal() and len(minimum) < 4 else 70

        def answer() -> dict[str, Any]:
            options = LookupOptions(percent, 10, filters=Filters(source_lang, target_lang), substitute=substitute)
            matches = desk.lookup(text, options, [memory] if memory else [], None)
            return {"matches": matches, "terms": desk.find(text, source_lang, target_lang)}

        fixed = {
            "source_lang": source_lang,
            "target_lang": target_lang,
            "text": text,
            "minimum": percent,
            "substitute": substitute,
            "memory": memory,
        }
        return await site.asked("memory.html", "/", text, answer, {"matches": None, "terms": [], **fixed}, site.held)

    @router.get("/phrases")
    async def phrases(text: str = "", side: str = "both", exact: bool = False, memory: str = "") -> Response:
        def answer() -> dict[str, Any]:
            options = ConcordanceOptions(side, exact, 50)  # type: ignore[arg-type]
            found = desk.concordance(text, options, [memory] if memory else [])
            return {"hits": [_shown(hit) for hit in found]}

        fixed = {"hits": None, "text": text, "side": side, "exact": exact, "memory": memory}
        return await site.asked("phrases.html", "/phrases", text, answer, fixed)

    @router.get("/terms")
    async def terms(text: str = "", what: str = "term", lang: str = "", to: str = "") -> Response:
        def answer() -> dict[str, Any]:
            if what == "text":
                if len(text) > LONGEST_QUESTION:
                    raise UsageError(
                        f"the text has {counted(len(text), 'character')}; {LONGEST_QUESTION:,} are the most here"
                    )
                return {"rows": desk.find(text, lang, to, 1)}
            return {"rows": desk.term(text, lang, to, 50, 2)}

        fixed = {"rows": None, "text": text, "what": what, "lang": lang, "to": to}
        return await site.asked("terms.html", "/terms", text, answer, fixed, site.held_terms, site.term_languages)

    @router.get("/tools")
    async def tools() -> Response:
        return HTMLResponse(site.tools())

    @router.post("/tools/check")
    async def check(file: Annotated[UploadFile, File()]) -> Response:
        def answer() -> str:
            units = with_upload(desk.holdings, file, desk.read)
            found = desk.check(units)
            lines = [f"{counted(len(found), 'finding')} in {counted(len(units), 'unit')} of {file.filename}."]
            if len(found) > _SHOWN:
                lines.append(f"The first {_SHOWN} are shown; the API and duiyi term check give all.")
            return render("done.html", title="Terms checked", lines=lines, findings=_beside(found, units), pairs=[])

        return await site.done(answer)

    @router.post("/tools/extract")
    async def extract(
        memory: Annotated[str, Form()] = "",
        limit: Annotated[int, Form(ge=1, le=5_000)] = 100,
        add: Annotated[bool, Form()] = False,
    ) -> Response:
        def answer() -> str:
            if add:
                desk.holdings.check_writable()
            units = desk.units(memory, Filters())
            found = desk.extract(units, limit=limit, least=3, vectors=True, add=add)
            lines = [f"{counted(len(found['pairs']), 'pair')} from {counted(found['units'], 'unit')}."]
            if found["added"]:
                added, were = counted(found["added"], "entry", "entries"), plural(found["added"], "was", "were")
                lines.append(f"{added} {were} added to the glossary as proposed.")
            return render("done.html", title="Terms won", lines=lines, findings=[], pairs=found["pairs"])

        return await site.done(answer)

    @router.post("/tools/import")
    async def take(file: Annotated[UploadFile, File()]) -> Response:
        def answer() -> str:
            done = with_upload(desk.holdings, file, lambda path: desk.import_file(path, ImportOptions(), "", ""))
            lines = [f"{done['file']}: {counted(done['read'], 'unit')}, {done['new']:,} new, {done['folded']:,} known."]
            lines += [f"Left out: {count:,} ({why})." for why, count in done["left_out"].items()]
            lines += [f"Line {one['line']}: {one['message']}; the unit was left out." for one in done["problems"][:20]]
            if (more := len(done["problems"]) - 20) > 0:
                lines.append(f"{counted(more, 'more unit')} {plural(more, 'was', 'were')} left out.")
            return render("done.html", title="Units imported", lines=lines, findings=[], pairs=[])

        return await site.done(answer)

    @router.post("/tools/import-terms")
    async def take_terms(file: Annotated[UploadFile, File()], skip_faulty: Annotated[bool, Form()] = False) -> Response:
        def answer() -> str:
            done = with_upload(
                desk.holdings, file, lambda path: desk.take_terms(path, "concept", "", True, skip_faulty)
            )
            lines = [f"{counted(done['imported'], 'entry', 'entries')} imported, {done['entries']:,} in the glossary."]
            lines += [f"Columns: {done['columns']}."] if done["columns"] else []
            lines += [f"Line {one['line']}: {one['message']}; left out." for one in done["problems"][:20]]
            lines += [
                f"{one['term']}: {', '.join(one['stored'])} is stored, {', '.join(one['new'])} is new."
                for one in done["conflicts"][:20]
            ]
            return render("done.html", title="Terms imported", lines=lines, findings=[], pairs=[])

        return await site.done(answer)

    @router.get("/api/openapi.json")
    async def openapi() -> Response:
        return JSONResponse(app.openapi())

    @router.get("/api/docs")
    async def reference(request: Request) -> Response:
        found = app.openapi()
        base = f"{request.url.scheme}://{request.url.netloc}"
        return HTMLResponse(
            render(
                "docs.html",
                here="/api/docs",
                about=found["info"]["description"],
                base=base,
                operations=operations_of(found, base),
                answers=answers_of(found),
            )
        )

    return router


class _Site:
    """What the pages share."""

    def __init__(self, desk: Service, pools: Executors) -> None:
        self._desk = desk
        self._pools = pools

    def held(self) -> str:
        """What there is to ask, in a sentence."""
        units = sum(len(memory) for memory, _ in self._desk.holdings.asked())
        names = ", ".join(self._desk.holdings.memories)
        return f"{counted(units, 'unit')} in {names}."

    def held_terms(self) -> str:
        """How many entries there are, in a sentence."""
        terms = self._desk.holdings.terms()
        own = "the sample glossary" if terms.path == ":memory:" else "the glossary"
        return f"{counted(len(terms), 'entry', 'entries')} in {own}."

    def term_languages(self) -> list[str]:
        """The languages of the terms."""
        return self._desk.holdings.terms().languages()

    async def asked(
        self,
        template: str,
        here: str,
        text: str,
        answer: Callable[[], dict[str, Any]],
        fixed: dict[str, Any],
        held: Callable[[], str] = str,
        languages: Callable[[], list[str]] | None = None,
    ) -> Response:
        """The page with the answer, with what was wrong with the question, or without either."""

        def made() -> tuple[str, int]:
            error, status = "", 200
            values = dict(fixed)
            if text.strip():
                try:
                    values |= answer()
                except DuiyiError as one:
                    error, status = self._desk.holdings.told(str(one)), status_of(one)
            page = render(
                template,
                here=here,
                error=error,
                languages=(languages or self._desk.languages)(),
                memories=list(self._desk.holdings.memories),
                held="" if text.strip() else held(),
                **values,
            )
            return page, status

        page, status = await self._pools.ask(made)
        return HTMLResponse(page, status)

    def tools(self, error: str = "") -> str:
        """The page of files."""
        return render(
            "tools.html",
            here="/tools",
            error=error,
            memories=list(self._desk.holdings.memories),
            writable=self._desk.holdings.options.writable,
            exports=EXPORTS,
            term_exports=TERM_EXPORTS,
            clients=[(client.key, client.name) for client in CLIENTS.values()],
        )

    async def done(self, answer: Callable[[], str]) -> Response:
        """The page that ``answer`` makes, or the page of files with what was wrong."""
        try:
            return HTMLResponse(await self._pools.long(answer))
        except DuiyiError as error:
            return HTMLResponse(self.tools(self._desk.holdings.told(str(error))), status_of(error))


def _shown(hit: ConcordanceHit) -> dict[str, Any]:
    """A hit with both sides cut where something is marked."""
    found, answer = _cut(hit.text, hit.spans, "found"), _cut(hit.other, hit.counterpart, "answer")
    source, target = (found, answer) if hit.side == "source" else (answer, found)
    unit = hit.unit
    return {
        "source": source,
        "target": target,
        "source_lang": unit.source_lang,
        "target_lang": unit.target_lang,
        "unit": unit,
        "memory": hit.memory,
        "count": hit.count,
    }


def _cut(text: str, spans: Iterable[tuple[int, int]], kind: str) -> list[tuple[str, str]]:
    pieces, last = [], 0
    for start, end in sorted(spans):
        if start < last:
            continue  # overlaps the one before
        pieces += [(text[last:start], ""), (text[start:end], kind)]
        last = end
    return [piece for piece in [*pieces, (text[last:], "")] if piece[0]]


def _beside(found: Sequence[TermFinding], units: Sequence[Unit]) -> list[tuple[TermFinding, Unit]]:
    return [(one, units[one.unit]) for one in found[:_SHOWN]]
