"""Quantities as Chinese writes them: 三四个, 倒数第二, 上世纪70年代, 翻两番, 三成, 打七折, 30多万, 下午三点一刻."""

import re
from collections.abc import Sequence

from corpora.text.mentions.chinese import chinese_number
from corpora.text.mentions.grammar import Certainty, MentionKind
from corpora.text.scripts import HAN
from tm.checks.quantities.grammar import Grammar, grammar
from tm.checks.quantities.value import Quantity, amount, and_a_half, clock, decade, keyed, part_of_hour, share

__all__ = ["GRAMMAR"]

_SIGN = "零〇一二三四五六七八九十百千两"
_NUM = rf"(?:[0-9]{{1,12}}(?:[.,][0-9]{{1,12}}){{0,4}}|[{_SIGN}]{{1,12}}+(?:点[{_SIGN}]{{1,6}}+)?)"
_SHORT = rf"(?:[0-9]{{1,4}}|[{_SIGN}]{{1,5}})"
_HOUR = "(?:[01]?[0-9]|2[0-4]|二?十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_MINUTE = "(?:[0-5]?[0-9]|[二三四五]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九])"
_LACKING = rf"(?:一刻|{_MINUTE}\s?分)"
_MORNING = "早上|早晨|清晨|上午|凌晨|今早|次日早|早"
_AFTERNOON = "下午|午后|傍晚|中午|正午"
_NIGHT = "晚上|夜里|夜间|夜晚|深夜|晚间|今晚|当晚|晚"
_NOT_A_TIME = "代期候间刻而段区机效长常尚速差空光节限用值装不"
#: What is counted after 三四 or 一两.
_COUNTED = (
    "个名位人条只头匹张页座栋间家所户口棵株朵颗粒块片把根支枝件套双对副辆架艘台部本册份封篇首段句字天日周年岁次回遍趟"
    "场届分秒刻点步层级里公米尺寸斤吨升元毛角倍成折种类样项道门处群批堆行排列组队班桌碗杯瓶盘箱包袋桶盆滴顶面扇幅幢尾尊"
    "顿阵股串捆卷盒罐星期小代多英千厘毫平立亩度克下声眼章节号楼轮届"
)
_PAIR = "一二|一两|两三|二三|三四|四五|五六|六七|七八|八九|三五|三两|三二(?=十)"
_SCALE = "[十百千]?[万亿]|十|百|千"
_ROUND = {
    "十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10,
}  # fmt: skip
_DAYS = {
    "五一": "05-01", "六一": "06-01", "七一": "07-01", "八一": "08-01", "十一": "10-01", "三八": "03-08",
    "五四": "05-04", "九一八": "09-18", "一二九": "12-09", "五卅": "05-30", "双十一": "11-11", "双11": "11-11",
    "双十二": "12-12", "三一五": "03-15", "七七": "07-07", "一二八": "01-28",
}  # fmt: skip
#: Words with numerals that count nothing.
_IDIOMS = (
    "七夕|一五一十|十之八九|七上八下|乱七八糟|三心二意|四舍五入|五花八门|四通八达|三言两语|丢三落四|一清二楚|三三两两|一来二去|接二连三|五湖四海|横七竖八|七嘴八舌|七零八落|五颜六色|千军"
    "万马|千辛万苦|四面八方|一心一意|十全十美|三五成群|一五八|八九不离十|十有八九|三番五次|三番两次|"
    "三长两短|九死一生|五光十色|不管三七二十一|朝三暮四|隔三差五|再三再四|举一反三"
)
_REST = "米块百千万亿"
_LATIN_ORDER = "abcdefghijklmnopqrstuvwxyz"


def _value(text: str) -> float:
    found = chinese_number(
        text.replace("两", "二").replace(",", "") if text.startswith("两") else text.replace(",", "")
    )
    return float(found) if found is not None else 0.0


def _numbers(text: str) -> list[float]:
    return [_value(found) for found in re.findall(_NUM, text)]


def _plan(match: re.Match[str]) -> Sequence[Quantity]:
    which = str(int(_value(match[0][:-1])))  # “十五”计划 is the tenth, “十三五”规划 the thirteenth
    return [keyed(MentionKind.ORDINAL, match.span(), [f"={which}"]), amount(match.span(), 5, certainty=Certainty.VAGUE)]


def _day(match: re.Match[str]) -> Sequence[Quantity]:
    return [keyed(MentionKind.DATE, match.span(), [f"--{_DAYS[match[0]]}"], family="day")]


def _fixed(match: re.Match[str]) -> Sequence[Quantity]:
    """第三方 and 第二天 may be said with the ordinal, or without."""
    return [amount(match.span(), _value(match[0][1]), certainty=Certainty.VAGUE)]


def _from_end(match: re.Match[str]) -> Sequence[Quantity]:
    return [keyed(MentionKind.ORDINAL, match.span(), [f"end:{_value(match[0][3:].strip()):.0f}"], family="nth")]


def _decade(match: re.Match[str]) -> Sequence[Quantity]:
    century, _, rest = match[0].rpartition("世纪")
    tens = rest.partition("年代")[0].strip()
    if len(tens) == 4:
        year = int(_value(tens))
        return [decade(match.span(), year // 100, year % 100)]
    which = _value(century.strip()) if century and century.strip()[0] not in "上本" else 0
    return [decade(match.span(), int(which) - 1 if which else None, int(_value(tens)) % 100)]


def _decades(match: re.Match[str]) -> Sequence[Quantity]:
    """20世纪60至70年代: the 1960s and the 1970s."""
    century, _, rest = match[0].rpartition("世纪")
    which = _value(century.strip()) if century and century.strip()[0] not in "上本" else 0
    tens = (int(one) for one in _numbers(rest))
    return [decade(match.span(), int(which) - 1 if which else None, one % 100) for one in tens]


def _century(match: re.Match[str]) -> Sequence[Quantity]:
    text = match[0].removesuffix("世纪").strip()
    if text.endswith("个") and text[0] not in "上这":
        count = 0.5 if text.startswith("半") else _value(text[:-1])
        return [
            keyed(
                MentionKind.NUMBER,
                match.span(),
                [f"{count:g} centuries", f"={count:g}", f"={count * 100:.0f}", f"={count * 10:g}"],
            )
        ]
    if text[0] in "上本这":
        keys = ["last century", "20th century"] if text[0] == "上" else ["this century", "21th century"]
        return [keyed(MentionKind.ORDINAL, match.span(), keys, certainty=Certainty.VAGUE, family="century")]
    which = f"{_value(text):.0f}"
    keys = [f"{which}th century"] + (["last century"] if which == "20" else ["this century"] if which == "21" else [])
    return [keyed(MentionKind.ORDINAL, match.span(), keys, family="century")]


def _half_of_year(match: re.Match[str]) -> Sequence[Quantity]:
    which = "first half" if match[0][0] in "上前" else "second half"
    return [keyed(MentionKind.ORDINAL, match.span(), [which, "=6"], certainty=Certainty.VAGUE, family="half")]


def _times(match: re.Match[str], times: float, said: float) -> Sequence[Quantity]:
    keys = [f"x{times:g}", f"={times:g}", f"{said * 100:g}%", f"={said:g}"]
    accepts = [f"x{times:g}", f"{said * 100:g}%", f"={times:g}"]
    found = keyed(MentionKind.NUMBER, match.span(), accepts, certainty=Certainty.VAGUE, family="times")
    return [Quantity(found.kind, found.start, found.end, found.accepts, frozenset(keys), (), found.certainty, "times")]


def _doubled(match: re.Match[str]) -> Sequence[Quantity]:
    numbers = _numbers(match[0])
    doublings = numbers[0] if numbers and "番" in match[0] else 1
    return _times(match, 2.0 ** min(doublings, 9), 2.0 ** min(doublings, 9) - 1)


def _grown(match: re.Match[str]) -> Sequence[Quantity]:
    said = _numbers(match[0])[-1]
    return _times(match, said + 1, said)


def _fold(match: re.Match[str]) -> Sequence[Quantity]:
    said = _numbers(match[0])[-1]
    return _times(match, said, said)


def _years(match: re.Match[str]) -> Sequence[Quantity] | None:
    first, last = int(match[0][:4]), int(match[0][-2:])
    if last <= first % 100 or (match[0][4] not in "/／" and last <= 12 and last != first % 100 + 1):
        return None
    return [amount(match.span(), first, first // 100 * 100 + last, certainty=Certainty.SURE)]


def _discount(match: re.Match[str]) -> Sequence[Quantity]:
    text = match[0].removeprefix("打").removesuffix("折").strip()
    if match[0] == "半价":
        paid = 50.0
    elif text[0].isdigit():
        paid = float(text) * (10 if float(text) < 10 else 1)
    else:
        paid = 10 * _value(text[0]) + (_value(text[-1]) if len(text) > 1 else 0)
    return [keyed(MentionKind.PERCENT, match.span(), [f"pay {paid:g}", f"{paid:g}%"], family="share")]


def _tenths(match: re.Match[str]) -> Sequence[Quantity]:
    whole, _, rest = match[0].partition("成")
    percent = 10 * _value(whole) + (5 if rest == "半" else _value(rest) if rest else 0)
    return [share(match.span(), percent)]


def _per_thousand(match: re.Match[str]) -> Sequence[Quantity]:
    text = match[0]
    parts = re.split("分之|‰|个?基点", text)
    if "分之" in text:
        percent = _value(parts[1].strip()) * 100 / {"千": 10**3, "万": 10**4, "百万": 10**6}[parts[0]]
    else:
        percent = _value(parts[0].strip()) / (10 if "‰" in text else 100)
    return [share(match.span(), percent, certainty=Certainty.SURE)]


def _whole(match: re.Match[str]) -> Sequence[Quantity]:
    return [share(match.span(), 100, certainty=Certainty.VAGUE)]


def _round(match: re.Match[str]) -> Sequence[Quantity]:
    text = match[0]
    if text.startswith("成千"):
        keys = ["thousands", "tens of thousands"] if "万" in text else ["thousands"]
    else:
        power = _ROUND[re.sub("[数几上成好以计]|分之", "", text)]
        keys = [_POWERS[power], f"{10**power}"]
    return [keyed(MentionKind.NUMBER, match.span(), keys, certainty=Certainty.VAGUE, family="round")]


_POWERS = {
    1: "tens", 2: "hundreds", 3: "thousands", 4: "tens of thousands", 5: "hundreds of thousands", 6: "millions",
    7: "tens of millions", 8: "hundreds of millions", 9: "billions", 10: "tens of billions",
}  # fmt: skip


def _about(match: re.Match[str]) -> Sequence[Quantity]:
    """三四十: thirty or forty; 十七八: seventeen or eighteen."""
    text = match[0]
    pair = re.search(_PAIR, text)
    assert pair is not None
    before, after = text[: pair.start()], text[pair.end() :]
    scale = _value(f"一{after}") if after else 1
    base = _value(before) if before else 0
    low, high = sorted(base + _value(sign) * scale for sign in pair[0])
    certainty = Certainty.VAGUE if pair[0] == "一二" else Certainty.LIKELY
    return [amount(match.span(), low, high, certainty=certainty)]


def _around(match: re.Match[str]) -> Sequence[Quantity]:
    size = {"百": 10**2, "千": 10**3, "万": 10**4, "亿": 10**8}[match[0][0]]
    return [keyed(MentionKind.NUMBER, match.span(), [f"={size}", f"{size}", _POWERS[len(str(size)) - 1]])]


def _over(match: re.Match[str]) -> Sequence[Quantity]:
    number, scale = re.split(r"\s?[多余几来]\s?", match[0], maxsplit=1)
    return [amount(match.span(), _value(number) * _value(f"一{scale}"))]


def _compound(match: re.Match[str]) -> Sequence[Quantity]:
    """3亿4,500万 and 3万5千: figures with more than one scale."""
    parts = re.findall(r"[0-9][0-9.,]*\s?[十百千]?[万亿千百]?", match[0])
    return [amount(match.span(), sum(_value(part.replace(" ", "")) for part in parts), certainty=Certainty.SURE)]


def _scaled_range(match: re.Match[str]) -> Sequence[Quantity] | None:
    """20至30万 is 200,000 to 300,000; the scale may also be said once on the other side."""
    low, high = re.split(r"\s?[至到—–~～-]+\s?", match[0].replace(" ", ""), maxsplit=1)
    scale = _value("一" + re.sub(rf"^(?:[0-9.,]+|[{_SIGN}]+?)(?=[十百千]?[万亿])", "", high))
    first = _value(low)
    if not 0 < first * scale < _value(high):
        return None
    return [amount(match.span(), first * scale, _value(high))]


def _rest(match: re.Match[str]) -> Sequence[Quantity]:
    """一米七八 is 1.78 metres, 两块五 2.5 yuan; 三千五 is 3,500."""
    whole, sign, rest = re.split(rf"\s?([{_REST}])\s?", match[0], maxsplit=1)
    if sign in "百千万亿":
        tens = _value(f"一{sign}") / 10
        return [amount(match.span(), _value(whole + sign) + _value(rest) * tens)]
    figures = rest if rest.isdigit() else "".join(f"{_value(one):.0f}" for one in rest)
    return [amount(match.span(), _value(whole) + float(f"0.{figures}"))]


def _short_year(match: re.Match[str]) -> Sequence[Quantity]:
    """08年 and 九八年: the century is left open."""
    text = match[0].removesuffix("年").strip()
    year = int(text) if text.isdigit() else int("".join(str(int(_value(sign))) for sign in text))
    keys = [f"={year}", f"={1900 + year}", f"={2000 + year}"]
    return [keyed(MentionKind.NUMBER, match.span(), keys)]


def _part_of_hour(match: re.Match[str]) -> Sequence[Quantity]:
    minutes = 30 if match[0].startswith("半") else int(15 * _value(match[0][0]))
    return [part_of_hour(match.span(), minutes)]


def _weekday(match: re.Match[str]) -> Sequence[Quantity]:
    which = "一二三四五六日".index(match[0][-1].replace("天", "日"))
    return [keyed(MentionKind.DATE, match.span(), [f"weekday {which}"], certainty=Certainty.VAGUE, family="weekday")]


def _items(match: re.Match[str]) -> Sequence[Quantity]:
    found = []
    for part in re.finditer(rf"[(（]\s?({_SHORT})\s?[)）]", match[0]):
        value = int(_value(part[1]))
        letter = _LATIN_ORDER[value - 1] if 0 < value <= 26 else ""
        keys = frozenset({f"={value}", f"={letter}", f"item {value}"})
        span = match.start() + part.start(), match.start() + part.end()
        found.append(Quantity(MentionKind.REFERENCE, *span, keys, keys, (), Certainty.SURE, "item"))
    return found


def _inserted(match: re.Match[str]) -> Sequence[Quantity] | None:
    """第七条之二: article 7 bis."""
    numbers = [int(value) for value in _numbers(match[0])]
    if len(numbers) != 2 or "十之八九" in match[0]:
        return None
    article, which = numbers
    keys = [f"{article}/{which}", *([f"{article}/b"] if which == 1 else [])]
    return [keyed(MentionKind.REFERENCE, match.span(), keys, certainty=Certainty.SURE, family="inserted")]


_CLOCK_PARTS = re.compile(
    rf"(?P<period>{_MORNING}|{_AFTERNOON}|{_NIGHT})?\s?(?:[差缺](?P<before>{_LACKING})钟?\s?(?:就|到)?(?P<then>{_MORNING}|{_AFTERNOON}|{_NIGHT})?)?(?P<hour>{_HOUR})\s?(?P<mark>[时時点點]|"
    rf"[:：](?=[0-5][0-9]))(?P<even>钟|整)?\s?"
    rf"(?:[差缺](?P<after>{_LACKING})|(?P<half>半)|(?P<quarters>[一二两三])刻|(?P<minute>{_MINUTE}))?"
)


def _clock(match: re.Match[str]) -> Sequence[Quantity] | None:
    parts = _CLOCK_PARTS.match(match[0])
    if parts is None:
        return None
    hour = int(_value(parts["hour"]))
    minute = 30 if parts["half"] else int(15 * _value(parts["quarters"])) if parts["quarters"] else 0
    minute = int(_value(parts["minute"])) if parts["minute"] else minute
    if before := parts["before"] or parts["after"]:
        hour, minute = hour - 1, 60 - (15 if "刻" in before else int(_value(before.rstrip("分"))))
    period = parts["period"] or parts["then"] or ""
    after = match.string[match.end() : match.end() + 1]
    is_said = bool(period or parts["half"] or parts["quarters"] or parts["minute"] or parts["even"] or before)
    if not is_said and parts["mark"] in "点點":
        # 三点 may be three points, and 三点五 a decimal.
        return None if after and after in "零〇一二三四五六七八九0123456789儿" else _vague_hour(match, hour)
    if not is_said and parts["mark"] in "时時":
        if match[0].startswith("一"):
            return None  # 一时 is also "for a while"
        # 值为 0 时: when the value is 0.
        before = match.string[max(0, match.start() - 2) : match.start()].strip()[-1:]
        if (after and after in _NOT_A_TIME) or (before and before not in "日号天于在至到从约晚早：:（(，,。；、“"):
            return None
    if re.search(period or "x", _AFTERNOON) and hour < 12 and not (period in ("中午", "正午") and hour > 9):
        hour += 12
    elif re.search(period or "x", _NIGHT):
        hour = hour + 12 if 5 <= hour < 12 else 0 if hour == 12 else hour
    elif re.search(period or "x", _MORNING) and hour == 12:
        hour = 0
    is_full = bool(period) or hour > 12 or hour == 0
    certainty = Certainty.SURE if is_full else Certainty.LIKELY
    return [clock(match.span(), hour, minute, is_full=is_full, certainty=certainty)]


def _vague_hour(match: re.Match[str], hour: int) -> Sequence[Quantity]:
    found = clock(match.span(), hour, 0, is_full=False, certainty=Certainty.VAGUE)
    return [
        Quantity(
            found.kind, found.start, found.end, found.accepts, found.offers, (str(hour),), found.certainty, "clock"
        )
    ]


def _noon(match: re.Match[str]) -> Sequence[Quantity]:
    hour = 12 if match[0] in ("中午", "正午") else 0
    found = clock(match.span(), hour, 0, is_full=True, certainty=Certainty.VAGUE)
    return [Quantity(found.kind, found.start, found.end, found.accepts, found.offers, (), found.certainty, "")]


def _dozen(match: re.Match[str]) -> Sequence[Quantity]:
    count = 0.5 if match[0][0] == "半" else _value(match[0][:-1].strip())
    certainty = Certainty.VAGUE if match[0] == "一打" else Certainty.LIKELY
    return [amount(match.span(), count * 12, certainty=certainty)]


def _two(match: re.Match[str]) -> Sequence[Quantity]:
    return [amount(match.span(), 2, certainty=Certainty.VAGUE)]


def _listed(match: re.Match[str]) -> Sequence[Quantity]:
    """中日韩三国: the countries are named, so their number need not be said."""
    return [amount(match.span(), _value(match[0]), certainty=Certainty.VAGUE)]


def _and_a_half(match: re.Match[str]) -> Sequence[Quantity]:
    return [and_a_half(match.span(), _numbers(match[0])[0], match[0])]


def _first(match: re.Match[str]) -> Sequence[Quantity]:
    return [keyed(MentionKind.ORDINAL, match.span(), ["=1"], certainty=Certainty.VAGUE, family="nth")]


def _nothing(match: re.Match[str]) -> Sequence[Quantity]:
    return []


_ORDER = (
    (
        "plan",
        r"十[一二三四五]五(?=[”\"」』]?\s?(?:五年)?(?:规划|计划|纲要|期间|时期|末|初|以来|开局|收官)|"
        r"[”」』])|(?<=[“\"「『])[六七八九十]五(?=[”\"」』]\s?(?:五年)?(?:规划|计划|纲要|期间|时期))",
        _plan,
    ),
    (
        "day",
        f"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
        '(?=[”"」』]?(?:国际|劳动|儿童|青年|妇女|建军|建党|国庆|购物|节|那天|当天|那日|当日|期间|假|长假|'
        "黄金周|前夕|前后|运动|事变|惨案|"
        "晚会|大促|之际|来临|将至|小长假))",
        _day,
    ),
    (
        "fixed",
        "第(?:三方|三者|[一二三]产业|一时间|一手|一线|一流|一夫人|二天|[一二三]世界|[一二三]人称|六感|一反应|一印象)",
        _fixed,
    ),
    (
        "idiom",
        rf"{_IDIOMS}|(?<=[统唯单逐任])一(?=[{_SIGN}])|八成新|[七八]成(?=新)",
        _nothing,
    ),
    (
        "compound",
        r"[0-9][0-9.,]{0,20}\s?亿\s?[0-9][0-9.,]*\s?千?百?万(?:\s?[0-9][0-9,]*)?|[0-9]{1,4}\s?万\s?[0-9]{1,4}(?:\s?[千百])?(?![0-9.,])",
        _compound,
    ),
    (
        "scaled_range",
        rf"(?<![0-9.,])(?:[0-9]{{1,4}}(?:\.[0-9]{{1,4}})?|[{_SIGN}]{{1,4}})\s?[至到—–~～-]{{1,2}}\s?"
        rf"(?:[0-9]{{1,4}}(?:\.[0-9]{{1,4}})?\s?|[{_SIGN}]{{1,3}}?)[十百千]?[万亿]",
        _scaled_range,
    ),
    (
        "rest",
        rf"(?<![{_SIGN}0-9])(?:[{_SIGN}]{{1,5}}[米块]|[一二三四五六七八九两][百千万亿])[一二三四五六七八九]{{1,2}}(?![{_SIGN}万亿0-9米个尺寸名位人元余多几年月日]|[{_COUNTED}])",
        _rest,
    ),
    (
        "short_year",
        "(?<![0-9.零〇一二三四五六七八九十百千两])(?:0[0-9]|[6-9][0-9]|零[一二三四五六七八九]|[六七八九][零〇一二三四五六七八九](?<!六七|七八|八九))\\s?年(?=[的以夏春秋冬初底末中世奥、，,一二三四五六七八九十0-9]|$)",
        _short_year,
    ),
    (
        "weekday",
        "(?:星期|礼拜|(?<![一每两三四上下本这单双第])周|(?<=[每上下本这])周)[一二三四五六日天](?![年岁期个位名次])",
        _weekday,
    ),
    ("part_of_hour", "[一二两三]刻钟|半个?(?:小时|钟头)", _part_of_hour),
    ("from_end", rf"倒数第\s?{_SHORT}", _from_end),
    (
        "decades",
        rf"(?:(?:{_SHORT}|上个?|本)\s?世纪\s?)?(?:[一二三四五六七八九]十|[0-9]0)\s?(?:年代)?\s?[至到和、—–~～-]\s?"
        r"(?:[一二三四五六七八九]十|[0-9]0)\s?年代",
        _decades,
    ),
    (
        "decade",
        rf"(?:(?:{_SHORT}|上个?|本)\s?世纪\s?)?(?:[一二三四五六七八九]十|[0-9]0|[12][0-9]{{2}}0|"
        rf"[一二][零〇一二三四五六七八九]{{2}}[零〇])\s?年代",
        _decade,
    ),
    ("century", rf"(?:(?:{_SHORT}|半)\s?个?|上个?|本|这个)\s?世纪", _century),
    ("half_of_year", "[上前下后]半(?:年|叶)", _half_of_year),
    ("doubled", rf"翻了?(?:{_SHORT})?番|翻了?一?倍|加倍", _doubled),
    (
        "grown",
        rf"(?:增加|增长|提高|扩大|上升|上涨|提升|[多高大快长增贵升涨重])(?:了|出)?(?:将?近|约|大约|"
        rf"至少|整整)?\s?{_NUM}\s?倍(?!体|数|频)",
        _grown,
    ),
    ("whole", "百分百|百分之百|百分之一百", _whole),
    ("fold", rf"{_NUM}\s?倍(?!体|数|频)", _fold),
    ("years", r"(?<![0-9])[12][0-9]{3}\s?[/／–-][0-9]{2}(?![0-9/／–-])", _years),
    (
        "discount",
        r"半价|打?[一二三四五六七八九][一二三四五六七八九]?折(?![叠旧磨断射返扣线合腾])|"
        r"[0-9](?:\.[0-9])?\s?折(?![叠旧磨断射返扣线])",
        _discount,
    ),
    (
        "tenths",
        "(?:[一二三四五六七八九两]|[0-9])成(?:半|"
        "[一二三四五六七八九])?(?![为了立员品本长就功熟果绩群语份都分见型因不])",
        _tenths,
    ),
    ("per_thousand", rf"{_NUM}\s?‰|(?:千|万|百万)分之{_NUM}|{_NUM}\s?个?基点", _per_thousand),
    (
        "round",
        "成千上万|成千|(?:[数几]|上(?=[百千万亿]))(?:[十百]?[万亿]|千[万亿]?|[十百](?![年月日]))(?![月日])|数以[千万百]万?计",
        _round,
    ),
    (
        "about",
        rf"(?<![{_SIGN}0-9第])(?:[一二三四五六七八九]?[十百]零?)?"
        rf"(?:(?:{_PAIR})(?:{_SCALE})?(?=[{_COUNTED}])|(?:两三|[二三四五六七八九]{{2}}(?<=二三|"
        rf"三四|四五|五六|六七|七八|八九))"
        rf"(?:{_SCALE})?(?=[{HAN}]))(?![{_SIGN}月])",
        _about,
    ),
    ("around", "百十[来几]?|百把|千把|万把|(?<=[近逾超])[百千万亿](?=[名人个位件家户吨元册头只棵])", _around),
    ("over", rf"{_NUM}\s?[多余几来]\s?(?:[十百千]?[万亿]|[十百千])", _over),
    (
        "items",
        rf"第?\s?(?:[(（]\s?{_SHORT}\s?[)）]\s?(?:、|和|及|与|或|至|到|"
        rf"，)?\s?(?:第\s?)?){{1,20}}[项款目點点]",
        _items,
    ),
    (
        "inserted",
        rf"(?:第\s?{_SHORT}\s?[条款项段章节]\s?|(?:规则|细则|规章|条例|附件|附录|附表|"
        rf"第)\s?{_SHORT}\s?)之\s?(?:[一二三四五六七八九十]|[0-9])(?![{_SIGN}])",
        _inserted,
    ),
    (
        "clock",
        rf"(?:{_MORNING}|{_AFTERNOON}|"
        rf"{_NIGHT})?\s?(?<![0-9.:第{_SIGN}])(?:[差缺]{_LACKING}钟?\s?(?:就|到)?(?:{_MORNING}|{_AFTERNOON}|{_NIGHT})?)?{_HOUR}\s?"
        rf"(?:[时時点點](?:钟|整)?\s?(?:半(?!径|数)|[差缺]{_LACKING}|"
        rf"[一二两三]刻钟?|{_MINUTE}\s?分(?!之|钟)|[二三四五]十[一二三四五六七八九]?(?![个多余几{_SIGN}]))?"
        rf"|[:：][0-5][0-9](?::[0-5][0-9])?(?![0-9:：]))",
        _clock,
    ),
    ("noon", "中午|正午|午夜", _noon),
    (
        "dozen",
        rf"(?:半|"
        rf"{_SHORT})\s?打(?![印包开算扰破断击架扮听造工电招字牌死伤败仗折动车扫猎捞磨压雷火交分赌坐过了着到])",
        _dozen,
    ),
    ("listed", "(?<=[中美英法德俄日韩印巴意加澳朝越蒙])[二三四五六](?=国(?!集团|演义|时期))", _listed),
    ("two", "(?<=[这那前后头此该])两(?![万千百])|两(?=[国岸党军])", _two),
    (
        "and_a_half",
        rf"{_SHORT}\s?(?:个|年|天|岁|米|吨|里|公里|小时|分钟|英里)半(?![数径导边夜天截路途])(?:小时|钟头)?",
        _and_a_half,
    ),
    ("first", "首(?:届|次|个|批|任|座|家|位|例|场|部|条|艘|台|颗)|头一", _first),
)
#: What every rule of `_ORDER` needs, so that most texts are known to have no quantity.
_NEEDED = (
    rf"[{_SIGN}0-9]\s?(?:[多余几来成打时時点點]|个?基点)|[一二三四五六七八九两]{{2}}|[“\"「『][六七八九]五|十[一二三四五]五|十五[”\"」』]|世纪|年代|[上前下后]半|加倍|半[价打]|半个?世"
    r"|成千|[数几][十百千万亿]|上[百千万亿]|数以|[近逾超][百千万亿]|百分百|百分之[一百]|[千万]分之|[12][0-9]{3}\s?[/／–-][0-9]{2}|[0-9][:：][0-9]"
    r"|[)）]\s?[、和及与或至到，第项款目點点(（]|之\s?[一二三四五六七八九十0-9]|[这那前后头此该]两|[二三四五六两]国|两[岸党军]|[个年天岁米吨里时钟]半|首[届次个批任座家位例场部条艘台颗]"
    rf"|亿\s?[0-9]|万\s?[0-9]|[至到—–~～-]\s?[0-9{_SIGN}.]{{1,6}}\s?[十百千]?[万亿]|[米块百千万亿][一二三四五六七八九]|[0零六七八九][0-9一二三四五六七八九零〇]\s?年|刻钟|(?:星期|礼拜|周)[一二三四五六日天]|半个?[小钟]|[百千万][十把]|[差缺][0-9{_SIGN}]|[统唯单逐任]一[{_SIGN}]|成新"
    rf"|头一|中午|正午|午夜|倒数|双1|[翻折倍‰]|(?:{'|'.join(_DAYS)}|{_IDIOMS})|第[一二三六]"
)
_GATE = re.compile(
    rf"(?=[{_SIGN}0-9“\"「『万亿块星礼周至到—–~～刻差缺统唯单逐任世年上前下后加半成数几)）近逾超之这那头此该个天岁米吨里时钟首中正午倒双翻折倍‰乱四丢接横第-])(?:{_NEEDED})"
)
GRAMMAR: Grammar = grammar(
    lambda text, words: _GATE.search(text) is not None,
    _ORDER,
    start=rf"(?=[星礼周{_SIGN}万0-9第(（倒上下前后本这半两翻加增提扩涨升多高大快长贵重打成几数首头早清凌今次中正午傍晚夜深当双规细条附差缺])",
)
