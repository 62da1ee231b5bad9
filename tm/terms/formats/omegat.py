"""OmegaT's glossary: source, target and comment split by tabs, without quoting; lines with # are comments."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from tm.terms.concept import Concept
from tm.terms.formats.base import EntryProblems, GlossaryOptions, pair_of
from tm.terms.formats.columns import columns_of_comment
from tm.terms.formats.tables import read_concepts as read_table

__all__ = ["read_concepts", "write_concepts"]

_SAMPLE = 50  # lines that show how many columns there are
_LONGEST = 10_000  # characters


def read_concepts(path: Path, problems: EntryProblems) -> Iterator[Concept]:
    """Yield the concept of each row; columns behind the comment are added to the note.

    A first comment that names two languages, as it is written here, is taken at its word.
    """
    if problems.columns is None:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            lines = [line[:_LONGEST].rstrip("\n") for line in islice(file, _SAMPLE)]
        head = next((line for line in lines if line.strip()), "")
        width = max((line.count("\t") + 1 for line in lines), default=0)
        problems.columns = columns_of_comment(head, width)
    yield from read_table(path, problems)


def write_concepts(path: Path, concepts: Iterable[Concept], options: GlossaryOptions) -> int:
    """Write one row per pair of usable terms in UTF-8; return how many."""
    concepts = list(concepts)
    source, target = pair_of(concepts, options)
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {source}\t{target}\tcomment\n")
        for concept in concepts:
            targets = concept.named(target)
            avoid = [term.text for term in targets if not term.usable]
            advice = f"not: {', '.join(avoid)}" if avoid else ""
            comment = "; ".join(filter(None, (concept.subject, concept.definition, advice)))
            for term in concept.named(source):
                for text in (other.text for other in targets if other.usable):
                    file.write("\t".join(" ".join(cell.split()) for cell in (term.text, text, comment)) + "\n")
                    count += 1
    return count
