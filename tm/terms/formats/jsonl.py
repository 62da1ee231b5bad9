"""Glossaries as JSON Lines: one concept per line with all its fields, so that nothing is lost."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from corpora.readers.encodings import decode
from tm.terms.concept import Concept, Status, Term, made_id, term_status
from tm.terms.formats.base import EntryProblems, GlossaryOptions
from tm.terms.tokens import replace_surrogates

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
            # A surrogate without its pair, which JSON can write, is not a character.
            concept = _concept(
                json.loads(replace_surrogates(json.dumps(json.loads(line), ensure_ascii=False))), problems
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problems.add(number, f"not a concept: {error.args[0] if isinstance(error, KeyError) else error}")
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


def _concept(values: Any, problems: EntryProblems) -> Concept:
    """The concept that an object describes. Raises what Python does for values that do not fit."""
    if not isinstance(values, dict):
        raise TypeError("it is not a JSON object")
    if not isinstance(values.get("terms"), list) or not all(isinstance(term, dict) for term in values["terms"]):
        raise TypeError('"terms" is not a list of objects')
    texts = _texts(values, _TEXTS, "concept")
    first = values["terms"][0].get("language") if values["terms"] else ""
    terms = tuple(
        Term(
            **_texts(term, _TERM_TEXTS, "term", ("text", "language")),
            status=_status(term.get("status") or problems.usual(first=term.get("language") == first)),
            examples=_list(term, "examples"),
        )
        for term in values["terms"]
    )
    dates = {name: _date(name, values[name]) for name in ("created", "changed") if values.get(name)}
    if not isinstance(own := values.get("properties") or {}, dict):
        raise TypeError('"properties" is not an object')
    properties = {str(key): str(value) for key, value in own.items()}
    others: dict[str, Any] = {**texts, **dates}
    others["id"] = texts.get("id") or made_id(terms)
    return Concept(terms=terms, references=_list(values, "references"), properties=properties, **others)


def _status(word: object) -> Status:
    status = term_status(word) if isinstance(word, str) else None
    if status is None:
        raise ValueError(f"{word!r} is not a status of a term")
    return status


def _date(name: str, value: object) -> datetime:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f'"{name}" is not a date') from None


def _texts(values: dict[str, Any], names: tuple[str, ...], what: str, needed: tuple[str, ...] = ()) -> dict[str, str]:
    if missing := [name for name in needed if values.get(name) is None]:
        raise KeyError(f'"{missing[0]}" of the {what} is missing')
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
