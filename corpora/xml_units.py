"""The elements of a file of units one by one, also of an XML file that is not well-formed.

What is valid is streamed. From the first error on, the file is cut at the tags of the elements
(`corpora.xml.fragments`), so that an error costs the elements that it touches, and each of these is reported.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from corpora.errors import DamagedInput
from corpora.xml import XmlPiece, fragments, local, stream

__all__ = ["unit_elements"]


def unit_elements(
    source: Path, tag: str, parents: Collection[str], *, heads: Collection[str] = (), strict: bool = False
) -> Iterator[XmlPiece]:
    """Yield each ``tag`` inside one of ``parents``, or what is wrong with it; ``heads`` are other elements to yield.

    An error that costs no element comes last, with ``lost`` 0. Raises `DamagedInput` at the first one where reading is
    ``strict``, and in a file without any element; what `corpora.xml.stream` raises for other input.
    """
    seen = 0
    try:
        for element in stream(source, (tag, *heads)):
            if element.tag == tag or local(element) == tag:
                if (parent := element.getparent()).tag not in parents and local(parent) not in parents:
                    raise DamagedInput(f"{source} is not well-formed XML: <{tag}> without </{tag}>")
                seen += 1
            yield XmlPiece(element.sourceline, element)
        return
    except DamagedInput as error:
        if strict:
            raise
        fault = error
    first: XmlPiece | None = None
    sound = 0
    for number, fragment in enumerate(fragments(source, tag), 1):
        if number > seen:
            first = first or (fragment if fragment.problem else None)
            sound += not fragment.problem
            yield fragment
    if first is None and not seen and not sound:
        raise fault
    if first is None:
        message = str(fault).partition("XML: ")[2] or str(fault)
        yield XmlPiece(0, None, message, 0)
