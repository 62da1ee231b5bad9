"""What the formats of glossaries share: problems with single entries, columns of tables, options for writing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from corpora.text.plurals import counted
from tm.terms.concept import LONGEST_TERM, Status

__all__ = ["EntryProblem", "EntryProblems", "GlossaryOptions", "TbxStyle", "TermColumns"]

TbxStyle = Literal["2", "3-dca", "3-dct"]


@dataclass(frozen=True, slots=True)
class GlossaryOptions:
    """How a glossary is written: its languages, source first; the style of TBX; the extension of the file."""

    languages: tuple[str, ...] = ("zh-CN", "en-US")
    style: TbxStyle = "2"
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class TermColumns:
    """What each column of a table holds; ``header`` says whether row 1 is one.

    ``terms``: column to (language, status). ``fields``: column to the field of the entry. ``term_fields``: column to
    (column of a term, field of that term). Columns count from 0.
    """

    terms: Mapping[int, tuple[str, Status]]
    fields: Mapping[int, str]
    header: bool
    term_fields: Mapping[int, tuple[int, str]] = field(default_factory=dict)

    def __str__(self) -> str:
        names = {at: f"{language} {status}" for at, (language, status) in self.terms.items()}
        names |= self.fields
        names |= {at: f"{name} of column {term + 1}" for at, (term, name) in self.term_fields.items()}
        return ", ".join(f"column {at + 1}: {name}" for at, name in names.items())


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """A fault in one entry: the line in the file, counted from 1, and what is wrong in one sentence."""

    line: int
    message: str


@dataclass(slots=True)
class EntryProblems:
    """The faults found so far; ``columns`` are those that the user named, then those that the reader used."""

    found: list[EntryProblem] = field(default_factory=list)
    columns: TermColumns | None = None

    def add(self, line: int, message: str) -> None:
        """Note a fault."""
        self.found.append(EntryProblem(line, message))

    @staticmethod
    def of_term(text: str) -> str:
        """What is wrong with a term by itself, "" where nothing is."""
        if not text.strip():
            return "a term is empty"
        if len(text) > LONGEST_TERM:
            return f"a term has {counted(len(text), 'character')}; more than {LONGEST_TERM:,} is a text, not a term"
        return ""
