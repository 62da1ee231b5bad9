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
from corpora.bilingual.layouts import Layout
from corpora.errors import InputError, UsageError
from corpora.tabular import Tabular
from corpora.text.languages import checked_code, same
from corpora.text.plurals import counted, plural
from tm.formats.registry import format_of
from tm.jobs.languages import check_languages
from tm.origin_names import origin_name
from tm.unit import shortened

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
_SHOWN = 5  # texts without counterpart that a message quotes
LOW = 0.5  # a pair that is as likely wrong as right is worth counting
CONFIDENT = 0.5  # a file that holds both languages is aligned from this share of certain text on


@checked_class
@dataclass(frozen=True, slots=True)
class AlignFilesOptions:
    """How a pair of files is read, aligned and written.

    ``unit``: what is paired. ``source_lang``, ``target_lang``: None to detect them. ``profile``: how structure is
    read. ``segmented``: the files hold one unit per line. ``min_score``: pairs below it are left out. ``xliff``: the
    version written to .xlf. ``keep_identical``: write units to TMX that are the same on both sides and hold nothing to
    translate. ``ocr``: scans and pictures are read by Tesseract. ``bilingual``: the layout of a file that holds both
    languages, "auto" to detect it. ``srx``: a file of rules by which sentences are split.

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
    bilingual: Layout = "auto"
    srx: str | None = None

    def __post_init__(self) -> None:
        for code in (self.source_lang, self.target_lang):
            if code:
                checked_code(code)
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise UsageError(f"min_score lies between 0 and 1, it is {self.min_score:g}")


@dataclass(frozen=True, slots=True)
class AlignedFiles(Tabular, Sequence["Unit"]):
    """Two aligned documents: a sequence of their units, the alignment, and what a person should know.

    ``reports`` and ``warnings`` say what was written to the outputs of `align_files`, ``notes`` what was found in a
    file that holds both languages.
    """

    alignment: "Alignment"
    options: AlignFilesOptions
    warnings: tuple[str, ...]
    reports: tuple["WriteReport", ...] = ()
    notes: tuple[str, ...] = ()
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
    format_of(path, to_write=True).load()


def align_files(
    source: Path | str,
    target: Path | str | None = None,
    *outputs: Path | str,
    encoder: "Encoder | None" = None,
    options: AlignFilesOptions | None = None,
    source_lang: str | None = None,
    target_lang: str | None = None,
    progress: "StageProgress | None" = None,
    names: tuple[str, str] | None = None,
) -> AlignedFiles:
    """Read two documents, align them and write the pairs to ``outputs``, all of them or none.

    ``target`` None: ``source`` holds both languages, as paragraphs that alternate, rows of a table or columns.
    ``encoder`` None: the built-in one. ``source_lang`` and ``target_lang`` are those of ``options`` where they are
    None. ``names`` are those of both files in the origins of the units, by default their `origin_name`. Raises
    `InputError` or one of its kinds for a document that cannot be read or a file in which the two languages do not
    seem to correspond, and `UsageError` where both are in one language, are not in the languages that were stated, or
    an output cannot be written as requested; no file is left then.
    """
    from align.options import AlignOptions
    from align.pipeline import align
    from corpora.left_out import left_out
    from corpora.text.srx import read_srx
    from models.registry import load
    from tm.formats.alignment_units import units_of_alignment

    options = options or AlignFilesOptions()
    options = replace(
        options, source_lang=source_lang or options.source_lang, target_lang=target_lang or options.target_lang
    )
    report = progress or (lambda step, share: None)
    inputs = [source] if target is None else [source, target]
    check_outputs([Path(path) for path in outputs], [Path(one) for one in inputs])
    rules = read_srx(options.srx) if options.srx else None
    settings = AlignOptions(unit=options.unit, segmented=options.segmented, srx=rules)
    encoder = load(None) if encoder is None else encoder
    read = _read(inputs, options, encoder)
    alignment = align(read.left, read.right, encoder=encoder, options=settings, progress=progress, anchors=read.anchors)
    found, notes = alignment.warnings, read.notes
    if read.layout:
        found, notes = (), (*notes, *_bilingual_notes(alignment, read.layout, options))
    report("writing", 0.0)
    shares = tuple(filter(None, map(left_out, (read.left, read.right))))
    warnings = tuple(dict.fromkeys((*read.left.warnings, *read.right.warnings, *read.warnings, *shares, *found)))
    names = names or (origin_name(source), origin_name(target or source))
    units = tuple(units_of_alignment(alignment, min_score=options.min_score, names=names))
    aligned = AlignedFiles(alignment, options, warnings, notes=notes, _units=units)
    if not outputs:
        return aligned
    reports = aligned.write(*outputs)
    return replace(aligned, reports=reports, warnings=(*warnings, *(text for one in reports for text in one.warnings)))


@dataclass(frozen=True, slots=True)
class _Read:
    """The two documents; ``layout`` is "" unless both come from one file."""

    left: "Document"
    right: "Document"
    layout: str = ""
    anchors: Sequence[tuple[int, int]] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def _read(inputs: Sequence[Path | str], options: AlignFilesOptions, encoder: "Encoder") -> _Read:
    from corpora.readers.reading import read

    languages = options.source_lang, options.target_lang
    notes: tuple[str, ...] = ()
    one_language = bool(languages[0] and languages[1]) and same(*map(str, languages))
    if len(inputs) == 2 and not one_language and _same_file(*inputs):
        if options.segmented:
            raise UsageError(f"{inputs[0]} and {inputs[1]} are the same file; `segmented` takes a file for each side")
        notes = (f"{inputs[0]} and {inputs[1]} are the same file, so both languages are expected in it",)
        inputs = inputs[:1]
    if len(inputs) == 1:
        from align.bilingual import layout_anchors
        from corpora.bilingual.separation import read_both

        if options.segmented:
            raise UsageError(f"{inputs[0]} alone cannot have one unit per line (`segmented`): that takes two files")
        try:
            both = read_both(
                inputs[0], source_lang=languages[0], target_lang=languages[1], profile=options.profile,
                layout=options.bilingual, ocr=options.ocr,
            )  # fmt: skip
        except InputError as error:
            if not notes:
                raise
            raise InputError(f"the two files are the same, and both languages are not in it: {error}") from error
        return _Read(both.source, both.target, both.layout, layout_anchors(both, encoder), notes)
    if options.bilingual != "auto":
        raise UsageError("a layout (`bilingual`) is of one file that holds both languages; there are two files")
    left, right = (
        read(path, language=language, profile=options.profile, segmented=options.segmented, ocr=options.ocr)
        for path, language in zip(inputs, languages, strict=True)
    )
    return _Read(left, right, warnings=check_languages(left, right, options.source_lang, options.target_lang))


def _same_file(left: Path | str, right: Path | str) -> bool:
    """Whether both are one file, or equal files."""
    from corpora.readers.source import is_file

    if not is_file(left) or not is_file(right):
        return False
    one, other = Path(left), Path(right)
    return one.samefile(other) or (
        one.is_file() and one.stat().st_size == other.stat().st_size > 0 and one.read_bytes() == other.read_bytes()
    )


def _bilingual_notes(alignment: "Alignment", layout: str, options: AlignFilesOptions) -> Iterator[str]:
    """What was found in a file that holds both languages. Raises `InputError` where that is too uncertain."""
    from align.bilingual import confidence

    path, certain = alignment.source.path, confidence(alignment)
    languages = f"{alignment.source.language} and {alignment.target.language}"
    sizes = " and ".join(
        f"{counted(len(document.blocks), 'paragraph')} in {document.language}"
        for document in (alignment.source, alignment.target)
    )
    if certain < CONFIDENT and options.bilingual == "auto":
        raise InputError(
            f"{path} was not aligned: it seems to hold {languages} as {layout} ({sizes}), but that is certain to "
            f"{certain:.0%} only, of {CONFIDENT:.0%} that are needed. If it holds a text and its translation, state "
            "its layout with `bilingual` (interleaved, table or columns); if not, give its translation as the second "
            "file"
        )
    yield f"{path} holds {languages} as {layout} ({sizes}; certain to {certain:.0%})"
    for name, units, ids in (
        (alignment.source.language, alignment.source_units, [b.source for b in alignment.beads if not b.target]),
        (alignment.target.language, alignment.target_units, [b.target for b in alignment.beads if not b.source]),
    ):
        alone = [units[k].text.strip() for group in ids for k in group if units[k].text.strip()]
        if alone:
            what = counted(len(alone), alignment.level)
            shown = "; ".join(shortened(text) for text in alone[:_SHOWN]) + ("; …" if len(alone) > _SHOWN else "")
            yield f"{path}: {what} in {name} {plural(len(alone), 'has', 'have')} no counterpart: {shown}"


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
        "doubtful": alignment.doubtful,
    }
