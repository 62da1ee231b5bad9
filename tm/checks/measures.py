"""Measures and money: the same number with another unit is wrong, a converted measure with another number is right.

Each unit is a row of data: its dimension, its size in the base unit, and its names in both languages.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from corpora.text.mentions.chinese import chinese_number
from tm.checks.finding import Span

__all__ = ["Measure", "converted", "may_have_measures", "measures", "mismatches", "rates"]

#: dimension; size; symbols, in this case only; English words; Chinese words. Degrees are converted by name.
_UNITS = """
length;1;m;metres? meters?;米(?![饭粉酒面线色白其汤糠兰]) 公尺
length;1000;km;kilometres? kilometers?;公里 千米
length;0.01;cm;centimetres? centimeters?;厘米 公分
length;0.001;mm;millimetres? millimeters?;毫米
length;0.000001;µm μm;micrometres? micrometers? microns?;微米
length;0.000000001;nm;nanometres? nanometers?;纳米
length;0.3048;ft;feet foot;英尺 呎
length;0.0254;;inch(?:es)?;英寸 吋
length;0.9144;yd;yards?;码(?![头])
length;1609.344;mi;miles?(?!\\s+(?:per|an)\\b);英里(?!/)
length;1852;;nautical\\s+miles? sea\\s+miles?;海里
length;500;;li;华里 里(?![面边头程外])
mass;1;g;grams? grammes?;克(?![服制隆己拉])
mass;1000;kg;kilograms? kilogrammes? kilos?;公斤 千克
mass;0.001;mg;milligrams?;毫克
mass;1000000;t;tonnes? tons? metric\\s+tons?;吨
mass;453.592;lbs? lb;pounds?(?=\\s+of\\s|\\s+in\\s+weight);磅
mass;28.3495;oz;ounces?;盎司
mass;500;;jin catty catties;斤
volume;1;L l;litres? liters?;升(?![级至高降职温旗学])
volume;0.001;mL ml;millilitres? milliliters?;毫升
volume;1000;m³;cubic\\s+metres? cubic\\s+meters?;立方米
volume;3.78541;gal;gallons?;加仑
volume;0.568;;pints?;品脱
area;1;m² m2;square\\s+metres? square\\s+meters?;平方米 平米
area;1000000;km² km2;square\\s+kilometres? square\\s+kilometers?;平方公里 平方千米
area;10000;ha;hectares?;公顷
area;4046.86;;acres?;英亩
area;666.667;;mu;亩
area;0.092903;;square\\s+feet square\\s+foot sq\\.?\\s+ft;平方英尺
area;2589988;;square\\s+miles?;平方英里
speed;1;km/h kph;kilometres?\\s+(?:per|an)\\s+hour kilometers?\\s+(?:per|an)\\s+hour;公里/小时 千米/小时 公里每小时
speed;1.609344;mph;miles?\\s+(?:per|an)\\s+hour;英里/小时 英里每小时
time;1;;seconds;秒(?!杀)
time;60;min;minutes?;分钟
time;3600;;hours?;个?小时 个?钟头
time;86400;;days?;天(?![然空气津文])
time;604800;;weeks?;个?星期(?![一二三四五六日天]) 周(?![年岁期围一二三四五六日末边]) 个?礼拜
voltage;1;V;volts?;伏特? 伏
voltage;1000;kV;kilovolts?;千伏
power;1;W;watts?;瓦特?
power;1000;kW;kilowatts?;千瓦
power;1000000;MW;megawatts?;兆瓦
energy;1;kWh;kilowatt[-\\s]hours?;千瓦时 千瓦小时
energy;1000;MWh;megawatt[-\\s]hours?;兆瓦时 兆瓦小时
energy;1000000;GWh;gigawatt[-\\s]hours?;吉瓦时
frequency;1;Hz;hertz;赫兹?
frequency;1000;kHz;kilohertz;千赫兹?
frequency;1000000;MHz;megahertz;兆赫兹?
frequency;1000000000;GHz;gigahertz;吉赫兹?
data;1;KB kB KiB;kilobytes?;千字节
data;1024;MB MiB;megabytes?;兆字节
data;1048576;GB GiB;gigabytes?;吉字节 千兆字节
data;1073741824;TB TiB;terabytes?;太字节
temperature;1;°C ℃;degrees?\\s+(?:Celsius|centigrade) Celsius;摄氏度
temperature;2;°F ℉;degrees?\\s+Fahrenheit Fahrenheit;华氏度
money;usd;US\\$ USD;(?:US|American)\\s+dollars? dollars?;美元 美金
money;usd/hkd/aud/cad/twd/sgd;\\$;;
money;usc;US¢;cents;美分
money;cny;RMB CNY CN¥;yuan renminbi;元(?:人民币)? 人民币
money;cny/jpy;¥ ￥;;
money;jpy;JP¥ JPY;yen;日元 日圆
money;eur;€ EUR;euros?;欧元
money;gbp;£ GBP;pounds?\\s+sterling pounds?;英镑
money;hkd;HK\\$ HKD;Hong\\s+Kong\\s+dollars?;港元 港币
money;twd;NT\\$ TWD;(?:New\\s+)?Taiwan\\s+dollars?;新台币 台币
money;aud;A\\$ AU\\$ AUD;Australian\\s+dollars?;澳元 澳大利亚元
money;cad;C\\$ CAD;Canadian\\s+dollars?;加元 加拿大元
money;krw;₩ KRW;won;韩元 韩圆
money;rub;₽ RUB;roubles? rubles?;卢布
money;inr;₹ INR;rupees?;卢比
money;chf;CHF;(?:Swiss\\s+)?francs?;瑞士法郎 法郎
money;thb;THB;baht;泰铢
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """``value`` of a unit; ``base`` is the value in the base unit, ``step`` the size of its last digit there.

    ``codes`` of money are the currencies that it may be in.
    """

    dimension: str
    value: float
    base: float
    step: float
    codes: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _MeasureUnit:
    dimension: str
    size: str


_SIGN = "零〇一二三四五六七八九十百千两"
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(?:\.[0-9]{1,9})?"
_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_SMALL[:9])})\b)?|{'|'.join(reversed(_SMALL))}"
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


@dataclass(frozen=True, slots=True)
class _MeasurePatterns:
    """A number with its scale; the currency that may precede it; the unit that may follow it; the ``names`` of units.

    ``names`` is an alternation of named groups, for patterns in which no number precedes the unit.
    """

    number: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    names: str
    units: Mapping[str, _MeasureUnit]


@cache
def _grammar(language: str) -> _MeasurePatterns:
    units: dict[str, _MeasureUnit] = {}
    before: list[str] = []
    after: list[tuple[str, str]] = []
    for row, line in enumerate(filter(None, _UNITS.splitlines())):
        dimension, size, symbols, english, chinese = line.split(";")
        units[f"u{row}"] = _MeasureUnit(dimension, size)
        names = [rf"{symbol}(?![A-Za-z0-9/²³])" for symbol in symbols.split() if symbol[-1] not in "$¥￥€£₩₽₹"]
        if language == "en":
            names += [rf"(?i:{word})(?![A-Za-z])" for word in english.split(" ") if word]
        else:
            names += [word for word in chinese.split(" ") if word]
        if names:
            after.append((f"u{row}", "|".join(names)))
        if dimension == "money" and symbols:
            before.append(rf"(?P<u{row}>(?<![A-Za-z])(?:{'|'.join(symbols.split())}))")
    after.sort(key=lambda item: -max(len(part) for part in item[1].split("|")))
    names_of_units = "|".join(f"(?P<{name}>{pattern})" for name, pattern in after)
    if language == "en":
        number = (
            rf"(?<![A-Za-z0-9_.])(?=[0-9otfsenOTFSEN])(?P<number>{_NUMBER}|(?i:{_WORDS})\b)"
            rf"(?:\s?(?P<scale>{'|'.join(_SCALES)})\b)?"
        )
        joint = r"[\s-]?"
    else:
        number = (
            rf"(?<![0-9.])(?P<number>{_NUMBER}|[{_SIGN}]{{1,9}}+(?:点[{_SIGN}]{{1,6}})?)"
            r"(?P<scale>\s?[十百千]?[万亿]|\s?[百千](?![瓦米克伏字赫兆]))?"
        )
        joint = r"\s?[多余]?\s?"
    return _MeasurePatterns(
        re.compile(number),
        re.compile(rf"(?:{'|'.join(before)})\s?\Z"),
        re.compile(f"{joint}(?:{names_of_units})"),
        names_of_units,
        units,
    )


@cache
def _rate(language: str) -> re.Pattern[str]:
    """A unit that something is counted by: 每公斤, per pound."""
    each = "每一?" if language == "zh" else r"(?:\bper\s|(?<=[\w)])/)"
    return re.compile(f"{each}(?:{_grammar(language).names})")


def rates(text: str, language: str) -> list[tuple[str, str, Span]]:
    """The units that something is counted by: dimension, size and span."""
    if ("每" not in text) if language == "zh" else ("per" not in text and "/" not in text):
        return []
    units, found = _grammar(language).units, []
    for match in _rate(language).finditer(text):
        unit = units[match.lastgroup or ""]
        if _POUND.search(match[0]):  # what is paid by the pound is weighed
            unit = _MeasureUnit("mass", "453.592")
        if unit.dimension not in ("money", "time"):
            found.append((unit.dimension, unit.size, match.span()))
    return found


_POUND = re.compile(r"\bpounds?\Z", re.IGNORECASE)
_PER_HOUR = re.compile("(?:每小时|时速)[^0-9。，]{0,6}\\Z")


def _latin() -> frozenset[str]:
    rows = [line.split(";") for line in filter(None, _UNITS.splitlines())]
    words = {word for row in rows for word in re.findall("[a-z]+", " ".join(row[2:4]).lower().replace("\\s", " "))}
    common = set("a an b c es f h hong in metric mu nautical new of per s sea us weight".split())
    return frozenset((words | {word.removesuffix("s") for word in words}) - common)


#: The words of symbols and English names: a text without any of them and without a sign has no measure.
_LATIN = _latin()
_MONEY_SIGN = re.compile("[$¥￥€£₩₽₹¢°℃℉]")
_ZH_UNIT = re.compile(
    rf"[0-9{_SIGN}亿万多余半]\s?(?:[米公千厘毫微纳英呎吋码海华里克吨磅盎斤升立加品平亩秒分天周伏瓦兆赫吉太摄美元人日欧港新台澳韩卢瑞法泰]"
    "|个?(?:小时|钟头|星期|礼拜))"
)


def may_have_measures(text: str, words: Collection[str], language: str) -> bool:
    """False where ``text``, with the Latin ``words`` in lower case, certainly has no measure."""
    if language not in ("zh", "en"):
        return False
    if not _LATIN.isdisjoint(words) or _MONEY_SIGN.search(text):
        return True
    return language == "zh" and _ZH_UNIT.search(text) is not None


def measures(text: str, language: str) -> list[Measure]:
    """The numbers of ``text`` that have a unit, in reading order."""
    grammar = _grammar(language)
    found = []
    for match in grammar.number.finditer(text):
        unit_after = grammar.after.match(text, match.end())
        head = text[max(0, match.start() - 8) : match.start()]
        unit_before = grammar.before.search(head) if head.strip() else None
        which = unit_after or unit_before
        if which is None:
            continue
        unit = grammar.units[which.lastgroup or ""]
        span = match.start() - (len(unit_before[0]) if unit_before else 0), (unit_after or match).end()
        value = _value(match["number"], match["scale"] or "", language)
        if value is None:
            continue
        decimals = len(match["number"].partition(".")[2])
        step = 10.0**-decimals
        codes = frozenset(unit.size.split("/")) if unit.dimension == "money" else frozenset()
        dimension, size = unit.dimension, 1.0
        base = value
        if dimension == "temperature":
            base, size = (value, 1.0) if unit.size == "1" else ((value - 32) / 1.8, 1 / 1.8)
        elif dimension != "money":
            size = float(unit.size)
            if language == "zh" and dimension == "length" and _PER_HOUR.search(head):
                dimension, size = "speed", size / 1000
            base = value * size
        found.append(Measure(dimension, value, base, step * size, codes or frozenset({unit.size}), *span))
    return found


def _value(number: str, scale: str, language: str) -> float | None:
    if language == "zh":
        found = chinese_number(number + scale.strip())
        return float(found) if found is not None else None
    word = number.lower()
    if word[0].isdigit():
        value = float(word.replace(",", ""))
    else:
        tens, _, ones = word.replace(" ", "-").partition("-")
        value = 10.0 * (_TENS.index(tens) + 2) if tens in _TENS else _SMALL.index(tens) + 1.0
        value += _SMALL.index(ones) + 1 if ones else 0
    return value * _SCALES.get(scale, 1.0)


_NEAR = 0.12  # of an amount: no measure that is further off is equal to it


def _equal(one: Measure, other: Measure) -> bool:
    """True where two measures are the same amount, rounding included."""
    if one.dimension != other.dimension:
        return False
    if one.dimension == "money":
        return one.value == other.value and not one.codes.isdisjoint(other.codes)
    difference = abs(one.base - other.base)
    rounding = 0.5 * max(one.step, other.step) * 1.02 if one.codes != other.codes else 0.0
    tolerance = 0.03 * max(abs(one.base), abs(other.base)) if one.codes != other.codes else 1e-9 * abs(one.base)
    if one.dimension in ("time", "data") and one.codes != other.codes:
        return difference <= 1e-6 * max(abs(one.base), abs(other.base))
    return difference <= max(tolerance, min(rounding, 0.1 * abs(one.base)))


class _Known:
    """The measures of one side, found by their amount: a table may have thousands, and many are the same."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        by_dimension: dict[str, dict[tuple[object, ...], Measure]] = {}
        for one in measures:
            by_dimension.setdefault(one.dimension, {})[one.value, one.base, one.step, one.codes] = one
        self._sorted = {name: sorted(found.values(), key=_base) for name, found in by_dimension.items()}

    def equal(self, one: Measure, *, converted: bool = False) -> bool:
        """True where a measure is the same amount as ``one``; with ``converted`` in another unit."""
        found = self._sorted.get(one.dimension, [])
        most = _NEAR * abs(one.base)
        first, last = bisect_left(found, one.base - most, key=_base), bisect_right(found, one.base + most, key=_base)
        return any(_equal(one, other) for other in found[first:last] if not (converted and one.codes == other.codes))


def _base(measure: Measure) -> float:
    return measure.base


def mismatches(source: Sequence[Measure], target: Sequence[Measure]) -> list[tuple[Measure, Measure]]:
    """Pairs of one number with two units, where neither measure has a counterpart."""
    here, there = _Known(source), _Known(target)
    # By value and unit, those that come first at the end.
    right: dict[float, dict[frozenset[str], list[Measure]]] = {}
    for one in reversed([one for one in target if not here.equal(one)]):
        right.setdefault(one.value, {}).setdefault(one.codes, []).append(one)
    pairs = []
    for one in source:
        others = [found for codes, found in right.get(one.value, {}).items() if found and codes != one.codes]
        if others and not there.equal(one):
            pairs.append((one, min(others, key=lambda found: found[-1].start).pop()))
    return pairs


def converted(source: Sequence[Measure], target: Sequence[Measure]) -> tuple[list[Span], list[Span]]:
    """The spans of measures that are equal in different units: their numbers need no counterpart."""
    here, there = _Known(source), _Known(target)
    return [(one.start, one.end) for one in source if there.equal(one, converted=True)], [
        (one.start, one.end) for one in target if here.equal(one, converted=True)
    ]
