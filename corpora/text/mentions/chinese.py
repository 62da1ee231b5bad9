"""Mentions in Chinese: numerals of both writings, dates, 第…条 and similar names, 百分之, 分之, 万 and 亿.

A single numeral character is also a word or a piece of one (一致, 十分, 千万); it counts as LIKELY only before a
classifier and is VAGUE elsewhere, 一 always.
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cache

from corpora.text.mentions.english import DATE, dates
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
from corpora.text.numerals import HAN_DIGITS, HAN_MYRIADS, HAN_UNITS, from_roman, value_of_han

__all__ = ["chinese_number", "recognizer"]

_SIGNS = "".join(HAN_DIGITS) + "".join(HAN_UNITS)
_SIGN = f"[{_SIGNS}]"
_LARGE = "[万萬亿億]"
# 两 is a digit at the start and before a power of ten; in 二十两 it is the tael.
_NUMERAL = f"{_SIGN}(?:[{_SIGNS.replace('两', '').replace('兩', '')}万萬亿億]|[两兩](?=[百千万萬亿億])){{0,30}}+"
_DECIMALS = f"点{_SIGN}{{1,30}}+{_LARGE}{{0,3}}"
#: A figure or a numeral, with a decimal part (三点五) and myriads (1,200万, 3.5 亿, 2万亿).
_NUMBER = rf"(?:{ARABIC}(?:\s?[十百千]?(?:{_LARGE}){{1,2}}|\s?百万|\s?千万)?|{_NUMERAL}(?:{_DECIMALS})?)"
_ANY = re.compile(rf"{ARABIC}(?:\s?[十百千]?{_LARGE}{{1,2}}|\s?百万|\s?千万)?|{_NUMERAL}")
_TO = r"\s?(?:、|，|,|和|及|与|或|至|到|以及|-|–|—|~|～)\s?"

#: What follows 第…: the name shared by all languages; the longest is tried first.
_UNITS = {
    "条": "article", "條": "article", "款": "paragraph", "项": "subparagraph", "項": "subparagraph",
    "段": "paragraph", "步": "step", "章": "chapter", "节": "section", "節": "section", "部分": "part", "卷": "volume",
    "页": "page", "頁": "page", "号决议": "resolution", "號決議": "resolution", "号决定": "decision",
    "号": "no", "號": "no",
}  # fmt: skip
#: What precedes a number: 附件一, 表 3.
_HEADS = {
    "议程项目": "subparagraph", "附件": "annex", "附录": "appendix", "附錄": "appendix",
    "表": "table", "图": "figure", "圖": "figure",
    "步骤": "step", "脚注": "note", "规则": "rule", "决议": "resolution",
}  # fmt: skip
#: Characters after which a numeral counts things; 分 of 十分 and 方 of 四方 are left out on purpose.
_CLASSIFIERS = (
    "个個名年天次届屆条條项項种種类類位国國页頁章卷册倍度米吨元岁歲周期轮輪级級层層组組套份所座家艘架辆台部件篇段句行列日时小月"
    "里公英平立克千"
)
#: Words that begin with a numeral but are not a number.
_IDIOMS = "千万|万一|十分|一一|万万|百般|千方百计|一二|三三两两|四处|八方|九牛|五花八门|百姓|千古|三番|百货|百科|亿万"

#: Words that may match a number on the other side, but are never reported as missing.
_HINTS = {"半年": 6, "季度": 3, "双": 2, "雙": 2, "俩": 2, "仨": 3}

_UNIT = "(?:" + "|".join(sorted(_UNITS, key=len, reverse=True)).replace("号", r"号\s?") + ")"
_ITEM = r"(?:\s?[(（][a-z]{1,4}[)）]){0,3}"
_COUNT = rf"(?:(?:[A-Z]{{1,2}}-)?[0-9０-９]+(?:\s?[/／.]\s?[0-9０-９]+)*|{_NUMERAL}|[IVX]+(?![A-Za-z])){_ITEM}"
#: The years of the Republic count from 1912: 民国一百零六年 is 2017.
_REPUBLIC = 1911
_YEAR = (
    r"(?:[12１２][0-9０-９]{3}|[一二][零〇○一二三四五六七八九]{3}"
    rf"|民[国國]\s?(?:[0-9０-９]{{1,3}}|元|{_SIGN}{{1,5}}))\s?年"
)
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s?月(?!球|亮|台|光|饼)"
_HOUR = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"

_ALTERNATIVES = (
    (
        "date",
        rf"(?:{_YEAR}\s?)?{_MONTH}"
        rf"(?:\s?{_DAY}\s?(?:[日号](?:{_TO}{_DAY}\s?[日号]){{0,30}}+|(?:{_TO}{_DAY}){{1,30}}+\s?[日号]))?",
    ),
    ("year", rf"{_YEAR}"),
    ("reference", rf"第\s?{_COUNT}(?:{_TO}(?:第\s?)?{_COUNT}){{0,{LIST}}}+\s?{_UNIT}"),
    ("resolution", r"[0-9]+\s?/\s?[0-9]+\s?号\s?(?:决议|决定)"),
    (
        "head",
        rf"议程项目\s?[0-9]+{_ITEM}|(?:附件|附录|附錄|表|图|圖|步骤|脚注)\s?"
        r"(?:[0-9]+(?:[.-][0-9]+)*|[一二三四五六七八九十]++(?![个種种类次项方条])|[IVX]+(?![A-Za-z]))",
    ),
    ("item", r"[(（][a-z]{1,4}[)）](?=\s?(?:项|項|分段|款|段|目))"),
    ("nth", rf"第\s?(?:{ARABIC}|{_NUMERAL})(?:{_TO}(?:第\s?)?(?:[0-9]+|{_NUMERAL})){{0,{LIST}}}"),
    ("percent_zh", rf"百分之{_NUMBER}|{_NUMBER}\s?个百分点"),
    ("fraction", rf"{_NUMBER}分之{_NUMBER}|一半|半数"),
    ("clock_zh", rf"(?:上午|下午|晚上|凌晨|中午)\s?{_HOUR}\s?[时時点點](?:\s?{_HOUR}\s?分|半)?"),
    ("date_en", DATE),
    ("hint", "|".join(_HINTS)),
    ("idiom", _IDIOMS),
    ("scaled", rf"{ARABIC}(?:\s?[十百千]?{_LARGE}{{1,2}}|\s?[百千](?={_LARGE}))"),
    ("circled", "[①-⑳㈠-㈩⑴-⑽]"),
    ("numeral", rf"{_NUMERAL}(?:{_DECIMALS})?"),
)  # fmt: skip
_POSSIBLE = re.compile(
    rf"[0-9０-９第@¹²³①-⑳㈠-㈩⑴-⑽附{_SIGNS}]|[半双雙俩仨季]|://|www\.|[(（][a-z]|[表图] ?[IVX]|[国國]元年"
)


def _possible(text: str) -> bool:
    return _POSSIBLE.search(text) is not None


_GATE = (
    rf"(?=[0-9０-９第(（⁰¹²³⁴-⁹①-⑳㈠-㈩⑴-⑽附表图圖步脚议上下晚凌中半双雙俩仨季万亿民{_SIGNS}]"
    rf"|[A-Za-z_][A-Za-z0-9_./%+-]{{0,{WORD}}}[0-9@]|https?:|ftp:|www|[JFMASOND][a-z][a-z])"
    r"(?:(?<![A-Za-z0-9_０-９])|(?![A-Za-z0-9_０-９]))"
)
_WHOLE = re.compile(rf"{_SIGN}[{_SIGNS}{''.join(HAN_MYRIADS)}]*\Z")


def chinese_number(text: str) -> Fraction | None:
    """Return the value of a number as Chinese writes it: 三十一, 二〇一七, 三点五, 1,200万, 2万亿; else None."""
    text = text.replace(" ", "")
    figures = re.match(ARABIC, text)
    if figures:
        plain = canonical(figures[0])
        if plain.count(".") > 1:
            return None
        value = Fraction(plain)
        for sign in text[figures.end() :]:
            value *= HAN_UNITS.get(sign, 0) or HAN_MYRIADS.get(sign, 1)
        return value
    whole, _, decimals = text.partition("点")
    scale = Fraction(1)
    while decimals and decimals[-1] in HAN_MYRIADS:
        scale *= HAN_MYRIADS[decimals[-1]]
        decimals = decimals[:-1]
    if not _WHOLE.match(whole) or any(sign not in HAN_DIGITS for sign in decimals):
        return None
    value = Fraction(value_of_han(whole))
    if decimals:
        value += Fraction(int("".join(str(HAN_DIGITS[sign]) for sign in decimals)), 10 ** len(decimals))
    return value * scale


def _plain(text: str) -> str:
    value = chinese_number(text)
    return number(value) if value is not None else canonical(text)


def _dates(match: re.Match[str]) -> Iterable[Mention]:
    year, month, days = None, 0, []
    for part in _DATE_PARTS.finditer(match[0]):
        value = 1 if part["value"] == "元" else int(_plain(part["value"]))
        if part["unit"] == "年":
            year = value + (_REPUBLIC if match[0][0] == "民" else 0)
        elif part["unit"] == "月":
            month = value
        else:
            days.append((value, match.start() + part.start(), match.start() + part.end()))
    if not days:
        certainty = Certainty.SURE if year else Certainty.LIKELY
        yield Mention(MentionKind.DATE, date_value(year, month, None), match.start(), match.end(), certainty)
    for position, (day, start, end) in enumerate(days):
        yield Mention(MentionKind.DATE, date_value(year, month, day), start if position else match.start(), end)


_DATE_PARTS = re.compile(rf"(?P<value>元|[0-9０-９]+|{_SIGN}+)\s?(?P<unit>[年月日号])?")


def _year(match: re.Match[str]) -> Iterable[Mention]:
    digits = match[0].rstrip("年 ")
    if digits[0] == "民":
        years = digits[2:].strip()
        value = str(_REPUBLIC + (1 if years == "元" else int(_plain(years))))
    else:
        value = _plain(digits)
    yield Mention(MentionKind.NUMBER, value, match.start(), match.start() + len(digits))


_COUNTED = re.compile(
    rf"(?P<count>(?:[A-Z]{{1,2}}-)?[0-9０-９]+(?:\s?[/／.]\s?[0-9０-９]+)*|{_NUMERAL}|[IVX]+)(?P<items>{_ITEM})"
)


def _counts(name: str, match: re.Match[str]) -> Iterable[Mention]:
    parts = list(_COUNTED.finditer(match[0]))
    for position, part in enumerate(parts):
        count = part["count"].replace(" ", "").replace("／", "/")
        if count[0] in "IVX" and "-" not in count:
            value = str(from_roman(count) or count)
        elif "/" in count or "." in count or "-" in count:
            value = count
        else:
            value = _plain(count)
        items = re.sub(r"\s", "", part["items"]).replace("（", "(").replace("）", ")")
        first = match.start() + (part.start() if position else 0)
        last = match.end() if position == len(parts) - 1 else match.start() + part.end()
        yield Mention(MentionKind.REFERENCE, f"{name}:{value}{items}", first, last)


_TRAILING = re.compile(rf"{_UNIT}\Z")


def _references(match: re.Match[str]) -> Iterable[Mention]:
    unit = _TRAILING.search(match[0])
    name = _UNITS[re.sub(r"\s", "", unit[0])] if unit else "no"
    return _counts(name, match)


def _resolution(match: re.Match[str]) -> Iterable[Mention]:
    return _counts("decision" if match[0].endswith("定") else "resolution", match)


def _head(match: re.Match[str]) -> Iterable[Mention]:
    word = next(word for word in _HEADS if match[0].startswith(word))
    rest = match[0][len(word) :].strip()
    if rest[-1] in ")）":
        items = re.sub(r"\s", "", rest).replace("（", "(").replace("）", ")")
        yield Mention(MentionKind.REFERENCE, f"{_HEADS[word]}:{items}", match.start(), match.end())
        return
    value = str(from_roman(rest) or rest) if rest[0] in "IVX" else rest if "." in rest or "-" in rest else _plain(rest)
    # 表 and 图 end other words (列表, 地图): what follows them may be any number.
    certainty = Certainty.SURE if len(word) > 1 or rest[0].isascii() else Certainty.LIKELY
    yield Mention(MentionKind.REFERENCE, f"{_HEADS[word]}:{value}", match.start(), match.end(), certainty)


def _item(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.REFERENCE, f"subparagraph:{match[0][1:-1]}", match.start(), match.end(), Certainty.LIKELY)


def _nth(match: re.Match[str]) -> Iterable[Mention]:
    parts = list(_ANY.finditer(match[0]))
    for position, part in enumerate(parts):
        first = match.start() + (part.start() if position else 0)
        value = _plain(part[0])
        certainty = Certainty.VAGUE if value in ("1", "2") and part[0] in HAN_DIGITS else Certainty.SURE
        yield Mention(MentionKind.ORDINAL, value, first, match.start() + part.end(), certainty)


def _percent(match: re.Match[str]) -> Iterable[Mention]:
    value = _plain(re.sub(r"百分之|\s?个百分点", "", match[0]))
    yield Mention(MentionKind.PERCENT, f"{value}%", match.start(), match.end())


def _fraction(match: re.Match[str]) -> Iterable[Mention]:
    below, _, above = match[0].partition("分之")
    if not above:
        yield Mention(MentionKind.FRACTION, "1/2", match.start(), match.end(), Certainty.VAGUE)
    else:
        value = f"{_plain(above)}/{_plain(below)}"
        yield Mention(MentionKind.FRACTION, value, match.start(), match.end(), Certainty.LIKELY)


def _oclock(match: re.Match[str]) -> Iterable[Mention]:
    figures = [int(_plain(part)) for part in re.findall(rf"[0-9]+|{_SIGN}+", match[0])]
    hours = figures[0] + (12 if match[0][0] in "下晚" and figures[0] < 12 else 0)
    if hours > 24:
        return
    minutes = 30 if match[0].endswith("半") else figures[1] if len(figures) > 1 else 0
    yield Mention(MentionKind.TIME, f"{hours}:{minutes:02d}", match.start(), match.end())


def _hint(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.NUMBER, str(_HINTS[match[0]]), match.start(), match.end(), Certainty.VAGUE)


def _nothing(match: re.Match[str]) -> Iterable[Mention]:
    return ()


def _circled(match: re.Match[str]) -> Iterable[Mention]:
    sign = ord(match[0])
    first = next(start for start in (ord("①"), ord("㈠"), ord("⑴")) if start <= sign < start + 20)
    yield Mention(MentionKind.NUMBER, str(sign - first + 1), match.start(), match.end(), Certainty.VAGUE)


_BEFORE = frozenset("几数多好第每")
_BEHIND = frozenset("几多余")


def _numeral(match: re.Match[str]) -> Iterable[Mention]:
    text, start, end = match[0], match.start(), match.end()
    value = chinese_number(text)
    if value is None:
        return
    before = match.string[start - 1 : start]
    if text in "两兩" and before and before in _SIGNS:
        return  # the tael of 二十两
    behind = match.string[end : end + 1]
    certainty = Certainty.VAGUE
    if (
        value < 2
        or (before and before in _BEFORE)
        or (behind and behind in _BEHIND)
        or match.string.startswith("年代", end)
    ):
        pass
    elif (len(text) > 1 and _is_formed(text)) or (behind and behind in _CLASSIFIERS and text in HAN_DIGITS):
        certainty = Certainty.LIKELY
    yield Mention(MentionKind.NUMBER, number(value), start, end, certainty)


_NEIGHBOURS = re.compile("[一二三四五六七八九两]{2}|^[零〇○]|^[十百千万亿]{2}")
_YEARS = re.compile(
    "(?:[一二][零〇○一二三四五六七八九]{3}|[一二三四五六七八九][零〇○一二三四五六七八九]*[〇○][零〇○一二三四五六七八九]*)$"
)


def _is_formed(text: str) -> bool:
    """True for 十二, 六百, 两万五千 and 二〇一七, not for 三四 (three or four), 七零八 and 千百."""
    if all(sign in HAN_DIGITS for sign in text):
        return _YEARS.match(text) is not None
    return _NEIGHBOURS.search(text) is None


@cache
def recognizer() -> Recognizer:
    """The recognizer of Chinese, simplified and traditional."""
    readers = {
        "date": _dates, "year": _year, "reference": _references, "resolution": _resolution, "head": _head,
        "item": _item, "date_en": dates, "nth": _nth, "percent_zh": _percent, "fraction": _fraction,
        "clock_zh": _oclock,
        "hint": _hint, "idiom": _nothing, "scaled": _scaled, "circled": _circled, "numeral": _numeral,
    }  # fmt: skip
    return compiled(_ALTERNATIVES, _possible, _GATE, readers)


def _scaled(match: re.Match[str]) -> Iterable[Mention]:
    yield Mention(MentionKind.NUMBER, _plain(match[0]), match.start(), match.end())
