"""Turn the beads of an alignment into translation units with texts, context and origin.

The texts of a bead are joined as the characters at the join require: nothing between two Chinese sentences, a space
between two English ones. Context is the neighbouring source text in the order of the source document, as CAT tools use
it for 101 % matches.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath

from align.alignment import Alignment, Bead
from corpora.document import BlockKind, Document, Segment
from corpora.text.languages import join, normalize
from tm.tags import escape
from tm.unit import Origin, Unit

__all__ = ["units_of_alignment"]


def units_of_alignment(
    alignment: Alignment,
    *,
    min_score: float | None = None,
    created: datetime | None = None,
    names: tuple[str, str] | None = None,
) -> Iterator[Unit]:
    """Yield a unit for each bead of ``alignment``, in its order.

    A bead with one empty side yields a unit with that side "", so that reports can show what has no counterpart;
    formats that cannot hold such units leave them out and count them. Beads of blank lines and beads below
    ``min_score`` are left out.
    ``created`` is the date of every unit, by default now; ``names`` are those of both files, by default without their
    folders.
    """
    created = (created or datetime.now(UTC)).replace(microsecond=0)
    names = names or (PurePath(alignment.source.path).name, PurePath(alignment.target.path).name)
    headings = _headings(alignment.source)
    order = [_text(alignment.source_units, bead.source, alignment.source.language) for bead in alignment.beads]
    before, after = _neighbours(order)
    for position, bead in enumerate(alignment.beads):
        if min_score is not None and bead.score < min_score:
            continue
        target = _text(alignment.target_units, bead.target, alignment.target.language)
        if not order[position] and not target:
            continue  # blank lines of segmented files
        yield Unit(
            source=order[position],
            target=target,
            source_lang=normalize(alignment.source.language),
            target_lang=normalize(alignment.target.language),
            previous=before[position],
            next=after[position],
            origin=_origin(alignment, bead, headings, names),
            quality=round(bead.score, 4),  # further digits are noise and make files larger
            kind=_kind(alignment, bead),
            sentences=max(len(bead.source), len(bead.target))
            if alignment.level == "sentence"
            else _sentences(alignment, bead),
            signature=alignment.signature,
            created=created,
            properties=_properties(alignment, bead),
        )


def _text(units: tuple[Segment, ...], ids: tuple[int, ...], language: str) -> str:
    return escape(join((units[i].text for i in ids), language))


def _neighbours(order: list[str]) -> tuple[list[str], list[str]]:
    """For each bead the nearest source text before and after it; beads without a source are skipped."""
    before, after, last = [], [""] * len(order), ""
    for text in order:
        before.append(last)
        last = text or last
    last = ""
    for position in range(len(order) - 1, -1, -1):
        after[position] = last
        last = order[position] or last
    return before, after


def _headings(document: Document) -> list[str]:
    """For each block the text of the innermost heading above it."""
    headings = [""] * len(document.blocks)
    stack = [document.outline]
    while stack:
        section = stack.pop()
        if section.heading is not None:
            text = document.blocks[section.heading].full_text
            headings[section.first : section.last] = [text] * (section.last - section.first)
        # Children overwrite what their parent wrote, so they are taken from the stack after it.
        stack.extend(section.children)
    return headings


def _origin(alignment: Alignment, bead: Bead, headings: list[str], names: tuple[str, str]) -> Origin:
    block = alignment.source_units[bead.source[0]].block if bead.source else None
    return Origin(
        source_file=names[0],
        target_file=names[1],
        source_ids=bead.source,
        target_ids=bead.target,
        page=alignment.source.blocks[block].page if block is not None else None,
        section=headings[block] if block is not None else "",
    )


def _properties(alignment: Alignment, bead: Bead) -> dict[str, str]:
    """How the bead was found, if not by the search, and when subtitles show its sides."""
    found = {"how": bead.found_by} if bead.found_by not in ("", "search") else {}
    for side, document, units, ids in (
        ("source", alignment.source, alignment.source_units, bead.source),
        ("target", alignment.target, alignment.target_units, bead.target),
    ):
        times = [time for i in ids if (time := document.blocks[units[i].block].time) is not None]
        if times:
            found[f"{side}-time"] = f"{_clock(times[0][0])} --> {_clock(times[-1][1])}"
    return found


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest / 1000:06.3f}"


def _kind(alignment: Alignment, bead: Bead) -> str:
    document, units, ids = (
        (alignment.source, alignment.source_units, bead.source)
        if bead.source
        else (alignment.target, alignment.target_units, bead.target)
    )
    kinds = [document.blocks[units[i].block].kind for i in ids]
    return str(kinds[0]) if kinds else str(BlockKind.PARAGRAPH)


def _sentences(alignment: Alignment, bead: Bead) -> int:
    """The number of sentences on the longer side of a paragraph bead."""
    from corpora.text.sentences import split

    return max(
        sum(len(split(units[i].text, document.language)) or 1 for i in ids)
        for document, units, ids in (
            (alignment.source, alignment.source_units, bead.source),
            (alignment.target, alignment.target_units, bead.target),
        )
    )
