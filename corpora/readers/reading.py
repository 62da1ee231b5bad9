"""Read a document of any known type with `read(path)`; every refusal is one clear sentence.

The type is found by content, the encoding and the language are found offline, and the reader of the type does the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from corpora.cleaning.contents import without_contents
from corpora.document import Block, Change, Document, Line, Section
from corpora.errors import DamagedInput, EmptyInput, ProtectedInput, UsageError
from corpora.readers import encodings, file_type, office, txt
from corpora.readers.file_type import PICTURES, FileType
from corpora.readers.outline import outline
from corpora.readers.source import read_source
from corpora.text import languages
from corpora.text.mojibake import repair

__all__ = ["LineFilter", "document_of", "read"]

#: Takes the lines of a document and returns those to read.
LineFilter = Callable[[Sequence[Line]], Iterable[Line]]
#: The modules that make a page of HTML from the bytes of a file, or from its text. Each has a function `convert`.
_CONTAINERS = {
    FileType.EPUB: "epub", FileType.ODT: "opendocument", FileType.ODP: "opendocument", FileType.ODS: "opendocument",
    FileType.PPTX: "pptx", FileType.RTF: "rtf", FileType.XLSX: "xlsx",
}  # fmt: skip
_MARKUP = {
    FileType.MARKDOWN: "markdown", FileType.RST: "rst", FileType.ASCIIDOC: "asciidoc", FileType.LATEX: "latex",
}  # fmt: skip
_GARBLED = "{} is garbled: its text was decoded in the wrong encoding and saved again"


@dataclass(frozen=True, slots=True)
class _Content:
    """What a reader returns, for every type."""

    original: str
    blocks: tuple[Block, ...]
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    language: str = ""
    profile: str = "plain"
    encoding: str = ""


def read(
    path: Path | str,
    *,
    language: str | None = None,
    profile: str = "auto",
    segmented: bool = False,
    ocr: bool = False,
) -> Document:
    """Read the document at ``path``, a file of any type in `FileType`, - for standard input, or a web address.

    ``language`` (any form of code that `languages.known` takes) overrules what is detected, ``profile`` what
    the structure looks like ("auto", "un", "legal", "plain"). ``segmented`` takes plain text as it is, one unit a
    line: block ids are line numbers from 0 and a blank line is a block without text. ``ocr`` reads scans and pictures
    with Tesseract; a warning says how sure it is.

    Raises `InputError` or one of its kinds, naming the file, for whatever cannot be read: missing, empty, another type
    than its name says, damaged, encrypted, a scan.
    """
    return document_of(*read_source(path), language=language, profile=profile, segmented=segmented, ocr=ocr)


def document_of(
    data: bytes,
    path: Path,
    *,
    language: str | None = None,
    profile: str = "auto",
    segmented: bool = False,
    ocr: bool = False,
    lines: LineFilter | None = None,
) -> Document:
    """The document in ``data``; ``path`` is what messages call it. Otherwise as `read`.

    ``lines`` chooses what is read of plain text, a PDF or subtitles; other types have no lines.
    """
    kind = FileType.PDF if ocr and data.startswith(PICTURES) else file_type.sniff(data, path)
    if segmented and kind is not FileType.TEXT and kind not in _MARKUP:
        raise UsageError(f"{path} is not plain text, so it cannot have one unit per line (`segmented`)")
    stated = languages.checked_code(language) if language else ""
    text = ""
    if kind in office.NEWER:
        data, kind, text = office.newer(data, kind, str(path))
    if text:
        content = _lines(text, stated, profile, lines)
    elif segmented:
        content = _units(data, path, stated)
    elif kind in _CONTAINERS or kind in _MARKUP:
        content = _converted(data, path, kind, stated, profile)
    elif kind is FileType.SUBTITLES:
        content = _subtitles(data, path, stated, lines)
    elif kind is FileType.HTML:
        content = _html(data, path, stated, profile)
    elif kind is FileType.PDF:
        content = _scan(data, path, stated, profile, lines) if ocr else _pdf(data, path, stated, profile, lines)
    elif kind is FileType.DOCX:
        content = _docx(data, path, stated, profile)
    else:
        content = _text(data, path, stated, profile, lines)
    if not any(block.text.strip() for block in content.blocks):
        raise EmptyInput(f"{path} contains no text")
    if not content.encoding and repair("\n".join(block.text for block in content.blocks)).text is not None:
        raise DamagedInput(_GARBLED.format(path))
    blocks, contents = (content.blocks, ()) if segmented else without_contents(content.blocks)
    return Document(
        language=content.language,
        path=str(path),
        blocks=blocks,
        outline=Section(None, 0, 0, len(blocks)) if segmented else outline(blocks),
        original=content.original,
        profile=content.profile,
        encoding=content.encoding,
        changes=tuple(sorted((*content.changes, *contents), key=lambda change: change.start)),
        warnings=content.warnings,
        properties={"format": kind.name.lower()},
    )


def _text(data: bytes, path: Path, language: str, profile: str, lines: LineFilter | None) -> _Content:
    decoded = _decoded(data, path)
    content = _lines(decoded.text, language, profile, lines)
    warnings = _warnings(decoded.warning) + content.warnings
    return replace(content, warnings=warnings, encoding=decoded.encoding)


def _lines(text: str, language: str, profile: str, lines: LineFilter | None) -> _Content:
    from corpora.cleaning.pipeline import blocks_from_lines

    language = language or languages.detect(text)
    found = tuple(txt.lines_of(text))
    reading = blocks_from_lines(tuple(lines(found)) if lines else found, language, profile)
    return _Content(text, reading.blocks, reading.changes, reading.warnings, language, reading.profile)


def _units(data: bytes, path: Path, language: str) -> _Content:
    decoded = _decoded(data, path)
    language = language or languages.detect(decoded.text)
    blocks = txt.line_blocks(decoded.text)
    return _Content(decoded.text, blocks, (), _warnings(decoded.warning), language, "plain", decoded.encoding)


def _html(data: bytes, path: Path, language: str, profile: str) -> _Content:
    from corpora.cleaning.markup import structured
    from corpora.readers.html.reader import declared_encoding, read_html

    decoded = _decoded(data, path, declared_encoding(data))
    page = read_html(decoded.text, str(path))
    blocks, profile = structured(page.blocks, profile)
    language = language or languages.detect("\n".join(block.text for block in blocks))
    return _Content(
        page.original, blocks, page.changes, _warnings(decoded.warning), language, profile, decoded.encoding
    )


def _subtitles(data: bytes, path: Path, language: str, lines: LineFilter | None) -> _Content:
    from corpora.readers.subtitles import cues, read_subtitles

    decoded = _decoded(data, path)
    shown = "\n".join(line for cue in cues(decoded.text) for line in cue.lines)
    language = language or languages.detect(shown)
    track = read_subtitles(decoded.text, language, lines)
    warnings = _warnings(decoded.warning)
    return _Content(track.original, track.blocks, track.changes, warnings, language, "plain", decoded.encoding)


def _converted(data: bytes, path: Path, kind: FileType, language: str, profile: str) -> _Content:
    """A type that another module turns into a page of HTML."""
    from corpora.cleaning.markup import structured
    from corpora.readers.html.reader import read_html

    encoding = ""
    warnings: tuple[str, ...] = ()
    try:
        if kind in _MARKUP:
            decoded = _decoded(data, path)
            encoding, warnings = decoded.encoding, _warnings(decoded.warning)
            page = import_module(f"corpora.readers.{_MARKUP[kind]}").convert(decoded.text, str(path))
        else:
            page = import_module(f"corpora.readers.{_CONTAINERS[kind]}").convert(data, str(path))
    except RecursionError as error:
        raise DamagedInput(f"{path} nests its parts too deeply to be read") from error
    read = read_html(page, str(path), converted=True)
    blocks, profile = structured(read.blocks, profile)
    language = language or languages.detect("\n".join(block.text for block in blocks))
    return _Content(read.original, blocks, read.changes, warnings, language, profile, encoding)


def _decoded(data: bytes, path: Path, declared: str | None = None) -> encodings.Decoded:
    decoded = encodings.decode(data, str(path), declared=declared)
    if not decoded.text.strip():
        raise EmptyInput(f"{path} contains only blank lines")
    if not decoded.certain:
        return decoded
    found = repair(decoded.text)
    if found.text is None:
        return decoded
    if not found.text:
        raise DamagedInput(_GARBLED.format(path))
    how = f"its text had been read as {found.read} instead of {found.written} and saved again; this was repaired"
    return replace(decoded, text=found.text, warning=f"{decoded.warning or path}: {how}")


def _warnings(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _pdf(data: bytes, path: Path, language: str, profile: str, lines: LineFilter | None) -> _Content:
    from corpora.readers.pdf.reader import read_pdf

    pdf = read_pdf(data, str(path), language=language, profile=profile, lines=lines)
    return _Content(pdf.original, pdf.blocks, pdf.changes, pdf.warnings, pdf.language, pdf.profile)


def _scan(data: bytes, path: Path, language: str, profile: str, lines: LineFilter | None) -> _Content:
    """A scan by OCR; a PDF all of whose pages have text is read as such."""
    from corpora.cleaning.pipeline import blocks_from_lines
    from corpora.readers.ocr import recognize

    if not data.startswith(PICTURES):
        try:
            content = _pdf(data, path, language, profile, lines)
        except (ProtectedInput, EmptyInput):
            content = None
        if content is not None and not any("pictures without text" in warning for warning in content.warnings):
            note = f"{path} has text of its own, so it was read without OCR"
            return replace(content, warnings=(note, *content.warnings))
    read = recognize(data, str(path), language)
    found = tuple(lines(read.lines)) if lines else read.lines
    reading = blocks_from_lines(found, read.language, profile)
    changes = tuple(sorted((*read.changes, *reading.changes), key=lambda change: change.start))
    warnings = (read.warning, *reading.warnings)
    return _Content(read.original, reading.blocks, changes, warnings, read.language, reading.profile)


def _docx(data: bytes, path: Path, language: str, profile: str) -> _Content:
    from corpora.cleaning.markup import structured
    from corpora.readers.docx.reader import read_docx
    from corpora.readers.imported import read_imported

    docx = read_docx(data, str(path), imported=read_imported)
    blocks, profile = structured(docx.blocks, profile)
    language = language or languages.detect("\n".join(block.text for block in blocks))
    return _Content(docx.original, blocks, docx.changes, docx.warnings, language, profile)
