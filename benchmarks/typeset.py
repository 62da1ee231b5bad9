"""How many paragraphs of books come out of PDFs that are set as LaTeX sets them.

Lines are justified, first lines are indented, and nothing else parts paragraphs; reportlab draws the pages. A paragraph
of 30 characters or more counts as found where a block is like it to 90 %.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from reportlab.pdfgen.canvas import Canvas

from corpora.readers.reading import read
from tests.corpora.readers.latex_pages import LatexPages

__all__ = ["run"]

_SIMILAR, _LENGTH, _SHORTER = 90.0, 30, 0.25
_BLOCKS = 700  # of the longest book


def run(shared: Path, place: Path) -> dict[str, Any]:
    """The share of the paragraphs of each book that is found, by language."""
    figures: dict[str, Any] = {}
    for name, language, texts in _books(shared / "data"):
        path = place / f"{name} {language}.pdf"
        canvas = Canvas(str(path), pagesize=(490, 842))
        LatexPages(canvas, language == "zh", title="手册" if language == "zh" else name).set(("p", t) for t in texts)
        canvas.save()
        wanted = [_squashed(text) for text in texts if len(_squashed(text)) >= _LENGTH]
        figures.setdefault(name, {})[f"{language}, %"] = round(100 - 100 * _missing(wanted, path) / len(wanted), 1)
    return figures


def _missing(wanted: list[str], path: Path) -> int:
    found = {_squashed(text) for block in read(path).blocks for text in (block.text, block.full_text)}
    return sum(
        one not in found
        and not any(
            abs(len(one) - len(other)) <= _SHORTER * len(one) and fuzz.ratio(one, other) >= _SIMILAR for other in found
        )
        for one in wanted
    )


def _books(data: Path) -> Iterator[tuple[str, str, list[str]]]:
    with (data / "maint-guide" / "gold.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[:_BLOCKS]
    for language in ("zh", "en"):
        yield "maint-guide", language, [row[language] for row in rows if row[language].strip()]
        for name in ("tutorial-classes", "howto-unicode"):
            lines = (data / "paragraphs" / language / f"{name}.txt").read_text("utf-8").splitlines()
            yield name, language, [line for line in lines if len(line) > 3]
        novel = (data / "mac-more" / language / "002.txt").read_text("utf-8").splitlines()
        sentences = [line for line in novel if line.strip()]
        glue = "" if language == "zh" else " "
        yield "a novel", language, [glue.join(sentences[at : at + 4]) for at in range(0, len(sentences) - 4, 4)]


def _squashed(text: str) -> str:
    return "".join(text.split())
