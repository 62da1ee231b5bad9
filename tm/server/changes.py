"""Changes of many units: find and replace, and cleaning, each with a preview; the history, and undo."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, Response

from corpora.errors import DuiyiError
from corpora.text.plurals import counted
from tm.jobs.clean_memory import RULES, clean_memory, selected
from tm.search.diff import differences
from tm.server.dependencies import Bench, BenchDependency, ExecutorsDependency, ServiceDependency
from tm.server.forms import redirected, refused
from tm.server.frame import render
from tm.server.service import Service
from tm.server.work import Report, Work
from tm.store.filters import Filters
from tm.store.replacing import ReplaceOptions
from tm.tags import plain

__all__ = ["clean", "history", "maintenance", "replace_texts", "router", "undo"]

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=10_000)]


@router.get("/memory")
async def maintenance(service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """The page to maintain the memory."""
    return HTMLResponse(await executors.query(lambda: _page(service)))


def _page(service: Service, error: str = "", given: dict[str, Any] | None = None) -> str:
    resources, visitor = service.resources, service.visitor
    values = {"find": "", "by": "", "side": "both", "regex": False, "ignore_case": False, "origin": ""}
    return render(
        "maintenance.html",
        visitor,
        here="/memory",
        error=error,
        given=values | (given or {}),
        memory=resources.named_memory().name,
        units=len(resources.named_memory().memory),
        rules=list(RULES.values()),
        may=resources.options.writable and visitor.may("change many units"),
    )


@router.post("/memory/replace")
async def replace_texts(
    bench: BenchDependency,
    find: Text = "",
    by: Text = "",
    side: Annotated[str, Form()] = "both",
    regex: Annotated[bool, Form()] = False,
    ignore_case: Annotated[bool, Form()] = False,
    origin: Annotated[str, Form(max_length=1_000)] = "",
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """Show what find and replace would change, and with ``sure`` change it."""
    _as_preview(bench, sure=sure)
    bench.service.resources.check_writable()
    given = {"find": find, "by": by, "side": side, "regex": regex, "ignore_case": ignore_case, "origin": origin}

    def call(service: Service, work: Work) -> Report:
        options = ReplaceOptions(find, by, side, regex, ignore_case, Filters(origin=origin))  # type: ignore[arg-type]
        work.progress(step="replacing" if sure else "searching")
        report = service.resources.writable_memory().replace(options, dry_run=not sure, progress=work.progress)
        if sure:
            service.trace.note(service.resources.named_memory().name, replaced=report.units)
        examples = [
            {
                "number": one.number,
                "source": _marked(one.before.source, one.after.source),
                "target": _marked(one.before.target, one.after.target),
                "languages": [one.before.source_lang, one.before.target_lang],
            }
            for one in report.examples
        ]
        lines = [f"{counted(report.places, 'place')} in {counted(report.units, 'unit')}."]
        if report.tagged:
            lines.append(f"{counted(report.tagged, 'place')} with a tag inside left alone.")
        lines += [f"Left as they were: {counted(count, 'unit')} ({why})." for why, count in report.left.items()]
        values = {"title": "Find and replace", "lines": lines, "examples": examples, "given": given, "sure": sure,
                  "count": report.units, "rules": []}  # fmt: skip
        return Report("preview.html", values, title="Find and replace")

    def form(service: Service, error: str) -> str:
        return _page(service, error, given)

    return await bench.begin("Find and replace", call, form, back="/memory")


def _as_preview(bench: Bench, *, sure: bool) -> None:
    """Without ``sure`` nothing is changed, and the audit log has nothing to say."""
    if not sure:
        bench.service.trace.operation = "search"


def _marked(before: str, after: str) -> list[list[str]]:
    """The parts of a text before and after a change, each with its kind: =, - or +."""
    return [[part.kind, part.text] for part in differences(plain(before), plain(after))]


@router.post("/memory/clean")
async def clean(
    bench: BenchDependency,
    rule: Annotated[list[str] | None, Form()] = None,
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """Show what cleaning would delete, and with ``sure`` delete it."""
    _as_preview(bench, sure=sure)
    bench.service.resources.check_writable()
    wanted = rule or []

    def call(service: Service, work: Work) -> Report:
        memory = service.resources.writable_memory()
        rules, total = selected(wanted or ["-"]), len(memory)
        report = clean_memory(
            memory, rules, dry_run=not sure, progress=lambda done: work.progress(done, total, "checking")
        )
        if sure:
            service.trace.note(service.resources.named_memory().name, deleted=report.units)
        rows = [{"name": one.name, "about": one.about, "count": report.counts[one.name],
                 "example": plain(report.examples.get(one.name, ""))} for one in rules]  # fmt: skip
        verb = "deleted" if sure else "would be deleted"
        lines = [f"{counted(report.units, 'unit')} of {report.read:,} {verb}."]
        values = {"title": "Clean the memory", "lines": lines, "examples": [], "given": {"rule": wanted},
                  "sure": sure, "count": report.units, "rules": rows}  # fmt: skip
        return Report("preview.html", values, title="Clean the memory")

    return await bench.begin("Clean the memory", call, _page, back="/memory")


@router.get("/memory/history")
async def history(service: ServiceDependency, executors: ExecutorsDependency, done: str = "") -> Response:
    """The changes that can be undone, the last one first."""
    return HTMLResponse(await executors.query(lambda: _history_page(service, done=done)))


def _history_page(service: Service, error: str = "", done: str = "") -> str:
    resources = service.resources
    may = resources.options.writable and service.visitor.may("change many units")
    changes = resources.named_memory().memory.changes()
    return render("history.html", service.visitor, here="/memory", changes=changes, may=may, error=error,
                  memory=resources.named_memory().name, done=done)  # fmt: skip


@router.post("/memory/undo")
async def undo(service: ServiceDependency, executors: ExecutorsDependency, change: Annotated[int, Form()]) -> Response:
    """Take back the last change, if it still is the one that the visitor saw."""

    def undone() -> Response:
        try:
            service.resources.check_writable()
            made = service.resources.writable_memory().undo(expected=change)
        except DuiyiError as error:
            return refused(service, error, lambda message: _history_page(service, message))
        service.trace.note(service.resources.named_memory().name, undone=made.action, units=made.units)
        return redirected(service, f"/memory/history?done={made.units}")

    return await executors.write(undone)
