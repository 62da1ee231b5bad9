"""`duiyi batch`: align many pairs from a manifest, in several processes or on a cluster."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tm.cli.cluster_option import Address, ClusterCommand, Memory, Tries, cluster_options
from tm.cli.outcomes import STATES, show, with_progress
from tm.cli.output import print_json, write

if TYPE_CHECKING:
    from tm.jobs.batch import Outcome

__all__ = ["COMMAND", "as_data", "batch"]

COMMAND = ClusterCommand  # how its arguments are read


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
    cluster: Address = None,
    task_memory: Memory = 2.0,
    tries: Tries = 3,
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
    from tm.jobs.manifest import read_manifest

    nodes = cluster_options(cluster, workers, task_memory, tries)
    pairs = [replace(pair, model=pair.model or model or "") for pair in read_manifest(manifest)]
    journal = BatchJournal(manifest)
    if dry_run:
        for pair in pairs:
            state = "kept" if not again and journal.find(pair) is not None else "to do"
            write(f"{state}\t{pair.line}\t{pair.source}\t{pair.target or ''}\t{' | '.join(map(str, pair.outputs))}")
        return
    if again:
        journal.forget()
    outcomes = run(pairs, workers=workers or cores(), journal=journal, cluster=nodes)
    found = sorted(with_progress(outcomes, len(pairs)), key=lambda outcome: outcome.pair.line)
    states = Counter(outcome.state for outcome in found)
    if json:
        print_json({"pairs": [as_data(outcome) for outcome in found], **{s: states[s] for s in STATES}})
    else:
        show(found)
    if states["failed"]:
        raise typer.Exit(2)


def as_data(outcome: "Outcome") -> dict[str, Any]:
    """The result of a pair as `--json` prints it."""
    pair = outcome.pair
    return {
        "line": pair.line,
        "name": pair.name,
        "source": str(pair.source),
        "target": str(pair.target or ""),
        "outputs": [str(path) for path in pair.outputs],
        "state": outcome.state,
        "message": outcome.message,
        "seconds": round(outcome.seconds, 2),
        **outcome.figures,
    }
