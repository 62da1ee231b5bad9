"""The web application of the editor: pages rendered on the server, JSON for the script, nothing sent to other hosts.

Handlers are plain functions that the framework runs on threads; long tasks run on the worker of `tm.review.jobs`.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from corpora.arguments import check_choice
from corpora.errors import DuiyiError, StoreError, UsageError
from corpora.translation import translated
from models.encoder import Encoder
from tm.report.outputs import write_kinds
from tm.review.assistance import Assistance
from tm.review.export import REVIEW_EXPORTS, Selection, exported, write_units
from tm.review.jobs import Job, Jobs
from tm.review.journal import JournalConflict
from tm.review.pages import outline_of, render, row_views
from tm.review.repository import NoReview, ReviewRepository, ReviewSummary
from tm.review.session import Order, ReviewSession, Show
from tm.templates import prepare
from tm.web.guard import Guard, GuardOptions
from tm.web.language import Language, choose_language, page_address
from tm.web.limits import UploadLimits
from tm.web.refusals import READ_ONLY, store_status
from tm.web.uploads import clean_name
from tm.web.visitor import Forbidden, Visitor, trace_of

__all__ = ["Editor", "ReviewOptions", "create"]

_CHUNK = 50  # rows that are shown and fetched together
_FIRST = 20  # rows of the page itself: a window of them, so that they are shown soon
_LISTED, _MOST_PAGES = 100, 10_000  # reviews on a page of the list


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """How the editor runs.

    ``guard``: who may connect. ``max_upload``: the largest upload in bytes. ``uploads``: how many uploads are accepted
    at the same time. ``embeddings``: also run the checks of meaning, where a review is small enough for them.
    ``assistance``: the memories and terms to show beside the units. ``writable``: they may be added to.
    """

    guard: GuardOptions = field(default_factory=GuardOptions)
    max_upload: int = 100_000_000
    uploads: int = 8
    embeddings: bool = True
    assistance: Assistance | None = None
    writable: bool = True


class _TooLarge(Exception):
    pass


def create(
    repository: ReviewRepository, encoder: Callable[[], Encoder], options: ReviewOptions | None = None
) -> ASGIApp:
    """The application for the reviews of ``repository``; ``encoder`` is called when vectors are first needed."""
    options = options or ReviewOptions()
    editor = Editor(repository, encoder, options)
    return Language(Guard(UploadLimits(editor, _is_upload, options.uploads), options.guard))


class Editor:
    """The ASGI application without access control, for an application that has its own."""

    def __init__(self, repository: ReviewRepository, encoder: Callable[[], Encoder], options: ReviewOptions) -> None:
        """As `create`."""
        self._repository = repository
        self._jobs = Jobs(repository, encoder)
        site = _Site(repository, self._jobs, encoder, options)
        prepare("tm.review", "base.html", "editor.html", "rows.html")
        statics = StaticFiles(directory=Path(__file__).with_name("static"), packages=[("tm.web", "static")])
        one = "/reviews/{name}"
        routes = [
            Route("/", site.start),
            Route("/language/{code}", choose_language),
            Route("/list", site.list),
            Route("/reviews", site.add, methods=["POST"]),
            Route("/sample", site.add_sample, methods=["POST"]),
            Route(one, site.show),
            Route(one, site.delete, methods=["DELETE"]),
            Route(f"{one}/documents/{{side}}", site.put, methods=["PUT"]),
            Route(f"{one}/read", site.read, methods=["POST"]),
            Route(f"{one}/align", site.align, methods=["POST"]),
            Route(f"{one}/job", site.job),
            Route(f"{one}/stop", site.stop, methods=["POST"]),
            Route(f"{one}/state", site.state),
            Route(f"{one}/view", site.view),
            Route(f"{one}/rows", site.rows),
            Route(f"{one}/rows/{{row:int}}", site.row),
            Route(f"{one}/edits", site.edit, methods=["POST"]),
            Route(f"{one}/check", site.check, methods=["POST"]),
            Route(f"{one}/history", site.history),
            Route(f"{one}/sections", site.sections),
            Route(f"{one}/dismissed", site.dismissed),
            Route(f"{one}/baseline", site.baseline),
            Route(f"{one}/rows/{{row:int}}/help", site.help),
            Route(f"{one}/concordance", site.concordance),
            Route(f"{one}/memory", site.send, methods=["POST"]),
            Route(f"{one}/terms", site.add_term, methods=["POST"]),
            Route(f"{one}/export", site.export),
            Route(f"{one}/assignment", site.assign, methods=["PUT"]),
            Mount("/static", statics),
        ]
        handlers: Any = {
            JournalConflict: _conflict,
            DuiyiError: _refused,
            _TooLarge: partial(_too_large, options.max_upload),
        }
        self._app = Starlette(routes=routes, exception_handlers=handlers, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        yield
        self.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond."""
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Cancel waiting jobs and close the reviews."""
        self._jobs.close()
        self._repository.close()


def _is_upload(method: str, path: str) -> bool:
    return (method, path) == ("POST", "/reviews") or (method == "PUT" and "/documents/" in path)


def _conflict(request: Request, error: Exception) -> Response:
    return JSONResponse({"message": translated(str(error))}, 409)


def _refused(request: Request, error: Exception) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        page = render(
            "message.html", root=_root(request), title=translated("The request failed"), message=translated(str(error))
        )
        return HTMLResponse(page, 403 if isinstance(error, Forbidden) else 404)
    status = 404 if isinstance(error, NoReview) else 403 if isinstance(error, Forbidden) else 400
    if isinstance(error, StoreError):
        status = store_status(error)
    return JSONResponse({"message": translated(str(error))}, status)


def _home(request: Request) -> str:
    """The start page: of the application if the editor is a part of one."""
    return f"{trace_of(request.scope).visitor.root}/start" if request.scope.get("root_path") else f"{_root(request)}/"


def _root(request: Request) -> str:
    """What the paths of the editor begin with: "" where it is served by itself."""
    return f"{trace_of(request.scope).visitor.root}{request.scope.get('root_path', '')}"


def _too_large(limit: int, request: Request, error: Exception) -> Response:
    return JSONResponse({"message": translated(f"the file is larger than {limit // 1_000_000:,} MB")}, 413)


class _Site:
    """The handlers; they share the repository and the background worker."""

    def __init__(
        self, repository: ReviewRepository, jobs: Jobs, encoder: Callable[[], Encoder], options: ReviewOptions
    ) -> None:
        self._repository = repository
        self._jobs = jobs
        self._encoder = encoder if options.embeddings else None
        self._options = options
        self._checked: WeakSet[ReviewSession] = WeakSet()
        self._unchecked: WeakSet[ReviewSession] = WeakSet()

    def _render(self, request: Request, template: str, **values: Any) -> str:
        visitor, root = _visitor(request), _root(request)
        return render(template, root=root, home=_home(request), secret=self._options.guard.secret,
                      who=visitor.name or self._repository.who, may_judge=visitor.may("judge reviews"),
                      back=page_address(f"{root}/"), **values)  # fmt: skip

    def _name(self, request: Request) -> str:
        """The review that is asked for. Raises `NoReview` where the user may not know of it."""
        name: str = request.path_params["name"]
        visitor = _visitor(request)
        sees_all = not visitor.team or visitor.may("delete reviews")
        if not sees_all and not self._repository.assignment(name).is_visible(visitor.name):
            raise NoReview
        return name

    def _session(self, request: Request) -> ReviewSession:
        return self._repository.session(self._name(request))

    def _summaries(self, request: Request) -> Iterator[ReviewSummary]:
        """The reviews that the user may see, or with `mine` those that are assigned to him; the latest first."""
        visitor, mine = _visitor(request), request.query_params.get("mine")
        sees_all = not visitor.team or visitor.may("delete reviews")
        for one in self._repository.latest():
            if (sees_all or one.is_visible(visitor.name)) and (not mine or one.assignee == visitor.name):
                yield one

    def start(self, request: Request) -> Response:
        visitor, page_number = _visitor(request), request.query_params.get("page", "")
        first = _LISTED * min(int(page_number), _MOST_PAGES) if page_number.isdecimal() else 0
        found = list(islice(self._summaries(request), first, first + _LISTED + 1))
        page = self._render(
            request,
            "start.html",
            summaries=found[:_LISTED],
            older=first // _LISTED + 1 if len(found) > _LISTED else 0,
            limit=self._options.max_upload,
            visitor=visitor,
            members=visitor.members() if visitor.may("assign reviews") else [],
            mine=bool(request.query_params.get("mine")),
        )
        return HTMLResponse(page)

    def list(self, request: Request) -> Response:
        """The reviews as JSON, for programs."""
        rows = [asdict(one) | {"changed": one.changed.isoformat()} for one in self._summaries(request)]
        return JSONResponse(rows)

    async def assign(self, request: Request) -> Response:
        """Say whose work a review is, and whether all users of the project see it."""
        body, visitor = await _json(request), _visitor(request)
        name = await run_in_threadpool(self._name, request)
        assignee, shared = body.get("assignee", ""), body.get("shared", True)
        if not isinstance(assignee, str) or not isinstance(shared, bool) or set(body) - {"assignee", "shared"}:
            raise UsageError('an assignment has the form {"assignee": "NAME", "shared": true}')
        if assignee and visitor.team and assignee not in await run_in_threadpool(visitor.members):
            raise UsageError(f"{assignee[:64]} is not a member of this project")
        values = {"assignee": assignee, "shared": "yes" if shared else "no"}
        await run_in_threadpool(lambda: self._repository.set_meta(name, **values))
        trace_of(request.scope).note(f"review {name}", assignee=assignee, shared=shared)
        return JSONResponse({"assignee": assignee, "shared": shared})

    def _begun(self, request: Request, name: str) -> str:
        """Note who began a review."""
        if owner := _visitor(request).name:
            self._repository.set_meta(name, owner=owner)
        trace_of(request.scope).note(f"review {name}")
        return name

    async def add(self, request: Request) -> Response:
        """Make a review: of the units in the body where a file name is given, else of two documents that follow."""
        name = request.query_params.get("name", "")
        if not name:
            made = await run_in_threadpool(self._repository.new_documents)
            return JSONResponse({"id": await run_in_threadpool(self._begun, request, made)})
        with TemporaryDirectory(prefix="duiyi-") as folder:
            path = Path(folder) / clean_name(name)
            await self._save(request, path)
            made = await run_in_threadpool(self._repository.add_units, path, name)
            return JSONResponse({"id": await run_in_threadpool(self._begun, request, made)})

    def add_sample(self, request: Request) -> Response:
        """Make a review of the sample documents, as an example to try."""
        from importlib.resources import as_file, files

        name = self._begun(request, self._repository.new_documents())
        for side, document in (("source", "zh.txt"), ("target", "en.txt")):
            with as_file(files("corpora").joinpath("sample", document)) as path:
                copyfile(path, self._repository.document(name, side, document))
        return RedirectResponse(f"{_root(request)}/reviews/{name}", 303)

    async def put(self, request: Request) -> Response:
        side = request.path_params["side"]
        if side not in ("source", "target"):
            raise UsageError("a document must be the source or the target")
        name = await run_in_threadpool(self._name, request)
        if self._repository.meta(name).get("stage") != "documents":
            raise UsageError("this review has its units already")
        path = self._repository.document(name, side, request.query_params.get("name", ""))
        await self._save(request, path)
        return JSONResponse({"path": path.name})

    async def _save(self, request: Request, path: Path) -> None:
        """Write the body to ``path`` as it arrives, all or nothing; its header may state a wrong size."""
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
        """The editor; before there are units, the structure of both documents and the progress of the job."""
        name = self._name(request)
        meta = self._repository.meta(name)
        if meta.get("stage") == "units":
            return self._editor(request, name, meta)
        job = self._jobs.get(name)
        if job is None:
            self._jobs.read(name)
            job = self._jobs.get(name) or Job("reading")
        documents = [(document, outline_of(document)) for document in job.documents or ()]
        title = self._repository.meta(name).get("title", "")
        return HTMLResponse(
            self._render(request, "structure.html", name=name, title=title, job=job, documents=documents)
        )

    def _editor(self, request: Request, name: str, meta: Mapping[str, str]) -> Response:
        session = self._repository.session(name)
        self._reserve_first_check(session)
        ids, marks = session.marked_view()
        # The counts come with the first request for the state; they must not keep the first rows waiting.
        data = {"name": name, "chunk": _CHUNK, "ids": ids, "marks": marks, "state": session.state(counted=False)}
        page = self._render(
            request,
            "editor.html",
            name=name,
            title=meta.get("title", ""),
            warnings=[line for line in meta.get("warnings", "").split("\n") if line],
            languages=session.languages,
            rows=row_views(session, ids[:_FIRST], "suspects"),
            data=json.dumps(data).replace("<", "\\u003c"),
            exports=REVIEW_EXPORTS,
            assisted=self._options.assistance is not None,
            writable=self._options.writable,
        )
        return HTMLResponse(page)

    def delete(self, request: Request) -> Response:
        name = self._name(request)
        self._repository.delete(name)
        self._jobs.forget(name)
        trace_of(request.scope).note(f"review {name}")
        return JSONResponse({})

    async def read(self, request: Request) -> Response:
        body = await _json(request)
        languages = str(body.get("source_lang") or "") or None, str(body.get("target_lang") or "") or None
        name = await run_in_threadpool(self._name, request)
        await run_in_threadpool(self._jobs.read, name, languages)
        return JSONResponse({})

    async def align(self, request: Request) -> Response:
        body = await _json(request)
        name = await run_in_threadpool(self._name, request)
        await run_in_threadpool(self._jobs.align, name, str(body.get("unit", "sentence")))
        return JSONResponse({})

    def stop(self, request: Request) -> Response:
        """Stop reading or aligning the documents."""
        name = self._name(request)
        self._repository.meta(name)  # raises where there is no such review
        self._jobs.stop(name)
        return JSONResponse({})

    def job(self, request: Request) -> Response:
        job = self._jobs.get(self._name(request)) or Job("reading")
        return JSONResponse(
            {
                "stage": job.stage,
                "step": translated(job.step or job.stage),
                "share": round(job.share, 3),
                "message": translated(job.message),
            }
        )

    def state(self, request: Request) -> Response:
        session = self._session(request)
        self._reserve_first_check(session)
        state = session.state()
        if session in self._unchecked:
            self._unchecked.discard(session)
            self._start(session)
        return JSONResponse(state)

    def view(self, request: Request) -> Response:
        session, query = self._session(request), request.query_params
        order: Order = check_choice("order", query.get("order", "suspects"), Order)
        show: Show = check_choice("show", query.get("show", "all"), Show)
        ids, marks = session.marked_view(order, show, query.get("text", ""))
        return JSONResponse({"ids": ids, "marks": marks, "state": session.state()})

    def rows(self, request: Request) -> Response:
        query = request.query_params
        try:
            ids = [int(one) for one in query.get("ids", "").split(",") if one][: 10 * _CHUNK]
        except ValueError as error:
            raise UsageError("ids must be numbers") from error
        order: Order = check_choice("order", query.get("order", "suspects"), Order)
        return HTMLResponse(self._rows(request, self._session(request), ids, order))

    def _rows(self, request: Request, session: ReviewSession, ids: Sequence[int], order: Order) -> str:
        return self._render(request, "rows.html", rows=row_views(session, ids, order))

    def row(self, request: Request) -> Response:
        return JSONResponse(self._session(request).row(request.path_params["row"]))

    async def edit(self, request: Request) -> Response:
        body = await _json(request)
        edit, version, key = body.get("edit"), body.get("version"), body.get("key", "")
        if not isinstance(edit, dict) or type(version) is not int or not isinstance(key, str) or len(key) > 100:
            raise UsageError("an edit must name the version that it was made on")
        order: Order | None = body.get("order")
        if order is not None:
            check_choice("order", order, Order)
        session = await run_in_threadpool(self._session, request)
        trace, visitor = trace_of(request.scope), _visitor(request)
        if session.is_verdict(edit) or await run_in_threadpool(session.judged, edit):
            trace.operation = "judge reviews"
            visitor.require("judge reviews")
        change = await run_in_threadpool(session.edit, edit, version, key, visitor.name)
        trace.note(f"review {request.path_params['name']}", edit=str(edit.get("do")), version=change.version)
        if session.needs_check:
            self._check(session)
        found = {"old": change.old, "new": change.new, "state": await run_in_threadpool(session.state)}
        if order is not None and len(change.new) <= _CHUNK:  # so that the page needs no second request for the rows
            found["rows"] = await run_in_threadpool(self._rows, request, session, change.new, order)
        return JSONResponse(found)

    def check(self, request: Request) -> Response:
        self._check(self._session(request))
        return JSONResponse({})

    def _check(self, session: ReviewSession) -> None:
        if session.reserve_check():
            self._start(session)

    def _reserve_first_check(self, session: ReviewSession) -> None:
        """The checks start with the first request for their state, so that they do not slow down the page itself."""
        if session not in self._checked:
            self._checked.add(session)
            if session.reserve_check():
                self._unchecked.add(session)

    def _start(self, session: ReviewSession) -> None:
        self._jobs.submit(lambda: session.check_all(self._encoder))

    def history(self, request: Request) -> Response:
        return HTMLResponse(self._render(request, "history.html", events=self._session(request).history()))

    def dismissed(self, request: Request) -> Response:
        """The kinds of findings that are right, to take some back."""
        known = self._session(request).findings.dismissed()
        return HTMLResponse(self._render(request, "dismissed.html", known=known))

    def baseline(self, request: Request) -> Response:
        """The same as a file for ``duiyi check --baseline``."""
        with TemporaryDirectory(prefix="duiyi-") as folder:
            path = Path(folder) / "baseline.json"
            write_kinds(path, self._session(request).findings.dismissed())
            return _download(path.name, path.read_bytes())

    def sections(self, request: Request) -> Response:
        return JSONResponse(self._session(request).sections())

    def help(self, request: Request) -> Response:
        """Matches and terms for one unit."""
        unit = self._session(request).unit(request.path_params["row"])
        found = self._options.assistance.for_unit(unit) if self._options.assistance else {"matches": [], "terms": []}
        return HTMLResponse(self._render(request, "help.html", **found, languages=(unit.source_lang, unit.target_lang)))

    def concordance(self, request: Request) -> Response:
        hits = self._assistance.concordance(request.query_params.get("text", ""))
        return HTMLResponse(self._render(request, "concordance.html", hits=hits))

    @property
    def _assistance(self) -> Assistance:
        if self._options.assistance is None:
            raise UsageError("this editor has no memory")
        return self._options.assistance

    def _check_writable(self) -> None:
        if not self._options.writable:
            raise Forbidden(READ_ONLY)

    async def send(self, request: Request) -> Response:
        """Add units to the memory: all except rejected ones, or the accepted ones."""
        self._check_writable()
        selection: Selection = check_choice("selection", (await _json(request)).get("selection"), Selection)
        session = await run_in_threadpool(self._session, request)
        title = session.meta.get("title", "")
        units = [one for one in exported(session.units(), selection) if one.source.strip() and one.target.strip()]
        path, count, new = await run_in_threadpool(self._assistance.send, units, title)
        trace_of(request.scope).note(f"review {request.path_params['name']}", units=count, new=new)
        return JSONResponse({"memory": self._shown(request, path), "units": count, "new": new})

    def _shown(self, request: Request, path: str) -> str:
        """A path, which only the owner of this machine may know; others see the name of the file."""
        return Path(path).stem if _visitor(request).team else path

    async def add_term(self, request: Request) -> Response:
        self._check_writable()
        body = await _json(request)
        session = await run_in_threadpool(self._session, request)
        source, target = (str(body.get(side, "")).strip() for side in ("source", "target"))
        path = await run_in_threadpool(self._assistance.add_term, source, target, session.languages)
        trace_of(request.scope).note("term base")
        return JSONResponse({"terms": self._shown(request, path)})

    def export(self, request: Request) -> Response:
        """The units in the format chosen, as a download."""
        session, query = self._session(request), request.query_params
        suffix = query.get("format", ".tmx")
        if suffix not in REVIEW_EXPORTS:
            raise UsageError(f"{suffix} is not an export format")
        selection: Selection = check_choice("selection", query.get("selection", "all"), Selection)
        stem = clean_name(session.meta.get("title", "review")).split(".")[0] or "review"
        with TemporaryDirectory(prefix="duiyi-") as folder:
            path = Path(folder) / f"{stem}.reviewed{suffix.replace('.2.xlf', '.xlf')}"
            write_units(path, session.units(), selection, "2.1" if suffix == ".2.xlf" else "1.2")
            content = path.read_bytes()
        return _download(path.name, content)


def _download(name: str, content: bytes) -> Response:
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, headers=headers, media_type="application/octet-stream")


def _visitor(request: Request) -> Visitor:
    return trace_of(request.scope).visitor


async def _json(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > 10_000_000:
            raise _TooLarge
    try:
        found = json.loads(bytes(body) or b"{}")
    except (ValueError, RecursionError) as error:
        raise UsageError("the request is not JSON") from error
    if not isinstance(found, dict):
        raise UsageError("the request is not a JSON object")
    return found
