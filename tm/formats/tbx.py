"""TBX glossaries as units, one for each pair of terms of a concept; `tm.terms` reads and writes the format itself.

A term is not a sentence, but translators move glossaries into memories and short memories into glossaries. Deprecated
and forbidden terms are left out, since a memory would suggest them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tm.formats.base import ReadOptions, UnitProblems, WriteCounts, WriteOptions, spelt
from tm.formats.languages import LanguageSelection
from tm.tags import escape, plain
from tm.unit import Unit

__all__ = ["read_units", "write_units"]


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write a concept for each unit with two sides, in TBX v2."""
    from tm.terms.concept import Concept, Term
    from tm.terms.formats.base import GlossaryOptions
    from tm.terms.formats.tbx import write_concepts

    def concepts() -> Iterator[Concept]:
        for unit in units:
            source, target = (written.legal(plain(text)).strip() for text in (unit.source, unit.target))
            if not source or not target:
                written.left_out["empty side"] += 1
                continue
            written.units += 1
            terms = (Term(source, spelt(unit.source_lang)), Term(target, spelt(unit.target_lang)))
            yield Concept(
                f"c{written.units}", terms, note=written.legal("\n".join(unit.notes)), author=written.legal(unit.author)
            )

    write_concepts(path, concepts(), GlossaryOptions())


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield a unit for each pair of terms of a concept, of the requested languages or from the first to the others."""
    from tm.terms.formats.exchange import read_terms

    selection = LanguageSelection(options, problems)
    contents = read_terms(path)
    for problem in contents.problems:
        if problem.lost:
            problems.add(problem.line, problem.message, lost=problem.lost)
        else:
            problems.notes.append(f"not well-formed, {problem.message}; yet every entry could be read")
    alone = 0
    for concept in contents.concepts:
        terms = [term for term in concept.terms if term.usable]
        if len({term.language for term in terms}) < 2:
            alone += 1
            continue
        first = terms[0].language
        for source in terms:
            for target in terms:
                if source.language != first or target.language == first:
                    continue
                notes = tuple(note for note in (concept.definition, concept.note) if note)
                properties = {"subject": concept.subject} if concept.subject else {}
                yield from selection.of(
                    Unit(
                        escape(source.text),
                        escape(target.text),
                        spelt(source.language),
                        spelt(target.language),
                        kind="term",
                        notes=notes,
                        author=concept.author,
                        properties=properties,
                    )
                )
    # Where the other term was invalid, it is reported already.
    alone -= sum(problem.lost for problem in contents.problems if problem.of_term)
    if alone > 0:
        problems.skipped["terms to use in one language at most"] += alone
