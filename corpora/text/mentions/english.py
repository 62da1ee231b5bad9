"""Mentions in English: number words, ordinals, dates in both orders, and references to parts of a document.

The names that references get here ("article", "paragraph", "resolution", …) are the ones that all languages use in
`Mention.value`.
"""

import re
from collections.abc import Iterable
from functools import cache

from corpora.text.mentions.grammar import (
    ARABIC,
    LIST,
    WORD,
    Certainty,
    Mention,
    MentionKind,
    Recognizer,
    canonical,
    compiled,
    date_value,
    number,
)
from corpora.text.numerals import from_roman

__all__ = ["DATE", "dates", "recognizer"]

_SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "zero": 0,
}  # fmt: skip
#: Words that may match a number on the other side, but are never reported as missing.
_HINTS = {
    "both": 2, "twice": 2, "double": 2, "doubled": 2, "dual": 2, "couple": 2, "pair": 2, "pairs": 2, "bilateral": 2,
    "binary": 2, "thrice": 3, "triple": 3, "triplet": 3, "octal": 8, "decimal": 10, "dozen": 12, "hexadecimal": 16,
    "hex": 16, "quadratic": 2, "duplicate": 2, "triplicate": 3, "quadruplicate": 4, "bilingual": 2, "trilingual": 3,
    "trilateral": 3, "tripartite": 3, "quadripartite": 4, "trilogy": 3, "trio": 3, "duo": 2, "duet": 2, "quartet": 4,
    "quintet": 5, "twin": 2, "twins": 2, "triplets": 3, "triangle": 3, "triangular": 3, "quadrilateral": 4,
    "pentagon": 5, "hexagon": 6, "hexagonal": 6, "octagon": 8, "octagonal": 8, "tripod": 3, "tricycle": 3,
    "decathlon": 10, "pentathlon": 5, "crossroads": 10,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
    "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100,
}  # fmt: skip
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_MONTHS = {
    name: position + 1
    for position, names in enumerate(
        ("January Jan", "February Feb", "March Mar", "April Apr", "May", "June Jun", "July Jul", "August Aug",
         "September Sept Sep", "October Oct", "November Nov", "December Dec")
    )
    for name in names.split()
}  # fmt: skip
#: What a reference may be called, and the name that all languages share.
_REFERENCES = {
    "article": "article articles art arts",
    "paragraph": "paragraph paragraphs para paras",
    "subparagraph": "subparagraph subparagraphs sub-paragraph item items",
    "chapter": "chapter chapters chap ch",
    "section": "section sections sect sec",
    "part": "part parts",
    "annex": "annex annexes",
    "appendix": "appendix appendices",
    "resolution": "resolution resolutions",
    "decision": "decision decisions",
    "rule": "rule rules",
    "regulation": "regulation regulations",
    "clause": "clause clauses",
    "volume": "volume volumes vol vols",
    "page": "page pages p pp",
    "table": "table tables",
    "figure": "figure figures fig figs",
    "step": "step steps",
    "note": "footnote footnotes",
}
_NAMES = {word: name for name, words in _REFERENCES.items() for word in words.split()}


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_UNIT = _any(_SMALL)
_TEN = _any(_TENS)
_SIMPLE = rf"(?:{_TEN}(?:[-\s]{_any(list(_SMALL)[:9])})?|{_UNIT})"
_SCALE = _any(_SCALES)
_WORDS = (
    rf"(?i:{_SIMPLE}(?:[-\s]{_SCALE}(?:\s(?:and\s)?(?={_SIMPLE}\b){_SIMPLE})?){{0,9}}\b"
    rf"|an?\s(?:hundred|thousand|million|billion)\b(?!s))"
)
_MONTH = _any(_MONTHS)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![0-9A-Za-z])"
_YEAR = r"[12][0-9]{3}(?![0-9])"
_TO = r"\s?(?:-|–|—|~|,\s?|\s(?:and|to|or|until|through)\s)\s?"
_DAYS = rf"{_DAY}(?:{_TO}{_DAY}){{0,30}}+"
#: A day and its month in either order, the year behind or not: texts in other languages quote these as they are.
DATE = rf"{_DAYS}\s(?:of\s)?{_MONTH}\.?(?![A-Za-z])(?:,?\s{_YEAR})?|{_MONTH}\.?\s{_DAYS}(?:,?\s{_YEAR})?"
_LETTERS = r"(?:\s?\([a-z]{1,4}\)(?!\w)){0,3}"
# "section I describe" is not section 1: a lone I counts only where the phrase ends or a list continues.
_ROMAN = (
    r"(?:I(?![A-Za-z'’/])(?!\s(?!of\b|and\b|or\b|to\b)[a-z])|(?!I(?![A-Za-z]))(?:[IVX]+|[LX]{1,2}[IVX]+)(?![A-Za-z]))"
)
_COUNT = rf"(?:(?:[A-Z]{{1,2}}-)?[0-9]+(?:[./][0-9]+)*{_LETTERS}|{_ROMAN}|\((?!s\))[a-z]{{1,4}}\))"
_AND = r"(?:,\s|,?\s(?:and|or|to)\s|\s?[-–—]\s?)"
_REFERENCE = rf"(?:(?i:{_any(_NAMES)})\.?|Nos?\.?)\s?{_COUNT}(?:{_AND}{_COUNT}){{0,{LIST}}}"

_ALTERNATIVES = (
    ("date", DATE),
    ("month", rf"{_MONTH}\.?,?\s{_YEAR}|{_any(n for n in _MONTHS if len(n) > 3)}(?![A-Za-z])"),
    ("lone_month", rf"\A\s*(?i:{_MONTH})\.?\s*\Z"),
    ("reference", _REFERENCE + r"(?![A-Za-z0-9_])"),
    ("oclock", r"(?:1[0-2]|0?[1-9])(?:[.:][0-5][0-9])?\s?[ap]\.?m\b\.?"),
    ("thpercent", rf"(?:{ARABIC}\s|(?i:{_SIMPLE})\s)(?:per\s?cent\b|percentage\spoints?\b)"),
    ("nth", r"[0-9]+(?:st|nd|rd|th)\b"),
    ("fraction", rf"(?i:(?:{_UNIT}|an?)[-\s](?:{_any(_PARTS)})s?\b)|(?i:half)\b"),
    ("ordinal", rf"(?i:(?:{_TEN}[-\s])?{_any(_ORDINALS)}\b)"),
    ("scaled", rf"{ARABIC}\s?(?:hundred|thousand|million|billion|trillion)\b"),
    ("words", _WORDS),
    ("hint", rf"(?i:{_any(_HINTS)})\b"),
    ("roman", r"[IVX]{2,}(?![A-Za-z0-9_])"),
)
_SIGNS = re.compile(r"[0-9０-９@¹²³IVX⁰⁴-⁹]|\([a-z]|://|www\.")
_SPELLED = frozenset({*_SMALL, *_TENS, *_ORDINALS, *_PARTS, *_SCALES, *_HINTS, *(month.lower() for month in _MONTHS)})
_LOWER_WORD = re.compile("[a-z]+")


def _possible(text: str) -> bool:
    """True where a figure, an address or a word that says a number can be there."""
    if _SIGNS.search(text):
        return True
    words = _LOWER_WORD.findall(text.lower())
    return not _SPELLED.isdisjoint(words)


def _prefixes(words: Iterable[str]) -> str:
    """A pattern for the first three letters of any of ``words``: it lets most other words fail at once."""
    trees: dict[str, set[str]] = {}
    for word in words:
        trees.setdefault(word[0].lower(), set()).add(re.escape(word[1:3].lower()))
    each = (f"[{first}{first.upper()}](?:{'|'.join(sorted(rest))})" for first, rest in sorted(trees.items()))
    return f"(?i:{'|'.join(each)})"


#: Where a mention can begin: a figure, a word that says a number, a token with a figure or an @ in it.
_GATE = (
    r"(?:(?<![A-Za-z0-9_０-９])|(?=[⁰¹²³⁴-⁹]))"
    rf"(?=[0-9０-９⁰¹²³⁴-⁹]|{_prefixes([*_SPELLED, *_NAMES, 'http', 'ftp', 'www', 'nos'])}|[nN]o"
    r"|[aA]n?[\s-][hmtqbsfn]|[IVX]{2}"
    rf"|[A-Za-z_][A-Za-z0-9_./%+-]{{0,{WORD}}}[0-9@])"
)
_NUMBERS = re.compile(
    rf"(?P<figures>(?:[A-Z]{{1,2}}-)?[0-9]+(?:[./][0-9]+)*)(?P<letters>{_LETTERS})|(?P<roman>\b[IVXL]+\b)|\((?P<item>[a-z]+)\)"
)
_WORD = re.compile(r"[A-Za-z]+")
_DATE_PARTS = re.compile(rf"(?P<year>{_YEAR})|(?P<day>[0-9]{{1,2}})|(?P<month>{_MONTH})")


def dates(match: re.Match[str]) -> Iterable[Mention]:
    """Read what `DATE` found: one mention a day."""
    year, month, days = None, 0, []
    for part in _DATE_PARTS.finditer(match[0]):
        if part["year"]:
            year = int(part["year"])
        elif part["day"]:
            days.append((int(part["day"]), part.start(), part.end()))
        else:
            month = _MONTHS[part["month"]]
    for position, (day, start, end) in enumerate(days):
        # The last day of a list carries the month and year that follow it; the first, those that precede it.
        first = match.start() if position == 0 else match.start() + start
        last = match.end() if position == len(days) - 1 else match.start() + end
        yield Mention(MentionKind.DATE, date_value(year, month, day), first, last)


def _month(match: re.Match[str]) -> Iterable[Mention]:
    name = _WORD.search(match[0])
    year = re.search(_YEAR, match[0])
    value = date_value(int(year[0]) if year else None, _MONTHS[name[0].capitalize()], None)  # type: ignore[index]
    certainty = Certainty.SURE if year else Certainty.LIKELY
    yield Mention(MentionKind.DATE, value, match.start(), match.end(), certainty)


def _references(match: re.Match[str]) -> Iterable[Mention]:
    word = re.match(r"[A-Za-z-]+", match[0])[0]  # type: ignore[index]
    name = _NAMES.get(word.lower(), "no")
    for position, part in enumerate(_NUMBERS.finditer(match[0], len(word))):
        if part["figures"]:
            value = part["figures"] + re.sub(r"\s", "", part["letters"])
        else:
            value = str(from_roman(part["roman"] or "") or part["roman"] or part["item"])
        certainty = Certainty.LIKELY if part["item"] else Certainty.SURE
        start = match.start() + (part.start() if position else 0)
        yield Mention(MentionKind.REFERENCE, f"{name}:{value}", start, match.start() + part.end(), certainty)


def _oclock(match: re.Match[str]) -> Iterable[Mention]:
    figures = re.findall(r"[0-9]+", match[0])
    hours = int(figures[0]) % 12 + (12 if "p" in match[0] else 0)
    minutes = figures[1] if len(figures) > 1 else "00"
    yield Mention(MentionKind.TIME, f"{hours}:{minutes}", match.start(), match.end())


def _value(words: str) -> int:
    """Return the number that English words say, "two hundred and five thousand" = 205000."""
    total = current = 0
    for word in _WORD.findall(words.lower()):
        if word in _SMALL or word in _TENS:
            current += _SMALL.get(word, 0) + _TENS.get(word, 0)
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return total + current


def _percent(match: re.Match[str]) -> Iterable[Mention]:
    figures = re.match(ARABIC, match[0])
    value = canonical(figures[0]) if figures else str(_value(match[0]))
    yield Mention(MentionKind.PERCENT, f"{value}%", match.start(), match.end())


def _nth(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.ORDINAL, canonical(match[0][:-2]), match.start(), match.end())


def _fraction(match: re.Match[str]) -> Iterable[Mention]:
    words = _WORD.findall(match[0].lower())
    above = _SMALL.get(words[0], 1) if len(words) > 1 else 1
    below = words[-1] if words[-1] in _PARTS else words[-1].removesuffix("s")
    # "a second third party" is not a fraction, and "half" is often an idiom: it may match, but is never reported.
    certainty = Certainty.LIKELY if words[0] in _SMALL else Certainty.VAGUE
    yield Mention(MentionKind.FRACTION, f"{above}/{_PARTS.get(below, 2)}", match.start(), match.end(), certainty)


def _ordinal(match: re.Match[str]) -> Iterable[Mention]:
    words = _WORD.findall(match[0].lower())
    value = sum(_TENS.get(word, 0) for word in words[:-1]) + _ORDINALS[words[-1]]
    # "first" and "second" are adverbs and seconds more often than counts.
    certainty = Certainty.VAGUE if value <= 2 else Certainty.LIKELY
    yield Mention(MentionKind.ORDINAL, str(value), match.start(), match.end(), certainty)


def _scaled(match: re.Match[str]) -> Iterable[Mention]:
    figures = re.match(ARABIC, match[0])[0]  # type: ignore[index]
    scale = _SCALES[_WORD.findall(match[0])[-1]]
    value = number(round(float(canonical(figures)) * scale, 6)) if figures.count(".") < 2 else figures
    yield Mention(MentionKind.NUMBER, value, match.start(), match.end())


def _words(match: re.Match[str]) -> Iterable[Mention]:
    value = _value(match[0])
    # Words round off and phrases are idioms: a number in words may be missed, but never for certain.
    certainty = Certainty.VAGUE if value < 2 else Certainty.LIKELY
    yield Mention(MentionKind.NUMBER, str(value), match.start(), match.end(), certainty)


def _hint(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.NUMBER, str(_HINTS[match[0].lower()]), match.start(), match.end(), Certainty.VAGUE)


def _roman(match: re.Match[str]) -> Iterable[Mention]:
    value = from_roman(match[0])
    if value is not None:
        yield Mention(MentionKind.NUMBER, str(value), match.start(), match.end(), Certainty.VAGUE)


@cache
def recognizer() -> Recognizer:
    """The recognizer of English."""
    readers = {
        "date": dates, "month": _month, "lone_month": _month, "reference": _references,
        "oclock": _oclock, "thpercent": _percent,
        "nth": _nth, "fraction": _fraction, "ordinal": _ordinal, "hint": _hint, "scaled": _scaled, "words": _words,
        "roman": _roman,
    }  # fmt: skip
    return compiled(_ALTERNATIVES, _possible, _GATE, readers)
