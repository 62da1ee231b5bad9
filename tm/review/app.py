"""The web application of the editor: pages rendered here, small answers for the script, nothing sent elsewhere.

Handlers are plain functions that the framework runs on threads; what takes long runs on the worker of `tm.review.jobs`.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from corpora.errors import DuiyiError, UsageError
from models.encoder import Encoder
from tm.review.export import EXPORTS, Kept, write_units
from tm.review.jobs import Job, Jobs
from tm.review.journal import JournalConflict
from tm.review.pages import outline_of, render, row_views
from tm.review.repository import ReviewRepository
from tm.review.session import Order, ReviewSession, Show
from tm.web.guard import Guard, GuardOptions
from tm.web.limits import UploadLimits
from tm.web.uploads import clean_name

__all__ = ["ReviewOptions", "create"]

_CHUNK = 50  # rows that are shown and fetched together


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """How the editor runs.

    ``guard``: who may talk to it. ``max_upload``: bytes of one uploaded document. ``uploads``: documents that are taken
    at the same time. ``embeddings``: the checks of meaning run as well, where a work is small enough for them.
    """

    guard: GuardOptions = field(default_factory=GuardOptions)
    max_upload: int = 100_000_000
    uploads: int = 8
    embeddings: bool = True


class _TooLarge(Exception):
    pass


def create(shelf: ReviewRepository, encoder: Callable[[], Encoder], options: ReviewOptions | None = None) -> ASGIApp:
    """The application over the reviews of ``shelf``; ``encoder`` is called once something must be compared."""
    options = options or ReviewOptions()
    jobs = Jobs(shelf, encoder)
    site = _Site(shelf, jobs, encoder, options)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        jobs.close()
        shelf.close()

    routes = [
        Route("/", site.start),
        Route("/works", site.take, methods=["POST"]),
        Route("/works/{name}", site.show),
        Route("/works/{name}", site.delete, methods=["DELETE"]),
        Route("/works/{name}/documents/{side}", site.put, methods=["PUT"]),
        Route("/works/{name}/read", site.read, methods=["POST"]),
        Route("/works/{name}/align", site.align, methods=["POST"]),
        Route("/works/{name}/job", site.job),
        Route("/works/{name}/state", site.state),
        Route("/works/{name}/view", site.view),
        Route("/works/{name}/rows", site.rows),
        Route("/works/{name}/rows/{row:int}", site.row),
        Route("/works/{name}/edits", site.edit, methods=["POST"]),
        Route("/works/{name}/check", site.check, methods=["POST"]),
        Route("/works/{name}/history", site.history),
        Route("/works/{name}/export", site.export),
        Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"), packages=[("tm.web", "static")])),
    ]
    handlers: Any = {
        JournalConflict: _conflict,
        DuiyiError: _refused,
        _TooLarge: partial(_too_large, options.max_upload),
    }
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    return Guard(UploadLimits(app, _takes_document, options.uploads), options.guard)


def _takes_document(method: str, path: str) -> bool:
    return (method, path) == ("POST", "/works") or (method == "PUT" and "/documents/" in path)


def _conflict(request: Request, error: Exception) -> Response:
    return JSONResponse({"message": str(error)}, 409)


def _refused(request: Request, error: Exception) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(render("message.html", title="That did not work", message=str(error)), 404)
    return JSONResponse({"message": str(error)}, 400)


def _too_large(limit: int, request: Request, error: Exception) -> Response:
    return JSONResponse({"message": f"the file is larger than {limit // 1_000_000:,} MB"}, 413)


class _Site:
    """The handlers; they share the shelf and the worker."""

    def __init__(
        self, shelf: ReviewRepository, jobs: Jobs, encoder: Callable[[], Encoder], options: ReviewOptions
    ) -> None:
        self._shelf = shelf
        self._jobs = jobs
        self._encoder = encoder if options.embeddings else None
        self._options = options
        self._checked: set[str] = set()
        self._unchecked: dict[str, ReviewSession] = {}
        self._render = partial(render, secret=options.guard.secret, who=shelf.who)

    def _work(self, request: Request) -> ReviewSession:
        return self._shelf.work(request.path_params["name"])

    def start(self, request: Request) -> Response:
        return HTMLResponse(self._render("start.html", entries=self._shelf.entries(), limit=self._options.max_upload))

    async def take(self, request: Request) -> Response:
        """A new review: of the units in the body where it is called something, else of two documents to come."""
        name = request.query_params.get("name", "")
        if not name:
            return JSONResponse({"id": await run_in_threadpool(self._shelf.new_documents)})
        with TemporaryDirectory(prefix="duiyi-") as folder:
            path = Path(folder) / clean_name(name)
            await self._save(request, path)
            return JSONResponse({"id": await run_in_threadpool(self._shelf.take_units, path, name)})

    async def put(self, request: Request) -> Response:
        side = request.path_params["side"]
        if side not in ("source", "target"):
            raise UsageError("a document is the source or the target")
        name = request.path_params["name"]
        if self._shelf.meta(name).get("stage") != "documents":
            raise UsageError("this review has its units already")
        path = self._shelf.document(name, side, request.query_params.get("name", ""))
        await self._save(request, path)
        return JSONResponse({"path": path.name})

    async def _save(self, request: Request, path: Path) -> None:
        """Write the body to ``path`` as it comes in, all of it or nothing; its head may lie about its size."""
        size = 0
        try:
            with path.open("wb") as file:
                async for part in request.stream():
                    size += len(part)
                    if size > self._options.max_upload:
                        raise _TooLarge
                    file.write(part)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if not size:
            path.unlink(missing_ok=True)
            raise UsageError(f"{path.name} is empty")

    def show(self, request: Request) -> Response:
        """The editor, or what comes before it: the structure of both documents and how far the work is."""
        name = request.path_params["name"]
        meta = self._shelf.meta(name)
        if meta.get("stage") == "units":
            return self._editor(name, meta)
        job = self._jobs.get(name)
        if job is None:
            self._jobs.read(name)
            job = self._jobs.get(name) or Job("reading")
        documents = [(document, outline_of(document)) for document in job.documents or ()]
        title = self._shelf.meta(name).get("title", "")
        return HTMLResponse(self._render("structure.html", name=name, title=title, job=job, documents=documents))

    def _editor(self, name: str, meta: Mapping[str, str]) -> Response:
        work = self._shelf.work(name)
        if name not in self._checked:
            self._checked.add(name)
            # The checks begin when the page asks how they fare: they must not slow down the page itself.
            if work.announce():
                self._unchecked[name] = work
        ids = work.view()
        state = work.state()
        page = self._render(
            "editor.html",
            name=name,
            title=meta.get("title", ""),
            warnings=[line for line in meta.get("warnings", "").split("\n") if line],
            languages=work.languages,
            rows=row_views(work, ids[:_CHUNK], "suspects"),
            data=json.dumps({"name": name, "chunk": _CHUNK, "ids": ids, "state": state}).replace("<", "\\u003c"),
            exports=EXPORTS,
        )
        return HTMLResponse(page)

    def delete(self, request: Request) -> Response:
        self._shelf.delete(request.path_params["name"])
        self._unchecked.pop(request.path_params["name"], None)
        return JSONResponse({})

    async def read(self, request: Request) -> Response:
        body = await _json(request)
        languages = str(body.get("source_lang") or "") or None, str(body.get("target_lang") or "") or None
        await run_in_threadpool(self._jobs.read, request.path_params["name"], languages)
        return JSONResponse({})

    async def align(self, request: Request) -> Response:
        body = await _json(request)
        await run_in_threadpool(self._jobs.align, request.path_params["name"], str(body.get("unit", "sentence")))
        return JSONResponse({})

    def job(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["name"]) or Job("reading")
        return JSONResponse(
            {"stage": job.stage, "step": job.step, "share": round(job.share, 3), "message": job.message}
        )

    def state(self, request: Request) -> Response:
        waiting = self._unchecked.pop(request.path_params["name"], None)
        if waiting is not None:
            self._start(waiting)
        return JSONResponse(self._work(request).state())

    def view(self, request: Request) -> Response:
        work, query = self._work(request), request.query_params
        order: Order = _one_of(query.get("order", "suspects"), Order)
        show: Show = _one_of(query.get("show", "all"), Show)
        return JSONResponse({"ids": work.view(order, show, query.get("text", "")), "state": work.state()})

    def rows(self, request: Request) -> Response:
        query = request.query_params
        try:
            ids = [int(one) for one in query.get("ids", "").split(",") if one][: 10 * _CHUNK]
        except ValueError as error:
            raise UsageError("ids are numbers") from error
        order: Order = _one_of(query.get("order", "suspects"), Order)
        work = self._work(request)
        page = self._render("rows.html", rows=row_views(work, ids, order), languages=work.languages)
        return HTMLResponse(page)

    def row(self, request: Request) -> Response:
        return JSONResponse(self._work(request).row(request.path_params["row"]))

    async def edit(self, request: Request) -> Response:
        body = await _json(request)
        edit, version = body.get("edit"), body.get("version")
        if not isinstance(edit, dict) or type(version) is not int:
            raise UsageError("an edit comes with the version that it was made on")
        work = await run_in_threadpool(self._work, request)
        change = await run_in_threadpool(work.edit, edit, version)
        if work.stale:
            self._check(work)
        return JSONResponse({"old": change.old, "new": change.new, "state": await run_in_threadpool(work.state)})

    def check(self, request: Request) -> Response:
        self._check(self._work(request))
        return JSONResponse({})

    def _check(self, work: ReviewSession) -> None:
        if work.announce():
            self._start(work)

    def _start(self, work: ReviewSession) -> None:
        self._jobs.submit(lambda: work.check_all(self._encoder))

    def history(self, request: Request) -> Response:
        return HTMLResponse(self._render("history.html", events=self._work(request).past()))

    def export(self, request: Request) -> Response:
        """The units in the format asked for, as a file to keep."""
        work, query = self._work(request), request.query_params
        suffix = query.get("format", ".tmx")
        if suffix not in EXPORTS:
            raise UsageError(f"{suffix} is no format to export to")
        keep: Kept = _one_of(query.get("keep", "all"), Kept)
        stem = clean_name(work.meta.get("title", "review")).split(".")[0] or "review"
        with TemporaryDirectory(prefix="duiyi-") as folder:
            path = Path(folder) / f"{stem}.reviewed{suffix.replace('.2.xlf', '.xlf')}"
            write_units(path, work.units(), keep, "2.1" if suffix == ".2.xlf" else "1.2")
            content = path.read_bytes()
        from urllib.parse import quote

        disposition = f"attachment; filename*=UTF-8''{quote(path.name)}"
        return Response(content, headers={"content-disposition": disposition}, media_type="application/octet-stream")


def _one_of(value: str, choice: Any) -> Any:
    if value not in get_args(choice):
        raise UsageError(f"{value[:40]!r} is none of {', '.join(get_args(choice))}")
    return value


async def _json(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > 10_000_000:
            raise _TooLarge
    try:
        found = json.loads(bytes(body) or b"{}")
    except (ValueError, RecursionError) as error:
        raise UsageError("the request is no JSON") from error
    if not isinstance(found, dict):
        raise UsageError("the request is no JSON object")
    return found
