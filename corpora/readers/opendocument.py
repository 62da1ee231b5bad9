"""OpenDocument texts, presentations and spreadsheets, packed or flat (.odt and .fodt, …), as a page of HTML.

All three have one set of elements. Tracked changes are read as accepted, as those of Word are: what was deleted is
out. Frames follow the paragraph that they are anchored in, as text boxes of Word do.

Source: OpenDocument 1.3 (OASIS standard, ISO/IEC 26300), part 3.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from corpora import xml
from corpora.container import opened_container
from corpora.errors import EmptyInput, ProtectedInput
from corpora.readers.conversion import WIDE_BLANK, Notes, dropped, heading, plain, tag, with_linked_notes
from corpora.text.numerals import to_han, to_letters, to_roman

__all__ = ["convert"]

_KIND = "OpenDocument file"
_INDEXES = frozenset(
    "table-of-content illustration-index table-index object-index user-index alphabetical-index".split()
)
_AROUND = frozenset(  # elements that only group blocks
    "body text presentation spreadsheet section index-body list-header table-header-rows table-row-group table-rows "
    "g a".split()
)
_SILENT = frozenset(  # elements without text, or with text that is none of the document's
    "tracked-changes sequence-decls variable-decls user-field-decls forms dde-connection-decls "
    "soft-page-break page-number page-count date-time header-decl footer-decl date-time-decl calculation-settings "
    "content-validations named-expressions database-ranges event-listeners annotation-end animations".split()
)
_SPACES = 500  # blanks in a row that are kept of `text:s`
_EMPTY_CELL = re.compile("(?:<td[^<>]*></td>)?")
_CELLS, _ROWS = 1000, 200_000  # cells of one row and rows of one table that are read


def convert(data: bytes, name: str) -> str:
    """The document in ``data`` as one page of HTML. Raises `DamagedInput` or `ProtectedInput`."""
    if not data.startswith(b"PK"):  # a file of one piece: .fodt, .fodp, .fods
        root = xml.parse(BytesIO(data), name=name)
        return _page(root, (root,), name)
    with opened_container(data, name, _KIND) as container:
        if "META-INF/manifest.xml" in container and any(
            xml.local(one) == "encryption-data" for one in container.xml("META-INF/manifest.xml").iter()
        ):
            raise ProtectedInput(f"{name} is protected with a password")
        content = container.xml("content.xml")
        objects = {
            member.removesuffix("/content.xml"): container.xml(member)
            for member in container.members()
            if member.endswith("/content.xml")
        }
        styles = (container.xml("styles.xml"),) if "styles.xml" in container else ()
        return _page(content, (*styles, content), name, objects)


def _page(content: Any, roots: Sequence[Any], name: str, objects: Mapping[str, Any] | None = None) -> str:
    """The page of HTML of a document; ``roots`` hold its styles, ``objects`` are its formulas and charts by path."""
    converter = _Converter(_Styles.of(roots), objects or {})
    body = next(content.iter("{*}body"), None)
    if body is None:
        raise EmptyInput(f"{name} contains no text")
    text = "".join(converter.blocks(body))
    text = with_linked_notes(text, "deck") if converter.has_slides else text
    # The headers and footers of all page styles.
    margins = (_text(one) for styles in roots for one in styles.iter("{*}header", "{*}footer"))
    aside = "".join(dropped("headers and footers", part) for part in margins)
    return f"<html><body>{text}{converter.notes.html()}{aside}</body></html>"


def _get(element: Any, name: str, default: str = "") -> str:
    """The attribute with this local name."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), default)


def _whole(element: Any, name: str, default: int) -> int:
    written = _get(element, name)
    return int(written) if written.isdecimal() and len(written) < 7 else default


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    prefix: str
    suffix: str
    shown: int
    start: int


@dataclass(slots=True)
class _Styles:
    """Lists by name with their levels, and of each paragraph style its parent and what else matters."""

    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    list_of: dict[str, str] = field(default_factory=dict)
    raised: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    crossed_out: set[str] = field(default_factory=set)
    outline: dict[int, _Level] = field(default_factory=dict)

    @classmethod
    def of(cls, roots: Sequence[Any]) -> "_Styles":
        found = cls()
        for root in roots:
            for element in root.iter("{*}style", "{*}list-style", "{*}outline-style"):
                kind, name = xml.local(element), _get(element, "name")
                if kind == "list-style":
                    found.lists[name] = _levels(element)
                elif kind == "outline-style":
                    found.outline = _levels(element)
                else:
                    found.parents[name] = _get(element, "parent-style-name")
                    found.list_of[name] = _get(element, "list-style-name")
                    for one in element:
                        if _get(one, "text-position").split(" ")[0].rstrip("%") not in ("", "sub", "0"):
                            up = not _get(one, "text-position").startswith("-")
                            found.raised |= {name} if up else set()
                        found.hidden |= {name} if _get(one, "display") == "none" else set()
                        found.hidden |= {name} if _get(one, "display") == "false" and kind == "style" else set()
                        lined = _get(one, "text-line-through-style", "none") != "none"
                        found.crossed_out |= {name} if lined else set()
        return found

    def is_called(self, style: str, *names: str) -> bool:
        """Whether ``style`` or one that it inherits from has one of the standard ``names``."""
        seen: set[str] = set()
        while style and style not in seen:
            if style.replace("_20_", " ") in names:
                return True
            seen.add(style)
            style = self.parents.get(style, "")
        return False


def _levels(element: Any) -> dict[int, _Level]:
    return {
        _whole(one, "level", 1): _Level(
            _get(one, "num-format"),
            _get(one, "num-prefix"),
            _get(one, "num-suffix"),
            _whole(one, "display-levels", 1),
            _whole(one, "start-value", 1),
        )
        for one in element
        if xml.local(one) in ("list-level-style-number", "outline-level-style")
    }


@dataclass(slots=True)
class _List:
    """An open list: its style, and how far each level has counted."""

    style: str
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Converter:
    styles: _Styles
    objects: Mapping[str, Any] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    _counted: dict[str, dict[int, int]] = field(default_factory=dict)  # by the id of the list or the style
    _headings: dict[int, int] = field(default_factory=dict)
    _frames: list[Any] = field(default_factory=list)
    _pages: int = 0

    def blocks(self, parent: Any) -> Iterator[str]:
        """The blocks under ``parent``."""
        for element in parent:
            kind = xml.local(element)
            if kind in ("p", "h"):
                yield from self._paragraph(element)
            elif kind == "list":
                yield self._list(element, _List(_get(element, "style-name")), 1)
            elif kind == "table":
                yield self._table(element)
            elif kind in _INDEXES:
                yield dropped("table of contents", _text(element))
            elif kind == "tracked-changes":
                yield dropped("tracked changes", _text(element))
            elif kind == "page":
                yield self._page(element)
            elif kind == "notes":
                yield from self._frame_parts(element)
            elif kind == "section" and _get(element, "display") == "none":
                yield dropped("hidden", _text(element))
            elif kind in _AROUND or kind == "numbered-paragraph":
                yield from self.blocks(element)
            elif kind in ("frame", "custom-shape", "rect", "ellipse", "line", "connector", "polygon", "path"):
                yield from self._frame(element)
            elif kind == "annotation":
                yield dropped("comments", _text(element))
            elif kind == "object":
                yield from self._object(element)

    def _object(self, element: Any) -> Iterator[str]:
        """The formula, or the texts of the chart, that is embedded here."""
        part = self._embedded(element)
        if part is None:
            return
        if xml.local(part) == "math":
            yield tag("pre", _formula(part))
        else:
            texts = dict.fromkeys("".join(one.itertext()).strip() for one in part.iter("{*}p"))
            yield from (tag("p", plain(text)) for text in texts if any(map(str.isalpha, text)))

    def _embedded(self, element: Any) -> Any:
        part = self.objects.get(_get(element, "href").removeprefix("./"))
        return next(iter(element), None) if part is None else part

    @property
    def has_slides(self) -> bool:
        return self._pages > 0

    def _paragraph(self, element: Any) -> Iterator[str]:
        style = _get(element, "style-name")
        outer, self._frames = self._frames, []
        content = self._inline(element)
        frames, self._frames = self._frames, outer
        if style in self.styles.hidden or _get(element, "display") == "none":
            yield dropped("hidden", _text(element))
        elif xml.local(element) == "h":
            level = _whole(element, "outline-level", 1)
            yield heading(content, level, self._number_of_heading(element, level))
        elif self.styles.is_called(style, "Title"):
            yield tag("p", content, title=1)
        elif self.styles.is_called(style, "Preformatted Text", "Source Code"):
            yield tag("pre", content.replace("<br>", "\n"))
        else:
            yield tag("p", content)
        for frame in frames:
            yield from self._frame(frame)

    def _number_of_heading(self, element: Any, level: int) -> str:
        own = self.styles.outline.get(level)
        if own is None or not own.format or _get(element, "is-list-header") == "true":
            return ""
        return _counted_on(self._headings, self.styles.outline, level)

    def _inline(self, element: Any) -> str:
        """The text of a paragraph; frames in it are kept for later."""
        parts = [plain(element.text)]
        for one in element:
            kind = xml.local(one)
            if kind == "s":
                parts.append(" " * min(_whole(one, "c", 1), _SPACES))
            elif kind == "tab":
                parts.append(WIDE_BLANK)
            elif kind == "line-break":
                parts.append("<br>")
            elif kind == "note":
                parts.append(self._note(one))
            elif kind == "annotation":
                parts.append(tag("span", plain(_text(one)), dropped="comments"))
            elif (formula := self._formula_in(one)) is not None:
                parts.append(_formula(formula))
            elif kind in ("frame", "custom-shape", "rect", "g"):
                self._frames.append(one)
            elif kind in ("hidden-text", "hidden-paragraph"):
                parts.append(tag("span", plain(_get(one, "string-value") or "".join(one.itertext())), dropped="hidden"))
            elif kind == "ruby-text":
                parts.append(tag("span", plain("".join(one.itertext())), dropped="ruby"))
            elif kind not in _SILENT:
                inner = self._inline(one)
                style = _get(one, "style-name")
                if style in self.styles.hidden or style in self.styles.crossed_out:
                    step = "hidden" if style in self.styles.hidden else "crossed out"
                    inner = tag("span", inner, dropped=step)
                parts.append(f"<sup>{inner}</sup>" if style in self.styles.raised and kind == "span" else inner)
            parts.append(plain(one.tail))
        return "".join(parts)

    def _formula_in(self, frame: Any) -> Any:
        """The formula that stands in the line of text as the frame ``frame``, None where it is none."""
        part = None
        if xml.local(frame) == "frame" and (holder := next(frame.iterchildren("{*}object"), None)) is not None:
            part = self._embedded(holder)
        return part if part is not None and xml.local(part) == "math" else None

    def _note(self, element: Any) -> str:
        label = next(("".join(one.itertext()) for one in element.iter("{*}note-citation")), "")
        body = next(element.iter("{*}note-body"), None)
        return self.notes.mark(self.blocks(body) if body is not None else "", label)

    def _list(self, element: Any, state: _List, level: int) -> str:
        """A list; one that continues another list counts on."""
        if level == 1:
            continued = _get(element, "continue-numbering") == "true" and state.style
            state.counts = self._counted.get(_get(element, "continue-list") or continued or "", {})
            for name in filter(None, (state.style, _get(element, "id"))):
                self._counted[name] = state.counts
        items = []
        for item in element:
            if xml.local(item) not in ("list-item", "list-header"):
                continue
            counted = xml.local(item) == "list-item" and any(xml.local(one) in ("p", "h") for one in item)
            marker = self._marker(item, state, level) if counted else ""
            parts = [
                self._list(one, state, level + 1) if xml.local(one) == "list" else "".join(self._item(one))
                for one in item
            ]
            # LibreOffice numbers headings by putting them into lists.
            if any(xml.local(one) == "h" for one in item):
                items.append("".join(parts))
            else:
                items.append(tag("li", "".join(parts), marker=marker))
        return f"<ul>{''.join(items)}</ul>"

    def _item(self, element: Any) -> Iterator[str]:
        holder = [element]
        yield from self.blocks(holder)

    def _marker(self, item: Any, state: _List, level: int) -> str:
        levels = self.styles.lists.get(state.style)
        if levels is None:
            paragraph = next(iter(item), None)
            style = _get(paragraph, "style-name") if paragraph is not None else ""
            levels = self.styles.lists.get(self.styles.list_of.get(style, ""), {})
        if (start := _whole(item, "start-value", -1)) >= 0:
            state.counts[level] = start - 1
        return _counted_on(state.counts, levels, level)

    def _table(self, table: Any) -> str:
        if _get(table, "style-name") in self.styles.hidden:
            return dropped("hidden", _text(table))
        rows: list[str] = []
        far: list[str] = []
        spanned = 0  # rows below that cells of these rows reach into
        for row in table.iter("{*}table-row"):
            if next(one for one in row.iterancestors() if xml.local(one) == "table") is not table:
                continue
            cells = [one for one in row if xml.local(one) in ("table-cell", "covered-table-cell")]
            if len(rows) >= _ROWS or len(cells) > _CELLS:
                far += filter(None, map(_text, cells[_CELLS:] if len(rows) < _ROWS else cells))
                cells = cells[:_CELLS] if len(rows) < _ROWS else []
            made = [self._cell(cell) for cell in cells]
            above = spanned
            spanned = max(above - 1, 0, *(_whole(cell, "number-rows-spanned", 1) - 1 for cell in cells))
            if not all(map(_EMPTY_CELL.fullmatch, made)) or (rows and max(above, spanned)):
                rows.append(f"<tr>{''.join(made)}</tr>")
        title = _get(table, "name") if xml.local(table.getparent()) == "spreadsheet" else ""
        body = f"<table>{''.join(rows)}</table>" if rows else ""
        body += dropped("far cells", " ".join(far))
        return f"{heading(plain(title), 1)}{body}" if title and rows else body

    def _cell(self, cell: Any) -> str:
        """A cell with the room that it takes; one that another covers is not shown."""
        if xml.local(cell) == "covered-table-cell":
            return dropped("hidden", _text(cell))
        wide = max(_whole(cell, "number-columns-spanned", 1), _whole(cell, "number-columns-repeated", 1))
        high = _whole(cell, "number-rows-spanned", 1)
        room = f' colspan="{wide}"' * (wide > 1) + f' rowspan="{high}"' * (high > 1)
        return f"<td{room}>{''.join(self.blocks(cell))}</td>"

    def _page(self, page: Any) -> str:
        """A slide: its title first, as it is read, then everything else in order, the notes last."""
        self._pages += 1
        shapes = [one for one in page if xml.local(one) not in ("notes", *_SILENT)]
        shapes.sort(key=lambda one: _get(one, "class") != "title")
        parts = [*self._frame_parts(shapes), *(part for one in page.iter("{*}notes") for part in self.blocks([one]))]
        return tag("section", with_linked_notes("".join(parts), f"slide{self._pages}"), page=self._pages)

    def _frame_parts(self, shapes: Any) -> Iterator[str]:
        for shape in shapes:
            if _get(shape, "placeholder") == "true" or _get(shape, "class") in _FIELDS:
                continue
            yield from self.blocks([shape])

    def _frame(self, frame: Any) -> Iterator[str]:
        if _get(frame, "placeholder") == "true":
            return
        is_title = _get(frame, "class") == "title"
        boxes = [one for one in frame if xml.local(one) in ("text-box", "table")]
        inner = [part for box in boxes for part in self.blocks([box] if xml.local(box) == "table" else box)]
        if not boxes:  # a shape contains its paragraphs itself
            inner = list(self.blocks(frame))
        content = "".join(inner)
        if is_title and content:
            lines = [self._inline(one) for one in frame.iter("{*}p")]
            content = heading("<br>".join(lines), 1)
        yield content


_FIELDS = ("date-time", "footer", "header", "page-number", "page")


def _counted_on(counts: dict[int, int], levels: dict[int, _Level], level: int) -> str:
    """Count ``level`` on and return its number as printed, "" for a bullet."""
    own = levels.get(level)
    counts[level] = counts.get(level, (own.start if own else 1) - 1) + 1
    for deeper in [one for one in counts if one > level]:
        del counts[deeper]
    if own is None or not own.format:
        return ""
    shown = range(max(1, level - own.shown + 1), level + 1)
    numbers = [_written(counts.get(at, 1), levels[at].format) for at in shown if at in levels and levels[at].format]
    return f"{own.prefix}{'.'.join(numbers)}{own.suffix}".strip()


def _written(count: int, form: str) -> str:
    try:
        if form in ("a", "A"):
            return to_letters(count) if form == "a" else to_letters(count).upper()
        if form in ("i", "I"):
            return to_roman(count) if form == "i" else to_roman(count).upper()
        if form[:1] in ("一", "壹", "甲"):
            return to_han(count)
    except ValueError:
        return str(count)
    return str(count)


def _formula(element: Any) -> str:
    """A formula in MathML as a line of text, its exponents raised."""
    kind = xml.local(element)
    if kind in ("annotation", "annotation-xml"):
        return ""
    if kind in ("msup", "msubsup") and len(element) > 1:
        *base, power = (_formula(one) for one in element)
        return f"{''.join(base)}<sup>{power}</sup>"
    if kind == "mfrac" and len(element) == 2:
        return f"{_formula(element[0])}/{_formula(element[1])}"
    return plain((element.text or "").strip()) + "".join(map(_formula, element))


def _text(element: Any) -> str:
    return " ".join("".join(one.itertext()) for one in element.iter("{*}p", "{*}h"))
