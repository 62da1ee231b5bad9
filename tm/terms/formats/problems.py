"""What is wrong with single entries of a file: gathered with their lines, so that the sound ones can still go in."""

from dataclasses import dataclass, field

from corpora.text.plurals import counted
from tm.terms.concept import LONGEST

__all__ = ["EntryProblem", "EntryProblems"]


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """A fault in one entry: the line in the file, counted from 1, and what is wrong in one sentence."""

    line: int
    message: str


@dataclass(slots=True)
class EntryProblems:
    """The faults found so far."""

    found: list[EntryProblem] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        """Note a fault."""
        self.found.append(EntryProblem(line, message))

    @staticmethod
    def of_term(text: str) -> str:
        """What is wrong with a term by itself, "" where nothing is."""
        if not text.strip():
            return "a term is empty"
        if len(text) > LONGEST:
            return f"a term has {counted(len(text), 'character')}; more than {LONGEST:,} is a text, not a term"
        return ""
