"""JSON Lines: one unit per line with all its fields, for other programs and for archives.

Keys are the fields of `tm.unit.Unit`, dates are ISO 8601; fields at their default are left out. Unpaired surrogates,
which UTF-8 cannot encode, are written as JSON escapes.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from corpora.errors import DuiyiError, UsageError
from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, date_of, spelt
from tm.formats.columns import units_of_rows
from tm.formats.languages import LanguageSelection
from tm.formats.states import apply_named_states
from tm.unit import STATUSES, Origin, Unit

__all__ = ["from_dict", "read_units", "to_dict", "units_of_objects", "write_units"]

_LONGEST = 20_000_000  # bytes in one line
_SAMPLE = 100  # lines that show which program wrote the file
_NUMBERS = 2**31  # ids and pages are below
_REQUIRED = ("source", "target", "source_lang", "target_lang")
_DEFAULT = Unit("", "", "", "")
#: Field of a unit to its key in the file; other programs rely on the keys.
_KEYS = {field.name: "score" if field.name == "quality" else field.name for field in fields(Unit)}
_ORIGIN = tuple(field.name for field in fields(Origin))
_TEXTS = frozenset((*_REQUIRED, "previous", "next", "kind", "signature", "author"))
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys((*_TEXTS, "status"), str),
    "score": (int, float),
    "sentences": int,
    "notes": list,
    "properties": dict,
    "origin": dict,
    "created": str,
    "changed": str,
}


def to_dict(unit: Unit) -> dict[str, Any]:
    """``unit`` as a JSON object: the four required fields and the others that are not at their default."""
    found: dict[str, Any] = {}
    for name, key in _KEYS.items():
        value = getattr(unit, name)
        if name not in _REQUIRED and value == getattr(_DEFAULT, name):
            continue
        if name == "origin":
            value = {key: one for key in _ORIGIN if (one := getattr(value, key)) != getattr(_DEFAULT.origin, key)}
        elif isinstance(value, datetime):
            value = value.isoformat()
        elif name == "properties":
            value = dict(value)
        found[key] = value
    return found


def from_dict(found: dict[str, Any]) -> Unit:
    """The unit that a JSON object describes; unknown keys become properties. Raises `UsageError`."""
    given: dict[str, Any] = {}
    extra: dict[str, str] = {}
    named: dict[str, str] = {}
    for name, value in found.items():
        if name in _TEXTS and type(value) is str:  # most fields of most files, so that they cost little
            given[name] = value
            continue
        expected = _TYPES.get(name)
        if expected is None:
            extra[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        elif value is None:
            continue
        elif name == "origin" and isinstance(value, str):  # other tools name the file, or "MT"
            given[name] = Origin(source_file=value)
            named = {"origin": value}
        elif name == "notes" and isinstance(value, str):
            given[name] = (value,)
        elif not isinstance(value, expected) or isinstance(value, bool):
            raise UsageError(f'"{name}" has a value of the wrong type')
        elif not _fits(name, value):
            extra[name] = str(value)
        else:
            given["quality" if name == "score" else name] = _field(name, value)
    missing = [name for name in _REQUIRED if name not in given]
    if missing:
        raise UsageError(f'"{missing[0]}" is missing')
    if extra:
        given["properties"] = {**extra, **given.get("properties", {})}
    apply_named_states(given, {**named, **given.get("properties", {})}, given.get("author", ""))
    given["source_lang"], given["target_lang"] = spelt(given["source_lang"]), spelt(given["target_lang"])
    return Unit(**given)


def _fits(name: str, value: Any) -> bool:
    """False for a value that says something, but not of this field."""
    if name == "score":
        return bool(0 <= value <= 1)
    if name == "sentences":
        return bool(1 <= value < _NUMBERS)
    return name != "status" or value in STATUSES


def _field(name: str, value: Any) -> Any:
    if name in ("created", "changed"):
        date = date_of(value)
        if date is None:
            raise UsageError(f'"{name}" is not a date')
        return date
    if name == "origin":
        return Origin(
            **{key: _origin_field(key, one) for key, one in value.items() if key in _ORIGIN and one is not None}
        )
    if name == "notes":
        return tuple(str(note) for note in value)
    if name == "properties":
        return {str(key): str(one) for key, one in value.items()}
    return value


def _origin_field(name: str, value: Any) -> Any:
    """A field of an origin: ids are integers from 0, a page is an integer from 1, all others are text."""
    if name in ("source_ids", "target_ids"):
        if isinstance(value, list) and all(type(one) is int and 0 <= one < _NUMBERS for one in value):
            return tuple(value)
    elif name == "page":
        if type(value) is int and 0 < value < _NUMBERS:
            return value
    elif isinstance(value, str):
        return value
    raise UsageError(f'"{name}" has a value of the wrong type')


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write one JSON object per line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for unit in units:
            found = to_dict(unit)
            if options.tags != "keep":
                found.update({side: written.styled(found[side], options.tags) for side in ("source", "target")})
            if not options.metadata:
                found = {name: found[name] for name in _REQUIRED}
            line = json.dumps(found, ensure_ascii=False)
            try:
                file.write(line + "\n")
            except UnicodeEncodeError:
                file.write(json.dumps(found) + "\n")
            written.units += 1


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each line; blank lines are skipped, lines without a unit are reported.

    Where no object of the first lines names its languages, another program wrote the file: its keys are read as the
    columns of a table (`tm.formats.columns`), such as "src", "zh" or "translation".
    """
    yield from units_of_objects(_objects(path, problems), options, problems)


def units_of_objects(
    objects: Iterator[tuple[int, dict[str, Any]]], options: ReadOptions, problems: UnitProblems
) -> Iterator[Unit]:
    """Yield the unit of each (line, object)."""
    sample = list(islice(objects, _SAMPLE))
    everything = chain(sample, objects)
    if sample and not any({"source_lang", "target_lang"} & found.keys() for _, found in sample):
        names = list(dict.fromkeys(name for _, found in sample for name in found))
        rows = ((number, [_cell(found.get(name)) for name in names]) for number, found in everything)
        yield from units_of_rows(chain([(0, names)], rows), options, problems)
        return
    selection = LanguageSelection(options, problems)
    for number, found in everything:
        try:
            unit = from_dict(found)
        except DuiyiError as error:
            problems.add(number, str(error), error)
        else:
            yield from selection.of(unit)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _objects(path: Path, problems: UnitProblems) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST):
            number += 1
            if len(line) == _LONGEST:
                problems.add(number, f"the line is longer than {_LONGEST // 1_000_000} MB")
                while line and not line.endswith(b"\n"):
                    line = file.readline(_LONGEST)
                continue
            if not line.strip():
                continue
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                found = json.loads(text)
            except UnicodeDecodeError as error:
                problems.add(number, "bytes that are not UTF-8", error)
            except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
                problems.add(
                    number, f"not JSON: {getattr(error, 'msg', 'nested too deeply or a number too long')}", error
                )
            else:
                if isinstance(found, dict):
                    yield number, found
                else:
                    problems.add(number, "not a JSON object")
