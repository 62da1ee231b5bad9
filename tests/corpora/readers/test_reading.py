"""One way in: the type by content, one unit per line, and one clear sentence for whatever cannot be read."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen import canvas

from corpora.document import BlockKind
from corpora.errors import DamagedInput, EmptyInput, InputError, ProtectedInput, UsageError, WrongFormat
from corpora.readers.reading import read
from corpora.readers.txt import line_blocks, lines_of

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def zipped(**members: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def a_docx() -> bytes:
    buffer = BytesIO()
    document = docx.Document()
    document.add_paragraph("缔约国会议通过了下列决议。")
    document.save(buffer)
    return buffer.getvalue()


def a_pdf(password: str = "") -> bytes:
    buffer = BytesIO()
    page = canvas.Canvas(buffer, encrypt=password or None)
    page.drawString(72, 720, "The Conference adopted the following resolution.")
    page.save()
    return buffer.getvalue()


REFUSED: dict[str, tuple[str, Callable[[], bytes], type[InputError], str]] = {
    "empty": ("a.txt", lambda: b"", EmptyInput, "is empty"),
    "blank lines": ("a.txt", lambda: b" \n\t\n \r\n", EmptyInput, "only blank lines"),
    "blank in UTF-16": ("a.txt", lambda: "\n \n".encode("utf-16"), EmptyInput, "only blank lines"),
    "binary junk": ("a.txt", lambda: bytes(range(256)) * 40, WrongFormat, "not text"),
    "junk called PDF": ("a.pdf", lambda: bytes(range(256)) * 40, WrongFormat, "binary data"),
    "junk called DOCX": ("a.docx", lambda: bytes(range(256)) * 40, WrongFormat, "binary data"),
    "PDF called text": ("a.txt", a_pdf, WrongFormat, "not plain text.* but a PDF"),
    "DOCX called PDF": ("a.pdf", a_docx, WrongFormat, "not a PDF.* but a Word document"),
    "page called PDF": ("a.pdf", lambda: b"<!DOCTYPE html><html><p>404</p></html>", WrongFormat, "an HTML page"),
    "page called text": ("a.txt", lambda: b"<!DOCTYPE html><html><p>x</p></html>", WrongFormat, "an HTML page"),
    "text called DOCX": ("a.docx", lambda: "文本".encode(), WrongFormat, "plain text"),
    "ZIP": ("a.docx", lambda: zipped(x="y"), WrongFormat, "ZIP archive"),
    "Excel": ("a.docx", lambda: zipped(xl__workbook_xml="y", **{"xl/workbook.xml": "y"}), WrongFormat, "Excel"),
    "picture": ("a.pdf", lambda: PNG, WrongFormat, "a picture"),
    "RTF": ("a.docx", lambda: b"{\\rtf1 text}", WrongFormat, "RTF"),
    "old Word": ("a.doc", lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), WrongFormat, "before 2007"),
    "Word with password": (
        "a.docx",
        lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        ProtectedInput,
        "password",
    ),
    "TMX": ("a.tmx", lambda: b'<?xml version="1.0"?><tmx version="1.4"/>', WrongFormat, "memory import"),
    "XLIFF in UTF-16": ("a.xlf", lambda: '<?xml version="1.0"?><xliff/>'.encode("utf-16"), WrongFormat, "XLIFF"),
    "PO": ("a.po", lambda: b'msgid ""\nmsgstr ""\n', WrongFormat, "memory import"),
    "PDF with password": ("a.pdf", lambda: a_pdf("secret"), ProtectedInput, "password"),
    "PDF cut off": ("a.pdf", lambda: a_pdf()[:-200], DamagedInput, "damaged"),
    "PDF of nothing": ("a.pdf", lambda: b"%PDF-1.4\n" + b"x" * 90, DamagedInput, "damaged"),
    "DOCX cut off": ("a.docx", lambda: a_docx()[:9000], DamagedInput, "damaged"),
    "DOCX with broken XML": ("a.docx", lambda: zipped(**{"word/document.xml": "<w:document"}), DamagedInput, "damaged"),
}


@pytest.mark.parametrize("label", REFUSED)
def test_refused_in_one_sentence_that_names_the_file(label: str, tmp_path: Path) -> None:
    name, data, error, words = REFUSED[label]
    path = tmp_path / name
    path.write_bytes(data())
    with pytest.raises(error, match=words) as caught:
        read(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path)


def test_a_name_that_says_nothing_is_read_by_content(tmp_path: Path) -> None:
    for name, data, kind in (
        ("a", a_pdf(), "pdf"),
        ("b.bin", a_docx(), "docx"),
        ("c.zh", "一段文字。".encode(), "text"),
    ):
        (tmp_path / name).write_bytes(data)
        assert read(tmp_path / name).properties["format"] == kind


def test_language_and_encoding_are_found_and_may_be_given(tmp_path: Path) -> None:
    path = tmp_path / "zh.txt"
    path.write_bytes(("缔约国会议通过了下列决议，并请秘书处予以执行。\n" * 4).encode("gb18030"))
    document = read(path)
    assert (document.language, document.encoding) == ("zh-CN", "gb18030")
    assert "gb18030" in document.warnings[0]
    assert read(path, language="zh_TW").language == "zh-TW"


def test_segmented_keeps_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "units.txt"
    path.write_bytes("\ufeff第一句。\r\n\r\n  third  \r\n4. last".encode())
    document = read(path, segmented=True)
    assert [(block.id, block.text) for block in document.blocks] == [
        (0, "第一句。"), (1, ""), (2, "  third  "), (3, "4. last"),
    ]  # fmt: skip
    assert all(document.original[block.start : block.end] == block.text for block in document.blocks)
    assert (document.outline.first, document.outline.last, document.changes) == (0, 4, ())


def test_segmented_is_for_plain_text(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(a_pdf())
    with pytest.raises(UsageError, match="`segmented`"):
        read(tmp_path / "a.pdf", segmented=True)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_lines_and_units_lose_nothing(text: str) -> None:
    units = line_blocks(text)
    assert "\n".join(unit.text for unit in units) == text.removesuffix("\n")
    assert [unit.id for unit in units] == list(range(len(units)))
    lines = list(lines_of(text))
    assert all(text[line.start : line.end] == line.text for line in lines)
    kept = set().union(*(range(line.start, line.end) for line in lines)) if lines else set()
    assert all(char in "\n\f\v\x85\u2028\u2029" for at, char in enumerate(text) if at not in kept)


def test_form_feeds_part_pages() -> None:
    assert [(line.text, line.page) for line in lines_of("a\nb\fc\n\fd")] == [("a", 1), ("b", 1), ("c", 2), ("d", 3)]
    assert [line.page for line in lines_of("a\nb")] == [None, None]


@pytest.mark.real
def test_gold_ids_are_line_numbers(shared: Path) -> None:
    folder = shared / "data" / "paragraphs"
    for gold in sorted((folder / "gold").glob("*.align")):
        beads = [line.split(":")[:2] for line in gold.read_text("utf-8").splitlines() if line.strip()]
        for side, language in ((0, "zh"), (1, "en")):
            ids = {one for bead in beads for one in json.loads(bead[side])}
            document = read(folder / language / f"{gold.stem}.txt", segmented=True)
            assert ids <= {block.id for block in document.blocks}


@pytest.mark.real
@pytest.mark.parametrize("name", ["un/zh.txt", "un/en.txt", "maint-guide/zh.txt", "maint-guide/en.pdf"])
def test_real_documents_are_read_completely(shared: Path, name: str) -> None:
    document = read(shared / "data" / name)
    assert [block.id for block in document.blocks] == list(range(len(document.blocks)))
    assert all(block.text and 0 <= block.start <= block.end <= len(document.original) for block in document.blocks)
    assert all(0 <= mark.offset <= len(block.text) for block in document.blocks for mark in block.marks)
    assert document.outline.last == len(document.blocks)
    assert any(block.kind is BlockKind.HEADING for block in document.blocks)
