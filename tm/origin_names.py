"""What memories call the files that units come from, so that two files of one name stay apart.

A bitext is put together again by these names, and documents are preferred or left out by them; a report.docx of two
years must not become one document.
"""

from collections import Counter
from collections.abc import Sequence
from os.path import abspath, normpath
from pathlib import Path, PurePath

__all__ = ["origin_name", "origin_names"]


def origin_name(path: Path | str) -> str:
    """The path as it was given, without what leads out of a folder; of a path from the root, only the name.

    >>> [origin_name(path) for path in ("2020/report.docx", "../a.tsv", "/home/ana/a.tsv", "https://a.org/b/c.html")]
    ['2020/report.docx', 'a.tsv', 'a.tsv', 'c.html']
    """
    given = PurePath(path)
    if given.is_absolute() or "://" in str(path) or ":/" in given.as_posix():
        return given.name
    given = PurePath(normpath(given))  # of "x/../a.tsv" no folder is left
    return "/".join(part for part in given.parts if part != "..") or given.name


def origin_names(paths: Sequence[Path | str]) -> list[str]:
    """The names of several files: where two would have one name, with as many of their folders as tell them apart.

    >>> origin_names(["/work/2020/a.tsv", "/work/2021/a.tsv", "/work/b.tsv"])
    ['2020/a.tsv', '2021/a.tsv', 'b.tsv']
    """
    parts = [PurePath(abspath(path)).parts[1:] for path in paths]
    names = [origin_name(path) for path in paths]
    for length in range(2, max(map(len, parts), default=0) + 1):
        files = dict(zip(parts, names, strict=True))  # the same file may be given twice
        counts = Counter(files.values())
        if max(counts.values(), default=1) == 1:
            break
        names = ["/".join(own[-length:]) if counts[name] > 1 else name for own, name in zip(parts, names, strict=True)]
    return names
