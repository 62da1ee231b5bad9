"""Fill XLIFF 2.0 to 2.2 in place.

An exact match has the state "translated", a fuzzy one "initial" with the substate "duiyi:needs-review"; the unit that a
fuzzy match came from and the runners-up are matches of the translation candidates module (XLIFF 2.1, section 5.1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from corpora.xml import Element
from tm.formats.inline import read_inline
from tm.pretranslation.codes import SourceText, read_source, write_target
from tm.pretranslation.filling import Filling
from tm.pretranslation.xliff1 import is_protected
from tm.search.matches import Match
from tm.tags import plain

__all__ = ["Xliff2Slot", "slots"]

_MATCHES = "urn:oasis:names:tc:xliff:matches:2.0"


@dataclass(frozen=True, slots=True)
class Xliff2Slot:
    """A ``segment`` of a ``unit``."""

    segment: Element
    unit: Element
    source: SourceText
    empty: bool

    @property
    def text(self) -> str:
        """The source with tags as units have them."""
        return self.source.text

    @property
    def group(self) -> object:
        """The ``file`` element."""
        return next(self.unit.iterancestors("{*}file"), None)

    @property
    def languages(self) -> tuple[str, str]:
        """The languages of the file."""
        root = self.unit.getroottree().getroot()
        return root.get("srcLang", ""), root.get("trgLang", "")

    def write(self, filling: Filling) -> bool:
        """Write a translation; see `tm.pretranslation.slot.Slot`."""
        from lxml import etree

        source = self.segment.find("{*}source")
        target = self.segment.find("{*}target")
        made = target if target is not None else etree.Element(source.tag.replace("source", "target"))
        if not write_target(made, filling.target, self.source):
            return False
        if target is None:
            made.tail = source.tail
            self.segment.insert(self.segment.index(source) + 1, made)
        self.segment.set("state", "translated" if filling.sure else "initial")
        if not filling.sure:
            self.segment.set("subState", "duiyi:needs-review")
        matches = ([] if filling.sure or filling.match is None else [filling.match]) + list(filling.others)
        if matches:
            self.suggest(matches)
        return True

    def suggest(self, matches: Sequence[Match]) -> None:
        """Add the matches that are not there yet; they refer to this segment by its id, made where it has none."""
        from lxml import etree

        source = self.segment.find("{*}source")
        holder = self.unit.find(f"{{{_MATCHES}}}matches")
        if holder is None:
            holder = etree.Element(f"{{{_MATCHES}}}matches", nsmap={"mtc": _MATCHES})
            self.unit.insert(0, holder)
        if self.segment.get("id") is None:
            taken = {one.get("id") for one in self.unit.iter()}
            self.segment.set("id", next(name for n in count(1) if (name := f"s{n}") not in taken))
        ref = f"#{self.segment.get('id')}"
        known = [_texts(one) for one in holder if one.get("ref") == ref]
        for match in matches:
            texts = [plain(text) for text in (match.unit.source, match.stored_target or match.unit.target)]
            if texts in known:
                continue
            known.append(texts)
            similarity = str(min(100, match.score))
            made = etree.SubElement(
                holder, f"{{{_MATCHES}}}match", {"ref": ref, "similarity": similarity, "type": "tm"}
            )
            for name, text in zip(("source", "target"), texts, strict=True):
                etree.SubElement(made, source.tag.replace("source", name)).text = text


def _texts(match: Element) -> list[str]:
    """The source and the target of a match, without codes."""
    found = (match.find(f"{{*}}{name}") for name in ("source", "target"))
    return ["".join(map(str, one.itertext())) if one is not None else "" for one in found]


def slots(root: Element) -> Iterator[Xliff2Slot]:
    """All segments of a file in order, also those that are translated or not to be translated."""
    for unit in root.iter("{*}unit"):
        data = {
            one.get("id", ""): "".join(map(str, one.itertext())) for one in unit.iterfind("{*}originalData/{*}data")
        }
        protected = is_protected(unit)
        for segment in unit.iterfind("{*}segment"):
            source, target = segment.find("{*}source"), segment.find("{*}target")
            if source is None:
                continue
            text = read_source(source, "xliff2", data)
            theirs = read_inline(target, "xliff2", data) if target is not None else ""
            copied = theirs == text.text and segment.get("state", "initial") == "initial"
            empty = not protected and (not theirs.strip() or copied)
            yield Xliff2Slot(segment, unit, text, empty)
