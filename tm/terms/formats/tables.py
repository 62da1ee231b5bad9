"""Glossaries as tables: CSV, TSV, XLSX, OmegaT's glossary; which column is what is named, or guessed and shown.

A row is a concept. Several terms in one cell are set apart by ``|``, as MultiTerm does. Columns that hold terms are
those whose header is a language ("zh", "en-GB", 中文) or one of these with a status ("en admitted", "en_forbidden").
Without a header the first two columns are the terms, one of them in Chinese characters.

A table of candidates (`duiyi term extract`) has the columns ``source`` and ``target``. Where a row of it is
ticked in ``accept`` (x, 1, yes, ✓, 是), the ticked rows are the entries; where none is, all are, as *proposed*.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpora.errors import DamagedInput, UsageError, WrongFormat
from corpora.extras import need
from corpora.readers.encodings import decode
from corpora.text.languages import base, detect, known, normalize
from corpora.text.plurals import counted, plural
from corpora.text.scripts import HAN
from tm.terms.concept import Concept, Status, Term, made_id
from tm.terms.formats.problems import EntryProblems

__all__ = ["TermColumns", "columns_of", "guess", "named", "read", "write", "write_omegat"]

_PLAIN = {
    "id": "id", "subject": "subject", "subject field": "subject", "domain": "subject", "领域": "subject",
    "主题": "subject", "definition": "definition", "定义": "definition", "note": "note", "comment": "note",
    "备注": "note", "注释": "note", "source": "source", "author": "author",
}  # fmt: skip
_NAMES = {
    "chinese": "zh-CN", "english": "en-US", "中文": "zh-CN", "汉语": "zh-CN", "英文": "en-US", "英语": "en-US",
    "french": "fr-FR", "german": "de-DE", "russian": "ru-RU", "spanish": "es-ES", "arabic": "ar-SA",
}  # fmt: skip
_TERM_COLUMN = re.compile(r"^(?P<language>.+?)(?:[ _:]+(?P<status>preferred|admitted|deprecated|forbidden|proposed))?$")
_MOST_CELLS = 200
_TICKS = frozenset({"x", "1", "y", "yes", "ok", "true", "✓", "✔", "√", "是"})
_CANDIDATES = {
    "accept": "accept",
    "note": "note",
    "source_example": "source_example",
    "target_example": "target_example",
}
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class TermColumns:
    """What each column holds: (language, status) for terms, field names for the rest; and whether row 1 is a header."""

    terms: Mapping[int, tuple[str, Status]]
    fields: Mapping[int, str]
    header: bool

    def __str__(self) -> str:
        terms = [f"column {at + 1}: {language} {status}" for at, (language, status) in self.terms.items()]
        return ", ".join(terms + [f"column {at + 1}: {name}" for at, name in self.fields.items()])


def guess(rows: Sequence[Sequence[str]], path: Path) -> TermColumns:
    """Tell the columns by the header, or by the letters in them; raises `WrongFormat` where that cannot be told."""
    if (candidates := _candidates(rows)) is not None:
        return candidates
    if (columns := _of_header(rows[0])) is not None:
        if len(rows) > 1 and _repeats_header(rows[1], columns):
            raise WrongFormat(f"{path}, line 2: a second header line; remove it")
        return columns
    below = [columns for row in rows[1:4] if (columns := _of_header(row)) is not None]
    if any(all(len(base(language)) == 2 for language, _ in one.terms.values()) for one in below):
        raise WrongFormat(f"{path}, line 1: a line above the header; remove it, so that the header stands first")
    width = max(len(row) for row in rows)
    sides = ["\n".join(row[at] for row in rows if len(row) > at) for at in range(min(2, width))]
    # Between two languages of one alphabet a few words tell nothing.
    if len(sides) == 2 and bool(_HAN.search(sides[0])) is not bool(_HAN.search(sides[1])):
        languages = [detect(side) for side in sides]
        if "und" not in languages:
            found = {at: (language, Status.PREFERRED) for at, language in enumerate(languages)}
            return TermColumns(found, {2: "note"} if width > 2 else {}, header=False)
    raise WrongFormat(f"{path}: the columns of the terms cannot be told; name them in a header such as zh and en")


def _of_header(row: Sequence[str]) -> TermColumns | None:
    """What a header says, None where it does not name terms in two languages."""
    terms: dict[int, tuple[str, Status]] = {}
    fields: dict[int, str] = {}
    for at, name in enumerate(cell.strip().lower() for cell in row):
        language = _language_of(name)
        if name in _PLAIN:
            fields[at] = _PLAIN[name]
        elif language:
            terms[at] = language
    two = len({base(language) for language, _ in terms.values()}) >= 2
    return TermColumns(terms, fields, header=True) if two else None


def _repeats_header(row: Sequence[str], columns: TermColumns) -> bool:
    """True where each term column names its own language again: "zh, en" below "Chinese, English"."""
    names = {at: _language_of(row[at].strip().lower()) if at < len(row) else None for at in columns.terms}
    return all(name is not None and base(name[0]) == base(columns.terms[at][0]) for at, name in names.items())


def _candidates(rows: Sequence[Sequence[str]]) -> TermColumns | None:
    """The columns of what extraction wrote; their languages stand in columns too, or are told by the letters."""
    names = [cell.strip().lower() for cell in rows[0]]
    if not {"source", "target"} <= set(names) or len(rows) < 2:
        return None
    terms: dict[int, tuple[str, Status]] = {}
    for side in ("source", "target"):
        at, named_at = names.index(side), f"{side}_lang"
        code = rows[1][names.index(named_at)] if named_at in names and names.index(named_at) < len(rows[1]) else ""
        code = code or detect("\n".join(row[at] for row in rows[1:] if at < len(row)))
        try:
            terms[at] = (normalize(code), Status.PREFERRED)
        except UsageError:
            return None
    if len({base(language) for language, _ in terms.values()}) < 2:
        return None
    return TermColumns(
        terms, {at: _CANDIDATES[name] for at, name in enumerate(names) if name in _CANDIDATES}, header=True
    )


def _code_of(name: str) -> str:
    """The language of the name of a column, as it stands there."""
    match = _TERM_COLUMN.match(name)
    return match["language"].strip() if match else ""


def _language_of(name: str) -> tuple[str, Status] | None:
    match = _TERM_COLUMN.match(name)
    if match is None:
        return None
    language, status = _code_of(name), Status(match["status"] or "preferred")
    if language in _NAMES:
        return _NAMES[language], status
    if not re.fullmatch(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,4})*", language):
        return None
    try:
        return normalize(language), status
    except UsageError:
        return None


def read(
    path: Path, problems: EntryProblems, columns: TermColumns | None = None
) -> tuple[TermColumns, Iterator[Concept]]:
    """The columns (as given or guessed) and the concepts of a CSV, TSV, XLSX or OmegaT glossary, a row each."""
    rows = list(_rows(path))
    if not rows:
        raise WrongFormat(f"{path} holds no rows")
    columns = columns or guess([cells for _, cells in rows[:50]], path)
    width = len(rows[0][1]) if columns.header and path.suffix.lower() in {".csv", ".tsv"} else None
    return columns, _concepts(rows, columns, problems, width)


def _concepts(
    rows: list[tuple[int, list[str]]], columns: TermColumns, problems: EntryProblems, width: int | None
) -> Iterator[Concept]:
    """A concept a row; ``width`` is the number of cells that each row must have, None for any."""
    needed = max(columns.terms) + 1
    accept = next((at for at, name in columns.fields.items() if name == "accept"), None)
    ticked = accept is not None and any(_ticked(cells, accept) for _, cells in rows[1:])
    seen: dict[str, int] = {}
    for line, cells in rows[1:] if columns.header else rows:
        if len(cells) < needed or (width is not None and _ragged(cells, width)):
            least = max(needed, width or 0)
            problems.add(line, f"{counted(len(cells), 'column')} where {least} {plural(least, 'is', 'are')} needed")
            continue
        if accept is not None and ticked and not _ticked(cells, accept):
            continue
        values = {name: cells[at].strip() for at, name in columns.fields.items() if at < len(cells)}
        terms = _terms(line, cells, columns, values, problems, proposed=accept is not None and not ticked)
        if terms is None:
            continue
        if len({base(term.language) for term in terms}) < 2:
            problems.add(line, "a term is empty: no terms in two languages")
            continue
        name = values.get("id") or made_id(terms)
        if name in seen:
            what = f"the concept {values['id']!r}" if values.get("id") else "the entry"
            problems.add(line, f"{what} stands here a second time, after line {seen[name]}")
            continue
        seen[name] = line
        yield Concept(
            name,
            tuple(terms),
            values.get("subject", ""),
            values.get("definition", ""),
            note=values.get("note", ""),
            author=values.get("author", ""),
        )


def _ticked(cells: Sequence[str], at: int) -> bool:
    return at < len(cells) and cells[at].strip().lower() in _TICKS


def _ragged(cells: Sequence[str], width: int) -> bool:
    return len(cells) < width or any(cell.strip() for cell in cells[width:])


def _terms(
    line: int,
    cells: Sequence[str],
    columns: TermColumns,
    values: Mapping[str, str],
    problems: EntryProblems,
    *,
    proposed: bool,
) -> list[Term] | None:
    """The terms of a row; None where one of them is none, which is noted."""
    terms: list[Term] = []
    for place, (at, (language, status)) in enumerate(columns.terms.items()):
        for text in filter(None, (piece.strip() for piece in cells[at].split("|"))):
            if problem := problems.of_term(text):
                problems.add(line, problem)
                return None
            # The first term of a cell is the one to use, those behind it are synonyms.
            first = not any(term.language == language and term.status is status for term in terms)
            own = status if first or status is not Status.PREFERRED else Status.ADMITTED
            example = values.get(("source_example", "target_example")[place], "") if place < 2 else ""
            examples = (example,) if example else ()
            own = Status.PROPOSED if proposed else own
            terms.append(Term(text, language, own, source=values.get("source", ""), examples=examples))
    return terms


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that is not blank; lines that begin with ``#`` are comments."""
    if path.suffix.lower() == ".xlsx":
        yield from _sheet(path)
        return
    text = decode(path.read_bytes(), str(path)).text.lstrip("\ufeff")
    kind = path.suffix.lower()
    delimiter = "\t" if kind != ".csv" else max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(_parsed(text, delimiter, quoted=kind in {".csv", ".tsv"}, path=path))
    except DamagedInput:
        if kind != ".tsv":
            raise
        # Many a maker of TSV does not know quotation marks.
        rows = list(_parsed(text, delimiter, quoted=False, path=path))
    for line, cells in rows:
        if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
            yield line, cells


def _parsed(text: str, delimiter: str, *, quoted: bool, path: Path) -> Iterator[tuple[int, list[str]]]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        why = "a quotation mark is not closed" if "end of data" in str(error) else str(error)
        raise DamagedInput(f"{path}, line {line}: {why}") from error


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    import zipfile

    openpyxl = need("openpyxl", "tables", "read a spreadsheet")
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 500_000_000:
                raise DamagedInput(f"{path} unpacks to more than 500 MB; it is not read")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise DamagedInput(f"{path} is not a readable spreadsheet") from error
    width = 0
    for line, row in enumerate(book.active.iter_rows(values_only=True, max_col=_MOST_CELLS), 1):
        cells = ["" if cell is None else str(cell) for cell in row]
        if any(cell.strip() for cell in cells):
            # A sheet does not store its empty cells, so a row that ends early is not a ragged one.
            width = max(width, len(cells))
            yield line, cells + [""] * (width - len(cells))
    book.close()


def _sides(concepts: Iterable[Concept], languages: Sequence[str]) -> Iterator[tuple[Concept, list[tuple[Term, ...]]]]:
    for concept in concepts:
        yield concept, [concept.named(language) for language in languages]


def _cell(terms: Iterable[Term], *statuses: Status) -> str:
    return "|".join(term.text for term in terms if term.status in statuses)


def write(path: Path, concepts: Iterable[Concept], languages: Sequence[str], kind: str) -> int:
    """Write a table with a header that `read` understands, ``kind`` ".csv", ".tsv" or ".xlsx"; return its rows."""
    header = ["id", "subject"]
    header += [f"{base(one)}{status}" for one in languages for status in ("", "_admitted", "_deprecated", "_forbidden")]
    header += ["definition", "note"]
    rows: list[list[str]] = [header]
    for concept, sides in _sides(concepts, languages):
        row = [concept.id, concept.subject]
        for terms in sides:
            row += [
                _cell(terms, Status.PREFERRED, Status.PROPOSED),
                *(_cell(terms, status) for status in (Status.ADMITTED, Status.DEPRECATED, Status.FORBIDDEN)),
            ]
        rows.append([*row, concept.definition, concept.note])
    if kind == ".xlsx":
        _write_sheet(path, rows)
    else:
        comma = kind == ".csv"
        with path.open("w", encoding="utf-8-sig" if comma else "utf-8", newline="") as file:
            writer: Any = csv.writer(file, delimiter="," if comma else "\t", lineterminator="\n")
            writer.writerows([[_one_line(cell) for cell in row] for row in rows])
    return len(rows) - 1


def _write_sheet(path: Path, rows: list[list[str]]) -> None:
    from corpora.xml import legal

    openpyxl = need("openpyxl", "tables", "write a spreadsheet")
    cell_type = need("openpyxl.cell", "tables", "write a spreadsheet").WriteOnlyCell
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("terms")
    for row in rows:
        cells = [cell_type(sheet, legal(cell)[0]) for cell in row]
        for cell in cells:
            cell.data_type = "s"  # a term that begins with "=" is no formula
        sheet.append(cells)
    with path.open("wb") as file:
        book.save(file)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def write_omegat(path: Path, concepts: Iterable[Concept], source: str, target: str) -> int:
    """Write OmegaT's glossary: source, target, comment by tabs in UTF-8; a row a pair of usable terms."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {source}\t{target}\tcomment\n")
        for concept, (sources, targets) in _sides(concepts, [source, target]):
            usable = [term.text for term in targets if term.status not in {Status.FORBIDDEN, Status.DEPRECATED}]
            avoid = [term.text for term in targets if term.status in {Status.FORBIDDEN, Status.DEPRECATED}]
            advice = f"not: {', '.join(avoid)}" if avoid else ""
            comment = "; ".join(filter(None, (concept.subject, concept.definition, advice)))
            for term in sources:
                for text in usable:
                    file.write("\t".join(_one_line(cell) for cell in (term.text, text, comment)) + "\n")
                    count += 1
    return count


def columns_of(text: str, *, header: bool) -> TermColumns:
    """Columns of a table that a person names: ``zh=1,en=2,en_forbidden=3,note=4``. Raises `UsageError`."""
    pairs: dict[str, int] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        if not number.strip().isdecimal() or int(number) < 1:
            raise UsageError(f"columns: {part!r} is not of the form name=number")
        pairs[name.strip()] = int(number) - 1
    return named(pairs, header=header)


def named(columns: Mapping[str, int], *, header: bool) -> TermColumns:
    """Columns by name as a user gives them ("zh", "en_forbidden", "note").

    Raises `UsageError` for an unknown name, and for a language that BCP 47 does not know.
    """
    terms: dict[int, tuple[str, Status]] = {}
    fields: dict[int, str] = {}
    for name, at in columns.items():
        language = None if name.lower() in _PLAIN else _language_of(name.lower())
        if language is not None:
            code = _code_of(name.lower())
            if code not in _NAMES:
                known(code)
            terms[at] = language
        elif name.lower() in _PLAIN:
            fields[at] = _PLAIN[name.lower()]
        else:
            raise UsageError(f"{name!r} is neither a language nor one of {', '.join(sorted(set(_PLAIN.values())))}")
    if len({base(language) for language, _ in terms.values()}) < 2:
        raise UsageError("columns of terms in two languages are needed")
    return TermColumns(terms, fields, header)
