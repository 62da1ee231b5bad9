"""What CAT tools skip or refuse in a memory, counted per reason, before the import.

Most tools do not report it: they import what they can, drop the rest and report success. Each reason was observed with
a real tool or is documented by its vendor (`docs/cat-tools.md` names the sources). The same reasons are used to inspect
a file from elsewhere and to leave units out of a file for a tool.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from corpora.text.languages import normalize
from corpora.text.markers import parse_marker
from tm.formats.base import WriteCounts, WriteOptions
from tm.formats.hash_set import HashSet
from tm.tags import native, plain
from tm.unit import Unit

__all__ = ["REASONS", "Audit", "Reason", "prepared", "unit_reasons"]

#: The length above which Trados refuses a segment; the strictest limit among the tools.
LONGEST_SIDE = 2000
_BREAK = re.compile(r"[\n\r\u2028\u2029]")
_INVISIBLE = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")
_RARE = re.compile(f"{_BREAK.pattern}|{_INVISIBLE.pattern}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a tool rejects or misuses a unit: a key, what it means, and what happens then."""

    key: str
    title: str
    effect: str


REASONS = {
    reason.key: reason
    for reason in (
        # Of the file and of its raw elements; the readers note them (`tm.formats.tmx_defects`).
        Reason("not well-formed", "the XML is broken or contains a forbidden character", "every tool refuses the file"),
        Reason("header", "an attribute of the header is missing", "OmegaT, Poedit and others refuse the file"),
        Reason("segtype", "the segtype of the header is not one of TMX", "newer OmegaT refuses the file"),
        Reason("too large", "the file is above 1 GB", "Trados and Phrase refuse it"),
        Reason("file name", "the extension is not in small letters", "OmegaT does not see the file"),
        Reason("language code", "a code has an underscore or is not BCP 47", "OmegaT and Weblate skip the unit"),
        Reason("source language", "no text in the header's source language", "Smartling and others skip the unit"),
        Reason("several targets", "a unit has more than two languages", "Trados and Phrase take one or none"),
        Reason("date", "a date is not of the form 20241130T235959Z", "validators refuse it"),
        Reason("no text", "a unit has fewer than two texts in <seg>", "skipped"),
        # Of the units.
        Reason("empty side", "source or target is empty", "OmegaT blanks the text; others skip the unit"),
        Reason("too long", f"a side is longer than {LONGEST_SIDE:,} characters", "Trados refuses the unit"),
        Reason("blank edge", "a side begins or ends with blanks", "no exact match in OmegaT"),
        Reason("line break", "a side contains a line break", "no exact match where the tool splits at line ends"),
        Reason("invisible", "a side contains zero-width or soft characters", "no exact match, for an invisible reason"),
        Reason("duplicate", "the same pair occurs again", "tools add it twice or drop it"),
        Reason("variant", "the same source has another target", "OmegaT takes the last one of the file"),
        Reason("same language", "both sides are in one language", "tools refuse the pair"),
        Reason("rejected", "a person rejected the translation", "tools take it like any other"),
        Reason("several sentences", "the source has several sentences", "no match where the tool splits by sentence"),
    )
}


def unit_reasons(unit: Unit) -> Iterator[str]:
    """Yield the keys of `REASONS` that apply to ``unit`` by itself; duplicates need `Audit`."""
    source, target = plain(unit.source), plain(unit.target)
    if not (source and target and not source.isspace() and not target.isspace()):
        yield "empty side"
        return
    if max(len(unit.source), len(unit.target)) > LONGEST_SIDE and any(
        len(native(side)) > LONGEST_SIDE for side in (unit.source, unit.target)
    ):
        yield "too long"
    if source[0].isspace() or target[0].isspace() or source[-1].isspace() or target[-1].isspace():
        yield "blank edge"
    # This runs for every unit of an import, and few texts contain one of these: none that can be printed.
    if not (source.isprintable() and target.isprintable()) and (_RARE.search(source) or _RARE.search(target)):
        if _BREAK.search(source) or _BREAK.search(target):
            yield "line break"
        if _INVISIBLE.search(source) or _INVISIBLE.search(target):
            yield "invisible"
    if unit.source_lang == unit.target_lang:
        yield "same language"
    if unit.status == "rejected":
        yield "rejected"
    if unit.sentences > 1:
        yield "several sentences"


def _is_usual(unit: Unit) -> bool:
    """Whether a unit surely has none of the `unit_reasons`: nearly all have none, and there may be millions."""
    source, target = unit.source, unit.target
    return (
        0 < len(source) <= LONGEST_SIDE
        and 0 < len(target) <= LONGEST_SIDE
        and " " not in (source[0], source[-1], target[0], target[-1])
        and source.isprintable()  # so that it has no other blank and no line break
        and target.isprintable()
        and "⟦" not in source
        and "⟦" not in target
        and unit.source_lang != unit.target_lang
        and unit.sentences == 1
        and unit.status != "rejected"
    )


_AT_ONCE = 1_000


@dataclass(slots=True)
class Audit:
    """Counts the reasons of units; keeps a hash of each unit to recognize duplicates.

    Given the ``repaired`` of the `tm.formats.UnitProblems` of a file as ``counts``, it adds to what the reader found.
    """

    units: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    _pairs: HashSet = field(default_factory=HashSet)
    _sources: HashSet = field(default_factory=HashSet)

    def count(self, units: Sequence[Unit]) -> list[list[str]]:
        """Count ``units`` and return the reasons of each."""
        keys = [hash((unit.source_lang, unit.target_lang, unit.source)) for unit in units]
        pairs = [hash((key, unit.target)) for key, unit in zip(keys, units, strict=True)]
        known_keys, known_pairs = self._sources.known(keys), self._pairs.known(pairs)
        here_keys: set[int] = set()
        here_pairs: set[int] = set()
        every = []
        for place, unit in enumerate(units):
            key, pair = keys[place], pairs[place]
            found = [] if _is_usual(unit) else list(unit_reasons(unit))
            if known_pairs[place] or pair in here_pairs:
                found.append("duplicate")
            elif known_keys[place] or key in here_keys:
                found.append("variant")
            here_keys.add(key)
            here_pairs.add(pair)
            for one in found:
                self.counts[one] += 1
            every.append(found)
        self._sources.add(keys)
        self._pairs.add(pairs)
        self.units += len(units)
        return every

    def over(self, units: Iterable[Unit]) -> Iterator[Unit]:
        """Pass ``units`` on and count the reasons of each."""
        rest = iter(units)
        while batch := list(islice(rest, _AT_ONCE)):
            self.count(batch)
            yield from batch

    def with_reasons(self, units: Iterable[Unit]) -> Iterator[tuple[Unit, list[str]]]:
        """Pass ``units`` on, each with its reasons."""
        rest = iter(units)
        while batch := list(islice(rest, _AT_ONCE)):
            yield from zip(batch, self.count(batch), strict=True)


def prepared(units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> Iterator[Unit]:
    """Pass on ``units`` as ``options`` require: blanks and line breaks removed, some units left out and counted."""
    if options.markers_apart:
        units = _with_markers_apart(units)
    units = (_trimmed(unit, options) for unit in units)
    if not options.leave_out:
        yield from units
        return
    for unit, found in Audit().with_reasons(units):
        reasons = options.leave_out.intersection(found)
        if reasons:
            written.left_out[min(reasons)] += 1
        else:
            yield unit


def _trimmed(unit: Unit, options: WriteOptions) -> Unit:
    if options.regions:
        unit = replace(unit, source_lang=normalize(unit.source_lang), target_lang=normalize(unit.target_lang))
    if options.one_line:
        unit = replace(unit, source=_BREAK.sub(" ", unit.source), target=_BREAK.sub(" ", unit.target))
    if options.trim:
        unit = replace(unit, source=unit.source.strip(), target=unit.target.strip())
    return unit


def _with_markers_apart(units: Iterable[Unit]) -> Iterator[Unit]:
    """After a unit whose sides begin with the same list marker, yield it without the marker, and the marker once.

    OmegaT treats the "1." of an English paragraph as a sentence of its own, but not that of a Chinese one.
    """
    seen: set[tuple[str, str]] = set()
    for unit in units:
        yield unit
        markers = parse_marker(unit.source), parse_marker(unit.target)
        if markers[0] is None or markers[1] is None or markers[0].value != markers[1].value:
            continue
        if not any(marker and marker.printed.endswith(".") for marker in markers):
            continue
        rest = unit.source[markers[0].end :].strip(), unit.target[markers[1].end :].strip()
        printed = markers[0].printed.strip(), markers[1].printed.strip()
        if not all(rest):
            continue
        for source, target in (rest, printed):
            if (source, target) not in seen:
                yield replace(unit, source=source, target=target, previous="", next="", kind="part")
        seen |= {rest, printed}
