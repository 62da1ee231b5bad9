"""The sample resolutions in the layouts of other tools and publishers: every layout gives the same blocks."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from corpora import sample
from corpora.cleaning.layout import columns
from corpora.cleaning.pipeline import blocks_from_lines
from corpora.document import Block, BlockKind
from corpora.readers.reading import txt


@dataclass(frozen=True)
class Layout:
    """The layout of pages.

    ``indent``: of first lines; ``apart``: blank lines between paragraphs; ``double``: a blank line after every line;
    ``note`` and ``rule``: how notes begin; ``mark``: how they are marked; ``foot``, ``head``: lines at page ends.
    """

    width: int = 84
    indent: int = 2
    apart: int = 0
    double: bool = False
    note: str = "{} "
    rule: str = "__________________"
    mark: str = "{}"
    foot: str = "V.24-01234{gap}{page}/{pages}"
    head: str = "XYZ/CONF/2024/7"
    rows: int = 44
    feed: bool = True


LAYOUTS = {
    "house": Layout(),
    "a blank line after every line": Layout(double=True),
    "blocks separated by blank lines": Layout(indent=0, apart=1),
    "a head with the number of the page": Layout(head="XYZ/CONF/2024/7{gap}{page}", foot=""),
    "a head of words": Layout(head="Report of the Conference{gap}{page}", foot=""),
    "dashes": Layout(head="", foot="{gap}- {page} -"),
    "page of pages": Layout(head="", foot="{gap}Page {page} of {pages}"),
    "Chinese numbers of pages": Layout(head="", foot="{gap}第 {page} 页 共 {pages} 页"),
    "no rule": Layout(rule=""),
    "notes glued": Layout(note="{}"),
    "notes glued, no rule": Layout(note="{}", rule=""),
    "notes with a stop": Layout(note="{}. "),
    "notes in brackets": Layout(note="[{}] ", mark="[{}]"),
    "notes in brackets, marks bare, no rule": Layout(note="[{}] ", rule=""),
    "notes in Chinese brackets": Layout(note="〔{}〕", mark="〔{}〕"),
    "narrow": Layout(width=60),
    "wide": Layout(width=110, double=True),
    "no indents and no gaps": Layout(indent=0, rule="", rows=60),
}


_TOKEN = re.compile(
    r"[（《“]*(?:[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”]+|[^\s])[，。；：、）》”]*(?:\[\d+\]|〔\d+〕|\d+)?\s?"
)


def wrapped(text: str, width: int, indent: int) -> list[str]:
    """Lines of at most ``width`` columns; no closing sign opens a line, no word and no number is broken."""
    if text.isascii() or not re.search(r"[\u3400-\u9fff]", text):
        return [" " * indent + line if not at else line for at, line in enumerate(_english(text, width, indent))]
    tokens = re.findall(
        r"[（《“]*(?:[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”]+|[^\s])[，。；：、）》”]*(?:\[\d+\]|〔\d+〕|\d+)?\s?",
        text,
    )
    lines, line = [], " " * indent
    for token in tokens:
        if columns((line + token).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += token
    return [*lines, line.rstrip()]


def _english(text: str, width: int, indent: int) -> list[str]:
    whole = textwrap.wrap(
        "#" * indent + text if indent else text, width, break_on_hyphens=False, break_long_words=False
    )
    return [line.lstrip("#") if not at else line for at, line in enumerate(whole)]


def pages_of(blocks: Sequence[Block], layout: Layout) -> Iterator[list[str]]:
    """The lines page by page, each with its notes at the foot."""
    notes = {block.marker: block.text for block in blocks if block.kind is BlockKind.FOOTNOTE}
    page: list[str] = []
    below: list[str] = []
    for block in blocks:
        if block.kind is BlockKind.FOOTNOTE:
            continue
        lead = len(block.full_text) - len(block.text)
        text, shown = block.full_text, []
        for mark in reversed(block.marks):
            at = mark.offset + lead
            text = text[:at] + layout.mark.format(mark.number) + text[at:]
            shown.insert(0, mark.number)
        heading = block.kind in (BlockKind.HEADING, BlockKind.TITLE)
        lines = wrapped(text, layout.width, layout.indent + (4 if heading and layout.indent else 0))
        page += [""] * (layout.apart if page else 0)
        for line in lines:
            if len(page) + len(below) >= layout.rows:
                yield [*page, layout.rule, *below] if below else page
                page, below = [], []
            page.append(line)
        # The notes of a paragraph are on the page on which it ends; its marks may be on the one before.
        for number in shown:
            if number in notes:
                below += wrapped(layout.note.format(number) + notes.pop(number), layout.width, 1)
    yield [*page, layout.rule, *below] if below else page


def laid_out(blocks: Sequence[Block], layout: Layout) -> str:
    pages = list(pages_of(blocks, layout))
    text = []
    for number, page in enumerate(pages, 1):
        values = {"page": number, "pages": len(pages), "gap": " " * 40}
        head = [layout.head.format(**values), ""] if layout.head and number > 1 else []
        foot = ["", layout.foot.format(**values)] if layout.foot else []
        lines = [*head, *page, *foot]
        if layout.double:
            lines = [part for line in lines for part in (line + " ", "")]
        text.append("\n".join(lines))
    return ("\n\f" if layout.feed else "\n").join(text)


def squeezed(blocks: Sequence[Block]) -> list[str]:
    return [re.sub(r"\s+", "", b.text if b.kind is BlockKind.FOOTNOTE else b.full_text) for b in blocks]


@pytest.mark.parametrize("side", [0, 1], ids=["zh", "en"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_sample_in_another_layout(name: str, side: int) -> None:
    language = ("zh-CN", "en-US")[side]
    original = blocks_from_lines(tuple(txt.lines_of(sample.pair()[side].read_text("utf-8"))), language).blocks
    text = laid_out(original, LAYOUTS[name])
    read = blocks_from_lines(tuple(txt.lines_of(text)), language).blocks
    missing = [text for text in squeezed(original) if text not in squeezed(read)]
    assert missing == []
