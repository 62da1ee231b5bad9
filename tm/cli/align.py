"""`duiyi align`: two documents in, files of units out.

Everything that can be known to go wrong is looked at before the work starts, and the files appear together at the
end: they are written beside their places and renamed when the last one is complete.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tm.cli.output import errors, message, print_json, write

if TYPE_CHECKING:
    from align.alignment import Alignment
    from align.pipeline import Progress
    from corpora.document import Document
    from tm.formats.base import SegType, WriteOptions, WriteReport

__all__ = ["align"]

_LOW = 0.5  # a pair that is as likely wrong as right is worth counting


def align(
    source: Annotated[Path, typer.Argument(help="The document in the source language (txt, PDF, DOCX, HTML).")],
    target: Annotated[Path, typer.Argument(help="Its translation.")],
    out: Annotated[
        list[Path],
        typer.Option("--out", "-o", help="File to write, format by extension; may be repeated."),
    ],
    xliff: Annotated[str, typer.Option(help="Version written to .xlf: 1.2 or 2.1.")] = "1.2",
    unit: Annotated[str, typer.Option(help="What is paired: paragraph, or sentence inside paired paragraphs.")] = (
        "sentence"
    ),
    source_lang: Annotated[str | None, typer.Option(help="Language of the source; detected by default.")] = None,
    target_lang: Annotated[str | None, typer.Option(help="Language of the target; detected by default.")] = None,
    profile: Annotated[str, typer.Option(help="How structure is read: auto, un, legal or plain.")] = "auto",
    segmented: Annotated[bool, typer.Option(help="The files hold one unit a line already.")] = False,
    model: Annotated[
        str | None, typer.Option(help="Encoder: built-in by default, else a name or path of a model.")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(help="Leave out pairs of a lower score (0 to 1).", min=0.0, max=1.0)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Pair two documents, paragraph by paragraph and sentence by sentence, and write the pairs."""
    version = _choice("--xliff", xliff, ("1.2", "2.1"))
    level: Literal["paragraph", "sentence"] = _choice("--unit", unit, ("paragraph", "sentence"))
    _choice("--profile", profile, ("auto", "un", "legal", "plain"))
    _check_outputs(out, (source, target))

    from align.pipeline import AlignOptions
    from align.pipeline import align as pair
    from corpora.readers import read
    from models.registry import load
    from tm.formats.base import WriteOptions

    left = read(source, language=source_lang, profile=profile, segmented=segmented)
    right = read(target, language=target_lang, profile=profile, segmented=segmented)
    _check_languages(left, right, given=bool(source_lang and target_lang))
    encoder = load(model)
    with _progress() as tell:
        alignment = pair(
            left, right, encoder=encoder, options=AlignOptions(unit=level, segmented=segmented), progress=tell
        )
        tell("writing", 0.0)
        # Of aligned sentences some units hold several; in that case the format is to say so unit by unit.
        segtype: SegType = "auto" if level == "sentence" else "paragraph"
        reports = _write_all(out, alignment, WriteOptions(xliff=version, segtype=segtype), min_score)
    warnings = [*left.warnings, *right.warnings, *alignment.warnings]
    for warning in (*warnings, *(text for report in reports for text in report.warnings)):
        message(f"duiyi: warning: {warning}")
    summary = _summary(alignment)
    if json:
        files = [{"path": str(path), "units": report.written} for path, report in zip(out, reports, strict=True)]
        print_json({**summary, "warnings": warnings, "files": files, "signature": alignment.signature})
        return
    write(_told(summary, alignment))
    for path, report in zip(out, reports, strict=True):
        write(f"{path}: {report.written:,} units")
    write(alignment.signature)


def _choice(option: str, value: Any, known: Sequence[str]) -> Any:
    from corpora.errors import UsageError

    if value not in known:
        raise UsageError(f"{option} is one of {', '.join(known)}, not {value}")
    return value


def _check_outputs(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Refuse what cannot be written as asked, before any work is done."""
    from corpora.errors import InputError, UsageError
    from tm.formats.registry import format_of

    seen: set[Path] = set()
    for path in inputs:
        if not path.exists():
            raise InputError(f"{path} does not exist")
    for path in outputs:
        if path.suffix.lower() != ".align":
            chosen = format_of(path)
            if not chosen.writes:
                raise UsageError(f"{path}: {chosen.name} cannot be written")
            chosen.load()
        if path.is_dir():
            raise UsageError(f"{path} is a folder, not a file to write")
        if any(path.exists() and path.samefile(other) for other in inputs):
            raise UsageError(f"{path} is one of the files to read; writing it would destroy it")
        if path.resolve() in seen:
            raise UsageError(f"{path} is named twice to be written")
        seen.add(path.resolve())


def _check_languages(left: "Document", right: "Document", *, given: bool) -> None:
    from corpora.errors import UsageError
    from corpora.languages import same

    if given:
        return
    for document, option in ((left, "--source-lang"), (right, "--target-lang")):
        if document.language in ("", "und"):
            raise UsageError(f"the language of {document.path} cannot be told from its text; name it with {option}")
    if same(left.language, right.language):
        raise UsageError(
            f"{left.path} and {right.path} are both in {left.language}; "
            "where that is meant, name both with --source-lang and --target-lang"
        )


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A Rich progress bar on standard error, gone when the work is done."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=errors(), transient=True)
    with bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def _write_all(
    paths: Sequence[Path], alignment: "Alignment", options: "WriteOptions", min_score: float | None
) -> list["WriteReport"]:
    """Write every file beside its place, then rename all: either all of them appear or none."""
    from contextlib import ExitStack

    from corpora.files import replacing

    reports = []
    with ExitStack() as stack:
        for path in paths:
            temporary = stack.enter_context(replacing(path))
            # The format goes by the extension, so the file is made under its own name in a folder of its own.
            place = Path(stack.enter_context(_folder_beside(temporary))) / path.name
            reports.append(_write_one(place, alignment, options, min_score))
            place.replace(temporary)
    return reports


def _folder_beside(path: Path) -> Any:
    from tempfile import TemporaryDirectory

    return TemporaryDirectory(dir=path.parent, prefix=".duiyi-")


def _write_one(path: Path, alignment: "Alignment", options: "WriteOptions", min_score: float | None) -> "WriteReport":
    from dataclasses import replace

    from tm.formats.registry import write as write_units
    from tm.formats.registry import write_alignment
    from tm.units import units_of

    if path.suffix.lower() != ".align":
        options = replace(options, signature=alignment.signature)
        return write_units(path, units_of(alignment, min_score=min_score), options)
    kept = tuple(bead for bead in alignment.beads if min_score is None or bead.score >= min_score)
    return write_alignment(path, replace(alignment, beads=kept), options)


def _summary(alignment: "Alignment") -> dict[str, Any]:
    paired = [bead for bead in alignment.beads if bead.source and bead.target]
    types = Counter(f"{len(bead.source)}-{len(bead.target)}" for bead in alignment.beads)
    return {
        "unit": alignment.level,
        "source_lang": alignment.source.language,
        "target_lang": alignment.target.language,
        "source_units": len(alignment.source_units),
        "target_units": len(alignment.target_units),
        "beads": dict(types.most_common()),
        "moved": sum(bead.how == "moved" for bead in paired),
        "mean_score": round(sum(bead.score for bead in paired) / max(len(paired), 1), 3),
        "low_scores": sum(bead.score < _LOW for bead in paired),
    }


def _told(summary: dict[str, Any], alignment: "Alignment") -> str:
    """The summary in a few lines."""
    beads = ", ".join(f"{count:,} {kind}" for kind, count in summary["beads"].items())
    moved = f"; {summary['moved']:,} stand elsewhere" if summary["moved"] else ""
    return (
        f"{alignment.source.path} ({summary['source_lang']}, {summary['source_units']:,} {summary['unit']}s) and "
        f"{alignment.target.path} ({summary['target_lang']}, {summary['target_units']:,} {summary['unit']}s)\n"
        f"pairs: {beads}{moved}\n"
        f"mean score {summary['mean_score']:.2f}; {summary['low_scores']:,} below {_LOW}"
    )
