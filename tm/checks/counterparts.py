"""Which values of one side have no counterpart on the other: numbers and quantities by their keys.

Bare numbers, dates, references and the like are compared by `corpora.text.mentions.matching`, quantities by the keys
of `tm.checks.quantities`, and both with each other. How often a value occurs does not count.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from corpora.text.mentions.grammar import number
from corpora.text.mentions.matching import Certainty, Mention, MentionKind, core, unmatched
from tm.checks.checked_unit import CheckedSide
from tm.checks.measures import converted
from tm.checks.quantities import Quantity

__all__ = ["unmatched_values"]


def unmatched_values(source: CheckedSide, target: CheckedSide) -> tuple[list[Mention], list[Mention]]:
    """The values of either side without a counterpart, in reading order, those that may be missing left out."""
    if not (source.quantities or target.quantities) and _agree(source.mentions, target.mentions):
        return [], []
    keys = _keys(source), _keys(target)
    lacking: list[list[tuple[Mention, str]]] = []
    for side, other, (there, bare) in ((source, target, keys[1]), (target, source, keys[0])):
        missing = unmatched(side.mentions, [*other.mentions, *_as_mentions(other.quantities)])[0]
        found = [
            (one, _family(one))
            for one in missing
            if not (one.kind == MentionKind.FRACTION and _percent(one) in there)
            and not (one.kind == MentionKind.PERCENT and one.value in there)
        ]
        for quantity in side.quantities:
            plain = {f"={value}" for value in quantity.plain}
            # "At 8" may be a time, but eight in the morning is not eight in the evening.
            numbers = bare if quantity.family == "clock" else there
            if quantity.accepts.isdisjoint(there) and not (plain and plain <= numbers):
                found.append((_as_mention(quantity), quantity.family))
        lacking.append(found)
    if not (lacking[0] or lacking[1]):
        return [], []
    if source.may_have_measures and target.may_have_measures:
        for found, spans in zip(lacking, converted(source.measures, target.measures), strict=True):
            found[:] = [one for one in found if not any(start <= one[0].start < end for start, end in spans)]
    families = [{family for _, family in found if family} for found in lacking]
    shared = families[0] & families[1]
    # "first" may have no counterpart; where the other side has "second" instead, one of them is wrong.
    kept = [
        [
            replace(one, certainty=Certainty.LIKELY) if family in shared and one.certainty == Certainty.VAGUE else one
            for one, family in found
            if one.certainty != Certainty.VAGUE or family in shared
        ]
        for found in lacking
    ]
    left, right = (sorted(found, key=lambda one: one.start) for found in kept)
    return left, right


def _agree(here: Sequence[Mention], there: Sequence[Mention]) -> bool:
    """True where each value is on the other side as it is, apart from words that need no counterpart."""
    values = {core(one) for one in here}, {core(one) for one in there}
    if values[0] == values[1]:
        return True
    rest = [one for one in here if core(one) not in values[1]], [one for one in there if core(one) not in values[0]]
    if any(one.certainty != Certainty.VAGUE for some in rest for one in some):
        return False
    return not all(any(_family(one) for one in some) for some in rest)


def _family(mention: Mention) -> str:
    return "nth" if mention.kind == MentionKind.ORDINAL else ""


def _keys(side: CheckedSide) -> tuple[frozenset[str], frozenset[str]]:
    """The keys by which quantities find the values of a side, and those of its bare numbers alone.

    A number that is only one way to say a quantity ("=6" for half a year) is there for bare numbers.
    """
    bare = frozenset(key for one in side.mentions for key in _bare_keys(one))
    own = frozenset(key for one in side.quantities for key in one.offers if not key.startswith("="))
    plain = frozenset(f"={value}" for one in side.quantities if one.family != "clock" for value in one.plain)
    return bare | own | plain, bare


def _bare_keys(mention: Mention) -> Iterator[str]:
    yield f"={core(mention)}"
    if mention.kind == MentionKind.PERCENT:
        yield mention.value
    elif mention.kind == MentionKind.FRACTION:
        yield _percent(mention)
    elif mention.kind == MentionKind.DATE:
        parts = mention.value.lstrip("-").split("-")
        parts = parts if mention.value.startswith("--") else parts[1:]
        yield from (f"--{'-'.join(parts[:count])}" for count in range(1, len(parts) + 1))
    elif mention.kind in (MentionKind.CODE, MentionKind.SYMBOL, MentionKind.REFERENCE):
        yield from (f"={figure.lstrip('0') or '0'}" for figure in mention.figures)
        if "(" in mention.value:  # 第一款第（三）项 is paragraph 1 (c)
            yield from (f"={item}" for item in _ITEMS.findall(mention.value))


_ITEMS = re.compile(r"\(([a-z]{1,4})\)")


def _percent(mention: Mention) -> str:
    above, _, below = mention.value.partition("/")
    return (
        f"{number(Fraction(int(above) * 100, int(below)))}%" if above.isdigit() and below.strip("0").isdigit() else ""
    )


def _as_mention(quantity: Quantity) -> Mention:
    value = min(quantity.accepts, key=lambda key: ("*" in key, len(key), key)).lstrip("=-")
    return Mention(quantity.kind, value, quantity.start, quantity.end, quantity.certainty)


def _as_mentions(quantities: Sequence[Quantity]) -> Iterable[Mention]:
    """What bare numbers and dates on the other side can match."""
    for quantity in quantities:
        for key in (*quantity.offers, *(f"={value}" for value in quantity.plain)):
            if key.startswith("="):
                yield Mention(MentionKind.NUMBER, key[1:], 0, 0)
            elif key.endswith("%"):
                yield Mention(MentionKind.PERCENT, key, 0, 0)
            elif key.startswith("--"):
                yield Mention(MentionKind.DATE, key, 0, 0)
