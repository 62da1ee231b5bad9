"""The list marker of a query in place of that of a match: "2. Parties shall report" for "1. Parties shall report".

The marker of the target must be that of the source, in its own style: （三） may stand as (c) or 3. there. Where it is
not, or the new one cannot be written in that style, nothing is changed. Headings such as 第三条 are no list markers:
they are numbers with a word.
"""

from dataclasses import dataclass, replace

from corpora.text.languages import is_spaced
from corpora.text.markers import Marker, parse_marker
from corpora.text.numerals import from_roman, to_han, to_letters, to_roman
from tm.unit import Unit

__all__ = ["Remarked", "remarked", "without_list_marker"]

_FAMILIES = frozenset({"item", "decimal"})
_SIGNS = "()（）.．、 "


@dataclass(frozen=True, slots=True)
class Remarked:
    """The query and the unit without their list markers; the marker of the new target with its blank; the old one."""

    query: str
    unit: Unit
    marker: str
    old: str


def remarked(query: str, unit: Unit) -> Remarked | None:
    """Take the markers off, and find that of the new target; None where they do not differ or it is not clear."""
    new, stored, target = _marker(query), _marker(unit.source), _marker(unit.target)
    if (new and new.printed) == (stored and stored.printed):
        return None
    if stored is not None and target is not None and target.value != stored.value:
        stored, target = _read_as_roman(stored, target.value), _read_as_roman(target, stored.value)
    if new is not None and stored is not None and "roman" in stored.scheme:
        new = _read_as_roman(new)
    if stored is None:
        written = new.printed if new is not None and target is None and new.printed.isascii() else None
    elif target is None or target.value != stored.value:
        return None
    else:
        written = "" if new is None else _written(new, stored, target)
    if written is None:
        return None
    blank = " " if is_spaced(unit.target_lang) else ""
    if target is not None:
        blank = unit.target[len(target.printed) : target.end]
    elif new is not None and len(new.printed) < new.end:
        blank = " "
    source, rest = without_list_marker(unit.source), without_list_marker(unit.target)
    unit = replace(unit, source=source, target=rest)
    return Remarked(
        without_list_marker(query), unit, written + blank if written else "", target.printed if target else ""
    )


def without_list_marker(text: str) -> str:
    """``text`` without the list marker that opens it, and the blanks behind it."""
    marker = _marker(text)
    return text if marker is None else text[marker.end :]


def _marker(text: str) -> Marker | None:
    """The list marker at the very beginning, with text behind it."""
    marker = parse_marker(text)
    if marker is None or marker.family not in _FAMILIES or marker.end >= len(text):
        return None
    return marker if text.startswith(marker.printed) else None


def _read_as_roman(marker: Marker, value: tuple[int, ...] | None = None) -> Marker:
    """A marker such as (ii), a letter taken twice, as a Roman numeral if it is one; with this value if one is given."""
    core = marker.printed.strip(_SIGNS)
    number = from_roman(core) if "letter" in marker.scheme else None
    if number is None or (value or (number,)) != (number,):
        return marker
    return replace(marker, scheme=marker.scheme.replace("letter", "roman"), value=(number,))


def _written(new: Marker, stored: Marker, target: Marker) -> str | None:
    """The marker ``new`` as the target writes its own."""
    if target.printed == stored.printed and (new.printed.isascii() or new.scheme == stored.scheme):
        return new.printed
    if new.scheme != stored.scheme:
        return None
    core = target.printed.strip(_SIGNS)
    value = _value(target.scheme, new.value[0], upper=core.isupper()) if len(new.value) == 1 else None
    return None if value is None else target.printed.replace(core, value)


def _value(scheme: str, number: int, *, upper: bool) -> str | None:
    """A number as this scheme of markers writes it."""
    if number < 1:
        return None
    if scheme.startswith("number"):
        return str(number)
    if scheme.startswith("han"):
        return to_han(number)
    if "letter" in scheme or "roman" in scheme:
        written = to_letters(number) if "letter" in scheme else to_roman(number)
        return written.upper() if upper else written
    return None
