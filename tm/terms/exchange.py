"""Glossaries in and out by the extension of the file, and how what comes in meets what is there.

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
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from corpora.encodings import decode
from corpora.errors import DamagedInput, EmptyInput, InputError, UsageError, WrongFormat
from corpora.files import replacing
from corpora.languages import base
from tm.terms.base import TermBase
from tm.terms.concept import Concept, Status, Term
from tm.terms.folding import fold
from tm.terms.formats import tables, tbx, utx
from tm.terms.formats.problems import Problem, Problems

__all__ = ["FORMATS", "Conflict", "Merge", "Reading", "merge", "read_terms", "write_terms"]

FORMATS = (".tbx", ".csv", ".tsv", ".xlsx", ".utf8", ".txt", ".utx", ".jsonl")
Merge = Literal["concept", "term", "none"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held: its sound concepts, what is wrong with the others, and how its columns were understood."""

    concepts: tuple[Concept, ...]
    problems: tuple[Problem, ...]
    columns: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two entries that disagree: the term both have, and what stands against it on either side.

    That are the preferred counterparts of the old and of the new one, or the status of the term in each.
    """

    term: str
    stored: tuple[str, ...]
    new: tuple[str, ...]


def read_terms(path: Path, columns: tables.Columns | None = None) -> Reading:
    """Read a glossary; raises the errors of `corpora.errors` where the file as a whole cannot be used."""
    if not path.is_file():
        raise InputError(f"{path} does not exist")
    if not path.stat().st_size:
        raise EmptyInput(f"{path} is empty")
    problems = Problems()
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
    return Reading(tuple(concepts), tuple(problems.found), shown)


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


def merge(store: TermBase, concepts: Iterable[Concept], how: Merge = "concept") -> tuple[list[Concept], list[Conflict]]:
    """What `TermBase.add` shall store, and where old and new disagree; the store itself is not touched.

    "concept": an entry with the id of a stored one adds its terms to it. "term": so does an entry that shares a
    preferred term of its first language with a stored one. "none": every entry is new, under an id of its own.
    What is stored stays, but for the status *proposed*, which gives way.
    """
    merged: dict[str, Concept] = {}
    conflicts: list[Conflict] = []
    for concept in concepts:
        stored = merged.get(concept.id) or store.get(concept.id)
        if how == "none":
            if stored is not None:
                concept = replace(concept, id=_free(concept.id, store, merged))
            stored = None
        elif how == "term" and stored is None:
            stored = _sharing(concept, store, merged)
        conflicts += _conflicts(concept, store)
        if stored is not None:
            conflicts += _disagreements(stored, concept)
            concept = _joined(stored, concept)
        merged[concept.id] = concept
    return list(merged.values()), conflicts


def _free(name: str, store: TermBase, merged: dict[str, Concept]) -> str:
    number = 2
    while f"{name}-{number}" in merged or store.get(f"{name}-{number}") is not None:
        number += 1
    return f"{name}-{number}"


def _sharing(concept: Concept, store: TermBase, merged: dict[str, Concept]) -> Concept | None:
    first = concept.terms[0]
    for hit in store.lookup(first.text, first.language, fuzzy=False):
        if hit.kind in {"exact", "form"}:
            return merged.get(hit.concept.id, hit.concept)
    key = fold(first.text, first.language)
    for other in merged.values():
        if any(fold(term.text, term.language) == key for term in other.named(first.language)):
            return other
    return None


def _joined(stored: Concept, new: Concept) -> Concept:
    """The stored entry with the terms of the new one; what the new one says of itself fills gaps only."""
    known = {(term.text, base(term.language)): at for at, term in enumerate(stored.terms)}
    terms = list(stored.terms)
    for term in new.terms:
        at = known.get((term.text, base(term.language)))
        if at is not None:
            if terms[at].status is Status.PROPOSED:  # somebody has looked at it
                terms[at] = replace(terms[at], status=term.status)
            continue
        taken = any(t.status is Status.PREFERRED and base(t.language) == base(term.language) for t in terms)
        terms.append(replace(term, status=Status.ADMITTED) if taken and term.status is Status.PREFERRED else term)
    return replace(
        stored,
        terms=tuple(terms),
        subject=stored.subject or new.subject,
        definition=stored.definition or new.definition,
        note=stored.note or new.note,
        references=tuple(dict.fromkeys(stored.references + new.references)),
        changed=None,
    )


def _conflicts(concept: Concept, store: TermBase) -> Iterator[Conflict]:
    """A preferred term that is stored with other preferred counterparts."""
    first = concept.terms[0]
    new = _preferred(concept, first.language)
    for hit in store.lookup(first.text, first.language, fuzzy=False):
        stored = _preferred(hit.concept, first.language)
        if hit.kind in {"exact", "form"} and new and stored and not set(new) & set(stored):
            yield Conflict(first.text, stored, new)


def _disagreements(stored: Concept, new: Concept) -> Iterator[Conflict]:
    """Terms of one entry whose status differs, but for *proposed*, which is nobody's verdict; the stored one stays."""
    statuses = {(term.text, base(term.language)): term.status for term in stored.terms}
    for term in new.terms:
        old = statuses.get((term.text, base(term.language)), term.status)
        if old is not term.status and Status.PROPOSED not in (old, term.status):
            yield Conflict(term.text, (old.value,), (term.status.value,))


def _preferred(concept: Concept, language: str) -> tuple[str, ...]:
    return tuple(
        term.text for term in concept.terms if term.status is Status.PREFERRED and base(term.language) != base(language)
    )


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


def _read_json_lines(path: Path, problems: Problems) -> Iterator[Concept]:
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
