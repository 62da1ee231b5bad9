"""The parts of a DOCX: its main part and those related to it, its styles and its list numbering.

python-docx opens the package for writing and knows neither footnotes nor computed numbers nor tracked changes, so the
parts are read as XML here, by local names, which serves the transitional and the strict form of the format
(ISO/IEC 29500-1 and -4) alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpora import xml
from corpora.container import BROKEN, Container, opened_container
from corpora.errors import InputError
from corpora.text.numerals import to_han, to_letters, to_roman

__all__ = [
    "Numbering",
    "Package",
    "Style",
    "attribute",
    "child",
    "children",
    "graphic_texts",
    "integer",
    "open_package",
    "raised_styles",
    "styles_of",
]

_GRAPHICS = ("chart", "diagramData")
_RELATED = ("styles", "numbering", "footnotes", "endnotes", "header", "footer", "comments")


def children(element: Any, *names: str) -> Iterator[Any]:
    """The children of ``element`` with one of these local names."""
    for one in element:
        if xml.local(one) in names:
            yield one


def child(element: Any, *path: str) -> Any:
    """The first descendant along ``path`` of local names, None where there is none."""
    for name in path:
        element = next(children(element, name), None) if element is not None else None
    return element


def attribute(element: Any, name: str, default: str = "") -> str:
    """The attribute with this local name; OOXML qualifies some and others not."""
    if element is None:
        return default
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), default)


def graphic_texts(part: Any) -> list[str]:
    """The texts of a chart or diagram: its paragraphs, then the names of series and categories, once each."""
    lines = ("".join(one.text or "" for one in paragraph.iter("{*}t")) for paragraph in part.iter("{*}p"))
    names = (point.findtext("{*}v") or "" for cache in part.iter("{*}strCache") for point in cache.iter("{*}pt"))
    return [line for line in (*lines, *dict.fromkeys(names)) if line.strip()]


@dataclass(frozen=True, slots=True)
class Package:
    """An open package: the main part, and the other parts by the kind of their relation ("styles", "footnotes", …).

    ``graphics``: the charts and diagrams of the main part, by the id of their relation; ``chunks``: the documents of
    other types that it imports, their paths and contents, None where a part is missing or damaged.
    """

    main: Any
    related: dict[str, list[Any]]
    graphics: dict[str, Any] = field(default_factory=dict)
    chunks: dict[str, tuple[str, bytes | None]] = field(default_factory=dict)


def open_package(data: bytes, name: str) -> Package:
    """Open the DOCX in ``data``; ``name`` is the file as messages call it. Raises `DamagedInput`."""
    with opened_container(data, name, "Word document") as container:
        main = next((path for kind, _, path in container.relations("") if kind == "officeDocument"), "")
        main = main or "word/document.xml"
        related: dict[str, list[Any]] = {}
        graphics: dict[str, Any] = {}
        chunks: dict[str, tuple[str, bytes | None]] = {}
        for kind, key, path in container.relations(main):
            if kind in _RELATED and path in container:
                related.setdefault(kind, []).append(container.xml(path))
            elif kind in _GRAPHICS and path in container:
                graphics[key] = container.xml(path)
            elif kind == "aFChunk":
                chunks[key] = path, _content(container, path)
        return Package(container.xml(main), related, graphics, chunks)


def _content(container: Container, path: str) -> bytes | None:
    try:
        return container.read(path)
    except (InputError, *BROKEN):
        return None


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: its lower-case name, outline level (0-8, None for text) and list (numId, level)."""

    name: str
    outline: int | None = None
    number: tuple[str, int] | None = None


def styles_of(package: Package) -> dict[str, Style]:
    """The styles by id, with what they inherit; "" is the default paragraph style."""
    raw: dict[str, Any] = {}
    default = ""
    for part in package.related.get("styles", []):
        for style in children(part, "style"):
            if attribute(style, "type", "paragraph") == "paragraph":
                raw[attribute(style, "styleId")] = style
                if attribute(style, "default") in ("1", "true", "on"):
                    default = attribute(style, "styleId")
    found = {key: _style(key, raw) for key in raw}
    found[""] = found.get(default, Style("normal"))
    return found


def raised_styles(package: Package) -> frozenset[str]:
    """The ids of the character styles whose text is raised, by their own properties or inherited ones."""
    raw = {
        attribute(style, "styleId"): style
        for part in package.related.get("styles", [])
        for style in children(part, "style")
        if attribute(style, "type") == "character"
    }
    return frozenset(key for key in raw if _position(key, raw) == "superscript")


def _position(key: str, raw: dict[str, Any]) -> str:
    seen: set[str] = set()
    while key in raw and key not in seen:
        seen.add(key)
        if own := attribute(child(raw[key], "rPr", "vertAlign"), "val"):
            return own
        key = attribute(child(raw[key], "basedOn"), "val")
    return ""


def _style(key: str, raw: dict[str, Any]) -> Style:
    name = attribute(child(raw[key], "name"), "val").lower()
    outline: int | None = None
    number: str = ""
    level: int | None = None
    seen: set[str] = set()
    while key in raw and key not in seen:
        seen.add(key)
        properties = child(raw[key], "pPr")
        if properties is not None:
            if outline is None:
                outline = integer(attribute(child(properties, "outlineLvl"), "val"))
            number = number or attribute(child(properties, "numPr", "numId"), "val")
            if level is None:
                level = integer(attribute(child(properties, "numPr", "ilvl"), "val"))
        key = attribute(child(raw[key], "basedOn"), "val")
    if outline is None and (named := re.fullmatch(r"heading ([1-9])", name)):
        outline = int(named[1]) - 1  # some programs leave the level to the name
    return Style(
        name, outline if outline is not None and outline < 9 else None, (number, level or 0) if number else None
    )


def integer(text: str, *, signed: bool = False) -> int | None:
    """The number that an attribute gives, if it is one that a document may have."""
    digits = text.removeprefix("-") if signed else text
    return int(text) if digits.isdecimal() and len(digits) < 7 else None


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int
    restart: int | None
    legal: bool


@dataclass(slots=True)
class Numbering:
    """Computes the numbers that Word prints before list items and headings (ISO/IEC 29500-1, 17.9)."""

    _abstract: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _of: dict[str, tuple[str, dict[int, int]]] = field(default_factory=dict)  # numId: abstract id, start overrides
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, package: Package) -> "Numbering":
        """The lists of ``package``, none of them begun."""
        numbering = cls()
        styled: dict[str, dict[int, _Level]] = {}
        for part in package.related.get("numbering", []):
            for abstract in children(part, "abstractNum"):
                levels = {integer(attribute(one, "ilvl")) or 0: _level(one) for one in children(abstract, "lvl")}
                numbering._abstract[attribute(abstract, "abstractNumId")] = levels
                styled[attribute(child(abstract, "styleLink"), "val")] = levels
            for abstract in children(part, "abstractNum"):
                # A list may be kept in a list style and only named here.
                link = attribute(child(abstract, "numStyleLink"), "val")
                if link in styled and link:
                    numbering._abstract[attribute(abstract, "abstractNumId")] = styled[link]
            for number in children(part, "num"):
                overrides: dict[int, int] = {}
                for override in children(number, "lvlOverride"):
                    start = integer(attribute(child(override, "startOverride"), "val"), signed=True)
                    if start is not None:
                        overrides[integer(attribute(override, "ilvl")) or 0] = start
                target = attribute(child(number, "abstractNumId"), "val")
                numbering._of[attribute(number, "numId")] = (target, overrides)
        return numbering

    def next(self, number: str, level: int) -> tuple[bool, str]:
        """Count one on in list ``number``: whether it is a list at all, and the marker ("" for a bullet)."""
        if number not in self._of:
            return False, ""
        abstract, overrides = self._of[number]
        levels = self._abstract.get(abstract, {})
        if level not in levels:
            return bool(levels), ""
        counts = self._counts.setdefault(abstract, {})
        fresh = (number, level) not in self._begun and level in overrides
        self._begun.add((number, level))
        start = overrides.get(level, levels[level].start)
        counts[level] = start if fresh or level not in counts else counts[level] + 1
        for deeper in [one for one in counts if one > level]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart and level < restart):
                del counts[deeper]
        return True, self._marker(levels, counts, level)

    def _marker(self, levels: dict[int, _Level], counts: dict[int, int], level: int) -> str:
        own = levels[level]
        if own.format in ("bullet", "none"):
            return own.text if own.format == "none" and "%" not in own.text else ""
        text = own.text
        for at in range(9):
            if f"%{at + 1}" in text and at in levels:
                count = counts.get(at, levels[at].start)
                text = text.replace(f"%{at + 1}", _written(count, "decimal" if own.legal else levels[at].format))
        return text.strip()


def _level(element: Any) -> _Level:
    return _Level(
        attribute(child(element, "numFmt"), "val", "decimal"),
        attribute(child(element, "lvlText"), "val"),
        integer(attribute(child(element, "start"), "val"), signed=True) or 0,
        integer(attribute(child(element, "lvlRestart"), "val")),
        child(element, "isLgl") is not None,
    )


_HAN = ("chinese", "ideograph", "japanesecounting", "taiwanesecounting", "koreancounting")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def _written(count: int, form: str) -> str:
    """``count`` in one of the number formats of 17.18.59; the ones not known here come out in digits."""
    low = form.lower()
    try:
        if low.endswith("roman"):
            return to_roman(count).upper() if low.startswith("upper") else to_roman(count)
        if low.endswith("letter"):
            return to_letters(count).upper() if low.startswith("upper") else to_letters(count)
        if low.startswith(_HAN) and "zodiac" not in low and "enclosed" not in low and "legal" not in low:
            return to_han(count)
    except ValueError:
        return str(count)
    if "circle" in low and 1 <= count <= len(_CIRCLED):
        return _CIRCLED[count - 1]
    if low == "decimalzero":
        return f"{count:02d}"
    if low in ("decimalfullwidth", "decimalfullwidth2"):
        return str(count).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    return str(count)
