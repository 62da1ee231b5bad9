"""Who made and changed a unit of XLIFF 1.2, when, and the comments on it, as Trados, memoQ and Phrase write them.

None of this is in the standard: memoQ and Phrase use attributes of the ``trans-unit`` in name spaces of their own,
Trados values of a segment and marks that refer to comments in the head of the file.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from corpora.xml import Element, attributes_of, local
from tm.formats.base import date_of

__all__ = ["Comments", "add_history"]

#: By field, the names of attributes and values, the first that has a value counts.
_NAMES = {
    "author": ("created_by", "created-by", "translatorcommitusername", "lastchanginguser", "last_modified_by",
               "modified-by"),
    "created": ("created_on", "created-at", "translatorcommittimestamp"),
    "changed": ("modified_on", "modified-at", "lastchangedtimestamp"),
}  # fmt: skip


class Comments:
    """The comments in the head of a file of Trados, by the number that marks refer to."""

    def __init__(self) -> None:
        self._known: dict[str, str] | None = None

    def of(self, marked: Iterable[Element]) -> list[str]:
        """The comments that marks inside these elements refer to, each once."""
        numbers: dict[str, None] = {}
        for element in marked:
            for mark in element.iter("{*}mrk"):
                if mark.get("mtype") == "x-sdl-comment":
                    numbers |= {value: None for name, value in attributes_of(mark).items() if name.endswith("}cid")}
                    known = self._all(mark)
        return [known[number] for number in numbers if known.get(number)]

    def _all(self, element: Element) -> dict[str, str]:
        if self._known is None:
            root = element.getroottree().getroot()
            self._known = {one.get("id", ""): "\n".join(_comments(one)) for one in root.iter("{*}cmt-def")}
        return self._known


def add_history(fields: dict[str, Any], unit: Element, segment: Element | None, comments: Iterable[str] = ()) -> None:
    """Add to the fields of a unit what its ``trans-unit`` and its segment of Trados say; what is known stays."""
    if segment is None:
        found = {name.rpartition("}")[2]: value for name, value in attributes_of(unit).items() if "}" in name}
    else:
        found = {value.get("key", ""): value.text or "" for value in segment.iterfind("{*}value")}
    author = _first(found, "author")
    if author and "author" not in fields:
        fields["author"] = author
    for name in ("created", "changed"):
        date = _date(_first(found, name))
        if date is not None and name not in fields:
            fields[name] = date
    notes, added = tuple(fields.get("notes", ())), [*comments]
    for child in unit if segment is None else ():
        if local(child).startswith("comments"):
            added += _comments(child)
    if added:
        fields["notes"] = (*notes, *(one for one in dict.fromkeys(added) if one not in notes))


def _first(found: Mapping[str, str], field: str) -> str:
    return next((value for name in _NAMES[field] if (value := found.get(name, "").strip())), "")


def _comments(parent: Element) -> list[str]:
    return [text for one in parent.iter("{*}Comment", "{*}comment") if (text := "".join(one.itertext()).strip())]


def _date(text: str) -> datetime | None:
    """A date of ISO 8601 (memoQ), month first (Trados), or milliseconds since 1970 (Phrase); None for none."""
    try:
        if text.isdecimal() and len(text) > 8:
            return datetime.fromtimestamp(int(text) // 1000, UTC)
        if "/" in text:
            return datetime.strptime(text, "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return date_of(text) if text else None
