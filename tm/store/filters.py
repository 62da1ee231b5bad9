"""Which units are meant: one set of conditions for look-up, export, deletion and statistics.

The options of the command line and the parameters of the server are made from the fields of `Filters`. This module
therefore imports nothing heavy; `tm.store.conditions` translates the conditions to SQL.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from corpora.arguments import checked_class
from corpora.errors import UsageError
from corpora.expressions import expression
from tm.unit import STATUSES, Origin, Status

__all__ = ["STATUSES", "Filters", "Status", "comes_from", "origin_penalties", "suits"]


def _described(text: str, **more: Any) -> Mapping[str, Any]:
    """Metadata of a field: its description; the ``option`` of the command line with another name; its ``range``.

    With ``server=False`` it is not a parameter of the server, where a slow regular expression would hold up others.
    """
    return {"help": text, **more}


@checked_class
@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on units; all that are given must be met.

    source_lang, target_lang: any region of the language if the code has none; look-ups search in both directions.
    origin: occurs in the name of one of the files that the unit comes from, or in its section.
    exclude_origin: leaves out the units that come only from files whose names contain one of these.
    since, until: date of the last change, else of creation; ``until`` is not included.
    status: "unreviewed", "reviewed", "rejected"; empty stands for all (in searches: all but rejected).
    min_quality: 0 to 1; units without a quality score pass.
    with_text: occurs on either side, as typed.
    author: who made the unit.
    where: conditions ``FIELD=REGEX`` on source, target, text (either), origin, section, author, note, kind, signature,
        or a property by its name. The expression must match somewhere in the field; case does not count.
    """

    source_lang: str = field(default="", metadata=_described("Source language, such as zh or zh-TW."))
    target_lang: str = field(default="", metadata=_described("Target language."))
    origin: str = field(default="", metadata=_described("Only units whose file or section name contains this."))
    exclude_origin: tuple[str, ...] = field(
        default=(),
        metadata=_described("Leave out units that only come from files with this in the name."),
    )
    since: datetime | None = field(
        default=None, metadata=_described("Only units changed or created on this date or later.")
    )
    until: datetime | None = field(default=None, metadata=_described("Only units changed or created before this date."))
    status: tuple[Status, ...] = field(
        default=(), metadata=_described("Only unreviewed, reviewed or rejected units; may be repeated.")
    )
    min_quality: float | None = field(
        default=None, metadata=_described("Only units of at least this quality score, 0 to 1.", range=(0, 1))
    )
    with_text: str = field(
        default="", metadata=_described("Only units that contain this text on either side.", option="--text")
    )
    author: str = field(default="", metadata=_described("Only units of this author."))
    where: tuple[str, ...] = field(
        default=(),
        metadata=_described(
            "Only units whose field matches a regular expression, FIELD=REGEX: source, target, text (either), origin,"
            " section, author, note, kind, signature, or the name of a property; may be repeated.",
            server=False,
        ),
    )

    def __post_init__(self) -> None:
        for condition in self.where:
            name, sign, pattern = condition.partition("=")
            if not (name and sign and pattern):
                raise UsageError(f"a condition is FIELD=REGEX, such as target=[0-9]+ km, not {condition!r}")
            expression(pattern, re.IGNORECASE)
        if self.source_lang or self.target_lang:
            from corpora.text.languages import normalize

            for code in filter(None, (self.source_lang, self.target_lang)):
                normalize(code)

    def with_languages(self, source_lang: str, target_lang: str) -> "Filters":
        """The same conditions with these languages; "" keeps the language that is set."""
        return replace(self, source_lang=source_lang or self.source_lang, target_lang=target_lang or self.target_lang)

    def for_search(self) -> "Filters":
        """The same conditions as searches use them: any region of the languages, and no rejected units by default."""
        from corpora.text.languages import base

        return replace(
            self,
            source_lang=base(self.source_lang),
            target_lang=base(self.target_lang),
            status=self.status or ("unreviewed", "reviewed"),
        )


def comes_from(origin: Origin, name: str) -> bool:
    """Whether one of the files has ``name`` in its name."""
    return name in origin.source_file or name in origin.target_file


def suits(origin: Origin, filters: Filters) -> bool:
    """Whether ``filters`` let through a unit that has this origin only."""
    within = not filters.origin or comes_from(origin, filters.origin) or filters.origin in origin.section
    return within and not any(comes_from(origin, name) for name in filters.exclude_origin)


def origin_penalties(given: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The penalties by origin that options ``ORIGIN=POINTS`` name. Raises `UsageError`."""
    found = []
    for one in given:
        name, _, points = one.rpartition("=")
        if not name or not (points.isascii() and points.isdecimal() and len(points) < 4):
            raise UsageError(f"a penalty is ORIGIN=POINTS, such as draft.docx=5, not {one}")
        found.append((name, int(points)))
    return tuple(found)
