"""Detect the type of a file from its first bytes, whatever its name says, and refuse a file of another type.

A renamed file is a common accident (a web page saved as .pdf, an error page in place of a document), and what a reader
of the wrong type makes of it is worse than a refusal.
"""

import io
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from corpora.container import BROKEN
from corpora.errors import DamagedInput, EmptyInput, InputError, ProtectedInput, WrongFormat

__all__ = ["PICTURES", "FileType", "called", "read_bytes", "sniff"]


class FileType(StrEnum):
    """The types of document that are read."""

    TEXT = "plain text"
    HTML = "HTML page"
    PDF = "PDF"
    DOCX = "Word document (DOCX)"
    DOC = "Word document of the old form (DOC)"
    RTF = "RTF document"
    ODT = "OpenDocument text"
    ODP = "OpenDocument presentation"
    ODS = "OpenDocument spreadsheet"
    EPUB = "EPUB book"
    PPTX = "PowerPoint presentation (PPTX)"
    PPT = "PowerPoint presentation of the old form (PPT)"
    XLSX = "Excel workbook (XLSX)"
    XLS = "Excel workbook of the old form (XLS)"
    SUBTITLES = "file of subtitles"
    MARKDOWN = "Markdown text"
    ASCIIDOC = "AsciiDoc text"
    RST = "reStructuredText"
    LATEX = "LaTeX document"


_HEAD = 4096
_SUFFIXES = {
    suffix: kind
    for kind, suffixes in (
        (FileType.TEXT, ".txt .text"),
        (FileType.PDF, ".pdf"),
        (FileType.DOCX, ".docx .docm .dotx .dotm"),
        (FileType.DOC, ".doc .dot"),
        (FileType.HTML, ".html .htm .xhtml .shtml"),
        (FileType.RTF, ".rtf"),
        (FileType.ODT, ".odt .ott .fodt"),
        (FileType.ODP, ".odp .otp .fodp"),
        (FileType.ODS, ".ods .ots .fods"),
        (FileType.EPUB, ".epub"),
        (FileType.PPTX, ".pptx .pptm .ppsx .potx"),
        (FileType.PPT, ".ppt .pps"),
        (FileType.XLSX, ".xlsx .xlsm .xltx"),
        (FileType.XLS, ".xls"),
        (FileType.SUBTITLES, ".srt .vtt .ass .ssa"),
        (FileType.MARKDOWN, ".md .markdown .mkd .mdown .mdx .qmd .rmd"),
        (FileType.ASCIIDOC, ".adoc .asciidoc .asc"),
        (FileType.RST, ".rst .rest"),
        (FileType.LATEX, ".tex .latex .ltx"),
    )
    for suffix in suffixes.split()
}
#: First bytes of the pictures that are read by OCR.
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
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
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"%!PS", "a PostScript file"),
)
#: Types whose files are text with marks in it; the name decides between them where the content does not.
_MARKED = (FileType.MARKDOWN, FileType.ASCIIDOC, FileType.RST, FileType.LATEX, FileType.SUBTITLES)
_WRITTEN = (FileType.TEXT, *_MARKED)
#: A member of an archive, and what the archive is.
_MEMBERS = (("xl/workbook.xml", FileType.XLSX), ("ppt/presentation.xml", FileType.PPTX))
_OPEN = {
    "application/epub+zip": FileType.EPUB,
    "application/vnd.oasis.opendocument.text": FileType.ODT,
    "application/vnd.oasis.opendocument.presentation": FileType.ODP,
    "application/vnd.oasis.opendocument.spreadsheet": FileType.ODS,
}
#: A stream of an OLE2 file, and what the file is.
_STREAMS = (
    ("WordDocument", FileType.DOC), ("PowerPoint Document", FileType.PPT), ("Workbook", FileType.XLS),
    ("Book", FileType.XLS),
)  # fmt: skip
#: Types that a name stands for too: old names are kept for newer files, and programs save pages and RTF as .doc.
_ALSO = {
    FileType.DOC: (FileType.DOCX, FileType.RTF, FileType.HTML),
    FileType.PPT: (FileType.PPTX,),
    FileType.XLS: (FileType.XLSX,),
}
_TIMES = (  # programs that translate whole files put blanks behind colons and shorten the arrow
    rb"(?:\d{1,2}: ?)?\d{1,2}: ?\d\d[,.] ?\d{1,3}[ \t]*(?:-{1,2} ?>|\xe2\x80[\x93\x94] ?>|\xe2\x86\x92)[ \t]*"
    rb"(?:\d{1,2}: ?)?\d{1,2}: ?\d\d[,.] ?\d"
)
_SUBTITLES = re.compile(rb"\s*(?:WEBVTT(?=\s|$)|\[Script Info\]|(?:\d+[ \t]*\r?\n)?" + _TIMES + rb")")
_LATEX = re.compile(rb"^[ \t]*\\(?:documentclass|begin\{document\})", re.MULTILINE)
#: Signs of the markup languages; one of them may occur in any text, several different ones do not.
_SIGNS: dict[FileType, tuple[re.Pattern[bytes], ...]] = {
    FileType.MARKDOWN: tuple(
        re.compile(pattern, re.MULTILINE)
        for pattern in (
            rb"\A\s*---[ \t]*\r?\n(?:[^\n]*\n){0,60}?(?:---|\.\.\.)[ \t]*\r?$", rb"^#{1,6}[ \t]+\S",
            rb"^(?:```|~~~)", rb"^[ \t]*+(?:\|[ \t]*+)?:?-{2,}+:?[ \t]*+\|[ \t:|-]*+\r?$", rb"\]\([^()\s]+\)",
            rb"\*\*[^\s*][^*\n]*\*\*",
        )
    ),
    FileType.ASCIIDOC: tuple(
        re.compile(pattern, re.MULTILINE)
        for pattern in (
            rb"\A\s*=[ \t]+\S", rb"^={2,5}[ \t]+\S", rb"^:[\w-]+:(?:[ \t]|\r?$)", rb"^\|===+[ \t]*\r?$",
            rb"^\[[^\]\n]+\]\r?$",
            rb"^(?:----+|====+|\*\*\*\*+)[ \t]*\r?$", rb"^(?:NOTE|TIP|WARNING|IMPORTANT|CAUTION): ",
            rb"\b(?:link|xref|image|include):{1,2}[^\s\[]+\[",
        )
    ),
    FileType.RST: tuple(
        re.compile(pattern, re.MULTILINE)
        for pattern in (
            rb"^\.\.[ \t]+[\w-]+::", rb"^\S[^\n]*\n(?:={3,}|-{3,}|~{3,}|\^{3,}|\*{3,})[ \t]*\r?$",
            rb":[a-z][\w:-]*:`[^`\n]+`", rb"``[^`\n]+``", rb"::[ \t]*\r?$", rb"`[^`\n]+<[^<>\n]+>`__?",
            rb"^\.\.[ \t]+_[^:\n]+:",
        )
    ),
}  # fmt: skip
_SIGNS_SAID = 3  # different signs from which a file that is called plain text is in a markup language
_SIGNS_UNSAID = 2  # the same for a file without a name that says anything
_SAMPLE = 60_000  # bytes that are searched for signs
_ARCHIVES = (FileType.DOCX, FileType.PPTX, FileType.XLSX, *_OPEN.values())
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXCHANGE = {
    "tmx": "a translation memory (TMX)",
    "xliff": "a translation file (XLIFF)",
    "tbx": "a term base (TBX)",
    "martif": "a term base (TBX)",
}
_XML_ROOT = re.compile(
    rb"^\s*+(?:<\?xml[^>]*\?>)?(?:\s++|<!--.*?-->|<!DOCTYPE[^>]*>|<\?[^>]*\?>)*+<([A-Za-z][\w:.-]*)", re.DOTALL
)
_FLAT = re.compile(rb'office:mimetype="(application/vnd\.oasis\.opendocument\.(?:text|presentation|spreadsheet))')
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
    if (
        said is not None
        and found is not said
        and found not in _ALSO.get(said, ())
        and not (found in _WRITTEN and said in _WRITTEN)
    ):
        raise WrongFormat(f"{path} is not {called(said)}, as its name says, but {called(found)}")
    return found


def called(kind: FileType) -> str:
    """The type with its article, as messages call it."""
    if kind in (FileType.TEXT, FileType.RST):
        return kind.value
    return f"an {kind}" if kind.value[0] in "AEHO" or kind is FileType.RTF else f"a {kind}"


def _archive(data: bytes, path: Path, said: FileType | None) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = ""
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    mimetype = file.read(200).decode("ascii", "replace").strip()
    except BROKEN as error:
        if said in _ARCHIVES:
            raise DamagedInput(f"{path} is damaged: its end is missing or broken") from error
        raise WrongFormat(f"{path} is a damaged ZIP archive, not a document") from error
    if "word/document.xml" in names or any(name.startswith("word/document") for name in names):
        return FileType.DOCX
    for member, kind in _MEMBERS:
        if member in names:
            return kind
    if "META-INF/container.xml" in names and mimetype not in _OPEN:
        return FileType.EPUB
    if mimetype.removesuffix("-template") in _OPEN:
        return _OPEN[mimetype.removesuffix("-template")]
    raise WrongFormat(f"{path} is a ZIP archive, not a document")


def _compound(data: bytes, path: Path) -> FileType:
    """OLE2: an Office file before 2007, or the envelope of a newer one with a password."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ProtectedInput(f"{path} is protected with a password")
    for stream, kind in _STREAMS:
        if stream.encode("utf-16-le") + b"\x00\x00" in data:
            return kind
    raise WrongFormat(f"{path} is a file of Office before 2007 that is damaged or of a kind that is not read")


def _text(data: bytes, head: bytes, path: Path, said: FileType | None) -> FileType:
    for magic, what in _OTHERS:
        # "MZ" and "BZh" may begin a text too; there is always a NUL in the files of these types.
        if head.startswith(magic) and (len(magic) > 3 or b"\x00" in head or b"\xff" in head):
            hint = " (`ocr` reads it)" if data.startswith(PICTURES) else ""
            raise WrongFormat(f"{path} is {what}, not {'a kind that is read' if said is None else called(said)}{hint}")
    letters = head.replace(b"\x00", b"")  # of UTF-16, too
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        letters = letters.removeprefix(mark)
    root = _XML_ROOT.match(letters)
    name = root[1].decode("ascii").rpartition(":")[2].lower() if root else ""
    if name in _EXCHANGE:
        raise WrongFormat(f"{path} is {_EXCHANGE[name]}: read it with `duiyi memory import` or `duiyi convert`")
    if path.suffix.lower() in (".po", ".pot") and _CATALOG.search(letters):
        raise WrongFormat(f"{path} is a message catalogue (PO): read it with `duiyi memory import` or `duiyi convert`")
    if letters.startswith(b"{\\rtf"):
        return FileType.RTF
    if name == "document" and (flat := _FLAT.search(data[:_SAMPLE])):
        return _OPEN[flat[1].decode("ascii")]
    if said is not None and said not in (FileType.DOC, FileType.HTML, *_WRITTEN):
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
    if said is FileType.DOC:
        what = "binary data" if _binary(head) else "plain text"
        raise WrongFormat(f"{path} is not {called(said)}, as its name says, but {what}")
    return _marked(letters, data[:_SAMPLE], said)


def _marked(head: bytes, sample: bytes, said: FileType | None) -> FileType:
    """Plain text or one of the types that are written as text."""
    if _SUBTITLES.match(head):
        return FileType.SUBTITLES
    if said in _MARKED:
        return said
    if _LATEX.search(head):
        return FileType.LATEX
    signs = {kind: sum(bool(one.search(sample)) for one in patterns) for kind, patterns in _SIGNS.items()}
    best = max(signs, key=lambda kind: signs[kind])
    return best if signs[best] >= (_SIGNS_UNSAID if said is None else _SIGNS_SAID) else FileType.TEXT


def _binary(head: bytes) -> bool:
    controls = sum(byte < 9 or 13 < byte < 27 for byte in head)
    return controls > 0.02 * len(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
