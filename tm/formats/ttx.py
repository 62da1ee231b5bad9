"""TTX, the bilingual files of Trados TagEditor: read only.

A ``Tu`` has two ``Tuv``, the source first, each with text and ``ut`` codes. Text that TagEditor did not segment has no
translation and is not read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.errors import UsageError, WrongFormat
from corpora.xml import Element, beginning, local
from corpora.xml_units import unit_elements
from tm.formats.base import ReadOptions, UnitProblems, date_of, spelt
from tm.formats.inline import read_inline
from tm.formats.languages import LanguageSelection, named_language
from tm.formats.states import apply_state, is_machine
from tm.unit import Unit

__all__ = ["read_units"]

_INSIDE = ("Raw", "Body", "df", "ut")


def read_units(path: Path, options: ReadOptions, problems: UnitProblems) -> Iterator[Unit]:
    """Yield the unit of each ``Tu``; one without a second ``Tuv`` has an empty target."""
    root = beginning(path)
    if root is not None and local(root) != "TRADOStag":
        raise WrongFormat(f"{path} is not TTX: its root is <{local(root)}>")
    settings = None if root is None else next(root.iter("{*}UserSettings"), None)
    given = {} if settings is None else dict(settings.attrib)
    codes = given.get("SourceLanguage", ""), given.get("TargetLanguage", "")
    selection = LanguageSelection(options, problems)
    pieces = unit_elements(path, "Tu", _INSIDE, strict=options.strict)
    for element, line in problems.elements(pieces):
        variants = list(element.iterchildren("{*}Tuv"))
        if not variants:
            problems.add(line, "the unit has no <Tuv>")
            continue
        try:
            yield from selection.of(_unit(element, variants, codes, options, path))
        except UsageError as error:
            problems.add(line, str(error), error)


def _unit(element: Element, variants: list[Element], codes: tuple[str, str], options: ReadOptions, path: Path) -> Unit:
    source = variants[0]
    target = variants[1] if len(variants) > 1 else None
    fields: dict[str, Any] = {}
    match = element.get("MatchPercent", "")
    if match and match != "0":
        fields["properties"] = {"match-percent": match}
    if target is not None:
        fields |= {"author": target.get("CreationID", ""), "created": date_of(target.get("CreationDate", ""))}
        if is_machine(element.get("Origin", "")) or is_machine(fields["author"]):
            apply_state(fields, "", "mt")
    return Unit(
        read_inline(source, "tmx"),
        "" if target is None else read_inline(target, "tmx"),
        spelt(source.get("Lang") or named_language(codes[0], options.source_lang, "source", path)),
        spelt(
            (target.get("Lang") if target is not None else "")
            or named_language(codes[1], options.target_lang, "target", path)
        ),
        **fields,
    )
