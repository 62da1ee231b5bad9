"""The start page with the tasks of a translator and recent work, and the tasks that take several files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse, Response

from corpora.errors import EmptyInput, UsageError
from corpora.text.plurals import counted
from corpora.translation import translated
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.frame import render
from tm.server.pages import response_or_form, tools_page
from tm.server.service import Service
from tm.server.uploads import file_response, saved
from tm.web.trial import Upload

__all__ = ["add_terms", "align_folders_page", "analyse", "folders", "quality", "router", "start"]

_RECENT = 20
_FILES = 200  # at most, of one upload

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


@router.get("/folders")
async def folders(service: ServiceDependency) -> Response:
    """The page to align all documents of two folders."""
    return HTMLResponse(_folders_page(service))


def _folders_page(service: Service, error: str = "") -> str:
    options = service.resources.options
    memory = next(iter(service.resources.memories), "") if options.writable else ""
    return render("folders.html", service.visitor, here="/start", error=error, memory=memory)


@router.post("/tools/folders")
async def align_folders_page(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    source: Annotated[list[UploadFile], File()],
    target: Annotated[list[UploadFile], File()],
) -> Response:
    """Pair the documents of two folders, align the certain pairs, and add them to the memory."""
    return await response_or_form(service, executors, _folders_page, lambda: _aligned(service, source, target))


def _aligned(service: Service, source: Sequence[UploadFile], target: Sequence[UploadFile]) -> Response:
    from tm.formats import read
    from tm.jobs.batch import DONE
    from tm.jobs.folders import align_folders

    resources = service.resources
    resources.check_writable()
    with (
        _uploaded(service, source, "document") as first,
        _uploaded(service, target, "document") as second,
        resources.upload_folder() as out,
    ):
        done = align_folders(first, second, [Path(out)], encoder=resources.encoder())
        aligned = [one.pair.outputs[0] for one in done.outcomes if one.state == DONE]
        added = resources.select()[0][0].add(chain.from_iterable(map(read, aligned)), whole=True)
    rows = [
        {
            "source": one.source.name if one.source else "",
            "target": one.target.name if one.target else "",
            "confidence": one.confidence,
            "certain": one.certain,
            "note": one.note,
        }
        for one in done.pairs.pairs
    ]
    lines = [translated(one.message) for one in done.outcomes if one.message]
    lines.append(translated(f"{counted(added.read, 'unit')} added to the memory, {added.new:,} new."))
    return HTMLResponse(render("folders-done.html", service.visitor, here="/start", rows=rows, lines=lines))


@router.post("/tools/analyse")
async def analyse(
    service: ServiceDependency, executors: ExecutorsDependency, files: Annotated[list[UploadFile], File()]
) -> Response:
    """Count how much of some files repeats, is known, is similar or is new."""
    from tm.jobs.analyse_files import analyse_files

    def page() -> Response:
        with _uploaded(service, files, "units") as folder:
            found = analyse_files(sorted(folder.iterdir()), service.resources.select())
        counts = [*found.files, *([found.total] if len(found.files) > 1 else [])]
        return HTMLResponse(render("analysis.html", service.visitor, here="/tools", counts=counts))

    return await response_or_form(service, executors, tools_page, page)


@router.post("/tools/quality")
async def quality(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    files: Annotated[list[UploadFile], File()],
    meanings: Annotated[bool, Form()] = False,
) -> Response:
    """Check a translation, and return the report as a page to keep."""
    from tm.checks.options import CheckOptions
    from tm.checks.run import check
    from tm.formats import read
    from tm.report.outputs import write_report

    def page() -> Response:
        def written(out: Path) -> Path:
            with _uploaded(service, files[:1], "units") as folder:
                (path,) = folder.iterdir()
                units = list(read(path))
                encoder = service.resources.encoder() if meanings else None
                report = check(units, CheckOptions(), encoder)
                target = out / f"{path.stem}.html"
                write_report(target, report, units, path)
                return target

        return file_response(service.resources, written)

    return await response_or_form(service, executors, tools_page, page)


@router.post("/tools/add-terms")
async def add_terms(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    pairs: Annotated[list[str], Form()],
    source_lang: Annotated[str, Form()] = "",
    target_lang: Annotated[str, Form()] = "",
) -> Response:
    """Add the extracted terms that were ticked to the term base; each is a source and a target with a tab between."""
    from tm.terms.editing import add_term

    def page() -> Response:
        terms = service.resources.writable_terms()
        lines, added = [], 0
        for pair in pairs:
            source, _, target = pair.partition("\t")
            try:
                add_term(terms, source, target, source_lang=source_lang, target_lang=target_lang)
                added += 1
            except UsageError as error:
                lines.append(translated(service.resources.without_paths(str(error))))
        first = translated(f"{counted(added, 'term')} added to the term base.")
        return HTMLResponse(
            render("done.html", service.visitor, title="Terms", lines=[first, *lines], findings=[], pairs=[])
        )

    return await response_or_form(service, executors, tools_page, page)


@contextmanager
def _uploaded(service: Service, files: Sequence[UploadFile], kind: Upload) -> Iterator[Path]:
    """A folder with the uploaded files, each of which was read within limits first."""
    named = [one for one in files if one.filename]
    if not named:
        raise EmptyInput("no file was chosen")
    if len(named) > _FILES:
        raise UsageError(f"at most {_FILES} files can be sent at once; `duiyi align` takes whole folders")
    with service.resources.upload_folder() as folder:
        for one in named:
            saved(one, Path(folder), kind)
        yield Path(folder)
