"""Read a file that holds both languages as two documents, and keep which piece stood where.

The layouts: paragraphs that alternate, in any number; rows of a table; columns or facing pages; languages that
alternate within a paragraph. Lines of plain text and of PDFs are separated before they are joined to paragraphs, since
a paragraph goes on behind the lines of the other language. Everything else is separated block by block.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from corpora.bilingual.language_pair import LanguagePair, find_pair
from corpora.bilingual.layouts import Layout
from corpora.bilingual.lines import SeparatedLines, separate_lines
from corpora.bilingual.rows import TableRow, rows_of_tables, table_document
from corpora.bilingual.runs import split
from corpora.document import Block, BlockKind, Change, Document, Line
from corpora.errors import InputError, UsageError
from corpora.readers.outline import outline
from corpora.readers.reading import document_of
from corpora.readers.source import read_source
from corpora.text.languages import checked_code, same
from corpora.text.markers import parse_marker
from corpora.text.plurals import counted, plural

__all__ = ["BothSides", "Place", "read_both"]

_STRICT = 3.0  # how much dearer a change of language within a block is where most blocks are in one language
_SHORT = 1.5  # the same in titles, headings and cells
_LABEL = re.compile(  # what says in which language a paragraph is
    r"\s*(?P<open>[【\[])?(?:中文|汉语|漢語|英文|英语|英語|法文|俄文|西班牙文|阿拉伯文|原文|译文|譯文|chinese|english|french|"
    r"russian|spanish|arabic|german|original|translation|source|target|zh|en|cn|fr)(?(open)[】\]]\s*[:：]?|\s*[:：])\s*",
    re.IGNORECASE,
)
_LABELLED = 0.25  # share of the pieces that begin with a label, from which labels are no text
_COUNTED = 2.0  # the same while it is found out whether they are


@dataclass(frozen=True, slots=True)
class Place:
    """A block in the order of the file: 0 for the source or 1, its id there, and the row of a table that it is in."""

    side: int
    block: int
    row: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class BothSides:
    """The two documents of one file.

    ``layout``: what was found, in words. ``order``: the blocks of both as they follow each other in the file, notes
    left out; empty where the order says nothing, as in columns.
    """

    source: Document
    target: Document
    layout: str
    order: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class _BlockPart:
    side: int
    block: Block
    row: tuple[int, int] | None = None


def read_both(
    path: Path | str,
    *,
    source_lang: str | None = None,
    target_lang: str | None = None,
    profile: str = "auto",
    layout: Layout = "auto",
    ocr: bool = False,
) -> BothSides:
    """Read the file at ``path``, which holds a text in two languages; the one that comes first is the source.

    ``source_lang``, ``target_lang``: None to detect them; ``layout``: "auto" to detect it.

    Raises `InputError` where there is one language only or nothing in the stated layout, and what
    `corpora.readers.reading.read` raises.
    """
    data, path = read_source(path)
    caught: list[Line] = []

    def catch(lines: Sequence[Line]) -> Sequence[Line]:
        caught[:] = lines
        return lines

    whole = (None if ocr else table_document(data, path)) or document_of(
        data, path, profile=profile, ocr=ocr, lines=catch
    )
    texts = [block.text for block in whole.blocks if block.kind is not BlockKind.CODE]
    pair = _pair(path, texts or [block.text for block in whole.blocks], source_lang, target_lang)
    columns = layout == "columns"
    if caught and layout != "table":
        separated = separate_lines(caught, pair, columns=columns or None)
        if separated is not None:
            return _from_lines(partial(document_of, data, path, profile=profile, ocr=ocr), pair, separated)
    rows = rows_of_tables(whole.blocks, pair) if layout in ("auto", "table") else {}
    if layout == "table" and not rows:
        raise InputError(f"{path} has no table with a column of {pair.languages[0]} and one of {pair.languages[1]}")
    return _from_blocks(whole, pair, rows, ordered=not columns)


def _pair(path: Path, texts: Sequence[str], source_lang: str | None, target_lang: str | None) -> LanguagePair:
    """The languages, the source first. Raises `InputError` or `UsageError` where the file does not hold them."""
    stated = [checked_code(code) if code else "" for code in (source_lang, target_lang)]
    if all(stated):
        pair = LanguagePair.of(*stated)
        if pair.one_script or all(map(sum, zip(*map(pair.weights, texts), strict=True))):
            return pair
    found = find_pair(texts)
    if found is None:
        from corpora.text.languages import detect

        language = detect("\n".join(texts))
        raise InputError(
            f"{path} is in one language only ({language}), so it cannot be aligned alone: "
            "give its translation as the second file"
        )
    for code in filter(None, stated):
        if not any(same(code, one) for one in found.languages):
            raise UsageError(f"{path} holds {' and '.join(found.languages)}, not {code}")
    first, second = found.languages
    if (stated[0] and same(stated[0], second)) or (stated[1] and same(stated[1], first)):
        found = LanguagePair((second, first), (found.scripts[1], found.scripts[0]))
    names = tuple(code or one for code, one in zip(stated, found.languages, strict=True))
    return replace(found, languages=names)  # type: ignore[arg-type]


def _from_lines(read: Callable[..., Document], pair: LanguagePair, separated: SeparatedLines) -> BothSides:
    documents = []
    for side, (language, lines) in enumerate(zip(pair.languages, separated.lines, strict=True)):
        one = read(language=language, lines=partial(_these, lines))
        # A line of a page that holds both languages is read as a whole, for both.
        kept = [piece.block for piece in _pieces(one.blocks, pair, {}, _STRICT, side) if piece.side == side]
        documents.append(_document(one, language, kept))
    source, target = documents
    if any(block.time is not None for block in source.blocks):
        return BothSides(source, target, "subtitles of two lines")  # which have their times
    placed = [
        (block.start, Place(side, block.id))
        for side, document in enumerate(documents)
        for block in document.blocks
        if block.kind is not BlockKind.FOOTNOTE
    ]
    order = tuple(place for _, place in sorted(placed, key=lambda one: one[0])) if separated.ordered else ()
    return BothSides(source, target, separated.layout, order)


def _these(lines: Sequence[Line], _: Sequence[Line]) -> Sequence[Line]:
    """The lines of one side, whatever the file holds."""
    return lines


def _from_blocks(whole: Document, pair: LanguagePair, rows: dict[int, TableRow], *, ordered: bool) -> BothSides:
    free = [block for block in whole.blocks if block.id not in rows]
    inline = _alternates_inside(free, pair)
    whole = _with_dropped(whole, rows)
    pieces, labels = _without_labels(list(_pieces(whole.blocks, pair, rows, 1.0 if inline else _STRICT)))
    whole = replace(whole, changes=(*whole.changes, *labels))
    sides: tuple[list[Block], list[Block]] = ([], [])
    order: list[Place] = []
    for piece in pieces:
        if piece.block.kind is not BlockKind.FOOTNOTE:
            order.append(Place(piece.side, len(sides[piece.side]), piece.row))
        sides[piece.side].append(piece.block)
    source, target = (_document(whole, language, side) for language, side in zip(pair.languages, sides, strict=True))
    if sum(place.row is not None for place in order) > len(order) / 2:
        layout = "rows of a table"
    elif inline:
        layout = "languages that alternate within paragraphs"
    elif sum(a.side != b.side for a, b in pairwise(order)) < 2:
        layout = "one language after the other"
    else:
        layout = "interleaved paragraphs"
    return BothSides(source, target, layout, tuple(order) if ordered else ())


def _with_dropped(whole: Document, rows: dict[int, TableRow]) -> Document:
    """Record the heads of tables and the columns that are in no pair as left out."""
    dropped = [block for block in whole.blocks if block.id in rows and not rows[block.id].sides]
    changes = tuple(
        Change(rows[block.id].step, "dropped", block.text, block.start, block.end, block.page) for block in dropped
    )
    whole = replace(whole, changes=(*whole.changes, *changes))
    warnings = []
    for step, what in (("other languages", "in another language"), ("further columns", "without a counterpart")):
        cells = [block for block in dropped if rows[block.id].step == step]
        if columns := len({(block.cell[0], block.cell[2]) for block in cells if block.cell}):
            warnings.append(
                f"{whole.path}: {counted(columns, 'column')} {what} {plural(columns, 'was', 'were')} left out"
                f" ({counted(len(cells), 'cell')})"
            )
    return replace(whole, warnings=(*whole.warnings, *warnings))


def _alternates_inside(blocks: Sequence[Block], pair: LanguagePair) -> bool:
    """Whether the language changes more often within blocks than between them."""
    inside = between = 0
    last: int | None = None
    for block in blocks:
        runs = [run.side for run in split(block.text, pair, _COUNTED) if run.side is not None]
        inside += max(len(runs) - 1, 0)
        between += bool(runs) and last is not None and runs[0] != last
        last = runs[-1] if runs else last
    return inside > between


def _pieces(
    blocks: Sequence[Block], pair: LanguagePair, rows: dict[int, TableRow], strictness: float, only: int | None = None
) -> Iterator[_BlockPart]:
    """The blocks and their parts, each with its side; what is the same in both languages stays where it stands.

    ``only``: the side of all text, unless a block is clearly of the other one.
    """
    last, same_before = only or 0, ""
    for at, block in enumerate(blocks):
        if block.id in rows:
            row = rows[block.id]
            yield from (_BlockPart(side, block, row.place) for side in row.sides)
            continue
        short = block.kind in (BlockKind.TITLE, BlockKind.HEADING, BlockKind.CELL)
        runs = split(block.text, pair, min(strictness, _SHORT) if short else strictness)
        if block.kind is BlockKind.CODE or all(run.side is None for run in runs):
            # A number or a listing stands once for each language, or once for both.
            following = (pair.side(other.text) for other in blocks[at + 1 :])
            lone_marker = parse_marker(f"{block.text} ") is not None and len(block.text) < 8
            side = next((one for one in following if one is not None), last) if lone_marker else last
            side = 1 - side if same_before == block.text and only is None else side
            same_before = block.text
            yield _BlockPart(side, block)
            continue
        same_before = ""
        for run in runs:
            last = (last if only is None else only) if run.side is None else run.side
            yield _BlockPart(last, block if len(runs) == 1 else _part(block, run.start, run.end))


def _without_labels(pieces: list[_BlockPart]) -> tuple[list[_BlockPart], list[Change]]:
    """The pieces without "中文：" and "English:" at their beginnings, where many have one, and what was left out."""
    found = [_LABEL.match(piece.block.text) for piece in pieces]
    if sum(map(bool, found)) < max(4, _LABELLED * len(pieces)):
        return pieces, []
    kept: list[_BlockPart] = []
    left_out: list[Change] = []
    for piece, label in zip(pieces, found, strict=True):
        block = piece.block
        if label is not None:
            end = block.start + label.end()
            left_out.append(Change("names of languages", "dropped", label[0].strip(), block.start, min(end, block.end)))
            block = _part(block, label.end(), len(block.text))
        if block.text:
            kept.append(replace(piece, block=block))
    return kept, left_out


def _part(block: Block, start: int, end: int) -> Block:
    """The part of a block between two offsets in its text; its own marker is read from the text."""
    text = block.text[start:end]
    lead = start + len(text) - len(text.lstrip())
    marker = block.marker if start == 0 else ""
    found = None if marker else parse_marker(text.lstrip())
    if found is not None and text.lstrip()[found.end :].strip():
        marker, lead = found.printed, lead + found.end
        lead += len(block.text[lead:end]) - len(block.text[lead:end].lstrip())
    text = block.text[lead:end].rstrip()
    marks = tuple(
        replace(mark, offset=min(mark.offset - lead, len(text))) for mark in block.marks if lead <= mark.offset <= end
    )
    first, last = (min(block.start + at, block.end) for at in (start, end))
    return replace(block, text=text, marker=marker, marks=marks, start=first, end=max(last, first))


def _document(whole: Document, language: str, blocks: Sequence[Block]) -> Document:
    numbered = tuple(replace(block, id=number) for number, block in enumerate(blocks))
    return replace(whole, language=language, blocks=numbered, outline=outline(numbered))
