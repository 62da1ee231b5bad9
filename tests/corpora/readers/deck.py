"""The handbook as slides, laid out as people lay them out, and saved as a PDF by LibreOffice."""

import functools
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.corpora.readers.handbook import Row, folder, source_rows

__all__ = ["GOLD", "slides"]

_POINTS = 5  # on a slide


def _groups() -> list[list[Row]]:
    """The rows of each slide: a heading begins one, and so does a table, whose rows stay together."""
    groups: list[list[Row]] = []
    for row in source_rows():
        if row.kind == "note":
            continue
        full = bool(groups) and len(groups[-1]) > _POINTS and row.kind != "row"
        if not groups or row.kind[0] == "h" or row.kind == "table" or full:
            groups.append([])
        groups[-1].append(row)
    return groups


def _plain(text: str) -> str:
    return re.sub(r"\[\d\]", "", text)


GOLD = tuple(
    pair
    for group in _groups()
    for row in group
    for pair in zip(*(_plain(side).split("\t") for side in (row.zh, row.en)), strict=True)
)


def slides(language: str) -> Path:
    """The slides of one language as a PDF."""
    return _made() / f"{language}.pdf"


@functools.cache
def _made() -> Path:
    place = folder() / "deck"
    place.mkdir(exist_ok=True)
    for language in ("zh", "en"):
        _deck(language).save(place / f"{language}.pptx")
    options = [f"-env:UserInstallation={(folder() / 'settings').as_uri()}", "--headless", "--convert-to", "pdf"]
    sources = [str(place / f"{language}.pptx") for language in ("zh", "en")]
    subprocess.run(
        ["soffice", *options, "--outdir", str(place), *sources], check=True, capture_output=True, timeout=180
    )
    return place


def _deck(language: str) -> Any:
    from pptx import Presentation
    from pptx.util import Inches, Pt

    deck = Presentation()
    for number, group in enumerate(_groups(), 1):
        texts = [_plain(getattr(row, language)) for row in group]
        titled = group[0].kind[0] == "h"
        slide = deck.slides.add_slide(deck.slide_layouts[5 if group[0].kind == "table" or not titled else 1])
        slide.shapes.title.text = texts[0] if titled else ""
        if group[0].kind == "table":
            cells = [text.split("\t") for row, text in zip(group, texts, strict=True) if row.kind in ("table", "row")]
            table = slide.shapes.add_table(
                len(cells), len(cells[0]), Inches(1), Inches(1.5), Inches(8), Inches(0.4 * len(cells))
            ).table
            for at, row in enumerate(cells):
                for column, text in enumerate(row):
                    table.cell(at, column).text = text
            rest = texts[len(cells) :]
        else:
            rest = texts[titled:]
        # Every third slide has a second box at the right, as slides with a remark or a picture have.
        beside = rest[-1:] if number % 3 == 0 and len(rest) > 1 else []
        body = next((one for one in slide.placeholders if one.placeholder_format.idx == 1), None)
        if body is None and rest:
            body = slide.shapes.add_textbox(Inches(1), Inches(5), Inches(8), Inches(2))
        if beside:
            body.left, body.top, body.width, body.height = Inches(0.5), Inches(1.6), Inches(5.5), Inches(4.8)
            box = slide.shapes.add_textbox(Inches(6.4), Inches(3), Inches(3.2), Inches(1.5))
            box.text_frame.word_wrap = True
            box.text_frame.text = beside[0]
        if body is not None:
            body.text_frame.word_wrap = True
            for at, text in enumerate(rest[: len(rest) - len(beside)]):
                paragraph = body.text_frame.paragraphs[0] if at == 0 else body.text_frame.add_paragraph()
                paragraph.text = text
                paragraph.font.size = Pt(20)
        foot = slide.shapes.add_textbox(Inches(8.8), Inches(7), Inches(0.8), Inches(0.4))
        foot.text_frame.text = str(number)
        foot.text_frame.paragraphs[0].font.size = Pt(12)
    return deck
