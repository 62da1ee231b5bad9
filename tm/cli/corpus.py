"""`duiyi corpus build`: a parallel corpus from many documents."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.cluster_option import Address, ClusterCommand, Memory, Tries, cluster_options
from tm.cli.output import message, print_json, tell, write

if TYPE_CHECKING:
    from tm.corpus.report import CorpusReport

__all__ = ["app", "build"]

R = TypeVar("R")
app = typer.Typer(no_args_is_help=True, help="Build parallel corpora from many documents.")


@app.callback()
def _corpus() -> None:
    """Build parallel corpora from many documents."""


Skip = Annotated[
    list[str] | None, typer.Option(help="Omit a step: pair, filter, checks, exact, near or write; may be repeated.")
]
Formats = Annotated[list[str] | None, typer.Option("--format", "-f", help="parquet (the default), jsonl or tmx.")]
Inputs = Annotated[list[str], typer.Argument(help="A manifest as for `duiyi batch`, or two folders; s3:// too.")]
Least = Annotated[float, typer.Option("--filter", help="Least probability of a pair of being a translation.")]
Checks = Annotated[str, typer.Option(help="Leave out pairs in which one of these finds an error; names with commas.")]
Near = Annotated[float, typer.Option(help="Share of common text from which pairs are near duplicates.")]
Language = Annotated[str | None, typer.Option(help="Language of all documents on this side; detected by default.")]
Workers = Annotated[int | None, typer.Option("--workers", "-j", help="Processes; as many as cores by default.", min=1)]


@app.command(cls=ClusterCommand)
def build(
    inputs: Inputs,
    out: Annotated[str, typer.Option("--out", "-o", help="Folder of the corpus, a path or an address.")],
    formats: Formats = None,
    memory: Annotated[str | None, typer.Option(help="Add the units to this memory, too.")] = None,
    skip: Skip = None,
    min_score: Annotated[float, typer.Option(help="Leave out pairs that are aligned with a lower score.")] = 0.5,
    least: Least = 0.5,
    checks: Checks = "language,encoding,untranslated",
    near: Near = 0.9,
    part: Annotated[int, typer.Option("--part", help="Most units in a file.", min=1)] = 100_000,
    corpus: Annotated[str, typer.Option(help="Name of the source of documents that state none.")] = "corpus",
    licence: Annotated[str, typer.Option(help="Licence of documents that state none.")] = "",
    unit: Annotated[str, typer.Option(help="What is paired: sentence or paragraph.")] = "sentence",
    source_lang: Language = None,
    target_lang: Language = None,
    profile: Annotated[str, typer.Option(help="How structure is read: auto, un, legal or plain.")] = "auto",
    model: Annotated[str, typer.Option(help="Encoder; built-in by default.")] = "",
    workers: Workers = None,
    cluster: Address = None,
    task_memory: Memory = 2.0,
    tries: Tries = 3,
    json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Build a corpus: pair files, align, filter, remove duplicates, write; what is done is kept for the next run."""
    from tm.corpus.build import build_corpus
    from tm.corpus.options import CorpusOptions
    from tm.jobs.align_files import AlignFilesOptions
    from tm.jobs.workers import cores

    align = AlignFilesOptions(unit=unit, source_lang=source_lang, target_lang=target_lang, profile=profile)  # type: ignore[arg-type]
    kinds = tuple(dict.fromkeys(formats or ["parquet"]))
    named = tuple(filter(None, (name.strip() for name in checks.split(","))))
    options = CorpusOptions(
        kinds, tuple(skip or ()), min_score, least, named, near, part, model, align, corpus, licence  # type: ignore[arg-type]
    )  # fmt: skip
    nodes = cluster_options(cluster, workers, task_memory, tries)
    report = build_corpus(
        inputs, out, options=options, memory=memory, workers=workers or cores(), cluster=nodes, follow=_with_progress
    )
    _tell(report, json)


def _tell(report: "CorpusReport", json: bool) -> None:
    """Print the counts, and the documents that were lost."""
    from tm.corpus.build import REPORT
    from tm.corpus.report import lost_text

    for text in lost_text(report):
        message(f"duiyi: {text}")
    if json:
        print_json(report.to_dict())
        return
    used = len(report.documents) - len(report.lost_documents)
    documents, units = counted(len(report.documents), "document"), counted(report.units, "unit")
    tell(f"{used:,} of {documents} used; {units}, {report.written:,} written")
    for reason, count in report.lost.items():
        write(f"{count:>12,}  {translated(reason)}")
    tell(f"{report.out}: {REPORT} says what was lost")
    if not used:
        raise typer.Exit(2)


def _with_progress(step: str, results: Iterator[R], total: int) -> Iterator[R]:
    """Follow a step: a bar with the rate and the time left on a terminal, a line now and then elsewhere."""
    import time

    from tm.cli.output import errors

    if not total:
        yield from results
        return
    screen = errors()
    if screen.is_terminal:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        names = TextColumn("{task.description}"), TextColumn("{task.fields[rate]}")
        columns = (names[0], BarColumn(), MofNCompleteColumn(), names[1], TimeRemainingColumn())
        with Progress(*columns, console=screen, transient=True) as bar:
            task = bar.add_task(translated(step), total=total, rate="")
            started = time.monotonic()
            for number, result in enumerate(results, 1):
                bar.update(task, advance=1, rate=translated(_rate(number / max(time.monotonic() - started, 0.001))))
                yield result
        return
    started = told = time.monotonic()
    number = 0
    for number, result in enumerate(results, 1):
        now = time.monotonic()
        if now - told >= _EVERY:
            told, rate = now, number / (now - started)
            left = _duration((total - number) / rate)
            message(f"{step}: {number:,} of {total:,}, {_rate(rate)}, {left} left")
        yield result
    message(f"{step}: {number:,} of {total:,} in {_duration(time.monotonic() - started)}")


_EVERY = 10.0  # seconds between two lines


def _rate(rate: float) -> str:
    return f"{rate:.1f} per second" if rate >= 1 else f"{60 * rate:.1f} per minute"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if seconds < 100 else f"{minutes} min" if minutes < 100 else f"{minutes / 60:.1f} h"
