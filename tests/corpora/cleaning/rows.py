"""Turn the lines of a case into the rows that the rules see."""

from typing import Any

from corpora.cleaning.layout import Layout, LayoutLine, rows_of
from corpora.document import Line
from corpora.readers.reading import txt

__all__ = ["layout_of", "lines_of", "rows_of_case"]


def lines_of(given: list[Any]) -> tuple[Line, ...]:
    """Lines of plain text, or lines of a PDF given as objects: the fields of `Line` without the offsets."""
    if given and isinstance(given[0], dict):
        at = 0
        lines = []
        for one in given:
            lines.append(Line(start=at, end=at + len(one["text"]), **one))
            at += len(one["text"]) + 1
        return tuple(lines)
    return tuple(txt.lines_of("\n".join(given)))


def rows_of_case(given: list[Any]) -> list[LayoutLine]:
    return rows_of(lines_of(given))


def layout_of(fields: dict[str, Any]) -> Layout:
    """The layout of text that is not wrapped, but for ``fields``."""
    return Layout(**fields)
