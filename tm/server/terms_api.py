"""`/api/terms/`: terminology. What `duiyi term` does, with the same names and the same answers."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.responses import JSONResponse, Response

from corpora.errors import UsageError
from tm.server.executors import Executors
from tm.server.memory_api import FAULTS
from tm.server.requests import FindRequest, TermRequest, UnitsRequest
from tm.server.responses import ExtractionResponse, TermFindingResponse, TermImportResponse, TermResponse
from tm.server.service import Service, units_of
from tm.server.uploads import with_upload, written
from tm.store.filters import Filters
from tm.terms.serialization import finding_row

__all__ = ["terms_router"]


def terms_router(desk: Service, pools: Executors) -> APIRouter:
    """The operations on terms."""
    router = APIRouter(prefix="/terms", tags=["terms"], responses=FAULTS)

    @router.get("/lookup", summary="Look up a term", response_model=list[TermResponse],
                response_model_exclude_none=True)  # fmt: skip
    async def lookup(question: Annotated[TermRequest, Query()]) -> Response:
        """What a term is called: equal, inflected, by prefix, by pattern, alike."""
        return JSONResponse(
            await pools.ask(
                lambda: desk.term(question.text, question.lang, question.to, question.limit, question.examples)
            )
        )

    async def all_of(question: FindRequest) -> Response:
        return JSONResponse(
            await pools.ask(lambda: desk.find(question.text, question.lang, question.to, question.examples))
        )

    @router.get("/find", summary="All terms of a text", response_model=list[TermResponse])
    async def find(question: Annotated[FindRequest, Query()]) -> Response:
        """The terms that stand in a text, in its order, those inside longer ones marked as nested."""
        return await all_of(question)

    @router.post("/find", summary="All terms of a long text", response_model=list[TermResponse])
    async def find_posted(question: FindRequest) -> Response:
        """As GET."""
        return await all_of(question)

    @router.post("/import", summary="Import a glossary", response_model=TermImportResponse)
    async def take(
        file: Annotated[UploadFile, File(description="TBX, CSV, TSV, XLSX, OmegaT's glossary, UTX, JSONL.")],
        merge: Annotated[
            Literal["concept", "term", "none"], Form(description="What joins a stored entry: id, term or nothing.")
        ] = "concept",
        columns: Annotated[str, Form(description='Columns of a table, from 1: "zh=1,en=2,note=4".')] = "",
        header: Annotated[bool, Form(description="With columns: the first row is a header.")] = True,
        skip_faulty: Annotated[bool, Form(description="Import the sound entries of a faulty file.")] = False,
    ) -> Response:
        """Take in a glossary; one with a fault is refused whole, unless its faulty entries shall be skipped."""
        desk.holdings.check_writable()
        return JSONResponse(
            await pools.long(
                lambda: with_upload(
                    desk.holdings, file, lambda path: desk.take_terms(path, merge, columns, header, skip_faulty)
                )
            )
        )

    @router.get("/export", summary="Export the glossary", response_class=Response)
    async def export(
        suffix: Annotated[str, Query(alias="format", description="tbx, csv, tsv, xlsx, utf8, utx or jsonl.")] = "tbx",
        source: Annotated[str, Query(description="Source language of formats that have two.")] = "zh",
        target: Annotated[str, Query(description="Target language.")] = "en",
        tbx: Annotated[str, Query(description="Version of TBX: 2, 3-dca or 3-dct.")] = "2",
        subject: Annotated[str, Query(description="Only entries of this subject field.")] = "",
    ) -> Response:
        """The term base as a file."""
        return await pools.long(
            lambda: written(
                desk.holdings, lambda folder: desk.export_terms(folder, suffix, (source, target), tbx, subject)
            )
        )

    @router.post("/extract", summary="Win terms from units", response_model=ExtractionResponse)
    async def extract(
        file: Annotated[UploadFile | None, File(description="Units; without a file a memory is taken.")] = None,
        memory: Annotated[str, Form(description="Name of the memory; the first one by default.")] = "",
        limit: Annotated[int, Form(ge=1, le=5_000, description="Most pairs.")] = 500,
        least: Annotated[int, Form(ge=2, description="Fewest units in which both terms meet.")] = 3,
        vectors: Annotated[bool, Form(description="Compare meanings by the encoder too.")] = True,
        add: Annotated[bool, Form(description="Put them into the term base as proposed.")] = False,
    ) -> Response:
        """Pairs of terms from a file of units or from a memory, best first."""
        if file is not None and memory:
            raise UsageError("give a file or name a memory, not both")
        if add:
            desk.holdings.check_writable()

        def answer() -> dict[str, Any]:
            units = desk.units(memory, Filters()) if file is None else with_upload(desk.holdings, file, desk.read)
            return desk.extract(units, limit=limit, least=least, vectors=vectors, add=add)

        return JSONResponse(await pools.long(answer))

    @router.post("/check", summary="Check units", response_model=list[TermFindingResponse])
    async def check(question: UnitsRequest) -> Response:
        """Terms missing, forbidden, inconsistent, in units that come as JSON."""
        units = units_of(question.units)
        return JSONResponse(await pools.long(lambda: [finding_row(one) for one in desk.check(units)]))

    @router.post("/check/file", summary="Check a file", response_model=list[TermFindingResponse])
    async def check_file(
        file: Annotated[UploadFile, File(description="Units: TMX, XLIFF, TSV, JSONL, PO …")],
    ) -> Response:
        """As above, for a file of units."""
        return JSONResponse(
            await pools.long(
                lambda: [finding_row(one) for one in desk.check(with_upload(desk.holdings, file, desk.read))]
            )
        )

    @router.post("/report", summary="Draw the terms of a file", response_class=Response)
    async def report(
        file: Annotated[UploadFile, File(description="Units: TMX, XLIFF, TSV, JSONL, PO …")],
        limit: Annotated[int, Form(ge=1, le=1_000, description="Most terms shown.")] = 40,
    ) -> Response:
        """A page of its own: the most frequent terms, where each occurs, and what competes for its translation."""

        def answer() -> Response:
            units = with_upload(desk.holdings, file, desk.read)
            return written(desk.holdings, lambda folder: desk.report(folder, str(file.filename), units, limit))

        return await pools.long(answer)

    return router
