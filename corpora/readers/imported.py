"""Documents that a DOCX imports when Word opens it (`altChunk`): pages of HTML, within MHT too, RTF, DOCX.

Programs that export to Word write the whole text in this way, since they need not write WordprocessingML.
"""

from collections.abc import Sequence
from email import message_from_bytes

from corpora.document import Block, Change
from corpora.errors import EmptyInput
from corpora.readers import rtf
from corpora.readers.docx.reader import read_docx
from corpora.readers.encodings import decode
from corpora.readers.html.reader import declared_encoding, read_html

__all__ = ["read_imported"]


def read_imported(data: bytes, name: str) -> tuple[str, Sequence[Block], Sequence[Change]]:
    """The text of the imported document ``data``, its blocks and changes; ``name`` is the DOCX as messages call it.

    An empty one has none. Raises `InputError` or one of its kinds where it cannot be read.
    """
    try:
        if data.startswith(b"PK"):
            inner = read_docx(data, name)
            return inner.original, inner.blocks, inner.changes
        if data.lstrip().startswith(b"{\\rtf"):
            page = read_html(rtf.convert(data, name), name, converted=True)
        else:
            html = _page(data)
            page = read_html(decode(html, name, declared=declared_encoding(html)).text, name)
    except EmptyInput:
        return "", (), ()
    return page.original, page.blocks, page.changes


def _page(data: bytes) -> bytes:
    """The page of HTML in an archive of MHT, or ``data`` itself."""
    if not data.lstrip()[:20].lower().startswith((b"mime-version", b"content-type")):
        return data
    parts = message_from_bytes(data).walk()
    pages = (part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/html")
    return next((page for page in pages if isinstance(page, bytes)), b"")
