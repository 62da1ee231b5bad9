"""Glossaries as tables: CSV, TSV and XLSX, one concept per row; several terms in a cell are split by ``|``.

In a table of candidates (`duiyi term extract`), the rows selected in the column ``accept`` (x, 1, yes, ✓, 是) are the
entries; where no row is selected, all are, as *proposed*.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from corpora.errors import WrongFormat
from corpora.readers.delimited import delimited_rows
from corpora.readers.workbook import sheet_rows
from corpora.text.languages import base
from corpora.text.plurals import counted, plural
from tm.spreadsheet import write_sheet
from tm.terms.concept import Concept, Status, Term, flag_status, made_id, term_status
from tm.terms.formats.base import EntryProblems, GlossaryOptions, TermColumns
from tm.terms.formats.columns import detect_columns, with_fields_of_header

__all__ = ["read_concepts", "write_concepts"]

_YES = frozenset({"x", "1", "y", "yes", "ok", "true", "✓", "✔", "√", "是"})
_SAMPLE = 50  # rows from which the columns are detected
_EXAMPLES = ("source_example", "target_example")
_Column = tuple[str, Callable[[Concept], str]]
_TERM_FIELDS: tuple[tuple[str, Callable[[Term], str]], ...] = (
    ("part of speech", lambda term: term.part_of_speech),
    ("source", lambda term: term.source),
    ("note", lambda term: term.note),
    ("example", lambda term: "; ".join(term.examples)),
)
_ENTRY_TEXTS = ("definition", "note", "author")


def read_concepts(path: Path, problems: EntryProblems) -> Iterator[Concept]:
    """Yield the concept of each row; sets ``problems.columns`` where the user did not."""
    rows = _rows(path, problems)
    sample = list(islice(rows, _SAMPLE))
    if not sample:
        raise WrongFormat(f"{path} has no rows")
    if (columns := problems.columns) is None:
        columns = detect_columns([cells for _, cells in sample], path)
    elif columns.header:
        columns = with_fields_of_header(columns, sample[0][1])
    problems.columns = columns
    width = len(sample[0][1]) if columns.header and path.suffix.lower() in {".csv", ".tsv"} else None
    every: Iterable[tuple[int, list[str]]] = chain(sample[columns.header :], rows)
    proposed = False
    if (accept := next((at for at, name in columns.fields.items() if name == "accept"), None)) is not None:
        every = list(every)
        selected = [row for row in every if _is_yes(row[1], accept)]
        proposed, every = not selected, selected or every
    seen: dict[str, int] = {}
    for line, cells in every:
        concept = _checked(line, cells, columns, problems, width, seen, proposed=proposed)
        if concept is not None:
            yield concept


def _rows(path: Path, problems: EntryProblems) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that is not blank; lines that begin with ``#`` are comments."""
    suffix = path.suffix.lower()
    rows = (
        sheet_rows(path) if suffix == ".xlsx" else delimited_rows(path, problems.add, quoted=suffix in {".csv", ".tsv"})
    )
    width = 0
    for line, cells in rows:
        if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
            width = max(width, len(cells)) if suffix == ".xlsx" else 0
            # A sheet does not store its empty cells, so a row that ends early is complete all the same.
            yield line, cells + [""] * (width - len(cells))


def _checked(
    line: int,
    cells: Sequence[str],
    columns: TermColumns,
    problems: EntryProblems,
    width: int | None,
    seen: dict[str, int],
    *,
    proposed: bool,
) -> Concept | None:
    """The concept of a row; None where the row is faulty, which is noted. ``width`` is the least number of cells."""
    least = max(max(columns.terms) + 1, width or 0)
    if len(cells) < least or (width is not None and any(cell.strip() for cell in cells[width:])):
        problems.add(line, f"{counted(len(cells), 'column')} where {least} {plural(least, 'is', 'are')} needed")
        return None
    values = _values(cells, columns)
    terms = _terms(line, cells, columns, values, problems, proposed=proposed)
    if terms is None:
        return None
    if len({base(term.language) for term in terms}) < 2:
        problems.add(line, "a term is empty: no terms in two languages")
        return None
    name = values.get("id") or made_id(terms)
    if name in seen:
        what = f"the concept {values['id']!r}" if values.get("id") else "the entry"
        problems.add(line, f"{what} occurs a second time, after line {seen[name]}")
        return None
    seen[name] = line
    subject = ", ".join(filter(None, (values.get("subject"), values.get("subdomain"))))
    texts: dict[str, Any] = {field: values.get(field, "") for field in _ENTRY_TEXTS}
    properties = {
        key.removeprefix("property "): value for key, value in values.items() if key.startswith("property ") and value
    }
    if (status := values.get("status")) and term_status(status) is None:
        properties["status"] = status
    return Concept(name, tuple(terms), subject, properties=properties, **texts)


def _values(cells: Sequence[str], columns: TermColumns) -> dict[str, str]:
    """The fields of the entry; those of one name are joined."""
    values: dict[str, str] = {}
    for at, name in columns.fields.items():
        text = cells[at].strip() if at < len(cells) else ""
        values[name] = "; ".join(filter(None, (values.get(name), text)))
    return values


def _is_yes(cells: Sequence[str], at: int) -> bool:
    return at < len(cells) and cells[at].strip().lower() in _YES


def _status(values: Mapping[str, str]) -> Status | None:
    """The gravest status that the columns say: "status", "forbidden", "approved"; None where they say nothing."""
    found: list[Status | None] = []
    for name, value in values.items():
        header = name.removeprefix("property ")
        if name == "status" or (name != header and header.endswith("status")):
            # memoQ lists several words in a cell.
            words = [status for word in re.split(r"[,;]\s*", value) if (status := term_status(word))]
            found += [term_status(value) or (words[-1] if words else None)]
        elif name == "note" and (status := term_status(value)) in (Status.FORBIDDEN, Status.DEPRECATED):
            found.append(status)
        elif name == "forbidden" or name != header:
            found.append(flag_status(header, value) or None)
    order = (Status.FORBIDDEN, Status.DEPRECATED, Status.PROPOSED, Status.ADMITTED, Status.PREFERRED)
    return next((status for status in order if status in found), None)


def _terms(
    line: int,
    cells: Sequence[str],
    columns: TermColumns,
    values: Mapping[str, str],
    problems: EntryProblems,
    *,
    proposed: bool,
) -> list[Term] | None:
    """The terms of a row; None where one of them is not valid, which is noted."""
    terms: list[Term] = []
    first_language = base(next(iter(columns.terms.values()))[0])
    for place, (at, (language, status)) in enumerate(columns.terms.items()):
        texts = [text for piece in cells[at].split("|") if (text := piece.strip())]
        for text, own in zip(texts, _own(cells, columns, at, len(texts)), strict=True):
            if problem := problems.of_term(text):
                problems.add(line, problem)
                return None
            # A status of the row is about the translation: the source term is what the reader finds in the text.
            given = _status(own) or (_status(values) if base(language) != first_language else None)
            example = own.get("example") or values.get(_EXAMPLES[place] if place < 2 else "", "")
            example = example or (values.get("example", "") if place == 0 else "")
            # The first term of a cell is the one to use, those behind it are synonyms.
            first = not any(term.language == language and term.status is status for term in terms)
            usual = status
            if status is Status.PREFERRED:
                usual = problems.usual(first=base(language) == first_language)
                usual = Status.ADMITTED if usual is Status.PREFERRED and not first else usual
            terms.append(
                Term(
                    text,
                    language,
                    given or (Status.PROPOSED if proposed and usual is Status.PREFERRED else usual),
                    own.get("part_of_speech") or values.get("part_of_speech", ""),
                    own.get("source") or values.get("source", ""),
                    own.get("note", ""),
                    (example,) if example else (),
                )
            )
    return terms


def _own(cells: Sequence[str], columns: TermColumns, at: int, count: int) -> list[dict[str, str]]:
    """The fields of each of the ``count`` terms of a cell; several values are split by ``|`` as the terms are."""
    found: list[dict[str, str]] = [{} for _ in range(count)]
    for column, (term, name) in columns.term_fields.items():
        if term == at and column < len(cells):
            pieces = cells[column].split("|") if count > 1 else [cells[column]]
            for place in range(count):
                text = (pieces[place] if len(pieces) == count else cells[column]).strip()
                found[place][name] = "; ".join(filter(None, (found[place].get(name), text)))
    return found


def write_concepts(path: Path, concepts: Iterable[Concept], options: GlossaryOptions) -> int:
    """Write a table with a header that `read_concepts` understands; return the number of its rows."""
    entries = list(concepts)
    languages = options.languages or tuple(dict.fromkeys(term.language for one in entries for term in one.terms))
    columns = [*_entry_columns(entries)]
    for language in languages:
        columns += _term_columns(entries, language, exact=not options.languages)
    columns += [("definition", lambda one: one.definition), ("note", lambda one: one.note)]
    rows = [[name for name, _ in columns], *([cell(concept) for _, cell in columns] for concept in entries)]
    if options.suffix == ".xlsx":
        write_sheet(path, "terms", rows)
    else:
        comma = options.suffix == ".csv"
        with path.open("w", encoding="utf-8-sig" if comma else "utf-8", newline="") as file:
            writer: Any = csv.writer(file, delimiter="," if comma else "\t", lineterminator="\n")
            writer.writerows([[" ".join(cell.split()) for cell in row] for row in rows])
    return len(entries)


def _entry_columns(entries: Sequence[Concept]) -> Iterator[_Column]:
    """The columns of the entry; those that no entry needs are left out."""
    yield "id", lambda one: one.id
    yield "subject", lambda one: one.subject
    if any(one.author for one in entries):
        yield "author", lambda one: one.author
    for name in dict.fromkeys(name for one in entries for name in one.properties):
        yield name, lambda one, name=name: one.properties.get(name, "")  # type: ignore[misc]


def _term_columns(entries: Sequence[Concept], language: str, *, exact: bool) -> Iterator[_Column]:
    """The columns of a language: its terms by status, and after each what is known of the terms in it."""

    def terms(concept: Concept, status: Status) -> list[Term]:
        return [
            term
            for term in concept.named(language)
            if term.status is status and (not exact or term.language == language)
        ]

    for status in Status:
        if status is not Status.PREFERRED and not any(terms(one, status) for one in entries):
            continue
        name = language if status is Status.PREFERRED else f"{language}_{status.value}"
        yield name, lambda one, status=status: "|".join(term.text for term in terms(one, status))  # type: ignore[misc]
        for title, value in _TERM_FIELDS:
            if any(value(term) for one in entries for term in terms(one, status)):
                yield (
                    f"{name} {title}",
                    lambda one, status=status, value=value: _joined([value(term) for term in terms(one, status)]),  # type: ignore[misc]
                )


def _joined(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else "|".join(one.replace("|", "/") for one in values) if any(values) else ""
