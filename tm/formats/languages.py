"""Which of a file's units have the languages asked for, and in which direction they are wanted.

A memory is of use in both directions: a unit from English to Chinese answers a reader who asks for Chinese to
English with its sides exchanged.
"""

from collections.abc import Iterator
from dataclasses import replace

from corpora.text.languages import normalize, same
from tm.formats.base import ReadOptions, UnitProblems
from tm.unit import Origin, Unit

__all__ = ["LanguageSelection", "reversed_unit"]


def reversed_unit(unit: Unit) -> Unit:
    """``unit`` with its sides exchanged; the context, which is of the old source, is dropped."""
    origin = unit.origin
    return replace(
        unit,
        source=unit.target,
        target=unit.source,
        source_lang=unit.target_lang,
        target_lang=unit.source_lang,
        previous="",
        next="",
        origin=Origin(
            origin.target_file, origin.source_file, origin.target_ids, origin.source_ids, None, origin.section
        ),
    )


class LanguageSelection:
    """Passes on the units whose languages are wanted, turned round where needed; counts the others."""

    def __init__(self, options: ReadOptions, problems: UnitProblems) -> None:
        self._source = normalize(options.source_lang) if options.source_lang else ""
        self._target = normalize(options.target_lang) if options.target_lang else ""
        self._skipped = problems.skipped

    def of(self, unit: Unit) -> Iterator[Unit]:
        """Yield ``unit``, or its reverse, or nothing."""
        if self._fits(unit.source_lang, unit.target_lang):
            yield unit
        elif self._fits(unit.target_lang, unit.source_lang):
            yield reversed_unit(unit)
        else:
            self._skipped[f"{unit.source_lang} to {unit.target_lang}"] += 1

    def _fits(self, source: str, target: str) -> bool:
        return (not self._source or same(source, self._source)) and (not self._target or same(target, self._target))
