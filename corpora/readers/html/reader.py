"""Web pages to blocks: one block for each paragraph, heading, list item, table cell and listing; no navigation.

The page is walked once. Its visible text, parts that are left out included, is written to `Document.original`, a
block a line, so that every block and every dropped part can be shown at its position.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from corpora.cleaning.inline import EDGE, MARK, RAISED, TAB, extract_marks, split_paragraphs, without_sentinels
from corpora.document import Block, BlockKind, Change, FootnoteMark
from corpora.errors import DamagedInput, EmptyInput
from corpora.readers.html.boilerplate import BLOCKS, INVISIBLE, boilerplate, visible_text
from corpora.readers.html.notes import HtmlNotes, find_notes
from corpora.readers.html.styles import apply, is_raised, list_items
from corpora.text.raised import is_exponent, raised

__all__ = ["HtmlText", "declared_encoding", "read_html"]

_DECLARED = re.compile(
    rb"""<(?:\?xml|meta)[^>]{0,200}?(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE
)
_NOTE = re.compile(r"[\[\(（〔［]?\s*(\d{1,4}|[*†‡]{1,4})\s*[\]\)）〕］]?")
_VERBATIM = frozenset(("pre", "listing", "xmp"))
_LAYOUT_PARAGRAPHS = 4
_MOST_SPANNED = 100  # columns that a cell fills in the rows below
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_AFTER_NUMBER = re.compile(
    r"\s*(?:\[\s*\]|\(\s*\)|[.．、)\]:：](?![.．、)\]:：]))\s*"
)  # of a note whose number led back
_WHOLE = (BlockKind.TITLE, BlockKind.HEADING)
_QUOTES = {"de": "„“‚‘", "cs": "„“‚‘", "fr": "«»“”", "es": "«»“”", "it": "«»“”", "ru": "«»„“", "ja": "「」『』"}
_LISTS = frozenset(("ul", "ol", "dl", "menu", "dir"))


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What a page contains: its visible text, its blocks (ids in order) and what was left out or taken out."""

    original: str
    blocks: tuple[Block, ...]
    changes: tuple[Change, ...]
    language: str = ""  # as the page states it


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the page or its XML declaration states within the first 4096 bytes."""
    match = _DECLARED.search(data[:4096])
    return match[1].decode("ascii") if match else None


def read_html(text: str, name: str, *, converted: bool = False) -> HtmlText:
    """Read the page ``text``; ``name`` is the file as messages call it. Raises `EmptyInput` for a page without text.

    ``converted``: a reader of this project wrote the page from a file of another type. It has no navigation; the
    attributes `corpora.readers.conversion` describes say what is left out and what HTML has no words for.
    """
    root = _parse(text, name)
    body = root.find("body") if root is not None else None
    if body is None:
        raise EmptyInput(f"{name} contains no text: it is an empty page")
    apply(body, [style.text or "" for style in root.iter("style")])
    if not converted:
        list_items(body)
    notes = find_notes(body)
    dropped = _stated(body) if converted else boilerplate(body, notes.notes)
    builder = _Builder(notes, dropped, converted=converted)
    builder.walk(body)
    if not builder.blocks:
        raise EmptyInput(f"{name} contains no text" + ("" if converted else " except navigation and scripts"))
    blocks, changes = _plain_notes(builder)
    return HtmlText("".join(builder.original), blocks, changes, root.get("lang") or root.get("xml:lang") or "")


def _stated(body: Any) -> dict[Any, str]:
    return {element: element.get("data-dropped") for element in body.iter() if element.get("data-dropped")}


def _parse(text: str, name: str) -> Any:
    """The tree of the page. XHTML is read in the same way: libxml2 closes ``<script/>`` and ``<a id="x"/>`` at once."""
    from lxml import etree

    text = without_sentinels(text)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
    # The only fault that the parser does not repair.
    if any("depth" in entry.message for entry in parser.error_log):
        raise DamagedInput(f"{name} nests its elements too deeply to be read whole")
    return root


@dataclass(slots=True)
class _Frame:
    """What blocks inside an element are; ``fresh`` until the first one (only it is the list item)."""

    element: Any
    kind: BlockKind
    level: int = 0
    number: str = ""
    fresh: bool = True


@dataclass(slots=True)
class _CellGrid:
    """A table whose rows are read one by one: its number, and for how many more rows cells fill their columns."""

    number: int
    rows: int = 0
    filled: dict[int, int] = field(default_factory=dict)

    def row(self, element: Any) -> dict[Any, tuple[int, int, int]]:
        """The place of each cell of the row ``element``."""
        places: dict[Any, tuple[int, int, int]] = {}
        before, self.filled = self.filled, {column: left - 1 for column, left in self.filled.items() if left > 1}
        column = 0
        for cell in element.iterchildren("td", "th"):
            while column in before:
                column += 1
            places[cell] = self.number, self.rows, column
            wide, high = (_span(cell.get(name, "1")) for name in ("colspan", "rowspan"))
            if high > 1 and len(self.filled) < _MOST_SPANNED:
                self.filled |= dict.fromkeys(range(column, column + min(wide, _MOST_SPANNED)), high - 1)
            column += wide
        self.rows += 1
        return places


def _lettering(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _span(written: str) -> int:
    return max(1, int(written)) if written.isdecimal() and len(written) < 5 else 1


@dataclass(slots=True)
class _Builder:
    """The walk over a page: collects the text and makes the blocks.

    In the current block, footnote marks and the beginnings of raised text are kept as noncharacters, so that
    trimming and joining cannot move them.
    """

    notes: HtmlNotes
    dropped: dict[Any, str]
    converted: bool = False
    original: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    raised: dict[int, list[tuple[str, int]]] = field(
        default_factory=dict
    )  # block: texts of its <sup> and their offsets
    _frames: list[_Frame] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)  # of the current block
    _marks: list[tuple[str, str]] = field(default_factory=list)  # number, as printed
    _sups: list[str] = field(default_factory=list)
    _verbatim: int = 0
    _cells: list[Any] = field(default_factory=list)  # the open cells, the outermost first
    _tables: dict[Any, _CellGrid] = field(default_factory=dict)
    _places: dict[Any, tuple[int, int, int]] = field(default_factory=dict)  # of cells
    _page: int | None = None

    def walk(self, body: Any) -> None:
        from lxml import etree

        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if self._enter(element):
                    self._add(element.text)
                else:
                    walk.skip_subtree()
            else:
                self._leave(element)
                if element is not body:
                    self._add(element.tail)
        self._flush()

    def _enter(self, element: Any) -> bool:
        """Open ``element``; False where its inside is not text of the page."""
        tag = element.tag
        if not isinstance(tag, str) or tag in INVISIBLE or element in self.notes.back:
            if tag == "svg" and (text := " ".join(filter(None, map(_lettering, element.iter("text"))))):
                self.changes.append(Change("drawings", "dropped", text, self.length, self.length))
            return False
        if element in self.dropped:
            self._drop(element)
            return False
        if element in self.notes.marks:
            self._marks.append((self.notes.marks[element], visible_text(element)))
            self._text.append(MARK)
            return False
        if tag in BLOCKS:
            self._flush()
            frame = self._frame(element)
            if frame is not None:
                self._frames.append(frame)
        if tag in ("td", "th"):
            self._cells.append(element)
        elif tag == "tr" and (table := next(element.iterancestors("table"), None)) is not None:
            self._places |= self._tables.setdefault(table, _CellGrid(len(self._tables))).row(element)
        self._verbatim += tag in _VERBATIM
        if tag == "br":
            self._text.append("\n")
        elif is_raised(element) and tag not in BLOCKS and not any(map(is_raised, element.iterancestors())):
            self._sups.append(visible_text(element))
            self._text.append(RAISED)
        elif tag == "q":
            self._quote(element, 0)
        return True

    def _leave(self, element: Any) -> None:
        tag = element.tag
        if (
            not isinstance(tag, str)
            or element in self.dropped
            or element in self.notes.back
            or element in self.notes.marks
        ):
            return
        if tag in BLOCKS:
            self._flush()
        elif tag == "q":
            self._quote(element, 1)
        if self._cells and self._cells[-1] is element:
            self._cells.pop()
        self._verbatim -= tag in _VERBATIM
        if self._frames and self._frames[-1].element is element:
            self._frames.pop()

    def _frame(self, element: Any) -> _Frame | None:
        """What ``element`` makes of the blocks in it, None where that is nothing of its own."""
        tag = element.tag
        if element in self.notes.notes:
            return _Frame(element, BlockKind.FOOTNOTE, number=self.notes.notes[element])
        marker = ""
        if self.converted:
            self._page = _count(element, "data-page") or self._page
            marker = element.get("data-marker", "")
            if element.get("data-title"):
                return _Frame(element, BlockKind.TITLE)
        if tag in _HEADINGS:
            return _Frame(element, BlockKind.HEADING, _count(element, "data-level") or _HEADINGS[tag], marker)
        if self._frames and self._frames[-1].kind is BlockKind.FOOTNOTE:
            return None
        if tag in ("li", "dt"):
            depth = _count(element, "data-depth") or sum(one.tag in _LISTS for one in element.iterancestors())
            return _Frame(element, BlockKind.ITEM, max(1, depth), marker)
        if tag == "dd":
            return _Frame(element, BlockKind.PARAGRAPH)
        if tag in ("td", "th"):
            beside = self._places.get(element, (0, 0, 0))[2] > 0  # a cell of the rows above
            return _Frame(element, BlockKind.PARAGRAPH if _is_layout(element, beside) else BlockKind.CELL)
        return _Frame(element, BlockKind.CODE) if tag in _VERBATIM else None

    def _quote(self, element: Any, side: int) -> None:
        """Add the quotation mark that a browser sets around `<q>`, in the language that is stated there."""
        around = [one for one in element.iterancestors() if isinstance(one.tag, str)]
        language = next((code[:2].lower() for one in (element, *around) if (code := one.get("lang"))), "")
        depth = sum(one.tag == "q" for one in around) % 2
        self._text.append(_QUOTES.get(language, "“”‘’")[2 * depth + side])

    def _add(self, text: str | None) -> None:
        if text:
            text = without_sentinels(text)  # `&shy;` comes out of the parser only
            self._text.append(text if self._verbatim else text.replace("\n", " "))

    def _drop(self, element: Any) -> None:
        text = visible_text(element)
        if not text:
            return
        if element.tag in BLOCKS:
            self._flush()
            start = self._lay(text)
            self.changes.append(Change(self.dropped[element], "dropped", text, start, start + len(text)))
        else:  # A permalink sign must not cut its block in two; it is left out of the text too.
            self.changes.append(Change(self.dropped[element], "dropped", text, self.length, self.length))

    def _lay(self, text: str) -> int:
        """Append a line to the original; return where it starts."""
        start = self.length
        self.original += (text.replace(TAB, "\t"), "\n")
        self.length += len(text) + 1
        return start

    def _flush(self) -> None:
        """End the current block."""
        text, marks, sups = "".join(self._text), iter(self._marks), iter(self._sups)
        self._text, self._marks, self._sups = [], [], []
        frame = self._frames[-1] if self._frames else None
        kind = frame.kind if frame else BlockKind.PARAGRAPH
        if kind is BlockKind.CODE:
            parts = [text.rstrip().lstrip("\n")]
        else:
            parts = split_paragraphs(text, whole=kind in _WHOLE, cell=kind is BlockKind.CELL)
        for piece in parts:
            self._block(piece, marks, sups, frame)

    def _block(self, piece: str, marks: Iterator[tuple[str, str]], sups: Iterator[str], frame: _Frame | None) -> None:
        found = extract_marks(piece, marks, sups)
        text = found.text
        # Brackets are what is left around the link by which a footnote leads back.
        if not text.strip(EDGE if frame is None or frame.kind is not BlockKind.FOOTNOTE else EDGE + "[]()^"):
            self._lone_marks(found.marks)
            return
        start = self._lay(found.printed)
        kind, level, marker = BlockKind.PARAGRAPH, 0, ""
        if frame is not None:
            # Only the first block of a list item is the item; of a footnote, the first one bears the number.
            kind = frame.kind if frame.fresh or frame.kind is not BlockKind.ITEM else BlockKind.PARAGRAPH
            level = frame.level if kind is frame.kind else 0
            marker = frame.number if frame.fresh else ""
            frame.fresh = False
        position, marks_ = len(self.blocks), found.marks
        if kind is BlockKind.FOOTNOTE and marker and (left := _own_number(text, marker)):
            text = text[left.end() :]
            marks_ = tuple(FootnoteMark(mark.number, max(0, mark.offset - left.end())) for mark in marks_)
            start += left.end()
        if found.raised:
            self.raised[position] = list(found.raised)
        for a, b in found.spans:
            self.changes.append(Change("footnote marks", "mark", found.printed[a:b], start + a, start + b))
        self.blocks.append(
            Block(position, kind, text, level, marker, self._page, start, self.length - 1, marks_, self._place())
        )

    def _place(self) -> tuple[int, int, int] | None:
        """Table, row and column of the innermost cell that is open: an outer table may only place things."""
        return self._places.get(self._cells[-1]) if self._cells else None

    def _lone_marks(self, found: Sequence[FootnoteMark]) -> None:
        """A paragraph of nothing but a mark belongs to the block before it."""
        if found and self.blocks:
            last = self.blocks[-1]
            marks = tuple(FootnoteMark(mark.number, len(last.text)) for mark in found)
            self.blocks[-1] = replace(last, marks=last.marks + marks)


def _own_number(text: str, number: str) -> re.Match[str] | None:
    """What is left of the number that opens a footnote: its punctuation, or the number where no link holds it."""
    sign = re.escape(number)
    printed = (
        sign
        if not number.isalnum() or not number.isascii()
        else rf"(?:\[\s*{sign}\s*\]|〔\s*{sign}\s*〕|\^{sign}(?=\s)|{sign}[.．、)）](?=\s|[^\x00-\x7f]))"
    )
    return re.match(rf"\s*{printed}\s*[.．、:：]?\s*", text) or _AFTER_NUMBER.match(text)


def _count(element: Any, name: str) -> int:
    written = element.get(name, "")
    return int(written) if written.isdecimal() and len(written) < 7 else 0


def _is_layout(cell: Any, beside: bool) -> bool:
    """True for a cell of a table that only places things.

    Such a cell is alone in its row, with none ``beside`` it, or contains headings, another table or a run of
    paragraphs.
    """
    row = cell.getparent()
    if not beside and row is not None and row.tag == "tr":
        others = (next(cell.itersiblings("td", "th", preceding=before), None) for before in (False, True))
        if all(one is None for one in others):
            return True
    if any(True for _ in cell.iter("table", *_HEADINGS)):
        return True
    table = next(cell.iterancestors("table"), None)
    if table is not None and table.get("role") == "presentation":
        return True
    return sum(1 for _ in cell.iter("p")) > _LAYOUT_PARAGRAPHS


def _plain_notes(builder: _Builder) -> tuple[tuple[Block, ...], tuple[Change, ...]]:
    """Footnotes without links: a block that opens with a raised number is a note if that number is raised before it.

    Other raised text is written in raised characters.
    """
    blocks, changes = list(builder.blocks), list(builder.changes)
    used = {
        number: at
        for at, raised_numbers in reversed(builder.raised.items())
        for number, offset in raised_numbers
        if offset and _NOTE.fullmatch(number) and not is_exponent(blocks[at].text[:offset])
    }
    opened = {
        raised_numbers[0][0]: at
        for at, raised_numbers in builder.raised.items()
        if raised_numbers[0][1] == 0
        and used.get(raised_numbers[0][0], at) < at
        and blocks[at].kind is not BlockKind.FOOTNOTE
    }
    for number, at in opened.items():
        block = blocks[at]
        text = block.text[len(number) :].lstrip(EDGE)
        cut = len(block.text) - len(text)
        builder.raised[at] = [(other, offset - cut) for other, offset in builder.raised[at][1:]]
        blocks[at] = replace(block, kind=BlockKind.FOOTNOTE, level=0, marker=_bare(number), text=text.rstrip(EDGE))
    for at, raised_numbers in builder.raised.items():
        for number, offset in reversed(raised_numbers):
            block = blocks[at]
            head = block.text[:offset]
            if not number or not block.text.startswith(number, offset):
                continue
            is_mark = bool(offset) and at < opened.get(number, 0) and not is_exponent(head)
            shown = "" if is_mark else raised(number, head)
            step = len(shown) - len(number)
            marks = [FootnoteMark(m.number, m.offset + step * (m.offset > offset)) for m in block.marks]
            if is_mark:
                marks.append(FootnoteMark(_bare(number), offset))
                changes.append(Change("footnote marks", "mark", number, block.start, block.end))
            text = f"{head}{shown}{block.text[offset + len(number) :]}"
            blocks[at] = replace(block, text=text, marks=tuple(sorted(marks, key=lambda mark: mark.offset)))
    return tuple(blocks), tuple(changes)


def _bare(number: str) -> str:
    return number.strip("[]()（）〔〕［］ ")
