"""What is wrong with single entries of a file: gathered with their lines, so that the sound ones can still go in."""

from dataclasses import dataclass, field

from corpora.wording import counted
from tm.terms.concept import LONGEST

__all__ = ["Problem", "Problems"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in one entry: the line in the file, counted from 1, and what is wrong in one sentence."""

    line: int
    message: str


@dataclass(slots=True)
class Problems:
    """The faults found so far."""

    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        """Note a fault."""
        self.found.append(Problem(line, message))

    @staticmethod
    def of_term(text: str) -> str:
        """What is wrong with a term by itself, "" where nothing is."""
        if not text.strip():
            return "a term is empty"
        if len(text) > LONGEST:
            return f"a term has {counted(len(text), 'character')}; more than {LONGEST:,} is a text, not a term"
        return ""
