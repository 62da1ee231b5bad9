"""Quantities as English writes them: half a dozen, the last but one, the mid-1990s, threefold, a quarter past seven."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from corpora.text.mentions.grammar import Certainty, MentionKind
from corpora.text.numerals import from_roman
from tm.checks.quantities.grammar import Grammar, grammar
from tm.checks.quantities.value import Quantity, amount, and_a_half, clock, decade, keyed, part_of_hour, share

__all__ = ["GRAMMAR"]

_SMALL = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen "
        "eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_UNDER_TEN = "first second third fourth fifth sixth seventh eighth ninth".split()
_ORDINALS = {
    word: place
    for place, word in enumerate(
        (
            *_UNDER_TEN,
            *"tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth".split(),
            *("nineteenth", "twentieth", *(f"twenty-{word}" for word in _UNDER_TEN), "thirtieth", "thirty-first"),
        ),
        1,
    )
}
_MONTHS = "January February March April May June July August September October November December".split()
_UNIT = "(?:" + "|".join(sorted(_SMALL, key=len, reverse=True)) + r")\b"
_WORD = rf"(?:(?:{'|'.join(_TENS)})\b(?:[- ](?:one|two|three|four|five|six|seven|eight|nine)\b)?|{_UNIT})"
_FIGURE = r"[0-9]{1,12}(?:[.,][0-9]{1,12}){0,4}"
_NUM = rf"(?:{_WORD}|{_FIGURE})"
_SCALE = "(?:" + "|".join(_SCALES) + r")\b"
_NTH = "(?:" + "|".join(sorted(_ORDINALS, key=len, reverse=True)) + r"|[0-9]{1,3}(?:st|nd|rd|th))"
_PERIOD = (
    r"(?:\s?(?:[ap]\.?\s?m\b\.?|o['’]clock\b))?(?:,? (?:in the (?:morning|afternoon|evening)|at (?:night|dawn|noon)))?"
)
_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|1[0-2]|0?[1-9])\b"
_BIS = {
    word: place
    for place, word in enumerate("bis ter quater quinquies sexies septies octies novies nonies decies".split(), 2)
}
_BIS["nonies"], _BIS["decies"] = 9, 10
_POWERS = {
    "dozens": "tens", "tens": "tens", "scores": "tens", "hundreds": "hundreds", "thousands": "thousands",
    "tens of thousands": "tens of thousands", "hundreds of thousands": "hundreds of thousands",
    "millions": "millions", "tens of millions": "tens of millions", "hundreds of millions": "hundreds of millions",
    "billions": "billions", "tens of billions": "tens of billions",
}  # fmt: skip
#: Words for periods, and what number stands in another language.
_PERIODS = {
    "biennium|biennia|biennial(?:ly)?": (2,),
    "triennium|triennial(?:ly)?": (3,),
    "quadrennium|quadrennial(?:ly)?": (4,),
    "quinquennium|quinquennial(?:ly)?": (5,),
    "decennial(?:ly)?": (10,),
    "centenary|centennial": (100,),
    "bicentenary|bicentennial": (200,),
    "tercentenary": (300,),
    "sesquicentennial": (150,),
    "millennium": (1000,),
    "biannual(?:ly)?|semi-?annual(?:ly)?|half-yearly|six-monthly|half-year": (6, 2),
    "bimonthly": (2,),
    "biweekly|fortnight(?:ly)?": (2, 14, 15),
    "quarterly": (3, 4),
    "decade": (10,),
    "century": (100,),
    "either|neither": (2,),
    "primary": (1,),
    "secondary": (2,),
    "tertiary": (3,),
    "threescore": (60,),
}
_CERTAIN_PERIODS = frozenset({"biennium|biennia|biennial(?:ly)?", "triennium|triennial(?:ly)?"})


def _value(words: str) -> float:
    """The number that words and figures say: "two thousand million" is 2,000,000,000."""
    total = current = 0.0
    last = 0
    for word in re.findall(r"[0-9][0-9.,]*|[a-z]+", words.lower()):
        if word[0].isdigit():
            figures = word.rstrip(".,").replace(",", "")
            current += float(figures) if figures.count(".") < 2 else 0.0
        elif word in ("a", "an"):
            current += 1
        elif word in _SMALL or word in _TENS:
            current += _SMALL.get(word, 0) + _TENS.get(word, 0)
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _SCALES:
            scale = _SCALES[word]
            if total and last and scale > last:
                total = (total + current) * scale
            else:
                total += (current or 1) * scale
            current, last = 0.0, scale
    return total + current


def _nth(word: str) -> int:
    return _ORDINALS.get(word.lower()) or int(re.match("[0-9]+", word)[0])  # type: ignore[index]


def _plan(match: re.Match[str]) -> Sequence[Quantity]:
    return [amount(match.span(), _value(match[0].split("-")[0].split()[0]), certainty=Certainty.VAGUE)]


def _phrase(match: re.Match[str]) -> Sequence[Quantity]:
    """24/7 may be named in words."""
    return [amount(match.span(), *(float(part) for part in re.split("[/-]", match[0])), certainty=Certainty.VAGUE)]


def _festival(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower().replace("’", "'")
    date = next(date for name, date in _FESTIVALS.items() if name in word)
    return [keyed(MentionKind.DATE, match.span(), [f"--{date}"], certainty=Certainty.VAGUE, family="day")]


_FESTIVALS = {
    "may day": "05-01", "labor day": "05-01", "labour day": "05-01", "children's day": "06-01", "women's day": "03-08",
    "national day": "10-01", "army day": "08-01", "singles' day": "11-11", "double eleven": "11-11",
    "double 11": "11-11",
}  # fmt: skip


def _spelt_day(match: re.Match[str]) -> Sequence[Quantity]:
    month, _, day = match[0].partition(" ")
    date = f"--{_MONTHS.index(month.title()) + 1:02d}-{_nth(day.removeprefix('the ')):02d}"
    return [keyed(MentionKind.DATE, match.span(), [date], family="day")]


_BEFORE_MONTH = re.compile(
    r"\b(?:in|since|until|till|by|of|to|from|through|during|before|after|last|next|this|every|each|"
    r"early|mid|late)[ -]\Z",
    re.IGNORECASE,
)


def _may(match: re.Match[str]) -> Sequence[Quantity] | None:
    before = match.string[max(0, match.start() - 12) : match.start()]
    if re.search(r"[0-9](?:st|nd|rd|th)?(?: of)?,? ?\Z", before):
        return None
    certainty = Certainty.LIKELY if _BEFORE_MONTH.search(before) else Certainty.VAGUE
    return [keyed(MentionKind.DATE, match.span(), ["--05"], certainty=certainty, family="")]


def _from_end(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    if word.startswith("penultimate") or "but one" in word or word.startswith("next"):
        which = 2
    elif word.startswith("antepenultimate") or "but two" in word:
        which = 3
    elif found := re.match(_NTH, word):
        which = _nth(found[0])
    else:
        which = 1
    certainty = Certainty.VAGUE if which == 1 else Certainty.LIKELY
    return [keyed(MentionKind.ORDINAL, match.span(), [f"end:{which}"], certainty=certainty, family="")]


_DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70,
            "eighties": 80,
            "nineties": 90}  # fmt: skip


def _decade(match: re.Match[str]) -> Sequence[Quantity]:
    word = re.sub(r"(?i)^(?:early|mid|late)[- ]?", "", match[0].lower()).lstrip("'’ ")
    figures = re.match("[0-9]+", word)
    if figures:
        year = int(figures[0])
        if year >= 1000:
            return [decade(match.span(), year // 100, year % 100)]
        return [decade(match.span(), None, year)]
    tens = next(value for name, value in _DECADES.items() if name in word)
    before = match.string[max(0, match.start() - 10) : match.start()].lower()
    if re.search(r"\b(?:his|her|their|my|your|our)\s(?:early|mid|late)?[- ]?\Z", before):
        return [amount(match.span(), tens, certainty=Certainty.VAGUE)]
    return [decade(match.span(), None, tens)]


def _century(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    if word.startswith(("last", "previous", "this", "the last", "the previous")):
        keys = ["this century", "21th century"] if word.startswith("this") else ["last century", "20th century"]
        return [keyed(MentionKind.ORDINAL, match.span(), keys, certainty=Certainty.VAGUE, family="century")]
    if word.endswith("centuries") and not re.match(_NTH, word):
        count = _value(word)
        return [keyed(MentionKind.NUMBER, match.span(), [f"{count:g} centuries", f"={count * 100:g}", f"={count:g}"])]
    found = []
    for part in re.finditer(_NTH, word):
        which = _nth(part[0])
        keys = [f"{which}th century"] + (["last century"] if which == 20 else ["this century"] if which == 21 else [])
        keys.append(f"={which}")
        accepts = frozenset(keys[:-1]) | ({f"={which}"} if "and" in word else frozenset())
        found.append(
            Quantity(MentionKind.ORDINAL, *match.span(), accepts, frozenset(keys), (), Certainty.LIKELY, "century")
        )
    return found


def _half_of_year(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    which = "first half" if word.startswith(("first", "1st", "h1", "former")) else "second half"
    return [keyed(MentionKind.ORDINAL, match.span(), [which, "=6"], certainty=Certainty.VAGUE, family="half")]


def _part_of_hour(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    minutes = 30 if word.startswith("half") else 45 if word.startswith("three") else 15
    return [part_of_hour(match.span(), minutes)]


_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


def _weekday(match: re.Match[str]) -> Sequence[Quantity]:
    which = _WEEKDAYS.index(match[0].lower().removesuffix("s"))
    return [keyed(MentionKind.DATE, match.span(), [f"weekday {which}"], certainty=Certainty.VAGUE, family="weekday")]


def _times(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    times = next((count for name, count in _MULTIPLES.items() if word.startswith(name)), 0.0)
    times = times or _value(re.split("-?fold", word)[0])
    keys = [f"x{times:g}", *([f"={times:g}"] if times in (2, 3) or "fold" in word or "twice" in word else [])]
    return [keyed(MentionKind.NUMBER, match.span(), keys, certainty=Certainty.VAGUE, family="times")]


_MULTIPLES = {"doubl": 2.0, "twice": 2.0, "twofold": 2.0, "tripl": 3.0, "trebl": 3.0, "thrice": 3.0, "quadrupl": 4.0,
              "quintupl": 5.0}  # fmt: skip


def _period(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    pattern = next(pattern for pattern in _PERIODS if re.fullmatch(pattern, word))
    certainty = Certainty.LIKELY if pattern in _CERTAIN_PERIODS or "nni" in word else Certainty.VAGUE
    keys = [f"={value}" for value in _PERIODS[pattern]]
    return [keyed(MentionKind.NUMBER, match.span(), keys, certainty=certainty)]


def _counted_periods(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    size = 10 if "decade" in word else 2 if "fortnight" in word else 20
    count = _value(word)
    if size == 20:
        tens, _, ones = word.partition("score")
        return [amount(match.span(), _value(tens) * size + _value(ones))]
    keys = [f"={count * size:g}", f"={count:g}"]
    return [keyed(MentionKind.NUMBER, match.span(), keys)]


def _dozen(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    count = 0.5 if word.startswith("half") else _value(word) if not word.startswith("a ") else 1.0
    if count != 1:
        return [amount(match.span(), count * 12)]
    return [keyed(MentionKind.NUMBER, match.span(), ["12", "=12", "=10"])]


def _round(match: re.Match[str]) -> Sequence[Quantity]:
    word = re.sub(r"^(?:several|a few|many) ", "", match[0].lower())
    word = word if word.endswith("s") else f"{word}s"
    keys = {"tens" if word == "dozens" else _POWERS.get(word, word)} | ({"hundreds"} if word == "scores" else set())
    return [keyed(MentionKind.NUMBER, match.span(), keys, certainty=Certainty.VAGUE, family="round")]


def _scaled(match: re.Match[str]) -> Sequence[Quantity] | None:
    word = match[0].lower()
    scales = re.findall("|".join(_SCALES), word)
    if not scales or (word[0].isdigit() and len(scales) == 1 and " and " not in word):
        return None  # "12 million" is a bare number
    part = next(
        (value for name, value in _PARTS.items() if re.search(rf"{name}(?: of)?(?: an?)? {scales[0]}", word)), None
    )
    if part is not None and re.match("half|a quarter|three quarters|three-quarters", word):
        value = part * _value(re.sub(r"^.*?(?=" + scales[0] + ")", "", word))
    else:
        value = _value(re.sub(r" and (?:a half|a quarter|three quarters)", "", word))
        if tail := re.search(r" and (a half|a quarter|three quarters)", word):
            after = word[tail.end() :]
            # "two and a half million", and "a million and a half".
            value += _PARTS[tail[1]] * (_value(after) if after.strip() else _SCALES[scales[-1]])
    # A single "hundred" or figures with one scale are read as bare numbers as well; here they only get a scale.
    return [amount(match.span(), value)] if value >= 1 else None


_PARTS = {"three quarters": 0.75, "three-quarters": 0.75, "a quarter": 0.25, "a half": 0.5, "half": 0.5}


def _choice(match: re.Match[str]) -> Sequence[Quantity] | None:
    """Three or four, three to five, two or three hundred, a day or two."""
    parts = re.split(r"[- ](?:or|to|and)[- ]|[-–]", match[0].lower().removeprefix("between "), maxsplit=1)
    low = 1.0 if re.match("an? ", parts[0]) else _value(parts[0])
    high = _value(parts[1])
    scale = re.search(rf"(?:{_SCALE}[ -]?)+\Z", parts[1])
    if scale and not re.search(_SCALE, parts[0]):
        low *= _value(scale[0])
    if high <= low or (" to " in match[0] and low < 1):
        return None
    return [amount(match.span(), low, high)]


def _discount(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower()
    if word.startswith("half"):
        off = 50.0
    else:
        off = _value(re.split("%|per ?cent", word)[0].removeprefix("discount of ").removeprefix("reduction of "))
    return [
        Quantity(
            MentionKind.PERCENT,
            *match.span(),
            frozenset({f"pay {100 - off:g}", f"={off:g}"}),
            frozenset({f"pay {100 - off:g}", f"={off:g}"}),
            (),
            Certainty.LIKELY,
            "share",
        )
    ]


def _whole(match: re.Match[str]) -> Sequence[Quantity]:
    """100% sure is quite sure."""
    return [share(match.span(), 100, certainty=Certainty.VAGUE)]


def _per_thousand(match: re.Match[str]) -> Sequence[Quantity]:
    word = match[0].lower().replace("1,000", "thousand").replace("1000", "thousand")
    if "point" in word:
        percent = _value(word) / 100
    elif word.startswith(("one in", "1 in")):
        percent = 100 / (_value(word.split(" in ")[1]) or 1000)
    else:
        size = 10**4 if "million" in word or "ppm" in word else 1000 if "ten thousand" in word.split("per")[-1] else 10
        count = re.match(rf"{_NUM}|an?\b", word)
        percent = _value(count[0] if count else "one") / (100 if size == 1000 else size)
    return [share(match.span(), percent)]


_CLOCK = re.compile(
    rf"(?:(?P<part>a quarter|quarter|half|twenty[- ]five|twenty|ten|five|[0-9]{{1,2}}) (?:minutes "
    rf")?(?P<way>past|to|after|before) )?"
    rf"(?:(?P<hour>{_HOUR}|2[0-4]|1[3-9]|0?[0-9])(?:[.:](?P<minute>[0-5][0-9]))?)",
    re.IGNORECASE,
)
_AT = re.compile(
    r"\b(?:at|by|until|till|from|since|before|after|about|around|is|was|struck|it's|for)\s\Z", re.IGNORECASE
)


def _clock(match: re.Match[str]) -> Sequence[Quantity] | None:
    parts = _CLOCK.match(match[0])
    if parts is None:
        return None
    rest = match[0][parts.end() :].lower().replace(".", "").replace(" ", "")
    hour = int(_value(parts["hour"]))
    minute = int(parts["minute"] or 0)
    if parts["part"]:
        part = parts["part"].lower()
        minute = 30 if part == "half" else 15 if "quarter" in part else int(_value(part))
        if "quarter" not in part and part != "half" and not rest:
            before = match.string[max(0, match.start() - 10) : match.start()]
            if not _AT.search(before) or re.match(r"\s?(?:%|per ?cent)", match.string[match.end() :]):
                if parts["way"].lower() != "to" or part.isdigit():
                    return None
                # "Five to eleven" may be a range, "ten to seven" cannot.
                if (range_ := _choice(match)) is not None:
                    found = clock(match.span(), hour - 1 or 12, 60 - minute, is_full=False, certainty=Certainty.LIKELY)
                    keys = range_[0].accepts | found.accepts, range_[0].offers | found.offers
                    return [replace(range_[0], accepts=keys[0], offers=keys[1])]
        if parts["way"].lower() in ("to", "before"):
            minute = 60 - minute
            hour = hour - 1 or 12
    is_afternoon = (
        "pm" in rest or "afternoon" in rest or "evening" in rest or ("night" in rest and hour != 12 and hour > 4)
    )
    is_morning = "am" in rest or "morning" in rest or ("night" in rest and (hour == 12 or hour <= 4)) or "dawn" in rest
    if is_afternoon and hour < 12:
        hour += 12
    elif is_morning and hour == 12:
        hour = 0
    is_full = is_afternoon or is_morning or hour > 12 or hour == 0
    return [
        clock(match.span(), hour, minute, is_full=is_full, certainty=Certainty.SURE if is_full else Certainty.LIKELY)
    ]


def _noon(match: re.Match[str]) -> Sequence[Quantity]:
    hour = 0 if match[0].lower() == "midnight" else 12
    found = clock(match.span(), hour, 0, is_full=True, certainty=Certainty.VAGUE)
    return [Quantity(found.kind, found.start, found.end, found.accepts, found.offers, (), found.certainty, "")]


def _inserted(match: re.Match[str]) -> Sequence[Quantity] | None:
    found = re.search(rf"([0-9]+|[IVX]+)\s?({'|'.join(_BIS)})\b", match[0], re.IGNORECASE)
    if found:
        which = _BIS[found[2].lower()]
        first = found[1] if found[1].isdigit() else from_roman(found[1])
        keys = [f"{first}/{which}", *([f"{first}/b"] if which == 2 else [])]
    elif found := re.search(r"([0-9]+)-([0-9]+)\Z", match[0]):
        if int(found[2]) > 9:
            return None
        keys = [f"{found[1]}/{found[2]}", *([f"{found[1]}/b"] if found[2] == "1" else [])]
    else:
        found = re.search(r"([0-9]+)([A-H])\Z", match[0])
        if found is None:
            return None
        place = ord(found[2]) - ord("A") + 1
        keys = [f"{found[1]}/{place}", f"{found[1]}/{place + 1}"]
    return [keyed(MentionKind.REFERENCE, match.span(), keys, certainty=Certainty.SURE, family="inserted")]


def _years(match: re.Match[str]) -> Sequence[Quantity] | None:
    first, last = int(match[0][:4]), int(match[0][-2:])
    if last <= first % 100 or (match[0][4] not in "/" and last <= 12 and last != first % 100 + 1):
        return None
    return [amount(match.span(), first, first // 100 * 100 + last, certainty=Certainty.SURE)]


def _and_a_half(match: re.Match[str]) -> Sequence[Quantity]:
    return [and_a_half(match.span(), _value(re.split(r"\band\b", match[0])[0]), match[0])]


_SCALED = (
    rf"(?:(?:{_NUM}|an?)(?: and (?:a half|a quarter|three quarters))?[- ]|half an? |a quarter of an? |"
    rf"three[- ]quarters of an? )"
)
_ORDER = (
    ("phrase", r"24/7\b|9/11\b|50[/-]50\b|20/20\b", _phrase),
    ("plan", rf"{_NUM}[- ]year (?:plans?|programmes?|programs?)\b", _plan),
    (
        "festival",
        r"may day|labou?r day|children['’]s day|women['’]s day|national day|army day|singles['’] day|"
        r"double (?:eleven|11)",
        _festival,
    ),
    (
        "spelt_day",
        rf"(?-i:{'|'.join(_MONTHS)}) (?:the "
        rf")?(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b",
        _spelt_day,
    ),
    ("may", r"(?-i:May)\b(?!\.?,? ?[0-9])", _may),
    (
        "from_end",
        rf"(?:ante)?penultimate|(?:last|final)(?: [a-z]+)? but (?:one|two)|next[- ]to[- ](?:the "
        rf")?last|second[- ](?:to[- ])?last"
        rf"|{_NTH}(?: [a-z]+)?[- ](?:from|to) (?:the )?(?:end|back|bottom|rear|last)|"
        rf"{_NTH}[- ](?:to[- ]last|last)|(?:last|final|bottom)\b",
        _from_end,
    ),
    ("years", r"(?<![0-9])[12][0-9]{3}[/–-][0-9]{2}(?![0-9/–-])", _years),
    (
        "decade",
        rf"(?:(?:early|mid|late)[- ]?)?(?:[12][0-9]{{2}}0['’]?s\b|['’]?[2-9]0['’]?s\b|(?:nineteen|"
        rf"eighteen)?[- ]?(?:{'|'.join(_DECADES)})\b)",
        _decade,
    ),
    (
        "century",
        rf"(?:the )?(?:last|previous|this) century|{_NTH}(?:[- ](?:and|or|to) {_NTH})?[- ]centur(?:y|"
        rf"ies)|{_NUM} centuries",
        _century,
    ),
    ("weekday", rf"(?:{'|'.join(_WEEKDAYS)})s?\b", _weekday),
    ("part_of_hour", "(?:half an|(?:a|one|three) quarters? of an) hour", _part_of_hour),
    (
        "half_of_year",
        r"(?:first|second|former|latter|1st|2nd)[- ]half\b|h[12]\b(?= (?:of )?[12][0-9]{3})",
        _half_of_year,
    ),
    (
        "times",
        r"doubl(?:e[sd]?|ing)\b|twice\b|thrice\b|tripl(?:e[sd]?|ing)\b|trebl(?:e[sd]?|ing)\b|"
        r"quadrupl(?:e[sd]?|ing)\b|quintupl(?:e[sd]?|ing)\b|(?:two|three|four|five|six|seven|eight|"
        r"nine|ten|twenty|hundred|[0-9]{1,4}(?:\.[0-9])?)-?fold\b",
        _times,
    ),
    ("period", rf"(?:{'|'.join(_PERIODS)})\b", _period),
    (
        "counted_periods",
        rf"(?:{_NUM}|an?) (?:decades|fortnights)\b|{_NUM}[- ]score(?:[- ]and[- ]{_UNIT}|\b)",
        _counted_periods,
    ),
    ("dozen", rf"half[- ](?:a )?dozen\b|(?:{_NUM}|a)[- ]dozen\b", _dozen),
    (
        "round",
        r"(?:tens|hundreds) of (?:thousands|millions|billions)\b|(?:dozens|tens|scores|hundreds|"
        r"thousands|millions|billions)\b(?! of (?:a|an|the)\b)|(?:several|a few|many) (?:dozen|hundred|"
        r"thousand|million|billion)\b",
        _round,
    ),
    (
        "clock",
        rf"(?:a quarter|quarter|half|twenty[- ]five|twenty|ten|five) (?:minutes )?(?:past|to|after|"
        rf"before) {_HOUR}{_PERIOD}"
        rf"|[0-9]{{1,2}} (?:minutes (?:past|to|after|before)|past) {_HOUR}{_PERIOD}"
        rf"|{_HOUR}\s?o['’]clock\b(?:,? (?:in the (?:morning|afternoon|evening)|at (?:night|dawn|noon)))?"
        rf"|(?:[01]?[0-9]|2[0-4])(?:[.:][0-5][0-9])?\s?[ap]\.?\s?m\b\.?|{_HOUR} (?:in the "
        rf"(?:morning|afternoon|evening)|at night)\b"
        rf"|(?<![0-9.:])(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?(?![0-9:])",
        _clock,
    ),
    (
        "choice",
        rf"an? [a-z]+ or two\b|between {_NUM}(?: {_SCALE})* and {_NUM}(?: {_SCALE})+|{_FIGURE} ?(?:or|to|-"
        rf"|–) ?{_FIGURE} {_SCALE}|{_WORD}-?(?: {_SCALE})*[- ](?:or|to)[- ]{_WORD}(?:[- ]{_SCALE})*",
        _choice,
    ),
    (
        "whole",
        r"100\s?(?:%|per ?cent|percent)[ -](?=(?:sure|certain|fool-?proof|safe|secure|accurate|correct|compatible|"
        r"reliable|right|guaranteed|perfect|confident|true|satisfied)\b)",
        _whole,
    ),
    (
        "discount",
        rf"(?:discount|reduction) of {_NUM}\s?(?:%|per ?cent)|{_NUM}\s?(?:%|per ?cent|percent) (?:off|"
        rf"discount|reduction|rebate|cheaper)\b|half[- ]price|half off",
        _discount,
    ),
    (
        "per_thousand",
        rf"{_NUM}\s?‰|{_NUM} (?:parts? )?(?:of [a-z]+ )?(?:[a-z]+ )?per (?:ten thousand|thousand|"
        rf"mille?|1,?000|million)\b|{_NUM} ppm\b|(?:{_NUM}|an?) (?:ten-)?thousandths?\b|{_NUM} basis "
        rf"points?|(?:one|1) in (?:a thousand|a hundred|1,?000|100)\b",
        _per_thousand,
    ),
    (
        "scaled",
        rf"{_SCALED}{_SCALE}(?:[- ](?:and )?(?:{_SCALE}|{_WORD}))*(?: and (?:a half|a quarter|three "
        rf"quarters)\b)?",
        _scaled,
    ),
    ("noon", r"noon\b|midday\b|midnight\b", _noon),
    (
        "inserted",
        rf"(?:(?:articles?|art\.?|rules?|regulations?|sections?|paragraphs?|annex(?:es)?|appendix|chapters?|items?) "
        rf")?(?:[0-9]{{1,4}}|(?-i:[IVX]{{1,5}}))\s?(?:{'|'.join(_BIS)})\b|(?:article|art\.|rule|section) "
        rf"[0-9]{{1,4}}(?:-[0-9]|[A-H])\b",
        _inserted,
    ),
    ("and_a_half", rf"{_NUM} and a half(?: [a-z]+)?\b|an? [a-z]+ and a half\b", _and_a_half),
)
#: Words of which one is enough to look for quantities.
_STRONG = frozenset(
    "penultimate antepenultimate last final bottom twenties thirties forties fifties sixties seventies "
    "eighties nineties century centuries double doubled doubles doubling twice thrice triple triples tripled "
    "tripling treble trebles trebled trebling quadruple quadrupled quadruples quadrupling quintuple quintupled "
    "quintuples quintupling fold twofold threefold fourfold fivefold sixfold sevenfold eightfold ninefold "
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays "
    "sundays tenfold twentyfold hundredfold biennium biennia biennial biennially triennium triennial triennially "
    "quadrennium quadrennial quadrennially quinquennium quinquennial quinquennially decennial decennially "
    "centenary centennial bicentenary bicentennial tercentenary sesquicentennial millennium biannual "
    "biannually annual annually semiannual semiannually yearly monthly bimonthly biweekly fortnight fortnights "
    "fortnightly quarterly decade decades either neither primary secondary tertiary threescore score dozen "
    "dozens tens scores hundreds thousands millions billions hundred thousand million billion trillion clock "
    "morning afternoon evening night past minutes discount reduction rebate price mille ppm thousandth "
    "thousandths basis noon midday midnight h plan plans programme programmes program programs".split()
)
_WEAK = frozenset({*_SMALL, *_TENS, *_UNDER_TEN, *_ORDINALS, "half", "quarter", "quarters", "latter", "former", "next"})
_NEAR = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|[a-z]+ty|half|quarters?|[a-z]+th"
    r"|first|second|third|next|latter|former)[- ](?:or|to|from|and|past|after|before|in|at|half|last|off|[a-z]+ but"
    r"|[a-z]+[- ](?:or|to|from)|an?|per|parts?)\b|\bor two\b|half[- ]year|and a half|(?:half"
    r"|quarters? of) an hour|between [a-z]+ and"
)
_FIGURES = re.compile(
    r"[0-9](?:[/–:-][0-9]|['’]?s\b|(?:st|nd|rd|th)\b|\s?[ap]\.?\s?m\b"
    r"|\s?(?:%|per ?cent|percent)[\s-](?:off|cheaper|[sfarcgpt])|\s?‰"
    r"|-?fold|[a-h]\b|[- ](?:year|to|or|and|from|in|at|per|parts?|o)|[,.0-9]{0,20} ?[–-] ?[0-9.,]{1,9} [hmbt]|\s?(?:bis"
    r"|ter|qua|qui|sex|sep|oct|nov|non|dec))|\b[ivx]{1,5} (?:bis|ter|qua|qui)"
)
_DIGIT = re.compile("[0-9]")
_BIS_WORDS = frozenset(_BIS)
_DAY_OF = frozenset("may labor labour children women national army singles double".split())
_MONTH_WORDS = frozenset(month.lower() for month in _MONTHS)


def _is_possible(text: str, words: Collection[str]) -> bool:
    """False where the words and figures of ``text`` cannot be a quantity of `_ORDER`."""
    if not _STRONG.isdisjoint(words) or "May" in text or ("day" in words and not _DAY_OF.isdisjoint(words)):
        return True
    if not _WEAK.isdisjoint(words) and (not _MONTH_WORDS.isdisjoint(words) or _NEAR.search(text.lower())):
        return True
    return (_DIGIT.search(text) is not None or not _BIS_WORDS.isdisjoint(words)) and _FIGURES.search(
        text.lower()
    ) is not None


#: The first letters of every rule, so that most words fail at once.
_BEGINNINGS = (
    "mon tue wed thu fri sat sun app bet cha ite ann ant apr arm art aug bi bil bot cen chi dec dis dou "
    "doz ear eig eit ele feb few fif fin fir fiv for fou hal hun jan jul jun lab las lat man mar may mid "
    "mil nat nei nex nin noo nov oct one par pen pre pri qua qui red reg rul sco sec sem sep ses sev sin "
    "six ten ter thi tho thr tre tri twe twi two wom zer"
).split()
GRAMMAR: Grammar = grammar(
    _is_possible,
    _ORDER,
    start=rf"(?<![A-Za-z0-9_.])(?=[0-9'’]|an? |the |(?:{'|'.join(_BEGINNINGS)}|h[12]))",
)
