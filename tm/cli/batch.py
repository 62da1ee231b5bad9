"""`duiyi batch`: align many pairs from a manifest, in several processes or as jobs of a cluster."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tm.cli.output import console, errors, message, print_json, write

if TYPE_CHECKING:
    from tm.jobs.batch import Outcome

__all__ = ["batch"]

_STATES = ("done", "kept", "failed")
_ALL = 60  # up to this number the table shows all pairs
_WIDTH = 140  # columns of the table without a terminal


def batch(
    manifest: Annotated[
        Path,
        typer.Argument(
            help="TSV, CSV or JSONL with source, target and output (several with | between), and columns for options: "
            "unit, source_lang, target_lang, profile, segmented, min_score, xliff, model."
        ),
    ],
    workers: Annotated[
        int | None, typer.Option("--workers", "-j", help="Processes; as many as cores by default.", min=1)
    ] = None,
    shard: Annotated[
        str, typer.Option(metavar="K/N", help="Only the K-th of N parts, as one of N jobs of a cluster.")
    ] = "",
    model: Annotated[
        str | None, typer.Option(help="Encoder for pairs without one in the manifest; built-in by default.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Align all pairs again, also those that are done.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be done.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result of every pair as JSON.")] = False,
) -> None:
    """Align many pairs of documents; pairs that are done are skipped, failed ones do not stop the others."""
    from dataclasses import replace

    from tm.jobs.batch import BatchJournal, cores, run
    from tm.jobs.batch import shard as part_of
    from tm.jobs.manifest import read_manifest

    pairs = read_manifest(manifest)
    number, count = _part(shard)
    pairs = [replace(pair, model=pair.model or model or "") for pair in part_of(pairs, number, count)]
    journal = BatchJournal(manifest, f"{number}-of-{count}" if count > 1 else "")
    if dry_run:
        for pair in pairs:
            state = "kept" if not again and journal.find(pair) is not None else "to do"
            write(f"{state}\t{pair.line}\t{pair.source}\t{pair.target}\t{' | '.join(map(str, pair.outputs))}")
        return
    if again:
        journal.forget()
    outcomes = run(pairs, workers=workers or cores(), journal=journal)
    found = sorted(_with_progress(outcomes, len(pairs)), key=lambda outcome: outcome.pair.line)
    states = Counter(outcome.state for outcome in found)
    if json:
        print_json({"pairs": [_as_data(outcome) for outcome in found], **{s: states[s] for s in _STATES}})
    else:
        _show(found, states)
    if states["failed"]:
        raise typer.Exit(2)


def _part(text: str) -> tuple[int, int]:
    from corpora.errors import UsageError

    if not text:
        return 1, 1
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if match is None:
        raise UsageError(f"--shard must be a part and the number of parts, such as 1/4, not {text}")
    return int(match[1]), int(match[2])


def _with_progress(outcomes: "Iterable[Outcome]", total: int) -> "Iterator[Outcome]":
    """Yield the outcomes, with a progress bar on a terminal, and a line for each failure at once."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = errors()
    bar = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
    with bar:
        task = bar.add_task("pairs", total=total)
        for outcome in outcomes:
            bar.advance(task)
            if outcome.state == "failed":
                message(f"duiyi: line {outcome.pair.line} ({outcome.pair.name}): {outcome.message}")
            elif outcome.state == "done" and not bar.console.is_terminal:
                message(f"line {outcome.pair.line} ({outcome.pair.name}): done in {outcome.seconds:.1f} s")
            yield outcome


def _show(found: "list[Outcome]", states: Counter[str]) -> None:
    """Print a table of all pairs; if there are many, only of those that failed or have warnings."""
    from rich.table import Table
    from rich.text import Text

    listed = found if len(found) <= _ALL else [one for one in found if one.message or one.figures.get("warnings")]
    table = Table()
    for name, right in (("line", True), ("pair", False), ("state", False), ("pairs", True), ("mean score", True)):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    table.add_column("below 0.5", justify="right")
    table.add_column("remarks", overflow="fold")
    for outcome in listed:
        figures = outcome.figures
        counted = sum(count for kind, count in figures.get("beads", {}).items() if "0" not in kind.split("-"))
        score = f"{figures['mean_score']:.2f}" if figures else ""
        remarks = outcome.message or "; ".join(figures.get("warnings", ()))
        cells = (str(outcome.pair.line), outcome.pair.name, outcome.state, f"{counted:,}" if figures else "", score)
        low = f"{figures['low_scores']:,}" if figures else ""
        table.add_row(*(Text(cell) for cell in (*cells, low, remarks)))
    if listed:
        screen = console()
        screen.print(table, width=None if screen.is_terminal else _WIDTH)
    write(", ".join(f"{states[state]:,} {state}" for state in _STATES))


def _as_data(outcome: "Outcome") -> dict[str, Any]:
    pair = outcome.pair
    return {
        "line": pair.line,
        "name": pair.name,
        "source": str(pair.source),
        "target": str(pair.target),
        "outputs": [str(path) for path in pair.outputs],
        "state": outcome.state,
        "message": outcome.message,
        "seconds": round(outcome.seconds, 2),
        **outcome.figures,
    }
