"""What every format shares: the options, the report of what was written, the problems found in reading.

A format is a module with `read_units` and `write_units`; it knows its file and nothing of clients, filters or
replacing files, which `tm.formats.registry` does once for all of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from corpora.errors import DamagedInput
from corpora.text.languages import normalize
from corpora.xml import legal
from tm.tags import native, plain

__all__ = [
    "ReadOptions",
    "SegType",
    "TagStyle",
    "UnitProblem",
    "UnitProblems",
    "WriteCounts",
    "WriteOptions",
    "WriteReport",
    "date_of",
    "normalized",
    "stamp_of",
]

SegType = Literal["auto", "sentence", "paragraph"]
TagStyle = Literal["keep", "native", "drop"]


@dataclass(frozen=True, slots=True)
class UnitProblem:
    """What is wrong with one unit of a file: the line or row (from 1, None where unknown) and one sentence."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file of units is read.

    source_lang, target_lang: which languages of each unit are wanted, and in which direction; "" takes the
        file's own. A code matches its exact self first, then any region of the language.
    strict: refuse the whole file at the first unit that is not sound, in place of leaving that unit out.
    columns: for tables: field name to column, by header or by number from 1 ({"source": "zh", "target": "3"});
        empty guesses them from the header or the languages of the cells.
    source_file, target_file: for ``.align``: the two texts, one unit a line, that the beads point at.
    """

    source_lang: str = ""
    target_lang: str = ""
    strict: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    source_file: str = ""
    target_file: str = ""


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How units are written.

    source_lang, target_lang: the languages named in the head of the file; "" takes those of the first unit.
    segtype: what TMX says of its units: "sentence", "paragraph", or "auto": "paragraph" where any unit has
        several sentences. OmegaT then splits each unit as it splits the text, so that it still matches;
        it looks at the head alone, other tools at each unit, so both say it.
    tags: inline tags as the format's own elements ("keep"), as the original file's code in the text
        ("native"), or left out ("drop").
    metadata: context, origin, score and properties are written too.
    xliff: the version written to ``.xlf``.
    review_below: XLIFF states: a unit whose score is lower is marked for review.
    client: the name of a CAT tool of `tm.formats.cat_tools`; its profile overrules the fields above.
    leave_out: reasons of `tm.formats.conformance` for which a unit is left out.
    trim: blanks at the edges of texts are cut off.
    one_line: line breaks inside texts become spaces.
    markers_apart: a unit that opens with a list marker is followed by the same without it, for tools that take
        "1." for a sentence.
    date: the date of the file; None is now.
    signature: named once in the head where units carry the same one.
    """

    source_lang: str = ""
    target_lang: str = ""
    segtype: SegType = "auto"
    tags: TagStyle = "keep"
    metadata: bool = True
    xliff: Literal["1.2", "2.1"] = "1.2"
    review_below: float = 0.7
    client: str = ""
    leave_out: frozenset[str] = frozenset()
    trim: bool = False
    one_line: bool = False
    markers_apart: bool = False
    date: datetime | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What was written: the path, the number of units, what was left out per reason, characters taken out."""

    path: Path
    written: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    removed_characters: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class WriteCounts:
    """The running counts of a writer, out of which the registry makes a `WriteReport`.

    ``path`` is the file that is meant; the writer itself writes to a temporary one of another name.
    """

    path: Path
    units: int = 0
    removed_characters: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def legal(self, text: str) -> str:
        """``text`` without the characters that XML forbids; counts what was taken out."""
        if text.isascii() and text.isprintable():
            return text
        clean, removed = legal(text)
        self.removed_characters += removed
        return clean

    def styled(self, text: str, style: TagStyle) -> str:
        """``text`` with its tags in the given style, for formats that have no elements for them."""
        return native(text) if style == "native" else plain(text) if style == "drop" else text


@dataclass(slots=True)
class UnitProblems:
    """Collects problems, or raises the first one where reading is strict.

    ``skipped`` counts the units that are sound but not asked for, such as those of other languages; ``mended`` what CAT
    tools would trip over and the reader took as it was meant, by the keys of `tm.formats.conformance.REASONS`;
    ``notes`` say what was guessed, such as the columns of a table.
    """

    path: Path
    strict: bool
    found: list[UnitProblem] = field(default_factory=list)
    on_problem: Callable[[UnitProblem], None] | None = None
    skipped: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, line: int | None, message: str, cause: Exception | None = None) -> None:
        """Note that the unit at ``line`` was left out. Raises `DamagedInput` where reading is strict."""
        problem = UnitProblem(line, message)
        if self.strict:
            raise DamagedInput(f"{self.path}, {problem}") from cause
        self.found.append(problem)
        if self.on_problem is not None:
            self.on_problem(problem)

    def __iter__(self) -> Iterator[UnitProblem]:
        return iter(self.found)


@lru_cache(maxsize=10_000)
def stamp_of(date: datetime) -> str:
    """``date`` as TMX wants it, in UTC: ``20241130T235959Z``. A date without a zone is taken for UTC."""
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    return f"{date:%Y%m%dT%H%M%SZ}" if date.year >= 1000 else f"{date.year:04}{date:%m%dT%H%M%SZ}"


@lru_cache(maxsize=10_000)
def date_of(text: str) -> datetime | None:
    """The moment that an ISO 8601 date names, basic (TMX) or extended; None for what is no date."""
    try:
        date = datetime.fromisoformat(text.strip())
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):  # the second: a year 0 or 10000 in UTC
        return None


@lru_cache(maxsize=1000)
def normalized(code: str) -> str:
    """`corpora.text.languages.normalize`, remembered: a file repeats two codes a million times. Raises `UsageError`."""
    return normalize(code)
