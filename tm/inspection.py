"""Look at a whole file as the strictest of the CAT tools would, and say what each would refuse, skip or miss.

`tm.conformance` judges units; some faults only the file itself shows: a header without an attribute, codes
with an underscore, dates that are none, one character for which a whole file is refused. The reader of
`tm.formats` mends all of these on the way in, so they are looked for in the raw elements here.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from corpora.errors import DamagedInput
from corpora.xml import Element, local, stream
from tm.conformance import REASONS, Audit, Reason
from tm.formats import Problem, Problems, ReadOptions, format_of, read
from tm.formats.base import date_of

__all__ = ["FILE_REASONS", "Inspection", "inspect"]

_HEADER = ("creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CODE = re.compile(r"^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-[\w]{5,8})*$")
_THREE = frozenset({"zho", "chi", "cmn", "eng", "deu", "ger", "fra", "fre", "spa", "rus", "ara", "jpn", "kor"})
_DATE = re.compile(r"^\d{8}T\d{6}Z$")
_LARGEST = 1_000_000_000

FILE_REASONS = {
    reason.key: reason
    for reason in (
        Reason(
            "not well-formed", "the XML is broken or holds a forbidden character", "every tool refuses the whole file"
        ),
        Reason("header", "an attribute of the header is missing", "OmegaT, Poedit and others refuse the whole file"),
        Reason("segtype", "the header's segtype is none that TMX knows", "newer OmegaT refuses the whole file"),
        Reason("language code", "a code has an underscore or is no BCP 47", "OmegaT and Weblate skip the unit"),
        Reason("source language", "a unit has no text in the source language", "Smartling and others skip the unit"),
        Reason("several targets", "a unit has more than two languages", "Trados and Phrase take one or none"),
        Reason("date", "a date is not of the form 20241130T235959Z", "validators refuse it"),
        Reason("no text", "a unit has fewer than two texts in <seg>", "skipped"),
        Reason("too large", "the file is above 1 GB", "Trados and Phrase refuse it"),
        Reason("file name", "the extension is not in small letters", "OmegaT does not see the file"),
    )
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: units read, how often each reason holds, and the unsound units with their lines."""

    path: Path
    units: int
    counts: Counter[str]
    problems: tuple[Problem, ...] = ()
    first: dict[str, int] = field(default_factory=dict)  # reason to the line on which it was first seen

    def rows(self) -> list[tuple[Reason, int, int | None]]:
        """(reason, how often, first line) of every reason found, those that concern the whole file first."""
        known = {**FILE_REASONS, **REASONS}
        return [(known[key], self.counts[key], self.first.get(key)) for key in known if self.counts[key]]


def inspect(path: Path | str, options: ReadOptions | None = None) -> Inspection:
    """Read all of ``path`` and count what CAT tools would trip over. Raises as `tm.formats.read` does."""
    path = Path(path)
    audit = Audit()
    problems = Problems(path, strict=False)
    for unit in read(path, options or ReadOptions(), problems=problems):
        audit.look(unit)
    raw = _Raw()
    if format_of(path).name == "TMX":
        raw.look_at(path)
    if path.stat().st_size > _LARGEST:
        raw.note("too large", None)
    if path.suffix != path.suffix.lower():
        raw.note("file name", None)
    return Inspection(path, audit.units, audit.counts + raw.counts, tuple(problems.found), raw.first)


@dataclass(slots=True)
class _Raw:
    """Counts the faults of a TMX that only its raw elements show."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    source: str = ""

    def note(self, reason: str, line: int | None) -> None:
        self.counts[reason] += 1
        if line is not None:
            self.first.setdefault(reason, line)

    def look_at(self, path: Path) -> None:
        headed = False
        try:
            for element in stream(path, ("header", "tu")):
                if local(element) == "header":
                    headed = True
                    self._header(element)
                else:
                    self._unit(element)
        except DamagedInput as error:
            line = re.search(r"line (\d+)", str(error))
            self.note("not well-formed", int(line[1]) if line else None)
        if not headed:
            self.note("header", None)

    def _header(self, header: Element) -> None:
        self.source = header.get("srclang", "")
        if any(header.get(name) is None for name in _HEADER):
            self.note("header", header.sourceline)
        if header.get("segtype") not in (None, "block", "paragraph", "sentence", "phrase"):
            self.note("segtype", header.sourceline)
        if self.source and self.source.lower() != "*all*" and not _sound_code(self.source):
            self.note("language code", header.sourceline)

    def _unit(self, tu: Element) -> None:
        line = tu.sourceline
        variants = list(tu.iterchildren("{*}tuv"))
        codes = [tuv.get(_LANG) or tuv.get("lang") or "" for tuv in variants]
        texts = sum(tuv.find("{*}seg") is not None for tuv in variants)
        if texts < 2:
            self.note("no text", line)
        if not all(_sound_code(code) for code in codes):
            self.note("language code", line)
        if len({code.lower() for code in codes}) > 2:
            self.note("several targets", line)
        source = tu.get("srclang") or self.source
        if source and source.lower() != "*all*" and source.lower() not in [code.lower() for code in codes]:
            self.note("source language", line)
        for element in (tu, *variants):
            for name in ("creationdate", "changedate", "lastusagedate"):
                date = element.get(name)
                if date is not None and (not _DATE.match(date) or date_of(date) is None):
                    self.note("date", line)


def _sound_code(code: str) -> bool:
    return bool(_CODE.match(code)) and code.lower() not in _THREE
