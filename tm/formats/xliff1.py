"""XLIFF 1.2: one ``trans-unit`` per unit, valid against the strict schema, with a state derived from the score.

OmegaT fills a unit only where its ``target`` is a copy of the source, and leaves an empty one empty; so a unit without
translation is written that way, with the state "needs-translation", and read back as empty. Fields without an element
in XLIFF are written as a ``context-group``.

Source: XLIFF Version 1.2, OASIS Standard, 2008-02-01.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from corpora.errors import UsageError
from corpora.version import tool_version
from corpora.xml import Element, attributes_of, legal, local
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, spelt
from tm.formats.inline import fill, read_inline
from tm.formats.languages import named_language
from tm.formats.properties import add_numbered, apply_metadata, metadata_of
from tm.formats.states import apply_state, is_yes, qualifier_of
from tm.formats.xliff_history import Comments, add_history
from tm.unit import Unit, is_doubtful

__all__ = ["Xliff1Reader", "write_units"]

_NS = "urn:oasis:names:tc:xliff:document:1.2"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ITS = "http://www.w3.org/2005/11/its"
_BLANK = re.compile(r"[\s%]")
_DOUBTFUL = frozenset({"new", "needs-adaptation", "needs-l10n", "needs-review-adaptation", "needs-review-l10n"})


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write ``units``; a new ``file`` begins wherever the languages or the original change."""
    from lxml import etree

    # Through a stream: lxml refuses names that are not in UTF-8, which files from old archives may have.
    with path.open("wb") as binary, etree.xmlfile(binary, encoding="utf-8") as file:
        file.write_declaration()
        writer = _Writer(options, written)
        with file.element(f"{{{_NS}}}xliff", version="1.2", nsmap={None: _NS}):
            stream = iter(units)
            unit = next(stream, None)
            if unit is None:
                unit_head = ("none", options.source_lang or "zh-CN", options.target_lang or "en-US")
                _empty_file(file, unit_head, options)
            while unit is not None:
                head = _head(unit)
                file.write("\n")
                with file.element(f"{{{_NS}}}file", _file_attributes(head, options)):
                    file.write("\n", _tool(), "\n")
                    with file.element(f"{{{_NS}}}body"):
                        file.write("\n")
                        while unit is not None and _head(unit) == head:
                            file.write(writer.element(unit))
                            unit = next(stream, None)
                    file.write("\n")
            file.write("\n")


def _head(unit: Unit) -> tuple[str, str, str]:
    return unit.origin.source_file, spelt(unit.source_lang), spelt(unit.target_lang)


def _file_attributes(head: tuple[str, str, str], options: WriteOptions) -> dict[str, str]:
    return {
        "original": legal(head[0])[0] or "duiyi",
        "source-language": head[1],
        "target-language": head[2],
        "datatype": "plaintext",
        "date": f"{(options.date or datetime.now(UTC)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "tool-id": "duiyi",
    }


def _tool() -> Element:
    from lxml import etree

    header = etree.Element(f"{{{_NS}}}header", nsmap={None: _NS})
    etree.SubElement(
        header, f"{{{_NS}}}tool", {"tool-id": "duiyi", "tool-name": "duiyi", "tool-version": tool_version()}
    )
    return header


def _empty_file(file: Any, head: tuple[str, str, str], options: WriteOptions) -> None:
    from lxml import etree

    element = etree.Element(f"{{{_NS}}}file", _file_attributes(head, options))
    element.append(_tool())
    etree.SubElement(element, f"{{{_NS}}}body")
    file.write(element)


class _Writer:
    """Makes the ``trans-unit`` of a unit."""

    def __init__(self, options: WriteOptions, written: WriteCounts) -> None:
        from lxml import etree

        self._make, self._sub = etree.Element, etree.SubElement
        self._options, self._written = options, written

    def element(self, unit: Unit) -> Element:
        self._written.units += 1
        attributes = {"id": str(self._written.units), _SPACE: "preserve"}
        if unit.properties.get("translate") == "no":
            attributes["translate"] = "no"
        if unit.status == "reviewed":
            attributes["approved"] = "yes"
        element = self._make(f"{{{_NS}}}trans-unit", attributes, nsmap={None: _NS})
        element.text = element.tail = "\n"
        self._text(element, "source", unit.source)
        target = self._text(element, "target", unit.target or unit.source)
        target.set("state", self._state(unit))
        if unit.target and unit.status != "reviewed" and (qualifier := qualifier_of(unit)):
            target.set("state-qualifier", qualifier)
        if self._options.metadata:
            self._metadata(element, unit)
        return element

    def _text(self, parent: Element, name: str, text: str) -> Element:
        child = self._sub(parent, f"{{{_NS}}}{name}")
        child.tail = "\n"
        text = self._written.legal(text)
        if self._options.tags == "keep":
            fill(child, text, "xliff1")
        else:
            child.text = self._written.styled(text, self._options.tags)
        return child

    def _state(self, unit: Unit) -> str:
        if not unit.target:
            return "needs-translation"
        if unit.status == "reviewed":
            return "final"
        doubtful = unit.status == "rejected" or is_doubtful(unit, self._options.review_below)
        if doubtful and (state := unit.properties.get("state", "")) in _DOUBTFUL:
            return state
        return "needs-review-translation" if doubtful else "translated"

    def _metadata(self, element: Element, unit: Unit) -> None:
        pairs = list(metadata_of(unit))
        if pairs:
            group = self._sub(element, f"{{{_NS}}}context-group", {"purpose": "information"})
            group.tail = "\n"
            for name, value in pairs:
                context = self._sub(group, f"{{{_NS}}}context", {"context-type": "x-" + _quoted(name)})
                context.text = self._written.legal(value)
        for note in unit.notes:
            child = self._sub(element, f"{{{_NS}}}note")
            child.text, child.tail = self._written.legal(note), "\n"


class Xliff1Reader:
    """Makes units of ``trans-unit`` elements; with ``seg-source``, as Trados writes it, one per segment."""

    tag = "trans-unit"

    def __init__(self, root: Element | None, options: ReadOptions, problems: UnitProblems) -> None:
        self._problems = problems
        self._file = None if root is None else next(root.iter("{*}file"), None)
        self._languages: dict[tuple[str, str], tuple[str, str]] = {}
        self._options = options
        self._comments = Comments()
        self.seen = 0

    def units(self, element: Element, line: int) -> Iterator[Unit]:
        """The units of one ``trans-unit``; one without a target has an empty one."""
        self.seen += 1
        source = element.find("{*}source")
        if source is None:
            self._problems.add(line, "the unit has no <source>")
            return
        file = next(element.iterancestors("{*}file"), self._file)
        target = element.find("{*}target")
        try:
            languages = self._codes(file, source, target)
        except UsageError as error:
            self._problems.add(line, str(error), error)
            return
        fields = self._fields(element, target)
        segmented = element.find("{*}seg-source")
        if segments := _segments(source if segmented is None else segmented):
            theirs = _segments(target) if target is not None else {}
            if theirs or target is None:
                yield from self._segmented(element, segments, theirs, languages, fields)
                return
        add_history(fields, element, None, self._comments.of([source] if target is None else [source, target]))
        text = read_inline(source, "xliff1")
        translation = read_inline(target, "xliff1") if target is not None else ""
        state = target.get("state", "") if target is not None else ""
        if translation == text and state in ("new", "needs-translation"):
            translation = ""
        if translation:
            origin = target.get("state-qualifier", "") if target is not None else ""
            state, origin = _own_state(element, state, origin)
            apply_state(fields, state, origin, approved=is_yes(element.get("approved", "")))
        yield Unit(text, translation, *languages, **fields)

    def _segmented(
        self,
        element: Element,
        sources: dict[str, Element],
        targets: dict[str, Element],
        languages: tuple[str, str],
        fields: dict[str, Any],
    ) -> Iterator[Unit]:
        """A unit for each segment, paired by number; one without a translation has an empty target."""
        states = {one.get("id", ""): one for one in element.iterfind("{*}seg-defs/{*}seg")}
        for number, segment in sources.items():
            target = read_inline(targets[number], "xliff1") if number in targets else ""
            own = {**fields}
            defined = states.get(number)
            if target and defined is not None:
                apply_state(own, defined.get("conf", "Unspecified"), defined.get("origin", ""))
            marked = [segment, targets[number]] if number in targets else [segment]
            add_history(own, element, defined, self._comments.of(marked))
            yield Unit(read_inline(segment, "xliff1"), target, *languages, **own)
        if alone := len(targets.keys() - sources.keys()):
            self._problems.skipped["a segment without a source"] += alone

    def _codes(self, file: Element | None, source: Element, target: Element | None) -> tuple[str, str]:
        lang = "{http://www.w3.org/XML/1998/namespace}lang"
        head = file if file is not None else {}
        codes = (
            source.get(lang) or head.get("source-language") or "",
            (target.get(lang) if target is not None else "") or head.get("target-language") or "",
        )
        if not (codes[1] or self._options.target_lang) and (target is None or not (len(target) or target.text)):
            codes = codes[0], "und"  # nothing is translated yet
        if codes not in self._languages:
            self._languages[codes] = (
                named_language(codes[0], self._options.source_lang, "source", self._problems.path),
                named_language(codes[1], self._options.target_lang, "target", self._problems.path),
            )
        return self._languages[codes]

    def _fields(self, element: Element, target: Element | None) -> dict[str, Any]:
        found: dict[str, str] = {}
        used = Counter[str]()
        notes = []
        for child in element:
            name = local(child)
            if name == "note" and child.text:
                notes.append(child.text)
            elif name == "context-group":
                for context in child:
                    kind = context.get("context-type", "")
                    if context.text and kind:
                        add_numbered(found, unquote(kind.removeprefix("x-")), context.text, used)
        if _inherited(element, "translate").lower() == "no":
            found.setdefault("translate", "no")
        fields = apply_metadata(found)
        if notes:
            fields["notes"] = tuple(notes)
        return fields


def _own_state(element: Element, state: str, origin: str) -> tuple[str, str]:
    """State and origin of memoQ and Phrase, whose attributes are in name spaces of their own."""
    own = {name.rpartition("}")[2]: value for name, value in attributes_of(element).items() if "}" in name}
    if "status" in own:
        return own["status"], origin
    if "confirmed" in own:
        return "translated" if is_yes(own["confirmed"]) else "draft", own.get("trans-origin", origin)
    return state, origin


def _inherited(element: Element, name: str) -> str:
    """The attribute of the element, or of one around it, in the words of XLIFF or of ITS 2.0."""
    own = (one.get(name) or one.get(f"{{{_ITS}}}{name}") for one in (element, *element.iterancestors()))
    return next(filter(None, own), "")


def _quoted(name: str) -> str:
    """``name`` with blanks percent-encoded, which an extension value may not contain."""
    return _BLANK.sub(lambda match: quote(match[0]), legal(name)[0]) or "%"


def _segments(element: Element) -> dict[str, Element]:
    """The ``mrk`` of type seg by their number; those that share one, or have none, also by their order."""
    found: dict[str, Element] = {}
    used = Counter[str]()
    for mark in element.iter("{*}mrk"):
        if mark.get("mtype") == "seg":
            number = mark.get("mid", "")
            used[number] += 1
            found[number if used[number] == 1 else f"{number} {used[number]}"] = mark
    return found
