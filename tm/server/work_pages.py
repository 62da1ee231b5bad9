"""The pages of long work: how far it is, stopping it, its report, and the file that it made."""

from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

from corpora.translation import translated
from tm import localized
from tm.server.dependencies import ServiceDependency, WorksDependency
from tm.server.frame import render
from tm.server.service import Service
from tm.server.work import WorkList

__all__ = ["all_work", "file", "router", "state", "stop", "work"]

router = APIRouter(include_in_schema=False)


@router.get("/work")
async def all_work(service: ServiceDependency, works: WorksDependency) -> Response:
    """The work that the visitor began."""
    found = await run_in_threadpool(works.of, service.visitor, 100)
    return HTMLResponse(render("works.html", service.visitor, here="/work", works=found))


@router.get("/work/{name}")
async def work(name: str, service: ServiceDependency, works: WorksDependency) -> Response:
    """How far work is, or its report."""
    return HTMLResponse(await run_in_threadpool(_page, service, works, name))


def _page(service: Service, works: WorkList, name: str) -> str:
    found = works.state(name, service.visitor)
    report = works.report(name, service.visitor) if found.state == "done" else {}
    if not report:
        return render("work.html", service.visitor, here="/work", work=found)
    common: dict[str, Any] = {"findings": [], "pairs": [], "cards": [], "lines": [], "title": found.title}
    resources, visitor = service.resources, service.visitor
    writable = resources.options.writable and visitor.may("change terms")
    may_add = resources.options.writable and visitor.may("add units")
    common["writable_memory"] = next(iter(resources.memories)) if may_add else ""
    values = {**common, **report["values"], "file": report["file"], "writable": writable}
    return render(report["template"], service.visitor, here="/work", work=found, **values)


@router.get("/work/{name}/state")
async def state(name: str, service: ServiceDependency, works: WorksDependency) -> Response:
    """How far work is, for the script of its page; texts are in the language of the page."""
    found = await run_in_threadpool(works.state, name, service.visitor)
    shown = {key: value for key, value in asdict(found).items() if key in ("id", "state", "done", "total")}
    texts = {
        "open": found.is_open,
        "step": translated(found.step),
        "share": found.share,
        "amount": localized.amount(found.done, found.total),
        "rate": localized.per_second(found.rate),
        "left": localized.time_left(found.left),
        "title": translated(found.title),
        "message": translated(found.message),
    }
    return JSONResponse(shown | texts)


@router.get("/work/{name}/file")
async def file(name: str, service: ServiceDependency, works: WorksDependency) -> Response:
    """The file that work made."""
    path = await run_in_threadpool(works.made, name, service.visitor)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(path.name)}"}
    return FileResponse(path, headers=headers, media_type="application/octet-stream")


@router.post("/work/{name}/stop")
async def stop(name: str, service: ServiceDependency, works: WorksDependency) -> Response:
    """Stop work."""
    await run_in_threadpool(works.stop, name, service.visitor)
    return RedirectResponse(f"{service.visitor.root}/work/{name}", 303)
