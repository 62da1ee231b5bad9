"""`duiyi pretranslate`: fill the empty translations of a file from memories."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.memory_options import MemoriesOption, PenaltyOption, PreferOption, SrxOption, memories, with_filters
from tm.cli.output import message, print_json, waiting, write
from tm.store.filters import Filters, origin_penalties

__all__ = ["pretranslate"]


@with_filters
def pretranslate(
    file: Annotated[Path, typer.Argument(help="XLIFF, SDLXLIFF, mqxliff, PO, or a document.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The filled file; of a document .xlf, or .docx for a table to read.")
    ],
    memory: MemoriesOption = None,
    minimum: Annotated[int, typer.Option("--min", help="Lowest score of matches that are used.", min=30, max=100)] = 75,
    terms: Annotated[
        str | None,
        typer.Option("--terms", metavar="FILE", help="Term base, for texts that are put together from parts."),
    ] = None,
    runners_up: Annotated[
        int, typer.Option(help="Largest number of further matches to write beside a translation.", min=0)
    ] = 3,
    assemble: Annotated[
        bool, typer.Option(help="Put texts without a match together from sentences that the memory has.")
    ] = True,
    prefer: PreferOption = None,
    penalty: PenaltyOption = None,
    srx: SrxOption = None,
    *,
    filters: Filters,
    json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Fill the empty translations of a file from memories; what is only similar is marked for review."""
    from tm.pretranslation.filling import PretranslateOptions
    from tm.pretranslation.job import pretranslate as fill
    from tm.search.lookup import check_languages
    from tm.terms.base import TermBase

    options = PretranslateOptions(
        minimum, filters, runners_up, assemble, tuple(prefer or ()), origin_penalties(penalty or ()), srx
    )
    with ExitStack() as stack:
        opened = stack.enter_context(memories(memory))
        check_languages([one for one, _ in opened], filters.source_lang, filters.target_lang)
        base = stack.enter_context(TermBase(terms, create=False)) if terms else None
        show = stack.enter_context(waiting("reading"))
        report = fill(
            file,
            out,
            opened,
            options,
            terms=base,
            progress=lambda done, every: show(f"{done:,} of {counted(every, 'segment')}"),
        )
    for warning in report.warnings:
        message(f"duiyi: warning: {warning}")
    if json:
        print_json({"out": str(out), **report.to_dict()})
        return
    filled = [f"{count:,} {translated(kind)}" for kind, count in report.filled if count] or [translated("none filled")]
    rest = ", ".join((*filled, translated(f"{report.kept:,} kept"), translated(f"{report.left:,} left")))
    write(f"{out}: {translated(counted(report.segments, 'segment'))}: {rest}")
    if report.unplaced:
        message(f"duiyi: {counted(report.unplaced, 'segment')} left for inline codes that have no place in the match")
