"""The data of the templates: texts split at findings and tags, and outlines of documents.

The templates escape every text; nothing here is markup.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpora.document import BlockKind, Document
from tm import templates
from tm.checks.finding import Finding, Severity
from tm.review.edits import ReviewRow
from tm.review.session import Order, ReviewSession
from tm.tags import split

__all__ = ["RowView", "TextSpan", "outline_of", "render", "row_views"]

_MAX_BLOCKS = 400  # blocks shown of each document
_MAX_TEXT = 160
_MAX_DEPTH = 6  # levels of indentation


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A part of a text: ``kind`` is the highest severity that marks it, "" for none, "tag" for an inline tag.

    ``raw``: a tag as it stands in the text of the unit.
    """

    text: str
    kind: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as the page shows it.

    ``number`` counts from 0, as in the checks; ``section`` is the heading to show above the row, or empty.
    """

    number: int
    row: ReviewRow
    source: tuple[TextSpan, ...]
    target: tuple[TextSpan, ...]
    findings: tuple[Finding, ...]
    section: str


def render(template: str, **values: Any) -> str:
    """The page as HTML."""
    return templates.render("tm.review", template, **values)


def row_views(session: ReviewSession, ids: Sequence[int], order: Order) -> list[RowView]:
    """The rows with these ids, in this order; ids that no longer exist are left out."""
    return [
        RowView(
            place,
            row,
            tuple(_spans(row.unit.source, [(f.source_span, f.severity) for f in findings])),
            tuple(_spans(row.unit.target, [(f.target_span, f.severity) for f in findings])),
            findings,
            row.unit.origin.section if opens and order == "document" else "",
        )
        for place, row, findings, opens in session.rows(ids)
    ]


def _spans(text: str, spans: Sequence[tuple[tuple[int, int] | None, Severity]]) -> Iterator[TextSpan]:
    """Split ``text`` at tags and at spans, which count without tags; where two overlap, the higher severity wins."""
    marks = sorted((severity.rank, span, severity) for span, severity in spans if span is not None)
    offset = 0
    for part in split(text):
        if not isinstance(part, str):
            yield TextSpan(part.content or str(part), "tag", str(part))
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
    """The first blocks of a document for the structure page: kind, depth, marker and a short text.

    Blocks that are not headings are one level below the heading before them.
    """
    shown = []
    above = -1
    for block in document.blocks[:_MAX_BLOCKS]:
        text = block.text if len(block.text) <= _MAX_TEXT else block.text[: _MAX_TEXT - 1] + "…"
        heading = block.kind in (BlockKind.TITLE, BlockKind.HEADING)
        inner = max(block.level - 1, 0)
        depth = inner if heading else above + 1 + inner
        above = depth if heading else above
        kind, depth = str(block.kind), min(depth, _MAX_DEPTH)
        shown.append({"kind": kind, "depth": depth, "marker": block.marker, "text": text, "heading": heading})
    return shown
