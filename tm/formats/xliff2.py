"""XLIFF 2.1 written, 2.0 to 2.2 read: one ``unit`` with one ``segment`` per unit, codes apart from the text.

A file has one pair of languages; units of another pair are left out and counted. Fields without an attribute in XLIFF
are written with the metadata module. The state is "initial" for units that need review, "translated" for units with a
sufficient score, "reviewed" for units that a person reviewed.

Source: XLIFF Version 2.1, OASIS Standard, 2018-02-13, sections 4.2 and 5.4 (metadata).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from corpora.errors import UsageError
from corpora.xml import Element, local
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, equivalent, spelt
from tm.formats.inline import character, fill, read_inline
from tm.formats.languages import named_language
from tm.formats.properties import add_numbered, apply_metadata, metadata_of
from tm.formats.states import apply_state, meaning_of
from tm.unit import Unit, is_doubtful

__all__ = ["Xliff2Reader", "write_units"]

_NS = "urn:oasis:names:tc:xliff:document:2.0"
_META = "urn:oasis:names:tc:xliff:metadata:2.0"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_REVIEW = "duiyi:needs-review"


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write ``units``; a new ``file`` begins wherever the original changes."""
    from lxml import etree

    stream = iter(units)
    unit = next(stream, None)
    if unit is None:
        return
    source = spelt(options.source_lang or unit.source_lang)
    target = spelt(options.target_lang or unit.target_lang)
    writer = _Writer(options, written)
    attributes = {"version": "2.1", "srcLang": source, "trgLang": target}
    number = 0
    # Through a stream: lxml refuses names that are not in UTF-8, which files from old archives may have.
    with path.open("wb") as binary, etree.xmlfile(binary, encoding="utf-8") as file:
        file.write_declaration()
        matching = (one for one in chain([unit], stream) if writer.has_languages(one, source, target))
        current = next(matching, None)
        with file.element(f"{{{_NS}}}xliff", attributes, nsmap={None: _NS, "mda": _META}):
            while current is not None:
                number += 1
                original = current.origin.source_file
                head = {"id": f"f{number}"}
                if original:
                    head["original"] = written.legal(original)
                file.write("\n")
                with file.element(f"{{{_NS}}}file", head):
                    file.write("\n")
                    while current is not None and current.origin.source_file == original:
                        file.write(writer.element(current))
                        current = next(matching, None)
            file.write("\n")


class _Writer:
    """Makes the ``unit`` of a unit."""

    def __init__(self, options: WriteOptions, written: WriteCounts) -> None:
        from lxml import etree

        self._make, self._sub = etree.Element, etree.SubElement
        self._options, self._written = options, written

    def has_languages(self, unit: Unit, source: str, target: str) -> bool:
        if equivalent(unit.source_lang, source) and equivalent(unit.target_lang, target):
            return True
        self._written.left_out["other languages than the file's"] += 1
        return False

    def element(self, unit: Unit) -> Element:
        self._written.units += 1
        attributes = {"id": f"u{self._written.units}", _SPACE: "preserve"}
        if unit.properties.get("translate") == "no":
            attributes["translate"] = "no"
        element = self._make(f"{{{_NS}}}unit", attributes, nsmap={None: _NS, "mda": _META})
        element.tail = "\n"
        if self._options.metadata:
            self._metadata(element, unit)
        data: dict[str, str] = {}
        segment = self._make(f"{{{_NS}}}segment", self._state(unit))
        self._text(segment, "source", unit.source, data)
        if unit.target:
            self._text(segment, "target", unit.target, data)
        if data:
            originals = self._sub(element, f"{{{_NS}}}originalData")
            for key, value in data.items():
                self._sub(originals, f"{{{_NS}}}data", {"id": key}).text = value
        element.append(segment)
        return element

    def _text(self, parent: Element, name: str, text: str, data: dict[str, str]) -> None:
        child = self._sub(parent, f"{{{_NS}}}{name}")
        text = self._written.legal(text)
        if self._options.tags == "keep":
            fill(child, text, "xliff2", data)
        else:
            child.text = self._written.styled(text, self._options.tags)

    def _state(self, unit: Unit) -> dict[str, str]:
        if not unit.target:
            return {"state": "initial"}
        if unit.status == "reviewed":
            return {"state": "reviewed"}
        if unit.status == "rejected" or is_doubtful(unit, self._options.review_below):
            return {"state": "initial", "subState": _REVIEW}
        return {"state": "translated"}

    def _metadata(self, element: Element, unit: Unit) -> None:
        pairs = list(metadata_of(unit))
        if pairs:
            metadata = self._sub(element, f"{{{_META}}}metadata")
            group = self._sub(metadata, f"{{{_META}}}metaGroup", {"category": "duiyi"})
            for name, value in pairs:
                meta = self._sub(group, f"{{{_META}}}meta", {"type": self._written.legal(name)})
                meta.text = self._written.legal(value)
        if unit.notes:
            notes = self._sub(element, f"{{{_NS}}}notes")
            for note in unit.notes:
                self._sub(notes, f"{{{_NS}}}note").text = self._written.legal(note)


class Xliff2Reader:
    """Makes units of ``unit`` elements: one for each ``segment``."""

    tag = "unit"

    def __init__(self, root: Element, options: ReadOptions, problems: UnitProblems) -> None:
        self._problems = problems
        self._codes = root.get("srcLang", ""), root.get("trgLang", "")
        self._requested = options.source_lang, options.target_lang
        self._languages: dict[tuple[str, str], tuple[str, str]] = {}
        self.seen = 0

    def units(self, element: Element, line: int) -> Iterator[Unit]:
        """The units of one ``unit``; a segment without a target has an empty one."""
        self.seen += 1
        data = {one.get("id", ""): "".join(_data(one)) for one in element.iterfind("{*}originalData/{*}data")}
        fields = self._fields(element)
        for segment in element.iterfind("{*}segment"):
            source, target = segment.find("{*}source"), segment.find("{*}target")
            if source is None:
                self._problems.add(line, "the segment has no <source>")
                continue
            text = read_inline(source, "xliff2", data)
            translation = read_inline(target, "xliff2", data) if target is not None else ""
            try:
                languages = self._pair(source, target, translation)
            except UsageError as error:
                self._problems.add(line, str(error), error)
                return
            own = {**fields}
            if translation:
                _apply_states(own, segment.get("state", ""), segment.get("subState", "").rpartition(":")[2])
            yield Unit(text, translation, *languages, **own)

    def _pair(self, source: Element, target: Element | None, translation: str) -> tuple[str, str]:
        """The languages of the file, else those that the elements name themselves."""
        given = (
            self._codes[0] or source.get(_LANG, ""),
            self._codes[1] or (target.get(_LANG, "") if target is not None else ""),
        )
        if given not in self._languages:
            path, requested = self._problems.path, self._requested
            first = named_language(given[0], requested[0], "source", path)
            if not (translation or given[1] or requested[1]):
                return first, "und"  # nothing is translated yet
            self._languages[given] = first, named_language(given[1], requested[1], "target", path)
        return self._languages[given]

    def _fields(self, element: Element) -> dict[str, Any]:
        found: dict[str, str] = {}
        used = Counter[str]()
        for metadata in element.iterfind("{*}metadata"):
            for meta in metadata.iter("{*}meta"):
                if meta.text and (kind := meta.get("type")):
                    add_numbered(found, kind, meta.text, used)
        if _translate(element).lower() == "no":
            found.setdefault("translate", "no")
        fields = apply_metadata(found)
        notes = tuple(note.text for note in element.iterfind("{*}notes/{*}note") if note.text)
        if notes:
            fields["notes"] = notes
        return fields


def _apply_states(fields: dict[str, Any], state: str, further: str) -> None:
    """`apply_state` with a state and the word of a tool that narrows it: an origin, or a state again."""
    narrower = meaning_of(further)
    if narrower == "draft" and meaning_of(state) in (None, "translated"):
        state, further = further, ""
    apply_state(fields, state, further, approved=narrower == "approved")


def _translate(element: Element) -> str:
    """The attribute ``translate`` of a unit, or that of the group or file around it."""
    return next((value for one in (element, *element.iterancestors()) if (value := one.get("translate"))), "")


def _data(element: Element) -> Iterator[str]:
    """The code in a ``data`` element, with its ``cp`` characters."""
    yield element.text or ""
    for child in element:
        if local(child) == "cp":
            yield character(child.get("hex", ""))
        yield child.tail or ""
