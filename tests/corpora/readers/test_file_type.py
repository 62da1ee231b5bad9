"""The type of a file by its content, and names that say something else."""

import io
import zipfile
from pathlib import Path

import pytest

from corpora.errors import DamagedInput, InputError, ProtectedInput, WrongFormat
from corpora.readers.file_type import FileType, called, read_bytes, sniff

ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", b"%PDF-1.7\n", FileType.PDF),
        ("a", b"x" * 1019 + b"%PDF-", FileType.PDF),
        ("a", b"x" * 1020 + b"%PDF-", FileType.TEXT),
        ("a.docx", zipped("word/document.xml"), FileType.DOCX),
        ("a", zipped("word/document2.xml"), FileType.DOCX),
        ("a.DOCX", zipped("word/document.xml"), FileType.DOCX),
        ("a", b"<!doctype html><p>x", FileType.HTML),
        ("a", b"<?xml version='1.0'?><!-- a > b --><html xmlns='x'>", FileType.HTML),
        ("a", b"\xef\xbb\xbf<html>", FileType.HTML),
        ("a", "<html>".encode("utf-16"), FileType.HTML),
        ("a", "<html>".encode("utf-16-be"), FileType.HTML),
        ("a", b"<head><title>x</title>", FileType.HTML),
        ("a", b"<body class='x'>", FileType.HTML),
        ("a", b"<bodyguard>", FileType.TEXT),
        ("a", b"\xef\xbb\xbf <!DOCTYPE html>x", FileType.HTML),
        ("a", b"<p>x</p>", FileType.TEXT),
        ("a.html", b"<p>x</p>", FileType.HTML),
        ("a.htm", b"words <br/> words", FileType.HTML),
        ("a.xhtml", b"words <h6 class='x'>words", FileType.HTML),
        ("a.html", b"words " * 2000 + b"<table>", FileType.HTML),
        ("a.txt", b"words, 1 < 2, a <b> b", FileType.TEXT),
        ("a.po", b"words", FileType.TEXT),
        ("a.txt", b'msgid "x"', FileType.TEXT),
        ("a", b"MZ begins this text", FileType.TEXT),
        ("a", b"BZh begins this text", FileType.TEXT),
        ("a.md", "文本".encode(), FileType.MARKDOWN),
        ("a.rst", "文本".encode(), FileType.RST),
        ("a.adoc", "文本".encode(), FileType.ASCIIDOC),
        ("a.tex", "文本".encode(), FileType.LATEX),
        ("a", b"{\\rtf1 x}", FileType.RTF),
        ("a.doc", b"{\\rtf1 x}", FileType.RTF),
        ("a.doc", zipped("word/document.xml"), FileType.DOCX),
        ("a.doc", b"<html>", FileType.HTML),
        ("a", zipped("xl/workbook.xml"), FileType.XLSX),
        ("a", zipped("ppt/presentation.xml"), FileType.PPTX),
        ("a", zipped("META-INF/container.xml"), FileType.EPUB),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le") + b"\x00\x00", FileType.DOC),
        ("a", OLE + "PowerPoint Document".encode("utf-16-le") + b"\x00\x00", FileType.PPT),
        ("a", OLE + "Workbook".encode("utf-16-le") + b"\x00\x00", FileType.XLS),
        ("a", b"WEBVTT\n\n", FileType.SUBTITLES),
        ("a.txt", b"1\n00:00:01,000 --> 00:00:02,000\nx", FileType.SUBTITLES),
        ("a", b"\xef\xbb\xbf[Script Info]\n", FileType.SUBTITLES),
        ("a.txt", b"at 00:00:01 --> 00:00:02 or so", FileType.TEXT),
        ("a", b"% x\n\\documentclass{book}", FileType.LATEX),
        ("a.md", b"```\n\\documentclass{book}\n```", FileType.MARKDOWN),
        ("a", b"# x\n\n```\nx\n```", FileType.MARKDOWN),
        ("a.txt", b"# x\n\n- x", FileType.TEXT),
        ("a.txt", b"# x\n\n**x**\n\n[x](y)", FileType.MARKDOWN),
        ("a", b"= x\n\n|===\n|x\n|===", FileType.ASCIIDOC),
        ("a", b"x\n===\n\n.. note:: x", FileType.RST),
        ("a", b"- x\n- y", FileType.TEXT),
    ],
)
def test_types(name: str, data: bytes, kind: FileType) -> None:
    assert sniff(data, Path(name)) is kind


@pytest.mark.parametrize(
    ("name", "data", "error", "words"),
    [
        ("a.txt", b"<html>", WrongFormat, "is not plain text, as its name says, but an HTML page"),
        ("a.html", b"%PDF-1.7", WrongFormat, "is not an HTML page, as its name says, but a PDF"),
        ("a.html", b"words and words", WrongFormat, "is not an HTML page, as its name says, but plain text"),
        ("a.html", b"\x01\x02" + b"x" * 97, WrongFormat, "but binary data"),
        ("a.html", b"\x01\x02" + b"x" * 98, WrongFormat, "but plain text"),
        ("a.pdf", b"\x1a\x0e" + b"x" * 97, WrongFormat, "but binary data"),
        ("a.pdf", b"\x08\x00" + b"x" * 97, WrongFormat, "but binary data"),
        ("a.pdf", b"\x09\x0d\x1b\x0a" + b"x" * 96, WrongFormat, "but plain text"),
        ("a.pdf", b"\xff\xfe" + "words".encode("utf-16-le"), WrongFormat, "but plain text"),
        ("a.pdf", b"\xfe\xff" + "words".encode("utf-16-be"), WrongFormat, "but plain text"),
        ("a.docx", b"<body>x", WrongFormat, "but an HTML page"),
        ("a", b"MZ\x90\x00", WrongFormat, "is a program, not a kind that is read"),
        ("a.txt", b"MZ\x90\xff", WrongFormat, "is a program, not plain text"),
        ("a", b"BZh9\xff", WrongFormat, "bzip2"),
        ("a", b"\x89PNG\r\n", WrongFormat, "a picture"),
        ("a", b"GIF8 and words", WrongFormat, "a picture"),
        ("a", b"\x1f\x8b\x08\x00", WrongFormat, "gzip"),
        ("a", b"7z\xbc\xaf\x27\x1c", WrongFormat, "7-Zip"),
        ("a", b"%!PS-Adobe", WrongFormat, "PostScript"),
        ("a.xml", b"<?xml version='1.0'?><book/>", WrongFormat, "XML file of a kind that is not read"),
        ("a", b"<x:TMX>", WrongFormat, "translation memory"),
        ("a", b"<martif>", WrongFormat, "term base"),
        ("a.pot", b'# x\nmsgid "x"', WrongFormat, "message catalogue"),
        ("a", b"PK\x05\x06" + bytes(18), WrongFormat, "is a ZIP archive, not a document"),
        ("a", ZIP + b"x" * 40, WrongFormat, "is a damaged ZIP archive"),
        ("a.docx", ZIP + b"x" * 40, DamagedInput, "its end is missing or broken"),
        ("a.docx", zipped("xl/workbook.xml"), WrongFormat, "is not a Word document.* but an Excel workbook"),
        ("a.pptx", ZIP + b"x" * 40, DamagedInput, "its end is missing or broken"),
        ("a.odt", ZIP + b"x" * 40, DamagedInput, "its end is missing or broken"),
        ("a", zipped("mimetype", "content.xml"), WrongFormat, "is a ZIP archive, not a document"),
        ("a.doc", b"words", WrongFormat, "is not a Word document .*, as its name says, but plain text"),
        ("a.txt", b"{\\rtf1 x}", WrongFormat, "is not plain text, as its name says, but an RTF document"),
        ("a", OLE, WrongFormat, "before 2007"),
        ("a", OLE + "EncryptedPackage".encode("utf-16-le"), ProtectedInput, "password"),
    ],
)
def test_refusals(name: str, data: bytes, error: type[InputError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        sniff(data, Path(name))
    assert str(caught.value).startswith(name)


def test_a_picture_is_seen_by_its_beginning_only() -> None:
    assert sniff(b"words \x89PNG", Path("a")) is FileType.TEXT


def test_types_have_names() -> None:
    kinds = (FileType.TEXT, FileType.HTML, FileType.PDF, FileType.DOCX, FileType.RTF, FileType.EPUB, FileType.RST)
    assert [called(kind) for kind in kinds] == [
        "plain text", "an HTML page", "a PDF", "a Word document (DOCX)", "an RTF document", "an EPUB book",
        "reStructuredText",
    ]  # fmt: skip


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(InputError, match=r"a\.txt cannot be read: Permission denied"):
        read_bytes(tmp_path / "a.txt")
