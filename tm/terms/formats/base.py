"""What the formats of glossaries share: problems with single entries, columns of tables, options for writing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from corpora.text.languages import base
from corpora.text.plurals import counted
from tm.terms.concept import LONGEST_TERM, Concept, Status

__all__ = ["EntryProblem", "EntryProblems", "GlossaryOptions", "TbxStyle", "TermColumns", "pair_of"]

TbxStyle = Literal["2", "3-dca", "3-dct"]


@dataclass(frozen=True, slots=True)
class GlossaryOptions:
    """How a glossary is written.

    languages: source, then target; empty: all languages, or the pair of most terms where the format has two.
    style: of TBX. suffix: the extension of the file.
    """

    languages: tuple[str, ...] = ()
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
    """A problem: the line in the file, from 1, what is wrong in one sentence, and how many entries it cost.

    ``of_term`` says that it cost one term of an entry whose other terms are read.
    """

    line: int
    message: str
    lost: int = 1
    of_term: bool = False


@dataclass(slots=True)
class EntryProblems:
    """The problems found so far, and what the user said of the file.

    ``columns`` are those that the user named, then those that the reader used. ``status`` is that of terms to which
    the file gives none.
    """

    found: list[EntryProblem] = field(default_factory=list)
    columns: TermColumns | None = None
    status: Status = Status.PREFERRED

    def add(self, line: int, message: str, lost: int = 1, *, of_term: bool = False) -> None:
        """Note a problem."""
        self.found.append(EntryProblem(line, message, lost, of_term))

    def usual(self, *, first: bool) -> Status:
        """The status of a term without one; a term of the ``first`` language stays in use, it is what is looked up."""
        return Status.PREFERRED if first and self.status in (Status.DEPRECATED, Status.FORBIDDEN) else self.status

    @staticmethod
    def of_term(text: str) -> str:
        """What is wrong with a term by itself, "" where nothing is."""
        if not text.strip():
            return "a term is empty"
        if len(text) > LONGEST_TERM:
            return f"a term has {counted(len(text), 'character')}; more than {LONGEST_TERM:,} is a text, not a term"
        return ""


def pair_of(concepts: Iterable[Concept], options: GlossaryOptions) -> tuple[str, str]:
    """Source and target for a format that has two languages: the requested ones, else those of most concepts."""
    if len(options.languages) > 1:
        return options.languages[0], options.languages[1]
    counts: Counter[tuple[str, str]] = Counter()
    for concept in concepts:
        languages = list({base(term.language): term.language for term in reversed(concept.terms)}.values())[::-1]
        counts.update((one, other) for at, one in enumerate(languages) for other in languages[at + 1 :])
    return max(counts, key=lambda pair: counts[pair]) if counts else ("zh-CN", "en-US")
