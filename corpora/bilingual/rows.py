"""Tables whose columns are languages: the row of each cell, and the side that its column is on."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log
from pathlib import Path

from corpora.bilingual.language_pair import LanguagePair, letters_of
from corpora.document import Block, BlockKind, Document, Section
from corpora.errors import DamagedInput
from corpora.readers.encodings import decode
from corpora.readers.file_type import FileType, sniff
from corpora.text.language_names import code_of_name
from corpora.text.languages import detect, same

__all__ = ["TableRow", "rows_of_tables", "table_document"]

_PURE = 0.8  # share of the letters of a column that are in its language
_TABBED = 0.8  # share of the lines of a text with a tab from which it is a table
#: What stands at the head of a column of one language, or of its numbers.
_NAMES = frozenset(
    "中文 汉语 漢語 简体中文 繁體中文 英文 英语 英語 法文 法语 俄文 俄语 德文 德语 日文 "
    "日语 韩文 韩语 原文 源文 译文 譯文 序号 编号 編號 "
    "chinese english french german russian spanish arabic japanese korean source target translation original zh en fr "
    "de ru es ar ja ko zh-cn zh-tw en-us en-gb 中 英 no. no # id".split()
)
_MOST_COLUMNS = 12  # of one language among which those with counterparts are looked for
_LABEL = 6.2  # weight of the letters of a label: six Chinese characters or eighteen Latin letters
_LONG = 60  # characters of a column that tell its language among those of one script


@dataclass(frozen=True, slots=True)
class TableRow:
    """The table and row of a cell, and its sides: both for a number that stands once for the whole row.

    Where it has none, ``step`` is the reason why it is left out.
    """

    place: tuple[int, int]
    sides: tuple[int, ...]
    step: str = "other languages"


def rows_of_tables(blocks: Sequence[Block], pair: LanguagePair) -> dict[int, TableRow]:
    """The row of each block, by its id, in tables with a column or more for each of the two languages.

    Cells of a column in which both languages stand are left to be separated one by one.
    """
    tables: dict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.cell is not None:
            tables[block.cell[0]].append(block)
    found: dict[int, TableRow] = {}
    for cells in tables.values():
        head = _head(cells)
        texts: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for block in cells:
            _, row, column = block.cell  # type: ignore[misc]
            if row != head:
                texts[column][row].append(block.text)
        columns = {column: {row: "\n".join(some) for row, some in rows.items()} for column, rows in texts.items()}
        sides = {column: _sides(list(rows.values()), pair) for column, rows in columns.items()}
        if {(0,), (1,)} <= set(sides.values()):
            further = _further(columns, sides)
            for block in cells:
                table, row, column = block.cell  # type: ignore[misc]
                if row == head:
                    found[block.id] = TableRow((table, row), (), "table heads")
                elif column in further:
                    found[block.id] = TableRow((table, row), (), "further columns")
                elif (own := sides[column]) is not None:
                    found[block.id] = TableRow((table, row), own)
    return found


def _head(cells: Sequence[Block]) -> int | None:
    """The first row of a table, where two of its cells name columns and the others are labels.

    The names of one language only, as in 俄文 and "Russian", are an entry of a glossary.
    """
    first = min(block.cell[1] for block in cells if block.cell)
    texts = [block.text.strip().lower() for block in cells if block.cell and block.cell[1] == first]
    names = [text for text in texts if text in _NAMES]
    languages = [code for code in map(code_of_name, names) if code]
    entry = len(languages) > 1 and len(set(languages)) == 1
    is_head = len(names) > 1 and not entry and all(letters_of(text).total() <= _LABEL for text in texts)
    return first if is_head else None


def _further(columns: Mapping[int, Mapping[int, str]], sides: Mapping[int, tuple[int, ...] | None]) -> set[int]:
    """The columns of one language that have no counterpart: remarks, states, names of fields.

    Where one language has more columns than the other, those stay whose cells say most nearly as much as the other's.
    """
    own: list[list[int]] = [sorted(column for column, one in sides.items() if one == (side,)) for side in (0, 1)]
    few, many = sorted(own, key=len)
    if len(many) == len(few) or len(many) > _MOST_COLUMNS:
        return set()
    amounts = {
        column: {row: 1 + letters_of(text).total() for row, text in columns[column].items()} for column in (*few, *many)
    }
    costs = {(a, b): _difference(amounts[a], amounts[b]) for a in few for b in many}
    kept = min(
        combinations(many, len(few)),
        key=lambda some: sum(costs[pair] for pair in zip(few, some, strict=True)),
    )
    return set(many) - set(kept)


def _difference(left: Mapping[int, float], right: Mapping[int, float]) -> float:
    """How far the cells of two columns are from saying as much, row by row."""
    return sum(abs(log(left.get(row, 1.0) / right.get(row, 1.0))) for row in left.keys() | right.keys())


def _sides(texts: Sequence[str], pair: LanguagePair) -> tuple[int, ...] | None:
    """The side of a column: both where it has no letters, none for a third language, None where it is mixed."""
    text = "\n".join(texts)
    everything = letters_of(text)
    if not everything:
        return (0, 1)
    code = detect(text)
    found = tuple(side for side, one in enumerate(pair.languages) if same(one, code))
    if pair.one_script:
        return found
    weights = pair.weights(text)
    side = int(weights[1] > weights[0])
    if weights[side] < everything.total() / 2 or (not found and len(text) >= _LONG):
        return ()
    return (side,) if weights[side] >= _PURE * sum(weights) else None


def table_document(data: bytes, path: Path) -> Document | None:
    """A table of tabs or commas as a document of cells; None for any other file. ``path``: what messages call it."""
    if sniff(data, path) is not FileType.TEXT:
        return None
    text = decode(data, str(path)).text
    lines = [line for line in text.splitlines() if line.strip()]
    named = path.suffix.lower() in (".csv", ".tsv", ".tab")
    if not named and sum("\t" in line.strip() for line in lines) < max(2, _TABBED * len(lines)):
        return None
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count) if path.suffix.lower() == ".csv" else "\t"
    blocks: list[Block] = []
    original: list[str] = []
    at = 0
    for row, cells in enumerate(_rows(text.removeprefix("\ufeff"), separator, path)):
        for column, cell in enumerate(cells):
            if cell.strip():
                place = (0, row, column)
                blocks.append(
                    Block(len(blocks), BlockKind.CELL, cell.strip(), start=at, end=at + len(cell), cell=place)
                )
            original.append(cell)
            at += len(cell) + 1
    return Document("und", str(path), tuple(blocks), Section(None, 0, 0, len(blocks)), "\n".join(original))


def _rows(text: str, separator: str, path: Path) -> Iterator[list[str]]:
    # Tables of tabs are mostly written without quoting.
    if separator == "\t" and text.count('"') % 2:
        yield from (line.split("\t") for line in text.splitlines())
        return
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise DamagedInput(f"{path} is a damaged table: {error}") from error
