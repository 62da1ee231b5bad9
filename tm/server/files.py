"""The page for files, and what is done with files in the background: import, export, check, extract, fill, analyse.

Of several files, each has its own card in the report: what was read, what was left out and why; a file that cannot be
read does not stop the others.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.files import is_out_of_space
from corpora.text.plurals import counted, plural
from tm.formats.cat_tools import CAT_TOOLS
from tm.jobs.import_file import ImportOptions
from tm.pretranslation.filling import PretranslateOptions
from tm.server.dependencies import BenchDependency, ServiceDependency
from tm.server.frame import render
from tm.server.service import EXPORTS, TERM_EXPORTS, Service
from tm.server.sources import SourcesDependency
from tm.server.uploads import MOST_FILES, check_upload
from tm.server.work import Report, Work
from tm.store.filters import Filters
from tm.web.trial import Upload, try_reading

__all__ = [
    "add_terms", "analyse", "check", "extract", "failed_card", "import_terms", "import_units", "pretranslate",
    "quality", "router", "tools", "tools_page",
]  # fmt: skip

_SHOWN = 500  # findings on one page
_LISTED = 20  # problems and conflicts of an import on its page
_ENDS = re.compile(rb"</tu>|</trans-unit>|</unit>|^msgid |\n\{", re.MULTILINE)  # of a unit, in the usual formats
_BLOCK = 1 << 20

router = APIRouter(include_in_schema=False)


@router.get("/tools")
async def tools(service: ServiceDependency) -> Response:
    """The page for files: import, export, extract, check."""
    return HTMLResponse(tools_page(service))


def tools_page(service: Service, error: str = "") -> str:
    """The page for files, with what was wrong with the last one."""
    visitor, options = service.visitor, service.resources.options
    return render(
        "tools.html",
        visitor,
        here="/tools",
        error=error,
        memories=list(service.resources.memories),
        writable=options.writable and visitor.may("import units"),
        may_export=visitor.may("export"),
        exports=EXPORTS,
        term_exports=TERM_EXPORTS,
        clients=[(client.key, client.name) for client in CAT_TOOLS.values()],
        limit=options.max_upload,
        most=MOST_FILES,
    )


def _each(work: Work, kind: Upload | None, call: Callable[[Path], list[str]]) -> list[dict[str, Any]]:
    """A card for each uploaded file: the sentences that ``call`` gives, or why the file cannot be used."""
    cards = []
    for path in sorted(work.uploads("file").iterdir()):
        try:
            check_upload(path, kind)
            lines = [work.without_paths(line) for line in call(path)]
            cards.append({"name": path.name, "lines": lines, "error": ""})
        except DuiyiError as error:
            cards.append(failed_card(path, error, work))
    return cards


def failed_card(path: Path, error: Exception, work: Work) -> dict[str, Any]:
    """The card of a file that cannot be used. Raises ``error`` where another file would fail as well."""
    if is_out_of_space(error.__cause__ or error):
        raise error
    return {"name": path.name, "lines": [], "error": work.without_paths(str(error))}


def _report(title: str, cards: Sequence[dict[str, Any]], lines: Sequence[str] = (), **values: Any) -> Report:
    """A report with cards; if the only file failed, the work failed."""
    if len(cards) == 1 and cards[0]["error"] and not lines:
        raise UsageError(cards[0]["error"])
    failed = sum(1 for one in cards if one["error"])
    told = [*lines, *([f"{counted(failed, 'file')} cannot be used; the reasons are below."] if failed else [])]
    file = values.pop("file", "")
    return Report("done.html", {"title": title, "lines": told, "cards": list(cards), **values}, file, title)


@router.post("/tools/import")
async def import_units(bench: BenchDependency, file: Annotated[list[UploadFile], File()]) -> Response:
    """Import files of units into the first memory."""
    bench.service.resources.check_writable()

    def call(service: Service, work: Work) -> Report:
        def one(path: Path) -> list[str]:
            expected = _units_in(path)
            done = service.import_file(
                path,
                ImportOptions(),
                "",
                "",
                progress=lambda count: work.progress(count, max(expected, count) if expected else 0, path.name),
            )
            lines = [f"{counted(done['read'], 'unit')}, {done['new']:,} new, {done['folded']:,} known."]
            lines += [f"Left out: {count:,} ({why})." for why, count in done["left_out"].items()]
            problems = done["problems"]
            lines += [f"Line {one['line']}: {one['message']}; the unit was left out." for one in problems[:_LISTED]]
            if (more := len(problems) - _LISTED) > 0:
                lines.append(f"{counted(more, 'more unit')} {plural(more, 'was', 'were')} left out.")
            return lines

        return _report("Units imported", _each(work, None, one))

    return await bench.begin("Import units", call, tools_page, uploads={"file": file})


def _units_in(path: Path) -> int:
    """About how many units a file has, quickly; 0 where only its reader could say."""
    if path.suffix.lower() in (".xlsx", ".ods", ".parquet", ".docx"):
        return 0
    units = lines = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            units += len(_ENDS.findall(block))
            lines += block.count(b"\n")
    return units or (lines if path.suffix.lower() in (".tsv", ".csv", ".txt", ".jsonl") else 0)


@router.post("/tools/import-terms")
async def import_terms(
    bench: BenchDependency,
    file: Annotated[list[UploadFile], File()],
    skip_faulty: Annotated[bool, Form()] = False,
) -> Response:
    """Import glossaries into the term base."""
    bench.service.resources.check_writable()

    def call(service: Service, work: Work) -> Report:
        def one(path: Path) -> list[str]:
            work.progress(step=path.name)
            done = service.import_terms(path, "concept", "", True, skip_faulty)
            lines = [f"{counted(done['imported'], 'entry', 'entries')} imported, {done['entries']:,} in the glossary."]
            lines += [f"Columns: {done['columns']}."] if done["columns"] else []
            lines += [f"Line {one['line']}: {one['message']}; left out." for one in done["problems"][:_LISTED]]
            lines += [
                f"{one['term']}: {', '.join(one['stored'])} is stored, {', '.join(one['new'])} is new."
                for one in done["conflicts"][:_LISTED]
            ]
            return lines

        return _report("Terms imported", _each(work, "terms", one))

    return await bench.begin("Import terms", call, tools_page, uploads={"file": file})


@router.post("/tools/check")
async def check(bench: BenchDependency, file: Annotated[list[UploadFile], File()]) -> Response:
    """Check files of units against the glossary."""

    def call(service: Service, work: Work) -> Report:
        findings: list[dict[str, Any]] = []

        def one(path: Path) -> list[str]:
            units = service.read_units(path)
            found = service.check_terms(list(work.watched(units, len(units), path.name)))
            for finding in found[: _SHOWN - len(findings)]:
                unit = units[finding.unit]
                row = {"unit": finding.unit, "message": finding.message, "source": unit.source, "target": unit.target}
                findings.append(row | {"source_lang": unit.source_lang, "target_lang": unit.target_lang})
            lines = [f"{counted(len(found), 'finding')} in {counted(len(units), 'unit')}."]
            if len(found) > _SHOWN:
                lines.append(f"The first {_SHOWN} are shown; the API and duiyi term check give all.")
            return lines

        cards = _each(work, None, one)
        return _report("Terms checked", cards, findings=findings)

    return await bench.begin("Check terms", call, tools_page, uploads={"file": file})


@router.post("/tools/extract")
async def extract(
    bench: BenchDependency,
    memory: Annotated[str, Form()] = "",
    limit: Annotated[int, Form(ge=1, le=5_000)] = 100,
    add: Annotated[bool, Form()] = False,
) -> Response:
    """Extract terms from a memory."""
    if add:
        bench.service.trace.operation = "change terms"
        bench.service.resources.check_writable()
        bench.service.visitor.require("change terms")

    def call(service: Service, work: Work) -> Report:
        work.progress(step="reading the memory")
        units = service.units(memory, Filters())
        found = service.extract_terms(
            units, limit=limit, least=3, vectors=True, add=add, progress=lambda step: work.progress(step=step)
        )
        lines = [f"{counted(len(found['pairs']), 'pair')} from {counted(found['units'], 'unit')}."]
        if found["added"]:
            added, were = counted(found["added"], "entry", "entries"), plural(found["added"], "was", "were")
            lines.append(f"{added} {were} added to the glossary as proposed.")
        return _report("Extracted terms", [], lines, pairs=found["pairs"])

    return await bench.begin("Extract terms", call, tools_page)


@router.post("/tools/analyse")
async def analyse(
    bench: BenchDependency, chosen: SourcesDependency, files: Annotated[list[UploadFile], File()]
) -> Response:
    """Count how much of some files repeats, is known, is similar or is new."""

    def call(service: Service, work: Work) -> Report:
        from tm.jobs.analyse_files import AnalyseOptions, analyse_files, write_report

        paths: list[Path] = []
        cards: list[dict[str, Any]] = []
        warnings: list[str] = []
        for path in work.watched(sorted(work.uploads("files").iterdir()), step="reading"):
            try:
                try_reading(path, "units")
                paths.append(path)
            except DuiyiError as error:
                cards.append(failed_card(path, error, work))
        found = analyse_files(
            paths,
            service.resources.select(chosen.names),
            AnalyseOptions(Filters(exclude_origin=chosen.exclude)),
            on_failure=lambda name, error: cards.append(failed_card(Path(name), error, work)),
            on_warning=lambda warning: warnings.append(work.without_paths(warning)),
            follow=lambda done, total: work.progress(done, total, "looking up"),
        )
        if not found.files and len(cards) == 1:
            raise UsageError(cards[0]["error"])
        found = replace(found, files=tuple(replace(one, file=Path(one.file).name) for one in found.files))
        counts = [*found.files, *([found.total] if len(found.files) > 1 else [])]
        rows = [{"file": one.file, "bands": one.to_dict()} for one in counts]
        target = work.files / "analysis.html"
        write_report(target, found)
        values = {"counts": rows, "cards": cards, "lines": warnings}
        return Report("analysis.html", values, target.name, "Analyse a job")

    return await bench.begin("Analyse a job", call, tools_page, uploads={"files": files})


@router.post("/tools/quality")
async def quality(
    bench: BenchDependency,
    files: Annotated[list[UploadFile], File()],
    meanings: Annotated[bool, Form()] = False,
) -> Response:
    """Check a translation, and make a report to keep."""

    def call(service: Service, work: Work) -> Report:
        from tm.checks.options import CheckOptions
        from tm.checks.run import check as run_checks
        from tm.formats import read
        from tm.report.outputs import write_report

        (path,) = work.uploads("files").iterdir()
        check_upload(path, "units")
        units = service.limited(work.watched(read(path), _units_in(path), "reading"))
        encoder = service.resources.encoder() if meanings else None
        report = run_checks(
            units, CheckOptions(), encoder, progress=lambda done, every: work.progress(done, every, "checking")
        )
        target = work.files / f"{path.stem}.html"
        write_report(target, report, units, path)
        counts = report.summary["by_severity"]
        told = ", ".join(counted(counts[one], one) for one in ("error", "warning") if counts[one])
        lines = [f"{counted(len(units), 'unit')} checked: {told or 'nothing to report'}."]
        return _report("Check a translation", [], lines, file=target.name)

    return await bench.begin("Check a translation", call, tools_page, uploads={"files": files[:1]})


@router.post("/tools/pretranslate")
async def pretranslate(
    bench: BenchDependency,
    chosen: SourcesDependency,
    file: Annotated[UploadFile, File()],
    minimum: Annotated[int, Form(alias="min", ge=30, le=100)] = 75,
    format: Annotated[Literal["", "xlf", "docx"], Form()] = "xlf",  # noqa: A002 - as the form calls it
    target_lang: Annotated[str, Form()] = "",
) -> Response:
    """Fill a file from the memories."""

    def call(service: Service, work: Work) -> Report:
        (path,) = work.uploads("file").iterdir()
        check_upload(path, "units")
        filters = Filters(target_lang=target_lang, exclude_origin=chosen.exclude)
        options = PretranslateOptions(minimum, filters, prefer=chosen.prefer)
        out, report = service.pretranslate(
            path, work.files, format, options, lambda done, every: work.progress(done, every, "filling"), chosen.names
        )
        filled = sum(count for _, count in report.filled)
        lines = [f"{counted(report.segments, 'segment')}: {filled:,} filled, {report.kept:,} had a translation."]
        lines += [f"{kind}: {count:,}" for kind, count in report.filled if count]
        if report.left:
            lines.append(f"Left empty: {report.left:,}, for which the memories have no match of {minimum} % or more.")
        if report.unplaced:
            lines.append(f"{report.unplaced:,} of these have a match whose inline codes have no place.")
        lines += map(work.without_paths, report.warnings)
        return _report("Pre-translate a file", [], lines, file=out.name)

    return await bench.begin("Pre-translate a file", call, tools_page, uploads={"file": [file]})


@router.post("/tools/add-terms")
async def add_terms(
    bench: BenchDependency,
    pairs: Annotated[list[str] | None, Form()] = None,
    source_lang: Annotated[str, Form()] = "",
    target_lang: Annotated[str, Form()] = "",
) -> Response:
    """Add the extracted terms that were ticked to the term base; each is a source and a target with a tab between."""
    from tm.terms.editing import add_term

    def call(service: Service, work: Work) -> Report:
        terms = service.resources.writable_terms()
        lines, added = [], 0
        for pair in work.watched(pairs or (), len(pairs or ())):
            source, _, target = pair.partition("\t")
            try:
                add_term(terms, source, target, source_lang=source_lang, target_lang=target_lang)
                added += 1
                service.trace.note("extracted terms", added=added)  # each time: the work may be stopped
            except UsageError as error:
                lines.append(work.without_paths(str(error)))
        return _report("Terms", [], [f"{counted(added, 'term')} added to the term base.", *lines])

    if not pairs:
        return HTMLResponse(tools_page(bench.service, "tick the terms to add first"), 400)
    return await bench.begin("Add terms", call, tools_page)
