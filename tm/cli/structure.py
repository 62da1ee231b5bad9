"""`duiyi structure`: the outline of a document, and what was dropped, joined or moved while it was read."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.text.plurals import counted
from corpora.translation import translated
from tm.cli.output import message, padded, print_json, tell, waiting, write

if TYPE_CHECKING:
    from corpora.document import Block, Change, Document, Section

__all__ = ["NOUNS", "structure"]

_SHOWN = 60  # characters of a block that the outline shows
NOUNS = {"code": "code block"}  # for kinds whose name is not a countable noun
_QUOTED = 90  # characters of the original that the list of changes shows


def structure(
    file: Annotated[Path, typer.Argument(help="Document to read: a file, - for standard input, or a web address.")],
    language: Annotated[str | None, typer.Option(help="Language of the document; detected by default.")] = None,
    profile: Annotated[str, typer.Option(help="How structure is read: auto, un, legal or plain.")] = "auto",
    blocks: Annotated[bool, typer.Option("--blocks", help="Show every block, not only the headings.")] = False,
    changes: Annotated[
        bool, typer.Option("--changes", help="List everything that was dropped, joined, moved or marked, and why.")
    ] = False,
    ocr: Annotated[bool, typer.Option("--ocr", help="Read a scan or picture with Tesseract.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print facts, blocks and changes as JSON.")] = False,
) -> None:
    """Show the outline that was read from a document: what was joined, dropped and why."""
    from corpora.readers.reading import read

    with waiting("reading"):
        document = read(file, language=language, profile=profile, ocr=ocr)
    for warning in document.warnings:
        message(f"duiyi: warning: {warning}")
    if json:
        print_json(_as_data(document))
        return
    tell(_facts(document))
    for line in _blocks(document) if blocks else _outline(document):
        write(line)
    write(_summary(document.changes))
    if changes:
        for change in document.changes:
            write(_change(change))


def _facts(document: "Document") -> str:
    kinds = Counter(block.kind.value for block in document.blocks)
    contents = ", ".join(counted(number, NOUNS.get(kind, kind)) for kind, number in kinds.most_common())
    form = ", ".join(filter(None, (document.language, document.encoding)))
    return f"{document.path}: {form}, profile {document.profile}; {contents}"


def _outline(document: "Document") -> list[str]:
    """The title, then one line per section: its level, its heading and its number of blocks."""
    titles = [block.full_text for block in document.blocks if block.kind.value == "title"]
    lines = [_shortened(title, _SHOWN * 2) for title in titles]

    def walk(section: "Section", depth: int) -> None:
        if section.heading is not None:
            heading = document.blocks[section.heading]
            lines.append(f"{'  ' * depth}{_shortened(heading.full_text, _SHOWN * 2)}  [{section.last - section.first}]")
        for child in section.children:
            walk(child, depth + 1)

    walk(document.outline, 0)
    return lines


def _blocks(document: "Document") -> list[str]:
    lines = []
    for block in document.blocks:
        page = f"p.{block.page}" if block.page else ""
        level = str(block.level) if block.level else ""
        kind, text = padded(block.kind.value, 10), _shortened(_one_line(block), _SHOWN * 2)
        lines.append(f"{block.id:>5} {page:>6} {kind} {level:>1}  {text}")
    return lines


def _one_line(block: "Block") -> str:
    return block.full_text.replace("\n", " ⏎ ")


def _summary(changes: "tuple[Change, ...]") -> str:
    steps = Counter((change.action, change.step) for change in changes)
    if not steps:
        return translated("nothing was dropped or joined")
    return "; ".join(f"{translated(action)} {number} ({step})" for (action, step), number in sorted(steps.items()))


def _change(change: "Change") -> str:
    page = f" p.{change.page}" if change.page else ""
    place = f"{change.start}-{change.end}{page}"
    return f"{padded(change.action, 8)} {change.step:<16} {place}  {_shortened(change.text, _QUOTED)}"


def _shortened(text: str, length: int) -> str:
    text = text.replace("\n", " ⏎ ")
    return text if len(text) <= length else text[: length - 1] + "…"


def _as_data(document: "Document") -> dict[str, Any]:
    changes = [
        {
            "step": change.step,
            "action": change.action,
            "text": change.text,
            "page": change.page,
            "start": change.start,
            "end": change.end,
        }
        for change in document.changes
    ]
    return {
        "path": document.path,
        "language": document.language,
        "encoding": document.encoding,
        "profile": document.profile,
        "properties": dict(document.properties),
        "warnings": list(document.warnings),
        "outline": _section(document, document.outline),
        "blocks": [_block(block) for block in document.blocks],
        "dropped": [change for change in changes if change["action"] == "dropped"],
        "changes": changes,
    }


def _block(block: "Block") -> dict[str, Any]:
    return {
        "id": block.id,
        "kind": block.kind.value,
        "level": block.level,
        "marker": block.marker,
        "text": block.text,
        "page": block.page,
        "start": block.start,
        "end": block.end,
        "time": block.time,
        "marks": [{"number": mark.number, "offset": mark.offset} for mark in block.marks],
    }


def _section(document: "Document", section: "Section") -> dict[str, Any]:
    heading = None if section.heading is None else document.blocks[section.heading].full_text
    return {
        "heading": heading,
        "level": section.level,
        "first": section.first,
        "last": section.last,
        "children": [_section(document, child) for child in section.children],
    }
