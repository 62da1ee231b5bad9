"""`duiyi memory edit`, `replace`, `clean`, `undo`, `bitext`: change units, take changes back, show documents."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.errors import UsageError
from corpora.files import check_targets
from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.memory import JsonOption, app
from tm.cli.memory_options import MemoryOption, files_among, one_path, with_filters
from tm.cli.output import console, headings, message, padded, print_json, tell, waiting, write
from tm.store.filters import Filters

if TYPE_CHECKING:
    from tm.jobs.clean_memory import CleanReport
    from tm.store.replacing import ReplaceReport

__all__ = ["app", "bitext", "clean", "edit", "replace", "undo"]

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]
_DIRECTION = "Language that is the {0} for you, where the unit was found in the reverse direction; else detected."


@app.command()
def edit(
    number: Annotated[int, typer.Argument(metavar="UNIT", help="Number of the unit, as lookup --json shows it.")],
    memory: MemoryOption = "",
    source: Annotated[str | None, typer.Option(help="New source text.")] = None,
    target: Annotated[str | None, typer.Option(help="New target text.")] = None,
    status: Annotated[str | None, typer.Option(help="unreviewed, reviewed or rejected.")] = None,
    author: Annotated[str | None, typer.Option(help="Who changed it.")] = None,
    note: Annotated[list[str] | None, typer.Option(help="Notes to replace the present ones; may be repeated.")] = None,
    source_lang: Annotated[str, typer.Option("--source-lang", help=_DIRECTION.format("source"))] = "",
    target_lang: Annotated[str, typer.Option("--target-lang", help=_DIRECTION.format("target"))] = "",
    json: JsonOption = False,
) -> None:
    """Change a unit; its origins are kept."""
    from tm.search.direction import is_reverse
    from tm.search.memory import Memory

    given = {"source": source, "target": target, "status": status, "author": author}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if note is not None:
        changes["notes"] = tuple(note)
    if not changes:
        raise UsageError("specify what to change: --source, --target, --status, --author or --note")
    with Memory(one_path(memory), create=False) as store:
        unit = store.get(number).unit
        reverse = is_reverse(unit, source, target, source_lang, target_lang)
        if reverse:
            languages = f"{unit.source_lang} to {unit.target_lang}"
            message(f"duiyi: unit {number} is stored from {languages}; it was edited in the other direction")
        entry = store.edit(number, reverse=reverse, **changes)
    unit = entry.unit
    if json:
        print_json({"unit": entry.id, "source": unit.source, "target": unit.target, "status": unit.status})
    else:
        write(f"{entry.id}\t{unit.status}\t{unit.source}\t{unit.target}")


@app.command()
@with_filters
def replace(
    find: Annotated[str, typer.Argument(metavar="FIND", help="The text to find; with --regex an expression.")],
    by: Annotated[str, typer.Argument(metavar="WITH", help=r"The new text; with --regex, \1 is the first group.")],
    side: Annotated[str, typer.Option(help="Side of the units: source, target or both.")] = "both",
    regex: Annotated[bool, typer.Option("--regex", help="FIND is a regular expression.")] = False,
    ignore_case: Annotated[bool, typer.Option("--ignore-case", help="Find capitals and small letters alike.")] = False,
    memory: MemoryOption = "",
    *,
    filters: Filters,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Replace a text in all units, outside inline tags; `duiyi memory undo` takes it back."""
    from tm.search.memory import Memory
    from tm.store.replacing import ReplaceOptions

    options = ReplaceOptions(find, by, side, regex, ignore_case, filters)  # type: ignore[arg-type]
    with Memory(one_path(memory), create=False) as store, waiting("working"):
        report = store.replace(options, dry_run=dry_run)
    _show_replaced(report, dry_run=dry_run, json=json)


def _show_replaced(report: "ReplaceReport", *, dry_run: bool, json: bool) -> None:
    if json:
        print_json(report.to_dict())
        return
    if dry_run:
        for one in report.examples:
            for old, new in ((one.before.source, one.after.source), (one.before.target, one.after.target)):
                if old != new:
                    write(f"{one.number}\t{old}\t{new}")
    units, places = counted(report.units, "unit"), counted(report.places, "place")
    tell(f"{units} would change, {places}" if dry_run else f"{units} changed, {places}")
    if report.tagged:
        message(f"duiyi: not replaced in {counted(report.tagged, 'place')} with an inline tag inside")
    for why, count in report.left.items():
        message(f"duiyi: not changed: {counted(count, 'unit')}, which would have {why}")


@app.command()
@with_filters
def clean(
    only: Annotated[list[str] | None, typer.Option(help="Apply this rule only; may be repeated.")] = None,
    also: Annotated[list[str] | None, typer.Option(help="Apply this rule too; may be repeated.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Do not apply this rule; may be repeated.")] = None,
    show_rules: Annotated[bool, typer.Option("--list", help="List the rules and exit.")] = False,
    memory: MemoryOption = "",
    *,
    filters: Filters,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Delete units that are no translations; `duiyi memory undo` takes it back."""
    from tm.jobs.clean_memory import RULES, clean_memory, selected
    from tm.search.memory import Memory

    if show_rules:
        for rule in RULES.values():
            state = padded("on" if rule.on else "off", 3)
            write(f"{rule.name:10} {state}  {translated(rule.about)}")
        return
    rules = selected(only or (), also or (), skip or ())
    with Memory(one_path(memory), create=False) as store, waiting("working"):
        report = clean_memory(store, rules, filters=filters, dry_run=dry_run)
    _show_cleaned(report, dry_run=dry_run, json=json)


def _show_cleaned(report: "CleanReport", *, dry_run: bool, json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    if json:
        print_json(report.to_dict())
        return
    rule, units, example = headings("rule", "units", "example")
    table = Table(rule)
    table.add_column(units, justify="right")
    table.add_column(example, overflow="fold")
    for name, count in report.counts.items():
        table.add_row(name, f"{count:,}", Text(report.examples.get(name, "")))
    console().print(table)
    units, read = counted(report.units, "unit"), report.read
    tell(f"{units} of {read:,} would be deleted" if dry_run else f"{units} of {read:,} deleted")


@app.command()
def bitext(
    origin: Annotated[str, typer.Argument(metavar="ORIGIN", help="A file of origin, or a part of its name.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write: .html, .docx or .tmx.")],
    memory: MemoryOption = "",
) -> None:
    """Write a whole document of the memory in both languages, side by side, every unit with its anchor."""
    from tm.jobs.bitext import bitext_of, write_bitext
    from tm.search.memory import Memory

    check_targets([out], files_among(one_path(memory)))
    with Memory(one_path(memory), create=False) as store, waiting("reading"):
        found = bitext_of(store, origin)
        write_bitext(out, found)
    write(f"{out}: {found.title}: {translated(found.summary)}")


@app.command()
def undo(
    show: Annotated[bool, typer.Option("--list", help="List what can be undone, the last change first.")] = False,
    memory: MemoryOption = "",
    json: JsonOption = False,
) -> None:
    """Take back the last edit, replacement, cleaning, deletion or import; again for the one before it."""
    from datetime import UTC, datetime

    from tm.search.memory import Memory

    with Memory(one_path(memory), create=False) as store, waiting("working"):
        found = store.changes() if show else [store.undo()]
    if json:
        print_json([{"action": one.action, "units": one.units, "moment": one.moment} for one in found])
        return
    for one in found:
        when = datetime.fromtimestamp(one.moment, UTC).isoformat(" ", "minutes")[:16]
        change = f"{one.action} ({counted(one.units, 'unit')}, {when} UTC)"
        tell(change if show else f"undone: {change}")
