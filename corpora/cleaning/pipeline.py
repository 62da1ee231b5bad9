"""Turn the lines of a page into the blocks of a document: `blocks_from_lines`, used for plain text and for PDFs.

The steps are small and have modules of their own: measure the layout, find page furniture, take out footnotes, group
and join lines, take footnote marks out of the text, and give each remaining piece its kind and level. Whatever a step
drops, joins or moves is in `CleaningResult.changes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpora.arguments import checked_class
from corpora.cleaning import profiles
from corpora.cleaning.classification import Classification, classify, glue_between
from corpora.cleaning.columns import in_reading_order
from corpora.cleaning.drawn_tables import cells_of
from corpora.cleaning.footnote_marks import MarkPosition, counted_through, find_marks, without_marks
from corpora.cleaning.footnotes import Footnote, take_footnotes
from corpora.cleaning.furniture import Furniture, find_furniture
from corpora.cleaning.joining import JoinedText, Joiner, joiner_of
from corpora.cleaning.layout import Layout, LayoutLine, fitted, is_numbered, rows_of
from corpora.cleaning.margins import align_margins
from corpora.cleaning.paragraphs import LineGroup, group
from corpora.document import Block, BlockKind, Change, FootnoteMark, Line
from corpora.text.markers import parse_marker

__all__ = ["CleaningOptions", "CleaningResult", "blocks_from_lines"]


@checked_class
@dataclass(frozen=True, slots=True)
class CleaningOptions:
    """The optional steps of cleaning; all are on by default."""

    #: Drop page marks, running heads, document symbols, bare links and rules.
    furniture: bool = True
    #: Take footnotes out of the text and footnote marks out of the paragraphs.
    footnotes: bool = True


@dataclass(frozen=True, slots=True)
class CleaningResult:
    """The blocks in reading order, footnotes last, and the changes that were made to get them."""

    blocks: tuple[Block, ...]
    changes: tuple[Change, ...] = ()
    profile: str = "plain"
    warnings: tuple[str, ...] = ()


def blocks_from_lines(
    lines: Sequence[Line], language: str, profile: str = "auto", options: CleaningOptions | None = None
) -> CleaningResult:
    """Clean ``lines`` (blank ones included, in reading order) into blocks.

    ``language`` is a BCP 47 code; ``profile`` is "auto" or one of `profiles.PROFILES`. Footnotes come last, in the
    order of the pages, with their number as marker. Where their numbers begin again on every page they are numbered
    through the document: page breaks are in other places in a translation, and only this number is the same in both.
    """
    options = options or CleaningOptions()
    profile = profiles.choose([line.text for line in lines], profile)
    rows, layout = fitted(align_margins(in_reading_order(rows_of(lines))))
    layout = replace(layout, formulas=profile == "un")
    furniture = find_furniture(rows, layout, profile) if options.furniture else [None] * len(rows)
    pages = _pages(rows, furniture)
    changes = [
        Change(item.step, "dropped", row.text, row.line.start, row.line.end, pages.get(row.line.start))
        for row, item in zip(rows, furniture, strict=True)
        if item is not None
    ]
    notes: list[Footnote] = []
    if options.footnotes:
        body, notes = take_footnotes(rows, furniture, layout)
    else:
        body = [row for row, item in zip(rows, furniture, strict=True) if item is None]
    layout = replace(layout, numbered=is_numbered(body, layout))
    joiner = joiner_of(body)
    pieces = [part for piece in group(body, layout) for part in _contents(piece, profile)]
    texts = [_text(piece, joiner) for piece in pieces]
    prose = [JoinedText("", (), ()) if piece.form == "code" else texts[at] for at, piece in enumerate(pieces)]
    found = find_marks(prose, notes, spaced=joiner.spaced) if notes else []
    texts, notes, found = counted_through(texts, notes, found)
    blocks, more = _blocks(pieces, texts, found, layout, profile, pages)
    changes += more
    for note in notes:
        blocks.append(_footnote(note, joiner, len(blocks), pages))
        span = note.rows[0].line.start, note.rows[-1].line.end
        changes.append(Change("footnotes", "moved", blocks[-1].full_text, *span, blocks[-1].page))
    changes.sort(key=lambda change: (change.start, change.end))
    return CleaningResult(tuple(blocks), tuple(changes), profile)


def _pages(rows: Sequence[LayoutLine], furniture: Sequence[Furniture | None]) -> dict[int, int]:
    """The page of each row, by the offset of its line: from the reader, otherwise from the printed page marks."""
    if any(row.line.page is not None for row in rows):
        return {row.line.start: row.line.page for row in rows if row.line.page is not None}
    printed = [item.page for item in furniture if item is not None and item.page is not None]
    if not printed:
        return {}
    # A first mark 1 below text is at the foot of its page; otherwise marks are at the top.
    step = 1 if printed[0] == 1 and furniture[0] is None else 0
    page = max(1, printed[0] - 1 + step)
    pages = {}
    for row, item in zip(rows, furniture, strict=True):
        mark = (item.page or 0) if item is not None else 0
        pages[row.line.start] = max(page, mark)
        page = max(page, mark + step)
    return pages


def _contents(piece: LineGroup, profile: str) -> list[LineGroup]:
    """The cells of a table; the lines of a listing that is not code, one by one: short numbered lines, and all listings
    in a resolution or a law, which contain no code.
    """
    if piece.form == "table":
        return [LineGroup(cell, "cell") for cell in cells_of(piece.rows)]
    if piece.form != "code":
        return [piece]
    if profile != "plain":
        return [LineGroup((row,)) for row in piece.rows]
    marked = sum(parse_marker(row.text) is not None for row in piece.rows)
    if marked >= 0.6 * len(piece.rows) and len(piece.rows) > 2:
        return [LineGroup((row,)) for row in piece.rows]
    return [piece]


def _text(piece: LineGroup, joiner: Joiner) -> JoinedText:
    if piece.form != "code":
        return joiner.join(piece.rows)
    left = min(row.indent for row in piece.rows)
    return JoinedText("\n".join(" " * int(row.indent - left) + row.text for row in piece.rows), (), ())


def _blocks(
    pieces: Sequence[LineGroup],
    texts: Sequence[JoinedText],
    found: Sequence[MarkPosition],
    layout: Layout,
    profile: str,
    pages: dict[int, int],
) -> tuple[list[Block], list[Change]]:
    marks_of: dict[int, list[MarkPosition]] = {}
    for mark in found:
        marks_of.setdefault(mark.index, []).append(mark)
    clean: list[tuple[str, tuple[FootnoteMark, ...]]] = [
        without_marks(text, marks_of.get(index, ())) for index, text in enumerate(texts)
    ]
    changes: list[Change] = []
    blocks: list[Block] = []
    forms = classify(pieces, [text for text, _ in clean], layout, profile)
    for index, (piece, shape) in enumerate(zip(pieces, forms, strict=True)):
        page = pages.get(piece.first.line.start)
        for mark in marks_of.get(index, ()):
            start = texts[index].origin(mark.start)
            changes.append(
                Change("footnote marks", "mark", texts[index].text[mark.start : mark.end].strip(), start,
                       start + mark.end - mark.start, page)
            )  # fmt: skip
        for row in piece.rows[1:] if piece.form != "code" else ():
            step = "page breaks" if row.cut else "line breaks"
            changes.append(Change(step, "joined", row.text, row.line.start, row.line.end, pages.get(row.line.start)))
        block = _block(len(blocks), piece, shape, *clean[index], page)
        if block.text:
            blocks.append(block)
    return blocks, changes


def _block(
    number: int, piece: LineGroup, shape: Classification, text: str, marks: tuple[FootnoteMark, ...], page: int | None
) -> Block:
    rest = text[shape.skip :]
    kept = text if shape.kind is BlockKind.CODE else rest.strip()
    lead = len(text) - len(rest.lstrip())
    moved = tuple(replace(mark, offset=max(0, min(len(kept), mark.offset - lead))) for mark in marks)
    return Block(
        number,
        shape.kind,
        kept,
        shape.level,
        shape.marker,
        page,
        piece.first.line.start,
        piece.rows[-1].line.end,
        moved,
        glue=glue_between(text, lead),
    )


def _footnote(note: Footnote, joiner: Joiner, number: int, pages: dict[int, int]) -> Block:
    text = joiner.join(note.rows).text[note.skip :].strip()
    start = note.rows[0].line.start
    return Block(number, BlockKind.FOOTNOTE, text, 0, note.number, pages.get(start), start, note.rows[-1].line.end)
