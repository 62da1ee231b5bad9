"""Scans and pictures are read by Tesseract, which says how sure it is; without --ocr they are refused."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from corpora.errors import DamagedInput, EmptyInput, ProtectedInput, WrongFormat
from corpora.readers import ocr
from corpora.readers.reading import read

WORDS = "The lamps of the harbour are lit at dusk and put out at dawn."
HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def typed(draw: Callable[[canvas.Canvas], object]) -> bytes:
    buffer = BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=(420, 160))
    draw(sheet)
    sheet.save()
    return buffer.getvalue()


def a_scan(kind: str = "PDF") -> bytes:
    """A page as a picture."""
    import pypdfium2

    page = pypdfium2.PdfDocument(typed(lambda sheet: sheet.drawString(30, 80, WORDS)))[0]
    picture = page.render(scale=200 / 72, grayscale=True).to_pil()
    if kind == "PDF":
        return typed(lambda sheet: sheet.drawImage(ImageReader(picture), 0, 0, 420, 160))
    buffer = BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.client
@pytest.mark.parametrize("kind", ["PDF", "PNG"])
def test_a_scan_is_read_and_its_confidence_told(kind: str, tmp_path: Path, program: Callable[..., str]) -> None:
    program("tesseract", "tesseract-ocr")
    path = tmp_path / f"a.{kind.lower()}"
    path.write_bytes(a_scan(kind))
    document = read(path, ocr=True, language="en")
    assert [block.text for block in document.blocks] == [WORDS]
    assert "1 page was read by OCR (Tesseract, eng) with a mean confidence of" in document.warnings[0]


def test_without_the_option_the_message_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(a_scan())
    with pytest.raises(ProtectedInput, match=r"is a scan.*`ocr`"):
        read(tmp_path / "a.pdf")
    (tmp_path / "a.png").write_bytes(a_scan("PNG"))
    with pytest.raises(WrongFormat, match=r"is a picture \(PNG\).*`ocr`"):
        read(tmp_path / "a.png")


def test_a_text_needs_no_ocr(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(typed(lambda sheet: sheet.drawString(30, 80, WORDS)))
    document = read(tmp_path / "a.pdf", ocr=True)
    assert document.warnings[0].endswith("has text of its own, so it was read without OCR")


def test_programs_and_data_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(WrongFormat, match="needs Tesseract to be read"):
        ocr.recognize(a_scan("PNG"), "a.png", "en")
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/tesseract")
    monkeypatch.setattr(ocr, "run_program", lambda *_, **__: (0, b"List:\neng\n", b""))
    with pytest.raises(WrongFormat, match=r"has no data of it .Debian: apt-get install tesseract-ocr-chi-tra"):
        ocr.recognize(a_scan("PNG"), "a.png", "zh-TW")


def row(line: int, left: int, conf: int, text: str, *, page: int = 1, height: int = 40) -> str:
    return f"5\t{page}\t1\t1\t{line}\t1\t{left}\t{100 * line}\t200\t{height}\t{conf}\t{text}\n"


@pytest.mark.parametrize(
    ("table", "texts", "dropped"),
    [
        (row(1, 0, 95, "灯在") + row(1, 300, 93, "黄昏") + row(1, 600, 90, "Lamp") + row(1, 900, 90, "点亮"),
         ["灯在黄昏 Lamp 点亮"], []),
        (row(1, 0, 95, "方式") + row(1, 300, 93, ":") + row(2, 0, 90, "a: b"), ["方式：", "a: b"], []),
        (row(1, 0, 95, "One") + row(2, 0, 12, "~|#"), ["One"], ["~|#"]),
        (row(1, 0, 95, "。灯") + row(2, 0, 90, "e Oil") + row(3, 0, 90, "e.g. oil"), ["• 灯", "• Oil", "e.g. oil"], []),
    ],
    ids=["spaces beside Chinese", "narrow stops", "dirt", "bullets"],
)  # fmt: skip
def test_words_become_lines(table: str, texts: list[str], dropped: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "run_program", lambda *_, **__: (0, (HEAD + table).encode(), b""))
    pages = ocr._page("tesseract", b"", "eng", "a")
    read_ = ocr._recognized(pages, "a", "zh-CN", "eng")
    assert [line.text for line in read_.lines] == texts
    assert [change.text for change in read_.changes] == dropped
    assert all(read_.original[line.start : line.end] == line.text for line in read_.lines)


def test_sizes_of_lines_and_pages_that_are_not_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a line that is much higher than usual is in larger print; a page below 70 % is named, one at 70 is not."""
    table = (
        row(1, 0, 69, "Lamps", height=57) + row(2, 0, 69, "of iron", height=55) + row(3, 0, 69, "burn")
        + row(4, 0, 69, "low", height=20) + row(5, 0, 30, "all") + row(6, 0, 29, "dirt")
    )  # fmt: skip
    monkeypatch.setattr(ocr, "run_program", lambda *_, **__: (0, (HEAD + table).encode(), b""))
    first = ocr._page("tesseract", b"", "eng", "a")[0]
    sure = [replace(line, confidence=70.0) for line in first[:3]]
    found = ocr._recognized([first[:4], sure, first[4:]], "a", "en", "eng")
    sizes = [(line.text, line.page, round((line.size or 0.0) * 300 / 72)) for line in found.lines[:4]]
    assert sizes == [("Lamps", 1, 57), ("of iron", 1, 40), ("burn", 1, 40), ("low", 1, 40)]
    assert [line.text for line in found.lines[7:]] == ["all"]
    assert [(change.text, change.page) for change in found.changes] == [("dirt", 3)]
    assert found.warning.endswith("below 70 % on pages 1, 3; 1 line that could not be read was left out")
    assert "3 pages were read by OCR (Tesseract, eng) with a mean confidence of 6" in found.warning


def test_what_tesseract_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "run_program", lambda *_, **__: (1, b"", b"Error in pixReadStream: no\n"))
    with pytest.raises(DamagedInput, match="cannot be read by Tesseract: Error in pixReadStream"):
        ocr._page("tesseract", b"", "eng", "a.png")
    with pytest.raises(EmptyInput, match="found no text on its page"):
        ocr._recognized([[]], "a.png", "en", "eng")


def test_pages_of_a_protected_or_damaged_file() -> None:
    buffer = BytesIO()
    canvas.Canvas(buffer, encrypt="secret").save()
    with pytest.raises(ProtectedInput, match=r"^a\.pdf is protected with a password$"):
        ocr._PagePictures(buffer.getvalue(), "a.pdf")
    with pytest.raises(DamagedInput, match=r"^a\.pdf is damaged: no page of it can be read$"):
        ocr._PagePictures(b"%PDF-1.7", "a.pdf")
