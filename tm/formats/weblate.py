"""The memory of Weblate as JSON, and other files with one list of objects: read only.

The objects are read one by one, so that a damaged one costs no other.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.errors import EmptyInput, InputError, WrongFormat
from corpora.readers.encodings import decode
from tm.formats.base import ReadOptions, UnitProblems
from tm.formats.jsonl import units_of_objects
from tm.unit import Unit

__all__ = ["read_units"]

_LARGEST = 500_000_000
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_KEYS = {"source_language": "source_lang", "target_language": "target_lang"}


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each object of the list."""
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST // 1_000_000} MB, the limit for JSON; use JSON Lines")
    decoded = decode(path.read_bytes(), str(path), declared="utf-8")
    text = decoded.text.lstrip("\ufeff")
    if not text.strip():
        raise EmptyInput(f"{path} is empty")
    start = text.find("[")
    if not text.lstrip().startswith(("[", "{")) or start < 0:
        raise WrongFormat(f"{path} does not contain a JSON list of units")
    damaged = decoded.encoding if decoded.warning else ""
    yield from units_of_objects(_objects(text, start + 1, problems, damaged), options, problems)


def _objects(text: str, at: int, problems: UnitProblems, damaged: str = "") -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects with their lines; ``damaged`` is the encoding of a file in which bytes could not be read."""
    decoder, line, counted = json.JSONDecoder(), 1, 0
    while (start := text.find("{", at)) >= 0:
        line, counted = line + text.count("\n", counted, start), start
        try:
            found, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            problems.add(line, f"not JSON: {getattr(error, 'msg', 'nested too deeply or a number too long')}", error)
            following = _NEXT.search(text, start)
            at = following.end() if following else len(text)
        else:
            if damaged and "\ufffd" in text[start:at]:
                problems.add(line, f"bytes that are not {damaged}")
            else:
                yield line, _unit_object(found)


def _unit_object(found: dict[str, Any]) -> dict[str, Any]:
    """An object of Weblate with the keys of a unit; others are returned as they are."""
    if not _KEYS.keys() <= found.keys():
        return found
    own = {_KEYS.get(key, key): value for key, value in found.items() if key not in ("origin", "status")}
    if isinstance(found.get("origin"), str):
        own["origin"] = {"source_file": found["origin"]}
    if found.get("status") == 0:  # pending: nobody has approved it
        own |= {"score": 0.5, "state": "pending"}
    return own
