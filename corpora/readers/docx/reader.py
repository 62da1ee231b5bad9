"""DOCX to blocks: paragraphs by their styles, lists with the numbers that Word prints, tables, real footnotes.

Tracked changes are read as accepted: what was deleted is out, what was inserted is in. Text boxes follow the
paragraph that they are anchored in. Headers, footers, comments and generated tables of contents are not text of the
document; like deleted and hidden text they are left out and recorded, as is text that is crossed out.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from corpora import xml
from corpora.cleaning.inline import MARK, TAB, extract_marks, split_paragraphs, without_sentinels
from corpora.document import Block, BlockKind, Change
from corpora.errors import DamagedInput, EmptyInput, InputError
from corpora.readers.docx.package import (
    Numbering,
    Package,
    Style,
    attribute,
    child,
    children,
    graphic_texts,
    integer,
    open_package,
    raised_styles,
    styles_of,
)
from corpora.text.numerals import to_roman
from corpora.text.raised import raised

__all__ = ["DocxText", "read_docx"]

_THROUGH = frozenset(
    "hyperlink smartTag sdt sdtContent ins moveTo fldSimple bdo dir customXml ruby rubyBase oMath oMathPara r "
    "e num den sub sup deg fName f sSup sSub sSubSup rad nary d func limLow limUpp lim acc bar box groupChr m mr eqArr"
    "".split()
)

_HEX = re.compile("[0-9A-Fa-f]{1,4}")
_SIGN = 4  # characters that a footnote's own sign has at most
_GONE = ("del", "moveFrom")
_OFF = ("0", "false", "off", "none")
_MOST_IMPORTED = 20_000_000  # characters, after which nothing is imported: a small part may be imported again and again
_BLOCK = 50  # characters that a block counts in that besides its own


@dataclass(frozen=True, slots=True)
class DocxText:
    """What a DOCX contains; ``original`` is its text, a paragraph a line, with list numbers and footnote marks."""

    original: str
    blocks: tuple[Block, ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()


#: Reads a document from its bytes and the name that messages call it.
Imported = Callable[[bytes, str], DocxText]


def read_docx(data: bytes, name: str, *, imported: Imported | None = None) -> DocxText:
    """Read the DOCX in ``data``; ``name`` is the file as messages call it.

    ``imported`` reads the documents of other types that it imports; those that cannot be read, all without it, are
    left out with a warning.

    Raises `DamagedInput` where the package is broken or would unpack to more than any document, `EmptyInput` where it
    contains no text.
    """
    package = open_package(data, name)
    reader = _Reader(package, styles_of(package), Numbering.of(package), raised_styles(package), name, imported)
    body = child(package.main, "body")
    reader.pages = sum(1 for one in package.main.iter() if xml.local(one) == "lastRenderedPageBreak") > 0
    reader.story(body if body is not None else package.main)
    reader.notes()
    reader.aside()
    if not reader.blocks:
        raise InputError(reader.warnings[0]) if reader.warnings else EmptyInput(f"{name} contains no text")
    return DocxText("\n".join(reader.original), tuple(reader.blocks), tuple(reader.changes), tuple(reader.warnings))


@dataclass(slots=True)
class _Paragraph:
    """The text of a paragraph as it is gathered, with its marks, boxes and dropped parts."""

    text: list[str] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)  # number, as printed
    boxes: list[Any] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # of charts and diagrams
    dropped: list[tuple[str, str]] = field(default_factory=list)  # step, text


@dataclass(slots=True)
class _Reader:
    """Walks over the stories of a document and collects blocks."""

    package: Package
    styles: dict[str, Style]
    numbering: Numbering
    raised: frozenset[str]  # character styles
    name: str  # of the file, as messages call it
    imported: Imported | None
    warnings: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    original: list[str] = field(default_factory=list)
    length: int = 0
    page: int = 1
    pages: bool = False  # whether Word left the page breaks of its last layout in the file
    footnotes: list[tuple[str, str]] = field(default_factory=list)  # id and number, in the order of their marks
    endnotes: list[tuple[str, str]] = field(default_factory=list)
    _carried: _Paragraph | None = None  # a paragraph whose end was deleted: it continues in the next
    _imports: dict[str, DocxText] = field(default_factory=dict)
    _imported: int = 0  # the size of all that was imported
    _tables: int = 0
    _cell: tuple[int, int, int] | None = None  # the cell of the outermost table that is being read

    def story(self, parent: Any, kind: BlockKind | None = None, marker: str = "") -> None:
        """Read the paragraphs and tables under ``parent``; all blocks get ``kind`` where one is given."""
        for element in parent:
            tag = xml.local(element)
            if tag == "p":
                if self._paragraph(element, kind, marker):
                    marker = ""
            elif tag == "tbl":
                self._table(element, kind)
            elif tag == "sdt" and _is_contents(element):
                self._drop("table of contents", _text_of(element))
            elif tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "AlternateContent", "Choice"):
                self.story(_chosen(element), kind, marker)
            elif tag in _GONE:
                self._drop("tracked changes", _text_of(element, deleted=True))
            elif tag == "altChunk":
                self._chunk(attribute(element, "id"), kind)

    def _chunk(self, key: str, kind: BlockKind | None) -> None:
        """Read the document that is imported here, its blocks and what was left out of it, or leave it out itself."""
        part, data = self.package.chunks.get(key, (key or "altChunk", None))
        name = f"{self.name} ({part})"
        try:
            if data is None:
                raise DamagedInput(f"{name} is missing or damaged")
            if self.imported is None:
                raise InputError(f"{name} is imported by a document that is imported itself")
            if self._imported > _MOST_IMPORTED:
                raise InputError(f"the documents that {self.name} imports before it have too much text")
            # A part may be imported many times; it is read once.
            if (found := self._imports.get(key)) is None:
                found = self._imports[key] = self.imported(data, name)
                self.warnings += found.warnings
            self._imported += len(found.original) + _BLOCK * len(found.blocks)
        except InputError as error:
            warning = f"{self.name}: an imported document was left out: {error}"
            self.warnings += [warning] if warning not in self.warnings[-1:] else []
            self._drop("imported documents", part)
            return
        start, tables, page = self._lay(found.original.rstrip("\n")), self._tables, self._page()
        for block in found.blocks:
            cell = (block.cell[0] + tables, *block.cell[1:]) if block.cell else None
            if block.kind is not BlockKind.FOOTNOTE and kind is not None:
                block, cell = replace(block, kind=kind, level=0), self._cell or cell
            self._tables = max(self._tables, cell[0] + 1 if cell else 0)
            a, b = block.start + start, block.end + start
            self.blocks.append(replace(block, id=len(self.blocks), cell=cell, start=a, end=b, page=page))
        self.changes += [replace(one, start=one.start + start, end=one.end + start, page=page) for one in found.changes]

    def notes(self) -> None:
        """Read the footnotes and endnotes in the order of their marks, each with its number."""
        for kind, marked in (("footnotes", self.footnotes), ("endnotes", self.endnotes)):
            parts = self.package.related.get(kind, [])
            by_id = {attribute(one, "id"): one for part in parts for one in children(part, "footnote", "endnote")}
            for key, number in list(marked):
                if key in by_id:
                    first = len(self.blocks)
                    self.story(by_id[key], BlockKind.FOOTNOTE, number)
                    self._without_sign(first, number)
            known = {key for key, _ in marked}
            for key, note in by_id.items():
                self._drop("notes without a mark", "" if key in known else _text_of(note))

    def _without_sign(self, at: int, number: str) -> None:
        """Remove the custom sign of a note from the beginning of its first block."""
        if at < len(self.blocks) and not number.isalnum():
            block = self.blocks[at]
            self.blocks[at] = replace(block, text=block.text.removeprefix(number).lstrip())

    def aside(self) -> None:
        """Record headers, footers and comments as left out."""
        steps = {"header": "headers and footers", "footer": "headers and footers", "comments": "comments"}
        for kind, step in steps.items():
            for part in self.package.related.get(kind, []):
                self._drop(step, _text_of(part))

    def _table(self, table: Any, kind: BlockKind | None) -> None:
        rows = list(_through(table, "tr"))
        cells = [cell for row in rows for cell in _through(row, "tc")]
        # A single cell is a frame around text.
        inner = kind or (BlockKind.CELL if len(cells) > 1 else None)
        outer = self._cell
        number = self._tables
        self._tables += outer is None
        for place, row in enumerate(rows):
            column = 0
            if child(row, "trPr", "del") is not None:
                self._drop("tracked changes", _text_of(row, deleted=True))
                continue
            for cell in _through(row, "tc"):
                merge = child(cell, "tcPr", "vMerge")
                self._cell = outer or ((number, place, column) if inner else None)
                if merge is None or attribute(merge, "val") == "restart":
                    self.story(cell, inner)
                else:  # Word shows only the first of the cells that are merged
                    self._drop("hidden", _text_of(cell))
                width = attribute(child(cell, "tcPr", "gridSpan"), "val")
                column += integer(width) or 1
        self._cell = outer

    def _paragraph(self, element: Any, kind: BlockKind | None, marker: str) -> bool:
        """Read a paragraph into blocks; True where it gave one."""
        properties = child(element, "pPr")
        style = self.styles.get(
            attribute(child(properties, "pStyle"), "val") if properties is not None else "", self.styles[""]
        )
        gathered, self._carried = self._carried or _Paragraph(), None
        self._gather(element, gathered)
        if properties is not None and child(properties, "rPr", "del") is not None:
            self._carried = gathered
            return False
        for step, text in gathered.dropped:
            self._drop(step, text)
        text = "".join(gathered.text)
        given = False
        if style.name.startswith("toc ") and text.strip():
            self._drop("table of contents", text)
        elif text.strip():
            given = self._blocks(gathered, text, *self._shape(properties, style, kind, marker))
        for box in gathered.boxes:
            self.story(box, kind)
        for shown in gathered.texts:
            self._blocks(_Paragraph(), shown, BlockKind.PARAGRAPH, 0, "")
        return given

    def _shape(self, properties: Any, style: Style, kind: BlockKind | None, marker: str) -> tuple[BlockKind, int, str]:
        """Kind, level and marker of a paragraph. Counts its list on."""
        number = attribute(child(properties, "numPr", "numId"), "val") if properties is not None else ""
        indent = attribute(child(properties, "numPr", "ilvl"), "val") if properties is not None else ""
        if not number and style.number is not None:
            number, level = style.number
        else:
            level = integer(indent) or (style.number[1] if style.number and integer(indent) is None else 0)
        listed, printed = self.numbering.next(number, level) if number and number != "0" else (False, "")
        if kind is not None:
            return kind, 0, marker or printed
        outline = attribute(child(properties, "outlineLvl"), "val") if properties is not None else ""
        depth = style.outline if (own := integer(outline)) is None else own
        if style.name == "title":
            return BlockKind.TITLE, 0, printed
        if depth is not None and depth < 9:
            return BlockKind.HEADING, depth + 1, printed
        if listed:
            return BlockKind.ITEM, level + 1, printed
        if style.name.startswith("list") and style.name not in ("list paragraph",):
            digits = style.name[-1]
            return BlockKind.ITEM, int(digits) if digits.isdecimal() else 1, ""
        return BlockKind.PARAGRAPH, 0, ""

    def _blocks(self, gathered: _Paragraph, text: str, kind: BlockKind, level: int, marker: str) -> bool:
        marks = iter(gathered.marks)
        before = len(self.blocks)
        whole = kind in (BlockKind.TITLE, BlockKind.HEADING)
        for piece in split_paragraphs(_allowed(text), whole=whole, cell=kind is BlockKind.CELL):
            found = extract_marks(piece, marks)
            if not found.text.strip():
                continue
            first = len(self.blocks) == before
            own = marker if first else ""
            lead = f"{own} " if own else ""
            start = self._lay(lead + found.printed)
            for a, b in found.spans:
                at = start + len(lead)
                self.changes.append(Change("footnote marks", "mark", found.printed[a:b], at + a, at + b, self._page()))
            self.blocks.append(
                Block(
                    len(self.blocks),
                    kind,
                    found.text,
                    level,
                    own,
                    self._page(),
                    start,
                    self.length - 1,
                    found.marks,
                    self._cell,
                )
            )
        return len(self.blocks) > before

    def _gather(self, element: Any, into: _Paragraph) -> None:
        """Gather the text under ``element``, a paragraph or what it may contain."""
        for one in element:
            tag = xml.local(one)
            if tag == "r" and _is_on(one, "vanish"):
                into.dropped.append(("hidden", _text_of(one)))
            elif tag == "r" and (_is_on(one, "strike") or _is_on(one, "dstrike")):
                into.dropped.append(("crossed out", _text_of(one)))
            elif tag == "sup" or (tag == "r" and self._is_raised(one)):
                self._raise(one, into)
            elif tag == "AlternateContent":
                self._gather(_chosen(one), into)
            elif tag in _THROUGH:
                self._gather(one, into)
            elif tag == "rt":
                into.dropped.append(("ruby", _text_of(one)))
            elif tag in _GONE:
                into.dropped.append(("tracked changes", _text_of(one, deleted=True)))
            elif tag in ("drawing", "pict", "object"):
                into.texts += [text for key in _graphics(one) for text in self._graphic(key)]
                # The texts of shapes that are no text boxes; letters along a line, as of WordArt, are an attribute.
                into.texts += ["".join(t.text or "" for t in p.iter("{*}t")) for body in one.iter("{*}txBody") for p in
                               body.iter("{*}p")]  # fmt: skip
                into.texts += [text for path in one.iter() if (text := attribute(path, "string")) and
                               xml.local(path) == "textpath" and not _is_fallback(path)]  # fmt: skip
                into.boxes += [box for box in one.iter() if xml.local(box) == "txbxContent" and not _is_fallback(box)]
            elif tag in ("footnoteReference", "endnoteReference"):
                self._mark(one, tag, into)
            elif tag == "lastRenderedPageBreak":
                self.page += 1
            else:
                into.text.append(_character(one, tag))

    def _graphic(self, key: str) -> list[str]:
        part = self.package.graphics.get(key)
        return graphic_texts(part) if part is not None else []

    def _is_raised(self, run: Any) -> bool:
        own = attribute(child(run, "rPr", "vertAlign"), "val")
        return own == "superscript" or (not own and attribute(child(run, "rPr", "rStyle"), "val") in self.raised)

    def _raise(self, element: Any, into: _Paragraph) -> None:
        """Gather raised text in characters that stay raised: an exponent, or a mark that is not a footnote of Word."""
        first = len(into.text)
        self._gather(element, into)
        text = "".join(into.text[first:])
        if text.strip() and MARK not in text:
            into.text[first:] = [raised(text, "".join(into.text[:first][-3:]))]

    def _mark(self, reference: Any, tag: str, into: _Paragraph) -> None:
        marked = self.footnotes if tag == "footnoteReference" else self.endnotes
        own = attribute(reference, "customMarkFollows") not in ("", *_OFF)
        sign = _sign(reference) if own else None
        if sign is not None:
            number = (sign.text or "").strip()
            sign.text = ""  # the mark is not part of the text
        else:
            count = sum(number.isalnum() for _, number in marked) + 1
            number = str(count) if tag == "footnoteReference" else to_roman(count)
        marked.append((attribute(reference, "id"), number))
        into.marks.append((number, f"[{number}]"))
        into.text.append(MARK)

    def _page(self) -> int | None:
        return self.page if self.pages else None

    def _lay(self, text: str) -> int:
        start = self.length
        self.original.append(text.replace(TAB, "\t"))
        self.length += len(text) + 1
        return start

    def _drop(self, step: str, text: str) -> None:
        text = " ".join(text.replace(TAB, " ").split())
        if text:
            start = self._lay(text)
            self.changes.append(Change(step, "dropped", text, start, start + len(text), self._page()))


def _sign(reference: Any) -> Any:
    """The text behind a footnote's reference that is its sign, in the same run or in the next one; else None."""
    following = reference.getparent().getnext()
    later = [*reference.itersiblings(), *(following if following is not None else ())]
    text = next((one for one in later if xml.local(one) == "t" and (one.text or "").strip()), None)
    return text if text is not None and len(text.text.strip()) <= _SIGN else None


def _allowed(text: str) -> str:
    """``text`` without forbidden characters, the placeholders of footnote marks and tabs kept."""
    return re.sub(f"[^{MARK}{TAB}]+", lambda match: without_sentinels(match[0]), text)


def _character(element: Any, tag: str) -> str:
    if tag == "t":
        return element.text or ""
    if tag in ("br", "cr"):
        return "\n"
    if tag == "sym":
        code = attribute(element, "char")
        char = chr(int(code, 16)) if _HEX.fullmatch(code) else ""
        return "" if "\ud800" <= char <= "\uf8ff" else char  # an unpaired surrogate, or a character of its font only
    return {"tab": TAB, "ptab": TAB, "noBreakHyphen": "\u2011"}.get(tag, "")


def _graphics(drawing: Any) -> Iterator[str]:
    """The ids of the relations of the charts and diagrams in ``drawing``."""
    for one in drawing.iter():
        if xml.local(one) == "relIds":
            yield attribute(one, "dm")
        elif xml.local(one) == "chart":
            yield attribute(one, "id")


def _is_on(run: Any, name: str) -> bool:
    switch = child(run, "rPr", name)
    return switch is not None and attribute(switch, "val", "1") not in _OFF


def _is_contents(element: Any) -> bool:
    return attribute(child(element, "sdtPr", "docPartObj", "docPartGallery"), "val") == "Table of Contents"


def _is_fallback(element: Any) -> bool:
    return any(xml.local(one) == "Fallback" for one in element.iterancestors())


def _chosen(element: Any) -> Any:
    """Of alternative contents the first, which is the one that Word shows; of others the element itself."""
    if xml.local(element) == "AlternateContent":
        return next(children(element, "Choice", "Fallback"), ())
    content = child(element, "sdtContent") if xml.local(element) == "sdt" else None
    return element if content is None else content


def _through(parent: Any, name: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those within content controls too."""
    for one in parent:
        if xml.local(one) == name:
            yield one
        elif xml.local(one) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _through(one, name)


def _text_of(element: Any, *, deleted: bool = False) -> str:
    wanted = ("t", "delText") if deleted else ("t",)
    parts = []
    for one in element.iter():
        tag = xml.local(one)
        if tag in wanted:
            parts.append(one.text or "")
        elif tag in ("p", "tab", "br", "tc"):
            parts.append(" ")
    return "".join(parts)
