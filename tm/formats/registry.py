"""The table of formats by extension, and one `read` and one `write` for all of them.

Formats are modules that are loaded on first use, so that a TMX does not load the code for spreadsheets. What all share
is done here: profiles of CAT tools, counting units that are left out, replacing files only when they are complete.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from corpora.errors import EmptyInput, InputError, WrongFormat
from corpora.files import check_is_file, is_out_of_space, replacing
from corpora.text.languages import checked_code
from corpora.text.plurals import plural
from tm.formats.base import ReadOptions, UnitProblem, UnitProblems, WriteCounts, WriteOptions, WriteReport
from tm.unit import Unit

__all__ = ["UNIT_FORMATS", "Format", "check_languages", "format_of", "read", "write"]

_READ = ReadOptions()
_WRITE = WriteOptions()


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: name, extensions and module; whether it is read, written, and used without other files."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    reads: bool = True
    writes: bool = True
    standalone: bool = True

    def load(self) -> ModuleType:
        """The module, with `read_units(path, options, problems)` and `write_units(path, units, options, written)`."""
        return import_module(f"tm.formats.{self.module}")


UNIT_FORMATS = (
    Format("TMX", (".tmx", ".tmx.gz"), "tmx"),
    Format("XLIFF", (".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff"), "xliff"),
    Format("TSV", (".tsv", ".tab"), "tables"),
    Format("CSV", (".csv",), "tables"),
    Format("XLSX", (".xlsx",), "xlsx"),
    Format("JSONL", (".jsonl", ".ndjson"), "jsonl"),
    Format("PO", (".po", ".pot"), "po"),
    Format("TBX", (".tbx",), "tbx"),
    Format("Trados Studio memory", (".sdltm",), "sdltm", writes=False),
    Format("Wordfast memory", (".txt",), "wordfast", writes=False),
    Format("Wordfast Pro TXML", (".txml",), "wordfast_pro", writes=False),
    Format("Trados TTX", (".ttx",), "ttx", writes=False),
    Format("bilingual Word table", (".docx",), "docx_table"),
    Format("Weblate memory", (".json",), "weblate", writes=False),
    Format("Parquet", (".parquet",), "parquet"),
    Format("HTML", (".html", ".htm"), "html", reads=False),
    Format("beads", (".align",), "beads", standalone=False),
)


def format_of(path: Path | str, *, to_write: bool = False) -> Format:
    """The format that the extension of ``path`` names. Raises `WrongFormat` for any other, and for one not written."""
    name = Path(path).name.lower()
    for format_ in UNIT_FORMATS:
        if name.endswith(format_.suffixes) and (to_write or format_.module != "wordfast" or _is_wordfast(Path(path))):
            if to_write and not format_.writes:
                raise WrongFormat(f"{path}: {format_.name} is read only, not written")
            return format_
    known = " ".join(format_.suffixes[0] for format_ in UNIT_FORMATS if (format_.writes if to_write else format_.reads))
    raise WrongFormat(f"{path} does not have the extension of a format of units ({known})")


def _is_wordfast(path: Path) -> bool:
    """True for the one kind of .txt that contains units; other texts are documents."""
    from tm.formats.wordfast import is_wordfast

    try:
        with path.open("rb") as file:
            return is_wordfast(file.read(2000))
    except OSError:
        return False


def read(
    path: Path | str,
    options: ReadOptions = _READ,
    *,
    problems: UnitProblems | None = None,
    on_problem: Callable[[UnitProblem], None] | None = None,
) -> Iterator[Unit]:
    """Yield the units of ``path`` one by one, in the order of the file.

    Invalid units are left out and noted in ``problems`` (or passed to ``on_problem``); with neither, or where
    ``options.strict``, the first one raises `DamagedInput`. Raises `InputError` and its subclasses for a file that
    cannot be read at all, `EmptyInput` for one without a valid unit, and what `check_languages` raises.
    """
    path = Path(path)
    format_ = format_of(path)
    if not format_.reads:
        raise WrongFormat(f"{path}: {format_.name} is written only, not read")
    check_is_file(path)
    if not path.stat().st_size:
        raise EmptyInput(f"{path} is empty")
    check_languages(path, options)
    if problems is None:
        problems = UnitProblems(path, strict=options.strict or on_problem is None, on_problem=on_problem)
    return _counted(format_.load().read_units(path, options, problems), path, problems)


def check_languages(path: Path, options: ReadOptions) -> None:
    """Raise `UsageError` for a requested language that is neither in BCP 47 nor in the file."""
    for code in (options.source_lang, options.target_lang):
        if code:
            checked_code(code, lambda: _languages(path, options))


def _languages(path: Path, options: ReadOptions) -> set[str]:
    """The languages that a file names, as written; none where it cannot be read."""
    plain = replace(options, source_lang="", target_lang="", strict=False)
    try:
        units = read(path, plain, problems=UnitProblems(path, strict=False))
        return {code for unit in units for code in (unit.source_lang, unit.target_lang)}
    except InputError:
        return set()


def _counted(units: Iterator[Unit], path: Path, problems: UnitProblems) -> Iterator[Unit]:
    count = 0
    try:
        for unit in units:
            count += 1
            yield unit
    except OSError as error:
        if is_out_of_space(error):
            raise  # not of the file that is read
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if not count:
        why = "contains no translation unit"
        if problems.skipped:
            reason, number = problems.skipped.most_common(1)[0]
            why += f" of the requested languages ({number:,} with {reason})"
        elif problems.found:
            why += f" that is valid ({problems.found[0]})"
        raise EmptyInput(f"{path} {why}")


def write(
    path: Path | str,
    units: Iterable[Unit],
    options: WriteOptions = _WRITE,
    *,
    place: Path | None = None,
    empty: bool = False,
) -> WriteReport:
    """Write ``units`` to ``path`` in the format of its extension, as a stream, and report what was written.

    The file appears when it is complete; where ``units`` raises, an earlier file at ``path`` stays. ``place`` is the
    location that a caller of `corpora.files.replacing_all` uses; ``empty`` allows a file without a unit.

    Raises `EmptyInput` where no unit is left to write, `UsageError` for units that the format cannot contain and
    `InputError` where the file cannot be written.
    """
    path = Path(path)
    format_ = format_of(path, to_write=True)
    written = WriteCounts(path)
    if options.client:
        from tm.formats.cat_tools import cat_tool

        options = cat_tool(options.client).applied(options)
    module = format_.load()
    with replacing(path, place) as temporary:
        module.write_units(temporary, _prepared(units, options, written), options, written)
        if path.name.lower().endswith(".gz"):
            _gzip(temporary)
        # XLIFF 2.1 requires a unit in every file; other formats may have none.
        if not written.units and not (empty and (format_.module, options.xliff) != ("xliff", "2.1")):
            left_out = sum(written.left_out.values())
            why = f": {left_out:,} {plural(left_out, 'was', 'were')} left out" if left_out else ""
            raise EmptyInput(f"{path} was not written: no unit is left to write{why}")
    return WriteReport(path, written.units, dict(written.left_out), written.removed_characters)


def _gzip(path: Path) -> None:
    """Compress ``path`` with gzip in place."""
    import gzip
    import shutil

    packed = path.with_name(path.name + ".gz")
    try:
        with path.open("rb") as plain, gzip.open(packed, "wb") as file:
            shutil.copyfileobj(plain, file)
        packed.replace(path)
    finally:
        packed.unlink(missing_ok=True)


def _prepared(units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> Iterator[Unit]:
    """Apply the options that concern all formats: blanks, line breaks, reasons to leave a unit out."""
    if not (options.regions or options.trim or options.one_line or options.markers_apart or options.leave_out):
        return iter(units)
    from tm.formats.conformance import prepared

    return prepared(units, options, written)
