"""Pages as LaTeX sets them: justified lines, indented first lines, no gap between paragraphs, heads, page numbers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

__all__ = ["LatexPages"]

ZH, EN = "STSong-Light", "Times-Roman"
pdfmetrics.registerFont(UnicodeCIDFont(ZH))
_ZH_TOKEN = re.compile(r"[A-Za-z0-9@:/._'\"()+=<>|*-]+\s?|[“‘（《「]?.[，。、；：？！”’）》」]*\s?", re.DOTALL)
_HEADS = {"h1": 17.0, "h2": 14.0, "h3": 12.0, "h4": 10.0}


@dataclass(slots=True)
class LatexPages:
    """Sets blocks of (kind, text) on a canvas; kinds are "h1" to "h4", "p", "note" (a box), "li" and "pre"."""

    canvas: Canvas
    chinese: bool
    size: float = 10.0
    width: float = 345.0
    left: float = 72.0
    title: str = ""
    height: float = 700.0
    bottom: float = 90.0
    page: int = 0
    y: float = field(default=0.0)

    def set(self, blocks: Iterable[tuple[str, str]]) -> None:
        self._open()
        after_heading = True  # no indent below a heading, as in English books
        for kind, text in blocks:
            if kind in _HEADS:
                self._heading(kind, text)
            elif kind == "note":
                self.y -= 6
                self._paragraph(text, self.left + 30, self.width - 60, 0.0)
                self.y -= 6
            elif kind == "li":
                self._paragraph(f"• {text}", self.left + 15, self.width - 15, -8.0)
            elif kind == "pre":
                self._code(text)
            else:
                indent = 2 * self.size if self.chinese else 1.5 * self.size
                self._paragraph(text, self.left, self.width, 0.0 if after_heading and not self.chinese else indent)
            after_heading = kind in _HEADS
        self.canvas.showPage()

    def _open(self) -> None:
        if self.page:
            self.canvas.showPage()
        self.page += 1
        self.y = self.height
        font = ZH if self.chinese else EN
        self.canvas.setFont(font, 9)
        if self.page > 1 and self.title:
            self.canvas.drawString(self.left, self.height + 30, self.title)
        self.canvas.drawCentredString(self.left + self.width / 2, self.bottom - 40, str(self.page))

    def _step(self, leading: float) -> None:
        self.y -= leading
        if self.y < self.bottom:
            self._open()
            self.y -= leading

    def _heading(self, kind: str, text: str) -> None:
        size = _HEADS[kind]
        font = ZH if self.chinese else "Times-Bold"
        self.y -= size
        for line, _ in _lines(text, font, size, self.width, self.width, self.chinese):
            self._step(1.3 * size)
            self.canvas.setFont(font, size)
            self.canvas.drawString(self.left, self.y, "".join(line).strip())
        self.y -= 0.4 * size

    def _code(self, text: str) -> None:
        for line in text.split("\n"):
            self._step(11)
            self.canvas.setFont("Courier", 8.5)
            self.canvas.drawString(self.left + 10, self.y, line)

    def _paragraph(self, text: str, left: float, width: float, indent: float) -> None:
        font = ZH if self.chinese else EN
        for at, (line, last) in enumerate(_lines(text, font, self.size, width - indent, width, self.chinese)):
            self._step(1.2 * self.size if not self.chinese else 1.5 * self.size)
            x = left + (indent if at == 0 else 0.0)
            self._line(line, font, x, width - (indent if at == 0 else 0.0), last=last)

    def _line(self, tokens: Sequence[str], font: str, x: float, width: float, *, last: bool) -> None:
        """Draw the tokens with the space between them stretched so that they fill the line."""
        self.canvas.setFont(font, self.size)
        whole = "".join(tokens).rstrip()
        room = width - pdfmetrics.stringWidth(whole, font, self.size)
        if last or len(tokens) < 2:
            self.canvas.drawString(x, self.y, whole)
            return
        if self.chinese:
            text = self.canvas.beginText(x, self.y)
            text.setCharSpace(room / max(1, len(whole) - 1))
            text.textOut(whole)
            self.canvas.drawText(text)
            return
        space = room / (len(tokens) - 1)
        for token in tokens:
            self.canvas.drawString(x, self.y, token)
            x += pdfmetrics.stringWidth(token, font, self.size) + space


def _lines(
    text: str, font: str, size: float, first: float, width: float, chinese: bool
) -> Iterator[tuple[list[str], bool]]:
    tokens = _ZH_TOKEN.findall(text) if chinese else re.findall(r"\S+\s*", text)
    line: list[str] = []
    room = first
    for token in tokens:
        if line and pdfmetrics.stringWidth("".join([*line, token]).rstrip(), font, size) > room:
            yield line, False
            line, room = [], width
        line.append(token)
    if line:
        yield line, True
