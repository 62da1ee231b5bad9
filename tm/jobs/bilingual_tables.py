"""The source side of tables that hold both languages, in a document that is to be translated.

A table whose header names its sides, as CAT tools and `duiyi align` write it, is read row by row: a row is a segment,
and its translation is known. In a table without such a header the languages of the columns tell the sides, and the
cells are split into sentences like all other text; that they translate each other is asked of the encoder, since a
column of names may be in another language too. The rest of the document stays as it is, unless it has
only tables of the first kind and titles, which are about the file.

Languages that the user states choose the sides; they change neither what a header says nor the script of the texts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from align.segmentation import sentences
from corpora.bilingual.language_pair import letters_of
from corpora.document import Block, Document
from corpora.errors import InputError, UsageError
from corpora.text.languages import base, detect
from corpora.text.srx import SrxRules
from tm.formats.base import ReadOptions
from tm.formats.columns import UnitColumns, detect_columns, is_header, plausible
from tm.unit import shortened

__all__ = ["SourceSide", "source_side"]

_HEADER_WITHIN = 5  # rows
_TITLE = 28  # weight of the letters of the longest title: as many Chinese characters, or 84 Latin letters
_SENTENCE_ENDS = (".", "!", "?", ";", "。", "！", "？", "；")
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
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _SidesOfTable:
    """The rows of a table that holds both languages: the first with text, its columns, its languages.

    The column of the target is None where it is not in the language that the user stated.
    """

    rows: Mapping[int, Cells]
    first: int
    source: int
    target: int | None
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
    found: dict[int, _SidesOfTable] = {}
    for number, rows in tables.items():
        if one := _bilingual(rows, options, document.path):
            found[number] = one
            # The side that is taken of the first table is taken of all.
            source, target = ("" if code == "und" else code for code in one.languages)
            options = ReadOptions(source, target)
    if not found:
        return None
    languages = next(iter(found.values())).languages
    notes = [_note(document.path, languages[0], {one.source + 1 for one in found.values()})]
    titles = _titles(document, found)
    if titles:
        document = replace(document, blocks=tuple(block for block in document.blocks if block not in titles))
        # The only headings of a workbook are the names of its sheets.
        said = [] if document.properties.get("format") in ("xlsx", "ods") else titles
        if lost := "; ".join(shortened(block.text) for block in said if not _names_languages(block.text)):
            notes.append(f"{document.path}: the titles outside of the table are left out: {lost}")
    segments = tuple(_segments(replace(document, language=languages[0]), found, rules))
    return SourceSide(segments, languages, tuple(notes))


def _note(path: str, source: str, columns: Collection[int]) -> str:
    if len(columns) == 1:
        column = next(iter(columns))
        return f"{path} has a table with both languages; only its source side ({source}, column {column}) is taken"
    return f"{path} has tables with both languages in different columns; only their source side ({source}) is taken"


def _titles(document: Document, tables: Mapping[int, _SidesOfTable]) -> list[Block]:
    """What is outside of the tables of a document that consists of tables with names, with nothing else but titles."""
    outside = [block for block in document.blocks if block.cell is None or block.cell[0] not in tables]
    named = all(one.named for one in tables.values())
    titles = named and all(block.cell is None and _is_title(block.text) for block in outside)
    inside = sum(len(block.text) for block in document.blocks) - sum(len(block.text) for block in outside)
    return outside if titles and inside > sum(len(block.text) for block in outside) else []


def _is_title(text: str) -> bool:
    """A short text that is not a sentence."""
    return letters_of(text).total() <= _TITLE and not text.rstrip().endswith(_SENTENCE_ENDS)


def _names_languages(text: str) -> bool:
    """True for the title that this program writes over its tables: two codes of languages."""
    return is_header([part.strip() for part in text.split("–")])


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
            if cell[:2] not in done and (text := table.rows[cell[1]].get(table.source, "")):
                yield text, "" if table.target is None else table.rows[cell[1]].get(table.target, "")
            done.add(cell[:2])
        elif cell[2] == table.source:
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
    source, target = (_by_script(code, side) for code, side in zip(languages, sides, strict=True))
    if header is not None and _is_exchanged(sides, (source, target), options):
        columns, source, target = columns[::-1], target, source
    known = target == "und" or not options.target_lang or base(target) == base(options.target_lang)
    return _SidesOfTable(
        rows,
        numbers[0 if header is None else header + 1],
        columns[0],
        columns[1] if known else None,
        (source, options.target_lang or target),
        header is not None,
    )


def _is_exchanged(sides: Sequence[Sequence[str]], languages: tuple[str, str], options: ReadOptions) -> bool:
    """Whether a stated language is that of the other side."""
    stated = options.source_lang, options.target_lang
    known = [
        base(detect("\n".join(side)) if code == "und" else code) for code, side in zip(languages, sides, strict=True)
    ]
    return _has_words(sides[1]) and any(
        known[1 - side] == base(code) != known[side] for side, code in enumerate(stated) if code
    )


def _by_script(code: str, cells: Sequence[str]) -> str:
    """The language of a side: ``code``, unless the texts are in another script."""
    found = detect("\n".join(cells))
    return code if found == "und" or plausible(code, found) else found


def _columns(rows: Sequence[Sequence[str]], options: ReadOptions, name: str) -> UnitColumns | None:
    """The columns of source and target; None where there are no two of text, or both are in one language."""
    try:
        return detect_columns(rows, options, name)
    except (InputError, UsageError):
        return None


def _has_words(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum(any(map(str.isalpha, cell)) for cell in filled) > len(filled) / 2


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
