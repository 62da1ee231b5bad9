"""Convert inline elements of TMX, XLIFF 1.2 and XLIFF 2 to tags of `tm.tags` and back.

Writing pairs the tags of a text first: the standards write an opening tag without its closing tag differently from a
pair (TMX ``it``), and nesting elements (``g``, ``hi``, ``pc``) only where the pairs nest.
"""

import re
from collections import Counter
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote

from corpora.xml import Element, attributes_of, entity_text, legal, local
from tm.tags import Tag, TagKind, escape, join, split

__all__ = ["Dialect", "character", "fill", "read_inline"]

Dialect = Literal["tmx", "xliff1", "xliff2"]

#: Elements that enclose the text they mark. Some tools write those of XLIFF into TMX, where they are not allowed.
_ENCLOSING = frozenset({"hi", "g", "mrk", "pc", "sub", "df"})
_OPENING = {"bpt": TagKind.OPEN, "bx": TagKind.OPEN, "sc": TagKind.OPEN, "sm": TagKind.OPEN}
_CLOSING = {"ept": TagKind.CLOSE, "ex": TagKind.CLOSE, "ec": TagKind.CLOSE, "em": TagKind.CLOSE}
#: The element each dialect writes by default; any other is named by the tag's attribute "el".
_USUAL = frozenset({"bpt", "ept", "ph", "bx", "ex", "x", "pc", "sc", "ec", "g"})
_IDS = ("id", "i", "x", "rid", "startRef")
_SILENT = frozenset({*_IDS, "pos", "dataRef", "dataRefStart", "dataRefEnd", "isolated", "subType", "ctype", "type"})
_FORMATTING = {"bold": "xlf:b", "italic": "xlf:i", "underlined": "xlf:u"}
#: Types that XLIFF 1.2 defines, for pairs and for single tags; all others begin with "x-" and have no blanks.
_PAIR_TYPES = frozenset({"bold", "italic", "underlined", "link"})
_SINGLE_TYPES = frozenset({"image", "lb", "pb"})
#: Attributes that are written again: the first of the names that the tag has, by the name in the dialect.
_XLIFF1_KEPT = {"equiv-text": ("equiv-text", "equiv", "disp"), "xid": ("xid", "subFlows")}
_XLIFF1_MORE = {
    "x": ("clone", "ts"), "g": ("clone", "ts"), "bx": ("clone", "ts"), "bpt": ("ts", "crc"), "ept": ("ts", "crc"),
    "ph": ("ts", "crc", "assoc"), "ex": ("ts",),
}  # fmt: skip
_XLIFF1_MARK = {"mid": ("mid",), "comment": ("comment", "value"), "ts": ("ts",)}
_XLIFF2_ENDS = {"equiv": ("equiv", "equiv-text"), "disp": ("disp",), "subFlows": ("subFlows",)}
_XLIFF2_KEPT = {name: (name,) for name in ("canCopy", "canDelete", "canReorder")}
_XLIFF2_MARK = {"translate": ("translate",), "type": ("type",), "value": ("value", "comment"), "ref": ("ref",)}
_DEEPEST = 3  # levels of codes inside codes that are kept; of deeper ones the text is
_BLANK = re.compile(r"[\s%]")


def read_inline(element: Element, dialect: Dialect, data: Mapping[str, str] | None = None) -> str:
    """The content of a ``seg``, ``source`` or ``target`` as the text of a unit.

    ``data`` is the ``originalData`` of XLIFF 2 by id.
    """
    if not len(element):
        return escape(element.text or "")
    return join(_Reader(dialect, data or {}).parts(element))


@dataclass(slots=True)
class _Reader:
    dialect: Dialect
    data: Mapping[str, str]
    pairs: dict[str, str] = field(default_factory=dict)  # TMX: i of an open bpt to the id of its tag
    used: Counter[str] = field(default_factory=Counter)  # the ids in ``pairs``
    count: int = 0
    depth: int = 0  # of codes inside codes

    def parts(self, element: Element) -> list[str | Tag]:
        found: list[str | Tag] = []
        self._add(element, found)
        return found

    def _add(self, element: Element, found: list[str | Tag]) -> None:
        """Append what is inside ``element``; to one list, since an iterator for each level takes time at each level."""
        if element.text:
            found.append(element.text)
        for child in element:
            self._child(child, found)
            if child.tail:
                found.append(child.tail)

    def _child(self, child: Element, found: list[str | Tag]) -> None:
        name = local(child)
        if not name:
            found.append(entity_text(child))
        elif name == "cp":
            found.append(character(child.get("hex", "")))
        elif name == "mrk" and child.get("mtype") == "seg":
            self._add(child, found)
        elif name == "sub" and self.dialect == "tmx" and not self.depth:
            # A footnote inside the segment: a code, so that the text reads without it.
            inside: list[str | Tag] = []
            _Reader(self.dialect, self.data, depth=1)._child(child, inside)
            tag = self._tag(child, "ph", TagKind.SINGLE, join(inside))
            found.append(Tag(tag.kind, tag.id, tag.content, (*tag.attributes, ("sub", "yes"))))
        elif name in _ENCLOSING:
            tag = self._tag(child, name, TagKind.OPEN, self.data.get(child.get("dataRefStart", ""), ""))
            starting = tuple(
                (key.removesuffix("Start"), value) for key, value in tag.attributes if not key.endswith("End")
            )
            found.append(Tag(tag.kind, tag.id, tag.content, starting))
            self._add(child, found)
            ending = tuple((key.removesuffix("End"), value) for key, value in tag.attributes if key.endswith("End"))
            found.append(Tag(TagKind.CLOSE, tag.id, self.data.get(child.get("dataRefEnd", ""), ""), ending))
        else:
            found.append(self._leaf(child, name))

    def _leaf(self, child: Element, name: str) -> Tag:
        position = child.get("pos", "")
        shape = _OPENING.get(name) or _CLOSING.get(name)
        if shape is None:
            shape = {"begin": TagKind.OPEN, "open": TagKind.OPEN, "end": TagKind.CLOSE, "close": TagKind.CLOSE}.get(
                position if name == "it" else "", TagKind.SINGLE
            )
        content = self.data.get(child.get("dataRef", ""), "")
        nested = any(local(inner) for inner in child)
        if nested:
            if self.depth < _DEEPEST:
                # With a count of its own, so that the ids inside do not depend on what comes before.
                content = join(_Reader(self.dialect, self.data, depth=self.depth + 1).parts(child))
            else:  # each level escapes the one inside it, which doubles the escapes
                content = "".join(map(str, child.itertext()))
        elif len(child) or child.text:
            content = "".join(part for part in self.parts(child) if isinstance(part, str))
        tag = self._tag(child, name, shape, content)
        return Tag(tag.kind, tag.id, tag.content, (*tag.attributes, ("sub", "yes"))) if nested else tag

    def _tag(self, child: Element, name: str, shape: TagKind, content: str) -> Tag:
        attributes = [] if name in _USUAL else [("el", name)]
        kind = _kind_of(child)
        if kind:
            attributes.append(("type", kind))
        own = attributes_of(child).items()
        attributes += [(key, value) for key, value in own if key not in _SILENT and "}" not in key]
        return Tag(shape, self._id(child, name, shape), content, tuple(attributes))

    def _id(self, child: Element, name: str, shape: TagKind) -> str:
        if self.dialect == "tmx":
            inner = child.get("i", "")
            if name == "ept":
                if inner in self.pairs:
                    self.used[self.pairs[inner]] -= 1
                return self.pairs.pop(inner, inner) or "0"
            found = child.get("x") or inner or child.get("id")
            if name == "bpt" and inner:
                found = inner if self.used[found] > 0 else found
                self.used[self.pairs.get(inner, "")] -= 1
                self.pairs[inner] = found
                self.used[found] += 1
        else:
            found = child.get("startRef") or child.get("rid") or child.get("id") or ""
        if not found:
            self.count += 1
            found = f"a{self.count}"
        return str(found)


def _kind_of(child: Element) -> str:
    """What the tag marks ("bold", "link"), independent of the dialect."""
    if child.get("ctype"):
        return unquote(str(child.get("ctype")).removeprefix("x-"))
    sub = str(child.get("subType", ""))
    if sub:
        return next((kind for kind, name in _FORMATTING.items() if name == sub), sub.removeprefix("duiyi:"))
    return str(child.get("type", ""))


def character(code: str) -> str:
    """The character that the ``cp`` of XLIFF 2 names by its hexadecimal code, "" for an invalid code."""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def fill(element: Element, text: str, dialect: Dialect, data: MutableMapping[str, str] | None = None) -> None:
    """Write the text of a unit into ``element``, its tags as inline elements of ``dialect``.

    XLIFF 2 keeps codes apart from the text: they are added to ``data``, id to code.
    """
    if "⟦" not in text:
        element.text = text
        return
    parts = split(text)
    _Writer(dialect, data if data is not None else {}, _partners(parts)).write(element, parts)


def _partners(parts: list[str | Tag]) -> dict[int, int]:
    """Positions of opening tags to those of their closing ones, and back."""
    partners: dict[int, int] = {}
    waiting: dict[str, list[int]] = {}
    for position, part in enumerate(parts):
        if not isinstance(part, Tag):
            continue
        if part.kind is TagKind.OPEN:
            waiting.setdefault(part.id, []).append(position)
        elif part.kind is TagKind.CLOSE and waiting.get(part.id):
            opening = waiting[part.id].pop()
            partners[opening], partners[position] = position, opening
    return partners


@dataclass(slots=True)
class _Writer:
    dialect: Dialect
    data: MutableMapping[str, str]
    partners: Mapping[int, int]
    in_code: bool = False  # writing into the code of a tag, where translatable parts are `sub` elements
    numbers: dict[int, int] = field(default_factory=dict)

    def write(self, element: Element, parts: list[str | Tag]) -> None:
        from lxml import etree

        namespace = f"{{{etree.QName(element).namespace}}}" if etree.QName(element).namespace else ""
        parents, last = [element], None
        enclosing = self._enclosing(parts)
        for position, part in enumerate(parts):
            parent = parents[-1]
            if isinstance(part, str):
                if last is None:
                    parent.text = (parent.text or "") + part
                else:
                    last.tail = (last.tail or "") + part
                continue
            if position in enclosing and part.kind is TagKind.CLOSE:
                last = parents.pop()
                self._end(last, part)
                continue
            name, attributes = self._shape(position, part, position in enclosing)
            child = etree.SubElement(parent, namespace + name, attributes)
            if position in enclosing:
                parents.append(child)
                last = None
                continue
            self._content(child, part)
            last = child

    def _enclosing(self, parts: list[str | Tag]) -> frozenset[int]:
        """Positions of the tags that are written as one element around their text: pairs that nest."""
        found: set[int] = set()
        stack: list[int] = []
        for position, part in enumerate(parts):
            if not isinstance(part, Tag) or position not in self.partners:
                continue
            if part.kind is TagKind.OPEN:
                closing = parts[self.partners[position]]
                if isinstance(closing, Tag) and self._may_enclose(part, closing):
                    stack.append(position)
            elif self.partners[position] in stack:
                # Pairs that were opened later and are still open overlap this one; they stay two elements.
                del stack[stack.index(self.partners[position]) + 1 :]
                found |= {position, stack.pop()}
        return frozenset(found)

    def _may_enclose(self, opening: Tag, closing: Tag) -> bool:
        element = opening.get("el")
        if element == "sub":
            return self.in_code and self.dialect != "xliff2"
        if self.dialect == "tmx":
            return element == "hi"
        if self.dialect == "xliff2":
            return True
        return not (opening.content or closing.content or self.in_code or _kept(closing, _XLIFF1_KEPT))

    def _shape(self, position: int, tag: Tag, encloses: bool) -> tuple[str, dict[str, str]]:
        paired = position in self.partners
        kind = tag.get("type")
        if self.dialect == "tmx":
            return self._tmx(position, tag, encloses, paired)
        if self.dialect == "xliff1":
            return _xliff1(tag, encloses, kind)
        return self._xliff2(position, tag, encloses, paired)

    def _tmx(self, position: int, tag: Tag, encloses: bool, paired: bool) -> tuple[str, dict[str, str]]:
        kind = {"type": tag.get("type")} if tag.get("type") else {}
        if encloses:
            return ("sub", kind) if tag.get("el") == "sub" else ("hi", {"x": tag.id, **kind})
        if tag.kind is TagKind.SINGLE:
            if tag.get("el") == "ut":
                return "ut", {"x": tag.id}
            association = {"assoc": tag.get("assoc")} if tag.get("assoc") else {}
            return "ph", {"x": tag.id, **association, **kind}
        if not paired:
            return "it", {"pos": "begin" if tag.kind is TagKind.OPEN else "end", "x": tag.id, **kind}
        first = min(position, self.partners[position])
        number = str(self.numbers.setdefault(first, len(self.numbers) + 1))
        return ("bpt", {"i": number, "x": tag.id, **kind}) if tag.kind is TagKind.OPEN else ("ept", {"i": number})

    def _xliff2(self, position: int, tag: Tag, encloses: bool, paired: bool) -> tuple[str, dict[str, str]]:
        if tag.get("el") == "mrk" and encloses:
            protected = {"translate": "no"} if tag.get("mtype") == "protected" else {}
            return "mrk", {"id": tag.id, **protected, **_kept(tag, _XLIFF2_MARK)}
        attributes = {**_xliff2_kind(tag.get("type")), **_kept(tag, _XLIFF2_KEPT)}
        ends = _kept(tag, _XLIFF2_ENDS)
        attributes |= {f"{name}Start": value for name, value in ends.items()} if encloses else ends
        if encloses:
            if tag.content:
                attributes["dataRefStart"] = self._datum(tag.content)
            return "pc", {"id": tag.id, **attributes}
        if tag.content:
            attributes["dataRef"] = self._datum(tag.content)
        if tag.kind is TagKind.SINGLE:
            return "ph", {"id": tag.id, **attributes}
        if tag.kind is TagKind.OPEN:
            return "sc", {"id": tag.id, **({} if paired else {"isolated": "yes"}), **attributes}
        return "ec", {"startRef": tag.id, **attributes} if paired else {"id": tag.id, "isolated": "yes", **attributes}

    def _datum(self, content: str) -> str:
        """The id of ``content`` in the original data; equal codes share one."""
        content = legal(content)[0]
        for key, value in self.data.items():
            if value == content:
                return key
        key = f"d{len(self.data) + 1}"
        self.data[key] = content
        return key

    def _content(self, child: Element, tag: Tag) -> None:
        if not tag.content or self.dialect == "xliff2":
            return
        if tag.get("sub") == "yes":
            parts = split(tag.content)
            _Writer(self.dialect, self.data, _partners(parts), in_code=True).write(child, parts)
        else:
            child.text = tag.content

    def _end(self, element: Element, closing: Tag) -> None:
        if self.dialect == "xliff2" and local(element) == "pc":
            for name, value in _kept(closing, _XLIFF2_ENDS).items():
                element.set(f"{name}End", value)
            if closing.content:
                element.set("dataRefEnd", self._datum(closing.content))


def _kept(tag: Tag, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The attributes of a tag by their name in the dialect that is written."""
    found = {own: next(filter(None, map(tag.get, given)), "") for own, given in names.items()}
    return {own: value for own, value in found.items() if value}


def _xliff1(tag: Tag, encloses: bool, kind: str) -> tuple[str, dict[str, str]]:
    if tag.get("el") == "mrk" and encloses:
        protected = "protected" if tag.get("translate") == "no" else ""
        mtype = tag.get("mtype") or protected or f"x-{_BLANK.sub('_', kind or 'mark')}"
        return "mrk", {"mtype": mtype, **_kept(tag, _XLIFF1_MARK)}
    kept = _kept(tag, _XLIFF1_KEPT)
    known = _SINGLE_TYPES if tag.kind is TagKind.SINGLE else _PAIR_TYPES
    extended = "x-" + _BLANK.sub(lambda match: quote(match[0]), kind)
    ctype = {"ctype": kind if kind in known else extended} if kind else {}
    if tag.get("el") == "sub" and encloses:
        return "sub", ctype
    if encloses:
        return "g", {"id": tag.id, **ctype, **kept, **_kept(tag, {one: (one,) for one in _XLIFF1_MORE["g"]})}
    name = {
        TagKind.OPEN: ("bx", "bpt"),
        TagKind.CLOSE: ("ex", "ept"),
        TagKind.SINGLE: ("x", "ph"),
    }[tag.kind][bool(tag.content)]
    kept |= _kept(tag, {one: (one,) for one in _XLIFF1_MORE[name]})
    return name, {"id": tag.id, **(ctype if tag.kind is not TagKind.CLOSE else {}), **kept}


def _xliff2_kind(kind: str) -> dict[str, str]:
    if kind in _FORMATTING:
        return {"type": "fmt", "subType": _FORMATTING[kind]}
    if kind in ("fmt", "ui", "quote", "link", "image", "other"):
        return {"type": kind}
    return {"type": "other", "subType": f"duiyi:{kind}"} if kind and not set(kind) & set(" :\t\n") else {}
