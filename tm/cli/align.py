"""`duiyi align`: align two documents and write the pairs (`tm.jobs.align_files` does the work)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.text.plurals import counted
from tm.cli.output import errors, message, print_json, write

if TYPE_CHECKING:
    from align.alignment import Alignment
    from align.pipeline import StageProgress

__all__ = ["align"]


def align(
    source: Annotated[Path, typer.Argument(help="The document in the source language: a file, - or a web address.")],
    target: Annotated[Path, typer.Argument(help="Its translation.")],
    out: Annotated[
        list[Path],
        typer.Option("--out", "-o", help="File to write, format by extension; may be repeated."),
    ],
    xliff: Annotated[str, typer.Option(help="Version written to .xlf: 1.2 or 2.1.")] = "1.2",
    unit: Annotated[str, typer.Option(help="Unit to align: paragraph, or sentence inside aligned paragraphs.")] = (
        "sentence"
    ),
    source_lang: Annotated[str | None, typer.Option(help="Language of the source; detected by default.")] = None,
    target_lang: Annotated[str | None, typer.Option(help="Language of the target; detected by default.")] = None,
    profile: Annotated[str, typer.Option(help="How structure is read: auto, un, legal or plain.")] = "auto",
    segmented: Annotated[bool, typer.Option(help="The files contain one unit per line already.")] = False,
    ocr: Annotated[bool, typer.Option("--ocr", help="Read scans and pictures with Tesseract.")] = False,
    model: Annotated[
        str | None, typer.Option(help="Encoder: built-in by default, else a name or path of a model.")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(help="Leave out pairs with a lower score (0 to 1).", min=0.0, max=1.0)
    ] = None,
    keep_identical: Annotated[
        bool, typer.Option(help="Write units to TMX that are the same on both sides and hold nothing to translate.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Align two documents, paragraph by paragraph and sentence by sentence, and write the pairs."""
    from tm.jobs.align_files import IDENTICAL, AlignFilesOptions, align_files, check_outputs
    from tm.jobs.align_files import summary as summarised

    languages = source_lang, target_lang
    given: tuple[Any, ...] = (unit, *languages, profile, segmented, min_score, xliff, keep_identical, ocr)
    options = AlignFilesOptions(*given)
    check_outputs(out, (source, target))

    from models.registry import load

    encoder = load(model)
    with _progress() as progress:
        paired = align_files(source, target, *out, encoder=encoder, options=options, progress=progress)
    for warning in paired.warnings:
        message(f"duiyi: warning: {warning}")
    alignment, summary = paired.alignment, summarised(paired.alignment)
    if json:
        files = [
            {"path": str(path), "units": one.written, "identical": one.left_out.get(IDENTICAL, 0)}
            for path, one in zip(out, paired.reports, strict=True)
        ]
        print_json({**summary, "warnings": paired.warnings, "files": files, "signature": alignment.signature})
        return
    write(_summary_text(summary, alignment))
    for path, report in zip(out, paired.reports, strict=True):
        same = report.left_out.get(IDENTICAL, 0)
        more = f"; {same:,} left out, the same on both sides (--keep-identical)" if same else ""
        write(f"{path}: {counted(report.written, 'unit')}{more}")
    write(alignment.signature)


@contextmanager
def _progress() -> "Iterator[StageProgress]":
    """A Rich progress bar on standard error, removed at the end."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    screen = errors()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # In a log file, a bar would leave a blank line.
    bar = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
    with bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def _summary_text(summary: dict[str, Any], alignment: "Alignment") -> str:
    """The summary in a few lines."""
    from tm.jobs.align_files import LOW

    beads = ", ".join(f"{count:,} {kind}" for kind, count in summary["beads"].items())
    moved = f"; {summary['moved']:,} moved" if summary["moved"] else ""
    source, target = (counted(summary[f"{side}_units"], summary["unit"]) for side in ("source", "target"))
    return (
        f"{alignment.source.path} ({summary['source_lang']}, {source}) and "
        f"{alignment.target.path} ({summary['target_lang']}, {target})\n"
        f"pairs: {beads}{moved}\n"
        f"mean score {summary['mean_score']:.2f}; {summary['low_scores']:,} below {LOW}"
    )
