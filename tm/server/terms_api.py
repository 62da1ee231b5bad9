"""`/api/terms/`: terminology. What `duiyi term` does, with the same names and JSON keys."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.responses import JSONResponse, Response

from corpora.errors import UsageError
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.memory_api import ERRORS
from tm.server.requests import FindRequest, TermRequest, UnitsRequest
from tm.server.responses import ExtractionResponse, TermFindingResponse, TermImportResponse, TermResponse
from tm.server.service import units_of
from tm.server.uploads import file_response, with_upload
from tm.store.filters import Filters
from tm.terms.serialization import finding_row

__all__ = ["check", "check_file", "export", "extract", "find", "find_posted", "lookup", "report", "router", "take"]

router = APIRouter(prefix="/terms", tags=["terms"], responses=ERRORS)


@router.get("/lookup", summary="Look up a term", response_model=list[TermResponse],
            response_model_exclude_none=True)  # fmt: skip
async def lookup(
    request: Annotated[TermRequest, Query()], service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """Translations of a term: exact, inflected, prefix, pattern and fuzzy matches."""

    def rows() -> list[dict[str, Any]]:
        return service.lookup_term(request.text, request.lang, request.to, request.limit, request.examples)

    return JSONResponse(await executors.query(rows))


@router.get("/find", summary="All terms of a text", response_model=list[TermResponse])
async def find(
    request: Annotated[FindRequest, Query()], service: ServiceDependency, executors: ExecutorsDependency
) -> Response:
    """The terms in a text, in order; those inside longer ones are marked as nested."""

    def rows() -> list[dict[str, Any]]:
        return service.find_terms(request.text, request.lang, request.to, request.examples)

    return JSONResponse(await executors.query(rows))


@router.post("/find", summary="All terms of a long text", response_model=list[TermResponse])
async def find_posted(request: FindRequest, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """As GET."""
    return await find(request, service, executors)


@router.post("/import", summary="Import a glossary", response_model=TermImportResponse)
async def take(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    file: Annotated[UploadFile, File(description="TBX, CSV, TSV, XLSX, OmegaT's glossary, UTX, JSONL.")],
    merge: Annotated[
        Literal["concept", "term", "none"],
        Form(description="What identifies the same entry: its id, its term, or nothing."),
    ] = "concept",
    columns: Annotated[str, Form(description='Columns of a table, from 1: "zh=1,en=2,note=4".')] = "",
    header: Annotated[bool, Form(description="With columns: the first row is a header.")] = True,
    skip_faulty: Annotated[bool, Form(description="Import the valid entries of a faulty file.")] = False,
) -> Response:
    """Import a glossary; a faulty file is refused as a whole unless its faulty entries are to be skipped."""
    service.resources.check_writable()

    def imported() -> dict[str, Any]:
        return with_upload(
            service.resources,
            file,
            lambda path: service.import_terms(path, merge, columns, header, skip_faulty),
            "terms",
        )

    return JSONResponse(await executors.long(imported))


@router.get("/export", summary="Export the glossary", response_class=Response)
async def export(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    suffix: Annotated[str, Query(alias="format", description="tbx, csv, tsv, xlsx, utf8, utx or jsonl.")] = "tbx",
    source: Annotated[str, Query(description="Source language; by default all languages.")] = "",
    target: Annotated[str, Query(description="Target language.")] = "",
    tbx: Annotated[str, Query(description="Version of TBX: 2, 3-dca or 3-dct.")] = "2",
    subject: Annotated[str, Query(description="Only entries of this subject field.")] = "",
) -> Response:
    """The term base as a file."""

    def exported() -> Response:
        return file_response(
            service.resources, lambda folder: service.export_terms(folder, suffix, (source, target), tbx, subject)
        )

    return await executors.long(exported)


@router.post("/extract", summary="Extract terms from units", response_model=ExtractionResponse)
async def extract(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    file: Annotated[UploadFile | None, File(description="Units; without a file a memory is used.")] = None,
    memory: Annotated[str, Form(description="Name of the memory; the first one by default.")] = "",
    limit: Annotated[int, Form(ge=1, le=5_000, description="Largest number of pairs.")] = 500,
    least: Annotated[int, Form(ge=2, description="Smallest number of units in which both terms occur.")] = 3,
    vectors: Annotated[bool, Form(description="Compare meanings with the encoder too.")] = True,
    add: Annotated[bool, Form(description="Add them to the term base with the status proposed.")] = False,
) -> Response:
    """Pairs of terms from a file of units or from a memory, best first."""
    if file is not None and memory:
        raise UsageError("give a file or name a memory, not both")
    if add:
        service.resources.check_writable()

    def extracted() -> dict[str, Any]:
        if file is None:
            units = service.units(memory, Filters())
        else:
            units = with_upload(service.resources, file, service.read_units, None)
        return service.extract_terms(units, limit=limit, least=least, vectors=vectors, add=add)

    return JSONResponse(await executors.long(extracted))


@router.post("/check", summary="Check units", response_model=list[TermFindingResponse])
async def check(request: UnitsRequest, service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """Missing, forbidden and inconsistent terms in units sent as JSON."""
    units = units_of(request.units)
    return JSONResponse(await executors.long(lambda: [finding_row(one) for one in service.check_terms(units)]))


@router.post("/check/file", summary="Check a file", response_model=list[TermFindingResponse])
async def check_file(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    file: Annotated[UploadFile, File(description="File of units: TMX, XLIFF, TSV, JSONL, PO …")],
) -> Response:
    """As above, for a file of units."""

    def findings() -> list[dict[str, Any]]:
        units = with_upload(service.resources, file, service.read_units, None)
        return [finding_row(one) for one in service.check_terms(units)]

    return JSONResponse(await executors.long(findings))


@router.post("/report", summary="Report on the terms of a file", response_class=Response)
async def report(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    file: Annotated[UploadFile, File(description="File of units: TMX, XLIFF, TSV, JSONL, PO …")],
    limit: Annotated[int, Form(ge=1, le=1_000, description="Largest number of terms.")] = 40,
) -> Response:
    """A web page with the most frequent terms, where each occurs, and its competing translations."""

    def page() -> Response:
        units = with_upload(service.resources, file, service.read_units, None)
        return file_response(
            service.resources, lambda folder: service.term_report(folder, str(file.filename), units, limit)
        )

    return await executors.long(page)
