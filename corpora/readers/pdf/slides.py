"""Slides that were saved as a PDF: boxes of short lines, read box by box.

A slide has no lines of one width to join and no columns of running text. Its lines are gathered to boxes by size and
distance, and the boxes are put in order by cutting the page where nothing stands, across first and then from top to
bottom. Within a box a line goes on in the next one if the first word of that had no room on it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from statistics import median

from corpora.document import Block, BlockKind
from corpora.readers.pdf.glyphs import Glyph, PageGlyphs
from corpora.readers.pdf.lines import PageLine, lines_of_slide
from corpora.text.languages import join_lines
from corpora.text.markers import parse_bullet, parse_marker
from corpora.text.raised import raised
from corpora.text.scripts import CJK

__all__ = ["Slide", "are_slides", "numbered", "slides_of"]

_LANDSCAPE = 1.2  # width to height of a slide at least
_LARGE = 0.027  # of the height of the page: the usual size of letters on a slide at least
_TEXT = 20  # glyphs on the pages together from which their size says something
_LINES = 40  # on a slide, at most
_LEADING = 1.75  # ems between lines of one box, at most
_ROW = 1.4  # ems between the rows of a table, at least
_ALIKE = 0.72  # sizes of lines of one box
_BETWEEN = 1.12  # times the least distance between lines in a box, from which a paragraph begins
_TITLE = 0.4  # of the height, above which a title stands
_LARGER = 1.1  # times the usual size: the letters of a title
_MARGIN = 0.88  # of the height, below which the foot of a slide stands
_SHARE = 0.4  # of the slides, on which the foot comes back
_INDENT = 0.4  # ems between the levels of a list
_SENTENCE = re.compile(r"[.!?:;。！？：；…][\"'”’」』）)]*$")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(rf"[^\s{CJK}]+|\S")


@dataclass(frozen=True, slots=True)
class Slide:
    """The blocks of a slide, whose spans count from its beginning, its text, and what stands at its foot."""

    blocks: tuple[Block, ...]
    text: str
    foot: tuple[str, ...]


def are_slides(pages: Sequence[PageGlyphs]) -> bool:
    """Whether the pages are wide, have large letters and few lines."""
    filled = [page for page in pages if page.runs]
    sizes = [glyph.size / page.height for page in filled for run in page.runs for glyph in run if not glyph.blank]
    wide = sum(page.width >= _LANDSCAPE * page.height for page in filled) >= 0.8 * len(filled)
    return (
        len(sizes) >= _TEXT
        and wide
        and median(sizes) >= _LARGE
        and median(len({round(run[0].base) for run in page.runs if run}) for page in filled) <= _LINES
    )


def slides_of(pages: Sequence[PageGlyphs]) -> list[Slide]:
    """The slides in order."""
    lines = [lines_of_slide(page.runs) for page in pages]
    feet = _feet(lines, [page.height for page in pages])
    usual = median([one.size for page in lines for one in page for _ in one.glyphs] or [0.0])
    found = []
    for number, (page, own, foot) in enumerate(zip(pages, lines, feet, strict=True), 1):
        body = [one for at, one in enumerate(own) if at not in foot]
        boxes = [box for group in _ordered(_boxes(body)) for box in group]
        title = _title(boxes, page.height, usual)
        blocks: list[Block] = []
        text = ""
        for box in boxes:
            for kind, level, content in _paragraphs(box, is_title=box is title):
                blocks.append(
                    Block(0, kind, content, level, page=number, start=len(text), end=len(text) + len(content))
                )
                text += content + "\n"
        found.append(Slide(tuple(blocks), text, tuple(_text(own[at]) for at in sorted(foot))))
    return found


def _text(one: PageLine) -> str:
    return " ".join("".join(raised(glyph.char) if glyph.raised else glyph.char for glyph in one.glyphs).split())


def _feet(pages: Sequence[Sequence[PageLine]], heights: Sequence[float]) -> list[set[int]]:
    """The lines at the foot of each slide that come back on others, numbers aside, or are its number."""
    low = [
        [at for at, one in enumerate(page) if one.base > _MARGIN * height]
        for page, height in zip(pages, heights, strict=True)
    ]
    keys = Counter(key for page, places in zip(pages, low, strict=True) for key in {_masked(page[at]) for at in places})
    needed = max(2, _SHARE * len(pages))
    return [
        {at for at in places if keys[_masked(page[at])] >= needed or _text(page[at]) == str(number)}
        for number, (page, places) in enumerate(zip(pages, low, strict=True), 1)
    ]


def _masked(one: PageLine) -> str:
    return _NUMBER.sub("#", _text(one))


def _boxes(lines: Sequence[PageLine]) -> list[list[PageLine]]:
    """Lines below each other, near and of about one size."""
    boxes: list[list[PageLine]] = []
    for one in sorted(lines, key=lambda line: (line.base, line.left)):
        near = [box for box in boxes if _continues(box[-1], one) and not _is_next_cell(box, one, lines)]
        if near:
            max(near, key=lambda box: box[-1].base).append(one)
        else:
            boxes.append([one])
    return boxes


def _continues(above: PageLine, one: PageLine) -> bool:
    larger, smaller = max(above.size, one.size), min(above.size, one.size)
    overlap = min(above.right, one.right) - max(above.left, one.left)
    step = one.base - above.base
    return (
        smaller >= _ALIKE * larger
        and 0.5 * smaller < step <= _LEADING * larger
        and overlap >= 0.3 * min(above.right - above.left, one.right - one.left)
    )


def _is_next_cell(box: Sequence[PageLine], one: PageLine, lines: Sequence[PageLine]) -> bool:
    """Whether ``one`` is in another row of a table than ``box``: further down than a line, with cells beside it."""
    if one.base - box[-1].base < _ROW * max(one.size, box[-1].size) or parse_bullet(_text(one)) is not None:
        return False
    return any(line is not one and abs(line.base - one.base) < 0.25 * one.size for line in lines)


def _ordered(boxes: Sequence[Sequence[PageLine]]) -> list[list[Sequence[PageLine]]]:
    """The boxes in reading order: cut across where nothing stands, then from top to bottom."""
    if len(boxes) < 2:
        return [list(boxes)]
    for across in (True, False):
        groups: list[list[Sequence[PageLine]]] = []
        edge = float("-inf")
        for box in sorted(boxes, key=lambda box: _extent(box, across=across)):
            begin, end = _extent(box, across=across)
            if groups and begin < edge:
                groups[-1].append(box)
            else:
                groups.append([box])
            edge = max(edge, end)
        if len(groups) > 1:
            return [part for group in groups for part in _ordered(group)]
    return [sorted(boxes, key=lambda box: (box[0].base, box[0].left))]


def _extent(box: Sequence[PageLine], *, across: bool) -> tuple[float, float]:
    if across:
        return box[0].top, max(one.bottom for one in box)
    return min(one.left for one in box), max(one.right for one in box)


def _title(boxes: Sequence[Sequence[PageLine]], height: float, usual: float) -> Sequence[PageLine] | None:
    """The only box in the largest letters, if it stands in the upper part."""
    largest = max(boxes, key=lambda box: box[0].size, default=None)
    if largest is None or largest[0].base > _TITLE * height or largest[0].size < _LARGER * usual:
        return None
    return largest if sum(box[0].size > 0.95 * largest[0].size for box in boxes) == 1 else None


def _paragraphs(box: Sequence[PageLine], *, is_title: bool) -> list[tuple[BlockKind, int, str]]:
    """Kind, level and text of the paragraphs in a box."""
    if is_title:
        return [(BlockKind.HEADING, 1, reduce(join_lines, map(_text, box)))]
    steps = [(below.base - above.base) / max(above.size, below.size) for above, below in pairwise(box)]
    least = min(steps, default=0.0)
    groups = [[box[0]]]
    for (above, below), step in zip(pairwise(box), steps, strict=True):
        if _opens(_text(below)) or step > _BETWEEN * least or not _is_full(above, below, box):
            groups.append([])
        groups[-1].append(below)
    levels: list[float] = []
    found = []
    for group in groups:
        content = reduce(join_lines, map(_text, group))
        bullet = parse_bullet(content)
        if bullet is None:
            found.append((BlockKind.PARAGRAPH, 0, content))
            continue
        left = group[0].left
        levels = [one for one in levels if one < left - _INDENT * group[0].size]
        levels.append(left)
        found.append((BlockKind.ITEM, len(levels), content[bullet[1] :].strip()))
    return found


def _opens(text: str) -> bool:
    return parse_bullet(text) is not None or parse_marker(text) is not None


def _is_full(above: PageLine, below: PageLine, box: Sequence[PageLine]) -> bool:
    """Whether the first word of ``below`` had no room on the line ``above``."""
    width = max(one.right - one.left for one in box)
    word = _WORD.match(_text(below))
    length = sum(glyph.right - glyph.left for glyph in _solid(below)[: len(word[0])]) if word else 0.0
    blank = 0.25 * above.size if word and word[0][0].isascii() else 0.0
    if _SENTENCE.search(_text(above)) and sum(one.right - one.left > width - above.size for one in box) < 2:
        return False
    return above.right - above.left + blank + length > width + 0.05 * above.size


def _solid(one: PageLine) -> list[Glyph]:
    return [glyph for glyph in one.glyphs if not glyph.blank]


def numbered(slides: Sequence[Slide]) -> tuple[Block, ...]:
    """The blocks of all slides, their spans in the texts of all slides behind each other."""
    blocks: list[Block] = []
    start = 0
    for slide in slides:
        for block in slide.blocks:
            blocks.append(replace(block, id=len(blocks), start=start + block.start, end=start + block.end))
        start += len(slide.text) + sum(len(line) + 1 for line in slide.foot)
    return tuple(blocks)
