"""What the pages show, made ready for the templates: texts cut where findings mark them, tags, outlines.

The templates escape every text; here nothing becomes markup.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from corpora.document import BlockKind, Document
from corpora.text.plurals import counted
from tm.checks.finding import Finding, Severity
from tm.review.edits import ReviewRow
from tm.review.session import Order, ReviewSession
from tm.tags import split

__all__ = ["RowView", "TextSpan", "outline_of", "render", "row_views"]

_OUTLINE = 400  # blocks shown of each document
_SHORT = 160
_DEEPEST = 6  # steps of indentation


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A stretch of text and the gravest severity that marks it, "" for none, "tag" for an inline tag."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as the page shows it.

    ``number`` counts from 0, as the checks count; ``section`` is set where its heading is to be shown above it.
    """

    number: int
    row: ReviewRow
    source: tuple[TextSpan, ...]
    target: tuple[TextSpan, ...]
    findings: tuple[Finding, ...]
    section: str


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tm.review", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["counted"] = counted
    return environment


def render(template: str, **values: Any) -> str:
    """The page as HTML."""
    text: str = _environment().get_template(template).render(**values)
    # UTF-8 cannot hold a lone surrogate; a damaged file may.
    return text.encode("utf-8", "replace").decode("utf-8")


def row_views(work: ReviewSession, ids: Sequence[int], order: Order) -> list[RowView]:
    """The rows with these ids that are there, in their order."""
    return [
        RowView(
            place,
            row,
            tuple(_pieces(row.unit.source, [(f.source_span, f.severity) for f in findings])),
            tuple(_pieces(row.unit.target, [(f.target_span, f.severity) for f in findings])),
            findings,
            row.unit.origin.section if opens and order == "document" else "",
        )
        for place, row, findings, opens in work.rows(ids)
    ]


def _pieces(text: str, spans: Sequence[tuple[tuple[int, int] | None, Severity]]) -> Iterator[TextSpan]:
    """Cut ``text`` at tags and spans; spans count in the text without tags, the graver of two that overlap wins."""
    marks = sorted((severity.rank, span, severity) for span, severity in spans if span is not None)
    offset = 0
    for part in split(text):
        if not isinstance(part, str):
            yield TextSpan(part.content or str(part), "tag")
            continue
        kinds = [""] * len(part)
        for _, (start, end), severity in marks:
            first, last = max(start - offset, 0), min(end - offset, len(part))
            if first < last:
                kinds[first:last] = [str(severity)] * (last - first)
        start = 0
        for place in range(1, len(part) + 1):
            if place == len(part) or kinds[place] != kinds[start]:
                yield TextSpan(part[start:place], kinds[start])
                start = place
        offset += len(part)


def outline_of(document: Document) -> list[dict[str, Any]]:
    """The first blocks of a document for the page that shows its structure: kind, depth, marker and a short text.

    What is no heading stands below the one before it.
    """
    shown = []
    above = -1
    for block in document.blocks[:_OUTLINE]:
        text = block.text if len(block.text) <= _SHORT else block.text[: _SHORT - 1] + "…"
        heading = block.kind in (BlockKind.TITLE, BlockKind.HEADING)
        inner = max(block.level - 1, 0)
        depth = inner if heading else above + 1 + inner
        above = depth if heading else above
        kind, depth = str(block.kind), min(depth, _DEEPEST)
        shown.append({"kind": kind, "depth": depth, "marker": block.marker, "text": text, "heading": heading})
    return shown
