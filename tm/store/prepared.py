"""Units as they are prepared for a memory: all that can be computed before they are written.

It is done while others have the memory, or in another process. So a batch has each text once and its units as numbers:
plain values, which pass between processes at little cost.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeAlias

from tm.folding import key
from tm.store.conditions import seconds
from tm.store.filters import STATUSES
from tm.unit import Origin, Unit, cleaned

__all__ = [
    "BATCH", "LONGEST_TEXT", "Batches", "Place", "Prepared", "PreparedUnit", "UnitValues", "detail_json", "in_batches",
    "numbered", "place_of", "prepare", "rejection_reason",
]  # fmt: skip

#: Units written at a time.
BATCH = 5_000
#: Characters on one side; a longer text is not a segment, and would slow down every look-up.
LONGEST_TEXT = 100_000
_REMEMBERED = 10_000  # details that are kept
_LONG = 2_000  # characters of notes and properties, from which details are not kept
#: Files and section, as in the table of origins.
Place: TypeAlias = tuple[str, str, str]
#: Status, score, created, changed, as in the table of units.
UnitValues: TypeAlias = tuple[int, float | None, int | None, int | None]
#: Places in the lists of a batch: of source, target, previous and next (-1: no text), and of the languages; of the
#: origin, with page, source ids and target ids; then values, and the place of the details.
PreparedUnit: TypeAlias = tuple[tuple[int, int, int, int], int, tuple[int, int, str, str], UnitValues, int]
#: Called with the number of units that are in the memory already, after which a batch must end: all batches.
Batches: TypeAlias = Callable[[int], Generator["Prepared"]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch of units; ``read`` counts those left out, too.

    ``keys`` are those of ``texts``; ``languages`` are pairs of codes, ``details`` is JSON.
    """

    read: int
    texts: list[str]
    keys: list[int]
    languages: list[tuple[str, str]]
    origins: list[Place]
    details: list[str]
    units: list[PreparedUnit]
    left_out: dict[str, int]


def rejection_reason(unit: Unit) -> str:
    """Why a memory does not accept ``unit``; "" if it does."""
    if not unit.source or unit.source.isspace():
        return "no source text"
    if not unit.target or unit.target.isspace():
        return "no target text"
    if max(len(unit.source), len(unit.target)) > LONGEST_TEXT:
        return f"longer than {LONGEST_TEXT:,} characters"
    if not (_encodable(unit.source) and _encodable(unit.target)):
        return "an unpaired surrogate"
    return ""


def _encodable(text: str) -> bool:
    """Whether a text has no unpaired surrogate; several times as fast as a regular expression."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
    return True


def in_batches(units: Iterable[Unit]) -> Batches:
    """The units, prepared batch by batch."""

    def batches(done: int) -> Generator[Prepared]:
        rest = iter(units)
        while batch := list(islice(rest, min(done, BATCH) if done > 0 else BATCH)):
            done -= len(batch)
            yield prepare(batch)

    return batches


def prepare(units: Sequence[Unit]) -> Prepared:
    """Clean the units, leave out those with a `rejection_reason`, compute what is stored of them."""
    accepted, left_out = [], Counter[str]()
    for unit in map(cleaned, units):
        why = rejection_reason(unit)
        if why:
            left_out[why] += 1
        else:
            accepted.append(unit)
    return numbered(accepted, read=len(units), left_out=dict(left_out))


def numbered(units: Iterable[Unit], *, read: int = 0, left_out: dict[str, int] | None = None) -> Prepared:
    """A batch of units that a memory accepts."""
    texts: dict[str, int] = {}
    languages: dict[tuple[str, str], int] = {}
    origins: dict[Place, int] = {}
    details: dict[str, int] = {}
    rows: list[PreparedUnit] = []
    for unit in units:
        origin = unit.origin
        sides = texts.setdefault(unit.source, len(texts)), texts.setdefault(unit.target, len(texts))
        previous = _neighbour(unit.previous, texts) if unit.previous else -1
        following = _neighbour(unit.next, texts) if unit.next else -1
        place = (
            origins.setdefault(place_of(origin), len(origins)),
            origin.page or 0,
            " ".join(map(str, origin.source_ids)) if origin.source_ids else "",
            " ".join(map(str, origin.target_ids)) if origin.target_ids else "",
        )
        values = STATUSES.index(unit.status), unit.quality, _seconds(unit.created), _seconds(unit.changed)
        pair = languages.setdefault((unit.source_lang, unit.target_lang), len(languages))
        detail = details.setdefault(detail_json(unit), len(details))
        rows.append(((*sides, previous, following), pair, place, values, detail))
    return Prepared(
        read, list(texts), list(map(key, texts)), list(languages), list(origins), list(details), rows, left_out or {}
    )


def _neighbour(text: str, texts: dict[str, int]) -> int:
    """The place of a neighbour in ``texts``, to which it is added; -1 for one that a memory cannot contain."""
    place = texts.get(text)
    if place is None:
        if len(text) > LONGEST_TEXT or not _encodable(text):
            return -1
        place = texts[text] = len(texts)
    return place


def place_of(origin: Origin) -> Place:
    """What the table of origins has of an origin."""
    return origin.source_file, origin.target_file, origin.section


def detail_json(unit: Unit) -> str:
    """The fields of a unit that are stored as JSON in ``details.content``; defaults are left out."""
    properties = tuple(sorted(unit.properties.items())) if unit.properties else ()
    is_long = sum(map(len, unit.notes)) + sum(map(len, unit.properties.values())) > _LONG
    write = _detail_json.__wrapped__ if is_long else _detail_json
    return write(unit.kind, unit.sentences, unit.signature, unit.author, tuple(unit.notes), properties)


@lru_cache(_REMEMBERED)
def _detail_json(
    kind: str, sentences: int, signature: str, author: str, notes: tuple[str, ...], properties: tuple[Any, ...]
) -> str:
    fields: dict[str, Any] = {
        "kind": kind,
        "sentences": sentences if sentences != 1 else 0,
        "signature": signature,
        "author": author,
        "notes": notes,
        "properties": dict(properties),
    }
    text = json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)
    # PostgreSQL has no null character, and nobody misses it.
    return re.sub(r"(?<!\\)((?:\\\\)*)\\u0000", r"\1", text) if "\\u0000" in text else text


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else seconds(moment)
