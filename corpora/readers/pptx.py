"""PowerPoint presentations as a page of HTML: the slides in order, each with its title, texts, tables and notes.

python-pptx opens presentations for writing and loads every picture; only the parts with texts are read here. Groups
of shapes are read through, diagrams (SmartArt) and the texts of charts lie in parts of their own. Dates, footers and
slide numbers are left out and recorded; prompts such as "Click to edit" lie in the layouts, which are not read.

Source: ECMA-376-1:2016, part 1, sections 19 (PresentationML) and 21 (DrawingML).
"""

from collections.abc import Iterator
from typing import Any

from corpora import xml
from corpora.container import Container, opened_container
from corpora.readers.conversion import dropped, heading, plain, tag, with_linked_notes
from corpora.readers.docx.package import attribute, child, children, graphic_texts

__all__ = ["convert"]

_FIELDS = ("sldNum", "dt", "ftr", "hdr")
_TITLES = ("title", "ctrTitle")
_LISTED = ("body", "obj", "", "subTitle")  # placeholders whose paragraphs are points; "" is one with an index only


def convert(data: bytes, name: str) -> str:
    """The presentation in ``data`` as one page of HTML. Raises `DamagedInput`."""
    with opened_container(data, name, "PowerPoint presentation") as container:
        main = next((path for kind, _, path in container.relations("") if kind == "officeDocument"), "")
        main = main or "ppt/presentation.xml"
        targets = {key: path for _, key, path in container.relations(main)}
        listed = [targets.get(_relation(one), "") for one in container.xml(main).iter("{*}sldId")]
        slides = [path for path in dict.fromkeys(listed) if path in container]  # each once, however often it is listed
        pages = [_slide(container, path, number) for number, path in enumerate(slides, 1)]
    pages = [with_linked_notes(page, f"slide{number}") for number, page in enumerate(pages)]
    return f"<html><body>{with_linked_notes(''.join(pages), 'deck')}</body></html>"


def _relation(element: Any) -> str:
    """The id of the relation that ``element`` names; its own ``id`` has no namespace."""
    return next((str(value) for key, value in element.items() if key.endswith("}id")), "")


def _slide(container: Container, path: str, number: int) -> str:
    related = container.relations(path)
    parts = {key: target for _, key, target in related}
    tree = child(container.xml(path), "cSld", "spTree")
    shapes = list(_shapes(tree)) if tree is not None else []
    shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
    content = [_shape(container, shape, parts) for shape in shapes]
    for kind, _, target in related:
        if target not in container:
            continue
        if kind == "notesSlide":
            tree = child(container.xml(target), "cSld", "spTree")
            notes = _shapes(tree) if tree is not None else ()
            content += [
                _paragraphs(one) if _placeholder(one) == "body" else dropped("headers and footers", _text(one))
                for one in notes
            ]
        elif kind == "comments":
            texts = container.xml(target).iter("{*}text", "{*}t")
            content.append(dropped("comments", " ".join(one.text or "" for one in texts)))
    return tag("section", "".join(content), page=number)


def _shapes(tree: Any) -> Iterator[Any]:
    """The shapes of a slide in their order, those of groups and of the first of alternative contents too."""
    stack = list(reversed(tree))
    while stack:
        element = stack.pop()
        kind = xml.local(element)
        if kind in ("sp", "graphicFrame", "cxnSp"):
            yield element
        elif kind == "AlternateContent":
            stack.extend(reversed(next(children(element, "Choice", "Fallback"), ())))
        elif kind == "grpSp":
            stack.extend(reversed(element))


def _placeholder(shape: Any) -> str | None:
    """The type of the placeholder ("" where it only has an index), None for a shape that is none."""
    holder = next(shape.iter("{*}ph"), None)
    return None if holder is None else attribute(holder, "type")


def _shape(container: Container, shape: Any, parts: dict[str, str]) -> str:
    holder = _placeholder(shape)
    if holder in _FIELDS:
        return dropped("headers and footers", _text(shape))
    if xml.local(shape) == "graphicFrame":
        return _graphic(container, shape, parts)
    if holder in _TITLES:
        lines = [_line(one) for one in shape.iter("{*}p") if _text(one).strip()]
        return heading("<br>".join(lines), 1) if lines else ""
    return _paragraphs(shape, listed=holder in _LISTED)


def _graphic(container: Container, frame: Any, parts: dict[str, str]) -> str:
    """A table, or the texts of a diagram or chart, which are in another part."""
    tables = [_table(one) for one in frame.iter("{*}tbl")]
    if tables:
        return "".join(tables)
    found = []
    for element in frame.iter("{*}relIds", "{*}chart"):
        key = attribute(element, "dm") if xml.local(element) == "relIds" else _relation(element)
        if parts.get(key, "") in container:
            found += [f"<p>{plain(one)}</p>" for one in graphic_texts(container.xml(parts[key]))]
    return "".join(found)


def _table(table: Any) -> str:
    rows = []
    for row in children(table, "tr"):
        cells = [
            f'<td colspan="{attribute(cell, "gridSpan", "1")}" rowspan="{attribute(cell, "rowSpan", "1")}">'
            f"{_paragraphs(cell)}</td>"
            if {attribute(cell, "hMerge"), attribute(cell, "vMerge")}.isdisjoint(("1", "true"))
            else dropped("hidden", _text(cell))
            for cell in children(row, "tc")
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _paragraphs(shape: Any, *, listed: bool = False) -> str:
    """The paragraphs of a shape; those of a text placeholder are list items of the level that they state."""
    found = []
    for paragraph in shape.iter("{*}p"):
        if not _text(paragraph).strip():
            continue
        properties = child(paragraph, "pPr")
        level = attribute(properties, "lvl")
        depth = int(level) + 1 if level.isdecimal() and len(level) < 2 else 1
        plain_text = child(properties, "buNone") is not None
        pointed = any(child(properties, name) is not None for name in ("buChar", "buAutoNum"))
        if (listed or pointed) and not plain_text:
            found.append("<ul>" * depth + f"<li>{_line(paragraph)}</li>" + "</ul>" * depth)
        else:
            found.append(f"<p>{_line(paragraph)}</p>")
    return "".join(found)


def _line(paragraph: Any) -> str:
    parts = []
    for one in paragraph:
        kind = xml.local(one)
        if kind == "br":
            parts.append("<br>")
        elif kind in ("r", "fld"):
            text = plain(_run(one))
            raised = attribute(child(one, "rPr"), "baseline")
            parts.append(f"<sup>{text}</sup>" if raised.isdecimal() and raised != "0" and text.strip() else text)
        elif kind in ("AlternateContent", "m"):
            parts.append(plain(_text(one)))
    return "".join(parts)


def _run(run: Any) -> str:
    """The text of a run, its line breaks of the vertical-tab form as spaces."""
    return "".join(one.text or "" for one in children(run, "t")).replace("\v", " ")


def _text(element: Any) -> str:
    return " ".join(one.text or "" for one in element.iter("{*}t"))
