"""`/api/`: the memories. What `duiyi lookup`, `concordance` and `memory` do, by the same names, answered alike."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.responses import JSONResponse, Response

from tm.jobs.import_file import ImportOptions
from tm.server.executors import Executors
from tm.server.requests import (
    AddRequest,
    BatchRequest,
    ConcordanceRequest,
    ExportRequest,
    LookupRequest,
    Status,
)
from tm.server.responses import ErrorResponse, HitResponse, ImportResponse, MatchResponse, MemoryResponse, StatsResponse
from tm.server.service import Service, add_json, units_of
from tm.server.uploads import with_upload, written

__all__ = ["FAULTS", "memory_router"]

#: What every operation may answer besides.
FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorResponse, "description": "A question or a file that cannot be used as it is"},
    403: {"model": ErrorResponse, "description": "The server is read-only"},
    404: {"model": ErrorResponse, "description": "A name that no memory has"},
    408: {"model": ErrorResponse, "description": "A file of which nothing more came"},
    409: {"model": ErrorResponse, "description": "The memory cannot be used: it is damaged, or newer than this server"},
    413: {"model": ErrorResponse, "description": "The body is too large"},
    423: {"model": ErrorResponse, "description": "Another program is writing to the memory; try again"},
    429: {"model": ErrorResponse, "description": "Too many requests from one address"},
    503: {"model": ErrorResponse, "description": "The server has more to do than it can; try again"},
}


def memory_router(desk: Service, pools: Executors) -> APIRouter:
    """The operations on memories."""
    router = APIRouter(tags=["memory"], responses=FAULTS)

    async def find(question: LookupRequest) -> Response:
        options = question.options(previous=question.previous, next=question.following)

        def answer() -> list[dict[str, Any]]:
            found = desk.lookup(question.text, options, question.memory, question.semantic)
            return [match.to_dict() for match in found]

        return JSONResponse(await pools.ask(answer))

    @router.get("/lookup", summary="Look up a text", response_model=list[MatchResponse])
    async def lookup(question: Annotated[LookupRequest, Query()]) -> Response:
        """Matches of a text, best first: in the same context, the same, the like of it, then the same in meaning."""
        return await find(question)

    @router.post("/lookup", summary="Look up a long text", response_model=list[MatchResponse])
    async def lookup_posted(question: LookupRequest) -> Response:
        """As GET, for texts that are too long for an address or shall not stand in the logs of proxies."""
        return await find(question)

    @router.post("/lookup/batch", summary="Look up many texts", response_model=list[list[MatchResponse]])
    async def batch(question: BatchRequest) -> Response:
        """A list of matches for each text. The texts are taken to stand one behind the other, for context matches."""
        options = question.options()

        def answer() -> list[list[dict[str, Any]]]:
            found = desk.batch(question.texts, options, question.memory, question.semantic)
            return [[match.to_dict() for match in matches] for matches in found]

        return JSONResponse(await pools.ask(answer))

    async def stand(question: ConcordanceRequest) -> Response:
        options = question.options()
        return JSONResponse(
            await pools.ask(
                lambda: [hit.to_dict() for hit in desk.concordance(question.text, options, question.memory)]
            )
        )

    @router.get("/concordance", summary="Find a phrase", response_model=list[HitResponse])
    async def concordance(question: Annotated[ConcordanceRequest, Query()]) -> Response:
        """Where a phrase stands, on either side, most telling first, with what probably answers to it marked."""
        return await stand(question)

    @router.post("/concordance", summary="Find a phrase that shall not stand in an address",
                 response_model=list[HitResponse])  # fmt: skip
    async def concordance_posted(question: ConcordanceRequest) -> Response:
        """As GET."""
        return await stand(question)

    @router.post("/add", summary="Add units", response_model=ImportResponse)
    async def add(question: AddRequest) -> Response:
        """Add units to the first memory, in one step; equal ones fold into one, those without text are left out."""
        units = units_of(question.units)
        return JSONResponse(await pools.write(lambda: add_json(desk.add(units, question.keep))))

    @router.post("/import", summary="Import a file", response_model=ImportResponse)
    async def take(
        file: Annotated[UploadFile, File(description="TMX, XLIFF, PO, CSV, TSV, XLSX, JSONL … by its extension.")],
        source_lang: Annotated[str, Form(description="Source language wanted of each unit.")] = "",
        target_lang: Annotated[str, Form(description="Target language.")] = "",
        keep: Annotated[Literal["all", "newest", "best"], Form(description="Which translations stay.")] = "all",
        strict: Annotated[bool, Form(description="Refuse the file where one unit of it is damaged.")] = False,
        min_quality: Annotated[float | None, Form(ge=0, le=1, description="Least quality score.")] = None,
        status: Annotated[Status | Literal[""], Form(description="Status to give.")] = "",
    ) -> Response:
        """Take a file into the first memory: what is sound goes in, the rest is named by line."""
        options = ImportOptions(keep, strict, min_quality, status)
        # Before anything is read, so that a read-only server says so at once.
        desk.holdings.check_writable()
        return JSONResponse(
            await pools.long(
                lambda: with_upload(
                    desk.holdings, file, lambda path: desk.import_file(path, options, source_lang, target_lang)
                )
            )
        )

    @router.get("/export", summary="Export units", response_class=Response)
    async def export(
        conditions: Annotated[ExportRequest, Query()],
    ) -> Response:
        """The units of one memory as a file."""
        name = conditions.memory[0] if conditions.memory else ""
        return await pools.long(
            lambda: written(
                desk.holdings,
                lambda folder: desk.export(
                    folder, conditions.suffix, conditions.client, conditions.xliff, conditions.filters(), name
                ),
            )
        )

    @router.get("/memories", summary="The memories", response_model=list[MemoryResponse])
    async def memories() -> Response:
        """The memories that are served, by the names that the other operations take."""
        return JSONResponse(await pools.ask(desk.memories))

    @router.get("/stats", summary="Count what is in a memory", response_model=StatsResponse)
    async def stats(memory: Annotated[str, Query(description="Its name; the first one by default.")] = "") -> Response:
        """Units, texts, languages, states, origins."""
        return JSONResponse(await pools.ask(lambda: desk.stats(memory)))

    return router
