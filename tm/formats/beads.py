"""Read and write ``.align`` files, which contain beads: the ids of units in two texts.

Reading one requires the two texts, one unit per line (`ReadOptions.source_file` and ``target_file``). The ids and
quality scores of units from one pair of texts are written.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.errors import UsageError, WrongFormat
from corpora.readers.encodings import decode
from corpora.readers.file_type import FileType, read_bytes, sniff
from corpora.text.languages import detect, join
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, spelt
from tm.origin_names import origin_name
from tm.tags import escape
from tm.unit import Origin, Unit

if TYPE_CHECKING:
    from align.alignment import Bead

__all__ = ["read_units", "write_units"]


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each bead; one that points outside the texts is reported. Raises `UsageError` without texts."""
    if not options.source_file or not options.target_file:
        raise UsageError(f"{path} contains positions only: name its two texts as `source_file` and `target_file`")
    from align.beadfile import read as read_beads

    texts = _lines(Path(options.source_file)), _lines(Path(options.target_file))
    languages = [
        spelt(code or detect("\n".join(lines)))
        for code, lines in zip((options.source_lang, options.target_lang), texts, strict=True)
    ]
    names = origin_name(options.source_file), origin_name(options.target_file)
    for number, bead in enumerate(read_beads(path), 1):
        sides = []
        for ids, lines, language in zip((bead.source, bead.target), texts, languages, strict=True):
            if any(i >= len(lines) for i in ids):
                problems.add(number, f"the bead names unit {max(ids)}, the text has {len(lines)}")
                break
            sides.append(escape(join((lines[i] for i in ids), language)))
        if len(sides) == 2:
            origin = Origin(*names, bead.source, bead.target)
            count = max(len(bead.source), len(bead.target))
            source, target = sides
            score = bead.score if 0 <= bead.score <= 1 else None  # other aligners write costs
            yield Unit(source, target, languages[0], languages[1], origin=origin, quality=score, sentences=count)


def write_units(path: Path, units: Iterable[Unit], _: WriteOptions, written: WriteCounts) -> None:
    """Write the bead of each unit. Raises `UsageError` for a unit without ids, and for units of several documents."""
    from align.beadfile import write as write_beads

    write_beads(path, _beads(units, written))


def _beads(units: Iterable[Unit], written: WriteCounts) -> Iterator["Bead"]:
    from align.alignment import Bead

    files: tuple[str, str] | None = None
    for unit in units:
        origin = unit.origin
        if not origin.source_ids and not origin.target_ids:
            raise UsageError(f"{written.path}: these units do not record their positions, which .align needs")
        files = files or (origin.source_file, origin.target_file)
        if files != (origin.source_file, origin.target_file):
            raise UsageError(f"{written.path}: these units come from several documents; beads are of one pair of texts")
        written.units += 1
        yield Bead(origin.source_ids, origin.target_ids, unit.quality or 0.0)


def _lines(path: Path) -> list[str]:
    """The units of a text. Raises `WrongFormat` for a page or a document, whose lines are not units."""
    data = read_bytes(path)
    kind = sniff(data, path)
    if kind is not FileType.TEXT:
        raise WrongFormat(f"{path} is not plain text with one unit per line, which an .align file points into")
    return decode(data, str(path)).text.splitlines()
