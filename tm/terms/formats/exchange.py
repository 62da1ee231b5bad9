"""Read and write glossaries in the format that the extension of the file names.

A format is a module with `read_concepts` and `write_concepts`, loaded on first use.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from corpora.errors import DamagedInput, EmptyInput, UsageError, WrongFormat
from corpora.files import check_is_file, replacing
from tm.terms.concept import Concept, Status
from tm.terms.formats.base import EntryProblem, EntryProblems, GlossaryOptions, TbxStyle, TermColumns

__all__ = ["GLOSSARY_FORMATS", "GlossaryContents", "GlossaryFormat", "format_of", "read_terms", "write_terms"]


@dataclass(frozen=True, slots=True)
class GlossaryFormat:
    """A format of glossaries: its name, its extensions, and the module that reads and writes it."""

    name: str
    suffixes: tuple[str, ...]
    module: str

    def load(self) -> ModuleType:
        """The module, with `read_concepts(path, problems)` and `write_concepts(path, concepts, options)`."""
        return import_module(f"tm.terms.formats.{self.module}")


_FORMATS = (
    GlossaryFormat("TBX", (".tbx",), "tbx"),
    GlossaryFormat("table", (".csv", ".tsv", ".xlsx"), "tables"),
    GlossaryFormat("OmegaT glossary", (".utf8", ".txt", ".tab"), "omegat"),
    GlossaryFormat("UTX", (".utx",), "utx"),
    GlossaryFormat("JSON Lines", (".jsonl",), "jsonl"),
)
#: The extensions, with their dot.
GLOSSARY_FORMATS = tuple(suffix for format_ in _FORMATS for suffix in format_.suffixes)


@dataclass(frozen=True, slots=True)
class GlossaryContents:
    """What a file contains: its valid concepts, what is wrong with the others, and how its columns were understood."""

    concepts: tuple[Concept, ...]
    problems: tuple[EntryProblem, ...]
    columns: str = ""

    def __repr__(self) -> str:
        return f"<GlossaryContents: {len(self.concepts)} concepts, {len(self.problems)} problems>"


def format_of(path: Path | str) -> GlossaryFormat | None:
    """The format that the extension of ``path`` names, None for any other extension."""
    suffix = Path(path).suffix.lower()
    return next((format_ for format_ in _FORMATS if suffix in format_.suffixes), None)


def read_terms(
    path: Path | str, columns: TermColumns | None = None, *, status: Status = Status.PREFERRED
) -> GlossaryContents:
    """Read a glossary; terms to which it gives no status have ``status``.

    Raises the errors of `corpora.errors` where the file as a whole cannot be used.

    >>> from pathlib import Path
    >>> _ = Path("glossary.csv").write_text("zh,en\\n资产追回,asset recovery\\n", encoding="utf-8")
    >>> read_terms("glossary.csv").concepts[0].terms[1].text
    'asset recovery'
    """
    path = Path(path)
    check_is_file(path)
    if not path.stat().st_size:
        raise EmptyInput(f"{path} is empty")
    format_ = format_of(path)
    if path.suffix.lower() == ".sdltb":
        raise WrongFormat(
            f"{path} is a termbase of MultiTerm, which no other program reads; export it there as TBX, or with "
            "Glossary Converter as Excel or CSV"
        )
    if format_ is None:
        raise WrongFormat(f"{path}: glossaries are read from {', '.join(GLOSSARY_FORMATS)}")
    problems = EntryProblems(columns=columns, status=status)
    concepts = tuple(format_.load().read_concepts(path, problems))
    if problems.found and not concepts:
        first = problems.found[0]
        raise DamagedInput(f"{path} has no valid entry; line {first.line}: {first.message}")
    return GlossaryContents(concepts, tuple(problems.found), str(problems.columns or ""))


def write_terms(
    path: Path | str,
    concepts: Iterable[Concept],
    *,
    languages: Sequence[str] = (),
    style: TbxStyle = "2",
) -> int:
    """Write a glossary and return how many entries or rows it has; ``languages``: source, then target; all by default.

    >>> from tm.terms.concept import Concept, Term
    >>> write_terms("out.tbx", [Concept("c1", (Term("资产追回", "zh-CN"), Term("asset recovery", "en-US")))])
    1
    """
    path = Path(path)
    format_ = format_of(path)
    if format_ is None:
        raise UsageError(f"{path}: glossaries are written as {', '.join(GLOSSARY_FORMATS)}")
    with replacing(path) as temporary:
        options = GlossaryOptions(tuple(languages), style, path.suffix.lower())
        return int(format_.load().write_concepts(temporary, concepts, options))
