"""TXML, the bilingual files of Wordfast Pro: read only.

A ``segment`` has a ``source``, mostly a ``target``, and comments. ``gtmt`` marks machine translation,
``unconfirmed`` what is a draft.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.errors import UsageError, WrongFormat
from corpora.xml import Element, beginning, local
from corpora.xml_units import unit_elements
from tm.formats.base import ReadOptions, UnitProblems, date_of
from tm.formats.inline import read_inline
from tm.formats.languages import LanguageSelection, named_language
from tm.formats.states import apply_state, is_machine, is_yes
from tm.unit import Unit

__all__ = ["read_units"]


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each segment; one without a translation has an empty target."""
    root = beginning(path)
    if root is not None and local(root) != "txml":
        raise WrongFormat(f"{path} is not TXML: its root is <{local(root)}>")
    selection = LanguageSelection(options, problems)
    given = {} if root is None else dict(root.attrib)
    languages = (
        named_language(given.get("locale", ""), options.source_lang, "source", path),
        named_language(given.get("targetlocale", ""), options.target_lang, "target", path),
    )
    pieces = unit_elements(path, "segment", ("translatable", "txml"), strict=options.strict)
    for element, line in problems.elements(pieces):
        source = element.find("{*}source")
        if source is None:
            problems.add(line, "the segment has no <source>")
            continue
        try:
            yield from selection.of(_unit(element, source, languages))
        except UsageError as error:
            problems.add(line, str(error), error)


def _unit(element: Element, source: Element, languages: tuple[str, str]) -> Unit:
    target = element.find("{*}target")
    fields: dict[str, Any] = {}
    notes = tuple(one.text for one in element.iterfind("{*}comments/{*}comment") if one.text)
    if notes:
        fields["notes"] = notes
    translation = ""
    if target is not None:
        translation = read_inline(target, "tmx")
        fields |= {"author": target.get("creationid", ""), "created": date_of(target.get("creationdate", ""))}
        if (match := target.get("score", "")) and match != "0":
            fields["properties"] = {"match-percent": match}
        says = {name for one in (element, target) for name in ("gtmt", "unconfirmed") if is_yes(one.get(name, ""))}
        machine = "gtmt" in says or is_machine(fields["author"])
        apply_state(fields, "draft" if "unconfirmed" in says else "", "mt" if machine else "")
    return Unit(read_inline(source, "tmx"), translation, *languages, **fields)
