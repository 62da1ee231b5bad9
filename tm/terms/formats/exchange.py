"""Read and write glossaries by the extension of the file.

=============  =====================================================  =====  =======
extension      format                                                 reads  writes
=============  =====================================================  =====  =======
.tbx           TBX v2 and v3 (DCA, DCT); v2 is written by default     yes    yes
.csv .tsv      tables with a header                                   yes    yes
.xlsx          the same as a spreadsheet (extra ``tables``)           yes    yes
.utf8 .txt     OmegaT's glossary                                      yes    yes
.utx           UTX 1.11 and 1.20                                      yes    yes
.jsonl         one concept a line, nothing lost                       yes    yes
=============  =====================================================  =====  =======
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from corpora.errors import DamagedInput, EmptyInput, InputError, UsageError, WrongFormat
from corpora.files import replacing
from corpora.readers.encodings import decode
from tm.terms.concept import Concept, Status, Term
from tm.terms.formats import tables, tbx, utx
from tm.terms.formats.problems import EntryProblem, EntryProblems

__all__ = ["FORMATS", "GlossaryContents", "read_terms", "write_terms"]

FORMATS = (".tbx", ".csv", ".tsv", ".xlsx", ".utf8", ".txt", ".utx", ".jsonl")


@dataclass(frozen=True, slots=True)
class GlossaryContents:
    """What a file held: its sound concepts, what is wrong with the others, and how its columns were understood."""

    concepts: tuple[Concept, ...]
    problems: tuple[EntryProblem, ...]
    columns: str = ""


def read_terms(path: Path, columns: tables.TermColumns | None = None) -> GlossaryContents:
    """Read a glossary; raises the errors of `corpora.errors` where the file as a whole cannot be used."""
    if not path.is_file():
        raise InputError(f"{path} does not exist")
    if not path.stat().st_size:
        raise EmptyInput(f"{path} is empty")
    problems = EntryProblems()
    kind = path.suffix.lower()
    shown = ""
    if kind == ".tbx":
        concepts = list(tbx.read(path, problems))
    elif kind == ".utx":
        concepts = list(utx.read(path, problems))
    elif kind == ".jsonl":
        concepts = list(_read_json_lines(path, problems))
    elif kind in FORMATS:
        found, rows = tables.read(path, problems, columns)
        concepts, shown = list(rows), str(found)
    else:
        raise WrongFormat(f"{path}: glossaries are read from {', '.join(FORMATS)}")
    if problems.found and not concepts:
        first = problems.found[0]
        raise DamagedInput(f"{path} holds no sound entry; line {first.line}: {first.message}")
    return GlossaryContents(tuple(concepts), tuple(problems.found), shown)


def write_terms(
    path: Path, concepts: Iterable[Concept], *, languages: Sequence[str] = ("zh-CN", "en-US"), style: tbx.Style = "2"
) -> int:
    """Write a glossary by its extension and return how many entries or rows; ``languages``: source, then target."""
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise UsageError(f"{path}: glossaries are written as {', '.join(FORMATS)}")
    with replacing(path) as temporary:
        if kind == ".tbx":
            return tbx.write(temporary, concepts, style)
        if kind == ".utx":
            return utx.write(temporary, concepts, *languages[:2])
        if kind in {".utf8", ".txt"}:
            return tables.write_omegat(temporary, concepts, *languages[:2])
        if kind == ".jsonl":
            return _write_json_lines(temporary, concepts)
        return tables.write(temporary, concepts, languages, kind)


def _write_json_lines(path: Path, concepts: Iterable[Concept]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for concept in concepts:
            values = asdict(concept)
            for name in ("created", "changed"):
                values[name] = values[name].isoformat() if values[name] else None
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
            count += 1
    return count


def _read_json_lines(path: Path, problems: EntryProblems) -> Iterator[Concept]:
    seen: set[str] = set()
    for number, line in enumerate(decode(path.read_bytes(), str(path)).text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            terms = tuple(
                Term(**{**term, "status": Status(term["status"]), "examples": tuple(term.get("examples", ()))})
                for term in values.pop("terms")
            )
            dates = {name: datetime.fromisoformat(values[name]) for name in ("created", "changed") if values.get(name)}
            references = tuple(values.pop("references", ()))
            concept = Concept(
                **{**values, "terms": terms, "references": references, "created": None, "changed": None, **dates}
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems.add(number, f"not a concept: {error}")
            continue
        fault = next(filter(None, (problems.of_term(term.text) for term in terms)), "") or ("" if terms else "no term")
        if concept.id in seen:
            fault = f"the concept {concept.id!r} stands here a second time"
        seen.add(concept.id)
        if fault:
            problems.add(number, fault)
        else:
            yield concept
