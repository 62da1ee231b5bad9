"""XLIFF 1.2 and 2.x, written and read as a stream; selects the module by the version.

The two versions differ in structure: 1.2 has ``trans-unit`` with codes in the text, 2.x has ``unit`` and ``segment``
with codes apart from the text.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from corpora.errors import WrongFormat
from corpora.xml import beginning, local
from corpora.xml_units import unit_elements
from tm.formats import xliff1, xliff2
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions
from tm.formats.languages import LanguageSelection
from tm.unit import Unit

__all__ = ["read_units", "write_units"]


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write ``units`` as XLIFF of the version that ``options`` name."""
    (xliff2 if options.xliff == "2.1" else xliff1).write_units(path, units, options, written)


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the units of XLIFF 1.0 to 2.2; of a damaged file the valid units, as the TMX reader does."""
    root = beginning(path)
    if root is not None and local(root) != "xliff":
        raise WrongFormat(f"{path} is not XLIFF: its root is <{local(root)}>")
    selection = LanguageSelection(options, problems)
    reader: xliff1.Xliff1Reader | xliff2.Xliff2Reader
    if root is not None and root.get("version", "").startswith("2"):
        reader = xliff2.Xliff2Reader(root, options, problems)
    else:
        reader = xliff1.Xliff1Reader(root, options, problems)
    pieces = unit_elements(
        path, reader.tag, ("body", "group", "file", "bin-unit"), heads=("file", "group"), strict=options.strict
    )
    for element, line in problems.elements(pieces):
        if local(element) == reader.tag:
            for unit in reader.units(element, line):
                yield from selection.of(unit)
