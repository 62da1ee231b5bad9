"""Put the numbers, dates and list marker of a query into the target of a match that differs in nothing else.

"The meeting of 6 November 2017" matches a query about 2018 except for the year: the number that differs is searched for
in the target by its value, however it is written there, and replaced in the same notation (thousands separated or not,
三十 or 30, day before or after month). If the place of one of them is in doubt, nothing is changed: a wrong number is
worse than an old one.
"""

import re

from rapidfuzz.distance import Levenshtein

from corpora.text.mentions.matching import Mention, MentionKind, core, mentions
from corpora.text.numerals import from_han, to_han
from tm.folding import TOKEN, fold
from tm.search.diff import tag_spans
from tm.search.list_markers import remarked, without_list_marker
from tm.tags import plain
from tm.unit import Unit

__all__ = ["adapted", "in_figures"]

_FIGURES = re.compile(r"\d+(?:[,.\u00a0\u202f]\d{3})*(?:\.\d+)?")
_NUMERALS = re.compile(r"[〇零一二三四五六七八九十百千两]+")
_MONTHS = ("January February March April May June July August September October November December").split()
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)}|{'|'.join(month[:3] for month in _MONTHS)})\b\.?")
_MONTH_WORDS = frozenset({"sept", *(name.lower() for month in _MONTHS for name in (month, month[:3]))})
_ORDINAL = re.compile(r"(?<!\d)(\d++)(st|nd|rd|th)\b")
_KINDS = frozenset(
    {
        MentionKind.NUMBER,
        MentionKind.PERCENT,
        MentionKind.ORDINAL,
        MentionKind.DATE,
        MentionKind.REFERENCE,
        MentionKind.TIME,
        MentionKind.SYMBOL,
    }
)
_CODE = re.compile(r"\w+(?:[/.\-]\w+)+")  # 12/1, A/RES/70/1: the same in any language
_LARGEST = 10**12  # what is written in Chinese numerals


def adapted(query: str, unit: Unit) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The target of ``unit`` with the numbers and the marker of ``query``, and what was replaced by what.

    None if query and source differ in more than numbers, dates and the list marker or not at all, or if a number has no
    clear place in the target.
    """
    found = _with_numbers(query, unit)
    bare = None if found is not None else remarked(query, unit)
    if bare is None:
        return found
    change = (bare.old, bare.marker.strip())
    if _masked(bare.query, ()) == _masked(bare.unit.source, ()):
        return bare.marker + bare.unit.target, (change,)
    found = _with_numbers(bare.query, bare.unit)
    return None if found is None else (bare.marker + found[0], (change, *found[1]))


def _with_numbers(query: str, unit: Unit) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    given = _shown(query, unit.source_lang)
    stored = _shown(unit.source, unit.source_lang)
    if len(given) != len(stored) or _masked(query, given) != _masked(unit.source, stored):
        return None
    numbers: dict[str, tuple[Mention, Mention]] = {}
    for new, old in zip(given, stored, strict=True):
        if new.kind != old.kind or (new.value != old.value and old.kind not in _KINDS):
            return None
        if old.kind == MentionKind.REFERENCE and old.value.rpartition(":")[0] != new.value.rpartition(":")[0]:
            return None  # an article became a paragraph: another word, not another number
        if numbers.setdefault(old.value, (old, new))[1].value != new.value:
            return None  # the same number became two: which is which in the target?
    pairs = [(old, new) for old, new in numbers.values() if old.value != new.value]
    if not pairs:
        return None
    kept = {core(old) for old, new in numbers.values() if old.value == new.value}
    targets = _shown(unit.target, unit.target_lang)
    short = any(_is_short(month[0]) for month in _MONTH.finditer(unit.target))
    steps: list[tuple[int, int, str]] = []
    for old, new in pairs:
        places = [one for one in targets if one.value == old.value and one.kind == old.kind]
        places = places or [one for one in targets if core(one) == core(old)]
        if not places or core(old) in kept:
            return None
        for place in places:
            text = _rewritten(unit.target[place.start : place.end], place, new, short=short)
            if text is None:
                return None
            steps.append((place.start, place.end, text))
    if len({start for start, _, _ in steps}) != len(steps):
        return None
    target = unit.target
    changes = []
    for start, end, text in sorted(steps, reverse=True):
        changes.append((target[start:end], text))
        target = target[:start] + text + target[end:]
    return target, tuple(reversed(changes))


def in_figures(new: str, old: str) -> bool:
    """Whether the tokens in which two texts differ, beside their list markers, are figures or names of months."""
    one, two = ([match[0] for match in TOKEN.finditer(fold(without_list_marker(text)))] for text in (new, old))
    differing = [
        token
        for step in Levenshtein.opcodes(two, one)
        if step.tag != "equal"
        for token in [*two[step.src_start : step.src_end], *one[step.dest_start : step.dest_end]]
    ]
    return all(token[0].isdecimal() or token in _MONTH_WORDS for token in differing)


def _shown(text: str, language: str) -> tuple[Mention, ...]:
    """The mentions of ``text`` outside its tags, whose ids are numbers too."""
    hidden = tag_spans(text)
    return tuple(one for one in mentions(text, language) if not any(start <= one.start < end for start, end in hidden))


def _masked(text: str, found: tuple[Mention, ...]) -> str:
    """The folded text with its mentions masked."""
    for mention in reversed(found):
        text = f"{text[: mention.start]}\ufffc{text[mention.end :]}"
    return "".join(fold(plain(text)).split())


def _rewritten(old: str, place: Mention, new: Mention, *, short: bool) -> str | None:
    """``new`` in the notation of ``old``; None if that is not clear. ``short``: other months are abbreviated."""
    if place.kind == MentionKind.DATE or new.kind == MentionKind.DATE:
        return _date(old, place.value, new.value, short=short) if place.kind == new.kind else None
    value = core(new)
    if _CODE.fullmatch(value) and _CODE.fullmatch(core(place)) and old.count(core(place)) == 1:
        return old.replace(core(place), value)
    if not re.fullmatch(r"\d+(?:\.\d+)?", value):
        return None
    figures = list(_FIGURES.finditer(old))
    if len(figures) == 1 and figures[0][0].replace(",", "") == core(place):
        return _ordinal(_put(old, figures[0], _grouped(value, like=figures[0][0])))
    numerals = list(_NUMERALS.finditer(old))
    if not figures and len(numerals) == 1 and "." not in value and int(value) < _LARGEST:
        if str(from_han(numerals[0][0])) != core(place):
            return None
        return _put(old, numerals[0], to_han(int(value)))
    return None


def _put(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _grouped(value: str, *, like: str) -> str:
    """``value`` with thousands separators if ``like`` has them."""
    whole, point, decimals = value.partition(".")
    if "," in like:
        whole = f"{int(whole):,}"
    return whole + point + decimals


def _ordinal(text: str) -> str:
    """11st becomes 11th."""

    def ending(match: re.Match[str]) -> str:
        number = int(match[1])
        last = number % 100
        return match[1] + ("th" if 10 <= last <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th"))

    return _ORDINAL.sub(ending, text)


def _is_short(month: str) -> bool:
    """Whether the name of a month is abbreviated; "May" does not say."""
    return len(month.rstrip(".")) == 3 and month != "May"


def _date(old: str, before: str, after: str, *, short: bool) -> str | None:
    """A date in the notation of another: ``6 Nov. 2017``, ``November 6, 2017``, ``2017年11月6日``, ``2017-11-06``."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", old):
        return after if re.fullmatch(r"\d{4}-\d\d-\d\d", after) else None
    was, becomes = _parts(before), _parts(after)
    if [part is None for part in was] != [part is None for part in becomes] or _NUMERALS.search(old):
        return None
    months = list(_MONTH.finditer(old))
    if months:
        month = becomes[1]
        if len(months) > 1 or month is None:
            return None
        name = _MONTHS[month - 1]
        short = (_is_short(months[0][0]) or (short and months[0][0] == "May")) and name != "May"
        dot = "." if short and months[0][0].endswith(".") else ""
        old = _put(old, months[0], (name[:3] if short else name) + dot)
    left = [(was[0], becomes[0]), (was[2], becomes[2])] if months else list(zip(was, becomes, strict=True))
    given = [(a, b) for a, b in left if a is not None and b is not None]
    figures = list(re.finditer(r"\d+", old))
    if sorted(int(one[0]) for one in figures) != sorted(a for a, _ in given):
        return None
    if len({a for a, _ in given}) != len(given) and len({b for _, b in given}) != 1:
        # 5月5日: which five is the month? In 年月日 the order says so.
        if not re.search("[年月日]", old):
            return None
        ordered = iter(b for _, b in given)
        return re.sub(r"\d+", lambda _: str(next(ordered)), old)
    new = dict(given)
    return _ordinal(re.sub(r"\d+", lambda match: str(new[int(match[0])]), old))


def _parts(value: str) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of an ISO date of which parts may be missing (see `corpora.text.mentions.grammar`)."""
    if value.startswith("--"):
        pieces = ["", *value[2:].split("-")]
    else:
        pieces = value.split("-")
    pieces += [""] * (3 - len(pieces))
    year, month, day = (int(piece) if piece else None for piece in pieces[:3])
    return year, month, day
