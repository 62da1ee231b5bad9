"""How much of a scan comes out as pairs: ten pages of `maint-guide` a side, drawn at 200 dpi and read with `--ocr`.

A gold pair counts where the reading of the PDF itself has both sides within these pages, and it is found where one bead
has both sides with a similarity of 85 %. Needs tesseract with chi_sim and eng; takes some minutes.
"""

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
from rapidfuzz import fuzz
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from align import AlignOptions, align
from corpora.document import Document
from corpora.readers.reading import read
from models.registry import load

PAGES = range(20, 30)
SIMILAR = 85.0


def scan(source: Path, made: Path) -> None:
    """A PDF of pictures of the pages of ``source``."""
    pdf = pypdfium2.PdfDocument(source)
    sheet = canvas.Canvas(str(made))
    for number in PAGES:
        page = pdf[number]
        width, height = page.get_size()
        picture = page.render(scale=200 / 72, grayscale=True).to_pil()
        sheet.setPageSize((width, height))
        sheet.drawImage(ImageReader(picture), 0, 0, width, height)
        sheet.showPage()
    sheet.save()


def gold(documents: Sequence[Document], table: str) -> list[tuple[str, str]]:
    """The pairs of ``table`` (TSV) both sides of which are blocks on the pages."""
    texts = [
        {squashed(block.text) for block in document.blocks if block.page and block.page - 1 in PAGES}
        for document in documents
    ]
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    pairs = {(row["zh"], row["en"]) for row in rows if min(len(row["zh"]), len(row["en"])) > 3}
    return [pair for pair in sorted(pairs) if all(squashed(side) in of for side, of in zip(pair, texts, strict=True))]


def squashed(text: str) -> str:
    return "".join(text.split())


def found(pairs: Sequence[tuple[str, str]], beads: Sequence[tuple[str, str]]) -> int:
    sides = [[squashed(one) for one in bead] for bead in beads]
    return sum(
        any(all(fuzz.ratio(squashed(p), b) >= SIMILAR for p, b in zip(pair, bead, strict=True)) for bead in sides)
        for pair in pairs
    )


def run(shared: Path) -> dict[str, Any]:
    """The share of the gold pairs that come out, and how sure Tesseract is."""
    guide = shared / "data" / "maint-guide"
    pairs = gold([read(guide / f"{side}.pdf") for side in ("zh", "en")], (guide / "gold.tsv").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        documents = []
        for side in ("zh", "en"):
            scan(guide / f"{side}.pdf", Path(folder) / f"{side}.pdf")
            documents.append(read(Path(folder) / f"{side}.pdf", ocr=True))
    return figures(documents, pairs)


def figures(documents: Sequence[Document], pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    source, target = documents
    alignment = align(source, target, encoder=load(None), options=AlignOptions(unit="paragraph"))
    beads = [
        ("".join(source.blocks[i].text for i in bead.source), " ".join(target.blocks[j].text for j in bead.target))
        for bead in alignment.beads
    ]
    share = 100 * found(pairs, beads) / len(pairs)
    return {
        f"gold pairs found at {SIMILAR:.0f} % similarity, %": round(share, 1),
        "gold pairs": len(pairs),
        "recognition": [warning.partition(": ")[2] for warning in (*source.warnings, *target.warnings)],
    }
