"""Read the glyphs of a PDF page and their positions with PDFium; all later steps of the PDF reader measure these.

PDFium (BSD/Apache) finds the characters and the blanks between them. For each character we read the baseline
and the box, from which lines, columns, footnote marks and headings are detected. Coordinates come out in points, origin
at the top left, the text upright whichever way the page is turned.
"""

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Glyph", "PageGlyphs", "glyphs_of", "is_drawing"]

_FIXED_PITCH = 1  # PDF 32000-1, table 123: font flags
_SERIF_BOLD = 1 << 18  # ForceBold
_BOLD_WEIGHT = 600
_MONO_NAMES = tuple("mono courier consol typewriter cmtt menlo fixed inconsolata terminal nimbusmon".split())
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "cmbx", "simhei", "heiti")
_RAISED = 0.2  # ems by which ink is above the baseline: more than for any digit or letter on it
_SCATTERED = 3000, 2.5  # pieces of a page, and glyphs of a piece below which so many are the letters of a drawing
_SOFT_HYPHEN = ("\x02", "\ufffe", "\u00ad")  # how PDFium returns a hyphen at the end of a line


@dataclass(slots=True)
class Glyph:
    """A character: its left and right edge, its baseline, its size, all in points from the top left."""

    char: str
    left: float
    right: float
    base: float
    size: float
    bold: bool = False
    mono: bool = False
    raised: bool = False

    @property
    def blank(self) -> bool:
        return self.char.isspace()


@dataclass(frozen=True, slots=True)
class PageGlyphs:
    """A page: its size in points, its runs of glyphs in the order of the file, and text that is at an angle.

    A run ends where PDFium ends a line. ``unmapped`` counts glyphs without a character in their font.
    ``scattered`` counts the letters of a drawing, which are not read.
    """

    width: float
    height: float
    runs: tuple[tuple[Glyph, ...], ...]
    turned: str
    unmapped: int
    scattered: int = 0


@dataclass(frozen=True, slots=True)
class _GlyphStyle:
    size: float
    bold: bool
    mono: bool
    turn: int  # quarter turns anticlockwise
    oblique: bool  # at another angle than quarter turns


def glyphs_of(page: Any) -> PageGlyphs:
    """Read the glyphs of ``page``, a `pypdfium2.PdfPage`."""
    import pypdfium2.raw as api

    bounds = api.FS_RECTF()
    text = page.get_textpage()
    try:
        # PDFium itself tells pages of many lines apart; reading the places of all their letters would take minutes.
        rows = text.get_text_range().split("\n") if api.FPDFText_CountChars(text) > _SCATTERED[0] else []
        letters = sum(len(row.strip()) for row in rows)
        if is_drawing(len(rows), letters):
            return PageGlyphs(page.get_width(), page.get_height(), (), "", 0, letters)
        chars = list(_chars(api, text))
        # The box of the page may begin anywhere and may be inherited, so PDFium must compute it.
        api.FPDF_GetPageBoundingBox(page, bounds)
    finally:
        text.close()
    turns = Counter(style.turn for char, style, *_ in chars if not char.isspace() and not style.oblique)
    turn = turns.most_common(1)[0][0] if turns else 0
    place = _Placing(turn, bounds.left, bounds.bottom, bounds.right, bounds.top)
    runs: list[list[Glyph]] = [[]]
    turned: list[str] = []
    unmapped = 0
    for char, style, origin, start, end, raised in chars:
        if char in "\r\n":
            if runs[-1]:
                runs.append([])
        elif style.oblique or style.turn != turn:
            turned.append(char)
        elif char in "\x00\ufffd" or "\ud800" <= char <= "\uf8ff":  # unpaired surrogates and private characters
            unmapped += 1
        elif not math.isfinite(sum((*origin, *start, *end, style.size))):  # of a damaged file
            turned.append(char)
        else:
            base = place.point(*origin)[1]
            ends = (place.point(*start)[0], place.point(*end)[0])
            runs[-1].append(Glyph(char, min(ends), max(ends), base, style.size, style.bold, style.mono, raised))
    kept = tuple(tuple(run) for run in runs if any(not glyph.blank for glyph in run))
    return PageGlyphs(place.width, place.height, kept, "".join(turned).strip(), unmapped)


def is_drawing(pieces: int, glyphs: int) -> bool:
    """Whether the text of a page is the scattered letters of a map or a diagram, which nobody reads as sentences."""
    return pieces >= _SCATTERED[0] and glyphs < _SCATTERED[1] * pieces


@dataclass(frozen=True, slots=True)
class _Placing:
    """From PDF space (origin bottom left, any quarter turn) to the upright page (origin top left)."""

    turn: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.turn % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.turn % 2 else self.top - self.bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.turn == 0:
            return x - self.left, self.top - y
        if self.turn == 1:
            return y - self.bottom, x - self.left
        if self.turn == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x


_Point = tuple[float, float]


def _chars(api: Any, text: Any) -> Iterator[tuple[str, _GlyphStyle, _Point, _Point, _Point, bool]]:
    """Yield character, style, origin, two opposite corners of its box, and whether its ink hangs above the line."""
    x, y = ctypes.c_double(), ctypes.c_double()
    edges = [ctypes.c_double() for _ in range(4)]
    box = api.FS_RECTF()
    styles: dict[int, _GlyphStyle] = {}
    style = _GlyphStyle(10.0, False, False, 0, False)
    pending = ""
    for index in range(api.FPDFText_CountChars(text)):
        code = api.FPDFText_GetUnicode(text, index)
        char = chr(code) if code < 0x110000 else "\ufffd"
        if "\ud800" <= char <= "\udbff":  # PDFium on Windows counts in UTF-16
            pending = char
            continue
        if pending and "\udc00" <= char <= "\udfff":
            char = (pending + char).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        pending = ""
        if char in _SOFT_HYPHEN:
            char = "-"
        generated = char.isspace() and api.FPDFText_IsGenerated(text, index) == 1
        if not generated:
            thing = api.FPDFText_GetTextObject(text, index)
            key = ctypes.cast(thing, ctypes.c_void_p).value or 0
            if key not in styles:
                styles[key] = _style(api, text, index)
            style = styles[key]
        api.FPDFText_GetCharOrigin(text, index, x, y)
        api.FPDFText_GetLooseCharBox(text, index, box)
        raised = False
        if char.isdigit() or char in "*†‡":
            api.FPDFText_GetCharBox(text, index, *edges)
            raised = _hangs(style, (x.value, y.value), [edge.value for edge in edges])
        yield char, style, (x.value, y.value), (box.left, box.bottom), (box.right, box.top), raised


def _style(api: Any, text: Any, index: int) -> _GlyphStyle:
    matrix = api.FS_MATRIX()
    api.FPDFText_GetMatrix(text, index, matrix)
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(256)
    api.FPDFText_GetFontInfo(text, index, name, 256, flags)
    font = name.value.decode("utf-8", "replace").lower()
    scale = math.hypot(matrix.c, matrix.d) or 1.0
    angle = math.degrees(math.atan2(matrix.b, matrix.a))
    turn = round(angle / 90)
    # A slant is part of the letters, not of the line; a few degrees are a scanner's, not a watermark's.
    oblique = abs(angle - 90 * turn) > 5
    bold = (
        api.FPDFText_GetFontWeight(text, index) >= _BOLD_WEIGHT
        or bool(flags.value & _SERIF_BOLD)
        or any(word in font for word in _BOLD_NAMES)
    )
    mono = bool(flags.value & _FIXED_PITCH) or any(word in font for word in _MONO_NAMES)
    return _GlyphStyle(api.FPDFText_GetFontSize(text, index) * scale, bold, mono, turn % 4, oblique)


def _hangs(style: _GlyphStyle, origin: _Point, box: list[float]) -> bool:
    """Whether the ink of a digit begins well above its own baseline, as a superscript glyph of the font does."""
    left, right, bottom, top = box
    lowest = {0: bottom - origin[1], 1: origin[0] - right, 2: origin[1] - top, 3: left - origin[0]}[style.turn]
    return lowest > _RAISED * style.size
