"""Bilingual tables in Word files, for review: as Trados Studio and memoQ write them, and as written here.

Every table with a header that names source and target, or two languages, is read; other tables are about the file.
Runs in the styles of tags become inline tags. Deleted text of tracked changes is left out, comments of Word are notes.
What is written has both texts, the status and the comments, so that people who have only a word processor can read and
correct it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape as quoted
from pathlib import Path

from corpora.container import opened_container
from corpora.errors import InputError, WrongFormat
from corpora.xml import Element, attributes_of, local
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, spelt
from tm.formats.columns import is_header, names_notes, text_columns, units_of_rows
from tm.formats.states import meaning_of
from tm.tags import Tag, TagKind, escape, native, split
from tm.unit import Unit, is_doubtful
from tm.word_document import new_document

__all__ = ["read_units", "write_units"]

_STYLES = frozenset({"tag", "mqinternal", "lockedcontent"})
_PAIRED = re.compile(r"^<(/?)(\w+)(/?)>$")
#: The tags of memoQ: ``[1}`` and ``{1]`` are a pair, ``{1}`` is a single one.
_MEMOQ = re.compile(r"^([\[{])(\w+)([\]}])$")
_MEMOQ_KINDS = {"[}": TagKind.OPEN, "{]": TagKind.CLOSE}
_HEADER_WITHIN = 5  # rows
_COMMENTS = "word/comments.xml"
_Row = tuple[int, list[str]]


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row of the bilingual tables."""
    with opened_container(path.read_bytes(), str(path), "Word document") as package:
        if "word/document.xml" not in package:
            raise WrongFormat(f"{path} is not a Word document")
        root = package.xml("word/document.xml")
        try:
            comments = _comments(package.xml(_COMMENTS)) if _COMMENTS in package else {}
        except InputError as error:
            problems.notes.append(f"the comments cannot be read: {error}")
            comments = {}
    found = False
    for table in root.iter("{*}tbl"):
        rows = [(number, [_text(cell) for cell in row.iterchildren("{*}tc")]) for number, row in _rows(table)]
        header = next((at for at, (_, cells) in enumerate(rows[:_HEADER_WITHIN]) if is_header(cells)), None)
        if header is not None:
            found = True
            said = dict(_said(table, comments)) if comments else {}
            chosen = options
            if said:
                texts = text_columns([cells for _, cells in rows[header:]], options, str(path))
                # The column of comments has text, too.
                named = {side: str(at + 1) for side, at in zip(("source", "target"), texts, strict=True)}
                chosen = replace(options, columns={**options.columns, **named})
                rows[header:] = _with_comments(rows[header:], said, max(texts) + 1)
            for unit in units_of_rows(rows[header:], chosen, problems):
                # Only the texts of a unit have tags.
                properties = {name: native(value) for name, value in unit.properties.items()}
                yield replace(unit, properties=properties, notes=tuple(map(native, unit.notes)))
    if not found:
        raise WrongFormat(f"{path} has no table with a source and a target column, as Trados and memoQ write them")


def _comments(root: Element) -> dict[str, str]:
    """The texts of the comments of a document by their numbers."""
    return {
        _own(one, "id"): "\n".join("".join(run.itertext()) for run in one.iter("{*}p")).strip()
        for one in root.iter("{*}comment")
    }


def _said(table: Element, comments: Mapping[str, str]) -> Iterator[tuple[int, list[str]]]:
    """The comments on each row that has some, by the number of the row."""
    for number, row in _rows(table):
        named = [_own(one, "id") for one in row.iter("{*}commentReference")]
        if found := [text for one in dict.fromkeys(named) if (text := comments.get(one, ""))]:
            yield number, found


def _with_comments(rows: list[_Row], said: Mapping[int, list[str]], needed: int) -> list[_Row]:
    """Rows with the comments on them in a further column, and what another column for notes has before them.

    A row without the ``needed`` columns lacks a text and stays as it is, to be reported.
    """
    width = max(len(cells) for _, cells in rows)
    names = [*rows[0][1], *[""] * (width - len(rows[0][1]))]
    own = [at for at, name in enumerate(names) if names_notes(name)]
    made: list[_Row] = [(rows[0][0], [name if at not in own else "" for at, name in enumerate(names)] + ["notes"])]
    for number, cells in rows[1:]:
        notes = [native(cells[at]) for at in own if at < len(cells) and cells[at]] + said.get(number, [])
        if len(cells) < needed:
            made.append((number, cells))
            continue
        padded = [*cells, *[""] * (width - len(cells))]
        made.append((number, [*padded, escape(json.dumps(notes, ensure_ascii=False)) if notes else ""]))
    return made


def _own(element: Element, name: str) -> str:
    """An attribute of Word."""
    return next((value for key, value in attributes_of(element).items() if key.endswith("}" + name)), "")


def _rows(table: Element) -> Iterator[tuple[int, Element]]:
    yield from enumerate(table.iterchildren("{*}tr"), 1)


def _text(cell: Element) -> str:
    return "\n".join(_paragraph(one) for one in cell.iter("{*}p")).strip()


def _paragraph(paragraph: Element) -> str:
    pieces: list[str] = []
    for run in paragraph.iter("{*}r"):
        if any(local(one) in ("del", "moveFrom") for one in run.iterancestors()):
            continue
        text = "".join(_character(one) for one in run)
        style = run.find("{*}rPr/{*}rStyle")
        name = "" if style is None else _own(style, "val")
        pieces.append(_tag(text) if text.strip() and name.lower() in _STYLES else escape(text))
    return "".join(pieces)


def _character(element: Element) -> str:
    match local(element):
        case "t":
            return element.text or ""
        case "tab":
            return "\t"
        case "br" | "cr":
            return "\n"
        case "noBreakHyphen":
            return "\u2011"
    return ""


def _tag(text: str) -> str:
    if match := _MEMOQ.match(text.strip()):
        return str(Tag(_MEMOQ_KINDS.get(match[1] + match[3], TagKind.SINGLE), match[2], text))
    match = _PAIRED.match(text.strip())
    if match is None:
        return str(Tag(TagKind.SINGLE, re.sub(r"\W", "", text) or "0", text))
    shape = TagKind.CLOSE if match[1] else TagKind.SINGLE if match[3] else TagKind.OPEN
    return str(Tag(shape, match[2], text))


_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WIDTHS = (700, 4200, 4200, 1100, 1900)  # twentieths of a point
_STYLE = "Tag"


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write a table with a row for each unit: number, texts, status, comments; one table for each pair of languages."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import RGBColor

    document = new_document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.styles.add_style(_STYLE, WD_STYLE_TYPE.CHARACTER).font.color.rgb = RGBColor(0x80, 0, 0x80)
    rows: dict[tuple[str, str], list[str]] = {}
    for number, unit in enumerate(units, 1):
        pair = spelt(unit.source_lang), spelt(unit.target_lang)
        # Rows are text until the table is complete: adding them one by one takes time quadratic in their number.
        cells = (_run(str(number)), _runs(unit.source, options, written), _runs(unit.target, options, written),
                 _run(_state(unit, options)), _run(written.legal("\n".join(unit.notes))))  # fmt: skip
        rows.setdefault(pair, []).append(_row(cells))
        written.units += 1
    body = document.element.body
    for pair, some in rows.items():
        document.add_paragraph(f"{pair[0]} – {pair[1]}")
        body.insert(len(body) - 1, _table(pair, some))  # the last element describes the pages
    document.save(str(path))


def _table(pair: tuple[str, str], rows: Iterable[str]) -> Element:
    from docx.oxml import parse_xml

    header = _row([_run(name, bold=True) for name in ("#", *pair, "status", "comment")], "<w:tblHeader/>")
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    style = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblLayout w:type="fixed"/></w:tblPr>'
    text = f'<w:tbl xmlns:w="{_WORDS}">{style}<w:tblGrid>{grid}</w:tblGrid>{header}{"".join(rows)}</w:tbl>'
    return parse_xml(text)


def _row(cells: Iterable[str], properties: str = "") -> str:
    """A row that is not broken across pages."""
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p>{cell}</w:p></w:tc>'
        for width, cell in zip(_WIDTHS, cells, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>{made}</w:tr>"


def _state(unit: Unit, options: WriteOptions) -> str:
    """The status of a unit in a word that is read again: also that somebody should look at it, and why."""
    if not (unit.target and is_doubtful(unit, options.review_below)):
        return unit.status
    words = [unit.properties.get(name, "") for name in ("state-origin", "state")]
    return next((word for word in words if meaning_of(word) in ("machine", "fuzzy", "draft")), "needs review")


def _runs(text: str, options: WriteOptions, written: WriteCounts) -> str:
    """A text with its tags in a style of their own: ``<1>``, ``</1>``, ``<2/>``."""
    parts: list[str] = []
    for part in split(written.styled(text, options.tags)):
        if isinstance(part, str):
            parts.append(_run(written.legal(part)))
        else:
            close, single = "/" * (part.kind is TagKind.CLOSE), "/" * (part.kind is TagKind.SINGLE)
            parts.append(_run(f"<{close}{part.id}{single}>", style=_STYLE))
    return "".join(parts)


def _run(text: str, *, bold: bool = False, style: str = "") -> str:
    look = "<w:b/>" * bold + (f'<w:rStyle w:val="{style}"/>' if style else "")
    pieces = []
    for piece in re.split("([\n\t])", text):
        mark = {"\n": "<w:br/>", "\t": "<w:tab/>"}.get(piece)
        pieces.append(mark or (f'<w:t xml:space="preserve">{quoted(piece, quote=False)}</w:t>' if piece else ""))
    return f"<w:r><w:rPr>{look}</w:rPr>{''.join(pieces)}</w:r>"
