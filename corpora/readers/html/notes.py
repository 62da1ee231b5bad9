"""Find the footnotes of a web page: which links are marks, which elements are notes, which links only lead back.

Each program writes them differently (DocBook, Word, pandoc, Sphinx, wikis), but all link a short number to a place
further down that links back. So the links are read, and class names only confirm.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

from corpora.readers.html.boilerplate import BLOCKS
from corpora.readers.html.styles import is_raised

__all__ = ["HtmlNotes", "find_notes"]

_NUMBER = re.compile(
    r"[\[\(（〔【［]?\s*(?:(?:注释?|註|note|nb|n)\s*)?(\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶#]{1,4}|[①-⑳])\s*[\]\)）〕】］]?[.．]?",
    re.IGNORECASE,
)
_BACK = re.compile(r"[↩↑^⏎⤴←\ufe0e\s]+")
_SAID = re.compile(
    r"foot-?note|end-?note|note-?ref|cite_?(note|ref)|ftn|(^|[\s_-])fn|doc-(note|foot|end)", re.IGNORECASE
)


@dataclass(slots=True)
class HtmlNotes:
    """What was found, by element.

    ``marks``: the number of each mark as printed, without brackets. ``notes``: the number of the footnote that the
    element contains. ``back``: links within notes that lead back to the text.
    """

    marks: dict[Any, str] = field(default_factory=dict)
    notes: dict[Any, str] = field(default_factory=dict)
    back: set[Any] = field(default_factory=set)


def find_notes(body: Any) -> HtmlNotes:
    """Read the footnotes of ``body``, an lxml tree, from its links."""
    found = HtmlNotes()
    order: dict[Any, int] = {}
    places: dict[str, Any] = {}
    links: list[tuple[Any, str]] = []
    for at, element in enumerate(body.iter()):
        if not isinstance(element.tag, str):
            continue
        order[element] = at
        for name in (element.get("id"), element.get("name")):
            if name:
                places.setdefault(name, element)
        if element.tag == "a" and "#" in (element.get("href") or ""):
            links.append((element, urldefrag(element.get("href")).fragment))
    leading = [(link, places[name]) for link, name in links if name in places]
    for link, target in leading:
        number = _number(link)
        holder = _holder(target)
        if (
            number
            and order[target] > order[link]
            and all(one is not holder for one in link.iterancestors())
            and _is_mark(link, target, holder)
        ):
            found.marks[link] = number
            found.notes.setdefault(holder, number)
    for link, target in leading:
        note = next((one for one in (link, *link.iterancestors()) if one in found.notes), None)
        leads_back = order[target] < order[link] or target is note
        if note is not None and leads_back and link not in found.marks and _number(link):
            found.back.add(link)
    for link, name in links:  # the mark that it should lead back to has lost its name
        note = next((one for one in link.iterancestors() if one in found.notes), None)
        if name not in places and note is not None and _number(link) == found.notes[note]:
            found.back.add(link)
    found.back |= {link for link, _ in links if link not in found.marks and _is_arrow(link)}
    return found


def _number(link: Any) -> str:
    match = _NUMBER.fullmatch("".join(link.itertext()).strip())
    return match[1] if match else ""


def _is_arrow(link: Any) -> bool:
    return bool(_BACK.fullmatch("".join(link.itertext())))


def _holder(target: Any) -> Any:
    """The block that contains the note: the target itself, or where it is an empty anchor the block around it."""
    element = target
    while element.tag not in BLOCKS and element.getparent() is not None:
        element = element.getparent()
    # Sphinx before 5 and others set notes as a definition list: the number in dt, the text in the dd behind it.
    if element.tag == "dt" and element.getnext() is not None and element.getnext().tag == "dd":
        return element.getnext()
    return element


def _is_mark(link: Any, target: Any, holder: Any) -> bool:
    """A short number that links onward is a mark when it is raised, or bracketed, or something calls it a note."""
    around = link.getparent()
    raised = is_raised(link) or (around is not None and is_raised(around)) or any(is_raised(one) for one in link)
    said = any(
        _SAID.search(" ".join(filter(None, map(one.get, ("class", "id", "role", "name", "epub:type")))))
        for one in (link, target, holder)
    )
    first = "".join(link.itertext()).strip()[:1]
    bracketed = not first.isalnum() or "①" <= first <= "⑳"
    return raised or said or (bracketed and holder.tag not in ("h1", "h2", "h3", "h4", "h5", "h6"))
