"""Detect the type of a file from its first bytes, whatever its name says, and refuse a file of another type.

A renamed file is a common accident (a web page saved as .pdf, an error page in place of a document), and what a reader
of the wrong type makes of it is worse than a refusal.
"""

import io
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from corpora.errors import DamagedInput, EmptyInput, InputError, ProtectedInput, WrongFormat

__all__ = ["FileType", "called", "read_bytes", "sniff"]


class FileType(StrEnum):
    """The types of document that are read."""

    TEXT = "plain text"
    HTML = "HTML page"
    PDF = "PDF"
    DOCX = "Word document (DOCX)"


_HEAD = 4096
_SUFFIXES = {
    suffix: kind
    for kind, suffixes in (
        (FileType.TEXT, ".txt .text .md"),
        (FileType.PDF, ".pdf"),
        (FileType.DOCX, ".docx .docm"),
        (FileType.HTML, ".html .htm .xhtml .shtml"),
    )
    for suffix in suffixes.split()
}
#: First bytes of files that are not read, and what these are called.
_OTHERS = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"{\\rtf", "an RTF document (Word or LibreOffice can save it as DOCX or text)"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"%!PS", "a PostScript file"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXCHANGE = {
    "tmx": "a translation memory (TMX)",
    "xliff": "a translation file (XLIFF)",
    "tbx": "a term base (TBX)",
    "martif": "a term base (TBX)",
}
_XML_ROOT = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>)?(?:\s|<!--.*?-->|<!DOCTYPE[^>]*>|<\?[^>]*\?>)*<([A-Za-z][\w:.-]*)", re.DOTALL
)
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_TAG = re.compile(
    rb"<(?:p|div|br|h[1-6]|table|ul|ol|span|title|meta|a|pre|article|section)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_CATALOG = re.compile(rb'^msgid\s+"', re.MULTILINE)


def read_bytes(path: Path) -> bytes:
    """The bytes of ``path``. Raises `InputError` where it cannot be read, `EmptyInput` where there are none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist") from error
    except OSError as error:
        if path.is_dir():
            raise InputError(f"{path} is a folder, not a file") from error
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if not data:
        raise EmptyInput(f"{path} is empty")
    return data


def sniff(data: bytes, path: Path) -> FileType:
    """Return what ``data`` is, which must be what the suffix of ``path`` says, if that is a known one.

    Raises `WrongFormat`, `DamagedInput` (a DOCX that is a broken archive) or `ProtectedInput` (an encrypted one).
    """
    said = _SUFFIXES.get(path.suffix.lower())
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        found = FileType.PDF
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = _archive(data, path, said)
    elif head.startswith(_OLE):
        found = _compound(data, path)
    else:
        found = _text(data, head, path, said)
    if said is not None and found is not said:
        raise WrongFormat(f"{path} is not {called(said)}, as its name says, but {called(found)}")
    return found


def called(kind: FileType) -> str:
    """The type with its article, as messages call it."""
    return kind.value if kind is FileType.TEXT else f"an {kind}" if kind is FileType.HTML else f"a {kind}"


def _archive(data: bytes, path: Path, said: FileType | None) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        if said is FileType.DOCX:
            raise DamagedInput(f"{path} is damaged: its end is missing or broken") from error
        raise WrongFormat(f"{path} is a damaged ZIP archive, not a document") from error
    if "word/document.xml" in names or any(name.startswith("word/document") for name in names):
        return FileType.DOCX
    for member, what in (
        ("xl/workbook.xml", "an Excel workbook"),
        ("ppt/presentation.xml", "a PowerPoint presentation"),
    ):
        if member in names:
            raise WrongFormat(f"{path} is {what}, which is not read")
    if "mimetype" in names:
        raise WrongFormat(f"{path} is an OpenDocument or EPUB file, which LibreOffice can save as DOCX or text")
    raise WrongFormat(f"{path} is a ZIP archive, not a document")


def _compound(data: bytes, path: Path) -> FileType:
    """OLE2: Word before 2007, or the envelope of a DOCX with a password."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ProtectedInput(f"{path} is protected with a password")
    raise WrongFormat(
        f"{path} is in the format of Word before 2007, which Word or LibreOffice can save as DOCX or text"
    )


def _text(data: bytes, head: bytes, path: Path, said: FileType | None) -> FileType:
    for magic, what in _OTHERS:
        # "MZ" and "BZh" may begin a text too; there is always a NUL in the files of these types.
        if head.startswith(magic) and (len(magic) > 3 or b"\x00" in head or b"\xff" in head):
            raise WrongFormat(f"{path} is {what}, not {'a kind that is read' if said is None else called(said)}")
    letters = head.replace(b"\x00", b"")  # of UTF-16, too
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        letters = letters.removeprefix(mark)
    root = _XML_ROOT.match(letters)
    name = root[1].decode("ascii").rpartition(":")[2].lower() if root else ""
    if name in _EXCHANGE:
        raise WrongFormat(f"{path} is {_EXCHANGE[name]}: read it with `duiyi memory import` or `duiyi convert`")
    if path.suffix.lower() in (".po", ".pot") and _CATALOG.search(letters):
        raise WrongFormat(f"{path} is a message catalogue (PO): read it with `duiyi memory import` or `duiyi convert`")
    if said in (FileType.PDF, FileType.DOCX):
        what = "an HTML page" if _PAGE.search(letters) else "binary data" if _binary(head) else "plain text"
        raise WrongFormat(f"{path} is not {called(said)}, as its name says, but {what}")
    if name == "html" or _PAGE.match(letters.lstrip()):
        return FileType.HTML
    if said is FileType.HTML:
        if _PAGE.search(letters) or _TAG.search(data):
            return FileType.HTML
        if _binary(head):
            raise WrongFormat(f"{path} is not {called(said)}, as its name says, but binary data")
        return FileType.TEXT
    if letters.startswith(b"<?xml"):
        raise WrongFormat(f"{path} is an XML file of a kind that is not read")
    return FileType.TEXT


def _binary(head: bytes) -> bool:
    controls = sum(byte < 9 or 13 < byte < 27 for byte in head)
    return controls > 0.02 * len(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
