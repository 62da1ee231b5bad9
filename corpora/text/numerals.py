"""Numbers as documents print them (Chinese, Roman, letters, circled, full-width, Western) to integers and back.

Section numbers, list markers and mentions of articles are compared across languages by value, so 第三十条,
"article 30" and "Article XXX" must give the same value. No package reads all that documents print: cn2an fails on 廿,
卅, ○ and traditional characters, and raises KeyError on numerals that are not well formed. Unicode itself knows the
value of ①, ㈢, ⑷ and ⒌.
"""

import re
import unicodedata

from corpora.text_cache import cached_for_texts

__all__ = [
    "HAN_DIGITS", "HAN_MYRIADS", "HAN_NUMERAL", "HAN_UNITS", "from_han", "from_letters", "from_roman", "from_symbol",
    "to_han", "to_letters", "to_roman", "value_of", "value_of_han",
]  # fmt: skip

#: Every character that the Chinese numeral of a section or list item may contain, for use in patterns.
HAN_NUMERAL = "〇零一二三四五六七八九十百千万亿两廿卅"
#: The digits, with financial and traditional forms.
HAN_DIGITS = {sign: value for value, signs in enumerate(
    ("零〇○", "一壹", "二两贰兩貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
) for sign in signs}  # fmt: skip
HAN_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
HAN_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_ALL_HAN = frozenset((*HAN_DIGITS, *HAN_UNITS, *HAN_MYRIADS))
_ONE, _ZERO = "[一壹二两贰兩貳三叁參四肆五伍六陆陸七柒八捌九玖]", "[零〇○]?"
_SECTION = (
    f"(?:{_ONE}?[千仟])?(?:{_ZERO}{_ONE}?[百佰])?(?:{_ZERO}(?:{_ONE}?[十拾]|[廿卅]))?(?:{_ZERO}{_ONE}(?!{_ONE}))?"
)
_WELL_FORMED = re.compile(f"(?:(?:{_SECTION}[万萬])?{_SECTION}[亿億])?(?:{_ZERO}{_SECTION}[万萬])?{_ZERO}{_SECTION}")
_HAN_PLACES = ("", "十", "百", "千")
_HAN_NAMES = "零一二三四五六七八九"


@cached_for_texts(4096, longest=40)
def from_han(text: str) -> int | None:
    """The value of a well-formed Chinese numeral (三十一, 二〇一七, 两百, 廿三), None where ``text`` is not one."""
    if not text or not _ALL_HAN.issuperset(text):
        return None
    formed = all(sign in HAN_DIGITS for sign in text) or (
        _WELL_FORMED.fullmatch(text) and not {text[0], text[-1]} & {"零", "〇", "○"}
    )
    return value_of_han(text) if formed else None


def value_of_han(text: str) -> int:
    """The value of a run of the signs in `HAN_DIGITS`, `HAN_UNITS` and `HAN_MYRIADS`, well formed or not.

    A last digit without 零 before it counts in the next lower place, as it is spoken: 一百二 is 120, 两万二 22,000.
    """
    if all(sign in HAN_DIGITS for sign in text):
        return int("".join(str(HAN_DIGITS[sign]) for sign in text))
    total = section = digit = last = 0
    place = 1  # of a digit that ends the numeral
    for sign in text:
        if sign in HAN_DIGITS:
            digit = HAN_DIGITS[sign]
            place = place if digit else 1
        elif sign in HAN_UNITS:
            unit = HAN_UNITS[sign]
            section += unit if unit in (20, 30) else max(digit, 1) * unit
            digit, place = 0, unit // 10 if unit >= 100 else 1
        else:
            # 亿 after 万 multiplies all before it (二万亿); 万 after 亿 only what is between (一亿二千万).
            scale = HAN_MYRIADS[sign]
            section += digit
            total = (total + section) * scale if last and scale >= last else total + (section or 1) * scale
            last, section, digit, place = scale, 0, 0, scale // 10
    return total + section + digit * place


def from_roman(text: str) -> int | None:
    """The value of a Roman numeral in its one correct spelling, of either case; None for "iiii" or "ic"."""
    lower = text.lower()
    if not lower or set(lower) - set("ivxlcdm") or text not in (lower, text.upper()):
        return None
    total, rest = 0, lower
    for value, sign in _ROMAN:
        while rest.startswith(sign):
            total += value
            rest = rest[len(sign) :]
    return total if not rest and total < 4000 and to_roman(total) == lower else None


def from_letters(text: str) -> int | None:
    """The place of a list letter: a = 1, z = 26, and, as lists continue, aa = 27, bb = 28; None for other words."""
    lower = text.lower()
    if not lower.isascii() or not lower.isalpha() or set(lower) != {lower[0]}:
        return None
    return (len(lower) - 1) * 26 + ord(lower[0]) - ord("a") + 1


def from_symbol(text: str) -> int | None:
    """The value of one enclosed number (①, ㈢, ㊀, ⑷, ⒌, ❻, Ⅳ) or of a superscript run (¹²); None for others."""
    if len(text) == 1 and not text.isdigit() and text not in _ALL_HAN:
        value = unicodedata.numeric(text, None)
        return int(value) if value is not None and value == int(value) else None
    digits = [unicodedata.digit(char, None) for char in text]
    if not digits or any(digit is None or char.isdecimal() for digit, char in zip(digits, text, strict=True)):
        # A lone circled number is a "digit" to Unicode up to nine and "numeric" above.
        return None
    if len(text) > 1 and not all(unicodedata.decomposition(char).startswith("<super>") for char in text):
        return None
    return int("".join(str(digit) for digit in digits))


def value_of(text: str) -> int | None:
    """The value of a numeral in any of the systems, digits first; letters are not numerals here.

    Full-width digits count as digits. Roman numerals are read in capitals only: in lower case "di" or "mix"
    are words far more often than numbers.
    """
    text = text.strip()
    if text.isdecimal():
        return int(text)
    if not text:
        return None
    value = from_han(text)
    if value is None:
        value = from_symbol(text)
    if value is None and text.isupper():
        value = from_roman(text)
    return value


def to_han(number: int) -> str:
    """The Chinese numeral of a number below 10**12: 10 is 十, 12 is 十二, 105 is 一百零五, 100,010 is 十万零一十.

    Raises `ValueError` outside that range.
    """
    if not 0 <= number < 10**12:
        raise ValueError(f"{number} is not between 0 and 999,999,999,999")
    written, zero = "", False
    for power in range(11, -1, -1):
        digit = number // 10**power % 10
        if digit:
            written += ("零" if zero and written else "") + _HAN_NAMES[digit] + _HAN_PLACES[power % 4]
        zero = not digit
        if power in (4, 8) and number // 10**power % 10**4:
            written += "万" if power == 4 else "亿"
            zero = False
    return written.removeprefix("一") if written.startswith("一十") else written or _HAN_NAMES[0]


def to_roman(number: int) -> str:
    """The Roman numeral of 1 to 3999 in lower case. Raises `ValueError` outside that range."""
    if not 1 <= number <= 3999:
        raise ValueError(f"{number} is not between 1 and 3999")
    written = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        written += sign * count
    return written


def to_letters(number: int) -> str:
    """The list letter of 1 and up: 1 = a, 27 = aa, 28 = bb. Raises `ValueError` below 1."""
    if number < 1:
        raise ValueError(f"{number} is below 1")
    times, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (times + 1)
