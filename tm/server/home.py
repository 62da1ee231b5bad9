"""The start page: the tasks of a translator in the terms of the trade, and recent work."""

from dataclasses import dataclass
from itertools import islice

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from corpora.text.plurals import counted
from corpora.translation import translated
from tm.server.dependencies import ExecutorsDependency, ServiceDependency, WorksDependency
from tm.server.frame import render
from tm.server.service import Service
from tm.server.work import WorkList

__all__ = ["router", "start"]

_RECENT = 20

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Task:
    """A task: what it is called in the trade, where it is done, and what it needs."""

    title: str
    path: str
    about: str


_TASKS = (
    _Task("Align two documents", "/review/", "Two documents that are translations of each other become pairs."),
    _Task("Align folders", "/folders", "All documents of two folders are paired, then aligned."),
    _Task("Search the memory", "/", "How was a sentence translated before? Fuzzy matches and terms."),
    _Task("Concordance", "/phrases", "Where do some words occur, and how were they translated?"),
    _Task("Terms", "/terms", "Look up terms; add, change and extract them."),
    _Task("Check a translation", "/tools#check", "Numbers, terms, names, omissions: what may be wrong in a file?"),
    _Task("Pre-translate a file", "/tools#pretranslate", "Fill in what the memory knows, in XLIFF, PO or a document."),
    _Task("Analyse a job", "/tools#analyse", "How much of it repeats, is known, is similar or is new?"),
    _Task("Import and export", "/tools#import", "TMX, XLIFF, spreadsheets and glossaries, in and out."),
    _Task("Maintain the memory", "/memory", "Find and replace, clean, undo; add and merge units."),
    _Task("Documents", "/documents", "What the memories come from, in both languages; which sources to use."),
)


@router.get("/start")
async def start(service: ServiceDependency, executors: ExecutorsDependency, works: WorksDependency) -> Response:
    """The start page."""
    return HTMLResponse(await executors.query(lambda: _page(service, works)))


def _page(service: Service, works: WorkList) -> str:
    resources, visitor = service.resources, service.visitor
    reviews = resources.options.reviews
    recent = []
    if reviews is not None:
        from tm.review.repository import ReviewRepository

        sees_all = not visitor.team or visitor.may("delete reviews")
        latest = (one for one in ReviewRepository(reviews, "").latest() if sees_all or one.is_visible(visitor.name))
        recent = list(islice(latest, _RECENT))
    tasks = [one for one in _TASKS if reviews is not None or not one.path.startswith("/review")]
    units = sum(len(memory) for memory, _ in resources.select())
    values = {
        "here": "/start",
        "tasks": [_Task(translated(one.title), one.path, translated(one.about)) for one in tasks],
        "recent": recent,
        "works": works.of(visitor, 5),
        "sample": reviews is not None and visitor.may("edit reviews"),
        "about": translated(f"{counted(units, 'unit')} in the memory."),
    }
    return render("home.html", visitor, **values)
