"""The fields of a unit other than its texts as named strings, for formats that keep metadata as name and value.

TMX props, XLIFF contexts, PO comments and table columns use the same names, so that a unit keeps its score and origin
in all of them. A property of the user with a reserved name is written with the prefix "property-".
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from tm.formats.base import date_of
from tm.unit import STATUSES, Origin, Unit

__all__ = ["FIELDS", "add_numbered", "apply_metadata", "apply_properties", "metadata_of", "properties_of"]

#: Reserved names, in the order in which they are written.
FIELDS = (
    "score", "status", "kind", "sentences", "source-file", "target-file", "source-ids", "target-ids", "page",
    "section", "signature",
)  # fmt: skip
#: Further reserved names, for formats without a field for them.
_FURTHER = ("previous", "next", "author", "created", "changed")
_RESERVED = frozenset((*FIELDS, *_FURTHER))
_ESCAPE = "property-"
_Value = TypeVar("_Value")


def add_numbered(found: dict[str, _Value], name: str, value: _Value, used: Counter[str]) -> None:
    """Keep ``value`` beside earlier ones of its name, whose last number is in ``used``.

    >>> found, used = {}, Counter()
    >>> for value in ("A", "B"):
    ...     add_numbered(found, "client", value, used)
    >>> found
    {'client': 'A', 'client#2': 'B'}
    """
    number = used[name] + 1
    while (key := name if number == 1 else f"{name}#{number}") in found:
        number += 1
    used[name] = number
    found[key] = value


def properties_of(unit: Unit, without: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of every field that is not at its default, then the properties except ``without``."""
    origin = unit.origin
    if unit.quality is not None:
        yield "score", repr(float(unit.quality))
    if unit.status != "unreviewed":
        yield "status", unit.status
    if unit.kind:
        yield "kind", unit.kind
    if unit.sentences != 1:
        yield "sentences", str(unit.sentences)
    if origin.source_file:
        yield "source-file", origin.source_file
    if origin.target_file:
        yield "target-file", origin.target_file
    if origin.source_ids:
        yield "source-ids", ",".join(map(str, origin.source_ids))
    if origin.target_ids:
        yield "target-ids", ",".join(map(str, origin.target_ids))
    if origin.page is not None:
        yield "page", str(origin.page)
    if origin.section:
        yield "section", origin.section
    if unit.signature:
        yield "signature", unit.signature
    for name, value in unit.properties.items():
        if name not in without:
            yield (_ESCAPE + name if name in _RESERVED or name.startswith(_ESCAPE) else name), value


def metadata_of(unit: Unit) -> Iterator[tuple[str, str]]:
    """`properties_of` with context, author and dates: everything except texts, languages and notes."""
    yield from properties_of(unit)
    for name, value in (("previous", unit.previous), ("next", unit.next), ("author", unit.author)):
        if value:
            yield name, value
    for name, date in (("created", unit.created), ("changed", unit.changed)):
        if date is not None:
            yield name, date.isoformat()


def apply_metadata(found: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for `Unit` from the pairs of `metadata_of`."""
    rest = dict(found)
    fields: dict[str, Any] = {name: rest.pop(name) for name in ("previous", "next", "author") if rest.get(name)}
    for name in ("created", "changed"):
        if name in rest and (date := date_of(rest[name])):
            fields[name] = date
            del rest[name]
    return {**apply_properties(rest), **fields}


def apply_properties(found: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for `Unit` from the pairs of `properties_of`; a value that cannot be parsed stays a property."""
    fields: dict[str, Any] = {}
    origin: dict[str, Any] = {}
    properties: dict[str, str] = {}
    for name, value in found.items():
        place = _FIELDS_BY_NAME.get(name)
        try:
            if place is not None:
                (origin if place[1] else fields)[place[0]] = place[2](value)
                continue
        except ValueError:
            pass
        if place is None and name.startswith(_ESCAPE):
            name = name[len(_ESCAPE) :]
        properties[name] = value
    if origin:
        fields["origin"] = Origin(**origin)
    if properties:
        fields["properties"] = properties
    return fields


def _ids(value: str) -> tuple[int, ...]:
    return tuple(int(one) for one in value.split(",") if one.strip())


def _score(value: str) -> float:
    score = float(value)
    if not 0 <= score <= 1:
        raise ValueError(value)
    return score


def _status(value: str) -> str:
    if value not in STATUSES:
        raise ValueError(value)
    return value


def _positive(value: str) -> int:
    number = int(value)
    if not 1 <= number < 2**31:
        raise ValueError(value)
    return number


#: Name to (field, whether it is of `Origin`, how it is read).
_FIELDS_BY_NAME: Mapping[str, tuple[str, bool, Callable[[str], Any]]] = {
    "score": ("quality", False, _score),
    "status": ("status", False, _status),
    "kind": ("kind", False, str),
    "sentences": ("sentences", False, _positive),
    "signature": ("signature", False, str),
    "source-file": ("source_file", True, str),
    "target-file": ("target_file", True, str),
    "source-ids": ("source_ids", True, _ids),
    "target-ids": ("target_ids", True, _ids),
    "page": ("page", True, _positive),
    "section": ("section", True, str),
}
