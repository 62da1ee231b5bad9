"""EPUB 2 and 3: the chapters in the reading order of the spine, as one page.

The table of contents is listed beside the spine (``toc.ncx``), within it (``nav.xhtml``), or as a page of links that
the publisher made; none of them is text of the book. Ids are made unique by chapter, because each chapter is a page
of its own and notes often lie in another one.

Source: EPUB 3.3 (W3C Recommendation), section 5 (package documents); Open Packaging Format 2.0.1.
"""

import posixpath
import re
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from corpora.container import Container, opened_container
from corpora.errors import DamagedInput, ProtectedInput
from corpora.readers import encodings
from corpora.readers.html.boilerplate import is_page_number, visible_text
from corpora.readers.html.reader import declared_encoding
from corpora.readers.html.styles import apply

__all__ = ["convert"]

_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_CONTENTS_LINKS = 4  # links to chapters from which a list of nothing but links is a table of contents
_CONTENTS_SHARE = 0.7  # of the text: link text in such a list
_LINKS = re.compile(rb"href\s*=\s*[\"']([^\"'#<>]{1,300})#")
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def convert(data: bytes, name: str) -> str:
    """The book in ``data`` as one page of HTML. Raises `DamagedInput` or `ProtectedInput`."""
    from lxml import etree

    with opened_container(data, name, "EPUB book") as container:
        _refuse_protected(container)
        package = _package(container)
        root = container.xml(package)
        chapters = _spine(container, package, root)
        numbers = {path: at for at, (path, _) in enumerate(chapters)}
        sheets = [
            container.read(path).decode("utf-8", "replace") for path in container.members() if path.endswith(".css")
        ]
        parts = [_chapter(container.read(path), f"{name} ({path})", path, numbers, step) for path, step in chapters]
    for part in parts:
        if part is not None:
            apply(part, sheets)
    body = b"".join(etree.tostring(part, encoding="utf-8", method="html") for part in parts if part is not None)
    return f"<html><body>{body.decode('utf-8')}</body></html>"


def _refuse_protected(container: Container) -> None:
    """Encrypted fonts are harmless; encrypted chapters are the sign of digital rights management."""
    if "META-INF/encryption.xml" not in container:
        return
    methods = [one.get("Algorithm", "") for one in container.xml("META-INF/encryption.xml").iter("{*}EncryptionMethod")]
    if any(method not in _FONTS for method in methods):
        raise ProtectedInput(f"{container.name} is protected (digital rights management) and cannot be read")


def _package(container: Container) -> str:
    named = "META-INF/container.xml"
    found = [one.get("full-path", "") for one in container.xml(named).iter("{*}rootfile")] if named in container else []
    found += [member for member in container.members() if member.endswith(".opf")]
    package = next((one for one in found if one in container), "")
    if not package:
        raise DamagedInput(f"{container.name} is a damaged EPUB book: it has no package document")
    return package


def _spine(container: Container, package: str, root: Any) -> list[tuple[str, str]]:
    """The chapters in reading order, each with the step that leaves it out, "" where it is read.

    After them come those that the order does not name: notes to which a chapter has links, and what no reader shows.
    """
    items = {one.get("id"): one for one in root.iter("{*}item")}
    guide = {
        container.beside(package, urldefrag(one.get("href", "")).url)
        for one in root.iter("{*}reference")
        if one.get("type") == "toc"
    }
    found: dict[str, str] = {}
    for reference in root.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _TYPES:
            continue
        path = container.beside(package, urldefrag(item.get("href", "")).url)
        if path in container:
            navigation = "nav" in item.get("properties", "").split() or path in guide
            found.setdefault(path, "table of contents" if navigation else "")
    if not found:
        raise DamagedInput(f"{container.name} is a damaged EPUB book: its spine names no chapter that it contains")
    linked = {posixpath.basename(unquote(link[1].decode("utf-8", "replace")))
              for path in found for link in _LINKS.finditer(container.read(path))}  # fmt: skip
    for item in items.values():
        path = container.beside(package, urldefrag(item.get("href", "")).url)
        shown = item.get("media-type") in _TYPES and "nav" not in item.get("properties", "").split()
        if shown and path in container and path not in guide:
            found.setdefault(path, "" if posixpath.basename(path) in linked else "outside the reading order")
    return list(found.items())


def _chapter(data: bytes, name: str, path: str, numbers: dict[str, int], step: str) -> Any:
    """The body of one chapter as a section, its ids and links made those of one page; None where it has none."""
    from lxml import etree

    text = encodings.decode(data, name, declared=declared_encoding(data)).text
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
    body = root.find("body") if root is not None else None
    if body is None:
        return None
    body.tag = "section"
    own = numbers[path]
    for element in body.iter(etree.Element):
        for key in ("id", "name"):
            if element.get(key):
                element.set(key, f"c{own}-{element.get(key)}")
        if element.tag == "a" and element.get("href"):
            element.set("href", _target(element.get("href"), path, numbers))
        if reason := _left_out(element):
            element.set("data-dropped", reason)
    body.set("id", f"c{own}")
    if step or _is_contents(body):
        body.set("data-dropped", step or "table of contents")
    return body


def _target(reference: str, path: str, numbers: dict[str, int]) -> str:
    parts = urlsplit(reference)
    if parts.scheme or parts.netloc:
        return reference
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path))) if parts.path else path
    if file not in numbers:
        return reference
    return f"#c{numbers[file]}-{parts.fragment}" if parts.fragment else f"#c{numbers[file]}"


def _left_out(element: Any) -> str:
    kinds = f"{element.get('epub:type') or ''} {element.get('role') or ''}".split()
    style = (element.get("style") or "").replace(" ", "").lower()
    if element.get("hidden") is not None or "display:none" in style:
        return "hidden"
    if element.tag in ("rt", "rp"):
        return "ruby"
    if is_page_number(element):
        return "page marks"
    if element.tag == "nav" or {"toc", "doc-toc", "landmarks", "page-list"} & set(kinds):
        return "table of contents"
    return ""


def _is_contents(body: Any) -> bool:
    """A page that is little but links to other places of the book."""
    links = [one for one in body.iter("a") if (one.get("href") or "").startswith("#")]
    text = len("".join(visible_text(body).split()))
    linked = sum(len("".join(visible_text(one).split())) for one in links)
    return len(links) >= _CONTENTS_LINKS and linked >= _CONTENTS_SHARE * text
