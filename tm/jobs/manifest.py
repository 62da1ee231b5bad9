"""Read a manifest: a table of pairs to align, one a row, for `duiyi batch`.

A manifest is a table with a header (TSV, CSV) or JSON lines. `source`, `target` and `output` are needed; the other
columns are the options of `duiyi align`, each empty for its default. A row with a layout in `bilingual` ("auto" to
detect it) and no `target` is a file that holds both languages. A table that `duiyi pair` wrote has a `confidence`
and a `note` too; its files without a partner are left out. A mistake in it is reported before any work
starts, with its line, since it may cost hours later; files that are missing or cannot be read fail when it
is their turn.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpora.errors import DuiyiError, EmptyInput, InputError, UsageError
from corpora.readers import encodings, file_type
from tm.jobs.align_files import AlignFilesOptions, check_format
from tm.origin_names import origin_names

__all__ = ["COLUMNS", "FilePair", "read_manifest", "read_rows", "row_options"]

_NEEDED = ("source", "target", "output")
_OPTIONS = (
    "unit", "source_lang", "target_lang", "profile", "segmented", "min_score", "xliff", "bilingual", "srx", "ocr",
    "keep_identical",
)  # fmt: skip
_OF_CORPORA = ("corpus", "licence")
_FOR_PEOPLE = ("confidence", "note")  # of `duiyi pair`
#: All columns there are; "name" is shown instead of the source, "notes" is for people only.
COLUMNS = (*_NEEDED, *_OPTIONS, "model", "name", *_OF_CORPORA, "notes", *_FOR_PEOPLE)
_SEPARATOR = "|"  # between the outputs of one pair; not allowed in paths on Windows
_TRUE = ("1", "true", "yes", "y", "x")
_UNNAMEABLE = re.compile("[\0\ud800-\udfff]")  # JSON can express them; no file system accepts them
_FALSE = ("", "0", "false", "no", "n")


@dataclass(frozen=True, slots=True)
class FilePair:
    """A row: its line in the manifest, counted from 1, its name, its files, its options, its encoder ("": built-in).

    ``names`` are those of the files in the origins of units.
    """

    line: int
    name: str
    source: Path
    target: Path | None  # None: the source holds both languages
    outputs: tuple[Path, ...]
    options: AlignFilesOptions
    model: str = ""
    names: tuple[str, str] | None = None


def read_manifest(path: Path | str) -> list[FilePair]:
    """The pairs of the manifest at ``path``; relative paths in it start at its folder.

    Raises `InputError` for a file that is not a manifest. Of rows, naming the line: `UsageError` for one that lacks a
    file, has an unknown option, or would be written over the manifest or the files of another row; `WrongFormat` for
    an output of an unknown format, `MissingExtra` for one whose package is missing.
    """
    path = Path(path)
    pairs = [_pair(line, row, path) for line, row in read_rows(path)]
    _check_outputs(pairs, path)
    return _named(pairs, path.parent)


def _named(pairs: Sequence[FilePair], folder: Path) -> list[FilePair]:
    """``pairs`` with names of their files by which files of one name in several folders stay apart."""
    sources = origin_names([_from(folder, pair.source) for pair in pairs])
    targets = origin_names([_from(folder, pair.target or pair.source) for pair in pairs])
    return [replace(pair, names=names) for pair, names in zip(pairs, zip(sources, targets, strict=True), strict=True)]


def _from(folder: Path, path: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def read_rows(path: Path, needed: Sequence[str] = _NEEDED) -> list[tuple[int, dict[str, Any]]]:
    """The rows of the manifest at ``path`` with their lines, without files that have no partner.

    Raises `InputError` for a file that is not a manifest with the ``needed`` columns, and `UsageError` for a column
    that there is not.
    """
    data = file_type.read_bytes(path)
    text = encodings.decode(data, str(path)).text.removeprefix("\ufeff")
    if not text.strip():
        raise EmptyInput(f"{path} contains only blank lines")
    json_lines = path.suffix.lower() in (".jsonl", ".ndjson")
    rows = _json_rows(text, path) if json_lines else _table_rows(text, path, needed)
    found = [(line, row) for line, row in rows if not _is_alone(row)]
    if not found:
        raise EmptyInput(f"{path} names no pairs")
    return found


def _is_alone(row: Mapping[str, Any]) -> bool:
    """Whether a row lists a file for which `duiyi pair` found no partner."""
    return "confidence" in row and not row.get("bilingual") and bool(row.get("source")) != bool(row.get("target"))


def _table_rows(text: str, path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    comma = path.suffix.lower() == ".csv"
    head = text.split("\n", 1)[0]
    # Excel writes semicolons where the comma is the decimal separator.
    separator = (";" if head.count(";") > head.count(",") else ",") if comma else "\t"
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        header = [name.strip().lower().replace("-", "_") for name in next(reader)]
        _check_columns(header, path, needed)
        for row in reader:
            if not any(cell.strip() for cell in row) or row[0].startswith("#"):
                continue
            if len(row) > len(header):
                raise UsageError(f"{path}, line {reader.line_num}: more cells than the header has columns")
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in row), strict=False))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {error}") from error


def _check_columns(header: list[str], path: Path, needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in header]
    if missing:
        names = " and ".join((", ".join(needed[:-1]), needed[-1])) if len(needed) > 1 else needed[0]
        raise InputError(f"{path} has no column {missing[0]}: its first line must name {names}")
    _check_known(header, f"{path}")
    if len(set(header)) < len(header):
        raise InputError(f"{path} names a column twice")


def _check_known(names: list[str], where: str) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise UsageError(f"{where}: there is no column {unknown[0]!r}; there are {', '.join(COLUMNS)}")


def _json_rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}, line {number}: expected an object with source, target and output")
        _check_known(list(row), f"{path}, line {number}")
        yield number, row


def _pair(line: int, row: Mapping[str, Any], path: Path) -> FilePair:
    where = f"{path}, line {line}"
    files: dict[str, list[Path]] = {}
    for name in _NEEDED:
        value = row.get(name) or ""
        parts = value if isinstance(value, list) else str(value).split(_SEPARATOR) if name == "output" else [value]
        files[name] = [path.parent / str(part).strip() for part in parts if str(part).strip()]
        if not files[name] and not (name == "target" and row.get("bilingual")):
            raise UsageError(f"{where}: {name} is empty")
        if any(_UNNAMEABLE.search(str(file)) for file in files[name]):
            raise UsageError(f"{where}: {name} contains a character that file names cannot have")
        if name != "output" and len(files[name]) > 1:
            raise UsageError(f"{where}: {name} is one file")
    source, target = files["source"][0], next(iter(files["target"]), None)
    name = str(row.get("name") or row["source"])
    options = row_options(row, where, path.parent)
    return FilePair(line, name, source, target, tuple(files["output"]), options, str(row.get("model") or ""))


def row_options(row: Mapping[str, Any], where: str, folder: Path) -> AlignFilesOptions:
    """The options of a row of a manifest in ``folder``; ``where`` names the row in the `UsageError` of a wrong one."""
    try:
        return AlignFilesOptions(
            **{name: row[name] for name in ("unit", "profile", "xliff", "bilingual") if row.get(name)},
            source_lang=str(row.get("source_lang") or "") or None,
            target_lang=str(row.get("target_lang") or "") or None,
            segmented=_truth("segmented", row.get("segmented"), where),
            ocr=_truth("ocr", row.get("ocr"), where),
            keep_identical=_truth("keep_identical", row.get("keep_identical"), where),
            srx=str(folder / str(row["srx"])) if row.get("srx") else None,
            min_score=_number(row.get("min_score"), where),
        )
    except UsageError as error:
        reason = str(error).replace("`", "")  # what are options elsewhere are columns here
        raise UsageError(reason if where in reason else f"{where}: {reason}") from error


def _truth(name: str, value: Any, where: str) -> bool:
    text = str("" if value is None else value).strip().lower()
    if text not in _TRUE + _FALSE:
        raise UsageError(f"{where}: {name} is yes or no, not {value}")
    return text in _TRUE


def _number(value: Any, where: str) -> float | None:
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{where}: min_score is a number, not {value}") from error


def _check_outputs(pairs: list[FilePair], path: Path) -> None:
    """Refuse outputs that cannot be written, or that would destroy the manifest or a file of another pair."""
    read = {file.resolve(): pair.line for pair in pairs for file in (pair.source, pair.target) if file}
    written: dict[Path, int] = {}
    for pair in pairs:
        for output in pair.outputs:
            place = output.resolve()
            if place == path.resolve():
                raise UsageError(f"{path}, line {pair.line}: writing {output} would destroy the manifest itself")
            if place in read:
                raise UsageError(
                    f"{path}, line {pair.line}: writing {output} would destroy a file that line {read[place]} reads"
                )
            if place in written:
                raise UsageError(f"{path}, line {pair.line}: {output} is written by line {written[place]} already")
            written[place] = pair.line
            try:
                check_format(output)
            except DuiyiError as error:
                raise type(error)(f"{path}, line {pair.line}: {error}") from error
