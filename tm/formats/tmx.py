"""TMX 1.4b, written and read as a stream, in a form that every CAT tool accepts.

CAT tools refuse a whole file because of one forbidden character, skip units because of an underscore in a language
code, and fail silently where the header lacks an attribute (details in `docs/cat-tools.md`). So the writer keeps to one
profile: UTF-8 without a byte order mark, the DOCTYPE, all seven attributes of the header, codes such as zh-CN, two
``tuv`` per unit with the source first, dates as ``20241130T235959Z``, fields of duiyi in ``x-`` props, elements in DTD
order. The reader accepts what others write: any version, any encoding that XML declares, inline elements, several
languages in a unit, and the valid units of a damaged file.

Source: TMX 1.4b Specification, LISA OSCAR, 2005-04-26.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpora.errors import UsageError, WrongFormat
from corpora.text.languages import base
from corpora.version import tool_version
from corpora.xml import Element, attributes_of, local, root_name
from corpora.xml_units import unit_elements
from tm.formats.base import (
    ReadOptions,
    UnitProblems,
    WriteCounts,
    WriteOptions,
    date_of,
    equivalent,
    spelt,
    stamp_of,
)
from tm.formats.inline import fill, read_inline
from tm.formats.properties import FIELDS, add_numbered, apply_properties, properties_of
from tm.formats.states import apply_named_states, confirmation_of
from tm.formats.tmx_defects import header_defects, unit_defects
from tm.unit import Unit

__all__ = ["read_units", "write_units"]

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CONTEXT = {"x-context-pre": "previous", "x-context-post": "next"}
_OMEGAT_CONTEXT = {"prev": "previous", "next": "next"}
#: Attributes of `tu` that have no field of their own; they travel as properties.
_ATTRIBUTES = (
    "tuid", "usagecount", "lastusagedate", "changeid", "segtype", "datatype", "o-tmf", "o-encoding", "creationtool",
    "creationtoolversion",
)  # fmt: skip
_SEGTYPES = frozenset({"block", "paragraph", "sentence", "phrase"})
_PLAIN = "prop."  # before the name of a property whose type does not begin with "x-"
#: Attributes that a `tuv` may have of its own, properties such as "target.changedate"; its props and notes, too.
_SIDE_ATTRIBUTES = ("creationdate", "creationid", "changedate", "changeid", "usagecount", "lastusagedate")
_CHOICES = 1_000  # combinations of languages whose sources and targets are remembered
_ALTERNATIVES = 50  # on one side; of more texts on both sides, not even a dictionary would make pairs
#: The language, text and attributes of a ``tuv`` (none where it has its language only), and its ``prop`` and ``note``
#: elements with their names.
_Variant = tuple[str, str, Mapping[str, str], Sequence[tuple[str, Element]]]
_NONE: Mapping[str, str] = {}
_MORE = frozenset({"prop", "note"})
_CAPITALS = ("TU", "Tu")
_REPEATED = re.compile(r"#\d+$")  # "client#2" is the second property called "client"


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write ``units`` to ``path``; one with an empty side is left out: a CAT tool would empty the text with it."""
    from lxml import etree

    moment = options.date or datetime.now(UTC)
    # Through a stream: lxml refuses names that are not in UTF-8, which files from old archives may have.
    with path.open("wb") as binary, etree.xmlfile(binary, encoding="utf-8") as file:
        file.write_declaration()
        file.write_doctype('<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
        head: dict[str, str] | None = None
        writer = _TuWriter(options, written)
        with file.element("tmx", version="1.4"):
            stream_ = iter(units)
            first = next(stream_, None)
            head = _header(first, options, moment)
            signature = options.signature or (first.signature if first else "")
            header = etree.Element("header", head)
            if signature:
                etree.SubElement(header, "prop", type="x-signature").text = written.legal(signature)
            file.write("\n", header, "\n")
            writer.signature, writer.source = signature, head["srclang"]
            with file.element("body"):
                file.write("\n")
                while first is not None:
                    element = writer.element(first)
                    if element is not None:
                        file.write(element)
                    first = next(stream_, None)
            file.write("\n")
    if options.segtype == "auto" and not writer.several:
        _correct_segtype(path)


def _correct_segtype(path: Path) -> None:
    """Correct the header in place: only after the last unit is it known that each is one sentence."""
    with path.open("r+b") as file:
        head = file.read(2000)
        at = head.index(b'segtype="paragraph"')
        file.seek(at)
        file.write(b'segtype="sentence" ')


def _header(first: Unit | None, options: WriteOptions, moment: datetime) -> dict[str, str]:
    return {
        "creationtool": "duiyi",
        "creationtoolversion": tool_version(),
        "segtype": "sentence" if options.segtype == "sentence" else "paragraph",
        "o-tmf": "duiyi",
        "adminlang": "en-US",
        "srclang": options.source_lang or (spelt(first.source_lang) if first else "") or "zh-CN",
        "datatype": "plaintext",
        "creationdate": stamp_of(moment),
    }


class _TuWriter:
    """Makes the ``tu`` element of a unit."""

    def __init__(self, options: WriteOptions, written: WriteCounts) -> None:
        from lxml import etree

        self._make, self._sub = etree.Element, etree.SubElement
        self._options, self._written = options, written
        self._legal = written.legal
        self.signature = self.source = ""  # of the header
        self.several = False

    def element(self, unit: Unit) -> Element | None:
        if not unit.source.strip() or not unit.target.strip():
            self._written.left_out["empty side"] += 1
            return None
        tu = self._make("tu", self._attributes(unit))
        tu.text = tu.tail = "\n"
        if self._options.metadata:
            self._metadata(tu, unit)
        own = unit if self._options.metadata else None
        self._variant(tu, unit.source_lang, unit.source, own, "source")
        self._variant(tu, unit.target_lang, unit.target, own, "target")
        self._written.units += 1
        return tu

    def _attributes(self, unit: Unit) -> dict[str, str]:
        attributes = {
            name: self._legal(value)
            for name in _ATTRIBUTES
            if (value := unit.properties.get(name)) and self._options.metadata
        }
        if (segtype := attributes.get("segtype", "sentence")) not in _SEGTYPES:
            del attributes["segtype"]
        # OmegaT reads the header only.
        self.several = self.several or segtype in ("block", "paragraph")
        if unit.source_lang != self.source and (
            base(unit.source_lang) != base(self.source) or base(unit.target_lang) == base(self.source)
        ):
            attributes["srclang"] = spelt(unit.source_lang)  # else a reader would exchange the sides
        if unit.created is not None:
            attributes["creationdate"] = stamp_of(unit.created)
        if unit.author:
            attributes["creationid"] = self._legal(unit.author)
        if unit.changed is not None:
            attributes["changedate"] = stamp_of(unit.changed)
        if self._options.segtype == "auto" and unit.sentences > 1:
            attributes["segtype"] = "paragraph"
            self.several = True
        return attributes

    def _metadata(self, tu: Element, unit: Unit) -> None:
        for note in unit.notes:
            child = self._sub(tu, "note")
            child.text, child.tail = self._legal(note), "\n"
        for name, value in properties_of(unit, without=_ATTRIBUTES):
            if name == "signature" and value == self.signature:
                continue
            if name.startswith(("source.", "target.")) or (name == "ConfirmationLevel" and self._options.confirmation):
                continue
            child = self._sub(tu, "prop", type=f"x-{name}" if name in FIELDS else self._legal(_type_of(name)))
            child.text, child.tail = self._legal(value), "\n"
        if self._options.confirmation:
            self._sub(tu, "prop", type="x-ConfirmationLevel").text = confirmation_of(unit, self._options.review_below)
        if self.signature and not unit.signature:
            # Else a reader would apply the one in the header to this unit too.
            self._sub(tu, "prop", type="x-signature").tail = "\n"

    def _variant(self, tu: Element, language: str, text: str, unit: Unit | None, side: str) -> None:
        tuv = self._sub(tu, "tuv", {_LANG: spelt(language)})
        tuv.tail = "\n"
        if unit is not None:
            if unit.properties:
                self._side(tuv, unit, f"{side}.")
            for kind, name in _CONTEXT.items() if side == "source" else ():
                if value := getattr(unit, name):
                    self._sub(tuv, "prop", type=kind).text = self._legal(value)
        text = self._legal(text)
        seg = self._sub(tuv, "seg")
        if self._options.tags == "keep":
            fill(seg, text, "tmx")
        else:
            seg.text = self._written.styled(text, self._options.tags)

    def _side(self, tuv: Element, unit: Unit, side: str) -> None:
        """Write the properties that belong to one side: attributes, then notes, then props."""
        own = {name.removeprefix(side): value for name, value in unit.properties.items() if name.startswith(side)}
        for name, value in own.items():
            kind = _REPEATED.sub("", name)
            if kind in _SIDE_ATTRIBUTES:
                tuv.set(kind, self._legal(value))
            elif kind == "note":
                self._sub(tuv, "note").text = self._legal(value)
        for name, value in own.items():
            if (kind := _REPEATED.sub("", name)) not in _SIDE_ATTRIBUTES and kind != "note":
                self._sub(tuv, "prop", type=self._legal(_type_of(name))).text = self._legal(value)


def _type_of(name: str) -> str:
    """The type of the prop of a property."""
    name = _REPEATED.sub("", name)
    return name.removeprefix(_PLAIN) if name.startswith(_PLAIN) and name != _PLAIN else f"x-{name}"


def _name_of(kind: str) -> str:
    """The name of the property of a prop."""
    return kind.removeprefix("x-") if kind.startswith("x-") else f"{_PLAIN}{kind}"


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the units of ``path``, one for each language pair that ``options`` request.

    A file that is not well-formed is read again from its first error on, unit by unit: valid units are yielded, each
    invalid one is noted in ``problems``. Where reading is strict, the error raises `DamagedInput`.
    """
    if (root := root_name(path)) not in ("tmx", ""):
        raise WrongFormat(f"{path} is not TMX: its root is <{root}>")
    reader = _TuReader(options, problems)
    pieces = unit_elements(path, "tu", ("tmx", "body"), heads=("header", *_CAPITALS), strict=options.strict)
    for element, line in problems.elements(pieces):
        yield from reader.units(element, line)


class _TuReader:
    """Makes units of ``tu`` elements, with the defaults of the header."""

    def __init__(self, options: ReadOptions, problems: UnitProblems) -> None:
        self._problems = problems
        self._source = spelt(options.source_lang) if options.source_lang else ""
        self._target = spelt(options.target_lang) if options.target_lang else ""
        self._header_source = self._signature = self._segtype = ""
        self._own = False  # written by duiyi, which says in the header what some units are
        self._headed = False
        self._written_source = ""  # as written in the header
        self._choices: dict[tuple[tuple[str, ...], str], tuple[list[int], list[int]]] = {}
        self._plain: dict[str, Any] = {}  # what a unit without attributes, props and notes shares

    def units(self, element: Element, line: int | None = None) -> Iterator[Unit]:
        """The units of one ``tu``; reads the header where ``element`` is one."""
        if element.tag != "tu" and (name := local(element)) != "tu":
            if name == "header":
                self._headed = True
                self._header(element)
            else:
                self._problems.add(line, f"<{name}> is not an element of TMX, whose names have small letters")
            return
        if not self._headed:
            self._headed = True
            self._problems.repaired.update(header_defects(None))
        line = line or element.sourceline
        given = attributes_of(element)
        tuvs, more = [], []
        for child in element:
            name = child.tag
            if name == "tuv" or (name not in _MORE and (name := local(child)) == "tuv"):
                tuvs.append(child)
            elif name in _MORE:
                more.append((name, child))
        try:
            variants = self._variants(given, tuvs)
        except UsageError as error:
            self._problems.add(line, str(error), error)
            return
        if len(variants) < 2:
            self._problems.repaired["no text"] += 1
            missing = "no <seg> with a language" if not variants else "only one language"
            self._problems.add(line, f"the unit has {missing}")
            return
        codes = tuple([variant[0] for variant in variants])
        if len(codes) > len(set(codes)) and _has_stray_text(element):
            # Two units whose tags between them are damaged would be paired crosswise.
            self._problems.add(line, "text stands outside the segments: a tag is damaged")
            return
        sources, targets = self._chosen(given, codes)
        if not sources or not targets:
            self._problems.skipped[f"no {self._source if not sources else self._target or 'other'} text"] += 1
            return
        if min(len(sources), len(targets)) > _ALTERNATIVES:  # pairs grow with the product of both
            self._problems.add(line, f"the unit has {len(sources)} source and {len(targets)} target texts")
            return
        shared = self._shared(given, more)
        for source in sources:
            for target in targets:
                yield _unit(given, variants[source], variants[target], shared)

    def _header(self, header: Element) -> None:
        code = self._written_source = header.get("srclang", "")
        self._own = header.get("creationtool") == "duiyi"
        segtype = header.get("segtype", "sentence")
        self._segtype = segtype if segtype in _SEGTYPES and segtype != "sentence" else ""
        self._problems.repaired.update(header_defects(header))
        try:
            self._header_source = "" if code.lower() == "*all*" else spelt(code)
        except UsageError:
            self._header_source = ""
        for child in header:
            if local(child) == "prop" and child.get("type") == "x-signature":
                self._signature = child.text or ""
        headed = {"segtype": self._segtype} if self._segtype and not self._own else {}
        self._plain = apply_properties(headed | ({"signature": self._signature} if self._signature else {}))

    def _variants(self, given: Mapping[str, str], tuvs: Sequence[Element]) -> list[_Variant]:
        """Each ``tuv`` that has a ``seg``; ``given`` are the attributes of their unit."""
        codes, attributes, segs, others = [], [], [], []
        for tuv in tuvs:
            names = tuv.keys()
            codes.append(tuv.get(_LANG) or tuv.get("lang") or "")
            attributes.append(_NONE if len(names) == 1 and names[0] == _LANG else attributes_of(tuv))
            seg, more = None, []
            for child in tuv:
                name = child.tag
                if name == "seg" or (name not in _MORE and (name := local(child)) == "seg"):
                    seg = child if seg is None else seg
                elif name in _MORE:
                    more.append((name, child))
            segs.append(seg)
            others.append(more)
        for defect in unit_defects(given, attributes, tuple(codes), self._written_source):
            self._problems.repaired[defect] += 1
        return [
            (spelt(code), read_inline(seg, "tmx"), own, more)
            for code, own, seg, more in zip(codes, attributes, segs, others, strict=True)
            if code and seg is not None
        ]

    def _chosen(self, given: Mapping[str, str], codes: tuple[str, ...]) -> tuple[list[int], list[int]]:
        """Which variants to take as sources and as targets, by their languages."""
        code = given.get("srclang")
        main = self._header_source
        if code and code != "*all*":
            with suppress(UsageError):
                main = spelt(code)
        found = self._choices.get((codes, main))
        if found is None:
            if len(self._choices) > _CHOICES:
                self._choices.clear()
            found = self._choices[codes, main] = self._choice(codes, main)
        return found

    def _choice(self, codes: tuple[str, ...], main: str) -> tuple[list[int], list[int]]:
        every = list(range(len(codes)))
        if self._source:
            sources = _of(codes, every, self._source)
        else:
            taken = _of(codes, every, self._target) if self._target else []
            others = [one for one in every if one not in taken]
            # Many headers name a language that no unit has: then the first language is the source.
            sources = (
                (_of(codes, others, main) if main else []) or _of(codes, others, codes[others[0]]) if others else []
            )
        used = {codes[one] for one in sources}
        rest = [one for one in every if codes[one] not in used]
        return sources, _of(codes, rest, self._target) if self._target else rest

    def _shared(self, given: Mapping[str, str], more: Sequence[tuple[str, Element]]) -> dict[str, Any]:
        """The arguments for `Unit` from what all pairs of a unit have: its attributes, props and notes."""
        if not given and not more:
            return self._plain
        found = {name: value for name in _ATTRIBUTES if (value := given.get(name))}
        if self._segtype and not self._own:
            found.setdefault("segtype", self._segtype)
        notes, context, used = [], {}, Counter[str]()
        for name, child in more:
            text = child.text
            if name == "note":
                if text:
                    notes.append(text)
                continue
            kind = child.get("type") or "prop"
            if not text:
                if kind == "x-signature":
                    found["signature"] = ""
            elif kind in _OMEGAT_CONTEXT:
                context[_OMEGAT_CONTEXT[kind]] = text
            else:
                add_numbered(found, _name_of(kind), text, used)
        if self._own and "sentences" in found and found.get("segtype") == "paragraph":
            del found["segtype"]  # it says the same
        if self._signature:
            found.setdefault("signature", self._signature)
        fields = apply_properties(found)
        fields.update(context)
        if notes:
            fields["notes"] = tuple(notes)
        return fields


def _unit(given: Mapping[str, str], source: _Variant, target: _Variant, shared: dict[str, Any]) -> Unit:
    """The unit of two variants of a ``tu`` with these attributes; ``shared`` is not changed."""
    source_lang, source_text, of_source, more_of_source = source
    target_lang, target_text, of_target, more_of_target = target
    fields = dict(shared)
    for kind, child in more_of_source:
        name = _CONTEXT.get(child.get("type")) if kind == "prop" else None
        if name and child.text:
            fields[name] = child.text.removeprefix("<seg>").removesuffix("</seg>")
    own: dict[str, str] = {}
    author = None
    if given or of_target:
        # Some tools write author and dates to the unit, others to its target.
        for name, attribute in (("created", "creationdate"), ("changed", "changedate")):
            text = given.get(attribute) or of_target.get(attribute)
            if text and (date := date_of(text)):
                fields[name] = date
            elif text:
                own[attribute] = text
        author = given.get("creationid") or of_target.get("creationid") or of_target.get("changeid")
        if author:
            fields["author"] = author
    if of_source or more_of_source:
        _read_side(given, of_source, more_of_source, "source", own)
    if of_target or more_of_target:
        _read_side(given, of_target, more_of_target, "target", own)
    if own:
        fields["properties"] = {**fields.get("properties", {}), **own}
    if author or "properties" in fields:
        named = fields.get("properties", {})
        apply_named_states(fields, {name.removeprefix("target.").removeprefix(_PLAIN): value
                                    for name, value in named.items()}, author or "")  # fmt: skip
    return Unit(source_text, target_text, source_lang, target_lang, **fields)


def _has_stray_text(element: Element) -> bool:
    """Whether text stands between the children of ``element``."""
    return any(text and text.strip() for text in (element.text, *(child.tail for child in element)))


def _read_side(
    given: Mapping[str, str],
    attributes: Mapping[str, str],
    more: Sequence[tuple[str, Element]],
    side: str,
    found: dict[str, str],
) -> None:
    """Add what one side has of its own: attributes that differ from those ``given`` to the unit, notes, props."""
    for name in _SIDE_ATTRIBUTES if attributes else ():
        # Where the unit has no date or author, those of the target are the unit's.
        if (value := attributes.get(name)) and value != given.get(name) and (side == "source" or given.get(name)):
            found[f"{side}.{name}"] = value
    used = Counter[str]()
    for name, child in more:
        if child.text:
            kind = child.get("type", "") if name == "prop" else "note"
            if kind not in _CONTEXT or side == "target":
                add_numbered(found, f"{side}.{kind if name == 'note' else _name_of(kind)}", child.text, used)


def _of(codes: tuple[str, ...], some: list[int], code: str) -> list[int]:
    """Those of ``some`` variants in exactly ``code``, else in what it stands for ("zh" for "zh-CN"), else in its
    language."""
    return (
        [one for one in some if codes[one] == code]
        or [one for one in some if equivalent(codes[one], code)]
        or [one for one in some if base(codes[one]) == base(code)]
    )
