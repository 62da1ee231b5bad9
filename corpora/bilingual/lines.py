"""Separate the lines of plain text or of a PDF by language, before they are joined to paragraphs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import quantiles

from corpora.bilingual.language_pair import LanguagePair
from corpora.bilingual.runs import Run, has_wide_gap, split
from corpora.document import Line
from corpora.text.markers import parse_marker

__all__ = ["SeparatedLines", "separate_lines"]

_STRICT = 3.0
_COUNTED = 2.0
_PURE = 0.9  # share of a page in one language from which it is a page of that language
_PAGES = 0.6  # share of the pages that are set in columns or in one language each
_WIDE = 0.6  # share of the changes within lines that stand at wide blank space, in columns of plain text
_PLACEHOLDER = "\U000f0000"


@dataclass(frozen=True, slots=True)
class SeparatedLines:
    """The lines of each language. ``ordered``: the order in which the two alternate says which belong together."""

    lines: tuple[tuple[Line, ...], tuple[Line, ...]]
    layout: str
    ordered: bool


def separate_lines(lines: Sequence[Line], pair: LanguagePair, *, columns: bool | None = None) -> SeparatedLines | None:
    """The lines of each side; None where languages change within lines, so that paragraphs must be separated.

    ``columns``: whether the two are beside each other or on facing pages, None to find that out.
    """
    runs = [split(line.text, pair, _COUNTED) for line in lines]
    inside = sum(len(found) - 1 for found in runs)
    between = _changes(runs)
    wide = sum(has_wide_gap(line.text, found) for line, found in zip(lines, runs, strict=True))
    side_by_side = wide >= max(_WIDE * inside, 1) and wide > between / 2
    if inside > between and not side_by_side:
        return None
    parts = list(_parts(lines, pair))
    if columns is None:
        columns = side_by_side or _in_columns(parts, pair)
    streams: tuple[list[Line], list[Line]] = ([], [])
    last = None
    for side, line in parts:
        for one in (0, 1) if side is None else (side,):
            # What stood between two paragraphs of a language is gone, but they stay two.
            if side is not None and last not in (None, side) and not columns and streams[one]:
                streams[one].append(replace(line, text="", end=line.start, marks=()))
            streams[one].append(line)
        last = last if side is None else side
    layout = (
        "columns or facing pages" if columns else "interleaved lines" if between > 1 else "one language after the other"
    )
    return SeparatedLines((tuple(streams[0]), tuple(streams[1])), layout, ordered=not columns)


def _changes(runs: Sequence[Sequence[Run]]) -> int:
    """How often one line ends in one language and the next with letters begins in the other."""
    count, last = 0, None
    for found in runs:
        sides = [run.side for run in found if run.side is not None]
        count += bool(sides) and last is not None and sides[0] != last
        last = sides[-1] if sides else last
    return count


def _parts(lines: Sequence[Line], pair: LanguagePair) -> Iterator[tuple[int | None, Line]]:
    """(side, line or part of one); None for blank lines and the places of listings and tables, which go to both."""
    sides = [pair.side(line.text) for line in lines]
    following: list[int | None] = [None] * len(lines)
    for at in range(len(lines) - 2, -1, -1):
        following[at] = sides[at + 1] if sides[at + 1] is not None else following[at + 1]
    last = next((side for side in sides if side is not None), 0)
    for at, line in enumerate(lines):
        if not line.text.strip() or any(char >= _PLACEHOLDER for char in line.text):
            yield None, line
            continue
        for run in split(line.text, pair, _STRICT):
            side = run.side
            if side is None:
                is_marker = parse_marker(f"{line.text.strip()} ") is not None and len(line.text.strip()) < 8
                after = following[at]
                side = after if is_marker and after is not None else last
            last = side
            text = line.text[run.start : run.end]
            whole = len(text) == len(line.text)
            yield side, line if whole else replace(
                line, text=text, start=line.start + run.start, end=line.start + run.end,
                marks=tuple(replace(m, offset=m.offset - run.start) for m in line.marks
                            if run.start <= m.offset <= run.end),
            )  # fmt: skip


def _in_columns(parts: Sequence[tuple[int | None, Line]], pair: LanguagePair) -> bool:
    """Whether most pages have the two languages beside each other, or are in one language each."""
    pages: dict[int, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for side, line in parts:
        if side is not None and line.page is not None:
            pages[line.page][side].append(line)
    if not pages:
        return False
    beside = facing = 0
    order: list[int] = []
    for page in pages.values():
        weights = [sum(sum(pair.weights(line.text)) for line in lines) for lines in page]
        if max(weights) >= _PURE * sum(weights):
            facing += 1
            order.append(int(weights[1] > weights[0]))
        elif _apart(*page):
            beside += 1
    return len(set(order)) != 1 and beside + facing >= _PAGES * len(pages)


def _apart(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether the lines of one language end, by nine in ten, before those of the other begin."""
    spans = []
    for lines in (left, right):
        placed = [(line.left, line.right) for line in lines if line.left is not None and line.right is not None]
        if len(placed) < 2:
            return False
        spans.append((quantiles([start for start, _ in placed], n=10)[0], quantiles([e for _, e in placed], n=10)[-1]))
    (a, b), (c, d) = spans
    return b <= c or d <= a
