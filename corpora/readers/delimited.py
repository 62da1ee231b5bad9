"""Rows of tab- and comma-separated tables, streamed; damage costs the row it is in and no other.

Quoting is RFC 4180's: a field that opens with a quotation mark continues to the mark that closes it, over several lines
if need be. Many programs write tab-separated tables without quoting; the first mark that nothing closes shows that.
"""

import codecs
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from corpora.errors import DamagedInput, EmptyInput
from corpora.readers.encodings import decode

__all__ = ["UNDECODED", "delimited_rows", "is_mostly_utf8"]

_LONGEST = 10_000_000  # characters in one line
_MOST_LINES = 2_000  # of one row
_HEAD = 60_000  # bytes that decide the encoding
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_INSIDE = re.compile(r'(?:[^"]|"")*')  # how far a line is still inside a quoted field
UNDECODED = re.compile("[\udc80-\udcff]")

#: How bytes are read that are no UTF-16, which has no escapes of its own for them.
_MARKED = "duiyi-undecoded"
codecs.register_error(_MARKED, lambda error: ("\udc80", getattr(error, "end", 0)))

Problem = Callable[[int, str], None]


def delimited_rows(path: Path, on_problem: Problem, *, quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of each row; a ``.csv`` is split by its most frequent separator, all else by tabs.

    ``on_problem`` takes the line and one sentence for each row that is left out. With ``quoted`` false, quotation
    marks are text. Raises `EmptyInput`, and what `corpora.readers.encodings.decode` raises for a file that is not text.
    """
    encoding = _encoding(path)
    errors = _MARKED if "16" in encoding or "32" in encoding else "surrogateescape"
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            separator = "\t"
            if path.suffix.lower() == ".csv":
                # Semicolons are what Excel writes in much of Europe.
                separator = max(",;\t", key=file.readline(_HEAD).count)
                file.seek(0)
            for number, text, cells in _rows(_lines(file, on_problem), separator, on_problem, quoted=quoted):
                if UNDECODED.search(text):
                    on_problem(number, f"bytes that are not {encoding}")
                else:
                    yield number, cells
    except UnicodeError as error:
        raise DamagedInput(f"{path} contains bytes that are not {encoding}") from error


def _encoding(path: Path) -> str:
    """The encoding of the file by its first lines; the rest is decoded as it is read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if len(head) == _HEAD and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: head.rfind(b"\n") + 1] or head
    if not head.strip():
        raise EmptyInput(f"{path} is empty")
    marked = head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    found = "utf-8" if not marked and is_mostly_utf8(head) else decode(head, str(path)).encoding
    return {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(found, found) if marked else found


def is_mostly_utf8(head: bytes) -> bool:
    """True where at most one line in six is not UTF-8, or one of few, with control characters or without.

    No other encoding looks like that.
    """
    beyond = [line for line in head.split(b"\n") if not line.isascii()]
    faulty = sum(1 for line in beyond if "\ufffd" in line.decode("utf-8", "replace"))
    return b"\x00" not in head and bool(beyond) and (faulty * 6 <= len(beyond) or (faulty == 1 and len(beyond) > 3))


def _lines(file: IO[str], on_problem: Problem) -> Iterator[tuple[int, str]]:
    """(number, line) with its end; a line that is too long to be a row is reported and skipped."""
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        if len(line) == _LONGEST and not line.endswith(("\n", "\r")):
            on_problem(number, f"the line is longer than {_LONGEST:,} characters")
            while line and not line.endswith(("\n", "\r")):
                line = file.readline(_LONGEST)
            continue
        yield number, line


def _rows(
    lines: Iterator[tuple[int, str]], separator: str, on_problem: Problem, *, quoted: bool
) -> Iterator[tuple[int, str, list[str]]]:
    """(number, text, cells) of each row.

    In a table split by tabs, the first faulty quotation mark shows that its author does not quote: from there on
    they are text. In any other table the line is faulty, and the next one is a row of its own.
    """
    waiting: deque[tuple[int, str]] = deque()
    while (first := waiting.popleft() if waiting else next(lines, None)) is not None:
        number, text = first
        if not quoted:
            yield number, text, text.rstrip("\r\n").split(separator)
            continue
        taken = 0
        cells, rest = _cells(text, separator)
        while rest:
            closed = False
            while not closed and taken < _MOST_LINES:
                if taken == len(waiting):
                    if (more := next(lines, None)) is None:
                        break
                    waiting.append(more)
                line = waiting[taken][1]
                text += line
                closed = len(_INSIDE.match(line)[0]) < len(line)  # type: ignore[index]  # matches any text
                taken += 1
            if not closed:
                break
            cells, rest = _cells(text, separator)
        if cells is not None and not rest:
            for _ in range(taken):
                waiting.popleft()
            yield number, text, cells
        elif separator == "\t":
            quoted = False
            yield number, first[1], first[1].rstrip("\r\n").split(separator)
        else:
            on_problem(number, "a quotation mark is not closed" if rest else "quotation marks do not match")


def _cells(text: str, separator: str) -> tuple[list[str] | None, str]:
    """The fields of a row and the rest from a field on that is not closed; None for a field closed in its middle."""
    parts = text.rstrip("\r\n").split(separator)
    if '"' not in text:
        return parts, ""
    cells: list[str] = []
    at = 0
    while at < len(parts):
        part, start = parts[at], at
        at += 1
        if part.startswith('"'):
            marks = part.count('"')
            while marks % 2 and at < len(parts):
                marks += parts[at].count('"')
                at += 1
            part = separator.join(parts[start:at])
            if marks % 2:
                return cells, part
            if _QUOTED.fullmatch(part):
                part = part[1:-1].replace('""', '"')
            elif separator != "\t" or at > start + 1:
                return None, ""
        cells.append(part)
    return cells, ""
