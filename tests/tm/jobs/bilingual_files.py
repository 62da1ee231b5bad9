"""One text in two languages, written to one file in many layouts, for the tests of bilingual files."""

import csv
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from corpora.text.chinese import to_traditional
from tests.data import cases

__all__ = ["LAYOUTS", "PAIRS"]

Pairs = Sequence[tuple[str, str]]
PAIRS: Pairs = [tuple(pair) for pair in cases("bilingual_text")]


def _docx(path: Path, paragraphs: Iterable[str]) -> None:
    import docx

    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))


def alternating(path: Path, pairs: Pairs) -> None:
    _docx(path, (text for pair in pairs for text in pair))


def english_first(path: Path, pairs: Pairs) -> None:
    _docx(path, (text for pair in pairs for text in reversed(pair)))


def by_chapters(path: Path, pairs: Pairs) -> None:
    """All of a chapter in Chinese, then all of it in English."""
    starts = [at for at, (text, _) in enumerate(pairs) if at == 0 or "章" in text[:4]]
    chapters = [pairs[a:b] for a, b in zip(starts, [*starts[1:], len(pairs)], strict=True)]
    _docx(path, (pair[side] for chapter in chapters for side in (0, 1) for pair in chapter))


def one_then_the_other(path: Path, pairs: Pairs) -> None:
    _docx(path, (pair[side] for side in (0, 1) for pair in pairs))


def within_paragraphs(path: Path, pairs: Pairs) -> None:
    """Each paragraph is Chinese followed by its English."""
    _docx(path, (f"{chinese} {english}" for chinese, english in pairs))


def table(path: Path, pairs: Pairs) -> None:
    """A Word table with a column of numbers before the two languages."""
    import docx

    document = docx.Document()
    grid = document.add_table(rows=len(pairs), cols=3)
    for number, (row, pair) in enumerate(zip(grid.rows, pairs, strict=True), 1):
        for cell, text in zip(row.cells, (str(number), *pair), strict=True):
            cell.text = text
    document.save(str(path))


def web_table(path: Path, pairs: Pairs) -> None:
    rows = "".join(f"<tr><td>{zh}</td><td>{en}</td></tr>" for zh, en in pairs)
    path.write_text(f"<html><body><table>{rows}</table></body></html>", "utf-8")


def web_paragraphs(path: Path, pairs: Pairs) -> None:
    text = "".join(f"<p>{zh}</p><p>{en}</p>" for zh, en in pairs)
    path.write_text(f"<html><body>{text}</body></html>", "utf-8")


def comma_separated(path: Path, pairs: Pairs) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(pairs)


def workbook(path: Path, pairs: Pairs) -> None:
    """A workbook in which some cells are empty: a number stands before the first rows only."""
    import openpyxl

    book = openpyxl.Workbook()
    for number, pair in enumerate(pairs, 1):
        book.active.append([number if number < 9 else None, *pair])
    book.save(path)


def run_on(path: Path, pairs: Pairs) -> None:
    """Several provisions in one paragraph, without a line break between them."""
    text = ["".join(f"{zh} {en}" for zh, en in pairs[at : at + 5]) for at in range(0, len(pairs), 5)]
    path.write_text("\n\n".join(text), "utf-8")


def wrapped_lines(path: Path, pairs: Pairs) -> None:
    """Plain text with hard line ends and no blank lines between the languages."""
    blocks = ["\n".join(line for text in pair for line in _wrapped(text, 40)) for pair in pairs]
    path.write_text("\n\n".join(blocks), "utf-8")


def ordinance(path: Path, pairs: Pairs) -> None:
    """Lines of Traditional Chinese and English that bear the same markers, (1), (1A), (a), (ii)."""
    marks = ["(1)", "(1A)", "(1B)", "(a)", "(b)", "(i)", "(ii)", "(iii)", "(2)", ""]
    text = []
    for at, (chinese, english) in enumerate(pairs):
        mark = marks[at % len(marks)]
        text += [f"{mark} {to_traditional(chinese)}".strip(), f"{mark} {english}".strip()]
    path.write_text("\n".join(text), "utf-8")


def subtitles(path: Path, pairs: Pairs) -> None:
    """Cues of two lines, a sentence each."""
    cues = [
        f"{n}\n00:{n // 12:02}:{n % 12 * 5:02},000 --> 00:{n // 12:02}:{n % 12 * 5 + 4:02},500\n{zh}\n{en}\n"
        for n, (zh, en) in enumerate(pairs, 1)
    ]
    path.write_text("\n".join(cues), "utf-8")


def markdown_table(path: Path, pairs: Pairs) -> None:
    rows = "\n".join(f"| {zh} | {en} |" for zh, en in pairs)
    path.write_text(f"| 中文 | English |\n|---|---|\n{rows}\n", "utf-8")


def _wrapped(text: str, room: int) -> list[str]:
    """Lines of so many Latin letters, or half as many Chinese characters."""
    if text.isascii():
        return textwrap.wrap(text, room)
    return [text[at : at + room // 2] for at in range(0, len(text), room // 2)]


def _pages(path: Path, pages: Sequence[Sequence[tuple[float, float, Sequence[str]]]]) -> None:
    """A PDF of pages that hold columns, each with its left edge, its width and its paragraphs."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in pages:
        for left, width, paragraphs in page:
            top = 780.0
            for text in paragraphs:
                font = "Helvetica" if text.isascii() else "STSong-Light"
                canvas.setFont(font, 10)
                for line in _wrapped(text, int(width / 5.2)):
                    canvas.drawString(left, top, line)
                    top -= 14
                top -= 8
        canvas.showPage()
    canvas.save()


def columns(path: Path, pairs: Pairs) -> None:
    parts = [pairs[at : at + 10] for at in range(0, len(pairs), 10)]
    _pages(path, [[(50, 230, [zh for zh, _ in part]), (310, 230, [en for _, en in part])] for part in parts])


def facing_pages(path: Path, pairs: Pairs) -> None:
    parts = [pairs[at : at + 12] for at in range(0, len(pairs), 12)]
    _pages(path, [[(60, 470, [pair[side] for pair in part])] for part in parts for side in (0, 1)])


def english_column(path: Path, pairs: Pairs) -> None:
    """Columns with English at the left, on pages with little text."""
    parts = [pairs[at : at + 8] for at in range(0, len(pairs), 8)]
    _pages(path, [[(50, 230, [en for _, en in part]), (310, 230, [zh for zh, _ in part])] for part in parts])


def one_row(path: Path, pairs: Pairs) -> None:
    """A table of one row: each cell holds all provisions in one language, with line breaks between them."""
    cells = ("<br>".join(pair[side] for pair in pairs) for side in (1, 0))
    path.write_text(f"<html><body><table><tr><td>{'</td><td>'.join(cells)}</td></tr></table></body></html>", "utf-8")


def with_remarks(path: Path, pairs: Pairs) -> None:
    """A table with the names of its fields, a key, and remarks in Chinese behind the translation."""
    rows = [f"S{n}\t{zh}\t{en}\t{'已核对' if n % 3 else '待定'}" for n, (zh, en) in enumerate(pairs)]
    path.write_text("\n".join(["键\t原文\t译文\t备注", *rows]), "utf-8")


def slashes(path: Path, pairs: Pairs) -> None:
    path.write_text("\n\n".join(f"{zh} / {en}" for zh, en in pairs), "utf-8")


def labelled(path: Path, pairs: Pairs) -> None:
    """Each paragraph says in which language it is."""
    path.write_text("\n\n".join(f"中文：{zh}\n英文：{en}" for zh, en in pairs), "utf-8")


def web_lines(path: Path, pairs: Pairs) -> None:
    """All lines in one element, with nothing but line breaks between them."""
    lines = "<br>".join(text for pair in pairs for text in pair)
    path.write_text(f"<html><body><div>{lines}</div></body></html>", "utf-8")


#: The ending of the file, and what writes it.
LAYOUTS: tuple[tuple[str, Callable[[Path, Pairs], None]], ...] = (
    (".docx", alternating),
    (".docx", english_first),
    (".docx", by_chapters),
    (".docx", one_then_the_other),
    (".docx", within_paragraphs),
    (".docx", table),
    (".html", web_table),
    (".html", web_paragraphs),
    (".csv", comma_separated),
    (".xlsx", workbook),
    (".md", markdown_table),
    (".txt", run_on),
    (".txt", wrapped_lines),
    (".txt", ordinance),
    (".pdf", columns),
    (".pdf", facing_pages),
    (".txt", labelled),
    (".html", web_lines),
    (".pdf", english_column),
    (".html", one_row),
    (".tsv", with_remarks),
    (".txt", slashes),
)
