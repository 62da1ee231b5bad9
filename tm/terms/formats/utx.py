"""UTX, the simple glossary format of AAMT: two header lines, then one row per pair of terms.

Versions 1.11 and 1.20 are read, 1.20 is written. Rows with one concept id are one concept.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from corpora.errors import WrongFormat
from corpora.readers.encodings import decode
from corpora.text.languages import canonical
from tm.terms.concept import Concept, Status, Term, made_id
from tm.terms.formats.base import EntryProblems, GlossaryOptions, pair_of

__all__ = ["read_concepts", "write_concepts"]

_STATUS = {
    "approved": Status.PREFERRED, "provisional": Status.PROPOSED, "non-standard": Status.ADMITTED,
    "forbidden": Status.FORBIDDEN, "rejected": Status.FORBIDDEN, "obsolete": Status.DEPRECATED,
}  # fmt: skip
_NAMES = {
    Status.PREFERRED: "approved", Status.ADMITTED: "non-standard", Status.DEPRECATED: "obsolete",
    Status.FORBIDDEN: "forbidden", Status.PROPOSED: "provisional",
}  # fmt: skip


def write_concepts(path: Path, concepts: Iterable[Concept], options: GlossaryOptions) -> int:
    """Write UTX 1.20 (AAMT): a header of two comment lines, then source, target, part of speech, status, concept."""
    concepts = list(concepts)
    source, target = pair_of(concepts, options)
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            f"#UTX 1.20; {source}/{target}; {datetime.now(UTC).isoformat(timespec='seconds')}; copyright: unknown;\n"
        )
        file.write("#src\ttgt\tsrc:pos\tterm status\tconcept ID\n")
        for concept in concepts:
            for term in concept.named(source):
                for other in concept.named(target):
                    row = (term.text, other.text, term.part_of_speech or "noun", _NAMES[other.status], concept.id)
                    file.write("\t".join(" ".join(cell.split()) for cell in row) + "\n")
                    count += 1
    return count


def read_concepts(path: Path, problems: EntryProblems) -> Iterator[Concept]:
    """Yield the concepts of a UTX file; rows with one concept id are one concept."""
    lines = decode(path.read_bytes(), str(path)).text.lstrip("\ufeff").splitlines()
    head = re.match(r"#UTX[^;]*;\s*([\w-]+)/([\w-]+)", lines[0]) if lines else None
    if head is None or len(lines) < 2 or not lines[1].startswith("#"):
        raise WrongFormat(f"{path} is not UTX: its first two lines are not the header")
    source, target = canonical(head[1]), canonical(head[2])
    names = [name.strip().lower() for name in lines[1].lstrip("#").split("\t")]
    concepts: dict[str, list[Term]] = {}
    for number, line in enumerate(lines[2:], 3):
        if not line.strip() or line.startswith("#"):
            continue
        row = dict(zip(names, (cell.strip() for cell in line.split("\t")), strict=False))
        problem = problems.of_term(row.get("src", "")) or problems.of_term(row.get("tgt", ""))
        written = row.get("term status", "").lower()
        status = _STATUS.get(written) if written else problems.usual(first=False)
        if problem or status is None:
            problems.add(number, problem or f"{row['term status']!r} is not a term status of UTX")
            continue
        part = row.get("src:pos", "")
        pair = (Term(row["src"], source, problems.usual(first=True), part), Term(row["tgt"], target, status))
        terms = concepts.setdefault(row.get("concept id") or made_id(pair), [])
        for term in pair:
            if all((term.text, term.language) != (other.text, other.language) for other in terms):
                terms.append(term)
    for name, terms in concepts.items():
        yield Concept(name, tuple(terms))
