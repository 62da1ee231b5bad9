"""Write units with more than two languages: TMX with one variant for each language, tables with one column for each."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpora.text.languages import normalize
from corpora.version import tool_version
from corpora.xml import legal
from tm.formats.base import stamp_of
from tm.spreadsheet import write_sheet

__all__ = ["MultilingualUnit", "write_multilingual", "writes"]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TABLES = {".tsv": "\t", ".csv": ","}
_WIDTH = 50


@dataclass(frozen=True, slots=True)
class MultilingualUnit:
    """A passage in several languages: texts by language code, the least score of its pairs, what it is."""

    texts: Mapping[str, str]
    quality: float | None = None
    kind: str = ""


def writes(path: Path) -> bool:
    """Whether the format that the ending of ``path`` names can hold several languages."""
    return path.suffix.lower() in (".tmx", ".xlsx", *_TABLES)


def write_multilingual(
    path: Path, place: Path, units: Sequence[MultilingualUnit], languages: Sequence[str], signature: str
) -> int:
    """Write ``units`` to ``place`` in the format of ``path``; return how many. ``languages``: the pivot comes first.

    TMX leaves out units in one language only; tables keep them.
    """
    ending = path.suffix.lower()
    if ending == ".tmx":
        kept = [unit for unit in units if sum(map(bool, unit.texts.values())) > 1]
        _write_tmx(place, kept, languages, signature)
        return len(kept)
    head = [*map(normalize, languages), "score"]
    rows = [
        [*(legal(unit.texts.get(code, ""))[0] for code in languages),
         "" if unit.quality is None else f"{unit.quality:g}"]
        for unit in units
    ]  # fmt: skip
    if ending == ".xlsx":
        write_sheet(place, "units", [head, *rows], [_WIDTH] * len(languages))
    else:
        with place.open("w", encoding="utf-8-sig" if ending == ".csv" else "utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=_TABLES[ending], lineterminator="\r\n" if ending == ".csv" else "\n")
            writer.writerows([head, *rows])
    return len(units)


def _write_tmx(place: Path, units: Sequence[MultilingualUnit], languages: Sequence[str], signature: str) -> None:
    from lxml import etree

    head = {
        "creationtool": "duiyi", "creationtoolversion": tool_version(), "segtype": "paragraph", "o-tmf": "duiyi",
        "adminlang": "en-US", "srclang": normalize(languages[0]), "datatype": "plaintext",
        "creationdate": stamp_of(datetime.now(UTC)),
    }  # fmt: skip
    with place.open("wb") as binary, etree.xmlfile(binary, encoding="utf-8") as file:
        file.write_declaration()
        file.write_doctype('<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
        with file.element("tmx", version="1.4"):
            header = etree.Element("header", head)
            etree.SubElement(header, "prop", type="x-signature").text = legal(signature)[0]
            file.write("\n", header, "\n")
            with file.element("body"):
                for unit in units:
                    file.write("\n", _tu(unit, languages))
                file.write("\n")
            file.write("\n")


def _tu(unit: MultilingualUnit, languages: Sequence[str]) -> object:
    from lxml import etree

    tu = etree.Element("tu")
    if unit.quality is not None:
        etree.SubElement(tu, "prop", type="x-score").text = f"{unit.quality:g}"
    for code in languages:
        if unit.texts.get(code):
            tuv = etree.SubElement(tu, "tuv", {_XML_LANG: normalize(code)})
            etree.SubElement(tuv, "seg").text = legal(unit.texts[code])[0]
    return tu
