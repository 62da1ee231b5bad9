"""Read and write ``.align`` files: one bead per line, ``[source ids]:[target ids]:score``, ids counted from 0.

This is the format of Vecalign and Bertalign, so gold standards and the output of other aligners can be read directly.
The score may be missing, and blank lines and spaces are ignored. Any other line is an error that names its number: a
bead that is silently left out would change every figure.
"""

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from align.alignment import Bead
from corpora.errors import InputError
from corpora.files import replacing

__all__ = ["read", "write"]

_IDS = r"\[\s*((?:\d+(?:\s*,\s*\d+)*)?)\s*\]"
_LINE = re.compile(rf"\s*{_IDS}\s*:\s*{_IDS}\s*(?::\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)?)?\s*")


def read(path: Path | str) -> list[Bead]:
    """Return the beads of the file at ``path`` in its order; a missing score is 0.

    Raises `InputError` for a line that is not a bead, with its number, and for a file that cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not a text file in UTF-8, which .align files must be") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return list(_beads(text.split("\n"), path))


def write(path: Path | str, beads: Iterable[Bead]) -> None:
    """Write ``beads`` to ``path``, scores with four digits; an existing file is replaced as a whole.

    Raises `InputError` where ``path`` cannot be written.
    """
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(
            f"[{','.join(map(str, bead.source))}]:[{','.join(map(str, bead.target))}]:{round(bead.score, 4):g}\n"
            for bead in beads
        )


def _beads(lines: Iterable[str], path: Path | str) -> Iterator[Bead]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(f"{path}, line {number}: {line.strip()[:60]!r} is not a bead such as [0,1]:[0]:0.83")
        try:
            source, target = _ids(match[1]), _ids(match[2])
        except ValueError as error:  # more digits than Python reads
            raise InputError(f"{path}, line {number}: a number of a unit is too long") from error
        if not source and not target:
            raise InputError(f"{path}, line {number}: the bead is empty on both sides")
        score = float(match[3]) if match[3] else 0.0
        if not math.isfinite(score):
            raise InputError(f"{path}, line {number}: the score {match[3]} is out of range")
        yield Bead(source, target, score, "search" if source and target else "omission")


def _ids(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",")) if text else ()
