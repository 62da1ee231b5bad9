"""`duiyi memory`: add, import, export, edit, delete and count the units of a translation memory."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.arguments import check_choice
from corpora.errors import InputError, UsageError
from corpora.files import check_is_file, check_targets
from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.memory_options import (
    MemoryOption,
    QualityOption,
    SourceOption,
    TargetOption,
    files_among,
    one_path,
    with_filters,
)
from tm.cli.output import complain, console, headings, print_json, tell, waiting
from tm.store.filters import Filters

if TYPE_CHECKING:
    from tm.store.memory_store import Stats
    from tm.unit import Unit

__all__ = [
    "add", "app", "backup", "compact", "counting", "dedupe", "delete", "export", "import_", "index", "stats",
]  # fmt: skip

app = typer.Typer(
    help="Add, import, export, edit, delete and count units of a translation memory.", no_args_is_help=True
)

KeepOption = Annotated[
    str,
    typer.Option(help="Translations of one source text to keep: all, newest or best (reviewed, then score)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
StrictOption = Annotated[bool, typer.Option(help="Refuse a file if one of its units is damaged.")]
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of units, format by extension.")]


@app.command()
def add(
    files: FilesArgument,
    memory: MemoryOption = "",
    keep: KeepOption = "all",
    strict: StrictOption = False,
    min_quality: QualityOption = None,
    status: Annotated[str, typer.Option(help="Status to set: unreviewed, reviewed or rejected.")] = "",
    json: JsonOption = False,
) -> None:
    """Add the output of `duiyi align` (.jsonl keeps most) to a memory, which is made if there is none."""
    _take(files, memory, keep, strict=strict, min_quality=min_quality, status=status, json=json)


@app.command("import")
def import_(
    files: FilesArgument,
    memory: MemoryOption = "",
    source_lang: SourceOption = "",
    target_lang: TargetOption = "",
    keep: KeepOption = "all",
    strict: StrictOption = False,
    min_quality: QualityOption = None,
    status: Annotated[str, typer.Option(help="Status to set: unreviewed, reviewed or rejected.")] = "",
    json: JsonOption = False,
) -> None:
    """Import TMX, XLIFF, PO, CSV, TSV, XLSX, JSONL or Parquet; damaged units are reported and left out."""
    _take(
        files, memory, keep, source_lang, target_lang, strict=strict, min_quality=min_quality, status=status, json=json
    )


def _take(
    files: list[Path],
    memory: str,
    keep: str,
    source_lang: str = "",
    target_lang: str = "",
    *,
    strict: bool,
    min_quality: float | None,
    status: str,
    json: bool,
) -> None:
    from tm.formats import ReadOptions, check_languages, format_of
    from tm.formats.conformance import REASONS
    from tm.jobs.import_file import ImportOptions
    from tm.jobs.import_file import import_file as take_in
    from tm.origin_names import origin_names
    from tm.search.memory import Memory

    options = ImportOptions(keep, strict, min_quality, status)  # type: ignore[arg-type]
    for file in files:
        # Before the memory is made, so that a mistyped name leaves no file.
        check_is_file(file)
        format_of(file)
        check_languages(file, ReadOptions(source_lang, target_lang))
    path = one_path(memory)
    results = []
    with Memory(path) as target:
        for file, origin in zip(files, origin_names(files), strict=True):
            with counting(f"reading {file.name}") as progress:
                done = take_in(
                    target, file, options, source_lang=source_lang, target_lang=target_lang, progress=progress,
                    origin=origin,
                )  # fmt: skip
            report, audit = done.report, done.audit
            complain(done.problems)
            results.append(done.to_dict())
            if not json:
                if report.resumed:
                    tell(f"{file}: {counted(report.resumed, 'unit')} from before the interruption")
                text = f"{file}: {counted(report.read, 'unit')}, {report.new:,} new, {report.folded:,} known"
                tell(f"{text}, {counted(report.removed, 'variant')} removed" if report.removed else text)
                for why, count in sorted(report.left_out.items()):
                    tell(f"  left out: {count:,} ({why})")
                for key, count in sorted(audit.counts.items()):
                    if key in REASONS:
                        tell(f"  note: {count:,} × {REASONS[key].title} ({REASONS[key].effect})")
    if json:
        print_json(results)


@contextmanager
def counting(title: str) -> Iterator[Callable[[int], None]]:
    """A count in progress on standard error, on a terminal only."""
    with waiting(title) as show:
        yield lambda count: show(f"{title}: {counted(count, 'unit')}")


@app.command()
@with_filters
def export(
    out: Annotated[Path, typer.Argument(help="The file to write, format by extension.")],
    memory: MemoryOption = "",
    client: Annotated[str, typer.Option("--for", help="CAT tool to write for: omegat, trados, memoq, …")] = "",
    every_place: Annotated[bool, typer.Option(help="One unit for each of its places, not one for all.")] = False,
    spreadsheet_safe: Annotated[
        bool, typer.Option("--spreadsheet-safe", help="CSV and TSV: no text that a spreadsheet would run as a formula.")
    ] = False,
    split: Annotated[
        str, typer.Option(metavar="SIZE", help="Write several files of at most this size, such as 50MB, numbered.")
    ] = "",
    *,
    filters: Filters,
    json: JsonOption = False,
) -> None:
    """Write units to TMX, XLIFF, PO, CSV, TSV, XLSX, JSONL or Parquet."""
    from tm.formats import WriteOptions, format_of
    from tm.formats import write as write_file
    from tm.jobs.split_export import bytes_of, write_split
    from tm.search.memory import Memory

    format_of(out, to_write=True)
    size = bytes_of(split) if split else 0
    place = one_path(memory)
    check_targets([out], files_among(place))
    with Memory(place, create=False) as source, counting(f"writing {out.name}") as progress:
        units = _with_progress(source.units(filters, every_place=every_place), progress)
        options = WriteOptions(
            filters.source_lang, filters.target_lang, client=client, spreadsheet_safe=spreadsheet_safe
        )
        reports = write_split(out, units, options, size) if size else [write_file(out, units, options)]
    if json:
        rows = [{"out": str(one.path), "written": one.written, "left_out": dict(one.left_out)} for one in reports]
        print_json(rows if size else rows[0])
        return
    for report in reports:
        tell(f"{report.path}: {counted(report.written, 'unit')}")
        for why, count in sorted(report.left_out.items()):
            tell(f"  left out: {count:,} ({why})")


def _with_progress(units: "Iterable[Unit]", progress: Callable[[int], None]) -> "Iterator[Unit]":
    for count, unit in enumerate(units, 1):
        if count % 5_000 == 0:
            progress(count)
        yield unit


@app.command()
def stats(memory: MemoryOption = "", json: JsonOption = False) -> None:
    """Count units, texts, languages, states and origins."""
    from tm.search.memory import Memory

    with Memory(one_path(memory), create=False) as source, waiting("reading"):
        found = source.stats()
        path = str(source.path)
    if json:
        print_json(found.to_dict(path))
    else:
        _show_stats(path, found)


def _show_stats(path: str, stats: "Stats") -> None:
    from rich.table import Table

    what, units = headings("what", "units")
    table = Table(what, title=path)
    table.add_column(units, justify="right")
    table.add_row(translated("all"), f"{stats.units:,}")
    for (source, target), count in stats.pairs.items():
        table.add_row(f"{source} → {target}", f"{count:,}")
    statuses = {translated(name): count for name, count in stats.statuses.items()}
    for name, count in [*statuses.items(), *stats.origins.items()]:
        table.add_row(name, f"{count:,}")
    console().print(table)
    tell(f"{counted(stats.texts, 'text')}, {counted(stats.characters, 'character')}, {stats.file_size / 1e6:,.1f} MB")


@app.command()
def dedupe(
    memory: MemoryOption = "",
    keep: Annotated[str, typer.Option(help="Which translation of a source text is kept: newest or best.")] = "best",
    looks: Annotated[
        bool, typer.Option(help="Treat source texts that differ only in case, width or script as the same.")
    ] = False,
) -> None:
    """Keep one translation of each source text into each language."""
    from tm.search.memory import Memory

    check_choice("--keep", keep, ("newest", "best"))
    with Memory(one_path(memory), create=False) as target, waiting("working"):
        count = target.dedupe(keep, folded=looks)  # type: ignore[arg-type]
    tell(f"{counted(count, 'unit')} removed")


@app.command()
@with_filters
def delete(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[UNIT]...", help="Numbers of units.")] = None,
    memory: MemoryOption = "",
    *,
    filters: Filters,
    everything: Annotated[bool, typer.Option("--all", help="Delete all units.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be deleted.")] = False,
) -> None:
    """Delete units by number (as `duiyi lookup --json` shows them) or by filters."""
    from tm.search.memory import Memory

    if not numbers and filters == Filters() and not everything:
        raise UsageError("specify what to delete: numbers of units, filters, or --all")
    with Memory(one_path(memory), create=False) as target, waiting("working"):
        if dry_run:
            chosen = set(numbers or ())
            count = sum(not chosen or entry.id in chosen for entry in target.entries(filters))
            result = f"{counted(count, 'unit')} would be deleted"
        else:
            result = f"{counted(target.delete(filters, numbers=numbers or None), 'unit')} deleted"
    tell(result)


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    memory: MemoryOption = "",
) -> None:
    """Copy a memory to another file, consistently even while others write to it."""
    from tm.search.memory import Memory

    with Memory(one_path(memory), create=False) as source, waiting("copying"):
        source.backup(out)
    tell(f"{out}: {out.stat().st_size / 1e6:,.1f} MB")


@app.command()
def compact(memory: MemoryOption = "") -> None:
    """Check the file, rebuild its index and free the space of deleted units."""
    from tm.search.memory import Memory

    with Memory(one_path(memory), create=False) as target, waiting("working"):
        problems = target.check()
        if problems:
            raise InputError(f"{target.path} is damaged: {problems[0]}; replace it with a backup")
        target.compact()
        size = target.stats().file_size
    tell(f"{target.path}: {size / 1e6:,.1f} MB")


@app.command()
def index(
    memory: MemoryOption = "",
    model: Annotated[str, typer.Option(help="Encoder; the built-in one by default.")] = "",
) -> None:
    """Make or update the vectors for semantic look-ups, in files next to the memory."""
    from models.registry import load
    from tm.search.memory import Memory
    from tm.search.semantic import build_vectors as make

    with Memory(one_path(memory), create=False) as source, counting("encoding") as progress:
        count = make(source, load(model or None), progress=progress)
    tell(f"{counted(count, 'text')} can be found by meaning")
