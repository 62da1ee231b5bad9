"""A new Word document, with this program in its properties, so that it is known as an earlier result."""

from typing import TYPE_CHECKING

from corpora.files import PROGRAM

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["new_document"]


def new_document() -> "Document":
    """An empty document that this program saved last, until another one does."""
    from docx import Document

    document = Document()
    document.core_properties.last_modified_by = PROGRAM
    return document
