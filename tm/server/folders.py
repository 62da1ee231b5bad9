"""Align many documents: they are read and paired first, the user corrects what was detected, and then they are aligned.

Both steps run in the background. Each document has its own card; one that cannot be read does not stop the others. The
result of each pair is a review, a file of TMX in one archive, and units of the memory, as the user wants it.
"""

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Annotated, Any
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter, File, Form, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.files import replacing
from corpora.text.languages import checked_code
from corpora.text.plurals import counted
from tm.server.dependencies import BenchDependency, ServiceDependency
from tm.server.files import failed_card
from tm.server.frame import render
from tm.server.service import Service
from tm.server.uploads import MOST_FILES
from tm.server.work import Report, Work
from tm.unit import Unit
from tm.web.trial import try_reading

__all__ = ["align_pairs", "folders", "read_folders", "router"]

_SIDES = ("source", "target")
_UNITS = ("sentence", "paragraph")

router = APIRouter(include_in_schema=False)


@router.get("/folders")
async def folders(service: ServiceDependency) -> Response:
    """The page to align many documents."""
    return HTMLResponse(_page(service))


def _page(service: Service, error: str = "") -> str:
    options = service.resources.options
    return render(
        "folders.html", service.visitor, here="/folders", error=error, limit=options.max_upload, most=MOST_FILES
    )


@router.post("/tools/folders")
async def read_folders(
    bench: BenchDependency,
    source: Annotated[list[UploadFile], File()],
    target: Annotated[list[UploadFile], File()],
) -> Response:
    """Read the documents of two folders, and propose which are translations of each other."""

    def call(service: Service, work: Work) -> Report:
        return _paired(service, work)

    uploads = {"source": source, "target": target}
    return await bench.begin("Read documents", call, _page, back="/folders", uploads=uploads)


def _paired(service: Service, work: Work) -> Report:
    from tm.jobs.pairing import pair_files

    encoder = service.resources.encoder()
    paths = [(side, path) for side in _SIDES for path in sorted(work.uploads(side).iterdir())]
    found: dict[str, dict[str, Any]] = {side: {} for side in _SIDES}
    cards, profiles = [], {side: list[Any]() for side in _SIDES}
    for number, (side, path) in enumerate(paths):
        work.progress(number, len(paths), "reading")
        try:
            one, profiled = _read(path, encoder, work)
        except DuiyiError as error:
            cards.append(failed_card(path, error, work))
            continue
        found[side][path.name] = one
        profiles[side].append(profiled)
    work.progress(len(paths), len(paths), "pairing")
    rows = []
    for pair in pair_files(profiles["source"], profiles["target"], encoder):
        names = [one.name if one is not None else "" for one in (pair.source, pair.target)]
        rows.append(
            {"source": names[0], "target": names[1], "confidence": pair.confidence, "certain": pair.certain,
             "note": pair.note}
        )  # fmt: skip
    values = {"rows": rows, "documents": found, "cards": cards, "units": _UNITS}
    return Report("pairs.html", values, title="Pairs of documents", keep_uploads=True)


def _read(path: Path, encoder: Any, work: Work) -> tuple[dict[str, Any], Any]:
    """What was detected in a document, and its profile for pairing."""
    from align.document_pairs import profile
    from corpora.readers.reading import read
    from tm.jobs.file_names import read_name
    from tm.jobs.pairing import ProfiledFile

    try_reading(path, "document")
    document = read(path)
    shown = {
        "language": document.language,
        "kind": path.suffix.lstrip(".").upper() or "TXT",
        "profile": document.profile,
        "blocks": len(document.blocks),
        "warnings": [work.without_paths(one) for one in document.warnings],
    }
    return shown, ProfiledFile(path, read_name(PurePath(path.name)), document.language, profile(document, encoder))


@router.post("/tools/align")
async def align_pairs(
    request: Request,
    bench: BenchDependency,
    work: Annotated[str, Form()],
    unit: Annotated[str, Form()] = "sentence",
    memory: Annotated[bool, Form()] = False,
) -> Response:
    """Align the pairs that were ticked, with the languages that the user sees or corrected."""
    service = bench.service
    try:
        folder = await run_in_threadpool(bench.works.folder, work, service.visitor)
        if memory:
            service.resources.check_writable()
        if unit not in _UNITS:
            raise UsageError("the unit must be sentence or paragraph")
        pairs = list(_ticked(await request.form(), folder))
    except DuiyiError as error:
        return HTMLResponse(_page(service, service.resources.without_paths(str(error))), 400)

    def call(service: Service, work: Work) -> Report:
        return _aligned(service, work, pairs, unit, memory=memory)

    return await bench.begin("Align documents", call, _page, back="/folders")


def _ticked(form: FormData, folder: Path) -> Iterator[dict[str, Any]]:
    """The ticked rows of the form: two files and their languages. Raises `UsageError`."""
    taken = [str(one) for one in form.getlist("pair")]
    if not taken:
        raise UsageError("tick at least one pair to align")
    for number in taken:
        row: dict[str, Any] = {}
        for side in _SIDES:
            name = PurePath(str(form.get(f"{side}-{number}", ""))).name
            path = folder / "uploads" / side / name
            if not name or not path.is_file():
                raise UsageError("choose a source and a target for each pair that is ticked")
            code = str(form.get(f"{side}_lang-{number}", "")).strip()
            row |= {side: path, f"{side}_lang": checked_code(code) if code else None}
        yield row


def _aligned(service: Service, work: Work, pairs: list[dict[str, Any]], unit: str, *, memory: bool) -> Report:
    from tm.jobs.align_files import AlignFilesOptions, align_files

    encoder, cards, made = service.resources.encoder(), [], []
    for number, row in enumerate(pairs):
        source, target = row["source"], row["target"]
        title = f"{source.name} – {target.name}"
        options = AlignFilesOptions(unit=unit, source_lang=row["source_lang"], target_lang=row["target_lang"])  # type: ignore[arg-type]

        def progress(step: str, share: float, done: int = number) -> None:
            work.progress(round(100 * (done + share)), 100 * len(pairs), step)

        work.progress(100 * number, 100 * len(pairs), title)
        out = work.files / f"{number + 1:03}-{source.stem}.tmx"
        try:
            aligned = align_files(source, target, out, encoder=encoder, options=options, progress=progress)
        except DuiyiError as error:
            cards.append(failed_card(source, error, work) | {"name": title})
            continue
        units = list(aligned.units())
        lines = [f"{counted(len(units), 'unit')}.", *map(work.without_paths, aligned.warnings)]
        cards.append({"name": title, "lines": lines, "error": "", "review": _reviewed(service, title, units)})
        made.append((out, units))
    lines = [f"{counted(len(made), 'pair')} of {counted(len(pairs), 'document pair')} aligned."]
    if memory and made:
        report = service.add([unit for _, units in made for unit in units], action="alignment of documents")
        lines.append(f"{counted(report.read, 'unit')} added to the memory, {report.new:,} new.")
    if not made:
        raise UsageError("; ".join(f"{card['name']}: {card['error']}" for card in cards))
    values = {"title": "Align documents", "lines": lines, "cards": cards}
    return Report("done.html", values, _packed(work, [out for out, _ in made]), "Align documents")


def _reviewed(service: Service, title: str, units: list[Unit]) -> str:
    """A review of the units of a pair; its id, "" where the server has no reviews."""
    folder = service.resources.options.reviews
    if folder is None or not units:
        return ""
    from tm.review.repository import ReviewRepository

    name = secrets.token_hex(8)
    more: Mapping[str, str] = {"owner": service.visitor.name} if service.visitor.name else {}
    ReviewRepository(folder, service.visitor.name).begin(name, units, title=title, **more)
    service.trace.note(f"review {name}", reviews=[*service.trace.details.get("reviews", ()), name])
    return name


def _packed(work: Work, paths: list[Path]) -> str:
    """The files as one: the only one itself, or an archive of all; its name."""
    if len(paths) == 1:
        return paths[0].name
    out = work.files / "aligned.zip"
    with replacing(out) as place, ZipFile(place, "w", ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.name)
    return out.name
