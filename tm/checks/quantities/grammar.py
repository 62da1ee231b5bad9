"""A grammar of quantities: one alternation of named patterns, and a function that reads what each found."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from tm.checks.quantities.value import Quantity

__all__ = ["Grammar", "QuantityReader", "grammar"]

#: What a match says; None where it turns out to be something else, an empty list where it says no quantity at all.
QuantityReader = Callable[[re.Match[str]], Sequence[Quantity] | None]


@dataclass(frozen=True, slots=True)
class Grammar:
    """``is_possible`` says for a text and its Latin words whether ``pattern`` is tried; its first alternative wins."""

    is_possible: Callable[[str, Collection[str]], bool]
    pattern: re.Pattern[str]
    readers: Mapping[str, QuantityReader]


def grammar(
    is_possible: Callable[[str, Collection[str]], bool],
    rules: Sequence[tuple[str, str, QuantityReader]],
    *,
    start: str,
) -> Grammar:
    """Compile ``rules``: a name, a pattern without named groups, and its reader. A rule begins only at ``start``."""
    alternatives = "|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in rules)
    return Grammar(
        is_possible,
        re.compile(f"{start}(?:{alternatives})", re.IGNORECASE),
        {name: reader for name, _, reader in rules},
    )
