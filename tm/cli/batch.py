"""`duiyi batch`: align many pairs from a manifest, in several processes or as jobs of a cluster."""

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tm.cli.outcomes import STATES, show, with_progress
from tm.cli.output import print_json, write

if TYPE_CHECKING:
    from tm.jobs.batch import Outcome

__all__ = ["as_data", "batch"]


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
    found = sorted(with_progress(outcomes, len(pairs)), key=lambda outcome: outcome.pair.line)
    states = Counter(outcome.state for outcome in found)
    if json:
        print_json({"pairs": [as_data(outcome) for outcome in found], **{s: states[s] for s in STATES}})
    else:
        show(found)
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


def as_data(outcome: "Outcome") -> dict[str, Any]:
    """The result of a pair as `--json` prints it."""
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
