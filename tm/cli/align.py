"""`duiyi align`: align two documents and write the pairs (`tm.jobs.align_files` does the work)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.output import errors, message, print_json, tell, write

if TYPE_CHECKING:
    from align.alignment import Alignment
    from align.pipeline import StageProgress
    from tm.jobs.align_files import AlignFilesOptions

__all__ = ["align"]


def align(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="A document and its translation (files, - or web addresses); one that holds both languages; two "
            "folders; or the versions of a text in three languages or more."
        ),
    ],
    out: Annotated[
        list[Path],
        typer.Option(
            "--out",
            "-o",
            help="File to write, format by extension, or a memory (.duiyi); may be repeated. For folders: "
            "a folder, a memory, or both.",
        ),
    ],
    xliff: Annotated[str, typer.Option(help="Version written to .xlf: 1.2 or 2.1.")] = "1.2",
    unit: Annotated[str, typer.Option(help="Unit to align: paragraph, or sentence in paragraphs.")] = "sentence",
    source_lang: Annotated[str | None, typer.Option(help="Language of the source; detected by default.")] = None,
    target_lang: Annotated[str | None, typer.Option(help="Language of the target; detected by default.")] = None,
    profile: Annotated[str, typer.Option(help="How structure is read: auto, un, legal or plain.")] = "auto",
    segmented: Annotated[bool, typer.Option(help="The files contain one unit per line already.")] = False,
    ocr: Annotated[bool, typer.Option("--ocr", help="Read scans and pictures with Tesseract.")] = False,
    bilingual: Annotated[
        str,
        typer.Option(
            help="Layout of one file that holds both languages: auto, interleaved, table or columns (or facing pages)."
        ),
    ] = "auto",
    pivot: Annotated[
        str | None,
        typer.Option(help="Of several languages the one that the others are aligned with; English by default."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Encoder: built-in by default, else a name or path of a model.")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(help="Leave out pairs with a lower score (0 to 1).", min=0.0, max=1.0)
    ] = None,
    keep_identical: Annotated[bool, typer.Option(help="Keep units in TMX with nothing to translate.")] = False,
    srx: Annotated[str | None, typer.Option(help="Split sentences by the rules of this SRX file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Align documents, or all documents of two folders, paragraph by paragraph and sentence by sentence."""
    from tm.jobs.align_files import AlignFilesOptions

    first = unit, source_lang, target_lang, profile, segmented, min_score, xliff
    given: tuple[Any, ...] = (*first, keep_identical, ocr, bilingual, srx)
    options = AlignFilesOptions(*given)
    _dispatch(files, out, options, pivot, model, json=json)


def _dispatch(
    files: Sequence[Path],
    out: Sequence[Path],
    options: "AlignFilesOptions",
    pivot: str | None,
    model: str | None,
    *,
    json: bool,
) -> None:
    """Do what the number and the kind of the files ask for."""
    from corpora.errors import UsageError

    folders = [path for path in files if path.is_dir()]
    if pivot is not None and len(files) < 3:
        raise UsageError("--pivot is for three languages or more")
    if len(files) == 2 and len(folders) == 2:
        from tm.cli.folders import align_two_folders

        align_two_folders(files[0], files[1], out, options, model=model, json=json)
    elif folders:
        raise UsageError(f"{folders[0]} is a folder: give two folders, or documents only")
    elif len(files) > 2:
        _languages(files, out, options, pivot, model, json=json)
    else:
        _documents(files, out, options, model, json=json)


def _documents(
    files: Sequence[Path], out: Sequence[Path], options: "AlignFilesOptions", model: str | None, *, json: bool
) -> None:
    """Align two documents, or the two languages of one."""
    from tm.jobs.align_files import IDENTICAL, align_files, check_outputs
    from tm.jobs.align_files import summary as summarised
    from tm.jobs.folders import add_units, check_memory, is_memory

    memories = [path for path in out if is_memory(path)]
    places = [path for path in out if not is_memory(path)]
    check_outputs(places, files)
    for path in memories:
        check_memory(path)

    from models.registry import load

    encoder = load(model)
    target = files[1] if len(files) > 1 else None
    with _progress() as progress:
        paired = align_files(files[0], target, *places, encoder=encoder, options=options, progress=progress)
    for note in paired.notes:
        message(f"duiyi: {note}")
    for warning in paired.warnings:
        message(f"duiyi: warning: {warning}")
    alignment, summary = paired.alignment, summarised(paired.alignment)
    written = [
        (path, report.written, report.left_out.get(IDENTICAL, 0))
        for path, report in zip(places, paired.reports, strict=True)
    ]
    written += [(path, add_units(path, paired.units()), 0) for path in memories]
    if json:
        rows = [{"path": str(path), "units": units, "identical": same} for path, units, same in written]
        more = {"warnings": paired.warnings, "notes": paired.notes, "files": rows, "signature": alignment.signature}
        print_json({**summary, **more})
        return
    tell(_summary_text(summary, alignment))
    for path, units, same in written:
        text = f"{path}: {counted(units, 'unit')}"
        tell(f"{text}; {same:,} left out, the same on both sides (--keep-identical)" if same else text)
    write(alignment.signature)


def _languages(
    files: Sequence[Path],
    out: Sequence[Path],
    options: "AlignFilesOptions",
    pivot: str | None,
    model: str | None,
    *,
    json: bool,
) -> None:
    """Align the versions of a text in three languages or more."""
    from models.registry import load
    from tm.jobs.align_languages import align_languages

    encoder = load(model)
    with _progress() as progress:
        found = align_languages(files, *out, pivot=pivot, encoder=encoder, options=options, progress=progress)
    for warning in found.warnings:
        message(f"duiyi: warning: {warning}")
    complete = sum(len(unit.texts) == len(files) for unit in found.units)
    languages = [document.language for document in found.documents]
    if json:
        rows = [{"path": path, "units": units} for path, units in found.written.items()]
        facts = {"languages": languages, "pivot": languages[found.pivot], "units": len(found.units)}
        more = {"complete": complete, "corrected": found.corrected, "warnings": found.warnings, "files": rows}
        print_json({**facts, **more})
        return
    tell(f"{', '.join(languages)}; pivot {languages[found.pivot]}")
    text = f"{counted(len(found.units), 'unit')}, {complete:,} in all languages"
    tell(f"{text}; {counted(found.corrected, 'passage')} corrected by another language" if found.corrected else text)
    for path, units in found.written.items():
        tell(f"{path}: {counted(units, 'unit')}")


@contextmanager
def _progress() -> "Iterator[StageProgress]":
    """A Rich progress bar on standard error, removed at the end."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    screen = errors()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # In a log file, a bar would leave a blank line.
    bar = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
    with bar:
        task = bar.add_task(translated("reading"), total=1.0)
        yield lambda step, share: bar.update(task, description=translated(step), completed=share)


def _sides(path: str, path2: str, lang: str, lang2: str, source: str, target: str) -> str:
    return f"{path} ({lang}, {source}) and {path2} ({lang2}, {target})"


def _summary_text(summary: dict[str, Any], alignment: "Alignment") -> str:
    """The summary in a few lines."""
    from tm.jobs.align_files import LOW

    beads = ", ".join(f"{count:,} {kind}" for kind, count in summary["beads"].items())
    source, target = (counted(summary[f"{side}_units"], summary["unit"]) for side in ("source", "target"))
    languages = summary["source_lang"], summary["target_lang"]
    paths = alignment.source.path, alignment.target.path
    lines = [
        _sides(*paths, *languages, source, target),
        f"pairs: {beads}; {summary['moved']:,} moved" if summary["moved"] else f"pairs: {beads}",
        f"mean score {summary['mean_score']:.2f}; {summary['low_scores']:,} below {LOW}",
    ]
    return "\n".join(lines)
