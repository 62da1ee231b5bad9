"""`duiyi memory`: fill, empty, tidy and copy a translation memory."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.errors import InputError, UsageError
from corpora.text.plurals import counted
from tm.cli.memory_options import (
    MemoryOption,
    QualityOption,
    SourceOption,
    TargetOption,
    one_path,
    with_filters,
)
from tm.cli.output import complain, console, errors, print_json, write
from tm.store.filters import Filters

if TYPE_CHECKING:
    from tm.store.memory import Stats
    from tm.unit import Unit

__all__ = [
    "add",
    "app",
    "backup",
    "compact",
    "dedupe",
    "delete",
    "edit",
    "export",
    "import_",
    "index",
    "stats",
]

app = typer.Typer(help="Fill, tidy, count, copy and empty a translation memory.", no_args_is_help=True)

KeepOption = Annotated[
    str, typer.Option(help="Which translations of one source text stay: all, newest or best (reviewed, then score).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
StrictOption = Annotated[bool, typer.Option(help="Refuse a whole file where one unit of it is damaged.")]
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of units, type by extension.")]


@app.command()
def add(
    files: FilesArgument,
    memory: MemoryOption = "",
    keep: KeepOption = "all",
    strict: StrictOption = False,
    min_quality: QualityOption = None,
    status: Annotated[str, typer.Option(help="Status to give: unreviewed, reviewed or rejected.")] = "",
    json: JsonOption = False,
) -> None:
    """Add what `duiyi align` wrote (.jsonl keeps the most) to a memory, which is made where there is none."""
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
    status: Annotated[str, typer.Option(help="Status to give: unreviewed, reviewed or rejected.")] = "",
    json: JsonOption = False,
) -> None:
    """Import TMX, XLIFF, PO, CSV, TSV, XLSX, JSONL or Parquet: what is sound goes in, the rest is named by line."""
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
    from tm.search.memory import Memory

    options = ImportOptions(keep, strict, min_quality, status)  # type: ignore[arg-type]
    for file in files:
        # Before the memory is made: a mistyped name shall leave nothing behind.
        if not file.is_file():
            raise InputError(f"{file} is a folder, not a file" if file.is_dir() else f"{file} does not exist")
        format_of(file)
        check_languages(file, ReadOptions(source_lang, target_lang))
    path = one_path(memory)
    results = []
    with Memory(path) as target:
        for file in files:
            with _counting(f"reading {file.name}") as told:
                done = take_in(target, file, options, source_lang=source_lang, target_lang=target_lang, progress=told)
            report, audit = done.report, done.audit
            complain(done.problems)
            results.append(done.to_dict())
            if not json:
                write(
                    f"{file}: {counted(report.read, 'unit')}, {report.new:,} new, {report.folded:,} known"
                    + (f", {counted(report.removed, 'variant')} taken out" if report.removed else "")
                )
                for why, count in sorted(report.left_out.items()):
                    write(f"  left out: {count:,} ({why})")
                for key, count in sorted(audit.counts.items()):
                    if key in REASONS:
                        write(f"  note: {count:,} × {REASONS[key].title} ({REASONS[key].effect})")
    if json:
        print_json(results)


@contextmanager
def _counting(title: str) -> Iterator[Callable[[int], None]]:
    """A running count on standard error, on a terminal only."""
    screen = errors()
    with screen.status(title) as status:
        yield lambda count: status.update(f"{title}: {counted(count, 'unit')}")


@app.command()
@with_filters
def export(
    out: Annotated[Path, typer.Argument(help="The file to write, type by extension.")],
    memory: MemoryOption = "",
    client: Annotated[str, typer.Option("--for", help="CAT tool to write for: omegat, trados, memoq, …")] = "",
    every_place: Annotated[bool, typer.Option(help="A unit for each place where it was met, not one for all.")] = False,
    *,
    filters: Filters,
    json: JsonOption = False,
) -> None:
    """Write units to TMX, XLIFF, PO, CSV, TSV, XLSX, JSONL or Parquet."""
    from tm.formats import WriteOptions, format_of
    from tm.formats import write as write_file
    from tm.search.memory import Memory

    format_of(out)
    with Memory(one_path(memory), create=False) as source, _counting(f"writing {out.name}") as told:
        units = _told(source.units(filters, every_place=every_place), told)
        report = write_file(out, units, WriteOptions(filters.source_lang, filters.target_lang, client=client))
    if json:
        print_json({"out": str(out), "written": report.written, "left_out": dict(report.left_out)})
        return
    write(f"{out}: {counted(report.written, 'unit')}")
    for why, count in sorted(report.left_out.items()):
        write(f"  left out: {count:,} ({why})")


def _told(units: "Iterable[Unit]", told: Callable[[int], None]) -> "Iterator[Unit]":
    for count, unit in enumerate(units, 1):
        if count % 5_000 == 0:
            told(count)
        yield unit


@app.command()
def stats(memory: MemoryOption = "", json: JsonOption = False) -> None:
    """Count units, texts, languages, states and origins."""
    from tm.search.memory import Memory

    with Memory(one_path(memory), create=False) as source:
        found = source.stats()
        path = str(source.path)
    if json:
        print_json(found.to_dict(path))
    else:
        _show_stats(path, found)


def _show_stats(path: str, stats: "Stats") -> None:
    from rich.table import Table

    table = Table("what", title=path)
    table.add_column("units", justify="right")
    table.add_row("all", f"{stats.units:,}")
    for (source, target), count in stats.pairs.items():
        table.add_row(f"{source} → {target}", f"{count:,}")
    for name, count in [*stats.statuses.items(), *stats.origins.items()]:
        table.add_row(name, f"{count:,}")
    console().print(table)
    write(f"{counted(stats.texts, 'text')}, {counted(stats.characters, 'character')}, {stats.file_size / 1e6:,.1f} MB")


@app.command()
def dedupe(
    memory: MemoryOption = "",
    keep: Annotated[str, typer.Option(help="Which translation of a source text stays: newest or best.")] = "best",
    looks: Annotated[
        bool, typer.Option(help="Source texts that differ in case, width or script only are one.")
    ] = False,
) -> None:
    """Keep one translation of each source text into each language."""
    from tm.search.memory import Memory

    if keep not in ("newest", "best"):
        raise UsageError(f"--keep is newest or best, not {keep}")
    with Memory(one_path(memory), create=False) as target:
        count = target.dedupe(keep, folded=looks)  # type: ignore[arg-type]
    write(f"{counted(count, 'unit')} taken out")


@app.command()
@with_filters
def delete(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[UNIT]...", help="Numbers of units.")] = None,
    memory: MemoryOption = "",
    *,
    filters: Filters,
    everything: Annotated[bool, typer.Option("--all", help="Delete all units.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
) -> None:
    """Delete units by number (as `duiyi lookup --json` shows them) or by filters."""
    from tm.search.memory import Memory

    if not numbers and filters == Filters() and not everything:
        raise UsageError("say what to delete: numbers of units, filters, or --all")
    with Memory(one_path(memory), create=False) as target:
        if dry_run:
            wanted = set(numbers or ())
            count = sum(not wanted or entry.id in wanted for entry in target.entries(filters))
            write(f"{counted(count, 'unit')} would be deleted")
        else:
            write(f"{counted(target.delete(filters, numbers=numbers or None), 'unit')} deleted")


@app.command()
def edit(
    number: Annotated[int, typer.Argument(metavar="UNIT", help="Number of the unit, as lookup --json shows it.")],
    memory: MemoryOption = "",
    source: Annotated[str | None, typer.Option(help="New source text.")] = None,
    target: Annotated[str | None, typer.Option(help="New target text.")] = None,
    status: Annotated[str | None, typer.Option(help="unreviewed, reviewed or rejected.")] = None,
    author: Annotated[str | None, typer.Option(help="Who changed it.")] = None,
    note: Annotated[list[str] | None, typer.Option(help="Notes in the place of those there; may be repeated.")] = None,
    json: JsonOption = False,
) -> None:
    """Change a unit; what it was met in stays known."""
    from tm.search.memory import Memory

    given = {"source": source, "target": target, "status": status, "author": author}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if note is not None:
        changes["notes"] = tuple(note)
    if not changes:
        raise UsageError("say what to change: --source, --target, --status, --author or --note")
    with Memory(one_path(memory), create=False) as store:
        entry = store.edit(number, **changes)
    unit = entry.unit
    if json:
        print_json({"unit": entry.id, "source": unit.source, "target": unit.target, "status": unit.status})
    else:
        write(f"{entry.id}\t{unit.status}\t{unit.source}\t{unit.target}")


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    memory: MemoryOption = "",
) -> None:
    """Copy a memory to another file, complete even while others write to it."""
    from tm.search.memory import Memory

    with Memory(one_path(memory), create=False) as source:
        source.backup(out)
    write(f"{out}: {out.stat().st_size / 1e6:,.1f} MB")


@app.command()
def compact(memory: MemoryOption = "") -> None:
    """Check the file, make its index anew and give back room that deleted units took."""
    from tm.search.memory import Memory

    with Memory(one_path(memory), create=False) as target:
        faults = target.check()
        if faults:
            raise InputError(f"{target.path} is damaged: {faults[0]}; put a backup in its place")
        target.compact()
        write(f"{target.path}: {target.path.stat().st_size / 1e6:,.1f} MB")


@app.command()
def index(
    memory: MemoryOption = "",
    model: Annotated[str, typer.Option(help="Encoder; the built-in one by default.")] = "",
) -> None:
    """Make or bring up to date the vectors that semantic look-ups ask; they stand beside the memory."""
    from models.registry import load
    from tm.search.memory import Memory
    from tm.search.semantic import index as make

    with Memory(one_path(memory), create=False) as source, _counting("encoding") as told:
        count = make(source, load(model or None), progress=told)
    write(f"{counted(count, 'text')} can be found by meaning")
