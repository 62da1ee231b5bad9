"""Plain text to lines, or with one unit per line to blocks.

The lines go through the same cleaning as those of a PDF (`corpora.cleaning.pipeline`); all that plain text knows of
pages are form feeds.
"""

import re
from collections.abc import Iterator

from corpora.document import Block, BlockKind, Line

__all__ = ["line_blocks", "lines_of"]

# The rarer line ends that Unicode knows; "\v" is Word's break within a paragraph.
_LINE_END = re.compile("\n|(?=\f)|[\v\x85\u2028\u2029]")


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines of ``text``; pages are counted where form feeds separate them, else ``page`` is None.

    A form feed is at the start of its line and is not part of its text.
    """
    page = 1 if "\f" in text else None
    start = 0
    for end, behind in _ends(text):
        if page is not None and text.startswith("\f", start):
            page += 1
            start += 1
        if start < end or behind < len(text) or end < behind:
            yield Line(text[start:end], start, end, page)
        start = behind


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """Where each line ends and where the next begins."""
    at = 0
    for match in _LINE_END.finditer(text):
        if match.start() > at or match.end() > match.start():
            yield match.start(), match.end()
            at = match.end()
    if at < len(text):
        yield len(text), len(text)


def line_blocks(text: str) -> tuple[Block, ...]:
    """The lines of ``text`` as they are, a block each, its id the number of its line counted from 0.

    A blank line is a block without text, so that ids stay the line numbers that `.align` files point at.
    """
    blocks = []
    start = 0
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines):
        blocks.append(Block(number, BlockKind.PARAGRAPH, line, start=start, end=start + len(line)))
        start += len(line) + 1
    return tuple(blocks)
