"""Glossaries as tables: CSV, TSV, XLSX, OmegaT's glossary, UTX; which column is what is named, or guessed and shown.

A row is a concept. Several terms in one cell are set apart by ``|``, as MultiTerm does. Columns that hold terms are
those whose header is a language ("zh", "en-GB", 中文) or one of these with a status ("en admitted", "en_forbidden").
Without a header the first two columns are the terms and their languages are told by their letters.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpora.encodings import decode
from corpora.errors import DamagedInput, UsageError, WrongFormat
from corpora.extras import need
from corpora.languages import base, detect, normalize
from tm.terms.concept import Concept, Status, Term
from tm.terms.formats.problems import Problems

__all__ = ["Columns", "guess", "named", "read", "read_utx", "write", "write_omegat", "write_utx"]

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
_UTX_STATUS = {
    "approved": Status.PREFERRED, "provisional": Status.PROPOSED, "non-standard": Status.ADMITTED,
    "forbidden": Status.FORBIDDEN, "rejected": Status.FORBIDDEN, "obsolete": Status.DEPRECATED, "": Status.PREFERRED,
}  # fmt: skip
_TO_UTX = {
    Status.PREFERRED: "approved", Status.ADMITTED: "non-standard", Status.DEPRECATED: "obsolete",
    Status.FORBIDDEN: "forbidden", Status.PROPOSED: "provisional",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column holds: (language, status) for terms, field names for the rest; and whether row 1 is a header."""

    terms: Mapping[int, tuple[str, Status]]
    fields: Mapping[int, str]
    header: bool

    def __str__(self) -> str:
        terms = [f"column {at + 1}: {language} {status}" for at, (language, status) in self.terms.items()]
        return ", ".join(terms + [f"column {at + 1}: {name}" for at, name in self.fields.items()])


def guess(rows: Sequence[Sequence[str]], path: Path) -> Columns:
    """Tell the columns by the header, or by the letters in them; raises `WrongFormat` where that cannot be told."""
    terms: dict[int, tuple[str, Status]] = {}
    fields: dict[int, str] = {}
    for at, name in enumerate(rows[0]):
        name = name.strip().lower()
        language = _language_of(name)
        if name in _PLAIN:
            fields[at] = _PLAIN[name]
        elif language:
            terms[at] = language
    if len({base(language) for language, _ in terms.values()}) >= 2:
        if len(rows) > 1 and [cell.strip().lower() for cell in rows[1]] == [cell.strip().lower() for cell in rows[0]]:
            raise WrongFormat(f"{path}, line 2: a second header line; remove it")
        return Columns(terms, fields, header=True)
    width = max(len(row) for row in rows)
    sides = ["\n".join(row[at] for row in rows if len(row) > at) for at in range(min(2, width))]
    languages = [detect(side) for side in sides]
    if len(languages) == 2 and "und" not in languages and base(languages[0]) != base(languages[1]):
        found = {at: (language, Status.PREFERRED) for at, language in enumerate(languages)}
        return Columns(found, {2: "note"} if width > 2 else {}, header=False)
    raise WrongFormat(f"{path}: the columns of the terms cannot be told; name them in a header such as zh and en")


def _language_of(name: str) -> tuple[str, Status] | None:
    match = _TERM_COLUMN.match(name)
    if match is None:
        return None
    language, status = match["language"].strip(), Status(match["status"] or "preferred")
    if language in _NAMES:
        return _NAMES[language], status
    if not re.fullmatch(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,4})*", language):
        return None
    try:
        return normalize(language), status
    except UsageError:
        return None


def read(path: Path, problems: Problems, columns: Columns | None = None) -> tuple[Columns, Iterator[Concept]]:
    """The columns (as given or guessed) and the concepts of a CSV, TSV, XLSX or OmegaT glossary, a row each."""
    rows = list(_rows(path))
    if not rows:
        raise WrongFormat(f"{path} holds no rows")
    columns = columns or guess([cells for _, cells in rows[:50]], path)
    return columns, _concepts(rows, columns, problems)


def _concepts(rows: list[tuple[int, list[str]]], columns: Columns, problems: Problems) -> Iterator[Concept]:
    needed = max(columns.terms) + 1
    seen: set[str] = set()
    for number, (line, cells) in enumerate(rows):
        if number == 0 and columns.header:
            continue
        if len(cells) < needed:
            problems.add(line, f"{len(cells)} columns where {needed} are needed")
            continue
        values = {name: cells[at].strip() for at, name in columns.fields.items() if at < len(cells)}
        terms: list[Term] = []
        for at, (language, status) in columns.terms.items():
            for text in filter(None, (piece.strip() for piece in cells[at].split("|"))):
                problem = problems.of_term(text)
                if problem:
                    problems.add(line, problem)
                    continue
                # The first term of a cell is the one to use, those behind it are synonyms.
                first = not any(term.language == language and term.status is status for term in terms)
                own = status if first or status is not Status.PREFERRED else Status.ADMITTED
                terms.append(Term(text, language, own, source=values.get("source", "")))
        if len({base(term.language) for term in terms}) < 2:
            problems.add(line, "a term is empty: no terms in two languages")
            continue
        name = values.get("id") or f"r{line}"
        if name in seen:
            problems.add(line, f"the concept {name!r} stands here a second time")
            continue
        seen.add(name)
        yield Concept(
            name,
            tuple(terms),
            values.get("subject", ""),
            values.get("definition", ""),
            note=values.get("note", ""),
            author=values.get("author", ""),
        )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that is not blank; lines that begin with ``#`` are comments."""
    if path.suffix.lower() == ".xlsx":
        yield from _sheet(path)
        return
    text = decode(path.read_bytes(), str(path)).text
    delimiter = "\t" if path.suffix.lower() != ".csv" else max(",;\t", key=text.partition("\n")[0].count)
    quoted = path.suffix.lower() in {".csv", ".tsv"}
    reader = csv.reader(
        text.lstrip("\ufeff").splitlines(keepends=True),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DamagedInput(f"{path}, line {reader.line_num}: {error}") from error


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


def write_utx(path: Path, concepts: Iterable[Concept], source: str, target: str) -> int:
    """Write UTX 1.20 (AAMT): a header of two comment lines, then source, target, part of speech, status, concept."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            f"#UTX 1.20; {source}/{target}; {datetime.now(UTC).isoformat(timespec='seconds')}; copyright: unknown;\n"
        )
        file.write("#src\ttgt\tsrc:pos\tterm status\tconcept ID\n")
        for concept, (sources, targets) in _sides(concepts, [source, target]):
            for term in sources:
                for other in targets:
                    row = (term.text, other.text, term.part_of_speech or "noun", _TO_UTX[other.status], concept.id)
                    file.write("\t".join(_one_line(cell) for cell in row) + "\n")
                    count += 1
    return count


def read_utx(path: Path, problems: Problems) -> Iterator[Concept]:
    """Yield the concepts of a UTX file; rows with one concept id are one concept."""
    lines = decode(path.read_bytes(), str(path)).text.lstrip("\ufeff").splitlines()
    head = re.match(r"#UTX[^;]*;\s*([\w-]+)/([\w-]+)", lines[0]) if lines else None
    if head is None or len(lines) < 2 or not lines[1].startswith("#"):
        raise WrongFormat(f"{path} is not UTX: its first two lines are not the header")
    source, target = normalize(head[1]), normalize(head[2])
    names = [name.strip().lower() for name in lines[1].lstrip("#").split("\t")]
    concepts: dict[str, list[Term]] = {}
    for number, line in enumerate(lines[2:], 3):
        if not line.strip() or line.startswith("#"):
            continue
        row = dict(zip(names, (cell.strip() for cell in line.split("\t")), strict=False))
        fault = problems.of_term(row.get("src", "")) or problems.of_term(row.get("tgt", ""))
        status = _UTX_STATUS.get(row.get("term status", "").lower())
        if fault or status is None:
            problems.add(number, fault or f"{row['term status']!r} is not a term status of UTX")
            continue
        part = row.get("src:pos", "")
        terms = concepts.setdefault(row.get("concept id") or f"u{number}", [])
        for term in (Term(row["src"], source, part_of_speech=part), Term(row["tgt"], target, status)):
            if all((term.text, term.language) != (other.text, other.language) for other in terms):
                terms.append(term)
    for name, terms in concepts.items():
        yield Concept(name, tuple(terms))


def named(columns: Mapping[str, int], *, header: bool) -> Columns:
    """Columns by name as a user gives them ("zh", "en_forbidden", "note"); raises `UsageError` for an unknown name."""
    terms: dict[int, tuple[str, Status]] = {}
    fields: dict[int, str] = {}
    for name, at in columns.items():
        language = None if name.lower() in _PLAIN else _language_of(name.lower())
        if language is not None:
            terms[at] = language
        elif name.lower() in _PLAIN:
            fields[at] = _PLAIN[name.lower()]
        else:
            raise UsageError(f"{name!r} is neither a language nor one of {', '.join(sorted(set(_PLAIN.values())))}")
    if len({base(language) for language, _ in terms.values()}) < 2:
        raise UsageError("columns of terms in two languages are needed")
    return Columns(terms, fields, header)
