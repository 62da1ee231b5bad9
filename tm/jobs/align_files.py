"""Two documents in, files of units out: the main job as one function, for the command line and for batches alike.

Everything that can be known to go wrong is looked at before the work starts, and the files appear together at the
end: they are written beside their places and renamed when the last one is complete.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from corpora.errors import InputError, UsageError
from corpora.text.languages import known

if TYPE_CHECKING:
    from align.alignment import Alignment
    from align.pipeline import Progress
    from corpora.document import Document
    from models.encoder import Encoder
    from tm.formats.base import SegType, WriteOptions, WriteReport

__all__ = [
    "CHOICES",
    "LOW",
    "AlignFilesOptions",
    "AlignedFiles",
    "align_files",
    "check_format",
    "check_outputs",
    "summary",
]

LOW = 0.5  # a pair that is as likely wrong as right is worth counting
#: What options may be that have a few values only, by the names of their fields.
CHOICES = {
    "unit": ("paragraph", "sentence"),
    "profile": ("auto", "un", "legal", "plain"),
    "xliff": ("1.2", "2.1"),
}


@dataclass(frozen=True, slots=True)
class AlignFilesOptions:
    """How a pair of files is read, aligned and written.

    ``unit``: what is paired. ``source_lang``, ``target_lang``: None to detect them. ``profile``: how structure is
    read. ``segmented``: the files hold one unit a line. ``min_score``: pairs below it are left out. ``xliff``: the
    version written to .xlf.

    Raises `UsageError` for a value that is none of `CHOICES`, or no language.
    """

    unit: Literal["paragraph", "sentence"] = "sentence"
    source_lang: str | None = None
    target_lang: str | None = None
    profile: str = "auto"
    segmented: bool = False
    min_score: float | None = None
    xliff: str = "1.2"

    def __post_init__(self) -> None:
        for name, values in CHOICES.items():
            value = getattr(self, name)
            if value not in values:
                raise UsageError(f"{name} is one of {', '.join(values)}, not {value}")
        for code in (self.source_lang, self.target_lang):
            if code:
                known(code)
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise UsageError(f"min_score lies between 0 and 1, it is {self.min_score:g}")


@dataclass(frozen=True, slots=True)
class AlignedFiles:
    """What came of a pair: the alignment, what was written to each file, and what a person should know."""

    alignment: "Alignment"
    reports: tuple["WriteReport", ...]
    warnings: tuple[str, ...]


def check_outputs(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Refuse what cannot be written as asked, before any work is done.

    Raises `InputError` for an input that is missing, what `check_targets` and `check_format` raise, and `UsageError`
    for an output that is one of the inputs.
    """
    from corpora.files import check_targets

    for path in inputs:
        if not path.exists():
            raise InputError(f"{path} does not exist")
    check_targets(outputs)
    for path in outputs:
        check_format(path)
        if any(path.exists() and path.samefile(other) for other in inputs):
            raise UsageError(f"{path} is one of the files to read; writing it would destroy it")


def check_format(path: Path) -> None:
    """Refuse an output that cannot be written for what its name says it is.

    Raises `WrongFormat` where no format stands for it, `UsageError` for one that is only read, and `MissingExtra`
    where its package is not installed.
    """
    from tm.formats.registry import format_of

    if path.suffix.lower() == ".align":
        return
    chosen = format_of(path)
    if not chosen.writes:
        raise UsageError(f"{path}: {chosen.name} cannot be written")
    chosen.load()


def align_files(
    source: Path,
    target: Path,
    outputs: Sequence[Path],
    *,
    encoder: "Encoder",
    options: AlignFilesOptions | None = None,
    progress: "Progress | None" = None,
) -> AlignedFiles:
    """Read two documents, align them and write the pairs to ``outputs``, all of them or none.

    Raises `InputError` or one of its kinds for a document that cannot be read, and `UsageError` where both are in one
    language or an output cannot be written as asked; no file is left then.
    """
    from align.options import AlignOptions
    from align.pipeline import align
    from corpora.readers.reading import read
    from tm.formats.base import WriteOptions

    options = options or AlignFilesOptions()
    tell = progress or (lambda step, share: None)
    check_outputs(outputs, (source, target))
    left = read(source, language=options.source_lang, profile=options.profile, segmented=options.segmented)
    right = read(target, language=options.target_lang, profile=options.profile, segmented=options.segmented)
    _check_languages(left, right, given=bool(options.source_lang and options.target_lang))
    settings = AlignOptions(unit=options.unit, segmented=options.segmented)
    alignment = align(left, right, encoder=encoder, options=settings, progress=progress)
    tell("writing", 0.0)
    # Of aligned sentences some units hold several; in that case the format is to say so unit by unit.
    segtype: SegType = "auto" if options.unit == "sentence" else "paragraph"
    writing = WriteOptions(xliff=options.xliff, segtype=segtype)  # type: ignore[arg-type]
    reports = _write_all(outputs, alignment, writing, options.min_score)
    told = (text for report in reports for text in report.warnings)
    return AlignedFiles(alignment, tuple(reports), (*left.warnings, *right.warnings, *alignment.warnings, *told))


def summary(alignment: "Alignment") -> dict[str, Any]:
    """An alignment in figures, as `duiyi align --json` prints it."""
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
        "low_scores": sum(bead.score < LOW for bead in paired),
    }


def _check_languages(left: "Document", right: "Document", *, given: bool) -> None:
    from corpora.text.languages import same

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


def _write_all(
    paths: Sequence[Path], alignment: "Alignment", options: "WriteOptions", min_score: float | None
) -> list["WriteReport"]:
    """Write every file beside its place, then rename all: either all of them appear or none."""
    from corpora.files import replacing_all

    with replacing_all(paths) as places:
        return [
            _write_one(path, place, alignment, options, min_score) for path, place in zip(paths, places, strict=True)
        ]


def _write_one(
    path: Path, place: Path, alignment: "Alignment", options: "WriteOptions", min_score: float | None
) -> "WriteReport":
    from align.beadfile import write as write_beads
    from tm.formats.alignment_units import units_of
    from tm.formats.base import WriteReport
    from tm.formats.registry import write

    if path.suffix.lower() == ".align":
        kept = [bead for bead in alignment.beads if min_score is None or bead.score >= min_score]
        write_beads(place, kept)
        return WriteReport(path, len(kept))
    options = replace(options, signature=alignment.signature)
    report = write(path, units_of(alignment, min_score=min_score), options, place=place, empty=True)
    if report.written:
        return report
    return replace(report, warnings=(*report.warnings, f"{path} holds no pair, for none was found"))
