"""XLIFF 1.2 and 2.x, written and read as a stream; selects the module by the version.

The two versions differ in structure: 1.2 has ``trans-unit`` with codes in the text, 2.x has ``unit`` and ``segment``
with codes apart from the text.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from corpora.errors import DamagedInput, WrongFormat
from corpora.xml import fragments, local, root_name, stream
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
    if (name := root_name(path)) not in ("xliff", ""):
        raise WrongFormat(f"{path} is not XLIFF: its root is <{name}>")
    selection = LanguageSelection(options, problems)
    reader: xliff1.Xliff1Reader | xliff2.Xliff2Reader | None = None
    try:
        for element in stream(path, ("file", "group", "trans-unit", "unit")):
            root = element.getroottree().getroot()
            if reader is None:
                version = root.get("version", "")
                reader = (
                    xliff2.Xliff2Reader(root, options, problems)
                    if version.startswith("2")
                    else xliff1.Xliff1Reader(root, options, problems)
                )
            if local(element) == reader.tag:
                if local(element.getparent()) not in ("body", "group", "file"):
                    raise DamagedInput(f"{path} is not well-formed XML: <{reader.tag}> without </{reader.tag}>")
                for unit in reader.units(element, element.sourceline):
                    yield from selection.of(unit)
    except DamagedInput as error:
        if options.strict or reader is None:
            raise
        for number, fragment in enumerate(fragments(path, reader.tag), 1):
            if number <= reader.seen:
                continue
            if fragment.problem:
                problems.add(fragment.line, fragment.problem, error)
            else:
                for unit in reader.units(fragment.element, fragment.line):
                    yield from selection.of(unit)
        if not problems.found:
            problems.add(None, str(error).partition("XML: ")[2] or str(error), error)
