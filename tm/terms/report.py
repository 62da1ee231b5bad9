"""One page about the terms of a document: which are frequent, where each occurs, and what competes for its translation.

The page stands alone: no script, no network, light and dark, and it prints.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tm import templates
from tm.terms.base import TermBase
from tm.terms.check import TermUse, in_place, uses
from tm.unit import Unit

__all__ = ["TermProfile", "profiles", "render"]

NOT_RENDERED = "(not rendered)"


@dataclass(frozen=True, slots=True)
class TermProfile:
    """A concept in a document: its source term, the units that name it, and how often each rendering stands there."""

    term: str
    subject: str
    units: tuple[int, ...]
    renderings: tuple[tuple[str, int], ...]

    @property
    def competing(self) -> bool:
        """True where the concept is rendered in more than one way, or here and there not at all."""
        return len(self.renderings) > 1


def profiles(units: Sequence[Unit], terms: TermBase, *, limit: int = 40) -> list[TermProfile]:
    """The ``limit`` most frequent concepts that the sources name, the most frequent first."""
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
        TermProfile(
            names[key][0].most_common(1)[0][0], names[key][1], tuple(places[key]), tuple(rendered[key].most_common())
        )
        for key in most
    ]


def _rendering(use: TermUse, unit: Unit) -> str:
    """The term that renders it, the one that should not have, or none."""
    if use.rendered is not None:
        return use.rendered.text
    instead = in_place(use, unit)
    return f"{instead.text} ({instead.status.value})" if instead else NOT_RENDERED


def render(title: str, units: Sequence[Unit], found: Sequence[TermProfile]) -> str:
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
