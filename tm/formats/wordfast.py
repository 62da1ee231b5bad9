"""The memories of Wordfast Classic and Anywhere: tab-separated text with a header of cells that begin with ``%``.

The columns are: date, user, times used, source language, source, target language, target, attributes. Some characters
are written as ``&'XX;``, codes as ``&tA;``. Read only.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpora.errors import UsageError, WrongFormat
from corpora.readers.delimited import delimited_rows
from tm.formats.base import ReadOptions, UnitProblems, spelt
from tm.formats.languages import LanguageSelection
from tm.formats.states import apply_state, is_machine
from tm.tags import Tag, TagKind, escape
from tm.unit import Unit

__all__ = ["is_wordfast", "read_units"]

_ESCAPE = re.compile(r"&'([0-9A-F]{1,2});|&t([A-Za-z0-9]);|\\([nt])")
_SOFT = {"A": "\n", "B": "\n", "9": "\t", "D": "\n"}
_WIDTH = 7


def is_wordfast(head: bytes) -> bool:
    """True where a file begins like a memory of Wordfast: other text files rarely begin with a percent sign."""
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    return text.startswith(b"%") and b"\t%" in text.split(b"\n", 1)[0]


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each row."""
    with path.open("rb") as file:
        if not is_wordfast(file.read(2000)):
            raise WrongFormat(f"{path} is not a memory of Wordfast: its first line is not the header")
    selection = LanguageSelection(options, problems)
    for number, cells in delimited_rows(path, problems.add, quoted=False):
        if cells[0].startswith("%") or not any(cells):
            continue
        if len(cells) < _WIDTH:
            problems.add(number, f"the row has {len(cells)} columns, a unit has {_WIDTH}")
            continue
        try:
            yield from selection.of(_unit(cells))
        except UsageError as error:
            problems.add(number, str(error), error)


def _unit(cells: Sequence[str]) -> Unit:
    date, user, used, source_lang, source, target_lang, target, *attributes = cells
    properties = {f"attribute{number}": text for number, text in enumerate(attributes, 1) if text.strip()}
    if used.strip("0 "):
        properties["usagecount"] = used
    fields: dict[str, Any] = {"author": user, "created": _date(date), "properties": properties}
    if is_machine(user):
        apply_state(fields, "", "mt")
    return Unit(_text(source), _text(target), _language(source_lang), _language(target_lang), **fields)


def _language(code: str) -> str:
    """``EN-US``; languages without a region are written as ``EN-01``."""
    return spelt(code.lstrip("%").removesuffix("-01"))


def _date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), "%Y%m%d~%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _text(cell: str) -> str:
    return _ESCAPE.sub(_resolved, escape(cell))


def _resolved(match: re.Match[str]) -> str:
    code, tag, sign = match.groups()
    if tag:
        return str(Tag(TagKind.SINGLE, tag, match[0]))
    if sign:
        return "\n" if sign == "n" else "\t"
    return _SOFT.get(code.lstrip("0")) or bytes([int(code, 16)]).decode("cp1252", "replace")
