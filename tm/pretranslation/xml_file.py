"""Read an XML file to edit it, and write it so that nothing else changes, neither line ends nor encoding."""

import re
from dataclasses import dataclass
from pathlib import Path

from corpora.files import replacing
from corpora.xml import Element, parse

__all__ = ["XmlFile"]

_LARGEST = 500_000_000  # bytes, kept in memory while the file is edited
#: What may stand before the root: a mark, a declaration, comments, instructions, a document type.
_PROLOG = re.compile(r"\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_START_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


@dataclass(frozen=True, slots=True)
class XmlFile:
    """An XML file in memory: its root, its text as it was, and its encoding."""

    root: Element
    text: str
    encoding: str
    attributes: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> "XmlFile":
        """Read a file. Raises as `corpora.xml.parse` does."""
        root = parse(path, max_bytes=_LARGEST, editable=True)
        encoding = root.getroottree().docinfo.encoding or "UTF-8"
        encoding = "UTF-16" if encoding.upper().startswith("UTF-16") else encoding  # with its mark
        return cls(root, path.read_bytes().decode(encoding, "replace"), encoding, dict(root.attrib))

    def write(self, path: Path) -> None:
        """Write the file to ``path``, completely or not at all."""
        from lxml import etree

        made = etree.tostring(self.root, encoding="unicode", with_tail=False)
        prolog = _PROLOG.match(self.text)
        head = prolog[0] if prolog is not None else ""
        start, old = _START_TAG.match(made), _START_TAG.match(self.text, len(head))
        if start is not None and old is not None and dict(self.root.attrib) == self.attributes:
            made = old[0] + made[start.end() :]  # attributes in the order of the file
        if "\r\n" in self.text[:2_000]:
            made = made.replace("\r\n", "\n").replace("\n", "\r\n")
        text = head + made + self.text[self.text.rfind(">") + 1 :]
        with replacing(path) as temporary:
            temporary.write_bytes(text.encode(self.encoding, "xmlcharrefreplace"))
