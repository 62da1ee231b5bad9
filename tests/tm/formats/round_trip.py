"""Which fields of a unit come back from each format after an import into a memory and an export from it.

.venv/bin/python -m tests.tm.formats.round_trip     writes the table into docs/formats.md
"""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tm import formats
from tm.formats import WriteOptions
from tm.jobs.import_file import import_file
from tm.search.memory import Memory
from tm.unit import Origin, Unit

DOCS = Path(__file__).parents[3] / "docs" / "formats.md"
BEGIN, END = "<!-- round trip: written by tests/tm/formats/round_trip.py -->\n", "<!-- end of round trip -->\n"
FORMATS = {
    "TMX": ".tmx", "XLIFF 1.2": ".xlf", "XLIFF 2.1": ".xliff", "tables": ".tsv", "Excel": ".xlsx",
    "Parquet": ".parquet", "JSON Lines": ".jsonl", "PO": ".po", "TBX": ".tbx",
}  # fmt: skip
_DATE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
FIELDS: dict[str, dict[str, Any]] = {
    "line breaks, emoji, `&`, `<`": {"source": "甲\n<乙> & 😀"},
    "inline tags with their code": {"source": '甲⟦1 type="bold"|<b>⟧乙⟦/1|</b>⟧⟦2/⟧'},
    "language codes": {},
    "previous and next sentence": {"previous": "前", "next": "后"},
    "names of the files": {"origin": Origin("甲.docx", "a.docx")},
    "sentence numbers, page, section": {"origin": Origin("甲.docx", "a.docx", (3, 4), (5,), 7, "第一章")},
    "score": {"quality": 0.875},
    "status": {"status": "reviewed"},
    "rejected": {"status": "rejected"},
    "state and origin in the words of the tool": {
        "quality": 0.5, "properties": {"state": "Draft", "state-origin": "mt"}
    },
    "kind": {"kind": "heading"},
    "number of sentences": {"sentences": 2},
    "signature": {"signature": "duiyi|x"},
    "date of creation": {"created": _DATE},
    "date of change": {"created": _DATE, "changed": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)},
    "author": {"author": "李"},
    "notes": {"notes": ("一条备注",)},
    "several notes": {"notes": ("one", "two\nlines")},
    "properties": {"properties": {"client": "A & B", "prop.Domain": "law"}},
    "several properties of one name": {"properties": {"client": "A", "client#2": "B"}},
    "notes, dates, users of one language": {
        "properties": {"target.note": "n", "source.creationid": "Z", "target.x": "1"}
    },
    "last user, use, segmentation of TMX": {
        "properties": {"tuid": "7", "usagecount": "3", "changeid": "B", "segtype": "phrase"}
    },
    "not to be translated": {"properties": {"translate": "no"}},
    "context, flags, references of PO": {
        "properties": {"msgctxt": "menu", "flags": "c-format", "references": "a.c:1", "previous-msgid": "旧"}
    },
    "comments of PO by kind": {"notes": ("t",), "properties": {"extracted-comments": "e"}},
    "plural forms": {
        "properties": {
            "msgid_plural": "数 %d", "msgstr[1]": "Numbers %d", "previous-msgid": "旧", "previous-msgid_plural": "旧们"
        }
    },
}  # fmt: skip


def unit_of(number: int, fields: Mapping[str, Any]) -> Unit:
    """A unit with texts of its own and the fields."""
    return replace(Unit(f"第{number}句", f"Sentence {number}", "zh-Hant", "en-GB"), **fields)


def kept(suffix: str, folder: Path) -> dict[str, bool]:
    """Whether each field is the same after file → memory → file."""
    units = {name: unit_of(number, fields) for number, (name, fields) in enumerate(FIELDS.items())}
    first, second = folder / f"first{suffix}", folder / f"second{suffix}"
    options = WriteOptions(xliff="2.1" if suffix == ".xliff" else "1.2")
    formats.write(first, units.values(), options)
    with Memory(folder / f"m{suffix}.duiyi") as memory:
        import_file(memory, first)
        formats.write(second, memory.units(), options)
    found = {unit.target: unit for unit in formats.read(second)}
    return {name: _same(unit, found.get(unit.target), FIELDS[name]) for name, unit in units.items()}


def _same(before: Unit, after: Unit | None, fields: Mapping[str, Any]) -> bool:
    if after is None:
        return False
    names = set(fields) | {"source", "target", "source_lang", "target_lang"}
    for name in names - {"properties"}:
        if getattr(before, name) != getattr(after, name):
            return False
    return before.properties.items() <= after.properties.items()


def table() -> str:
    """The table in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        columns = {name: kept(suffix, Path(folder)) for name, suffix in FORMATS.items()}
    lines = [f"| kept from file to memory to file | {' | '.join(FORMATS)} |", "|---" * (len(FORMATS) + 1) + "|"]
    for field in FIELDS:
        marks = (("yes" if columns[name][field] else "–") for name in FORMATS)
        lines.append(f"| {field} | {' | '.join(marks)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table into the documentation."""
    text = DOCS.read_text("utf-8")
    before, rest = text.split(BEGIN)
    DOCS.write_text(before + BEGIN + table() + END + rest.split(END)[1], "utf-8")


if __name__ == "__main__":
    main()
