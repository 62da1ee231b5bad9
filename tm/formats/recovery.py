"""The elements of a file of units one by one, also of an XML file that is not well-formed.

Valid units around a fault are yielded, and each one that is lost is reported with its line.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from corpora.errors import DamagedInput
from corpora.xml import Element, fragments, local, stream
from tm.formats.base import ReadOptions, UnitProblems

__all__ = ["unit_elements"]


def unit_elements(
    path: Path, tag: str, parents: Collection[str], options: ReadOptions, problems: UnitProblems
) -> Iterator[tuple[Element, int]]:
    """Yield (element, line) of each ``tag`` in one of ``parents``. Raises `DamagedInput` where reading is strict."""
    seen = 0
    try:
        for element in stream(path, (tag,)):
            if local(element.getparent()) not in parents:
                raise DamagedInput(f"{path} is not well-formed XML: <{tag}> without </{tag}>")
            seen += 1
            yield element, element.sourceline
    except DamagedInput as error:
        if options.strict or not seen:
            raise
        before = len(problems.found)
        for number, fragment in enumerate(fragments(path, tag), 1):
            if number > seen and fragment.problem:
                problems.add(fragment.line, fragment.problem, error)
            elif number > seen and fragment.element is not None:
                yield fragment.element, fragment.line
        if len(problems.found) == before:
            problems.add(None, str(error).partition("XML: ")[2] or str(error), error)
