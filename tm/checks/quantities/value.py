"""The normal form of a quantity: the keys by which the two sides of a translation find each other.

三成 and "30 per cent", 倒数第二 and "penultimate", 上世纪70年代 and "the 1970s" have a key in common. A precise value
matches a vague one that it fits (下午三点 and "three o'clock"), but not another precise one (15:00 and 3:00); so what a
quantity accepts (``accepts``) and what it can be found by (``offers``) may differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from corpora.text.mentions.grammar import Certainty, MentionKind, number

__all__ = ["Quantity", "amount", "and_a_half", "clock", "decade", "keyed", "part_of_hour", "share"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity at ``[start, end)``.

    ``accepts``: any of these keys on the other side is a counterpart. ``offers``: the keys by which it is found.
    ``plain``: bare numbers that say the same where all of them are there; each is also offered to bare numbers.
    ``family``: what kind of value it is; of two vague ones of one family that differ, one is wrong.
    """

    kind: MentionKind
    start: int
    end: int
    accepts: frozenset[str]
    offers: frozenset[str]
    plain: tuple[str, ...] = ()
    certainty: Certainty = Certainty.LIKELY
    family: str = ""


def keyed(
    kind: MentionKind,
    span: tuple[int, int],
    keys: Iterable[str],
    *,
    plain: Iterable[str] = (),
    certainty: Certainty = Certainty.LIKELY,
    family: str = "",
) -> Quantity:
    """A quantity that accepts the keys that it offers."""
    found = frozenset(keys)
    return Quantity(kind, *span, found, found, tuple(plain), certainty, family)


def part_of_hour(span: tuple[int, int], minutes: int) -> Quantity:
    """A quarter of an hour, or several; half an hour may also be rendered as a half."""
    certainty = Certainty.VAGUE if minutes == 30 else Certainty.LIKELY
    keys = [f"={minutes}", f"{minutes} minutes"]
    return keyed(MentionKind.NUMBER, span, keys, certainty=certainty, family="and a half")


def amount(
    span: tuple[int, int], *values: float, certainty: Certainty = Certainty.LIKELY, family: str = ""
) -> Quantity:
    """A number, or a range or choice of two ("three or four")."""
    plain = [number(value) for value in values]
    return keyed(MentionKind.NUMBER, span, ["~".join(plain)], plain=plain, certainty=certainty, family=family)


#: How many of a smaller unit a larger one has: 一年半 is also eighteen months.
_PARTS = (
    ("年", 12),
    ("year", 12),
    ("天", 24),
    ("day", 24),
    ("小时", 60),
    ("钟头", 60),
    ("hour", 60),
    ("分", 60),
    ("minute", 60),
)


def and_a_half(span: tuple[int, int], whole: float, text: str) -> Quantity:
    """Two and a half of what ``text`` says: also half-way to three in figures, or in the next smaller unit."""
    keys = [f"{whole:g}½", f"={number(whole + 0.5)}"]
    smaller = next((f"={number((whole + 0.5) * size)}" for name, size in _PARTS if name in text.lower()), None)
    # The whole alone is accepted for bare numbers: the half may be said apart.
    offers = frozenset({*keys, f"={number(whole)}", *([smaller] if smaller else [])})
    accepts = frozenset({*keys, *([smaller] if smaller else [])})
    return Quantity(MentionKind.NUMBER, *span, accepts, offers, (), Certainty.VAGUE, "and a half")


def share(span: tuple[int, int], percent: float, *, certainty: Certainty = Certainty.LIKELY) -> Quantity:
    """A share of the whole in per cent, however it is written."""
    return keyed(MentionKind.PERCENT, span, [f"{number(percent)}%"], certainty=certainty, family="share")


def clock(span: tuple[int, int], hour: int, minute: int, *, is_full: bool, certainty: Certainty) -> Quantity:
    """A time of day; without ``is_full``, before or after noon is open."""
    vague, exact = f"{hour % 12}:{minute:02d}?", f"{hour % 24}:{minute:02d}"
    plain = (str(hour),) if not minute and not is_full else ()
    # 9.45 may be a time, but is read as a number.
    figures = {f"={number(one + minute / 100)}" for one in (hour, hour % 12 or 12)} if minute else set()
    if is_full:
        accepts, offers = {exact, f"{vague}*"}, {exact, vague}
        plain = (str(hour % 12 or 12),) if not minute else ()
    else:
        accepts, offers = {vague}, {vague, f"{vague}*"}
    return Quantity(
        MentionKind.TIME, *span, frozenset(accepts | figures), frozenset(offers | figures), plain, certainty, "clock"
    )


def decade(span: tuple[int, int], century: int | None, tens: int) -> Quantity:
    """The 1930s, or the thirties of a century that is not named."""
    if century is None:
        accepts, offers = {f"{tens}s"}, {f"{tens}s", f"*{tens}s"}
    else:
        accepts, offers = {f"{century}{tens:02d}s", f"*{tens}s"}, {f"{century}{tens:02d}s", f"{tens}s"}
    return Quantity(MentionKind.NUMBER, *span, frozenset(accepts), frozenset(offers), (), Certainty.LIKELY, "decade")
