"""`duiyi analyse`: how much of a job repeats, is known, is similar or is new."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.files import check_targets
from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.memory_options import MemoriesOption, PenaltyOption, SrxOption, memories, with_filters
from tm.cli.output import console, headings, message, print_json, tell, waiting
from tm.store.filters import Filters, origin_penalties

if TYPE_CHECKING:
    from tm.search.analysis import FileAnalysis

__all__ = ["analyse", "show_bands"]


@with_filters
def analyse(
    files: Annotated[list[Path], typer.Argument(help="Documents, or bilingual files: XLIFF, PO, TMX, tables.")],
    out: Annotated[
        list[Path] | None, typer.Option("--out", "-o", help="Report to write: .html, .json, .csv or .tsv.")
    ] = None,
    memory: MemoriesOption = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="Count texts that are similar to earlier ones of the job as matches too.")
    ] = False,
    rates: Annotated[
        Path | None, typer.Option(help="TOML file with [rates] by band, from 0 to 1, for weighted words.")
    ] = None,
    segmented: Annotated[bool, typer.Option(help="Plain text has one segment per line already.")] = False,
    penalty: PenaltyOption = None,
    srx: SrxOption = None,
    *,
    filters: Filters,
    json: Annotated[bool, typer.Option("--json", help="Print the analysis as JSON.")] = False,
) -> None:
    """Count segments, words and characters of a job by band of match, repetitions included."""
    from tm.jobs.analyse_files import AnalyseOptions, analyse_files, check_reports, read_rates, write_report
    from tm.search.lookup import check_languages
    from tm.store.memory_store import default_path, memory_paths

    check_reports(out or [])
    inputs = [
        *files,
        *([rates] if rates else []),
        *(path for path, _ in memory_paths(memory or ()) if isinstance(path, Path)),
    ]
    check_targets(out or [], inputs)
    points = origin_penalties(penalty or ())
    options = AnalyseOptions(filters, internal, segmented, read_rates(rates) if rates else None, points, srx)
    none = memory_paths(memory or ()) == [(default_path(), 0)] and not default_path().exists()
    if none:
        message("duiyi: you have no memory yet, so only repetitions are found; --memory names one")
    with ExitStack() as stack:
        opened = [] if none else stack.enter_context(memories(memory))
        show = stack.enter_context(waiting("reading"))
        check_languages([one for one, _ in opened], filters.source_lang, filters.target_lang)
        found = analyse_files(
            files,
            opened,
            options,
            progress=lambda file, count: show(f"{file}: {counted(count, 'segment')}"),
            follow=lambda done, every: show(f"{done:,} of {counted(every, 'segment')}"),
            on_warning=lambda warning: message(f"duiyi: warning: {warning}"),
        )
    for path in out or []:
        write_report(path, found)
    if json:
        print_json(found.to_dict())
        return
    for one in found.files:
        show_bands(one, one.file, found.rates)
    if len(found.files) > 1:
        show_bands(found.total, translated("total"), found.rates)


def show_bands(one: "FileAnalysis", title: str, rates: Mapping[str, float] | None = None) -> None:
    """Print the counts of a file as a table."""
    from rich.table import Table

    match, *names = headings("match", "segments", "words", "characters", "% of words")
    table = Table(match, title=title)
    for name in names:
        table.add_column(name, justify="right")
    every = one.all
    for band, count in [*one.bands.items(), ("all", every)]:
        share = 100 * count.words / (every.words or 1)
        numbers = (f"{number:,}" for number in (count.segments, count.words, count.characters))
        table.add_row(translated(band), *numbers, f"{share:.1f}")
    console().print(table)
    if rates:
        tell(f"weighted words: {one.weighted(rates):,}")
