"""Fill XLIFF 1.2 in place, as itself, Trados (SDLXLIFF) and memoQ (mqxliff) mark a translation that came from a memory.

An exact match is "translated", a fuzzy one "needs-review-translation" with the qualifier "fuzzy-match". The unit that a
fuzzy match came from and the runners-up are ``alt-trans`` elements with their score as ``match-quality``. Trados has
the state of a segment in ``seg-defs`` and no ``alt-trans``; memoQ has a status and a percentage at the ``trans-unit``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpora.xml import Element, local
from tm.formats.inline import fill, read_inline
from tm.formats.states import qualifier_of
from tm.pretranslation.codes import SourceText, read_source, write_target
from tm.pretranslation.filling import Filling, FillingKind
from tm.search.matches import Match

__all__ = ["Xliff1Slot", "is_protected", "slots"]

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNTRANSLATED = ("new", "needs-translation")
_BEFORE_ALT = ("source", "seg-source", "target", "context-group", "count-group", "prop-group", "note", "alt-trans")


@dataclass(frozen=True, slots=True)
class Xliff1Slot:
    """A ``trans-unit``, or with ``segment`` one of its segments."""

    unit: Element
    file: Element
    source: SourceText
    empty: bool
    segment: str = ""

    @property
    def text(self) -> str:
        """The source with tags as units have them."""
        return self.source.text

    @property
    def group(self) -> object:
        """The ``file`` element."""
        return self.file

    @property
    def languages(self) -> tuple[str, str]:
        """The languages of the ``file``, or of the texts themselves."""
        source, target = self.unit.find("{*}source"), self.unit.find("{*}target")
        return (
            source.get(_LANG) or self.file.get("source-language") or "",
            (target.get(_LANG) if target is not None else "") or self.file.get("target-language") or "",
        )

    def write(self, filling: Filling) -> bool:
        """Write a translation; see `tm.pretranslation.slot.Slot`."""
        from lxml import etree

        target = self.unit.find("{*}target")
        made = target if target is not None else etree.Element(_own(self.unit, "target"))
        place = _segment(made, self.segment) if self.segment else made
        if place is None and self.segment:
            made = _copied_segments(self.unit, made)
            place = _segment(made, self.segment)
        if place is None or not write_target(place, filling.target, self.source):
            return False
        if target is None:
            _insert_target(self.unit, made)
        definition = _definition(self.unit, self.segment)
        if definition is not None:
            _mark_trados(definition, filling)
        elif any(name.endswith("}status") for name in self.unit.attrib):
            _mark_memoq(self.unit, filling)
        if definition is None and not self.segment:
            made.set("state", "translated" if filling.sure else "needs-review-translation")
            made.set("state-qualifier", _qualifier(filling))
            for match in ([] if filling.sure or filling.match is None else [filling.match]) + list(filling.others):
                _add_alternative(self.unit, match)
        return True

    def suggest(self, matches: Sequence[Match]) -> None:
        """Write matches beside an empty translation; a segment of a unit has no place for them."""
        for match in () if self.segment else matches:
            _add_alternative(self.unit, match)


_QUALIFIERS = {
    FillingKind.CONTEXT: "exact-match",
    FillingKind.EXACT: "exact-match",
    FillingKind.FUZZY: "fuzzy-match",
    FillingKind.ASSEMBLED: "leveraged-tm",
}


def _qualifier(filling: Filling) -> str:
    """Where a translation comes from: also what the memory knows of a doubtful one, such as machine translation."""
    own = "" if filling.sure or filling.match is None or filling.score < 100 else qualifier_of(filling.match.unit)
    return own or _QUALIFIERS[filling.kind]


def slots(root: Element) -> Iterator[Xliff1Slot]:
    """All segments of a file in order, also those that are translated or not to be translated."""
    for unit in root.iter("{*}trans-unit"):
        source = unit.find("{*}source")
        file = next(unit.iterancestors("{*}file"), None)
        if source is None or file is None:
            continue
        protected = is_protected(unit) or _is_locked(unit)
        target, segmented = unit.find("{*}target"), unit.find("{*}seg-source")
        segments = _segments(segmented) if segmented is not None else {}
        if not segments:
            text = read_source(source, "xliff1")
            yield Xliff1Slot(unit, file, text, not protected and _untranslated(target, text.text))
            continue
        theirs = _segments(target) if target is not None else {}
        whole = target is not None and not theirs and bool(read_inline(target, "xliff1").strip())
        for number, segment in segments.items():
            done = whole or (number in theirs and bool(read_inline(theirs[number], "xliff1").strip()))
            locked = (defined := _definition(unit, number)) is not None and defined.get("locked") == "true"
            empty = not (protected or done or locked)
            yield Xliff1Slot(unit, file, read_source(segment, "xliff1"), empty, number)


def is_protected(unit: Element) -> bool:
    """True where a unit or what it stands in is not to be translated."""
    return next((value for one in (unit, *unit.iterancestors()) if (value := one.get("translate"))), "").lower() == "no"


def _is_locked(unit: Element) -> bool:
    """True for a unit that memoQ or Phrase have locked, in attributes of their own."""
    return any(
        name.endswith("}locked") and value.lower() in ("locked", "true", "1") for name, value in unit.attrib.items()
    )


def _untranslated(target: Element | None, source: str) -> bool:
    """No target, an empty one, or a copy of the source that says that it is none."""
    if target is None:
        return True
    text = read_inline(target, "xliff1")
    return not text.strip() or (text == source and target.get("state", "") in _UNTRANSLATED)


def _segments(element: Element) -> dict[str, Element]:
    return {mark.get("mid", ""): mark for mark in element.iter("{*}mrk") if mark.get("mtype") == "seg"}


def _segment(target: Element, number: str) -> Element | None:
    return _segments(target).get(number)


def _copied_segments(unit: Element, target: Element) -> Element:
    """A target with the segments of ``seg-source`` that it lacks, empty, and what stands between them."""
    from copy import deepcopy

    segmented = unit.find("{*}seg-source")
    if _segments(target):
        for number, mark in _segments(segmented).items():
            if number not in _segments(target):
                lonely = deepcopy(mark)
                _empty(lonely)
                target.append(lonely)
        return target
    copy = deepcopy(segmented)
    for mark in _segments(copy).values():
        _empty(mark)
    target.text = copy.text
    target.extend(list(copy))
    return target


def _empty(mark: Element) -> None:
    for child in list(mark):
        mark.remove(child)
    mark.text = None


def _own(unit: Element, name: str) -> str:
    """``name`` in the name space of the unit."""
    return f"{unit.tag.rpartition('}')[0]}}}{name}" if "}" in unit.tag else name


def _insert_target(unit: Element, target: Element) -> None:
    after = unit.find("{*}seg-source")
    after = after if after is not None else unit.find("{*}source")
    target.tail, place = after.tail, unit.index(after) + 1
    unit.insert(place, target)


def _definition(unit: Element, number: str) -> Element | None:
    """The ``seg`` of Trados that has the state of a segment."""
    if not number:
        return None
    return next((one for one in unit.iterfind("{*}seg-defs/{*}seg") if one.get("id") == number), None)


def _mark_trados(definition: Element, filling: Filling) -> None:
    definition.set("conf", "Translated" if filling.sure else "Draft")
    definition.set("origin", "tm" if filling.match is not None else "auto-propagated")
    definition.set("percent", str(min(100, filling.score)))
    if filling.match is not None:
        definition.set("origin-system", filling.match.memory.replace("\\", "/").rpartition("/")[2])
    if filling.kind is FillingKind.CONTEXT:
        definition.set("text-match", "SourceAndTarget")


def _mark_memoq(unit: Element, filling: Filling) -> None:
    for name in unit.attrib:
        if name.endswith("}status"):
            unit.set(name, "Pretranslated")
            unit.set(name.removesuffix("status") + "percent", str(filling.score))


def _add_alternative(unit: Element, match: Match) -> None:
    """Add a match as ``alt-trans``, unless there is one with the same texts."""
    from lxml import etree

    made = etree.Element(_own(unit, "alt-trans"), {"match-quality": f"{match.score}%", "origin": _origin(match)})
    for name, text, code in (
        ("source", match.unit.source, match.unit.source_lang),
        ("target", match.stored_target or match.unit.target, match.unit.target_lang),
    ):
        child = etree.SubElement(made, _own(unit, name), {_LANG: code})
        fill(child, text, "xliff1")
    if _texts(made) in map(_texts, unit.iterfind("{*}alt-trans")):
        return
    last = [child for child in unit if local(child) in _BEFORE_ALT][-1]
    made.tail = last.tail
    unit.insert(unit.index(last) + 1, made)


def _texts(alternative: Element) -> list[str]:
    """The source and the target of an ``alt-trans``, codes included."""
    found = (alternative.find(f"{{*}}{name}") for name in ("source", "target"))
    return [read_inline(one, "xliff1") if one is not None else "" for one in found]


def _origin(match: Match) -> str:
    return match.unit.origin.source_file or match.memory.replace("\\", "/").rpartition("/")[2] or "memory"
