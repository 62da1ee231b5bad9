"""Lines of a page without a PDF: glyphs of even width, set where a test wants them."""

from collections.abc import Iterable
from typing import Any

from corpora.readers.pdf.glyphs import Glyph
from corpora.readers.pdf.lines import PageLine, line


def glyphs(text: str, left: float = 0.0, base: float = 100.0, size: float = 10.0, **style: Any) -> list[Glyph]:
    """``text`` with half an em a character, a whole one for a Chinese character; a blank is a glyph, too."""
    found = []
    for char in text:
        right = left + size * (1.0 if ord(char) > 0x2E7F else 0.5)
        found.append(Glyph(char, left, right, base, size, **style))
        left = right
    return found


def run(*parts: Iterable[Any]) -> list[Glyph]:
    """Glyphs that PDFium hands over as one run: ``parts`` are (text, left, base, size)."""
    return [glyph for part in parts for glyph in glyphs(*part)]


def set_line(text: str, left: float = 0.0, base: float = 100.0, size: float = 10.0, **style: Any) -> PageLine:
    return line(glyphs(text, left, base, size, **style))


def shown(one: PageLine) -> str:
    """The text of a line, each raised character behind a ^."""
    return "".join(f"^{glyph.char}" if glyph.raised else glyph.char for glyph in one.glyphs)
