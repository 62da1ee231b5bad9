"""Write reviewed units in any format, with who decided what; all of them, or only those whose status is reviewed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from tm.unit import Unit

__all__ = ["REVIEW_EXPORTS", "Selection", "exported", "write_units"]

Selection = Literal["all", "valid", "accepted"]
REVIEW_EXPORTS: Mapping[str, str] = {
    ".tmx": "TMX",
    ".xlf": "XLIFF 1.2",
    ".2.xlf": "XLIFF 2.1",
    ".tsv": "TSV",
    ".csv": "CSV",
    ".xlsx": "XLSX",
    ".docx": "DOCX table",
    ".jsonl": "JSONL",
    ".po": "PO",
    ".html": "HTML",
    ".parquet": "Parquet",
    ".align": "beads (.align)",
}


def exported(units: Sequence[Unit], selection: Selection = "all") -> Iterator[Unit]:
    """The units to write, with their current context: all, all but rejected ("valid"), or reviewed ("accepted")."""
    texts = [unit.source for unit in units]
    for place, unit in enumerate(units):
        if (selection == "valid" and unit.status == "rejected") or (
            selection == "accepted" and unit.status != "reviewed"
        ):
            continue
        before = next((text for text in reversed(texts[max(0, place - 20) : place]) if text), "")
        after = next((text for text in texts[place + 1 : place + 21] if text), "")
        yield replace(unit, previous=before, next=after)


def write_units(
    path: Path,
    units: Sequence[Unit],
    selection: Selection,
    xliff: Literal["1.2", "2.1"] = "1.2",
    *,
    place: Path | None = None,
) -> int:
    """Write reviewed units to ``path``, format by extension; returns their number. Raises `UsageError`, `EmptyInput`.

    ``place`` is the temporary file of a caller of `corpora.files.replacing_all`.
    """
    from tm.formats import WriteOptions, write

    return write(path, exported(units, selection), WriteOptions(xliff=xliff), place=place).written
