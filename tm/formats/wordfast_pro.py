"""TXML, the bilingual files of Wordfast Pro: read only.

A ``segment`` has a ``source``, mostly a ``target``, and comments. ``gtmt`` marks machine translation.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.errors import UsageError, WrongFormat
from corpora.xml import Element, root_name
from tm.formats.base import ReadOptions, UnitProblems, date_of
from tm.formats.inline import read_inline
from tm.formats.languages import LanguageSelection, named_language
from tm.formats.recovery import unit_elements
from tm.formats.states import apply_state
from tm.unit import Unit

__all__ = ["read_units"]


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each segment; one without a translation has an empty target."""
    if (name := root_name(path)) not in ("txml", ""):
        raise WrongFormat(f"{path} is not TXML: its root is <{name}>")
    selection = LanguageSelection(options, problems)
    languages: tuple[str, str] | None = None
    for element, line in unit_elements(path, "segment", ("translatable", "txml"), options, problems):
        root = element.getroottree().getroot()
        if languages is None:
            languages = (
                named_language(root.get("locale", ""), options.source_lang, "source", path),
                named_language(root.get("targetlocale", ""), options.target_lang, "target", path),
            )
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
        if "true" in (element.get("gtmt"), target.get("gtmt")):
            apply_state(fields, "", "mt")
    return Unit(read_inline(source, "tmx"), translation, *languages, **fields)
