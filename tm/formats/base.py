"""What all formats share: options, the report of what was written, and the problems found in reading.

A format is a module with `read_units` and `write_units`. Profiles of CAT tools, filters and the replacing of files are
handled once for all formats, in `tm.formats.registry`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from corpora.arguments import checked_class
from corpora.errors import DamagedInput
from corpora.text.languages import canonical, normalize
from corpora.text.plurals import counted
from corpora.text_cache import cached_for_texts
from corpora.xml import Element, XmlPiece, legal
from tm.tags import native, plain
from tm.unit import REVIEW_BELOW

__all__ = [
    "ReadOptions", "SegType", "TagStyle", "UnitProblem", "UnitProblems", "WriteCounts", "WriteOptions", "WriteReport",
    "date_of", "equivalent", "spelt", "stamp_of",
]  # fmt: skip

SegType = Literal["auto", "sentence", "paragraph"]
TagStyle = Literal["keep", "native", "drop"]


@dataclass(frozen=True, slots=True)
class UnitProblem:
    """What is wrong: the line or row (from 1, None where unknown), one sentence, and how many units it cost."""

    line: int | None
    message: str
    lost: int = 1

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@checked_class
@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file of units is read.

    source_lang, target_lang: which languages of each unit to take, and in which direction; "" takes those of
        the file. A code matches itself first, then any region of the language.
    strict: refuse the whole file at the first invalid unit, instead of leaving that unit out.
    columns: for tables: field name to column, by header or by number from 1 ({"source": "zh", "target": "3"});
        empty detects them from the header or the languages of the cells.
    source_file, target_file: for ``.align``: the two texts, one unit per line, that the beads refer to.
    """

    source_lang: str = ""
    target_lang: str = ""
    strict: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    source_file: str = ""
    target_file: str = ""


@checked_class
@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How units are written.

    source_lang, target_lang: the languages in the header of the file; "" takes those of the first unit.
    regions: write every language code with a region ("zh" as "zh-CN"), not as it came in.
    segtype: the segmentation that TMX declares: "sentence", "paragraph", or "auto": "paragraph" where any unit has
        several sentences. OmegaT then splits each unit as it splits the text, so that it still matches. OmegaT
        reads the header only, other tools read each unit, so both declare it.
    tags: inline tags as elements of the format ("keep"), as the code of the original file in the text ("native"),
        or left out ("drop").
    metadata: write context, origin, score and properties too.
    xliff: the version of XLIFF to write.
    review_below: states: a unit whose score is lower is marked for review.
    confirmation: write the state of each unit to TMX as Trados Studio does.
    client: the key of a CAT tool of `tm.formats.cat_tools`; its profile overrides the fields above.
    leave_out: reasons of `tm.formats.conformance` for which a unit is left out.
    trim: remove blanks at the beginning and end of texts.
    one_line: replace line breaks inside texts by spaces.
    markers_apart: after a unit that begins with a list marker, write it again without the marker, for tools that
        treat "1." as a sentence.
    date: the date of the file; None is now.
    signature: written once in the header where all units have the same one.
    spreadsheet_safe: CSV and TSV: an apostrophe before a text that a spreadsheet program would run as a formula. Not
        the default, since the texts of other programs would change; cells of XLSX are always text.
    """

    source_lang: str = ""
    target_lang: str = ""
    regions: bool = False
    segtype: SegType = "auto"
    tags: TagStyle = "keep"
    metadata: bool = True
    xliff: Literal["1.2", "2.1"] = "1.2"
    review_below: float = REVIEW_BELOW
    confirmation: bool = False
    client: str = ""
    leave_out: frozenset[str] = frozenset()
    trim: bool = False
    one_line: bool = False
    markers_apart: bool = False
    date: datetime | None = None
    signature: str = ""
    spreadsheet_safe: bool = False


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What was written: the path, the number of units, those left out per reason, and removed characters."""

    path: Path
    written: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    removed_characters: int = 0
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        left = f", {sum(self.left_out.values()):,} left out" if self.left_out else ""
        return f"WriteReport({str(self.path)!r}, {counted(self.written, 'unit')}{left})"


@dataclass(slots=True)
class WriteCounts:
    """The counts of a writer, from which the registry makes a `WriteReport`.

    ``path`` is the final file; the writer itself writes to a temporary one of another name.
    """

    path: Path
    units: int = 0
    removed_characters: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def legal(self, text: str) -> str:
        """``text`` without the characters that XML forbids; counts what was removed."""
        if text.isascii() and text.isprintable():
            return text
        clean, removed = legal(text)
        self.removed_characters += removed
        return clean

    def styled(self, text: str, style: TagStyle) -> str:
        """``text`` with its tags in the given style, for formats without elements for them."""
        return native(text) if style == "native" else plain(text) if style == "drop" else text


@dataclass(slots=True)
class UnitProblems:
    """Collects problems, or raises the first one where reading is strict.

    ``skipped`` counts valid units that were not requested, such as those of other languages. ``repaired`` counts
    defects that CAT tools would reject and the reader corrected, by the keys of `tm.formats.conformance.REASONS`.
    ``notes`` name what was detected, such as the columns of a table.
    """

    path: Path
    strict: bool
    found: list[UnitProblem] = field(default_factory=list)
    on_problem: Callable[[UnitProblem], None] | None = None
    skipped: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, line: int | None, message: str, cause: Exception | None = None, *, lost: int = 1) -> None:
        """Note that the unit at ``line`` was left out, or ``lost`` units. Raises `DamagedInput` in strict reading."""
        problem = UnitProblem(line, message, lost)
        if self.strict:
            raise DamagedInput(f"{self.path}, {problem}") from cause
        self.found.append(problem)
        if self.on_problem is not None:
            self.on_problem(problem)

    def take(self, other: "UnitProblems") -> None:
        """Add what was noted where the same file was read by another process."""
        for one in other.found:
            self.add(one.line, one.message, lost=one.lost)
        self.skipped.update(other.skipped)
        self.repaired.update(other.repaired)
        self.notes += other.notes

    def elements(self, pieces: Iterable[XmlPiece]) -> Iterator[tuple[Element, int]]:
        """The elements of ``pieces`` with their lines; what is wrong with the others is noted."""
        for piece in pieces:
            if piece.element is not None:
                yield piece.element, piece.line
                continue
            self.repaired["not well-formed"] = 1
            if piece.lost:
                self.add(piece.line, piece.problem, lost=piece.lost)
            else:
                self.notes.append(f"not well-formed, {piece.problem}; yet every unit could be read")

    def __iter__(self) -> Iterator[UnitProblem]:
        return iter(self.found)


@lru_cache(maxsize=10_000)
def stamp_of(date: datetime) -> str:
    """``date`` in the form of TMX, in UTC: ``20241130T235959Z``. A date without a time zone is taken as UTC."""
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    return f"{date:%Y%m%dT%H%M%SZ}" if date.year >= 1000 else f"{date.year:04}{date:%m%dT%H%M%SZ}"


@cached_for_texts(10_000, longest=40)
def date_of(text: str) -> datetime | None:
    """The time of an ISO 8601 date, basic (TMX) or extended, also with slashes; None for a text that is not a date."""
    try:
        date = datetime.fromisoformat(text.strip().upper().replace("/", "-"))
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):  # the second: a year 0 or 10000 in UTC
        return None


@lru_cache(maxsize=1000)
def spelt(code: str) -> str:
    """`corpora.text.languages.canonical`, cached: a file repeats two codes a million times. Raises `UsageError`."""
    return canonical(code)


@lru_cache(maxsize=1000)
def equivalent(left: str, right: str) -> bool:
    """True where two codes name one language in one region, such as zh, zh-Hans and zh-CN. Raises `UsageError`."""
    return left == right or normalize(left) == normalize(right)
