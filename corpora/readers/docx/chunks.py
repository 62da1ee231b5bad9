"""Documents that a DOCX imports when Word opens it (`altChunk`): pages of HTML, as such, within MHT, or RTF.

Programs that export to Word write the whole text in this way, since they need not write WordprocessingML.
"""

from email import message_from_bytes

from corpora.readers import rtf
from corpora.readers.encodings import decode
from corpora.readers.html.reader import HtmlText, declared_encoding, read_html

__all__ = ["read_chunk"]


def read_chunk(data: bytes, name: str) -> HtmlText:
    """The text of the imported document ``data``; ``name`` is the DOCX as messages call it.

    Raises `InputError` or one of its kinds where it cannot be read.
    """
    if data.lstrip().startswith(b"{\\rtf"):
        return read_html(rtf.convert(data, name), name, converted=True)
    if data.lstrip()[:20].lower().startswith((b"mime-version", b"content-type")):
        parts = message_from_bytes(data).walk()
        pages = (part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/html")
        data = next((page for page in pages if isinstance(page, bytes)), b"")
    return read_html(decode(data, name, declared=declared_encoding(data)).text, name)
