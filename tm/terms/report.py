"""A page about the terms of a document: which are frequent, where each occurs, and its competing translations.

The page is one file without scripts or network access, in light and dark, and can be printed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tm import templates
from tm.terms.base import TermBase
from tm.terms.check import TermUse, unusable_rendering, uses
from tm.unit import Unit

__all__ = ["TermUsage", "profiles", "render"]

NOT_RENDERED = "(not rendered)"


@dataclass(frozen=True, slots=True)
class TermUsage:
    """A concept in a document: its source term, the units with it, and the number of each rendering."""

    term: str
    subject: str
    units: tuple[int, ...]
    renderings: tuple[tuple[str, int], ...]

    @property
    def competing(self) -> bool:
        """True where the concept has several renderings, or is sometimes not rendered."""
        return len(self.renderings) > 1


def profiles(units: Sequence[Unit], terms: TermBase, *, limit: int = 40) -> list[TermUsage]:
    """The ``limit`` most frequent concepts in the sources, the most frequent first."""
    places: dict[str, list[int]] = {}
    names: dict[str, tuple[Counter[str], str]] = {}
    rendered: dict[str, Counter[str]] = {}
    for number, unit in enumerate(units):
        for use in uses(unit, number, terms):
            key = use.concept.id
            places.setdefault(key, []).append(number)
            names.setdefault(key, (Counter(), use.concept.subject))[0][unit.source[slice(*use.source)]] += 1
            rendered.setdefault(key, Counter())[_rendering(use, unit)] += 1
    most = sorted(places, key=lambda key: (-len(places[key]), key))[:limit]
    return [
        TermUsage(
            names[key][0].most_common(1)[0][0], names[key][1], tuple(places[key]), tuple(rendered[key].most_common())
        )
        for key in most
    ]


def _rendering(use: TermUse, unit: Unit) -> str:
    """The term that renders it, usable or not, or the text for none."""
    if use.rendered is not None:
        return use.rendered.text
    instead = unusable_rendering(use, unit)
    return f"{instead.text} ({instead.status.value})" if instead else NOT_RENDERED


def render(title: str, units: Sequence[Unit], found: Sequence[TermUsage]) -> str:
    """The page as HTML; all text is escaped."""
    return templates.render(
        "tm.terms",
        "report.html",
        title=title,
        units=len(units),
        profiles=found,
        most=max((len(profile.units) for profile in found), default=1),
        not_rendered=NOT_RENDERED,
    )
