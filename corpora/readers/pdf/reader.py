"""PDF to blocks: glyphs to lines, lines without running heads to the cleaning that plain text goes through too.

What only the page shows is decided here, before the words: reading order, running heads and page numbers by
their place, footnote marks by being raised, listings by their face, tables by their columns. The rest (paragraphs,
hyphens, footnotes in small print, headings, markers) is `corpora.cleaning.pipeline`, which gets the lines with their
places.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from corpora.cleaning.markup import structured
from corpora.cleaning.pipeline import blocks_from_lines
from corpora.document import Block, Change, FootnoteMark, Line
from corpora.errors import DamagedInput, EmptyInput, ProtectedInput
from corpora.readers.pdf.glyphs import PageGlyphs, glyphs_of, is_drawing
from corpora.readers.pdf.grid import PageGrid
from corpora.readers.pdf.lines import PageLine, lines_of_pages, pieces_of
from corpora.readers.pdf.regions import PageRegion, find_regions, merge_rows, sets_listings_apart
from corpora.readers.pdf.running_heads import find_heads
from corpora.readers.pdf.slides import are_slides, numbered, slides_of
from corpora.text import languages
from corpora.text.plurals import counted, plural
from corpora.text.scripts import HAN

__all__ = ["PdfText", "read_pdf"]

_UNMAPPED = 0.3  # share of glyphs without a meaning from which the text is lost
_SMALL = 0.93  # of the size of the running text: what footnotes are set in
_NOTE_NUMBER = re.compile(r"[\[(（〔]?(\d{1,3}|[*†‡]{1,3})[\])）〕]?(?:[.．、](?!\d))?")
#: The number that opens a note, up to its text: no part of a longer number ("2024", "1,000", "3.5"), and in brackets
#: that close as they open, so not the beginning of "(15 March)".
_NOTE_HEAD = re.compile(
    r"(?:[\[(（〔](?P<inner>\d{1,3}|[*†‡]{1,3})[\])）〕]|(?P<bare>\d{1,3}|[*†‡]{1,3})[\])）〕]?)"
    r"(?!\d|[.．,，/:：-]\d)(?:[.．、]|)\s*(?=\S|\Z)"
)
_RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISE = str.maketrans("0123456789", _RAISED_DIGITS)
_LOWER = str.maketrans(_RAISED_DIGITS, "0123456789")
_LAST_DIGITS = re.compile(r"\d*$")
_BEFORE_MARK = re.compile(rf"(?:[{HAN}]|[A-Za-z]{{3}}|[，。；：、！？》」』”’）)\],.;:!?\"'])\s*$")
_END = 4096  # bytes at the end of a file in which its end mark is searched
_SLOT = 0xF0000  # first private character that represents a region; no font maps text there


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF contains; ``original`` is the text of its lines in reading order, heads and notes included."""

    original: str
    blocks: tuple[Block, ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    language: str
    profile: str


def read_pdf(
    data: bytes,
    name: str,
    *,
    language: str = "",
    profile: str = "auto",
    lines: Callable[[Sequence[Line]], Iterable[Line]] | None = None,
) -> PdfText:
    """Read the PDF in ``data``; ``name`` is the file as messages call it; ``lines`` chooses what is read.

    Raises `ProtectedInput` where it has a password or its pages are pictures, `DamagedInput` where the file is
    broken, `EmptyInput` where its pages are empty.
    """
    glyphs, warnings = _glyphs(data, name)
    if lines is None and are_slides(glyphs):
        return _slides(glyphs, warnings, language, profile)
    pages = [merge_rows(lines) for lines in lines_of_pages([page.runs for page in glyphs])]
    heads = find_heads(pages, [page.height for page in glyphs], [page.width for page in glyphs])
    skipped = _skipped(pages, heads, lines) if lines else [set() for _ in pages]
    printer = _Printer(_in_line(pages, heads, skipped) if lines else pages, heads, skipped)
    printer.print()
    for page, one in enumerate(glyphs, 1):
        if one.turned:
            printer.changes.append(Change("turned text", "dropped", one.turned, printer.length, printer.length, page))
    original = "\n".join(printer.original)
    language = language or languages.detect(original)
    reading = blocks_from_lines(tuple(printer.lines), language, profile)
    blocks = tuple(
        replace(block, id=number) for number, block in enumerate(_with_regions(reading.blocks, printer.regions))
    )
    changes = sorted((*printer.changes, *reading.changes), key=lambda change: change.start)
    return PdfText(original, blocks, tuple(changes), (*warnings, *reading.warnings), language, reading.profile)


def _slides(pages: Sequence[PageGlyphs], warnings: tuple[str, ...], language: str, profile: str) -> PdfText:
    """The text of slides, which stand in boxes."""
    slides = slides_of(pages)
    original, changes = "", []
    for number, slide in enumerate(slides, 1):
        original += slide.text
        for line in slide.foot:
            changes.append(Change("running heads", "dropped", line, len(original), len(original) + len(line), number))
            original += line + "\n"
    for number, page in enumerate(pages, 1):
        if page.turned:
            changes.append(Change("turned text", "dropped", page.turned, len(original), len(original), number))
    blocks, profile = structured(numbered(slides), profile)
    return PdfText(original, blocks, tuple(changes), warnings, language or languages.detect(original), profile)


def _skipped(
    pages: Sequence[Sequence[PageLine]],
    heads: Sequence[set[int]],
    lines: Callable[[Sequence[Line]], Iterable[Line]],
) -> list[set[int]]:
    """The lines of each page that ``lines`` does not choose; where it chooses a part of one, the whole is read."""
    flat: list[Line] = []
    places: dict[int, tuple[int, int]] = {}
    start = 0
    for number, (page, apart) in enumerate(zip(pages, heads, strict=True)):
        for at, one in enumerate(page):
            if at not in apart:
                places[start] = number, at
                box = one.left, one.top, one.right, one.bottom
                flat.append(Line(one.text, start, start + len(one.text), number + 1, *box, one.size))
                start += len(one.text) + 1
    starts = [line.start for line in flat]
    chosen = {places[starts[bisect_right(starts, line.start) - 1]] for line in lines(flat) if line.text}
    return [
        {at for at in range(len(page)) if at not in apart and (number, at) not in chosen}
        for number, (page, apart) in enumerate(zip(pages, heads, strict=True))
    ]


def _in_line(
    pages: Sequence[Sequence[PageLine]], heads: Sequence[set[int]], skipped: Sequence[set[int]]
) -> list[list[PageLine]]:
    """The pages with one left edge for the lines that are read, where those of each page are in one column.

    Whether two columns were seen as such depends on how their lines lie beside each other on the page.
    """
    read = [
        [one for at, one in enumerate(page) if at not in apart and at not in out]
        for page, apart, out in zip(pages, heads, skipped, strict=True)
    ]
    if any(len({one.shift for one in page}) > 1 for page in read):
        return list(map(list, pages))
    edges = [min((one.left for one in page), default=0.0) for page in read]
    least = min((edge for edge, page in zip(edges, read, strict=True) if page), default=0.0)
    return [[replace(one, shift=edge - least) for one in page] for page, edge in zip(pages, edges, strict=True)]


def _glyphs(data: bytes, name: str) -> tuple[list[PageGlyphs], tuple[str, ...]]:
    """The glyphs of every page, and warnings of pages that are pictures."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ProtectedInput(f"{name} is protected with a password") from error
        raise DamagedInput(f"{name} is damaged: no page of it can be read") from error
    # PDFium repairs a truncated file by leaving out the pages that it cannot find.
    if b"%%EOF" not in data[-_END:] and b"startxref" not in data[-_END:]:
        pdf.close()
        raise DamagedInput(f"{name} is damaged: its end is missing")
    try:
        pages: list[PageGlyphs] = []
        pictures: list[int] = []
        for number in range(len(pdf)):
            page = pdf[number]
            pages.append(_without_drawing(glyphs_of(page)))
            if not pages[-1].runs and _has_picture(page):
                pictures.append(number + 1)
            page.close()
    except pypdfium2.PdfiumError as error:
        raise DamagedInput(f"{name} is damaged: page {len(pages) + 1} cannot be read") from error
    finally:
        pdf.close()
    readable = sum(len(run) for page in pages for run in page.runs)
    unmapped = sum(page.unmapped for page in pages)
    drawings = [number for number, page in enumerate(pages, 1) if page.scattered]
    if not readable and not unmapped:
        if pictures:
            raise ProtectedInput(f"{name} is a scan: its pages are pictures without text (`ocr` reads them)")
        raise EmptyInput(f"{name} contains no text" + (" but the letters of drawings" if drawings else ""))
    if unmapped > _UNMAPPED * (readable + unmapped):
        raise ProtectedInput(
            f"{name} does not say which characters its fonts show, so its text cannot be read without OCR (`ocr`)"
        )
    warnings = []
    for what, numbers in (("pictures without text", pictures), ("the scattered letters of a drawing", drawings)):
        if numbers:
            listed = ", ".join(map(str, numbers[:10])) + (", …" if len(numbers) > 10 else "")
            warnings.append(f"{name}: {what} on {plural(len(numbers), 'page')} {listed} were not read")
    if unmapped:
        left_out = plural(unmapped, "has no meaning in its font and was", "have no meaning in their fonts and were")
        warnings.append(f"{name}: {counted(unmapped, 'character')} {left_out} left out")
    return pages, tuple(warnings)


def _without_drawing(page: PageGlyphs) -> PageGlyphs:
    """``page``, without its glyphs if they are the letters of a drawing."""
    pieces = pieces_of(page.runs)
    glyphs = sum(map(len, pieces))
    return replace(page, runs=(), scattered=glyphs) if is_drawing(len(pieces), glyphs) else page


def _has_picture(page: Any) -> bool:
    import pypdfium2.raw as api

    return next(iter(page.get_objects(filter=[api.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None) is not None


@dataclass(slots=True)
class _Printer:
    """Lays the lines of all pages down one after the other: as original text, and as lines for the cleaning."""

    pages: Sequence[Sequence[PageLine]]
    heads: Sequence[set[int]]
    skipped: Sequence[set[int]]  # lines that are not to be read, neither as text nor as left out
    original: list[str] = field(default_factory=list)
    length: int = 0
    lines: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    regions: dict[str, list[Block]] = field(default_factory=dict)
    _spans: list[tuple[int, int]] = field(default_factory=list)  # of the lines of the current page
    _size: float = 10.0  # of the running text
    _below: dict[int, PageLine] = field(default_factory=dict)  # id of a line: the next one of its size
    _grid: PageGrid = field(default_factory=lambda: PageGrid({}, 0.0))

    def print(self) -> None:
        body = [
            one
            for page, apart in zip(self.pages, map(set.union, self.heads, self.skipped), strict=True)
            for n, one in enumerate(page)
            if n not in apart
        ]
        sizes = Counter(round(one.size * 2) / 2 for one in body for _ in one.glyphs)
        size = sizes.most_common(1)[0][0] if sizes else 10.0
        mono = sets_listings_apart(body)
        self._size, self._grid, self._below = size, PageGrid.of(self.pages, body), _followers(body)
        everywhere = {number for page in self.pages for number in _notes(page, size)}
        for number, (page, heads) in enumerate(zip(self.pages, self.heads, strict=True), 1):
            self._page(number, page, heads, size, mono, _notes(page, size), everywhere)

    def _page(
        self,
        number: int,
        page: Sequence[PageLine],
        heads: set[int],
        size: float,
        mono: bool,
        notes: set[str],
        everywhere: set[str],
    ) -> None:
        skipped = self.skipped[number - 1]
        body = [at for at in range(len(page)) if at not in heads and at not in skipped]
        regions = {
            body[region.first]: replace(
                region, members=tuple(tuple(body[at] for at in cell) for cell in region.members)
            )
            for region in find_regions([page[at] for at in body], mono=mono)
        }
        taken = {at for region in regions.values() for cell in region.members for at in cell}
        self._spans = [(0, 0)] * len(page)
        ready = [_printed(one, notes, everywhere, small=one.size < _SMALL * size) for one in page]
        for at, (printed, *_) in enumerate(ready):
            self._spans[at] = (self.length, self.length + len(printed))
            self.original.append(printed)
            self.length += len(printed) + 1
        for at, (printed, text, marks) in enumerate(ready):
            start, end = self._spans[at]
            if at in heads:
                self.changes.append(Change("running heads", "dropped", printed, start, end, number))
            elif at in regions:
                self._region(regions[at], page, number)
            elif at not in taken and at not in skipped:
                opens = _note_head(text, notes) if page[at].size < _SMALL * size and not marks else 0
                line = Line(text, start, end, number, marks=marks, opens=opens)
                self.lines.append(self._grid.place(page[at], line, self._below.get(id(page[at]))))
                self.changes += [Change("footnote marks", "mark", mark.number, start, end, number) for mark in marks]

    def _region(self, region: PageRegion, page: Sequence[PageLine], number: int) -> None:
        """Add a fenced placeholder to the lines: the cleaning treats it as a listing and keeps it unchanged."""
        slot = chr(_SLOT + len(self.regions))
        self.regions[slot] = [
            Block(0, region.kind, text, page=number, start=self._spans[cell[0]][0], end=self._spans[cell[-1]][1])
            for text, cell in zip(region.texts, region.members, strict=True)
        ]
        members = [at for cell in region.members for at in cell]
        first, last = page[min(members)], page[max(members)]
        start, end = self._spans[min(members)][0], self._spans[max(members)][1]
        # The fences differ from region to region, or they would pass for running heads.
        fence = f"```{slot}"
        for text, one, a, b in ((fence, first, start, start), (slot, first, start, end), (fence, last, end, end)):
            # In the size of the running text: in small print it would continue a footnote.
            self.lines.append(replace(self._grid.place(one, Line(text, a, b, number)), size=self._size))


def _followers(body: Sequence[PageLine]) -> dict[int, PageLine]:
    """For each line, by its identity, the next one of its size: over footnotes and page breaks."""
    following: dict[float, PageLine] = {}
    found: dict[int, PageLine] = {}
    for one in reversed(body):
        size = round(one.size)
        if size in following:
            found[id(one)] = following[size]
        following[size] = one
    return found


def _with_regions(blocks: Sequence[Block], regions: dict[str, list[Block]]) -> Iterator[Block]:
    for block in blocks:
        if block.text in regions:
            yield from regions[block.text]
        else:
            yield block


def _notes(page: Sequence[PageLine], size: float) -> set[str]:
    """The numbers that lines in small print open with on a page, as far as they count on from one to the next.

    A number alone counts too: between it and the next one may be empty lines of a numbered listing.
    """
    found: list[str] = []
    for one in page:
        match = _NOTE_HEAD.match(one.text.translate(_LOWER)) if one.size < _SMALL * size else None
        sign = (match["inner"] or match["bare"]) if match else ""
        if sign and (not found or not sign.isdecimal() or not found[-1].isdecimal() or int(sign) == int(found[-1]) + 1):
            found.append(sign)
    return set(found)


def _note_head(text: str, notes: set[str]) -> int:
    """The characters of the number of a note that ``text`` opens with, 0 where it opens with none of ``notes``."""
    match = _NOTE_HEAD.match(text.translate(_LOWER))
    opens = match is not None and match.end() < len(text) and (match["inner"] or match["bare"]) in notes
    return match.end() if match is not None and opens else 0


def _printed(
    one: PageLine, notes: set[str], everywhere: set[str], *, small: bool
) -> tuple[str, str, tuple[FootnoteMark, ...]]:
    """A line as printed, its text without footnote marks, and the marks.

    A raised number is a mark where its note is on the page (``notes``); where it is on another one
    (``everywhere``) only behind a word or a stop, since "km²" and "10⁶" are raised too.
    """
    printed = "".join(_plain(glyph.char) for glyph in one.glyphs)
    text: list[str] = []
    marks: list[FootnoteMark] = []
    length = 0
    for piece, raised in _raised_parts(one):
        if raised:
            # "1⁸" for 18: a font has raised shapes for some of the digits only.
            before = _LAST_DIGITS.search(text[-1])[0] if text and piece.translate(_LOWER).rstrip().isdecimal() else ""  # type: ignore[index]
            for number in (f"{before}{piece.translate(_LOWER)}", piece.translate(_LOWER)):
                match = _NOTE_NUMBER.fullmatch(number.strip())
                if match is None or match[1] not in notes | everywhere:
                    continue
                if match[1] not in notes and not _BEFORE_MARK.search("".join(text)):
                    continue
                cut = len(number) - len(piece)
                if small and length <= cut:
                    break  # the number of the note itself
                if cut:
                    text[-1] = text[-1][:-cut]
                    length -= cut
                marks.append(FootnoteMark(match[1], length))
                # The blank behind the mark separates two words; in Chinese it belongs to the mark.
                has_space = piece[-1:].isspace() and bool(text) and text[-1][-1:].isascii() and text[-1][-1:] != " "
                piece = " " if has_space else ""
                break
            piece = piece.translate(_RAISE)
        text.append(piece)
        length += len(piece)
    return printed, "".join(text), tuple(marks)


def _raised_parts(one: PageLine) -> Iterator[tuple[str, bool]]:
    """The text of a line, split where raised glyphs begin and end."""
    part: list[str] = []
    raised = False
    for glyph in one.glyphs:
        is_raised = glyph.raised or glyph.char in _RAISED_DIGITS
        if is_raised != raised and not glyph.blank:
            if part:
                yield "".join(part), raised
            part, raised = [], is_raised
        part.append(_plain(glyph.char))
    if part:
        yield "".join(part), raised


def _plain(char: str) -> str:
    """Ligatures and the radicals that some fonts name in place of characters, as the letters that they are."""
    if "\ufb00" <= char <= "\ufb06" or "\u2e80" <= char <= "\u2fdf":
        return unicodedata.normalize("NFKC", char)
    return char
