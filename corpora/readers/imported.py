"""Documents that a DOCX imports when Word opens it (`altChunk`): pages of HTML, within MHT too, RTF, DOCX.

Programs that export to Word write the whole text in this way, since they need not write WordprocessingML.
"""

import re
from email import message_from_bytes
from functools import partial

from corpora.errors import DamagedInput, EmptyInput
from corpora.readers import rtf
from corpora.readers.docx.reader import DocxText, read_docx
from corpora.readers.encodings import decode
from corpora.readers.html.reader import declared_encoding, read_html

__all__ = ["read_imported"]

#: The head of an archive of MHT, up to the line that tells it; browsers write others before it.
_MHT = re.compile(rb"(?:[\w-]+:.*\n(?:[ \t].*\n)*)*?(?:mime-version|content-type):", re.IGNORECASE)


def read_imported(data: bytes, name: str, *, nested: bool = False) -> DocxText:
    """The text of the imported document ``data``; ``name`` is what messages call it.

    An empty one has none. ``nested``: what imports it is imported itself; what it imports is left out, since a document
    could import itself. Raises `InputError` or one of its kinds where it cannot be read.
    """
    warning = ""
    try:
        if data.startswith(b"PK"):
            return read_docx(data, name, imported=None if nested else partial(read_imported, nested=True))
        if data.lstrip().startswith(b"{\\rtf"):
            page = read_html(rtf.convert(data, name), name, converted=True)
        else:
            html, charset = _page(data, name)
            decoded = decode(html, name, declared=charset or declared_encoding(html))
            warning = decoded.warning
            page = read_html(decoded.text, name)
    except EmptyInput:
        return DocxText("", (), ())
    return DocxText(page.original, page.blocks, page.changes, (warning,) if warning else ())


def _page(data: bytes, name: str) -> tuple[bytes, str | None]:
    """The page of HTML in an archive of MHT and its encoding there, or ``data`` itself. Raises `DamagedInput`."""
    archive = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not _MHT.match(archive):
        return data, None
    for part in message_from_bytes(archive).walk():
        page = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(page, bytes):
            return page, part.get_content_charset()
    raise DamagedInput(f"{name} is an archive of MHT without a page of HTML")
