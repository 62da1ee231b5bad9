"""The edits of a review, as pure functions that return which rows replace which.

Every edit replaces one range of rows by another; this `Patch` is all that undo and redo need. An edit is exact to the
character (where a text is split), so that replaying a journal gives the same rows on any machine and with any later
sentence splitter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from corpora.errors import UsageError
from corpora.text.languages import join
from tm.tags import plain, tags
from tm.unit import Unit

__all__ = [
    "ACTIONS",
    "FINDING_ACTIONS",
    "STATUS_ACTIONS",
    "Edit",
    "Patch",
    "ReviewRow",
    "Side",
    "from_json",
    "patch",
    "to_json",
]

Side = Literal["source", "target"]
ACTIONS = ("accept", "reject", "reopen", "merge", "split", "move", "shift", "edit", "dismiss", "restore")
_STATUS = {"accept": "reviewed", "reject": "rejected", "reopen": "unreviewed"}
#: The actions that are verdicts on units.
STATUS_ACTIONS = tuple(_STATUS)
#: The actions that are verdicts on findings: their kind is right and not shown, or shown again.
FINDING_ACTIONS = ("dismiss", "restore")
_LONGEST_KIND = 500  # characters


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A unit under review; ``id`` stays the same while texts change; splitting and merging assign new ids."""

    id: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Edit:
    """One decision.

    ``do``: one of `ACTIONS`. ``rows``: the ids it applies to; one, except for accept, reject and reopen.
    ``side``, ``up``: what move and shift move, and in which direction. ``source_at``, ``target_at``: where split
    divides each text, None to leave it in the first part; also where move divides it, None for the whole text.
    ``source``, ``target``, ``notes``: the new texts of edit, None to leave one as it is.
    ``kind``, ``message``: the findings that dismiss and restore are about, see `tm.checks.finding.Finding.kind`.
    """

    do: str
    rows: tuple[int, ...]
    side: Side = "target"
    up: bool = False
    source_at: int | None = None
    target_at: int | None = None
    source: str | None = None
    target: str | None = None
    notes: tuple[str, ...] | None = None
    kind: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """The rows ``old``, from position ``start``, are replaced by ``new``."""

    start: int
    old: tuple[ReviewRow, ...]
    new: tuple[ReviewRow, ...]

    def reverse(self) -> "Patch":
        """The patch that undoes this one."""
        return Patch(self.start, self.new, self.old)

    def apply(self, rows: list[ReviewRow]) -> None:
        """Change ``rows`` in place."""
        rows[self.start : self.start + len(self.old)] = self.new


_KINDS: dict[str, tuple[type, ...]] = {
    "do": (str,),
    "side": (str,),
    "up": (bool,),
    "source_at": (int, type(None)),
    "target_at": (int, type(None)),
    "source": (str, type(None)),
    "target": (str, type(None)),
    "kind": (str, type(None)),
    "message": (str, type(None)),
}


def from_json(data: Any) -> Edit:
    """Read an edit from a JSON object. Raises `UsageError` for anything else."""
    if not isinstance(data, Mapping) or not set(data) <= {*_KINDS, "rows", "notes"}:
        raise UsageError("an edit must be a JSON object with the fields of an edit")
    given: dict[str, Any] = {}
    for name, value in data.items():
        if name == "rows":
            if not isinstance(value, list) or not all(type(one) is int for one in value):
                raise UsageError('"rows" of an edit must be numbers')
            given["rows"] = tuple(value)
        elif name == "notes":
            if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
                raise UsageError('"notes" of an edit must be texts')
            given["notes"] = None if value is None else tuple(value)
        elif type(value) not in _KINDS[name]:
            raise UsageError(f'"{name}" of an edit has a value of the wrong type')
        else:
            given[name] = value
    if (
        given.get("do") not in ACTIONS
        or given.get("side", "target") not in ("source", "target")
        or not given.get("rows")
    ):
        raise UsageError(f"an edit needs rows and one of {', '.join(ACTIONS)}")
    return Edit(**given)


def to_json(edit: Edit) -> dict[str, Any]:
    """``edit`` as a JSON object, without fields that have their default value."""
    default = Edit(edit.do, edit.rows)
    found: dict[str, Any] = {"do": edit.do, "rows": list(edit.rows)}
    for name in ("side", "up", "source_at", "target_at", "source", "target", "notes", "kind", "message"):
        value = getattr(edit, name)
        if value != getattr(default, name):
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def patch(rows: Sequence[ReviewRow], edit: Edit, *, next_id: int, who: str, when: datetime) -> Patch:
    """The patch of ``edit`` on ``rows``; new rows get ids from ``next_id``, changed ones ``who`` and ``when``.

    Raises `UsageError` where a row no longer exists or the edit is impossible.
    """
    if edit.do in FINDING_ACTIONS:
        return _verdict(rows, edit)
    if edit.do in _STATUS:
        changed = _status(rows, edit)
    else:
        if len(edit.rows) != 1:
            raise UsageError(f"{edit.do} takes one unit")
        changed = _EDITS[edit.do](rows, _place(rows, edit.rows[0]), edit, next_id)
    before = {row.id: row.unit for row in changed.old}
    # Accepting a unit that someone else has reviewed is a decision too, and recorded as one.
    meant = set(edit.rows) if edit.do in _STATUS else set()
    signed = tuple(
        row
        if row.id not in meant and before.get(row.id) == row.unit
        else ReviewRow(row.id, replace(row.unit, author=who, changed=when))
        for row in changed.new
    )
    return Patch(changed.start, changed.old, signed)


def _place(rows: Sequence[ReviewRow], wanted: int) -> int:
    for place, row in enumerate(rows):
        if row.id == wanted:
            return place
    raise UsageError("this unit no longer exists; it was split or merged")


def _verdict(rows: Sequence[ReviewRow], edit: Edit) -> Patch:
    """No row changes; the one that the verdict was made on is named where it still exists."""
    if not edit.kind or len(edit.kind) > _LONGEST_KIND:
        raise UsageError(f"{edit.do} needs the kind of a finding")
    place = next((place for place, row in enumerate(rows) if row.id == edit.rows[0]), None)
    return Patch(0, (), ()) if place is None else Patch(place, (rows[place],), (rows[place],))


def _status(rows: Sequence[ReviewRow], edit: Edit) -> Patch:
    wanted = set(edit.rows)
    places = [place for place, row in enumerate(rows) if row.id in wanted]
    if len(places) != len(wanted):
        raise UsageError("a unit no longer exists; it was split or merged")
    first, last = places[0], places[-1] + 1
    old = tuple(rows[first:last])
    status = _STATUS[edit.do]
    new = tuple(ReviewRow(row.id, replace(row.unit, status=status)) if row.id in wanted else row for row in old)
    return Patch(first, old, new)


def _edit(rows: Sequence[ReviewRow], place: int, edit: Edit, next_id: int) -> Patch:
    row = rows[place]
    unit = row.unit
    source = unit.source if edit.source is None else edit.source
    target = unit.target if edit.target is None else edit.target
    if not source.strip() and not target.strip():
        raise UsageError("a unit needs a text on at least one side; reject it to remove it")
    notes = unit.notes if edit.notes is None else tuple(note for note in edit.notes if note.strip())
    score = unit.quality if (source, target) == (unit.source, unit.target) else None
    return Patch(
        place, (row,), (ReviewRow(row.id, replace(unit, source=source, target=target, notes=notes, quality=score)),)
    )


def _merge(rows: Sequence[ReviewRow], place: int, edit: Edit, next_id: int) -> Patch:
    if place + 1 >= len(rows):
        raise UsageError("there is no unit after this one to merge with")
    first, second = rows[place], rows[place + 1]
    one, two = first.unit, second.unit
    merged = _reviewed(
        one,
        source=_joined(one.source, two.source, one.source_lang),
        target=_joined(one.target, two.target, one.target_lang),
        origin=replace(
            one.origin,
            source_ids=one.origin.source_ids + two.origin.source_ids,
            target_ids=one.origin.target_ids + two.origin.target_ids,
        ),
        notes=(*one.notes, *(note for note in two.notes if note not in one.notes)),
        sentences=one.sentences + two.sentences,
        next=two.next,
    )
    return Patch(place, (first, second), (ReviewRow(next_id, merged),))


def _split(rows: Sequence[ReviewRow], place: int, edit: Edit, next_id: int) -> Patch:
    row = rows[place]
    unit = row.unit
    source, target = _divided(unit.source, edit.source_at), _divided(unit.target, edit.target_at)
    if not (source[0] or target[0]) or not (source[1] or target[1]):
        raise UsageError("split the texts so that neither part is empty")
    source_ids = _divided_ids(unit.origin.source_ids, *source)
    target_ids = _divided_ids(unit.origin.target_ids, *target)
    sentences = max(1, unit.sentences // 2)
    parts = [
        _reviewed(
            unit,
            source=source[part],
            target=target[part],
            origin=replace(unit.origin, source_ids=source_ids[part], target_ids=target_ids[part]),
            sentences=sentences,
            notes=unit.notes if part == 0 else (),
        )
        for part in (0, 1)
    ]
    return Patch(place, (row,), (ReviewRow(next_id, parts[0]), ReviewRow(next_id + 1, parts[1])))


def _move(rows: Sequence[ReviewRow], place: int, edit: Edit, next_id: int) -> Patch:
    row = rows[place]
    at = edit.source_at if edit.side == "source" else edit.target_at
    text = getattr(row.unit, edit.side)
    if not text.strip():
        raise UsageError(f"there is no {edit.side} text to move")
    ids = _ids(row.unit, edit.side)
    if at is None:
        moved, left, moved_ids = text.strip(), "", ids
        left_ids: tuple[int, ...] = ()
    else:
        first, second = _divided(text, at)
        shares = _divided_ids(ids, first, second)
        moved, left = (first, second) if edit.up else (second, first)
        moved_ids, left_ids = shares if edit.up else shares[::-1]
        if not moved:
            raise UsageError("there is no text to move on this side of the split")
    other = place - 1 if edit.up else place + 1
    here = (
        [ReviewRow(row.id, _with(row.unit, edit.side, left, left_ids))] if left or _other(row.unit, edit.side) else []
    )
    if not 0 <= other < len(rows):
        if not here:
            raise UsageError("there is no further unit to move this text to")
        new = [ReviewRow(next_id, _one_sided(row.unit, edit.side, moved, moved_ids))]
        return Patch(place, (row,), tuple(new + here if edit.up else here + new))
    beside = rows[other]
    there, there_ids = getattr(beside.unit, edit.side), _ids(beside.unit, edit.side)
    language = _language(beside.unit, edit.side)
    pair = ((there, moved), there_ids + moved_ids) if edit.up else ((moved, there), moved_ids + there_ids)
    grown = [ReviewRow(beside.id, _with(beside.unit, edit.side, _joined(*pair[0], language), pair[1]))]
    if edit.up:
        return Patch(other, (beside, row), tuple(grown + here))
    return Patch(place, (row, beside), tuple(here + grown))


def _shift(rows: Sequence[ReviewRow], place: int, edit: Edit, next_id: int) -> Patch:
    """Move one side of this row and the following ones by one row, as far as the next row where that side is empty."""
    side = edit.side
    first = place - 1 if edit.up else place
    if first < 0:
        raise UsageError("there is no unit above the first one")
    last = place
    while last < len(rows) and getattr(rows[last].unit, side).strip():
        last += 1
    if last == place:
        raise UsageError(f"there is no {side} text to shift")
    # Shifting down, the empty row takes the last text; shifting up, it stays empty.
    last = min(last + (not edit.up), len(rows))
    old = tuple(rows[first:last])
    texts = [(getattr(row.unit, side), _ids(row.unit, side)) for row in old]
    empty: tuple[str, tuple[int, ...]] = ("", ())
    extra: list[ReviewRow] = []
    if edit.up:
        (one, one_ids), (two, two_ids) = texts[0], texts[1]
        shifted = [(_joined(one, two, _language(old[0].unit, side)), one_ids + two_ids), *texts[2:], empty]
    else:
        shifted = [empty, *texts[:-1]]
        if texts[-1][0].strip():
            extra = [ReviewRow(next_id, _one_sided(old[-1].unit, side, *texts[-1]))]
    new = [ReviewRow(row.id, _with(row.unit, side, *given)) for row, given in zip(old, shifted, strict=True)]
    return Patch(first, old, tuple(row for row in (*new, *extra) if row.unit.source.strip() or row.unit.target.strip()))


_EDITS: Mapping[str, Callable[[Sequence[ReviewRow], int, Edit, int], Patch]] = {
    "edit": _edit,
    "merge": _merge,
    "split": _split,
    "move": _move,
    "shift": _shift,
}


def _reviewed(unit: Unit, **changes: Any) -> Unit:
    """``unit`` with changed texts: without a score, unreviewed, marked as edited by a reviewer."""
    return replace(unit, quality=None, status="unreviewed", properties={**unit.properties, "how": "review"}, **changes)


def _with(unit: Unit, side: Side, text: str, ids: tuple[int, ...]) -> Unit:
    if text == getattr(unit, side):
        return unit
    origin = replace(unit.origin, source_ids=ids) if side == "source" else replace(unit.origin, target_ids=ids)
    return _reviewed(unit, **{side: text, "origin": origin})


def _one_sided(unit: Unit, side: Side, text: str, ids: tuple[int, ...]) -> Unit:
    """A new unit next to ``unit`` with ``text`` on ``side`` and an empty other side."""
    source, target = ((text, ids), ("", ())) if side == "source" else (("", ()), (text, ids))
    origin = replace(unit.origin, source_ids=source[1], target_ids=target[1])
    return _reviewed(unit, source=source[0], target=target[0], origin=origin, notes=())


def _ids(unit: Unit, side: Side) -> tuple[int, ...]:
    return unit.origin.source_ids if side == "source" else unit.origin.target_ids


def _other(unit: Unit, side: Side) -> str:
    return (unit.target if side == "source" else unit.source).strip()


def _language(unit: Unit, side: Side) -> str:
    return unit.source_lang if side == "source" else unit.target_lang


def _joined(one: str, two: str, language: str) -> str:
    return join((one, two), language)


def _divided(text: str, at: int | None) -> tuple[str, str]:
    if at is None:
        return text.strip(), ""
    if not 0 <= at <= len(text):
        raise UsageError("the split is outside the text")
    first, second = text[:at], text[at:]
    if len(tags(first)) + len(tags(second)) != len(tags(text)) or plain(first) + plain(second) != plain(text):
        raise UsageError("a text cannot be split inside a tag")
    return first.strip(), second.strip()


def _divided_ids(ids: tuple[int, ...], first: str, second: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which ids belong to which part: in proportion to the lengths; a single id belongs to both."""
    if not first or not ids:
        return (), ids
    if not second:
        return ids, ()
    if len(ids) == 1:
        return ids, ids
    count = min(max(round(len(ids) * len(first) / (len(first) + len(second))), 1), len(ids) - 1)
    return ids[:count], ids[count:]
