"""Units out of an ``.align`` file and the two texts it points into, one unit a line.

An ``.align`` file holds ids only, so reading one asks for both texts (`ReadOptions.source_file` and
``target_file``). Writing one takes the `Alignment` itself: `tm.formats.write_alignment`.
"""

from collections.abc import Iterator
from pathlib import Path

from corpora.errors import UsageError, WrongFormat
from corpora.readers.encodings import decode
from corpora.readers.file_type import FileType, load, sniff
from corpora.text.languages import detect, joiner
from tm.formats.base import ReadOptions, UnitProblems, normalized
from tm.tags import escape
from tm.unit import Origin, Unit

__all__ = ["read_units"]


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each bead; one that points outside the texts is named. Raises `UsageError` without texts."""
    if not options.source_file or not options.target_file:
        raise UsageError(f"{path} holds positions only: name its two texts with --source-file and --target-file")
    from align.beadfile import read as read_beads

    texts = _lines(Path(options.source_file)), _lines(Path(options.target_file))
    languages = [
        normalized(wanted or detect("\n".join(lines)))
        for wanted, lines in zip((options.source_lang, options.target_lang), texts, strict=True)
    ]
    names = Path(options.source_file).name, Path(options.target_file).name
    for number, bead in enumerate(read_beads(path), 1):
        sides = []
        for ids, lines, language in zip((bead.source, bead.target), texts, languages, strict=True):
            if any(i >= len(lines) for i in ids):
                problems.add(number, f"the bead names unit {max(ids)}, the text has {len(lines)}")
                break
            sides.append(escape(joiner(language).join(lines[i] for i in ids)))
        if len(sides) == 2:
            origin = Origin(*names, bead.source, bead.target)
            count = max(len(bead.source), len(bead.target))
            source, target = sides
            yield Unit(source, target, languages[0], languages[1], origin=origin, quality=bead.score, sentences=count)


def _lines(path: Path) -> list[str]:
    """The units of a text. Raises `WrongFormat` for a page or a document, whose lines are no units."""
    data = load(path)
    kind = sniff(data, path)
    if kind is not FileType.TEXT:
        raise WrongFormat(f"{path} is not plain text with one unit a line, which an .align file points into")
    return decode(data, str(path)).text.splitlines()
