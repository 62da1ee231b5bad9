"""Glossaries as JSON Lines: one concept per line with all its fields, so that nothing is lost."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from corpora.readers.encodings import decode
from tm.terms.concept import Concept, Status, Term
from tm.terms.formats.base import EntryProblems, GlossaryOptions

__all__ = ["read_concepts", "write_concepts"]

_TEXTS = ("id", "subject", "definition", "note", "author")
_TERM_TEXTS = tuple(one.name for one in fields(Term) if one.name not in ("status", "examples"))


def write_concepts(path: Path, concepts: Iterable[Concept], options: GlossaryOptions) -> int:
    """Write one object per concept."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for concept in concepts:
            values = asdict(concept)
            for name in ("created", "changed"):
                values[name] = values[name].isoformat() if values[name] else None
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
            count += 1
    return count


def read_concepts(path: Path, problems: EntryProblems) -> Iterator[Concept]:
    """Yield the concept of each line; any other line is reported."""
    seen: set[str] = set()
    for number, line in enumerate(decode(path.read_bytes(), str(path)).text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            concept = _concept(json.loads(line), problems)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problems.add(number, f"not a concept: {error}")
            continue
        problem = next(filter(None, (problems.of_term(term.text) for term in concept.terms)), "")
        problem = problem or ("" if concept.terms else "no term")
        if concept.id in seen:
            problem = f"the concept {concept.id!r} occurs a second time"
        seen.add(concept.id)
        if problem:
            problems.add(number, problem)
        else:
            yield concept


def _concept(values: dict[str, Any], problems: EntryProblems) -> Concept:
    """The concept that an object describes. Raises what Python does for values that do not fit."""
    texts = _texts(values, _TEXTS, "concept")
    first = values["terms"][0].get("language") if values["terms"] else ""
    terms = tuple(
        Term(
            **_texts(term, _TERM_TEXTS, "term"),
            status=Status(term.get("status") or problems.usual(first=term.get("language") == first)),
            examples=_list(term, "examples"),
        )
        for term in values["terms"]
    )
    dates = {name: datetime.fromisoformat(values[name]) for name in ("created", "changed") if values.get(name)}
    properties = {str(key): str(value) for key, value in (values.get("properties") or {}).items()}
    others: dict[str, Any] = {**texts, **dates}
    return Concept(terms=terms, references=_list(values, "references"), properties=properties, **others)


def _texts(values: dict[str, Any], names: tuple[str, ...], what: str) -> dict[str, str]:
    found = {name: values[name] for name in names if values.get(name) is not None}
    for name, value in found.items():
        if not isinstance(value, str):
            raise TypeError(f'"{name}" of the {what} is not a text')
    return found


def _list(values: dict[str, Any], name: str) -> tuple[str, ...]:
    found = values.get(name) or ()
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise TypeError(f'"{name}" is not a list of texts')
    return tuple(found)
