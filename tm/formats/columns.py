"""Units as rows of a table: which column contains what, detected from the header and the texts, or named by the user.

TSV, CSV, XLSX, Parquet and JSON Lines share it. The detected columns are always shown, since wrong ones would exchange
the sides of a memory silently.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from corpora.errors import UsageError, WrongFormat
from corpora.text.language_names import code_of_name, has_name
from corpora.text.languages import base, canonical, detect, normalize
from corpora.text.plurals import counted
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, date_of, spelt
from tm.formats.languages import LanguageSelection
from tm.formats.properties import FIELDS, add_numbered, apply_properties, properties_of
from tm.formats.states import apply_named_states, meaning_of
from tm.unit import STATUSES, Unit

__all__ = [
    "UnitColumns",
    "detect_columns",
    "header_of",
    "is_header",
    "names_notes",
    "plausible",
    "row_of",
    "text_columns",
    "units_of_rows",
]

_TEXTS = ("source", "target", "source_lang", "target_lang")
_PLAIN = ("previous", "next", "created", "changed", "author", "notes", "properties")
_METADATA = tuple(name.replace("-", "_") for name in FIELDS)
_NAMES = (*_TEXTS, *_METADATA, *_PLAIN)
_SURE = 200  # letters from which on the language of an alphabetic text is certain
_SCRIPTS = frozenset({"zh", "ja", "ko", "th", "ar", "he", "ru", "uk", "el", "hi"})
_SAMPLE = 200  # rows from which the columns are detected
_ALIASES = {
    "source": "source", "src": "source", "source_text": "source", "source_segment": "source", "original": "source",
    "source_segment_text": "source", "source_string": "source", "msgid": "source", "原文": "source",
    "源文": "source", "原语": "source",
    "target": "target", "tgt": "target", "trg": "target", "target_text": "target", "target_segment": "target",
    "translation": "target", "target_string": "target", "msgstr": "target", "译文": "target",
    "目标": "target", "译语": "target",
    "source_language": "source_lang", "src_lang": "source_lang", "target_language": "target_lang",
    **dict.fromkeys(("source_locale", "sourcelang", "sourcelanguage", "srclang", "sourcelocale"), "source_lang"),
    **dict.fromkeys(("target_locale", "targetlang", "targetlanguage", "tgtlang", "targetlocale"), "target_lang"),
    "tgt_lang": "target_lang", "trglang": "target_lang",
    "note": "notes", "comment": "notes", "comments": "notes", "备注": "notes",
    "segment_status": "status", "state": "status", "状态": "status", "quality": "score", "file": "source_file",
    "created_by": "author", "created_on": "created", "changed_on": "changed",
}  # fmt: skip
_LANGUAGES = {
    "中文": "zh-CN",
    "英文": "en-US",
    "汉语": "zh-CN",
    "英语": "en-US",
    "繁体中文": "zh-TW",
    "简体中文": "zh-CN",
}
_CODE = re.compile(r"^(?:[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|Chinese|English)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UnitColumns:
    """Field name to column (from 0), the languages of the two texts, and whether the first row is a header."""

    fields: Mapping[str, int]
    properties: Mapping[str, int]
    source_lang: str
    target_lang: str
    header: bool

    def __str__(self) -> str:
        return (
            f"source = column {self.fields['source'] + 1} ({self.source_lang}), "
            f"target = column {self.fields['target'] + 1} ({self.target_lang}), "
            f"{'with' if self.header else 'without'} a header"
        )


def header_of(options: WriteOptions) -> tuple[str, ...]:
    """The header of the rows that `row_of` returns."""
    return _NAMES if options.metadata else _TEXTS


def row_of(unit: Unit, options: WriteOptions, written: WriteCounts) -> list[str]:
    """``unit`` as cells under `header_of`."""
    cells = [
        written.styled(unit.source, options.tags),
        written.styled(unit.target, options.tags),
        unit.source_lang,
        unit.target_lang,
    ]
    if not options.metadata:
        return cells
    found = dict(properties_of(unit, without=unit.properties))
    cells += [found.get(name, "") for name in FIELDS]
    cells += [
        unit.previous,
        unit.next,
        unit.created.isoformat() if unit.created else "",
        unit.changed.isoformat() if unit.changed else "",
        unit.author,
        _notes(unit.notes),
        json.dumps(dict(unit.properties), ensure_ascii=False) if unit.properties else "",
    ]
    return cells


def _notes(notes: Sequence[str]) -> str:
    """A single note as text; several, or one that looks like a list, as JSON."""
    if len(notes) == 1 and notes[0] and not notes[0].startswith("["):
        return notes[0]
    return json.dumps(list(notes), ensure_ascii=False) if notes else ""


def units_of_rows(
    rows: Iterable[tuple[int, Sequence[str]]], options: ReadOptions, problems: UnitProblems
) -> Iterator[Unit]:
    """Yield the unit of each (row number, cells); the columns are detected from the first rows and noted."""
    iterator = iter(rows)
    sample = list(islice(iterator, _SAMPLE))
    if not sample:
        return
    columns = detect_columns([cells for _, cells in sample], options, str(problems.path))
    problems.notes.append(f"columns: {columns}")
    selection = LanguageSelection(options, problems)
    width = max(columns.fields["source"], columns.fields["target"]) + 1
    for number, cells in chain(sample[columns.header :], iterator):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < width:
            problems.add(number, f"the row has {counted(len(cells), 'column')}, the texts need {width}")
            continue
        try:
            unit = _unit(cells, columns)
        except UsageError as error:
            problems.add(number, str(error), error)
            continue
        yield from selection.of(unit)


def text_columns(rows: Sequence[Sequence[str]], options: ReadOptions, name: str) -> tuple[int, int]:
    """The columns of source and target, as `units_of_rows` finds them. Raises as `detect_columns` does."""
    fields = detect_columns(rows[:_SAMPLE], options, name).fields
    return fields["source"], fields["target"]


def _named(fields: Mapping[str, int]) -> bool:
    """True where rows name their own languages, so that the requested ones can differ from them."""
    return "source_lang" in fields or "target_lang" in fields


def _unit(cells: Sequence[str], columns: UnitColumns) -> Unit:
    def cell(name: str) -> str:
        place = columns.fields.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    found = {name: value for name in FIELDS if (value := cell(name.replace("-", "_")))}
    state = re.sub(r"\s*\([\d.,]+ ?%\)$", "", found.get("status", ""))
    if meaning_of(state) and state not in STATUSES:
        del found["status"]
    fields: dict[str, Any] = apply_properties(found)
    for name in ("previous", "next", "author"):
        if value := cell(name):
            fields[name] = value
    for name in ("created", "changed"):
        if (value := cell(name)) and (date := date_of(value)):
            fields[name] = date
    if value := cell("notes"):
        fields["notes"] = _listed(value)
    extra = {name: value for name, at in columns.properties.items() if at < len(cells) and (value := cells[at])}
    own = _object(cell("properties"))
    if extra or own:
        fields["properties"] = {**fields.get("properties", {}), **extra, **own}
    apply_named_states(fields, {**fields.get("properties", {}), **({"status": state} if state else {})}, cell("author"))
    source_lang, target_lang = cell("source_lang"), cell("target_lang")
    return Unit(
        cells[columns.fields["source"]],
        cells[columns.fields["target"]],
        spelt(source_lang) if source_lang else columns.source_lang,
        spelt(target_lang) if target_lang else columns.target_lang,
        **fields,
    )


def _listed(value: str) -> tuple[str, ...]:
    if value.startswith("["):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return (value,)
        if isinstance(found, list):
            return tuple(str(one) for one in found)
    return (value,)


def _object(value: str) -> dict[str, str]:
    if not value:
        return {}
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return {"properties": value}
    return {str(key): str(one) for key, one in found.items()} if isinstance(found, dict) else {"properties": value}


def detect_columns(rows: Sequence[Sequence[str]], options: ReadOptions, name: str) -> UnitColumns:
    """Find the columns of a table from its first rows and from what the user named.

    Raises `UsageError` where a named column is missing, `WrongFormat` where no two columns of text are found.
    """
    first = [cell.strip() for cell in rows[0]]
    names = [_field_of(cell) for cell in first]
    # "src" names a side, although it is also the code of a language.
    languages = ["" if field else _language_of(cell) for cell, field in zip(first, names, strict=True)]
    header = "source" in names or "target" in names or is_header(first)
    if options.columns:
        header = header or any(not column.isdecimal() for column in options.columns.values())
    fields: dict[str, int] = {}
    if header:
        for position, field in enumerate(names):
            if field:
                fields.setdefault(field, position)
    for field, column in options.columns.items():
        fields[field.replace("-", "_")] = _column(column, first, name)
    if "source" not in fields or "target" not in fields:
        _find_by_language(fields, rows[1:] if header else rows, languages if header else [], options, name)
    body = rows[1:] if header else rows
    pair: list[str] = []
    guessed = 0
    for side, requested in (("source", options.source_lang), ("target", options.target_lang)):
        own = _first(body, fields.get(f"{side}_lang"))
        named = languages[fields[side]] if header and fields[side] < len(languages) else ""
        if requested and named and _is_sure(named, requested, body, fields[side]):
            requested = ""
        given = own or ("" if _named(fields) else requested) or named
        guessed += not given
        pair.append(canonical(given or _detected(_translated(body, fields["source"], fields["target"]), fields[side])))
    if guessed and not _named(fields) and base(pair[0]) == base(pair[1]) != "und":
        raise WrongFormat(
            f"{name} does not name the languages of its columns, and both read as {pair[0]}; state `source_lang` and "
            "`target_lang`"
        )
    taken = set(fields.values())
    properties: dict[str, int] = {}
    used = Counter[str]()
    for at, cell in enumerate(first):
        if header and cell and at not in taken:
            add_numbered(properties, cell, at, used)
    return UnitColumns(fields, properties, pair[0], pair[1], header)


def is_header(cells: Sequence[str]) -> bool:
    """True for cells that name source and target, or two languages."""
    names = {_field_of(cell) for cell in cells}
    return {"source", "target"} <= names or sum(not _field_of(cell) and bool(_language_of(cell)) for cell in cells) >= 2


def names_notes(cell: str) -> bool:
    """True for the header of a column of notes."""
    return _field_of(cell) == "notes"


def _field_of(cell: str) -> str:
    key = re.sub(r"[\s-]+", "_", cell.strip().lower())
    return key if key in _NAMES else _ALIASES.get(key, "")


def _language_of(cell: str) -> str:
    if cell in _LANGUAGES:
        return _LANGUAGES[cell]
    if not _CODE.match(cell) or cell.lower() == "id":
        return code_of_name(cell) if 4 <= len(cell) <= 60 or not cell.isascii() else ""
    try:
        code = canonical(cell)
    except UsageError:
        return ""
    # "Key" and "max" are codes of rare languages too.
    return code if len(cell) != 3 or len(base(code)) == 2 or has_name(code) else ""


def _column(column: str, first: Sequence[str], name: str) -> int:
    if column in first:
        return first.index(column)
    if column.isdecimal() and len(column) < 7 and 1 <= int(column) <= len(first):
        return int(column) - 1
    raise UsageError(f"{name} has no column {column!r}; it has {', '.join(cell or '-' for cell in first[:20])}")


def _find_by_language(
    fields: dict[str, int], body: Sequence[Sequence[str]], named: Sequence[str], options: ReadOptions, name: str
) -> None:
    """Find the missing text columns: by the languages in the header, else by those of the cells."""
    width = max((len(cells) for cells in [named, *body]), default=0)
    codes = {at: _detected(body, at) for at in range(width)}
    empty = {at: _is_empty(body, at) for at in range(width)}
    by_name = {at: code for at, code in enumerate(named) if code and (empty[at] or plausible(code, codes[at]))}
    # Of the columns that the header names, those without text come last: they are to be filled.
    texts = sorted(by_name, key=lambda at: empty[at])
    if len(texts) < 2 - len({"source", "target"} & fields.keys()):
        length = {at: sum(len(cells[at]) for cells in body if at < len(cells)) for at in range(width)}
        others = {at for field, at in fields.items() if field not in ("source", "target")}
        texts = [at for at in codes if codes[at] != "und" and at not in others]
        texts = sorted(sorted(texts, key=lambda at: -length[at])[:2])
    else:
        codes |= by_name
    for side, requested in (("source", options.source_lang), ("target", options.target_lang)):
        left = [at for at in texts if at not in (fields.get("source"), fields.get("target"))]
        if side in fields or not left:
            continue
        other = options.target_lang if side == "source" else options.source_lang
        best = [at for at in left if requested and base(codes[at]) == base(requested)]
        best = best or [at for at in left if not other or base(codes[at]) != base(other)] or left
        fields[side] = best[0]
    if "source" not in fields or "target" not in fields:
        raise WrongFormat(f"{name} has no two columns of text; name them with `columns`, as source=1,target=2")


def _translated(rows: Sequence[Sequence[str]], source: int, target: int) -> Sequence[Sequence[str]]:
    """The rows whose sides differ, where there are some: a command or a name that was copied has no language."""
    found = [cells for cells in rows if max(source, target) < len(cells) and cells[source] != cells[target]]
    return found or rows


def _first(rows: Sequence[Sequence[str]], column: int | None) -> str:
    """The first valid language code in ``column``; detecting the language would load a model."""
    for cells in rows:
        if column is not None and column < len(cells) and (code := _language_of(cells[column].strip())):
            return code
    return ""


def _is_sure(named: str, requested: str, body: Sequence[Sequence[str]], column: int) -> bool:
    """Whether the header names another language than the requested one, and the texts do not contradict the header.

    Only usual languages count: a header of "se" or "kr" may mean a country.
    """
    if base(named) == base(requested) or "-" not in normalize(base(named)):
        return False
    return _is_empty(body, column) or plausible(named, _detected(body, column))


def _is_empty(body: Sequence[Sequence[str]], column: int) -> bool:
    return not any(cells[column].strip() for cells in body if column < len(cells))


def plausible(named: str, found: str) -> bool:
    """True unless the script contradicts the language in the header: short texts do not show more."""
    if base(named) in _SCRIPTS or base(found) in _SCRIPTS:
        return base(named) == base(found)
    return found != "und"


def _detected(rows: Sequence[Sequence[str]], column: int) -> str:
    """The language of a column; a few words without accents are taken as English, which they mostly are."""
    text = "\n".join(cells[column] for cells in rows if column < len(cells))
    language = detect(text)
    few = sum(map(str.isalpha, text)) < _SURE
    return "en-US" if few and text.isascii() and language != "und" else language
