"""Which letters and digits of a document reach neither a unit nor the record of what was left out.

Each file is read a second time by other means: the text nodes of its XML or HTML, the text layer that pdfium gives, the
lines of plain text, pandoc for markup and RTF, antiword for .doc. What these show is compared with what an alignment
writes, footnote marks and the parts recorded as left out included. Letters are counted, so that order and line breaks
do not matter.
"""

import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from unicodedata import normalize

from corpora.document import Document

__all__ = ["letters", "lost", "shown"]

#: The parts of a package that hold text, and the elements of them that do; "" for all elements.
_PARTS = (
    (r"word/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml", "t delText"),
    (r"ppt/(?:slides|notesSlides)/[^/]+\.xml", "t"),
    (r"xl/(?:sharedStrings|worksheets/sheet\d+)\.xml", "t"),
    (r"content\.xml", ""),
    (r"(?!.*nav\.xhtml).*\.x?html", ""),
)
#: What is never shown, and what older programs show in place of what is next to it.
_UNSEEN = frozenset(
    "script style head template noscript iframe object audio video canvas title settings font-face-decls "
    "automatic-styles Fallback".split()
)
_TIMING = re.compile(r"^(?:\d+\n)?[^\n]*-->[^\n]*$", re.MULTILINE)
_ASCIIDOC = re.compile(r"^\[[^\]\n]*\]$|\bfootnote:(?=\[)|^:[\w-]+:.*$", re.MULTILINE)
_PANDOC = {".rtf": "rtf", ".md": "gfm", ".rst": "rst", ".tex": "latex", ".docbook": "docbook"}


def letters(texts: Iterable[str]) -> Counter[str]:
    """The letters and digits of ``texts``, ligatures, raised and full-width ones as plain ones."""
    return Counter(filter(str.isalnum, normalize("NFKC", "".join(texts))))


def lost(path: Path, document: Document, written: Iterable[str]) -> Counter[str]:
    """The letters and digits of the file at ``path`` that are not ``written`` and not recorded as left out."""
    marks = (mark.number for block in document.blocks for mark in block.marks)
    return letters([shown(path)]) - letters([*written, *marks, *(change.text for change in document.changes)])


def shown(path: Path) -> str:
    """The text of a file, read without the readers of the project."""
    ending = path.suffix.lower()
    if zipfile.is_zipfile(path):
        return _package(path)
    if ending == ".pdf":
        return _pages(path)
    if ending in _PANDOC or ending == ".doc":
        pandoc = ["pandoc", "-f", _PANDOC.get(ending, ""), "-t", "plain", "--wrap=none", str(path)]
        command = ["antiword", "-m", "UTF-8.txt", str(path)] if ending == ".doc" else pandoc
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    text = path.read_text("utf-8-sig")
    if ending in (".html", ".htm"):
        from lxml import html

        return "".join(_texts(html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))))
    marks = {".srt": _TIMING, ".adoc": _ASCIIDOC}.get(ending)
    return marks.sub("", text) if marks else text


def _pages(path: Path) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        # A hyphen that pdfium read as one at the end of a line is a noncharacter.
        return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def _package(path: Path) -> str:
    from lxml import etree

    found = []
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            wanted = next((names for part, names in _PARTS if re.fullmatch(part, name)), None)
            if wanted is not None:
                root = etree.fromstring(package.read(name), etree.XMLParser(recover=True))
                found += _texts(root, frozenset(wanted.split()))
    return "".join(found)


def _texts(root: object, names: frozenset[str] = frozenset()) -> Iterable[str]:
    """The text nodes in elements of these names, or in all that are shown."""
    for element in root.iter("*"):  # type: ignore[attr-defined]
        own = element.tag.rpartition("}")[2]
        around = {one.tag.rpartition("}")[2] for one in element.iterancestors()} | {own}
        if not names or own in names:
            yield "" if around & _UNSEEN else element.text or ""
        if not names and not (around - {own}) & _UNSEEN:
            yield element.tail or ""
