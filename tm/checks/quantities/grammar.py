"""A grammar of quantities: one alternation of named patterns, and a function that reads what each found."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tm.checks.quantities.value import Quantity

__all__ = ["Grammar", "QuantityReader", "grammar"]

#: What a match says; None where it turns out to be something else, an empty list where it says no quantity at all.
QuantityReader = Callable[[re.Match[str]], Sequence[Quantity] | None]


@dataclass(frozen=True, slots=True)
class Grammar:
    """``gate`` must match somewhere before ``pattern`` is tried; the first alternative that matches at a place wins."""

    gate: re.Pattern[str]
    pattern: re.Pattern[str]
    readers: Mapping[str, QuantityReader]


def grammar(gate: str, rules: Sequence[tuple[str, str, QuantityReader]], *, start: str = "") -> Grammar:
    """Compile ``rules``: a name, a pattern without named groups, and its reader. A rule begins only at ``start``."""
    alternatives = "|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in rules)
    return Grammar(
        re.compile(gate, re.IGNORECASE),
        re.compile(f"{start}(?:{alternatives})", re.IGNORECASE),
        {name: reader for name, _, reader in rules},
    )
