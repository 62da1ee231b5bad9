"""The start page: the tasks of a translator, recent work, and an example to try."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from corpora.text.plurals import counted
from corpora.translation import translated
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.frame import render
from tm.server.service import Service

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
    _Task("Align folders", "/folders", "All documents of two folders, or one file with both languages."),
    _Task("Search the memory", "/", "How was a sentence translated before? Fuzzy matches and terms."),
    _Task("Concordance", "/phrases", "Where do some words occur, and how were they translated?"),
    _Task("Terms", "/terms", "Look up terms; add, change and extract them."),
    _Task("Check a translation", "/tools#check", "Numbers, terms, names, omissions: what may be wrong in a file?"),
    _Task("Pre-translate a file", "/tools#pretranslate", "Fill in what the memory knows, in XLIFF, PO or a document."),
    _Task("Analyse a job", "/tools#analyse", "How much of it repeats, is known, is similar or is new?"),
    _Task("Import and export", "/tools#import", "TMX, XLIFF, spreadsheets and glossaries, in and out."),
)


@router.get("/start")
async def start(service: ServiceDependency, executors: ExecutorsDependency) -> Response:
    """The start page."""
    return HTMLResponse(await executors.query(lambda: _page(service)))


def _page(service: Service) -> str:
    resources = service.resources
    reviews = resources.options.reviews
    recent = []
    if reviews is not None:
        from tm.review.repository import ReviewRepository

        recent = ReviewRepository(reviews, "").summaries()[:_RECENT]
    tasks = [
        _Task(translated(one.title), one.path, translated(one.about))
        for one in _TASKS
        if reviews is not None or not one.path.startswith(("/review", "/folders"))
    ]
    units = sum(len(memory) for memory, _ in resources.select())
    about = translated(f"{counted(units, 'unit')} in the memory.")
    values = {"here": "/start", "tasks": tasks, "recent": recent, "sample": reviews is not None, "about": about}
    return render("home.html", service.visitor, **values)
