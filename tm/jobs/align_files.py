"""Align two documents and write the pairs to files: one function for the command line, for batches and for Python.

What can be known to go wrong is checked before the work starts. The files appear together at the end: they are written
next to their final places and renamed when the last one is complete.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from corpora.arguments import checked_class
from corpora.errors import InputError, UsageError
from corpora.tabular import Tabular
from corpora.text.languages import checked_code, same
from corpora.text.plurals import counted
from tm.formats.registry import format_of

if TYPE_CHECKING:
    from align.alignment import Alignment
    from align.pipeline import StageProgress
    from corpora.document import Document
    from models.encoder import Encoder
    from tm.formats.base import WriteReport
    from tm.unit import Unit

__all__ = [
    "IDENTICAL", "LOW", "AlignFilesOptions", "AlignedFiles", "align_files", "check_format", "check_outputs",
    "holds_nothing", "summary",
]  # fmt: skip

#: Why a unit is not written to TMX that says nothing about translation.
IDENTICAL = "same on both sides"
LOW = 0.5  # a pair that is as likely wrong as right is worth counting


@checked_class
@dataclass(frozen=True, slots=True)
class AlignFilesOptions:
    """How a pair of files is read, aligned and written.

    ``unit``: what is paired. ``source_lang``, ``target_lang``: None to detect them. ``profile``: how structure is
    read. ``segmented``: the files hold one unit per line. ``min_score``: pairs below it are left out. ``xliff``: the
    version written to .xlf. ``keep_identical``: write units to TMX that are the same on both sides and hold nothing to
    translate. ``ocr``: scans and pictures are read by Tesseract.

    Raises `UsageError` for a value that a field cannot have.
    """

    unit: Literal["paragraph", "sentence"] = "sentence"
    source_lang: str | None = None
    target_lang: str | None = None
    profile: Literal["auto", "un", "legal", "plain"] = "auto"
    segmented: bool = False
    min_score: float | None = None
    xliff: Literal["1.2", "2.1"] = "1.2"
    keep_identical: bool = False
    ocr: bool = False

    def __post_init__(self) -> None:
        for code in (self.source_lang, self.target_lang):
            if code:
                checked_code(code)
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise UsageError(f"min_score lies between 0 and 1, it is {self.min_score:g}")


@dataclass(frozen=True, slots=True)
class AlignedFiles(Tabular, Sequence["Unit"]):
    """Two aligned documents: a sequence of their units, the alignment, and what a person should know.

    ``reports`` and ``warnings`` say what was written to the outputs of `align_files`.
    """

    alignment: "Alignment"
    options: AlignFilesOptions
    warnings: tuple[str, ...]
    reports: tuple["WriteReport", ...] = ()
    _units: tuple["Unit", ...] = ()

    def units(self) -> tuple["Unit", ...]:
        """The pairs as translation units, in the order of the source; one side is "" where nothing corresponds."""
        return self._units

    def write(self, *outputs: Path | str) -> tuple["WriteReport", ...]:
        """Write the units to files, format by extension: all of them or, if one cannot be written, none.

        Raises what `check_outputs` raises.
        """
        from corpora.files import replacing_all
        from tm.formats.base import WriteOptions
        from tm.formats.registry import write

        paths = [Path(path) for path in outputs]
        documents = (Path(self.alignment.source.path), Path(self.alignment.target.path))
        check_outputs(paths, [path for path in documents if path.exists()])
        options = WriteOptions(
            xliff=self.options.xliff,
            # Of aligned sentences some units hold several; in that case the format is to say so unit by unit.
            segtype="auto" if self.options.unit == "sentence" else "paragraph",
            signature=self.alignment.signature,
        )
        with replacing_all(paths) as places:
            reports = [self._write(path, place, options, write) for path, place in zip(paths, places, strict=True)]
        return tuple(
            report
            if report.written
            else replace(report, warnings=(*report.warnings, f"{report.path} contains no pair, because none was found"))
            for report in reports
        )

    def _write(self, path: Path, place: Path, options: Any, write: Any) -> "WriteReport":
        kept: Sequence[Unit] = self._units
        if format_of(path).name == "TMX" and not self.options.keep_identical:
            kept = [unit for unit in self._units if not holds_nothing(unit)]
        report: WriteReport = write(path, kept, options, place=place, empty=True)
        count = len(self._units) - len(kept)
        return replace(report, left_out={**report.left_out, IDENTICAL: count}) if count else report

    def to_dicts(self) -> list[dict[str, Any]]:
        """The units as plain data, one dictionary for each."""
        return [_row(unit) for unit in self._units]

    def _example(self) -> dict[str, Any]:
        from tm.unit import Unit

        return _row(Unit("", "", "", ""))

    def __len__(self) -> int:
        return len(self._units)

    def __iter__(self) -> Iterator["Unit"]:
        return iter(self._units)

    @overload
    def __getitem__(self, place: int) -> "Unit": ...
    @overload
    def __getitem__(self, place: slice) -> tuple["Unit", ...]: ...
    def __getitem__(self, place: int | slice) -> "Unit | tuple[Unit, ...]":
        return self._units[place]

    def __repr__(self) -> str:
        source, target = self.alignment.source, self.alignment.target
        units = counted(len(self), "unit")
        return f"AlignedFiles({source.path!r} ({source.language}), {target.path!r} ({target.language}), {units})"


def _row(unit: "Unit") -> dict[str, Any]:
    return {
        "source": unit.source,
        "target": unit.target,
        "source_lang": unit.source_lang,
        "target_lang": unit.target_lang,
        "score": unit.quality,
        "kind": unit.kind,
        "source_ids": list(unit.origin.source_ids),
        "target_ids": list(unit.origin.target_ids),
        "page": unit.origin.page,
        "section": unit.origin.section,
    }


def holds_nothing(unit: "Unit") -> bool:
    """Whether both sides are the same and hold nothing to translate: an address, a number, a code, a name."""
    from tm.checks.checked_unit import CheckedUnit
    from tm.checks.finding import Severity
    from tm.checks.options import CheckOptions
    from tm.checks.registry import checks

    if not unit.source or "".join(unit.source.split()) != "".join(unit.target.split()):
        return False
    if same(unit.source_lang, unit.target_lang):
        return False  # two versions in one language are compared
    check = checks()["untranslated"].unit
    found = check(CheckedUnit(0, unit), CheckOptions()) if check is not None else ()
    return unit.kind == "code" or all(one.severity is Severity.INFO for one in found)


def check_outputs(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Refuse what cannot be written as requested, before any work is done.

    Raises `InputError` for an input that is missing, what `check_targets` and `check_format` raise, and `UsageError`
    for an output that is one of the inputs, or where standard input is named twice.
    """
    from corpora.files import check_targets
    from corpora.readers.source import files_of

    inputs = files_of(inputs)
    for path in inputs:
        if not path.exists():
            raise InputError(f"{path} does not exist")
    check_targets(outputs, inputs)
    for path in outputs:
        check_format(path)


def check_format(path: Path) -> None:
    """Refuse an output whose format cannot be written.

    Raises `WrongFormat` if its extension belongs to no format and `MissingExtra` if a package is not installed.
    """
    format_of(path).load()


def align_files(
    source: Path | str,
    target: Path | str,
    *outputs: Path | str,
    encoder: "Encoder | None" = None,
    options: AlignFilesOptions | None = None,
    progress: "StageProgress | None" = None,
) -> AlignedFiles:
    """Read two documents, align them and write the pairs to ``outputs``, all of them or none.

    ``encoder`` None: the built-in one. Raises `InputError` or one of its kinds for a document that cannot be read, and
    `UsageError` where both are in one language or an output cannot be written as requested; no file is left then.
    """
    from align.options import AlignOptions
    from align.pipeline import align
    from corpora.left_out import left_out
    from corpora.readers.reading import read
    from models.registry import load
    from tm.formats.alignment_units import units_of_alignment

    options = options or AlignFilesOptions()
    report = progress or (lambda step, share: None)
    check_outputs([Path(path) for path in outputs], (Path(source), Path(target)))
    left, right = (
        read(path, language=language, profile=options.profile, segmented=options.segmented, ocr=options.ocr)
        for path, language in ((source, options.source_lang), (target, options.target_lang))
    )
    _check_languages(left, right, given=bool(options.source_lang and options.target_lang))
    settings = AlignOptions(unit=options.unit, segmented=options.segmented)
    alignment = align(
        left, right, encoder=load(None) if encoder is None else encoder, options=settings, progress=progress
    )
    report("writing", 0.0)
    shares = tuple(filter(None, (left_out(left), left_out(right))))
    warnings = (*left.warnings, *right.warnings, *shares, *alignment.warnings)
    units = tuple(units_of_alignment(alignment, min_score=options.min_score))
    aligned = AlignedFiles(alignment, options, warnings, _units=units)
    if not outputs:
        return aligned
    reports = aligned.write(*outputs)
    return replace(aligned, reports=reports, warnings=(*warnings, *(text for one in reports for text in one.warnings)))


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
        "moved": sum(bead.found_by == "moved" for bead in paired),
        "mean_score": round(sum(bead.score for bead in paired) / max(len(paired), 1), 3),
        "low_scores": sum(bead.score < LOW for bead in paired),
    }


def _check_languages(left: "Document", right: "Document", *, given: bool) -> None:
    if given:
        return
    for document, option in ((left, "source_lang"), (right, "target_lang")):
        if document.language in ("", "und"):
            raise UsageError(f"the language of {document.path} cannot be detected from its text; state `{option}`")
    if same(left.language, right.language):
        raise UsageError(
            f"{left.path} and {right.path} are both in {left.language}; "
            "where that is meant, state both `source_lang` and `target_lang`"
        )
