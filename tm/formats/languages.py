"""Select the units of a file that have the requested languages, and exchange their sides where needed.

A memory is useful in both directions: where Chinese to English is requested, a unit from English to Chinese is passed
on with its sides exchanged.
"""

from collections.abc import Iterator
from pathlib import Path

from corpora.errors import InputError
from corpora.text.languages import canonical, normalize, same
from tm.formats.base import ReadOptions, UnitProblems
from tm.unit import Unit, reversed_unit

__all__ = ["LanguageSelection", "named_language"]


def named_language(code: str, requested: str, side: str, path: Path) -> str:
    """The language of a side: that of the file, else the requested one. Raises `InputError` where neither is given.

    It is not detected: a few words of an interface do not show their language.
    """
    if not (code or requested):
        raise InputError(f"{path} does not name its {side} language; state `{side}_lang`")
    return canonical(code or requested)


class LanguageSelection:
    """Passes on the units of the requested languages, with sides exchanged where needed; counts the others."""

    def __init__(self, options: ReadOptions, problems: UnitProblems) -> None:
        self._source = normalize(options.source_lang) if options.source_lang else ""
        self._target = normalize(options.target_lang) if options.target_lang else ""
        self._skipped = problems.skipped

    def of(self, unit: Unit) -> Iterator[Unit]:
        """Yield ``unit``, or its reverse, or nothing."""
        if self._matches(unit.source_lang, unit.target_lang):
            yield unit
        elif self._matches(unit.target_lang, unit.source_lang):
            yield reversed_unit(unit)
        else:
            self._skipped[f"{unit.source_lang} to {unit.target_lang}"] += 1

    def _matches(self, source: str, target: str) -> bool:
        return (not self._source or same(source, self._source)) and (not self._target or same(target, self._target))
