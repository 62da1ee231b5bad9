"""OmegaT's glossary: source, target and comment split by tabs, without quoting; lines with # are comments."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tm.terms.concept import Concept
from tm.terms.formats.base import EntryProblems, GlossaryOptions, pair_of
from tm.terms.formats.tables import read_concepts as read_table

__all__ = ["read_concepts", "write_concepts"]


def read_concepts(path: Path, problems: EntryProblems) -> Iterator[Concept]:
    """Yield the concept of each row; columns behind the comment are added to the note."""
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
