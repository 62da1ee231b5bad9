"""Glyphs as PDFium returns them: a fake of its functions says what a page contains."""

import ctypes
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest

from corpora.readers.pdf.glyphs import Glyph, PageGlyphs, glyphs_of

UPRIGHT, UP, OVER, DOWN = (1.0, 0.0, 0.0, 1.0), (0.0, 1.0, -1.0, 0.0), (-1.0, 0.0, 0.0, -1.0), (0.0, -1.0, 1.0, 0.0)


@dataclass
class Char:
    """What PDFium says of one character; ``ink`` are left, right, bottom and top of what is drawn."""

    code: int
    origin: tuple[float, float] = (100.0, 700.0)
    box: tuple[float, float, float, float] = (100.0, 698.0, 105.0, 708.0)
    ink: tuple[float, float, float, float] = (100.0, 105.0, 700.0, 707.0)
    size: float = 10.0
    matrix: tuple[float, float, float, float] = UPRIGHT
    font: str = "Times-Roman"
    flags: int = 0
    weight: int = 400
    generated: bool = False
    thing: int = 1


@dataclass
class Pdfium:
    """The functions that the reader calls, over a list of characters."""

    chars: list[Char]
    bounds: tuple[float, float, float, float] = (0.0, 0.0, 600.0, 800.0)  # left, bottom, right, top
    closed: bool = False
    FS_RECTF: Any = SimpleNamespace
    FS_MATRIX: Any = SimpleNamespace
    styled: list[int] = field(default_factory=list)

    def get_textpage(self) -> "Pdfium":
        return self

    def close(self) -> None:
        self.closed = True

    def FPDF_GetPageBoundingBox(self, page: Any, bounds: Any) -> None:
        bounds.left, bounds.bottom, bounds.right, bounds.top = self.bounds

    def FPDFText_CountChars(self, text: Any) -> int:
        return len(self.chars)

    def FPDFText_GetUnicode(self, text: Any, index: int) -> int:
        return self.chars[index].code

    def FPDFText_IsGenerated(self, text: Any, index: int) -> int:
        return int(self.chars[index].generated)

    def FPDFText_GetTextObject(self, text: Any, index: int) -> Any:
        return ctypes.c_void_p(self.chars[index].thing)

    def FPDFText_GetCharOrigin(self, text: Any, index: int, x: Any, y: Any) -> None:
        x.value, y.value = self.chars[index].origin

    def FPDFText_GetLooseCharBox(self, text: Any, index: int, box: Any) -> None:
        box.left, box.bottom, box.right, box.top = self.chars[index].box

    def FPDFText_GetCharBox(self, text: Any, index: int, *edges: Any) -> None:
        for edge, value in zip(edges, self.chars[index].ink, strict=True):
            edge.value = value

    def FPDFText_GetMatrix(self, text: Any, index: int, matrix: Any) -> None:
        matrix.a, matrix.b, matrix.c, matrix.d = self.chars[index].matrix

    def FPDFText_GetFontInfo(self, text: Any, index: int, name: Any, length: int, flags: Any) -> None:
        name.value = self.chars[index].font.encode()
        flags.value = self.chars[index].flags
        self.styled.append(index)

    def FPDFText_GetFontWeight(self, text: Any, index: int) -> int:
        return self.chars[index].weight

    def FPDFText_GetFontSize(self, text: Any, index: int) -> float:
        return self.chars[index].size


def read(chars: list[Char], monkeypatch: pytest.MonkeyPatch, **options: Any) -> PageGlyphs:
    page = Pdfium(chars, **options)
    monkeypatch.setattr(pypdfium2, "raw", page)
    found = glyphs_of(page)
    assert page.closed
    return found


def one(monkeypatch: pytest.MonkeyPatch, **said: Any) -> Glyph:
    [[glyph]] = read([Char(**{"code": ord("x"), **said})], monkeypatch).runs
    return glyph


@pytest.mark.parametrize(
    ("matrix", "box", "expected"),
    [  # the bounds begin at 10, 20 and end at 610, 820; the upright page begins at its top left
        pytest.param(UPRIGHT, (100, 698, 105, 708), (600, 800, 90, 95, 120), id="upright"),
        pytest.param(UP, (92, 700, 102, 705), (800, 600, 680, 685, 90), id="upwards"),
        pytest.param(OVER, (95, 692, 100, 702), (600, 800, 510, 515, 680), id="upside down"),
        pytest.param(DOWN, (98, 695, 108, 700), (800, 600, 120, 125, 510), id="downwards"),
    ],
)
def test_text_is_laid_upright(
    matrix: Any, box: Any, expected: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = read([Char(ord("x"), box=box, matrix=matrix)], monkeypatch, bounds=(10.0, 20.0, 610.0, 820.0))
    [[glyph]] = page.runs
    assert (page.width, page.height, glyph.left, glyph.right, glyph.base) == expected


@pytest.mark.parametrize(
    ("matrix", "ink", "raised"),
    [
        pytest.param(UPRIGHT, (100, 105, 702.1, 707), True, id="upright, above the baseline"),
        pytest.param(UPRIGHT, (100, 105, 701.9, 707), False, id="upright, at most a fifth of an em above"),
        pytest.param(UP, (90, 97.9, 700, 705), True, id="upwards, above the baseline"),
        pytest.param(UP, (90, 98.1, 700, 705), False, id="upwards, on it"),
        pytest.param(OVER, (95, 100, 690, 697.9), True, id="upside down, above the baseline"),
        pytest.param(OVER, (95, 100, 690, 698.1), False, id="upside down, on it"),
        pytest.param(DOWN, (102.1, 110, 700, 705), True, id="downwards, above the baseline"),
        pytest.param(DOWN, (101.9, 110, 700, 705), False, id="downwards, on it"),
    ],
)
def test_digits_whose_ink_hangs_above_the_line_are_raised(
    matrix: Any, ink: Any, raised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert one(monkeypatch, code=ord("1"), matrix=matrix, ink=ink).raised is raised


@pytest.mark.parametrize(("char", "raised"), [("1", True), ("²", True), ("*", True), ("†", True), ("‡", True),
                                              ("x", False), ("’", False), ("中", False)])  # fmt: skip
def test_only_digits_and_signs_of_notes_can_be_raised(char: str, raised: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(monkeypatch, code=ord(char), ink=(100, 105, 705, 707)).raised is raised


@pytest.mark.parametrize(
    ("said", "bold", "mono"),
    [
        pytest.param({}, False, False, id="plain"),
        pytest.param({"weight": 600}, True, False, id="a weight of 600"),
        pytest.param({"weight": 599}, False, False, id="a weight below it"),
        pytest.param({"flags": 1 << 18}, True, False, id="the flag ForceBold"),
        pytest.param({"flags": 1 << 17 | 1 << 19}, False, False, id="other flags"),
        pytest.param({"flags": 1}, False, True, id="the flag FixedPitch"),
        pytest.param({"flags": 2}, False, False, id="the flag Serif"),
        *[
            pytest.param({"font": f"ABCDEF+{name}"}, True, False, id=name)
            for name in ("Arial-BoldMT", "ArialBlack", "Heavy", "DemiSans", "CMBX10", "SimHei", "STHeiti")
        ],
        *[
            pytest.param({"font": f"ABCDEF+{name}"}, False, True, id=name)
            for name in ("DejaVuSansMono", "Courier", "Consolas", "Typewriter", "CMTT10", "Menlo", "FixedSys",
                         "Inconsolata", "Terminal", "NimbusMonL")
        ],
    ],
)  # fmt: skip
def test_faces(said: dict[str, Any], bold: bool, mono: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    glyph = one(monkeypatch, **said)
    assert (glyph.bold, glyph.mono) == (bold, mono)


def test_the_size_is_scaled_by_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(monkeypatch, matrix=(2.0, 0.0, 0.0, 2.0)).size == 20
    assert one(monkeypatch, matrix=(1.0, 0.0, 3.0, 4.0)).size == 50  # slanted letters
    assert one(monkeypatch, matrix=(1.0, 0.0, 0.0, 0.0)).size == 10  # no height stated


@pytest.mark.parametrize(
    ("matrix", "turned"),
    [
        pytest.param((0.9966, 0.0819, -0.0819, 0.9966), "", id="4.7 degrees of a scanner"),
        pytest.param((0.9957, 0.0924, -0.0924, 0.9957), "ax", id="5.3 degrees"),
        pytest.param((0.9957, -0.0924, 0.0924, 0.9957), "ax", id="5.3 degrees clockwise"),
        pytest.param((0.0819, 0.9966, -0.9966, 0.0819), "ax", id="another way than most"),
        pytest.param((1.0, 0.0, 0.3, 1.0), "", id="slanted letters on a level line"),
    ],
)
def test_text_at_an_angle_is_kept_apart(matrix: Any, turned: str, monkeypatch: pytest.MonkeyPatch) -> None:
    level = [Char(ord(char), thing=1) for char in "level"]
    page = read([*level, Char(ord("a"), matrix=matrix, thing=2), Char(ord("x"), matrix=matrix, thing=2)], monkeypatch)
    assert page.turned == turned
    assert "".join(glyph.char for run in page.runs for glyph in run) == ("level" if turned else "levelax")


def test_a_page_of_text_at_an_angle_or_of_blanks_is_upright(monkeypatch: pytest.MonkeyPatch) -> None:
    page = read([Char(ord("x"), matrix=(0.7, 0.7, -0.7, 0.7))] * 3, monkeypatch)
    assert (page.runs, page.turned, page.width) == ((), "xxx", 600)
    blanks = [Char(ord(" "), matrix=UP, thing=2)] * 5
    assert read([*blanks, Char(ord("x"))], monkeypatch).width == 600
    assert read(blanks, monkeypatch).runs == ()


def test_runs_end_where_lines_do(monkeypatch: pytest.MonkeyPatch) -> None:
    page = read([Char(ord(char)) for char in "\r\nab\r\n \r\ncd"], monkeypatch)
    assert ["".join(glyph.char for glyph in run) for run in page.runs] == ["ab", "cd"]


@pytest.mark.parametrize(
    ("codes", "text", "unmapped"),
    [
        pytest.param([ord("a"), 0, ord("b")], "ab", 1, id="no meaning"),
        pytest.param([ord("a"), 0xFFFD], "a", 1, id="a replacement"),
        pytest.param([ord("a"), 0xE000, 0xF8FF], "a", 2, id="private characters"),
        pytest.param([0xDFFF + 0x2001, 0xF900], chr(0x10000) + chr(0xF900), 0, id="beside the private ones"),
        pytest.param([ord("a"), 0x110000], "a", 1, id="no character at all"),
        pytest.param([ord("a"), 2], "a-", 0, id="a hyphen at the end of a line"),
        pytest.param([ord("a"), 0xFFFE], "a-", 0, id="the same in another version"),
        pytest.param([ord("a"), 0xAD], "a-", 0, id="a soft hyphen"),
        pytest.param([0xD842, 0xDFB7], "𠮷", 0, id="two halves of UTF-16"),
        pytest.param([0xD800, 0xDC00], chr(0x10000), 0, id="the first halves"),
        pytest.param([0xDBFF, 0xDFFF], chr(0x10FFFF), 0, id="the last halves"),
        pytest.param([0xD842, ord("a"), ord("b")], "ab", 0, id="a first half before another character"),
        pytest.param([ord("a"), 0xDC00, 0xDFFF], "a", 2, id="second halves"),
        pytest.param([0x10FFFF], chr(0x10FFFF), 0, id="the last character"),
    ],
)
def test_characters(codes: list[int], text: str, unmapped: int, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read([Char(code) for code in codes], monkeypatch)
    assert "".join(glyph.char for run in page.runs for glyph in run) == text
    assert page.unmapped == unmapped


def test_a_blank_that_pdfium_adds_has_the_style_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bold = Char(ord("a"), weight=700, thing=1)
    chars = [bold, Char(ord(" "), generated=True, thing=2), Char(ord(" "), thing=3), Char(ord("b"), thing=3)]
    page = Pdfium([Char(ord(" "), generated=True, size=7, thing=9), *chars])
    monkeypatch.setattr(pypdfium2, "raw", page)
    [run] = glyphs_of(page).runs
    assert [(glyph.bold, glyph.size) for glyph in run] == [
        (False, 10),
        (True, 10),
        (True, 10),
        (False, 10),
        (False, 10),
    ]
    assert page.styled == [1, 3]  # once an object; for the blanks of its own making PDFium has none


def test_glyphs_know_their_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    glyph = one(monkeypatch, box=(105, 698, 100, 708))
    assert (glyph.left, glyph.right, glyph.blank) == (100, 105, False)
    assert Glyph(" ", 0, 1, 0, 1).blank
