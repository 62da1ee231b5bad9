"""The one place where XML is parsed: no entities, DTD or network, bounded depth and text, large files streamed.

Untrusted XML can make a parser read other files, contact other machines or expand entities
without end, and the defaults of parsers differ between versions. Every reader of the project therefore comes
here: `parse` for small documents (a DOCX part), `stream` for files of any size, `fragments` for what can be
saved out of a file that is not well-formed. A document type that declares entities is refused outright; one
that only names its DTD (every TMX does) is read without loading it. libxml2's own limits stay on: 256 levels,
10 MB in one text. Text on the way out goes through `legal`, for one forbidden character makes a whole file
unreadable (XML 1.0, section 2.2).
"""

import codecs
import contextlib
import gzip
import io
import re
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from html.entities import html5
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from corpora.errors import DamagedInput, EmptyInput, InputError, WrongFormat

__all__ = [
    "Element", "XmlPiece", "attributes_of", "beginning", "entity_text", "fragments", "legal", "local", "opened",
    "parse", "root_name", "stream", "text_codec",
]  # fmt: skip

#: An lxml element; lxml has no types of its own.
Element: TypeAlias = Any

_CHUNK = 1 << 16
_FRAGMENT = 10_000_000  # characters in one fragment, as libxml2 allows in one text
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_NAMESPACES = re.compile(r"""xmlns(?::[\w.-]+)?\s*=\s*(?:"[^"<]*"|'[^'<]*')""")
_ONE_BYTE = re.compile(rb"(?:us-)?ascii|iso-?8859|(?:windows-|cp)12|latin|koi8|mac", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARATION = re.compile(r"^<\?xml.*?\?>", re.DOTALL)
_ASCII = bytes(one for one in (10, *range(32, 127)) if one != 92) + rb"\u0041"  # the last is not an escape
_BLANK_START = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]++(?=<\?xml\s)")
_SAFE = {
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class XmlPiece(NamedTuple):
    """A piece of a damaged file: the line on which it begins, and its element or what is wrong with it.

    ``lost`` counts the elements that could not be read because of the problem.
    """

    line: int
    element: Element | None
    problem: str = ""
    lost: int = 1


def legal(text: str) -> tuple[str, int]:
    """Return ``text`` without the characters that XML 1.0 forbids, and how many were taken out.

    Forbidden are the C0 controls but tab and line ends, unpaired surrogates, U+FFFE and U+FFFF.
    A pair of surrogates, as some tools hand over an astral character, is joined first.
    """
    if _ILLEGAL.search(text) is None:
        return text, 0
    try:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        text = "".join(_joined_pairs(text))
    return _ILLEGAL.subn("", text)


def _joined_pairs(text: str) -> Iterator[str]:
    for piece in re.split("([\ud800-\udbff][\udc00-\udfff])", text):
        if len(piece) == 2 and "\ud800" <= piece[0] <= "\udbff" and "\udc00" <= piece[1] <= "\udfff":
            yield piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        else:
            yield piece


def local(element: Element) -> str:
    """The name of ``element`` without its namespace, "" for an entity reference."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attributes_of(element: Element) -> dict[str, str]:
    """The attributes of ``element``, of more than 500 the first: the parser looks for each value from the beginning."""
    names = element.keys()
    return dict(element.items()) if len(names) <= 500 else {name: element.get(name) for name in names[:500]}


def entity_text(entity: Element) -> str:
    """The character of an entity reference that HTML defines (``&nbsp;``), else the reference as written."""
    written = str(entity.text)
    return html5.get(written[1:], written)


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Open ``source`` for reading bytes, gunzipped where it is gzip; a stream is returned as it is."""
    if not isinstance(source, Path):
        yield source
        return
    try:
        with source.open("rb") as raw:
            head = raw.read(1000)
            zipped = head.startswith(b"\x1f\x8b")
            # An editor put blank lines before the declaration, where XML has none.
            blank = _BLANK_START.match(head)
            raw.seek(blank.end() if blank else 0)
            yield gzip.GzipFile(fileobj=raw) if zipped else raw  # type: ignore[misc]
    except FileNotFoundError as error:
        raise InputError(f"{source} does not exist") from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DamagedInput(f"{source} is a damaged gzip file") from error
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror or error}") from error


def parse(
    source: Path | bytes | BinaryIO, *, name: str = "", max_bytes: int = 64_000_000, editable: bool = False
) -> Element:
    """Parse a whole document into memory and return its root element.

    ``name`` is what messages call the input where it is not a path. With ``editable`` comments, processing
    instructions and CDATA sections stay, so that the document can be written again. Raises `WrongFormat` for what is
    not XML, `DamagedInput` where it is not well-formed, `InputError` above ``max_bytes`` and for entity declarations.
    """
    name = name or (str(source) if isinstance(source, Path) else "the document")
    with opened(io.BytesIO(source) if isinstance(source, bytes) else source) as stream_:
        data = stream_.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise InputError(f"{name} is larger than the {max_bytes // 1_000_000} MB that are read in one piece")
    from lxml import etree

    if not data.strip():
        raise EmptyInput(f"{name} is empty")
    if blank := _BLANK_START.match(data):
        data = data[blank.end() :]
    try:
        kept = {"remove_comments": False, "remove_pis": False, "strip_cdata": False} if editable else {}
        root = etree.fromstring(data, etree.XMLParser(encoding=_true_encoding(data[:_CHUNK]), **{**_SAFE, **kept}))
    except etree.XMLSyntaxError as error:
        raise _not_xml(error, name) from error
    _refuse_entities(root, name)
    return root


def stream(source: Path | BinaryIO, tags: Collection[str], *, name: str = "") -> Iterator[Element]:
    """Yield each element named in ``tags`` (local names, any namespace) when it is complete.

    An element is emptied when the next is requested, so memory does not grow with the file; ``sourceline`` is
    its line. Raises as `parse` does, after the elements before the error were yielded.
    """
    name = name or (str(source) if isinstance(source, Path) else "the document")
    with opened(source) as stream_:
        yield from _events(stream_, name, tuple(f"{{*}}{tag}" for tag in tags))


def _events(file: BinaryIO, name: str, tags: tuple[str, ...]) -> Iterator[Element]:
    """Drive the pull parser chunk by chunk; what was complete before an error is yielded before it is raised."""
    from lxml import etree

    chunk = file.read(_CHUNK)
    parser = etree.XMLPullParser(events=("end",), tag=tags, encoding=_true_encoding(chunk), **_SAFE)
    fault, blank, checked, more = None, True, False, True
    while more and fault is None:
        try:
            more = bool(chunk)
            blank = blank and not chunk.strip()
            if chunk:
                parser.feed(chunk)
            elif not blank:
                parser.close()
        except etree.XMLSyntaxError as error:
            fault = error
        for _, element in parser.read_events():
            if not checked:
                _refuse_entities(element, name)
                checked = True
            yield element
            _empty(element)
        chunk = file.read(_CHUNK) if more and fault is None else b""
    if blank:
        raise EmptyInput(f"{name} is empty")
    if fault is not None:
        # What the parser noticed first says more than what it gave up on at the end of the file.
        first = fault if (fault.position or (0, 0))[0] else next(iter(parser.feed_error_log), fault)
        raise _not_xml(first, name) from fault


def beginning(source: Path) -> Element | None:
    """The root element of a file with what is near its beginning, None where it has none; the rest may be damaged."""
    from lxml import etree

    with opened(source) as file:
        head = file.read(_CHUNK)

    def root(data: bytes, encoding: str | None) -> Element | None:
        parser = etree.XMLPullParser(events=("start",), encoding=encoding, **_SAFE)
        with contextlib.suppress(etree.XMLSyntaxError):
            parser.feed(data)
        return next((element for _, element in parser.read_events()), None)

    found = root(head, _true_encoding(head))
    if found is None:  # the first line may name another encoding than that of the file
        text = head.decode(_encoding(head), "replace").lstrip("\ufeff\0 \r\n\t")
        found = root(_DECLARATION.sub("", text).encode("utf-8", "replace"), "utf-8")
    return found


def root_name(source: Path) -> str:
    """The local name of the root element of a file, "" where none is found near its beginning."""
    root = beginning(source)
    return "" if root is None else local(root)


def _not_xml(error: Any, name: str) -> InputError:
    if "entity amplification" in _message(error):
        return InputError(f"{name} declares XML entities, with which a small file can grow without end; it is not read")
    if "'<' not found" in _message(error):
        return WrongFormat(f"{name} is not XML: {_explained(error)}")
    return DamagedInput(f"{name} is not well-formed XML: {_explained(error)}")


def _refuse_entities(element: Element, name: str) -> None:
    doctype = element.getroottree().docinfo.internalDTD
    if doctype is not None and next(iter(doctype.iterentities()), None) is not None:
        raise InputError(f"{name} declares XML entities, with which a small file can grow without end; it is not read")


def _empty(element: Element) -> None:
    """Release ``element`` and what comes before it, but not its ancestors."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _message(error: Any) -> str:
    """What libxml2 says, of an exception or of an entry of its log."""
    return str(getattr(error, "msg", None) or getattr(error, "message", None) or "broken")


def _explained(error: Any) -> str:
    """libxml2's message with its line first and without its advice to programmers."""
    line = getattr(error, "line", 0) or (getattr(error, "position", None) or (0, 0))[0]
    message = " ".join(_message(error).split())
    return f"line {line}: {message.partition(', line ')[0].partition(', try XML_PARSE')[0].rstrip(' .,')}"


def fragments(source: Path | BinaryIO, tag: str, *, name: str = "") -> Iterator[XmlPiece]:
    """Cut a file that is not well-formed at each ``<tag>`` and ``</tag>`` and parse the pieces one by one.

    One forbidden character makes a parser reject the whole file; this saves the pieces around it and reports
    each bad one with its line. Elements named ``tag`` must not nest. Bytes that are not of the declared
    encoding make their fragment bad, not the file.
    """
    from lxml import etree

    parser = etree.XMLParser(**_SAFE)
    edge = re.compile(rf"<!--|<(?=(?:[\w.-]+:)?{tag}[\s/>])|</(?:[\w.-]+:)?{tag}\s*>")
    name = name or (str(source) if isinstance(source, Path) else "the document")
    with opened(source) as raw:
        head = raw.read(_CHUNK)
        encoding = _encoding(head)
        declared = _declared_namespaces(head.decode(encoding, "replace"))
        before = f'<!DOCTYPE r SYSTEM "r"><r {declared}>'
        for line, text, problem, lost in _pieces(_decoded(raw, head, encoding), edge, tag):
            if problem:
                yield XmlPiece(line, None, problem, lost)
                continue
            if _UNDECODED.search(text):
                yield XmlPiece(line, None, f"bytes that are not {encoding}")
                continue
            try:
                root = etree.fromstring(before + text + "</r>", parser)
                yield XmlPiece(line, root[0])
            except etree.XMLSyntaxError as error:
                inner = (error.position or (1, 0))[0] - 1
                yield XmlPiece(line + inner, None, _explained(error).partition(": ")[2])


def _declared_namespaces(head: str) -> str:
    """The declarations of namespaces in ``head``, one of each prefix; damaged ones are left out."""
    from lxml import etree

    found: dict[str, str] = {}
    for one in dict.fromkeys(_NAMESPACES.findall(head)):
        with contextlib.suppress(etree.XMLSyntaxError):
            etree.fromstring(f"<r {one}/>", etree.XMLParser(**_SAFE))
            found.setdefault(one.partition("=")[0].strip(), one)
    return " ".join(found.values())


def _true_encoding(head: bytes) -> str | None:
    """UTF-8 where a file says that each of its bytes is a letter, and is UTF-8; None where it can be believed.

    Text in Latin letters is UTF-8 by chance only where it was garbled before.
    """
    match = _DECLARED.search(head[:1000])
    if match is None or head.isascii() or not _ONE_BYTE.match(match[1]):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _encoding(head: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    match = _DECLARED.search(head[:1000])
    if match is None or _true_encoding(head):
        return "utf-8"
    return text_codec(match[1].decode("ascii")) or "utf-8"


def text_codec(name: str) -> str:
    """The codec that a file names in letters of ASCII; "" where there is none or it does not read these letters.

    UTF-16 and UTF-7 are none of those, nor what Python has beside encodings of text, such as hex, IDNA and Punycode.
    """
    try:
        return codecs.lookup(name).name if _ASCII.decode(name, "surrogateescape") == _ASCII.decode() else ""
    except (LookupError, ValueError):
        return ""


def _decoded(raw: BinaryIO, head: bytes, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if "16" not in encoding else "replace")
    while head:
        yield decoder.decode(head)
        head = raw.read(_CHUNK)
    yield decoder.decode(b"", final=True)


_Piece: TypeAlias = tuple[int, str, str, int]


def _pieces(chunks: Iterator[str], edge: re.Pattern[str], tag: str) -> Iterator[_Piece]:
    """Yield (line, text, problem, elements lost) of each piece between an opening and its closing tag."""
    cutter = _Cutter(edge, tag)
    for chunk in chunks:
        yield from cutter.feed(chunk)
    yield from cutter.close()


class _Cutter:
    """Keeps the text from the last opening tag on; a piece that is too long is reported and dropped."""

    def __init__(self, edge: re.Pattern[str], tag: str) -> None:
        self._edge, self._tag = edge, tag
        self._text, self._line = "", 1
        self._open, self._opened_at, self._skipping = False, 1, False

    def feed(self, chunk: str) -> Iterator[_Piece]:
        self._text += chunk
        position = 1 if self._open and not self._skipping else 0
        start = 0
        while (match := self._edge.search(self._text, position)) is not None:
            at, position = match.start(), match.end()
            if match[0] == "<!--":
                end = self._text.find("-->", position)
                if end < 0:
                    position = at
                    break
                position = end + 3
            elif match[0] == "<":
                if self._open and not self._skipping:
                    yield self._opened_at, "", f"<{self._tag}> without </{self._tag}>", 1
                self._open, self._skipping = True, False
                self._line += self._text.count("\n", start, at)
                start, self._opened_at = at, self._line
                position = at + 1
            elif self._open:
                if not self._skipping:
                    yield self._opened_at, self._text[start:position], "", 1
                self._line += self._text.count("\n", start, position)
                start, self._open, self._skipping = position, False, False
            else:
                self._line += self._text.count("\n", start, position)
                start = position
                yield self._line, "", f"</{self._tag}> without <{self._tag}>", 1
        yield from self._rest(start)

    def _rest(self, start: int) -> Iterator[_Piece]:
        """Keep what may still belong to a piece: all of an open one, else the last few characters."""
        keep = start
        if self._open and not self._skipping and len(self._text) - start > _FRAGMENT:
            yield self._opened_at, "", f"<{self._tag}> is longer than {_FRAGMENT:,} characters", 1
            self._skipping = True
        if not self._open or self._skipping:
            comment = self._text.rfind("<!--", start)
            pending = comment >= 0 and self._text.find("-->", comment + 4) < 0 and len(self._text) - comment < _FRAGMENT
            keep = comment if pending else max(start, len(self._text) - 200)
        self._line += self._text.count("\n", start, keep)
        self._text = self._text[keep:]

    def close(self) -> Iterator[_Piece]:
        at = self._text.find("<!--")
        while at >= 0 and (end := self._text.find("-->", at + 4)) >= 0:
            at = self._text.find("<!--", end)
        # Where the end is missing, the closing tags in a comment may be more than the opening ones.
        edges = [match[0] for match in self._edge.finditer(self._text, at + 4)] if at >= 0 else []
        lost = max(edges.count("<"), sum(edge.startswith("</") for edge in edges))
        if self._open and not self._skipping:
            yield self._opened_at, "", f"the file ends inside <{self._tag}>", max(lost, 1 + edges.count("<"))
        elif lost:
            line = self._line + self._text.count("\n", 0, at)
            yield line, "", f"a comment is not closed; the <{self._tag}> elements in it ({lost:,}) were not read", lost
