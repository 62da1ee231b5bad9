"""The source side of tables that hold both languages, in a document that is to be translated.

A table whose header names its sides, as CAT tools and `duiyi align` write it, is read row by row: a row is a segment,
and its translation is known. In a table without such a header the languages of the columns tell the sides, and the
cells are split into sentences like all other text; that they translate each other is asked of the encoder, since a
column of names may be in another language too. The rest of the document stays as it is, unless the document consists of
tables of the first kind: then the rest is about the file.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from align.segmentation import sentences
from corpora.document import Document
from corpora.errors import InputError, UsageError
from corpora.text.languages import base, detect
from corpora.text.srx import SrxRules
from tm.formats.base import ReadOptions
from tm.formats.columns import UnitColumns, detect_columns, is_header

__all__ = ["SourceSide", "source_side"]

_HEADER_WITHIN = 5  # rows
_FILLED = 0.8  # share of the rows of a table without a header that have both sides
_COMPARED = 40  # rows that the encoder compares
_ALIKE = 0.6  # mean cosine of the rows of a table that is a translation, even where all rows are alike
_NEARER = 0.1  # cosine by which a row is nearer to its own translation than to that of the next row

Cells = dict[int, str]


@dataclass(frozen=True, slots=True)
class SourceSide:
    """The segments of a document with bilingual tables, each with its translation or ""; the languages; what to say."""

    segments: tuple[tuple[str, str], ...]
    languages: tuple[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class _SidesOfTable:
    """The rows of a table that holds both languages: the first with text, its columns, its languages."""

    rows: Mapping[int, Cells]
    first: int
    columns: tuple[int, int]
    languages: tuple[str, str]
    named: bool


def source_side(
    document: Document, source_lang: str = "", target_lang: str = "", rules: SrxRules | None = None
) -> SourceSide | None:
    """The source side of ``document``; None where it has no table with both languages."""
    tables: dict[int, dict[int, Cells]] = defaultdict(lambda: defaultdict(dict))
    for block in document.blocks:
        if block.cell is not None:
            table, row, column = block.cell
            cells = tables[table][row]
            cells[column] = f"{cells[column]}\n{block.full_text}" if column in cells else block.full_text
    options = ReadOptions(source_lang, target_lang)
    found = {number: one for number, rows in tables.items() if (one := _bilingual(rows, options, document.path))}
    if not found:
        return None
    languages = next(iter(found.values())).languages
    if _consists_of(document, {number for number, one in found.items() if one.named}):
        inside = [block for block in document.blocks if block.cell is not None and block.cell[0] in found]
        document = replace(document, blocks=tuple(inside))
    segments = tuple(_segments(replace(document, language=languages[0]), found, rules))
    column = next(iter(found.values())).columns[0] + 1
    source = languages[0]
    note = f"{document.path} has a table with both languages; only its source side ({source}, column {column}) is taken"
    return SourceSide(segments, languages, note)


def _consists_of(document: Document, tables: Container[int]) -> bool:
    """Whether most of the text is in these tables."""
    inside = sum(len(block.text) for block in document.blocks if block.cell is not None and block.cell[0] in tables)
    return 2 * inside > sum(len(block.text) for block in document.blocks)


def _segments(
    document: Document, tables: Mapping[int, _SidesOfTable], rules: SrxRules | None
) -> Iterator[tuple[str, str]]:
    done = set()
    for segment in sentences(document, rules):
        cell = document.blocks[segment.block].cell
        table = tables.get(cell[0]) if cell is not None else None
        if cell is None or table is None:
            yield segment.text, ""
        elif cell[1] < table.first:
            continue
        elif table.named:
            if cell[:2] not in done and (text := table.rows[cell[1]].get(table.columns[0], "")):
                yield text, table.rows[cell[1]].get(table.columns[1], "")
            done.add(cell[:2])
        elif cell[2] == table.columns[0]:
            yield segment.text, ""


def _bilingual(rows: Mapping[int, Cells], options: ReadOptions, name: str) -> _SidesOfTable | None:
    """The sides of a table; None where it does not hold both languages."""
    width = 1 + max(column for cells in rows.values() for column in cells)
    numbers = sorted(rows)
    listed = [[rows[number].get(column, "") for column in range(width)] for number in numbers]
    header = next((at for at, cells in enumerate(listed[:_HEADER_WITHIN]) if is_header(cells)), None)
    body = listed[0 if header is None else header + 1 :]
    if not body:
        return None
    found = _columns(listed[header or 0 :], options, name) or _columns(listed[header or 0 :], ReadOptions(), name)
    if found is None:
        return None
    columns = found.fields["source"], found.fields["target"]
    languages = found.source_lang, found.target_lang
    sides = [[cells[column] for cells in body] for column in columns]
    if header is None:
        if not _translated(sides, [detect("\n".join(side)) for side in sides], width, body):
            return None
    elif not _has_words(sides[0]) or not (_has_words(sides[1]) or not any(map(str.strip, sides[1]))):
        return None
    elif options.source_lang and _is_in(sides[1], options.source_lang) and not _is_in(sides[0], options.source_lang):
        columns, languages = columns[::-1], languages[::-1]
    first = numbers[0 if header is None else header + 1]
    return _SidesOfTable(rows, first, columns, languages, header is not None)


def _columns(rows: Sequence[Sequence[str]], options: ReadOptions, name: str) -> UnitColumns | None:
    """The columns of source and target; None where there are no two of text, or both are in one language."""
    try:
        return detect_columns(rows, options, name)
    except (InputError, UsageError):
        return None


def _has_words(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum(any(map(str.isalpha, cell)) for cell in filled) > len(filled) / 2


def _is_in(cells: Sequence[str], language: str) -> bool:
    return base(detect("\n".join(cells))) == base(language)


def _translated(
    sides: Sequence[Sequence[str]], codes: Sequence[str], width: int, body: Sequence[Sequence[str]]
) -> bool:
    """Whether two columns translate each other row by row, and no third column has words."""
    words = sum(_has_words([cells[column] for cells in body]) for column in range(width))
    both = [(one, other) for one, other in zip(*sides, strict=True) if one.strip() and other.strip()]
    if words != 2 or "und" in codes or base(codes[0]) == base(codes[1]):
        return False
    if len(both) < max(2, _FILLED * len(body)):
        return False
    from corpora.text.languages import simplified
    from models.registry import load

    encoder = load(None)
    step = max(1, len(both) // _COMPARED)
    left, right = (encoder.encode(simplified([pair[side] for pair in both[::step]], codes[side])) for side in (0, 1))
    own, next_ = (left * right).sum(axis=1).mean(), (left[:-1] * right[1:]).sum(axis=1).mean()
    return bool(own > _ALIKE or own > next_ + _NEARER)
