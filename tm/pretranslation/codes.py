"""Inline codes of a file in pre-translation: which of them a match has, and where they go in its translation.

A file wants each of its codes once in the translation, at the right place. Where that is not known the match is not
used: a code that is lost or misplaced breaks the document.
"""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from corpora.xml import Element, local
from tm.formats.inline import Dialect, read_inline
from tm.tags import Tag, TagKind, escape, join, plain, split, tags
from tm.unit import Unit

__all__ = ["SourceText", "placed", "read_source", "write_target"]

_ENCLOSING = frozenset({"hi", "g", "mrk", "pc"})


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source of a file: its text with tags as units have them, and the element of each tag, in order.

    An enclosing element such as ``g`` is there twice, for the tag that opens and the one that closes it.
    """

    text: str
    elements: tuple[Element, ...]


def read_source(element: Element, dialect: Dialect, data: dict[str, str] | None = None) -> SourceText:
    """Read a ``source``, or a segment of one, without comments; ``data`` as in `tm.formats.inline.read_inline`."""
    from lxml import etree

    copy = deepcopy(element)
    copy.tail = None
    etree.strip_tags(copy, etree.Comment, etree.ProcessingInstruction)
    text = read_inline(copy, dialect, data)
    elements = tuple(_codes(copy))
    return SourceText(text, elements if len(elements) == len(tags(text)) else ())


def _codes(element: Element) -> Iterator[Element]:
    """The elements of the tags that `read_inline` makes, in its order."""
    for child in element:
        name = local(child)
        if not name or name == "cp":
            continue
        if name == "mrk" and child.get("mtype") == "seg":
            yield from _codes(child)
        elif name in _ENCLOSING:
            yield child
            yield from _codes(child)
            yield child
        else:
            yield child


def write_target(element: Element, text: str, source: SourceText) -> bool:
    """Write ``text`` into ``element``, each tag as a copy of its element in ``source``; else return False.

    It cannot where ``text`` does not have each tag of the source once, or where enclosing elements would overlap.
    """
    found = split(text)
    given: dict[str, list[Element]] = {}
    for tag, one in zip(tags(source.text), source.elements, strict=bool(source.elements)):
        given.setdefault(str(tag), []).append(one)
    places: list[Any] = [part if isinstance(part, str) else _taken(given, part) for part in found]
    if None in places or any(given.values()):
        return False
    made = _built(element, found, places)
    if made is None:
        return False
    for child in list(element):
        element.remove(child)
    element.text = made.text
    element.extend(list(made))
    return True


def _taken(given: dict[str, list[Element]], tag: Tag) -> Element | None:
    waiting = given.get(str(tag))
    return waiting.pop(0) if waiting else None


def _built(element: Element, parts: list[str | Tag], places: list[Any]) -> Element | None:
    from lxml import etree

    root = etree.Element(element.tag, nsmap=element.nsmap)
    stack: list[tuple[Element, Any]] = [(root, None)]  # the open element, and the element that it copies
    last: Element | None = None
    for part, place in zip(parts, places, strict=True):
        parent = stack[-1][0]
        if isinstance(part, str):
            if last is None:
                parent.text = (parent.text or "") + part
            else:
                last.tail = (last.tail or "") + part
        elif local(place) in _ENCLOSING and part.kind is TagKind.CLOSE:
            if stack[-1][1] is not place:
                return None
            last = stack.pop()[0]
        elif local(place) in _ENCLOSING:
            child = etree.SubElement(parent, place.tag, dict(place.attrib), nsmap=place.nsmap)
            stack.append((child, place))
            last = None
        else:
            last = deepcopy(place)
            last.tail = None
            parent.append(last)
    return root if len(stack) == 1 else None


def placed(text: str, unit: Unit) -> tuple[str, bool] | None:
    """The target of ``unit`` with the tags of ``text``, and whether the tags differ in their ids at most.

    None where it is not known how the tags of ``text`` belong in the target.
    """
    own, stored, theirs = tags(text), tags(unit.source), tags(unit.target)
    if not own:
        return (escape(plain(unit.target)) if theirs else unit.target), not stored
    if [tag.kind for tag in own] == [tag.kind for tag in stored]:
        found = _renamed(unit.target, own, stored)
        if found is not None:
            return found, [tag.get("type") for tag in own] == [tag.get("type") for tag in stored]
    around = _around(text)
    if around is None:
        return None
    return around[0] + escape(plain(unit.target)) + around[1], False


def _renamed(target: str, own: tuple[Tag, ...], stored: tuple[Tag, ...]) -> str | None:
    """``target`` with the tags of the file in the place of those of the unit, each once."""
    by_name: dict[tuple[TagKind, str], list[Tag]] = {}
    for mine, theirs in zip(own, stored, strict=True):
        by_name.setdefault((theirs.kind, theirs.id), []).append(mine)
    parts: list[str | Tag] = []
    for part in split(target):
        if isinstance(part, Tag):
            waiting = by_name.get((part.kind, part.id))
            if not waiting:
                return None
            part = waiting.pop(0)
        parts.append(part)
    used = Counter(str(part) for part in parts if isinstance(part, Tag))
    return join(parts) if used == Counter(map(str, own)) else None


def _around(text: str) -> tuple[str, str] | None:
    """The tags before and after the text, where there is none inside."""
    parts = split(text)
    places = [place for place, part in enumerate(parts) if isinstance(part, str) and part.strip()]
    if len(places) != 1:
        return None
    return join(parts[: places[0]]), join(parts[places[0] + 1 :])
