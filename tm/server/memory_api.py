"""`/api/`: the memories. What `duiyi lookup`, `concordance` and `memory` do, with the same names and JSON keys."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Header, Query, UploadFile
from starlette.responses import JSONResponse, Response

from tm.jobs.import_file import ImportOptions
from tm.pretranslation.filling import PretranslateOptions
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.requests import (
    AddRequest,
    BatchRequest,
    ConcordanceRequest,
    ExportRequest,
    LookupRequest,
    Status,
)
from tm.server.responses import ErrorResponse, HitResponse, ImportResponse, MatchResponse, MemoryResponse, StatsResponse
from tm.server.service import add_json, units_of
from tm.server.uploads import file_response, with_upload
from tm.store.filters import Filters, origin_penalties

__all__ = [
    "ERRORS", "add", "batch", "concordance", "concordance_posted", "export", "fill", "lookup", "lookup_posted",
    "memories", "router", "stats", "take",
]  # fmt: skip

#: The errors that every operation may respond with.
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorResponse, "description": "The parameters or the file cannot be used"},
    403: {"model": ErrorResponse, "description": "The server is read-only"},
    404: {"model": ErrorResponse, "description": "There is no memory of this name"},
    408: {"model": ErrorResponse, "description": "The upload of a file stopped"},
    409: {"model": ErrorResponse, "description": "The memory cannot be used: it is damaged, or newer than this server"},
    413: {"model": ErrorResponse, "description": "The body is too large"},
    423: {"model": ErrorResponse, "description": "Another program is writing to the memory; try again"},
    429: {"model": ErrorResponse, "description": "Too many requests from one address"},
    503: {"model": ErrorResponse, "description": "The server is busy; try again"},
}

router = APIRouter(tags=["memory"], responses=ERRORS)


@router.get("/lookup", summary="Look up a text", response_model=list[MatchResponse])
async def lookup(
    request: Annotated[LookupRequest, Query()], service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """Matches of a text, best first: context, exact and fuzzy matches, then semantic ones."""
    options = request.options(previous=request.previous, next=request.following)

    def matches() -> list[dict[str, Any]]:
        found = service.lookup(request.text, options, request.memory, request.semantic, assemble=request.assemble)
        return [match.to_dict() for match in found]

    return JSONResponse(await executors.query(matches))


@router.post("/lookup", summary="Look up a long text", response_model=list[MatchResponse])
async def lookup_posted(request: LookupRequest, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """As GET, for texts that are too long for an address or should not appear in the logs of proxies."""
    return await lookup(request, service, executors)


@router.post("/lookup/batch", summary="Look up many texts", response_model=list[list[MatchResponse]])
async def batch(request: BatchRequest, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """A list of matches for each text. Each text is the context of the next, for context matches."""
    options = request.options()

    def matches() -> list[list[dict[str, Any]]]:
        found = service.batch(request.texts, options, request.memory, request.semantic)
        return [[match.to_dict() for match in matches] for matches in found]

    return JSONResponse(await executors.query(matches))


@router.get("/concordance", summary="Find a phrase", response_model=list[HitResponse])
async def concordance(
    request: Annotated[ConcordanceRequest, Query()], service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """Units that contain a phrase on either side, the best examples first, with its probable translation marked."""
    options = request.options()

    def hits() -> list[dict[str, Any]]:
        return [hit.to_dict() for hit in service.concordance(request.text, options, request.memory)]

    return JSONResponse(await executors.query(hits))


@router.post("/concordance", summary="Find a phrase that should not be part of an address",
             response_model=list[HitResponse])  # fmt: skip
async def concordance_posted(
    request: ConcordanceRequest, service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """As GET."""
    return await concordance(request, service, executors)


@router.post("/add", summary="Add units", response_model=ImportResponse)
async def add(
    request: AddRequest,
    service: ServiceDependency,
    executors: ExecutorsDependency,
    idempotency_key: Annotated[
        str, Header(max_length=200, description="A name of this addition; when it is repeated, nothing is added twice.")
    ] = "",
) -> Response:
    """Add units to the first memory, in one step; duplicates are merged, units without text are left out."""
    units = units_of(request.units)
    return JSONResponse(await executors.write(lambda: add_json(service.add(units, request.keep, idempotency_key))))


@router.post("/import", summary="Import a file", response_model=ImportResponse)
async def take(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    file: Annotated[UploadFile, File(description="TMX, XLIFF, PO, CSV, TSV, XLSX, JSONL … by its extension.")],
    source_lang: Annotated[str, Form(description="Source language of the units to import.")] = "",
    target_lang: Annotated[str, Form(description="Target language.")] = "",
    keep: Annotated[Literal["all", "newest", "best"], Form(description="Which translations are kept.")] = "all",
    strict: Annotated[bool, Form(description="Refuse the file if one unit of it is damaged.")] = False,
    min_quality: Annotated[float | None, Form(ge=0, le=1, description="Lowest quality score.")] = None,
    status: Annotated[Status | Literal[""], Form(description="Status to set.")] = "",
) -> Response:
    """Import a file into the first memory: valid units are added, damaged ones are reported by line."""
    options = ImportOptions(keep, strict, min_quality, status)
    # Checked before anything is read, so that a read-only server reports it at once.
    service.resources.check_writable()

    def imported() -> dict[str, Any]:
        return with_upload(
            service.resources, file, lambda path: service.import_file(path, options, source_lang, target_lang), None
        )

    return JSONResponse(await executors.long(imported))


@router.post("/pretranslate", summary="Fill a file from the memories", response_class=Response)
async def fill(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    file: Annotated[UploadFile, File(description="XLIFF, SDLXLIFF, mqxliff, PO, or a document.")],
    minimum: Annotated[int, Form(alias="min", ge=30, le=100, description="Lowest score of matches.")] = 75,
    suffix: Annotated[
        Literal["", "xlf", "docx"], Form(alias="format", description="What a document becomes: xlf or docx.")
    ] = "",
    source_lang: Annotated[str, Form(description="Source language, if the file does not name it.")] = "",
    target_lang: Annotated[str, Form(description="Target language, if the file does not name it.")] = "",
    prefer: Annotated[list[str] | None, Form(description="Of equal matches first those from these files.")] = None,
    exclude_origin: Annotated[list[str] | None, Form(description="Leave out units from these files.")] = None,
    penalty: Annotated[list[str] | None, Form(description="ORIGIN=POINTS: points to deduct.")] = None,
) -> Response:
    """The file with its empty translations filled; what is only similar is marked for review."""
    options = PretranslateOptions(
        minimum,
        Filters(source_lang, target_lang, exclude_origin=tuple(exclude_origin or ())),
        prefer=tuple(prefer or ()),
        penalties=origin_penalties(penalty or ()),
    )

    def filled() -> Response:
        return file_response(
            service.resources,
            lambda folder: with_upload(
                service.resources, file, lambda path: service.pretranslate(path, folder, suffix, options)[0]
            ),
        )

    return await executors.long(filled)


@router.get("/export", summary="Export units", response_class=Response)
async def export(
    request: Annotated[ExportRequest, Query()], service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """The units of one memory as a file."""
    name = request.memory[0] if request.memory else ""

    def exported() -> Response:
        return file_response(
            service.resources,
            lambda folder: service.export(
                folder, request.suffix, request.client, request.xliff, request.filters(), name
            ),
        )

    return await executors.long(exported)


@router.get("/memories", summary="The memories", response_model=list[MemoryResponse])
async def memories(service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """The memories of this server, by the names that the other operations use."""
    return JSONResponse(await executors.query(service.memories))


@router.get("/stats", summary="Statistics of a memory", response_model=StatsResponse)
async def stats(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    memory: Annotated[str, Query(description="Its name; the first one by default.")] = "",
) -> Response:
    """The number of units, texts, languages, states and origins."""
    return JSONResponse(await executors.query(lambda: service.stats(memory)))
